"""Profiled runs: what has an entry, and that the results are those of any other run."""

import numpy as np
import pytest
from session_harness import on_ranks

import distsim as d
from distsim.driver import use_session

ms, Hz = d.ms, d.Hz


@pytest.fixture(autouse=True)
def fresh():
    d.restore_initial_state()
    yield
    use_session(None)
    d.restore_initial_state()


def make_network():
    """Return a network with every kind of object, and what it does to be compared."""
    group = d.NeuronGroup(
        30,
        """dv/dt = (1.2 - v)/(5*ms) + 0.1*xi/ms**0.5 : 1 (unless refractory)
           u = rand() : 1 (constant over dt)""",
        threshold="v > 1", reset="v = 0", refractory=1 * ms, method="euler", name="cells",
    )  # fmt: skip
    poisson = d.PoissonGroup(20, 300 * Hz, name="poisson")
    generator = d.SpikeGeneratorGroup(1, [0], [0.5] * ms, name="generator")
    plastic = d.Synapses(
        poisson, group, "dw/dt = -w/(5*ms) : 1 (clock-driven)\ndx/dt = -x/ms : 1 (event-driven)",
        on_pre="v += 0.1*w; x += 1", on_post="w += rand()", method="euler", name="plastic",
    )  # fmt: skip
    plastic.connect(p=0.5)
    plastic.w = "rand()"
    static = d.Synapses(generator, group, on_pre="v += 0.5", name="static")
    static.connect()
    static.delay = "0.3*ms*rand()"
    recurrent = d.Synapses(group, group, on_pre="v += 0.01", delay=0.2 * ms, name="recurrent")
    recurrent.connect(p=0.3)
    background = d.PoissonInput(group, "v", 10, 10 * Hz, 0.1)
    regular = group.run_regularly("v += 0.01*randn()", dt=0.5 * ms, name="regular")
    trace = d.StateMonitor(group, ["v", "u"], record=True, name="trace")
    spikes, rate = d.SpikeMonitor(group, name="spikes"), d.PopulationRateMonitor(group)
    latest = []
    look = d.NetworkOperation(lambda: latest.append(int(group.spikes.sum())), dt=1 * ms, name="look")
    net = d.Network(
        group, poisson, generator, plastic, static, recurrent, background, regular, trace, spikes, rate, look
    )

    def results():
        return {
            "v": trace.v, "u": trace.u, "i": spikes.i, "t": spikes.t_, "rate": rate.rate_,
            "w": plastic.w[:], "x": plastic.x[:], "latest": latest,
        }  # fmt: skip

    return net, results


NAMES = {
    "cells_subexpression_update", "cells_stateupdater", "cells_spike_thresholder", "cells_spike_resetter",
    "poisson_spike_thresholder", "generator", "plastic_stateupdater", "plastic_pre", "plastic_post",
    "static_pre", "recurrent_pre", "poissoninput", "regular", "trace", "look",
    "(exchange)", "(recording)", "(rest)",
}  # fmt: skip


def outcome(session, *, profile):
    use_session(session)
    d.restore_initial_state()
    d.seed(4)
    net, results = make_network()
    for _ in range(2):
        net.run(4 * ms, profile=profile)
    info = net.profiling_info if profile else []
    found = {name: np.asarray(value) for name, value in results().items()}
    use_session(None)
    return found, info


@pytest.mark.parametrize("ranks", [1, 3])
def test_results_are_the_same_bits(ranks):
    plain, _ = on_ranks(1, lambda session: outcome(session, profile=False))
    profiled, info = on_ranks(ranks, lambda session: outcome(session, profile=True))
    assert len(plain["i"]) > 50
    for name, values in plain.items():
        assert np.array_equal(values, profiled[name]), name
    # Of several ranks the exchange includes handing over, and adding what has arrived is done in one go for
    # both pathways that add to the same variable without further code.
    expected = NAMES if ranks == 1 else NAMES - {"static_pre"}
    assert {name for name, _ in info} == expected
    seconds = [float(taken / d.second) for _, taken in info]
    assert seconds == sorted(seconds, reverse=True)
    assert min(seconds) >= 0
    assert dict(zip([name for name, _ in info], seconds, strict=True))["cells_stateupdater"] > 0


def test_summaries():
    group = d.NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", name="cells")
    net = d.Network(group)
    net.run(0.5 * ms, profile=True)
    text = str(d.profiling_summary(net, show=2)).splitlines()
    assert len(text) == 4
    assert all(line.endswith("%") for line in text[2:])
    assert "cells_stateupdater" in str(d.profiling_summary(net))
    net.run(0.5 * ms)
    with pytest.raises(ValueError, match="profile=True"):
        net.profiling_info  # noqa: B018 (a property)
    net.run(0 * ms, profile=True)
    assert len(str(d.profiling_summary(net)).splitlines()) >= 2
