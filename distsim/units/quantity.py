"""Numbers and arrays with a unit.

A `Quantity` is an array of SI values that carries a `Dimension`.  Arithmetic keeps track of the dimension; a
result without one collapses to a plain number or array.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np

from distsim.units.array_functions import ResultDimension, call_array_function
from distsim.units.dimensions import DIMENSIONLESS, Dimension, get_or_create_dimension
from distsim.units.display import best_label, format_quantity, format_values
from distsim.units.errors import DimensionMismatchError
from distsim.units.inspection import (
    describe,
    fail_for_dimension_mismatch,
    get_dimensions,
    have_same_dimensions,
    mentions_quantity,
    plain,
)
from distsim.units.ufunc_rules import call_dimensions, common_dimension, reduction_dimension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import DTypeLike, NDArray

__all__ = ["Quantity", "in_best_unit", "in_unit", "with_dimension"]

_Array: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[Any]]


def _function_as_method(function: Callable[..., Any]) -> Any:
    """Make the method that calls NumPy's function of the same name on the quantity."""

    @functools.wraps(function)
    def method(self: Quantity, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


class Quantity(_Array):
    """A number or array with a unit.

    Parameters
    ----------
    value : array_like
        The value in SI base units, or a quantity, or a (nested) list of quantities of the same dimension.
    dim
        The dimension (anything that has one, a unit for instance); by default that of `value`.
    dtype
        Of the array; by default that of `value`, integers become floats.
    copy
        Whether to copy an array instead of sharing its memory.

    Attributes
    ----------
    dim : Dimension
        The dimension.

    Examples
    --------
    >>> Quantity([1, 2], dim=get_or_create_dimension(length=1))
    array([1., 2.]) * metre
    """

    # A scalar Quantity changes no more than a float does, but an array one is as mutable as any array.
    __hash__ = None

    dim: Dimension

    def __new__(cls, value: Any, dim: Any = None, dtype: DTypeLike | None = None, copy: bool = False) -> Self:
        """Make the array; see the class for the parameters."""
        dimension = get_dimensions(value) if dim is None else get_dimensions(dim)
        array = np.array(plain(value), dtype=dtype, copy=copy or None)
        if array.dtype.kind in "biu" and dtype is None:
            array = array.astype(float)
        if array.dtype.kind not in "biufc":
            raise TypeError(f"a quantity holds numbers, not {describe(value)}")
        result = array.view(cls)
        result.dim = dimension
        return result

    @staticmethod
    def with_dimensions(value: Any, *args: Any, **keywords: float) -> Quantity:
        """Return `value` (in SI base units) with a dimension given as such or as named exponents.

        Examples
        --------
        >>> Quantity.with_dimensions(2, length=1)
        2. * metre
        """
        if len(args) == 1 and not keywords and isinstance(getattr(args[0], "dim", None), Dimension):
            return Quantity(value, dim=args[0])
        return Quantity(value, dim=get_or_create_dimension(*args, **keywords))

    def __array_finalize__(self, obj: NDArray[Any] | None) -> None:
        self.dim = getattr(obj, "dim", DIMENSIONLESS)

    # --- description

    @property
    def dimensions(self) -> Dimension:
        """The dimension; another name of ``dim``."""
        return self.dim

    @property
    def is_dimensionless(self) -> bool:
        """Whether there is no unit."""
        return self.dim is DIMENSIONLESS

    def has_same_dimensions(self, other: Any) -> bool:
        """Whether `other` has the same dimension."""
        return have_same_dimensions(self, other)

    def in_unit(self, unit: Quantity, precision: int | None = None, *, python_code: bool = False) -> str:
        """Return the value in `unit` as text, ``"3. mV"``, or as Python code, ``"3. * mvolt"``."""
        fail_for_dimension_mismatch(self, unit, "cannot express {value} in {unit}", value=self, unit=unit)
        values = np.asarray(self) / np.asarray(unit)
        number = format_values(values, precision, as_code=python_code)
        if unit.dim is DIMENSIONLESS:
            return number
        # A unit prints as its symbol and its code is its name; any other quantity is shown as a factor.
        return f"{number} * {unit!r}" if python_code else f"{number} {unit!s}"

    def in_best_unit(self, precision: int | None = None, *, python_code: bool = False) -> str:
        """Return the value as text in the unit that leaves the most readable number."""
        if not python_code:
            return format_quantity(self, self.dim, precision)
        if self.dim is DIMENSIONLESS:
            return f"Quantity({format_values(np.asarray(self), precision, as_code=True)})"
        label = best_label(np.asarray(self), self.dim)
        return f"{format_values(np.asarray(self) / label.value, precision, as_code=True)} * {label.name}"

    def __str__(self) -> str:
        return self.in_best_unit()

    def __repr__(self) -> str:
        return self.in_best_unit(python_code=True)

    def __format__(self, specification: str) -> str:
        """Format the number in the best unit: ``f"{3.14159*mV:.2f}"`` is ``"3.14 mV"``."""
        if not specification:
            return str(self)
        if self.dim is DIMENSIONLESS:
            return format(np.asarray(self)[()], specification)
        if self.ndim:
            raise TypeError(
                "a format specification needs a scalar quantity; print arrays with in_best_unit(precision)"
            )
        label = best_label(np.asarray(self), self.dim)
        return f"{format((np.asarray(self) / label.value)[()], specification)} {label.symbol}"

    # --- NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        if ufunc.__name__ in ("equal", "not_equal") and any(x is None or isinstance(x, str) for x in inputs):
            return ufunc.__name__ == "not_equal"
        dimensions = _ufunc_dimensions(ufunc, method, inputs, kwargs)
        if out is not None:
            _check_outputs(out, dimensions)
            kwargs["out"] = tuple(plain(target) for target in out)
        result = getattr(ufunc, method)(*map(plain, inputs), **plain(kwargs))
        if method == "at":
            return None
        results = result if isinstance(result, tuple) else (result,)
        if out is not None:
            wrapped = tuple(
                _finish_output(target, value, dimension)
                for target, value, dimension in zip(out, results, dimensions, strict=True)
            )
        else:
            wrapped = tuple(map(with_dimension, results, dimensions))
        return wrapped if len(wrapped) > 1 else wrapped[0]

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: Iterable[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        handled = call_array_function(func, tuple(args), dict(kwargs))
        if handled is None:
            return super().__array_function__(func, types, args, kwargs)
        value, dimension = handled
        return with_dimension(value, dimension)

    # --- elements

    def __getitem__(self, key: Any) -> Any:
        return with_dimension(np.asarray(self)[key], self.dim, collapse=False)

    def __setitem__(self, key: Any, value: Any) -> None:
        common_dimension(
            lambda: f"cannot assign {describe(value)} to elements of {describe(self)}", (self, value)
        )
        np.asarray(self)[key] = plain(value)

    def __iter__(self) -> Iterator[Any]:
        # Not a generator: others tell scalars from arrays by ``iter`` failing at once.
        elements = iter(np.asarray(self))
        return (with_dimension(element, self.dim, collapse=False) for element in elements)

    def item(self, *args: Any) -> Any:
        """Return one element with its unit."""
        return with_dimension(np.asarray(self).item(*args), self.dim)

    def tolist(self) -> Any:
        """Return nested lists of scalar quantities."""
        if self.ndim == 0:
            return self.item()
        return [row.tolist() if isinstance(row, Quantity) else row for row in self]

    def fill(self, value: Any) -> None:
        """Set every element to `value`."""
        self[...] = value

    def put(self, indices: Any, values: Any, mode: Any = "raise") -> None:
        """Set the elements with the flat `indices`."""
        common_dimension(lambda: f"cannot put {describe(values)} into {describe(self)}", (self, values))
        np.asarray(self).put(indices, plain(values), mode)

    # --- methods that NumPy runs without asking `__array_function__`

    mean = _function_as_method(np.mean)
    std = _function_as_method(np.std)
    var = _function_as_method(np.var)
    cumsum = _function_as_method(np.cumsum)
    cumprod = _function_as_method(np.cumprod)
    dot = _function_as_method(np.dot)
    clip = _function_as_method(np.clip)
    round = _function_as_method(np.round)
    trace = _function_as_method(np.trace)
    take = _function_as_method(np.take)
    searchsorted = _function_as_method(np.searchsorted)

    # --- in-place operators
    # An array changes in place, and its aliases with it; for a scalar the name gets a new object.

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return self + other if self.ndim == 0 else _collapsed(super().__iadd__(other))

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return self - other if self.ndim == 0 else _collapsed(super().__isub__(other))

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        return self * other if self.ndim == 0 else _collapsed(super().__imul__(other))

    def __itruediv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self / other if self.ndim == 0 else _collapsed(super().__itruediv__(other))

    def __ifloordiv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self // other if self.ndim == 0 else _collapsed(super().__ifloordiv__(other))

    def __imod__(self, other: Any) -> Any:  # type: ignore[misc]
        return self % other if self.ndim == 0 else _collapsed(super().__imod__(other))

    def __ipow__(self, other: Any) -> Any:  # type: ignore[misc,override]
        return self**other if self.ndim == 0 else _collapsed(super().__ipow__(other))

    # --- pickling

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (np.asarray(self), self.dim)

    def __deepcopy__(self, memo: object) -> Quantity:
        return Quantity(np.array(self), dim=self.dim, dtype=self.dtype)


def _restore(values: NDArray[Any], dimension: Dimension) -> Quantity:
    return Quantity(values, dim=dimension, dtype=values.dtype)


def with_dimension(value: Any, dimension: ResultDimension, *, collapse: bool = True) -> Any:
    """Return `value` as a quantity, or as a plain number or array if there is no dimension.

    Parameters
    ----------
    value : array_like
        In SI base units; lists and tuples of arrays are treated element by element, other objects returned as
        they are.
    dimension
        ``None`` and the dimensionless one both give plain results.  A tuple has one for each element of
        `value`.
    collapse
        Whether scalars without a dimension become plain Python numbers.
    """
    if isinstance(value, (list, tuple)):
        each = dimension if isinstance(dimension, tuple) else (dimension,) * len(value)
        elements = [with_dimension(x, d, collapse=collapse) for x, d in zip(value, each, strict=True)]
        return value._make(elements) if hasattr(value, "_make") else type(value)(elements)
    if not isinstance(value, (np.ndarray, np.generic, int, float, complex)):
        return value
    if not isinstance(dimension, Dimension) or dimension is DIMENSIONLESS:
        if collapse and isinstance(value, (np.float64, np.complex128)):
            return value.item()
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        result = value.view(Quantity)
        result.dim = dimension
        return result
    return Quantity(value, dim=dimension)


def in_unit(value: Any, unit: Quantity, precision: int | None = None) -> str:
    """Return a value as text in the given unit."""
    return Quantity(value).in_unit(unit, precision)


def in_best_unit(value: Any, precision: int | None = None) -> str:
    """Return a value as text in the unit that leaves the most readable number."""
    return Quantity(value).in_best_unit(precision)


def _collapsed(result: Any) -> Any:
    """Return the result of an in-place operation as a plain array of the same memory if its unit is gone."""
    if isinstance(result, Quantity) and result.dim is DIMENSIONLESS:
        return result.view(np.ndarray)
    return result


def _ufunc_dimensions(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Dimension | None, ...]:
    """Return the dimension of each result of ``ufunc.method(*inputs, **kwargs)``, or raise."""
    if method in ("__call__", "outer"):
        return call_dimensions(ufunc, inputs)
    operand = inputs[0]
    if method == "at":
        (dimension, *_) = call_dimensions(ufunc, (operand, *inputs[2:]))
        if dimension is not None and dimension is not get_dimensions(operand):
            raise DimensionMismatchError(
                f"{ufunc.__name__}.at would change the unit of {describe(operand)}",
                get_dimensions(operand),
                dimension,
            )
        return (dimension,)
    count = None
    if method == "reduce":
        initial = kwargs.get("initial")
        if initial is not None and mentions_quantity(initial):
            common_dimension(
                lambda: f"cannot start {ufunc.__name__} from {describe(initial)}", (operand, initial)
            )
        if kwargs.get("where", True) is True:
            count = _reduced_elements(
                np.asarray(operand).shape, inputs[1] if len(inputs) > 1 else kwargs.get("axis", 0)
            )
    return (reduction_dimension(ufunc, operand, count),)


def _reduced_elements(shape: tuple[int, ...], axis: Any) -> int:
    axes = range(len(shape)) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    return int(np.prod([shape[index] for index in axes], dtype=int))


def _check_outputs(out: tuple[Any, ...], dimensions: tuple[Dimension | None, ...]) -> None:
    """Raise an error where a result with a unit would be written to an array that cannot hold one."""
    for target, dimension in zip(out, dimensions, strict=True):
        if target is None or isinstance(target, Quantity) or dimension is None:
            continue
        if dimension is not DIMENSIONLESS:
            raise DimensionMismatchError(
                "a result with a unit cannot be stored in an array without one",
                dimension,
                DIMENSIONLESS,
            )


def _finish_output(target: Any, value: Any, dimension: Dimension | None) -> Any:
    if target is None:
        return with_dimension(value, dimension)
    if isinstance(target, Quantity):
        target.dim = DIMENSIONLESS if dimension is None else dimension
    return target
