"""The order of things within one step."""

from SIMULATOR import *

from language_cases import case


@case(
    "0 start",
    "0 state updates",
    "0 thresholds",
    "0 resets",
    "10 StateMonitor",
    "0 no supra-threshold sample",
    "0 last sample",
)
def places_of_a_monitor():
    found = {}
    for when in "start before_groups groups after_groups thresholds after_thresholds synapses resets end after_end".split():
        G = NeuronGroup(
            2, "dv/dt = 1/ms : 1\nw : 1", threshold="v > 1", reset="v = 0; w += 1", method="euler"
        )
        G.v = [0, 0.95]
        M = StateMonitor(G, ["v", "w"], record=True, when=when)
        net = Network(G, M)
        net.run(2.5 * ms)
        found[f"v {when}"], found[f"w {when}"], found[f"t {when}"] = M.v, M.w, M.t[:]
    return found


@case("0 spike monitor", "10 extra variables")
def variables_at_spikes():
    G = NeuronGroup(2, "dv/dt = 1/ms : 1\nw : 1", threshold="v > 1", reset="v = 0; w += 1", method="euler")
    inputs = SpikeGeneratorGroup(1, [0, 0], [1, 2.2] * ms)
    S = Synapses(inputs, G, on_pre="v += 100")
    S.connect()
    M = SpikeMonitor(G, variables=["v", "w"])
    run(5 * ms)
    return {"i": M.i[:], "t": M.t[:], "v": M.v[:], "w": M.w[:]}


@case("0 input and spike in one step")
def input_in_the_step_of_a_spike():
    found = {}
    for flag in ["", " (unless refractory)"]:
        for refractory in [False, 0.5 * ms]:
            G = NeuronGroup(
                1,
                f"dv/dt = 1/ms : 1{flag if refractory else ''}\nw : 1",
                threshold="v > 1.02",
                reset="v = 0",
                refractory=refractory,
                method="euler",
            )
            inputs = SpikeGeneratorGroup(1, [0] * 30, numpy.arange(30) * 0.1 * ms)
            S = Synapses(inputs, G, on_pre="v += 0.05; w += v")
            S.connect()
            M = StateMonitor(G, ["v", "w"], record=True)
            Network(G, inputs, S, M).run(3 * ms)
            name = f"{flag.strip()} {refractory is not False}"
            found[f"v {name}"], found[f"w {name}"] = M.v, M.w
    return found


@case("0 pre pathways", "0 post pathways", "7 pathway order", "7 event-driven")
def both_spike_in_one_step():
    G = NeuronGroup(2, "v : 1\nx : 1", threshold="v > 1", reset="v = 0")
    S = Synapses(G, G, "w : 1\na : 1\nb : 1", on_pre="a = b; w += 1; x_post += w", on_post="b += 1; w *= 2")
    S.connect(i=[0, 1], j=[1, 0])
    G.run_regularly("v = 2", dt=0.3 * ms)
    M = StateMonitor(S, ["w", "a", "b"], record=True)
    run(1 * ms)
    return {"w": M.w, "a": M.a, "b": M.b, "x": G.x[:]}


@case("0 poisson input", "9 PoissonInput")
def input_between_the_pathways():
    G = NeuronGroup(2, "v : 1\nu : 1", threshold="t < 0.2*ms", reset="u = v")
    S = Synapses(
        G,
        G,
        "a : 1\nb : 1",
        on_pre="a = v_post; v_post = v_post*2",
        on_post="b = v_post; v_post += 0.5",
        delay=0 * ms,
    )
    S.connect(j="i")
    P = PoissonInput(G, "v", N=1, rate=1 / defaultclock.dt, weight=1)
    M = StateMonitor(S, ["a", "b"], record=True)
    N = StateMonitor(G, ["v", "u"], record=True)
    run(0.5 * ms)
    return {"a": M.a, "b": M.b, "v": N.v, "u": N.u}


@case("0 rate monitor", "10 PopulationRateMonitor")
def rates_of_each_step():
    G = NeuronGroup(4, "dv/dt = (1 + i)/ms : 1", threshold="v > 1", reset="v = 0", method="euler")
    R, half = PopulationRateMonitor(G), PopulationRateMonitor(G[2:])
    run(2 * ms)
    return {"rate": R.rate[:], "t": R.t[:], "half": half.rate[:]}


