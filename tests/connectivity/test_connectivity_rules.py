"""What each rule connects, counted exactly."""

import numpy as np
import pytest
from connectivity_requests import ask, connect

from distsim.connectivity import PairIndexError, all_rules, find_rule
from distsim.network.errors import ModelError


def pairs(i, j):
    return sorted(zip(i.tolist(), j.tolist(), strict=True))


def expected_pairs(condition, sources, targets):
    return sorted((i, j) for i in range(sources) for j in range(targets) if condition(i, j))


def test_all_to_all():
    assert pairs(*connect("all_to_all", 3, 4)) == expected_pairs(lambda i, j: True, 3, 4)
    i, j = connect("all_to_all", 3, 4, {"n": 3})
    assert np.array_equal(np.bincount(i * 4 + j), np.full(12, 3))


@pytest.mark.parametrize("offset", range(-7, 8))
@pytest.mark.parametrize("sizes", [(5, 5), (3, 6), (6, 3), (1, 4), (4, 1)])
def test_self_connections_are_left_out_exactly(sizes, offset):
    i, j = connect("all_to_all", *sizes, {"autapses": False}, same_offset=offset)
    assert pairs(i, j) == expected_pairs(lambda i, j: i + offset != j, *sizes)
    assert pairs(*connect("all_to_all", *sizes, same_offset=offset)) == expected_pairs(
        lambda i, j: True, *sizes
    )
    assert len(connect("all_to_all", *sizes, {"autapses": False})[0]) == sizes[0] * sizes[1]


def test_condition():
    condition = "abs(i - j) > 2 and abs(i - j) < 5 or i == N_pre - 1"
    i, j = connect("condition", 8, 11, {"condition": condition})
    assert pairs(i, j) == expected_pairs(lambda i, j: 2 < abs(i - j) < 5 or i == 7, 8, 11)
    assert connect("condition", 8, 11, {"condition": False})[0].size == 0
    assert connect("condition", 8, 11, {"condition": "True"})[0].size == 88


def test_condition_on_the_neurons_variables():
    x = np.arange(8.0)
    i, j = connect(
        "condition",
        8,
        8,
        {"condition": "x_pre < 2*x_post", "n": "i"},
        pair_values=lambda name, i, j: x[i] if name == "x_pre" else x[j],
    )
    expected = [pair for pair in expected_pairs(lambda i, j: i < 2 * j, 8, 8) for _ in range(pair[0])]
    assert pairs(i, j) == expected


def test_one_to_one():
    i, j = connect("one_to_one", 4, 6)
    assert i.tolist() == j.tolist() == [0, 1, 2, 3]
    assert connect("one_to_one", 4, 4, {"condition": "i % 2 == 1", "n": 2})[0].tolist() == [1, 1, 3, 3]
    assert connect("one_to_one", 6, 4, {"skip_if_invalid": True})[0].tolist() == [0, 1, 2, 3]
    with pytest.raises(PairIndexError, match="j = i = 4 "):
        connect("one_to_one", 6, 4)


def test_pairs_keep_their_order_and_are_broadcast():
    i, j = connect("pairs", 5, 5, {"i": np.array([4, 0, 4, 2]), "j": np.array([1, 1, 1, 0])})
    assert i.tolist() == [4, 0, 4, 2]
    assert j.tolist() == [1, 1, 1, 0]
    i, j = connect("pairs", 5, 5, {"i": np.array([1, 2]), "j": 3})
    assert pairs(i, j) == [(1, 3), (2, 3)]
    assert connect("pairs", 5, 5, {"i": np.array([]), "j": np.array([])})[0].size == 0


def test_target_expression():
    i, j = connect("target_expression", 7, 4, {"j": "int(i/2)"})
    assert (i.tolist(), j.tolist()) == (list(range(7)), [0, 0, 1, 1, 2, 2, 3])
    assert connect("target_expression", 5, 4, {"j": 3})[1].tolist() == [3] * 5
    i, j = connect("target_expression", 5, 4, {"j": "i + 1", "skip_if_invalid": True})
    assert pairs(i, j) == [(0, 1), (1, 2), (2, 3)]
    # A condition on the source alone is asked first and so guards the range; one on j sees valid ones only.
    i, j = connect("target_expression", 5, 4, {"j": "i + 1", "condition": "i < N_post - 1"})
    assert pairs(i, j) == [(0, 1), (1, 2), (2, 3)]
    with pytest.raises(IndexError, match="j = 4 is out of range: there are 4"):
        connect("target_expression", 5, 4, {"j": "i + 1", "condition": "j < 2"})


