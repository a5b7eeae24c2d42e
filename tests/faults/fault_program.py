"""``python -m distsim`` with a fault on some ranks: ``fault_program.py FAULT RANK[,RANK...] ARGUMENT...``."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable

from distsim import cli
from distsim.comm import read_launch
from distsim.driver.commands import Run
from distsim.driver.worker import Worker
from distsim.network import ModelError

STEP = 50
"""The simulated step after which faults of the loop happen."""
LATE_STEP = 6000
"""A step that comes when some have been written already."""
LARGEST_FILE = 20_000


def in_command(name: str, error: Callable[[], Exception]) -> Callable[[], None]:
    """Return what makes a command fail."""

    def install() -> None:
        execute = Worker.execute

        def failing(worker: Worker, command: object) -> object:
            if type(command).__name__ == name:
                raise error()
            return execute(worker, command)

        Worker.execute = failing

    return install


def in_loop(act: Callable[[], None], after: int = STEP) -> Callable[[], None]:
    """Return what makes a rank do something in the middle of the simulation."""

    def install() -> None:
        execute = Worker.execute

        def acting(worker: Worker, command: object) -> object:
            if isinstance(command, Run):
                others = worker.progress

                def progress(step: int) -> None:
                    others(step)
                    if progress.due and step >= after:
                        progress.due = False
                        act()

                progress.due = True
                worker.progress = progress
            return execute(worker, command)

        Worker.execute = acting

    return install


def fail() -> None:
    raise RuntimeError("injected")


def limit_files() -> None:
    """Stand in for a full disk, which fails in the same calls with another number."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def send_a_spike_nowhere() -> None:
    """Let a synapse have a target far outside; in debug runs only, as others would write there."""
    execute = Worker.execute

    def corrupting(worker: Worker, command: object) -> object:
        if isinstance(command, Run):
            worker.simulation.state.arrays["recurrent", "_target"][:] = 1_000_000
        return execute(worker, command)

    Worker.execute = corrupting


FAULTS: dict[str, Callable[[], None]] = {
    "model error in build": in_command("Build", lambda: ModelError("cells: injected")),
    "mistake in build": in_command("Build", lambda: RuntimeError("injected")),
    "memory in build": in_command("Build", lambda: MemoryError("Unable to allocate 3. TiB")),
    "mistake in loop": in_loop(fail),
    "late mistake in loop": in_loop(fail, LATE_STEP),
    "killed in loop": in_loop(lambda: os.kill(os.getpid(), signal.SIGKILL)),
    "terminated in loop": in_loop(lambda: os.kill(os.getpid(), signal.SIGTERM)),
    "interrupted in loop": in_loop(lambda: os.kill(os.getpid(), signal.SIGINT)),
    "full disk": in_loop(limit_files),
    "spike to nowhere": send_a_spike_nowhere,
}


def rank() -> int:
    launch = read_launch(os.environ)
    return (launch.rank or 0) if launch is not None else 0


def main() -> int:
    # A shell that starts the tests in the background has all of them ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fault, ranks, *arguments = sys.argv[1:]
    if str(rank()) in ranks.split(","):
        FAULTS[fault]()
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
