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
        _show(error, path)
        return EXIT_FAILED
    finally:
        use_session(None)
    return 0


def _show(error: Exception, path: Path) -> None:
    """Print the traceback of an error, without what is above the script."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != str(path):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace or error.__traceback__)
    sys.stderr.write("".join(lines))