def test_source_expression():
    i, j = connect("source_expression", 10, 4, {"i": "j*2"})
    assert (i.tolist(), j.tolist()) == ([0, 2, 4, 6], [0, 1, 2, 3])
    with pytest.raises(IndexError, match="i = -1 is out of range: there are 10"):
        connect("source_expression", 10, 4, {"i": "j - 1"})
    i, j = connect("source_expression", 10, 4, {"i": "j - 1", "skip_if_invalid": True, "n": 2})
    assert pairs(i, j) == [(0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (2, 3)]


def test_variables_of_the_side_to_be_computed_are_not_read():
    x = np.arange(4)

    def values(name, i, j):
        return {"k": 1, "x": x[j], "x_post": x[j], "y_pre": x[i]}[name]

    i, j = connect("target_expression", 4, 4, {"j": "y_pre*k"}, pair_values=values)
    assert pairs(i, j) == [(0, 0), (1, 1), (2, 2), (3, 3)]
    i, _ = connect(
        "target_expression", 4, 4, {"j": "i", "condition": "x_post > y_pre - k"}, pair_values=values
    )
    assert i.size == 4
    for parameters in ({"j": "x"}, {"j": "i", "condition": "x > 1"}):
        with pytest.raises(ModelError, match=r"'x' depends on 'j'.*'x_post'"):
            connect("target_expression", 4, 4, parameters, pair_values=values)


@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("autapses", [True, False])
@pytest.mark.parametrize("offset", [None, 0, 7, -12])
@pytest.mark.parametrize("number", [0, 1, 17, 28])
def test_fixed_numbers(number, offset, autapses, multapses):
    options = {"multapses": multapses, "autapses": autapses}
    total = {"number": number * 30, **options}
    for name, degree in (("fixed_indegree", 1), ("fixed_outdegree", 0), ("fixed_total", None)):
        parameters = total if degree is None else {"number": number, **options}
        i, j = connect(name, 30, 35, parameters, same_offset=offset)
        if degree is None:
            assert i.size == number * 30
        else:
            assert np.array_equal(np.bincount((i, j)[degree], minlength=(30, 35)[degree]),
                                  np.full((30, 35)[degree], number))  # fmt: skip
        if not multapses:
            assert np.unique(i * 35 + j).size == i.size
        elif number == 28:
            assert np.unique(i * 35 + j).size < i.size
        if not autapses and offset is not None:
            assert not np.any(i + offset == j)


def test_everything_that_fits_is_connected_without_repeats():
    for name, number in (("fixed_indegree", 6), ("fixed_outdegree", 6), ("fixed_total", 42)):
        i, j = connect(name, 7, 7, {"number": number, "multapses": False, "autapses": False}, same_offset=0)
        assert pairs(i, j) == expected_pairs(lambda i, j: i != j, 7, 7)


def test_probability_of_nothing_and_of_all():
    assert connect("probability", 9, 9, {"p": 0})[0].size == 0
    assert connect("probability", 9, 9, {"p": 1})[0].size == 81
    assert connect("probability", 9, 9, {"p": "2.0*(i >= 0)"})[0].size == 81
    assert connect("probability", 9, 9, {"p": "-1.0*(i >= 0)"})[0].size == 0
    assert connect("probability", 9, 9, {"p": 1e-300})[0].size == 0


def test_expression_of_constants_is_a_constant():
    values = {"K": 3, "fraction": 0.1}
    i, _ = connect(
        "fixed_indegree", 9, 4, {"number": "K*10*fraction"}, pair_values=lambda name, i, j: values[name]
    )
    assert i.size == 12


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0), (0, 0)])
@pytest.mark.parametrize("name", ["all_to_all", "probability", "fixed_outdegree", "fixed_indegree"])
def test_empty_populations(name, sizes):
    parameters = {
        "probability": {"p": 0.5},
        "fixed_outdegree": {"number": 0},
        "fixed_indegree": {"number": 0},
    }
    assert connect(name, *sizes, parameters.get(name, {}))[0].size == 0


