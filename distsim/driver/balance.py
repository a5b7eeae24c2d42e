"""Which rank gets which neurons: by their costs, estimated from the network or learnt from an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isnan

from distsim.driver.expected import expected_synapses
from distsim.engine.plan import Plan
from distsim.network import ModelError, SpikeTimes
from distsim.partition import Incoming, corrected, estimated
from distsim.recording import Summary

RATE = 5.0
"""Spikes a second of a neuron, where nothing is known [Hz]."""
EVENT = 3.0
"""Cost of a synaptic event, in those of a neuron's step."""
GIVEN_SPIKES = 0.1
"""Cost of a neuron whose spikes are given."""


def balanced(plan: Plan, earlier: Summary | None = None) -> Plan:
    """Return a plan by which all ranks have about as much to do.

    Parameters
    ----------
    earlier
        Summary of a run of the same network, whose ranks' times are taken into account.

    Raises
    ------
    ModelError
        If that run was of another network.
    """
    populations = plan.network.populations
    sizes = {population.name: population.size for population in populations}
    own = {p.name: GIVEN_SPIKES if isinstance(p, SpikeTimes) else 1.0 for p in populations}
    costs = estimated(sizes, own, _incoming(plan))
    if earlier is not None:
        if {name: cuts[-1] for name, cuts in earlier.blocks.items()} != sizes:
            raise ModelError(
                f"the earlier run of {earlier.model} had other populations: nothing can be learnt from it"
            )
        costs = corrected(costs, earlier.blocks, busy_seconds(earlier))
    return replace(plan, costs=costs)


def busy_seconds(run: Summary) -> list[float]:
    """Return for how long each rank did not wait."""
    return [a + b for a, b in zip(run.phases_s["advance"], run.phases_s["hand_over"], strict=True)]


def _incoming(plan: Plan) -> Iterator[Incoming]:
    """Yield the synapses of each projection that are onto neurons, counted in steps of a neuron."""
    names = {population.name for population in plan.network.populations}
    for model in plan.program.synapses.values():
        target = model.projection.target
        if target.population not in names:
            continue
        try:
            synapses = expected_synapses(plan, model)
        except ModelError:
            # Said when the network is built, with what is wrong.
            continue
        if not isnan(synapses):
            weight = RATE * plan.program.dt * EVENT
            yield Incoming(target.population, target.start, target.stop, synapses * weight)
