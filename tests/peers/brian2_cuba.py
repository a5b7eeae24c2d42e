"""CUBA, benchmark 2 of Brette et al. (2007), J Comput Neurosci 23:349-398, in Brian 2.

The mean in-degree stays 80 for any number of neurons.
"""

import brian2
from brian2 import ms, mV
from brian2_network import read_arguments, run_and_report

arguments = read_arguments(__doc__)
count = arguments.neurons
excitatory = round(0.8 * count)
constants = {
    "tau_m": 20 * ms,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "v_threshold": -50 * mV,
    "v_reset": -60 * mV,
    "e_leak": -49 * mV,
    "w_e": 1.62 * mV,
    "w_i": -9 * mV,
}
neurons = brian2.NeuronGroup(
    count,
    """
    dv/dt = (ge + gi - (v - e_leak))/tau_m : volt (unless refractory)
    dge/dt = -ge/tau_e : volt
    dgi/dt = -gi/tau_i : volt
    """,
    threshold="v > v_threshold",
    reset="v = v_reset",
    refractory=5 * ms,
    method="exact",
    namespace=constants,
)
neurons.v = "v_reset + rand()*(v_threshold - v_reset)"
from_excitatory = brian2.Synapses(neurons[:excitatory], neurons, on_pre="ge += w_e", namespace=constants)
from_inhibitory = brian2.Synapses(neurons[excitatory:], neurons, on_pre="gi += w_i", namespace=constants)
from_excitatory.connect(p=80 / count)
from_inhibitory.connect(p=80 / count)
run_and_report(
    arguments,
    [from_excitatory, from_inhibitory],
    neurons,
    {"excitatory": (0, excitatory), "inhibitory": (excitatory, count)},
)
