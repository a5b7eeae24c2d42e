"""Schedules other than the usual one: where the cut is, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from simulation_harness import network_of

from distsim.network import ModelError
from distsim.program import build_program
from distsim.program.schedule import STANDARD, schedule_of

USUAL = ("start", "groups", "thresholds", "synapses", "resets", "end")
MODEL = """
populations:
  p:
    N: 4
    model: "dv/dt = -v/ms : 1"
    threshold: v > 1
    reset: v = 0
projections:
  s: {source: p, target: p, on_pre: v += 0.1, connect: {}}
monitors:
  m: {type: spikes, source: p, variables: v}
run: {duration: 1*ms}
"""


def network(*schedule, text=MODEL):
    return replace(network_of(text), schedule=schedule or USUAL)


def with_slot(when):
    plain = network()
    (projection,) = plain.projections
    (pathway,) = projection.pathways
    return replace(plain, projections=(replace(projection, pathways=(replace(pathway, when=when),)),))


def test_the_usual_schedule_is_cut_before_the_synapses():
    assert schedule_of(network()) == STANDARD
    assert STANDARD.slots[STANDARD.cut] == "before_synapses"


def test_new_slots_move_the_cut():
    schedule = schedule_of(
        network("start", "extra", "groups", "thresholds", "more", "synapses", "resets", "end")
    )
    assert schedule.slots[schedule.cut] == "before_synapses"
    assert schedule.place("after_extra") == 5


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("before_synapses", "before_synapses"),
        ("after_thresholds", "after_thresholds"),
        ("resets", "before_synapses"),
    ],
)
def test_pathways_in_other_slots(when, first):
    schedule = schedule_of(with_slot(when))
    assert schedule.slots[schedule.cut] == first
    (pathway,) = build_program(with_slot(when)).pathways
    assert pathway.lag == 0


def test_synapses_before_thresholds():
    changed = network("start", "groups", "synapses", "thresholds", "resets", "end")
    schedule = schedule_of(changed)
    assert schedule.slots[schedule.cut] == "before_resets"
    (pathway,) = build_program(changed).pathways
    assert pathway.lag == 1


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (
            ("start", "groups", "thresholds", "synapses", "end"),
            "p_spike_resetter: the schedule has no slot 'resets'",
        ),
        (
            ("start", "groups", "resets", "thresholds", "synapses", "end"),
            "p_spike_resetter: in the slot 'resets'",
        ),
        (
            ("start", "groups", "threshold", "synapses", "resets"),
            "no slot 'thresholds'; did you mean 'threshold'",
        ),
        ((*USUAL, "end"), "'end' twice"),
        ((*USUAL, "after_end"), "'after_end' cannot be a slot"),
    ],
)
def test_what_is_refused(schedule, message):
    with pytest.raises(ModelError, match=message):
        build_program(network(*schedule))


def test_code_in_the_slot_of_its_spikes_is_refused():
    with pytest.raises(ModelError, match="s_pre: its code runs in the slot in which"):
        build_program(with_slot("thresholds"))
