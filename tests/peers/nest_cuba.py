"""CUBA, benchmark 2 of Brette et al. (2007), J Comput Neurosci 23:349-398, in NEST.

Neurons have 80 synapses on average at any size: as many as there are on average are drawn between pairs of
neurons, which for a small probability is the same as to draw each pair. The shortest delay of NEST is one
step. With --plastic, the excitatory synapses follow the additive pair rule of Song, Miller and Abbott (2000).
"""

import nest
from nest_network import RESOLUTION, read_arguments, run_and_report

TAU_M = 20.0  # [ms]
EXCITATORY, INHIBITORY = 1.62, -9.0
"""Weights [mV] of an equation tau_m dv/dt = g - v, which are currents [pA] where C_m/tau_m is 1 pF/ms."""
LARGEST = 2 * EXCITATORY


def build(arguments):
    """Make neurons and synapses; no devices."""
    count = arguments.neurons
    neurons = nest.Create(
        "iaf_psc_exp",
        count,
        params={
            "C_m": TAU_M,
            "tau_m": TAU_M,
            "tau_syn_ex": 5.0,
            "tau_syn_in": 10.0,
            "E_L": -49.0,
            "V_th": -50.0,
            "V_reset": -60.0,
            "t_ref": 5.0,
            "V_m": nest.random.uniform(-60.0, -50.0),
            "tau_minus": 20.0,
        },
    )
    excitatory, inhibitory = neurons[: round(0.8 * count)], neurons[round(0.8 * count) :]
    strengthening = {"weight": EXCITATORY, "delay": RESOLUTION}
    if arguments.plastic:
        strengthening |= {
            "synapse_model": "stdp_synapse",
            "Wmax": LARGEST,
            "lambda": 0.01,
            "alpha": 1.05,
            "mu_plus": 0.0,
            "mu_minus": 0.0,
            "tau_plus": 20.0,
        }
    for sources, synapse in (
        (excitatory, strengthening),
        (inhibitory, {"weight": INHIBITORY, "delay": RESOLUTION}),
    ):
        number = round(min(80 / count, 1.0) * len(sources) * count)
        nest.Connect(sources, neurons, {"rule": "fixed_total_number", "N": number}, synapse)
    return {"neurons": neurons}, 0


def add_options(parser):
    parser.add_argument("--neurons", type=int, default=4000)
    parser.add_argument("--plastic", action="store_true")


if __name__ == "__main__":
    run_and_report(read_arguments(__doc__, add_options), build)
