"""
The communicator over MPI processes, and the only module that imports mpi4py.

Importing it loads the MPI library, so only `distsim.comm.world` does, and only in a process that a launcher
started. `start` then starts MPI: the library's name can be read before, and some fail badly under a foreign
launcher. Arrays travel as bytes of their item size: any dtype without objects, up to 2**31 - 1 entries
a message.
"""

import pickle
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import mpi4py
import numpy as np
from numpy.typing import NDArray

from distsim.comm.backoff import Backoff
from distsim.comm.protocol import Counts, Scalar, T
from distsim.comm.reductions import RankOrderReductions

# mpi4py reads these when its MPI is imported.
mpi4py.rc.initialize = False
mpi4py.rc.finalize = True

from mpi4py import MPI  # noqa: E402
from mpi4py.util import pkl5  # noqa: E402

INLINE_BYTES = 1 << 14
"""The largest pickled command that travels in the message that announces it."""

COMMAND_TAG = 1
ALARM_TAG = 2
SWAP_TAG = 3
MORE_TAG = 4

GRACE_S = 0.25
"""How long an aborting rank listens for a lower one that aborts as well."""

LAST_RESORT_S = 2.0
"""How long it then leaves to that lower one to end the run."""


def library_name() -> str:
    """Return the MPI library's own name and version. Allowed before `start`."""
    return " ".join(MPI.Get_library_version().rstrip("\x00").splitlines()[0].split(",")[0].split())


def start() -> None:
    """Start MPI, unless something in this process already has; it ends with the process. **Collective.**"""
    if not MPI.Is_initialized():
        with warnings.catch_warnings():
            # mpi4py's hint at a foreign launcher: whoever starts MPI looks at the size of the world.
            warnings.filterwarnings("ignore", "suspicious MPI execution environment", RuntimeWarning)
            MPI.Init_thread()


