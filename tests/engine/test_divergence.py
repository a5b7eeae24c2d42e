"""What is said at the end of a run in which an integrated variable has gone out of bounds."""

from __future__ import annotations

import logging

import pytest
from simulation_harness import simulate

MODEL = """
populations:
  p:
    N: 5
    model: |
      dv/dt = v*1000/ms : 1
      du/dt = -u/ms : 1
      dw/dt = (0/x)/ms : 1
      x : 1
      stored : 1
    method: euler
    threshold: t < 0.15*ms
    reset: stored = 1e99
    initial: {v: int(i == 3), u: 1, x: int(i > 1)}
projections:
  s:
    source: p
    target: p
    model: "da/dt = a*1000/second : 1 (event-driven)"
    on_pre: a = 1e60
    connect: {one_to_one: true}
run: {duration: 10*ms}
"""


@pytest.mark.parametrize("ranks", [1, 3])
def test_divergence_is_reported_once_for_each_variable(ranks, caplog):
    with caplog.at_level(logging.WARNING, logger="distsim.engine"):
        simulate(MODEL, 100, ranks)
    told = [record.message.partition(" at the end")[0] for record in caplog.records]
    what = "values are no numbers, or beyond 1e+50,"
    assert told == [f"p.v: 1 {what}", f"p.w: 2 {what}", f"s.a: 5 {what}"]


def test_nothing_is_said_of_what_is_well(caplog):
    with caplog.at_level(logging.WARNING, logger="distsim.engine"):
        simulate(MODEL, 0)
        simulate(MODEL.replace("1000/ms", "1/ms").replace("0/x", "x").replace("1e60", "1"), 5)
    assert not caplog.records
