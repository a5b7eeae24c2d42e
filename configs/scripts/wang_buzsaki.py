"""Interneurons that inhibit each other fire together, forty times a second.

Wang and Buzsaki (1996), Gamma oscillation by synaptic inhibition in a hippocampal interneuronal network
model, J. Neurosci. 16, 6402-6413: conductance-based neurons with GABA synapses that follow the presynaptic
potential. The paper's network beats at 39 Hz.
"""

import sys

from distsim import *

seed(14)
defaultclock.dt = 0.05 * ms

N = 100
C_m = 1 * uF / cm**2
g_L = 0.1 * mS / cm**2
g_Na = 35 * mS / cm**2
g_K = 9 * mS / cm**2
E_L = -65 * mV
E_Na = 55 * mV
E_K = -90 * mV
I_applied = 1 * uA / cm**2

neurons = NeuronGroup(
    N,
    """
    dv/dt = (I_applied - I_Na - I_K - I_L - I_GABA)/C_m : volt
    I_Na = g_Na*m_infinity**3*h*(v - E_Na) : amp/meter**2
    I_K = g_K*n**4*(v - E_K) : amp/meter**2
    I_L = g_L*(v - E_L) : amp/meter**2
    I_GABA : amp/meter**2

    dh/dt = 5*(alpha_h*(1 - h) - beta_h*h) : 1
    dn/dt = 5*(alpha_n*(1 - n) - beta_n*n) : 1

    m_infinity = alpha_m/(alpha_m + beta_m) : 1
    alpha_m = 1/exprel(-(v + 35*mV)/(10*mV))/ms : Hz
    beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : Hz
    alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : Hz
    beta_h = 1/(1 + exp(-(v + 28*mV)/(10*mV)))/ms : Hz
    alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : Hz
    beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : Hz
    """,
    threshold="v > 0*mV",
    refractory="v > -20*mV",
    method="rk4",
)
neurons.v = "-70*mV + 20*rand()*mV"
neurons.h = "alpha_h/(alpha_h + beta_h)"
neurons.n = "alpha_n/(alpha_n + beta_n)"

# Channels open while the presynaptic cell is depolarised and close with 10 ms.
g_GABA = 0.1 * mS / cm**2
E_GABA = -75 * mV
synapses = Synapses(
    neurons,
    neurons,
    """
    ds/dt = 12/ms*(1 - s)/(1 + exp(-v_pre/(2*mV))) - 0.1/ms*s : 1 (clock-driven)
    I_GABA_post = g_GABA*s*(v_post - E_GABA)/N_incoming : amp/meter**2 (summed)
    """,
    method="exponential_euler",
)
synapses.connect(condition="i != j", p=0.6)

voltage = StateMonitor(neurons, "v", record=[0, 95], dt=0.1 * ms)
spikes = SpikeMonitor(neurons)
duration = 500 * ms
run(duration, report="text")

# Synchrony: the share of neurons that have fired within 2 ms of the middle of each beat.
settled = spikes.t[spikes.t >= 300 * ms] / ms
rate = len(settled) / (N * 0.2 * second)
counts = histogram(settled, arange(300, 501, 4))[0]
coincidence = sum(counts**2) / (N * sum(counts))
print(f"rate of the neurons: {rate / Hz:.1f} Hz, share firing with a neuron within 4 ms: {coincidence:.2f}")

fig, axes = subplots(2, 1, figsize=(8, 6), sharex=True, layout="constrained", height_ratios=[1, 1.3])
axes[0].plot(voltage.t / ms, voltage.v.T / mV, lw=1)
axes[0].set(ylabel="v (mV)", title="Two of the neurons")
axes[1].plot(spikes.t / ms, spikes.i, "k.", ms=3)
axes[1].set(xlabel="Time (ms)", ylabel="Neuron", xlim=(0, duration / ms), ylim=(0, N))
savefig(sys.argv[1] if len(sys.argv) > 1 else "wang_buzsaki.png")

results = {"rate": float(rate), "coincidence": coincidence, "counts": counts}
