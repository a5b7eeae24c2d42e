"""Synapses given by a loop: for each neuron on one side, an iterator runs over a range or a sample of one.

``j='i + k for k in range(-2, 3) if k != 0'`` is a loop over k for every source, ``i='...'`` one for every
target.  The expressions call the iterator `ITERATOR`, whatever the user's name for it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.connectivity.computed import UNKNOWN, Side, without
from distsim.connectivity.expressions import evaluate_condition, evaluate_integers, evaluate_pairs
from distsim.connectivity.generators import RowRandom
from distsim.connectivity.pairwise import CONDITION, PER_PAIR, SKIP_IF_INVALID
from distsim.connectivity.parameters import boolean, check_range, condition, per_pair
from distsim.connectivity.pieces import pieces_of_counts, pieces_of_range
from distsim.connectivity.protocol import BATCH, Batch, Kind, Parameter
from distsim.connectivity.sampling import distinct_of_rows
from distsim.equations.tree import Expression, Name, Number, names
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

ITERATOR = "_k"
"""The iterator's name in expressions."""

PLACE_BITS = 32
"""A synapse is counted by its neuron on the outer side, and below that by its place in the loop."""

START = Parameter("start", Kind.INDEX, "where the range starts")
STOP = Parameter("stop", Kind.INDEX, "where the range ends, exclusive", required=True)
STEP = Parameter("step", Kind.INDEX, "from one number of the range to the next")
RANGE = (START, STOP, STEP)
COMMON = (CONDITION, PER_PAIR, SKIP_IF_INVALID)


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """Some passes through the loops of some neurons.

    Parameters
    ----------
    outer
        (n,) the neuron whose loop it is.
    iterator
        (n,) value of the iterator.
    places
        (n,) number of the pass within its loop.
    """

    outer: NDArray[np.int64]
    iterator: NDArray[np.int64]
    places: NDArray[np.int64]

    def where(self, chosen: NDArray[np.bool_]) -> Loop:
        """Return the passes for which (n,) `chosen` is true."""
        kept = np.flatnonzero(chosen)
        return Loop(self.outer[kept], self.iterator[kept], self.places[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """The range of each of some neurons, as in ``range(start, stop, step)``; all (n,) int64."""

    outer: NDArray[np.int64]
    start: NDArray[np.int64]
    step: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def passes(self) -> Iterator[Loop]:
        """Yield all passes, in pieces of bounded size."""
        first = np.zeros_like(self.lengths)
        for piece in pieces_of_counts(self.lengths, BATCH):
            yield self.at(*_rows_and_places(piece, first, self.lengths))

    def at(self, rows: NDArray[np.int64], places: NDArray[np.int64]) -> Loop:
        """Return the passes with (n,) `places` in the ranges number `rows`."""
        return Loop(self.outer[rows], self.start[rows] + self.step[rows] * places, places)


def element_of(side: Side) -> Parameter:
    """Return the parameter that gives the neuron on the computed side."""
    index = side.value[0]
    what = "target" if side is Side.TARGET else "source"
    return Parameter(index, Kind.INDEX, f"the {what}, by the iterator and the other neuron", required=True)


def ranges_of(request: Request, side: Side, wanted: range) -> Iterator[Ranges]:
    """Yield the ranges of the loops that may lead to the targets `wanted`."""
    outer = range(request.source_size) if side is Side.TARGET else wanted
    for piece in pieces_of_range(outer, BATCH):
        neurons = np.arange(piece.start, piece.stop)
        start, stop, step = (
            evaluate_outer(request, side, name, default, neurons)
            for name, default in (("start", 0), ("stop", 0), ("step", 1))
        )
        if (step == 0).any():
            raise ModelError("the step of a range must not be 0")
        lengths = np.maximum(-((start - stop) // step), 0)
        yield Ranges(neurons, start, step, lengths)


def evaluate_outer(
    request: Request, side: Side, name: str, default: int, neurons: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (n,) a parameter for the outer neurons."""
    value = request.parameters.get(name, default)
    if isinstance(value, int | np.integer):
        return np.full(neurons.size, int(value), np.int64)
    if not isinstance(value, Expression):
        raise ModelError(f"'{name}' must be an integer expression, not {value!r}")
    if side.is_used_by(value) or ITERATOR in names(value):
        raise ModelError(f"'{name}' can only depend on the neuron whose loop it is for")
    random = RowRandom(request, name, neurons, np.zeros(neurons.size, np.int64))
    return evaluate_integers(without(request, side), value, name, *_pairs(side, neurons), random)


def _pairs(
    side: Side, outer: NDArray[np.int64], inner: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return sources and targets; those that are yet to be computed are hidden from expressions."""
    if inner is None:
        inner = np.full(outer.size, UNKNOWN)
    return (outer, inner) if side is Side.TARGET else (inner, outer)


def _with_iterator(request: Request, loop: Loop) -> Request:
    """Return the request with the iterator among the names."""

    def values(name: str, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Any:
        return loop.iterator if name == ITERATOR else request.pair_values(name, sources, targets)

    return replace(request, pair_values=values)


def synapses_of(request: Request, side: Side, loops: Iterator[Loop], wanted: range) -> Iterator[Batch]:
    """Yield the synapses onto `wanted` that the passes make."""
    test, synapses = condition(request), per_pair(request, "n", 1)
    # A condition that does not ask for the computed neuron guards against those out of range.
    early = not side.is_used_by(test)
    for loop in loops:
        if test is not None and early:
            known = _with_iterator(without(request, side), loop)
            random = RowRandom(request, "condition", loop.outer, loop.places)
            loop = loop.where(evaluate_condition(known, test, *_pairs(side, loop.outer), random))  # noqa: PLW2901
        yield from _finish(request, side, loop, None if early else test, synapses, wanted)


def _finish(
    request: Request,
    side: Side,
    loop: Loop,
    test: Expression | None,
    synapses: Expression | int,
    wanted: range,
) -> Iterator[Batch]:
    inner = _inner(request, side, loop)
    size = request.target_size if side is Side.TARGET else request.source_size
    if boolean(request, "skip_if_invalid", default=False):
        kept = (inner >= 0) & (inner < size)
    else:
        check_range(inner, side.value[0], size)
        kept = np.ones(inner.size, bool)
    if side is Side.TARGET:
        kept &= (inner >= wanted.start) & (inner < wanted.stop)
    loop, inner = loop.where(kept), inner[kept]
    if test is not None:
        known = _with_iterator(request, loop)
        random = RowRandom(request, "condition", loop.outer, loop.places)
        passed = evaluate_condition(known, test, *_pairs(side, loop.outer, inner), random)
        loop, inner = loop.where(passed), inner[passed]
    yield from _batches(request, side, loop, inner, synapses)


def _inner(request: Request, side: Side, loop: Loop) -> NDArray[np.int64]:
    """Return (n,) the neuron on the computed side."""
    name = side.value[0]
    value = request.parameters[name]
    if value == Name(ITERATOR):
        return loop.iterator
    if isinstance(value, int | np.integer):
        value = Number(int(value))
    if not isinstance(value, Expression) or side.is_used_by(value):
        raise ModelError(f"'{name}' must be an integer expression of the iterator and of the other neuron")
    random = RowRandom(request, name, loop.outer, loop.places)
    known = _with_iterator(without(request, side), loop)
    return evaluate_integers(known, value, name, *_pairs(side, loop.outer), random)


def _batches(
    request: Request, side: Side, loop: Loop, inner: NDArray[np.int64], synapses: Expression | int
) -> Iterator[Batch]:
    """Yield the synapses of pairs, so many for each."""
    if isinstance(synapses, int):
        counts = np.full(inner.size, synapses, np.int64)
    else:
        random = RowRandom(request, "n", loop.outer, loop.places)
        known = _with_iterator(request, loop)
        counts = evaluate_integers(known, synapses, "n", *_pairs(side, loop.outer, inner), random)
        if (counts < 0).any():
            raise ModelError(f"'n' must not be negative, it is {counts[counts < 0][0]}")
    sources, targets = _pairs(side, loop.outer, inner)
    numbers = (loop.outer << PLACE_BITS) | loop.places
    for piece in pieces_of_counts(counts, BATCH):
        repeats = counts[piece]
        batch = Batch(
            np.repeat(sources[piece].astype(np.int32), repeats),
            np.repeat(targets[piece].astype(np.int32), repeats),
            np.repeat(numbers[piece], repeats),
        )
        if batch.sources.size:
            yield batch


def clipped(request: Request, side: Side, found: Ranges, wanted: range) -> Iterator[Loop]:
    """Yield the passes of ranges, without those that plainly lead to targets that are not wanted."""
    if (
        side is Side.SOURCE
        or request.parameters[side.value[0]] != Name(ITERATOR)
        or wanted == range(request.target_size)
    ):
        yield from found.passes()
        return
    last = found.start + found.step * (found.lengths - 1)
    low, high = np.minimum(found.start, last), np.maximum(found.start, last)
    outside = (found.lengths > 0) & ((low < 0) | (high >= request.target_size))
    first, lengths = _part_within(found.start, found.step, found.lengths, wanted)
    first, lengths = np.where(outside, 0, first), np.where(outside, found.lengths, lengths)
    for piece in pieces_of_counts(lengths, BATCH):
        yield found.at(*_rows_and_places(piece, first, lengths))


def _rows_and_places(
    piece: slice, first: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the passes of some rows: `lengths` of them in each, from place `first` on."""
    counts = lengths[piece]
    rows = np.repeat(np.arange(piece.start, piece.stop), counts)
    places = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts - first[piece], counts)
    return rows, places


def _part_within(
    start: NDArray[np.int64], step: NDArray[np.int64], lengths: NDArray[np.int64], wanted: range
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first place and number of the places of ranges at which they are within `wanted`."""
    lowest, highest = wanted.start, wanted.stop - 1
    forwards = step > 0
    near, far = np.where(forwards, lowest, highest), np.where(forwards, highest, lowest)
    first = np.maximum(-((start - near) // step), 0)
    last = np.minimum((far - start) // step, lengths - 1)
    return first, np.maximum(last - first + 1, 0)


def draw_range(request: Request, side: Side, wanted: range) -> Iterator[Batch]:
    """Yield the synapses of loops over ranges."""
    for found in ranges_of(request, side, wanted):
        yield from synapses_of(request, side, clipped(request, side, found, wanted), wanted)


def draw_sample(request: Request, side: Side, wanted: range) -> Iterator[Batch]:
    """Yield the synapses of loops over samples of ranges."""
    if ("p" in request.parameters) == ("size" in request.parameters):
        raise ModelError("a sample needs either 'p' or 'size'")
    draw = _bernoulli if "p" in request.parameters else _of_size
    for found in ranges_of(request, side, wanted):
        yield from synapses_of(request, side, draw(request, side, found, wanted), wanted)


def _bernoulli(request: Request, side: Side, found: Ranges, wanted: range) -> Iterator[Loop]:
    """Yield the passes that succeed with a probability."""
    value: Any = request.parameters["p"]
    for loop in clipped(request, side, found, wanted):
        chances = value
        if isinstance(value, Expression):
            if side.is_used_by(value) or ITERATOR in names(value):
                raise ModelError("'p' can only depend on the neuron whose loop it is for")
            random = RowRandom(request, "p", loop.outer, np.zeros(loop.outer.size, np.int64))
            chances = evaluate_pairs(without(request, side), value, *_pairs(side, loop.outer), random)
        yield loop.where(RowRandom(request, "accept", loop.outer, loop.places).uniform(0) < chances)


def _of_size(request: Request, side: Side, found: Ranges, _wanted: range) -> Iterator[Loop]:
    """Yield samples of a given size, without repeats and in ascending order of the place."""
    sizes = evaluate_outer(request, side, "size", 0, found.outer)
    if (sizes < 0).any() or (sizes > found.lengths).any():
        wrong = np.flatnonzero((sizes < 0) | (sizes > found.lengths))[0]
        raise ModelError(f"a sample of {sizes[wrong]} cannot be taken from {found.lengths[wrong]} numbers")
    for piece in pieces_of_counts(sizes, BATCH):
        rows, places = distinct_of_rows(
            _draws(request, found.outer[piece]), sizes[piece], np.maximum(found.lengths[piece], 1)
        )
        loop = found.at(rows + piece.start, places)
        within = np.arange(rows.size) - np.searchsorted(rows, rows)
        # Counted by the place in the sample, which is what the loop runs over.
        yield Loop(loop.outer, loop.iterator, within)


def _draws(request: Request, outer: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """Return what gives each row its own sequence of random numbers, from call to call."""
    used = np.zeros(outer.size, np.int64)

    def uniform(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        places = np.arange(rows.size) - np.searchsorted(rows, rows) + used[rows]
        used[:] += np.bincount(rows, minlength=outer.size)
        return RowRandom(request, "sample", outer[rows], places).uniform(0)

    return uniform


def expected_of_range(request: Request, side: Side) -> float:
    """Return how many synapses loops over ranges make, before conditions."""
    wanted = range(request.target_size)
    return float(sum(int(found.lengths.sum()) for found in ranges_of(request, side, wanted)))


def expected_of_sample(request: Request, side: Side) -> float:
    """Return how many synapses loops over samples make, before conditions."""
    wanted = range(request.target_size)
    value: Any = request.parameters.get("p")
    if isinstance(value, Expression):
        value = 0.5
    if value is not None:
        return expected_of_range(request, side) * float(min(max(value, 0.0), 1.0))
    return float(
        sum(
            int(evaluate_outer(request, side, "size", 0, found.outer).sum())
            for found in ranges_of(request, side, wanted)
        )
    )
