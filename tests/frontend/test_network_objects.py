"""Networks and magic runs: which objects take part, where time goes, what is brought back."""

import numpy as np
import pytest

import distsim as d
from distsim.frontend.objects import SimulationObjectError

ms, second = d.ms, d.second
EULER = "dv/dt = (1.2 + 0.1*i - v)/(10*ms) : 1"


@pytest.fixture(autouse=True)
def fresh():
    d.restore_initial_state()
    yield
    d.restore_initial_state()


def neurons(size=4, **options):
    return d.NeuronGroup(size, EULER, threshold="v > 1", reset="v = 0", method="euler", **options)


def test_runs_continue():
    group = neurons()
    spikes = d.SpikeMonitor(group)
    trace = d.StateMonitor(group, "v", record=True)
    d.run(20 * ms)
    d.run(30 * ms)
    assert d.magic_network.t == 50 * ms
    assert d.defaultclock.t == 50 * ms
    assert trace.v.shape == (4, 500)
    assert np.asarray(trace.t / ms) == pytest.approx(np.arange(500) * 0.1)
    whole = spikes.num_spikes, trace.v_[:].copy()
    d.start_scope()
    again = neurons()
    spikes_again = d.SpikeMonitor(again)
    trace_again = d.StateMonitor(again, "v", record=True)
    d.run(50 * ms)
    assert (spikes_again.num_spikes, trace_again.v_.tolist()) == (whole[0], whole[1].tolist())
    assert group.v[0] == again.v[0]


def test_a_run_never_repeats_a_step():
    group = neurons()
    trace = d.StateMonitor(group, "v", record=0)
    d.run(0.25 * ms)
    assert np.asarray(trace.t / ms) == pytest.approx([0, 0.1, 0.2])
    assert d.magic_network.t == 0.25 * ms
    d.run(0.25 * ms)
    assert np.asarray(trace.t / ms) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert d.magic_network.t == 0.5 * ms
    assert group.t == 0.5 * ms


def test_old_and_new_objects_are_not_mixed():
    first = neurons()
    d.run(1 * ms)
    second = neurons()
    with pytest.raises(d.MagicError, match=r"others are new .'neurongroup"):
        d.run(1 * ms)
    d.Network(first, second).run(1 * ms)


def test_a_new_monitor_goes_with_old_groups():
    group = neurons()
    d.run(10 * ms)
    trace = d.StateMonitor(group, "v", record=True)
    d.run(10 * ms)
    assert float(trace.t[0] / ms) == pytest.approx(10)


def test_monitors_without_their_group_are_left_out_or_refused():
    groups = [neurons()]
    monitor = d.SpikeMonitor(groups[0])
    d.run(1 * ms)
    with pytest.raises(ValueError, match=r"'neurongroup\w*', which it needs"):
        d.Network(monitor).run(1 * ms)


def test_networks_hold_what_they_are_given():
    group = neurons(name="cells")
    monitor = d.SpikeMonitor(group, name="spikes")
    net = d.Network({"a": [group, (monitor,)]})
    assert (len(net), "cells" in net, group in net) == (5, True, True)
    assert net["spikes"] is monitor
    with pytest.raises(KeyError, match="no object named 'x'"):
        net["x"]
    net.remove(monitor)
    net.run(5 * ms)
    assert monitor.num_spikes == 0
    assert net.t == 5 * ms
    with pytest.raises(TypeError, match="only objects"):
        net.add(3)
    other = neurons(name="cells")
    with pytest.raises(ValueError, match="two objects of the network are called 'cells'"):
        d.Network(group, other).run(1 * ms)


def test_errors_name_the_object_and_its_place():
    group = d.NeuronGroup(1, "dx/dt = -x/unknown_time : 1")
    with pytest.raises(
        SimulationObjectError, match=r"neurongroup.*test_network_objects\.py, line \d+"
    ) as caught:
        d.run(1 * ms)
    assert "unknown_time" in str(caught.value.__cause__)
    assert len(group) == 1


def test_constants_are_looked_up_at_run_time():
    group = d.NeuronGroup(1, "dx/dt = rate_of_change : 1", method="euler")
    rate_of_change = 1 / second
    d.run(1 * ms)
    rate_of_change = 2 / second
    d.run(1 * ms)
    assert group.x[0] == pytest.approx(3e-3)
    d.run(1 * ms, namespace={"rate_of_change": 3 / second})
    assert group.x[0] == pytest.approx(6e-3)
    del rate_of_change


