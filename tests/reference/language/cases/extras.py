"""Preferences, devices, logging and what else scripts use."""

from SIMULATOR import *

import multiprocessing

from language_cases import case, logged, raising


@case("13 prefs")
def preferences():
    prefs.codegen.target = "numpy"
    prefs["codegen.target"] = "numpy"
    prefs.codegen.cpp.extra_compile_args_gcc = ["-O2"]
    prefs["core.default_float_dtype"] = float64
    results = {"target": prefs.codegen.target, "item": prefs["codegen.target"]}
    with raising() as results["unknown"]:
        prefs["codegen.no_such_preference"] = 3
    with raising() as results["unknown attribute"]:
        prefs.codegen.no_such_preference = 3
    with raising() as results["read"]:
        prefs["no_such_preference"]
    G = NeuronGroup(2, "dv/dt = (1 - v)/(5*ms) : 1", method="euler")
    run(0.5 * ms)
    return {**results, "v": G.v[:]}


@case("13 set_device")
def devices():
    set_device("runtime")
    results = {"known": "runtime" in all_devices, "is device": get_device() is not None}
    G = NeuronGroup(2, "dv/dt = (1 - v)/(5*ms) : 1", method="euler")
    run(0.5 * ms)
    with raising() as results["unknown"]:
        set_device("no_such_device")
    return {**results, "v": G.v[:]}


@case("13 devices")
def device_words():
    from SIMULATOR.devices.device import reinit_devices

    device.reinit()
    device.activate()
    reinit_devices()
    G = NeuronGroup(2, "dv/dt = (1 - v)/(5*ms) : 1", method="euler")
    run(0.5 * ms)
    return {"v": G.v[:]}


@case("13 BrianLogger", "13 warnings")
def control_of_messages():
    BrianLogger.log_level_error()
    BrianLogger.log_level_warn()
    BrianLogger.suppress_name("resolution_conflict")
    BrianLogger.suppress_hierarchy("SIMULATOR.codegen")
    logger = get_logger("my_script")
    with logged() as levels:
        get_logger("SIMULATOR.mine").warn("Take care")
    logger.debug("nothing of interest")
    return {"warned": "WARNING" in levels}


@case("13 animation", "1 pyplot names")
def animation_of_recorded_data():
    from matplotlib.animation import FuncAnimation

    G = NeuronGroup(3, "dv/dt = (i + 1)/ms : 1", method="euler")
    M = StateMonitor(G, "v", record=True)
    run(0.5 * ms)
    figure_, axes = subplots()
    (line,) = axes.plot(M.t / ms, M.v[0])

    def update(k):
        line.set_ydata(M.v[k])
        return (line,)

    animation = FuncAnimation(figure_, update, frames=3)
    animation._draw_was_started = True
    update(2)
    shown = line.get_ydata()
    close("all")
    return {"shown": shown}


def decayed(tau):
    """One network in a process of its own."""
    G = NeuronGroup(1, "dv/dt = -v/tau : 1", method="exact")
    G.v = 1
    net = Network(G)
    net.run(1 * ms)
    return float(G.v[0])


@case("13 multiprocessing", ranks=False)
def simulations_in_processes():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        values = pool.map(decayed, [2 * ms, 5 * ms, 10 * ms])
    return {"values": values}


@case("4 read", "2 strip by division", "1 pyplot names")
def views_in_plots():
    G = NeuronGroup(4, "v : volt\nw : 1")
    G.v, G.w = "i*mV", "i**2"
    S = Synapses(G, G)
    S.connect("i > j")
    figure()
    plot(G.w, ".")
    plot(G.i, G.v / mV)
    plot(S.i, S.j, "o")
    scatter(S.i[:], S.j[:])
    counts, edges = hist(G.w, bins=4)[:2]
    lines = [each.get_ydata() for each in gca().lines]
    close("all")
    return {f"line {k}": numpy.asarray(line) for k, line in enumerate(lines)} | {
        "counts": counts,
        "edges": edges,
    }


@case("15 exceptions")
def mistakes_of_beginners():
    results = {}
    with raising() as results["equation without unit"]:
        NeuronGroup(1, "dv/dt = -v/(10*ms)")
    with raising() as results["milli volt as unit"]:
        NeuronGroup(1, "v : mV")
    with raising() as results["typo"]:
        G = NeuronGroup(1, "v : 1")
        G.V = 3
    with raising() as results["group of a string"]:
        NeuronGroup("dv/dt = -v/(10*ms) : 1", 10)
    with raising() as results["duration"]:
        H = NeuronGroup(1, "dv/dt = -v/(10*ms) : 1", method="euler")
        Network(H).run(100)
    with raising() as results["threshold"]:
        K = NeuronGroup(1, "v : volt", threshold="v > -50", reset="v = -70*mV")
        Network(K).run(0.1 * ms)
    with raising() as results["python in code"]:
        L = NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = [1, 2]")
        Network(L).run(0.1 * ms)
    with raising() as results["if"]:
        Q = NeuronGroup(1, "v : 1", threshold="v > 1", reset="if v > 2: v = 1")
        Network(Q).run(0.1 * ms)
    with raising() as results["call of a method"]:
        R = NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = v.mean()")
        Network(R).run(0.1 * ms)
    with raising() as results["unknown function"]:
        T = NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = gamma_function(v)")
        Network(T).run(0.1 * ms)
    return results
