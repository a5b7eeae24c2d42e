"""The arrays of populations, and what the neurons start with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.engine.one_shot import ElementRandom, timed_functions
from distsim.engine.state import State, padded
from distsim.kernels.emit import Attribute
from distsim.kernels.evaluate import evaluate
from distsim.network import Constant, ModelError, SpikeTimes
from distsim.program.neurons import NEVER_SPIKED, NeuronModel
from distsim.program.operation import Extent, Variable
from distsim.program.scope import LAST_SPIKE, NOT_REFRACTORY, expand

TIME_TOLERANCE = 1e-3
"""A spike belongs to the step that begins within this part of a step after it, as in Brian 2."""


def allocate_population(state: State, model: NeuronModel, block: range) -> None:
    """Make the arrays of a population's block and give them their initial values."""
    name = model.population.name
    set_block(state, name, block)
    for variable in model.variables.values():
        size = 1 if variable.extent is Extent.SHARED else padded(len(block))
        state.arrays[variable.key] = np.zeros(size, dtype=variable.storage.value)
    if (name, NOT_REFRACTORY) in state.arrays:
        state.arrays[name, NOT_REFRACTORY][:] = True
        state.arrays[name, LAST_SPIKE][:] = NEVER_SPIKED
    for index, (variable_name, value) in enumerate(model.population.initial):
        _set_initial(state, model, block, index, variable_name, value)


def set_block(state: State, name: str, block: range) -> None:
    """Record where a population's block begins and how long it is."""
    state.set_integer(name, "", Attribute.FIRST, block.start)
    state.set_integer(name, "", Attribute.LOCAL, len(block))
    state.set_integer(name, "", Attribute.PADDED, padded(len(block)))


def _set_initial(
    state: State, model: NeuronModel, block: range, index: int, variable_name: str, value: Any
) -> None:
    population = model.population
    variable = model.variables.get(variable_name)
    if variable is None:
        raise ModelError(f"{population.name}: no variable '{variable_name}' to give an initial value to")
    array = state.arrays[variable.key]
    shared = variable.extent is Extent.SHARED
    if isinstance(value, np.ndarray):
        if value.shape != (population.size,):
            counts = f"{value.shape} initial values for {population.size} neurons"
            raise ModelError(f"{population.name}.{variable_name}: {counts}")
        array[: len(block)] = value[block.start : block.stop]
        return
    ids = np.arange(block.start, block.stop, dtype=np.int64)
    stream = f"{population.name}.{variable_name} initial {index}"
    random = ElementRandom(state.seed, stream, ids[: 1 if shared else None])
    lookup = population_lookup(state, model, ids)
    result = evaluate(
        expand(value, model.defined), lookup, random=random, functions=timed_functions(population.namespace)
    )
    array[: 1 if shared else len(block)] = result


def population_lookup(state: State, model: NeuronModel, ids: NDArray[np.int64]) -> Callable[[str], Any]:
    """Return what gives the values of names for the local neurons, whose global numbers are `ids`."""

    def lookup(name: str) -> Any:
        if name == "i":
            return ids
        if name in ("t", "t_in_timesteps"):
            return 0
        if name == "dt":
            return model.population.dt or state.dt
        binding = model.scope[name]
        if isinstance(binding, Constant):
            return binding.value
        if isinstance(binding, Variable):
            array = state.arrays[binding.key]
            return array[0] if binding.extent is Extent.SHARED else array[: len(ids)]
        raise KeyError(name)

    return lookup


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
