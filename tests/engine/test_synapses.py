"""When and in which order spikes arrive: delays, the step's order, pathways, refused input, general code.

Spike generators drive neurons whose variables change by nothing but their synapses: a trace counts arrivals.
All is in one network, because compiling is what takes time.
"""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import Results, simulate

from distsim.program.clocks import delay_steps

STEPS = 100
DELAYS = [0, 0.04, 0.05, 0.1, 0.15, 0.25, 1.5]
MODEL = f"""
inputs:
  table: {{type: timed_array, values: [1, 7, 1], unit: "1", dt: 1*ms}}
  gen: {{type: spike_generator, N: 4, indices: [0, 1, 2, 3, 2], times: "[1, 1, 1, 1, 0.5]*ms"}}
  steady: {{type: spike_generator, N: 1, indices: [0], times: "[0]*ms", period: 0.1*ms}}
  ones: {{type: poisson_input, target: gated, variable: p, N: 1, rate: 10*kHz, weight: 1}}
  half: {{type: poisson_input, target: "gated[1:]", variable: c, N: 1, rate: 10*kHz, weight: 10}}
populations:
  sink:
    N: 7
    model: |
      dv/dt = 0/ms : 1
      dx/dt = 0/ms : 1
    method: euler
  gated:
    N: 2
    model: |
      dv/dt = 1/ms : 1 (unless refractory)
      du/dt = 0/ms : 1 (unless refractory)
      dp/dt = 0/ms : 1 (unless refractory)
      dg/dt = 0/ms : 1 (unless refractory)
      dc/dt = 0/ms : 1
    threshold: v > 0.95
    reset: v = 0; c += 100
    refractory: 2*ms
    method: euler
  wiped:
    N: 1
    model: "dv/dt = 1/ms : 1"
    threshold: v > 0.95
    reset: v = 0
    method: euler
  chain:
    N: 3
    model: "dv/dt = 0/ms : 1"
    threshold: v > 0.5
    reset: v = 0
    method: euler
  mixed:
    N: 8
    model: |
      dv/dt = 0/ms : 1
      dx/dt = 0/ms : 1
      dd/dt = 0/ms : 1
    method: euler
    initial: {{v: 1, x: 1}}
  seen:
    N: 3
    model: |
      dv/dt = 0/ms : 1
      du/dt = 0/ms : 1 (unless refractory)
      E = k*table(t)*N + i + F : 1
      F = cos(2*pi*t/ms) + local : 1
      k : 1
    namespace: {{local: 1000}}
    method: euler
    initial: {{k: 1 + i}}
  late:
    N: 2
    model: |
      dv/dt = 1/ms : 1
      dx/dt = 0/ms : 1
    threshold: v > 0.95
    reset: v = 0; x = x + 1
    method: euler
projections:
  delayed:
    source: gen
    target: sink
    on_pre: v += 1
    delay: {[f"{d}*ms" for d in DELAYS]}
    connect: {{i: 0, j: [0, 1, 2, 3, 4, 5, 6]}}
  delayed_general:
    source: gen
    target: sink
    on_pre: x = x + 1
    delay: {[f"{d}*ms" for d in DELAYS]}
    connect: {{i: 0, j: [0, 1, 2, 3, 4, 5, 6]}}
  to_gated: {{source: steady, target: gated, on_pre: u += 1; c += 1, connect: {{}}}}
  to_gated_general: {{source: steady, target: gated, on_pre: "g = g + 1", connect: {{}}}}
  to_wiped: {{source: steady, target: wiped, on_pre: "v += 0.001", connect: {{}}}}
  first: {{source: "gen[:1]", target: "chain[:1]", on_pre: v += 1, connect: {{}}}}
  next:
    source: chain[:2]
    target: chain[1:]
    on_pre: v += 1
    delay: 0.5*ms
    connect: {{one_to_one: true}}
  compose:
    source: gen
    target: mixed
    model: "w : 1"
    on_pre: v = v*2 + w
    connect: {{i: [2, 0, 1], j: [0, 0, 0]}}
    initial: {{w: [100, 1, 10]}}
  queued:
    source: gen
    target: mixed
    model: "w : 1"
    on_pre: v = v*2 + w
    delay: [0.5*ms, 0*ms]
    connect: {{i: [2, 0], j: [1, 1]}}
    initial: {{w: [100, 1]}}
  repeats:
    source: gen
    target: mixed
    model: "w : 1"
    on_pre: {{twice: v = v*2 + w, sums: x += w}}
    connect: {{i: [3, 3, 3], j: [2, 2, 2]}}
    initial: {{w: [1, 2, 4]}}
  by_name:
    source: gen
    target: mixed
    on_pre: {{b: v = v + 1, a: v = v*10, c: v = v - 3}}
    pathway_order: {{c: -2}}
    connect: {{i: 0, j: 3}}
  between:
    source: gen
    target: mixed
    on_pre: {{b: v += 1, m: v = v*10, z: v += 5}}
    delay: {{b: 0.1*ms, m: 0.1*ms, z: 0.1*ms}}
    connect: {{i: 0, j: 4}}
  numbers: {{source: "gen[1:3]", target: "mixed[5:7]", on_pre: x = x + 100*i + 10*j, connect: {{}}}}
  whole: {{source: gen, target: mixed, model: "n : integer", on_pre: d += n, connect: {{i: 1, j: [0, 1]}},
          initial: {{n: 3 + j}}}}
  single: {{source: gen, target: mixed, model: "w : 1", on_pre: d -= 2*w, connect: {{i: 1, j: [3, 2]}},
           initial: {{w: [0.1, 0.2]}}, dtype: float32}}
  inside:
    source: gen
    target: "seen[1:]"
    model: |
      w = 3*E_post + E : 1
    on_pre: v = v + w
    connect: {{i: 0, j: [0, 1]}}
  ungated: {{source: gen, target: seen, on_pre: {{a: "u = u + 1", b: u += 2}}, connect: {{i: 1, j: 2}}}}
  both:
    source: gen
    target: late
    on_pre: x = x*10
    on_post: {{post: x = x + 5, again: x = x*2}}
    delay: {{again: 0.3*ms}}
    connect: {{i: 0, j: [0, 1]}}
monitors:
  sink_m: {{type: state, source: sink, variables: [v, x], record: true}}
  gated_m: {{type: state, source: gated, variables: [u, p, g, c, v], record: true}}
  wiped_m: {{type: state, source: wiped, variables: v, record: true}}
  wiped_s: {{type: spikes, source: wiped, variables: v}}
  chain_m: {{type: state, source: chain, variables: v, record: true}}
  late_m: {{type: state, source: late, variables: x, record: true}}
  late_end: {{type: state, source: late, variables: x, record: true, when: end}}
run: {{duration: 10*ms}}
"""


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(MODEL, STEPS)


