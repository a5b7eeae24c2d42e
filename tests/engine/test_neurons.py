"""Neurons against closed forms: integration, refractoriness, resets, timed arrays, what monitors see.

All populations are in one network, because compiling is what takes time.
"""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import Results, simulate

DT = 1e-4
STEPS = 300
MODEL = """
constants: {tau: 20*ms}
inputs:
  stim: {type: timed_array, values: [1, 2, 3, 4, 5, 6], unit: "1", dt: 1*ms}
  coarse: {type: timed_array, values: [1, 2, 4], unit: "1", dt: 0.25*ms}
  table: {type: timed_array, values: [[1, 10], [2, 20], [3, 30]], unit: "1", dt: 0.5*ms}
  gen: {type: spike_generator, N: 3, indices: [0, 1, 2, 2], times: "[0.1998, 0.19999, 0.3, 2.0]*ms"}
  periodic: {type: spike_generator, N: 2, indices: [0, 1], times: "[0, 0.7]*ms", period: 1*ms}
populations:
  lif:
    N: 5
    model: |
      dv/dt = (E - v)/tau : volt
      E : volt (constant)
    method: exact
    initial: {E: 10*mV*i, v: "-5*mV + i*mV"}
  ramp:
    N: 1
    model: "dv/dt = 1/ms : 1 (unless refractory)"
    threshold: v > 0.95
    reset: v = 0
    refractory: 2*ms
    method: euler
  ungated:
    N: 1
    model: "dv/dt = 1/ms : 1"
    threshold: v > 0.95
    reset: v = 0
    refractory: 2*ms
    method: euler
  always:
    N: 5
    model: |
      dv/dt = 0/ms : 1
      ref : second
    threshold: v > -1
    reset: ""
    refractory: ref
    method: euler
    initial: {ref: i*0.1*ms}
  condition:
    N: 1
    model: "dv/dt = 1/ms : 1"
    threshold: v > 0.95
    reset: ""
    refractory: v < 1.95
    method: euler
  entering:
    N: 1
    model: "dv/dt = 1/ms : 1 (unless refractory)"
    threshold: v > 100
    reset: ""
    refractory: v > 0.5
    method: euler
  random:
    N: 40
    model: |
      r = rand() : 1 (constant over dt)
      a = 2*r : 1
      b = 3*r : 1
      dv/dt = (a + b)/ms : 1
    method: euler
  words:
    N: 2
    model: |
      dk/dt = 1/ms : 1
      s : 1
      range : 1
      select : 1
      first : 1
      live : 1
      x1 : 1
      c2 : 1
      step : 1
    threshold: k > 0.95
    reset: k = 0; s += 1; first = s; range = k + 3; select = range; x1 = 7; c2 = 8; step = 9; live = 6
    method: euler
  types:
    N: 2
    model: |
      n : integer
      m : 1
      flag : boolean
      count : integer
    threshold: t < 0.35*ms
    reset: n = 2.7; m = n; flag = count > 1; count += 1
  quotients:
    N: 100
    model: |
      q = int(i/49) : 1
      p = int(i >= 49*(i//49)) : 1
      steps = t_in_timesteps : 1
      half = int(t/(0.5*ms)) : 1
  timed:
    N: 3
    model: |
      dv/dt = x/ms : 1
      x = stim(t) : 1
      y = coarse(t) : 1
      z = table(t, i) : 1
    method: euler
  forced:
    N: 1
    model: |
      dv/dt = cos(t/ms)/ms : 1
      dw/dt = cos(t/ms)/ms : 1
    method: rk4
  poisson:
    N: 2000
    model: "rates : Hz"
    threshold: rand() < rates*dt
    reset: ""
    initial: {rates: 100*Hz*int(i < 1000) + 400*Hz*int(i >= 1000)}
monitors:
  lif_m: {type: state, source: lif, variables: v, record: true}
  some: {type: state, source: "lif[1:4]", variables: [v, E], record: [0, 2], dt: 1*ms}
  ramp_m: {type: state, source: ramp, variables: [v, lastspike, not_refractory], record: true}
  ramp_s: {type: spikes, source: ramp, variables: v}
  ungated_m: {type: state, source: ungated, variables: v, record: true}
  entering_m: {type: state, source: entering, variables: v, record: true}
  random_m: {type: state, source: random, variables: [r, a, b, v], record: true}
  words_m: {type: state, source: words, variables: [k, range, select, step], record: [1]}
  quotients_m: {type: state, source: quotients, variables: [q, p, steps, half], record: true}
  timed_m: {type: state, source: timed, variables: [x, y, z, v], record: true}
  timed_slow: {type: state, source: timed, variables: x, record: true, dt: 10*ms}
  forced_m: {type: state, source: forced, variables: v, record: true}
run: {duration: 30*ms}
"""


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(MODEL, STEPS)


