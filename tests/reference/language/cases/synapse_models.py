"""Synapses: models, code at spikes, pathways, delays, order of delivery."""

from SIMULATOR import *

from language_cases import case, raising


def spikes_at(*times):
    """A generator whose neuron k spikes at the k-th list of times [ms]."""
    indices = [k for k, train in enumerate(times) for _ in train]
    return SpikeGeneratorGroup(len(times), indices, [each for train in times for each in train] * ms)


@case("7 constructor")
def constructions():
    G, H = NeuronGroup(3, "v : 1", threshold="v > 1", reset=""), NeuronGroup(2, "v : 1\nw : 1")
    S = Synapses(G, H, "a : 1", on_pre="v += a")
    T = Synapses(G)
    T.connect()
    before = len(S)
    results = {"before": before, "recurrent": len(T), "N": T.N[:]}
    with raising() as results["not connected"]:
        Network(G, H, S).run(0.1 * ms)
    with raising() as results["name in the target"]:
        U = Synapses(G, H, "w : 1")
        U.connect()
    with raising() as results["set before connect"]:
        S.a = 3
    with raising() as results["not a group"]:
        Synapses(3, H)
    with raising() as results["no threshold"]:
        V = Synapses(NeuronGroup(1, "v : 1"), H, on_pre="v += 1")
        V.connect()
    return results


@case("7 parameters", "7 on_pre", "8 all to all")
def weights_of_synapses():
    inputs = spikes_at([0.1, 0.5], [0.2], [0.5])
    G = NeuronGroup(2, "dv/dt = -v/(2*ms) : volt", method="exact")
    S = Synapses(inputs, G, "w : volt\nk : integer\non : boolean", on_pre="v_post += w*int(on)*k")
    S.connect()
    S.w = "(i + 1)*mV + j*0.1*mV"
    S.k = "i + j"
    S.on = "i != 1"
    M = StateMonitor(G, "v", record=True)
    run(1 * ms)
    return {"v": M.v, "w": S.w[:], "k": S.k[:], "on": S.on[:]}


@case("7 on_pre", "7 order of delivery")
def many_synapses_onto_one_neuron():
    inputs = spikes_at(*[[0.1 * (k % 3) + 0.1] for k in range(40)])
    G = NeuronGroup(2, "v : 1")
    S = Synapses(inputs, G, "w : 1", on_pre="v += w")
    S.connect()
    S.connect(i=0, j=[1, 1, 1])
    S.w = "0.1 + i*1e-3 + j*1e-5"
    M = StateMonitor(G, "v", record=True)
    run(0.6 * ms)
    return {"v": M.v}


@case("7 on_post", "7 on_pre")
def code_at_postsynaptic_spikes():
    pre, post = spikes_at([0.1, 0.9], [0.4]), NeuronGroup(3, "v : 1", threshold="v > 1", reset="v = 0")
    drive = spikes_at([0.2, 0.4], [0.4], [0.8])
    D = Synapses(drive, post, on_pre="v += 2")
    D.connect(j="i")
    S = Synapses(
        pre,
        post,
        "w : 1\nx : 1",
        on_pre="x += 1; w = clip(w + 0.1*j, 0, 1)",
        on_post="w = clip(w*2 - 0.3 + x, 0, 1)",
    )
    S.connect()
    S.w = "0.2 + 0.1*i"
    M = StateMonitor(S, ["w", "x"], record=True)
    run(1.5 * ms)
    return {"w": M.w, "x": M.x}


@case("7 pre and post suffix")
def pre_and_post_names():
    G = NeuronGroup(3, "v : 1\nx : 1\ny : 1", threshold="t >= 0.2*ms and t < 0.25*ms and i > 0", reset="")
    G.x = "i + 1"
    G.y = "i*10"
    S = Synapses(
        G,
        G,
        "w : 1\ndifference = x_pre - x_post : 1",
        on_pre="w = x_pre*100 + y_post; v_post += difference + x",
    )
    S.connect("i != j")
    run(0.5 * ms)
    return {"w": S.w[:], "v": G.v[:], "difference": S.difference[:]}


