"""What ranks in threads notice and MPI does not: failures, absences, mismatches, dead-locks."""

import threading
import time

import numpy as np
import pytest

from distsim.comm import AbortError, CollectiveError, PeerFailedError, run_in_threads


def test_results_come_in_rank_order_with_the_arguments():
    assert run_in_threads(4, lambda c, a, b: (c.rank, a, b), 1, "x") == [(r, 1, "x") for r in range(4)]


def test_no_rank_is_refused():
    with pytest.raises(ValueError, match="at least one rank"):
        run_in_threads(0, lambda c: None)


def test_rank_zero_is_the_calling_thread():
    threads = run_in_threads(2, lambda c: threading.current_thread())
    assert threads[0] is threading.current_thread()
    assert threads[1].name == "rank 1"


WAYS_OF_WAITING = {
    "barrier": lambda c: c.barrier(),
    "gather": lambda c: c.gather(1),
    "allgather_into": lambda c: c.allgather_into(np.zeros(1), np.zeros((c.size, 1))),
    "node_barrier": lambda c: c.node_barrier(),
    "a second barrier": lambda c: (c.barrier(), c.barrier()),
    "a command": lambda c: c.wait_for_broadcast(2),
    "links": lambda c: c.links([2], []).send_more(None, {0: np.zeros(1)}),
}


@pytest.mark.parametrize("wait", WAYS_OF_WAITING.values(), ids=WAYS_OF_WAITING.keys())
def test_original_error_is_raised_and_the_others_are_released(wait):
    released = []

    def body(communicator):
        if communicator.rank == 2:
            raise KeyError("the cause")
        try:
            wait(communicator)
        except PeerFailedError as error:
            released.append(str(error))
            raise

    with pytest.raises(KeyError, match="the cause") as caught:
        run_in_threads(3, body)
    assert caught.value.__notes__ == ["raised on rank 2 of 3"]
    assert len(released) == 2
    assert all("rank 2 failed" in message for message in released)


def test_failure_of_the_driver_releases_idle_workers():
    def body(communicator):
        if communicator.rank == 0:
            raise ValueError("in the script")
        communicator.wait_for_broadcast()

    with pytest.raises(ValueError, match="in the script"):
        run_in_threads(3, body)


def test_a_rank_that_returned_is_missed():
    def body(communicator):
        if communicator.rank != 1:
            communicator.barrier()

    with pytest.raises(CollectiveError, match="in barrier for rank 1, which returned"):
        run_in_threads(3, body)


def test_a_driver_that_sends_no_stop_is_missed():
    def body(communicator):
        if communicator.rank == 0:
            communicator.send_command("one")
        else:
            assert communicator.wait_for_broadcast() == "one"
            communicator.wait_for_broadcast()

    with pytest.raises(CollectiveError, match="wait_for_broadcast for rank 0, which returned"):
        run_in_threads(2, body)


def test_different_collectives_are_named():
    def body(communicator):
        if communicator.rank == 0:
            communicator.barrier()
        else:
            communicator.allgather(1)

    with pytest.raises(CollectiveError, match="rank 0 barrier, rank 1 allgather"):
        run_in_threads(2, body)


def test_different_roots_are_noticed():
    with pytest.raises(CollectiveError, match="broadcast from rank 0, rank 1 broadcast from rank 1"):
        run_in_threads(2, lambda c: c.broadcast(1, root=c.rank))


def test_different_shapes_are_noticed():
    def body(communicator):
        send = np.zeros(1 + communicator.rank)
        communicator.allgather_into(send, np.zeros((2, *send.shape)))

    with pytest.raises(ValueError, match="cannot gather"):
        run_in_threads(2, body)


def test_a_dead_lock_is_given_up():
    release = threading.Event()

    def body(communicator):
        if communicator.rank == 0:
            communicator.barrier()
        else:
            release.wait(30)

    # The stuck rank is in no collective, so nothing but this tells it to go on.
    threading.Timer(0.5, release.set).start()
    with pytest.raises(CollectiveError, match=r"waited 0.1 s in barrier for rank 1: dead-lock\?"):
        run_in_threads(2, body, timeout=0.1)


def test_values_that_cannot_travel_fail_in_threads_too():
    with pytest.raises(Exception, match=r"(?i)pickle|local object"):
        run_in_threads(2, lambda c: c.allgather(lambda: None))


def test_abort_ends_all_ranks():
    def body(communicator):
        if communicator.rank == 1:
            communicator.abort(3, "no such file")
        communicator.barrier()

    with pytest.raises(AbortError, match="no such file") as caught:
        run_in_threads(3, body)
    assert caught.value.code == 3


def test_collectives_of_hurried_and_late_ranks_do_not_mix():
    def body(communicator):
        values = []
        for step in range(200):
            if (step + communicator.rank) % 50 == 0:
                time.sleep(0.001)
            values.append(communicator.allgather((step, communicator.rank)))
        return values

    for values in run_in_threads(5, body):
        assert values == [[(step, rank) for rank in range(5)] for step in range(200)]


def test_ranks_outside_the_team_are_refused():
    with pytest.raises(ValueError, match="no rank 2 among 2"):
        run_in_threads(2, lambda c: c.broadcast(1, root=2))