@case("0 summed first", "0 summed lags", "7 summed", "7 clock-driven")
def summed_input_lags():
    G = NeuronGroup(2, "dv/dt = I/ms : 1\nI : 1", method="euler")
    S = Synapses(G, G, "dg/dt = 1/ms : 1 (clock-driven)\nI_post = g + i : 1 (summed)", method="euler")
    S.connect()
    M, N = StateMonitor(G, ["v", "I"], record=True), StateMonitor(S, "g", record=True)
    run(1 * ms)
    return {"v": M.v, "I": M.I, "g": N.g}


@case("0 state updates", "0 name breaks ties")
def state_updates_by_name():
    found = {}
    for name in ["a_synapses", "z_synapses"]:
        G = NeuronGroup(2, "dv/dt = (1 - v)/ms : 1", method="euler", name="neurons")
        S = Synapses(G, G, "dg/dt = v_post/ms : 1 (clock-driven)", method="euler", name=name)
        S.connect(j="i")
        M = StateMonitor(S, "g", record=True)
        Network(G, S, M).run(1 * ms)
        found[name] = M.g
    return found


@case("0 start", "0 name breaks ties", "9 network_operation")
def names_at_the_start_of_a_step():
    found = {}
    for name in ["neurons", "zebras"]:
        G = NeuronGroup(1, "v : 1\nw : 1", name=name)
        G.run_regularly("v = t/ms + 100*w")

        @network_operation(dt=0.2 * ms)
        def step(t):
            G.w = t / ms * 10

        M = StateMonitor(G, ["v", "w"], record=True)
        Network(G, step, M).run(0.8 * ms)
        found[f"v {name}"], found[f"w {name}"] = M.v, M.w
    return found


@case("0 name breaks ties", "7 multiple pathways")
def pathways_by_name():
    G = SpikeGeneratorGroup(1, [0], [0.1] * ms)
    H = NeuronGroup(1, "v : 1")
    kept = []
    for k in range(1, 12):
        S = Synapses(G, H, "k : 1", on_pre="v_post = v_post*3 + k")
        S.connect()
        S.k = k
        kept.append(S)
    H.v = 1
    Network(G, H, kept).run(0.3 * ms)
    return {"v": H.v[:], "names": ",".join(S.name for S in kept)}


@case("0 thresholds", "9 SpikeGeneratorGroup", "7 scalar delay")
def delays_of_zero_and_one_step():
    inputs = SpikeGeneratorGroup(1, [0], [0.3] * ms)
    G = NeuronGroup(3, "v : 1", threshold="v > 5", reset="v = 0")
    S = Synapses(inputs, G, on_pre="v += 1")
    S.connect()
    S.delay = "i*0*ms + j*0.1*ms"
    M = StateMonitor(G, "v", record=True)
    run(1 * ms)
    return {"v": M.v}


@case("0 thresholds", "0 resets", "4 refractory time")
def recurrent_spikes_in_one_step():
    G = NeuronGroup(
        3,
        "dv/dt = 0.3/ms : 1 (unless refractory)\ncount : 1",
        threshold="v > 1",
        reset="v = 0; count += 1",
        refractory=0.4 * ms,
        method="euler",
    )
    S = Synapses(G, G, on_pre="v += 0.5")
    S.connect(j="(i + 1) % 3")
    G.v = [0.9, 0.2, 0.6]
    M, N = StateMonitor(G, "v", record=True), SpikeMonitor(G)
    run(5 * ms)
    return {"v": M.v, "i": N.i[:], "t": N.t[:], "count": G.count[:]}


@case("0 start", "11 schedule")
def orders_within_a_place():
    G = NeuronGroup(1, "v : 1")
    G.run_regularly("v = v*2 + 1", order=1)
    G.run_regularly("v = v*3 + 2", order=0)
    G.run_regularly("v = v*5 + 3", order=-1, when="before_start")
    early = StateMonitor(G, "v", record=True, order=-1)
    late = StateMonitor(G, "v", record=True, order=5)
    run(0.4 * ms)
    return {"early": early.v, "late": late.v}
