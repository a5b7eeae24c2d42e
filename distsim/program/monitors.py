"""Recording as operations: state at set times, and values at spikes."""

from __future__ import annotations

from distsim.equations.tree import Name
from distsim.network import SPIKE, ModelError, SpikeMonitor, StateMonitor
from distsim.program.neurons import NeuronModel, operation
from distsim.program.operation import Domain, Operation
from distsim.program.scope import expand
from distsim.program.synapses import SynapseModel, synapse_operation


def state_operation(monitor: StateMonitor, model: NeuronModel, every: int) -> Operation:
    """Return the operation that copies the recorded variables into the monitor's buffers."""
    _check(monitor.name, monitor.variables, model)
    return operation(
        model,
        name=monitor.name,
        slot=monitor.when,
        order=monitor.order,
        domain=Domain.RECORDED,
        every=every,
        recorded=tuple(Name(variable) for variable in monitor.variables),
        description=f"record {', '.join(monitor.variables)} of {model.population.name}",
    )


def synapse_state_operation(monitor: StateMonitor, model: SynapseModel, every: int) -> Operation:
    """Return the operation that copies variables of synapses into the monitor's buffers."""
    name = model.projection.name
    for variable in monitor.variables:
        if variable not in model.scope and variable not in model.defined:
            raise ModelError(f"{monitor.name}: {name} has no variable '{variable}'")
    return synapse_operation(
        model,
        name=monitor.name,
        slot=monitor.when,
        order=monitor.order,
        domain=Domain.RECORDED_SYNAPSES,
        every=every,
        recorded=tuple(expand(Name(variable), model.defined) for variable in monitor.variables),
        description=f"record {', '.join(monitor.variables)} of {name}",
    )


def spike_operation(monitor: SpikeMonitor, model: NeuronModel) -> Operation:
    """Return the operation that copies variables of the neurons that spike, before synapses and reset."""
    _check(monitor.name, monitor.variables, model)
    events = {event.name: (event.when, event.order) for event in model.population.events}
    slot, order = events.get(monitor.event, ("thresholds", model.population.order))
    what = "spikes" if monitor.event == SPIKE else f"'{monitor.event}'"
    return operation(
        model,
        name=monitor.name,
        slot=monitor.when or slot,
        order=order + 1 if monitor.order is None else monitor.order,
        domain=Domain.SPIKERS,
        event=monitor.event,
        recorded=tuple(Name(variable) for variable in monitor.variables),
        description=f"record {', '.join(monitor.variables)} at the {what} of {model.population.name}",
    )


def _check(name: str, variables: tuple[str, ...], model: NeuronModel) -> None:
    for variable in variables:
        if variable not in {**model.variables, **model.defined, **model.linked, **model.links}:
            raise ModelError(f"{name}: {model.population.name} has no variable '{variable}'")