def test_synapses_know_their_place_in_a_list():
    def numbers(name, sources, targets, parameters, part):
        batches = list(find_rule(name).draw(ask(name, sources, targets, parameters, targets=part)))
        return [
            (int(n), int(i), int(j))
            for b in batches
            for n, i, j in zip(b.numbers, b.sources, b.targets, strict=True)
        ]

    given = {"i": np.array([3, 1, 2]), "j": np.array([4, 0, 4])}
    assert numbers("pairs", 5, 5, given, range(4, 5)) == [(0, 3, 4), (2, 2, 4)]
    given["n"] = 2
    assert numbers("pairs", 5, 5, given, range(4, 5)) == [(0, 3, 4), (0, 3, 4), (2, 2, 4), (2, 2, 4)]
    (batch,) = find_rule("condition").draw(ask("condition", 3, 3, {"condition": "i < j"}))
    assert batch.numbers is None


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("fixed_indegree", {"number": 11, "multapses": False}, "only 10 to choose"),
        ("fixed_indegree", {"number": 10, "multapses": False, "autapses": False}, "only 9 to choose"),
        ("fixed_outdegree", {"number": 11, "multapses": False}, "only 10 to choose"),
        ("fixed_total", {"number": 101, "multapses": False}, "only 100 to choose"),
        ("fixed_indegree", {"number": -1}, "must not be negative"),
        ("fixed_indegree", {"number": 2.5}, "must be a whole number, not 2.5"),
        ("fixed_total", {"number": "i"}, "must be one whole number"),
        ("fixed_total", {"number": float("nan")}, "must be one whole number"),
        ("fixed_total", {}, "needs 'number'"),
        ("fixed_total", {"numbr": 3}, "did you mean 'number'"),
        ("fixed_total", {"number": 3, "multapses": 2}, "must be true or false"),
        ("all_to_all", {"n": -1}, "must not be negative"),
        ("all_to_all", {"n": "i - 1"}, "must not be negative, it is -1"),
        ("all_to_all", {"n": "i/2"}, r"make it one with int\(...\)"),
        ("probability", {"p": 1.5}, "between 0 and 1, it is 1.5"),
        ("probability", {"p": -0.1}, "between 0 and 1"),
        ("probability", {"p": float("nan")}, "must be a probability"),
        ("probability", {"p": "0*log(-i)"}, "not a number for i = 0"),
        ("probability", {"p": "w*i"}, "'w' is not known"),
        ("condition", {"condition": "i + j"}, "must be true or false"),
        ("condition", {"condition": 1.5}, "must be a boolean expression"),
        ("target_expression", {"j": "j + 1"}, "cannot depend on 'j'"),
        ("target_expression", {"j": "int(x_post)"}, "cannot depend on 'j'"),
        ("target_expression", {"j": "i*0.5"}, r"int\(...\)"),
        ("pairs", {"i": np.array([0.5]), "j": np.array([1])}, "must hold integers"),
        ("pairs", {"i": np.array([1, 2, 3]), "j": np.array([1, 2])}, "3 numbers and 'j' 2"),
        ("pairs", {"i": np.array([1, -2]), "j": np.array([1, 2])}, "i = -2 is out of range"),
        ("pairs", {"i": np.array([1]), "j": np.array([10])}, "j = 10 is out of range: there are 10"),
    ],
)
def test_impossible_requests_are_refused(name, parameters, message):
    with pytest.raises(ModelError, match=message):
        connect(name, 10, 10, parameters, same_offset=0)


def test_refusal_does_not_wait_for_the_first_synapse():
    with pytest.raises(ModelError, match="needs 'p'"):
        find_rule("probability").draw(ask("probability", 3, 3, {}))


def test_names_of_rules():
    assert list(all_rules()) == sorted(
        ["all_to_all", "condition", "fixed_indegree", "fixed_outdegree", "fixed_total", "one_to_one",
         "pairs", "probability", "source_expression", "source_range", "source_sample", "target_expression",
         "target_range", "target_sample"]
    )  # fmt: skip
    with pytest.raises(ModelError, match="did you mean 'fixed_total'"):
        find_rule("fixed_totl")


@pytest.mark.parametrize(
    ("name", "parameters", "count"),
    [
        ("all_to_all", {"autapses": False, "n": 2}, 2 * (400 * 300 - 300)),
        ("condition", {"condition": "i < 100"}, 30_000),
        ("condition", {"condition": "v_post > 1"}, np.nan),
        ("probability", {"p": 0.25}, 30_000),
        ("probability", {"p": "0.25", "condition": "i < 100", "n": "1 + i % 2"}, 11_250),
        ("probability", {"p": "w"}, np.nan),
        ("one_to_one", {"skip_if_invalid": True}, 300),
        ("pairs", {"i": np.arange(5), "j": np.arange(5), "n": "i"}, 10),
        ("target_expression", {"j": "i*2", "skip_if_invalid": True}, 150),
        ("source_expression", {"i": "j", "n": 2}, 600),
        ("fixed_indegree", {"number": 10}, 3000),
        ("fixed_outdegree", {"number": 10}, 4000),
        ("fixed_total", {"number": 10}, 10),
    ],
)
def test_expected_number(name, parameters, count):
    request = ask(name, 400, 300, parameters, same_offset=0, targets=range(0))
    assert find_rule(name).expected(request) == pytest.approx(count, rel=0.03, nan_ok=True)


def test_a_huge_network_asks_only_for_its_part():
    million = 10**6
    part = range(123_456, 123_476)
    i, j = connect("fixed_total", million, million, {"number": 10**10}, targets=part)
    assert abs(i.size - 200_000) < 5 * 200_000**0.5
    i, j = connect("fixed_total", million, million, {"number": 10**10, "multapses": False}, targets=part)
    assert abs(i.size - 200_000) < 5 * 200_000**0.5
    i, j = connect("fixed_indegree", million, million, {"number": 10**4, "multapses": False}, targets=part)
    assert i.size == 200_000
    i, j = connect("probability", million, million, {"p": 0.01}, targets=part)
    assert abs(i.size - 200_000) < 5 * 200_000**0.5
    assert np.all(np.diff(i.astype(np.int64) * million + j) > 0)
