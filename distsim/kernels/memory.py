"""Arrays from addresses: how a kernel gets at hundreds of arrays through one argument.

A kernel receives a table of addresses (int64) and makes its arrays from them, without copying:
``v = float64_at(table[0], n)``.  In compiled code that is a pointer and a length (`arrays`); the functions
here are what plain Python runs, and give `CheckedArray`, which refuses an index outside the array instead of
wrapping or corrupting memory.  Who owns the memory, and keeps it alive, is the caller's business.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

__all__ = [
    "CheckedArray",
    "address_of",
    "bool_at",
    "float32_at",
    "float64_at",
    "int32_at",
    "int64_at",
    "prefetch",
    "uint8_at",
    "uint16_at",
    "uint32_at",
]


class CheckedArray(np.ndarray[Any, Any]):
    """An array that refuses single indices outside ``[0, size)``, as kernels have no negative ones.

    A single element is read as `numpy.float64`, `numpy.int64` or `bool`, whatever the array's width: the
    types that kernels compute in, with compiled code's division by zero and overflow.  Slices are
    checked arrays too.
    """

    def __getitem__(self, index: Any) -> Any:
        """Read one element, widened, or a view."""
        if isinstance(index, (int, np.integer)):
            value = super().__getitem__(self._checked(index))
            if self.dtype.kind == "b":
                return bool(value)
            return np.float64(value) if self.dtype.kind == "f" else np.int64(value)
        return super().__getitem__(index)

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write one element, converted as C does, or several."""
        if isinstance(index, (int, np.integer)):
            # Assigning a Python int that does not fit would raise; compiled code keeps the lowest bits.
            value = np.asarray(value).astype(self.dtype)
            super().__setitem__(self._checked(index), value)
        else:
            super().__setitem__(index, value)

    def _checked(self, index: int | np.integer[Any]) -> int:
        if not 0 <= index < self.shape[0]:
            message = f"index {index} is outside an array of {self.shape[0]} elements"
            raise IndexError(message)
        return int(index)


def address_of(array: NDArray[Any]) -> int:
    """Return the address of an array's first element, to be put in a table.

    Raises
    ------
    ValueError
        If the elements are not contiguous, in the machine's byte order and aligned.
    """
    if not (array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative):
        message = f"a kernel needs a contiguous array in native byte order, not {array.dtype} {array.strides}"
        raise ValueError(message)
    return array.ctypes.data


def _view(address: int, size: int, dtype: DTypeLike) -> NDArray[Any]:
    kind = np.dtype(dtype)
    if size == 0:
        return np.empty(0, kind).view(CheckedArray)
    memory = (ctypes.c_char * (int(size) * kind.itemsize)).from_address(int(address))
    return np.ndarray(int(size), kind, memoryview(memory)).view(CheckedArray)


def float64_at(address: int, size: int) -> NDArray[np.float64]:
    """Return the `size` doubles at `address`, shape ``(size,)``."""
    return _view(address, size, np.float64)


def float32_at(address: int, size: int) -> NDArray[np.float32]:
    """Return the `size` single-precision numbers at `address`, shape ``(size,)``."""
    return _view(address, size, np.float32)


def int64_at(address: int, size: int) -> NDArray[np.int64]:
    """Return the `size` int64 at `address`, shape ``(size,)``."""
    return _view(address, size, np.int64)


def int32_at(address: int, size: int) -> NDArray[np.int32]:
    """Return the `size` int32 at `address`, shape ``(size,)``."""
    return _view(address, size, np.int32)


def uint32_at(address: int, size: int) -> NDArray[np.uint32]:
    """Return the `size` uint32 at `address`, shape ``(size,)``."""
    return _view(address, size, np.uint32)


def uint16_at(address: int, size: int) -> NDArray[np.uint16]:
    """Return the `size` uint16 at `address`, shape ``(size,)``."""
    return _view(address, size, np.uint16)


def uint8_at(address: int, size: int) -> NDArray[np.uint8]:
    """Return the `size` uint8 at `address`, shape ``(size,)``."""
    return _view(address, size, np.uint8)


def bool_at(address: int, size: int) -> NDArray[np.bool_]:
    """Return the `size` booleans (a byte each) at `address`, shape ``(size,)``."""
    return _view(address, size, np.bool_)


def prefetch(array: NDArray[Any], index: int) -> None:
    """Ask the processor for the line of ``array[index]``, to be written soon; any `index` is harmless."""
