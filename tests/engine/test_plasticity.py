"""General synapses over time: event-driven plasticity against a plain simulation, random release, clocks."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import Results, simulate

DT = 1e-4
STEPS = 1000
TAU_PRE, TAU_POST, D_PRE, D_POST, W_MAX = 20e-3, 15e-3, 0.3, -0.35, 1.0
PRE_DELAYS = ["0.0*ms", "0.1*ms", "1.3*ms", "0.5*ms", "0.2*ms", "2.0*ms", "0.1*ms", "0.4*ms"]
PAIRS = [(0, 0), (1, 0), (2, 0), (3, 1), (0, 1), (4, 2), (4, 2), (1, 2)]
MODEL = f"""
constants: {{taupre: 20*ms, taupost: 15*ms}}
inputs:
  gen: {{type: poisson_group, N: 5, rates: 300*Hz}}
  drive: {{type: poisson_group, N: 3, rates: 300*Hz}}
  steady: {{type: spike_generator, N: 500, indices: "INDICES", times: "TIMES"}}
  few: {{type: poisson_input, target: counting, variable: p, N: 100, rate: 20*Hz, weight: 1}}
  many: {{type: poisson_input, target: counting, variable: q, N: 1000, rate: 1000*Hz, weight: 2}}
populations:
  cells:
    N: 3
    model: "dv/dt = -v/(10*ms) : 1"
    threshold: v > 1
    reset: v = 0
    refractory: 1*ms
    method: exact
  sink: {{N: 1, model: "dv/dt = 0/ms : 1", method: euler}}
  counting: {{N: 500, model: "p : 1\\nq : 1"}}
projections:
  force: {{source: drive, target: cells, on_pre: v += 2, connect: {{one_to_one: true}}}}
  release:
    source: steady
    target: sink
    model: "n : 1"
    on_pre: v += int(rand() < 0.3); n += 1
    connect: {{}}
  plastic:
    source: gen
    target: cells
    model: |
      w : 1
      dapre/dt = -apre/taupre : 1 (event-driven)
      dapost/dt = -apost/taupost : 1 (event-driven)
    on_pre: v_post += 0.1*w; apre += {D_PRE}; w = clip(w + apost, 0, {W_MAX})
    on_post: apost += {D_POST}; w = clip(w + apre, 0, {W_MAX})
    delay: {{pre: {PRE_DELAYS}, post: 0.7*ms}}
    connect: {{i: {[i for i, _ in PAIRS]}, j: {[j for _, j in PAIRS]}}}
    initial: {{w: "0.5 + 0.05*i"}}
monitors:
  cells_m: {{type: state, source: cells, variables: v, record: true}}
  counting_m: {{type: state, source: counting, variables: [p, q], record: true}}
run: {{duration: 100*ms}}
""".replace("INDICES", str(list(range(500)) * 4)).replace(
    "TIMES", str([t for t in (0.5, 1, 1.5, 2) for _ in range(500)]) + "*ms"
)


CLASSIC = f"""
constants: {{taupre: 20*ms, taupost: 15*ms}}
inputs:
  gen: {{type: poisson_group, N: 5, rates: 300*Hz}}
  drive: {{type: poisson_group, N: 3, rates: 300*Hz}}
populations:
  cells:
    N: 3
    model: "dv/dt = -v/(10*ms) : 1"
    threshold: v > 1
    reset: v = 0
    refractory: 1*ms
    method: exact
projections:
  force: {{source: drive, target: cells, on_pre: v += 2, connect: {{one_to_one: true}}}}
  plastic: {MODEL.partition("  plastic:")[2].partition("monitors:")[0].replace(str(PRE_DELAYS), "0.3*ms")}
monitors:
  cells_m: {{type: state, source: cells, variables: v, record: true}}
