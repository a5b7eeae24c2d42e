"""Events besides spikes, and schedules other than the usual one, on any number of ranks.

That they mean what they mean in Brian 2 is tested with the same models in tests/reference.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simulation_harness import network_of, simulate

from distsim.config import ConfigError, load, load_text
from distsim.network import ModelError
from distsim.program import build_program

MODELS = Path(__file__).resolve().parents[1] / "reference" / "models"
STEPS = 400
NAMES = ("events", "early_synapses")


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    return load(MODELS / f"{request.param}.yaml").network


@pytest.fixture(scope="module")
def run(network):
    return simulate(network, STEPS)


@pytest.mark.parametrize("ranks", [2, 3, 4, 7])
def test_the_number_of_ranks_does_not_matter(network, run, ranks):
    assert simulate(network, STEPS, ranks).digests() == run.digests()


@pytest.mark.parametrize("ranks", [1, 3])
def test_runs_in_a_row_are_one_run(network, run, ranks):
    parts = simulate(network, [7, 150, 1, STEPS - 158], ranks)
    for key, trace in run.traces.items():
        np.testing.assert_array_equal(parts.traces[key], trace)
    for name, spikes in run.spikes.items():
        np.testing.assert_array_equal(parts.spikes[name], spikes)


def test_streams_are_apart(network, run):
    if network.name == "events":
        assert list(run.spikes) == ["cells", "cells high_ca", "cells rising"]
        assert all(len(spikes) > 2 for spikes in run.spikes.values())
        assert run.at_spikes["high_events", "ca"].min() > 0.9


def test_the_epoch_is_the_shortest_delay_and_one_step():
    early = load(MODELS / "early_synapses.yaml").network
    assert simulate(early, 10, 2).epoch == 1
    (delayed,) = [p for p in early.projections if p.name == "delayed"]
    assert simulate(replace(early, projections=(delayed,)), 10, 2).epoch == 4


BASE = """
populations:
  p:
    N: 2
    model: "dv/dt = 1/ms : 1"
    method: euler
    events: {up: v > 0.45, last: {condition: v > 0.25, when: end}}
    run_on_event: {up: v -= 0.4}
projections:
  s: {source: p, target: p, on_pre: v += 0.1, on_event: up, connect: {}}
monitors:
  m: {type: spikes, source: p, event: up, variables: v}
run: {duration: 1*ms}
"""


def test_events_need_no_threshold():
    found = simulate(BASE, 30)
    assert list(found.spikes) == ["p up"]
    # Five updates to 0.5; the spikes of both arrive at once and add 0.2, then the code takes 0.4 away.
    assert found.spikes["p up"][:4].tolist() == [[4, 0], [4, 1], [6, 0], [6, 1]]
    assert found.at_spikes["m", "v"][0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("on_event: up", "on_event: upp", "'p' has no event 'upp'; did you mean 'up'"),
        ("event: up, v", "event: upp, v", "'p' has no event 'upp'; did you mean 'up'"),
        ("run_on_event: {up:", "run_on_event: {upp:", "no event 'upp'; did you mean 'up'"),
        ("when: end", "when: ends", "no slot 'ends'; did you mean 'end'"),
        ("events: {up:", "events: {spike:", "'spike' cannot be the name of an event"),
        ("on_event: up, ", "", "never runs: 'p' has no threshold"),
        ("duration: 1*ms", "duration: 1*ms, schedule: [start, start]", "the slot 'start' twice"),
        ("duration: 1*ms", "duration: 1*ms, schedule: [groups, synapses]", "no slot 'end'"),
    ],
)
def test_mistakes_in_a_file_are_named(before, after, message):
    assert before in BASE
    with pytest.raises(ConfigError, match=message):
        network_of(BASE.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "on_pre: v += 0.1, on_event: up",
            "on_pre: {pre: v += 0.1, other: v = 1}, on_event: {pre: up, other: last}",
            "s_pre: its code runs in the slot 'synapses', before the events of p last",
        ),
        ("event: up, v", "event: last, v", "m: 'last' of p is checked in the slot 'end'"),
        ("variables: v}", "variables: v, when: end}", "m: variables at spikes can be recorded only"),
        ("variables: v}", "variables: v, when: start}", "m: in the slot 'start' it comes before it is known"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(before, after, message):
    assert before in BASE
    with pytest.raises(ModelError, match=message):
        build_program(network_of(BASE.replace(before, after)))


def test_a_slot_of_the_users_own():
    text = BASE.replace(
        "duration: 1*ms", "duration: 1*ms, schedule: [start, mine, groups, thresholds, synapses]"
    )
    text = text.replace("when: end", "when: mine").replace(
        "up: v -= 0.4", "up: {code: v -= 0.4, when: synapses}"
    )
    assert load_text(text).network.schedule[1] == "mine"
    assert len(simulate(text, 30).spikes["p last"])


@pytest.mark.parametrize("ranks", [1, 2])
def test_synapses_of_events_at_the_end_of_a_step_act_in_the_next(ranks):
    text = BASE.replace(", on_event: up", ", on_event: last")
    text = text.replace("run:", "  trace: {type: state, source: p, variables: v, record: true}\nrun:")
    v = simulate(text, 8, ranks).traces["trace", "v"][:, 0]
    # In step 2 the event is found at 0.3; both neurons' synapses act in step 3, on 0.4.
    np.testing.assert_allclose(v[:5], [0, 0.1, 0.2, 0.3, 0.6])
