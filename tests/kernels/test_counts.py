"""Tables of counts and the samplers for other means."""

import numpy as np
import pytest
from scipy import stats

from distsim.kernels import counts, random
from distsim.kernels.compile import jit

FALSE_ALARM = 1e-4
SIZE = 200_000


def uniforms(size=SIZE, draw=0):
    out = np.empty(size)
    random.fill_uniform(random.stream_key(3, "counts"), (np.arange(size, dtype=np.uint32), draw, 0, 0), out)
    return out


def draw_from(table, u):
    """Counts from a table, by searching."""
    return table.first + np.searchsorted(table.cumulative, u, side="right")


@pytest.mark.parametrize(
    ("n", "p"), [(10, 0.3), (1000, 1e-4), (1000, 0.999), (200, 0.02), (30, 0.5), (10**9, 1e-9), (20, 0.9)]
)
def test_binomial_table_is_the_distribution(n, p):
    table = counts.binomial_table(n, p)
    entries = table.cumulative[table.cumulative < 1]
    expected = stats.binom(n, p).cdf(table.first + np.arange(entries.size))
    assert entries == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert stats.binom(n, p).cdf(table.first - 1) <= 2**-53
    assert table.cumulative.size % counts.UNROLLED == 0


@pytest.mark.parametrize(("n", "p", "only"), [(5, 0.0, 0), (5, 1.0, 5), (0, 0.3, 0)])
def test_certain_counts(n, p, only):
    table = counts.binomial_table(n, p)
    assert table.first == only
    assert np.all(draw_from(table, np.array([0.0, 0.5, 1 - 2**-53])) == only)


def test_long_tables_are_refused():
    assert counts.binomial_table(1000, 0.5) is None
    assert counts.binomial_table(10**12, 0.5) is None


@pytest.mark.parametrize(("n", "p"), [(-1, 0.5), (5, 1.5), (5, np.nan)])
def test_impossible_trials(n, p):
    with pytest.raises(ValueError, match="binomial"):
        counts.binomial_table(n, p)


def goodness(sample, distribution):
    """The p-value of a chi-squared test with cells of at least ten expected counts."""
    top = int(sample.max()) + 1
    observed = np.bincount(sample, minlength=top + 1).astype(float)
    expected = distribution.pmf(np.arange(top + 1)) * sample.size
    expected[-1] += distribution.sf(top) * sample.size
    common = expected >= 10
    observed = np.append(observed[common], observed[~common].sum())
    expected = np.append(expected[common], expected[~common].sum())
    keep = expected > 0
    return stats.chisquare(
        observed[keep], expected[keep] * (observed[keep].sum() / expected[keep].sum())
    ).pvalue


@pytest.fixture(scope="module")
def variates():
    def kernel(u, z, mean, out):
        for i in range(out.shape[0]):
            out[i] = counts.poisson_variate(u[i], z[i], mean)

    return jit(kernel)


@pytest.mark.parametrize("mean", [0.3, 7.5, 31.0])
def test_variates_of_small_means(variates, mean):
    out = np.empty(SIZE, np.int64)
    variates(uniforms(draw=1), np.zeros(SIZE), mean, out)
    assert goodness(out, stats.poisson(mean)) > FALSE_ALARM


@pytest.mark.parametrize("mean", [33.0, 100.0, 1e4])
def test_variates_of_large_means(variates, mean):
    out = np.empty(SIZE, np.int64)
    z = np.empty(SIZE)
    random.fill_normal(random.stream_key(3, "large"), (np.arange(SIZE, dtype=np.uint32), 0, 0, 0), z)
    variates(np.zeros(SIZE), z, mean, out)
    levels = np.arange(int(out.min()), int(out.max()))
    empirical = np.searchsorted(np.sort(out), levels, side="right") / SIZE
    # the approximation's error and four standard errors
    assert np.abs(empirical - stats.poisson(mean).cdf(levels)).max() < 0.002 + 4 * 0.5 / np.sqrt(SIZE)
    assert abs(out.mean() - mean) < 4 * np.sqrt(mean / SIZE) + 0.01


def test_variates_of_no_mean(variates):
    out = np.ones(3, np.int64)
    for mean in (0.0, -2.0, np.nan):
        variates(np.array([0.0, 0.5, 1 - 2**-53]), np.zeros(3), mean, out)
        assert not out.any()
