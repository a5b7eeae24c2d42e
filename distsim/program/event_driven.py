"""Event-driven variables in the code of a pathway: advanced to the time of the spike before it runs.

A variable that only one pathway changes, alike for all synapses of a neuron, is a *trace*: it is kept once
for each source or target (`distsim.program.traces` finds out), with the time up to which it has been
advanced.  The pathway that changes it advances and stores it; the others compute what it has become, and
store nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from distsim.equations import Equations
from distsim.equations.functions import FunctionSignature
from distsim.equations.tree import Assignment, Binary, Name, names, substitute
from distsim.integrators import LAST_UPDATE, event_driven_names, event_update
from distsim.program.operation import Variable


@dataclass(frozen=True, slots=True)
class Trace:
    """An event-driven variable that all synapses of a source, or all of a target, have in common.

    Parameters
    ----------
    variable
        One value for each source or target.
    clock
        The time up to which it has been advanced; one for all traces of a pathway.
    pathway
        The name of the pathway that changes it.
    constants
        The numbers from outside in its equation, in the order of their names.
    """

    variable: Variable
    clock: Variable
    pathway: str
    constants: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EventDriven:
    """The event-driven equations of a projection.

    Parameters
    ----------
    equations
        All equations of the synapses.
    functions, values, varying
        As `distsim.integrators.event_update` takes them.
    traces
        Those of the variables that are traces.
    """

    equations: Equations
    functions: Mapping[str, FunctionSignature]
    values: Mapping[str, float]
    varying: frozenset[str]
    traces: Mapping[str, Trace]

    def code(self, pathway: str, statements: Sequence[Assignment]) -> tuple[Assignment, ...]:
        """Return the statements of a pathway with what has to come before and after them."""
        own = {name: trace for name, trace in self.traces.items() if trace.pathway == pathway}
        single = set(event_driven_names(self.equations)) - self.traces.keys()
        before = self.advanced(single, LAST_UPDATE)
        clocks = [LAST_UPDATE] if before else []
        for clock in sorted({trace.clock.name for trace in own.values()}):
            before += self.advanced(own, clock)
            clocks.append(clock)
        current: dict[str, Name] = {}
        read = {name for statement in statements for name in names(statement.value)}
        for clock in sorted({self.traces[n].clock.name for n in read & self.traces.keys() - own.keys()}):
            group = [name for name, trace in self.traces.items() if trace.clock.name == clock]
            for statement in self.advanced(group, clock):
                value = statement.value
                if statement.operator is not None:
                    value = Binary(statement.operator, Name(statement.target), value)
                temporary = f"_now_{statement.target}"
                before.append(Assignment(temporary, None, substitute(value, current)))
                current[statement.target] = Name(temporary)
        return (
            *before,
            *(Assignment(s.target, s.operator, substitute(s.value, current)) for s in statements),
            *(Assignment(clock, None, Name("t")) for clock in clocks),
        )

    def advanced(self, wanted: Collection[str], clock: str) -> list[Assignment]:
        """Return the statements that advance some of the variables from the time `clock` to ``t``."""
        if not wanted:
            return []
        others = set(event_driven_names(self.equations)) - set(wanted)
        statements = event_update(
            Equations([e for e in self.equations.values() if e.name not in others]),
            functions=self.functions,
            values=self.values,
            varying=self.varying,
        )
        return [
            Assignment(s.target, s.operator, substitute(s.value, {LAST_UPDATE: Name(clock)}))
            for s in statements
        ]
