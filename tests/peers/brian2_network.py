"""What the Brian 2 reference programs share: their arguments, the run and the report as JSON."""

import argparse
import json
import sys
import tempfile
import time

import brian2
from spike_statistics import rate_and_irregularity


def read_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--neurons", type=int, default=4000)
    parser.add_argument("--duration", type=float, default=1.0, help="[s]")
    parser.add_argument("--target", choices=["numpy", "cython", "cpp_standalone"], default="numpy")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.target == "cpp_standalone":
        brian2.set_device("cpp_standalone", build_on_run=False)
    else:
        brian2.prefs.codegen.target = arguments.target
    brian2.seed(arguments.seed)
    brian2.defaultclock.dt = 0.1 * brian2.ms
    return arguments


def run_and_report(arguments, objects, neurons, populations):
    """Run the objects, then print one JSON object.

    Parameters
    ----------
    objects : list of Brian objects
    neurons : NeuronGroup
    populations : dict of str to (int, int)
        The half-open range of neurons of each population.
    """
    monitor = brian2.SpikeMonitor(neurons)
    network = brian2.Network(*objects, neurons, monitor)
    started = time.perf_counter()
    network.run(arguments.duration * brian2.second, namespace={})
    run_seconds = time.perf_counter() - started
    if arguments.target == "cpp_standalone":
        with tempfile.TemporaryDirectory() as folder:
            brian2.device.build(directory=folder, compile=True, run=True, debug=False)
            # The C++ program times its own loop; building and compiling are not in it.
            run_seconds = brian2.device._last_run_time
            indices, times = monitor.i[:], monitor.t[:] / brian2.second
    else:
        indices, times = monitor.i[:], monitor.t[:] / brian2.second
    report = {
        "simulator": f"Brian {brian2.__version__}",
        "target": arguments.target,
        "seed": arguments.seed,
        "loop_seconds": run_seconds,
        "spikes": len(times),
        "populations": {},
    }
    for name, (first, end) in populations.items():
        belongs = (indices >= first) & (indices < end)
        report["populations"][name] = rate_and_irregularity(
            indices[belongs], times[belongs], end - first, 0.0, arguments.duration
        )
    json.dump(report, sys.stdout)
    sys.stdout.write("\n")
