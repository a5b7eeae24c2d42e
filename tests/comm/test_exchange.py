"""Messages of changing length: right on every rank, by one collective in the common case."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distsim.comm import AllgatherExchange, SerialCommunicator, run_in_threads, world
from distsim.comm.exchange import SMALLEST_CAPACITY


def message_of(rank, length, step=0):
    return np.arange(length, dtype=np.int32) + 1000 * rank + 7 * step


def exchange_all(communicator, lengths, capacity=16, patience=1000):
    """Exchange messages of ``lengths[step][rank]``, check them, return the statistics after each."""
    exchange = AllgatherExchange(communicator, capacity, patience)
    history = []
    for step, row in enumerate(lengths):
        rows, received = exchange.exchange(message_of(communicator.rank, row[communicator.rank], step))
        assert rows.dtype == np.int32
        assert received.dtype == np.int64
        assert rows.shape[0] == received.shape[0] == communicator.size
        np.testing.assert_array_equal(received, row[: communicator.size])
        for rank in range(communicator.size):
            np.testing.assert_array_equal(
                rows[rank, : received[rank]], message_of(rank, row[rank], step), err_msg=f"{step=} {rank=}"
            )
        history.append(exchange.statistics)
    return history


def check_common_case(communicator):
    lengths = [[(rank + step) % 17 for rank in range(communicator.size)] for step in range(30)]
    last = exchange_all(communicator, lengths)[-1]
    assert last.exchanges == 30
    assert last.collectives == (30 if communicator.size > 1 else 0)
    assert last.overflows == 0


def check_empty(communicator):
    last = exchange_all(communicator, [[0] * communicator.size] * 3)[-1]
    assert last.largest == 0


def check_overflow_on_one_rank(communicator):
    silent = [0] * communicator.size
    burst = [100 if rank == communicator.size - 1 else rank for rank in range(communicator.size)]
    history = exchange_all(communicator, [silent, burst, burst, silent])
    if communicator.size > 1:
        assert [s.collectives for s in history] == [1, 3, 4, 5]
        assert [s.capacity for s in history] == [16, 128, 128, 128]
        assert history[-1].overflows == 1
    assert history[-1].largest == 100


def check_exact_fit_does_not_overflow(communicator):
    full = [16] * communicator.size
    over = [17] * communicator.size
    history = exchange_all(communicator, [full, over])
    if communicator.size > 1:
        assert [s.overflows for s in history] == [0, 1]
        assert history[-1].capacity == 32


def check_capacity_shrinks_after_silence(communicator):
    burst = [1000] * communicator.size
    quiet = [20] * communicator.size
    history = exchange_all(communicator, [burst, *[quiet] * 29], patience=10)
    if communicator.size > 1:
        # The first ten hold the burst; the second ten show that 20 is all that is needed.
        assert [s.capacity for s in history] == [1024] * 19 + [64] * 11
        assert history[-1].shrinks == 1
        assert history[-1].overflows == 1


def check_capacity_is_the_largest_asked_for(communicator):
    exchange = AllgatherExchange(communicator, 100 * (communicator.rank + 1))
    assert exchange.statistics.capacity == 100 * communicator.size
    assert AllgatherExchange(communicator, 0).statistics.capacity == SMALLEST_CAPACITY


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))


@each_check
def test_serial(check):
    check(SerialCommunicator())


@each_check
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_threads(check, size):
    run_in_threads(size, check, timeout=20.0)


@pytest.fixture(scope="module")
def mpi_world():
    if "OMPI_COMM_WORLD_SIZE" not in os.environ and "PMI_SIZE" not in os.environ:
        pytest.skip("not started by mpirun")
    return world()


@pytest.mark.mpi(min_size=1)
@pytest.mark.timeout(60)
@each_check
def test_mpi(check, mpi_world):
    check(mpi_world)


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.lists(st.integers(0, 200), min_size=3, max_size=3), max_size=12),
    capacity=st.integers(0, 64),
    patience=st.integers(1, 5),
)
def test_any_lengths(lengths, capacity, patience):
    histories = run_in_threads(3, exchange_all, lengths, capacity, patience)
    assert histories[0] == histories[1] == histories[2]


def test_rows_hold_until_the_next_exchange_when_the_capacity_shrinks():
    def body(communicator):
        exchange = AllgatherExchange(communicator, 1024, patience=1)
        rows, lengths = exchange.exchange(message_of(communicator.rank, 3))
        assert exchange.statistics.shrinks == 1
        return [rows[r, : lengths[r]].tolist() for r in range(2)]

    assert run_in_threads(2, body) == [[[0, 1, 2], [1000, 1001, 1002]]] * 2


def test_buffers_are_reused():
    def body(communicator):
        exchange = AllgatherExchange(communicator, 16)
        first, lengths = exchange.exchange(message_of(communicator.rank, 3))
        second, again = exchange.exchange(message_of(communicator.rank, 3))
        return np.shares_memory(first, second) and lengths is again

    assert run_in_threads(2, body) == [True, True]


def test_one_rank_does_not_copy():
    message = message_of(0, 5)
    rows, _ = AllgatherExchange(SerialCommunicator(), 16).exchange(message)
    assert np.shares_memory(rows, message)


@pytest.mark.parametrize(
    "message", [np.zeros(3), np.zeros((2, 2), dtype=np.int32), np.zeros(3, dtype=np.int64)]
)
def test_other_messages_are_refused(message):
    with pytest.raises(TypeError, match="one-dimensional array of int32"):
        AllgatherExchange(SerialCommunicator(), 16).exchange(message)


def test_impossible_sizes_are_refused():
    with pytest.raises(ValueError, match="capacity"):
        AllgatherExchange(SerialCommunicator(), -1)
    with pytest.raises(ValueError, match="patience"):
        AllgatherExchange(SerialCommunicator(), 1, patience=0)
