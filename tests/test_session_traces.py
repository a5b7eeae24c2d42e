"""Traces in sessions: kept once for each neuron in a run, and there for each synapse when asked for."""

from dataclasses import replace

import numpy as np
import pytest
from session_harness import everywhere, on_ranks
from simulation_harness import network_of

from distsim.equations import parse_expression
from distsim.equations.tree import Number
from distsim.network import Connect, HostOperation, Selection
from distsim.program.operation import Extent

TEXT = """
name: traces
constants: {tau: 20*ms}
populations:
  cells:
    N: 12
    model: |
      dv/dt = (I - v)/(10*ms) : 1
      I : 1
    threshold: v > 1
    reset: v = 0
    method: exact
projections:
  s:
    source: cells[:9]
    target: cells[2:]
    model: |
      w : 1
      dbefore/dt = -before/tau : 1 (event-driven)
      dafter/dt = -after/(15*ms) : 1 (event-driven)
    on_pre: v += 0.02*w; before += 0.1; w = clip(w - after, 0, 1)
    on_post: after += 0.12; w = clip(w + before, 0, 1)
    connect: {p: 0.5}
run: {duration: 1*ms}
"""
FROM_TEXT = network_of(TEXT)
PRE, POST = FROM_TEXT.projections[0].pathways
# A script's description gives one delay for all synapses as a number.
SYNAPSES = replace(FROM_TEXT.projections[0], pathways=(replace(PRE, delay=Number(1.3e-3)), POST))
NETWORK = replace(FROM_TEXT, projections=(SYNAPSES,))
(CELLS,) = NETWORK.populations
HOSTED = replace(NETWORK, host_operations=(HostOperation("script", dt=1.0),))
"""The same network with a function of the script's, in which no variable can be kept for neurons."""
EVERY = Selection("s")
TRACES = {
    "before of sources": Extent.SOURCE,
    "lastupdate_pre": Extent.SOURCE,
    "after of targets": Extent.TARGET,
    "lastupdate_post": Extent.TARGET,
}
VARIABLES = ("w", "before", "after", "lastupdate")


def made(session, synapses=SYNAPSES, connect=SYNAPSES.connect[0]):
    session.create(CELLS, synapses)
    session.connect("s", connect, SYNAPSES.namespace, "connect")
    session.assign(EVERY, "w", parse_expression("0.3 + 0.4*rand()"), {}, "w")
    everyone = Selection(replace(SYNAPSES.source, start=0, stop=12))
    session.assign(everyone, "I", parse_expression("1.2 + 0.1*i"), {}, "I")
    return session


def run(session, start, steps, network=NETWORK):
    session.run(network, start, steps, {"script": lambda time: None}, {})


def values(session, names=VARIABLES):
    return {name: session.read(EVERY, parse_expression(name), {}) for name in names}


def traces(session):
    return dict(session.worker.groups.tables["s"].traces)


def after_runs(*runs, between=lambda session: None, network=NETWORK):
    def script(session):
        made(session)
        start = 0
        for steps in runs:
            if start:
                between(session)
            run(session, start, steps, network)
            start += steps
        assert traces(session) == (TRACES if network is NETWORK else {})
        return values(session)

    return script


@pytest.fixture(scope="module")
def expected():
    return everywhere(after_runs(900))


def test_what_synapses_have_afterwards_is_what_they_would_have_had(expected):
    stored = everywhere(after_runs(900, network=HOSTED))
    assert (expected["before"] > 0).all()
    assert (expected["lastupdate"] > 0.05).all()
    for name in VARIABLES:
        np.testing.assert_allclose(expected[name], stored[name], rtol=1e-12)


