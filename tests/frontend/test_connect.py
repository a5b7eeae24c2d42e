"""The forms of ``connect``; what they give is known from Brian 2, where it is not random."""

import numpy as np
import pytest

from distsim.equations import EquationError
from distsim.frontend.generator_syntax import Generator, parse_generator
from distsim.frontend.namespaces import NameResolutionError
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.synapses import Synapses
from distsim.network import ModelError


@pytest.fixture
def synapses():
    source = NeuronGroup(4, "x : 1\ny : 1\nq = 2*x : 1")
    target = NeuronGroup(6, "x : 1")
    source.x, target.x = "i", "10*i"
    return Synapses(source, target, "w : 1")


def pairs(synapses):
    return list(zip(synapses.i[:].tolist(), synapses.j[:].tolist(), strict=True))


def product(sources, targets):
    return [(i, j) for i in sources for j in targets]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, product(range(4), range(6))),
        ({"condition": True}, product(range(4), range(6))),
        ({"condition": False}, []),
        ({"condition": "i == j"}, [(i, i) for i in range(4)]),
        ({"condition": "x_pre > 1 and x_post < 30"}, product((2, 3), (0, 1, 2))),
        ({"condition": "x > 40"}, product(range(4), (5,))),
        ({"condition": "q_pre > 5"}, product((3,), range(6))),
        ({"condition": "i == 0 and j < 2", "n": 2}, [(0, 0), (0, 0), (0, 1), (0, 1)]),
        ({"condition": "j < 1", "n": "i"}, [(1, 0), (2, 0), (2, 0), (3, 0), (3, 0), (3, 0)]),
        ({"p": "1.0*(i == j)"}, [(i, i) for i in range(4)]),
        ({"p": "x_pre"}, product((1, 2, 3), range(6))),
        ({"p": 1.5, "condition": "j == 0"}, product(range(4), (0,))),
        ({"p": -1}, []),
        ({"i": 1, "j": 4}, [(1, 4)]),
        ({"i": [3, 0], "j": [1, 2]}, [(3, 1), (0, 2)]),
        ({"i": [0, 1], "j": 3}, [(0, 3), (1, 3)]),
        ({"i": [1, 0], "j": [2, 1], "n": 2}, [(1, 2), (1, 2), (0, 1), (0, 1)]),
        ({"i": [1, 0], "j": [2, 1], "n": [1, 3]}, [(1, 2), (0, 1), (0, 1), (0, 1)]),
        ({"i": [], "j": []}, []),
        ({"j": "i"}, [(i, i) for i in range(4)]),
        ({"j": "i", "n": 2}, [(i, i) for i in range(4) for _ in range(2)]),
        ({"i": "j", "skip_if_invalid": True}, [(i, i) for i in range(4)]),
        ({"i": "int(j/2)"}, [(0, 0), (0, 1), (1, 2), (1, 3), (2, 4), (2, 5)]),
        ({"j": "i/2"}, [(0, 0), (1, 0), (2, 1), (3, 1)]),
        ({"j": "int(i/2) if i % 2 == 0"}, [(0, 0), (2, 1)]),
        ({"j": "int(x_pre)"}, [(i, i) for i in range(4)]),
        (
            {"j": "k for k in range(i-1, i+2)", "skip_if_invalid": True},
            [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 4)],
        ),
        ({"j": "k for k in range(i+2, i, -1)"}, [(i, j) for i in range(4) for j in (i + 2, i + 1)]),
        (
            {"j": "i + k for k in range(2) if x_post < 40"},
            [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3)],
        ),
        (
            {"j": "(i + k) % N_post for k in range(4, 6)"},
            [(0, 4), (0, 5), (1, 5), (1, 0), (2, 0), (2, 1), (3, 1), (3, 2)],
        ),
        ({"j": "k for k in range(int(x_pre))"}, [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]),
        ({"j": "k for k in range(N_post) if k == i"}, [(i, i) for i in range(4)]),
        ({"j": "k for k in range(0, N_post)"}, product(range(4), range(6))),
        ({"i": "k for k in range(2)"}, [(i, j) for j in range(6) for i in range(2)]),
        ({"i": "k for k in range(j, j+1) if k < 2", "skip_if_invalid": True}, [(0, 0), (1, 1)]),
    ],
)  # fmt: skip
def test_pairs(synapses, arguments, expected):
    synapses.connect(**arguments)
    assert pairs(synapses) == expected


def test_samples(synapses):
    synapses.connect(j="k for k in sample(N_post, size=3)")
    found = np.array(pairs(synapses))
    assert found[:, 0].tolist() == np.repeat(range(4), 3).tolist()
    assert (np.diff(found[:, 1].reshape(4, 3)) > 0).all()


