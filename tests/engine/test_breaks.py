"""What cuts the compiled turn: variables of sources, sums into them, links, functions of the driver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from simulation_harness import Results, network_of, simulate

from distsim.engine.plan import make_plan
from distsim.network import HostOperation

STEPS = 200
RANKS = [2, 3, 4, 7]
MODEL = """
constants: {tau: 5*ms}
populations:
  src:
    N: 11
    model: |
      dx/dt = (a - x)/tau + 0.3*xi/ms**0.5 : 1 (unless refractory)
      a : 1
      got : 1
      hits : integer
      total : 1
      du/dt = -u/tau : 1 (unless refractory)
      drive : 1 (shared)
      sub = x*2 + a + 0.01*i : 1
      plain = x*2 + a : 1
    threshold: x > 0.8
    reset: x = 0
    refractory: 0.5*ms
    method: euler
    initial: {a: 1 + rand()}
  one: {N: 1, model: "dy/dt = (1 - y)/(3*ms) : 1", method: exact}
  same:
    N: 11
    model: |
      x2 : 1 (linked)
      dz/dt = (x2 - z)/ms : 1
    method: exact
    links: {x2: {source: src, variable: x}}
  cells:
    N: 13
    model: |
      dv/dt = (listed + by_sub*0.1 + chosen + mirrored + o + d - v)/(10*ms) : 1
      listed : 1 (linked)
      by_sub : 1 (linked)
      chosen : 1 (linked)
      mirrored : 1 (linked)
      o : 1 (linked)
      d : 1 (linked)
      idx : integer
      w : 1
      J : 1
      Igap : 1
    threshold: v > 2.5
    reset: v = 0
    method: euler
    initial: {idx: int(rand()*6)}
    links:
      listed: {source: src, variable: x, index: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 3]}
      by_sub: {source: src, variable: plain, index: [3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 3]}
      chosen: {source: "src[2:8]", variable: x, index: idx}
      mirrored: {source: cells, variable: v, index: "[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]"}
      o: {source: one, variable: y}
      d: {source: src, variable: drive}
projections:
  back:
    source: src
    target: cells
    model: |
      w2 : 1
      total_pre = w2*v_post : 1 (summed)
    on_pre: "w += a_pre; got_pre += w2*rand(); hits_pre += 1; u_pre -= 1"
    on_post: "got_pre -= 0.3*w2*v_post; got_pre += 0.01"
    delay: {pre: 1*ms*rand(), post: 0.2*ms}
    connect: {p: 0.6, n: 2}
    initial: {w2: rand()}
  gaps:
    source: cells
    target: cells
    model: |
      c : 1
      Igap_post = c*(v_pre - v_post) : 1 (summed)
    connect: abs(i - j) == 1
    initial: {c: 0.1*rand()}
  seen:
    source: src[1:]
    target: cells[3:]
    model: |
      dq/dt = (sub_pre - q)/tau : 1 (clock-driven)
      J_post = q : 1 (summed)
    connect: {fixed_indegree: 2}
run_regularly:
  dr: {group: src, code: "drive = rand()", dt: 1*ms}
monitors:
  mc:
    type: state
    source: cells
    variables: [v, listed, by_sub, chosen, mirrored, o, d, w, J, Igap]
    record: true
  mg: {type: state, source: src, variables: [x, got, hits, total, u, sub, drive], record: true}
  m2: {type: state, source: same, variables: [x2, z], record: true, when: end}
  ms: {type: state, source: back, variables: [w2, x_pre, v_post, sub_pre], record: [0, 3, 5, 40], dt: 0.5*ms}
  sp: {type: spikes, source: cells}
  sp2: {type: spikes, source: src}
