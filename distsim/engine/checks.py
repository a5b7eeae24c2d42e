"""Values that are not numbers: looked for after every step of a debug run, and at the end of any run."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.engine.state import State
from distsim.kernels.emit import Attribute
from distsim.program import Program
from distsim.program.operation import Variable

_log = logging.getLogger(__name__)

LARGEST = np.float64(1e50)
"""A variable that is beyond this has diverged, as in Brian 2."""


def check_finite(state: State, program: Program, step: int) -> None:
    """Raise if a variable of a neuron has become nan or infinite in `step`.

    Raises
    ------
    FloatingPointError
        Naming the variable, the neuron and the time.
    """
    for name, model in program.neurons.items():
        local = state.integer(name, "", Attribute.LOCAL)
        first = state.integer(name, "", Attribute.FIRST)
        for variable in model.variables.values():
            values = state.arrays[variable.key][:local]
            if values.dtype.kind != "f":
                continue
            wrong = np.flatnonzero(~np.isfinite(values))
            if wrong.size:
                neuron = first + int(wrong[0])
                time = step * program.dt
                raise FloatingPointError(
                    f"{name}.{variable.name} of neuron {neuron} is {values[wrong[0]]} after the step at "
                    f"t = {time * 1e3:g} ms ({wrong.size} of {local} neurons)"
                )


def warn_of_divergence(state: State, program: Program, communicator: Communicator) -> None:
    """Warn of integrated variables that are not numbers, or far too large.  Collective."""
    found = list(_integrated(state, program))
    if not found:
        return
    # Not a number compares as false.
    here = [np.count_nonzero(~(np.abs(values) <= LARGEST)) for _, values in found]
    wrong = communicator.allreduce_sum(np.array(here, np.int64))
    if communicator.rank > 0:
        return
    for (variable, _), count in zip(found, wrong, strict=True):
        if count:
            _log.warning(
                "%s.%s: %d values are no numbers, or beyond %g, at the end of the run; often the method does "
                "not suit the equations, or the time step is too long",
                variable.owner,
                variable.name,
                count,
                LARGEST,
            )


def _integrated(state: State, program: Program) -> Iterator[tuple[Variable, NDArray[np.floating]]]:
    """Yield the variables that have a differential equation, and their values here."""
    for name, model in program.neurons.items():
        local = state.integer(name, "", Attribute.LOCAL)
        for equation in model.population.equations.differential_equations:
            variable = model.variables[equation.name]
            yield variable, state.arrays[variable.key][:local]
    for synapses in program.synapses.values():
        for equation in synapses.projection.equations.differential_equations:
            variable = synapses.variables[equation.name]
            yield variable, state.arrays[variable.key]
