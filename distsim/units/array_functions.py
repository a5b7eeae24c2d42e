"""What NumPy's other functions (``np.mean``, ``np.concatenate``, ``np.where`` ...) do to dimensions.

The rules are in `function_rules`; here they are applied, the value being computed on plain arrays.  A
function without a rule is left to NumPy, which runs it on the quantities.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.errors import DimensionMismatchError
from distsim.units.function_rules import FUNCTION_RULES, ResultDimension
from distsim.units.inspection import get_dimensions, plain

__all__ = ["ResultDimension", "call_array_function"]

Function: TypeAlias = Callable[..., Any]


def call_array_function(
    func: Function, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, ResultDimension] | None:
    """Compute ``func(*args, **kwargs)``.

    Returns
    -------
    result
        The plain result and its dimension, a tuple where the parts of a result have different ones;
        ``None`` if there is no rule for `func`.

    Raises
    ------
    DimensionMismatchError
        If the dimensions of the arguments do not fit together.
    """
    name = func.__name__
    rule = FUNCTION_RULES.get(name)
    if rule is None:
        return None
    arguments = _bind(func, args, kwargs)
    dimension = rule(name, arguments)
    out = arguments.get("out")
    if out is not None:
        _check_output(out, dimension)
    value = func(*map(plain, args), **plain(kwargs))
    return (value, dimension) if out is None else (out, None)


# In NumPy 2.0 to 2.3 these functions, written in C, do not tell the names of their arguments.
_ARGUMENT_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "concatenate": ("arrays", "axis", "out"),
    "copyto": ("dst", "src"),
    "dot": ("a", "b", "out"),
    "inner": ("a", "b"),
    "putmask": ("a", "mask", "values"),
    "vdot": ("a", "b"),
    "where": ("condition", "x", "y"),
}


def _bind(func: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Mapping[str, Any]:
    """Return the arguments by name, in the order of the signature."""
    signature = _signature(func)
    if signature is None or func.__name__ in _ARGUMENT_NAMES:
        names = _ARGUMENT_NAMES.get(func.__name__, tuple(map(str, range(len(args)))))
        return {**dict(zip(names, args, strict=False)), **kwargs}
    return signature.bind(*args, **kwargs).arguments


@cache
def _signature(func: Function) -> inspect.Signature | None:
    try:
        return inspect.signature(func)
    except ValueError:
        return None


def _check_output(out: Any, dimension: ResultDimension) -> None:
    wanted = dimension if isinstance(dimension, Dimension) else DIMENSIONLESS
    if get_dimensions(out) is not wanted:
        raise DimensionMismatchError(
            "the output array has another unit than the result", get_dimensions(out), wanted
        )
