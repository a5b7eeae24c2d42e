"""Random functions: one number for each textual call and element, in kernels and in code that runs once."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import simulate

MODEL = """
populations:
  p:
    N: 4000
    model: |
      twice = rand() - rand() : 1 (constant over dt)
      same = rand() : 1 (constant over dt)
      mixed = rand() + 10*int(rand() < 0.5) + 100*randn() : 1 (constant over dt)
      few = poisson(0.7) : integer (constant over dt)
      many = poisson(40 + i*0) : integer (constant over dt)
      none = poisson(0) : integer (constant over dt)
      a : 1
      b : 1
      k : integer
      reset_a : 1
      reset_b : 1
    threshold: i < 2000
    reset: reset_a = rand(); reset_b = rand() - reset_a
    initial: {a: rand() - rand(), b: randn()*randn(), k: poisson(3.5)}
projections:
  s:
    source: "p[0:40]"
    target: p
    model: |
      w : 1
      u : 1
    on_pre: w = rand() - rand(); u = w
    connect: {fixed_indegree: 2}
monitors:
  m: {type: state, source: p, variables: [twice, same, mixed, few, many, none], record: true}
run: {duration: 1*ms}
"""


@pytest.fixture(scope="module")
def run():
    return simulate(MODEL, 5)


def test_calls_differ_and_elements_do(run):
    for values in (run.traces["m", "twice"], run.state["p", "a"], run.synapses["s"]["w"]):
        assert np.count_nonzero(values == 0) == 0
        # The difference of two independent uniform numbers has variance 1/6.
        assert np.var(values) == pytest.approx(1 / 6, rel=0.1)
        assert len(np.unique(values)) == values.size
    np.testing.assert_array_equal(run.synapses["s"]["u"], run.synapses["s"]["w"])
    assert np.mean(run.state["p", "b"]) == pytest.approx(0, abs=0.08)
    # No statement has the numbers of another.
    assert abs(np.corrcoef(run.traces["m", "same"].ravel(), run.traces["m", "twice"].ravel())[0, 1]) < 0.03


def test_only_those_concerned_draw(run):
    first, second = run.state["p", "reset_a"], run.state["p", "reset_b"]
    assert np.all(first[2000:] == 0)
    assert np.all((first[:2000] > 0) & (first[:2000] < 1))
    assert np.all(second[:2000] != 0)


def test_poisson_numbers(run):
    for values, mean in (
        (run.traces["m", "few"], 0.7),
        (run.traces["m", "many"], 40.0),
        (run.state["p", "k"], 3.5),
    ):
        assert np.all(values == np.round(values))
        assert np.mean(values) == pytest.approx(mean, rel=0.04)
        assert np.var(values) == pytest.approx(mean, rel=0.1)
    assert np.all(run.traces["m", "none"] == 0)


@pytest.mark.parametrize("ranks", [2, 3, 7])
def test_the_number_of_ranks_does_not_matter(run, ranks):
    assert simulate(MODEL, 5, ranks).digests() == run.digests()
