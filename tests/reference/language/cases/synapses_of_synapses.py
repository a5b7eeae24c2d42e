"""Synapses whose source or target is other synapses: connecting them, reading, modulating, summing."""

from SIMULATOR import *

from language_cases import case, raising


def spikes_at(*times):
    """A generator whose neuron k spikes at the k-th list of times [ms]."""
    indices = [k for k, train in enumerate(times) for _ in train]
    return SpikeGeneratorGroup(len(times), indices, [each for train in times for each in train] * ms)


def tripartite(inputs, G):
    """Synapses with all kinds of variables."""
    S = Synapses(
        inputs,
        G,
        """w : volt
        drive : volt
        c : 1 (constant)
        m : integer
        s : 1 (shared)
        half = w/2 : volt
        place = 10*i + j : 1
        dq/dt = -q/(2*ms) : 1 (event-driven)
        dr/dt = (c - r)/ms : 1 (clock-driven)""",
        on_pre="v_post += w; q += 1",
        method="exact",
        multisynaptic_index="n",
    )
    S.connect("i != j")
    S.connect(i=1, j=[0, 2])
    S.w = "(1 + i + 0.1*j)*mV"
    S.c = "1 + i*j"
    S.m = "3*i + j"
    S.s = 4
    return S


@case("7 synapses as source or target", "8 by condition", "8 by index", "8 one to one", "8 generator")
def connections_of_synapses():
    inputs, G = spikes_at([0.2], [0.3], []), NeuronGroup(3, "v : volt\nu : 1")
    G.u = "i"
    S = tripartite(inputs, G)
    results = {"N": len(S)}
    for name, how in {
        "all": {},
        "numbers": {"condition": "i % 2 == 0 and j != 1"},
        "sizes": {"condition": "i == N_pre - 1 or j == N_post - 1"},
        "variables": {"condition": "w_pre > 2*mV and c_pre == u_post"},
        "ends": {"condition": "i_pre == j and j_pre > 0"},
        "subexpressions": {"condition": "half_pre > 0.6*mV and place_pre > 11"},
        "arrays": {"i": [7, 0, 3, 3], "j": [2, 1, 1, 0]},
        "one each": {"j": "i_pre"},
        "to the target": {"j": "j_pre if m_pre > 2"},
        "range": {"j": "k for k in range(i % 3) if n_pre == 0"},
    }.items():
        T = Synapses(S, G, "z : 1")
        T.connect(**how)
        results |= {f"from {name}, i": T.i[:], f"from {name}, j": T.j[:]}
    for name, how in {
        "all": {},
        "variables": {"condition": "w_post > 2*mV and c_post == u_pre"},
        "ends": {"condition": "i_post == i and j_post != 1 and s_post > 3"},
        "arrays": {"i": [2, 0, 1, 1], "j": [7, 1, 3, 3]},
        "number": {"j": "2*i + 1"},
        "source": {"i": "i_post"},
        "range": {"j": "k for k in range(N_post) if m_post > 3 and n_post == 0"},
    }.items():
        T = Synapses(G, S, "z : 1")
        T.connect(**how)
        results |= {f"onto {name}, i": T.i[:], f"onto {name}, j": T.j[:]}
    T = Synapses(S, S, "z : 1")
    T.connect("i_pre == j_post and i < j")
    return {**results, "among, i": T.i[:], "among, j": T.j[:]}


@case("7 synapses as source or target", "8 set variables", "8 N_incoming")
def values_seen_by_synapses_of_synapses():
    inputs, G = spikes_at([0.2], [0.3], []), NeuronGroup(3, "v : volt\nu : 1")
    G.u = "i + 1"
    S = tripartite(inputs, G)
    T = Synapses(S, G, "z : 1\ny : 1\nx = half_pre/mV + z : 1")
    T.connect("j != j_pre")
    T.z = "w_pre/mV + 100*m_pre + 1000*u_post + 1e5*i_pre + 1e6*n_pre + s_pre"
    T.y = "N_incoming + 0.01*N_outgoing + place_pre"
    T.y["c_pre > 1 and u_post > 2"] = -1
    U = Synapses(G, S, "z : 1\ny : 1\nx = place_post + N_post : 1")
    U.connect("i != i_post")
    U.z = "w_post/mV + 100*m + 1000*u_pre + 1e5*i_post + 1e6*n + s"
    U.y = "N_incoming + 0.01*N_outgoing + place"
    with raising() as hidden:
        U.y = "v_post_post"
    S.connect(i=2, j=2)
    U.connect(i=0, j=len(S) - 1)
    return {
        "z": T.z[:], "y": T.y[:], "x": T.x[:], "w": T.w_pre[:], "i": T.i_pre[:], "c": T.c_pre[:],
        "uz": U.z[:], "uy": U.y[:], "ux": U.x[:], "uj": U.j_post[:], "half": U.half_post[:], "N": len(U),
        "new": U.w_post[:], "hidden": hidden, "subset": T.z["w_pre > 2*mV"], "pair": T.z[2, :],
    }  # fmt: skip


