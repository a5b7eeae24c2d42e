"""
Ranks as threads of one process: the parallel program without MPI, for tests and for debugging.

Values are pickled or copied on their way, as they are between processes, so that a rank which relies on
sharing an object with another fails here too. Unlike MPI, these ranks notice that they call different
collectives, or that one of them has left, and say so instead of waiting for ever.
"""

import pickle
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from distsim.comm.errors import AbortError, CollectiveError, PeerFailedError
from distsim.comm.protocol import Counts, Scalar, T
from distsim.comm.reductions import RankOrderReductions

Result = TypeVar("Result")

JOIN_S = 5.0
"""How long a run that has failed waits for ranks that are busy outside any collective."""


def run_in_threads(
    size: int,
    function: Callable[..., Result],
    *args: Any,
    timeout: float = 60.0,
    ranks_per_node: int | None = None,
) -> list[Result]:
    """
    Call a function on each of several ranks of one process, all at the same time.

    Parameters
    ----------
    size : int
        Number of ranks. Rank 0 is the calling thread, so that a debugger and Ctrl-C reach it.
    function : callable
        Called as ``function(communicator, *args)``, with the same args on every rank.
    timeout : float
        Seconds for which a rank waits in one collective before the run is given up as dead-locked.
    ranks_per_node : int, optional
        Ranks which appear to share a node; all of them unless given.

    Returns
    -------
    list
        What the function returned, in rank order.

    Raises
    ------
    Exception
        The first exception that any rank raised, with a note that says which rank; the others are
        released by a `PeerFailedError`.
    """
    if size < 1:
        raise ValueError(f"a run needs at least one rank, not {size}")
    team = _Team(size, timeout, ranks_per_node or size)
    results: dict[int, Result] = {}

    def run(rank: int) -> None:
        try:
            results[rank] = function(ThreadCommunicator(team, rank), *args)
        except BaseException as error:  # noqa: BLE001  (handed to the caller's thread, which raises it)
            team.fail(rank, error)
        else:
            team.finish(rank)

    threads = [threading.Thread(target=run, args=(r,), name=f"rank {r}", daemon=True) for r in range(1, size)]
    for thread in threads:
        thread.start()
    run(0)
    for thread in threads:
        while thread.is_alive() and team.failure is None:
            thread.join(0.1)
    if team.failure is not None:
        deadline = time.monotonic() + JOIN_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        rank, error = team.failure
        error.add_note(f"raised on rank {rank} of {size}")
        raise error
    return [results[rank] for rank in range(size)]


