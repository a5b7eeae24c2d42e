"""Networks, runs, clocks, schedules, storing and restoring, seeds."""

from SIMULATOR import *

import tempfile
from pathlib import Path

from language_cases import case, logged, raising

LEAKY = "dv/dt = (1.5 - v)/(5*ms) : 1"


def spiking(N=3, **options):
    G = NeuronGroup(N, LEAKY, threshold="v > 1", reset="v = 0", method="euler", **options)
    G.v = "i*0.2"
    return G


@case("11 magic run")
def objects_of_the_frame():
    G, H = spiking(), spiking()
    M = StateMonitor(G, "v", record=True)
    hidden = [NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")]
    run(1 * ms)
    return {"v": M.v, "H": H.v[:], "hidden": hidden[0].v[:]}


@case("11 magic run")
def running_inside_a_function():
    def simulate(tau):
        G = NeuronGroup(2, "dv/dt = (1 - v)/tau : 1", method="euler")
        run(1 * ms)
        return G.v[:].copy()

    return {"five": simulate(5 * ms), "ten": simulate(10 * ms)}


@case("11 magic run")
def nothing_to_run():
    with logged() as levels:
        run(0.1 * ms)
    return {"warned": "WARNING" in levels}


@case("11 repeated run", "3 external constants")
def time_goes_on():
    I = 1.5
    G = NeuronGroup(2, "dv/dt = (I - v)/(5*ms) : 1", threshold="v > 1", reset="v = 0", method="euler")
    M, S = StateMonitor(G, "v", record=True), SpikeMonitor(G)
    run(10 * ms)
    I = 3
    run(5 * ms)
    return {"v": M.v, "t": M.t[:], "spikes": S.t[:], "now": G.t[:], "clock": defaultclock.t}


@case("11 repeated run")
def new_objects_begin_anew():
    def once():
        G = spiking()
        M = StateMonitor(G, "v", record=[0])
        run(1 * ms)
        return M.t[:].copy()

    return {"first": once(), "second": once()}


@case("11 repeated run", "11 magic run")
def mixed_objects():
    G = spiking()
    run(0.5 * ms)
    H = spiking()
    with raising() as error:
        run(0.5 * ms)
    return {"error": error}


@case("11 start_scope")
def older_objects_are_left_out():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    start_scope()
    H = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    run(1 * ms)
    return {"G": G.v[:], "H": H.v[:]}


@case("11 Network")
def networks():
    G, H = spiking(name="left"), spiking(name="right")
    M = StateMonitor(G, "v", record=True)
    net = Network(G)
    net.add([H, [M]])
    length = len(net)
    net.run(1 * ms)
    net.remove(H)
    net.run(0.5 * ms)
    results = {
        "length": length,
        "left": net["left"].v[:],
        "right": H.v[:],
        "v": M.v,
        "t": net.t,
        "t_": net.t_,
        "contains": G in net,
        "removed": H in net,
        "now": len(net),
        "objects": ",".join(sorted(each.name for each in net.objects)),
    }
    with raising() as results["unknown"]:
        net["other"]
    with raising() as results["not an object"]:
        net.add(3)
    with raising() as results["other network"]:
        Network(G).run(0.1 * ms)
    return results


@case("11 Network", "11 collect")
def collected_objects():
    G = spiking()
    M = StateMonitor(G, "v", record=True)
    net = Network(collect())
    kept = {"more": spiking(), "list": [spiking()]}
    net.add(kept["more"], kept["list"])
    net.run(0.5 * ms)
    return {"v": M.v, "length": len(net), "more": kept["more"].v[:]}


@case("11 Network", "11 namespace")
def networks_find_names_of_the_frame():
    tau = 7 * ms

    def make():
        return Network(NeuronGroup(2, "dv/dt = (1 - v)/tau : 1", method="euler", name="inside"))

    net = make()
    net.run(1 * ms)
    first = net["inside"].v[:].copy()
    net.run(1 * ms, namespace={"tau": 2 * ms})
    return {"first": first, "second": net["inside"].v[:]}


@case("11 namespace")
def namespaces_of_runs():
    tau = 7 * ms
    G = NeuronGroup(2, "dv/dt = (1 - v)/tau : 1", method="euler")
    run(1 * ms, namespace={"tau": 3 * ms})
    first = G.v[:].copy()
    with raising() as empty:
        run(1 * ms, namespace={})
    run(1 * ms)
    return {"first": first, "second": G.v[:], "empty": empty}


@case("11 namespace", "4 namespace")
def namespaces_of_code():
    factor, p = 3, 0
    G = NeuronGroup(4, "v : 1", threshold="v > factor", reset="v = -factor", namespace={"factor": 2})
    G.v = "i*factor"
    S = Synapses(G, G, "w : 1", on_pre="w += factor", namespace={"factor": 10})
    S.connect("i == j or i > factor")
    run(0.1 * ms)
    return {"v": G.v[:], "w": S.w[:], "i": S.i[:]}


@case("11 duration rounding")
def durations():
    G = spiking()
    M = StateMonitor(G, "v", record=True)
    net = Network(G, M)
    ends = []
    for duration in [0.25, 0.25, 0.3, 0.000001, 0.1, 0.04, 0.06]:
        net.run(duration * ms)
        ends.append(net.t / ms)
    results = {"t": M.t[:], "ends": ends, "v": M.v}
    with raising() as results["negative"]:
        net.run(-1 * ms)
    with raising() as results["no unit"]:
        net.run(3)
    with raising() as results["wrong unit"]:
        net.run(3 * mV)
    return results


@case("11 duration rounding")
def a_run_of_no_time():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    M = StateMonitor(G, "v", record=True)
    run(0 * ms)
    before = len(M.t)
    run(0.2 * ms)
    return {"before": before, "v": M.v}


@case("11 several clocks", "4 own dt")
def clocks_tick_together():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler", dt=0.15 * ms)
    H = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler", dt=0.1 * ms)
    K = NeuronGroup(1, "v : 1\nw : 1", dt=0.25 * ms)
    K.run_regularly("v += 1; w = t/ms", dt=0.05 * ms)
    M = [StateMonitor(each, "v", record=True, dt=0.05 * ms) for each in (G, H, K)]
    net = Network(G, H, K, M)
    net.run(1 * ms)
    return {"G": M[0].v, "H": M[1].v, "K": M[2].v, "w": K.w[:], "t": M[0].t[:]}


@case("11 defaultclock")
def default_clock():
    before = defaultclock.dt
    G = NeuronGroup(2, "dv/dt = (1 - v)/(5*ms) : 1", method="euler")
    defaultclock.dt = 0.05 * ms
    M = StateMonitor(G, "v", record=True)
    run(0.5 * ms)
    first = M.v.copy()
    defaultclock.dt = 0.25 * ms
    run(0.5 * ms)
    results = {
        "before": before,
        "first": first,
        "v": M.v,
        "t": M.t[:],
        "clock": defaultclock.t,
        "dt": defaultclock.dt,
    }
    with raising() as results["unit"]:
        defaultclock.dt = 1
    return results


@case("11 defaultclock", "11 repeated run")
def steps_that_do_not_fit_the_time():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    run(0.3 * ms)
    defaultclock.dt = 0.2 * ms
    with raising() as error:
        run(0.2 * ms)
    return {"error": error}


@case("11 Clock")
def clock_objects():
    clock = Clock(dt=0.3 * ms)
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler", clock=clock)
    M = StateMonitor(G, "v", record=True, clock=clock)
    S = StateMonitor(G, "v", record=True)
    run(1 * ms)
    return {"v": M.v, "t": M.t[:], "S": S.v, "dt": clock.dt, "now": clock.t, "same": G.clock is clock}


@case("11 name clash", "13 warnings")
def outer_names_of_variables():
    v = 5
    G = NeuronGroup(1, "dv/dt = (1 - v)/ms : 1", method="euler")
    with logged() as levels:
        run(0.5 * ms)
    return {"v": G.v[:], "warned": "WARNING" in levels}


@case("11 report", "11 report callable")
def reports():
    calls = []

    def report(elapsed, completed, start, duration):
        calls.append((completed, start / ms, duration / ms, elapsed >= 0 * second))

    G = spiking()
    run(1 * ms, report="text")
    run(1 * ms, report="stderr", report_period=1 * second)
    run(2 * ms, report=report)
    results = {"first": calls[0], "last": calls[-1], "v": G.v[:]}
    with raising() as results["unknown"]:
        run(1 * ms, report="loud")
    return results


@case("11 profile", "11 magic_network", "15 profiling names")
def profiles():
    G = spiking()
    S = Synapses(G, G, on_pre="v += 0.1")
    S.connect()
    M = StateMonitor(G, "v", record=True)
    run(1 * ms, profile=True)
    info = magic_network.profiling_info
    summary = profiling_summary(show=2)
    return {
        "names": ",".join(sorted(name for name, _ in info)),
        "units": all(have_same_dimensions(time, second) for _, time in info),
        "lines": len(str(summary).strip().splitlines()),
        "t": magic_network.t,
    }


@case("11 profile")
def no_profile():
    net = Network(spiking())
    net.run(0.1 * ms)
    with raising() as error:
        net.profiling_info
    return {"error": error}


@case("11 stop", "9 network_operation")
def stopping():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")

    @network_operation
    def check(t):
        if t >= 0.5 * ms:
            stop()

    M = StateMonitor(G, "v", record=True)
    net = Network(G, check, M)
    net.run(2 * ms)
    first = net.t
    samples = len(M.t)
    net.run(1 * ms)
    return {"first": first, "samples": samples, "v": M.v, "t": net.t}


@case("11 stop")
def stopping_a_network():
    G = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    net = Network(G)

    @network_operation(when="end")
    def check():
        if G.v[0] > 0.35:
            net.stop()

    net.add(check)
    net.run(2 * ms)
    return {"v": G.v[:], "t": net.t}


@case("11 store and restore")
def storing_and_restoring():
    G = spiking()
    S = Synapses(G, G, "w : 1", on_pre="v_post += w; w += 0.01", delay=0.7 * ms)
    S.connect("i != j")
    S.w = "0.05*(i + 1)"
    M, N = StateMonitor(G, "v", record=True), SpikeMonitor(G)
    run(8 * ms)
    store()
    run(7 * ms)
    first = {"v": M.v.copy(), "i": N.i[:].copy(), "t": N.t[:].copy(), "w": S.w[:].copy()}
    restore()
    middle = {"samples": len(M.t), "now": magic_network.t, "G": G.v[:].copy(), "spikes": N.num_spikes}
    G.v = 0.5
    run(7 * ms)
    second = M.v.copy()
    restore()
    run(7 * ms)
    again = {"same": bool((M.v == first["v"]).all()), "same w": bool((S.w[:] == first["w"]).all())}
    return {**first, **middle, "second": second, **again}


@case("11 store and restore")
def named_states():
    G = NeuronGroup(2, "dv/dt = 1/ms : 1\nk : integer", method="euler")
    M = StateMonitor(G, "v", record=True)
    net = Network(G, M)
    net.store("initial")
    net.run(0.5 * ms)
    G.k = 7
    net.store("later")
    net.run(0.5 * ms)
    net.restore("initial")
    initial = (net.t / ms, G.v[0], G.k[0], len(M.t))
    net.run(0.2 * ms)
    net.restore("later")
    later = (net.t / ms, G.v[0], G.k[0], len(M.t))
    results = {"initial": initial, "later": later}
    with raising() as results["unknown"]:
        net.restore("never")
    return results


@case("15 store to a file", "11 store and restore")
def states_in_files():
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "state")
        G = NeuronGroup(2, "dv/dt = 1/ms : 1", method="euler", name="kept")
        net = Network(G)
        net.run(0.5 * ms)
        net.store(filename=path)
        net.run(0.5 * ms)
        H = G
        net.restore(filename=path)
        found = {"v": H.v[:].copy(), "t": net.t}
        net.run(0.1 * ms)
        return {**found, "after": H.v[:]}


