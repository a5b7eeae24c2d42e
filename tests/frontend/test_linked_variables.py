"""Linked variables before a run, and in one."""

import numpy as np
import pytest

from distsim.frontend.linked import linked_var
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.units import DimensionMismatchError, units_by_name

ms = units_by_name()["ms"]


def values(view):
    return np.asarray(view).tolist()


def test_linked_variables():
    source = NeuronGroup(5, "z : 1\nw : volt\ns : 1 (shared)")
    group = NeuronGroup(3, "a : 1 (linked)\nk : integer\nc : 1\ntwice = 2*a : 1")
    source.z = "i*10"
    with pytest.raises(TypeError, match="linked to nothing yet"):
        group.a[:]
    group.a = linked_var(source, "z", index=[0, 1, 4])
    assert values(group.a) == [0, 10, 40]
    assert values(group.twice) == [0, 20, 80]
    group.a = linked_var(source[1:4].z)
    assert values(group.a) == [10, 20, 30]
    group.k = "2 - i"
    group.a = linked_var(source, "z", index="k")
    assert values(group.a) == [20, 10, 0]
    source.s = 7
    group.a = linked_var(source, "s")
    assert values(group.twice) == [14, 14, 14]
    with pytest.raises(ValueError, match="'index' can say"):
        group.a = linked_var(source, "z")
    with pytest.raises(DimensionMismatchError):
        group.a = linked_var(source, "w", index=[0, 1, 2])
    with pytest.raises(ValueError, match="out of range"):
        group.a = linked_var(source, "z", index=[0, 1, 7])
    with pytest.raises(TypeError, match="not flagged"):
        group.c = linked_var(source, "s")
    with pytest.raises(ValueError, match="no value of its own"):
        group.a = 3


def test_a_link_is_followed_in_every_step():
    source = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    group = NeuronGroup(4, "y : 1 (linked)\ndz/dt = y/ms : 1", method="euler")
    source.x = "i*10"
    group.y = linked_var(source, "x", index=[0, 1, 1, 0])
    net = Network(source, group)
    net.run(0.3 * ms)
    assert np.allclose(group.y, [0.3, 10.3, 10.3, 0.3])
    assert np.allclose(group.z, [0.03, 3.03, 3.03, 0.03], atol=0.04)
    with pytest.raises(ValueError, match="is not"):
        Network(group).run(0.1 * ms)
