"""Compiling what building a network needs, before it is needed: on one rank a node, as the step program is.

The functions compile on their first call; without this, every rank would make that call at the same time.
"""

from __future__ import annotations

from collections.abc import Collection

from distsim.kernels.random import prepare_filling
from distsim.kernels.sorting import prepare_sorting
from distsim.kernels.targets import prepare_drawing

SORTING = "(sorting)"
"""Stands for the sorting of synapses among the functions to compile."""
DRAWING = "(drawing)"
"""Stands for the drawing of synapses source by source."""


def warm_up(functions: Collection[str]) -> None:
    """Compile what stands behind functions of the language, or fetch it from the cache.

    Parameters
    ----------
    functions
        ``rand``, ``randn``, ``poisson``, `SORTING` or `DRAWING`; others need nothing.
    """
    if "rand" in functions or "poisson" in functions:
        prepare_filling("rand")
    if "randn" in functions:
        prepare_filling("randn")
    if SORTING in functions:
        prepare_sorting()
    if DRAWING in functions:
        prepare_drawing()
