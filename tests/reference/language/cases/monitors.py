"""Monitors."""

from SIMULATOR import *

from language_cases import case, raising

MODEL = "dv/dt = (1 + i)/ms : 1\nu : volt\nI = v*2*nA : amp\ns : 1 (shared)\nk : integer\non : boolean"


def neurons(N=4, **options):
    G = NeuronGroup(
        N, MODEL, threshold="v > 1", reset="v = 0; k += 1; on = not on", method="euler", **options
    )
    G.u = "i*mV"
    return G


@case("10 StateMonitor", "10 several variables", "0 last sample")
def several_variables():
    G = neurons()
    G.s = 3
    M = StateMonitor(G, ["v", "u", "I", "s", "k", "on"], record=[0, 3])
    everything = StateMonitor(G, True, record=[1])
    run(1.2 * ms)
    return {
        **{name: getattr(M, name) for name in ["t", "v", "u", "I", "s", "k", "on"]},
        "recorded": everything.v,
        "variables": ",".join(sorted(everything.record_variables)),
        "first": M.t[0],
        "last": M.t[-1],
    }


@case("10 StateMonitor")
def what_is_recorded():
    G = neurons()
    monitors = {
        "all": StateMonitor(G, "v", record=True),
        "none": StateMonitor(G, ["v", "s"], record=False),
        "one": StateMonitor(G, "v", record=2),
        "list": StateMonitor(G, "v", record=[3, 1]),
        "array": StateMonitor(G, "v", record=numpy.array([0, 2])),
        "range": StateMonitor(G, "v", record=range(2)),
    }
    Network(G, *monitors.values()).run(0.5 * ms)
    found = {}
    for name, monitor in monitors.items():
        if name != "none":
            found[name] = monitor.v
        found[f"{name} record"] = numpy.array(monitor.record, dtype=int)
        found[f"{name} N"] = monitor.N + 0
    with raising() as found["missing"]:
        StateMonitor(G, "v")
    with raising() as found["unknown"]:
        StateMonitor(G, "nothing", record=True)
    with raising() as found["index"]:
        StateMonitor(G, "v", record=7)
    with raising() as found["negative"]:
        StateMonitor(G, "v", record=[-1])
    with raising() as found["object"]:
        StateMonitor(3, "v", record=True)
    return found


@case("10 shape and indexing")
def indexing_of_monitors():
    G = neurons(6)
    M = StateMonitor(G, ["v", "u"], record=[5, 1, 3])
    run(0.6 * ms)
    results = {
        "shape": list(M.v.shape),
        "row": M.v[0],
        "neuron": M[5].v,
        "neurons": M[[1, 3]].v,
        "array": M[numpy.array([3, 5])].u,
        "transposed": M.v.T,
        "slice": M.v[:, 2:4],
        "t": M[5].t,
        "without units": M[1].u_,
    }
    with raising() as results["not recorded"]:
        M[0].v
    with raising() as results["several"]:
        M[[0, 5]].v
    with raising() as results["unknown"]:
        M.nothing
    return results


@case("10 attributes")
def attributes_of_monitors():
    G = neurons()
    M = StateMonitor(G, "u", record=[0, 2])
    run(0.4 * ms)
    return {
        "t": M.t,
        "t slice": M.t[1:],
        "t/ms": M.t / ms,
        "t_": M.t_,
        "u": M.u,
        "u_": M.u_,
        "u/mV": M.u.T / mV,
        "N": M.N + 0,
        "record": M.record,
        "length of t": len(M.t),
        "mean": mean(M.u, axis=1),
        "when": M.when,
        "variables": ",".join(M.record_variables),
    }


