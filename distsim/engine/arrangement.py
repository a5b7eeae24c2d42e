"""What a run needs of the synapses of a projection: rows by source, delays in steps, weights.

Made before each run from the table of synapses; what nobody has changed since the last run stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.synapses import CHUNK, SynapseTable
from distsim.kernels.emit import Attribute
from distsim.kernels.sorting import order_within_rows
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


def arrange(
    table: SynapseTable,
    model: SynapseModel,
    pathways: Sequence[AnyPathway],
    dt: float,
    *,
    visited: bool,
    columns: Set[str],
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
    columns
        The arrays of synapses that kernels read.
    """
    only = pathways[0] if len(pathways) == 1 and isinstance(pathways[0], AdditivePathway) else None
    varying = only is not None and only.pathway.name in {*table.varying, *table.counted}
    sorting = varying and not table.arranged and not visited
    if table.by_delay and (sorting or visited):
        # An earlier arrangement was by other delays.
        table.sort()
    delays = {pathway.name: _steps(table, model, pathway, dt) for pathway in pathways}
    if only is not None and sorting:
        _sort_by_delay(table, delays[only.name])
    arrays = table.state.arrays
    for name, delay in delays.items():
        arrays[name, "delay"] = delay
    for key, weight in _weights(table, model, pathways).items():
        arrays[key] = weight
    if not table.arranged or table.target_end.scattered or table.source_end.scattered:
        # Synapses at the ends may have become more, or changed their places.
        _store_rows(table)
        table.arranged = True
    _store_columns(table, columns)
    store_numbers(table, model)


def _steps(table: SynapseTable, model: SynapseModel, pathway: AnyPathway, dt: float) -> NDArray[np.uint16]:
    """Return the delays in base steps, one for all or one for each synapse."""
    counted = table.counted.get(pathway.pathway.name)
    if counted is not None:
        return counted
    seconds = table.delays.get(pathway.pathway.name, np.zeros(1))
    steps = np.empty(len(seconds), np.uint16)
    for start in range(0, len(seconds), CHUNK):
        part = slice(start, start + CHUNK)
        steps[part] = counted_delays(model, pathway.pathway.side, dt, seconds[part])
    return steps


def counted_delays(
    model: SynapseModel, side: PathwaySide, dt: float, seconds: NDArray[np.float64]
) -> NDArray[np.uint16]:
    """Return (n,) delays of a pathway in base steps of `dt` [s].

    Raises
    ------
    ModelError
        If a delay is negative, or longer than can be counted.
    """
    name = model.projection.name
    if not np.all(seconds >= 0):
        wrong = seconds[~(seconds >= 0)][0]
        raise ModelError(f"{name}: a delay of {wrong} s; delays must not be negative")
    # Counted in steps of those whose spikes are delayed.
    every = model.source_every if side is PathwaySide.PRE else model.target.every
    steps = delay_steps(seconds, every * dt) * every
    if steps.max(initial=0) > LARGEST_DELAY:
        raise ModelError(f"{name}: a delay of {steps.max()} steps; at most {LARGEST_DELAY} fit")
    return steps.astype(np.uint16)


def _sort_by_delay(table: SynapseTable, delays: NDArray[np.uint16]) -> None:
    """Sort the synapses of each source, which stand by target, by delay; `delays` along with them."""
    table.by_delay = True
    # Also on a rank that has no synapses.
    table.renumber()
    starts = table.rows.starts
    counted = any(delays is kept for kept in table.counted.values())
    for row, behind in table.rows.pieces(CHUNK):
        start, stop = starts[row], starts[behind]
        order = order_within_rows(delays[start:stop], starts[row : behind + 1])
        table.permute(order, start)
        if not counted:
            delays[start:stop] = delays[start:stop][order]


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
                weights[part.weight] = table.evaluate(
                    table.resolved(part.value),
                    f"{pathway.name} weight",
                    model.projection.namespace,
                    dtype=part.port.storage.value,
                ).reshape(-1)
    return weights


def _store_rows(table: SynapseTable) -> None:
    name, arrays = table.projection.name, table.state.arrays
    arrays[name, "_present"] = table.rows.present
    arrays[name, "_row_start"] = table.rows.starts
    arrays[name, "_target"] = table.target_places


def _store_columns(table: SynapseTable, columns: Set[str]) -> None:
    """Make those arrays that follow from others and that somebody reads."""
    arrays, name = table.state.arrays, table.projection.name
    made: dict[str, Callable[[], NDArray[Any]]] = {
        "_source": lambda: table.sources,
        "_repeat": lambda: table.repeats_of(0, len(table)),
        SOURCE_NUMBER: lambda: table.sources,
        TARGET_NUMBER: lambda: table.targets,
        REPEAT_NUMBER: lambda: table.repeats_or_zero().astype(np.int32),
    }
    for column in columns & made.keys():
        arrays[name, column] = made[column]()


def store_numbers(table: SynapseTable, model: SynapseModel) -> None:
    """Store which sources and targets kernels have to do with."""
    projection, state = model.projection, table.state
    state.set_integer(projection.name, "source", Attribute.FIRST, projection.source.start)
    state.set_integer(projection.name, "source", Attribute.LENGTH, projection.source.size)
    # Targets are stored as places; code sees numbers.  Those of neurons follow from their places.
    state.set_integer(projection.name, "target", Attribute.FIRST, -table.shift)
    # Synapses can be read like neurons by those that come from or lead to them, in loops without vectors.
    state.set_integer(projection.name, "", Attribute.FIRST, 0)
    state.set_integer(projection.name, "", Attribute.LOCAL, len(table))
    state.set_integer(projection.name, "", Attribute.PADDED, len(table))
