"""COBA, benchmark 1 of Brette et al. (2007), J Comput Neurosci 23:349-398, in Brian 2.

The mean in-degree stays 80 for any number of neurons.
"""

import brian2
from brian2 import ms, mV, nS, pF
from brian2_network import read_arguments, run_and_report

arguments = read_arguments(__doc__)
count = arguments.neurons
excitatory = round(0.8 * count)
constants = {
    "capacitance": 200 * pF,
    "g_leak": 10 * nS,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "v_threshold": -50 * mV,
    "v_reset": -60 * mV,
    "e_leak": -60 * mV,
    "e_e": 0 * mV,
    "e_i": -80 * mV,
    "w_e": 6 * nS,
    "w_i": 67 * nS,
}
neurons = brian2.NeuronGroup(
    count,
    """
    dv/dt = (g_leak*(e_leak - v) + ge*(e_e - v) + gi*(e_i - v))/capacitance : volt (unless refractory)
    dge/dt = -ge/tau_e : siemens
    dgi/dt = -gi/tau_i : siemens
    """,
    threshold="v > v_threshold",
    reset="v = v_reset",
    refractory=5 * ms,
    method="exponential_euler",
    namespace=constants,
)
neurons.v = "e_leak + (randn()*5 - 5)*mV"
neurons.ge = "(randn()*1.5 + 4)*10*nS"
neurons.gi = "(randn()*12 + 20)*10*nS"
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
