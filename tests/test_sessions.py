"""Sessions: groups, values, runs and snapshots, the same bits for any number of ranks."""

from dataclasses import replace

import numpy as np
import pytest
from session_harness import everywhere, on_ranks

from distsim.connectivity import PairIndexError
from distsim.equations import Equations, parse_expression, parse_statements
from distsim.network import (
    Connect,
    Constant,
    ModelError,
    Network,
    Pathway,
    PathwaySide,
    Population,
    Projection,
    RateMonitor,
    Selection,
    SpikeMonitor,
    StateMonitor,
    Subgroup,
)
from distsim.units import DIMENSIONLESS

NEURONS = Subgroup("neurons", 0, 10)
TARGETS = Subgroup("targets", 0, 5)
NAMES = {"tau": Constant(10e-3, DIMENSIONLESS), "w0": Constant(2.0, DIMENSIONLESS)}
NEURON = Population(
    "neurons",
    10,
    Equations("dv/dt = (I - v)/tau : 1 (unless refractory)\nI : 1"),
    threshold=parse_expression("v > 1"),
    reset=parse_statements("v = 0"),
    refractory=parse_expression("0.002"),
    method="euler",
)
TARGET = Population("targets", 5, Equations("x : 1\nk : integer\ny = 2*x + k : 1\ns : 1 (shared)"))
SYNAPSES = Projection(
    "synapses",
    NEURONS,
    TARGETS,
    Equations("w : 1"),
    (Pathway("pre", PathwaySide.PRE, parse_statements("x += w")),),
    (),
)


class Kept:
    """A sink that keeps everything."""

    def __init__(self):
        self.windows = []

    def append(self, *window):
        self.windows.append(window)

    def column(self, index, key=None):
        parts = [window[index] if key is None else window[index][key] for window in self.windows]
        return np.concatenate(parts)


def made(session):
    session.create(NEURON, TARGET, SYNAPSES)
    return session


def test_assigned_values_are_read():
    def script(session):
        made(session)
        whole, part = Selection(NEURONS), Selection(Subgroup("neurons", 2, 6))
        session.assign(whole, "I", parse_expression("0.1*i + w0"), NAMES, "1")
        session.assign(part, "I", np.array([1.0, 2.0, 3.0, 4.0]), {}, "2")
        session.assign(replace(part, indices=np.array([3, 0])), "I", np.array([7.0, 8.0]), {}, "3")
        session.assign(replace(whole, condition=parse_expression("i > 7")), "I", 5.0, {}, "4")
        session.assign(whole, "v", parse_expression("rand()"), {}, "5")
        session.assign(Selection(TARGETS), "k", parse_expression("2.7*i"), {}, "6")
        session.assign(Selection(TARGETS), "s", parse_expression("3"), {}, "7")
        read = session.read
        return {
            "I": read(whole, parse_expression("I"), {}),
            "listed": read(replace(part, indices=np.array([3, 0, 3])), parse_expression("i"), {}),
            "where": read(
                replace(whole, condition=parse_expression("I > 4")), parse_expression("I*w0"), NAMES
            ),
            "v": read(whole, parse_expression("v"), {}),
            "y": read(Selection(TARGETS), parse_expression("y"), {}),
            "s": read(Selection(TARGETS), parse_expression("s"), {}, shared=True),
        }

    found = everywhere(script)
    assert found["I"] == pytest.approx([2.0, 2.1, 8, 2, 3, 7, 2.6, 2.7, 5, 5])
    assert found["listed"].tolist() == [3, 0, 3]
    assert found["where"] == pytest.approx([16, 14, 10, 10])
    assert len(set(found["v"].tolist())) == 10
    assert found["y"].tolist() == [0, 2, 5, 8, 10]
    assert (found["s"], found["s"].shape) == (3, ())


def test_strings_do_not_write_refractory_neurons():
    def script(session):
        made(session)
        session.assign(Selection(NEURONS), "not_refractory", np.arange(10) % 2 == 0, {}, "1")
        session.assign(Selection(NEURONS), "v", parse_expression("0.5"), {}, "2")
        session.assign(replace(Selection(NEURONS), indices=np.array([1])), "v", 0.25, {}, "3")
        return {"v": session.read(Selection(NEURONS), parse_expression("v"), {})}

    assert everywhere(script)["v"].tolist() == [0.5, 0.25] + [0.5, 0.0] * 4


