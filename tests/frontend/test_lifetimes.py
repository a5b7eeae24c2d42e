"""Objects that are out of reach are gone at once, so that automatic names count as the user expects."""

import gc

from distsim.frontend.monitors import PopulationRateMonitor, SpikeMonitor, StateMonitor
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.poisson import PoissonGroup, PoissonInput
from distsim.frontend.spike_generator import SpikeGeneratorGroup
from distsim.frontend.synapses import Synapses
from distsim.units import units_by_name

ms, Hz = units_by_name()["ms"], units_by_name()["Hz"]


def simulate():
    """Make one object of each kind, run them, and return their names."""
    group = NeuronGroup(
        3, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", events={"e": "v > 3"}, method="exact"
    )
    group.run_on_event("e", "v = 0")
    group.run_regularly("v += 1", dt=1 * ms)
    group[1:].run_regularly("v += 1")
    inputs = (
        PoissonGroup(3, 1 * Hz),
        SpikeGeneratorGroup(1, [0], [1] * ms),
        PoissonInput(group, "v", 1, 1 * Hz, 1),
    )
    synapses = Synapses(group, group, "w : 1", on_pre="v += w", on_post="w += 1")
    synapses.connect()
    synapses.w = "rand()"
    monitors = StateMonitor(group, "v", record=True), SpikeMonitor(group[1:]), PopulationRateMonitor(group)
    objects = (group, *inputs, synapses, *monitors)
    Network(objects).run(0.5 * ms)
    return [each.name for each in objects]


def test_names_are_free_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        assert simulate() == simulate()
    finally:
        gc.enable()
