"""What synapses add to variables of their sources, sent to the ranks that hold these and added there.

One rank alone adds as it goes: arriving spikes in the order of their age, sources, synapses; all synapses in
the order of the table.  What is added to one source comes from its own synapses only.  Ranks hold contiguous
targets, and within a source synapses are sorted by target; so of what arrives from several ranks, taken in
the order of the ranks, the parts of one source stand in the order of one rank alone once they are sorted by
age.  Where the targets are synapses, of which ranks hold any numbers, parts are sorted by target besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.engine.groups import Groups
from distsim.engine.plan import Plan
from distsim.program.breaks import sends
from distsim.program.operation import Distant, Domain, Operation, Variable

AGE_BITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Where the values of the synapses of this rank go, if all are sent every time.

    Parameters
    ----------
    order, counts
        The order in which values are sent, and how many go to each rank.
    turn
        (n,) the order in which what comes is added.
    places
        (n,) the places of the sources of what comes, in that order.
    """

    order: NDArray[np.int64]
    counts: NDArray[np.int64]
    turn: NDArray[np.int64]
    places: NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Sums:
    """The sums that one rank sends and receives."""

    groups: Groups
    routes: dict[str, Route]

    @classmethod
    def prepare(cls, plan: Plan, groups: Groups) -> Sums:
        """Make the buffers that kernels fill.  Collective."""
        alone = groups.communicator.size == 1
        own = cls(groups, {})
        arrays = groups.state.arrays
        for operation in plan.program.operations:
            if not sends(operation, alone=alone):
                continue
            size = len(groups.tables[operation.owner])
            for k in range(len(_targets(operation))):
                arrays[operation.name, f"sent{k}"] = np.empty(size)
            if operation.domain is Domain.ARRIVALS:
                arrays[operation.name, "sent_count"] = np.zeros(1, np.int64)
                arrays[operation.name, "sent_synapse"] = np.empty(size, np.int32)
                arrays[operation.name, "sent_age"] = np.empty(size, np.uint16)
            else:
                own.routes[operation.name] = own._route(operation)
        return own

    def send(self, operation: Operation) -> None:
        """Send what an operation has left in its buffers, and add what comes.  Collective."""
        targets = _targets(operation)
        if operation.domain is Domain.ARRIVALS:
            places, values = self._arrived(operation, len(targets))
        else:
            places, values = self._routed(operation, len(targets))
        for name in dict.fromkeys(targets):
            binding = operation.scope[name]
            assert isinstance(binding, Distant)  # noqa: S101 (`sends` has seen to it)
            if operation.clears:
                self._clear(operation.owner, binding.variable)
            columns = [k for k, target in enumerate(targets) if target == name]
            self._add(operation, name, np.repeat(places, len(columns)), values[:, columns].ravel())

    def _arrived(self, operation: Operation, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        arrays, table = self.groups.state.arrays, self.groups.tables[operation.owner]
        count = int(arrays[operation.name, "sent_count"][0])
        arrays[operation.name, "sent_count"][0] = 0
        synapses = arrays[operation.name, "sent_synapse"][:count]
        sources = table.sources[synapses].astype(np.int64)
        ages = arrays[operation.name, "sent_age"][:count].astype(np.int64)
        heads = [sources << AGE_BITS | ages]
        if operation.onto_synapses:
            heads.append(table.targets[synapses].astype(np.int64))
        sent = [arrays[operation.name, f"sent{k}"][:count].view(np.int64) for k in range(columns)]
        message = np.stack([*heads, *sent], axis=1)
        order, counts = _by_owner(table.source_end.owners(sources), self.groups.communicator)
        width = message.shape[1]
        data, _ = self.groups.communicator.alltoallv(message[order].ravel(), counts * width)
        received = data.reshape(-1, width)
        # The oldest first, as in the queue of one rank alone.
        ages = received[:, 0] & ((1 << AGE_BITS) - 1)
        received = received[np.lexsort((received[:, 1], -ages) if operation.onto_synapses else (-ages,))]
        places = table.source_end.places(received[:, 0] >> AGE_BITS)
        return places, np.ascontiguousarray(received[:, len(heads) :]).view(np.float64)

    def _routed(self, operation: Operation, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        arrays, route = self.groups.state.arrays, self.routes[operation.name]
        values = np.empty((len(route.places), columns))
        for k in range(columns):
            sent = arrays[operation.name, f"sent{k}"][route.order]
            values[:, k] = self.groups.communicator.alltoallv(sent, route.counts)[0][route.turn]
        return route.places, values

    def _route(self, operation: Operation) -> Route:
        table, communicator = self.groups.tables[operation.owner], self.groups.communicator
        order, counts = _by_owner(table.source_end.owners(table.sources), communicator)
        sources = communicator.alltoallv(table.sources[order].astype(np.int64), counts)[0]
        turn = np.arange(len(sources))
        if operation.onto_synapses:
            targets = communicator.alltoallv(table.targets[order].astype(np.int64), counts)[0]
            turn = np.argsort(targets, kind="stable")
        return Route(order, counts, turn, table.source_end.places(sources[turn]))

    def _clear(self, projection: str, variable: Variable) -> None:
        local = self.groups.tables[projection].source_end.local
        self.groups.state.arrays[variable.key][local.start : local.stop] = 0

    def _add(
        self, operation: Operation, name: str, places: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        """Add values one after the other."""
        binding = operation.scope[name]
        assert isinstance(binding, Distant)  # noqa: S101 (`send` has seen to it)
        arrays = self.groups.state.arrays
        if name in operation.gates:
            gate = operation.scope[operation.gates[name]]
            assert isinstance(gate, Distant)  # noqa: S101 (it is a variable of the same neurons)
            free = arrays[gate.key][places]
            places, values = places[free], values[free]
        add_in_order(arrays[binding.key], places, values)


def add_in_order(array: NDArray[Any], places: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    """Add each value to its place, in the order given, rounding to the array's type after every addition."""
    if array.dtype == np.float64:
        np.add.at(array, places, values)
        return
    order = np.argsort(places, kind="stable")
    places, values = places[order], values[order]
    new = np.concatenate([[True], places[1:] != places[:-1]]) if len(places) else np.empty(0, bool)
    starts = np.flatnonzero(new)
    turn = np.arange(len(places)) - np.repeat(starts, np.diff(np.concatenate([starts, [len(places)]])))
    for k in range(int(turn.max(initial=-1)) + 1):
        now = turn == k
        array[places[now]] = (array[places[now]].astype(np.float64) + values[now]).astype(array.dtype)


def _targets(operation: Operation) -> list[str]:
    """Return the variables of the sources that an operation adds to, one for each statement."""
    added = (s.target for s in operation.statements if s.target in operation.sums)
    return [name for name in added if isinstance(operation.scope[name], Distant)]


def _by_owner(
    owners: NDArray[np.int64], communicator: Communicator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(owners, kind="stable")
    return order, np.bincount(owners, minlength=communicator.size).astype(np.int64)
