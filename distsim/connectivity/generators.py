"""Random generators that are keyed by what they draw, never by who draws it.

Every generator is NumPy's Philox (Salmon et al. 2011), keyed by a hash of the network's seed, the name of
the connect call and what the numbers are for.  Connectivity is therefore a function of these alone; NumPy
keeps Philox itself stable between its releases, the distributions on top of it (binomial, geometric) with
rare exceptions only.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator, Philox

from distsim.kernels.compile import plain
from distsim.kernels.random import WEYL_0, WEYL_1, philox_round

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.connectivity.protocol import Request

WORDS_PER_COUNT = 4
"""64-bit numbers that Philox gives for one value of its counter."""


def _key(request: Request, purpose: str, numbers: tuple[int, ...]) -> int:
    """Return 128 bits made of all that tells one generator from another."""
    text = "\0".join((str(request.seed), request.stream, purpose, *map(str, numbers)))
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")


def keyed(request: Request, purpose: str, *numbers: int) -> Generator:
    """Return the generator for one `purpose` of one connect call, told apart further by `numbers`."""
    return Generator(Philox(key=_key(request, purpose, numbers)))


class _Numbers:
    """The random numbers that expressions ask for, made from those of `_take`, which subclasses give."""

    def uniform(self, draw: int) -> NDArray[np.float64]:
        """Return one number in [0, 1) for each element wanted."""
        return self._take("uniform", draw)

    def normal(self, draw: int) -> NDArray[np.float64]:
        """Return one standard normal number for each element wanted (Box and Muller 1958)."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self._take("radius", draw)))
        return np.asarray(radius * np.cos(2.0 * np.pi * self._take("angle", draw)))

    def _take(self, kind: str, draw: int) -> NDArray[np.float64]:
        """Return one number in [0, 1) for each element wanted, another one for each `kind` and `draw`."""
        raise NotImplementedError


class PositionRandom(_Numbers):
    """Random numbers for positions: that of a position does not depend on which others are asked for.

    Parameters
    ----------
    request
        The connect call.
    purpose
        What the numbers are for.
    positions
        The positions in question (pairs, or neurons), contiguous.
    selected
        (n,) numbers within `positions` of those that are wanted; None wants all.
    """

    def __init__(
        self, request: Request, purpose: str, positions: range, selected: NDArray[np.intp] | None = None
    ) -> None:
        self._request = request
        self._purpose = purpose
        self._positions = positions
        self._selected = selected

    def _take(self, kind: str, draw: int) -> NDArray[np.float64]:
        """Return number `position` of the stream for each position wanted; each takes one 64-bit word."""
        key = _key(self._request, f"{self._purpose} {kind}", (draw,))
        count, skip = divmod(self._positions.start, WORDS_PER_COUNT)
        generator = Generator(Philox(key=key, counter=count))
        numbers = generator.random(skip + len(self._positions))[skip:]
        return numbers if self._selected is None else numbers[self._selected]


class RowRandom(_Numbers):
    """Random numbers for elements of rows, each a function of its row and of its place there.

    Parameters
    ----------
    request
        The connect call.
    purpose
        What the numbers are for.
    rows, places
        (n,) the row of each element, and its number within the row.
    """

    def __init__(
        self, request: Request, purpose: str, rows: NDArray[np.int64], places: NDArray[np.int64]
    ) -> None:
        self._request = request
        self._purpose = purpose
        self._rows = rows
        self._places = places

    def _take(self, kind: str, draw: int) -> NDArray[np.float64]:
        """Return Philox 4x32-10 of (row, place) as numbers with 53 random bits."""
        key = _key(self._request, f"{self._purpose} {kind}", (draw,))
        low_word = np.uint64(0xFFFFFFFF)
        words: Any
        rows, places = self._rows.astype(np.uint64), self._places.astype(np.uint64)
        words = (rows & low_word, rows >> np.uint64(32), places & low_word, places >> np.uint64(32))
        one_round = plain(philox_round)
        for number in range(10):
            words = one_round(key + number * WEYL_0, (key >> 32) + number * WEYL_1, *words)
        return np.asarray(((words[0] >> np.uint64(5)) * 2.0**26 + (words[1] >> np.uint64(6))) * 2.0**-53)
