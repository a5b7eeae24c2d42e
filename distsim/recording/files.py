"""Names of unfinished files, and the step that makes a file final.

Every file is written as ``NAME.part`` beside its final place and renamed once it is complete and on disk,
so a file without that suffix is always whole.  A run that is stopped in an orderly way leaves a readable
``NAME.part`` with all it had recorded.  A run that is killed may leave a ``NAME.part`` that HDF5 cannot open,
or the hidden folder ``.NAME.ranks`` with what each rank had written.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from distsim.recording.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from distsim.comm.protocol import Communicator

PARTIAL_SUFFIX = ".part"
RANKS_SUFFIX = ".ranks"

T = TypeVar("T")


def partial_path(path: Path) -> Path:
    """Return the name under which the file `path` is written."""
    return path.with_name(path.name + PARTIAL_SUFFIX)


def ranks_folder(path: Path) -> Path:
    """Return the hidden folder that holds the ranks' own parts of the file `path`."""
    return path.with_name(f".{path.name}{RANKS_SUFFIX}")


def publish(path: Path) -> None:
    """Flush the partial file of `path` to disk and give it its final name."""
    partial = partial_path(path)
    synchronise(partial)
    partial.replace(path)
    # The rename itself is durable only once the folder is on disk.
    synchronise(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a small text file so that it is there whole or not at all."""
    partial_path(path).write_text(text, encoding="utf-8")
    publish(path)


def synchronise(path: Path) -> None:
    """Wait until a file or folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def on_first_rank(communicator: Communicator, function: Callable[[], T]) -> T:
    """Run `function` on rank 0 and return its result on all ranks. Collective.

    An error of the file system there becomes the same error on every rank, so none is left waiting.
    """
    outcome: tuple[T | None, RecordingError | None] = (None, None)
    if communicator.rank == 0:
        try:
            outcome = (function(), None)
        except RecordingError as error:
            outcome = (None, error)
        except OSError as error:
            outcome = (None, RecordingError(f"cannot write the output: {error}"))
    result, failure = communicator.broadcast(outcome)
    if failure is not None:
        raise failure
    return result  # type: ignore[return-value]  # None only where the function returned it