def arrivals(trace) -> list[list[int]]:
    """Return the steps in which each column changes; what happens in a step is seen at the next."""
    return [np.flatnonzero(np.diff(column)).tolist() for column in trace.T]


@pytest.mark.parametrize("variable", ["v", "x"])
def test_delays(run, variable):
    # The spike is in step 10; a delay of no step arrives in the same one.
    expected = 10 + delay_steps(np.array(DELAYS) * 1e-3, 1e-4)
    assert expected[:4].tolist() == [10, 10, 11, 11]
    assert arrivals(run.traces["sink_m", variable]) == [[step] for step in expected]


def test_input_in_the_step_of_a_spike_is_wiped_by_the_reset(run):
    # Each step adds 0.1 and then 0.001, and the reset comes last: every cycle begins at exactly 0.
    v = run.traces["wiped_m", "v"][:, 0]
    spikes = run.steps("wiped")
    assert spikes == list(range(9, STEPS, 10))
    assert all(v[step + 1] == 0 for step in spikes if step + 1 < STEPS)
    assert v[spikes[0]] == pytest.approx(0.909)
    # At the threshold the input of the step itself has not come yet; a state monitor never sees the value.
    np.testing.assert_allclose(run.at_spikes["wiped_s", "v"], 1.009)
    assert v.max() < 0.95


@pytest.mark.parametrize("variable", ["u", "p", "g"])
def test_refractory_neurons_refuse_input_to_flagged_variables(run, variable):
    # The spike in step 9 makes the neuron refractory before that step's input; that of step 29 counts.
    assert run.steps("gated") == list(range(9, STEPS, 29))
    accepted = [(step - 9) % 29 >= 20 for step in range(STEPS - 1)]
    np.testing.assert_array_equal(np.diff(run.traces["gated_m", variable][:, 0]), accepted)


