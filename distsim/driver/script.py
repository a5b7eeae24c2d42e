"""Running a user's script on the driver, with all ranks at its service."""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from distsim.comm.protocol import Communicator
from distsim.driver.current import use_session
from distsim.driver.session import Session

EXIT_FAILED = 1
PACKAGE = str(Path(__file__).parents[1])


def run_script(communicator: Communicator, path: Path, arguments: Sequence[str]) -> int:
    """Run a script as Python does, on rank 0, and return its exit code.

    What the script does not catch is shown from its own first line on, and ends the run with a non-zero code.
    """
    use_session(Session(communicator))
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 (whatever a script raises is shown, and ends the run)
        _show(error)
        return EXIT_FAILED
    finally:
        use_session(None)
    return 0


def _show(error: Exception) -> None:
    """Print the traceback of an error as the script's author sees it: without the lines of this package."""
    shown = traceback.TracebackException.from_exception(error)
    part: traceback.TracebackException | None = shown
    while part is not None:
        own = [frame for frame in part.stack if not _is_inner(frame.filename)]
        # An error of this package alone is a mistake in it, and needs to be seen whole.
        if own:
            part.stack = traceback.StackSummary.from_list(own)
        elif part is not shown:
            part.stack = traceback.StackSummary.from_list([])
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    sys.stderr.write("".join(shown.format()))


def _is_inner(filename: str) -> bool:
    return filename.startswith((PACKAGE, "<frozen ")) or filename == runpy.__file__
