"""Traces: event-driven variables that need not be stored for each synapse.

In the classic rule of spike-timing-dependent plasticity each synapse has a trace of its presynaptic spikes
and one of its postsynaptic ones, but all synapses of a neuron have the same.  A variable is kept once for
each source or target where that follows from what reads and writes it:

- one pathway alone writes it, and no other code; its new value depends on nothing that differs between the
  synapses that one spike reaches;
- between spikes it depends on constants and on other traces of the same pathway alone;
- the pathway has one delay for all synapses;
- nothing outside the code of pathways reads it, and nobody gives it an initial value.

Morrison A, Diesmann M, Gerstner W (2008) Phenomenological models of synaptic plasticity based on spike
timing. Biol Cybern 98:459-478, doi 10.1007/s00422-008-0233-1, section 4.2, describes what simulators keep.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from distsim.equations.expand import expanded_derivatives
from distsim.equations.tree import Assignment, Expression, functions, names
from distsim.integrators import LAST_UPDATE, event_driven_names
from distsim.network import Constant, Pathway, PathwaySide, TimedArray, UserFunction
from distsim.program.event_driven import Trace
from distsim.program.operation import Extent, Storage, Variable
from distsim.program.scope import STATEFUL
from distsim.program.synapses import SynapseModel, resolved

COMMON = {PathwaySide.PRE: Extent.SOURCE, PathwaySide.POST: Extent.TARGET}
"""What the synapses that one spike reaches have in common."""


def find_traces(model: SynapseModel, seen: Collection[str]) -> dict[str, Trace]:
    """Return the variables of a projection that can be kept once for each source or target.

    Parameters
    ----------
    seen
        The names that anything but the pathways of the projection reads or writes.
    """
    event_driven = set(event_driven_names(model.equations))
    code = {p.name: resolved(model, p.statements) for p in model.projection.pathways}
    mentioned = {
        name for statements in code.values() for s in statements for name in (s.target, *names(s.value))
    }
    if LAST_UPDATE in mentioned or not event_driven:
        return {}
    initial = {
        name
        for target, value in model.projection.initial
        for name in (target, *(names(value) if isinstance(value, Expression) else ()))
    }
    candidates = event_driven - set(seen) - initial - model.changing
    writers = {
        name: [p for p in model.projection.pathways if any(s.target == name for s in code[p.name])]
        for name in candidates
    }
    owner = {name: pathways[0] for name, pathways in writers.items() if len(pathways) == 1}
    owner = {name: pathway for name, pathway in owner.items() if _one_delay(model, pathway)}
    while True:
        kept = {
            name: pathway
            for name, pathway in owner.items()
            if _common_derivative(model, owner, name) and _common_code(model, owner, pathway, code, name)
        }
        if len(kept) == len(owner):
            return {name: _trace(model, name, pathway) for name, pathway in owner.items()}
        owner = kept


def with_traces(model: SynapseModel, traces: Mapping[str, Trace]) -> SynapseModel:
    """Return a projection some of whose variables are kept once for each source or target."""
    if not traces:
        return model
    scope = dict(model.scope)
    if traces.keys() == set(event_driven_names(model.equations)):
        del scope[LAST_UPDATE]
    for name, trace in traces.items():
        scope |= {name: trace.variable, trace.clock.name: trace.clock}
    return replace(model, scope=scope, traces=traces)


def _trace(model: SynapseModel, name: str, pathway: Pathway) -> Trace:
    projection, extent = model.projection.name, COMMON[pathway.side]
    stored = model.variables[name]
    # A group that outlasts its runs has an array of each variable of its synapses, too.
    variable = Variable(projection, f"{name} of {extent.name.lower()}s", stored.storage, extent)
    clock = Variable(projection, f"{LAST_UPDATE}_{pathway.name}", Storage.FLOAT64, extent)
    rate = dict(expanded_derivatives(model.equations))[name]
    outside = [model.scope[n] for n in sorted(names(rate)) if n in model.scope]
    constants = tuple(float(item.value) for item in outside if isinstance(item, Constant))
    return Trace(variable, clock, pathway.name, constants)


def _one_delay(model: SynapseModel, pathway: Pathway) -> bool:
    delay = pathway.delay
    if delay is None:
        return True
    return isinstance(delay, Expression) and _is_common(model, delay, frozenset())


def _common_derivative(model: SynapseModel, owner: dict[str, Pathway], name: str) -> bool:
    """Tell whether a variable changes between spikes alike for all synapses, and no other one reads it."""
    together = frozenset(other for other, pathway in owner.items() if pathway is owner[name])
    event_driven = set(event_driven_names(model.equations))
    for variable, rate in expanded_derivatives(model.equations):
        if variable == name and not _is_common(model, rate, together):
            return False
        if variable in event_driven - together and name in names(rate):
            return False
    return True


def _common_code(
    model: SynapseModel,
    owner: dict[str, Pathway],
    pathway: Pathway,
    code: dict[str, tuple[Assignment, ...]],
    name: str,
) -> bool:
    """Tell whether the pathway that writes a variable gives it the same value at all synapses of a neuron."""
    common = {other for other, its in owner.items() if its is pathway} | {"t", "dt"}
    for statement in code[pathway.name]:
        same = _is_common(model, statement.value, frozenset(common))
        if statement.target == name and not same:
            return False
        if statement.target not in model.scope:
            # A temporary value is what was last assigned to it.
            same = same and (statement.operator is None or statement.target in common)
            common = common | {statement.target} if same else common - {statement.target}
    return True


def _is_common(model: SynapseModel, expression: Expression, common: frozenset[str]) -> bool:
    """Tell whether an expression of constants and of `common` names has one value for all synapses."""
    if functions(expression) & STATEFUL:
        return False
    if any(isinstance(model.scope.get(f), TimedArray | UserFunction) for f in functions(expression)):
        return False
    return all(
        name in common or name in ("pi", "e", "inf") or isinstance(model.scope.get(name), Constant)
        for name in names(expression)
    )
