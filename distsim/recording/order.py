"""The order of spikes in a file: checking it, and restoring it over several ranks.

Ranks hold contiguous blocks of neurons in rank order and each has its spikes sorted by (step, neuron).
Spikes concatenated in rank order are therefore sorted by (step, neuron) after a **stable** sort by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from distsim.recording.protocol import SpikePopulation, SpikeWindow

_RESERVED = frozenset({"timestamps", "node_ids"})


def check_variables(populations: Sequence[SpikePopulation]) -> None:
    """Raise ValueError where a variable recorded at spikes has the name of one of SONATA's data sets."""
    for population in populations:
        for variable in population.variables:
            if variable.name in _RESERVED:
                raise ValueError(
                    f"{variable.name!r} of {population.name!r} cannot be recorded under that name"
                )


def check_window(window: SpikeWindow, population: SpikePopulation, earliest: int) -> None:
    """Raise ValueError unless the window is well-formed and begins at or after step `earliest`."""
    where = f"spikes of {population.name!r} in steps [{window.first}, {window.stop})"
    steps, node_ids = window.steps, window.node_ids
    if window.first < earliest or window.stop < window.first:
        raise ValueError(f"{where}: windows must follow each other in time, step {earliest} was next")
    if set(window.variables) != {variable.name for variable in population.variables}:
        raise ValueError(f"{where}: variables {sorted(window.variables)} are not those declared")
    if any(array.shape != steps.shape for array in (node_ids, *window.variables.values())):
        raise ValueError(f"{where}: the arrays differ in length")
    if steps.size == 0:
        return
    if steps[0] < window.first or steps[-1] >= window.stop:
        raise ValueError(f"{where}: a step lies outside the window")
    if node_ids.min() < 0 or node_ids.max() >= population.size:
        raise ValueError(f"{where}: a node id lies outside [0, {population.size})")
    step_change = np.diff(steps)
    if np.any(step_change < 0) or np.any((step_change == 0) & (np.diff(node_ids) < 0)):
        raise ValueError(f"{where}: not sorted by step and node id")


def sort_by_step(
    steps: NDArray[np.int64], node_ids: NDArray[np.int64], variables: Mapping[str, NDArray[np.float64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Return spikes that were concatenated in rank order, sorted by (step, neuron)."""
    order = np.argsort(steps, kind="stable")
    return steps[order], node_ids[order], {name: values[order] for name, values in variables.items()}
