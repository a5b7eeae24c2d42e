"""Who spiked in the last step, asked between runs and, in any slot, during one."""

from itertools import chain

import numpy as np
import pytest
from session_harness import everywhere

import distsim as d
from distsim.driver import use_session

ms, us = d.ms, d.us


@pytest.fixture(autouse=True)
def fresh():
    d.restore_initial_state()
    yield
    use_session(None)
    d.restore_initial_state()


def countdown(start, **options):
    """Neurons that spike in every step until they have been reset `start` times."""
    group = d.NeuronGroup(len(start), "v : 1\nn : 1", threshold="v > 0.5", reset="v -= 1; n += 1", **options)
    group.v = start
    return group


SPIKES = [[1, 3, 4], [1, 3], [3], []]
"""Of neurons that begin with 0, 2, 0, 3 and 1, in each step."""


def looking(slots):
    """Return what is seen of the countdown in each slot of each of four steps."""
    group = countdown([0, 2, 0, 3, 1], name="group")
    target = d.NeuronGroup(5, "x : 1", name="target")
    synapses = d.Synapses(group, target, on_pre="x += 1", name="synapses")
    synapses.connect(j="i")
    monitor = d.SpikeMonitor(group, variables="n", name="monitor")
    seen = {slot: [] for slot in slots}

    def look(slot):
        def operation():
            seen[slot].append((group.spikes.tolist(), group[1:4].spikes.tolist()))

        return d.NetworkOperation(operation, when=slot, name=f"look_{slot}")

    operations = [look(slot) for slot in slots]
    d.Network(group, target, synapses, monitor, operations).run(0.4 * ms)
    return seen, group, target, monitor


@pytest.mark.parametrize(
    "slots", [["start"], ["after_thresholds"], ["end"], ["start", "after_thresholds", "end"]]
)
def test_it_is_known_in_every_slot(slots):
    seen, group, target, monitor = looking(slots)
    before = [[], *SPIKES[:-1]]
    for slot in slots:
        expected = before if slot == "start" else SPIKES
        part = [[number - 1 for number in step if 1 <= number < 4] for step in expected]
        assert seen[slot] == list(zip(expected, part, strict=True)), slot
    # And asking changes nothing.
    assert group.n[:].tolist() == target.x[:].tolist() == [0, 2, 0, 3, 1]
    assert monitor.i[:].tolist() == list(chain(*SPIKES))
    assert np.asarray(monitor.t / us) == pytest.approx([0, 0, 0, 100, 100, 200])
    assert monitor.n[:].tolist() == [0, 0, 0, 1, 1, 2]


@pytest.mark.parametrize("slot", ["start", "after_thresholds", "end"])
def test_reading_a_monitor_in_a_step_changes_nothing(slot):
    group = countdown([0, 2, 0, 3, 1])
    monitor = d.SpikeMonitor(group, variables="n")
    trace = d.StateMonitor(group, "n", record=True, when="before_thresholds")
    counts = []
    operation = d.NetworkOperation(lambda: counts.append(monitor.num_spikes), when=slot)
    d.Network(group, monitor, trace, operation).run(0.4 * ms)
    assert counts == ([3, 5, 6, 6] if slot == "end" else [0, 3, 5, 6])
    assert monitor.i[:].tolist() == list(chain(*SPIKES))
    assert monitor.n[:].tolist() == [0, 0, 0, 1, 1, 2]
    assert trace.n[3].tolist() == [0, 1, 2, 3]
    assert group.n[:].tolist() == [0, 2, 0, 3, 1]


def test_between_runs():
    group = countdown([0, 2, 0, 3, 1])
    assert group.spikes.tolist() == []
    net = d.Network(group)
    for expected in SPIKES:
        net.run(0.1 * ms)
        assert group.spikes.tolist() == expected
        assert group.spikes.dtype == np.int32
    group.v[2] = 9
    net.run(1 * ms)
    assert group.spikes.tolist() == []
    assert d.NeuronGroup(3, "v : 1").spikes.tolist() == []


def test_a_slower_group_keeps_its_last_step():
    group = countdown([0, 2, 0, 3, 1], dt=0.2 * ms)
    seen = []
    operation = d.NetworkOperation(lambda: seen.append(group.spikes.tolist()), when="end", dt=0.1 * ms)
    net = d.Network(group, operation)
    net.run(0.4 * ms)
    net.run(0.2 * ms)
    assert seen == [SPIKES[0], SPIKES[0], SPIKES[1], SPIKES[1], SPIKES[2], SPIKES[2]]
    assert group.spikes.tolist() == SPIKES[2]


def test_generators_and_states_brought_back():
    generator = d.SpikeGeneratorGroup(3, [0, 2, 1], [0.1, 0.1, 0.2] * ms)
    net = d.Network(generator)
    net.run(0.2 * ms)
    assert generator.spikes.tolist() == [0, 2]
    net.store()
    net.run(0.1 * ms)
    assert generator.spikes.tolist() == [1]
    net.restore()
    assert generator.spikes.tolist() == [0, 2]


def test_ranks_make_no_difference():
    def script(session):
        use_session(session)
        d.seed(5)
        poisson = d.PoissonGroup(40, 2000 * d.Hz, name="poisson")
        seen = []
        operations = [
            d.NetworkOperation(lambda: seen.append(poisson.spikes), when=slot, name=f"look_{slot}")
            for slot in ("start", "after_thresholds", "end")
        ]
        d.Network(poisson, operations).run(1 * ms)
        found = {f"{index}": spikes for index, spikes in enumerate([*seen, poisson.spikes])}
        use_session(None)
        return found

    found = everywhere(script)
    assert sum(map(len, found.values())) > 100


def test_the_time_after_a_run_with_functions():
    times = []
    operation = d.NetworkOperation(lambda t: times.append(round(float(t / us))))
    net = d.Network(operation)
    net.run(0.3 * ms)
    net.run(0.2 * ms)
    assert times == [0, 100, 200, 300, 400]
    assert net.t == 0.5 * ms
