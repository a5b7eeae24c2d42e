"""What happens at every synapse in every step: integration, sums, stored values; code at set times."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import Results, simulate

STEPS = 200
DT = 1e-4
MODEL = """
inputs:
  gen: {type: spike_generator, N: 3, indices: [0, 1, 2, 0, 1], times: "[1, 2, 3, 5.2, 9]*ms"}
populations:
  cells:
    N: 4
    model: |
      dv/dt = (I - v)/(10*ms) : 1
      I : 1
      J : 1
    method: euler
    initial: {v: 0.1*i}
  later:
    N: 2
    model: "x : 1"
projections:
  alpha:
    source: gen
    target: cells[1:]
    model: |
      dg/dt = (h - g)/(3*ms) : 1 (clock-driven)
      dh/dt = -h/(3*ms) : 1 (clock-driven)
      dtrace/dt = -trace/(7*ms) : 1 (event-driven)
      I_post = g*(2 - v_post)*gain : 1 (summed)
      gain : 1 (shared)
      luck : 1 (shared)
      w : 1
      n : integer
    on_pre: h += w; trace += 1; n += 1
    method: euler
    connect: {condition: i != j}
    delay: 0.3*ms
    initial: {w: 1 + 0.1*i + j, gain: 0.5, luck: rand()}
  coarse:
    source: gen
    target: cells
    model: |
      J_post = a : 1 (summed)
      da/dt = 1/ms : 1 (clock-driven)
      k = int(t/dt + 0.5) : 1 (constant over dt)
    dt: 0.5*ms
    connect: {}
    initial: {a: i}
    summed_when: {J_post: end}
run_regularly:
  decay: {group: alpha, code: "gain = gain + 0.01; w *= 0.9", dt: 2*ms}
  part: {group: "later[1:]", code: "x += 10*N + i + 1", dt: 5*ms, when: after_end}
monitors:
  m: {type: state, source: cells, variables: [v, I, J], record: true}
  s: {type: state, source: alpha, variables: [g, w, v_post, n, luck], record: true}
  some: {type: state, source: alpha, variables: [g], record: [4, 1], dt: 1*ms}
  k: {type: state, source: coarse, variables: [k, a], record: [0], dt: 0.5*ms, when: end}
  x: {type: state, source: later, variables: [x], record: true, dt: 5*ms}
run: {duration: 20*ms}
"""
PAIRS = [(i, j) for i in range(3) for j in range(3) if i != j]
BY_TARGET = sorted(range(len(PAIRS)), key=lambda k: (PAIRS[k][1], PAIRS[k][0]))


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(MODEL, STEPS)


def reference():
    """Simulate the alpha synapses step by step; return the traces of v, I, g and w."""
    i, j = np.array(PAIRS).T
    w, gain = 1 + 0.1 * i + j, 0.5
    g, h, v, current = np.zeros(6), np.zeros(6), 0.1 * np.arange(4), np.zeros(4)
    spikes = {(10, 0), (20, 1), (30, 2), (52, 0), (90, 1)}
    traces = []
    for step in range(STEPS):
        if step % 20 == 0:
            w, gain = w * 0.9, gain + 0.01
        traces.append((v.copy(), current.copy(), g.copy(), w.copy()))
        g, h = g + DT * (h - g) / 3e-3, h - DT * h / 3e-3
        # A sum onto a part of a population has the order of the population, and goes by its name there.
        current[1:] = 0
        for k in range(6):
            current[1 + j[k]] += g[k] * (2 - v[1 + j[k]]) * gain
        v = v + DT * (current - v) / 10e-3
        h = h + w * np.array([(step - 3, source) in spikes for source in i])
    return (np.array(trace) for trace in zip(*traces, strict=True))


def test_equations_and_sums(run):
    v, current, g, w = reference()
    np.testing.assert_allclose(run.traces["m", "v"], v, rtol=1e-12, atol=1e-14)
    # The monitor's name comes after that of the code that changes the weights.
    np.testing.assert_allclose(run.traces["m", "I"], current, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(run.traces["s", "g"], g[:, BY_TARGET], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(run.traces["s", "w"], w[:, BY_TARGET], rtol=1e-12)
    assert np.ptp(current[:, 1:], axis=0).min() > 0.1
    targets = np.array([PAIRS[k][1] for k in BY_TARGET])
    np.testing.assert_array_equal(run.traces["s", "v_post"], run.traces["m", "v"][:, 1 + targets])


def test_event_driven_variables_beside_them(run):
    found = run.synapses["alpha"]
    arrivals = {0: [13, 55], 1: [23, 93], 2: [33]}
    for source, last, count in zip(found["i"], found["lastupdate_pre"], found["n"], strict=True):
        assert last == pytest.approx(arrivals[source][-1] * DT)
        assert count == len(arrivals[source])
    traces = {s: sum(np.exp(-(steps[-1] - k) * DT / 7e-3) for k in steps) for s, steps in arrivals.items()}
    np.testing.assert_allclose(found["trace"], [traces[source] for source in found["i"]], rtol=1e-12)


def test_a_clock_of_their_own(run):
    # Summed at the end of every fifth step, after the integration: 0.5 a time, from 0 + 1 + 2 on.
    sums = 3 + 3 * 0.5 * (1 + np.arange(STEPS) // 5)
    sums = np.concatenate([[0], sums])[:STEPS]
    np.testing.assert_allclose(run.traces["m", "J"], np.repeat(sums[:, None], 4, axis=1), rtol=1e-12)
    np.testing.assert_array_equal(run.traces["k", "k"][:, 0], np.arange(40))
    np.testing.assert_allclose(run.traces["k", "a"][:, 0], 0.5 * (1 + np.arange(40)), rtol=1e-12)


def test_synapses_are_recorded_by_number(run):
    # Number 1 is (0, 2), number 4 is (2, 0); columns are sorted by target.
    g = run.traces["s", "g"][::10]
    columns = [BY_TARGET.index(PAIRS.index(pair)) for pair in ((2, 0), (0, 2))]
    np.testing.assert_array_equal(run.traces["some", "g"], g[:, columns])


def test_code_for_a_part(run):
    # At the end of steps 0, 50, 100, 150; i and N are those of the part.
    np.testing.assert_array_equal(run.traces["x", "x"][:, 1], [0, 11, 22, 33])
    assert not run.traces["x", "x"][:, 0].any()


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
def test_any_number_of_ranks(run, ranks):
    assert simulate(MODEL, [70, 1, 129], ranks).digests() == run.digests()
