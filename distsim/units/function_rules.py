"""What NumPy's functions other than the universal ones do to dimensions.

A rule says which arguments have to agree, and which dimension the result has; `array_functions` applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.errors import DimensionMismatchError
from distsim.units.inspection import describe, get_dimensions, mentions_quantity, plain
from distsim.units.ufunc_rules import common_dimension, require_dimensionless

__all__ = ["FUNCTION_RULES", "ResultDimension", "Rule"]

ResultDimension: TypeAlias = Dimension | tuple[Dimension | None, ...] | None
Rule: TypeAlias = Callable[[str, Mapping[str, Any]], ResultDimension]
"""(function name, arguments by name) -> dimension of the result, or of each of its parts; may raise."""


def _first(arguments: Mapping[str, Any]) -> Any:
    return next(iter(arguments.values()))


def _agree(name: str, operands: Iterable[Any]) -> Dimension:
    """Return the dimension that all operands share, or raise; arguments left out do not count."""
    # NumPy marks some arguments that were left out with an object of its own.
    present = [operand for operand in operands if operand is not None and operand is not np._NoValue]
    return common_dimension(lambda: f"cannot use {name} on {', '.join(map(describe, present))}", present)


# --- rules


def _keep(name: str, arguments: Mapping[str, Any]) -> Dimension:
    """Keep the dimension of the first argument; what is joined to it has to have the same."""
    joined = ("initial", "prepend", "append", "constant_values", "to_begin", "to_end")
    return _agree(name, (_first(arguments), *(arguments.get(key) for key in joined)))


def _keep_second(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(list(arguments.values())[1])


def _plain_result(name: str, arguments: Mapping[str, Any]) -> None:
    """Give indices, truth values or counts, whatever the unit."""


def _refuse_unit(name: str, arguments: Mapping[str, Any]) -> None:
    require_dimensionless(name, [_first(arguments)])


def _agree_inside(name: str, arguments: Mapping[str, Any]) -> Dimension:
    """Join the arrays of the sequence that is the first argument."""
    return _agree(name, _leaves(_first(arguments)))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)) and mentions_quantity(value):
        return [leaf for element in value for leaf in _leaves(element)]
    return [value]


def _agreeing(*names: str, plain_result: bool = False) -> Rule:
    """Make the rule that the arguments `names` have one dimension, which is also that of the result."""

    def rule(name: str, arguments: Mapping[str, Any]) -> Dimension | None:
        operands = [arguments[key] for key in names if key in arguments]
        dimension = _agree(name, operands) if operands else None
        return None if plain_result else dimension

    return rule


def _assigning(target: str, value: str) -> Rule:
    """Make the rule of a function that writes `value` into the array `target`."""

    def rule(name: str, arguments: Mapping[str, Any]) -> None:
        array, values = arguments[target], arguments[value]
        dimension = _agree(name, (array, values))
        if get_dimensions(array) is not dimension:
            raise DimensionMismatchError(
                f"cannot use {name} to write {describe(values)} into an array without a unit", dimension
            )

    return rule


def _where(name: str, arguments: Mapping[str, Any]) -> Dimension | None:
    return _agree(name, (arguments["x"], arguments["y"])) if "x" in arguments else None


def _select(name: str, arguments: Mapping[str, Any]) -> Dimension:
    return _agree(name, (*arguments["choicelist"], arguments.get("default", 0)))


def _product(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    first, second, *_ = arguments.values()
    return get_dimensions(first) * get_dimensions(second)


def _quotient_of_second(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    first, second, *_ = arguments.values()
    return get_dimensions(second) / get_dimensions(first)


def _squared(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(_first(arguments)) ** 2


def _inverse(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    return get_dimensions(_first(arguments)) ** -1


def _cov(name: str, arguments: Mapping[str, Any]) -> Dimension:
    return _agree(name, (arguments["m"], arguments.get("y"))) ** 2


def _prod(name: str, arguments: Mapping[str, Any]) -> Dimension:
    array = np.asarray(plain(arguments["a"]))
    dimension = get_dimensions(arguments["a"])
    if dimension is DIMENSIONLESS:
        return dimension
    selected = arguments.get("where", True)
    if selected is not True and selected is not np._NoValue:
        raise DimensionMismatchError(f"{name} of a selection of elements has no definite unit", dimension)
    axis = arguments.get("axis")
    axes = range(array.ndim) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    return dimension ** int(np.prod([array.shape[index] for index in axes], dtype=int))


def _trapezoid(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    spacing = arguments.get("x")
    spacing = arguments.get("dx", 1) if spacing is None else spacing
    return get_dimensions(arguments["y"]) * get_dimensions(spacing)


def _gradient(name: str, arguments: Mapping[str, Any]) -> ResultDimension:  # noqa: ARG001
    spacings = arguments.get("varargs", ())
    dimension = get_dimensions(arguments["f"])
    if len(spacings) <= 1:
        return dimension / (get_dimensions(spacings[0]) if spacings else DIMENSIONLESS)
    return tuple(dimension / get_dimensions(spacing) for spacing in spacings)


def _average(name: str, arguments: Mapping[str, Any]) -> ResultDimension:
    dimension = _keep(name, arguments)
    if arguments.get("returned"):
        weights = arguments.get("weights")
        return dimension, None if weights is None else get_dimensions(weights)
    return dimension


def _interp(name: str, arguments: Mapping[str, Any]) -> Dimension:
    _agree(name, (arguments["x"], arguments["xp"], arguments.get("period")))
    return _agree(name, (arguments["fp"], arguments.get("left"), arguments.get("right")))


def _linspace(name: str, arguments: Mapping[str, Any]) -> ResultDimension:
    dimension = _agree(name, (arguments["start"], arguments["stop"]))
    return (dimension, dimension) if arguments.get("retstep") else dimension


def _histogram(name: str, arguments: Mapping[str, Any]) -> ResultDimension:
    dimension = _bin_edges(name, arguments)
    weights = arguments.get("weights")
    counts = DIMENSIONLESS if weights is None else get_dimensions(weights)
    # A density has no unit in the samples, and the weights cancel out of it.
    return (dimension**-1 if arguments.get("density") else counts), dimension


def _bin_edges(name: str, arguments: Mapping[str, Any]) -> Dimension:
    operands = [arguments["a"]]
    bins, limits = arguments.get("bins"), arguments.get("range")
    if bins is not None and not isinstance(bins, (str, int)) and np.ndim(plain(bins)) > 0:
        operands.append(bins)
    if limits is not None:
        operands.extend(limits)
    return _agree(name, operands)


def _unique(name: str, arguments: Mapping[str, Any]) -> ResultDimension:  # noqa: ARG001
    dimension = get_dimensions(arguments["ar"])
    extra = sum(bool(arguments.get(key)) for key in ("return_index", "return_inverse", "return_counts"))
    return (dimension, *(None,) * extra) if extra else dimension


def _each_argument(name: str, arguments: Mapping[str, Any]) -> ResultDimension:  # noqa: ARG001
    """Give every array of ``*args`` its own dimension back."""
    return tuple(get_dimensions(array) for array in _first(arguments))


def _at_least(name: str, arguments: Mapping[str, Any]) -> ResultDimension:
    arrays = _first(arguments)
    return get_dimensions(arrays[0]) if len(arrays) == 1 else _each_argument(name, arguments)


def _einsum(name: str, arguments: Mapping[str, Any]) -> Dimension:  # noqa: ARG001
    dimension = DIMENSIONLESS
    for operand in arguments["operands"]:
        if not isinstance(operand, (str, list)):
            dimension = dimension * get_dimensions(operand)
    return dimension


def _close(name: str, arguments: Mapping[str, Any]) -> None:
    first, second = _first(arguments), list(arguments.values())[1]
    dimension = _agree(name, (first, second))
    tolerance = arguments.get("atol", 0)
    if mentions_quantity(tolerance):
        _agree(name, (first, tolerance))
    elif dimension is not DIMENSIONLESS and np.any(tolerance):
        raise DimensionMismatchError(
            f"{name}: the absolute tolerance needs the unit of the values", dimension
        )


FUNCTION_RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(
        (
            *(
                "amax",
                "amin",
                "max",
                "min",
                "nanmax",
                "nanmin",
                "ptp",
                "sum",
                "nansum",
                "cumsum",
                "nancumsum",
            ),
            *(
                "cumulative_sum",
                "mean",
                "nanmean",
                "median",
                "nanmedian",
                "std",
                "nanstd",
                "percentile",
                "quantile",
            ),
            *(
                "nanpercentile",
                "nanquantile",
                "diff",
                "ediff1d",
                "around",
                "round",
                "fix",
                "sort",
                "sort_complex",
            ),
            *(
                "partition",
                "reshape",
                "ravel",
                "resize",
                "flip",
                "fliplr",
                "flipud",
                "roll",
                "rot90",
                "rollaxis",
            ),
            *(
                "moveaxis",
                "swapaxes",
                "transpose",
                "permute_dims",
                "matrix_transpose",
                "squeeze",
                "expand_dims",
            ),
            *(
                "tile",
                "repeat",
                "take",
                "take_along_axis",
                "delete",
                "diagonal",
                "diag",
                "diagflat",
                "trace",
                "tril",
            ),
            *(
                "triu",
                "copy",
                "astype",
                "broadcast_to",
                "real",
                "imag",
                "real_if_close",
                "trim_zeros",
                "unwrap",
            ),
            *("array_split", "split", "hsplit", "vsplit", "dsplit", "unstack", "sliding_window_view", "pad"),
            *("norm", "vector_norm", "matrix_norm", "svdvals", "eigvals", "eigvalsh"),
            *("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2"),
            *("fftn", "ifftn", "rfftn", "irfftn", "fftshift", "ifftshift", "unique_values"),
        ),
        _keep,
    ),
    **dict.fromkeys(
        (
            *("argmax", "argmin", "nanargmax", "nanargmin", "argsort", "argpartition", "argwhere", "nonzero"),
            *(
                "flatnonzero",
                "count_nonzero",
                "shape",
                "ndim",
                "size",
                "ones_like",
                "zeros_like",
                "empty_like",
            ),
            *(
                "any",
                "all",
                "iscomplex",
                "isreal",
                "iscomplexobj",
                "isrealobj",
                "isneginf",
                "isposinf",
                "angle",
            ),
            *(
                "array2string",
                "array_repr",
                "array_str",
                "result_type",
                "can_cast",
                "common_type",
                "corrcoef",
            ),
            *(
                "min_scalar_type",
                "matrix_rank",
                "may_share_memory",
                "shares_memory",
                "lexsort",
                "save",
                "savetxt",
            ),
        ),
        _plain_result,
    ),
    **dict.fromkeys(
        ("concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "block"), _agree_inside
    ),
    **dict.fromkeys(
        ("dot", "vdot", "inner", "outer", "tensordot", "kron", "cross", "convolve", "correlate"), _product
    ),
    **dict.fromkeys(("extract", "compress"), _keep_second),
    **dict.fromkeys(("prod", "nanprod"), _prod),
    **dict.fromkeys(("cumprod", "nancumprod", "cumulative_prod", "sinc", "i0"), _refuse_unit),
    **dict.fromkeys(("var", "nanvar"), _squared),
    **dict.fromkeys(("inv", "pinv"), _inverse),
    **dict.fromkeys(("isclose", "allclose"), _close),
    **dict.fromkeys(("atleast_1d", "atleast_2d", "atleast_3d"), _at_least),
    **dict.fromkeys(("broadcast_arrays", "meshgrid"), _each_argument),
    **dict.fromkeys(("geomspace",), _agreeing("start", "stop")),
    **dict.fromkeys(("union1d", "setdiff1d", "setxor1d", "intersect1d"), _agreeing("ar1", "ar2")),
    **dict.fromkeys(("array_equal", "array_equiv"), _agreeing("a1", "a2", plain_result=True)),
    "append": _agreeing("arr", "values"),
    "insert": _agreeing("arr", "values"),
    "clip": _agreeing("a", "a_min", "a_max", "min", "max"),
    "nan_to_num": _agreeing("x", "nan", "posinf", "neginf"),
    "full_like": _agreeing("fill_value"),
    "isin": _agreeing("element", "test_elements", plain_result=True),
    "searchsorted": _agreeing("a", "v", plain_result=True),
    "digitize": _agreeing("x", "bins", plain_result=True),
    "copyto": _assigning("dst", "src"),
    "put": _assigning("a", "v"),
    "place": _assigning("arr", "vals"),
    "putmask": _assigning("a", "values"),
    "put_along_axis": _assigning("arr", "values"),
    "fill_diagonal": _assigning("a", "val"),
    "where": _where,
    "select": _select,
    "choose": lambda name, arguments: _agree(name, arguments["choices"]),
    "solve": _quotient_of_second,
    "cov": _cov,
    "trapezoid": _trapezoid,
    "gradient": _gradient,
    "average": _average,
    "interp": _interp,
    "linspace": _linspace,
    "histogram": _histogram,
    "histogram_bin_edges": _bin_edges,
    "unique": _unique,
    "einsum": _einsum,
}
"""The rule of each function, by name."""