@case("11 store and restore", "11 seed", random=True)
def restored_random_numbers():
    G = NeuronGroup(1000, "v : 1")
    G.run_regularly("v = rand()")
    seed(11)
    run(0.2 * ms)
    store()
    run(0.1 * ms)
    first = G.v[:].copy()
    restore()
    run(0.1 * ms)
    other = G.v[:].copy()
    restore(restore_random_state=True)
    run(0.1 * ms)
    same = G.v[:].copy()
    return {
        "first": first,
        "other": other,
        "equal": bool((first == same).all()),
        "differ": bool((first != other).all()),
    }


@case("11 schedule")
def schedules():
    found = {"default": ",".join(Network().schedule)}
    for name, schedule in {
        "reversed": ["start", "groups", "resets", "synapses", "thresholds", "end"],
        "more": ["start", "groups", "thresholds", "extra", "synapses", "resets", "end"],
    }.items():
        inputs = SpikeGeneratorGroup(1, [0], [0.2] * ms)
        G = NeuronGroup(
            1, "dv/dt = 0.9/ms : 1\nw : 1", threshold="v > 0.3", reset="v = 0; w += 1", method="euler"
        )
        S = Synapses(inputs, G, on_pre="v += 0.2")
        S.connect()
        M = StateMonitor(G, ["v", "w"], record=True, when="extra" if name == "more" else "end")
        net = Network(inputs, G, S, M)
        net.schedule = schedule
        net.run(1 * ms)
        found[f"v {name}"], found[f"w {name}"] = M.v, M.w
        found[f"schedule {name}"] = ",".join(net.schedule)
    net = Network()
    with raising() as found["reserved"]:
        net.schedule = ["start", "before_groups"]
    with raising() as found["place"]:
        M = StateMonitor(NeuronGroup(1, "v : 1"), "v", record=True, when="nowhere")
        Network(M).run(0.1 * ms)
    return found


