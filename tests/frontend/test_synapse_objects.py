"""Synapses before a run: their variables, indices, delays, and what is refused."""

import numpy as np
import pytest

from distsim.equations import EquationError
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.poisson import PoissonGroup
from distsim.frontend.synapses import Synapses
from distsim.units import DimensionMismatchError, units_by_name

mV, ms, Hz = (units_by_name()[unit] for unit in ("mV", "ms", "Hz"))


@pytest.fixture
def source():
    group = NeuronGroup(4, "v : 1\nx : 1\nq = 2*x + i : 1", threshold="v > 1", reset="v = 0")
    group.x = "i"
    return group


@pytest.fixture
def target():
    group = NeuronGroup(5, "v : 1\nx : 1\nz = 3*x : 1", threshold="v > 1", reset="v = 0")
    group.x = "10*i"
    return group


@pytest.fixture
def synapses(source, target):
    made = Synapses(
        source,
        target,
        "w : 1\nu : second\ntwice = w*2 : 1\ns : 1 (shared)\nc : integer",
        on_pre={"fast": "v_post += w", "pre": "v += 1"},
        on_post="w += 1",
    )
    made.connect()
    made.w = "i*10 + j"
    return made


def values(view):
    return np.asarray(view).tolist()


def test_pairs_are_counted_source_by_source(synapses):
    assert len(synapses) == int(synapses.N) == 20
    assert values(synapses.i) == np.repeat(range(4), 5).tolist()
    assert values(synapses.j) == list(range(5)) * 4
    assert (synapses.N_pre, synapses.N_post) == (4, 5)
    assert set(values(synapses.N_incoming)) == {4}
    assert set(values(synapses.N_outgoing)) == {5}
    assert values(synapses.N_incoming_post) == [4] * 5
    assert values(synapses.N_outgoing_pre) == [5] * 4
    weights = np.zeros((4, 5))
    weights[synapses.i[:], synapses.j[:]] = synapses.w[:]
    assert weights.tolist() == [[10 * i + j for j in range(5)] for i in range(4)]
    synapses.w[:] = np.arange(20.0).reshape(4, 5).flatten()
    assert values(synapses.w) == list(range(20))


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (3, 3),
        (slice(0, 2), [0, 1]),
        ([1, 2], [1, 2]),
        ((2, 3), [23]),
        ((1, slice(None)), [10, 11, 12, 13, 14]),
        ((slice(1, 3), slice(2, None)), [12, 13, 14, 22, 23, 24]),
        ((slice(None, None, -2), 1), [11, 31]),
        ((slice(None, None, 2), 1), [1, 21]),
        (([0, 1], [2, 3]), [2, 3, 12, 13]),
        (([0, 3], 0), [0, 30]),
        ((9, 9), []),
        ("i == j", [0, 11, 22, 33]),
        ("x_pre > 2 and x_post >= 30", [33, 34]),
        ("x > 30", [4, 14, 24, 34]),
        ("q_pre > 7", [30, 31, 32, 33, 34]),
        ("z > 100 and i == 0", [4]),
    ],
)
def test_reading_by_index(synapses, index, expected):
    assert values(synapses.w[index]) == expected


def test_reading_by_groups_and_choices(synapses, source, target):
    assert values(synapses.w[source[1:2], target[0:2]]) == [10, 11]
    assert values(synapses.w[synapses.i == 1]) == [10, 11, 12, 13, 14]
    assert values(synapses.w[synapses[2, :3]]) == [20, 21, 22]
    assert len(synapses["w > 30"]) == 4
    assert values(synapses.indices[1, :]) == [5, 6, 7, 8, 9]
    assert values(synapses.indices["i == j"]) == [0, 6, 12, 18]