class MpiCommunicator(RankOrderReductions):
    """
    The ranks of an MPI communicator, once MPI is started. Making one is **collective**.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm, optional
        Duplicated, so that messages of others never meet ours; MPI's world unless given.
    """

    def __init__(self, communicator: MPI.Intracomm = MPI.COMM_WORLD) -> None:
        self._communicator = communicator.Dup()
        # Commands and alarms come unannounced; on their own communicator no collective can take them.
        self._mail = communicator.Dup()
        # Messages along links match those of no collective either.
        self._linked = communicator.Dup()
        self._node = self._communicator.Split_type(MPI.COMM_TYPE_SHARED, self._communicator.rank)
        # Out-of-band pickling carries large arrays without a second copy and beyond 2 GiB.
        self._objects = pkl5.Intracomm(self._communicator)
        self._node_objects = pkl5.Intracomm(self._node)
        self._rank = self._communicator.Get_rank()
        self._size = self._communicator.Get_size()
        self._item_types: dict[int, MPI.Datatype] = {}

    @property
    def rank(self) -> int:
        """Number of this rank."""
        return self._rank

    @property
    def size(self) -> int:
        """Number of ranks."""
        return self._size

    @property
    def node_rank(self) -> int:
        """Place of this rank on its node."""
        return self._node.Get_rank()

    @property
    def node_leader(self) -> bool:
        """Whether this is the first rank of its node."""
        return self.node_rank == 0

    @property
    def native(self) -> MPI.Intracomm:
        """The mpi4py communicator."""
        return self._communicator

    def barrier(self) -> None:
        """Wait for all ranks. **Collective.**"""
        _wait(self._communicator.Ibarrier())

    def broadcast(self, value: T | None, root: int = 0) -> T:
        """Give the root's value to every rank. **Collective.**"""
        result: T = self._objects.bcast(value, root)
        return result

    def gather(self, value: T, root: int = 0) -> list[T] | None:
        """Return the values of all ranks on the root. **Collective.**"""
        return self._objects.gather(value, root)

    def allgather(self, value: T) -> list[T]:
        """Return the values of all ranks. **Collective.**"""
        # Plain pickling: several times quicker than the other for the small values this is for.
        return self._communicator.allgather(value)

    def scatter(self, values: Sequence[T] | None, root: int = 0) -> T:
        """Hand one value of the root to each rank. **Collective.**"""
        if self._rank == root and (values is None or len(values) != self._size):
            raise ValueError(f"scatter to {self._size} ranks takes as many values")
        result: T = self._objects.scatter(values, root)
        return result

    def allgather_into(self, send: NDArray[Scalar], receive: NDArray[Scalar]) -> None:
        """Gather arrays of one fixed size. **Collective.**"""
        if receive.nbytes != self._size * send.nbytes or receive.dtype != send.dtype:
            raise ValueError(f"cannot gather {send.dtype}{send.shape} into {receive.dtype}{receive.shape}")
        self._communicator.Allgather([send, MPI.BYTE], [receive, MPI.BYTE])

    def allgatherv(self, send: NDArray[Scalar]) -> tuple[NDArray[Scalar], Counts]:
        """Gather arrays of any length to every rank. **Collective.**"""
        item = self._item_type(send.dtype)
        counts = np.empty(self._size, dtype=np.int64)
        self._communicator.Allgather(np.array([send.size], dtype=np.int64), counts)
        data = np.empty(int(counts.sum()), dtype=send.dtype)
        self._communicator.Allgatherv(
            [_bytes(send), send.size, item], [_bytes(data), (counts, _starts(counts)), item]
        )
        return data, counts

    def alltoallv(self, send: NDArray[Scalar], counts: Counts) -> tuple[NDArray[Scalar], Counts]:
        """Send a part of an array to each rank and receive one from each. **Collective.**"""
        counts = np.ascontiguousarray(counts, dtype=np.int64)
        if counts.size != self._size or counts.sum() != send.size:
            raise ValueError(f"counts {counts} do not add up to the {send.size} entries to send")
        item = self._item_type(send.dtype)
        arriving = np.empty(self._size, dtype=np.int64)
        self._communicator.Alltoall(counts, arriving)
        data = np.empty(int(arriving.sum()), dtype=send.dtype)
        self._communicator.Alltoallv(
            [_bytes(send), (counts, _starts(counts)), item],
            [_bytes(data), (arriving, _starts(arriving)), item],
        )
        return data, arriving

    def links(self, sources: Sequence[int], destinations: Sequence[int]) -> "MpiLinks":
        """Return links to some other ranks."""
        return MpiLinks(self._linked, tuple(sources), tuple(destinations))

    def node_barrier(self) -> None:
        """Wait for the ranks of this node. **Collective** over the node's ranks."""
        _wait(self._node.Ibarrier())

    def leader_broadcast(self, value: T | None) -> T:
        """Give the leader's value to the ranks of its node. **Collective** over the node's ranks."""
        # The leader may be compiling: wait for it politely before the broadcast, which spins.
        self.node_barrier()
        result: T = self._node_objects.bcast(value, 0)
        return result

    def send_command(self, value: T) -> T:
        """Send a value to all ranks that wait, or will wait, in `wait_for_broadcast`."""
        # One message to each rank, not MPI's tree of non-blocking broadcasts: in a tree a command passes
        # through ranks that sleep, one pause a level.
        parcel = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        inline = len(parcel) <= INLINE_BYTES
        # An empty message announces that the command itself follows by a collective broadcast.
        letter = parcel if inline else b""
        others = (rank for rank in range(self._size) if rank != self._rank)
        MPI.Request.Waitall([self._mail.Isend([letter, MPI.BYTE], rank, COMMAND_TAG) for rank in others])
        if not inline:
            self._objects.bcast(value, self._rank)
        return value

    def wait_for_broadcast(self, root: int = 0) -> Any:
        """Wait for the root's next command, however long, with growing pauses."""
        if root == self._rank:
            raise RuntimeError(f"rank {root} cannot wait for a command of its own")
        status = MPI.Status()
        backoff = Backoff()
        while not self._mail.Iprobe(root, COMMAND_TAG, status):
            backoff.pause()
        letter = bytearray(status.Get_count(MPI.BYTE))
        self._mail.Recv([letter, MPI.BYTE], root, COMMAND_TAG)
        if letter:
            return pickle.loads(letter)  # noqa: S301  (from our own root, not from a file)
        return self._objects.bcast(None, root)

    def abort(self, code: int, message: str) -> NoReturn:
        """End all ranks; of those that abort at about the same time the lowest writes its message."""
        if self._is_lowest_aborting():
            sys.stderr.write(message if message.endswith("\n") else message + "\n")
            sys.stderr.flush()
        else:
            time.sleep(LAST_RESORT_S)
        self._communicator.Abort(code if 0 < code < 256 else 1)
        raise SystemExit(1)  # Abort does not return, but its signature does not say so.

    def _is_lowest_aborting(self) -> bool:
        """
        Tell the higher ranks that this one aborts, and listen whether a lower one does.

        An error is often the same on every rank, and the user should read it once. No collective can
        decide who speaks, as most ranks may be anywhere, so each aborting rank sends a letter upwards.
        """
        try:
            for rank in range(self._rank + 1, self._size):
                self._mail.Isend([b"", MPI.BYTE], rank, ALARM_TAG)
            if self._rank == 0:
                return True
            deadline = time.monotonic() + GRACE_S
            while time.monotonic() < deadline:
                if self._mail.Iprobe(MPI.ANY_SOURCE, ALARM_TAG):
                    return False
                time.sleep(1e-3)
        except MPI.Exception:
            # MPI itself is what failed: better two messages than none.
            return True
        return True

    def _item_type(self, dtype: np.dtype[Any]) -> MPI.Datatype:
        if dtype.hasobject:
            raise TypeError(f"arrays of {dtype} hold Python objects, which cannot travel between ranks")
        if dtype.itemsize not in self._item_types:
            self._item_types[dtype.itemsize] = MPI.BYTE.Create_contiguous(dtype.itemsize).Commit()
        return self._item_types[dtype.itemsize]