def test_synapses_are_counted_as_they_were_connected():
    def script(session):
        made(session)
        connect = session.connect
        connect("synapses", Connect("pairs", {"i": np.array([4, 0, 4]), "j": np.array([1, 2, 1])}), {}, "a")
        connect("synapses", Connect("probability", {"p": 0.3}), {}, "b")
        count = connect("synapses", Connect("source_expression", {"i": parse_expression("j + 1")}), {}, "c")
        every = Selection("synapses")
        session.assign(every, "w", np.arange(count) + 0.5, {}, "e")
        session.assign(replace(every, indices=np.array([1])), "w", -1.0, {}, "f")
        session.assign(every, "delay", parse_expression("0.001*(i + j)"), {}, "g")
        return {
            "i": session.read(every, parse_expression("i"), {}),
            "j": session.read(every, parse_expression("j"), {}),
            "w": session.read(every, parse_expression("w"), {}),
            "delay": session.read(every, parse_expression("delay"), {}),
            "degrees": session.read(every, parse_expression("N_incoming + 100*N_outgoing"), {}),
            "target": session.read(every, parse_expression("k_post + I_pre"), {}),
        }

    found = everywhere(script)
    i, j = found["i"], found["j"]
    assert (i[:3].tolist(), j[:3].tolist()) == ([4, 0, 4], [1, 2, 1])
    assert (i[-5:].tolist(), j[-5:].tolist()) == ([1, 2, 3, 4, 5], [0, 1, 2, 3, 4])
    drawn = list(zip(i[3:-5].tolist(), j[3:-5].tolist(), strict=True))
    assert drawn == sorted(set(drawn))
    assert len(drawn) > 3
    assert found["w"][1] == -1
    assert found["w"][2:].tolist() == (np.arange(2, len(i)) + 0.5).tolist()
    assert found["delay"] == pytest.approx(0.001 * (i + j))
    expected = np.bincount(j, minlength=5)[j] + 100 * np.bincount(i, minlength=10)[i]
    assert found["degrees"].tolist() == expected.tolist()


def test_one_delay_is_read_where_there_are_no_synapses():
    def script(session):
        made(session)
        session.connect("synapses", Connect("pairs", {"i": np.array([3]), "j": np.array([4])}), {}, "a")
        read = session.read(Selection("synapses"), parse_expression("delay"), {}, shared=True)
        return {"delay": np.asarray(read)}

    assert everywhere(script)["delay"] == 0


def network(**options):
    return Network(
        "test",
        1e-4,
        3,
        (replace(NEURON, namespace=NAMES), TARGET),
        (SYNAPSES,),
        **options,
    )


MONITORS = {
    "spike_monitors": (SpikeMonitor("spikes", Subgroup("neurons", 2, 9), ("v",)),),
    "state_monitors": (StateMonitor("states", TARGETS, ("x", "y"), np.array([0, 3]), dt=2e-4),),
    "rate_monitors": (RateMonitor("rates", NEURONS),),
}


def prepared(session):
    made(session)
    session.assign(Selection(NEURONS), "I", parse_expression("1.2 + 0.1*i"), {}, "1")
    session.connect("synapses", Connect("all_to_all", {}), {}, "2")
    session.assign(Selection("synapses"), "w", parse_expression("rand()"), {}, "3")
    session.assign(Selection("synapses"), "delay", parse_expression("0.02*rand()"), {}, "4")
    return session


def recorded(session, runs, **options):
    """Return what the monitors have after several runs."""
    sinks = {name: Kept() for name in ("spikes", "states", "rates")}
    start = 0
    for steps in runs:
        start += session.run(network(**MONITORS, **options), start, steps, {}, sinks)
    return {
        "steps": sinks["spikes"].column(0),
        "neurons": sinks["spikes"].column(1),
        "v": sinks["spikes"].column(2, "v"),
        "times": sinks["states"].column(0),
        "x": sinks["states"].column(1, "x"),
        "y": sinks["states"].column(1, "y"),
        "rate_times": sinks["rates"].column(0),
        "rates": sinks["rates"].column(1),
    }