@case("10 own dt and when", "11 several clocks")
def clocks_of_monitors():
    G = neurons()
    slow = StateMonitor(G, "v", record=True, dt=0.5 * ms)
    odd = StateMonitor(G, "v", record=True, dt=0.3 * ms, when="end")
    fast = StateMonitor(G, "v", record=[0], dt=0.05 * ms)
    late = StateMonitor(G, ["v", "k"], record=True, when="after_thresholds")
    run(1.7 * ms)
    return {
        "slow": slow.v,
        "slow t": slow.t[:],
        "odd": odd.v,
        "odd t": odd.t[:],
        "fast": fast.v,
        "fast t": fast.t[:],
        "late": late.v,
        "k": late.k,
    }


@case("10 on synapses")
def monitors_of_synapses():
    inputs = SpikeGeneratorGroup(2, [0, 1, 0], [0.1, 0.3, 0.5] * ms)
    G = NeuronGroup(3, "v : 1")
    S = Synapses(
        inputs,
        G,
        "w : 1\nda/dt = -a/ms : 1 (event-driven)\ndg/dt = -g/ms : 1 (clock-driven)\nboth = 2*w + 1 : 1",
        on_pre="w += 1; a += 1; g += 1; v_post += w",
        method="exact",
    )
    S.connect()
    M = StateMonitor(S, ["w", "a", "g", "both"], record=[0, 4])
    N = StateMonitor(S, "w", record=S[1, :])
    A = StateMonitor(S, "w", record=True)
    run(0.8 * ms)
    return {
        "w": M.w,
        "a": M.a,
        "g": M.g,
        "both": M.both,
        "N": N.w,
        "N record": N.record,
        "A": A.w,
        "one": M[4].w,
    }


@case("10 on subgroup", "4 subgroups")
def monitors_of_subgroups():
    G = neurons(6)
    part = G[2:5]
    M, N = StateMonitor(part, ["v", "I"], record=True), StateMonitor(part, "v", record=[2])
    S, R = SpikeMonitor(part, variables="v"), PopulationRateMonitor(part)
    run(1.5 * ms)
    return {
        "v": M.v,
        "I": M.I,
        "one": N[2].v,
        "i": S.i[:],
        "t": S.t[:],
        "at spikes": S.v[:],
        "count": S.count[:],
        "rate": R.rate[:],
        "record": M.record,
    }


@case("10 record_single_timestep")
def one_more_sample():
    G = neurons()
    M = StateMonitor(G, "v", record=True)
    run(0.3 * ms)
    M.record_single_timestep()
    return {"v": M.v, "t": M.t[:]}


@case("10 SpikeMonitor")
def spike_monitor():
    G = neurons()
    M = SpikeMonitor(G)
    run(3 * ms)
    return {
        "i": M.i[:],
        "t": M.t[:],
        "t_": M.t_[:],
        "t/ms": M.t / ms,
        "count": M.count[:],
        "spikes": M.num_spikes,
        "N": M.N + 0,
        "mask": M.t[M.i == 2],
        "by string": M.t["i == 3"],
        "length": len(M.i),
        "name": M.name,
        "index": M.i[2],
        "source": M.source is G,
    }


@case("10 it", "10 spike_trains")
def forms_of_spikes():
    G = neurons()
    G.v[0] = -100
    M = SpikeMonitor(G)
    run(2 * ms)
    i, t = M.it
    i_, t_ = M.it_
    trains = M.spike_trains()
    return {
        "i": numpy.array(i),
        "t": t,
        "i_": numpy.array(i_),
        "t_": t_,
        "keys": [int(key) for key in trains],
        "silent": len(trains[0]),
        "third": trains[3],
    }


@case("10 extra variables")
def variables_with_spikes():
    G = neurons()
    M = SpikeMonitor(G, variables=["v", "u", "k"])
    run(2 * ms)
    values = M.values("v")
    everything = M.all_values()
    results = {
        "v": M.v[:],
        "u": M.u[:],
        "k": M.k[:],
        "of 2": values[2],
        "names": ",".join(sorted(everything)),
        "times of 1": everything["t"][1],
    }
    with raising() as results["unknown"]:
        M.values("x")
    return results


