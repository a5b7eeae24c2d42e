"""The sparse network of Brunel (2000), J Comput Neurosci 8:183-208, model A, in NEST.

With `scale` s there are 10,000 s + 2,500 s neurons with 1,000 s + 250 s inputs each, of 0.1 mV / s,
so that the mean input and the threshold rate of 10 Hz do not depend on s.
"""

import argparse
import json
import sys
import time

import nest
import numpy as np
from spike_statistics import rate_and_irregularity

TAU_M, THRESHOLD, RESET, REFRACTORY, DELAY = 20.0, 20.0, 10.0, 2.0, 1.5  # [ms, mV, mV, ms, ms]
RESOLUTION = 0.1  # [ms]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--g", type=float, default=5.0, help="inhibitory over excitatory weight")
    parser.add_argument("--eta", type=float, default=2.0, help="external over threshold rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--duration", type=float, default=1.0, help="measured time [s]")
    parser.add_argument("--warmup", type=float, default=0.2, help="time before it [s]")
    arguments = parser.parse_args()
    sizes = {"excitatory": round(10000 * arguments.scale), "inhibitory": round(2500 * arguments.scale)}
    indegrees = {"excitatory": round(1000 * arguments.scale), "inhibitory": round(250 * arguments.scale)}
    weight = 0.1 / arguments.scale
    weights = {"excitatory": weight, "inhibitory": -arguments.g * weight}
    threshold_rate = 1000 * THRESHOLD / (weight * indegrees["excitatory"] * TAU_M)

    nest.set_verbosity("M_ERROR")
    nest.set(resolution=RESOLUTION, local_num_threads=arguments.threads, rng_seed=arguments.seed)
    neuron = {
        "tau_m": TAU_M,
        "V_th": THRESHOLD,
        "V_reset": RESET,
        "E_L": 0.0,
        "V_m": 0.0,
        "t_ref": REFRACTORY,
    }
    populations = {
        name: nest.Create("iaf_psc_delta", size, params={**neuron, "C_m": 1.0})
        for name, size in sizes.items()
    }
    everyone = populations["excitatory"] + populations["inhibitory"]
    noise = nest.Create(
        "poisson_generator", params={"rate": arguments.eta * threshold_rate * indegrees["excitatory"]}
    )
    nest.Connect(noise, everyone, syn_spec={"weight": weight, "delay": DELAY})
    recorders = {}
    for name, neurons in populations.items():
        nest.Connect(
            neurons,
            everyone,
            {"rule": "fixed_indegree", "indegree": indegrees[name]},
            {"weight": weights[name], "delay": DELAY},
        )
        recorders[name] = nest.Create("spike_recorder")
        nest.Connect(neurons, recorders[name])
    nest.Prepare()
    nest.Run(1000 * arguments.warmup)
    warmed = time.perf_counter()
    nest.Run(1000 * arguments.duration)
    ended = time.perf_counter()
    nest.Cleanup()
    report = {
        "simulator": f"NEST {nest.__version__}",
        "seed": arguments.seed,
        "scale": arguments.scale,
        "loop_seconds": ended - warmed,
        "populations": {},
    }
    for name, recorder in recorders.items():
        # NEST stamps a spike with the end of its step; distsim and Brian with its start.
        times = np.round((np.asarray(recorder.events["times"]) - RESOLUTION) / 1000, 7)
        report["populations"][name] = rate_and_irregularity(
            recorder.events["senders"],
            times,
            sizes[name],
            arguments.warmup,
            arguments.warmup + arguments.duration,
        )
    report["spikes"] = sum(population["spikes"] for population in report["populations"].values())
    # NEST greets on the standard output: the report is the last line.
    sys.stdout.write("\n" + json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
