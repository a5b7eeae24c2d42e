"""The targets of a source: the same whoever asks, and those that the rule describes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from distsim.kernels.maths import log, log1p
from distsim.kernels.random import stream_key, uniform_pair
from distsim.kernels.targets import ALL, DRAWN, EXPECTED, ONE, PAIRS, count_rows, draw_rows, pack

KEY = stream_key(3, "targets")
SIZE = 1000


def rows(kind, targets, excluded=range(0), offset=0, probability=1.0, sources=range(40)):
    """Return the targets of each source."""
    packed = pack(kind, KEY, probability, SIZE, targets, excluded, offset)
    counts, drawn = draw_rows(packed, sources, 10)
    assert count_rows(packed, sources) == len(drawn)
    assert drawn.dtype == np.int32
    return [part.tolist() for part in np.split(drawn, np.cumsum(counts)[:-1])]


def by_the_text_book(source, probability, allowed):
    """Return which numbers below `allowed` succeed, chunk by chunk, from the same counters."""
    length = min(int(EXPECTED / probability), SIZE)
    scale = 1.0 / log1p(-probability)
    found = []
    for chunk in range(math.ceil(allowed / length)):
        number, pair = chunk * length - 1, 0
        while number < (chunk + 1) * length:
            drawn = [uniform_pair(*KEY, source, chunk, pair + k, 0) for k in range(PAIRS)]
            for u in (*(first for first, _ in drawn), *(second for _, second in drawn)):
                number += 1 + int(min(log(1.0 - u) * scale, length))
                if number >= min((chunk + 1) * length, allowed):
                    number = (chunk + 1) * length
                    break
                found.append(number)
            pair += PAIRS
    return found


@pytest.mark.parametrize("probability", [0.04, 0.3, 0.99])
def test_drawn_targets_follow_from_their_counters(probability):
    everyone = rows(DRAWN, range(SIZE), probability=probability, sources=range(5))
    others = rows(DRAWN, range(SIZE), range(SIZE), 1, probability=probability, sources=range(5))
    for source in range(5):
        assert everyone[source] == by_the_text_book(source, probability, SIZE)
        numbers = by_the_text_book(source, probability, SIZE - 1)
        assert others[source] == [number + (number >= source + 1) for number in numbers]


@pytest.mark.parametrize("kind", [ALL, ONE, DRAWN])
@pytest.mark.parametrize(("excluded", "offset"), [(range(0), 0), (range(SIZE), 0), (range(3, 30), 3)])
def test_any_range_of_targets_gets_its_part(kind, excluded, offset):
    whole = rows(kind, range(SIZE), excluded, offset, 0.05)
    assert any(whole) or (kind == ONE and excluded and offset == 0)
    for targets in (
        range(333),
        range(333, 334),
        range(334, SIZE),
        range(20, 20),
        range(2, 25),
        range(17, 333),
    ):
        part = rows(kind, targets, excluded, offset, 0.05)
        assert part == [[target for target in row if target in targets] for row in whole]


def test_everyone_and_oneself():
    assert rows(ALL, range(20), sources=range(2, 4)) == [list(range(20))] * 2
    alone = rows(ALL, range(20), range(SIZE), 0, sources=range(2, 4))
    assert alone == [[j for j in range(20) if j != i] for i in (2, 3)]
    assert rows(DRAWN, range(20), range(SIZE), 0, 1.0, sources=range(2, 4)) == alone
    assert rows(ONE, range(10, 20), sources=range(9, 12)) == [[], [10], [11]]
    assert rows(DRAWN, range(SIZE), probability=0.0) == [[]] * 40
