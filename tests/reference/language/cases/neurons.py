"""Groups of neurons: construction, thresholds, resets, refractoriness, events, clocks and code that runs regularly."""

from SIMULATOR import *

from language_cases import case, logged, raising

LEAKY = "dv/dt = (1.5 - v)/(5*ms) : 1"
HELD = "dv/dt = (1.5 - v)/(5*ms) : 1 (unless refractory)"


def spikes_and_trace(G, duration=20 * ms, variables=("v",)):
    """Run the group alone and return what it did."""
    M, S = StateMonitor(G, list(variables), record=True), SpikeMonitor(G)
    Network(G, M, S).run(duration)
    return {**{name: getattr(M, name) for name in variables}, "i": S.i[:], "t": S.t[:]}


@case("4 constructor")
def positional_arguments():
    G = NeuronGroup(3, LEAKY, "euler", threshold="v > 1", reset="v = 0")
    H = NeuronGroup(2, Equations(LEAKY), method="rk4")
    run(3 * ms)
    return {"G": G.v[:], "H": H.v[:], "N": G.N, "length": len(G)}


@case("4 constructor")
def wrong_constructions():
    results = {}
    attempts = {
        "no neurons": lambda: NeuronGroup(0, LEAKY),
        "negative": lambda: NeuronGroup(-1, LEAKY),
        "text": lambda: NeuronGroup("three", LEAKY),
        "no model": lambda: NeuronGroup(1, None),
        "number as model": lambda: NeuronGroup(1, 3),
        "unknown word": lambda: NeuronGroup(1, LEAKY, thresold="v > 1"),
        "unknown method": lambda: NeuronGroup(1, LEAKY, method="no_such_method"),
        "reset without threshold": lambda: NeuronGroup(1, LEAKY, reset="v = 0"),
        "unit of refractory": lambda: NeuronGroup(1, LEAKY, threshold="v > 1", refractory=3 * mV),
        "two clocks": lambda: NeuronGroup(1, LEAKY, dt=0.1 * ms, clock=Clock(dt=0.1 * ms)),
        "bad name": lambda: NeuronGroup(1, LEAKY, name="not a name"),
        "same name as its variable": lambda: NeuronGroup(1, "v : 1", method="euler", name=3),
    }
    for name, attempt in attempts.items():
        with raising() as results[name]:
            G = attempt()
            Network(G).run(0.1 * ms)
    return results


@case("4 threshold", "4 reset")
def spiking():
    G = NeuronGroup(3, "dv/dt = (I - v)/(5*ms) : 1\nI : 1", threshold="v > 1", reset="v = 0", method="exact")
    G.I = [0.5, 1.5, 3]
    return spikes_and_trace(G)


@case("4 threshold")
def above_threshold_spikes_each_step():
    G = NeuronGroup(2, "v : 1", threshold="v > 1", reset="")
    G.v = [2, 0]
    return spikes_and_trace(G, 0.5 * ms)


@case("4 compound threshold")
def compound_threshold():
    G = NeuronGroup(
        4,
        "dv/dt = 1/ms : 1\nblocked : boolean\nlimit : 1",
        threshold="v > limit and not blocked or v >= 3",
        reset="v = 0",
        method="euler",
    )
    G.blocked = [False, True, False, True]
    G.limit = [1, 1, 2, 2]
    return spikes_and_trace(G, 8 * ms)


@case("4 stochastic threshold", random=True)
def stochastic_threshold():
    G = NeuronGroup(3000, "rate : Hz", threshold="rand() < rate*dt")
    G.rate = "100*Hz*(1 + i/N)"
    S = SpikeMonitor(G)
    run(20 * ms)
    return {"count": S.count[:], "times": S.t[:]}


@case("4 reset")
def adaptive_threshold():
    G = NeuronGroup(
        2,
        """dv/dt = (I - v)/(5*ms) : 1
        dvt/dt = (1 - vt)/(10*ms) : 1
        I : 1""",
        threshold="v > vt",
        reset="v = 0; vt += 0.3",
        method="exact",
    )
    G.I = [2, 3]
    G.vt = 1
    return spikes_and_trace(G, 30 * ms, ["v", "vt"])


@case("4 reset", random=True)
def random_reset():
    G = NeuronGroup(3000, "v : 1\nw : 1", threshold="i % 2 == 0", reset="v = rand(); w = randn()")
    run(0.1 * ms)
    return {"v": G.v["i % 2 == 0"], "w": G.w["i % 2 == 0"], "others": bool((G.v["i % 2 == 1"] == 0).all())}


