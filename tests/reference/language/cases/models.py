"""Small models as users write them, in which many parts work together."""

from SIMULATOR import *

from language_cases import case


@case("4 constructor", "7 on_pre", "8 by condition", "10 StateMonitor", "10 SpikeMonitor", "7 scalar delay")
def balanced_network():
    N = 60
    taum, taue, taui = 20 * ms, 5 * ms, 10 * ms
    Vt, Vr, El = -50 * mV, -60 * mV, -49 * mV
    P = NeuronGroup(
        N,
        """
        dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
        dge/dt = -ge/taue : volt
        dgi/dt = -gi/taui : volt
        """,
        threshold="v > Vt",
        reset="v = Vr",
        refractory=5 * ms,
        method="exact",
    )
    P.v = "Vr + (i*37 % N)/N*(Vt - Vr)"
    we, wi = 2 * mV, -4 * mV
    Ce = Synapses(P[:48], P, on_pre="ge += we")
    Ci = Synapses(P[48:], P, on_pre="gi += wi", delay=0.3 * ms)
    Ce.connect("(i*7 + j*3) % 10 == 0")
    Ci.connect("(i*5 + j*11) % 10 == 0")
    S, M, R = SpikeMonitor(P), StateMonitor(P, ["v", "ge"], record=[0, 50]), PopulationRateMonitor(P[:48])
    run(60 * ms)
    return {"i": S.i[:], "t": S.t[:], "v": M.v, "ge": M.ge, "rate": R.rate[:], "Ce": len(Ce)}


@case("4 constructor", "4 reset")
def izhikevich_neurons():
    G = NeuronGroup(
        4,
        """
        dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
        du/dt = a*(b*v - u) : volt/second
        I : volt/second
        a : Hz
        b : Hz
        c : volt
        d : volt/second
        """,
        threshold="v >= 30*mV",
        reset="v = c; u += d",
        method="euler",
    )
    G.a = [0.02, 0.1, 0.02, 0.02] / ms
    G.b = 0.2 / ms
    G.c = [-65, -65, -50, -55] * mV
    G.d = [8, 2, 2, 4] * mV / ms
    G.v = -65 * mV
    G.u = "b*v"
    G.I = "(10 - i)*mV/ms"
    M, S = StateMonitor(G, ["v", "u"], record=True), SpikeMonitor(G)
    run(40 * ms)
    return {"v": M.v, "u": M.u, "i": S.i[:], "t": S.t[:]}


@case("7 several statements", "7 event-driven")
def short_term_plasticity():
    tau_f, tau_d, U0 = 50 * ms, 30 * ms, 0.2
    inputs = SpikeGeneratorGroup(
        2, [0] * 8 + [1] * 8, numpy.concatenate([numpy.arange(8) * 5 + 1, numpy.arange(8) * 9 + 2.5]) * ms
    )
    G = NeuronGroup(3, "dv/dt = (g - v)/(10*ms) : 1\ndg/dt = -g/(3*ms) : 1", method="exact")
    S = Synapses(
        inputs,
        G,
        """w : 1
        u_last : 1
        du/dt = (U0 - u)/tau_f : 1 (event-driven)
        dr/dt = (1 - r)/tau_d : 1 (event-driven)""",
        on_pre="""
        u += U0*(1 - u)
        released = u*r
        r -= released
        g_post += w*released
        """,
        method="exact",
    )
    S.connect()
    S.w = "1 + i*0.5 + j*0.1"
    S.u, S.r = U0, 1
    S.delay = "j*0.4*ms"
    M = StateMonitor(G, ["v", "g"], record=True)
    run(80 * ms)
    return {"v": M.v, "g": M.g, "u": S.u[:], "r": S.r[:]}


