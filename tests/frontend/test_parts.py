"""The parts of groups: where each runs in a step, and that what is not active does not run."""

import numpy as np
import pytest

import distsim as d
from distsim.frontend.objects import SimulationObjectError

ms = d.ms


@pytest.fixture(autouse=True)
def fresh():
    d.restore_initial_state()
    yield
    d.restore_initial_state()


def neurons(**options):
    return d.NeuronGroup(
        2, "dv/dt = 1/ms : 1\nn : 1", threshold="v > 0.45", reset="v = 0; n += 1", method="euler", **options
    )


def test_they_have_names_and_places():
    group = neurons(order=3, events={"high": "v > 2"})
    group.run_on_event("high", "v = 1")
    parts = [group.state_updater, *group.thresholder.values(), *group.resetter.values()]
    assert {part.name: (part.when, part.order, part.active) for part in parts} == {
        "neurongroup_stateupdater": ("groups", 3, True),
        "neurongroup_spike_thresholder": ("thresholds", 3, True),
        "neurongroup_high_thresholder": ("after_thresholds", 3, True),
        "neurongroup_spike_resetter": ("resets", 3, True),
        "neurongroup_high_resetter": ("after_resets", 3, True),
    }
    assert all(part.clock is group.clock for part in parts)
    assert set(map(id, group.contained_objects)) == set(map(id, parts))
    poisson = d.PoissonGroup(1, 1 * d.Hz)
    assert [part.name for part in poisson.contained_objects] == ["poissongroup_spike_thresholder"]
    silent = d.NeuronGroup(1, "v : 1")
    assert (silent.thresholder, silent.resetter) == ({}, {})
    synapses = d.Synapses(poisson, group, "dx/dt = -x/ms : 1 (clock-driven)", method="exact", name="s")
    assert [part.name for part in synapses.contained_objects] == ["s_stateupdater"]
    assert d.Synapses(poisson, group, "dx/dt = -x/ms : 1 (event-driven)").state_updater is None


@pytest.mark.parametrize(
    ("part", "values", "spikes", "resets"),
    [
        # The steps after which v has grown, by 0.1, beyond 0.45 are numbers 4 and 9.
        (lambda group: None, 0.0, 4, 2),
        (lambda group: group.state_updater, 0.0, 0, 0),
        (lambda group: group.thresholder["spike"], 1.0, 0, 0),
        (lambda group: group.resetter["spike"], 1.0, 12, 0),
    ],
)
def test_what_is_not_active_does_not_run(part, values, spikes, resets):
    group = neurons()
    monitor = d.SpikeMonitor(group)
    switched = part(group)
    if switched is not None:
        switched.active = False
    d.run(1 * ms)
    assert np.asarray(group.v[:]) == pytest.approx(values)
    assert monitor.num_spikes == spikes
    assert group.n[:].tolist() == [resets, resets]
    if switched is not None:
        switched.active = True
        before = monitor.num_spikes
        d.run(1 * ms)
        assert monitor.num_spikes > before
        assert group.n[0] > resets


def test_events_and_synapses_that_are_not_active():
    group = d.NeuronGroup(2, "v : 1\nn : 1", threshold="v > 5", reset="", events={"high": "v > 1"})
    group.v = [0, 2]
    group.run_on_event("high", "n += 1")
    synapses = d.Synapses(group, group, "dx/dt = 1/ms : 1 (clock-driven)", method="euler")
    synapses.connect(j="i")
    group.thresholder["high"].active = synapses.state_updater.active = False
    net = d.Network(group, synapses)
    net.run(0.3 * ms)
    assert (group.n[:].tolist(), synapses.x[:].tolist()) == ([0, 0], [0, 0])
    group.thresholder["high"].active = synapses.state_updater.active = True
    net.run(0.3 * ms)
    assert group.n[:].tolist() == [0, 3]
    assert np.asarray(synapses.x[:]) == pytest.approx(0.3)


def test_a_group_switches_all_its_parts():
    group = neurons()
    group.active = False
    assert not any(part.active for part in group.contained_objects)
    d.run(1 * ms)
    group.active = True
    assert group.v[0] == 0
    d.run(0.3 * ms)
    assert group.v[0] == pytest.approx(0.3)


def test_a_silent_poisson_group():
    group = d.PoissonGroup(50, 5000 * d.Hz)
    monitor = d.SpikeMonitor(group)
    group.thresholder["spike"].active = False
    d.run(1 * ms)
    assert monitor.num_spikes == 0
    group.thresholder["spike"].active = True
    d.run(1 * ms)
    assert monitor.num_spikes > 100


def test_places_can_be_changed():
    group = neurons()
    group.run_regularly("v = 0.3", when="groups", order=1)
    net = d.Network(group)
    net.run(0.1 * ms)
    assert group.v[0] == pytest.approx(0.3)
    group.state_updater.order = 2
    net.run(0.1 * ms)
    assert group.v[0] == pytest.approx(0.4)
    group.state_updater.when = "before_start"
    net.run(0.1 * ms)
    assert group.v[0] == pytest.approx(0.3)
    group.resetter["spike"].when = "before_end"
    group.thresholder["spike"].when = "start"
    with pytest.raises(SimulationObjectError, match="in the slot 'thresholds'"):
        net.run(0.1 * ms)


def test_an_integration_of_synapses_elsewhere_in_the_step():
    group = d.NeuronGroup(1, "v : 1")
    synapses = d.Synapses(group, group, "dx/dt = 1/ms : 1 (clock-driven)", method="euler")
    synapses.connect()
    synapses.run_regularly("x = 5", when="groups", order=1)
    d.run(0.1 * ms)
    assert synapses.x[0] == 5
    synapses.state_updater.order = 2
    d.run(0.1 * ms)
    assert synapses.x[0] == pytest.approx(5.1)


def test_a_network_counts_them():
    group = neurons(name="cells")
    net = d.Network(group)
    assert (len(net), net.objects, len(list(net))) == (4, [group], 4)
    assert net["cells_stateupdater"] is group.state_updater
    assert "cells_spike_resetter" in net
    # What is added to a group later is there, too.
    runner = group.run_regularly("v = 0")
    assert runner in net
    with pytest.raises(ValueError, match="part of another object"):
        net.remove(runner)
    text = str(net.scheduling_summary())
    assert text.index("cells_run_regularly") < text.index("cells_stateupdater") < text.index("cells_spike_re")
    net.remove(group)
    assert len(net) == 0
