"""The same network, target by target and in the same order, for any range of targets at a time."""

import itertools

import numpy as np
import pytest
from connectivity_requests import by_target, connect, make_chunks_small

from distsim.connectivity import all_rules

V_PRE = np.linspace(0, 1, 60)
V_POST = np.linspace(0, 1, 47)
VALUES = {"k": lambda i, j: 0.5, "v_pre": lambda i, j: V_PRE[i], "v_post": lambda i, j: V_POST[j]}


def values(name, i, j):
    return VALUES[name](i, j)


CASES = {
    "all": ("all_to_all", {}),
    "all twice": ("all_to_all", {"n": 2}),
    "all but self": ("all_to_all", {"autapses": False}),
    "one to one": ("one_to_one", {"skip_if_invalid": True}),
    "pairs": ("pairs", {"i": np.array([5, 3, 5, 59, 0]), "j": np.array([46, 2, 46, 0, 46])}),
    "pairs random n": ("pairs", {"i": np.arange(60), "j": np.arange(60)[::-1] % 47, "n": "poisson(1.5)"}),
    "pairs p": ("pairs", {"i": np.arange(200) % 60, "j": np.arange(200) % 47, "p": 0.5}),
    "condition": ("condition", {"condition": "abs(i - j) < 5 and v_pre > v_post*k"}),
    "condition random": ("condition", {"condition": "rand() < 0.3 or randn() > 2", "n": "1 + int(3*rand())"}),
    "p": ("probability", {"p": 0.1}),
    "p sure": ("probability", {"p": 1.0, "autapses": False}),
    "p large, self": ("probability", {"p": 0.7, "autapses": False}),
    "p, condition, n": ("probability", {"p": 0.2, "condition": "i % 2 == 0", "n": "i % 3"}),
    "p, random n": ("probability", {"p": 0.2, "n": "poisson(2)"}),
    "p constant name": ("probability", {"p": "k"}),
    "p expression": ("probability", {"p": "exp(-abs(i-j)/10.0)*v_post", "autapses": False}),
    "p random": ("probability", {"p": "rand()*rand()", "condition": "i != 2"}),
    "j": ("target_expression", {"j": "int(i/2)", "condition": "j % 3 != 0", "n": "1 + i % 2"}),
    "j random": ("target_expression", {"j": "int(rand()*N_post)"}),
    "i": ("source_expression", {"i": "j + 1", "condition": "v_pre > v_post or rand() < 0.5"}),
    "i random": ("source_expression", {"i": "int(rand()*N_pre)", "n": 3}),
    "indegree": ("fixed_indegree", {"number": 9}),
    "indegree distinct": ("fixed_indegree", {"number": 9, "multapses": False, "autapses": False}),
    "indegree dense": ("fixed_indegree", {"number": 58, "multapses": False, "autapses": False}),
    "outdegree": ("fixed_outdegree", {"number": 9, "autapses": False}),
    "outdegree distinct": ("fixed_outdegree", {"number": 9, "multapses": False, "autapses": False}),
    "outdegree dense": ("fixed_outdegree", {"number": 40, "multapses": False}),
    "total": ("fixed_total", {"number": 900}),
    "total distinct": ("fixed_total", {"number": 900, "multapses": False, "autapses": False}),
    "total dense": ("fixed_total", {"number": 2600, "multapses": False}),
    "range": ("target_range", {"j": "_k", "start": "i-3", "stop": "i+4", "skip_if_invalid": True}),
    "range backwards": ("target_range", {"j": "_k", "start": 46, "stop": -1, "step": -3}),
    "range random": ("target_range", {"j": "_k", "stop": 40, "condition": "rand() < 0.3 and v_post < k"}),
    "range computed": ("target_range", {"j": "(_k + i) % N_post", "stop": "int(v_pre) % 5 + 1"}),
    "sample": ("target_sample", {"j": "_k", "stop": "N_post", "size": 7}),
    "sample p": ("target_sample", {"j": "_k", "stop": "N_post", "p": 0.3, "condition": "_k != i"}),
    "sample p expression": ("target_sample", {"j": "(_k + i) % N_post", "stop": "N_post", "p": "0.01*i"}),
    "range of sources": ("source_range", {"i": "_k", "stop": "j", "condition": "rand() < 0.5"}),
    "sample of sources": ("source_sample", {"i": "_k", "stop": "N_pre", "size": "j // 2 + 1"}),
}  # fmt: skip


def partitions(size):
    for parts in (2, 3, 4, 7, 3 * size):
        cuts = [size * part // parts for part in range(parts + 1)]
        yield [range(start, stop) for start, stop in itertools.pairwise(cuts)]
    yield [range(0), range(11), range(11, 11), range(11, 12), range(12, size), range(size, size)]


@pytest.fixture(params=[False, True], ids=["chunks as they are", "small chunks"])
def _chunks(request, monkeypatch):
    """Make chunks and batches so small that a small network has many."""
    if request.param:
        make_chunks_small(monkeypatch)


@pytest.mark.usefixtures("_chunks")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("same_offset", [None, 0, -13])
def test_any_partition_of_the_targets_gives_the_same_network(case, same_offset):
    name, parameters = CASES[case]
    options = {"same_offset": same_offset, "pair_values": values}
    whole = by_target(*connect(name, 60, 47, parameters, **options))
    assert whole[0].size > 0
    for partition in partitions(47):
        parts = [connect(name, 60, 47, parameters, targets=part, **options) for part in partition]
        together = by_target(*(np.concatenate(side) for side in zip(*parts, strict=True)))
        assert np.array_equal(together, whole)


@pytest.mark.parametrize("case", CASES)
def test_numbers_follow_the_seed_and_the_stream_alone(case):
    name, parameters = CASES[case]
    first, again, other_seed, other_stream = (
        by_target(*connect(name, 60, 47, parameters, pair_values=values, **options))
        for options in ({}, {}, {"seed": 2}, {"stream": "other"})
    )
    assert np.array_equal(first, again)
    texts = [value for value in parameters.values() if isinstance(value, str)]
    drawn = (
        name.startswith("fixed")
        or "size" in parameters
        or any(word in text for text in texts for word in ("rand", "poisson"))
    )
    if drawn or ("p" in parameters and parameters["p"] != 1.0):
        assert not np.array_equal(first, other_seed)
        assert not np.array_equal(first, other_stream)
    else:
        assert np.array_equal(first, other_seed)


def test_every_rule_is_tried():
    assert {name for name, _ in CASES.values()} == set(all_rules())
