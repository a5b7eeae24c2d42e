"""A thousand randomly coupled spiking neurons of cortical types, with rhythms that come and go.

Izhikevich (2003), Simple model of spiking neurons, IEEE Trans. Neural Netw. 14, 1569-1572: the network of
figure 3. Regular spiking cells become bursting ones with `r`; fast spiking cells vary likewise.
"""

import sys

from distsim import *

seed(7)
defaultclock.dt = 0.5 * ms

neurons = NeuronGroup(
    1000,
    """
    dv/dt = (0.04*v**2/mV + 5*v + 140*mV - u + thalamus)/ms : volt
    du/dt = a*(b*v - u) : volt
    a : Hz (constant)
    b : 1 (constant)
    c : volt (constant)
    d : volt (constant)
    r : 1 (constant)
    thalamus : volt
    noise : volt (constant)
    """,
    threshold="v >= 30*mV",
    reset="v = c; u += d",
    method="euler",
)
neurons.r = "rand()"

excitatory = neurons[:800]
excitatory.a = 0.02 / ms
excitatory.b = 0.2
excitatory.c = "(-65 + 15*r**2)*mV"
excitatory.d = "(8 - 6*r**2)*mV"
excitatory.noise = 5 * mV

inhibitory = neurons[800:]
inhibitory.a = "(0.02 + 0.08*r)/ms"
inhibitory.b = "0.25 - 0.05*r"
inhibitory.c = -65 * mV
inhibitory.d = 2 * mV
inhibitory.noise = 2 * mV

neurons.v = -65 * mV
neurons.u = "b*v"
neurons.run_regularly("thalamus = noise*randn()", dt=1 * ms)

synapses = Synapses(neurons, neurons, "w : volt", on_pre="v_post += w", delay=1 * ms)
synapses.connect()
synapses.w["i < 800"] = "0.5*rand()*mV"
synapses.w["i >= 800"] = "-rand()*mV"

spikes = SpikeMonitor(neurons)
population = PopulationRateMonitor(neurons)
run(1 * second)

rates = spikes.count / second
print(f"excitatory: {mean(rates[:800]):.1f}, inhibitory: {mean(rates[800:]):.1f}")
rhythm = population.smooth_rate(window="flat", width=5.5 * ms)

fig, axes = subplots(2, 1, figsize=(8, 6), sharex=True, layout="constrained", height_ratios=[3, 1])
axes[0].plot(spikes.t / ms, spikes.i, "k.", ms=1)
axes[0].axhline(800, color="C3", lw=1)
axes[0].set(ylabel="Neuron", ylim=(0, 1000))
axes[1].plot(population.t / ms, rhythm / Hz, lw=1)
axes[1].set(xlabel="Time (ms)", ylabel="Rate (Hz)", xlim=(0, 1000))
savefig(sys.argv[1] if len(sys.argv) > 1 else "izhikevich_network.png")

results = {
    "excitatory_rate": float(mean(rates[:800])),
    "inhibitory_rate": float(mean(rates[800:])),
    "rhythm": asarray(rhythm),
}