def test_exact_integration(run):
    neuron = np.arange(5)
    target, start = 0.01 * neuron, -0.005 + 0.001 * neuron
    times = np.arange(STEPS)[:, None] * DT
    expected = target + (start - target) * np.exp(-times / 0.02)
    np.testing.assert_allclose(run.traces["lif_m", "v"], expected, rtol=1e-12, atol=1e-16)


def test_state_monitor_sees_the_beginning_of_each_step(run):
    trace = run.traces["lif_m", "v"]
    assert len(trace) == STEPS
    np.testing.assert_array_equal(trace[0], -0.005 + np.arange(5) * 0.001)
    # The last sample is that of t_end - dt, one step before the state at the end.
    assert np.all(trace[-1] != run.state["lif", "v"])
    last = 0.01 * np.arange(5) + (trace[-1] - 0.01 * np.arange(5)) * np.exp(-DT / 0.02)
    np.testing.assert_allclose(run.state["lif", "v"], last, rtol=1e-12, atol=1e-16)


def test_monitor_of_some_neurons_with_a_step_of_its_own(run):
    np.testing.assert_array_equal(run.traces["some", "v"], run.traces["lif_m", "v"][::10, [1, 3]])
    np.testing.assert_array_equal(run.traces["some", "E"], np.broadcast_to([0.01, 0.03], (30, 2)))


def test_refractory_time(run):
    # Ten updates to the threshold: the spike is in step 9. Integration resumes 20 steps later, in step 29.
    assert run.steps("ramp") == list(range(9, STEPS, 29))
    v = run.traces["ramp_m", "v"][:, 0]
    assert v[9] == pytest.approx(0.9)
    assert np.all(v[10:30] == 0)
    assert v[30] == pytest.approx(0.1)


def test_refractory_variables(run):
    last = run.traces["ramp_m", "lastspike"][:, 0]
    assert np.all(last[:10] == -1e4)
    np.testing.assert_array_equal(last[10:39], 9 * DT)
    free = run.traces["ramp_m", "not_refractory"][:, 0]
    # What the monitor sees was decided in the step before.
    assert np.all(free[:10] == 1)
    assert np.all(free[10:30] == 0)
    assert np.all(free[30:39] == 1)


def test_variables_at_spikes_are_those_after_the_threshold(run):
    np.testing.assert_allclose(run.at_spikes["ramp_s", "v"], 1.0)
    assert len(run.at_spikes["ramp_s", "v"]) == len(run.steps("ramp"))


def test_refractoriness_gates_flagged_variables_only(run):
    # v goes on, and passes the threshold while the neuron is refractory: the next spike is 20 steps later.
    assert run.steps("ungated") == list(range(9, STEPS, 20))
    assert run.traces["ungated_m", "v"][:, 0].max() == pytest.approx(1.9)


def test_next_spike_is_possible_after_the_refractory_time(run):
    for neuron, period in enumerate([1, 1, 2, 3, 4]):
        assert run.steps("always", neuron) == list(range(0, STEPS, period))


def test_refractory_condition_decides_only_the_leaving(run):
    # v > 0.95 in step 9; v < 1.95 holds at the start of the steps up to 19; from then on every step spikes.
    assert run.steps("condition") == [9, *range(20, STEPS)]
    # Without a spike no neuron becomes refractory, whatever the condition says.
    v = run.traces["entering_m", "v"][:, 0]
    np.testing.assert_allclose(v, 0.1 * np.arange(STEPS), rtol=1e-12)


def test_constant_over_dt(run):
    r, v = run.traces["random_m", "r"], run.traces["random_m", "v"]
    assert np.all((r >= 0) & (r < 1))
    assert len(np.unique(r)) == r.size
    np.testing.assert_array_equal(run.traces["random_m", "a"], 2 * r)
    np.testing.assert_array_equal(run.traces["random_m", "b"], 3 * r)
    np.testing.assert_allclose(np.diff(v, axis=0), 0.5 * r[:-1], rtol=1e-9, atol=1e-13)


