"""Binomial numbers in code strings: their distribution, that each is new, and that ranks do not matter."""

import numpy as np
import pytest
from scipy import stats
from session_harness import everywhere, on_ranks

from distsim.driver import use_session
from distsim.equations import EquationError
from distsim.frontend.binomial import BinomialFunction
from distsim.frontend.monitors import SpikeMonitor
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.randomness import seed
from distsim.frontend.synapses import Synapses
from distsim.units import units_by_name

ms = units_by_name()["ms"]
FALSE_ALARM = 1e-4


@pytest.fixture(autouse=True)
def _own_session():
    yield
    use_session(None)


def goodness(sample, n, p):
    """The p-value of a chi-squared test in which cells of fewer than ten counts are one."""
    counts = np.bincount(sample.astype(int), minlength=n + 1)
    expected = stats.binom(n, p).pmf(np.arange(n + 1)) * sample.size
    common = expected >= 10
    if common.all():
        return stats.chisquare(counts, expected).pvalue
    observed = [*counts[common], counts[~common].sum()]
    return stats.chisquare(observed, [*expected[common], expected[~common].sum()]).pvalue


@pytest.mark.parametrize(("n", "p"), [(20, 0.1), (6, 0.5), (400, 0.004), (50, 0.97), (300, 0.4)])
def test_numbers_have_the_exact_probabilities(n, p):
    drawn = BinomialFunction(n, p, approximate=False)

    def script(session):
        use_session(session)
        seed(11)
        group = NeuronGroup(20_000, "once : 1\nregularly : 1", namespace={"drawn": drawn})
        group.once = "drawn()"
        group.run_regularly("regularly = drawn()")
        Network(group).run(0.1 * ms)
        return group.once[:], group.regularly[:]

    for sample in on_ranks(1, script):
        assert np.array_equal(sample, np.round(sample))
        assert goodness(sample, n, p) > FALSE_ALARM


def test_approximate_numbers_are_normal():
    many = BinomialFunction(1000, 0.3)

    def script(session):
        use_session(session)
        seed(11)
        group = NeuronGroup(20_000, "once : 1\nregularly : 1", namespace={"many": many})
        group.once = "many()"
        group.run_regularly("regularly = many()")
        Network(group).run(0.1 * ms)
        return group.once[:], group.regularly[:]

    assert many.approximate
    for sample in on_ranks(1, script):
        assert stats.kstest(sample, stats.norm(300, np.sqrt(210)).cdf).pvalue > FALSE_ALARM


def test_every_call_is_a_new_number_wherever_it_stands():
    names = {"few": BinomialFunction(30, 0.1)}

    def script(session):
        use_session(session)
        seed(3)
        group = NeuronGroup(
            500,
            "kept = few() : 1 (constant over dt)\nonce : 1\nk : integer\nsum : 1\nresets : 1\ng : 1",
            threshold="few() > 3",
            reset="sum += few(); resets += 1",
            namespace=names,
        )
        group.once = "few() - few()"
        group.k = "int(few())"
        synapses = Synapses(
            group, group, "w : 1", on_pre="w = few() - few(); g_post += few()", namespace=names
        )
        synapses.connect("few() > 5", p=0.1)
        synapses.w = "few()"
        spikes = SpikeMonitor(group)
        before = synapses.w[:]
        Network(group, synapses, spikes).run(2 * ms)
        return {
            "kept": group.kept[:], "once": group.once[:], "k": group.k[:], "sum": group.sum[:],
            "resets": group.resets[:], "g": group.g[:], "before": before, "w": synapses.w[:],
            "i": synapses.i[:], "spikes": spikes.i[:],
        }  # fmt: skip

    found = everywhere(script)
    # The difference of two independent numbers has twice their variance; each has n*p*(1 - p).
    for difference in (found["once"], found["w"]):
        assert np.var(difference) == pytest.approx(2 * 2.7, rel=0.2)
    assert np.sum(found["sum"]) / np.sum(found["resets"]) == pytest.approx(3, abs=0.1)
    assert len(found["spikes"]) / (500 * 20) == pytest.approx(stats.binom(30, 0.1).sf(3), rel=0.1)
    assert len(found["i"]) / (500 * 500 * 0.1) == pytest.approx(stats.binom(30, 0.1).sf(5), rel=0.15)


def test_where_no_new_number_can_be_drawn():
    few = BinomialFunction(20, 0.1)
    for equation, message in (
        ("x = few() : 1", "constant over dt"),
        ("x = 0 < few() < 3 : boolean (constant over dt)", "chain of comparisons"),
    ):
        with pytest.raises(EquationError, match=message):
            Network(NeuronGroup(2, equation, namespace={"few": few})).run(0.1 * ms)


def test_exact_numbers_of_very_many_trials():
    drawn = BinomialFunction(10**7, 0.4, approximate=False)
    with pytest.raises(ValueError, match="approximate=True"):
        drawn.describe("drawn")
