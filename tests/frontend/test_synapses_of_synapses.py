"""Synapses that come from synapses, or lead to them: the same bits on any number of ranks."""

import numpy as np
import pytest
from session_harness import everywhere

from distsim.driver import use_session
from distsim.equations import EquationError
from distsim.frontend.monitors import StateMonitor
from distsim.frontend.namespaces import NameResolutionError
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.randomness import seed
from distsim.frontend.synapses import Synapses
from distsim.units import units_by_name

ms = units_by_name()["ms"]


@pytest.fixture(autouse=True)
def _own_session():
    yield
    use_session(None)


def in_session(script):
    """Return a script that runs with the objects of the front end, seeded."""

    def run(session):
        use_session(session)
        seed(7)
        return {name: np.ascontiguousarray(np.asarray(value)) for name, value in script().items()}

    return run


def cells(number, name):
    """Return neurons that spike in different steps."""
    group = NeuronGroup(
        number,
        "dv/dt = I/ms : 1\nI : 1\ng : 1\nc : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name=name,
    )
    group.I = "0.4 + 0.5*rand()"
    group.c = "rand()"
    return group


def connections(source, target, name="first", **more):
    """Return synapses with values that tell them apart."""
    synapses = Synapses(
        source,
        target,
        "w : 1\nx : 1\nk : integer\ntwice = 2*w + i : 1\ndq/dt = -q/(5*ms) : 1 (event-driven)",
        on_pre="g_post += w; q += 1",
        name=name,
        **more,
    )
    synapses.connect(p=0.5)
    synapses.w = "rand()"
    synapses.k = "int(5*rand())"
    return synapses


def test_connections_onto_synapses():
    def script():
        source, target = cells(5, "source"), cells(6, "target")
        first = connections(source, target, multisynaptic_index="m")
        other = Synapses(source, first, "u : 1\nz : 1", multisynaptic_index="n", name="other")
        for arguments in (
            {"p": 0.3},
            {"condition": "w_post > c_pre and i_post != i"},
            {"p": "w_post", "n": 2},
            {"j": "k_ for k_ in sample(N_post, size=3)"},
            {"j": "k_ for k_ in range(i, N_post, 4) if w_post > 0.3"},
            {"j": "2*i"},
            {"i": "k_post"},
            {"i": "k_ for k_ in range(2) if j_post > 2"},
            {"i": [0, 4, 2, 2], "j": [7, 3, 0, 0]},
        ):
            other.connect(**arguments)
        other.u = "randn() + w_post + i_post/N_post"
        other.z = "N_incoming + 0.1*N_outgoing + twice_post + c_pre"
        other.u["j > 5 and k_post == 2"] = "rand()"
        other.u[1, 3:9] = -1
        return {
            "i": other.i, "j": other.j, "n": other.n, "u": other.u, "z": other.z, "w": other.w_post,
            "k": other.k_post, "sources": other.i_post, "m": other.m_post, "bare": other.twice,
            "large": other.u["w_post > 0.5"], "indices": other.indices["i_post == 3"],
            "incoming": other.N_incoming_post,
        }  # fmt: skip

    found = everywhere(in_session(script))
    assert len(found["i"]) > 50


def test_connections_from_synapses():
    def script():
        source, target = cells(5, "source"), cells(6, "target")
        first = connections(source, target)
        other = Synapses(first, target[1:], "u : 1", name="other")
        pairs = Synapses(first, first, "d : 1", name="pairs")
        for arguments in (
            {"p": 0.2},
            {"condition": "i_pre == j"},
            {"j": "j_pre", "skip_if_invalid": True},
            {"i": "k_ for k_ in sample(N_pre, p=0.1)"},
            {"i": [3, 0], "j": [1, 4]},
        ):
            other.connect(**arguments)
        pairs.connect("i != j and i_pre == i_post")
        other.u = "w_pre + 10*v_post + twice_pre + rand()"
        pairs.d = "w_pre - w_post + 0.01*rand()"
        return {
            "i": other.i, "j": other.j, "u": other.u, "pi": pairs.i, "pj": pairs.j, "d": pairs.d,
            "outgoing": other.N_outgoing, "difference": pairs.d["d > 0"], "from": other.j_pre,
        }  # fmt: skip

    found = everywhere(in_session(script))
    assert len(found["pi"]) > 20
    assert len(found["i"]) > 10


