"""Clocks: all time steps as whole multiples of one base step.

Inside, time is an integer number of base steps; seconds exist at the border only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distsim.network import ModelError

TOLERANCE = 1e-4
"""Clocks whose steps agree to this fraction tick together, as in Brian 2."""
LARGEST_DENOMINATOR = 10_000
MOST_BASE_STEPS = 1_000_000


def base_step(steps: Iterable[float]) -> float:
    """Return the longest time of which all `steps` [s] are whole multiples.

    Raises
    ------
    ModelError
        If a step is not positive, or two of them have no common measure worth stepping by.
    """
    distinct = sorted(set(steps))
    for step in distinct:
        if not (step > 0 and math.isfinite(step)):
            raise ModelError(f"a time step must be positive, not {step} s")
    shortest = distinct[0]
    ratios = [Fraction(step / shortest).limit_denominator(LARGEST_DENOMINATOR) for step in distinct]
    common = math.lcm(*(ratio.denominator for ratio in ratios))
    if common > MOST_BASE_STEPS:
        raise ModelError(
            f"the time steps {', '.join(f'{step} s' for step in distinct)} have no common measure"
        )
    return shortest / common


def steps_of(duration: float, step: float) -> int:
    """Return how many steps make `duration`: rounded if within 1e-4 of a step, else rounded up."""
    ratio = duration / step
    nearest = round(ratio)
    return nearest if abs(ratio - nearest) < TOLERANCE else math.ceil(ratio)


def multiple(step: float, base: float) -> int:
    """Return `step` as a whole number of base steps."""
    return round(step / base)


def delay_steps(delay: NDArray[np.float64], step: float) -> NDArray[np.int64]:
    """Return delays [s] in steps of the source's clock, rounded as the language asks (half goes up)."""
    return (delay / step + 0.5).astype(np.int64)
