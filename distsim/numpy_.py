"""NumPy for quantities: ``import distsim.numpy_ as np``.

NumPy's own functions take quantities; those that NumPy does not let a quantity take part in are replaced.
"""

from __future__ import annotations

from typing import Any

import numpy as _numpy

from distsim.units import functions as _functions

trapz = _numpy.trapezoid

_names = sorted({*_numpy.__all__, *_functions.__all__, "in1d", "trapz"})
__all__ = list(_names)


def in1d(first: Any, second: Any, **options: Any) -> Any:
    """Return for each element of `first`, flattened, whether it is in `second`: an old name in NumPy."""
    return _numpy.isin(_numpy.ravel(first), second, **options)


def __getattr__(name: str) -> Any:
    if name in _functions.__all__:
        return getattr(_functions, name)
    return getattr(_numpy, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_numpy)})
