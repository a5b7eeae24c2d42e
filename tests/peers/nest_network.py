"""What the NEST reference programs share: their arguments, the run and the report as JSON."""

import argparse
import json
import sys
import time
from pathlib import Path

import nest
import numpy as np
from spike_statistics import rate_and_irregularity

RESOLUTION = 0.1  # [ms]


def read_arguments(description, more=None, *, warmup=0.0):
    """Read the arguments and prepare the kernel; `more` adds options to the parser."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--duration", type=float, default=1.0, help="measured time [s]")
    parser.add_argument("--warmup", type=float, default=warmup, help="time before it [s]")
    parser.add_argument(
        "--recorded", type=int, help="neurons of each population that are recorded, default all"
    )
    if more is not None:
        more(parser)
    arguments = parser.parse_args()
    nest.set_verbosity("M_ERROR")
    nest.set(resolution=RESOLUTION, local_num_threads=arguments.threads, rng_seed=arguments.seed)
    return arguments


def record(populations, most):
    """Record neurons of every population, evenly spaced; return their numbers and recorders by name.

    NEST keeps 37 kB for each neuron that is recorded.
    """
    recorders = {}
    for name, neurons in populations.items():
        recorded = neurons[:: -(-len(neurons) // most)] if most else neurons
        recorders[name] = len(recorded), nest.Create("spike_recorder")
        nest.Connect(recorded, recorders[name][1])
    return recorders


def run_and_report(arguments, build):
    """Build and run a network, then print one JSON object.

    Parameters
    ----------
    build : callable
        Makes the network; returns its populations by name, and the number of connections from and to devices.
    """
    started = time.perf_counter()
    populations, device_connections = build(arguments)
    recorders = record(populations, arguments.recorded)
    device_connections += sum(recorded for recorded, _ in recorders.values())
    nest.Prepare()
    built = time.perf_counter()
    if arguments.warmup > 0:
        nest.Run(1000 * arguments.warmup)
    warmed = time.perf_counter()
    nest.Run(1000 * arguments.duration)
    ended = time.perf_counter()
    nest.Cleanup()
    report = {
        "simulator": f"NEST {nest.__version__}",
        "seed": arguments.seed,
        "threads": arguments.threads,
        "neurons": sum(len(neurons) for neurons in populations.values()),
        "synapses": nest.num_connections - device_connections,
        "build_seconds": built - started,
        "warmup_seconds": warmed - built,
        "loop_seconds": ended - warmed,
        "peak_rss_bytes": peak_rss(),
        "kernel_times": kernel_times(),
        "populations": {},
    }
    for name, (recorded, recorder) in recorders.items():
        # NEST stamps a spike with the end of its step; distsim and Brian with its start.
        times = (np.asarray(recorder.events["times"]) - RESOLUTION) / 1000
        report["populations"][name] = rate_and_irregularity(
            recorder.events["senders"],
            np.round(times, 7),
            recorded,
            arguments.warmup,
            arguments.warmup + arguments.duration,
        )
        report["populations"][name]["neurons"] = len(populations[name])
    report["spikes"] = sum(population["spikes"] for population in report["populations"].values())
    report["report_seconds"] = time.perf_counter() - ended
    # NEST greets on the standard output: the report is the last line.
    sys.stdout.write("\n" + json.dumps(report) + "\n")


def peak_rss():
    """Return the highest resident memory of this process so far [bytes]."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def kernel_times():
    """Return the kernel's own clocks, the sum over threads [s]; a detailed build has more of them."""
    clocks = {key: value for key, value in nest.kernel_status.items() if key.startswith("time_")}
    return {key: float(np.sum(value)) for key, value in clocks.items()}
