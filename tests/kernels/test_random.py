"""Philox's known answers, the distributions drawn from it, and the independence of streams."""

import numpy as np
import pytest
from scipy import stats

from distsim.kernels import random
from distsim.kernels.compile import jit, plain

ALL_ONES = 2**32 - 1

# Random123's kat_vectors, philox4x32 10: counter, key, result
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL_ONES,) * 4, (ALL_ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]

# The chance that a sound generator fails a statistical test; the numbers are fixed, so a pass stays.
FALSE_ALARM = 1e-4
SIZE = 200_000


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_known_answers(counter, key, words):
    assert random.philox(*key, *counter) == words
    assert plain(random.philox)(*key, *counter) == words


@pytest.mark.parametrize("integer", [np.uint32, np.uint64, np.int64])
def test_words_may_be_of_any_integer_type(integer):
    counter, key, words = KNOWN_ANSWERS[2]
    assert random.philox(*map(integer, key), *map(integer, counter)) == words


def test_stream_keys():
    keys = {random.stream_key(seed, name) for seed in (0, 1, -1, 2**70) for name in ("", "a", "b", "1\na")}
    assert len(keys) == 16
    assert all(0 <= word < 2**32 for key in keys for word in key)
    # the same on every machine and in every version: results of a seeded run must not change
    assert random.stream_key(1234, "neurons/threshold") == random.stream_key(1234, "neurons/threshold")
    assert random.stream_key(0, "x") == (3781558302, 4099535797)


def draw(fill, name="test", size=SIZE, step=0):
    out = np.empty(size)
    fill(random.stream_key(42, name), (np.arange(size, dtype=np.uint32), 0, step, 0), out)
    return out


def test_uniform_distribution():
    u = draw(random.fill_uniform)
    assert u.min() >= 0
    assert u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > FALSE_ALARM
    assert np.array_equal(u * 2.0**53, np.floor(u * 2.0**53))
    # the lowest of the 53 bits are random too
    lowest = (u * 2.0**53).astype(np.int64) & 0xFF
    assert stats.chisquare(np.bincount(lowest, minlength=256)).pvalue > FALSE_ALARM


def test_normal_distribution():
    z = draw(random.fill_normal)
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM
    assert abs(z.mean()) < 4 / np.sqrt(SIZE)
    assert abs(z.var() - 1) < 4 * np.sqrt(2 / SIZE)
    assert abs(stats.skew(z)) < 4 * np.sqrt(6 / SIZE)
    assert abs(stats.kurtosis(z)) < 4 * np.sqrt(24 / SIZE)


def test_pairs_are_independent():
    def kernel(key0, key1, u, v, y, z):
        for i in range(u.shape[0]):
            u[i], v[i] = random.uniform_pair(key0, key1, i, 0, 0, 0)
            y[i], z[i] = random.normal_pair(key0, key1, i, 1, 0, 0)

    u, v, y, z = np.empty((4, SIZE))
    jit(kernel)(*random.stream_key(1, "pairs"), u, v, y, z)
    assert stats.kstest(v, "uniform").pvalue > FALSE_ALARM
    assert stats.kstest(z, "norm").pvalue > FALSE_ALARM
    for first, second in ((u, v), (y, z), (u, y), (y**2, z**2)):
        assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(SIZE)
    # the angle of a pair is uniform
    assert stats.kstest(np.arctan2(z, y), stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > FALSE_ALARM


def test_neighbours_and_streams_are_independent():
    u = draw(random.fill_uniform)
    others = (draw(random.fill_uniform, step=1), draw(random.fill_uniform, "test2"), np.roll(u, 1))
    for other in others:
        assert abs(np.corrcoef(u, other)[0, 1]) < 4 / np.sqrt(SIZE)
        assert np.count_nonzero(u == other) == 0


def test_a_normal_number_is_never_infinite():
    # 1 - u is at least 2^-53: the largest radius is sqrt(2 * 53 ln 2)
    assert np.abs(draw(random.fill_normal)).max() < 8.6


@pytest.mark.parametrize(
    ("fill", "one"), [(random.fill_uniform, random.uniform), (random.fill_normal, random.normal)]
)
def test_arrays_hold_the_scalar_numbers(fill, one):
    size = random.CHUNK + 1001
    generator = np.random.default_rng(0)
    ids, steps = generator.integers(0, 2**32, (2, size), dtype=np.uint32)
    key = random.stream_key(5, "arrays")
    out = np.empty(size)
    fill(key, (ids, 2**32 - 1, steps, 9), out)
    for i in [*range(100), *range(size - 1100, size)]:
        assert out[i] == one(*key, ids[i], 2**32 - 1, steps[i], 9)
    # a part of the counters gives the same part of the numbers: what one rank draws depends on no other
    part = np.empty(777)
    fill(key, (ids[123:900], 2**32 - 1, steps[123:900], 9), part)
    assert np.array_equal(part, out[123:900])


def test_no_numbers():
    out = np.empty(0)
    random.fill_uniform((0, 0), (np.empty(0, np.uint32), 0, 0, 0), out)
    assert out.size == 0
