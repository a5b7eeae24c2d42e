"""Mirrors: copies of variables of neurons or synapses that other ranks hold, refreshed where they are needed.

Which mirrors there are and when they are refreshed follows from the step program
(`distsim.program.breaks`); here is what this rank wants, and how the values come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.engine.groups import Groups
from distsim.engine.plan import Plan
from distsim.engine.state import State, padded
from distsim.kernels.emit import Attribute
from distsim.network import Subgroup
from distsim.program.breaks import mirrors_of
from distsim.program.operation import Distant, Key, Reach, Variable


class Transport(Protocol):
    """How values come from the ranks that hold them."""

    def fetch(self, variable: Variable, wanted: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Put the values that are `wanted` into the front of `values`.  Collective.

        Parameters
        ----------
        wanted
            Places among the values of all ranks, taken rank by rank: of neurons, these are their numbers.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Every rank receives all values, and takes those that it wants."""

    state: State
    communicator: Communicator

    def fetch(self, variable: Variable, wanted: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Put the values that are `wanted` into the front of `values`.  Collective."""
        local = self.state.integer(variable.owner, "", Attribute.LOCAL)
        own = self.state.arrays[variable.key][:local]
        if self.communicator.size > 1:
            # A truth value is a byte to every communicator.
            own = self.communicator.allgatherv(own.view(np.uint8) if own.dtype == bool else own)[0]
        values[: len(wanted)] = own[wanted]


@dataclass(slots=True, eq=False)
class Mirrors:
    """The mirrors of one rank.

    Parameters
    ----------
    wanted
        For each mirror the places of what it copies, among the values of all ranks taken rank by rank.
    """

    groups: Groups
    transport: Transport
    mirrors: dict[Key, Distant]
    wanted: dict[Key, NDArray[np.int64]]

    @classmethod
    def prepare(cls, plan: Plan, groups: Groups) -> Mirrors:
        """Make the arrays of all mirrors that a program reads, and those that tell where to read."""
        alone = groups.communicator.size == 1
        operations = [operation for loop in plan.program.turn for operation in loop.operations]
        for operation in operations:
            for binding in operation.scope.values():
                if isinstance(binding, Distant):
                    _store_places(plan, groups, binding, alone=alone)
        found = {m.mirror: m for m in mirrors_of(plan.program.turn, alone=alone)}
        wanted = {key: _wanted(plan, groups, mirror) for key, mirror in found.items()}
        for key, mirror in found.items():
            dtype = mirror.variable.storage.value
            groups.state.arrays[key] = np.zeros(padded(len(wanted[key])), dtype)
        return cls(groups, Gathered(groups.state, groups.communicator), found, wanted)

    def fill(self) -> None:
        """Refresh all mirrors.  Collective."""
        self.refresh(self.mirrors.values())

    def refresh(self, mirrors: Iterable[Distant]) -> None:
        """Refresh some mirrors, the same on all ranks.  Collective."""
        for mirror in mirrors:
            array = self.groups.state.arrays[mirror.mirror]
            self.transport.fetch(mirror.variable, self.wanted[mirror.mirror], array)


def _store_places(plan: Plan, groups: Groups, binding: Distant, *, alone: bool) -> None:
    """Store what tells an element its place: in the variable's own array on one rank, else in the mirror."""
    state, reader = groups.state, binding.reader
    if binding.reach is Reach.SOURCE:
        synapses = groups.tables[reader]
        first = synapses.projection.source.start
        state.set_integer(reader, "_place", Attribute.FIRST, first if alone else 0)
        places = np.empty(0, np.int32)
        if alone and synapses.source_end.scattered:
            places = synapses.source_end.places(synapses.sources).astype(np.int32)
        elif not alone and len(state.arrays[reader, "_present"]):
            counts = np.diff(state.arrays[reader, "_row_start"])
            places = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        state.arrays[reader, "_place"] = places
        return
    link = plan.program.neurons[reader].links[binding.via]
    # Only one rank alone reads the variable's own array.
    state.set_integer(reader, binding.via, Attribute.FIRST, link.source.start)
    state.set_integer(reader, binding.via, Attribute.LENGTH, link.source.size)
    if binding.reach is Reach.TABLE:
        table = np.zeros(padded(len(groups.block(reader))), np.int32)
        chosen = _linked(link.source, link.index, groups.block(reader))
        table[: len(chosen)] = chosen
        state.arrays[reader, f"{binding.via} table"] = table


def _wanted(plan: Plan, groups: Groups, mirror: Distant) -> NDArray[np.int64]:
    """Return whose values a mirror on this rank holds."""
    if mirror.reach is Reach.SOURCE:
        source = groups.tables[mirror.reader].source_end
        return source.positions(groups.tables[mirror.reader].rows.numbers)
    link = plan.program.neurons[mirror.reader].links[mirror.via]
    if mirror.reach in (Reach.ONE, Reach.INDEX):
        return np.arange(link.source.start, link.source.stop)
    return _linked(link.source, link.index, groups.block(mirror.reader))


def _linked(source: Subgroup, index: NDArray[np.int64] | str | None, block: range) -> NDArray[np.int64]:
    """Return the neuron that each neuron of a block is linked to."""
    if isinstance(index, np.ndarray):
        return index[block.start : block.stop].astype(np.int64) + source.start
    return np.arange(block.start, block.stop) + source.start
