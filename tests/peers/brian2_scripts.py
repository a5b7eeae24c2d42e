"""Run scripts in Brian 2, each in a copy of this process, which has imported it already.

A line of standard input is the path of a script. What it prints goes to files beside it, ``.out`` and
``.err``; the answer is a line with its exit status.
"""

import os
import runpy
import sys
import traceback
from pathlib import Path

import brian2  # noqa: F401  (a second that each script would take again)


def run(script):
    """Run a script in a copy of this process and return its exit status."""
    child = os.fork()
    if child == 0:
        os._exit(inside(script))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def inside(script):
    """Run a script in this process and return its exit status."""
    for suffix, stream in ((".out", sys.stdout), (".err", sys.stderr)):
        with script.with_suffix(suffix).open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(script.parent)
    try:
        runpy.run_path(str(script), run_name="__main__")
    except BaseException:  # noqa: BLE001  (as a process of its own would end)
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def main():
    for line in sys.stdin:
        sys.stdout.write(f"{run(Path(line.rstrip()))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