class _Team:
    """What the ranks of one `run_in_threads` share; everything here is guarded by one condition."""

    def __init__(self, size: int, timeout: float, ranks_per_node: int) -> None:
        self.size = size
        self.timeout = timeout
        self.ranks_per_node = ranks_per_node
        self.condition = threading.Condition()
        self.failure: tuple[int, BaseException] | None = None
        self.finished: set[int] = set()
        self.commands: dict[tuple[int, int], deque[bytes]] = {
            (root, rank): deque() for root in range(size) for rank in range(size)
        }
        self.letters: defaultdict[tuple[int, int], deque[NDArray[Any]]] = defaultdict(deque)
        self.everyone = _Meeting(self, range(size))
        self.nodes = [
            _Meeting(self, range(first, min(first + ranks_per_node, size)))
            for first in range(0, size, ranks_per_node)
        ]

    def fail(self, rank: int, error: BaseException) -> None:
        with self.condition:
            # Only the first is the cause: the others fail because they are released.
            if self.failure is None:
                self.failure = (rank, error)
            self.condition.notify_all()

    def finish(self, rank: int) -> None:
        with self.condition:
            self.finished.add(rank)
            self.condition.notify_all()

    def wait(
        self,
        rank: int,
        operation: str,
        done: Callable[[], bool],
        awaited: Callable[[], set[int]],
        timeout: float | None,
    ) -> None:
        """Wait until ``done``, for the ranks in ``awaited``; the caller holds the condition."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not done():
            if self.failure is not None:
                raise PeerFailedError(f"rank {self.failure[0]} failed while rank {rank} was in {operation}")
            gone = sorted(awaited() & self.finished)
            if gone:
                raise CollectiveError(
                    f"rank {rank} waits in {operation} for {_name(gone)}, which returned without joining it"
                )
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                raise CollectiveError(
                    f"rank {rank} waited {timeout:g} s in {operation} "
                    f"for {_name(sorted(awaited()))}: dead-lock?"
                )
            self.condition.wait(remaining)


@dataclass(eq=False)
class _Round:
    """One collective: what each member brought to it."""

    values: dict[int, Any] = field(default_factory=dict)
    operations: dict[int, str] = field(default_factory=dict)


class _Meeting:
    """Where a fixed set of ranks comes together, time and again."""

    def __init__(self, team: _Team, members: range) -> None:
        self.team = team
        self.members = members
        self.round = _Round()

    def join(self, rank: int, operation: str, value: Any) -> list[Any]:
        """Bring a value; return the values of all members, in rank order, when all are here."""
        team = self.team
        with team.condition:
            # A round is left behind by its last member, so nobody can overwrite it while others still read.
            this = self.round
            this.values[rank] = value
            this.operations[rank] = operation
            if len(this.values) == len(self.members):
                self.round = _Round()
                team.condition.notify_all()
            else:
                team.wait(
                    rank,
                    operation,
                    lambda: len(this.values) == len(self.members),
                    lambda: set(self.members) - set(this.values),
                    team.timeout,
                )
        if len(set(this.operations.values())) > 1:
            called = ", ".join(f"rank {r} {this.operations[r]}" for r in self.members)
            raise CollectiveError(f"the ranks call different collectives: {called}")
        return [this.values[r] for r in self.members]


class ThreadCommunicator(RankOrderReductions):
    """
    One of the ranks of `run_in_threads`, which makes it.

    Parameters
    ----------
    team : _Team
        Shared with the other ranks.
    rank : int
        This rank.
    """

    native = None

    def __init__(self, team: _Team, rank: int) -> None:
        self._team = team
        self._rank = rank
        self._node = team.nodes[rank // team.ranks_per_node]

    @property
    def rank(self) -> int:
        """Number of this rank."""
        return self._rank

    @property
    def size(self) -> int:
        """Number of ranks."""
        return self._team.size

    @property
    def node_rank(self) -> int:
        """Place of this rank on its pretended node."""
        return self._rank % self._team.ranks_per_node

    @property
    def node_leader(self) -> bool:
        """Whether this is the first rank of its pretended node."""
        return self.node_rank == 0

    def barrier(self) -> None:
        """Wait for all ranks. **Collective.**"""
        self._join("barrier", None)

    def broadcast(self, value: T | None, root: int = 0) -> T:
        """Give the root's value to every rank. **Collective.**"""
        return self._broadcast(self._team.everyone, value, self._checked(root))

    def gather(self, value: T, root: int = 0) -> list[T] | None:
        """Return the values of all ranks on the root. **Collective.**"""
        parcels = self._join(f"gather to rank {self._checked(root)}", pickle.dumps(value))
        return [pickle.loads(parcel) for parcel in parcels] if self._rank == root else None  # noqa: S301  (ours)

    def allgather(self, value: T) -> list[T]:
        """Return the values of all ranks. **Collective.**"""
        return [pickle.loads(parcel) for parcel in self._join("allgather", pickle.dumps(value))]  # noqa: S301

    def scatter(self, values: Sequence[T] | None, root: int = 0) -> T:
        """Hand one value of the root to each rank. **Collective.**"""
        parcels = None
        if self._rank == self._checked(root):
            if values is None or len(values) != self.size:
                raise ValueError(f"scatter to {self.size} ranks takes as many values")
            parcels = [pickle.dumps(value) for value in values]
        result: T = pickle.loads(self._join(f"scatter from rank {root}", parcels)[root][self._rank])  # noqa: S301
        return result

    def allgather_into(self, send: NDArray[Scalar], receive: NDArray[Scalar]) -> None:
        """Gather arrays of one fixed size. **Collective.**"""
        rows = self._join("allgather_into", send.copy())
        for row in rows:
            if receive.shape != (self.size, *row.shape) or receive.dtype != row.dtype:
                raise ValueError(f"cannot gather {row.dtype}{row.shape} into {receive.dtype}{receive.shape}")
        receive[...] = rows

    def allgatherv(self, send: NDArray[Scalar]) -> tuple[NDArray[Scalar], Counts]:
        """Gather arrays of any length to every rank. **Collective.**"""
        parts = self._join("allgatherv", send.copy())
        return np.concatenate(parts), _lengths(parts)

    def alltoallv(self, send: NDArray[Scalar], counts: Counts) -> tuple[NDArray[Scalar], Counts]:
        """Send a part of an array to each rank and receive one from each. **Collective.**"""
        if len(counts) != self.size or np.sum(counts) != send.size:
            raise ValueError(f"counts {counts} do not add up to the {send.size} entries to send")
        parcels = self._join("alltoallv", np.split(send.copy(), np.cumsum(counts)[:-1]))
        parts = [parcel[self._rank] for parcel in parcels]
        return np.concatenate(parts), _lengths(parts)

    def links(self, sources: Sequence[int], destinations: Sequence[int]) -> "ThreadLinks":
        """Return links to some other ranks."""
        return ThreadLinks(self._team, self._rank, tuple(sources), tuple(destinations))

    def node_barrier(self) -> None:
        """Wait for the ranks of this node. **Collective** over the node's ranks."""
        self._node.join(self._rank, "node_barrier", None)

    def leader_broadcast(self, value: T | None) -> T:
        """Give the leader's value to the ranks of its node. **Collective** over the node's ranks."""
        return self._broadcast(self._node, value, self._node.members[0])

    def send_command(self, value: T) -> T:
        """Send a value to all ranks that wait, or will wait, in `wait_for_broadcast`."""
        parcel = pickle.dumps(value)
        with self._team.condition:
            for rank in range(self.size):
                if rank != self._rank:
                    self._team.commands[self._rank, rank].append(parcel)
            self._team.condition.notify_all()
        return value

    def wait_for_broadcast(self, root: int = 0) -> Any:
        """Wait for the root's next command, however long."""
        if self._checked(root) == self._rank:
            raise RuntimeError(f"rank {root} cannot wait for a command of its own")
        inbox = self._team.commands[root, self._rank]
        with self._team.condition:
            self._team.wait(self._rank, "wait_for_broadcast", lambda: len(inbox) > 0, lambda: {root}, None)
            parcel = inbox.popleft()
        return pickle.loads(parcel)  # noqa: S301  (our own rank's)

    def abort(self, code: int, message: str) -> NoReturn:
        """Fail on this rank, which fails the whole `run_in_threads`."""
        raise AbortError(code, message)

    def _join(self, operation: str, value: Any) -> list[Any]:
        return self._team.everyone.join(self._rank, operation, value)

    def _broadcast(self, meeting: _Meeting, value: T | None, root: int) -> T:
        parcel = pickle.dumps(value) if self._rank == root else None
        parcels = meeting.join(self._rank, f"broadcast from rank {root}", parcel)
        own = self._rank == root
        result: T = value if own else pickle.loads(parcels[root - meeting.members[0]])  # type: ignore[assignment]  # noqa: S301
        return result

    def _checked(self, root: int) -> int:
        if not 0 <= root < self.size:
            raise ValueError(f"there is no rank {root} among {self.size}")
        return root


