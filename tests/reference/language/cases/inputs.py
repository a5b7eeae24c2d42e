"""Inputs: groups that spike at random or on demand, random input, Python code in the loop."""

from SIMULATOR import *

from language_cases import case, logged, raising


@case("9 PoissonGroup", random=True)
def poisson_group():
    P = PoissonGroup(2000, rates=80 * Hz)
    Q = PoissonGroup(1000, numpy.linspace(10, 100, 1000) * Hz)
    S, T = SpikeMonitor(P), SpikeMonitor(Q)
    run(50 * ms)
    return {"count": S.count[:], "times": S.t / ms, "low": T.count[:500], "high": T.count[500:]}


@case("9 PoissonGroup")
def certain_and_impossible_rates():
    P = PoissonGroup(4, rates=numpy.array([0, 1e6, 0, 1e6]) * Hz)
    S, T = SpikeMonitor(P), SpikeMonitor(P[1:3])
    run(0.3 * ms)
    P.rates = [1e6, 0, 0, 0] * Hz
    run(0.2 * ms)
    results = {"i": S.i[:], "t": S.t[:], "part": T.i[:], "rates": P.rates[:], "N": P.N}
    with raising() as results["unit"]:
        PoissonGroup(1, rates=3 * mV)
    with raising() as results["number"]:
        PoissonGroup(1, rates=3)
    with raising() as results["length"]:
        PoissonGroup(3, rates=[1, 2] * Hz)
    return results


@case("9 PoissonGroup string", random=True)
def rates_as_strings():
    period = 20 * ms
    P = PoissonGroup(2000, rates="100*Hz*(1 + sin(2*pi*t/period))*(i + 1)/N")
    S = SpikeMonitor(P)
    run(20 * ms)
    return {"count": S.count[:], "times": S.t / ms}


@case("9 PoissonGroup string")
def rates_that_change_in_time():
    P = PoissonGroup(3, rates="int(t >= i*0.2*ms)*1e6*Hz")
    S = SpikeMonitor(P)
    run(0.5 * ms)
    results = {"i": S.i[:], "t": S.t[:]}
    with raising() as results["unit"]:
        Q = PoissonGroup(1, rates="3*mV")
        Network(Q).run(0.1 * ms)
    return results


@case("9 PoissonInput", random=True)
def poisson_input():
    G = NeuronGroup(3000, "v : volt\nw : 1\nu : 1")
    P = PoissonInput(G, "v", N=100, rate=20 * Hz, weight=0.1 * mV)
    Q = PoissonInput(G, "w", 2000, 50 * Hz, weight="2")
    R = PoissonInput(G[:1500], "u", N=10, rate=100 * Hz, weight=1)
    run(5 * ms)
    return {"v": G.v / mV, "w": G.w[:], "u": G.u[:1500], "others": bool((G.u[1500:] == 0).all())}


@case("9 PoissonInput")
def certain_input():
    G = NeuronGroup(4, "dv/dt = -v/ms : volt\ng : 1", method="exact")
    G.g = "i"
    P = PoissonInput(G, "v", N=5, rate=1 / defaultclock.dt, weight=1 * mV)
    Q = PoissonInput(G[2:], "g", N=1, rate=1 / defaultclock.dt, weight="0.5")
    M = StateMonitor(G, ["v", "g"], record=True)
    run(0.5 * ms)
    results = {"v": M.v, "g": M.g}
    with raising() as results["unit"]:
        PoissonInput(G, "v", N=1, rate=1 * Hz, weight=1)
    with raising() as results["variable"]:
        PoissonInput(G, "x", N=1, rate=1 * Hz, weight=1)
    with raising() as results["rate"]:
        PoissonInput(G, "v", N=1, rate=1, weight=1 * mV)
    return results


@case("9 SpikeGeneratorGroup")
def given_spikes():
    inputs = SpikeGeneratorGroup(4, [0, 2, 1, 2, 0], [1, 2, 0.19999, 0.2, 0.05] * ms)
    S = SpikeMonitor(inputs)
    run(2.5 * ms)
    return {"i": S.i[:], "t": S.t[:], "N": inputs.N, "count": S.count[:]}


@case("9 SpikeGeneratorGroup")
def steps_of_given_spikes():
    times = numpy.array([0.0, 0.0999, 0.09999, 0.1, 0.29999, 0.3, 0.4999999, 0.55, 0.65, 0.7, 1.15]) * ms
    inputs = SpikeGeneratorGroup(len(times), numpy.arange(len(times)), times)
    S = SpikeMonitor(inputs)
    run(2 * ms)
    return {"i": S.i[:], "t": S.t[:]}


