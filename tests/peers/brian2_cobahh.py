"""COBAHH, benchmark 3 of Brette et al. (2007), J Comput Neurosci 23:349-398, in Brian 2.

Traub and Miles (1991) sodium and potassium currents; the mean in-degree stays 80 for any number of neurons.
"""

import brian2
from brian2 import ms, mV, nS, pF, uS
from brian2_network import read_arguments, run_and_report

arguments = read_arguments(__doc__)
count = arguments.neurons
excitatory = round(0.8 * count)
constants = {
    "capacitance": 200 * pF,
    "g_leak": 10 * nS,
    "g_na": 20 * uS,
    "g_kd": 6 * uS,
    "e_leak": -60 * mV,
    "e_k": -90 * mV,
    "e_na": 50 * mV,
    "v_t": -63 * mV,
    "tau_e": 5 * ms,
    "tau_i": 10 * ms,
    "e_e": 0 * mV,
    "e_i": -80 * mV,
    "w_e": 6 * nS,
    "w_i": 67 * nS,
}
neurons = brian2.NeuronGroup(
    count,
    """
    dv/dt = (g_leak*(e_leak - v) + ge*(e_e - v) + gi*(e_i - v)
             - g_na*(m*m*m)*h*(v - e_na) - g_kd*(n*n*n*n)*(v - e_k))/capacitance : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    dge/dt = -ge/tau_e : siemens
    dgi/dt = -gi/tau_i : siemens
    alpha_m = 0.32*4/exprel((13*mV - v + v_t)/(4*mV))/ms : Hz
    beta_m = 0.28*5/exprel((v - v_t - 40*mV)/(5*mV))/ms : Hz
    alpha_h = 0.128*exp((17*mV - v + v_t)/(18*mV))/ms : Hz
    beta_h = 4/(1 + exp((40*mV - v + v_t)/(5*mV)))/ms : Hz
    alpha_n = 0.032*5/exprel((15*mV - v + v_t)/(5*mV))/ms : Hz
    beta_n = 0.5*exp((10*mV - v + v_t)/(40*mV))/ms : Hz
    """,
    threshold="v > -20*mV",
    refractory=3 * ms,
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
