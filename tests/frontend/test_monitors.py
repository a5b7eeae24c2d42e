"""What monitors record, and how it is read."""

import numpy as np
import pytest

from distsim.equations import EquationError
from distsim.frontend.clocks import defaultclock
from distsim.frontend.monitors import EventMonitor, PopulationRateMonitor, SpikeMonitor, StateMonitor
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.spike_generator import SpikeGeneratorGroup
from distsim.units import DimensionMismatchError, Quantity, units_by_name

ms, mV, volt, Hz, kHz, nA = (units_by_name()[unit] for unit in ("ms", "mV", "volt", "Hz", "kHz", "nA"))


@pytest.fixture
def group():
    return NeuronGroup(3, "dv/dt = (i + 1)*volt/ms : volt\ntwice = 2*v : volt", method="euler")


def values(array):
    return np.asarray(array).tolist()


def test_states_over_time(group):
    monitor = StateMonitor(group, ["v", "twice"], record=[2, 0], dt=0.5 * ms)
    net = Network(group, monitor)
    net.run(1 * ms)
    assert monitor.v.shape == (2, 2)
    assert values(monitor.t / ms) == pytest.approx([0, 0.5])
    assert np.allclose(monitor.v / volt, [[0, 1.5], [0, 0.5]])
    assert np.allclose(monitor.twice_, [[0, 3], [0, 1]])
    assert isinstance(monitor.v, Quantity)
    net.run(1 * ms)
    assert values(monitor.t / ms) == pytest.approx([0, 0.5, 1, 1.5])
    assert np.allclose(monitor[2].v / volt, [0, 1.5, 3, 4.5])
    assert np.allclose(monitor[[0, 2]].v / volt, [[0, 0.5, 1, 1.5], [0, 1.5, 3, 4.5]])
    assert values(monitor.record) == [2, 0]
    assert monitor.N == 4
    with pytest.raises(IndexError, match="does not record number 1"):
        monitor[1]
    with pytest.raises(AttributeError, match="it records"):
        _ = monitor.u
    states = monitor.get_states(["t", "v"], units=False)
    assert states["v"].shape == (4, 2)
    monitor.record_single_timestep()
    assert monitor.t[-1] == 2 * ms
    assert np.allclose(monitor.v[:, -1] / volt, [6, 2])


def test_what_can_be_recorded(group):
    assert values(StateMonitor(group, "v", record=True).record) == [0, 1, 2]
    assert values(StateMonitor(group, "v", record=False).record) == []
    assert values(StateMonitor(group, "v", record=1).record) == [1]
    assert values(StateMonitor(group, "v", record=slice(1, None)).record) == [1, 2]
    assert values(StateMonitor(group[1:], "v", record=True).record) == [0, 1]
    with pytest.raises(KeyError, match="no variable 'w'"):
        StateMonitor(group, "w", record=True)
    with pytest.raises(IndexError):
        StateMonitor(group, "v", record=3)
    with pytest.raises(TypeError):
        StateMonitor(group, "v")


def test_monitors_that_are_switched_off(group):
    monitor = StateMonitor(group, "v", record=0)
    net = Network(group, monitor)
    net.run(0.2 * ms)
    monitor.active = False
    net.run(0.2 * ms)
    monitor.active = True
    net.run(0.2 * ms)
    assert values(monitor.t / ms) == pytest.approx([0, 0.1, 0.4, 0.5])
    assert monitor.v.shape == (1, 4)


@pytest.fixture
def spikes():
    return SpikeGeneratorGroup(4, [2, 0, 2, 3], [1, 2, 2, 3] * ms)


def test_spikes(spikes):
    monitor, part, counts = SpikeMonitor(spikes), SpikeMonitor(spikes[2:]), SpikeMonitor(spikes, record=False)
    rate = PopulationRateMonitor(spikes)
    net = Network(spikes, monitor, part, counts, rate)
    net.run(2.5 * ms)
    net.run(1 * ms)
    assert values(monitor.i) == [2, 0, 2, 3]
    assert values(monitor.t / ms) == pytest.approx([1, 2, 2, 3])
    assert values(part.i) == [0, 0, 1]
    assert (monitor.num_spikes, part.num_spikes, counts.num_spikes) == (4, 3, 4)
    assert values(counts.count) == values(monitor.count) == [1, 0, 2, 1]
    trains = monitor.spike_trains()
    assert {neuron: values(train / ms) for neuron, train in trains.items()} == {
        0: pytest.approx([2]), 1: [], 2: pytest.approx([1, 2]), 3: pytest.approx([3]),
    }  # fmt: skip
    i, t = monitor.it
    assert (i.shape, t.shape) == ((4,), (4,))
    with pytest.raises(AttributeError, match="only counts"):
        _ = counts.t
    assert rate.rate.shape == (35,)
    assert values(rate.rate[[10, 20, 30]] / kHz) == pytest.approx([2.5, 5, 2.5])
    assert np.asarray(rate.rate).sum() * 4 * defaultclock.dt_ == pytest.approx(4)
    for smooth in (rate.smooth_rate("gaussian", 0.2 * ms), rate.smooth_rate("flat", 0.3 * ms)):
        assert smooth.shape == (35,)
        assert np.asarray(smooth).sum() == pytest.approx(np.asarray(rate.rate).sum())
    assert np.allclose(rate.smooth_rate(window=np.ones(3)), rate.smooth_rate("flat", width=0.3 * ms))
    with pytest.raises(NotImplementedError):
        rate.smooth_rate("round", 1 * ms)
    with pytest.raises(TypeError):
        rate.smooth_rate("flat")


