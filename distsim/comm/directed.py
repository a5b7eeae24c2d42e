"""
Messages along links between chosen ranks, where each rank's are needed by few others.

The two ends of a link see the same lengths, so they agree without a word on whether a second message follows
and on how long the rows of the link are to be; ranks that share no link know nothing of each other's.
"""

from collections.abc import Callable, Sequence
from operator import gt

from distsim.comm.exchange import (
    HEADER,
    SMALLEST_CAPACITY,
    ExchangeStatistics,
    Message,
    Messages,
    Outgoing,
    check_sizes,
    power_of_two,
    shrunk,
)
from distsim.comm.protocol import Communicator


class DirectedExchange:
    """
    From each rank to its destinations: rows of fixed sizes, and a second message only where one overflowed.

    Each rank's row has a capacity of its own, known to the rank and its destinations. It grows and shrinks as
    in `AllgatherExchange`, by the lengths of that rank's messages alone.

    Parameters
    ----------
    communicator : Communicator
        Making an exchange is **collective**.
    sources, destinations : sequence of int
        Ranks whose messages this rank needs, and ranks that need this rank's: rank a is a source of
        rank b if and only if b is a destination of a. This rank's own message is always among those
        returned.
    capacity : int
        Integers that a message may have at first; the largest that any rank asks for is taken.
    patience : int
        Exchanges to look back on before shrinking.
    """

    way = "links"

    def __init__(
        self,
        communicator: Communicator,
        sources: Sequence[int],
        destinations: Sequence[int],
        capacity: int,
        patience: int = 1000,
    ) -> None:
        check_sizes(capacity, patience)
        own = communicator.rank
        ranks = sorted({*sources, own})
        self._own = ranks.index(own)
        self._others = [row for row, rank in enumerate(ranks) if rank != own]
        self._links = communicator.links(
            [rank for rank in ranks if rank != own], sorted({*destinations} - {own})
        )
        self._patience = patience
        self._exchanges = 0
        self._overflows = 0
        self._shrinks = 0
        self._largest = 0
        self._recent = 0
        self._recent_largest = [0] * len(ranks)
        self._set_capacities([max(communicator.allreduce_max(capacity), SMALLEST_CAPACITY)] * len(ranks))

    @property
    def statistics(self) -> ExchangeStatistics:
        """What was done so far. Not collective."""
        return ExchangeStatistics(
            exchanges=self._exchanges,
            communications=self._exchanges + self._overflows,
            overflows=self._overflows,
            shrinks=self._shrinks,
            capacity=self._capacities[self._own],
            largest=max(self._largest, *self._recent_largest),
        )

    def exchange(self, length: int, whole: Callable[[], Message]) -> Messages:
        """
        Give this rank's message and return its own and those of its sources. **Collective.**

        See `Exchange.exchange`. Returns when the sources' messages are here, whatever other ranks do.
        """
        self._exchanges += 1
        # This rank's message is written where it is returned.
        self._lengths[self._own] = length
        self._links.swap()
        lengths = self._lengths.tolist()
        if any(map(gt, lengths, self._capacities)):
            self._swap_overflow(lengths, whole)
        # Taken before rows may shrink for the next exchange, which brings new ones.
        rows = self._rows
        self._remember(lengths)
        return rows

    def _swap_overflow(self, lengths: list[int], whole: Callable[[], Message]) -> None:
        """Bring the messages that did not fit into rows that are long enough."""
        self._overflows += 1
        earlier, capacities = self._rows.integers, self._capacities
        over = [length > capacity for length, capacity in zip(lengths, capacities, strict=True)]
        self._set_capacities(
            [
                power_of_two(length) if longer else capacity
                for length, capacity, longer in zip(lengths, capacities, over, strict=True)
            ]
        )
        integers = self._rows.integers
        for row, (length, longer) in enumerate(zip(lengths, over, strict=True)):
            integers[row, 0] = length
            if not longer:
                integers[row, HEADER : HEADER + length] = earlier[row, HEADER : HEADER + length]
        if over[self._own]:
            self.outgoing.message[: lengths[self._own]] = whole()
        self._links.send_more(
            self.outgoing.message[: lengths[self._own]] if over[self._own] else None,
            {
                place: integers[row, HEADER : HEADER + lengths[row]]
                for place, row in enumerate(self._others)
                if over[row]
            },
        )

    def _remember(self, lengths: list[int]) -> None:
        self._recent += 1
        self._recent_largest = recent = list(map(max, self._recent_largest, lengths))
        if self._recent == self._patience:
            self._largest = max(self._largest, *recent)
            smaller = list(map(shrunk, self._capacities, recent))
            if smaller != self._capacities:
                self._shrinks += 1
                self._set_capacities(smaller)
            self._recent = 0
            self._recent_largest = [0] * len(recent)

    def _set_capacities(self, capacities: list[int]) -> None:
        self._capacities = capacities
        self._rows = Messages.allocate(len(capacities), max(capacities))
        self._lengths = self._rows.integers[:, 0]
        self.outgoing: Outgoing = self._rows.outgoing(self._own, capacities[self._own])
        travelling = [
            row[: HEADER + capacity] for row, capacity in zip(self._rows.integers, capacities, strict=True)
        ]
        self._links.bind(travelling[self._own], [travelling[row] for row in self._others])