def network():
    """Return everything that synapses can do to synapses, in one network."""
    source, target, glia = cells(5, "source"), cells(7, "target"), cells(3, "glia")
    first = Synapses(
        source,
        target,
        "w : 1\nboost : 1\ny : 1\nshare : 1\ndq/dt = -q/(5*ms) : 1 (event-driven)\n"
        "ds/dt = (w - s)/(3*ms) : 1 (clock-driven)\nboth = w + s : 1",
        on_pre="g_post += w*(1 + boost); q += w",
        on_post="w = clip(w + 0.01*q, 0, 2)",
        method="exact",
        name="first",
    )
    first.connect(p=0.6)
    first.w = "rand()"
    first.delay = "rand()*2*ms"
    modulation = Synapses(
        glia,
        first,
        "a : 1",
        on_pre="w_post = clip(a*w_post, 0, 3); y += c_pre*w_post",
        dtype=np.float32,
        name="modulation",
    )
    modulation.connect(p=0.4)
    modulation.a = "0.5 + rand()"
    modulation.delay = "rand()*ms"
    up = Synapses(glia, first, "boost_post = c_pre*g_pre : 1 (summed)", name="up")
    up.connect(p=0.5)
    down = Synapses(
        first, glia, "g_post = (both_pre + q_pre)/N_incoming : 1 (summed)", dt=0.2 * ms, name="down"
    )
    down.connect("j == i_pre % 3")
    back = Synapses(
        first,
        target,
        "share_pre = r*c_post : 1 (summed)\ndr/dt = (w_pre - r)/ms : 1 (clock-driven)",
        method="euler",
        name="back",
    )
    back.connect(p=0.3)
    adding = Synapses(glia, first, "h : 1", on_pre="c_pre += h*w_post; h += 0.01", name="adding")
    adding.connect(p=0.7)
    adding.delay = "rand()*ms"
    total = Synapses(source, first, "c_pre = w_post : 1 (summed)", name="total")
    total.connect(p=0.8)
    level = Synapses(back, modulation, "a_post = 0.5 + 0.1*r_pre : 1 (summed)", name="level")
    level.connect(p=0.2)
    first.run_regularly("y *= 0.9", dt=1 * ms)
    back.run_regularly("r += 0.01*share_pre", dt=0.5 * ms)
    monitors = [
        StateMonitor(first, ["w", "boost", "y", "s"], record=True, name="of_first"),
        StateMonitor(back, ["r", "w_pre"], record=[5, 1, 2], name="of_back"),
        StateMonitor(modulation, ["w_post", "i_post", "a"], record=True, name="of_modulation"),
        StateMonitor(glia, ["g", "c"], record=True, name="of_glia"),
    ]
    groups = [source, target, glia, first, modulation, up, down, back, adding, total, level]
    return groups, monitors


def recorded(groups, monitors):
    """Return all that is known at the end."""
    found = {
        f"{monitor.name} {variable}": getattr(monitor, variable)
        for monitor in monitors
        for variable in monitor.record_variables
    }
    for group in groups[:3]:
        found |= {f"{group.name} {name}": getattr(group, name) for name in ("v", "g", "c")}
    for group in groups[3:]:
        for name in group.equations.parameter_names + group.equations.diff_eq_names:
            found[f"{group.name} {name}"] = getattr(group, name)
    return found


def test_runs():
    def script():
        groups, monitors = network()
        Network(groups, monitors).run(8 * ms)
        return recorded(groups, monitors)

    found = everywhere(in_session(script))
    for name in ("of_first boost", "of_first y", "of_first w", "of_back r", "of_glia g", "first share"):
        assert len(np.unique(found[name])) > 5, name


def test_more_synapses_between_runs():
    def script():
        groups, monitors = network()
        first, modulation = groups[3], groups[4]
        net = Network(groups, monitors)
        net.run(3 * ms)
        before = first.i[:], first.j[:], np.array(first.w)
        first.connect(p=0.5)
        first.w["i + j > 4"] = "w + rand()"
        assert np.array_equal(first.i[: len(before[0])], before[0])
        assert np.array_equal(first.j[: len(before[0])], before[1])
        later = [StateMonitor(first, "w", record=True, name="later")]
        net.add(later)
        net.run(2 * ms)
        modulation.connect(j="k for k in range(N_post) if k > 20")
        modulation.a = 1.01
        groups[5].connect(i=0, j=np.arange(3, len(first), 5))
        net.store()
        net.run(3 * ms)
        ended = {name: np.array(value) for name, value in recorded(groups, later).items()}
        net.restore(restore_random_state=True)
        net.run(3 * ms)
        for name, value in recorded(groups, later).items():
            assert np.array_equal(ended[name], value), name
        return {**recorded(groups, monitors), **recorded(groups, later), "i": modulation.i}

    found = everywhere(in_session(script))
    assert found["i"].max() < len(found["later w"])


