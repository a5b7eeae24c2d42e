"""Synapses of a script that are not stored: connecting, values, runs, and what cannot be asked of them."""

import numpy as np
import pytest
from session_harness import everywhere

from distsim.driver import use_session
from distsim.frontend.monitors import SpikeMonitor, StateMonitor
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.objects import SimulationObjectError
from distsim.frontend.randomness import seed
from distsim.frontend.synapses import Synapses
from distsim.network import ModelError
from distsim.units import units_by_name

ms = units_by_name()["ms"]


@pytest.fixture(autouse=True)
def _own_session():
    yield
    use_session(None)


def made(storage, condition=None, p=0.2):
    group = NeuronGroup(
        60, "dv/dt = (1.1 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", name="group"
    )
    group.v = "rand()"
    synapses = Synapses(group, group, "w : 1\ngain : 1 (shared)", on_pre="v += gain*w", name="synapses")
    synapses.connect(condition, p=p, storage=storage)
    synapses.w = "0.05*randn()"
    synapses.gain = 0.5
    synapses.delay = "0.5*ms + rand()*ms"
    return group, synapses


def script(storage):
    """Return what a script gives that runs, changes what it can, and runs again after going back."""

    def run(session):
        use_session(session)
        seed(7)
        group, synapses = made(storage, "i != j")
        spikes = SpikeMonitor(group)
        network = Network(group, synapses, spikes)
        network.run(20 * ms)
        network.store()
        synapses.gain = 1.5
        network.run(10 * ms)
        ahead = np.asarray(spikes.i).copy()
        network.restore()
        synapses.w = "-0.05*rand()"
        synapses.delay = 2 * ms
        network.run(10 * ms)
        found = {"count": len(synapses), "ahead": ahead, "i": spikes.i, "t": spikes.t_, "v": group.v[:]}
        return {name: np.ascontiguousarray(np.asarray(value)) for name, value in found.items()}

    return run


def test_a_script_gives_what_stored_synapses_give():
    anew = everywhere(script("procedural"))
    stored = everywhere(script("stored"))
    assert stored["count"] > 600
    assert len(stored["i"]) > 50
    assert stored.keys() == anew.keys()
    for name, values in stored.items():
        assert np.array_equal(values, anew[name]), name


def test_a_state_goes_back_to_what_was_given(tmp_path):
    group, synapses = made("procedural")
    spikes = SpikeMonitor(group)
    network = Network(group, synapses, spikes)
    filename = str(tmp_path / "states")
    network.store()
    network.store("kept", filename)
    network.run(20 * ms)
    first = np.asarray(spikes.i).tolist()
    assert len(first) > 20
    network.restore("kept", filename)
    network.run(20 * ms)
    assert np.asarray(spikes.i).tolist() == first
    synapses.w = "0.01*randn()"
    with pytest.raises(ModelError, match="synapses: the stored state is of other procedural synapses"):
        network.restore("kept", filename)
    network.restore()
    network.run(20 * ms)
    assert np.asarray(spikes.i).tolist() == first


def test_a_uniform_delay_can_be_changed():
    def at(delay):
        source = NeuronGroup(1, "v : 1", threshold="t < dt", reset="")
        target = NeuronGroup(3, "x : 1")
        synapses = Synapses(source, target, on_pre="x += 1", delay=1 * ms)
        synapses.connect(storage="procedural")
        if delay:
            synapses.delay = delay
        monitor = StateMonitor(target, "x", record=2)
        Network(source, target, synapses, monitor).run(5 * ms)
        return float(monitor.t_[np.argmax(np.asarray(monitor.x[0]) > 0)])

    assert at(None) == pytest.approx(1.1e-3)
    assert at(3 * ms) == pytest.approx(3.1e-3)


def test_what_only_stored_synapses_have_is_refused():
    group, synapses = made("procedural")
    for read in (
        lambda: synapses.w[:],
        lambda: synapses.i[:],
        lambda: synapses.delay[:],
        lambda: synapses[0, :],
    ):
        with pytest.raises(ModelError, match=r"synapses: its synapses are procedural, .* cannot be read"):
            read()
    assert float(synapses.gain) == 0.5
    with pytest.raises(ModelError, match="'w' of some of them cannot be set"):
        synapses.w[0] = 1
    with pytest.raises(ModelError, match="'w' of some of them cannot be set"):
        synapses.w["i < 3"] = 1
    with pytest.raises(ModelError, match="'w' cannot be a list"):
        synapses.w = np.arange(len(synapses))
    with pytest.raises(ModelError, match="connected in one call, and alone"):
        synapses.connect(p=0.1, storage="procedural")
    with pytest.raises(ModelError, match="connected in one call, and alone"):
        synapses.connect(p=0.1)
    monitor = StateMonitor(synapses, "w", record=True)
    with pytest.raises(SimulationObjectError, match="needs variables of its synapses"):
        Network(group, synapses, monitor).run(1 * ms)
    synapses.delay = "randn()*ms"
    with pytest.raises(SimulationObjectError, match=r"may be as short as -0.0086 s; write clip\("):
        Network(group, synapses).run(1 * ms)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p": "0.1*i"}, "where 'p' is an expression"),
        ({"condition": "i < j"}, "with 'condition'"),
        ({"n": 2}, "with 'n'"),
        ({"i": [0, 1], "j": [1, 2]}, "the rule 'pairs' needs its synapses stored"),
        ({"j": "k for k in range(i, i + 2)"}, "the rule 'target_range' needs its synapses stored"),
    ],
)
def test_calls_of_connect_that_need_their_synapses_stored(arguments, message):
    group = NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    synapses = Synapses(group, group, on_pre="v += 1", name="synapses")
    with pytest.raises(ModelError, match=f"synapses: {message}.*'procedural' is for all pairs"):
        synapses.connect(**arguments, storage="procedural")
    synapses.connect(j="i", storage="procedural")
    assert len(synapses) == 4


def test_storage_is_one_of_two_words():
    group = NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0")
    with pytest.raises(ValueError, match="'storage' must be 'stored' or 'procedural', not 'nowhere'"):
        Synapses(group, group, on_pre="v += 1").connect(storage="nowhere")
