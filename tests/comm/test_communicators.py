"""One body of tests over the three communicators; under mpirun also over MPI's."""

import os
from collections.abc import Callable

import numpy as np
import pytest

from distsim.comm import Communicator, PeerFailedError, SerialCommunicator, run_in_threads, world

Check = Callable[[Communicator], None]


def check_place(communicator):
    assert 0 <= communicator.rank < communicator.size
    assert communicator.allgather(communicator.rank) == list(range(communicator.size))
    assert communicator.node_leader == (communicator.node_rank == 0)
    assert 0 <= communicator.node_rank < communicator.size


def check_broadcast(communicator):
    for root in range(communicator.size):
        value = {"root": root, "array": np.arange(5.0)} if communicator.rank == root else None
        received = communicator.broadcast(value, root)
        assert received["root"] == root
        np.testing.assert_array_equal(received["array"], np.arange(5.0))
    assert communicator.broadcast(None) is None


def check_copies_are_private(communicator):
    received = communicator.broadcast(np.zeros(3) if communicator.rank == 0 else None)
    received += communicator.rank + 1
    communicator.barrier()
    assert received[0] == communicator.rank + 1

    send = np.full(4, communicator.rank)
    receive = np.empty((communicator.size, 4), dtype=send.dtype)
    communicator.allgather_into(send, receive)
    send[:] = -1
    communicator.barrier()
    np.testing.assert_array_equal(receive[:, 0], np.arange(communicator.size))


def check_gather_and_scatter(communicator):
    for root in range(communicator.size):
        gathered = communicator.gather(("rank", communicator.rank), root)
        if communicator.rank == root:
            assert gathered == [("rank", r) for r in range(communicator.size)]
        else:
            assert gathered is None
        values = [str(r) for r in range(communicator.size)] if communicator.rank == root else None
        assert communicator.scatter(values, root) == str(communicator.rank)


def check_links(communicator):
    rank, size = communicator.rank, communicator.size
    sources = [other for other in range(size) if other < rank]
    destinations = [other for other in range(size) if other > rank]
    links = communicator.links(sources, destinations)
    send, receive = np.zeros(3), [np.zeros(3) for _ in sources]
    links.bind(send, receive)
    for step in range(5):
        send[:] = [rank, step, 7.0]
        links.swap()
        assert [array.tolist() for array in receive] == [[source, step, 7.0] for source in sources]
        if step == 2:
            # Rank 0 has more to say, once.
            more = np.zeros(1000)
            links.send_more(np.arange(1000.0) if rank == 0 else None, {0: more} if rank > 0 else {})
            np.testing.assert_array_equal(more, np.arange(1000.0) if rank > 0 else 0.0)
    shorter = [np.zeros(1, np.int32) for _ in sources]
    links.bind(np.array([rank], np.int32), shorter)
    links.swap()
    assert [int(array[0]) for array in shorter] == sources


def check_reductions_of_scalars(communicator):
    ranks = range(communicator.size)
    assert communicator.allreduce_sum(communicator.rank + 1) == sum(r + 1 for r in ranks)
    assert communicator.allreduce_sum(2**62) == communicator.size * 2**62
    assert communicator.allreduce_min(communicator.rank - 1) == -1
    assert communicator.allreduce_max(float(communicator.rank)) == communicator.size - 1
    assert isinstance(communicator.allreduce_max(1.5), float)
    assert isinstance(communicator.allreduce_max(1), int)
    last = communicator.rank == communicator.size - 1
    assert np.isnan(communicator.allreduce_min(float("nan") if last else 0.0))
    assert np.isnan(communicator.allreduce_max(float("nan") if last else 0.0))
    assert communicator.exclusive_sum(communicator.rank + 1) == sum(range(1, communicator.rank + 1))


def check_reductions_of_arrays(communicator):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(communicator.size, 7, 3)) * 10.0 ** rng.integers(-8, 8, (communicator.size, 7, 3))
    mine = rows[communicator.rank].copy()
    expected = rows[0].copy()
    for row in rows[1:]:
        expected += row
    total = communicator.allreduce_sum(mine)
    assert total.tobytes() == expected.tobytes()
    assert total is not mine
    np.testing.assert_array_equal(mine, rows[communicator.rank])
    np.testing.assert_array_equal(communicator.allreduce_min(mine), rows.min(axis=0))
    np.testing.assert_array_equal(communicator.allreduce_max(mine), rows.max(axis=0))
    assert communicator.allreduce_sum(np.array(2)).shape == ()
    assert communicator.allreduce_sum(np.zeros(0)).size == 0


def check_reduction_in_pieces(communicator):
    long = np.arange(1 << 20, dtype=np.float64)
    np.testing.assert_array_equal(communicator.allreduce_sum(long), long * communicator.size)