@case("7 on_pre", "7 pre and post suffix")
def writing_to_presynaptic_neurons():
    G = NeuronGroup(3, "v : 1\nc : 1", threshold="t < 0.15*ms and i < 2", reset="")
    S = Synapses(G, G, "w : 1", on_pre="c_pre += w; v_post += 1", on_post="c_pre += 100*w")
    S.connect()
    S.w = "1 + i + 0.1*j"
    run(0.3 * ms)
    return {"c": G.c[:], "v": G.v[:]}


@case("7 several statements")
def statements_and_temporaries():
    inputs = spikes_at([0.1, 0.3], [0.1])
    G = NeuronGroup(2, "v : 1\nu : 1")
    S = Synapses(
        inputs,
        G,
        "x : 1\ny : 1",
        on_pre="""
        change = 0.5*x + 1  # a temporary
        x = x - 0.2*change; y = x*change
        u_post += change
        """,
    )
    S.connect()
    S.x = "1 + i + j"
    run(0.5 * ms)
    return {"x": S.x[:], "y": S.y[:], "u": G.u[:]}


@case("7 order of delivery", "7 several statements", compiled=True)
def synapse_by_synapse():
    inputs = spikes_at([0.1], [0.1], [0.1])
    G = NeuronGroup(1, "v : 1\nu : 1")
    S = Synapses(
        inputs, G, "w : 1\nseen : 1", on_pre="v_post = v_post*2 + w; seen = v_post; u_post = u_post*3 + seen"
    )
    S.connect()
    S.w = [1, 10, 100]
    G.v, G.u = 1, 1
    run(0.3 * ms)
    return {"v": G.v[:], "u": G.u[:], "seen": S.seen[:]}


@case("7 order of delivery", compiled=True)
def delivery_by_time_and_index():
    inputs = spikes_at([0.1, 0.2], [0.3], [0.2])
    G = NeuronGroup(2, "v : 1")
    S = Synapses(inputs, G, "k : 1", on_pre="v_post = v_post*2 + k")
    S.connect(i=[2, 1, 0, 0], j=[0, 0, 0, 0])
    S.connect(i=[0, 1, 2, 0], j=[1, 1, 1, 1])
    S.k = "i*10 + 1"
    S.delay = [0.2, 0.1, 0.3, 0.2, 0.2, 0.1, 0.2, 0.3] * ms
    M = StateMonitor(G, "v", record=True)
    run(1 * ms)
    return {"v": M.v}


@case("7 stochastic release", random=True)
def stochastic_release():
    inputs = SpikeGeneratorGroup(1, [0], [0.1] * ms)
    G = NeuronGroup(3000, "v : 1\nu : 1")
    S = Synapses(inputs, G, "w : 1\np : 1", on_pre="v_post += w*(rand() < p); u_post += rand()")
    S.connect()
    S.w = "1 + rand()"
    S.p = 0.3
    run(0.3 * ms)
    return {"v": G.v[:], "u": G.u[:], "released": G.v[:] > 0}


STDP = """
w : 1
dApre/dt = -Apre/taupre : 1 (event-driven)
dApost/dt = -Apost/taupost : 1 (event-driven)
"""


@case("7 event-driven", "7 on_post", "3 synaptic flags", "10 on synapses")
def spike_timing_dependent_plasticity():
    taupre, taupost, wmax = 20 * ms, 15 * ms, 1
    pre = spikes_at([1, 5.3, 9], [2, 6.1], [3.7])
    post = spikes_at([1.5, 6.1], [5.3, 8])
    S = Synapses(
        pre,
        post,
        STDP,
        on_pre="Apre += 0.1; w = clip(w + Apost, 0, wmax)",
        on_post="Apost -= 0.105; w = clip(w + Apre, 0, wmax)",
    )
    S.connect()
    S.w = "0.3 + 0.1*i + 0.05*j"
    M = StateMonitor(S, ["w", "Apre", "Apost"], record=True)
    run(10 * ms)
    return {
        "w": M.w,
        "Apre": M.Apre,
        "Apost": M.Apost,
        "last": S.lastupdate[:],
        "i": S.i[:],
        "j": S.j[:],
        "end": S.w[:],
    }


