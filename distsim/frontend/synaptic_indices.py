"""Which synapses an index means: by number, by the pair of neurons, or a choice made before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Number,
)
from distsim.frontend.subgroup import NeuronsLike
from distsim.frontend.views import WHOLE, element_numbers

if TYPE_CHECKING:
    from distsim.frontend.synapses import Synapses


class SynapticSubgroup:
    """Some synapses, as in ``S[0, :]`` or ``S['w > 0']``.

    Parameters
    ----------
    synapses
        Whose synapses they are.
    indices
        (n,) their numbers.
    """

    def __init__(self, synapses: Synapses, indices: NDArray[np.int64]) -> None:
        self.synapses = synapses
        self.indices = indices

    def __len__(self) -> int:
        return len(self.indices)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.indices, dtype=dtype)

    def __repr__(self) -> str:
        return f"<SynapticSubgroup of {len(self)} synapses of {self.synapses.name!r}>"


def pair_condition(item: tuple[Any, ...], synapses: Synapses) -> Expression:
    """Return the condition that the index ``[i, j]`` or ``[i, j, k]`` is.

    Raises
    ------
    IndexError
        If there are too many indices, or a third one without a `multisynaptic_index`.
    """
    index = synapses.multisynaptic_index
    if len(item) not in (2, 3):
        raise IndexError(f"synapses have one index, or two for a pair of neurons, not {len(item)}")
    if len(item) == 3 and index is None:
        raise IndexError(
            f"'{synapses.name}': a third index is the number of a synapse among those of its pair, which "
            "needs "
            "Synapses(..., multisynaptic_index='k')"
        )
    sides: list[tuple[str, Any, int | None]] = [
        ("i", item[0], len(synapses.source)),
        ("j", item[1], len(synapses.target)),
    ]
    if len(item) == 3 and index is not None:
        sides.append((index, item[2], None))
    conditions = [
        part
        for name, which, size in sides
        for part in _conditions(name, _relative(which, name, synapses), size)
    ]
    if not conditions:
        return Boolean(value=True)
    return conditions[0] if len(conditions) == 1 else Logical(Connective.AND, tuple(conditions))


def _relative(which: Any, name: str, synapses: Synapses) -> Any:
    """Return the neurons of a group given as an index, by their numbers on that side."""
    if not isinstance(which, NeuronsLike):
        return which
    side = synapses.source if name == "i" else synapses.target
    if (
        not isinstance(side, NeuronsLike)
        or which.neurons is not side.neurons
        or which.start < side.start
        or which.stop > side.stop
    ):
        raise IndexError(f"'{which.name}' is no part of '{side.name}', which '{synapses.name}' connects")
    return slice(which.start - side.start, which.stop - side.start)


def _conditions(name: str, which: Any, size: int | None) -> list[Expression]:
    if isinstance(which, slice):
        return _within(name, which, size)
    if np.ndim(which) == 0 and np.asarray(which).dtype.kind in "iu":
        return [Comparison(Comparator.EQUAL, Name(name), Number(int(which)))]
    numbers, _ = element_numbers(which, size if size is not None else 2**31)
    if numbers is None:
        return []
    return [_one_of(name, np.unique(numbers))]


def _within(name: str, which: slice, size: int | None) -> list[Expression]:
    if which == WHOLE:
        return []
    start, stop, step = which.indices(size if size is not None else 2**31)
    if step < 0:
        numbers = range(start, stop, step)
        if not numbers:
            return [Boolean(value=False)]
        start, stop, step = numbers[-1], numbers[0] + 1, -step
    found: list[Expression] = [
        Comparison(Comparator.GREATER_EQUAL, Name(name), Number(start)),
        Comparison(Comparator.LESS, Name(name), Number(stop)),
    ]
    if step != 1:
        distance = Binary(BinaryOperator.SUBTRACT, Name(name), Number(start))
        rest = Binary(BinaryOperator.MODULO, distance, Number(step))
        found.append(Comparison(Comparator.EQUAL, rest, Number(0)))
    return found


def _one_of(name: str, numbers: NDArray[np.int64]) -> Expression:
    """Return the condition that a number is one of some sorted ones, as few ranges as possible."""
    if not numbers.size:
        return Boolean(value=False)
    ends = np.flatnonzero(np.diff(numbers) != 1)
    first = numbers[np.concatenate([[0], ends + 1])]
    last = numbers[np.concatenate([ends, [len(numbers) - 1]])]
    ranges = [
        Logical(
            Connective.AND,
            (
                Comparison(Comparator.GREATER_EQUAL, Name(name), Number(int(start))),
                Comparison(Comparator.LESS_EQUAL, Name(name), Number(int(stop))),
            ),
        )
        for start, stop in zip(first, last, strict=True)
    ]
    return ranges[0] if len(ranges) == 1 else Logical(Connective.OR, tuple(ranges))
