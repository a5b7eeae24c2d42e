"""Checks after every step of a debug run: the first value that is not a number, and where it is."""

from __future__ import annotations

import numpy as np

from distsim.engine.state import State
from distsim.kernels.emit import Attribute
from distsim.program import Program


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
