"""One call of connect: the synapses that a rule makes, as far as this rank has their targets."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity import Batch, Request, find_rule
from distsim.engine.one_shot import timed_functions
from distsim.engine.rows import Drawn
from distsim.engine.synapses import Part, SynapseTable
from distsim.equations.tree import Expression
from distsim.network import Connect
from distsim.network.description import Namespace


def connect(table: SynapseTable, call: Connect, namespace: Namespace, stream: str) -> None:
    """Add the synapses of one call of connect.  Collective.

    Where the targets of a rank are not neighbours, every rank draws all synapses and keeps those that are its
    own.

    Parameters
    ----------
    stream
        Keys the random numbers of this call.
    """
    parameters = {
        name: table.resolved(value) if isinstance(value, Expression) else value
        for name, value in call.parameters.items()
    }
    remote = table.remote([value for value in parameters.values() if isinstance(value, Expression)])

    def pair_values(name: str, i: NDArray[np.int64], j: NDArray[np.int64]) -> Any:
        return table.pair_value(name, remote, namespace, Part(slice(None), i, j))

    source, target = table.projection.source, table.projection.target
    same = source.population == target.population
    request = Request(
        source_size=table.source_end.size,
        target_size=table.target_end.size,
        targets=table.target_end.candidates,
        parameters=parameters,
        seed=table.state.seed,
        stream=stream,
        same_offset=source.start - target.start if same else None,
        pair_values=pair_values,
        functions=timed_functions(namespace),
    )
    rule = find_rule(call.rule)
    batches = (_onto_local_targets(table, batch) for batch in rule.draw(request))
    table.add(Drawn.collect(batches, request.source_size), rule.order)


def _onto_local_targets(table: SynapseTable, batch: Batch) -> Batch:
    """Return the synapses of a batch onto what this rank has."""
    if not table.target_end.scattered:
        # No others have been asked for.
        return batch
    kept = table.target_end.here(batch.targets)
    numbers = None if batch.numbers is None else batch.numbers[kept]
    return Batch(batch.sources[kept], batch.targets[kept], numbers)