@case("4 missing reset", "13 warnings")
def threshold_without_reset():
    with logged() as missing:
        G = NeuronGroup(1, "v : 1", threshold="v > 1")
        run(0.1 * ms)
    with logged() as silenced:
        H = NeuronGroup(1, "v : 1", threshold="v > 1", reset="")
        Network(H).run(0.1 * ms)
    return {"missing": "WARNING" in missing, "silenced": "WARNING" in silenced}


@case("4 refractory time")
def refractory_for_a_time():
    found = {}
    for length in [0.05 * ms, 0.1 * ms, 0.25 * ms, 1 * ms, 2.97 * ms]:
        G = NeuronGroup(2, HELD, threshold="v > 1", reset="v = 0", refractory=length, method="exact")
        G.v = [0, 0.9]
        results = spikes_and_trace(G)
        found.update({f"{name} {length / ms:g}": value for name, value in results.items()})
    return found


@case("4 refractory time")
def refractory_without_holding():
    G = NeuronGroup(1, LEAKY, threshold="v > 0.1", reset="", refractory=1 * ms, method="euler")
    return spikes_and_trace(G, 5 * ms)


@case("4 refractory condition")
def refractory_while_a_condition_holds():
    G = NeuronGroup(2, LEAKY, threshold="v > 1", reset="", refractory="v > 0.9", method="euler")
    G.run_regularly("v = 0.5 - i*0.2", dt=6 * ms)
    return spikes_and_trace(G, 25 * ms)


@case("4 refractory condition")
def refractory_condition_and_held_variables():
    G = NeuronGroup(
        2,
        HELD + "\ndw/dt = -w/(2*ms) : 1",
        threshold="v > 1",
        reset="v = 0; w = i + 1",
        refractory="w > 0.5",
        method="euler",
    )
    return spikes_and_trace(G, 15 * ms, ["v", "w"])


@case("4 refractory expression")
def refractory_time_from_a_variable():
    G = NeuronGroup(
        3, HELD + "\nref : second", threshold="v > 1", reset="v = 0", refractory="ref", method="exact"
    )
    G.ref = [0, 1, 2.5] * ms
    return spikes_and_trace(G)


@case("4 refractory expression")
def refractory_time_that_changes():
    G = NeuronGroup(
        2,
        HELD + "\nspikes_so_far : 1",
        threshold="v > 1",
        reset="v = 0; spikes_so_far += 1",
        refractory="(1 + spikes_so_far)*0.5*ms + int(t > 6*ms)*ms",
        method="exact",
    )
    G.v = [0, 0.7]
    return spikes_and_trace(G)


@case("4 refractory expression", random=True)
def random_refractory_time():
    G = NeuronGroup(3000, "v : 1", threshold="True", reset="", refractory="(1 + 2*rand())*ms", name="blocked")
    S = SpikeMonitor(G)
    run(3.5 * ms)
    second_spike = [train[1] / ms for train in S.spike_trains().values() if len(train) > 1]
    return {"second": second_spike}


@case("4 refractory false")
def without_refractoriness():
    G = NeuronGroup(1, LEAKY, threshold="v > 1", reset="v = 0", method="euler", refractory=False)
    with raising() as lastspike:
        G.lastspike[:]
    with raising() as not_refractory:
        G.not_refractory[:]
    return {"lastspike": lastspike, "not_refractory": not_refractory}


@case("4 refractory false")
def always_refractory():
    G = NeuronGroup(1, HELD, threshold="v > 1", reset="v = 0", method="euler", refractory="True")
    return spikes_and_trace(G, 10 * ms)


@case("4 not_refractory", "4 lastspike")
def hidden_variables_in_equations():
    G = NeuronGroup(
        2,
        """dv/dt = int(not_refractory)*(2 - v)/(5*ms) + int(not not_refractory)*0.1/ms : 1
        trace = exp(-(t - lastspike)/(5*ms)) : 1
        du/dt = trace/ms : 1""",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * ms,
        method="euler",
    )
    G.v = [0, 0.5]
    before = G.lastspike[:].copy()
    return {**spikes_and_trace(G, 15 * ms, ["v", "u"]), "before": before, "last": G.lastspike[:]}


@case("4 custom events", "4 event code", "0 custom events", "0 event code", "10 EventMonitor")
def custom_events():
    G = NeuronGroup(
        3,
        """dv/dt = (2 - v)/(5*ms) : 1
        dca/dt = -ca/(10*ms) : 1
        crossed : 1""",
        threshold="v > 1",
        reset="v = 0; ca += 0.6 + 0.1*i",
        events={"high_ca": "ca > 1.2"},
        method="euler",
    )
    G.v = [0, 0.3, 0.6]
    G.run_on_event("high_ca", "ca = 0; crossed += 1")
    E = EventMonitor(G, "high_ca", variables=["ca", "v"])
    M = StateMonitor(G, "ca", record=True)
    S = SpikeMonitor(G, variables="ca")
    run(30 * ms)
    return {
        "i": E.i[:],
        "t": E.t[:],
        "ca": E.ca[:],
        "v": E.v[:],
        "count": E.count[:],
        "events": E.num_events,
        "trace": M.ca,
        "at spikes": S.ca[:],
        "crossed": G.crossed[:],
        "trains": E.event_trains()[1],
    }


