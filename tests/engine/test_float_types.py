"""Variables stored in single precision: computed in doubles, rounded where they are kept."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import simulate

from distsim.config import ConfigError, load_text

MODEL = """
populations:
  mixed:
    N: 9
    model: |
      dv/dt = (1.1 - v)/(7*ms) + k*0/ms : 1 (unless refractory)
      k : 1
      g : 1
      s : 1 (shared)
      q = rand() : 1 (constant over dt)
    threshold: v > 0.9
    reset: v = 0.1; k = v*3; g = k - 0.3
    refractory: 0.3*ms
    method: euler
    dtype: {v: float32, k: float32, s: float32, q: float32}
    initial: {v: 0.1*i/3, s: 0.1, k: s*2}
  whole:
    N: 2
    model: |
      dx/dt = 0.1/ms : 1
      n : integer
    method: euler
    dtype: float32
projections:
  syn:
    source: mixed
    target: mixed
    on_pre: g += k_post/3; v += 0.01
    delay: 0.2*ms
    connect: {j: (i + 1) % 9}
  static:
    source: mixed
    target: whole
    on_pre: x += 0.1
    delay: 0.1*ms
    connect: {condition: true}
monitors:
  m: {type: state, source: mixed, variables: [v, k, g, s, q], record: true}
  x: {type: state, source: whole, variables: [x], record: true}
  at: {type: spikes, source: mixed, variables: [v, k]}
run: {duration: 20*ms}
"""


@pytest.fixture(scope="module")
def run():
    return simulate(MODEL, 200)


def single(values):
    return np.asarray(values, np.float32).astype(np.float64)


def test_stored_values_are_single_and_recorded_as_they_are(run):
    assert run.state["mixed", "v"].dtype == np.float32
    assert run.state["mixed", "g"].dtype == np.float64
    assert run.state["mixed", "lastspike"].dtype == np.float64
    assert run.state["whole", "x"].dtype == np.float32
    assert run.state["whole", "n"].dtype == np.int32
    for name in "vksq":
        trace = run.traces["m", name]
        np.testing.assert_array_equal(trace, single(trace))
    v = run.traces["m", "v"][0]
    np.testing.assert_array_equal(v, single(0.1 * np.arange(9) / 3))
    assert np.any(run.traces["m", "g"] != single(run.traces["m", "g"]))


def test_a_step_is_computed_in_doubles_and_rounded_once(run):
    v = run.traces["m", "v"]
    spiked = {tuple(pair) for pair in run.spikes["mixed"].tolist()}
    quiet = [n for n in range(9) if not any((s, n) in spiked or (s, (n - 1) % 9) in spiked for s in range(3))]
    assert quiet
    expected = single(v[0] + (1.1 - v[0]) / 7e-3 * 1e-4)
    np.testing.assert_allclose(v[1, quiet], expected[quiet], rtol=0, atol=0)


def test_statements_see_what_is_kept(run):
    step, neuron = run.spikes["mixed"][0]
    k = single(single(0.1) * 3)
    assert run.traces["m", "k"][step + 1, neuron] == k
    np.testing.assert_array_equal(run.at_spikes["at", "v"], single(run.at_spikes["at", "v"]))


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
def test_the_number_of_ranks_does_not_matter(run, ranks):
    assert simulate(MODEL, 200, ranks).digests() == run.digests()


def test_input_to_single_precision_is_still_summed_in_ring_buffers(run):
    spikes = run.spikes["mixed"]
    x = run.traces["x", "x"][:, 0]
    for step in (5, 60):
        arrived = np.count_nonzero(spikes[:, 0] == step - 2)
        assert x[step] - x[step - 1] == pytest.approx(0.01 + 0.1 * arrived, abs=1e-5)


def test_unknown_variables_are_named():
    with pytest.raises(ConfigError, match=r"no floating-point variable 'vv' to be stored; did you mean 'v'"):
        load_text(MODEL.replace("dtype: {v:", "dtype: {vv:"))
