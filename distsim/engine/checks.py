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
from distsim.program.operation import Extent

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
    found = list(_diverged(state, program))
    if not found:
        return
    wrong = communicator.allreduce_sum(np.array([count for _, count in found], np.int64))
    if communicator.rank > 0:
        return
    for (variable, _), count in zip(found, wrong, strict=True):
        if count:
            _log.warning(
                "%s: %d values are no numbers, or beyond %g, at the end of the run; often the method does "
                "not suit the equations, or the time step is too long",
                variable,
                count,
                LARGEST,
            )


def _diverged(state: State, program: Program) -> Iterator[tuple[str, int]]:
    """Yield the variables that have a differential equation, and how many wrong values are here."""
    for name, model in program.neurons.items():
        local = state.integer(name, "", Attribute.LOCAL)
        for equation in model.population.equations.differential_equations:
            values = state.arrays[model.variables[equation.name].key][:local]
            yield f"{name}.{equation.name}", int(np.count_nonzero(_wrong(values)))
    for name, synapses in program.synapses.items():
        for equation in synapses.projection.equations.differential_equations:
            variable = synapses.variables[equation.name]
            wrong = _wrong(state.arrays[variable.key])
            if variable.extent is Extent.SOURCE:
                # A value of a neuron is one of each of its synapses.
                wrong = np.diff(state.arrays[name, "_row_start"])[wrong]
            elif variable.extent is Extent.TARGET and wrong.any():
                wrong = wrong[state.arrays[name, "_target"]]
            yield f"{name}.{equation.name}", int(np.sum(wrong))


def _wrong(values: NDArray[np.floating]) -> NDArray[np.bool_]:
    # Not a number compares as false.
    fine: NDArray[np.bool_] = np.abs(values) <= LARGEST
    return ~fine