class MpiLinks:
    """
    Links made of persistent requests, which cost a quarter of what new ones would at each swap.

    A neighbourhood collective would cost the same, but a second message along some links only is not in its
    power.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm
        For messages along links alone.
    sources, destinations : tuple of int
        The ranks linked to.
    """

    def __init__(
        self, communicator: MPI.Intracomm, sources: tuple[int, ...], destinations: tuple[int, ...]
    ) -> None:
        self._communicator = communicator
        self._sources = sources
        self._destinations = destinations
        self._requests: list[MPI.Prequest] = []

    def bind(self, send: NDArray[Any], receive: Sequence[NDArray[Any]]) -> None:
        """Say between which places `swap` moves data from now on."""
        self._free()
        communicator = self._communicator
        self._requests = [
            communicator.Recv_init([array, MPI.BYTE], source, SWAP_TAG)
            for source, array in zip(self._sources, receive, strict=True)
        ]
        self._requests += [
            communicator.Send_init([send, MPI.BYTE], destination, SWAP_TAG)
            for destination in self._destinations
        ]

    def swap(self) -> None:
        """Send to all destinations and receive from all sources."""
        MPI.Prequest.Startall(self._requests)
        MPI.Request.Waitall(self._requests)

    def send_more(self, send: NDArray[Any] | None, receive: Mapping[int, NDArray[Any]]) -> None:
        """Send and receive once what the two ends of a link have agreed on otherwise."""
        communicator = self._communicator
        requests = [
            communicator.Irecv([array, MPI.BYTE], self._sources[place], MORE_TAG)
            for place, array in receive.items()
        ]
        if send is not None:
            requests += [
                communicator.Isend([send, MPI.BYTE], destination, MORE_TAG)
                for destination in self._destinations
            ]
        MPI.Request.Waitall(requests)

    def _free(self) -> None:
        for request in self._requests:
            request.Free()
        self._requests = []

    def __del__(self) -> None:
        """Give MPI's part of the requests back, which Python's does not when it is collected."""
        if not MPI.Is_finalized():
            self._free()


def _wait(request: MPI.Request) -> None:
    backoff = Backoff()
    while not request.Test():
        backoff.pause()


def _bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _starts(counts: Counts) -> Counts:
    return np.concatenate(([0], np.cumsum(counts)[:-1]))