@case("11 schedule")
def summary_of_the_schedule():
    G = spiking()
    M = StateMonitor(G, "v", record=True)
    net = Network(G, M)
    text = str(scheduling_summary(net))
    names = [G.state_updater.name, G.thresholder["spike"].name, G.resetter["spike"].name, M.name]
    return {"all there": all(name in text for name in names)}


@case("11 active")
def inactive_objects():
    inputs = SpikeGeneratorGroup(1, [0, 0], [0.2, 0.7] * ms)
    G, H = (
        NeuronGroup(1, "dv/dt = 1/ms : 1\nw : 1", method="euler"),
        NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler"),
    )
    S = Synapses(inputs, G, on_pre="w += 1")
    S.connect()
    S.active = False
    H.active = False
    run(0.5 * ms)
    first = {"w": G.w[:].copy(), "H": H.v[:].copy()}
    S.active = H.active = True
    run(0.5 * ms)
    return {**first, "v": G.v[:], "later w": G.w[:], "later H": H.v[:]}


@case("11 get_states")
def states_of_a_network():
    G = NeuronGroup(2, "v : volt", name="cells")
    net = Network(G)
    G.v = [1, 2] * mV
    states = net.get_states(units=False)
    net.set_states({"cells": {"v": numpy.array([5, 6]) * mV}})
    return {"names": ",".join(sorted(states)), "v": states["cells"]["v"], "now": G.v[:]}


