"""COBAHH, benchmark 3 of Brette et al. (2007), J Comput Neurosci 23:349-398, in NEST.

NEST has this neuron, integrated in steps of variable length; its gates start where they rest. Its
conductances cannot be set, so those that start the activity come as one spike in the first step, and cannot
be negative. Synapses are drawn as in nest_cuba.py.
"""

import nest
from nest_network import RESOLUTION, read_arguments, run_and_report

EXCITATORY, INHIBITORY = 6.0, -67.0  # weights [nS]


def build(arguments):
    """Make neurons, what starts their activity, and synapses."""
    count = arguments.neurons
    neurons = nest.Create(
        "hh_cond_exp_traub",
        count,
        params={
            "C_m": 200.0,
            "g_L": 10.0,
            "g_Na": 20000.0,
            "g_K": 6000.0,
            "E_L": -60.0,
            "E_Na": 50.0,
            "E_K": -90.0,
            "V_T": -63.0,
            "E_ex": 0.0,
            "E_in": -80.0,
            "tau_syn_ex": 5.0,
            "tau_syn_in": 10.0,
            "t_ref": 3.0,
            "V_m": nest.random.normal(-65.0, 5.0),
        },
    )
    start = nest.Create("spike_generator", params={"spike_times": [RESOLUTION]})
    for weight in (
        nest.math.max(nest.random.normal(40.0, 15.0), 0.0),
        nest.math.min(nest.random.normal(-200.0, 120.0), 0.0),
    ):
        nest.Connect(start, neurons, syn_spec={"weight": weight, "delay": RESOLUTION})
    excitatory, inhibitory = neurons[: round(0.8 * count)], neurons[round(0.8 * count) :]
    for sources, weight in ((excitatory, EXCITATORY), (inhibitory, INHIBITORY)):
        number = round(min(80 / count, 1.0) * len(sources) * count)
        nest.Connect(
            sources,
            neurons,
            {"rule": "fixed_total_number", "N": number},
            {"weight": weight, "delay": RESOLUTION},
        )
    return {"neurons": neurons}, 2 * count


def add_options(parser):
    parser.add_argument("--neurons", type=int, default=4000)


if __name__ == "__main__":
    run_and_report(read_arguments(__doc__, add_options), build)
