"""Traces of groups that outlast their runs: in a run one for each neuron, between runs one for each synapse.

During a run the value of a trace, and the time up to which it has been advanced, are in arrays with an entry
for each source or target (`distsim.program.traces`).  Afterwards a script may ask for the variable of any
synapse, and set it.  So `settle` then works out what each synapse has, as if it had been advanced at the last
event of the synapse; that is done only when somebody asks.  The next run goes on with the arrays of the
neurons, unless something has been changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.synapses import CHUNK, SynapseTable
from distsim.integrators import LAST_UPDATE
from distsim.kernels.evaluate import assign
from distsim.network import Constant
from distsim.program.event_driven import Trace
from distsim.program.operation import Extent, Variable
from distsim.program.synapses import SynapseModel, event_driven_equations


def with_one_delay(table: SynapseTable, traces: Mapping[str, Trace]) -> dict[str, Trace]:
    """Return those of some traces whose pathway has one delay for all synapses."""
    return {name: trace for name, trace in traces.items() if trace.pathway not in table.varying}


def may_begin(table: SynapseTable, traces: Mapping[str, Trace]) -> bool:
    """Tell whether what the synapses here have is what traces can hold.

    It is if the traces of an earlier run are still there, or nothing has happened yet.
    """
    if _goes_on(table, traces):
        return True
    table.settle()
    return not any(np.any(table.state.arrays[table.variables[name].key]) for name in (*traces, LAST_UPDATE))


def begin_traces(table: SynapseTable, model: SynapseModel) -> None:
    """Make the arrays of a run's traces, or go on with those of an earlier one."""
    if not _goes_on(table, model.traces):
        table.forget_traces()
        for variable in _stored(model.traces):
            table.state.arrays[variable.key] = np.zeros(
                table.trace_size(variable.extent), variable.storage.value
            )
        table.traces = _extents(model.traces)
        table.trace_constants = _constants(model.traces)
    if LAST_UPDATE in table.variables and model.traces:
        table.unsettled = lambda: _settle(table, model)


def _stored(traces: Mapping[str, Trace]) -> list[Variable]:
    return [variable for trace in traces.values() for variable in (trace.variable, trace.clock)]


def _goes_on(table: SynapseTable, traces: Mapping[str, Trace]) -> bool:
    """Tell whether the traces of the last run are those of the next, advanced with the same numbers."""
    return table.traces == _extents(traces) and np.array_equal(table.trace_constants, _constants(traces))


def _constants(traces: Mapping[str, Trace]) -> NDArray[np.float64]:
    return np.array([number for name in sorted(traces) for number in traces[name].constants], float)


def _extents(traces: Mapping[str, Trace]) -> dict[str, Extent]:
    return {variable.name: variable.extent for variable in _stored(traces)}


def _settle(table: SynapseTable, model: SynapseModel) -> None:
    """Give each synapse here the values of its traces at its last event, and the time of that."""
    for start in range(0, len(table), CHUNK):
        part = slice(start, min(start + CHUNK, len(table)))
        for name, values in at_last_events(table, model, part).items():
            table.state.arrays[table.variables[name].key][part] = values


def at_last_events(table: SynapseTable, model: SynapseModel, part: slice) -> dict[str, NDArray[Any]]:
    """Return the traces of some synapses as they were at the last event of each, and the time of that."""
    arrays, traces = table.state.arrays, model.traces
    event_driven = event_driven_equations(model)
    clocks = {trace.clock.name: trace.clock for trace in traces.values()}
    constants = {n: item.value for n, item in model.scope.items() if isinstance(item, Constant)}
    # Traces of targets are those of neurons, whose places are stored.
    places = {
        Extent.SOURCE: table.rows.rows(part.start, part.stop),
        Extent.TARGET: table.stored_targets[part],
    }

    def of_synapses(variable: Variable) -> NDArray[Any]:
        values: NDArray[Any] = arrays[variable.key][places[variable.extent]]
        return values

    times = {name: of_synapses(clock) for name, clock in clocks.items()}
    if LAST_UPDATE in model.variables:
        last = arrays[model.variables[LAST_UPDATE].key][part]
    else:
        last = np.maximum.reduce(list(times.values()))
    found = {LAST_UPDATE: last}
    for clock, time in times.items():
        group = [name for name, trace in traces.items() if trace.clock.name == clock]
        values = {name: of_synapses(traces[name].variable) for name in group}
        known = {**constants, clock: time, "t": last}
        assign(event_driven.advanced(group, clock), values, known.__getitem__)
        found |= {name: values[name] for name in group}
    return found
