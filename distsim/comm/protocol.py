"""
What the rest of distsim may ask of the other ranks.

A communicator moves values between the ranks of one run and knows nothing of neurons. There are three:
one rank alone (`serial`), ranks as threads of one process (`threads`) and MPI processes (`mpi`).

A method marked **collective** is called by every rank, in the same order and with the same ``root``; whatever
decides whether it is called must therefore be known to all ranks. The others may be called by any rank at
any time.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Scalar = TypeVar("Scalar", bound=np.generic)
Reducible = TypeVar("Reducible", int, float, NDArray[Any])

Counts = NDArray[np.int64]
"""Number of entries from or for each rank, shape (size,)."""


class Links(Protocol):
    """The links of a rank to some others, along which arrays of fixed size travel time and again."""

    def bind(self, send: NDArray[Any], receive: Sequence[NDArray[Any]]) -> None:
        """
        Say between which places `swap` moves data from now on. Not collective.

        Parameters
        ----------
        send : ndarray
            C-contiguous; goes to all destinations.
        receive : sequence of ndarray
            C-contiguous, one for each source, of the size and dtype of what that source sends.
        """
        ...

    def swap(self) -> None:
        """Send to all destinations and receive from all sources. **Collective** over linked ranks."""
        ...

    def send_more(self, send: NDArray[Any] | None, receive: Mapping[int, NDArray[Any]]) -> None:
        """
        Send and receive once what the two ends of a link have agreed on otherwise.

        Parameters
        ----------
        send : ndarray or None
            Goes to all destinations; None if they expect nothing.
        receive : mapping of int to ndarray
            Where to put what comes, by the source's place among the sources.
        """
        ...


class Communicator(Protocol):
    """The ranks of one run, seen from one of them."""

    @property
    def rank(self) -> int:
        """Number of this rank, from 0 to ``size - 1``. Not collective."""
        ...

    @property
    def size(self) -> int:
        """Number of ranks. Not collective."""
        ...

    @property
    def node_rank(self) -> int:
        """Place of this rank among those that share its node's memory, from 0. Not collective."""
        ...

    @property
    def node_leader(self) -> bool:
        """Whether this is the first rank of its node. Not collective."""
        ...

    @property
    def native(self) -> Any:
        """The mpi4py communicator for a library that does its own MPI (h5py), or None. Not collective."""
        ...

    def barrier(self) -> None:
        """Wait, without spinning, until every rank is here. **Collective.**"""
        ...

    def broadcast(self, value: T | None, root: int = 0) -> T:
        """
        Give the root's value to every rank. **Collective.**

        Parameters
        ----------
        value : object
            On the root anything that can be pickled; ignored elsewhere.
        root : int
            The rank that gives.

        Returns
        -------
        object
            On the root the value itself, elsewhere a copy.
        """
        ...

    def gather(self, value: T, root: int = 0) -> list[T] | None:
        """Return the values of all ranks, in rank order, on the root and None elsewhere. **Collective.**"""
        ...

    def allgather(self, value: T) -> list[T]:
        """
        Return the values of all ranks, in rank order. **Collective.**

        For values of agreement (counts, names, errors); arrays travel by `gather` or `allgatherv`.
        """
        ...

    def scatter(self, values: Sequence[T] | None, root: int = 0) -> T:
        """Hand ``values[r]`` of the root, one a rank, to rank r. **Collective.**"""
        ...

    def allreduce_sum(self, value: Reducible) -> Reducible:
        """
        Add the values of all ranks, in rank order. **Collective.**

        The result is the same on every rank and in every run on so many ranks. A sum of floats still depends
        on *how many* ranks there are: what must not, has to be added in an order of its own.

        Parameters
        ----------
        value : int, float or ndarray
            An array has the same shape and dtype on every rank.
        """
        ...

    def allreduce_min(self, value: Reducible) -> Reducible:
        """Return the (elementwise) minimum over the ranks; a nan anywhere gives nan. **Collective.**"""
        ...

    def allreduce_max(self, value: Reducible) -> Reducible:
        """Return the (elementwise) maximum over the ranks; a nan anywhere gives nan. **Collective.**"""
        ...

    def exclusive_sum(self, value: int) -> int:
        """Return the sum of the values of the ranks before this one, 0 on rank 0. **Collective.**"""
        ...

    def allgather_into(self, send: NDArray[Scalar], receive: NDArray[Scalar]) -> None:
        """
        Gather arrays of one fixed size into an array that is there already. **Collective.**

        Parameters
        ----------
        send : ndarray
            C-contiguous, the same shape and dtype on every rank.
        receive : ndarray
            Shape ``(size, *send.shape)``, C-contiguous; row r becomes rank r's ``send``.
        """
        ...

    def allgatherv(self, send: NDArray[Scalar]) -> tuple[NDArray[Scalar], Counts]:
        """
        Gather arrays of any length to every rank. **Collective.**

        Parameters
        ----------
        send : (n_rank,) ndarray
            The same dtype on every rank. At most 2**31 - 1 entries over all ranks.

        Returns
        -------
        data : (sum of n_rank,) ndarray
            The arrays one after the other, in rank order.
        counts : (size,) ndarray of int64
            Number of entries from each rank.
        """
        ...

    def alltoallv(self, send: NDArray[Scalar], counts: Counts) -> tuple[NDArray[Scalar], Counts]:
        """
        Send a part of an array to each rank and receive one from each. **Collective.**

        Parameters
        ----------
        send : (sum of counts,) ndarray
            What goes to rank 0, then what goes to rank 1, and so on. The same dtype on every rank.
        counts : (size,) ndarray of int64
            Number of entries for each rank.

        Returns
        -------
        data : ndarray
            What came, in order of the rank it came from.
        counts : (size,) ndarray of int64
            Number of entries from each rank.
        """
        ...

    def links(self, sources: Sequence[int], destinations: Sequence[int]) -> Links:
        """
        Return links to some other ranks. Not collective; one set of links is in use at a time.

        Parameters
        ----------
        sources, destinations : sequence of int
            Distinct ranks, this one not among them. Rank a is a source of rank b if and only if b is
            a destination of a.
        """
        ...

    def node_barrier(self) -> None:
        """Wait, without spinning, for the ranks of this node. **Collective** over the node's ranks."""
        ...

    def leader_broadcast(self, value: T | None) -> T:
        """
        Give the value of each node's leader to the ranks of its node. **Collective** over the node's ranks.

        The ranks wait for their leader without spinning, so it may compile or read files first.
        """
        ...

    def send_command(self, value: T) -> T:
        """
        Send a value to all other ranks, which take it by `wait_for_broadcast`.

        **Collective** in the sense that each command sent is awaited once by every other rank. Returns
        without waiting for ranks that are still busy, unless the command is large.

        Returns
        -------
        object
            The value itself.
        """
        ...

    def wait_for_broadcast(self, root: int = 0) -> Any:
        """
        Wait for the root's next `send_command`, however long, without keeping a core busy.

        Returns
        -------
        object
            A copy of the value that the root sent.
        """
        ...

    def abort(self, code: int, message: str) -> NoReturn:
        """
        End all ranks with a non-zero status, whatever they are doing. Not collective.

        Parameters
        ----------
        code : int
            Exit status, 1 to 255.
        message : str
            Goes to standard error; if several ranks abort at about the same time, that of the lowest alone.
        """
        ...
