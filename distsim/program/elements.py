"""Synapses that are themselves the source or the target of synapses: elements like neurons, with numbers.

Seen from outside, a synapse has its own variables and the numbers of the neurons that it connects.  What its
own code reads of these neurons stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from distsim.equations import Flag, expansions
from distsim.network import ModelError, Network, Population, Projection
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Binding, Extent, Storage, Variable
from distsim.program.scope import constants_of, number
from distsim.program.synapses import REPEAT_NUMBER, SOURCE_NUMBER, TARGET_NUMBER, synaptic_variables


def elements_model(projection: Projection, size: int, every: int) -> NeuronModel:
    """Return the model of the synapses of a projection as other synapses see them.

    Parameters
    ----------
    size
        How many synapses there are.
    every
        Base steps between two steps of their clock.
    """
    name = projection.name
    population = Population(
        name, size, projection.equations, namespace=projection.namespace, order=projection.order
    )
    scope: dict[str, Binding] = {
        **constants_of(projection.namespace),
        "N": number(size),
        "i": Variable(name, SOURCE_NUMBER, Storage.INT32),
        "j": Variable(name, TARGET_NUMBER, Storage.INT32),
    }
    if projection.multisynaptic_index is not None:
        scope[projection.multisynaptic_index] = Variable(name, REPEAT_NUMBER, Storage.INT32)
    for variable in synaptic_variables(projection).values():
        extent = Extent.NEURON if variable.extent is Extent.SYNAPSE else variable.extent
        scope[variable.name] = replace(variable, extent=extent)
    return NeuronModel(population, every, scope, expansions(projection.equations))


def written_from_outside(network: Network) -> Mapping[str, frozenset[str]]:
    """Return, by projection, the variables of its synapses that code of other synapses may write."""
    found: dict[str, set[str]] = {projection.name: set() for projection in network.projections}
    for projection in network.projections:
        regular = (r.statements for r in network.regular if r.group == projection.name)
        statements = (*(pathway.statements for pathway in projection.pathways), *regular)
        written = {statement.target for each in statements for statement in each}
        written |= {e.name for e in projection.equations.values() if Flag.SUMMED in e.flags}
        for side, suffix in ((projection.source, "_pre"), (projection.target, "_post")):
            if side.population in found:
                found[side.population] |= {name.removesuffix(suffix) for name in written}
    return {name: frozenset(variables) for name, variables in found.items()}


def ends_first(projections: Iterable[Projection]) -> tuple[Projection, ...]:
    """Return projections, each after those whose synapses are its source or target.

    Raises
    ------
    ModelError
        If there is no such order.
    """
    waiting = {projection.name: projection for projection in projections}
    ordered: list[Projection] = []
    while waiting:
        ready = [
            each
            for each in waiting.values()
            if not {each.source.population, each.target.population} & waiting.keys()
        ]
        if not ready:
            raise ModelError(f"{', '.join(waiting)}: synapses cannot connect each other in a circle")
        ordered += ready
        for each in ready:
            del waiting[each.name]
    return tuple(ordered)
