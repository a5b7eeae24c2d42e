"""The function that hands spikes to synapses which are not stored: it makes them anew, block by block.

A block of targets of one source is listed (`distsim.kernels.targets`), what the synapses add and their delays
are computed for all of it, and then pushed into the ring buffers, target by target.  Expressions are written
as they stand, without fused or rearranged operations, since stored synapses have their values from code that
runs once, which knows neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from distsim.equations.tree import (
    Binary,
    Call,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
)
from distsim.kernels.emit.layout import Attribute, Field, Row
from distsim.kernels.emit.render import FUNCTION_NAMES
from distsim.kernels.random import NORMAL_CODE
from distsim.kernels.targets import BLOCK, PACKED, WORK
from distsim.program.operation import Storage
from distsim.program.procedural import ProceduralPathway, is_fixed
from distsim.program.scope import STATEFUL

DELAY = "delay"
"""What the random numbers and constants of a delay are said to be of."""
PARTS = "parts"
"""The same for what a pathway adds, in which there is nothing random."""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """A number that is computed before the run.

    Parameters
    ----------
    of
        The variable whose value it is part of, `DELAY` or `PARTS`: it says where its names are looked up.
    """

    of: str
    expression: Expression


@dataclass(frozen=True, slots=True, eq=False)
class HandOver:
    """The function of one pathway.

    Parameters
    ----------
    numbers
        The numbers in the pathway's array ``numbers``, behind the step in which delays are counted [s].
    """

    body: tuple[str, ...]
    fields: tuple[Field, ...]
    numbers: tuple[Beforehand, ...]


@dataclass(slots=True)
class _Writer:
    """Writes expressions and remembers what they need."""

    pathway: ProceduralPathway
    row: Row
    numbers: list[Beforehand] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    draws: dict[str, int] = field(default_factory=dict)

    def number(self, of: str, expression: Expression) -> str:
        """Return the source that reads a number computed before the run."""
        self.numbers.append(Beforehand(of, expression))
        return f"_numbers[{len(self.numbers)}]"

    def write(self, of: str, expression: Expression) -> str:
        """Return the source of an expression, operation by operation as it stands."""
        if is_fixed(expression, self.pathway.varying):
            return self.number(of, expression)
        match expression:
            case Name(name):
                return {"i": "_i", "j": "_j"}.get(name, f"_own_{name}")
            case Negative(operand):
                return f"(-{self.write(of, operand)})"
            case Binary(operator, left, right):
                return f"({self.write(of, left)} {operator.value} {self.write(of, right)})"
            case Comparison(comparator, left, right):
                return f"({self.write(of, left)} {comparator.value} {self.write(of, right)})"
            case Not(operand):
                return f"(not {self._truth(of, operand)})"
            case Logical(connective, operands):
                symbol = " & " if connective is Connective.AND else " | "
                return f"({symbol.join(self._truth(of, operand) for operand in operands)})"
            case Call(function, arguments):
                return self._call(of, function, arguments)
            case _:
                raise TypeError(f"{self.pathway.name}: {expression} is not made anew")

    def _call(self, of: str, function: str, arguments: tuple[Expression, ...]) -> str:
        if function in STATEFUL:
            return self._draw(of, function)
        if function == "int" and isinstance(arguments[0], Comparison | Logical | Not):
            return f"select({self._truth(of, arguments[0])}, 1.0, 0.0)"
        written = ", ".join(self.write(of, argument) for argument in arguments)
        call = f"{FUNCTION_NAMES.get(function, function)}({written})"
        return f"to_float64({call})" if function == "int" else call

    def _truth(self, of: str, expression: Expression) -> str:
        """Return the source of a truth value; one computed before the run is a number."""
        text = self.write(of, expression)
        return f"({text} != 0.0)" if is_fixed(expression, self.pathway.varying) else text

    def key_lines(self) -> list[str]:
        """Return the lines that read the keys of random numbers."""
        lines = []
        for index, of in enumerate(self.keys):
            for word, attribute in enumerate((Attribute.KEY0, Attribute.KEY1)):
                field_of_key = self.row(self.pathway.name, f"draws of {of}", attribute)
                lines.append(f"_key{index}_{word} = {field_of_key}")
        return lines

    def _draw(self, of: str, function: str) -> str:
        """Return a call with the counters of code that runs once (`distsim.engine.one_shot`)."""
        if of not in self.keys:
            self.keys.append(of)
        drawn = self.draws.get(f"{of} {function}", 0)
        self.draws[f"{of} {function}"] = drawn + 1
        key = self.keys.index(of)
        kind, code = ("normal", drawn + NORMAL_CODE) if function == "randn" else ("uniform", drawn)
        return f"{kind}(_key{key}_0, _key{key}_1, _source, _target, 0, {code})"


def emit_hand_over(pathway: ProceduralPathway) -> HandOver:
    """Write the function that hands spikes to a pathway whose synapses are made anew."""
    row = Row()
    writer = _Writer(pathway, row)
    name, own = pathway.projection, pathway.name
    head = [
        f"if _step < {row(own, 'since', Attribute.FIRST)}:",
        "    return 0",
        f"_population = {row(pathway.stream, 'spiking', Attribute.FIRST)}",
        f"_first_source = {row(name, 'source', Attribute.FIRST)}",
        f"_sources = {row(name, 'source', Attribute.LENGTH)}",
        f"_packed = int64_at({row(name, '_packed')}, {PACKED})",
        f"_work = int64_at({row(name, '_work')}, {WORK})",
        f"_distances = float64_at({row(name, '_distances')}, {BLOCK})",
        f"_targets = int64_at({row(name, '_listed')}, {BLOCK})",
        f"_first_place = {row(name, 'first place', Attribute.FIRST)}",
        f"_numbers = float64_at({row(own, 'numbers')}, {row(own, 'numbers', Attribute.LENGTH)})",
    ]
    compute = [_assigned(writer, value.name, value.value, single=value.single) for value in pathway.values]
    step = f"(_step + {row(own, 'steps', Attribute.FIRST)})"
    if not is_fixed(pathway.delay, pathway.varying):
        steps = f"int_({writer.write(DELAY, pathway.delay)} / _numbers[0] + 0.5)"
        compute.append(f"_arrivals[_k] = _step + {steps}{f' * {pathway.every}' if pathway.every > 1 else ''}")
        head.append(f"_arrivals = int64_at({row(own, '_arrivals')}, {BLOCK})")
        step = "_arrivals[_k]"
    push = []
    for index, part in enumerate(pathway.parts):
        text = writer.write(PARTS, part.value)
        port, single = part.port.key, part.port.storage is Storage.FLOAT32
        kind = "float32" if single else "float64"
        head += [
            f"_ring{index} = {kind}_at({row(*port)}, {row(*port, Attribute.LENGTH)})",
            f"_mask{index} = {row(*port, Attribute.MASK)}",
            f"_width{index} = {row(port[0], '', Attribute.PADDED)}",
            f"_added{index} = float64_at({row(own, f'_added{index}')}, {BLOCK})",
        ]
        compute.append(f"_added{index}[_k] = {f'to_single({text})' if single else text}")
        place = f"({step} & _mask{index}) * _width{index} + _first_place + _targets[_k]"
        push.append(f"_ring{index}[{place}] += _added{index}[_k]")
    head += writer.key_lines()
    lines = [
        *head,
        "_events = 0",
        "for _rank in range(_ranks):",
        "    _chunk = _base + _rank * _stride + _population",
        "    for _spike in range(_bounds[_chunk], _bounds[_chunk + 1]):",
        "        _source = _ids[_spike] - _first_source",
        "        if _source < 0 or _source >= _sources:",
        "            continue",
        "        _i = to_float64(_source)",
        "        begin_row(_packed, _source, _work)",
        "        while row_goes_on(_work):",
        "            _count = next_targets(_packed, _source, _work, _distances, _targets)",
        "            _events += _count",
        # For whole blocks, so that it becomes vector code; what is beyond the count is not used.
        f"            for _k in range({BLOCK}):",
        "                _target = _targets[_k]",
        "                _j = to_float64(_target)",
        *_indented(compute),
        "            for _k in range(_count):",
        *_indented(push),
        "return _events",
    ]
    return HandOver(tuple(lines), tuple(row.fields), tuple(writer.numbers))


def _assigned(writer: _Writer, name: str, value: Expression, *, single: bool) -> str:
    text = writer.write(name, value)
    return f"_own_{name} = to_single({text})" if single else f"_own_{name} = {text}"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"                {line}" for line in lines]