run: {{duration: 100*ms}}
"""
"""The plastic part of the model, with one delay: both traces are kept once for each neuron."""


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(MODEL, STEPS)


class PlainSynapse:
    """One synapse of the reference, with its traces advanced from event to event."""

    def __init__(self, source: int, target: int, delay: int):
        self.source, self.target, self.delay = source, target, delay
        self.w, self.apre, self.apost, self.last = 0.5 + 0.05 * source, 0.0, 0.0, 0.0

    def advance(self, t: float) -> None:
        self.apre *= np.exp(-(t - self.last) / TAU_PRE)
        self.apost *= np.exp(-(t - self.last) / TAU_POST)
        self.last = t

    def pre(self, t: float) -> float:
        self.advance(t)
        given = 0.1 * self.w
        self.apre += D_PRE
        self.w = min(max(self.w + self.apost, 0.0), W_MAX)
        return given

    def post(self, t: float) -> None:
        self.advance(t)
        self.apost += D_POST
        self.w = min(max(self.w + self.apre, 0.0), W_MAX)


def reference(pre_spikes, drive_spikes, pre_delays):
    """Simulate the plastic network step by step: integrate, threshold, pre, post, reset."""
    delays = [round(float(text.removesuffix("*ms")) / 0.1) for text in pre_delays]
    synapses = [PlainSynapse(i, j, d) for (i, j), d in zip(PAIRS, delays, strict=True)]
    synapses.sort(key=lambda s: (s.source, s.target))
    v, last_spike = np.zeros(3), np.full(3, -(10**6))
    pre, drive = (set(map(tuple, spikes.tolist())) for spikes in (pre_spikes, drive_spikes))
    spikes: list[tuple[int, int]] = []
    trace = np.empty((STEPS, 3))
    for step in range(STEPS):
        trace[step] = v
        v *= np.exp(-DT / 10e-3)
        spiking = (v > 1) & (step - last_spike >= 10)
        last_spike[spiking] = step
        spikes += [(step, int(neuron)) for neuron in np.flatnonzero(spiking)]
        v += 2.0 * np.array([(step, neuron) in drive for neuron in range(3)])
        for synapse in synapses:
            if (step - synapse.delay, synapse.source) in pre:
                v[synapse.target] += synapse.pre(step * DT)
        for synapse in synapses:
            if (step - 7, synapse.target) in spikes:
                synapse.post(step * DT)
        v[spiking] = 0
    return synapses, spikes, trace


def check_plasticity(run, pre_delays, traces):
    """Compare with the reference; traces stand at the last event of their own pathway, others at any."""
    synapses, spikes, trace = reference(run.spikes["gen"], run.spikes["drive"], pre_delays)
    assert len(spikes) > 40
    assert run.spikes["cells"].tolist() == [list(spike) for spike in spikes]
    np.testing.assert_allclose(run.traces["cells_m", "v"], trace, rtol=1e-12, atol=1e-14)
    found = run.synapses["plastic"]
    last = np.array([s.last for s in synapses])
    np.testing.assert_allclose(found["w"], [s.w for s in synapses], rtol=1e-12)
    for name, tau in (("apre", TAU_PRE), ("apost", TAU_POST)):
        values = found[name]
        if name in traces:
            own = found["lastupdate_" + name.removeprefix("a")]
            assert np.all(own <= last)
            values = values * np.exp(-(last - own) / tau)
        np.testing.assert_allclose(values, [getattr(s, name) for s in synapses], rtol=1e-12)
    assert ("lastupdate" in found) == (len(traces) < 2)
    if len(traces) < 2:
        np.testing.assert_allclose(found["lastupdate"], last, rtol=1e-12)
    # The test would miss the limits if none were reached.
    assert min(found["w"]) == 0 or max(found["w"]) == 1


def test_event_driven_plasticity(run):
    check_plasticity(run, PRE_DELAYS, {"apost"})


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_plasticity_with_traces_of_neurons(ranks):
    check_plasticity(simulate(CLASSIC, STEPS, ranks=ranks), ["0.3*ms"] * len(PAIRS), {"apre", "apost"})


def test_release_at_random(run):
    # 2000 draws with p = 0.3; six deviations.
    assert np.all(run.synapses["release"]["n"] == 4)
    assert abs(run.state["sink", "v"][0] - 600) < 6 * np.sqrt(2000 * 0.3 * 0.7)


def test_poisson_input_counts(run):
    draws = np.diff(run.traces["counting_m", "p"], axis=0)
    n, p, count = 100, 20 * DT, draws.size
    assert np.all(draws == np.round(draws))
    assert draws.min() == 0
    assert abs(draws.mean() - n * p) < 6 * np.sqrt(n * p * (1 - p) / count)
    # The relative error of the variance is sqrt((kurtosis + 2)/count), the excess kurtosis nearly 1/mean.
    assert abs(draws.var() / (n * p * (1 - p)) - 1) < 6 * np.sqrt((2 + 1 / (n * p)) / count)
    for value in range(3):
        expected = np.exp(-n * p) * (n * p) ** value / [1, 1, 2][value]
        assert abs((draws == value).mean() - expected) < 6 * np.sqrt(expected / count) + 2e-3
    correlation = np.corrcoef(draws[:-1].ravel(), draws[1:].ravel())[0, 1]
    assert abs(correlation) < 6 / np.sqrt(count)


def test_poisson_input_of_many_trains_is_normal(run):
    draws = np.diff(run.traces["counting_m", "q"], axis=0) / 2
    n, p, count = 1000, 1000 * DT, draws.size
    assert abs(draws.mean() - n * p) < 6 * np.sqrt(n * p * (1 - p) / count)
    assert abs(draws.var() / (n * p * (1 - p)) - 1) < 6 * np.sqrt(2 / count)
    assert not np.all(draws == np.round(draws))


CLOCKS = """
populations:
  fast: {N: 2, model: "dv/dt = 0/ms : 1\\ndx/dt = 0/ms : 1\\ndy/dt = 0/ms : 1", method: euler,
         threshold: "int(t/dt + 0.5) % 4 == 2", reset: y = y + 1}
  slow: {N: 3, model: "dv/dt = 1/ms : 1\\nda/dt = t/ms**2 : 1", method: euler, dt: 0.25*ms,
         threshold: v > 0.7, reset: v = 0}
