"""Blocks of populations: contiguous, complete, balanced, the same wherever they are computed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distsim.partition import Partition, split

RANKS = [1, 2, 3, 4, 7, 64]


def is_legal(bounds, size, ranks):
    return (
        bounds.shape == (ranks + 1,)
        and bounds[0] == 0
        and bounds[-1] == size
        and (np.diff(bounds) >= 0).all()
    )


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("size", [0, 1, 2, 5, 63, 64, 65, 4000, 10**9 + 7])
def test_uniform_blocks_differ_by_one_at_most(size, ranks):
    bounds = split(size, ranks)
    assert bounds.dtype == np.int64
    assert is_legal(bounds, size, ranks)
    assert np.ptp(np.diff(bounds)) <= 1


def test_known_blocks():
    assert split(10, 4).tolist() == [0, 3, 5, 8, 10]
    assert split(4, 2, [3.0, 1.0, 1.0, 1.0]).tolist() == [0, 1, 4]
    assert split(4, 2, [1.0, 1.0, 1.0, 3.0]).tolist() == [0, 3, 4]
    assert split(3, 2, [1.0, 1.0, 4.0]).tolist() == [0, 2, 3]
    assert split(3, 2, [4.0, 1.0, 1.0]).tolist() == [0, 1, 3]
    assert split(10, 2, loads=[6.0, 0.0]).tolist() == [0, 2, 10]
    assert split(4, 3, loads=[100.0, 0.0, 0.0]).tolist() == [0, 0, 2, 4]


weights_lists = st.lists(st.floats(0.0, 1e6, allow_subnormal=False), max_size=60)


@given(weights=weights_lists, ranks=st.integers(1, 12))
def test_weighted_blocks_are_within_one_neuron_of_level(weights, ranks):
    bounds = split(len(weights), ranks, weights)
    assert is_legal(bounds, len(weights), ranks)
    if any(weights):
        costs = [sum(weights[a:b]) for a, b in pairwise(bounds)]
        assert max(costs) <= sum(weights) / ranks + max(weights) * (1 + 1e-9)


@given(size=st.integers(0, 200), ranks=st.integers(1, 12), cost=st.floats(1e-3, 1e3))
def test_one_cost_for_all_is_as_a_cost_for_each(size, ranks, cost):
    np.testing.assert_array_equal(split(size, ranks, cost), split(size, ranks))
    each = np.diff(split(size, ranks, np.ones(size)))
    assert np.ptp(each) <= 1


def test_neurons_without_cost_are_spread_evenly():
    np.testing.assert_array_equal(split(10, 3, np.zeros(10)), split(10, 3))
    np.testing.assert_array_equal(split(10, 3, 0.0, loads=[9.0, 0.0, 0.0]), split(10, 3))


@given(sizes=st.lists(st.integers(0, 30), max_size=40), ranks=st.integers(1, 16))
def test_totals_over_populations_differ_by_one_at_most(sizes, ranks):
    partition = Partition.balanced({f"p{i}": size for i, size in enumerate(sizes)}, ranks)
    totals = [sum(partition.local_size(name, rank) for name in partition.boundaries) for rank in range(ranks)]
    assert sum(totals) == sum(sizes)
    assert max(totals) - min(totals) <= 1


@given(
    populations=st.lists(st.tuples(st.integers(0, 30), st.floats(0.0, 100.0)), min_size=1, max_size=20),
    ranks=st.integers(1, 8),
)
def test_totals_with_costs_are_within_a_few_neurons(populations, ranks):
    sizes = {str(i): size for i, (size, _) in enumerate(populations)}
    costs = {str(i): cost for i, (_, cost) in enumerate(populations)}
    partition = Partition.balanced(sizes, ranks, costs)
    totals = [sum(costs[p] * partition.local_size(p, r) for p in sizes) for r in range(ranks)]
    assert max(totals) <= sum(totals) / ranks + 2 * max(costs.values()) + 1e-6


def test_many_populations_of_one_neuron_do_not_meet_on_one_rank():
    partition = Partition.balanced({str(i): 1 for i in range(12)}, 4)
    totals = [sum(partition.local_size(name, rank) for name in partition.boundaries) for rank in range(4)]
    assert totals == [3, 3, 3, 3]


def test_more_ranks_than_neurons():
    partition = Partition.balanced({"few": 3, "none": 0}, 7)
    assert sum(partition.local_size("few", rank) for rank in range(7)) == 3
    assert all(partition.local_size("none", rank) == 0 for rank in range(7))
    owners = partition.owner("few", np.arange(3))
    assert all(gid in partition.block("few", owner) for gid, owner in enumerate(owners))


@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=5),
    ranks=st.integers(1, 9),
)
def test_owner_and_block_agree(sizes, ranks):
    partition = Partition.balanced({str(i): size for i, size in enumerate(sizes)}, ranks)
    for name in partition.boundaries:
        size = partition.size(name)
        assert [gid for rank in range(ranks) for gid in partition.block(name, rank)] == list(range(size))
        owners = partition.owner(name, np.arange(size))
        assert owners.dtype == np.int64
        assert all(gid in partition.block(name, rank) for gid, rank in enumerate(owners.tolist()))


def test_owner_keeps_the_shape():
    partition = Partition.balanced({"p": 10}, 2)
    np.testing.assert_array_equal(partition.owner("p", [[0, 4], [5, 9]]), [[0, 0], [1, 1]])
    assert partition.owner("p", np.zeros(0, dtype=np.int64)).shape == (0,)


@pytest.mark.parametrize("gid", [-1, 10])
def test_owner_of_a_neuron_that_is_not(gid):
    with pytest.raises(IndexError, match="neurons 0 to 9 only"):
        Partition.balanced({"p": 10}, 2).owner("p", [gid])


def test_block_of_a_rank_that_is_not():
    partition = Partition.balanced({"p": 10}, 2)
    for rank in (-1, 2):
        with pytest.raises(IndexError, match="no rank"):
            partition.block("p", rank)


def test_boundaries_cannot_be_changed():
    partition = Partition.balanced({"p": 10}, 2)
    with pytest.raises(ValueError, match="read-only"):
        partition.boundaries["p"][0] = 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: split(-1, 2), "cannot split"),
        (lambda: split(3, 0), "cannot split"),
        (lambda: split(3, 2, [1.0, 2.0]), "weights has shape"),
        (lambda: split(2, 2, [1.0, -2.0]), "at least 0"),
        (lambda: split(2, 2, [1.0, np.nan]), "finite"),
        (lambda: split(2, 2, loads=[1.0]), "loads has shape"),
        (lambda: Partition.balanced({"a": 1}, 2, {"b": 1.0}), "do not exist: b"),
        (lambda: Partition({"a": np.array([0, 1]), "b": np.array([0, 1, 2])}), "same ranks"),
        (lambda: Partition({"a": np.array([0, 2, 1])}), "must rise"),
        (lambda: Partition({"a": np.array([1, 2])}), "must rise"),
    ],
)
def test_wrong_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
