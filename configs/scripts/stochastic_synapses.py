"""Synapses that fail: each contact releases its quantum with probability `p`, or nothing.

Del Castillo and Katz (1954), Quantal components of the end-plate potential, J. Physiol. 124, 560-573: with
n contacts, the response to one spike has n + 1 possible sizes, and these are binomially distributed.
"""

import sys

from distsim import *

seed(5)

contacts = 5
w = 0.4 * mV
tau = 10 * ms
interval = 100 * ms
number_of_spikes = 50
probabilities = [0.1, 0.5, 0.9]
neurons_each = 20

source = SpikeGeneratorGroup(1, zeros(number_of_spikes, dtype=int), arange(number_of_spikes) * interval)
neurons = NeuronGroup(
    len(probabilities) * neurons_each,
    """
    dv/dt = -v/tau : volt
    p : 1 (constant)
    """,
    method="exact",
)
neurons.p = np.repeat(probabilities, neurons_each)
synapses = Synapses(source, neurons, on_pre="v_post += w*(rand() < p)")
synapses.connect(n=contacts)

examples = StateMonitor(neurons, "v", record=[0, neurons_each, 2 * neurons_each])
responses = StateMonitor(neurons, "v", record=True, dt=interval, when="after_synapses")
run(number_of_spikes * interval)

# Potentials in quanta: what is left of the response before is exp(-10) and vanishes in the rounding.
quanta = np.round(responses.v / w).astype(int).reshape(len(probabilities), -1)
failures = mean(quanta == 0, axis=1)
variation = std(quanta, axis=1) / mean(quanta, axis=1)
for p, failed, cv in zip(probabilities, failures, variation, strict=True):
    print(f"p = {p}: {failed:.3f} failures (theory {(1 - p) ** contacts:.3f}), "
          f"coefficient of variation {cv:.3f} (theory {sqrt((1 - p) / (contacts * p)):.3f})")  # fmt: skip

fig, axes = subplots(2, 3, figsize=(9, 5), sharey="row", layout="constrained")
sizes = arange(contacts + 1)
ways = [1, 5, 10, 10, 5, 1]  # binomial coefficients
for column, p in enumerate(probabilities):
    trace, histogram = axes[:, column]
    trace.plot(examples.t / ms, examples.v[column] / mV, lw=1)
    trace.set(title=f"p = {p}", xlabel="Time (ms)", xlim=(0, 1000))
    histogram.bar(sizes, bincount(quanta[column], minlength=contacts + 1) / quanta.shape[1])
    histogram.plot(sizes, ways * p**sizes * (1 - p) ** (contacts - sizes), "k.", label="binomial")
    histogram.set(xlabel="Response (quanta)", xticks=sizes)
axes[0, 0].set(ylabel="v (mV)")
axes[1, 0].set(ylabel="Share of responses")
axes[1, 1].legend(frameon=False)
savefig(sys.argv[1] if len(sys.argv) > 1 else "stochastic_synapses.png")

results = {"quanta": quanta, "failures": failures, "variation": variation}
