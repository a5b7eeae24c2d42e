"""Inhibitory plasticity balances a network: it tames the excitatory neurons to a rate set beforehand.

Vogels, Sprekeler, Zenke, Clopath and Gerstner (2011), Inhibitory plasticity balances excitation and
inhibition in sensory pathways and memory networks, Science 334, 1569-1573. The network is a fifth of the
paper's, with as many synapses on each neuron.
"""

import sys

from distsim import *

seed(12)
defaultclock.dt = 0.2 * ms

N = 2000
p = 0.1
duration = 10 * second
rate_wanted = 5 * Hz

C_m = 200 * pF
g_L = 10 * nS
E_L = -60 * mV
E_excitatory = 0 * mV
E_inhibitory = -80 * mV
V_threshold = -50 * mV
I_background = 200 * pA
tau_excitatory = 5 * ms
tau_inhibitory = 10 * ms
w_excitatory = 0.3 * nS
w_inhibitory = 3 * nS

neurons = NeuronGroup(
    N,
    """
    dv/dt = (I_leak + I_synapses + I_background)/C_m : volt (unless refractory)
    I_leak = g_L*(E_L - v) : amp
    I_synapses = g_excitatory*(E_excitatory - v) + g_inhibitory*(E_inhibitory - v) : amp
    dg_excitatory/dt = -g_excitatory/tau_excitatory : siemens
    dg_inhibitory/dt = -g_inhibitory/tau_inhibitory : siemens
    """,
    threshold="v > V_threshold",
    reset="v = E_L",
    refractory=5 * ms,
    method="euler",
)
neurons.v = "E_L + rand()*(V_threshold - E_L)"
excitatory = neurons[: 4 * N // 5]
inhibitory = neurons[4 * N // 5 :]

from_excitatory = Synapses(excitatory, neurons, on_pre="g_excitatory_post += w_excitatory")
from_excitatory.connect(p=p)
among_inhibitory = Synapses(inhibitory, inhibitory, on_pre="g_inhibitory_post += w_inhibitory")
among_inhibitory.connect(p=p)

# Near-coincident spikes strengthen an inhibitory synapse; each presynaptic spike alone weakens it.
# The two are even when the postsynaptic neuron fires at the rate wanted.
tau_stdp = 20 * ms
alpha = 2 * rate_wanted * tau_stdp
eta = 0.1 * nS
w_max = 100 * nS
plastic = Synapses(
    inhibitory,
    excitatory,
    """
    w : siemens
    dtrace_source/dt = -trace_source/tau_stdp : 1 (event-driven)
    dtrace_target/dt = -trace_target/tau_stdp : 1 (event-driven)
    """,
    on_pre="""
    trace_source += 1
    w = clip(w + eta*(trace_target - alpha), 0*siemens, w_max)
    g_inhibitory_post += w
    """,
    on_post="""
    trace_target += 1
    w = clip(w + eta*trace_source, 0*siemens, w_max)
    """,
)
plastic.connect(p=p)

spikes = SpikeMonitor(excitatory)
population = PopulationRateMonitor(excitatory)
run(duration, report="text")

rate_at_start = sum(spikes.t < 200 * ms) / (len(excitatory) * 0.2 * second)
settled = spikes.t >= duration - 2 * second
rate_at_end = sum(settled) / (len(excitatory) * 2 * second)
weight = mean(plastic.w)
intervals = [diff(times[times >= duration - 4 * second]) for times in spikes.spike_trains().values()]
irregularity = mean([std(each) / mean(each) for each in intervals if len(each) > 5])
print(f"excitatory neurons: {rate_at_start / Hz:.0f} Hz at the start, {rate_at_end / Hz:.1f} Hz at the end")
print(f"mean inhibitory weight: {weight / nS:.2f} nS, irregularity of the spikes: {irregularity:.2f}")

fig, axes = subplots(2, 2, figsize=(9, 6), layout="constrained")
for axis, start, name in zip(axes[0], [0 * ms, duration - 200 * ms], ["first", "last"], strict=True):
    shown = (spikes.t >= start) & (spikes.t < start + 200 * ms) & (spikes.i < 200)
    axis.plot((spikes.t[shown] - start) / ms, spikes.i[shown], "k.", ms=2)
    axis.set(title=f"The {name} 200 ms", xlabel="Time (ms)", ylabel="Neuron", xlim=(0, 200), ylim=(0, 200))
axes[1, 0].semilogy(population.t / second, population.smooth_rate(width=50 * ms) / Hz)
axes[1, 0].axhline(rate_wanted / Hz, color="k", lw=1, ls="--", label="wanted")
axes[1, 0].set(xlabel="Time (s)", ylabel="Excitatory rate (Hz)", ylim=(1, 300))
axes[1, 0].legend(frameon=False)
axes[1, 1].hist(plastic.w / nS, linspace(0, 10, 41))
axes[1, 1].set(xlabel="Inhibitory weight (nS)", ylabel="Synapses")
savefig(sys.argv[1] if len(sys.argv) > 1 else "vogels_inhibitory_plasticity.png")

results = {
    "rate_at_start": float(rate_at_start),
    "rate_at_end": float(rate_at_end),
    "weight": float(weight),
    "irregularity": irregularity,
}
