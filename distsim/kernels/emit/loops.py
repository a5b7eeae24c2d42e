"""Loops over elements: from the operations of a `Loop` to the body of a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distsim.equations import VariableType, render
from distsim.equations.tree import (
    Assignment,
    BinaryOperator,
    Boolean,
    Expression,
    Name,
    Negative,
    substitute,
)
from distsim.kernels.emit.distant import VIEWS, DistantLines, sum_lines
from distsim.kernels.emit.draws import count_lines, count_table, draw_lines
from distsim.kernels.emit.graph import Graph, Leaf, Level
from distsim.kernels.emit.layout import THIS_INSTANCE, Attribute, Kernel, Row
from distsim.kernels.emit.render import Renderer, array_name, local_name
from distsim.kernels.timed import packed_timed_array
from distsim.kernels.user_functions import emitted_name
from distsim.network import ModelError, TimedArray, UserFunction
from distsim.program.breaks import SYNAPTIC
from distsim.program.fusion import Loop
from distsim.program.operation import (
    Binding,
    Counts,
    Distant,
    Extent,
    Operation,
    Port,
    Reach,
    Storage,
    Variable,
)

NARROW = (Storage.INT32, Storage.FLOAT32)
"""Storage of numbers that are turned into doubles when they are read."""
EARLIER = {"t": "_t_before", "t_in_timesteps": "_steps_before"}
"""What stands for the time in the operations of a turn that belong to the step before."""
ALIVE = "_alive"
"""False in the first turn of a run, in which there is no earlier step whose input could be due."""
BUILT_IN_LEVELS = {
    ALIVE: Level.STEP,
    **dict.fromkeys([*EARLIER, *EARLIER.values()], Level.STEP),
    "dt": Level.CONSTANT,
    "i": Level.ELEMENT,
    "j": Level.ELEMENT,
}


@dataclass(frozen=True, slots=True)
class Detail:
    """Something about an element that its statements may ask for.

    Parameters
    ----------
    name
        The local variable.
    head
        Returns the lines before the loop; called only if they are wanted, as it asks for arrays.
    line
        The line in the loop that makes it.
    """

    name: str
    head: Callable[[], tuple[str, ...]]
    line: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What encloses the statements of one element.

    Parameters
    ----------
    parameters
        Parameters of the function after ``_table`` and ``_row``.
    head
        Lines before the loop (after the arrays are there), and the loop line itself as the last one or more.
    inner
        Where two loops are nested: the lines of the inner one, `head` being that of the outer.
    common
        What all elements of the inner loop have in common.
    ahead
        Source of the number of a synapse to come soon, where synapses are not visited as they lie in memory.
    indent
        Depth of the statements below the function.
    identity
        Source of the two words that tell the element's random numbers from all others.
    repeat
        Source of the number that tells synapses of one pair apart.
    details
        What is there only where it is asked for, each after those it needs.
    """

    parameters: tuple[str, ...]
    head: tuple[str, ...]
    indent: int
    identity: tuple[str, str]
    repeat: str = "0"
    details: tuple[Detail, ...] = ()
    inner: tuple[str, ...] = ()
    common: Extent | None = None
    ahead: str = ""


