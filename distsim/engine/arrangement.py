"""What a run needs of the synapses of a projection: rows by source, delays in steps, weights.

Made before each run from the table of synapses; what nobody has changed since the last run stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.synapses import SynapseTable, sort_by
from distsim.kernels.emit import Attribute
from distsim.network import ModelError, PathwaySide
from distsim.program.clocks import delay_steps
from distsim.program.synapses import (
    REPEAT_NUMBER,
    SOURCE_NUMBER,
    TARGET_NUMBER,
    AdditivePathway,
    AnyPathway,
    SynapseModel,
)

LARGEST_DELAY = np.iinfo(np.uint16).max
DENSE_ROWS = 1024
"""Below this many sources, every source has a row even if it has no synapse here."""


def arrange(
    table: SynapseTable,
    model: SynapseModel,
    pathways: Sequence[AnyPathway],
    dt: float,
    *,
    visited: bool,
) -> None:
    """Make the arrays through which spikes find the synapses of a projection.

    Parameters
    ----------
    model
        The projection as it is in the run that begins.
    pathways
        Its pathways.
    dt
        The base step [s].
    visited
        Synapses are looked at one by one, and not only by the spikes of additive pathways.
    """
    if visited and table.by_delay:
        table.sort()
    delays = {pathway.name: _steps(table, model, pathway, dt) for pathway in pathways}
    only = pathways[0] if len(pathways) == 1 else None
    varying = only is not None and only.pathway.name in table.varying
    if isinstance(only, AdditivePathway) and varying and not table.arranged and not visited:
        table.by_delay = True
        order = _delay_order(table, delays[only.name])
        table.permute(order)
        delays[only.name] = delays[only.name][order]
    arrays = table.state.arrays
    for name, delay in delays.items():
        arrays[name, "delay"] = delay
    for key, weight in _weights(table, model, pathways).items():
        arrays[key] = weight
    if not table.arranged or table.target_end.scattered or table.source_end.scattered:
        # Synapses at the ends may have become more, or changed their places.
        _store_rows(table)
        table.arranged = True
    if visited:
        name = model.projection.name
        arrays[name, "_source"] = table.sources
        arrays[name, "_repeat"] = table.repeats
    _store_numbers(table, model)
    _store_as_elements(table)


def _steps(table: SynapseTable, model: SynapseModel, pathway: AnyPathway, dt: float) -> NDArray[np.uint16]:
    """Return the delays in base steps, one for all or one for each synapse."""
    seconds = table.delays.get(pathway.pathway.name, np.zeros(1))
    if not np.all(seconds >= 0):
        wrong = seconds[~(seconds >= 0)][0]
        raise ModelError(f"{pathway.projection}: a delay of {wrong} s; delays must not be negative")
    # Counted in steps of those whose spikes are delayed.
    every = model.source_every if pathway.pathway.side is PathwaySide.PRE else model.target.every
    steps = delay_steps(seconds, every * dt) * every
    if steps.max(initial=0) > LARGEST_DELAY:
        raise ModelError(f"{pathway.projection}: a delay of {steps.max()} steps; at most {LARGEST_DELAY} fit")
    return steps.astype(np.uint16)


def _delay_order(table: SynapseTable, delay: NDArray[np.uint16]) -> NDArray[np.integer[Any]]:
    """Return the order by source, then delay, then target."""
    # By target first: an earlier arrangement may have been by other delays.
    order = sort_by(table.targets, table.target_end.size, None)
    order = sort_by(delay.astype(np.int32), int(delay.max(initial=0)) + 1, order)
    return sort_by(table.sources, table.source_end.size, order)


def _weights(
    table: SynapseTable, model: SynapseModel, pathways: Sequence[AnyPathway]
) -> dict[tuple[str, str], NDArray[Any]]:
    """Return the arrays of what additive pathways add, where it is not a stored variable itself."""
    weights = {}
    for pathway in pathways:
        if not isinstance(pathway, AdditivePathway):
            continue
        for part in pathway.parts:
            if part.weight[0] != model.projection.name:
                values = table.evaluate(
                    table.resolved(part.value), f"{pathway.name} weight", model.projection.namespace
                )
                weights[part.weight] = values.astype(part.port.storage.value).reshape(-1)
    return weights


def _store_rows(table: SynapseTable) -> None:
    name, size = table.projection.name, table.source_end.size
    arrays = table.state.arrays
    if size <= max(DENSE_ROWS, 2 * len(table)):
        present = np.empty(0, np.int32)
        counts = np.bincount(table.sources, minlength=size)
    else:
        present, counts = np.unique(table.sources, return_counts=True)
    arrays[name, "_present"] = present.astype(np.int32)
    arrays[name, "_row_start"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    arrays[name, "_target"] = table.target_end.places(table.targets).astype(np.int32)


def _store_numbers(table: SynapseTable, model: SynapseModel) -> None:
    projection, state = model.projection, table.state
    state.set_integer(projection.name, "source", Attribute.FIRST, projection.source.start)
    state.set_integer(projection.name, "source", Attribute.LENGTH, projection.source.size)
    # Targets are stored as places; code sees numbers.  Those of neurons follow from their places.
    first = table.target_end.candidates.start - table.target_end.local.start
    state.set_integer(projection.name, "target", Attribute.FIRST, first)


def _store_as_elements(table: SynapseTable) -> None:
    """Make synapses readable like neurons, for synapses that come from or lead to them."""
    name, state = table.projection.name, table.state
    state.arrays[name, SOURCE_NUMBER] = table.sources
    state.arrays[name, TARGET_NUMBER] = table.targets
    if table.multisynaptic is not None:
        state.arrays[name, REPEAT_NUMBER] = table.repeats_or_zero().astype(np.int32)
    state.set_integer(name, "", Attribute.FIRST, 0)
    state.set_integer(name, "", Attribute.LOCAL, len(table))
    # Loops over synapses need no whole vectors.
    state.set_integer(name, "", Attribute.PADDED, len(table))