def check_allgather_into(communicator):
    send = np.full((2, 3), communicator.rank, dtype=np.int32)
    receive = np.full((communicator.size, 2, 3), -1, dtype=np.int32)
    communicator.allgather_into(send, receive)
    np.testing.assert_array_equal(
        receive, np.broadcast_to(np.arange(communicator.size)[:, None, None], receive.shape)
    )
    with pytest.raises(ValueError, match="cannot gather"):
        communicator.allgather_into(send, np.empty((communicator.size + 1, 2, 3), dtype=np.int32))
    with pytest.raises(ValueError, match="cannot gather"):
        communicator.allgather_into(send, np.empty(receive.shape, dtype=np.float32))


SPIKE = np.dtype([("gid", np.int64), ("weight", np.float32)])


def check_allgatherv(communicator):
    # Rank 0 sends nothing, rank r sends r entries.
    for dtype in (np.int32, np.float64, np.bool_, np.complex128, SPIKE):
        send = np.zeros(communicator.rank, dtype=dtype)
        field = send["gid"] if dtype is SPIKE else send
        field[:] = communicator.rank
        data, counts = communicator.allgatherv(send)
        assert data.dtype == dtype
        assert counts.dtype == np.int64
        np.testing.assert_array_equal(counts, np.arange(communicator.size))
        values = data["gid"] if dtype is SPIKE else data
        np.testing.assert_array_equal(
            values, np.repeat(np.arange(communicator.size), np.arange(communicator.size)).astype(field.dtype)
        )
    data, counts = communicator.allgatherv(np.zeros(0))
    assert data.size == 0
    assert not counts.any()
    data, _ = communicator.allgatherv(np.arange(10)[::2])
    np.testing.assert_array_equal(data, np.tile(np.arange(0, 10, 2), communicator.size))


def check_alltoallv(communicator):
    # Rank s sends s + d entries of value 100 s + d to rank d.
    ranks = np.arange(communicator.size)
    counts = ranks + communicator.rank
    send = np.repeat(100 * communicator.rank + ranks, counts)
    data, arriving = communicator.alltoallv(send, counts)
    np.testing.assert_array_equal(arriving, ranks + communicator.rank)
    np.testing.assert_array_equal(data, np.repeat(100 * ranks + communicator.rank, arriving))
    with pytest.raises(ValueError, match="add up"):
        communicator.alltoallv(send, counts + 1)


def check_barriers_and_nodes(communicator):
    for _ in range(20):
        communicator.barrier()
        communicator.node_barrier()
    node = communicator.leader_broadcast(communicator.rank if communicator.node_leader else None)
    assert node == communicator.rank - communicator.node_rank
    leaders = communicator.allgather(communicator.node_leader)
    assert leaders[0]


def check_commands(communicator):
    big = np.arange(100_000)
    sent = [("build", 1), None, {"values": big}, *range(50), "stop"]
    for root in {0, communicator.size - 1}:
        if communicator.rank == root:
            for value in sent:
                assert communicator.send_command(value) is value
        else:
            received = [communicator.wait_for_broadcast(root) for _ in sent]
            assert received[:2] == sent[:2]
            np.testing.assert_array_equal(received[2]["values"], big)
            assert received[3:] == sent[3:]
        communicator.barrier()


def check_commands_between_collectives(communicator):
    # The driver's loop: each command leads to collectives in which the driver takes part.
    if communicator.rank == 0:
        totals = []
        for value in range(10):
            communicator.send_command(value)
            totals.append(communicator.allreduce_sum(value))
        communicator.send_command(None)
        assert totals == [value * communicator.size for value in range(10)]
    else:
        while (value := communicator.wait_for_broadcast()) is not None:
            communicator.allreduce_sum(value)


def check_wrong_arguments(communicator):
    with pytest.raises(RuntimeError, match="wait for a command"):
        communicator.wait_for_broadcast(communicator.rank)
    if communicator.size == 1:
        with pytest.raises(ValueError, match="scatter"):
            communicator.scatter([1, 2])


CHECKS: list[Check] = [value for name, value in sorted(globals().items()) if name.startswith("check_")]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))


@each_check
def test_serial(check):
    check(SerialCommunicator())


@each_check
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_threads(check, size):
    run_in_threads(size, check, timeout=20.0)


@each_check
def test_threads_on_several_nodes(check):
    run_in_threads(5, check, timeout=20.0, ranks_per_node=2)


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


@pytest.mark.mpi(min_size=1)
def test_mpi_has_a_native_communicator(mpi_world):
    assert mpi_world.native.Get_size() == mpi_world.size
    assert SerialCommunicator().native is None


@pytest.mark.mpi(min_size=2)
@pytest.mark.timeout(60)
def test_mpi_refuses_python_objects(mpi_world):
    with pytest.raises(TypeError, match="Python objects"):
        mpi_world.allgatherv(np.array([object()]))


def test_pretended_nodes():
    places = run_in_threads(5, lambda c: (c.node_rank, c.node_leader), ranks_per_node=2)
    assert places == [(0, True), (1, False), (0, True), (1, False), (0, True)]


def test_peer_failure_is_an_error_of_its_own():
    assert not issubclass(PeerFailedError, ValueError)