def test_writing(synapses):
    synapses.w[2, 3] = 5
    synapses.w[1, :] = np.arange(5)
    synapses.w[0, :] = "3*j"
    synapses.w["i == 3"] = "x_pre + x_post"
    synapses.w[15] += 100
    assert values(synapses.w) == [0, 3, 6, 9, 12, 0, 1, 2, 3, 4, 20, 21, 22, 5, 24, 103, 13, 23, 33, 43]
    synapses.w += 1
    assert values(synapses.twice[:3]) == [2, 8, 14]
    synapses.w = "z"
    assert values(synapses.w[1, :]) == [0, 30, 60, 90, 120]
    synapses.w = "1.0/N_incoming"
    assert values(synapses.w[:2]) == [0.25, 0.25]
    synapses.s = 3
    assert float(synapses.s) == 3
    synapses.c = "i*j"
    assert values(synapses.c[3, :]) == [0, 3, 6, 9, 12]
    assert values(synapses.x_post[1, :]) == [0, 10, 20, 30, 40]


def test_delays(synapses):
    synapses.delay = 1 * ms
    assert values(synapses.delay[:2] / ms) == [1, 1]
    synapses.delay = "i*ms"
    synapses.fast.delay = "j*ms"
    assert values(synapses.pre.delay[1, :] / ms) == [1] * 5
    assert values(synapses.fast.delay[1, :] / ms) == [0, 1, 2, 3, 4]
    assert values(synapses.fast.delay_[:2]) == [0, 0.001]
    synapses.fast.delay[0, :] = 7 * ms
    assert values(synapses.fast.delay[:6] / ms) == [7, 7, 7, 7, 7, 0]
    assert (synapses.fast.order, synapses.post.order) == (-1, 1)
    synapses.fast.order = -2
    assert synapses.fast.order == -2
    assert synapses.fast.name == f"{synapses.name}_fast"
    with pytest.raises(DimensionMismatchError):
        synapses.delay = 3


def test_one_delay_for_all(source, target):
    synapses = Synapses(source, target, on_pre={"up": "v += 1", "down": "v -= 1"}, delay={"down": 5 * ms})
    synapses.connect(j="i")
    assert synapses.down.delay[:] == 5 * ms
    synapses.down.delay = 4 * ms
    synapses.connect(j="i")
    assert synapses.down.delay[:] == 4 * ms
    assert values(synapses.up.delay) == [0] * 8
    with pytest.raises(ValueError, match="it has one value, not 2"):
        synapses.down.delay = [1, 2] * ms
    with pytest.raises(EquationError, match="cannot depend on 'i'"):
        synapses.down.delay = "i*ms"


def test_several_calls_of_connect(source, target):
    synapses = Synapses(source, target, "w : 1")
    synapses.connect(i=[3, 0], j=[1, 2])
    synapses.w = [7, 8]
    synapses.connect(i=1, j=[4, 0])
    assert values(synapses.i) == [3, 0, 1, 1]
    assert values(synapses.j) == [1, 2, 4, 0]
    assert values(synapses.w) == [7, 8, 0, 0]


def test_multisynaptic_index(source, target):
    synapses = Synapses(source, target, "w : 1", on_pre="v += w", multisynaptic_index="k")
    synapses.connect(i=[0, 0, 1], j=[0, 0, 1])
    synapses.connect(i=0, j=0)
    assert values(synapses.k) == [0, 1, 0, 2]
    synapses.delay = "k*ms"
    assert values(synapses.delay[0, 0, 2] / ms) == [2]
    assert len(synapses.delay[:, :, 0]) == 2


def test_numbers_of_synapses_in_code(target):
    group = NeuronGroup(3, "v : 1\nr : 1", threshold="v > 1", reset="v = 0")
    group.v = 2
    synapses = Synapses(group, group, "w : 1", on_pre="w = N_incoming + 10*k", multisynaptic_index="k")
    synapses.connect("i <= j")
    synapses.connect(i=0, j=0)
    Network(group, synapses).run(0.2 * ms)
    assert values(synapses.w[0, 0]) == [2, 12]
    assert values(synapses.w[:, 2]) == [3, 3, 3]
    assert "N_incoming" not in synapses.equations


def test_parts_of_groups(source, target):
    synapses = Synapses(source[1:3], target[2:], "w : 1")
    synapses.connect("i != j")
    assert values(synapses.i) == [0, 0, 1, 1]
    assert values(synapses.j) == [1, 2, 0, 2]
    assert values(synapses.x_pre) == [1, 1, 2, 2]
    assert values(synapses.x_post) == [30, 40, 20, 40]
    synapses.w = "q_pre"
    assert values(synapses.w) == [3, 3, 6, 6]
    assert values(synapses.w[source[2:3], :]) == [6, 6]
    with pytest.raises(IndexError, match="is no part of"):
        synapses.w[source[0:2], :]


