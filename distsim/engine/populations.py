"""The arrays of populations, and what the neurons start with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distsim.engine.state import State, padded
from distsim.kernels.emit import Attribute
from distsim.network import ModelError, SpikeTimes
from distsim.program.neurons import NEVER_SPIKED, NeuronModel
from distsim.program.operation import Extent
from distsim.program.scope import LAST_SPIKE, NOT_REFRACTORY

TIME_TOLERANCE = 1e-3
"""A spike belongs to the step that begins within this part of a step after it, as in Brian 2."""


def allocate_population(state: State, model: NeuronModel, block: range) -> None:
    """Make the arrays of a population's block."""
    name = model.population.name
    set_block(state, name, block)
    for variable in model.variables.values():
        size = 1 if variable.extent is Extent.SHARED else padded(len(block))
        state.arrays[variable.key] = np.zeros(size, dtype=variable.storage.value)
    if (name, NOT_REFRACTORY) in state.arrays:
        state.arrays[name, NOT_REFRACTORY][:] = True
        state.arrays[name, LAST_SPIKE][:] = NEVER_SPIKED


def set_block(state: State, name: str, block: range) -> None:
    """Record where a population's block begins and how long it is."""
    state.set_integer(name, "", Attribute.FIRST, block.start)
    state.set_integer(name, "", Attribute.LOCAL, len(block))
    state.set_integer(name, "", Attribute.PADDED, padded(len(block)))


def allocate_spike_times(state: State, generator: SpikeTimes, block: range, dt: float, every: int) -> None:
    """Sort the spikes of a generator's block by step."""
    name = generator.name
    set_block(state, name, block)
    steps = ((generator.times + TIME_TOLERANCE * dt) / dt).astype(np.int64)
    _refuse_double_spikes(generator, steps)
    here = (generator.indices >= block.start) & (generator.indices < block.stop) & (steps >= 0)
    steps, neurons = steps[here], generator.indices[here]
    order = np.lexsort((neurons, steps))
    last = int(steps.max()) + 1 if steps.size else 0
    counts = np.bincount(steps, minlength=last)
    state.arrays[name, "starts"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    state.arrays[name, "neurons"] = neurons[order].astype(np.int32)
    period = round(generator.period / dt)
    if generator.period and abs(period * dt - generator.period) > 1e-6 * dt:
        raise ModelError(f"{name}: the period {generator.period} s is not a multiple of the step {dt} s")
    if generator.period and generator.times.size and generator.times.max() >= generator.period:
        raise ModelError(f"{name}: the period {generator.period} s is not later than the last spike")
    state.set_integer(name, "period", Attribute.FIRST, period)
    state.set_integer(name, "every", Attribute.FIRST, every)


def _refuse_double_spikes(generator: SpikeTimes, steps: NDArray[np.int64]) -> None:
    pairs = np.stack([generator.indices, steps])
    distinct = np.unique(pairs, axis=1)
    if distinct.shape[1] < pairs.shape[1]:
        order = np.lexsort(pairs)
        same = np.all(pairs[:, order][:, 1:] == pairs[:, order][:, :-1], axis=0)
        neuron, step = pairs[:, order][:, 1:][:, same][:, 0]
        raise ModelError(f"{generator.name}: neuron {neuron} has two spikes in step {step}")
