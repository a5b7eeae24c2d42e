"""Monitors: what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.config.evaluation import SECOND, Evaluator
from distsim.config.inputs import read_indices
from distsim.config.projections import code_variables
from distsim.config.subgroups import read_range, read_subgroup
from distsim.equations.suggest import did_you_mean
from distsim.network import SPIKE, RateMonitor, SpikeMonitor, StateMonitor, Subgroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from distsim.config.errors import KeyPath, Problems
    from distsim.config.populations import Group
    from distsim.config.sections import RateMonitorEntry, SpikeMonitorEntry, StateMonitorEntry
    from distsim.network import Projection
    from distsim.network.scope import Scope
    from distsim.network.variables import Variable


def read_spike_monitor(
    name: str, entry: SpikeMonitorEntry, groups: Mapping[str, Group], scope: Scope, problems: Problems
) -> SpikeMonitor | None:
    """Return a monitor of spikes."""
    path: KeyPath = ("monitors", name)
    source = _spiking(path, entry.source, groups, Evaluator(problems, scope), entry.event)
    if source is None or not _known(
        (*path, "variables"),
        entry.variables,
        source.population,
        groups[source.population].variables,
        problems,
    ):
        return None
    return SpikeMonitor(name, source, tuple(entry.variables), entry.event, entry.when, entry.order)


def read_rate_monitor(
    name: str, entry: RateMonitorEntry, groups: Mapping[str, Group], scope: Scope, problems: Problems
) -> RateMonitor | None:
    """Return a monitor of a population rate."""
    source = _spiking(("monitors", name), entry.source, groups, Evaluator(problems, scope))
    return None if source is None else RateMonitor(name, source)


def read_state_monitor(
    name: str,
    entry: StateMonitorEntry,
    groups: Mapping[str, Group],
    projections: Mapping[str, Projection],
    scope: Scope,
    problems: Problems,
) -> StateMonitor | None:
    """Return a monitor of variables over time."""
    path: KeyPath = ("monitors", name)
    count = problems.count
    evaluate = Evaluator(problems, scope)
    if entry.source in projections:
        return _read_synapse_monitor(name, entry, projections[entry.source], groups, evaluate)
    found = read_subgroup((*path, "source"), entry.source, groups, evaluate)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    if found is None:
        return None
    group, source = found
    _known((*path, "variables"), entry.variables, group.population.name, group.variables, problems)
    record = None
    if isinstance(entry.record, str):
        bounds = read_range((*path, "record"), entry.record, source.size, evaluate)
        record = None if bounds is None else np.arange(*bounds, dtype=np.int64)
    elif isinstance(entry.record, list):
        indices = read_indices((*path, "record"), entry.record, source.size, evaluate)
        if indices is not None and not indices.size:
            problems.add((*path, "record"), "the list is empty; leave the monitor out to record nothing")
        record = None if indices is None else np.unique(indices)
    if problems.count > count:
        return None
    return StateMonitor(name, source, tuple(entry.variables), record, dt, entry.when, entry.order)


def _spiking(
    path: KeyPath, text: str, groups: Mapping[str, Group], evaluate: Evaluator, event: str = SPIKE
) -> Subgroup | None:
    place = (*path, "source")
    found = read_subgroup(place, text, groups, evaluate)
    if found is None:
        return None
    group, source = found
    if event not in group.events and event != SPIKE:
        hint = did_you_mean(event, group.events)
        evaluate.problems.add((*path, "event"), f"'{source.population}' has no event '{event}'{hint}")
        return None
    if event not in group.events:
        evaluate.problems.add(place, f"'{source.population}' has no threshold, so it never spikes")
        return None
    return source


def _read_synapse_monitor(
    name: str,
    entry: StateMonitorEntry,
    projection: Projection,
    groups: Mapping[str, Group],
    evaluate: Evaluator,
) -> StateMonitor | None:
    """Return a monitor of variables of synapses, counted in the order in which they are connected."""
    path: KeyPath = ("monitors", name)
    problems = evaluate.problems
    count = problems.count
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    variables = code_variables(projection, groups)
    _known((*path, "variables"), entry.variables, projection.name, variables, problems)
    record = None
    if isinstance(entry.record, list):
        indices = read_indices((*path, "record"), entry.record, None, evaluate)
        if indices is not None and (not indices.size or indices.min() < 0):
            problems.add((*path, "record"), "must be a list of numbers of synapses")
        record = None if indices is None else np.unique(indices)
    elif isinstance(entry.record, str):
        problems.add((*path, "record"), "must be true (all synapses) or a list of numbers of synapses")
    if problems.count > count:
        return None
    return StateMonitor(name, projection.name, tuple(entry.variables), record, dt, entry.when, entry.order)


def _known(
    path: KeyPath,
    variables: Sequence[str],
    owner: str,
    known: Mapping[str, Variable],
    problems: Problems,
) -> bool:
    count = problems.count
    for name in variables:
        if name not in known:
            problems.add(path, f"'{owner}' has no variable '{name}'{did_you_mean(name, known)}")
    for name in sorted({name for name in variables if variables.count(name) > 1}):
        problems.add(path, f"'{name}' is given twice")
    return problems.count == count
