"""
Messages of changing length to the ranks that need them, by one communication in the common case.

What the integers mean is the caller's business (an epoch's spikes, for one). There are two ways: everything
to everybody (`AllgatherExchange`), and along links between chosen ranks (`distsim.comm.directed`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator

Message = NDArray[np.int32]

HEADER = 1
"""Integers of a row before the message; the only one is the message's length."""

SMALLEST_CAPACITY = 16


@dataclass(frozen=True)
class ExchangeStatistics:
    """
    What an exchange has done so far on this rank.

    Attributes
    ----------
    exchanges : int
        Calls of ``exchange``.
    communications : int
        What was made for them: one each, and one more for each that this rank had overflow in.
    overflows : int
        Exchanges in which a message that this rank has sent or received did not fit.
    shrinks : int
        How often rows were cut down.
    capacity : int
        Integers that this rank's next message may have without overflow.
    largest : int
        The longest message so far.
    """

    exchanges: int
    communications: int
    overflows: int
    shrinks: int
    capacity: int
    largest: int


@dataclass(frozen=True, slots=True, eq=False)
class Outgoing:
    """
    Where a rank's next message is to be written.

    Attributes
    ----------
    message : (room,) ndarray of int32
        The place itself.
    at : int
        Its address.
    room : int
        Integers that fit.
    """

    message: Message
    at: int
    room: int


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """
    Messages of several ranks side by side, in rank order.

    Attributes
    ----------
    integers : (count, HEADER + capacity) ndarray of int32
        Each row is ``[length, message ...]``, and what follows is arbitrary.
    at : int
        Address of the first message.
    stride : int
        Integers from one message to the next.
    count : int
        Number of messages.
    """

    integers: NDArray[np.int32]
    at: int
    stride: int
    count: int

    @classmethod
    def allocate(cls, count: int, capacity: int) -> "Messages":
        """Return empty messages."""
        integers = np.zeros((count, HEADER + capacity), np.int32)
        return cls(integers, _behind_header(integers), HEADER + capacity, count)

    @property
    def messages(self) -> list[Message]:
        """The messages, as views."""
        return [row[HEADER : HEADER + row[0]] for row in self.integers]

    def outgoing(self, row: int, room: int) -> Outgoing:
        """Return a row of these as the place of the next message."""
        return outgoing_in(self.integers[row], room)


def outgoing_in(row: NDArray[np.int32], room: int) -> Outgoing:
    """Return the place of a message in a row of its own."""
    return Outgoing(row[HEADER : HEADER + room], _behind_header(row), room)


def _behind_header(integers: NDArray[np.int32]) -> int:
    return integers.ctypes.data + HEADER * integers.itemsize


class Exchange(Protocol):
    """
    A way to bring each rank's message to the ranks that need it.

    Attributes
    ----------
    way : str
        Its name in reports.
    outgoing : Outgoing
        Where the next message is to be written; another one after some exchanges.
    """

    way: str
    outgoing: Outgoing

    @property
    def statistics(self) -> ExchangeStatistics:
        """What was done so far. Not collective."""
        ...

    def exchange(self, length: int, whole: Callable[[], Message]) -> Messages:
        """
        Give this rank's message, and return those that this rank needs, in rank order. **Collective.**

        Parameters
        ----------
        length : int
            Length of the message, which is in ``outgoing`` if there is room for it.
        whole : callable
            Gives the message if there is not.

        Returns
        -------
        Messages
            They hold until the next message is written.
        """
        ...


class AllgatherExchange:
    """
    Everything to everybody: a fixed-size allgather, and an allgatherv only when somebody overflowed.

    A row that travels has the length of its message also where the message did not fit. All ranks see all
    lengths, so they agree without
    a word on whether a second collective follows and on what becomes of the capacity: it grows to the
    next power of two of the longest message at once, and shrinks to the next power of two of twice the
    longest when during ``patience`` exchanges no message filled a quarter of it.

    Parameters
    ----------
    communicator : Communicator
        Making an exchange is **collective**.
    capacity : int
        Integers that a message may have at first; the largest that any rank asks for is taken.
    patience : int
        Exchanges to look back on before shrinking.
    """

    way = "allgather"

    def __init__(self, communicator: Communicator, capacity: int, patience: int = 1000) -> None:
        check_sizes(capacity, patience)
        self._communicator = communicator
        self._gather = communicator.allgather_into
        self._patience = patience
        self._exchanges = 0
        self._overflows = 0
        self._shrinks = 0
        self._largest = 0
        self._recent_largest = 0
        self._recent = 0
        self._set_capacity(max(communicator.allreduce_max(capacity), SMALLEST_CAPACITY))

    @property
    def statistics(self) -> ExchangeStatistics:
        """What was done so far. Not collective."""
        return ExchangeStatistics(
            exchanges=self._exchanges,
            communications=self._exchanges + self._overflows,
            overflows=self._overflows,
            shrinks=self._shrinks,
            capacity=self._capacity,
            largest=self._largest,
        )

    def exchange(self, length: int, whole: Callable[[], Message]) -> Messages:
        """Give this rank's message and return those of all ranks; see `Exchange.exchange`. **Collective.**"""
        self._exchanges += 1
        send = self._send
        send[0] = length
        self._gather(send, self._rows.integers)
        longest = max(self._lengths.tolist())
        if longest > self._capacity:
            fits = length <= self._capacity
            self._gather_overflow(self.outgoing.message[:length] if fits else whole(), longest)
        # Taken before the capacity may shrink for the next exchange, which brings a new buffer.
        rows = self._rows
        self._remember(longest)
        return rows

    def _gather_overflow(self, message: Message, longest: int) -> None:
        """Fetch the messages that did not fit, and the others with them, into rows that are long enough."""
        self._overflows += 1
        entries, counts = self._communicator.allgatherv(message)
        self._set_capacity(power_of_two(longest))
        start = 0
        for row, count in zip(self._rows.integers, counts.tolist(), strict=True):
            row[0] = count
            row[HEADER : HEADER + count] = entries[start : start + count]
            start += count

    def _remember(self, longest: int) -> None:
        self._recent += 1
        if longest > self._recent_largest:
            self._recent_largest = longest
            self._largest = max(self._largest, longest)
        if self._recent == self._patience:
            smaller = shrunk(self._capacity, self._recent_largest)
            if smaller < self._capacity:
                self._shrinks += 1
                self._set_capacity(smaller)
            self._recent = 0
            self._recent_largest = 0

    def _set_capacity(self, capacity: int) -> None:
        self._capacity = capacity
        self._send = np.zeros(HEADER + capacity, dtype=np.int32)
        self._rows = Messages.allocate(self._communicator.size, capacity)
        self._lengths = self._rows.integers[:, 0]
        self.outgoing = outgoing_in(self._send, capacity)


def check_sizes(capacity: int, patience: int) -> None:
    """Refuse sizes that no exchange can have."""
    if capacity < 0 or patience < 1:
        raise ValueError(f"capacity {capacity} must be at least 0 and patience {patience} at least 1")


def shrunk(capacity: int, longest: int) -> int:
    """Return the capacity of a row whose longest message of late was ``longest``."""
    if 4 * longest < capacity:
        return min(capacity, max(SMALLEST_CAPACITY, power_of_two(2 * longest)))
    return capacity


def power_of_two(number: int) -> int:
    """Return the smallest power of two that is not less."""
    return 1 << max(0, number - 1).bit_length()