@case("10 counts only")
def counts_only():
    G = neurons()
    M = SpikeMonitor(G, record=False)
    run(2 * ms)
    results = {"count": M.count[:], "spikes": M.num_spikes}
    with raising() as results["i"]:
        M.i
    return results


@case("10 PopulationRateMonitor", "10 smooth_rate")
def population_rates():
    G = NeuronGroup(20, "dv/dt = (1 + i*0.05)/ms : 1", threshold="v > 1", reset="v = 0", method="euler")
    R = PopulationRateMonitor(G)
    run(8 * ms)
    results = {
        "rate": R.rate[:],
        "t": R.t[:],
        "rate/Hz": R.rate / Hz,
        "gaussian": R.smooth_rate(window="gaussian", width=0.5 * ms),
        "flat": R.smooth_rate(window="flat", width=0.5 * ms),
        "flat even": R.smooth_rate(window="flat", width=0.6 * ms),
        "wide": R.smooth_rate(window="gaussian", width=5 * ms),
        "array": R.smooth_rate(window=numpy.array([1.0, 2.0, 1.0])),
        "without units": R.smooth_rate(width=1 * ms) / Hz,
    }
    with raising() as results["window"]:
        R.smooth_rate(window="unknown", width=1 * ms)
    with raising() as results["no width"]:
        R.smooth_rate(window="flat")
    with raising() as results["width with an array"]:
        R.smooth_rate(window=numpy.array([1.0, 2.0, 1.0]), width=1 * ms)
    return results


@case("10 PopulationRateMonitor", "4 own dt")
def rates_with_another_step():
    G = NeuronGroup(4, "v : 1", threshold="i % 2 == 0", reset="", dt=0.4 * ms)
    R = PopulationRateMonitor(G)
    run(1.2 * ms)
    return {"rate": R.rate[:], "t": R.t[:]}


@case("10 between runs", "11 repeated run")
def monitors_made_between_runs():
    G = neurons()
    run(0.5 * ms)
    M, S = StateMonitor(G, "v", record=True), SpikeMonitor(G)
    run(1 * ms)
    first = M.v.copy()
    run(0.5 * ms)
    return {"first": first, "v": M.v, "t": M.t[:], "i": S.i[:], "spikes": S.t[:]}


@case("10 active", "11 active")
def pausing_monitors():
    G = neurons()
    M, S, R = StateMonitor(G, "v", record=True), SpikeMonitor(G), PopulationRateMonitor(G)
    run(0.5 * ms)
    M.active = S.active = R.active = False
    run(0.5 * ms)
    M.active = S.active = R.active = True
    run(0.5 * ms)
    return {"t": M.t[:], "v": M.v, "i": S.i[:], "spikes": S.t[:], "count": S.count[:], "rate": R.t[:]}


@case("10 get_states")
def states_of_monitors():
    G = neurons()
    M, S = StateMonitor(G, "v", record=[1, 2]), SpikeMonitor(G)
    run(0.5 * ms)
    states, spikes = M.get_states(["t", "v"]), S.get_states(["i", "t"])
    return {"t": states["t"], "v": states["v"], "i": spikes["i"], "spikes": spikes["t"]}


@case("10 on inputs")
def monitors_of_inputs():
    inputs = SpikeGeneratorGroup(3, [0, 1, 2], [0.1, 0.2, 0.3] * ms)
    P = PoissonGroup(2, rates=1e6 * Hz)
    S, T, R = SpikeMonitor(inputs), SpikeMonitor(P), PopulationRateMonitor(inputs)
    run(0.5 * ms)
    return {"i": S.i[:], "t": S.t[:], "P": T.i[:], "rate": R.rate[:]}


@case("10 StateMonitor")
def recording_without_equations():
    G = NeuronGroup(3, "v : 1\nw = v + t/ms : 1\nat = t : second\nindex = i : integer")
    G.v = "i"
    M = StateMonitor(G, ["v", "w", "at", "index"], record=True)
    run(0.3 * ms)
    return {"v": M.v, "w": M.w, "at": M.at, "index": M.index}