def test_the_step_may_change_between_runs():
    group = neurons()
    trace = d.StateMonitor(group, "v", record=0)
    d.run(1 * ms)
    d.defaultclock.dt = 0.5 * ms
    d.run(1 * ms)
    assert np.asarray(trace.t / ms) == pytest.approx([*np.arange(10) * 0.1, 1.0, 1.5])


@pytest.mark.parametrize("in_file", [False, True])
def test_stored_states_are_brought_back(tmp_path, in_file):
    filename = str(tmp_path / "states") if in_file else None
    source = neurons()
    target = d.NeuronGroup(3, "dx/dt = -x/(5*ms) + 0.1*xi/ms**0.5 : 1", method="euler")
    synapses = d.Synapses(source, target, "w : 1", on_pre="x += w")
    synapses.connect()
    synapses.w = "rand()"
    synapses.delay = "10*ms*rand()"
    spikes, trace = d.SpikeMonitor(source), d.StateMonitor(target, "x", record=True)
    d.run(50 * ms)
    d.store("middle", filename)
    d.store("other", filename)
    d.run(50 * ms)
    first = spikes.num_spikes, trace.x.copy()
    synapses.w = 0
    d.restore("middle", filename, restore_random_state=True)
    assert d.magic_network.t == 50 * ms
    assert trace.x.shape == (3, 500)
    d.run(50 * ms)
    assert spikes.num_spikes == first[0]
    assert trace.x.tolist() == first[1].tolist()
    # Other random numbers unless asked for the same ones.
    d.restore("middle", filename)
    d.run(50 * ms)
    assert spikes.num_spikes == first[0]
    assert trace.x[:, :500].tolist() == first[1][:, :500].tolist()
    assert (trace.x[:, 510:] != first[1][:, 510:]).all()
    with pytest.raises(KeyError, match="no state 'nothing'"):
        d.restore("nothing", filename)


def test_a_stranger_file_is_no_state(tmp_path):
    group = neurons()
    path = tmp_path / "states"
    path.write_bytes(b"PK no archive")
    with pytest.raises(ValueError, match="holds no stored states"):
        d.restore("middle", str(path))
    assert len(group) == 4


def noise():
    group = d.NeuronGroup(3, "dx/dt = xi/ms**0.5 : 1", method="euler")
    group.x = "rand()"
    start = group.x[:]
    d.run(1 * ms)
    return start.tolist(), group.x[:].tolist()


def test_seeds():
    d.seed(5)
    first, numpy_first = noise(), np.random.rand()  # noqa: NPY002
    second = noise()
    d.seed(5)
    assert (noise(), np.random.rand()) == (first, numpy_first)  # noqa: NPY002
    assert noise() == second
    assert first[0] != second[0]
    assert first[1] != second[1]
    d.seed()
    assert noise()[0] != first[0]


def test_reports(capsys):
    group = neurons()
    calls = []
    d.run(10 * ms, report=lambda *values: calls.append(values))
    assert [call[1] for call in calls] == [0.0, 1.0]
    assert calls[0][2:] == (0 * second, 10 * ms)
    d.run(10 * ms, report="stderr")
    assert "Starting simulation at t=10. ms for a duration of 10. ms" in capsys.readouterr().err
    with pytest.raises(ValueError, match="'report' can be"):
        d.run(1 * ms, report="loud")
    assert len(group) == 4


def test_profiles_and_schedules():
    group = neurons(name="cells")
    d.run(1 * ms, profile=True)
    assert "cells" in str(d.scheduling_summary())
    net = d.Network(group)
    net.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    assert net.schedule[2] == "synapses"
    with pytest.raises(ValueError, match="before_"):
        net.schedule = ["start", "before_groups"]


def test_wrong_durations():
    with pytest.raises(d.DimensionMismatchError, match="duration must be a time"):
        d.run(3)
    with pytest.raises(ValueError, match="negative"):
        d.run(-1 * ms)


def test_spikes_in_the_past_are_warned_of_once(caplog):
    inputs = d.SpikeGeneratorGroup(2, [0, 1], [0.2, 0.4] * ms)
    spikes = d.SpikeMonitor(inputs)
    d.run(1 * ms)
    d.run(1 * ms)
    # Those that have been sent are no reason for a warning.
    assert not [record for record in caplog.records if "in the past" in record.getMessage()]
    inputs.set_spikes([0, 1], [0.1, 3] * ms)
    d.run(1 * ms)
    d.run(1 * ms)
    assert len([record for record in caplog.records if "in the past" in record.getMessage()]) == 1
    assert np.asarray(spikes.t / ms) == pytest.approx([0.2, 0.4, 3.0])
