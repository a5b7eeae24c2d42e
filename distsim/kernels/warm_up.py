"""Compiling what building a network needs, before it is needed: on one rank a node, as the step program is.

The functions compile on their first call; without this, every rank would make that call at the same time.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from distsim.kernels.random import fill_normal, fill_uniform
from distsim.kernels.sorting import counting_sort

SORTING = "(sorting)"
"""Stands for the sorting of synapses among the functions to compile."""


def warm_up(functions: Collection[str]) -> None:
    """Compile what stands behind functions of the language, or fetch it from the cache.

    Parameters
    ----------
    functions
        ``rand``, ``randn``, ``poisson`` or `SORTING`; others need nothing.
    """
    number = np.empty(1)
    if "rand" in functions or "poisson" in functions:
        fill_uniform((0, 0), (0, 0, 0, 0), number)
    if "randn" in functions:
        fill_normal((0, 0), (0, 0, 0, 0), number)
    if SORTING in functions:
        counting_sort(np.zeros(1, np.int32), 1)