@case("9 SpikeGeneratorGroup")
def wrong_spikes():
    results = {}
    with raising() as results["same bin"]:
        G = SpikeGeneratorGroup(1, [0, 0], [0.11, 0.12] * ms)
        Network(G).run(0.3 * ms)
    with raising() as results["index"]:
        SpikeGeneratorGroup(2, [0, 2], [1, 2] * ms)
    with raising() as results["negative time"]:
        SpikeGeneratorGroup(2, [0, 1], [-1, 2] * ms)
    with raising() as results["lengths"]:
        SpikeGeneratorGroup(2, [0, 1], [1, 2, 3] * ms)
    with raising() as results["unit"]:
        SpikeGeneratorGroup(2, [0, 1], [1, 2])
    with raising() as results["negative index"]:
        SpikeGeneratorGroup(2, [0, -1], [1, 2] * ms)
    return results


@case("9 set_spikes", "11 repeated run")
def changed_spikes():
    inputs = SpikeGeneratorGroup(2, [0, 1], [0.2, 0.4] * ms)
    S = SpikeMonitor(inputs)
    net = Network(inputs, S)
    net.run(0.5 * ms)
    inputs.set_spikes([1, 0], [0.1, 0.3] * ms + net.t)
    net.run(0.5 * ms)
    with logged() as levels:
        inputs.set_spikes([0, 1], [0.1, 1.2] * ms)
        net.run(0.5 * ms)
    return {"i": S.i[:], "t": S.t[:], "warned": "WARNING" in levels}


@case("9 period")
def periodic_spikes():
    inputs = SpikeGeneratorGroup(2, [0, 1], [0.2, 0.4] * ms, period=0.6 * ms)
    S = SpikeMonitor(inputs)
    run(2 * ms)
    results = {"i": S.i[:], "t": S.t[:]}
    with raising() as results["too short"]:
        G = SpikeGeneratorGroup(1, [0], [1] * ms, period=0.5 * ms)
        Network(G).run(0.1 * ms)
    with raising() as results["not a multiple"]:
        G = SpikeGeneratorGroup(1, [0], [0.1] * ms, period=0.55 * ms)
        Network(G).run(0.1 * ms)
    return results


@case("9 SpikeGeneratorGroup", "7 on_pre")
def given_spikes_as_input():
    inputs = SpikeGeneratorGroup(3, numpy.arange(3), [0.3, 0.1, 0.3] * ms, sorted=False)
    G = NeuronGroup(2, "dv/dt = -v/ms : 1", method="exact")
    S = Synapses(inputs, G, on_pre="v += 1 + i")
    S.connect()
    M = StateMonitor(G, "v", record=True)
    run(0.8 * ms)
    return {"v": M.v}


@case("9 network_operation")
def python_code_in_the_loop():
    G = NeuronGroup(3, "dv/dt = 1/ms : 1\nw : 1", method="euler")
    times, seen = [], []

    @network_operation(dt=0.5 * ms)
    def reset_all(t):
        times.append(t / ms)
        seen.append(float(G.v[0]))
        G.v = 0
        G.w[1:] = "w + i + t/ms"

    @network_operation(when="end")
    def count():
        G.w[0] += 1

    M = StateMonitor(G, ["v", "w"], record=True)
    run(1.6 * ms)
    return {
        "times": times,
        "seen": seen,
        "v": M.v,
        "w": M.w,
        "name": reset_all.name,
        "dt": reset_all.clock.dt,
    }


@case("9 network_operation")
def operations_of_objects():
    class Counter:
        def __init__(self):
            self.calls = []

        def step(self, t):
            self.calls.append(t / ms)

        def plain(self):
            self.calls.append(-1)

    counter = Counter()
    first = NetworkOperation(counter.step, dt=0.2 * ms)
    second = NetworkOperation(counter.plain, dt=0.4 * ms, when="end")
    net = Network(first, second)
    net.run(0.8 * ms)
    first.active = False
    net.run(0.4 * ms)
    return {"calls": counter.calls}


@case("9 network_operation")
def wrong_operations():
    results = {}
    with raising() as results["arguments"]:

        @network_operation
        def two(a, b):
            pass

    @network_operation
    def failing():
        raise ValueError("no")

    with raising() as results["raises"]:
        Network(failing).run(0.1 * ms)
    with raising() as results["unknown word"]:

        @network_operation(who="me")
        def other():
            pass

    return results


@case("9 run_regularly", "9 explicit equations")
def explicit_input():
    f0 = 100 * Hz
    G = NeuronGroup(
        3, "I = sin(2*pi*f0*t + i*pi/4) : 1\ndv/dt = (I + J - v)/(3*ms) : 1\nJ : 1", method="euler"
    )
    G.run_regularly("J = 0.1*i + t/ms", dt=0.4 * ms)
    M = StateMonitor(G, ["v", "I", "J"], record=True)
    run(3 * ms)
    return {"v": M.v, "I": M.I, "J": M.J}
