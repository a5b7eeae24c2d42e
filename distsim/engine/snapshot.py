"""Everything about some groups that a run changes, put down so that any number of ranks can take it up.

Arrays are in the order of global numbers (synapses in the order in which they were connected), so nothing in
a snapshot tells how many ranks there were.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.anew import Given
from distsim.engine.groups import Groups
from distsim.engine.history import Train
from distsim.engine.synapses import DELAY_OF, SynapseTable
from distsim.engine.values import Elements, elements_of
from distsim.network import ModelError, Subgroup
from distsim.program.operation import Extent

Key = tuple[str, str]
CONSTANTS = "constants"
ANEW = "(procedural)"
"""The place of a variable for what tells synapses that are not stored from others."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of some groups.

    Parameters
    ----------
    groups
        Their names.
    variables
        By owner and name: (n,) values, or (1,) of a shared variable or a delay that all synapses have.
    varying
        The delays of which each synapse has its own.
    trains
        The spikes that may still be under way, by stream of events: step [s], steps, neurons.
    traces
        By projection, name and extent (``source`` or ``target``): the traces that a run has left, of all
        sources or targets.  Under no name and ``constants`` the numbers that they have been advanced with.
    since
        From when each pathway takes spikes [s], by projection and pathway.
    given
        What synapses that are not stored were given, by projection; a state read from a file does not tell
        that, but only whether it is the same.
    """

    groups: tuple[str, ...]
    variables: Mapping[Key, NDArray[Any]]
    varying: frozenset[Key]
    trains: Mapping[str, tuple[float, NDArray[np.int64], NDArray[np.int64]]]
    since: Mapping[Key, float]
    traces: Mapping[tuple[str, str, str], NDArray[Any]] = field(default_factory=dict)
    given: Mapping[str, Mapping[str, Given]] = field(default_factory=dict)


def take_snapshot(groups: Groups, names: Collection[str]) -> Snapshot | None:
    """Return the state of some groups on rank 0, None on the others.  Collective."""
    variables: dict[Key, NDArray[Any]] = {}
    varying: set[Key] = set()
    for name in names:
        if name in groups.generators:
            continue
        elements = _elements(groups, name)
        numbers = elements.numbers
        for variable, array, shared in _arrays(groups, name):
            parts = groups.communicator.gather(
                (numbers, array[: len(numbers)]) if not shared else (numbers[:0], array)
            )
            if parts is not None:
                variables[name, variable] = parts[0][1].copy() if shared else _in_order(parts)
            if variable.startswith(DELAY_OF) and not shared:
                varying.add((name, variable))
    trains = {}
    for stream in sorted(groups.communicator.broadcast(_streams(groups, names)) or ()):
        train = groups.history.trains.get(stream)
        local = (0.0, np.empty(0, np.int64), np.empty(0, np.int64))
        if train is not None:
            local = (train.dt, train.steps, train.neurons)
        pieces = groups.communicator.gather(local)
        if pieces is not None:
            steps = np.concatenate([piece[1] for piece in pieces])
            neurons = np.concatenate([piece[2] for piece in pieces])
            order = np.lexsort((neurons, steps))
            trains[stream] = (max(piece[0] for piece in pieces), steps[order], neurons[order])
    traces = {
        (name, array, extent.name.lower()): _gathered_trace(groups, name, array, extent)
        for name in names
        if name in groups.tables
        for array, extent in groups.tables[name].traces.items()
    }
    traces |= {
        (name, "", CONSTANTS): groups.tables[name].trace_constants
        for name in names
        if name in groups.tables and groups.tables[name].traces
    }
    if groups.communicator.rank > 0:
        return None
    since = {key: value for key, value in groups.history.since.items() if key[0] in names}
    tables = {name: groups.tables[name] for name in names if name in groups.tables}
    given = {name: dict(table.anew.given) for name, table in tables.items() if table.anew is not None}
    return Snapshot(tuple(names), variables, frozenset(varying), trains, since, traces, given)


def restore_snapshot(groups: Groups, snapshot: Snapshot) -> None:
    """Give groups the state that a snapshot holds.  Collective."""
    for name, given in snapshot.given.items():
        anew = groups.tables[name].anew
        if anew is not None:
            anew.given.clear()
            anew.given.update(given)
    for name in dict.fromkeys(owner for owner, _ in snapshot.variables):
        elements = _elements(groups, name)
        numbers = elements.numbers
        for variable, _, _ in list(_arrays(groups, name)):
            if (name, variable) not in snapshot.variables:
                raise ModelError(f"{name}: the stored state has no variable '{variable}'")
            _write(groups, name, variable, snapshot, numbers)
    _restore_traces(groups, snapshot)
    for stream, (dt, steps, neurons) in snapshot.trains.items():
        block = groups.block(stream.partition(" ")[0])
        here = (neurons >= block.start) & (neurons < block.stop)
        groups.history.trains[stream] = Train(dt, steps[here], neurons[here])
    groups.history.since |= snapshot.since


def _gathered_trace(groups: Groups, name: str, array: str, extent: Extent) -> NDArray[Any]:
    """Return a trace of all sources or targets on rank 0, zero where no rank has synapses.  Collective."""
    table = groups.tables[name]
    numbers, places = _of_trace(table, extent)
    here = groups.state.arrays[name, array][places]
    whole = np.zeros((table.source_end if extent is Extent.SOURCE else table.target_end).size, here.dtype)
    for part_numbers, values in groups.communicator.gather((numbers, here)) or ():
        whole[part_numbers] = values
    return whole


def _restore_traces(groups: Groups, snapshot: Snapshot) -> None:
    for name in {owner for owner, _ in snapshot.variables} & groups.tables.keys():
        groups.tables[name].forget_traces()
    for (name, array, kind), values in snapshot.traces.items():
        table = groups.tables[name]
        if kind == CONSTANTS:
            table.trace_constants = values
            continue
        extent = Extent[kind.upper()]
        numbers, places = _of_trace(table, extent)
        here = np.zeros(table.trace_size(extent), values.dtype)
        here[places] = values[numbers]
        groups.state.arrays[name, array] = here
        table.traces[array] = extent


def _of_trace(table: SynapseTable, extent: Extent) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the sources or targets whose traces are here, and their places."""
    if extent is Extent.SOURCE:
        # The spikes of a source without synapses here may not have come here.
        places = np.flatnonzero(np.diff(table.rows.starts))
        return table.rows.numbers[places].astype(np.int64), places
    numbers, local = table.target_end.candidates, table.target_end.local
    return np.arange(numbers.start, numbers.stop), np.arange(local.start, local.stop)


