"""
Messages of changing length from every rank to every rank, by one collective in the common case.

What the integers mean is the caller's business (an epoch's spikes, for one).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator

Message = NDArray[np.int32]
Lengths = NDArray[np.int64]

HEADER = 1
"""Entries of a row before the message; the only one is the message's length."""

SMALLEST_CAPACITY = 16


@dataclass(frozen=True)
class ExchangeStatistics:
    """
    What an exchange has done so far; equal on all ranks.

    Attributes
    ----------
    exchanges : int
        Calls of ``exchange``.
    collectives : int
        Communications made for them: one each, and one more for each overflow.
    overflows : int
        Exchanges in which some rank's message did not fit.
    shrinks : int
        How often the rows were cut down.
    capacity : int
        Entries that a message may have now without overflow.
    largest : int
        The longest message so far.
    """

    exchanges: int
    collectives: int
    overflows: int
    shrinks: int
    capacity: int
    largest: int


class Exchange(Protocol):
    """
    A way to bring each rank's message to the ranks that need it.

    An exchange along chosen neighbours only may leave the rows of other ranks at length 0.
    """

    @property
    def statistics(self) -> ExchangeStatistics:
        """What was done so far. Not collective."""
        ...

    def exchange(self, message: Message) -> tuple[Message, Lengths]:
        """
        Give this rank's message and return those of the ranks. **Collective.**

        Parameters
        ----------
        message : (n,) ndarray of int32
            C-contiguous; read before the call returns, and with one rank until the next call.

        Returns
        -------
        rows : (size, capacity) ndarray of int32
            ``rows[r, :lengths[r]]`` is rank r's message and what follows is arbitrary. A view that holds
            until the next call; contiguous along a row but not from row to row, and its width changes.
        lengths : (size,) ndarray of int64
            Lengths of the messages. The same array at each call.
        """
        ...


class AllgatherExchange:
    """
    Everything to everybody: a fixed-size allgather, and an allgatherv only when somebody overflowed.

    A row that travels is ``[length, entries ...]``, of 1 + capacity integers. The length is the true one
    even where the entries did not fit. All ranks see all lengths, so they agree without
    a word on whether a second collective follows and on what becomes of the capacity: it grows to the
    next power of two of the longest message at once, and shrinks to the next power of two of twice the
    longest when during ``patience`` exchanges no message filled a quarter of it.

    Parameters
    ----------
    communicator : Communicator
        Making an exchange is **collective**.
    capacity : int
        Entries that a message may have at first; the largest that any rank asks for is taken.
    patience : int
        Exchanges to look back on before shrinking.
    """

    def __init__(self, communicator: Communicator, capacity: int, patience: int = 1000) -> None:
        if capacity < 0 or patience < 1:
            raise ValueError(f"capacity {capacity} must be at least 0 and patience {patience} at least 1")
        self._communicator = communicator
        self._alone = communicator.size == 1
        self._patience = patience
        self._exchanges = 0
        self._overflows = 0
        self._shrinks = 0
        self._largest = 0
        self._recent_largest = 0
        self._recent = 0
        self._lengths = np.zeros(communicator.size, dtype=np.int64)
        self._set_capacity(max(communicator.allreduce_max(capacity), SMALLEST_CAPACITY))

    @property
    def statistics(self) -> ExchangeStatistics:
        """What was done so far. Not collective."""
        return ExchangeStatistics(
            exchanges=self._exchanges,
            collectives=0 if self._alone else self._exchanges + self._overflows,
            overflows=self._overflows,
            shrinks=self._shrinks,
            capacity=self._capacity,
            largest=self._largest,
        )

    def exchange(self, message: Message) -> tuple[Message, Lengths]:
        """
        Give this rank's message and return those of all ranks. **Collective.**

        See `Exchange.exchange`. With one rank the row is the message itself.
        """
        if message.dtype != np.int32 or message.ndim != 1:
            raise TypeError(
                f"a message is a one-dimensional array of int32, not {message.dtype}{message.shape}"
            )
        length = len(message)
        lengths = self._lengths
        self._exchanges += 1
        if self._alone:
            lengths[0] = length
            self._largest = max(self._largest, length)
            return message.reshape(1, -1), lengths

        send = self._send
        send[0] = length
        if length <= self._capacity:
            send[HEADER : HEADER + length] = message
        self._communicator.allgather_into(send, self._receive)
        lengths[:] = self._received_lengths
        longest = int(lengths[lengths.argmax()])

        if longest > self._capacity:
            self._gather_overflow(message, longest)
        # Taken before the capacity may shrink for the next exchange, which brings a new buffer.
        rows = self._rows
        self._remember(longest)
        return rows, lengths

    def _gather_overflow(self, message: Message, longest: int) -> None:
        """Fetch the messages that did not fit, and the others with them, into rows that are long enough."""
        self._overflows += 1
        entries, counts = self._communicator.allgatherv(message)
        self._set_capacity(_power_of_two(longest))
        start = 0
        for row, count in zip(self._rows, counts.tolist(), strict=True):
            row[:count] = entries[start : start + count]
            start += count

    def _remember(self, longest: int) -> None:
        self._recent += 1
        if longest > self._recent_largest:
            self._recent_largest = longest
            self._largest = max(self._largest, longest)
        if self._recent == self._patience:
            if 4 * self._recent_largest < self._capacity and self._capacity > SMALLEST_CAPACITY:
                self._shrinks += 1
                self._set_capacity(max(SMALLEST_CAPACITY, _power_of_two(2 * self._recent_largest)))
            self._recent = 0
            self._recent_largest = 0

    def _set_capacity(self, capacity: int) -> None:
        self._capacity = capacity
        if self._alone:
            return
        self._send = np.zeros(HEADER + capacity, dtype=np.int32)
        self._receive = np.zeros((self._communicator.size, HEADER + capacity), dtype=np.int32)
        self._received_lengths = self._receive[:, 0]
        self._rows = self._receive[:, HEADER:]


def _power_of_two(number: int) -> int:
    """Return the smallest power of two that is not less."""
    return 1 << max(0, number - 1).bit_length()
