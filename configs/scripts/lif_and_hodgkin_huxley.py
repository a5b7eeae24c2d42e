"""A leaky integrate-and-fire and a Hodgkin-Huxley neuron, driven by the same random steps of current.

Lapicque (1907), J. Physiol. Pathol. Gen. 9, 620-635: the integrate-and-fire neuron.
Hodgkin and Huxley (1952), J. Physiol. 117, 500-544: the squid axon, with the resting potential at -65 mV.
"""

import sys

from distsim import *

seed(2)
defaultclock.dt = 0.01 * ms

# The protocol: steps of random amplitude and random duration, with nothing before and after.
number_of_steps = 12
durations = np.random.randint(10, 41, number_of_steps)  # in ms
amplitudes = 1.5 * rand(number_of_steps)  # in nA
amplitudes[[0, -1]] = 0
protocol = np.repeat(amplitudes, durations)
current = TimedArray(protocol * nA, dt=1 * ms)

# The integrate-and-fire neuron: a leaky capacitor with a threshold.
tau = 10 * ms
R = 25 * Mohm
E_rest = -65 * mV
V_threshold = -50 * mV
lif = NeuronGroup(
    1,
    "dv/dt = (E_rest - v + R*current(t))/tau : volt (unless refractory)",
    threshold="v > V_threshold",
    reset="v = E_rest",
    refractory=2 * ms,
    method="exact",
)
lif.v = E_rest

# The Hodgkin-Huxley neuron: sodium and potassium channels with three gates.
area = 0.01 * mm**2
C_m = 1 * uF / cm**2
g_Na = 120 * mS / cm**2
g_K = 36 * mS / cm**2
g_L = 0.3 * mS / cm**2
E_Na = 50 * mV
E_K = -77 * mV
E_L = -54.4 * mV
equations = """
dv/dt = (current(t)/area - I_Na - I_K - I_L)/C_m : volt
I_Na = g_Na*m**3*h*(v - E_Na) : amp/meter**2
I_K = g_K*n**4*(v - E_K) : amp/meter**2
I_L = g_L*(v - E_L) : amp/meter**2

dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1

alpha_m = 1/exprel(-(v + 40*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
alpha_h = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
beta_h = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
alpha_n = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
"""
hodgkin_huxley = NeuronGroup(
    1, equations, threshold="v > 0*mV", refractory="v > -20*mV", method="exponential_euler"
)
hodgkin_huxley.v = -65 * mV
hodgkin_huxley.m = "alpha_m/(alpha_m + beta_m)"
hodgkin_huxley.h = "alpha_h/(alpha_h + beta_h)"
hodgkin_huxley.n = "alpha_n/(alpha_n + beta_n)"

lif_voltage = StateMonitor(lif, "v", record=0, dt=0.1 * ms)
lif_spikes = SpikeMonitor(lif)
hh_voltage = StateMonitor(hodgkin_huxley, "v", record=0, dt=0.1 * ms)
hh_spikes = SpikeMonitor(hodgkin_huxley)
run(len(protocol) * ms)
print(f"integrate-and-fire: {lif_spikes.num_spikes} spikes, Hodgkin-Huxley: {hh_spikes.num_spikes} spikes")

fig, axes = subplots(3, 1, figsize=(8, 6), sharex=True, layout="constrained", height_ratios=[1, 2, 2])
axes[0].step(arange(len(protocol)), protocol, "k", where="post")
axes[0].set(ylabel="Current (nA)")
axes[1].plot(lif_voltage.t / ms, lif_voltage.v[0] / mV)
axes[1].vlines(lif_spikes.t / ms, V_threshold / mV, 0, "C0")  # the model has no spikes to draw
axes[1].set(ylabel="v (mV)", title="Leaky integrate-and-fire")
axes[2].plot(hh_voltage.t / ms, hh_voltage.v[0] / mV, "C1")
axes[2].set(ylabel="v (mV)", title="Hodgkin-Huxley", xlabel="Time (ms)", xlim=(0, len(protocol)))
savefig(sys.argv[1] if len(sys.argv) > 1 else "lif_and_hodgkin_huxley.png")

results = {
    "protocol": protocol,
    "lif_spike_times": asarray(lif_spikes.t),
    "hh_spike_times": asarray(hh_spikes.t),
    "hh_voltage": asarray(hh_voltage.v[0]),
}
