"""Python in the loop: a network operation looks at the neurons every 25 ms and resets all of them.

Between two resets each membrane charges as an RC circuit does (Dayan and Abbott 2001, Theoretical
Neuroscience, section 5.4), so what the operation finds is known: R*current*(1 - exp(-interval/tau)).
"""

import sys

from distsim import *

interval = 25 * ms
R = 100 * Mohm
current = 0.2 * nA

neurons = NeuronGroup(
    4,
    """
    dv/dt = (R*current - v)/tau : volt
    tau : second (constant)
    """,
    method="exact",
)
neurons.tau = [5, 10, 20, 40] * ms
voltage = StateMonitor(neurons, "v", record=True)
found = []


@network_operation(dt=interval)
def reset(t):
    """Note the potentials, say which neuron leads, and start all again from rest."""
    found.append(neurons.v[:] / mV)
    if t > 0 * ms:
        leader = int(np.argmax(neurons.v))
        print(f"{t / ms:g} ms: neuron {leader} leads with {neurons.v[leader]}")
    neurons.v = 0 * mV


run(4 * interval)

expected = R * current * (1 - exp(-interval / neurons.tau))
print("expected:", expected)

figure(figsize=(7, 4.5), layout="constrained")
lines = plot(voltage.t / ms, voltage.v.T / mV)
legend(lines, [f"{tau:g} ms" for tau in neurons.tau / ms], title="τ", frameon=False, bbox_to_anchor=(1, 1))
xlabel("Time (ms)")
ylabel("v (mV)")
margins(x=0)
savefig(sys.argv[1] if len(sys.argv) > 1 else "network_operation_reset.png")

results = {"found": found, "expected": asarray(expected), "voltage": asarray(voltage.v)}