@case("7 synapses as source or target", "7 on_pre", "7 event-driven")
def spikes_that_modulate_synapses():
    inputs, G = spikes_at([0.1, 0.7, 1.1], [0.2, 0.7], [0.5]), NeuronGroup(3, "v : volt\nu : 1")
    S = tripartite(inputs, G)
    A = NeuronGroup(2, "g : 1", threshold="abs(t - (i + 3)*0.1*ms) < 0.05*ms", reset="g += 1")
    A.g = "1 + i"
    T = Synapses(
        A, S, "k : 1", on_pre={"up": "w += k*mV; r_post += 0.1", "down": "w_post *= 0.5; k += q_post + g_pre"}
    )
    T.connect("(i + j) % 3 != 0")
    T.k = "0.1*i + 0.01*j"
    T.up.delay = "(i + j % 4)*0.1*ms"
    T.down.delay = 0.4 * ms
    M = StateMonitor(S, ["w", "r", "q"], record=True)
    N = StateMonitor(T, "k", record=[0, 3])
    run(1.5 * ms)
    return {"w": M.w, "r": M.r, "q": M.q, "k": N.k, "v": G.v[:]}


@case("7 synapses as source or target", "7 summed", "7 clock-driven")
def glia_and_synapses():
    inputs = spikes_at([0.1, 0.4, 0.9], [0.2, 0.6], [0.5])
    G = NeuronGroup(2, "dv/dt = -v/(2*ms) : 1", method="exact")
    glia = NeuronGroup(
        2,
        "dx_A/dt = -x_A/(3*ms) + (Y_S/(10*mmolar) + G_0*b)/ms : 1\nY_S : mmolar\nG_0 : 1\nb : 1",
        method="euler",
        threshold="x_A > 0.3",
        refractory="x_A > 0.3",
    )
    glia.b = "0.1*i"
    S = Synapses(
        inputs,
        G,
        """dY/dt = -Y/(1*ms) : mmolar (clock-driven)
        dGamma/dt = (G_A*(1 - Gamma) - Gamma)/(2*ms) : 1 (clock-driven)
        G_A : 1
        r : 1""",
        on_pre="Y += 3*mmolar; v_post += 1 + Gamma",
        method="euler",
    )
    S.connect()
    to_synapses = Synapses(glia, S, "G_A_post = x_A_pre/(1 + x_A_pre) : 1 (summed)")
    to_synapses.connect(j="k for k in range(N_post) if k % 2 == i")
    to_glia = Synapses(
        S, glia, "Y_S_post = Y_pre/N_incoming : mmolar (summed)\nG_0_post = Gamma_pre : 1 (summed)"
    )
    to_glia.connect("i % 2 == j")
    release = Synapses(glia, S, on_pre="r_post += 1")
    release.connect("i == i_post % 2")
    M = StateMonitor(S, ["Y", "Gamma", "G_A", "r"], record=True)
    N = StateMonitor(glia, ["x_A", "Y_S", "G_0"], record=True)
    run(2 * ms)
    return {
        "Y": M.Y, "Gamma": M.Gamma, "G_A": M.G_A, "r": M.r, "x_A": N.x_A, "Y_S": N.Y_S, "G_0": N.G_0, "v": G.v[:]
    }  # fmt: skip


@case("7 synapses as source or target", "7 summed", "7 run_regularly")
def chains_of_synapses():
    inputs, G = spikes_at([0.1, 0.4], [0.2], []), NeuronGroup(3, "v : volt\nu : 1\ny : 1")
    G.u = "i + 1"
    S = tripartite(inputs, G)
    among = Synapses(S, S, "z : 1\nb : 1\ndrive_post = half_pre*b : volt (summed)")
    among.connect("i < j")
    among.b = "0.1*i"
    first = Synapses(among, G, "y_post = b_pre + i_pre : 1 (summed)")
    first.connect(j="i % 3")
    second = Synapses(G, among, "z_post = u_pre : 1 (summed)")
    second.connect("i == j % 3 or j == i_post")
    with raising() as no_parameter:
        Synapses(S, G, "p : 1\nr_pre = p + u_post : 1 (summed)")
    counting = Synapses(G, S, "d : 1")
    counting.connect(i=1, j=[0, 3, 3])
    counting.run_regularly("d += w_post/mV + i_post", dt=0.3 * ms)
    M = StateMonitor(among, ["z", "b"], record=True)
    N = StateMonitor(counting, "d", record=True)
    net = Network(inputs, G, S, among, first, second, counting, M, N)
    net.run(1 * ms)
    net.store()
    among.b = "0.2*j"
    net.run(0.5 * ms)
    later = np.array(S.drive[:])  # what [:] gives may change with the synapses
    net.restore()
    return {
        "y": G.y[:],
        "z": M.z,
        "d": N.d,
        "drive": S.drive[:],
        "later": later,
        "no parameter": no_parameter,
    }


@case("7 synapses as source or target")
def what_synapses_of_synapses_cannot_be():
    inputs, G = spikes_at([0.1]), NeuronGroup(2, "v : volt\nu : 1", threshold="v > 1*volt", reset="")
    S = Synapses(inputs, G, "w : 1", on_pre="v += w*volt")
    S.connect()
    results = {}
    with raising() as results["spikes of the source"]:
        Synapses(S, G, on_pre="v += 1*mV")
    with raising() as results["spikes of the target"]:
        Synapses(inputs, S, on_post="w += 1")
    with raising() as results["name of the target"]:
        Synapses(G, S, "w : 1")
    with raising() as results["name of the source"]:
        Synapses(S, G, "w : 1")
    T = Synapses(G, S, "z : 1")
    with raising() as results["out of range"]:
        T.connect(i=0, j=2)
    T.connect()
    with raising() as results["not in the network"]:
        Network(inputs, G, T).run(0.1 * ms)
    return results