def test_no_target_means_the_source(source):
    synapses = Synapses(source, on_pre="v += 1")
    assert synapses.target is source


def test_setting_before_there_are_synapses(source, target):
    synapses = Synapses(source, target, "w : 1", on_pre="v += w")
    assert values(synapses.w) == []
    assert values(synapses.delay) == []
    with pytest.raises(TypeError, match="call connect"):
        synapses.w = 3
    with pytest.raises(AttributeError, match="no variable 'ww'"):
        synapses.ww = 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "x : 1"}, EquationError, "has a variable 'x', too"),
        ({"model": "x = 1 : 1 (summed)"}, EquationError, "ends in '_post' or '_pre'"),
        ({"model": "y_post = 1 : 1 (summed)"}, EquationError, "no parameter 'y'"),
        ({"model": "z_post = 1 : 1 (summed)"}, EquationError, "'z' of .* is a subexpression"),
        ({"model": "x_post = 1*volt : volt (summed)"}, DimensionMismatchError, "another unit"),
        ({"model": "delay : second"}, EquationError, "special meaning"),
        ({"model": "w : 1 (unless refractory)"}, EquationError, "cannot be flagged"),
        ({"on_pre": "y += 1"}, EquationError, "unknown variable 'y'"),
        ({"on_pre": "v += 3*mV"}, DimensionMismatchError, "'pre'"),
        ({"on_pre": "v += 1", "delay": {"foo": 3 * ms}}, ValueError, "no pathway 'foo'"),
        ({"on_pre": "v += 1", "delay": [3, 4] * ms}, TypeError, "one time for all"),
        ({"on_pre": "v += 1", "delay": 3}, TypeError, "must be a time"),
        ({"on_pre": "v += 1", "delay": -3 * ms}, ValueError, "must not be negative"),
        ({"on_pre": "v += 1", "on_event": "foo"}, ValueError, "has no event 'foo'"),
        ({"on_pre": 3}, TypeError, "must be a string or a dictionary"),
        ({"on_pre": {"v_pre": "v += 1"}}, ValueError, "has a meaning already"),
        ({"on_pre": "v += 1", "pre": "v += 1"}, TypeError, "former name"),
        ({"source": 3}, TypeError, "must be a group of neurons"),
    ],
)
def test_mistakes(source, target, arguments, error, message):
    with pytest.raises(error, match=message):
        Synapses(**{"source": source, "target": target} | arguments)


def test_groups_that_never_spike(target):
    silent = NeuronGroup(2, "v : 1")
    with pytest.raises(ValueError, match="did you forget its 'threshold'"):
        Synapses(silent, target, on_pre="v += 1")
    with pytest.raises(EquationError, match="unknown variable 'v'"):
        Synapses(target, PoissonGroup(3, 1 * Hz), on_pre="v += 1")


def test_states(synapses):
    states = synapses.get_states()
    assert {"w", "u", "s", "c", "i", "j", "N", "N_pre", "N_post", "delay"} <= states.keys()
    assert not {"v_post", "x_pre", "twice"} & states.keys()
    synapses.w = 0
    synapses.set_states(states)
    assert values(synapses.w[2, 3]) == [23]


def test_subexpressions_of_the_source_with_names_from_outside():
    factor = 3
    group = NeuronGroup(3, "x : 1\ndouble = factor*x : 1\ntotal : 1")
    group.x = [1, 2, 3]
    synapses = Synapses(group, group, "seen = double_pre + 1 : 1\ntotal_post = double_pre : 1 (summed)")
    synapses.connect(j="i")
    assert values(synapses.seen[:]) == [4, 7, 10]
    Network(group, synapses).run(0.2 * ms)
    assert values(group.total) == [3, 6, 9]
    assert factor == 3


def test_single_precision(source, target):
    synapses = Synapses(source, target, "w : 1\nc : integer", dtype=np.float32)
    synapses.connect(j="i")
    synapses.w = 0.1
    assert synapses.w[:].dtype == np.float32
    assert synapses.c[:].dtype == np.int32
