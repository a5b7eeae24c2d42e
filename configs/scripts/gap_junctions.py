"""Electrical synapses: how far a step of current spreads along coupled cells, and how they fall into step.

Bennett (1966), Physiology of electrotonic junctions, Ann. N. Y. Acad. Sci. 137, 509-539: the coupling
coefficient. Lewis and Rinzel (2003), Dynamics of spiking neurons connected by both inhibitory and electrical
coupling, J. Comput. Neurosci. 14, 283-309: electrical coupling of integrate-and-fire neurons.
"""

import sys

from distsim import *

C_m = 100 * pF
g_L = 10 * nS
equations = """
dv/dt = (I + I_gap - g_L*v)/C_m : volt
I : amp
I_gap : amp
"""
junction = """
g : siemens
I_gap_post = g*(v_pre - v_post) : amp (summed)
"""

# A row of quiet cells: the first gets a current, its neighbours hear of it through the junctions.
row = NeuronGroup(8, equations, method="rk4")
row.I[0] = 0.1 * nA
row_junctions = Synapses(row, row, junction)
row_junctions.connect(condition="abs(i - j) == 1")
row_junctions.g = 5 * nS
row_voltage = StateMonitor(row, "v", record=True)

# Two pairs of spiking cells, of which one is coupled. The peak of a spike, which integrate-and-fire neurons
# do not have, would reach the other cell as a spikelet: a jump of 1 mV.
spiking = {"threshold": "v > 15*mV", "reset": "v = 0*mV", "method": "rk4"}
pairs = NeuronGroup(4, equations, **spiking)
pairs.I = 0.2 * nA
pairs.v = [0, 7, 0, 7] * mV
pair_junctions = Synapses(pairs, pairs, junction, on_pre="v_post += 1*mV")
pair_junctions.connect(i=[2, 3], j=[3, 2])
pair_junctions.g = 1 * nS
pair_voltage = StateMonitor(pairs, "v", record=True)
pair_spikes = SpikeMonitor(pairs)

run(200 * ms)

coefficients = row_voltage.v[1:, -1] / row_voltage.v[:-1, -1]
print("potential of a cell relative to the one before:", np.round(coefficients, 3))
last_spikes = [trains[-1] / ms for trains in pair_spikes.spike_trains().values()]
print("last spikes (ms):", np.round(last_spikes, 1))

fig, axes = subplots(3, 1, figsize=(8, 7), layout="constrained")
for cell, trace in enumerate(row_voltage.v / mV):
    axes[0].plot(row_voltage.t / ms, trace, color=plt.cm.viridis(cell / 8))
axes[0].set(title="Current into the first of eight cells", ylabel="v (mV)", xlim=(0, 100))
for axis, pair, name in [(axes[1], 0, "uncoupled"), (axes[2], 2, "coupled")]:
    axis.plot(pair_voltage.t / ms, pair_voltage.v[pair : pair + 2].T / mV)
    axis.set(title=f"Two spiking cells, {name}", ylabel="v (mV)", xlim=(0, 200))
axes[2].set(xlabel="Time (ms)")
savefig(sys.argv[1] if len(sys.argv) > 1 else "gap_junctions.png")

results = {
    "coefficients": coefficients,
    "pair_voltage": asarray(pair_voltage.v),
    "spike_times": asarray(pair_spikes.t),
    "spike_indices": pair_spikes.i[:],
}
