"""Distributions, with fixed seeds and a false-alarm rate of 1e-4 a test."""

from itertools import combinations

import numpy as np
import pytest
from connectivity_requests import ask, connect, make_chunks_small
from scipy import stats

from distsim.connectivity.generators import PositionRandom
from distsim.connectivity.pieces import chunks_of, pieces_of_counts, pieces_of_range
from distsim.connectivity.sampling import distinct, hypergeometric, uniform_integers
from distsim.connectivity.splitting import boundary, leaves_of, split

ALARM = 1e-4


@pytest.fixture
def generator():
    return np.random.Generator(np.random.Philox(11))


def uniformly(counts):
    assert stats.chisquare(counts).pvalue > ALARM


def as_expected(observed, expected):
    """Compare counts with what is expected, with cells of less than ten pooled."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    small = expected < 10
    observed = np.append(observed[~small], observed[small].sum())
    expected = np.append(expected[~small], expected[small].sum())
    if expected[-1] == 0:
        assert observed[-1] == 0
        observed, expected = observed[:-1], expected[:-1]
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > ALARM


def subsets(i, j, sources, targets):
    """Return (n_subsets,) how often each set of sources is that of a target, for sets of equal size."""
    present = np.zeros((targets, sources), np.int64)
    present[j, i] = 1
    codes = present @ (1 << np.arange(sources))
    size = present[0].sum()
    every = [sum(1 << k for k in subset) for subset in combinations(range(sources), size)]
    counts = np.array([np.count_nonzero(codes == code) for code in every])
    assert counts.sum() == targets
    return counts


@pytest.mark.parametrize("chunks", ["as they are", "small"])
@pytest.mark.parametrize("probability", [0.05, 0.2, 0.6])
def test_pairs_of_one_probability_are_independent(probability, chunks, monkeypatch):
    if chunks == "small":
        make_chunks_small(monkeypatch)
    size, repeats = 5, 20_000
    i, j = connect("probability", repeats, size, {"p": probability})
    codes = np.bincount(i, weights=1 << j, minlength=repeats).astype(np.int64)
    successes = np.array([code.bit_count() for code in range(1 << size)])
    expected = repeats * probability**successes * (1 - probability) ** (size - successes)
    as_expected(np.bincount(codes, minlength=1 << size), expected)


@pytest.mark.parametrize("probability", [0.05, 0.3, 0.9])
def test_distances_are_geometric_and_chunks_do_not_show(probability):
    _, j = connect("probability", 300, 5000, {"p": probability})
    distances = np.diff(j)
    distances = distances[distances > 0]
    longest = int(10 / probability)
    counts = np.bincount(np.minimum(distances, longest), minlength=longest + 1)[1:]
    chances = stats.geom.pmf(np.arange(1, longest + 1), probability)
    chances[-1] = stats.geom.sf(longest - 1, probability)
    as_expected(counts, chances * distances.size)
    # Chunks of about 32 synapses begin at the same targets for all sources.
    incoming = np.bincount(j, minlength=5000)
    as_expected(
        np.bincount(incoming, minlength=301), 5000 * stats.binom.pmf(np.arange(301), 300, probability)
    )


def test_rare_pairs_among_many():
    i, j = connect("probability", 1000, 1 << 30, {"p": 1e-7})
    assert abs(i.size - 1000 * 2**30 * 1e-7) < 4 * (1000 * 2**30 * 1e-7) ** 0.5
    assert np.all(np.diff(i.astype(np.int64) * 2**30 + j) > 0)
    assert stats.kstest(j / 2**30, "uniform").pvalue > ALARM


def test_uniform_integers(generator):
    sizes = np.tile([1, 7, 10**9], 20_000)
    drawn = uniform_integers(generator, sizes)
    assert np.all((drawn >= 0) & (drawn < sizes))
    uniformly(np.bincount(drawn[1::3], minlength=7))
    uniformly(np.bincount(drawn[2::3] * 10 // 10**9, minlength=10))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_sets_of_distinct_integers_are_equally_likely(count, generator):
    rows, values = distinct(generator, np.full(20_000, count), np.full(20_000, 5))
    assert np.array_equal(rows, np.repeat(np.arange(20_000), count))
    if 0 < count < 5:
        uniformly(subsets(values, rows, 5, 20_000))


def test_rows_of_different_sizes(generator):
    counts, sizes = np.array([0, 3, 1, 0, 90, 10]), np.array([0, 3, 50, 9, 100, 100])
    rows, values = distinct(generator, counts, sizes)
    assert np.array_equal(np.bincount(rows, minlength=6), counts)
    assert np.all((values >= 0) & (values < sizes[rows]))
    assert np.all(np.diff(rows * 100 + values) > 0)


@pytest.mark.parametrize(("left", "right", "drawn"), [(3, 4, 5), (50, 500, 100), (1000, 1000, 1900)])
def test_hypergeometric(left, right, drawn, generator):
    counts = np.bincount(
        [hypergeometric(u, left, right, drawn) for u in generator.random(4000)], minlength=drawn + 1
    )
    as_expected(counts, 4000 * stats.hypergeom.pmf(np.arange(drawn + 1), left + right, left, drawn))


@pytest.mark.parametrize("uniform", [0.0, 0.5, 1 - 2**-53])
def test_hypergeometric_without_a_choice(uniform):
    assert hypergeometric(uniform, 5, 0, 3) == 3
    assert hypergeometric(uniform, 0, 5, 3) == 0
    assert hypergeometric(uniform, 4, 3, 7) == 4
    assert hypergeometric(uniform, 10**18, 10**18, 0) == 0


def test_hypergeometric_of_more_than_numpy_can(generator):
    left, right, drawn = 3 * 10**15, 10**15, 10**8
    counts = np.array([hypergeometric(u, left, right, drawn) for u in generator.random(300)])
    deviation = (drawn * 0.75 * 0.25) ** 0.5
    assert stats.kstest((counts - 0.75 * drawn) / deviation, "norm").pvalue > ALARM
    assert hypergeometric(0.999999, 10**18, 1, 10**6) in (10**6 - 1, 10**6)


def test_a_split_total_is_kept_and_shared_evenly(generator):
    def halve(amount, left, right):
        return generator.binomial(amount, len(left) / (len(left) + len(right)))

    parts = list(split(70_000, range(7), range(7), halve))
    assert [leaf for leaf, _ in parts] == list(range(7))
    assert sum(amount for _, amount in parts) == 70_000
    uniformly([amount for _, amount in parts])
    several = np.array([5, 0, 1000])
    assert np.array_equal(sum(amount for _, amount in split(several, range(5), range(5), halve)), several)
    assert [leaf for leaf, _ in split(9, range(100), range(40, 43), halve)] == [40, 41, 42]


def test_leaves_cover_what_they_should():
    for size, leaves in ((10, 3), (10, 10), (7, 1), (10**13, 999)):
        starts = [boundary(size, leaves, leaf) for leaf in range(leaves + 1)]
        assert starts[0] == 0
        assert starts[-1] == size
        for start, stop in ((0, size), (size // 3, size // 2), (size - 1, size), (size // 2, size // 2 + 1)):
            found = leaves_of(range(start, stop), size, leaves)
            assert starts[found.start] <= start < starts[found.start + 1]
            assert starts[found.stop - 1] < stop <= starts[found.stop]
    assert not leaves_of(range(4, 4), 10, 3)


def test_pieces():
    assert list(pieces_of_range(range(3, 10), 4)) == [range(3, 7), range(7, 10)]
    counts = np.array([3, 1, 0, 9, 2, 2, 0])
    assert [counts[piece].tolist() for piece in pieces_of_counts(counts, 4)] == [[3, 1, 0], [9], [2, 2, 0]]
    assert chunks_of(range(9, 21), 10) == range(3)
    assert not chunks_of(range(5, 5), 10)


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4, 5, 1000, 2**40 + 3])
def test_numbers_of_a_position_do_not_depend_on_the_others(start):
    request = ask("all_to_all", 3, 3)
    whole = PositionRandom(request, "n", range(start, start + 50))
    for kind in ("uniform", "normal"):
        part = PositionRandom(request, "n", range(start + 7, start + 20), np.array([0, 5, 12]))
        assert np.array_equal(getattr(part, kind)(2), getattr(whole, kind)(2)[[7, 12, 19]])
        assert not np.array_equal(getattr(whole, kind)(2), getattr(whole, kind)(1))


def test_position_numbers_have_their_distributions():
    random = PositionRandom(ask("all_to_all", 3, 3), "n", range(3, 50_003))
    assert stats.kstest(random.uniform(0), "uniform").pvalue > ALARM
    assert stats.kstest(random.normal(0), "norm").pvalue > ALARM
    assert abs(np.corrcoef(random.normal(0)[1:], random.normal(0)[:-1])[0, 1]) < 4 / 50_000**0.5


@pytest.mark.parametrize(
    "parameters",
    [{"p": 0.1}, {"p": 0.4}, {"p": "0.1 + 0*i"}, {"p": "0.2*rand()"}, {"p": 0.1, "autapses": False}],
    ids=str,
)
def test_probability(parameters):
    i, j = connect("probability", 300, 400, parameters, same_offset=0)
    p = {0.4: 0.4}.get(parameters["p"], 0.1)
    pairs = 300 * 400 - (0 if parameters.get("autapses", True) else 300)
    assert stats.binomtest(i.size, pairs, p).pvalue > ALARM
    assert np.unique(i * 400 + j).size == i.size
    for side, size, other in ((i, 300, 400), (j, 400, 300)):
        degrees = np.bincount(np.bincount(side, minlength=size), minlength=other + 1)
        as_expected(degrees, size * stats.binom.pmf(np.arange(other + 1), other, i.size / 120_000))


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("name", ["fixed_indegree", "fixed_outdegree"])
@pytest.mark.parametrize(("number", "others"), [(2, 5), (8, 10), (5, 9)])
def test_sets_of_partners_are_equally_likely(name, number, others, small, monkeypatch):
    if small:
        make_chunks_small(monkeypatch)
    sizes = (others, 10_000) if name == "fixed_indegree" else (10_000, others)
    i, j = connect(name, *sizes, {"number": number, "multapses": False})
    if name == "fixed_outdegree":
        i, j = j, i
    uniformly(subsets(i, j, others, 10_000))


@pytest.mark.parametrize("name", ["fixed_indegree", "fixed_outdegree"])
def test_repeats_come_as_often_as_they_should(name, monkeypatch):
    make_chunks_small(monkeypatch)
    sizes = (10, 20_000) if name == "fixed_indegree" else (20_000, 10)
    i, j = connect(name, *sizes, {"number": 8})
    if name == "fixed_outdegree":
        i, j = j, i
    counts = np.bincount(j * 10 + i, minlength=200_000).reshape(20_000, 10)
    uniformly(counts.sum(axis=0))
    for column in counts.T:
        as_expected(np.bincount(column, minlength=9), 20_000 * stats.binom.pmf(np.arange(9), 8, 0.1))


@pytest.mark.parametrize("name", ["fixed_indegree", "fixed_outdegree"])
@pytest.mark.parametrize("multapses", [True, False])
def test_without_autapses_the_others_are_equally_likely(name, multapses, monkeypatch):
    make_chunks_small(monkeypatch)
    counts = np.zeros((6, 6), np.int64)
    for seed in range(600):
        i, j = connect(
            name, 6, 6, {"number": 4, "multapses": multapses, "autapses": False}, same_offset=0, seed=seed
        )
        np.add.at(counts, (i, j), 1)
    assert not counts.diagonal().any()
    others = counts[~np.eye(6, dtype=bool)]
    if multapses:
        uniformly(others)
    else:
        # Less variable than independent draws: each is there with probability 4/5.
        assert abs(others - 480).max() < 5 * (600 * 0.8 * 0.2) ** 0.5


@pytest.mark.parametrize("multapses", [True, False])
def test_a_fixed_total_falls_anywhere(multapses, monkeypatch):
    make_chunks_small(monkeypatch)
    monkeypatch.setattr("distsim.connectivity.rules.fixed_total.CHUNK", 1)
    parameters = {"number": 3, "multapses": multapses, "autapses": False}
    repeats = 3000
    codes = np.zeros(repeats, np.int64)
    for seed in range(repeats):
        i, j = connect("fixed_total", 3, 3, parameters, same_offset=0, seed=seed)
        codes[seed] = np.sum(7 ** (3 * i.astype(np.int64) + j))
    # Six pairs are allowed; a code tells how often each of them was drawn.
    allowed = [7 ** (3 * i + j) for i in range(3) for j in range(3) if i != j]
    if multapses:
        draws = [a + b + c for a in allowed for b in allowed for c in allowed]
    else:
        draws = [sum(chosen) for chosen in combinations(allowed, 3)]
    outcomes, ways = np.unique(draws, return_counts=True)
    counts = np.array([np.count_nonzero(codes == outcome) for outcome in outcomes])
    assert counts.sum() == repeats
    as_expected(counts, repeats * ways / ways.sum())
