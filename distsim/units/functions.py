"""Unit-aware functions for the star import and for ``numpy_``.

NumPy's own functions understand quantities, because `Quantity` implements NumPy's dispatch protocols; they
are re-exported here.  Only those that NumPy does not dispatch are written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import (
    append,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    ceil,
    clip,
    concatenate,
    cos,
    cosh,
    cumsum,
    diagonal,
    diff,
    dot,
    exp,
    expm1,
    floor,
    hstack,
    linspace,
    log,
    log1p,
    log10,
    maximum,
    mean,
    median,
    minimum,
    ones_like,
    prod,
    ptp,
    ravel,
    sign,
    sin,
    sinh,
    sqrt,
    stack,
    std,
    tan,
    tanh,
    trace,
    var,
    vstack,
    where,
    zeros_like,
)

from distsim.units.inspection import describe, plain
from distsim.units.quantity import with_dimension
from distsim.units.ufunc_rules import common_dimension, require_dimensionless

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__all__ = [
    "append",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "ceil",
    "clip",
    "concatenate",
    "cos",
    "cosh",
    "cumsum",
    "diagonal",
    "diff",
    "dot",
    "exp",
    "expm1",
    "exprel",
    "floor",
    "hstack",
    "linspace",
    "log",
    "log1p",
    "log10",
    "maximum",
    "mean",
    "median",
    "minimum",
    "ones_like",
    "prod",
    "ptp",
    "ravel",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "stack",
    "std",
    "tan",
    "tanh",
    "trace",
    "var",
    "vstack",
    "where",
    "zeros_like",
]


def arange(start: Any, stop: Any = None, step: Any = 1, *, dtype: DTypeLike | None = None) -> Any:
    """Return evenly spaced values, from `start` to before `stop`, as `numpy.arange` does.

    Parameters
    ----------
    start, stop, step
        Quantities of one dimension.  One argument alone is `stop`, and `start` is zero.  The default step is
        the number 1, so values with a unit need a step; `start` may be a plain zero.
    dtype
        Of the result.

    Raises
    ------
    DimensionMismatchError
        If the three do not have the same dimension.
    """
    if stop is None:
        start, stop = 0, start
    dimension = common_dimension(
        lambda: f"cannot make a range to {describe(stop)} in steps of {describe(step)}", (stop, step)
    )
    common_dimension(
        lambda: f"cannot make a range from {describe(start)} to {describe(stop)}", (start, stop, step)
    )
    values = np.arange(plain(start), plain(stop), plain(step), dtype=dtype)
    return with_dimension(values, dimension)


def exprel(value: Any) -> Any:
    """Return ``(exp(x) - 1)/x``, which is 1 at zero, of a dimensionless `value`."""
    require_dimensionless("exprel", [value])
    values = np.asarray(plain(value), dtype=float)
    at_zero = values == 0
    result = np.where(at_zero, 1.0, np.expm1(values) / np.where(at_zero, 1.0, values))
    return result.item() if result.ndim == 0 else result
