"""A rank's own file of arrays, written once from front to back and read the same way.

The file lives for one run, on one machine type, and is read by the program that wrote it: bare arrays in
native byte order, each behind a header of its length.  Data cut short is noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.recording.errors import RecordingError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_LENGTH = np.dtype(np.int64)


class SpoolWriter:
    """Appends one-dimensional arrays to a new file."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("xb")

    def append(self, array: NDArray[Any]) -> None:
        """Add an array; its elements are stored in C order."""
        contiguous = np.ascontiguousarray(array)
        self._stream.write(_LENGTH.type(contiguous.size).tobytes())
        self._stream.write(contiguous.data.cast("B") if contiguous.size else b"")

    def flush(self) -> None:
        """Hand everything appended to the operating system."""
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class SpooledArray:
    """An array in a spool file, read in pieces."""

    def __init__(self, reader: SpoolReader, start: int, size: int, dtype: np.dtype[Any]) -> None:
        self._reader = reader
        self._start = start
        self.size = size
        self.dtype = dtype

    def read(self, first: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Return the elements [first, stop)."""
        end = self.size if stop is None else stop
        return self._reader.read_at(self._start + first * self.dtype.itemsize, end - first, self.dtype)


class SpoolReader:
    """Reads the arrays of a file in the order in which they were written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb")
        self._length = path.stat().st_size
        self._position = 0

    @property
    def exhausted(self) -> bool:
        """Whether all arrays have been passed."""
        return self._position >= self._length

    def next(self, dtype: np.dtype[Any]) -> SpooledArray:
        """Pass the next array, of the given type, and return a way to read it."""
        size = int(self.read_at(self._position, 1, _LENGTH)[0])
        array = SpooledArray(self, self._position + _LENGTH.itemsize, size, dtype)
        self._position += _LENGTH.itemsize + size * dtype.itemsize
        return array

    def read_at(self, start: int, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Return `count` elements from byte `start` on."""
        self._stream.seek(start)
        data = self._stream.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize:
            raise RecordingError(f"{self._path} was cut short; the recording cannot be joined")
        return np.frombuffer(data, dtype)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