def test_names_that_emitted_code_uses_too(run):
    samples = {name: run.traces["words_m", name][-1, 0] for name in ("k", "range", "select", "step")}
    assert (samples["range"], samples["select"], samples["step"]) == (3, 3, 9)
    state = {n: run.state["words", n][0] for n in ("s", "first", "x1", "c2", "live")}
    assert state == {"s": 30, "first": 30, "x1": 7, "c2": 8, "live": 6}


def test_whole_numbers_and_truth_values(run):
    assert run.state["types", "n"].tolist() == [2, 2]
    assert run.state["types", "m"].tolist() == [2.0, 2.0]
    assert run.state["types", "flag"].tolist() == [True, True]
    assert run.state["types", "count"].tolist() == [4, 4]


def test_quotients_are_exact_where_the_last_bit_counts(run):
    neuron = np.arange(100)
    np.testing.assert_array_equal(run.traces["quotients_m", "q"][0], neuron // 49)
    np.testing.assert_array_equal(run.traces["quotients_m", "p"][0], np.ones(100))
    times = np.arange(STEPS) * DT
    np.testing.assert_array_equal(run.traces["quotients_m", "half"][:, 0], np.trunc(times / 0.5e-3))
    np.testing.assert_array_equal(run.traces["quotients_m", "steps"][:, 0], np.arange(STEPS))


def test_timed_array(run):
    step = np.arange(STEPS)
    x = np.minimum(step // 10, 5) + 1.0
    np.testing.assert_array_equal(run.traces["timed_m", "x"], np.repeat(x[:, None], 3, axis=1))
    # A monitor with a coarse clock of its own does not coarsen what is integrated.
    np.testing.assert_allclose(run.traces["timed_m", "v"][1:, 0], np.cumsum(0.1 * x)[:-1], rtol=1e-12)
    np.testing.assert_array_equal(run.traces["timed_slow", "x"][:, 0], [1, 6, 6])


def test_timed_array_with_steps_between_its_own(run):
    # 0.25 ms is no multiple of the step: the value holds for steps 0-2, 3-4, and then for ever.
    y = run.traces["timed_m", "y"][:, 0]
    assert y[:6].tolist() == [1, 1, 1, 2, 2, 4]
    assert np.all(y[5:] == 4)


def test_timed_array_with_columns(run):
    z = run.traces["timed_m", "z"]
    row = np.minimum(np.arange(STEPS) // 5, 2)
    np.testing.assert_array_equal(z[:, 0], row + 1.0)
    np.testing.assert_array_equal(z[:, 1], 10 * (row + 1.0))
    assert np.all(np.isnan(z[:, 2]))


def test_time_within_a_step(run):
    times = np.arange(STEPS) * 0.1
    np.testing.assert_allclose(run.traces["forced_m", "v"][:, 0], np.sin(times), atol=1e-7)


def test_spike_generator(run):
    # The step is that of t + dt/1000, rounded down.
    assert [run.steps("gen", neuron) for neuron in range(3)] == [[1], [2], [3, 20]]


def test_spike_generator_with_a_period(run):
    assert run.steps("periodic", 0) == list(range(0, STEPS, 10))
    assert run.steps("periodic", 1) == list(range(7, STEPS, 10))


def test_poisson_group(run):
    # Bernoulli in each step: mean n p, variance n p (1 - p). Six deviations: a false alarm in 5e8 runs.
    counts = np.bincount(run.spikes["poisson"][:, 1], minlength=2000)
    for part, p in ((slice(0, 1000), 0.01), (slice(1000, 2000), 0.04)):
        trials = 1000 * STEPS
        assert abs(counts[part].sum() - trials * p) < 6 * np.sqrt(trials * p * (1 - p))
        # The counts of neurons vary as binomial counts do; their variance has a relative error of sqrt(2/n).
        assert abs(counts[part].var() / (STEPS * p * (1 - p)) - 1) < 6 * np.sqrt(2 / 1000) * 1.3
    by_step = np.bincount(run.spikes["poisson"][:, 0], minlength=STEPS)
    assert len(np.unique(by_step)) > 10