def _elements(groups: Groups, name: str) -> Elements:
    if name in groups.tables:
        return elements_of(groups, name)
    if name not in groups.neurons:
        raise ModelError(f"there is no group '{name}'")
    return elements_of(groups, Subgroup(name, 0, groups.neurons[name].population.size))


def _arrays(groups: Groups, name: str) -> list[tuple[str, NDArray[Any], bool]]:
    """Return name and array of each variable, and whether it has one value in all."""
    if name in groups.tables:
        table = groups.tables[name]
        table.settle()
        found = [(v.name, groups.state.arrays[v.key], v.is_shared) for v in table.variables.values()]
        found += [
            (f"{DELAY_OF}{pathway}", delay, pathway not in table.varying)
            for pathway, delay in sorted(table.delays.items())
        ]
        if table.anew is not None:
            found.append((ANEW, table.anew.fingerprint, True))
        return found
    variables = groups.neurons[name].variables.values()
    return [(v.name, groups.state.arrays[v.key], v.is_shared) for v in variables]


def _write(groups: Groups, name: str, variable: str, snapshot: Snapshot, numbers: NDArray[np.int64]) -> None:
    values = snapshot.variables[name, variable]
    if variable == ANEW:
        anew = groups.tables[name].anew
        if anew is None or not np.array_equal(values, anew.fingerprint):
            raise ModelError(f"{name}: the stored state is of other procedural synapses, or of other values")
        return
    if variable.startswith(DELAY_OF):
        table = groups.tables[name]
        pathway = variable.removeprefix(DELAY_OF)
        varying = (name, variable) in snapshot.varying
        table.set_delays(pathway, values[numbers] if varying else values.copy(), varying=varying)
        return
    owner = groups.tables[name].variables if name in groups.tables else groups.neurons[name].variables
    array = groups.state.arrays[owner[variable].key]
    if owner[variable].is_shared:
        array[:] = values
    else:
        array[: len(numbers)] = values[numbers]


def _in_order(parts: list[tuple[NDArray[np.int64], NDArray[Any]]]) -> NDArray[Any]:
    numbers = np.concatenate([part[0] for part in parts])
    values = np.empty(len(numbers), parts[0][1].dtype)
    values[numbers] = np.concatenate([part[1] for part in parts])
    return values


def _streams(groups: Groups, names: Collection[str]) -> set[str]:
    return {stream for stream in groups.history.trains if stream.partition(" ")[0] in names}