@case("11 seed", random=True)
def seeds():
    def draw():
        G = NeuronGroup(500, "v : 1\nw : 1", name="drawn")
        G.v = "rand()"
        G.run_regularly("w = randn()")
        Network(G).run(0.1 * ms)
        return G.v[:].copy(), G.w[:].copy(), numpy.random.rand(500)

    seed(4)
    first = draw()
    seed(4)
    second = draw()
    third = draw()
    seed(5)
    fourth = draw()
    seed()
    return {
        "v": first[0],
        "w": first[1],
        "numpy": first[2],
        "same": all(bool((a == b).all()) for a, b in zip(first, second)),
        "go on": all(bool((a != b).all()) for a, b in zip(first, third)),
        "differ": all(bool((a != b).all()) for a, b in zip(first, fourth)),
    }


@case("11 missing dependency", "13 warnings")
def groups_that_are_missing():
    G, H = spiking(), spiking()
    M = SpikeMonitor(G)
    results = {}
    with raising() as results["monitor"]:
        Network(M).run(0.1 * ms)
    S = Synapses(G, H, on_pre="v += 1")
    S.connect()
    with raising() as results["synapses"]:
        Network(G, S).run(0.1 * ms)
    return results


@case("15 exceptions", "3 unit checking")
def errors_say_where():
    G = NeuronGroup(1, "dv/dt = -v/tau_of_nothing : 1", method="euler", name="lost")
    with raising() as error:
        run(0.1 * ms)
    return {
        "error": error,
        "object": "lost" in error.message,
        "name": "tau_of_nothing" in error.message,
        "line": "networks.py" in error.message,
    }


@case("15 own objects")
def objects_of_the_user():
    calls = []

    class Recorder(BrianObject):
        def before_run(self, run_namespace):
            calls.append(0)

        def run(self):
            calls.append(1)

        def after_run(self):
            calls.append(2)

    recorder = Recorder(dt=0.2 * ms, when="end")
    Network(recorder).run(0.4 * ms)
    return {"calls": calls}
