"""Reading and adding to variables of neurons that another rank may hold.

One rank alone reads and writes the variable's own array.  One of several reads a mirror, an array of copies
that the engine refreshes where it has to, and leaves what it adds in buffers, which the engine sends to the
ranks that hold the neurons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from distsim.kernels.emit.layout import Attribute, Row
from distsim.kernels.emit.render import array_name
from distsim.program.breaks import reads_mirror
from distsim.program.fusion import Loop
from distsim.program.operation import Distant, Domain, Extent, Reach, Storage

VIEWS = {
    Storage.FLOAT64: "float64_at",
    Storage.FLOAT32: "float32_at",
    Storage.INT32: "int32_at",
    Storage.BOOL: "bool_at",
}


@dataclass(slots=True)
class DistantLines:
    """The lines that find the elements of distant variables.

    Parameters
    ----------
    row
        Gives the source of fields of the table.
    index
        Source of the number of the neuron, and of the synapse, that the loop is at.
    alone
        There is one rank.
    """

    loop: Loop
    row: Row
    index: Mapping[Extent, str]
    alone: bool

    def array(self, name: str, binding: Distant) -> str:
        """Return the line that makes the array to read."""
        variable = binding.variable
        if reads_mirror(self.loop, binding, alone=self.alone):
            address, size = self.row(*binding.mirror), self.row(*binding.mirror, Attribute.LENGTH)
        else:
            address = self.row(variable.owner, variable.name)
            size = self.row(variable.owner, "", Attribute.PADDED)
        return f"{array_name(name)} = {VIEWS[variable.storage]}({address}, {size})"

    def place(self, binding: Distant) -> str:
        """Return the source of the place in the array, after the lines of `head` and `lines`."""
        mirrored = reads_mirror(self.loop, binding, alone=self.alone)
        neuron = self.index[Extent.NEURON]
        match binding.reach:
            case Reach.SOURCE:
                return "_p"
            case Reach.SAME:
                return neuron
            case Reach.TABLE:
                return neuron if mirrored else f"_table_{_name(binding)}[{neuron}]"
            case Reach.ONE:
                return "0" if mirrored else self.row(binding.reader, binding.via, Attribute.FIRST)
            case Reach.INDEX:
                first = "0" if mirrored else self.row(binding.reader, binding.via, Attribute.FIRST)
                last = f"{self.row(binding.reader, binding.via, Attribute.LENGTH)} - 1"
                # Elements that only fill up the last vector may hold any number.
                return f"{first} + min(max(int(_index_{_name(binding)}[{neuron}]), 0), {last})"

    def head(self, binding: Distant) -> list[str]:
        """Return the lines before the loop."""
        row, mirrored = self.row, reads_mirror(self.loop, binding, alone=self.alone)
        if binding.reach is Reach.SOURCE:
            address, size = row(binding.reader, "_place"), row(binding.reader, "_place", Attribute.LENGTH)
            return [
                f"_places = int32_at({address}, {size})",
                "_has_places = _places.shape[0] > 0",
                f"_first_place = {row(binding.reader, '_place', Attribute.FIRST)}",
            ]
        if binding.reach is Reach.TABLE and not mirrored:
            address = row(binding.reader, f"{binding.via} table")
            size = row(binding.reader, f"{binding.via} table", Attribute.LENGTH)
            return [f"_table_{_name(binding)} = int32_at({address}, {size})"]
        if binding.index is not None:
            view = VIEWS[binding.index.storage]
            address, size = row(*binding.index.key), row(binding.index.owner, "", Attribute.PADDED)
            return [f"_index_{_name(binding)} = {view}({address}, {size})"]
        return []

    def lines(self, binding: Distant) -> list[str]:
        """Return the lines in the loop."""
        if binding.reach is Reach.SOURCE:
            return ["_p = int(_places[_s]) if _has_places else _first_place + _source"]
        return []


def sum_lines(
    row: Row, loop: Loop, additions: list[tuple[str, str]], place: Callable[[str], tuple[Storage, str, str]]
) -> tuple[list[str], list[str], list[str]]:
    """Return the lines that carry out additions: before the loop, in it, and behind it.

    Parameters
    ----------
    additions
        Name of the variable and source of the value, in the order of the statements.
    place
        Gives storage, source of the element, and source of the condition or ``""``, of a name; for a
        variable of another rank the element is ``""``.
    """
    operation = loop.operations[0]
    own = operation.name
    head: list[str] = []
    inner: list[str] = []
    behind: list[str] = []
    sent = 0
    for name, value in additions:
        storage, element, gate = place(name)
        if element:
            inner.append(_add(storage, element, value, gate))
            continue
        buffer = f"sent{sent}"
        head.append(f"_{buffer} = float64_at({row(own, buffer)}, {row(own, buffer, Attribute.LENGTH)})")
        where = "_s" if operation.domain is Domain.SYNAPSES else "_sent"
        inner.append(f"_{buffer}[{where}] = {value}")
        sent += 1
    if sent and operation.domain is Domain.ARRIVALS:
        size = row(own, "sent0", Attribute.LENGTH)
        ages, count = row(own, "segment_delay"), row(own, "segment_delay", Attribute.LENGTH)
        head += [
            f"_sent_count = int64_at({row(own, 'sent_count')}, 1)",
            f"_sent_synapse = int32_at({row(own, 'sent_synapse')}, {size})",
            f"_sent_age = uint16_at({row(own, 'sent_age')}, {size})",
            f"_ages = uint16_at({ages}, {count})",
            "_sent = 0",
        ]
        inner += ["_sent_synapse[_sent] = _s", "_sent_age[_sent] = _ages[_due[_entry]]", "_sent += 1"]
        behind.append("_sent_count[0] = _sent")
    return head, inner, behind


def _add(storage: Storage, element: str, value: str, gate: str) -> str:
    if storage is Storage.FLOAT64 and not gate:
        return f"{element} += {value}"
    old = f"to_float64({element})" if storage is not Storage.FLOAT64 else element
    new = f"{old} + {_in_parentheses(value)}"
    if gate:
        new = f"select({gate}, {new}, {old})"
    return f"{element} = {f'int({new})' if storage is Storage.INT32 else new}"


def _in_parentheses(value: str) -> str:
    return value if value.isidentifier() else f"({value})"


def _name(binding: Distant) -> str:
    return "".join(c if c.isalnum() else "_" for c in f"{binding.reader}_{binding.via}")
