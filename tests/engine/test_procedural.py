"""Synapses that are made anew at each spike: the network of the stored ones, bit for bit, and no memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from simulation_harness import network_of, simulate

from distsim.comm import SerialCommunicator
from distsim.config import ConfigError
from distsim.driver.dry_run import bytes_per_synapse
from distsim.engine.bounds import bounds
from distsim.engine.build import build_groups, prepare
from distsim.engine.plan import make_plan
from distsim.equations import parse_expression
from distsim.equations.tree import Name, Number
from distsim.network import ModelError, StateMonitor

NETWORK = """
name: procedural
constants: {{strength: 0.02, none: 0.0}}
populations:
  cells:
    N: 150
    model: |
      dv/dt = (1.1 - v + ge - gi)/(10*ms) : 1
      dge/dt = -ge/(5*ms) : 1
      dgi/dt = -gi/(5*ms) : 1
      s : 1
    threshold: v > 1
    reset: v = 0
    method: exact
    initial: {{v: rand()}}
projections:
  recurrent: {{source: {source}, target: {target}, connect: {{{connect}, storage: {storage}}}, {synapses}}}
run: {{duration: 1*ms}}
"""
CONNECTIONS = {
    "p": "p: 0.2",
    "others": "p: 0.2, autapses: false",
    "i != j": "p: 0.7, condition: i != j",
    "certain": "p: 1",
    "never": "p: 0",
    "all": "autapses: true",
    "all others": "condition: i != j",
    "one to one": "one_to_one: true",
}
SYNAPSES = {
    "constants": "on_pre: ge += strength, delay: 1.5*ms",
    "no delay": "on_pre: ge += strength/2",
    "random weights": 'model: "w : 1", on_pre: ge += w, initial: {w: strength*randn()}, delay: 0.3*ms',
    "random delays": 'on_pre: ge += strength, delay: "clip(1 + 0.5*randn(), 0.1, 2)*ms"',
    "all at once": """
        model: "w : 1\\nu : 1\\nhalf = u/2 : 1",
        on_pre: "ge += 2*w - 0.001\\ngi -= half*abs(w)",
        initial: {w: "strength*(0.3 + randn()*rand()) + 0.0001*(i - 2*j)/(j + 1)", u: sqrt(rand()) - rand()},
        delay: "(0.2 + rand() + 0.001*abs(i - j))*ms + 0.1*rand()*ms"
    """,
    "single precision": """
        model: "w : 1", dtype: float32, on_pre: ge += w/3, initial: {w: "-strength*floor(3*rand())/7"},
        delay: "ceil(4*rand())*0.1*ms"
    """,
    "truths": """
        model: "w : 1", on_pre: ge += w,
        initial: {w: "strength*int(i > 2*j or not (rand() < 0.7 and strength > 0)) + 0.001*int(3*randn())"},
        delay: "(1 + 0.1*int(5*rand()) + int(i != j and i < 50))*ms"
    """,
    "two pathways": """
        model: "w : 1", on_pre: {slow: "ge += w", fast: "gi += 0.5*w"}, initial: {w: strength*rand()},
        delay: {slow: "clip(randn(), 0.5, 3)*ms", fast: "0.1*ms"}
    """,
}


def network(storage, connect="p: 0.2", synapses=SYNAPSES["constants"], source="cells", target="cells"):
    text = NETWORK.format(
        storage=storage, connect=connect, synapses=synapses.replace("\n", " "), source=source, target=target
    )
    return network_of(text)


def results(storage, ranks=1, steps=400, **options):
    """Return what there is to compare of a run, and the number of spikes."""
    found = simulate(network(storage, **options), steps, ranks)
    digests = {name: digest for name, digest in found.digests().items() if not name.startswith("synapses")}
    return {"events": found.events, **digests}, len(found.spikes["cells"])


@pytest.mark.parametrize("synapses", SYNAPSES)
def test_any_number_of_ranks_gives_what_stored_synapses_give(synapses):
    stored, spikes = results("stored", synapses=SYNAPSES[synapses])
    assert spikes > 150
    assert stored["events"] > 4000
    for ranks in (1, 2, 3, 7):
        assert results("procedural", ranks, synapses=SYNAPSES[synapses]) == (stored, spikes)


@pytest.mark.parametrize("connect", CONNECTIONS)
def test_rules(connect):
    options = {"connect": CONNECTIONS[connect], "synapses": SYNAPSES["random weights"], "steps": 150}
    stored, spikes = results("stored", **options)
    assert (stored["events"] > 0) == (connect != "never")
    for ranks in (1, 3):
        assert results("procedural", ranks, **options) == (stored, spikes)


@pytest.mark.parametrize("connect", ["p: 0.3, autapses: false", "one_to_one: true"])
def test_subgroups(connect):
    options = {"source": '"cells[20:80]"', "target": '"cells[50:140]"', "connect": connect}
    options["synapses"] = SYNAPSES["all at once"]
    stored, _ = results("stored", **options)
    assert stored["events"] > 0
    for ranks in (1, 4, 160):
        assert results("procedural", ranks, **options)[0] == stored


def test_clocks_of_their_own():
    def slow(storage):
        described = network(storage, synapses=SYNAPSES["random delays"])
        (cells,) = described.populations
        return replace(described, populations=(replace(cells, dt=3e-4),))

    stored = simulate(slow("stored"), 900)
    assert len(stored.spikes["cells"]) > 150
    for ranks in (1, 2):
        found = simulate(slow("procedural"), 900, ranks)
        assert np.array_equal(found.spikes["cells"], stored.spikes["cells"])


def test_shortest_and_longest_delay():
    for synapses, epoch in (
        ("constants", 16),
        ("random delays", 2),
        ("all at once", 3),
        ("no delay", 1),
    ):
        assert simulate(network("procedural", synapses=SYNAPSES[synapses]), 20, 2).epoch == epoch


def test_memory_does_not_grow_with_the_synapses():
    """Nor does the time that building takes, but for counting them."""

    def kept(probability):
        described = network("procedural", f"p: {probability}", SYNAPSES["all at once"])
        (cells,) = described.populations
        groups = tuple(replace(part, stop=3000) for part in (described.projections[0].source,))
        projection = replace(described.projections[0], source=groups[0], target=groups[0])
        described = replace(described, populations=(replace(cells, size=3000),), projections=(projection,))
        plan = make_plan(described, 1)
        assert bytes_per_synapse(plan, plan.program.synapses["recurrent"]) == 0
        tracemalloc.start()
        try:
            groups = build_groups(plan, SerialCommunicator())
            prepare(plan, groups, 0)
            return len(groups.tables["recurrent"]), *tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    kept(0.001)
    few, small, small_peak = kept(0.001)
    many, large, large_peak = kept(0.5)
    assert few < 10_000
    assert many > 4_000_000
    assert large - small < 2**16
    assert large_peak - small_peak < 2**16


@pytest.mark.parametrize(
    ("synapses", "message"),
    [
        ("on_pre: ge += rand()", "does more than to add"),
        ('model: "w : 1", on_pre: "ge += w\\nw += 1"', "does more than to add"),
        ('model: "dw/dt = -w/ms : 1 (clock-driven)", on_pre: ge += w', "'w' of its synapses changes in time"),
        ("on_pre: ge += 1, on_post: ge += 1", "the spikes of its targets drive 'post'"),
        ('model: "s_post = 0.1*v_pre : 1 (summed)"', "'s_post' is computed from all synapses"),
        ('model: "w : 1", on_pre: ge += w, initial: {w: exp(-i/50)}', r"'w' takes exp\(\)"),
        ('model: "w : 1", on_pre: ge += w, initial: {w: i**2}', r"'w' takes '\*\*'"),
        ('model: "w : 1", on_pre: ge += w, initial: {w: i % 3}', "'w' takes '%'"),
        ('model: "w : 1", on_pre: ge += w, initial: {w: poisson(2)}', r"'w' takes poisson\(\)"),
        ('model: "w : 1", on_pre: ge += w, initial: {w: v_post}', "'w' depends on 'v_post'"),
        ('model: "w : 1\\nu : 1", on_pre: ge += w, initial: {w: 2*u}', "'w' depends on 'u'"),
        ('model: "w : 1", on_pre: ge += exp(w)', r"what is added to 'ge' takes exp\(\)"),
    ],
)
def test_what_cannot_be_made_anew_is_refused_by_name(synapses, message):
    with pytest.raises(ModelError, match=f"recurrent: .*{message}"):
        make_plan(network("procedural", synapses=synapses), 1)


@pytest.mark.parametrize(
    ("delay", "message"),
    [
        ("(1 + randn())*ms", "may be as short as -0.0076 s"),
        ("ms/(rand() - 0.5)", "it may divide by zero"),
        ("sqrt(rand() - 0.5)*ms", "the root of a negative number"),
    ],
)
def test_delays_need_limits(delay, message):
    described = network("procedural", synapses=f'on_pre: ge += 1, delay: "{delay}"')
    plan = make_plan(described, 1)
    groups = build_groups(plan, SerialCommunicator())
    with pytest.raises(ModelError, match=rf"recurrent: .*the delay of 'pre' .*{message}.*clip\("):
        prepare(plan, groups, 0)


def test_lists_and_monitors_are_refused():
    with pytest.raises(ModelError, match="the values of 'w' are a list"):
        make_plan(network("procedural", synapses='model: "w : 1", on_pre: ge += w, initial: {w: [1, 2]}'), 1)
    described = network("procedural", synapses=SYNAPSES["random weights"])
    monitor = StateMonitor("watching", "recurrent", ("w",))
    with pytest.raises(ModelError, match="recurrent: 'watching' needs variables of its synapses"):
        make_plan(replace(described, state_monitors=(monitor,)), 1)


@pytest.mark.parametrize(
    ("connect", "message"),
    [
        ("fixed_indegree: 3", "connect.storage: the rule 'fixed_indegree' needs its synapses stored"),
        ("p: exp(-i/10)", "connect.storage: where 'p' is an expression"),
        ("p: 0.1, n: 2", "connect.storage: with 'n'"),
        ("p: 0.1, condition: i > j", "connect.storage: with 'condition'"),
    ],
)
def test_rules_that_need_their_synapses_stored_are_refused(connect, message):
    with pytest.raises(ConfigError, match=message):
        network("procedural", connect)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("2 - 3*x", (-10.0, 5.0)),
        ("-x/(x + 2)", (-4.0, 1.0)),
        ("abs(x)", (0.0, 4.0)),
        ("clip(x, 0, 3)", (0.0, 3.0)),
        ("sqrt(x + 5)", (2.0, 3.0)),
        ("floor(x/3) + ceil(x/3)", (-1.0, 3.0)),
        ("rand() + 2*randn()", (-17.2, 18.2)),
    ],
)
def test_limits_of_expressions(text, limits):
    def known(part):
        if isinstance(part, Number):
            return float(part.value), float(part.value)
        return (-1.0, 4.0) if part == Name("x") else None

    assert bounds(parse_expression(text), known) == pytest.approx(limits)
