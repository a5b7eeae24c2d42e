"""What neurons cost, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from distsim.partition import Incoming, Partition, corrected, estimated


def test_neurons_that_are_alike_have_one_cost():
    costs = estimated({"a": 10, "b": 4}, {"a": 1.0, "b": 0.1}, [Incoming("a", 0, 10, 25.0)])
    assert {name: (cost.shape, float(cost)) for name, cost in costs.items()} == {
        "a": ((), 3.5),
        "b": ((), 0.1),
    }


def test_synapses_onto_a_part_of_a_population():
    parts = [Incoming("a", 0, 6, 6.0), Incoming("a", 2, 4, 5.0), Incoming("a", 3, 3, 9.0)]
    costs = estimated({"a": 6}, {"a": 1.0}, parts)
    assert costs["a"].tolist() == [2.0, 2.0, 4.5, 4.5, 2.0, 2.0]


def test_blocks_follow_the_costs():
    costs = estimated({"a": 12}, {"a": 1.0}, [Incoming("a", 0, 4, 16.0)])
    # 4 x 5 + 8 x 1: half of it is 14.
    assert Partition.balanced({"a": 12}, 2, costs).boundaries["a"].tolist() == [0, 3, 12]


def test_a_rank_that_took_longer_than_thought_gets_less():
    costs = {"a": np.asarray(1.0), "b": np.asarray(2.0)}
    blocks = {"a": [0, 4, 8], "b": [0, 2, 4]}
    found = corrected(costs, blocks, [3.0, 1.0])
    assert found["a"].tolist() == [1.5] * 4 + [0.5] * 4
    assert found["b"].tolist() == [3.0] * 2 + [1.0] * 2
    new = Partition.balanced({"a": 8, "b": 4}, 2, found)
    for name, cost in found.items():
        assert cost.sum() == pytest.approx(8)
        assert new.local_size(name, 0) < new.local_size(name, 1)


def test_of_ranks_that_had_nothing_nothing_is_learnt():
    costs = {"a": np.asarray(1.0)}
    assert corrected(costs, {"a": [0, 2, 2, 4]}, [1.0, 9.0, 1.0])["a"].tolist() == [1.0] * 4
    assert corrected(costs, {"a": [0, 2, 4]}, [0.0, 0.0])["a"].tolist() == [1.0] * 4
    assert corrected(costs, {"a": [0, 2, 4]}, [0.0, 5.0])["a"].tolist() == [1.0] * 4


def test_costs_of_a_run_that_was_itself_corrected():
    # What is learnt goes on from the estimate, so equal times leave blocks as unequal as they were.
    costs = estimated({"a": 12}, {"a": 1.0}, [Incoming("a", 0, 4, 16.0)])
    blocks = Partition.balanced({"a": 12}, 2, costs).boundaries
    again = corrected(costs, blocks, [1.0, 1.0])
    assert Partition.balanced({"a": 12}, 2, again).boundaries["a"].tolist() == [0, 3, 12]
