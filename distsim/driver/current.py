"""The session of this process, which a script reaches without naming it.

Only front ends for scripts use it: a script says ``run(1*second)`` and not with whose ranks.
"""

from __future__ import annotations

import os

from distsim.comm import LaunchError, SerialCommunicator
from distsim.comm.launch import read_launch
from distsim.driver.session import Session


class _Current:
    session: Session | None = None


def current_session() -> Session:
    """Return the session of this process, and begin one on this rank alone if there is none.

    Raises
    ------
    LaunchError
        If mpirun has started several processes that would each simulate for itself.
    """
    if _Current.session is None:
        launch = read_launch(os.environ)
        if launch is not None and (launch.size or 1) > 1:
            raise LaunchError(
                f"{launch.launcher.value} has started this script {launch.size} times, and each would "
                "simulate everything for itself; to share the work type: "
                f"mpirun -n {launch.size} python -m distsim SCRIPT.py",
                launch.rank,
            )
        _Current.session = Session(SerialCommunicator())
    return _Current.session


def use_session(session: Session | None) -> None:
    """Make a session the one of this process; None forgets it."""
    _Current.session = session
