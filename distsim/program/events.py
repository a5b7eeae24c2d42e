"""Events besides spikes: checked in every step, with code of their own, seen by synapses and monitors.

An event that is checked before the cut is listed like spikes are, as a stream of its own.  One that is
checked after it, too late for synapses of the same step, only marks its neurons, and its code goes by the
marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Assignment
from distsim.network import SPIKE, ModelError, Network, PathwaySide, Population, SpikeTimes
from distsim.program.neurons import NeuronModel, collect_operation, operation
from distsim.program.operation import Domain, Operation
from distsim.program.schedule import Schedule
from distsim.program.scope import mask_of


def event_operations(model: NeuronModel, schedule: Schedule) -> list[Operation]:
    """Return what a population does about its events, in no particular order."""
    population = model.population
    operations = []
    for event in population.events:
        name = f"{population.name}_{event.name}_thresholder"
        operations.append(
            operation(
                model,
                name=name,
                slot=event.when,
                order=event.order,
                domain=Domain.ALL,
                statements=(Assignment(mask_of(event.name), None, event.condition),),
                event=event.name,
                description=f"find for whom '{event.name}' occurs in {population.name}",
            )
        )
        if not schedule.after_cut(event.when):
            operations.append(
                collect_operation(
                    model,
                    name=f"{name} (collect)",
                    slot=event.when,
                    order=event.order,
                    event=event.name,
                    description=f"list for whom '{event.name}' occurs in {population.name}",
                )
            )
    earlier: Counter[str] = Counter()
    for code in population.event_code:
        number = f"_{earlier[code.event]}" if earlier[code.event] else ""
        earlier[code.event] += 1
        operations.append(
            operation(
                model,
                name=f"{population.name}_{code.event}_resetter{number}",
                slot=code.when,
                order=code.order,
                domain=Domain.SPIKERS,
                statements=code.statements,
                event=code.event,
                description=f"run the code of '{code.event}' in {population.name}",
            )
        )
    return operations


def events_of(population: Population | SpikeTimes) -> tuple[str, ...]:
    """Return the events that can occur in a population."""
    if isinstance(population, SpikeTimes):
        return (SPIKE,)
    spikes = () if population.threshold is None else (SPIKE,)
    return (*spikes, *(event.name for event in population.events))


def check_events(network: Network, schedule: Schedule) -> None:
    """Refuse what goes by an event that never occurs, or that is found too late for it.

    Raises
    ------
    ModelError
        Naming who asks for it.
    """
    known = {population.name: events_of(population) for population in network.populations}
    synapses = {projection.name for projection in network.projections}
    for name, events in known.items():
        for event, count in Counter(events).items():
            if count > 1:
                raise ModelError(f"{name}: there are two events '{event}'")
    for who, population, event in _wanted(network):
        if event in known.get(population, ()):
            continue
        if population in synapses:
            raise ModelError(f"{who}: {population} are synapses, which never spike")
        if event == SPIKE:
            raise ModelError(f"{who}: {population} has no threshold, so it never spikes")
        hint = did_you_mean(event, known.get(population, ()))
        raise ModelError(f"{who}: {population} has no event '{event}'{hint}")
    for monitor in network.spike_monitors:
        source = network.population(monitor.source.population)
        for own in source.events if isinstance(source, Population) else ():
            if own.name == monitor.event and schedule.after_cut(own.when):
                raise ModelError(
                    f"{monitor.name}: '{own.name}' of {source.name} is checked in the slot '{own.when}'; "
                    "only events that are checked before synapses act can be recorded"
                )


def _wanted(network: Network) -> Iterable[tuple[str, str, str]]:
    """Yield who goes by an event: its name, the population, and the event."""
    for population in network.populations:
        if isinstance(population, Population):
            for code in population.event_code:
                yield population.name, population.name, code.event
    for projection in network.projections:
        for pathway in projection.pathways:
            side = projection.source if pathway.side is PathwaySide.PRE else projection.target
            yield f"{projection.name}_{pathway.name}", side.population, pathway.event
    for monitor in network.spike_monitors:
        yield monitor.name, monitor.source.population, monitor.event
    for rate in network.rate_monitors:
        yield rate.name, rate.source.population, SPIKE