def test_resets_write_and_unflagged_variables_take_input(run):
    spikes = np.isin(np.arange(STEPS - 1), run.steps("gated"))
    change = np.diff(run.traces["gated_m", "c"], axis=0)
    np.testing.assert_array_equal(change[:, 0], 1 + 100 * spikes)
    # The second Poisson input goes to a part of the population.
    np.testing.assert_array_equal(change[:, 1], 11 + 100 * spikes)


def test_spikes_travel_one_delay_a_neuron(run):
    # The input of step 10 passes the threshold in step 11; the next one sees it after five more.
    assert [run.steps("chain", neuron) for neuron in range(3)] == [[11], [17], [23]]


def test_arrivals_of_one_step_compose_by_source(run):
    # Neuron 2 spikes also in step 5, alone: 1*2 + 100 = 102; then come neurons 0, 1 and 2 in step 10.
    assert run.state["mixed", "v"][0] == ((102 * 2 + 1) * 2 + 10) * 2 + 100


def test_arrivals_of_one_step_compose_by_the_time_of_the_spike_first(run):
    # Neuron 2 spikes in steps 5 and 10 with a delay of 5, neuron 0 in step 10 without.
    assert run.state["mixed", "v"][1] == ((1 * 2 + 100) * 2 + 1) * 2 + 100


def test_repeated_synapses_of_one_pair(run):
    assert run.pairs("repeats") == [(3, 2)] * 3
    assert run.synapses["repeats"]["w"].tolist() == [1, 2, 4]
    assert run.state["mixed", "v"][2] == ((1 * 2 + 1) * 2 + 2) * 2 + 4
    assert run.state["mixed", "x"][2] == 1 + 7


def test_pathways_run_by_order_then_name(run):
    assert run.state["mixed", "v"][3] == (1 - 3) * 10 + 1


def test_additions_around_general_code(run):
    assert run.state["mixed", "v"][4] == (1 + 1) * 10 + 5


def test_numbers_in_code_are_relative_to_the_subgroups(run):
    # Sources 0 and 1 of the subgroup are neurons 1 and 2 of the generator; neuron 2 spikes twice.
    once = [[0, 10], [100, 110]]
    expected = [1 + once[0][j] + 2 * once[1][j] for j in range(2)]
    assert run.state["mixed", "x"][5:7].tolist() == expected
    assert run.pairs("numbers") == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_weights_of_other_types(run):
    d = run.state["mixed", "d"]
    assert d[:2].tolist() == [3, 4]
    assert d[2:4].tolist() == [
        -float(np.float32(2) * np.float32(0.2)),
        -float(np.float32(2) * np.float32(0.1)),
    ]


def test_post_pathways(run):
    # late spikes every ten steps from step 9 on: x + 5, then the reset x + 1, and three steps later x*2.
    x = run.traces["late_m", "x"]
    expected = np.zeros(STEPS)
    value = 0.0
    for step in range(STEPS):
        expected[step] = value
        if step == 10:
            value *= 10
        if step >= 12 and (step - 3) % 10 == 9:
            value *= 2
        if step % 10 == 9:
            value += 5
            value += 1
    np.testing.assert_array_equal(x, np.stack([expected, expected], axis=1))


def test_subexpressions_of_the_target(run):
    # At 1 ms table(t) is 7, and the first target of the subgroup is neuron 1 of 3, with k = 2.
    expected = [4 * (k * 7 * 3 + i + 1 + 1000) for i, k in ((1, 2), (2, 3))]
    np.testing.assert_allclose(run.state["seen", "v"], [0, *expected], rtol=1e-15)


def test_unless_refractory_means_nothing_without_refractoriness(run):
    assert run.state["seen", "u"].tolist() == [0, 0, 3]


def test_a_monitor_at_the_end_sees_the_step_itself(run):
    np.testing.assert_array_equal(run.traces["late_end", "x"][:-1], run.traces["late_m", "x"][1:])
    np.testing.assert_array_equal(run.traces["late_end", "x"][-1], run.state["late", "x"])


def test_listed_weights_and_delays_belong_to_their_pairs(run):
    compose = run.synapses["compose"]
    assert dict(zip(run.pairs("compose"), compose["w"], strict=True)) == {(0, 0): 1, (1, 0): 10, (2, 0): 100}
    queued = run.synapses["queued"]
    assert dict(zip(run.pairs("queued"), queued["delay queued_pre"], strict=True)) == {(0, 1): 0, (2, 1): 5}