class ThreadLinks:
    """
    Links made of queues between threads.

    Parameters
    ----------
    team : _Team
        Shared with the other ranks.
    rank : int
        This rank.
    sources, destinations : tuple of int
        The ranks linked to.
    """

    def __init__(
        self, team: _Team, rank: int, sources: tuple[int, ...], destinations: tuple[int, ...]
    ) -> None:
        self._team = team
        self._rank = rank
        self._sources = sources
        self._destinations = destinations
        self._send: NDArray[Any] = np.empty(0)
        self._receive: Mapping[int, NDArray[Any]] = {}

    def bind(self, send: NDArray[Any], receive: Sequence[NDArray[Any]]) -> None:
        """Say between which places `swap` moves data from now on."""
        if len(receive) != len(self._sources):
            raise ValueError(f"{len(receive)} places for what comes from {len(self._sources)} ranks")
        self._send, self._receive = send, dict(enumerate(receive))

    def swap(self) -> None:
        """Send to all destinations and receive from all sources."""
        self.send_more(self._send, self._receive)

    def send_more(self, send: NDArray[Any] | None, receive: Mapping[int, NDArray[Any]]) -> None:
        """Send and receive once what the two ends of a link have agreed on otherwise."""
        team = self._team
        with team.condition:
            if send is not None:
                for destination in self._destinations:
                    team.letters[self._rank, destination].append(send.copy())
                team.condition.notify_all()
        for place, array in receive.items():
            letter = self._fetch(self._sources[place])
            if letter.shape != array.shape or letter.dtype != array.dtype:
                raise ValueError(
                    f"cannot put {letter.dtype}{letter.shape} of rank {self._sources[place]} "
                    f"into {array.dtype}{array.shape}"
                )
            array[...] = letter

    def _fetch(self, source: int) -> NDArray[Any]:
        team = self._team
        with team.condition:
            inbox = team.letters[source, self._rank]
            team.wait(
                self._rank,
                f"links to rank {source}",
                lambda: len(inbox) > 0,
                lambda: {source},
                team.timeout,
            )
            return inbox.popleft()


def _lengths(parts: Sequence[NDArray[Any]]) -> Counts:
    return np.array([part.size for part in parts], dtype=np.int64)


def _name(ranks: Sequence[int]) -> str:
    return ("rank " if len(ranks) == 1 else "ranks ") + ", ".join(map(str, ranks))