@case("4 event schedule")
def rescheduled_events():
    found = {}
    for when in ["before_thresholds", "after_thresholds", "after_resets"]:
        G = NeuronGroup(
            2,
            "dv/dt = 1/ms : 1\nseen : 1",
            threshold="v > 1",
            reset="v = 0",
            events={"late": "v > 0.95"},
            method="euler",
        )
        G.v = [0, 0.04]
        G.set_event_schedule("late", when=when)
        G.run_on_event("late", "seen = v", when=when, order=1)
        M = StateMonitor(G, "seen", record=True)
        E = EventMonitor(G, "late")
        Network(G, M, E).run(3 * ms)
        found[f"seen {when}"], found[f"t {when}"] = M.seen, E.t[:]
    return found


@case("4 event code")
def wrong_events():
    G = NeuronGroup(1, "v : 1", events={"a": "v > 1"})
    results = {}
    with raising() as results["unknown"]:
        G.run_on_event("b", "v = 0")
    G.run_on_event("a", "v = 0")
    with raising() as results["twice"]:
        G.run_on_event("a", "v = 1")
    with raising() as results["monitor"]:
        EventMonitor(G, "c")
    with raising() as results["spikes"]:
        SpikeMonitor(G)
    return results


@case("4 method by name", "5 exact", "5 euler", "5 rk2", "5 rk4", "5 heun", "5 exponential_euler")
def methods_by_name():
    found = {}
    for name in "exact linear Euler euler rk2 RK4 rk4 exponential_euler heun".split():
        G = NeuronGroup(2, "dv/dt = (u - v)/(5*ms) : 1\ndu/dt = -u/(3*ms) : 1", method=name)
        G.v, G.u = [0, 1], [1, 2]
        found[name] = trace_alone(G)
    return found


def trace_alone(G):
    M = StateMonitor(G, "v", record=True)
    Network(G, M).run(2 * ms)
    return M.v


@case("4 no method", "13 warnings")
def method_that_is_chosen():
    models = {
        "linear": "dv/dt = -v/(5*ms) : 1",
        "parameter": "dv/dt = -v/tau : 1\ntau : second",
        "time": "dv/dt = (sin(t/ms) - v)/(5*ms) : 1",
        "non-linear": "dv/dt = (v**2 - v)/(5*ms) : 1",
        "coupled": "dv/dt = (u - v)/(5*ms) : 1\ndu/dt = -u/(2*ms) : 1",
        "parameters only": "v : 1",
    }
    found = {}
    for name, model in models.items():
        with logged() as levels:
            G = NeuronGroup(2, model)
            G.v = [0.5, 2]
            if name == "parameter":
                G.tau = [3, 5] * ms
            found[name] = trace_alone(G)
        found[f"{name} warned"] = "WARNING" in levels
    return found


@case("4 own dt", "11 several clocks")
def groups_with_their_own_step():
    G = NeuronGroup(2, LEAKY, threshold="v > 1", reset="v = 0", dt=0.5 * ms, method="euler")
    H = NeuronGroup(2, LEAKY, threshold="v > 1", reset="v = 0", method="euler")
    slow, fast = StateMonitor(G, "v", record=True), StateMonitor(H, "v", record=True)
    other = StateMonitor(G, "v", record=True, dt=0.2 * ms)
    S = SpikeMonitor(G)
    run(8 * ms)
    return {
        "slow": slow.v,
        "slow t": slow.t[:],
        "fast": fast.v,
        "other": other.v,
        "other t": other.t[:],
        "spikes": S.t[:],
        "dt": G.dt[:],
        "clock": G.clock.dt,
    }


@case("4 own dt")
def synapses_between_clocks():
    G = NeuronGroup(2, "v : 1", threshold="True", reset="", dt=0.3 * ms)
    H = NeuronGroup(2, "v : 1\ndw/dt = -w/ms : 1", method="euler")
    S = Synapses(G, H, on_pre="v += 1; w += v", delay=0.2 * ms)
    S.connect(j="i")
    M = StateMonitor(H, ["v", "w"], record=True)
    run(2 * ms)
    return {"v": M.v, "w": M.w}


