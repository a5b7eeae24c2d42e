"""Which event-driven variables are kept once for each neuron: those that all its synapses have in common."""

from __future__ import annotations

import pytest
from simulation_harness import network_of

from distsim.driver.dry_run import bytes_per_synapse
from distsim.engine.plan import make_plan
from distsim.program import build_program
from distsim.program.operation import Extent

CLASSIC = """
name: traces
constants: {tau: 20*ms}
populations:
  cells: {N: 3, model: "dv/dt = -v/(10*ms) : 1", threshold: v > 1, reset: v = 0, method: exact}
projections:
  s:
    source: cells
    target: cells
    model: |
      w : 1
      dbefore/dt = -before/tau : 1 (event-driven)
      dafter/dt = -after/tau : 1 (event-driven)
    on_pre: |
      v_post += w
      before += 0.1
      w = clip(w - after, 0, 1)
    on_post: |
      after += 0.1
      w = clip(w + before, 0, 1)
    delay: 1*ms
    connect: {p: 0.5}
    initial: {w: rand()}
monitors:
  m: {type: spikes, source: cells}
run: {duration: 1*ms}
"""


def traces(*replacements: tuple[str, str]) -> dict[str, Extent]:
    text = CLASSIC
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    found = build_program(network_of(text)).synapses["s"].traces
    return {name: trace.variable.extent for name, trace in found.items()}


RECORDED = "{type: state, source: s, variables: before, record: true}"
TARGET, WEIGHT, ORDER_OF_TARGETS = 4, 8, 8
BOTH = {"before": Extent.SOURCE, "after": Extent.TARGET}


def test_the_traces_of_the_classic_rule():
    assert traces() == BOTH


@pytest.mark.parametrize(
    "replacement",
    [
        ("before += 0.1", "before = 1"),
        ("before += 0.1", "x = 0.1*exp(-1); before = before + x*before"),
        ("dbefore/dt = -before/tau", "dbefore/dt = (1 - before)/tau"),
        ("v_post += w", "v_post += w*before*rand()"),
        ("delay: 1*ms", "delay: tau/4"),
        ("initial: {w: rand()}", "initial: {w: 1}"),
    ],
)
def test_what_stays_the_same_for_all_synapses(replacement):
    assert traces(replacement) == BOTH


@pytest.mark.parametrize(
    ("replacement", "kept"),
    [
        pytest.param(("before += 0.1", "before += w"), {"after"}, id="differs by weight"),
        pytest.param(("before += 0.1", "before += rand()"), {"after"}, id="random"),
        pytest.param(("before += 0.1", "before += v_post"), {"after"}, id="differs by target"),
        pytest.param(("before += 0.1", "x = w; before += x"), {"after"}, id="differs by a temporary value"),
        pytest.param(("before += 0.1", "before += after"), {"after"}, id="changed by the other trace"),
        pytest.param(("after += 0.1", "after += 0.1; before = 0"), {"after"}, id="two pathways write it"),
        pytest.param(("delay: 1*ms", "delay: i*ms"), {"after"}, id="several delays"),
        pytest.param(("dbefore/dt = -before/tau", "dbefore/dt = -before/tau*w"), {"after"}, id="own rate"),
        pytest.param(("dbefore/dt = -before/tau", "dbefore/dt = (after - before)/tau"), set(), id="coupled"),
        pytest.param(("{w: rand()}", "{w: rand(), before: 0.1*i}"), {"after"}, id="initial value"),
        pytest.param(
            ("type: spikes, source: cells", "type: state, source: s, variables: before, record: true"),
            {"after"},
            id="recorded",
        ),
        pytest.param(
            ("w = clip(w - after, 0, 1)", "w = (t - lastupdate)/tau"), set(), id="time of the last event"
        ),
        pytest.param(
            ("w : 1", "w : 1\n      dz/dt = before*Hz : 1 (clock-driven)"), {"after"}, id="read in every step"
        ),
    ],
)
def test_what_differs_between_synapses_is_stored_for_each(replacement, kept):
    assert traces(replacement).keys() == kept


def test_nothing_is_kept_for_neurons_where_that_is_not_wanted():
    assert not build_program(network_of(CLASSIC), {}).synapses["s"].traces


def test_a_plastic_synapse_stores_a_target_and_a_weight_and_its_places():
    plan = make_plan(network_of(CLASSIC), 1)
    assert "lastupdate" not in plan.program.synapses["s"].variables
    assert bytes_per_synapse(plan, plan.program.synapses["s"]) == TARGET + WEIGHT + ORDER_OF_TARGETS
