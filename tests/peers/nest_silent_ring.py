"""Neurons that never spike, each with one synapse onto the next, in NEST."""

import nest
import numpy as np
from nest_network import RESOLUTION, read_arguments, run_and_report


def build(arguments):
    """Make neurons and synapses; no devices."""
    neurons = nest.Create(
        "iaf_psc_delta",
        arguments.neurons,
        params={
            "tau_m": 20.0,
            "E_L": -60.0,
            "V_th": -50.0,
            "V_reset": -60.0,
            "t_ref": 2.0,
            "V_m": nest.random.uniform(-65.0, -60.0),
        },
    )
    sources = np.asarray(neurons.tolist())
    nest.Connect(
        sources,
        np.roll(sources, -1),
        "one_to_one",
        {"weight": np.ones(len(sources)), "delay": np.full(len(sources), RESOLUTION)},
    )
    return {"neurons": neurons}, 0


def add_options(parser):
    parser.add_argument("--neurons", type=int, default=1000)


if __name__ == "__main__":
    run_and_report(read_arguments(__doc__, add_options), build)
