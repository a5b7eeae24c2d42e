"""The sparse network of Brunel (2000), J Comput Neurosci 8:183-208, model A, in NEST.

With `scale` s there are 10,000 s + 2,500 s neurons with 1,000 s + 250 s inputs each, of 0.1 mV / s,
so that the mean input and the threshold rate of 10 Hz do not depend on s.
"""

import nest
from nest_network import read_arguments, run_and_report

TAU_M, THRESHOLD, RESET, REFRACTORY, DELAY = 20.0, 20.0, 10.0, 2.0, 1.5  # [ms, mV, mV, ms, ms]


def build(arguments):
    """Make neurons, background and synapses."""
    sizes = {"excitatory": round(10000 * arguments.scale), "inhibitory": round(2500 * arguments.scale)}
    indegrees = {"excitatory": round(1000 * arguments.scale), "inhibitory": round(250 * arguments.scale)}
    weight = 0.1 / arguments.scale
    weights = {"excitatory": weight, "inhibitory": -arguments.g * weight}
    threshold_rate = 1000 * THRESHOLD / (weight * indegrees["excitatory"] * TAU_M)
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
    for name, neurons in populations.items():
        nest.Connect(
            neurons,
            everyone,
            {"rule": "fixed_indegree", "indegree": indegrees[name]},
            {"weight": weights[name], "delay": DELAY},
        )
    return populations, len(everyone)


def add_options(parser):
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--g", type=float, default=5.0, help="inhibitory over excitatory weight")
    parser.add_argument("--eta", type=float, default=2.0, help="external over threshold rate")


if __name__ == "__main__":
    run_and_report(read_arguments(__doc__, add_options, warmup=0.2), build)