def test_ranks_without_synapses_do_what_the_others_do():
    """All synapses lead to one target, so most ranks have none; sorting by delay moves those there are."""

    def script():
        source = cells(1500, "source")
        first = Synapses(source, cells(7, "target"), "w : 1\nz : 1", on_pre="v_post += w", name="first")
        first.connect(i=np.arange(0, 1500, 7), j=2)
        first.w = 0.001
        first.delay = "rand()*ms"
        second = Synapses(
            source, first, "dx/dt = -x/ms : 1 (event-driven)", on_pre="x += 1; z_post += x", name="second"
        )
        second.connect(i=np.arange(200), j=np.arange(200))
        network = Network(source, first.target, first, second)
        network.run(3 * ms)
        first.connect(i=[1, 2], j=2)
        found = {"x": second.x[:], "z": first.z[:]}
        network.run(1 * ms)
        return {**found, "later": second.x[:], "more": first.z[:]}

    found = everywhere(in_session(script))
    assert found["z"].max() > 0
    assert found["x"].max() > 0


def test_a_sum_over_scattered_targets_is_made_in_their_order():
    """A sum of numbers of very different sizes tells in which order it has been made."""

    def script():
        source, target = cells(3, "source"), cells(8, "target")
        source.I = 2
        first = Synapses(source, target, "w : 1", name="first")
        first.connect(i=[2, 0, 1, 2, 1, 0, 2, 1], j=[7, 0, 5, 1, 6, 2, 3, 4])
        first.w = "10.0**(16 - 4*(i % 3))*(1 + rand())*(1 - 2*(j % 2))"
        total = Synapses(source, first, "c_pre = w_post : 1 (summed)", name="total")
        arriving = Synapses(source, first, on_pre="g_pre += w_post", name="arriving")
        for synapses in (total, arriving):
            synapses.connect()
        Network(source, target, first, total, arriving).run(0.7 * ms)
        return {"c": source.c, "g": source.g}

    found = everywhere(in_session(script))
    assert (np.abs(found["g"]) > 0).all()


def test_synapses_do_not_spike():
    source, target = cells(2, "source"), cells(2, "target")
    first = connections(source, target)
    with pytest.raises(
        ValueError, match="'first' has no event 'spike' to drive 'pre'; synapses do not spike"
    ):
        Synapses(first, target, on_pre="v_post += 1")
    with pytest.raises(ValueError, match="to drive 'post'; synapses do not spike"):
        Synapses(source, first, on_post="w_post += 1")


def test_what_other_synapses_do_not_see():
    source, target = cells(2, "source"), cells(2, "target")
    first = Synapses(
        source, target, "w : 1\nu = w*v_post : 1\nm : 1 (constant)\ns : 1 (shared)", name="first"
    )
    first.connect()
    other = Synapses(source, first, "z : 1", name="other")
    other.connect()
    for hidden in ("v_post_post", "u_post", "u", "N_incoming_post", "delay_post"):
        with pytest.raises(NameResolutionError, match=f"unknown name '{hidden}'"):
            other.z = hidden
    for code in ("m_post += 1", "s_post += 1", "i_post = 1", "u_post += 1"):
        with pytest.raises(EquationError, match=r"cannot be written|unknown variable 'u_post'"):
            Synapses(source, first, on_pre=code)
    with pytest.raises(EquationError, match="the postsynaptic group 'first' has a variable 'w', too"):
        Synapses(source, first, "w : 1")
    with pytest.raises(TypeError, match="must be a group of neurons or all synapses of a kind"):
        Synapses(source, first[0, :])
    with pytest.raises(IndexError, match="out of range"):
        other.connect(i=0, j=4)
    with pytest.raises(ValueError, match="'other' is in the network, but 'first', which it needs, is not"):
        Network(source, target, other).run(1 * ms)


def test_variables_may_be_called_as_one_likes():
    group = NeuronGroup(2, "whole : 1\nends : 1")
    synapses = Synapses(group, group, "part : 1\nevents : 1\nneurons = 2*part : 1\nstart : 1\nseen : 1")
    synapses.connect()
    synapses.part = "i + j"
    group.whole = 3
    assert np.asarray(group.whole).tolist() == [3, 3]
    assert np.asarray(synapses.part).tolist() == [0, 1, 1, 2]
    assert np.asarray(synapses.neurons).tolist() == [0, 2, 2, 4]
    assert np.asarray(synapses.events).tolist() == [0] * 4


def test_weights_that_others_change_are_no_constants():
    """Static weights are added when a spike is sent; these are asked for when it arrives."""
    source, target, later = (cells(1, name) for name in ("source", "target", "later"))
    source.I, later.I = 10.5, 4
    first = Synapses(source, target, "w : 1", on_pre="c_post += w", delay=1 * ms, name="first")
    first.connect()
    first.w = 1
    other = Synapses(later, first, on_pre="w_post = 3", name="other")
    other.connect()
    target.c = 0
    Network(source, target, later, first, other).run(1.2 * ms)
    assert target.c[0] == 3 * 2
