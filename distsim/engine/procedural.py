"""Synapses that are made anew at each spike: what they are told, and what a run needs of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from distsim.engine.anew import Anew, Given
from distsim.engine.arrangement import counted_delays, store_numbers
from distsim.engine.bounds import Interval, bounds
from distsim.engine.synapses import DELAY_OF, SynapseTable, pathway_of_delay
from distsim.equations.tree import Expression, Name, Number
from distsim.kernels.emit import Attribute, Beforehand
from distsim.kernels.emit.procedural import DELAY, PARTS
from distsim.kernels.random import stream_key
from distsim.kernels.targets import BLOCK, WORK
from distsim.network import ModelError, Network, Projection, Selection
from distsim.network.description import Namespace
from distsim.program.procedural import ProceduralPathway, is_fixed
from distsim.program.synapses import AnyPathway, SynapseModel


def give(
    table: SynapseTable,
    anew: Anew,
    selection: Selection,
    variable: str,
    value: Expression | ArrayLike,
    namespace: Namespace,
    stream: str,
) -> None:
    """Note the values of a variable, or of a delay, which will be computed whenever they are needed."""
    name = table.projection.name
    pathway = pathway_of_delay(variable)
    if pathway is None and variable not in table.variables:
        raise ModelError(f"{name} has no variable '{variable}' that can be set")
    if selection.indices is not None or selection.condition is not None:
        raise refusal(table, f"'{variable}' of some of them cannot be set")
    if not isinstance(value, Expression):
        if np.size(value) != 1:
            raise refusal(table, f"'{variable}' cannot be a list")
        value = Number(float(np.asarray(value).reshape(-1)[0]))
    key = variable if pathway is None else f"{DELAY_OF}{pathway}"
    anew.given[key] = Given(value, namespace, stream_key(table.state.seed, stream))


def refusal(table: SynapseTable, what: str) -> ModelError:
    """Return the error for what only stored synapses have."""
    return ModelError(
        f"{table.projection.name}: its synapses are procedural, nothing is stored of them: {what}"
    )


def described(network: Network, tables: Mapping[str, SynapseTable]) -> Network:
    """Return a network with what the tables were told of the projections that are not stored."""
    return replace(network, projections=tuple(_described(p, tables[p.name]) for p in network.projections))


def _described(projection: Projection, table: SynapseTable) -> Projection:
    anew = table.anew
    if anew is None:
        return projection
    pathways = []
    for pathway in projection.pathways:
        delay: Expression = Number(float(table.delays[pathway.name][0]))
        given = anew.given.get(f"{DELAY_OF}{pathway.name}")
        pathways.append(replace(pathway, delay=delay if given is None else given.value))
    return replace(
        projection,
        connect=(anew.connect,),
        initial=tuple((name, given.value) for name, given in anew.given.items() if name in table.variables),
        pathways=tuple(pathways),
    )


def arrange_procedural(
    table: SynapseTable,
    anew: Anew,
    model: SynapseModel,
    pathways: Sequence[AnyPathway],
    dt: float,
    beforehand: Mapping[str, Sequence[Beforehand]],
) -> None:
    """Make the arrays by which spikes make the synapses of a projection anew.

    Parameters
    ----------
    dt
        The base step [s].
    beforehand
        For each pathway the numbers that its function wants.
    """
    name, arrays, state = model.projection.name, table.state.arrays, table.state
    arrays[name, "_packed"] = anew.packed
    arrays[name, "_work"] = np.empty(WORK, np.int64)
    arrays[name, "_distances"] = np.empty(BLOCK)
    arrays[name, "_listed"] = np.zeros(BLOCK, np.int64)
    state.set_integer(name, "first place", Attribute.FIRST, table.shift)
    store_numbers(table, model)
    for pathway in pathways:
        if not isinstance(pathway, ProceduralPathway):
            raise TypeError(f"{pathway.name}: the synapses of its projection are not stored")
        own = pathway.name
        steps = counted_delays(model, pathway.pathway.side, dt, _delays(table, anew, model, pathway))
        arrays[own, "delay"] = steps
        state.set_integer(own, "steps", Attribute.FIRST, int(steps[0]))
        arrays[own, "_arrivals"] = np.empty(BLOCK, np.int64)
        for index in range(len(pathway.parts)):
            arrays[own, f"_added{index}"] = np.empty(BLOCK)
        numbers = [
            _number(table, item.expression, _namespace(anew, model, pathway, item.of))
            for item in beforehand[own]
        ]
        arrays[own, "numbers"] = np.array([model.source_every * dt, *numbers])
        for of, given in (*anew.given.items(), (DELAY, anew.given.get(f"{DELAY_OF}{pathway.pathway.name}"))):
            if given is not None:
                for attribute, word in zip((Attribute.KEY0, Attribute.KEY1), given.key, strict=True):
                    state.set_integer(own, f"draws of {of}", attribute, word)


def _namespace(anew: Anew, model: SynapseModel, pathway: ProceduralPathway, of: str) -> Namespace:
    """Return the names from outside in the value of a variable, in a delay, or in what is added."""
    if of == PARTS:
        return model.projection.namespace
    given = anew.given.get(f"{DELAY_OF}{pathway.pathway.name}" if of == DELAY else of)
    return {} if given is None else given.namespace


def _number(table: SynapseTable, expression: Expression, namespace: Namespace) -> float:
    """Return the value of an expression that is the same for all synapses."""
    return float(table.evaluate_shared(expression, "", namespace)[0])


def _delays(
    table: SynapseTable, anew: Anew, model: SynapseModel, pathway: ProceduralPathway
) -> NDArray[np.float64]:
    """Return the delay of all synapses [s] in an array of one, or the shortest and the longest possible."""
    namespace = _namespace(anew, model, pathway, DELAY)
    sizes = {"i": model.projection.source.size, "j": model.projection.target.size}

    def known(part: Expression) -> Interval | None:
        if is_fixed(part, pathway.varying):
            value = _number(table, part, namespace)
            return value, value
        if isinstance(part, Name) and part.id in sizes:
            return 0.0, float(max(sizes[part.id] - 1, 0))
        return None

    where = f"the delay of '{pathway.pathway.name}'"
    try:
        shortest, longest = bounds(pathway.delay, known)
    except ModelError as error:
        raise refusal(
            table, f"{where} needs limits, but {error}; write clip(..., shortest, longest)"
        ) from None
    if shortest < 0:
        what = f"{where} may be as short as {shortest:g} s; write clip(..., shortest, longest)"
        raise refusal(table, what)
    if is_fixed(pathway.delay, pathway.varying):
        return np.array([shortest])
    return np.array([shortest, longest])