@dataclass(slots=True)
class Writer:
    """Collects what the statements of a loop need."""

    loop: Loop
    base_dt: float
    alone: bool = True
    row: Row = field(default_factory=Row)
    scope: dict[str, Binding] = field(default_factory=dict)
    tables: dict[tuple[str, str], NDArray[np.float64]] = field(default_factory=dict)
    additions: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for operation in self.loop.operations:
            for name, binding in operation.scope.items():
                known = self.scope.setdefault(name, binding)
                if known != binding and known is not binding:
                    raise ModelError(f"{operation.name}: '{name}' means two things in one loop")

    def write(self, frame: Frame, index: Mapping[Extent, str]) -> Kernel:
        """Emit the function of the loop within `frame`, elements addressed by `index`."""
        own = {name: item for name, item in self.scope.items() if isinstance(item, UserFunction)}
        truths = frozenset(n for n, item in own.items() if item.signature.dtype is VariableType.BOOLEAN)
        drawing = {name: item.draws for name, item in own.items() if item.draws is not None}
        graph = Graph(lambda name: self._leaf(name, frame.common), truths, drawing)
        recorded = self._fill(graph)
        written = {name: node for name, node in graph.current.items() if self._is_stored(name)}
        timed = frozenset(name for name, item in self.scope.items() if isinstance(item, TimedArray))
        gates = self._gates(graph)
        added = [node for _, node in self.additions]
        renderer = Renderer(
            graph,
            [*written.values(), *recorded, *added, *gates.values()],
            timed_arrays=timed,
            user_functions={name: emitted_name(name, item) for name, item in own.items()},
        )
        distant = DistantLines(self.loop, self.row, index, self.alone)
        shared, spike_stores, stores = self._stores(renderer, graph, written, index, distant, frame.common)
        stores += [f"_buffer{k}[_k] = {renderer.text(node)}" for k, node in enumerate(recorded)]
        spike_loads, loads, arrays, resets = self._loads(renderer, written, index, distant)
        sum_head, sums, behind = self._sums(renderer, index, distant, gates)
        count_head, counts = self._counts(renderer, frame)
        body = [
            *arrays,
            *self._buffers(recorded),
            *self._constants(renderer),
            *self._times(renderer),
            *self._timed_arrays(renderer),
            *self._streams(graph, renderer),
            *self._shared(renderer, distant),
            *self._shared_draws(graph, renderer, shared),
            *renderer.step_lines,
            *shared,
            *count_head,
            *sum_head,
        ]
        inner = [
            *self._fetches(frame, {*renderer.inputs, *written}),
            *loads,
            *draw_lines(graph, _of_level(graph, renderer, Level.ELEMENT), frame.identity, frame.repeat),
            *counts,
            *renderer.element_lines,
            *stores,
            *sums,
            *resets,
        ]
        details = _wanted(frame, inner)
        body += [line for detail in details for line in detail.head()]
        # Where all that is written is shared there is nothing to be done for single elements.
        body += frame.head if inner or frame.inner else ()
        around = [*spike_loads, *renderer.spike_lines, *spike_stores]
        body += ["    " * (frame.indent - 1) + line for line in around]
        if inner:
            inner = [*(detail.line for detail in details), *inner]
            body += [*frame.inner, *("    " * frame.indent + line for line in inner)]
        body += behind
        first = self.loop.operations[0]
        return Kernel(
            body=tuple(body),
            parameters=frame.parameters,
            description="; ".join(operation.description for operation in self.loop.operations),
            fields=tuple(self.row.fields),
            constants=tuple(renderer.constants.values()),
            scope=self.scope,
            dt=first.every * self.base_dt,
            tables=self.tables,
            functions={renderer.user_functions[name]: own[name] for name in sorted(renderer.user_inputs)},
        )

    def _leaf(self, name: str, common: Extent | None) -> Leaf:
        if name in BUILT_IN_LEVELS:
            return Leaf(BUILT_IN_LEVELS[name], boolean=name == ALIVE, whole=name in ("i", "j"))
        match self.scope.get(name):
            case Variable(extent=Extent.SHARED, storage=storage):
                return Leaf(Level.STEP, boolean=storage is Storage.BOOL)
            case Variable(storage=storage, extent=extent) if extent is common:
                return Leaf(Level.SPIKE, storage is Storage.BOOL, storage is Storage.INT32)
            case Variable(storage=storage):
                return Leaf(Level.ELEMENT, storage is Storage.BOOL, storage is Storage.INT32)
            case Distant(variable=variable, reach=reach):
                level = Level.STEP if reach is Reach.ONE else Level.ELEMENT
                return Leaf(level, variable.storage is Storage.BOOL, variable.storage is Storage.INT32)
            case Port() | Counts():
                return Leaf(Level.ELEMENT)
            case _:
                return Leaf(Level.CONSTANT)

    def _fill(self, graph: Graph) -> list[int]:
        recorded = []
        for stream, operation in enumerate(self.loop.operations):
            graph.stream = stream
            for statement in self._timed(operation):
                if statement.target in operation.sums:
                    self._add(graph, statement)
                else:
                    graph.shared = _is_shared(self.scope.get(statement.target))
                    graph.assign(statement, lambda target, node: self._stored(graph, target, node))
            recorded += [
                graph.to_number(graph.value(self._at_time(operation, e))) for e in operation.recorded
            ]
            graph.end_operation(self._is_stored)
        return recorded

    def _shared_draws(self, graph: Graph, renderer: Renderer, shared: list[str]) -> list[str]:
        """Return the lines for what is random in shared variables, and for whether a step came before."""
        lines = draw_lines(graph, _of_level(graph, renderer, Level.STEP), ("0", "0"), "0")
        if any(ALIVE in line for line in (*renderer.step_lines, *shared)):
            lines.append(f"{ALIVE} = _live != 0")
        return lines

    def _is_stored(self, name: str) -> bool:
        return isinstance(self.scope.get(name), Variable | Distant)

    def _add(self, graph: Graph, statement: Assignment) -> None:
        """Note a value that is added as it is: no fused multiply-add takes the product in it."""
        value = statement.value
        if statement.operator is BinaryOperator.SUBTRACT:
            value = Negative(value)
        self.additions.append((statement.target, graph.to_number(graph.value(value))))

    def _gates(self, graph: Graph) -> dict[str, int]:
        """Return the conditions of additions that are carried out here."""
        return {
            target: graph.to_truth(graph.value(Name(gate)))
            for operation in self.loop.operations
            for target, gate in operation.gates.items()
            if self.alone or not isinstance(self.scope[target], Distant)
        }

    def _timed(self, operation: Operation) -> list[Assignment]:
        return [
            Assignment(s.target, s.operator, self._at_time(operation, s.value)) for s in operation.statements
        ]

    def _at_time(self, operation: Operation, expression: Expression) -> Expression:
        """In a turn the operations after the cut belong to the step before, if there is one."""
        if not operation.after_cut:
            return substitute(expression, {ALIVE: Boolean(value=True)})
        return substitute(expression, {name: Name(earlier) for name, earlier in EARLIER.items()})

    def _stored(self, graph: Graph, target: str, node: int) -> int:
        binding = self.scope.get(target)
        if isinstance(binding, Distant):
            binding = binding.variable
        if not isinstance(binding, Variable):
            return node
        if binding.storage is Storage.BOOL:
            return graph.to_truth(node)
        number = graph.to_number(node)
        match binding.storage:
            case Storage.INT32:
                return graph.whole(number)
            case Storage.FLOAT32:
                return graph.single(number)
            case _:
                return number

    def _array(self, name: str, binding: Variable) -> str:
        size = self._extent_size(binding)
        address = self.row(binding.owner, binding.name)
        return f"{array_name(name)} = {VIEWS[binding.storage]}({address}, {size})"

    def _extent_size(self, binding: Variable) -> str:
        match binding.extent:
            case Extent.NEURON:
                return self.row(binding.owner, "", Attribute.PADDED)
            case Extent.SHARED:
                return "1"
            case Extent.SYNAPSE:
                return self.row(binding.owner, "_target", Attribute.LENGTH)
            case Extent.SOURCE | Extent.TARGET:
                return self.row(binding.owner, binding.name, Attribute.LENGTH)

    def _loads(
        self,
        renderer: Renderer,
        written: Mapping[str, int],
        index: Mapping[Extent, str],
        distant: DistantLines,
    ) -> tuple[list[str], list[str], list[str], list[str]]:
        """Return the lines that load what a spike's elements share, the rest, make arrays, empty ports."""
        places: list[str] = []
        spike_loads: list[str] = []
        loads, arrays, resets = [], [], []
        for name in sorted({*renderer.inputs, *written, *(name for name, _ in self.additions)}):
            binding = self.scope.get(name)
            if isinstance(binding, Distant):
                if name not in renderer.inputs and not self.alone:
                    continue
                arrays += [
                    distant.array(name, binding),
                    *(line for line in distant.head(binding) if line not in arrays),
                ]
                places += [line for line in distant.lines(binding) if line not in places]
                if name in renderer.inputs and binding.reach is not Reach.ONE:
                    value = f"{array_name(name)}[{distant.place(binding)}]"
                    loads.append(f"{local_name(name)} = {_widened(value, binding.variable)}")
            elif isinstance(binding, Variable):
                arrays.append(self._array(name, binding))
                if name in renderer.inputs and binding.extent is not Extent.SHARED:
                    value = f"{array_name(name)}[{index[binding.extent]}]"
                    to = spike_loads if renderer.inputs[name] is Level.SPIKE else loads
                    to.append(f"{local_name(name)} = {_widened(value, binding)}")
            elif isinstance(binding, Port):
                arrays += self._port(name, binding)
                place = f"_ring{name}[{index[Extent.NEURON]}]"
                loads.append(f"{name} = {place}")
                resets.append(f"{place} = 0.0")
            elif name in ("i", "j"):
                loads.append(f"{name} = to_float64({self._number_of(name)})")
        return spike_loads, [*places, *loads], arrays, resets

    def _fetches(self, frame: Frame, touched: Collection[str]) -> list[str]:
        """Return the lines that ask for what a synapse to come has stored."""
        if not frame.ahead:
            return []
        stored = [
            name
            for name in sorted(touched)
            if isinstance(item := self.scope.get(name), Variable) and item.extent is Extent.SYNAPSE
        ]
        fetches = [f"prefetch({array_name(name)}, _ahead)" for name in stored]
        return [f"_ahead = {frame.ahead}", *fetches] if fetches else []

    def _number_of(self, name: str) -> str:
        if self.loop.operations[0].domain in SYNAPTIC:
            return "_source" if name == "i" else "_target_number"
        return f"{self.row(self.loop.owner, '', Attribute.FIRST)} + _i"

    def _port(self, name: str, port: Port) -> list[str]:
        address = self.row(port.population, port.name)
        mask = self.row(port.population, port.name, Attribute.MASK)
        stride = self.row(port.population, port.name, Attribute.STRIDE)
        size = self.row(port.population, "", Attribute.PADDED)
        late = next(o for o in self.loop.operations if o.scope.get(name) == port).after_cut
        step = "(_step - 1)" if late else "_step"
        return [f"_ring{name} = {VIEWS[port.storage]}({address} + ({step} & {mask}) * {stride}, {size})"]

    def _buffers(self, recorded: list[int]) -> list[str]:
        owner = self.loop.operations[0].name
        return [
            f"_buffer{k} = float64_at({self.row(owner, f'buffer{k}')}, "
            f"{self.row(owner, f'buffer{k}', Attribute.LENGTH)})"
            for k in range(len(recorded))
        ]

    def _constants(self, renderer: Renderer) -> list[str]:
        """Return the lines that fetch the numbers computed before the run; the first is the clock's step."""
        timed = any(name in renderer.inputs for name in ("t", EARLIER["t"]))
        if not (renderer.constants or timed):
            return []
        address = self.row(THIS_INSTANCE, "constants")
        lines = [f"_constants = float64_at({address}, {len(renderer.constants) + 1})"]
        return lines + [
            f"{name} = _constants[{k + 1}]  # {render(tree)}"
            for k, (name, tree) in enumerate(renderer.constants.items())
        ]

    def _times(self, renderer: Renderer) -> list[str]:
        """Return the lines for ``t``: a whole number of steps times the clock's step, as one product."""
        every = self.loop.operations[0].every
        lines = []
        for names, step in ((tuple(EARLIER), "_step"), (tuple(EARLIER.values()), "(_step - 1)")):
            steps = step if every == 1 else f"({step} // {every})"
            values = (f"{steps} * _constants[0]", f"to_float64({steps})")
            lines += [f"{n} = {v}" for n, v in zip(names, values, strict=True) if n in renderer.inputs]
        return lines

    def _timed_arrays(self, renderer: Renderer) -> list[str]:
        lines = []
        owner = self.loop.owner
        dt = self.loop.operations[0].every * self.base_dt
        for name in sorted(renderer.timed_inputs):
            binding = self.scope[name]
            if not isinstance(binding, TimedArray):
                continue
            # A monitor's clock may be another than the one that the variables are integrated with.
            field_name = f"timed {name} {self.loop.operations[0].every}"
            self.tables[owner, field_name] = packed_timed_array(binding.values, binding.dt, dt)
            length = self.row(owner, field_name, Attribute.LENGTH)
            lines.append(f"_timed_{name} = float64_at({self.row(owner, field_name)}, {length})")
        return lines

    def _streams(self, graph: Graph, renderer: Renderer) -> list[str]:
        streams = {graph.draws[node].stream for node in renderer.draws}
        lines = []
        for stream in sorted(streams):
            name = self.loop.operations[stream].name
            for word, attribute in enumerate((Attribute.KEY0, Attribute.KEY1)):
                lines.append(f"_key{stream}_{word} = {self.row(name, '', attribute)}")
            late = " - 1" if self.loop.operations[stream].after_cut else ""
            lines.append(f"_draw_step{stream} = (_step{late}) & 0xFFFFFFFF")
        return lines

    def _counts(self, renderer: Renderer, frame: Frame) -> tuple[list[str], list[str]]:
        """Return the lines that load the tables of counts, and those that draw one count per element."""
        head, inner = [], []
        for operation in self.loop.operations:
            for name, binding in operation.scope.items():
                if isinstance(binding, Counts) and name in renderer.inputs:
                    table = count_table(binding.number, binding.rate * operation.every * self.base_dt)
                    self.tables[operation.name, "table"] = table
                    head += [
                        f"_table{name} = float64_at({self.row(operation.name, 'table')}, {len(table)})",
                        *(f"_p{name}_{k} = _table{name}[{k}]" for k in range(len(table))),
                        f"_key{name}_0 = {self.row(operation.name, '', Attribute.KEY0)}",
                        f"_key{name}_1 = {self.row(operation.name, '', Attribute.KEY1)}",
                    ]
                    inner += count_lines(name, len(table), frame.identity, late=operation.after_cut)
        return head, inner

    def _shared(self, renderer: Renderer, distant: DistantLines) -> list[str]:
        lines = []
        for name in sorted(renderer.inputs):
            match self.scope.get(name):
                case Variable(extent=Extent.SHARED) as variable:
                    lines.append(f"{local_name(name)} = {_widened(f'{array_name(name)}[0]', variable)}")
                case Distant(reach=Reach.ONE, variable=variable) as binding:
                    value = _widened(f"{array_name(name)}[{distant.place(binding)}]", variable)
                    lines.append(f"{local_name(name)} = {value}")
        return lines

    def _stores(
        self,
        renderer: Renderer,
        graph: Graph,
        written: Mapping[str, int],
        index: Mapping[Extent, str],
        distant: DistantLines,
        common: Extent | None,
    ) -> tuple[list[str], list[str], list[str]]:
        """Return the lines that store what all elements share, what those of a spike share, and the rest."""
        shared: list[str] = []
        of_spike: list[str] = []
        lines: list[str] = []
        for name in sorted(written):
            binding = self.scope[name]
            node = written[name]
            if renderer.text(node) == local_name(name):
                continue
            stores, storage = lines, Storage.FLOAT64
            if isinstance(binding, Distant):
                element, storage = distant.place(binding), binding.variable.storage
            elif isinstance(binding, Variable) and binding.extent is Extent.SHARED:
                element, storage, stores = "0", binding.storage, shared
                if graph.nodes[node].level is Level.ELEMENT:
                    raise ModelError(
                        f"{self.loop.operations[0].name}: '{name}' is shared: its new value cannot depend on "
                        "the single element"
                    )
            elif isinstance(binding, Variable):
                element, storage = index[binding.extent], binding.storage
                if self._leaf(name, common).level is Level.SPIKE:
                    stores = of_spike
            text = renderer.text(node)
            value = f"int({text})" if storage is Storage.INT32 else text
            stores.append(f"{array_name(name)}[{element}] = {value}")
        return shared, of_spike, lines

    def _sums(
        self,
        renderer: Renderer,
        index: Mapping[Extent, str],
        distant: DistantLines,
        gates: Mapping[str, int],
    ) -> tuple[list[str], list[str], list[str]]:
        def place(name: str) -> tuple[Storage, str, str]:
            binding = self.scope[name]
            gate = renderer.text(gates[name]) if name in gates else ""
            if isinstance(binding, Distant):
                here = f"{array_name(name)}[{distant.place(binding)}]" if self.alone else ""
                return binding.variable.storage, here, gate
            if isinstance(binding, Variable):
                return binding.storage, f"{array_name(name)}[{index[binding.extent]}]", gate
            raise ModelError(f"{self.loop.operations[0].name}: nothing can be added to '{name}'")

        additions = [(name, renderer.text(node)) for name, node in self.additions]
        return sum_lines(self.row, self.loop, additions, place)


def _is_shared(binding: Binding | None) -> bool:
    return isinstance(binding, Variable) and binding.is_shared


def _of_level(graph: Graph, renderer: Renderer, level: Level) -> list[int]:
    return [node for node in renderer.draws if graph.nodes[node].level is level]


def _widened(value: str, variable: Variable) -> str:
    """Return the source of an element of an array as the double that kernels compute with."""
    return f"to_float64({value})" if variable.storage in NARROW else value


def _wanted(frame: Frame, inner: list[str]) -> list[Detail]:
    """Return the details that the lines ask for, and those that these need."""
    asked = set(re.findall(r"\w+", "\n".join(inner)))
    wanted: list[Detail] = []
    for detail in reversed(frame.details):
        if detail.name in asked:
            wanted.insert(0, detail)
            asked |= set(re.findall(r"\w+", detail.line))
    return wanted
