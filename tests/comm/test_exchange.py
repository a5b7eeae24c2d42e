"""Messages of changing length: right on every rank, by one communication in the common case."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distsim.comm import AllgatherExchange, DirectedExchange, SerialCommunicator, run_in_threads, world
from distsim.comm.exchange import SMALLEST_CAPACITY


def message_of(rank, length, step=0):
    return np.arange(length, dtype=np.int32) + 1000 * rank + 7 * step


def everybody(_rank, size):
    return set(range(size))


def ring(rank, size):
    return {(rank - 1) % size, rank, (rank + 1) % size}


def from_the_first(rank, _size):
    return {0, rank}


def from_the_left(rank, size):
    return {(rank - 1) % size, (rank - 2) % size, rank}


def nobody(rank, _size):
    return {rank}


def allgather(communicator, capacity=16, patience=1000):
    return AllgatherExchange(communicator, capacity, patience)


def directed(needed):
    """Return what makes an exchange in which ``needed(rank, size)`` are the ranks that a rank needs."""

    def make(communicator, capacity=16, patience=1000):
        rank, size = communicator.rank, communicator.size
        sources = sorted(needed(rank, size))
        destinations = [other for other in range(size) if rank in needed(other, size)]
        return DirectedExchange(communicator, sources, destinations, capacity, patience)

    make.needed = needed
    return make


allgather.needed = everybody
WAYS = {
    "allgather": allgather,
    **{
        f"directed, {f.__name__}": directed(f)
        for f in (everybody, ring, from_the_first, from_the_left, nobody)
    },
}
each_way = pytest.mark.parametrize("make", WAYS.values(), ids=WAYS.keys())


def give(exchange, message):
    """Write a message where it belongs, if it fits, and exchange it."""
    if len(message) <= exchange.outgoing.room:
        exchange.outgoing.message[: len(message)] = message
    return exchange.exchange(len(message), lambda: message)


def in_memory(rows):
    """Return messages as compiled code finds them: by address and stride."""
    base = rows.integers.ctypes.data
    assert rows.at - base == 4
    assert rows.stride == rows.integers.strides[0] // 4
    assert rows.count == len(rows.integers)
    return rows.messages


def exchange_all(communicator, make, lengths, capacity=16, patience=1000):
    """Exchange messages of ``lengths[step][rank]``, check them, return the statistics after each."""
    exchange = make(communicator, capacity, patience)
    needed = sorted(make.needed(communicator.rank, communicator.size))
    history = []
    for step, row in enumerate(lengths):
        rows = give(exchange, message_of(communicator.rank, row[communicator.rank], step))
        assert rows.integers.dtype == np.int32
        found = in_memory(rows)
        assert len(found) == len(needed)
        for rank, message in zip(needed, found, strict=True):
            np.testing.assert_array_equal(message, message_of(rank, row[rank], step), f"{step=} {rank=}")
        history.append(exchange.statistics)
    return history


def check_common_case(communicator, make):
    lengths = [[(rank + step) % 17 for rank in range(communicator.size)] for step in range(30)]
    last = exchange_all(communicator, make, lengths)[-1]
    assert last.exchanges == 30
    assert last.communications == 30
    assert last.overflows == 0


def check_empty(communicator, make):
    last = exchange_all(communicator, make, [[0] * communicator.size] * 3)[-1]
    assert last.largest == 0


def check_overflow_on_one_rank(communicator, make):
    rank, size = communicator.rank, communicator.size
    silent = [0] * size
    burst = [100 if each == size - 1 else each for each in range(size)]
    history = exchange_all(communicator, make, [silent, burst, burst, silent])
    concerned = size - 1 in make.needed(rank, size)
    assert [s.communications for s in history] == ([1, 3, 4, 5] if concerned else [1, 2, 3, 4])
    assert [s.overflows for s in history] == ([0, 1, 1, 1] if concerned else [0] * 4)
    grown = rank == size - 1 or make is allgather
    assert [s.capacity for s in history] == ([16, 128, 128, 128] if grown else [16] * 4)
    assert history[-1].largest == max(burst[each] for each in make.needed(rank, size))


def check_exact_fit_does_not_overflow(communicator, make):
    full = [16] * communicator.size
    over = [17] * communicator.size
    history = exchange_all(communicator, make, [full, over])
    assert [s.overflows for s in history] == [0, 1]
    assert history[-1].capacity == 32


def check_capacity_shrinks_after_silence(communicator, make):
    burst = [1000] * communicator.size
    quiet = [20] * communicator.size
    history = exchange_all(communicator, make, [burst, *[quiet] * 29], patience=10)
    # The first ten hold the burst; the second ten show that 20 is all that is needed.
    assert [s.capacity for s in history] == [1024] * 19 + [64] * 11
    assert history[-1].shrinks == 1
    assert history[-1].overflows == 1


def check_ranks_may_be_apart(communicator, make):
    # Nobody waits at the end of an exchange, and a burst comes from one rank after the other.
    size = communicator.size
    lengths = [[200 if step % size == rank else 3 for rank in range(size)] for step in range(3 * size)]
    exchange_all(communicator, make, lengths, patience=2)


def check_capacity_is_the_largest_asked_for(communicator, make):
    exchange = make(communicator, 100 * (communicator.rank + 1))
    assert exchange.statistics.capacity == 100 * communicator.size
    assert make(communicator, 0).statistics.capacity == SMALLEST_CAPACITY


CHECKS = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))


@each_check
@pytest.mark.parametrize("make", [allgather, WAYS["directed, nobody"]], ids=["allgather", "directed"])
def test_serial(check, make):
    check(SerialCommunicator(), make)


@each_check
@each_way
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_threads(check, make, size):
    run_in_threads(size, check, make, timeout=20.0)


@pytest.fixture(scope="module")
def mpi_world():
    if "OMPI_COMM_WORLD_SIZE" not in os.environ and "PMI_SIZE" not in os.environ:
        pytest.skip("not started by mpirun")
    return world()


@pytest.mark.mpi(min_size=1)
@pytest.mark.timeout(60)
@each_check
@each_way
def test_mpi(check, make, mpi_world):
    check(mpi_world, make)
    mpi_world.barrier()


@settings(max_examples=40, deadline=None)
@given(
    way=st.sampled_from(sorted(WAYS)),
    lengths=st.lists(st.lists(st.integers(0, 200), min_size=3, max_size=3), max_size=12),
    capacity=st.integers(0, 64),
    patience=st.integers(1, 5),
)
def test_any_lengths(way, lengths, capacity, patience):
    histories = run_in_threads(3, exchange_all, WAYS[way], lengths, capacity, patience)
    if way == "allgather":
        assert histories[0] == histories[1] == histories[2]


@each_way
def test_rows_hold_until_the_next_message_is_written_when_the_capacity_shrinks(make):
    def body(communicator):
        exchange = make(communicator, 1024, patience=1)
        rows = give(exchange, message_of(communicator.rank, 3))
        assert exchange.statistics.shrinks == 1
        return [message.tolist() for message in rows.messages]

    both = [[0, 1, 2], [1000, 1001, 1002]]
    found = run_in_threads(2, body)
    assert found == [[both[rank] for rank in sorted(make.needed(own, 2))] for own in range(2)]


@each_way
def test_buffers_are_reused(make):
    def body(communicator):
        exchange = make(communicator)
        first = give(exchange, message_of(communicator.rank, 3))
        return give(exchange, message_of(communicator.rank, 3)) is first

    assert run_in_threads(2, body) == [True, True]


def test_impossible_sizes_are_refused():
    for make in (allgather, WAYS["directed, nobody"]):
        with pytest.raises(ValueError, match="capacity"):
            make(SerialCommunicator(), -1)
        with pytest.raises(ValueError, match="patience"):
            make(SerialCommunicator(), 1, patience=0)


def test_an_expected_message_that_never_comes_is_noticed():
    def body(communicator):
        # Rank 1 does not know that rank 0 waits for it.
        sources = [1] if communicator.rank == 0 else []
        give(DirectedExchange(communicator, sources, [], 16), message_of(communicator.rank, 3))

    with pytest.raises(Exception, match="rank 0 waits in links to rank 1"):
        run_in_threads(2, body)