@case("4 name")
def names_of_objects():
    G = NeuronGroup(1, "v : 1", threshold="v > 1", reset="")
    H = NeuronGroup(1, "v : 1", name="exc")
    K = NeuronGroup(1, "v : 1")
    S, T = Synapses(G, H, on_pre="v += 1"), Synapses(G, H)
    objects = [
        G, H, K, S, T, SpikeMonitor(G), StateMonitor(G, "v", record=True), PopulationRateMonitor(G),
        PoissonGroup(1, 1 * Hz), SpikeGeneratorGroup(1, [], [] * second), Network(), Clock(1 * ms), G[:1],
    ]  # fmt: skip
    names = {type(each).__name__ + str(k): each.name for k, each in enumerate(objects)}
    names["runner"] = G.run_regularly("v = 0").name
    names["updater"], names["pathway"] = G.state_updater.name, S.pre.name
    names["input"] = PoissonInput(G, "v", 1, 1 * Hz, 1).name
    return names


@case("4 name")
def names_used_twice():
    G = NeuronGroup(1, "v : 1", name="same")
    with raising() as error:
        H = NeuronGroup(1, "v : 1", name="same")
        Network(G, H).run(0.1 * ms)
    return {"error": error}


@case("4 dtype")
def types_of_variables():
    G = NeuronGroup(3, "v : 1\nw : 1\nk : integer\non : boolean", dtype={"v": float32})
    G.v = "0.1*i"
    G.w = "0.1*i"
    H = NeuronGroup(2, "v : 1", dtype=float32)
    return {
        "v": G.v[:],
        "w": G.w[:],
        "v type": str(G.v[:].dtype),
        "w type": str(G.w[:].dtype),
        "k type": str(G.k[:].dtype),
        "on type": str(G.on[:].dtype),
        "H type": str(H.v[:].dtype),
    }


@case("4 namespace")
def namespaces_of_groups():
    tau = 1 * ms
    shift = 0.5
    G = NeuronGroup(
        2, "dv/dt = (1 + shift - v)/tau : 1", method="euler", namespace={"tau": 10 * ms, "shift": 2}
    )
    H = NeuronGroup(2, "dv/dt = (1 + shift - v)/tau : 1", method="euler")
    run(1 * ms)
    first = G.v[:].copy()
    G.namespace["tau"] = 5 * ms
    run(1 * ms)
    return {"first": first, "second": G.v[:], "other": H.v[:]}


@case("4 run_regularly", "9 run_regularly", "0 start")
def code_that_runs_regularly():
    G = NeuronGroup(3, "v : 1\nw : 1\nk : integer")
    a = G.run_regularly("v += i + 1; w = v*2", dt=0.5 * ms)
    G.run_regularly("k += 1")
    b = G[1:].run_regularly("v -= 10*i", dt=1 * ms)
    M = StateMonitor(G, ["v", "w", "k"], record=True)
    run(2 * ms)
    a.active = False
    run(1 * ms)
    return {"v": M.v, "w": M.w, "k": M.k, "when": b.when, "last": G.v[:]}


@case("4 run_regularly", random=True)
def random_code_that_runs_regularly():
    G = NeuronGroup(3000, "I : amp\nu : 1")
    G.run_regularly("I = rand()*nA; u = randn()", dt=1 * ms)
    run(2.5 * ms)
    return {"I": G.I / nA, "u": G.u[:]}


@case("4 run_regularly")
def regular_code_at_another_place():
    G = NeuronGroup(2, "dv/dt = 1/ms : 1\na : 1\nb : 1", threshold="v > 1", reset="v = 0", method="euler")
    G.run_regularly("a = v", when="after_thresholds")
    G.run_regularly("b = v", when="end")
    M = StateMonitor(G, ["a", "b"], record=True)
    run(2.3 * ms)
    return {"a": M.a, "b": M.b}


@case("4 spikes")
def spikes_of_the_last_step():
    G = NeuronGroup(4, "v : 1", threshold="v > 1", reset="v -= 1")
    G.v = [0, 2.5, 0, 1.5]
    found = []

    @network_operation(when="end")
    def look():
        found.append(numpy.array(G.spikes))

    run(0.3 * ms)
    return {f"step {k}": spikes for k, spikes in enumerate(found)}


@case("4 parts of a group")
def parts_of_a_group():
    G = NeuronGroup(2, "dv/dt = 1/ms : 1", threshold="v > 1", reset="v = 0", method="euler", order=3)
    H = NeuronGroup(2, "dv/dt = 1/ms : 1", threshold="v > 1", reset="v = 0", method="euler")
    H.resetter["spike"].active = False
    H.state_updater.order = 2
    M = StateMonitor(H, "v", record=True)
    run(2 * ms)
    return {
        "order": G.state_updater.order,
        "when": G.state_updater.when,
        "thresholder": G.thresholder["spike"].when,
        "resetter": G.resetter["spike"].when,
        "changed": H.state_updater.order,
        "v": M.v,
    }
