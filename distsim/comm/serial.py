"""The communicator of a run on one rank: nothing is moved, nothing is copied, MPI is never loaded."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Counts, Reducible, Scalar, T


class NoLinks:
    """The links of a rank that is alone."""

    def bind(self, send: NDArray[Any], receive: Sequence[NDArray[Any]]) -> None:
        """Do nothing."""

    def swap(self) -> None:
        """Do nothing."""

    def send_more(self, send: NDArray[Any] | None, receive: Mapping[int, NDArray[Any]]) -> None:
        """Do nothing."""


class SerialCommunicator:
    """One rank, which is the driver and the only worker."""

    rank = 0
    size = 1
    node_rank = 0
    node_leader = True
    native = None

    def barrier(self) -> None:
        """Do nothing: every rank is here."""

    def broadcast(self, value: T | None, root: int = 0) -> T:
        """Return the value itself."""
        _check_root(root)
        return value  # type: ignore[return-value]  # the root's value is never the absent None

    def gather(self, value: T, root: int = 0) -> list[T] | None:
        """Return the one value, in a list."""
        _check_root(root)
        return [value]

    def allgather(self, value: T) -> list[T]:
        """Return the one value, in a list."""
        return [value]

    def scatter(self, values: Sequence[T] | None, root: int = 0) -> T:
        """Return the one value."""
        _check_root(root)
        if values is None or len(values) != 1:
            raise ValueError("scatter on one rank takes a sequence of one value")
        return values[0]

    def allreduce_sum(self, value: Reducible) -> Reducible:
        """Return the value (a copy of an array, as on many ranks)."""
        return value.copy() if isinstance(value, np.ndarray) else value

    def allreduce_min(self, value: Reducible) -> Reducible:
        """Return the value (a copy of an array, as on many ranks)."""
        return self.allreduce_sum(value)

    def allreduce_max(self, value: Reducible) -> Reducible:
        """Return the value (a copy of an array, as on many ranks)."""
        return self.allreduce_sum(value)

    def exclusive_sum(self, value: int) -> int:  # noqa: ARG002  (the protocol's signature)
        """Return 0: there is no rank before this one."""
        return 0

    def allgather_into(self, send: NDArray[Scalar], receive: NDArray[Scalar]) -> None:
        """Copy the one row."""
        if receive.shape != (1, *send.shape) or receive.dtype != send.dtype:
            raise ValueError(f"cannot gather {send.dtype}{send.shape} into {receive.dtype}{receive.shape}")
        receive[0] = send

    def allgatherv(self, send: NDArray[Scalar]) -> tuple[NDArray[Scalar], Counts]:
        """Return a copy of the array and its length."""
        return send.copy(), np.array([send.size], dtype=np.int64)

    def alltoallv(self, send: NDArray[Scalar], counts: Counts) -> tuple[NDArray[Scalar], Counts]:
        """Return a copy of the array and its length."""
        if len(counts) != 1 or counts[0] != send.size:
            raise ValueError(f"counts {counts} do not add up to the {send.size} entries to send")
        return self.allgatherv(send)

    def links(self, sources: Sequence[int], destinations: Sequence[int]) -> NoLinks:
        """Return links to nobody."""
        if sources or destinations:
            raise ValueError("a run on one rank has no other ranks to link it with")
        return NoLinks()

    def node_barrier(self) -> None:
        """Do nothing: every rank is here."""

    def leader_broadcast(self, value: T | None) -> T:
        """Return the value itself."""
        return self.broadcast(value)

    def send_command(self, value: T) -> T:
        """Return the value itself: there is nobody to send it to."""
        return value

    def wait_for_broadcast(self, root: int = 0) -> Any:
        """Refuse: the one rank would wait for itself."""
        raise RuntimeError(f"rank 0 is alone and cannot wait for a command of rank {root}")

    def abort(self, code: int, message: str) -> NoReturn:
        """Write the message and leave the process."""
        sys.stderr.write(message if message.endswith("\n") else message + "\n")
        raise SystemExit(code if 0 < code < 256 else 1)


def _check_root(root: int) -> None:
    if root != 0:
        raise ValueError(f"there is no rank {root} in a run on one rank")