@case("7 on_post", "7 event-driven", "9 run_regularly")
def inhibitory_plasticity():
    tau, eta, alpha, wmax = 20 * ms, 0.05, 0.3, 2
    G = NeuronGroup(
        3,
        "dv/dt = (1.2 + 0.1*i - v - g)/(10*ms) : 1\ndg/dt = -g/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        refractory=2 * ms,
    )
    S = Synapses(
        G,
        G,
        """w : 1
        dtrace1/dt = -trace1/tau : 1 (event-driven)
        dtrace2/dt = -trace2/tau : 1 (event-driven)""",
        on_pre="trace1 += 1; w = clip(w + (trace2 - alpha)*eta, 0, wmax); g_post += w",
        on_post="trace2 += 1; w = clip(w + trace1*eta, 0, wmax)",
    )
    S.connect("i != j")
    S.w = 0.2
    M, N = StateMonitor(S, "w", record=True, dt=5 * ms), SpikeMonitor(G)
    run(150 * ms)
    return {"w": M.w, "i": N.i[:], "t": N.t[:], "end": S.w[:]}


@case("4 threshold", "5 rk4", "7 clock-driven", "7 summed")
def fast_spiking_neurons_with_synapses():
    G = NeuronGroup(
        4,
        """
        dv/dt = (-gNa*m_inf**3*h*(v - 55) - gK*n**4*(v + 90) - 0.1*(v + 65) + I - Isyn)/ms : 1
        dh/dt = 5*(ah*(1 - h) - bh*h) : 1
        dn/dt = 5*(an*(1 - n) - bn*n) : 1
        am = 1/exprel(-0.1*(v + 35))/ms : Hz
        bm = 4*exp(-(v + 60)/18)/ms : Hz
        m_inf = am/(am + bm) : 1
        ah = 0.07*exp(-(v + 58)/20)/ms : Hz
        bh = 1/(exp(-0.1*(v + 28)) + 1)/ms : Hz
        an = 0.1/exprel(-0.1*(v + 34))/ms : Hz
        bn = 0.125*exp(-(v + 44)/80)/ms : Hz
        I : 1
        Isyn : 1
        gNa = 35 : 1
        gK = 9 : 1
        """,
        threshold="v > 0",
        refractory="v > 0",
        method="rk4",
        dt=0.02 * ms,
    )
    G.v, G.h, G.n = "-64 + i", 0.78, 0.09
    G.I = "1 + 0.2*i"
    S = Synapses(
        G,
        G,
        """ds/dt = alpha*F*(1 - s) - beta*s : 1 (clock-driven)
        F = 1/(1 + exp(-v_pre/2)) : 1
        alpha = 12/ms : Hz
        beta = 0.1/ms : Hz
        Isyn_post = 0.1*s*(v_post + 75)/4 : 1 (summed)""",
        method="rk4",
        dt=0.02 * ms,
    )
    S.connect("i != j")
    M, N = StateMonitor(G, "v", record=True, dt=0.5 * ms), SpikeMonitor(G)
    run(25 * ms)
    return {"v": M.v, "i": N.i[:], "t": N.t[:], "s": S.s[:]}


@case("9 PoissonGroup", "3 white noise", "8 by probability", random=True)
def random_network():
    tau = 10 * ms
    G = NeuronGroup(
        400,
        "dv/dt = (0.8 - v)/tau + 0.4*sqrt(2/tau)*xi : 1 (unless refractory)",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="euler",
    )
    P = PoissonGroup(100, rates=50 * Hz)
    S, T = (
        Synapses(P, G, on_pre="v += 0.1"),
        Synapses(G, G, "w : 1", on_pre="v -= w*(rand() < 0.5)", delay=1 * ms),
    )
    S.connect(p=0.1)
    T.connect(condition="i != j", p=0.05)
    T.w = "rand()*0.05"
    G.v = "rand()"
    M, N = SpikeMonitor(G), SpikeMonitor(P)
    run(60 * ms)
    return {
        "count": M.count[:],
        "inputs": N.count[:],
        "weights": T.w[:1000],
        "incoming": numpy.bincount(T.j[:], minlength=400),
    }
