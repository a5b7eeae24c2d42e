"""A script gives the same bits on any number of ranks, before, in and after its runs."""

import numpy as np
import pytest
from session_harness import everywhere

from distsim.driver import use_session
from distsim.frontend.linked import linked_var
from distsim.frontend.monitors import PopulationRateMonitor, SpikeMonitor, StateMonitor
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.poisson import PoissonGroup, PoissonInput
from distsim.frontend.randomness import seed
from distsim.frontend.synapses import Synapses
from distsim.units import units_by_name

ms, Hz = units_by_name()["ms"], units_by_name()["Hz"]


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


def neurons(number, name):
    group = NeuronGroup(
        number,
        "dv/dt = (I - v)/(10*ms) : 1 (unless refractory)\nI : 1\ng : 1\nn : integer\nup = v > 0.3 : boolean",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="exact",
        name=name,
    )
    group.I = "1.2 + 0.5*rand()"
    return group


def test_values():
    def script():
        group = neurons(11, "group")
        group.v = "rand()"
        group.v[::2] = "0.5*rand() + 0.01*i"
        group.v["v > 0.5"] = "0.5 + 0.1*randn()"
        group.v[[3, 0, -1]] = [0.1, 0.2, 0.3]
        group[2:9].v[1:3] = "0.7 + 0.01*i"
        group.n = "int(10*rand())"
        group.g += np.arange(11)
        return {
            "v": group.v, "some": group.v[[5, 0, 5]], "where": group.v["n > 4"], "up": group.up,
            "indices": group.indices["v > 0.4"], "part": group[3:].v, "n": group.n,
        }  # fmt: skip

    everywhere(in_session(script))


def test_connections():
    def script():
        source, target = neurons(11, "source"), neurons(6, "target")
        source.v = "rand()"
        synapses = Synapses(source, target[1:], "w : 1\nu : 1", on_pre="g_post += w", multisynaptic_index="k")
        synapses.connect(j="k_ for k_ in sample(N_post, p=0.6)")
        synapses.connect(p="0.4*v_pre")
        synapses.connect(i=[3, 10, 0], j=[2, 0, 1], n=2)
        synapses.connect(i="k_ for k_ in range(j, j + 2)")
        synapses.connect(j="k_ for k_ in sample(N_post, size=2)")
        synapses.connect(i=[3, 3, 3, 3], j=[0, 1, 2, 3], p=0.5)
        synapses.w = "rand()*N_incoming"
        synapses.u = "randn() + w*v_pre"
        synapses.w["i == j and u > 0"] = "rand()"
        synapses.w[1, :] = np.arange(len(synapses.w[1, :]))
        synapses.delay = "rand()*3*ms"
        return {
            "i": synapses.i, "j": synapses.j, "k": synapses.k, "w": synapses.w, "u": synapses.u,
            "delay": synapses.delay, "large": synapses.w["w > 0.5"], "column": synapses.w[:, 2],
            "incoming": synapses.N_incoming_post, "outgoing": synapses.N_outgoing,
            "indices": synapses.indices["i > j"],
        }  # fmt: skip

    everywhere(in_session(script))


def test_runs():
    def script():
        source, target = neurons(11, "source"), neurons(6, "target")
        target.I = 1.5
        cells = NeuronGroup(4, "s : 1 (linked)\ndx/dt = (s - x)/(5*ms) : 1", method="euler", name="cells")
        cells.s = linked_var(source, "v", index=[10, 0, 4, 4])
        noise = PoissonGroup(7, rates="i*20*Hz", name="noise")
        drive = PoissonInput(target, "v", 20, 50 * Hz, weight=0.02)
        plastic = Synapses(
            source,
            target,
            "w : 1\ndA/dt = -A/(20*ms) : 1 (event-driven)\ndB/dt = -B/(20*ms) : 1 (event-driven)",
            on_pre={"pre": "v_post += w*(rand() < 0.7); A += 0.1; w = clip(w - B, 0, 1)"},
            on_post="B += 0.1; w = clip(w + A/N_incoming, 0, 1)",
            name="plastic",
        )
        plastic.connect(p=0.6)
        plastic.w = "0.2*rand()"
        plastic.delay = "rand()*2*ms"
        gaps = Synapses(source, source, "g_post = 0.1*(v_pre - v_post) : 1 (summed)", name="gaps")
        gaps.connect("abs(i - j) == 1")
        inputs = Synapses(noise, source, on_pre="v += 0.05", name="inputs")
        inputs.connect(j="(i + k) % N_post for k in range(3)")
        target.run_regularly("I = 1.5 + 0.1*randn()", dt=1 * ms)
        plastic.run_regularly("w *= 0.99", dt=5 * ms)
        spikes, part = SpikeMonitor(source, variables="v"), SpikeMonitor(target[2:])
        states = StateMonitor(target, ["v", "I"], record=[4, 1])
        weights = StateMonitor(plastic, "w", record=[7, 2], dt=1 * ms)
        rates, cell = PopulationRateMonitor(source), StateMonitor(cells, ["x", "s"], record=True)
        objects = [source, target, cells, noise, drive, plastic, gaps, inputs, spikes, part, states, weights]
        net = Network(objects, rates, cell)
        net.run(8 * ms)
        net.store()
        net.run(7.35 * ms)
        first = np.array(plastic.w)
        net.restore(restore_random_state=True)
        net.run(7.35 * ms)
        assert np.array_equal(first, plastic.w)
        return {
            "i": spikes.i, "t": spikes.t, "v": spikes.v, "part": part.t, "states": states.v, "I": states.I,
            "weights": weights.w, "rate": rates.rate, "cell": cell.x, "s": cell.s, "w": plastic.w,
            "count": spikes.count, "g": source.g, "lastupdate": plastic.lastupdate,
        }  # fmt: skip

    found = everywhere(in_session(script))
    assert len(found["i"]) > 10
    assert len(found["part"]) > 0