def test_several_runs_are_one():
    once = everywhere(lambda session: recorded(prepared(session), [900]))
    assert len(once["steps"]) > 20
    assert once["times"].tolist() == list(range(450))
    assert once["rate_times"].tolist() == list(range(900))
    assert (once["x"][-1] > 0).all()
    assert np.array_equal(once["y"], 2 * once["x"])
    assert once["neurons"].max() == 6
    # Spikes under way when a run ends arrive in the next one.
    parts = everywhere(lambda session: recorded(prepared(session), [1, 300, 7, 592]))
    for name, array in once.items():
        assert np.array_equal(array, parts[name]), name


def test_changes_between_runs_count():
    def script(session):
        prepared(session)
        before = recorded(session, [500])
        session.assign(Selection("synapses"), "w", 0.0, {}, "5")
        session.connect("synapses", Connect("pairs", {"i": np.array([9]), "j": np.array([0])}), {}, "6")
        sinks = {name: Kept() for name in ("spikes", "states", "rates")}
        session.run(network(**MONITORS), 500, 300, {}, sinks)
        return {"before": before["x"][-1], "after": sinks["states"].column(1, "x")}

    found = everywhere(script)
    assert (found["after"] == found["after"][0]).all()


def test_snapshots_bring_everything_back():
    def script(session):
        prepared(session)
        recorded(session, [500])
        snapshot = session.snapshot("neurons", "targets", "synapses")
        results = []
        for _ in range(2):
            sinks = {name: Kept() for name in ("spikes", "states", "rates")}
            session.run(network(**MONITORS), 500, 400, {}, sinks)
            results.append(sinks["states"].column(1, "x"))
            session.assign(Selection("synapses"), "w", 0.0, {}, "5")
            session.assign(Selection("synapses"), "delay", 0.0, {}, "6")
            session.restore(snapshot)
        return {"first": results[0], "second": results[1]}

    found = everywhere(script)
    assert np.array_equal(found["first"], found["second"])


def test_a_snapshot_resumes_on_other_ranks():
    def first(session):
        prepared(session)
        recorded(session, [500])
        return session.snapshot("neurons", "targets", "synapses")

    def rest(snapshot):
        def script(session):
            prepared(session)
            session.restore(snapshot)
            sinks = {name: Kept() for name in ("spikes", "states", "rates")}
            session.run(network(**MONITORS), 500, 400, {}, sinks)
            return sinks["states"].column(1, "x")

        return script

    expected = on_ranks(1, lambda session: recorded(prepared(session), [900]))["x"][250:]
    for before, after in ((1, 3), (3, 1), (4, 7)):
        assert np.array_equal(on_ranks(after, rest(on_ranks(before, first))), expected)


@pytest.mark.parametrize("ranks", [1, 3])
def test_errors_are_the_scripts(ranks):
    def script(session):
        made(session)
        with pytest.raises(ModelError, match="no variable 'z'"):
            session.assign(Selection(NEURONS), "z", 1.0, {}, "1")
        with pytest.raises(ModelError, match="'unknown' is not known"):
            session.assign(Selection(NEURONS), "v", parse_expression("unknown"), {}, "2")
        pairs = {"i": np.array([10]), "j": np.array([0])}
        with pytest.raises(PairIndexError):
            session.connect("synapses", Connect("pairs", pairs), {}, "3")
        session.assign(Selection(NEURONS), "v", 1.5, {}, "4")
        return session.read(Selection(NEURONS), parse_expression("v"), {})

    assert (on_ranks(ranks, script) == 1.5).all()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("ranks", [1, 3])
def test_an_error_of_one_rank_in_connect_leaves_no_synapses(ranks):
    """Only the last target has a source out of range, so only the last rank finds that out."""

    def script(session):
        made(session)
        with pytest.raises(PairIndexError):
            session.connect(
                "synapses", Connect("source_expression", {"i": parse_expression("j + 6")}), {}, "1"
            )
        return session.connect(
            "synapses", Connect("pairs", {"i": np.array([3]), "j": np.array([0])}), {}, "2"
        )

    assert on_ranks(ranks, script) == 1


def test_discarded_groups_are_gone():
    def script(session):
        made(session)
        session.discard("synapses", "targets")
        assert not [key for key in session.worker.groups.state.arrays if key[0] in ("synapses", "targets")]
        session.create(TARGET)
        return session.read(Selection(TARGETS), parse_expression("x"), {})

    assert not on_ranks(2, script).any()
