"""Running a session's script on ranks that are threads of this process."""

import numpy as np

from distsim.comm import SerialCommunicator, run_in_threads
from distsim.driver import Session, worker_loop
from distsim.driver.commands import Stop


def on_ranks(ranks, script):
    """Run `script(session)` on the driver, the other ranks being threads."""

    def one_rank(communicator):
        if communicator.rank > 0:
            worker_loop(communicator)
            return None
        session = Session(communicator)
        result = script(session)
        session.send(Stop(0))
        return result

    if ranks == 1:
        return one_rank(SerialCommunicator())
    return run_in_threads(ranks, one_rank)[0]


def everywhere(script):
    """Run a script on 1, 2, 3, 4, 7 and 12 ranks and return its arrays, which have to be the same."""
    first = on_ranks(1, script)
    for ranks in (2, 3, 4, 7, 12):
        other = on_ranks(ranks, script)
        assert first.keys() == other.keys()
        for name, array in first.items():
            assert array.dtype == other[name].dtype, name
            assert np.array_equal(array, other[name]), f"{name} on {ranks} ranks"
    return first