run: {duration: 20*ms}
"""


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(MODEL, STEPS)


@pytest.mark.parametrize("ranks", RANKS)
def test_any_number_of_ranks(run, ranks):
    assert simulate(MODEL, [120, 1, 79], ranks).digests() == run.digests()


def test_links(run):
    x, v = run.traces["mg", "x"], run.traces["mc", "v"]
    np.testing.assert_array_equal(run.traces["mc", "listed"], x[:, [*range(11), 0, 3]])
    np.testing.assert_array_equal(run.traces["mc", "mirrored"], v[:, ::-1])
    chosen = run.state["cells", "idx"] + 2
    np.testing.assert_array_equal(run.traces["mc", "chosen"], x[:, chosen])
    np.testing.assert_array_equal(run.traces["m2", "x2"][:-1], x[1:])
    np.testing.assert_array_equal(
        run.traces["mc", "d"], np.repeat(run.traces["mg", "drive"][:, :1], 13, axis=1)
    )
    y = 1 - np.exp(-np.arange(STEPS) / 30)
    np.testing.assert_allclose(
        run.traces["mc", "o"], np.repeat(y[:, None], 13, axis=1), rtol=1e-12, atol=1e-15
    )
    a = run.state["src", "a"]
    plain = (2 * x + a)[:, [3, *range(1, 11), 0, 3]]
    np.testing.assert_allclose(run.traces["mc", "by_sub"], plain, rtol=1e-14)
    np.testing.assert_allclose(run.traces["mg", "sub"], 2 * x + a + 0.01 * np.arange(11), rtol=1e-14)


def test_a_population_that_reads_itself_reads_what_was_there_before_the_step(run):
    """All neurons are integrated at once, whichever comes first in memory."""
    v, c = run.traces["mc", "v"], {k: run.traces["mc", k] for k in ("listed", "by_sub", "chosen", "mirrored")}
    total = (
        c["listed"]
        + 0.1 * c["by_sub"]
        + c["chosen"]
        + v[:, ::-1]
        + run.traces["mc", "o"]
        + run.traces["mc", "d"]
    )
    after = v + 1e-4 * (total - v) / 10e-3
    quiet = after[:-1] <= 2.5
    np.testing.assert_allclose(v[1:][quiet], after[:-1][quiet], rtol=1e-12)


def test_gap_junctions(run):
    v, found = run.traces["mc", "v"], run.synapses["gaps"]
    expected = np.zeros_like(v)
    for i, j, c in zip(found["i"], found["j"], found["c"], strict=True):
        expected[:, j] += c * (v[:, i] - v[:, j])
    # Of the values before the step.
    np.testing.assert_allclose(run.traces["mc", "Igap"][1:], expected[:-1], rtol=1e-12, atol=1e-14)


def test_what_is_added_to_sources(run):
    found, v = run.synapses["back"], run.traces["mc", "v"]
    total = np.zeros((STEPS, 11))
    for i, j, w in zip(found["i"], found["j"], found["w2"], strict=True):
        total[:, i] += w * v[:, j]
    np.testing.assert_allclose(run.traces["mg", "total"][1:], total[:-1], rtol=1e-12, atol=1e-14)
    degree = np.bincount(found["i"], minlength=11)
    hits = run.traces["mg", "hits"][-1]
    spikes = np.bincount(run.spikes["src"][:, 1], minlength=11)
    assert (hits > 0).all()
    assert (hits <= spikes * degree).all()
    # What arrives while the source is refractory is lost for u, and only for u.
    assert (-run.traces["mg", "u"][-1] < hits).all()
    assert np.ptp(run.traces["mg", "got"][-1]) > 1


def test_a_turn_is_cut_only_where_ranks_have_to_talk():
    network = network_of(MODEL)
    without_mirrored = replace(
        network, populations=tuple(p for p in network.populations if p.name in ("src", "same"))
    )
    without_mirrored = replace(
        without_mirrored, projections=(), state_monitors=(), spike_monitors=(), regular=()
    )
    alone, several = (make_plan(without_mirrored, ranks).emitted for ranks in (1, 2))
    assert len(alone.segments) == 1
    assert len(several.segments) == 2
    assert "def advance" in alone.source
    assert "def part" not in alone.source
    assert "def advance" not in several.source


CONSTANT = """
populations:
  a: {N: 5, model: "k : 1", initial: {k: i}, threshold: "int(t/dt + 0.5) % 10 == 3", reset: ""}
  b: {N: 5, model: "x : 1"}
projections:
  s: {source: a, target: b, on_pre: x += k_pre, connect: {one_to_one: true}, delay: 0.5*ms}
monitors: {m: {type: state, source: b, variables: x, record: true}}
run: {duration: 5*ms}
"""


def test_what_nothing_writes_is_copied_once():
    network = network_of(CONSTANT)
    assert len(make_plan(network, 2).emitted.segments) == 1
    results = [simulate(network, 50, ranks) for ranks in (1, 3)]
    assert results[0].digests() == results[1].digests()
    assert results[1].epoch == 6
    np.testing.assert_array_equal(results[0].state["b", "x"], 5 * np.arange(5))


FIRST = """
populations:
  a:
    N: 5
    model: "dv/dt = 1/ms : 1\\ng : 1\\nx : 1"
    threshold: v > 0.3
    reset: "v = 0.05*i; g += 1"
    method: euler
projections:
  s: {source: a, target: a, on_pre: x += g_pre*0.1, connect: i != j}
run: {duration: 2*ms}
"""


def test_a_break_before_everything_else():
    """What the reset has changed is wanted by the first loop of the turn that follows, and only there."""
    network = network_of(FIRST)
    (segment,) = make_plan(network, 2).emitted.segments
    assert segment.refreshes
    results = [simulate(network, 20, ranks) for ranks in (1, 2, 3)]
    assert results[0].digests() == results[1].digests() == results[2].digests()
    assert (results[0].state["a", "x"] > 1).all()


ORDERED = """
inputs:
  gen: {type: spike_generator, N: 3, indices: [0, 1, 2], times: "[1, 1, 1]*ms"}