@case("7 event-driven", "9 PoissonGroup", random=True)
def plasticity_with_random_input():
    taupre = taupost = 20 * ms
    N = 600
    inputs = PoissonGroup(N, rates=100 * Hz)
    G = NeuronGroup(N, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
    S = Synapses(
        inputs,
        G,
        STDP,
        on_pre="v_post += w; Apre += 0.02; w = clip(w + Apost, 0, 2)",
        on_post="Apost -= 0.021; w = clip(w + Apre, 0, 2)",
    )
    S.connect(j="i")
    S.w = "0.5 + 0.5*rand()"
    run(100 * ms)
    return {"w": S.w[:], "Apre": S.Apre[:], "last": S.lastupdate / ms}


@case("7 event-driven")
def event_driven_with_parameters_and_coupling():
    pre = spikes_at([1, 3.1], [2])
    G = NeuronGroup(2, "x : 1")
    S = Synapses(
        pre,
        G,
        """dr/dt = (1 - r)/tau_r : 1 (event-driven)
        du/dt = (U - u)/(7*ms) : 1 (event-driven)
        tau_r : second
        U : 1 (constant)""",
        on_pre="u += U*(1 - u); x_post += u*r; r -= u*r",
        method="exact",
    )
    S.connect()
    S.tau_r = "(i + 1)*3*ms"
    S.U = "0.2 + 0.1*j"
    S.r = 1
    M = StateMonitor(G, "x", record=True)
    run(5 * ms)
    return {"x": M.x, "r": S.r[:], "u": S.u[:], "last": S.lastupdate[:]}


@case("7 event-driven")
def refused_event_driven_equations():
    pre, G = spikes_at([1]), NeuronGroup(1, "v : 1")
    results = {}
    models = {
        "non-linear": "da/dt = -a**2/ms : 1 (event-driven)",
        "both": "da/dt = -a/ms : 1 (event-driven, clock-driven)",
        "clock-driven": "da/dt = -b/ms : 1 (event-driven)\ndb/dt = -b/ms : 1 (clock-driven)",
    }
    for name, model in models.items():
        with raising() as results[name]:
            S = Synapses(pre, G, model, on_pre="a += 1")
            S.connect()
            Network(pre, G, S).run(1.5 * ms)
    return results


@case("7 clock-driven", "3 synaptic flags", "5 euler")
def clock_driven_equations():
    found = {}
    for method in ["euler", "exact", "rk4", "exponential_euler"]:
        inputs = spikes_at([0.2, 1], [0.5])
        G = NeuronGroup(2, "v : 1\ndx/dt = 1/ms : 1", method="euler")
        S = Synapses(
            inputs,
            G,
            "dg/dt = -g/(2*ms) : 1 (clock-driven)\ndh/dt = (g - h)/(3*ms) : 1",
            on_pre="g += 1 + j",
            method=method,
        )
        S.connect()
        M = StateMonitor(S, ["g", "h"], record=True)
        Network(inputs, G, S, M).run(2 * ms)
        found[f"g {method}"], found[f"h {method}"] = M.g, M.h
    return found


@case("7 summed", "7 clock-driven", "3 synaptic flags")
def summed_conductances():
    inputs = spikes_at([0.2, 1], [0.5], [0.2, 0.6])
    G = NeuronGroup(3, "dv/dt = (I - v)/(5*ms) : volt\nI : volt\nK : volt", method="euler")
    S = Synapses(
        inputs,
        G,
        "dg/dt = -g/(2*ms) : 1\nI_post = g*w*(20*mV - v_post) : volt (summed)\nw : 1",
        on_pre="g += 1",
        method="exact",
    )
    S.connect("i <= j and j < 2")
    S.w = "0.1*(i + 1)"
    G.I = 5 * mV
    M = StateMonitor(G, ["v", "I"], record=True)
    run(2 * ms)
    return {"v": M.v, "I": M.I, "g": S.g[:]}


@case("7 summed")
def summed_over_targets():
    G = NeuronGroup(4, "total : 1\nx : 1")
    H = NeuronGroup(3, "y : 1")
    G.x, H.y = "i + 1", "(i + 1)*10"
    S = Synapses(G, H, "w : 1\ntotal_pre = w*y_post : 1 (summed)")
    S.connect("i > 0")
    S.w = "i + 0.1*j"
    run(0.2 * ms)
    return {"total": G.total[:]}


@case("7 summed", "8 subgroups")
def summed_onto_subgroups():
    G = NeuronGroup(4, "total : 1\nx : 1")
    G.x = "i + 1"
    S = Synapses(G[:2], G[2:], "total_post = x_pre : 1 (summed)")
    S.connect()
    T = Synapses(G[2:], G[:2], "total_post = 10*x_pre : 1 (summed)")
    T.connect()
    run(0.2 * ms)
    return {"total": G.total[:]}


@case("7 summed")
def refused_sums():
    G = NeuronGroup(3, "v : volt\nI : volt\ndx/dt = -x/ms : 1", method="euler")
    results = {}
    with raising() as results["unknown"]:
        S = Synapses(G, G, "J_post = v_pre : volt (summed)")
        S.connect()
        Network(G, S).run(0.1 * ms)
    with raising() as results["unit"]:
        S = Synapses(G, G, "I_post = 1 : 1 (summed)")
        S.connect()
        Network(G, S).run(0.1 * ms)
    with raising() as results["no suffix"]:
        S = Synapses(G, G, "I = v_pre : volt (summed)")
        S.connect()
    with raising() as results["differential"]:
        S = Synapses(G, G, "x_post = 1 : 1 (summed)")
        S.connect()
        Network(G, S).run(0.1 * ms)
    with raising() as results["twice"]:
        S, T = [Synapses(G, G, "I_post = v_pre : volt (summed)") for _ in range(2)]
        S.connect()
        T.connect()
        Network(G, S, T).run(0.1 * ms)
    return results


@case("7 gap junction", "7 summed")
def gap_junctions():
    G = NeuronGroup(
        5,
        "dv/dt = (v0 - v + Igap)/(10*ms) : 1\nIgap : 1\nv0 : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
    )
    G.v = "i*0.15"
    G.v0 = "1.0 + i*0.1"
    S = Synapses(G, G, "w : 1\nIgap_post = w*(v_pre - v_post) : 1 (summed)")
    S.connect("i != j")
    S.w = "0.02*(1 + i)"
    M, N = StateMonitor(G, ["v", "Igap"], record=True), SpikeMonitor(G)
    run(30 * ms)
    return {"v": M.v, "Igap": M.Igap, "i": N.i[:], "t": N.t[:]}


@case("7 flags")
def subexpressions_and_shared_variables():
    inputs = spikes_at([0.2, 0.4], [0.4])
    G = NeuronGroup(2, "v : 1\nx : 1")
    S = Synapses(
        inputs,
        G,
        """w : 1 (constant)
        scale : 1 (shared)
        effect = w*scale + x_post : 1
        both = 2*scale : 1 (shared)""",
        on_pre="v_post += effect*both",
    )
    S.connect()
    S.w = "i + 0.5*j"
    S.scale = 3
    G.x = "i"
    run(0.3 * ms)
    first = G.v[:].copy()
    S.scale = 2
    run(0.3 * ms)
    return {"first": first, "v": G.v[:], "effect": S.effect[:], "both": S.both[:], "scale": S.scale[:]}


@case("7 lastupdate")
def lastupdate_by_hand():
    pre = spikes_at([1, 3], [2])
    G = NeuronGroup(2, "v : 1")
    S = Synapses(
        pre,
        G,
        "x : 1\nupdated : second",
        on_pre="x = 1 + x*exp(-(t - updated)/(2*ms)); updated = t; v_post += x",
    )
    S.connect()
    run(4 * ms)
    return {"x": S.x[:], "v": G.v[:], "updated": S.updated[:]}


@case("7 multiple pathways", "7 scalar delay")
def several_pathways():
    inputs = spikes_at([0.2, 0.7], [0.4])
    G = NeuronGroup(2, "g : 1\nh : 1", threshold="g > 2.5", reset="g = 0")
    S = Synapses(
        inputs,
        G,
        "w : 1",
        on_pre={"fast": "g += w", "learn": "w += 0.5; h += w", "a_first": "h = h*2 + 1"},
        on_post={"post": "w *= 2", "z_last": "w -= 0.1"},
        delay={"fast": 0.1 * ms, "learn": 0.2 * ms},
    )
    S.connect()
    S.w = 1
    M, N = StateMonitor(G, ["g", "h"], record=True), StateMonitor(S, "w", record=True)
    run(1.5 * ms)
    return {
        "g": M.g,
        "h": M.h,
        "w": N.w,
        "fast": S.fast.delay[:],
        "learn": S.learn.delay[:],
        "order": S.fast.order,
        "post order": S.post.order,
        "names": ",".join([S.fast.name, S.learn.name, S.a_first.name, S.post.name]),
    }


@case("7 multiple pathways", "7 pathway order")
def orders_of_pathways():
    found = {}
    for name, order in {"default": None, "earlier": -2, "later": 3}.items():
        inputs = spikes_at([0.2], [0.2])
        G = NeuronGroup(2, "v : 1")
        S = Synapses(inputs, G, on_pre={"a": "v = v*2 + 1", "b": "v = v*3 + 5"})
        S.connect(j="i")
        if order is not None:
            S.b.order = order
        Network(inputs, G, S).run(0.4 * ms)
        found[name] = G.v[:].copy()
    return found


@case("7 multiple pathways", "7 delay per synapse")
def delays_of_pathways():
    inputs = spikes_at([0.2], [0.4])
    post = spikes_at([0.3], [0.5])
    S = Synapses(inputs, post, "w : 1\nu : 1", on_pre={"up": "w += 1", "down": "w *= 0.5"}, on_post="u += w")
    S.connect()
    S.up.delay = "(i + j)*0.2*ms"
    S.down.delay = [0.1, 0.2, 0.3, 0.4] * ms
    S.post.delay = "j*0.3*ms"
    M = StateMonitor(S, ["w", "u"], record=True)
    run(2 * ms)
    return {"w": M.w, "u": M.u, "up": S.up.delay[:], "down": S.down.delay[:], "post": S.post.delay[:]}


@case("7 scalar delay")
def scalar_delays():
    inputs = spikes_at([0.2, 0.5], [0.4])
    G = NeuronGroup(2, "v : 1")
    S = Synapses(inputs, G, on_pre="v += 1", delay=0.25 * ms)
    S.connect()
    M = StateMonitor(G, "v", record=True)
    results = {"delay": S.delay[:]}
    with raising() as results["array"]:
        S.delay = [1, 2, 3, 4] * ms
    with raising() as results["string"]:
        S.delay = "i*ms"
    run(0.5 * ms)
    S.delay = 0.1 * ms
    run(0.7 * ms)
    return {**results, "v": M.v, "changed": S.delay[:]}


@case("7 delay per synapse")
def rounding_of_delays():
    inputs = spikes_at([0.2])
    delays = [
        0,
        0.04,
        0.05,
        0.051,
        0.1,
        0.149,
        0.15,
        0.2,
        0.25,
        0.3,
        0.35,
        0.4,
        0.45,
        0.55,
        0.65,
        0.7,
        0.75,
        0.95,
        1.05,
    ] * ms
    G = NeuronGroup(len(delays), "at : second")
    S = Synapses(inputs, G, on_pre="at = t")
    S.connect()
    S.delay = delays
    run(2 * ms)
    return {"at": G.at[:], "delay": S.delay[:]}


@case("7 delay per synapse")
def setting_delays():
    inputs = spikes_at([0.1], [0.3])
    G = NeuronGroup(3, "at : second")
    S = Synapses(inputs, G, "k : 1", on_pre="at = t; k += 1")
    S.connect()
    S.delay = "i*0.2*ms + j*0.1*ms + 0.1*ms"
    S.delay[0, 1] = 0.7 * ms
    S.delay["j == 2"] = 0.4 * ms
    results = {}
    with raising() as results["unit"]:
        S.delay = 3
    S.delay[0] = 0.1 * ms
    return {**results, "delay": S.delay[:], "one": S.delay[1, 1], "pre": S.pre.delay[:]}


@case("7 delay per synapse", "11 several clocks")
def delays_in_steps_of_the_source():
    inputs = SpikeGeneratorGroup(1, [0], [0.5] * ms, dt=0.25 * ms)
    G = NeuronGroup(5, "at : second")
    S = Synapses(inputs, G, on_pre="at = t")
    S.connect()
    S.delay = [0.1, 0.125, 0.3, 0.375, 0.6] * ms
    run(2 * ms)
    return {"at": G.at[:]}


@case("7 delay per synapse", random=True)
def random_delays():
    inputs = SpikeGeneratorGroup(1, [0], [0] * ms)
    G = NeuronGroup(3000, "at : second")
    S = Synapses(inputs, G, on_pre="at = t")
    S.connect()
    S.delay = "1*ms + rand()*2*ms"
    run(4 * ms)
    return {"at": G.at / ms, "delay": S.delay / ms}


@case("7 on_event", "4 custom events")
def code_at_custom_events():
    G = NeuronGroup(
        2,
        "dv/dt = 1/ms : 1\nx : 1",
        threshold="v > 1",
        reset="v = 0",
        events={"half": "v > 0.5 and v < 0.6"},
        method="euler",
    )
    G.v = [0, 0.25]
    S = Synapses(G, G, on_pre="x += 1", on_post="x += 10", on_event={"pre": "half", "post": "spike"})
    S.connect("i != j")
    T = Synapses(G, G, on_pre="x += 100", on_event="half", delay=0.2 * ms)
    T.connect(j="i")
    M = StateMonitor(G, "x", record=True)
    run(3 * ms)
    return {"x": M.x}


@case("7 synapses as source or target")
def synapses_onto_synapses():
    inputs = spikes_at([0.2, 0.5], [0.3])
    G = NeuronGroup(2, "v : 1")
    S = Synapses(inputs, G, "w : 1", on_pre="v_post += w")
    S.connect()
    S.w = "i + 0.1*j + 1"
    A = NeuronGroup(2, "c : 1", threshold="t > 0.35*ms and t < 0.45*ms", reset="")
    T = Synapses(A, S, "k : 1", on_pre="w_post *= k")
    T.connect("i == j % 2")
    T.k = "2 + j"
    run(1 * ms)
    return {"w": S.w[:], "v": G.v[:], "i": T.i[:], "j": T.j[:]}


@case("7 synapses as source or target", "7 summed")
def sums_into_synapses():
    inputs = spikes_at([0.2, 0.5], [0.3])
    G, A = NeuronGroup(2, "v : 1"), NeuronGroup(3, "c : 1")
    A.c = "i + 1"
    S = Synapses(inputs, G, "w : 1\nboost : 1", on_pre="v_post += boost; w += 1")
    S.connect()
    T = Synapses(A, S, "boost_post = c_pre : 1 (summed)")
    T.connect("i <= j")
    U = Synapses(S, A, "c_post = w_pre : 1 (summed)")
    U.connect("j == i % 3")
    M = StateMonitor(A, "c", record=True)
    run(1 * ms)
    return {"boost": S.boost[:], "v": G.v[:], "c": M.c, "N": len(T)}


@case("7 run_regularly")
def regular_code_over_synapses():
    G = NeuronGroup(2, "v : 1")
    S = Synapses(G, G, "w : 1\nu : 1")
    S.connect()
    S.w = "1 + i + j"
    S.run_regularly("w *= 0.9; u = w + v_post", dt=0.3 * ms)
    M = StateMonitor(S, ["w", "u"], record=True)
    run(1 * ms)
    return {"w": M.w, "u": M.u}


@case("7 summed updater")
def rescheduled_sum():
    G = NeuronGroup(2, "dv/dt = 1/ms : 1\nI : 1", method="euler")
    S = Synapses(G, G, "I_post = v_pre : 1 (summed)")
    S.connect("i != j")
    S.summed_updaters["I_post"].when = "after_groups"
    M = StateMonitor(G, "I", record=True)
    run(0.5 * ms)
    return {"I": M.I}


@case("7 on_pre", "3 unit checking")
def wrong_code():
    inputs, G = spikes_at([0.1]), NeuronGroup(1, "v : volt\ns : 1 (shared)")
    results = {}
    for name, code in {
        "unit": "v_post += 1",
        "unknown": "v_post += no_such_name*volt",
        "syntax": "v_post += (",
        "unknown target": "x_other += 1",
        "shared": "s_post += 1",
        "time": "t = 3*ms",
    }.items():
        with raising() as results[name]:
            S = Synapses(inputs, G, on_pre=code)
            S.connect()
            Network(inputs, G, S).run(0.2 * ms)
    return results


@case("15 pre and post keywords")
def old_keywords():
    inputs, G = spikes_at([0.1]), NeuronGroup(1, "v : 1", threshold="v > 0.5", reset="")
    S = Synapses(inputs, G, "w : 1", pre="v += 1", post="w += 1")
    S.connect()
    run(0.3 * ms)
    return {"v": G.v[:], "w": S.w[:]}
