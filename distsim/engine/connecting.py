"""One call of connect: the synapses that a rule makes, as far as this rank has their targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity import Batch, PairIndexError, Request, Rule, find_rule
from distsim.engine.anew import Anew
from distsim.engine.one_shot import timed_functions
from distsim.engine.rows import Drawn
from distsim.engine.synapses import Part, SynapseTable
from distsim.equations.tree import Expression
from distsim.kernels.targets import count_rows
from distsim.network import Connect, ModelError
from distsim.network.description import Namespace

T = TypeVar("T")


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
    if call.procedural or table.anew is not None:
        _make_procedural(table, call, rule, request)
        return

    def draw() -> Drawn:
        batches = (_onto_local_targets(table, batch) for batch in rule.draw(request))
        return Drawn.collect(batches, request.source_size)

    drawn = _on_all_ranks(table, draw)
    if drawn is not None:
        _on_all_ranks(table, lambda: table.add(drawn, rule.order))
        table.total = int(table.communicator.allreduce_sum(len(table)))


def _on_all_ranks(table: SynapseTable, do: Callable[[], T]) -> T | None:
    """Return the result of what may fail on some ranks; None on the others if it does.  Collective."""
    result, error = None, None
    try:
        result = do()
    except Exception as caught:  # noqa: BLE001  (raised below)
        error = caught
    failed = table.communicator.allreduce_max(int(error is not None))
    if error is not None:
        raise error
    return None if failed else result


def _make_procedural(table: SynapseTable, call: Connect, rule: Rule, request: Request) -> None:
    """Keep how the synapses are made anew at each spike, instead of the synapses."""
    name = table.projection.name
    if table.anew is not None or table.orders:
        raise ModelError(f"{name}: synapses that are procedural are connected in one call, and alone")
    if table.source_end.scattered or table.target_end.scattered:
        raise ModelError(f"{name}: only synapses between neurons can be procedural")
    try:
        packed = rule.packed(request)
    except PairIndexError:
        raise
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from None
    table.anew = Anew(call, packed, count_rows(packed, range(request.source_size)))
    table.total = int(table.communicator.allreduce_sum(len(table)))


def _onto_local_targets(table: SynapseTable, batch: Batch) -> Batch:
    """Return the synapses of a batch onto what this rank has."""
    if not table.target_end.scattered:
        # No others have been asked for.
        return batch
    kept = table.target_end.here(batch.targets)
    numbers = None if batch.numbers is None else batch.numbers[kept]
    return replace(batch, sources=batch.sources[kept], targets=batch.targets[kept], numbers=numbers)