def test_samples_of_sources(synapses):
    synapses.connect(i="k for k in sample(N_pre, size=2)")
    found = np.array(pairs(synapses))
    assert found[:, 1].tolist() == np.repeat(range(6), 2).tolist()
    assert (np.diff(found[:, 0].reshape(6, 2)) > 0).all()


def test_samples_with_probability(synapses):
    synapses.connect(j="k for k in sample(0, N_post, 2, p=0.5) if k != i")
    assert all(j % 2 == 0 and i != j for i, j in pairs(synapses))
    before = len(synapses)
    synapses.connect(j="k for k in sample(N_post, p=1.0)")
    assert len(synapses) == before + 24


def test_probability():
    group = NeuronGroup(200, "v : 1")
    synapses = Synapses(group, group)
    synapses.connect(p=0.1)
    assert abs(len(synapses) - 4000) < 4.5 * 60
    again = Synapses(group, group)
    again.connect(p=0.1)
    assert pairs(again) != pairs(synapses)


def test_names_from_outside(synapses):
    limit = 2  # noqa: F841 (found by the string)
    synapses.connect("i < limit and j == 0")
    assert pairs(synapses) == [(0, 0), (1, 0)]
    synapses.connect("i < limit and j == 1", namespace={"limit": 1})
    assert pairs(synapses)[2:] == [(0, 1)]
    with pytest.raises(NameResolutionError, match="did you mean 'limit'"):
        synapses.connect("i < limti")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"i": [0.0, 1.0], "j": [1, 2]}, TypeError, "must be integers"),
        ({"i": [0, 9], "j": [1, 2]}, IndexError, "i = 9 is out of range"),
        ({"i": [0, -1], "j": [1, 2]}, IndexError, "i = -1 is out of range"),
        ({"i": [0, 1], "j": [1, 2, 3]}, ValueError, "taken in pairs"),
        ({"i": [[0, 1]], "j": [[1, 2]]}, ValueError, "one-dimensional"),
        ({"i": slice(0, 2), "j": [1, 2]}, TypeError, "must be an integer"),
        ({"i": [0, 1]}, ValueError, "given together"),
        ({"i": [0, 1], "j": [1, 2], "condition": "i > 0"}, ValueError, "does not go with"),
        ({"i": [0, 1], "j": [1, 2], "n": "i + 1"}, TypeError, "cannot be strings"),
        ({"j": "i", "condition": "i > 2"}, ValueError, "does not go with"),
        ({"j": "i", "p": 0.5}, ValueError, "'p' does not go with"),
        ({"j": "j"}, ValueError, "cannot depend on itself"),
        ({"j": "i*2.0"}, IndexError, "j = 6 is out of range"),
        ({"j": "k for k in range(i-1, i+2)"}, IndexError, "j = -1 is out of range"),
        ({"j": "k for k in range(x_pre)"}, TypeError, "must be an integer"),
        ({"j": "k for k in range(int(x_post))"}, ModelError, "can only depend on"),
        ({"j": "k for k in sample(N_post, size=9)"}, ModelError, "a sample of 9 cannot be taken from 6"),
        ({"j": "k for k in foo(3)"}, SyntaxError, "range"),
        ({"j": "[k for k in range(3)]"}, SyntaxError, "without brackets"),
        ({"j": "k for k in range(1, 2, 3, 4)"}, SyntaxError, "one to three"),
        ({"j": "k for k in sample(3)"}, SyntaxError, "'size=' or 'p='"),
        ({"j": "k for i in range(3)"}, ValueError, "has a meaning already"),
        ({"j": "k if i < 2"}, NameResolutionError, "unknown name 'k'"),
        ({"condition": "i"}, EquationError, "must be a condition"),
        ({"condition": 3}, TypeError, "must be a string"),
        ({"condition": "N_incoming > 2"}, NameResolutionError, "N_incoming"),
        ({"foo": 3}, TypeError, "foo"),
    ],
)
def test_mistakes(synapses, arguments, error, message):
    with pytest.raises(error, match=message):
        synapses.connect(**arguments)
    assert len(synapses) == 0


def test_texts_are_taken_apart():
    assert parse_generator("i + 1") == Generator("i + 1")
    assert parse_generator(" int(i/2)\n if i % 2 == 0") == Generator("int(i/2)", "i % 2 == 0")
    assert parse_generator("k + i for k in sample(1, N_post, size=10) if k != i") == Generator(
        "k + i", "k != i", "k", "sample", {"start": "1", "stop": "N_post", "size": "10"}
    )
    for text in ("", "for", "k for k in range(3) for l in range(3)", "k for k in x", "import os"):
        with pytest.raises(SyntaxError, match="cannot understand"):
            parse_generator(text)