def test_variables_at_spikes():
    group = NeuronGroup(2, "dv/dt = (i + 1)/ms : 1", threshold="v > 1", reset="v = 0", method="euler")
    monitor = SpikeMonitor(group, variables="v")
    Network(group, monitor).run(2.5 * ms)
    assert np.all(monitor.v > 1)
    assert {neuron: len(found) for neuron, found in monitor.values("v").items()} == {0: 2, 1: 4}
    assert sorted(monitor.all_values()) == ["t", "v"]
    assert sorted(monitor.get_states()) == ["N", "count", "i", "t", "v"]
    with pytest.raises(KeyError, match="does not record 'u'"):
        monitor.values("u")


def test_custom_events():
    group = NeuronGroup(3, "dv/dt = (i + 1)/ms : 1", events={"high": "v > 1"}, method="euler")
    group.run_on_event("high", "v = -10")
    monitor = EventMonitor(group, "high", variables=["v"])
    Network(group, monitor).run(1.5 * ms)
    assert sorted(values(monitor.i)) == [0, 1, 2]
    assert monitor.num_events == 3
    assert {neuron: len(times) for neuron, times in monitor.event_trains().items()} == {0: 1, 1: 1, 2: 1}
    with pytest.raises(ValueError, match="has no event 'hihg'; did you mean 'high'"):
        EventMonitor(group, "hihg")
    with pytest.raises(ValueError, match="did you forget its 'threshold'"):
        SpikeMonitor(group)
    with pytest.raises(ValueError, match="never spikes"):
        PopulationRateMonitor(group)


def test_what_has_been_recorded_can_be_kept_and_brought_back(spikes):
    monitor = SpikeMonitor(spikes)
    net = Network(spikes, monitor)
    net.run(1.5 * ms)
    net.store()
    net.run(2 * ms)
    assert monitor.num_spikes == 4
    net.restore()
    assert (monitor.num_spikes, values(monitor.i)) == (1, [2])
    net.run(2 * ms)
    assert values(monitor.count) == [1, 0, 2, 1]


def test_conditions_select_events():
    group = NeuronGroup(4, "v : volt\nn : integer", threshold="v > 0.5*mV", reset="v -= 1*mV; n += 1")
    group.v = [0, 2, 0, 3] * mV
    monitor = SpikeMonitor(group, ["v", "n"])
    Network(group, monitor).run(0.4 * ms)
    first = 2
    assert monitor.i["n == 0"].tolist() == [1, 3]
    assert monitor.i["n < first and v > 2.5*mV"].tolist() == [3]
    assert np.asarray(monitor.t["i == 3"] / ms) == pytest.approx([0, 0.1, 0.2])
    assert monitor.t_["i == 1"] == pytest.approx([0, 1e-4])
    assert np.asarray(monitor.v["t > 0.05*ms"] / mV) == pytest.approx([1, 2, 1])
    assert monitor.n_["False"].tolist() == []
    assert first == 2
    # Whatever comes of them are arrays and quantities like any others.
    assert type(monitor.i[:]) is type(monitor.i + 1) is np.ndarray
    assert type(monitor.t[:]) is type(monitor.t + 1 * ms) is Quantity
    assert repr(monitor.i) == repr(np.array([1, 3, 1, 3, 3], np.int32))
    with pytest.raises(DimensionMismatchError):
        monitor.t["v > 3"]
    with pytest.raises(EquationError, match="must be a condition"):
        monitor.t["i"]
    with pytest.raises(KeyError, match="unknown_name"):
        monitor.t["i == unknown_name"]
    with pytest.raises(IndexError):
        monitor.count["i == 3"]
