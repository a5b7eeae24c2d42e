"""Who needs whose spikes, and by which way they come."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_harness import network_of, simulate

from distsim.comm import AllgatherExchange, DirectedExchange, run_in_threads
from distsim.engine import routes, simulation
from distsim.engine.build import build_groups, prepare
from distsim.engine.plan import make_plan
from distsim.engine.routes import make_exchange, needed_ranks, prefers_links

LOCAL = """
name: local
constants: {size: 40, span: 3}
populations:
  cells:
    N: size
    model: |
      dv/dt = (1.2 - v)/(10*ms) : 1
      x : 1
    threshold: v > 1
    reset: v = 0
    initial: {v: rand()}
  few:
    N: 4
    model: "dv/dt = (1.1 - v)/(3*ms) : 1"
    threshold: v > 1
    reset: v = 0
    initial: {v: rand()}
projections:
  near:
    source: cells
    target: cells
    connect: {condition: "abs(i - j) <= span and i != j"}
    on_pre: v += 0.02 * (1 + i % 3)
    delay: 0.3*ms
  first:
    source: cells[10:12]
    target: cells[8:14]
    connect: {condition: "True"}
    on_pre: x = x * 0.5 + 1
    delay: 0.2*ms
  inside:
    source: few
    target: few
    connect: {condition: "i == j"}
    on_pre: v += 0.1
    delay: 0.4*ms
monitors:
  spikes: {type: spikes, source: cells}
run: {duration: 1*second}
"""


def needed(text, ranks, **overrides):
    """Return, for each rank, whose spikes it needs."""
    plan = make_plan(network_of(text, **overrides), ranks)

    def body(communicator):
        groups = build_groups(plan, communicator)
        prepare(plan, groups, 0)
        return np.flatnonzero(needed_ranks(plan, groups)).tolist()

    return run_in_threads(ranks, body)


def test_neighbours_need_each_other():
    # Ten blocks of four cells; the reach is three cells. `few` has a cell on four of the ranks at most.
    assert needed(LOCAL, 10) == [[r for r in (k - 1, k, k + 1) if 0 <= r < 10] for k in range(10)]
    assert needed(LOCAL, 10, span="4") == [[r for r in (k - 1, k, k + 1) if 0 <= r < 10] for k in range(10)]
    wide = needed(LOCAL, 10, span="5")
    assert wide[5] == [3, 4, 5, 6, 7]


def test_sources_of_subgroups_are_counted_from_their_beginning():
    # Cells 10 and 11, of rank 2, drive cells 8 to 13, of ranks 2 and 3.
    only = LOCAL.replace("abs(i - j) <= span and i != j", "False").replace('"i == j"', '"False"')
    assert needed(only, 10) == [[2] if rank in (2, 3) else [] for rank in range(10)]


def test_who_has_no_synapses_needs_nobody():
    none = LOCAL.replace("abs(i - j) <= span and i != j", "False").replace('"True"', '"False"')
    none = none.replace('"i == j"', '"False"')
    assert needed(none, 4) == [[], [], [], []]


@pytest.mark.parametrize(
    ("most", "ranks", "expected"),
    [
        (0, 2, True),
        (1, 2, False),
        (1, 3, False),
        (1, 4, True),
        (2, 5, False),
        (2, 6, True),
        (31, 64, True),
        (32, 64, False),
    ],
)
def test_links_are_taken_where_they_are_few(most, ranks, expected):
    assert prefers_links(most, ranks) == expected


def test_all_ranks_take_the_same_way():
    # Rank 0 is needed by all: one busy rank is enough to make all gather.
    def star(communicator):
        wanted = np.zeros(communicator.size, bool)
        wanted[[0, communicator.rank]] = True
        return type(make_exchange(wanted, communicator, 16))

    def ring(communicator):
        wanted = np.zeros(communicator.size, bool)
        wanted[(communicator.rank + 1) % communicator.size] = True
        return type(make_exchange(wanted, communicator, 16))

    assert run_in_threads(6, star) == [AllgatherExchange] * 6
    assert run_in_threads(6, ring) == [DirectedExchange] * 6


@pytest.mark.parametrize("ranks", [2, 3, 4, 7, 13])
@pytest.mark.parametrize("linked", [True, False], ids=["links", "allgather"])
def test_the_way_changes_no_bit(monkeypatch, ranks, linked):
    made = []

    def watched(*arguments):
        made.append(make_exchange(*arguments))
        return made[-1]

    monkeypatch.setattr(routes, "prefers_links", lambda _most, _ranks: linked)
    monkeypatch.setattr(simulation, "make_exchange", watched)
    # So little room that messages overflow.
    monkeypatch.setattr(simulation, "FIRST_CAPACITY", 0)
    network = network_of(LOCAL, size="400", span="7")
    expected = simulate(network, 600)
    found = simulate(network, 600, ranks)
    assert found.digests() == expected.digests()
    assert found.events == expected.events > 1000
    assert {type(each) for each in made} == {DirectedExchange if linked else AllgatherExchange}
    assert any(each.statistics.overflows for each in made)