@pytest.mark.parametrize(
    "between",
    [
        lambda session: None,
        lambda session: values(session, ["w"]),
        values,
        lambda session: session.snapshot("cells", "s"),
    ],
    ids=["nothing", "weights are read", "traces are read", "stored"],
)
def test_runs_go_on_with_the_traces_of_the_last(expected, between):
    found = everywhere(after_runs(250, 1, 649, between=between))
    for name in VARIABLES:
        assert np.array_equal(found[name], expected[name]), name


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 3), (3, 1), (4, 7)])
def test_traces_are_restored(expected, before, after):
    def first(session):
        run(made(session), 0, 500)
        snapshot = session.snapshot("cells", "s")
        run(session, 500, 100)
        return snapshot

    def rest(session):
        made(session)
        run(session, 0, 30)
        session.restore(snapshot)
        restored = values(session)
        run(session, 500, 400)
        assert traces(session) == TRACES
        return restored, values(session)

    snapshot = on_ranks(before, first)
    restored, found = on_ranks(after, rest)
    for name in VARIABLES:
        assert np.array_equal(restored[name], snapshot.variables["s", name]), name
        assert np.array_equal(found[name], expected[name]), name


def test_what_a_script_sets_counts():
    def script(network):
        def on_session(session):
            made(session)
            run(session, 0, 500, network)
            session.assign(EVERY, "before", parse_expression("before + 0.01*i*j"), {}, "before")
            run(session, 500, 400, network)
            assert not traces(session)
            return values(session)

        return on_session

    found, stored = everywhere(script(NETWORK)), on_ranks(1, script(HOSTED))
    for name in VARIABLES:
        np.testing.assert_allclose(found[name], stored[name], rtol=1e-12)


def test_the_trace_of_a_pathway_with_many_delays_stays_with_the_synapses():
    def script(session):
        synapses = replace(SYNAPSES, pathways=(PRE, POST))
        made(session, synapses)
        session.assign(EVERY, "delay", parse_expression("(1 + i % 3)*0.001"), {}, "delays")
        run(session, 0, 500, replace(NETWORK, projections=(synapses,)))
        return traces(session)

    assert on_ranks(2, script).keys() == {"after of targets", "lastupdate_post"}


def test_traces_of_a_part_of_the_targets():
    """Neurons outside the subgroup spike, too."""
    synapses = replace(SYNAPSES, target=replace(SYNAPSES.target, start=2, stop=7))
    network = replace(NETWORK, projections=(synapses,))

    def script(network):
        def on_session(session):
            made(session, synapses)
            run(session, 0, 900, network)
            return values(session)

        return on_session

    found = everywhere(script(network))
    stored = on_ranks(1, script(replace(network, host_operations=HOSTED.host_operations)))
    for name in VARIABLES:
        np.testing.assert_allclose(found[name], stored[name], rtol=1e-12)


def test_numbers_that_change_between_runs_do_not_go_on_with_the_traces():
    tau = replace(SYNAPSES.namespace["tau"], value=2e-3)
    faster = replace(SYNAPSES, namespace={**SYNAPSES.namespace, "tau": tau})

    def script(*networks):
        def on_session(session):
            made(session)
            for index, network in enumerate(networks):
                run(session, 450 * index, 450, network)
            return values(session)

        return on_session

    changed = replace(NETWORK, projections=(faster,))
    found = everywhere(script(NETWORK, changed))
    hosted = replace(changed, host_operations=HOSTED.host_operations)
    stored = on_ranks(1, script(HOSTED, hosted))
    for name in VARIABLES:
        np.testing.assert_allclose(found[name], stored[name], rtol=1e-12)


def test_sources_without_synapses_on_a_rank_do_not_spoil_what_is_stored():
    """On seven ranks spikes go along links, so that a rank never hears of most sources."""
    chain = Connect("target_expression", {"j": parse_expression("(i + 1) % N_post")})

    def script(*, restored):
        def on_session(session):
            made(session, connect=chain)
            run(session, 0, 500)
            if restored:
                snapshot = session.snapshot("cells", "s")
                run(session, 500, 100)
                session.restore(snapshot)
            run(session, 500, 400)
            return values(session)

        return on_session

    found, expected = everywhere(script(restored=True)), on_ranks(1, script(restored=False))
    for name in VARIABLES:
        assert np.array_equal(found[name], expected[name]), name
