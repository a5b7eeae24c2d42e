"""
Reductions over ranks in a fixed order.

MPI may add in any order, and in a different one for another message size or library. Here every rank gathers
the values and combines them from rank 0 upwards, so that all ranks hold the same bits, in every run.
"""

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Reducible, Scalar, T

Number = TypeVar("Number", int, float)

PIECE_BYTES = 1 << 22
"""What one step of an array's reduction gathers at most, from all ranks together."""


class RankOrderReductions(ABC):
    """The reductions of a communicator, made from its gathers."""

    @property
    @abstractmethod
    def rank(self) -> int:
        """Number of this rank."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of ranks."""

    @abstractmethod
    def allgather(self, value: T) -> list[T]:
        """Return the values of all ranks, in rank order. **Collective.**"""

    @abstractmethod
    def allgather_into(self, send: NDArray[Scalar], receive: NDArray[Scalar]) -> None:
        """Gather arrays of one fixed size. **Collective.**"""

    def allreduce_sum(self, value: Reducible) -> Reducible:
        """Add the values of all ranks, in rank order. **Collective.**"""
        result: Reducible = self._reduce(value, operator.add, np.add)
        return result

    def allreduce_min(self, value: Reducible) -> Reducible:
        """Return the minimum over the ranks. **Collective.**"""
        result: Reducible = self._reduce(value, _smaller, np.minimum)
        return result

    def allreduce_max(self, value: Reducible) -> Reducible:
        """Return the maximum over the ranks. **Collective.**"""
        result: Reducible = self._reduce(value, _larger, np.maximum)
        return result

    def exclusive_sum(self, value: int) -> int:
        """Return the sum of the values of the ranks before this one. **Collective.**"""
        return sum(self.allgather(value)[: self.rank])

    def _reduce(self, value: Any, combine: Callable[[Any, Any], Any], ufunc: np.ufunc) -> Any:
        if not isinstance(value, np.ndarray):
            return reduce(combine, self.allgather(value))
        flat = np.ascontiguousarray(value).reshape(-1)
        result = np.empty_like(flat)
        # A piece at a time: memory is bounded by PIECE_BYTES, not by the array times the number of ranks.
        step = max(1, PIECE_BYTES // (self.size * max(1, flat.itemsize)))
        for start in range(0, flat.size, step):
            piece = flat[start : start + step]
            gathered = np.empty((self.size, piece.size), dtype=flat.dtype)
            self.allgather_into(piece, gathered)
            total = result[start : start + step]
            total[...] = gathered[0]
            for row in gathered[1:]:
                ufunc(total, row, out=total)
        return result.reshape(value.shape)


def _smaller(a: Number, b: Number) -> Number:
    return a if math.isnan(a) or a <= b else b


def _larger(a: Number, b: Number) -> Number:
    return a if math.isnan(a) or a >= b else b