projections:
  delayed: {source: slow, target: fast, on_pre: v += 1, delay: 0.3*ms, connect: {i: 0, j: [0]}}
  coded: {source: slow, target: fast, on_pre: x = x + dt/ms, delay: 0.7*ms, connect: {i: 0, j: [1]},
          on_post: x = x + 10}
monitors:
  fast_m: {type: state, source: fast, variables: [v, x, y], record: true}
  slow_m: {type: state, source: slow, variables: [v, a], record: true}
  slow_s: {type: spikes, source: slow, variables: v}
run: {duration: 10*ms}
"""


def test_several_clocks():
    # The base step is 0.05 ms: fast runs every 2, slow every 5 of them.
    result = simulate(CLOCKS, 200)
    slow, fast = list(range(0, 200, 5)), list(range(0, 200, 2))
    assert result.steps("slow") == slow[2::3]
    assert result.steps("fast") == fast[2::4]
    assert result.traces["slow_m", "v"].shape == (40, 3)
    np.testing.assert_allclose(result.traces["slow_m", "v"][:, 0], 0.25 * (np.arange(40) % 3), atol=1e-12)
    sums = np.concatenate([[0], np.cumsum(0.25 * 0.25 * np.arange(39))])
    np.testing.assert_allclose(result.traces["slow_m", "a"][:, 0], sums, rtol=1e-12)
    np.testing.assert_allclose(result.at_spikes["slow_s", "v"], 0.75)

    # Delays count in steps of the source: 0.3 ms is one step of 0.25 ms, and 0.7 ms is three.
    def seen(events, by):
        return [sum(event < step for event in events) for step in by]

    v, x, y = (result.traces["fast_m", name] for name in ("v", "x", "y"))
    np.testing.assert_array_equal(v[:, 0], seen([s + 5 for s in result.steps("slow")], fast))
    np.testing.assert_array_equal(y[:, 0], seen(result.steps("fast"), fast))
    pre = np.array(seen([s + 15 for s in result.steps("slow")], fast))
    post = np.array(seen(result.steps("fast", 1), fast))
    np.testing.assert_allclose(x[:, 1], 0.25 * pre + 10 * post, rtol=1e-12)


REPEATED = """
populations:
  a:
    N: 50
    model: |
      dv/dt = (3*a*b - v)/(10*ms) : 1 (unless refractory)
      a : 1
      b : 1
    threshold: v > 0.5
    reset: v = v - a*b
    refractory: 0.7*ms
    method: euler
    initial: {a: rand(), b: rand(), v: rand()}
projections:
  additive: {source: a, target: a, on_pre: "v += 0.01", connect: {p: 0.2}, delay: 1*ms}
inputs:
  noise: {type: poisson_input, target: a, variable: v, N: 10, rate: 100*Hz, weight: 0.1}
monitors:
  MONITOR
  s: {type: spikes, source: a, variables: v}
run: {duration: 10*ms}
"""


def test_two_runs_are_one_long_run_and_recording_changes_nothing():
    # The product a*b is in the integration and in the reset, which are one loop or two, as it happens.
    plain = REPEATED.replace("MONITOR", "r: {type: rate, source: a}")
    whole = simulate(plain, 200)
    assert len(whole.spikes["a"]) > 200
    for parts in ([1, 199], [77, 100, 23], [50] * 4, [1] * 200):
        assert simulate(plain, parts).digests() == whole.digests()
    recorded = simulate(
        REPEATED.replace("MONITOR", "m: {type: state, source: a, variables: v, record: true}"), 200
    )
    expected = whole.digests()
    assert {key: recorded.digests()[key] for key in expected} == expected
