"""Loops: each neuron with what a range, or a sample of one, gives."""

import numpy as np
import pytest
from connectivity_requests import ask, connect

from distsim.connectivity import PairIndexError, find_rule
from distsim.network import ModelError


def in_order(name, sources, targets, parameters, **options):
    """Return the synapses in the order in which the user counts them."""
    batches = list(find_rule(name).draw(ask(name, sources, targets, parameters, **options)))
    i = np.concatenate([batch.sources for batch in batches])
    j = np.concatenate([batch.targets for batch in batches])
    order = np.argsort(np.concatenate([batch.numbers for batch in batches]), kind="stable")
    return i[order].tolist(), j[order].tolist()


def test_range():
    options = {"j": "_k", "start": "i-1", "stop": "i+2"}
    with pytest.raises(PairIndexError, match="j = -1"):
        connect("target_range", 4, 6, options)
    expected = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], [0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4]
    assert in_order("target_range", 4, 6, options | {"skip_if_invalid": True}) == expected
    assert in_order("target_range", 4, 6, options | {"condition": "_k >= 0"}) == expected


def test_range_backwards_is_counted_as_the_loop_runs():
    found = in_order("target_range", 2, 6, {"j": "_k", "start": "i+2", "stop": "i-1", "step": -1})
    assert found == ([0, 0, 0, 1, 1, 1], [2, 1, 0, 3, 2, 1])


def test_range_with_an_expression_of_the_iterator():
    found = in_order("target_range", 4, 4, {"j": "(i + _k) % N_post", "stop": 2})
    assert found == ([0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 1, 2, 2, 3, 3, 0])


def test_range_over_sources_loops_over_targets_outside():
    assert in_order("source_range", 4, 3, {"i": "_k", "stop": 2}) == ([0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2])
    assert in_order("source_range", 4, 3, {"i": "_k", "stop": "j + 1"})[0] == [0, 0, 1, 0, 1, 2]


def test_range_with_condition_on_both_sides_and_several_synapses():
    found = in_order("target_range", 3, 3, {"j": "_k", "stop": "N_post", "condition": "j > i", "n": "i + 1"})
    assert found == ([0, 0, 1, 1], [1, 2, 2, 2])


def test_step_zero_and_bad_dependence():
    with pytest.raises(ModelError, match="must not be 0"):
        connect("target_range", 2, 2, {"j": "_k", "stop": 2, "step": 0})
    with pytest.raises(ModelError, match="'stop' can only depend"):
        connect("target_range", 2, 2, {"j": "_k", "stop": "j"})


def test_sample_of_a_size():
    i, j = in_order("target_sample", 50, 20, {"j": "_k", "stop": "N_post", "size": 5})
    rows = np.array(j).reshape(50, 5)
    assert i == np.repeat(np.arange(50), 5).tolist()
    assert (np.diff(rows, axis=1) > 0).all()
    assert len({tuple(row) for row in rows.tolist()}) > 40
    i, j = in_order("target_sample", 4, 6, {"j": "_k", "stop": "N_post", "size": "i + 3"})
    assert np.bincount(i).tolist() == [3, 4, 5, 6]
    with pytest.raises(ModelError, match="a sample of 9 cannot be taken from 6 numbers"):
        connect("target_sample", 4, 6, {"j": "_k", "stop": "N_post", "size": 9})


def test_sample_is_uniform():
    _, j = connect("target_sample", 4000, 10, {"j": "_k", "stop": 10, "size": 3})
    counts = np.bincount(j, minlength=10)
    deviation = np.sqrt(4000 * 0.3 * 0.7)
    assert np.abs(counts - 1200).max() < 4.5 * deviation


def test_sample_with_probability():
    i, j = connect("source_sample", 300, 200, {"i": "_k", "start": 0, "stop": "N_pre", "step": 2, "p": 0.25})
    assert not (i % 2).any()
    assert abs(i.size - 150 * 200 * 0.25) < 4.5 * np.sqrt(150 * 200 * 0.25 * 0.75)
    assert len(set(zip(i.tolist(), j.tolist(), strict=True))) == i.size
