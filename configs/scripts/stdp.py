"""Spike-timing-dependent plasticity makes synapses compete: each ends up strong or silent.

Song, Miller and Abbott (2000), Competitive Hebbian learning through spike-timing-dependent synaptic
plasticity, Nat. Neurosci. 3, 919-926. Learning is faster here than in the paper, to show it within 100 s.
"""

import sys

from distsim import *

seed(6)
defaultclock.dt = 0.5 * ms

N = 1000
rate = 15 * Hz
duration = 100 * second

tau_m = 20 * ms
tau_g = 5 * ms
E_rest = -74 * mV
E_inhibitory = -70 * mV
V_threshold = -54 * mV
V_reset = -60 * mV

g_max = 0.015  # conductances in units of the leak
tau_plus = tau_minus = 20 * ms
A_plus = 0.01 * g_max
A_minus = 1.05 * A_plus

inputs = PoissonGroup(N, rates=rate)
neuron = NeuronGroup(
    1,
    """
    dv/dt = (E_rest - v - g_excitatory*v + g_inhibitory*(E_inhibitory - v))/tau_m : volt
    dg_excitatory/dt = -g_excitatory/tau_g : 1
    dg_inhibitory/dt = -g_inhibitory/tau_g : 1
    """,
    threshold="v > V_threshold",
    reset="v = V_reset",
    method="euler",
)
neuron.v = V_reset
inhibition = PoissonInput(neuron, "g_inhibitory", N=200, rate=10 * Hz, weight=0.05)

# `before` remembers presynaptic spikes and strengthens; `after` remembers postsynaptic ones and weakens.
synapses = Synapses(
    inputs,
    neuron,
    """
    w : 1
    dbefore/dt = -before/tau_plus : 1 (event-driven)
    dafter/dt = -after/tau_minus : 1 (event-driven)
    """,
    on_pre="""
    g_excitatory_post += w
    before += A_plus
    w = clip(w - after, 0, g_max)
    """,
    on_post="""
    after += A_minus
    w = clip(w + before, 0, g_max)
    """,
)
synapses.connect()
synapses.w = "rand()*g_max"

weights = StateMonitor(synapses, "w", record=range(0, N, 100), dt=200 * ms)
spikes = SpikeMonitor(neuron)
start = synapses.w[:] / g_max
run(duration, report="text")
end = synapses.w[:] / g_max

rate_at_start = sum(spikes.t < 2 * second) / (2 * second)
rate_at_end = sum(spikes.t >= duration - 10 * second) / (10 * second)
print(f"output rate: {rate_at_start / Hz:.1f} Hz at the start, {rate_at_end / Hz:.1f} Hz at the end")
print(f"weights in the middle half of their range: {mean(abs(end - 0.5) < 0.25):.2f} of all")

fig, axes = subplots(2, 2, figsize=(9, 6), layout="constrained")
axes[0, 0].hist(start, linspace(0, 1, 21))
axes[0, 0].set(title="Before learning", xlabel="w / g_max", ylabel="Synapses")
axes[0, 1].hist(end, linspace(0, 1, 21), color="C1")
axes[0, 1].set(title="After learning", xlabel="w / g_max", ylabel="Synapses")
axes[1, 0].plot(weights.t / second, weights.w.T / g_max, lw=1)
axes[1, 0].set(xlabel="Time (s)", ylabel="w / g_max")
axes[1, 1].hist(spikes.t / second, arange(0, duration / second + 1), histtype="step", color="k")
axes[1, 1].set(xlabel="Time (s)", ylabel="Output rate (Hz)")
savefig(sys.argv[1] if len(sys.argv) > 1 else "stdp.png")

results = {
    "weak": mean(end < 0.2),
    "strong": mean(end > 0.8),
    "rate_at_start": float(rate_at_start),
    "rate_at_end": float(rate_at_end),
    "weights": end,
}
