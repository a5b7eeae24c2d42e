"""Four ways to say who is connected to whom: indices, a probability, a probability expression, a condition.

The rules and their names follow Senk et al. (2022), Connectivity concepts in neuronal network modeling,
PLoS Comput. Biol. 18, e1010086.
"""

import sys

from distsim import *

seed(4)

N = 40
spacing = 25 * um
reach = 100 * um
neurons = NeuronGroup(N, "x : meter (constant)")
neurons.x = "i*spacing"  # neurons in a row

by_index = Synapses(neurons, neurons)
by_index.connect(i=[0, 10, 20, 30], j=[30, 20, 10, 0])
by_index.connect(i=5, j=arange(0, N, 3))

by_probability = Synapses(neurons, neurons)
by_probability.connect(p=0.05)

by_distance = Synapses(neurons, neurons)
by_distance.connect(condition="i != j", p="exp(-abs(x_pre - x_post)/reach)")

by_condition = Synapses(neurons, neurons)
by_condition.connect(condition="abs(i - j) < 4 and i % 2 == 0 and i != j")

rules = {
    "indices": by_index,
    "probability": by_probability,
    "distance": by_distance,
    "condition": by_condition,
}

fig, axes = subplots(2, 4, figsize=(11, 5), layout="constrained", height_ratios=[1, 2])
for (arrows, matrix), (name, synapses) in zip(axes.T, rules.items(), strict=True):
    print(f"{name}: {len(synapses)} synapses")
    arrows.plot([synapses.i, synapses.j], [1, 0], "C0", lw=0.5, alpha=0.5)
    arrows.plot(neurons.i, zeros(N), "k.", neurons.i, ones(N), "k.", ms=3)
    arrows.set(title=name, xticks=[], yticks=[0, 1], yticklabels=["target", "source"])
    matrix.plot(synapses.i, synapses.j, "s", ms=2.5)
    matrix.set(xlabel="Source", xlim=(-1, N), ylim=(-1, N), xticks=[0, 20], yticks=[0, 20])
    for axis in (arrows, matrix):
        axis.label_outer()
axes[1, 0].set(ylabel="Target")
savefig(sys.argv[1] if len(sys.argv) > 1 else "synapses_by_rule.png")

results = {
    "index_pairs": [by_index.i[:], by_index.j[:]],
    "condition_pairs": [by_condition.i[:], by_condition.j[:]],
    "probability_pairs": [by_probability.i[:], by_probability.j[:]],
    "distance_pairs": [by_distance.i[:], by_distance.j[:]],
}