populations:
  a: {N: 3, model: "x : 1\\ny : 1", initial: {x: 1 + i}, threshold: "t > 0.95*ms and t < 1.05*ms", reset: ""}
  b: {N: 2, model: "z : 1"}
projections:
  s:
    source: a
    target: b
    model: "w : 1"
    on_pre: "x_pre = x_pre*0.5 + w; z += x_pre; y_pre = z_post"
    connect: {}
    initial: {w: 1 + 10*j}
run: {duration: 5*ms}
"""


def test_any_code_runs_on_one_rank_synapse_by_synapse():
    result = simulate(ORDERED, 50)
    x, z, y = [1.0, 2.0, 3.0], [0.0, 0.0], [0.0] * 3
    for i in range(3):
        for j in range(2):
            x[i] = x[i] * 0.5 + 1 + 10 * j
            before, z[j] = z[j], z[j] + x[i]
            y[i] = before + x[i]
    np.testing.assert_allclose(result.state["a", "x"], x)
    np.testing.assert_allclose(result.state["b", "z"], z)
    np.testing.assert_allclose(result.state["a", "y"], y)


HOSTED = """
populations:
  a:
    N: 10
    model: |
      dv/dt = (k + 0.1*xi*ms**0.5 - v)/(5*ms) : 1
      k : 1
    threshold: v > 1
    reset: v = 0
    method: euler
    initial: {k: 2 + 0.1*i}
  b: {N: 10, model: "x : 1"}
projections:
  s: {source: a, target: b, on_pre: x += k_pre*0.1, connect: {p: 0.5}, delay: 0.7*ms}
  t: {source: a, target: a, on_pre: v += 0.1, connect: {p: 0.3}, delay: 0.4*ms}
monitors:
  m: {type: state, source: a, variables: [v, k], record: true}
  n: {type: state, source: b, variables: x, record: true}
  s_: {type: spikes, source: a}
run: {duration: 20*ms}
"""


class Driver:
    """Notes when it is called, and changes the network."""

    def __init__(self, *stops):
        self.calls = []
        self.stops = stops

    def __call__(self, simulation, name, time):
        if simulation.communicator.rank == 0:
            self.calls.append((name, round(time / 1e-4), simulation.step))
        arrays = simulation.state.arrays
        if name == "a_network_operation":
            arrays["a", "k"] += 0.05
        else:
            arrays["a", "v"] *= 0.5
        return (name, round(time / 1e-4)) in self.stops


@pytest.fixture(scope="module")
def hosted():
    return replace(
        network_of(HOSTED),
        host_operations=(
            HostOperation("a_network_operation", 1e-3),
            HostOperation("late", 2.3e-3, "end"),
            HostOperation("between", 2.3e-3, "after_groups"),
        ),
    )


def test_functions_of_the_driver(hosted):
    driver, several = Driver(), Driver()
    whole = simulate(hosted, STEPS, 1, driver)
    steps = [(name, step) for name, step, _ in driver.calls]
    assert [s for name, s in steps if name == "a_network_operation"] == list(range(0, STEPS, 10))
    assert [s for name, s in steps if name == "late"] == list(range(0, STEPS, 23))
    # Within a step in the order of the slots, and each with all earlier steps behind it.
    assert [name for name, s in steps if s == 0] == ["a_network_operation", "between", "late"]
    assert all(done == step + (name == "late") for name, step, done in driver.calls)
    k = whole.traces["m", "k"]
    np.testing.assert_allclose(k[:, 0], 2 + 0.05 * (1 + np.arange(STEPS) // 10), rtol=1e-12)
    for ranks in (1, 3):
        several.calls.clear()
        result = simulate(hosted, [46, 1, 100, 53], ranks, several)
        assert result.digests() == whole.digests()
        assert several.calls == driver.calls


def test_steps_without_them_are_run_in_one_go(hosted):
    plan = make_plan(hosted, 1)
    assert "def advance" in plan.emitted.source
    assert len(plan.emitted.segments) > 1
    # Fused as if they were not there.
    plain = make_plan(replace(hosted, host_operations=()), 1)
    assert [[o.name for o in loop.operations] for loop in plan.program.turn] == [
        [o.name for o in loop.operations] for loop in plain.program.turn
    ]


@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("name", ["a_network_operation", "between", "late"])
def test_the_driver_ends_a_run_after_the_step(hosted, name, ranks):
    step = {"a_network_operation": 30, "between": 46, "late": 46}[name]
    shorter = simulate(hosted, step + 1, ranks, Driver())
    stopped = simulate(hosted, STEPS, ranks, Driver((name, step)))
    assert stopped.digests() == shorter.digests()
