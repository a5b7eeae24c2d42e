"""Views: ``G.v`` stands for the values of a variable wherever they are.

A view holds no values.  Reading it, or giving it to NumPy, gathers them; assigning to it scatters them; each
is one message to all ranks.  What it gives is a copy: ``values = G.v[:]`` does not follow the simulation, and
changing `values` does not change the group.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from distsim.equations import VariableType
from distsim.units import (
    DIMENSIONLESS,
    Dimension,
    DimensionMismatchError,
    Quantity,
    format_dimension,
    get_dimensions,
    get_unit,
)
from distsim.units.inspection import describe, has_any_dimension, plain
from distsim.units.quantity import with_dimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.network.variables import Variable

_TYPES: dict[VariableType, np.dtype[Any]] = {
    VariableType.FLOAT: np.dtype(np.float64),
    VariableType.INTEGER: np.dtype(np.int32),
    VariableType.BOOLEAN: np.dtype(np.bool_),
}
WHOLE = slice(None)


class ViewOwner(Protocol):
    """What a view asks of whoever has the variable."""

    settable: frozenset[str]

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def __len__(self) -> int: ...

    def storage_type(self, name: str) -> np.dtype[Any] | None:
        """Return the type in which a variable is stored, where it is not the usual one."""
        ...

    def read_variable(
        self, name: str, item: Any, level: int = 0, namespace: Mapping[str, Any] | None = None
    ) -> NDArray[Any]:
        """Return values of a variable in SI units."""
        ...

    def write_variable(
        self, name: str, item: Any, value: Any, level: int = 0, namespace: Mapping[str, Any] | None = None
    ) -> None:
        """Give a variable new values."""
        ...


class VariableView(NDArrayOperatorsMixin):
    """A variable of a group, used like an array.

    Parameters
    ----------
    group
        Whose variable it is.
    name
        The variable.
    variable
        What is known of it.
    use_units
        Whether values have their unit; ``G.v_`` is the view without.
    """

    __slots__ = ("_use_units", "_variable", "group", "name")

    def __init__(self, group: ViewOwner, name: str, variable: Variable, *, use_units: bool = True) -> None:
        self.group = group
        self.name = name
        self._variable = variable
        self._use_units = use_units

    # -- what it is ------------------------------------------------------------------------------------------

    @property
    def dim(self) -> Dimension:
        """Its dimension; none without units."""
        return self._variable.dimension if self._use_units else DIMENSIONLESS

    @property
    def unit(self) -> Any:
        """Its unit in SI."""
        return get_unit(self.dim)

    @property
    def is_scalar(self) -> bool:
        """Whether all elements share one value."""
        return self._variable.is_shared

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, empty for a shared variable."""
        return () if self.is_scalar else (len(self.group),)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return 1 if self.is_scalar else len(self.group)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self.group.storage_type(self.name) or _TYPES[self._variable.dtype]

    def __len__(self) -> int:
        if self.is_scalar:
            raise TypeError(f"'{self.name}' is shared: it has one value and no length")
        return len(self.group)

    def __repr__(self) -> str:
        suffix = "" if self._use_units else "_"
        return f"<{self.group.name}.{self.name}{suffix}: {self.get_item(WHOLE)!r}>"

    # -- reading ---------------------------------------------------------------------------------------------

    def __getitem__(self, item: Any) -> Any:
        return self.get_item(item)

    def get_item(self, item: Any, level: int = 0, namespace: dict[str, Any] | None = None) -> Any:
        """Return the values of some elements.

        Parameters
        ----------
        item
            An index, slice, array of indices, boolean mask, or a condition as a string.
        level
            How many frames further out names in a condition are looked up.
        namespace
            What names stand for, instead.
        """
        if isinstance(item, tuple) and any(part is None or part is Ellipsis for part in item):
            # New axes, as plotting asks for, are for the values and not for the group.
            return self.get_item(WHOLE)[item]
        values = self.group.read_variable(self.name, item, level=level, namespace=namespace)
        if values.dtype != self.dtype:
            values = values.astype(self.dtype)
        return with_dimension(values if values.ndim else values[()], self.dim, collapse=False)

    def _values(self) -> Any:
        return self.get_item(WHOLE)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self._values(), dtype=dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*_concrete(inputs), **_concrete(kwargs))

    def __array_function__(self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return func(*_concrete(args), **_concrete(kwargs))

    def __float__(self) -> float:
        return float(self._values())

    def __int__(self) -> int:
        return int(self._values())

    def __bool__(self) -> bool:
        return bool(self._values())

    def __index__(self) -> int:
        return operator.index(np.asarray(self._values()).item())

    def __format__(self, specification: str) -> str:
        return format(self._values(), specification)

    def __str__(self) -> str:
        return repr(self)

    # -- writing ---------------------------------------------------------------------------------------------

    def __setitem__(self, item: Any, value: Any) -> None:
        self.set_item(item, value)

    def set_item(
        self, item: Any, value: Any, level: int = 0, namespace: dict[str, Any] | None = None
    ) -> None:
        """Give some elements new values.

        Parameters
        ----------
        item
            As for `get_item`.
        value
            A number, quantity or array, checked for its unit, or the text of an expression that is evaluated
            for each element.
        level, namespace
            As for `get_item`, for the names in strings.
        """
        self._check_writable()
        if isinstance(value, VariableView):
            value = value.get_item(WHOLE)
        if not isinstance(value, str):
            if isinstance(item, str) and np.ndim(plain(value)) != 0 and np.size(plain(value)) != 1:
                raise TypeError(
                    f"'{self.name}': where a string selects the elements, the value must be a scalar or a "
                    "string"
                )
            value = self._plain(value)
        self.group.write_variable(self.name, item, value, level=level, namespace=namespace)

    def _check_writable(self) -> None:
        if not (self._variable.is_state or self.name in self.group.settable):
            reason = self._variable.read_only or "it belongs to another group"
            raise TypeError(f"variable '{self.name}' of '{self.group.name}' is read-only: {reason}")

    def _plain(self, value: Any) -> NDArray[Any]:
        """Return a value in SI units, checked."""
        if isinstance(value, range):
            value = np.asarray(value)
        if get_dimensions(value) is not self.dim and not has_any_dimension(value):
            message = (
                f"'{self.name}' of '{self.group.name}' needs a value with unit {format_dimension(self.dim)}, "
                f"not {describe(value)}"
            )
            raise DimensionMismatchError(message, get_dimensions(value))
        array = np.asarray(plain(value))
        if array.dtype.kind not in "biuf":
            raise TypeError(f"'{self.name}' of '{self.group.name}' cannot be set to {describe(value)}")
        kind = self._variable.dtype
        return array if kind is VariableType.FLOAT else array.astype(_TYPES[kind])

    def _in_place(self, function: Callable[[Any, Any], Any], other: Any) -> VariableView:
        if isinstance(other, str):
            raise TypeError(
                f"a string cannot be used with an in-place operator: write group.{self.name} = "
                f"'{self.name} + ...' instead of group.{self.name} += '...'"
            )
        self._check_writable()
        self[:] = function(self.get_item(WHOLE), other)
        return self

    def __iadd__(self, other: Any) -> VariableView:
        return self._in_place(operator.add, other)

    def __isub__(self, other: Any) -> VariableView:
        return self._in_place(operator.sub, other)

    def __imul__(self, other: Any) -> VariableView:
        return self._in_place(operator.mul, other)

    def __itruediv__(self, other: Any) -> VariableView:
        return self._in_place(operator.truediv, other)

    def __ifloordiv__(self, other: Any) -> VariableView:
        return self._in_place(operator.floordiv, other)

    def __imod__(self, other: Any) -> VariableView:
        return self._in_place(operator.mod, other)

    def __ipow__(self, other: Any) -> VariableView:
        return self._in_place(operator.pow, other)

    def is_view_of(self, group: ViewOwner, name: str) -> bool:
        """Whether it stands for this variable of this group."""
        return self.group is group and self.name == name


def _concrete(value: Any) -> Any:
    """Return arguments of a function with all views replaced by their values."""
    if isinstance(value, VariableView):
        return value.get_item(WHOLE)
    if isinstance(value, (list, tuple)) and any(
        isinstance(element, (VariableView, list, tuple)) for element in value
    ):
        return type(value)(_concrete(element) for element in value)
    if isinstance(value, dict):
        return {key: _concrete(element) for key, element in value.items()}
    return value


def element_numbers(item: Any, size: int) -> tuple[NDArray[np.int64] | None, bool]:
    """Return which of `size` elements an index means.

    Parameters
    ----------
    item
        An integer, a slice, an array or list of integers, or a boolean mask.

    Returns
    -------
    numbers
        (n,) int64, None for all elements in their order.
    is_single
        Whether one element is meant, whose value is no array.

    Raises
    ------
    IndexError
        If there is no such element.
    TypeError
        For anything else.
    """
    if isinstance(item, slice):
        if item == WHOLE:
            return None, False
        return np.arange(*item.indices(size), dtype=np.int64), False
    if item is Ellipsis:
        return None, False
    if isinstance(item, VariableView):
        item = item.get_item(WHOLE)
    if isinstance(item, Quantity):
        raise TypeError(f"an index cannot have a unit: {describe(item)}")
    array = np.asarray(item)
    if array.dtype.kind == "b":
        if array.shape != (size,):
            raise IndexError(f"a mask of shape {array.shape} cannot select from {size} elements")
        return np.flatnonzero(array).astype(np.int64), False
    if array.dtype.kind not in "iu":
        if array.size == 0 and array.ndim == 1:
            return np.empty(0, np.int64), False
        raise TypeError(f"an index must be an integer, a slice, a mask or a string, not {describe(item)}")
    if array.ndim > 1:
        raise IndexError(f"indices must have one dimension, not {array.ndim}")
    numbers = array.astype(np.int64)
    wrong = (numbers < -size) | (numbers >= size)
    if wrong.any():
        raise IndexError(f"index {int(numbers[wrong].flat[0])} is out of range: there are {size} elements")
    numbers = np.where(numbers < 0, numbers + size, numbers)
    return np.atleast_1d(numbers), array.ndim == 0
