"""Short-term plasticity: a depressing and a facilitating synapse, and the rates that each lets through.

Tsodyks and Markram (1997), Proc. Natl. Acad. Sci. USA 94, 719-723; Markram, Wang and Tsodyks (1998), Proc.
Natl. Acad. Sci. USA 95, 5323-5328, whose typical values are used: each spike takes the share `u` of what the
synapse has available, `x`; `x` recovers, and `u` is raised for a while.
"""

import sys

from distsim import *

kinds = ["depressing", "facilitating"]
U_values = [0.5, 0.05]
recovery = [800, 130] * ms
facilitation = [1, 530] * ms

tau_m = 30 * ms
tau_s = 3 * ms
full_response = 40 * mV

synapse_model = """
dx/dt = (1 - x)/tau_recovery : 1 (event-driven)
du/dt = -u/tau_facilitation : 1 (event-driven)
released : 1
U : 1 (constant)
tau_recovery : second (constant)
tau_facilitation : second (constant)
"""
spike = """
u += U*(1 - u)
released = u*x
x -= released
drive_post += released*full_response
"""


def targets():
    """Return one neuron for each kind of synapse."""
    model = """
    dv/dt = (drive - v)/tau_m : volt
    ddrive/dt = -drive/tau_s : volt
    """
    return NeuronGroup(2, model, method="exact")


def connect(source, target):
    """Connect all sources to both targets: synapses of kind `j`."""
    synapses = Synapses(source, target, synapse_model, on_pre=spike)
    synapses.connect()
    for kind in range(2):
        synapses.U[:, kind] = U_values[kind]
        synapses.tau_recovery[:, kind] = recovery[kind]
        synapses.tau_facilitation[:, kind] = facilitation[kind]
    synapses.x = 1
    return synapses


# Ten spikes at 20 Hz, and one more half a second later to see the recovery.
times = append(arange(10) * 50, 950) + 50
train = SpikeGeneratorGroup(1, zeros(len(times), dtype=int), times * ms)
neurons = targets()
train_synapses = connect(train, neurons)
voltage = StateMonitor(neurons, "v", record=True)

# Many presynaptic neurons, each at its own rate, show what is left after 2 s of regular firing.
rates = arange(1, 61)
trains = [(neuron, k / rate) for neuron, rate in enumerate(rates) for k in range(1, 2 * rate + 1)]
indices, spike_times = zip(*trains, strict=True)
many = SpikeGeneratorGroup(len(rates), indices, spike_times * second)
pool = targets()
pool_synapses = connect(many, pool)

run(2.1 * second)
steady = pool_synapses.released[:].reshape(len(rates), 2)
for kind, name in enumerate(kinds):
    print(f"{name}: a spike releases {steady[4, kind]:.3f} at 5 Hz, {steady[39, kind]:.3f} at 40 Hz")
peak = 1 / sqrt(U_values[1] * recovery[1] * facilitation[1])
print(f"facilitation is best at {rates[argmax(steady[:, 1])]} Hz; theory for small U: {peak / Hz:.1f} Hz")

fig, axes = subplots(2, 2, figsize=(9, 5.5), layout="constrained", width_ratios=[3, 2])
for kind, name in enumerate(kinds):
    trace, curve = axes[kind]
    trace.plot(voltage.t / ms, voltage.v[kind] / mV, f"C{kind}")
    trace.plot(times, zeros(len(times)) - 0.05, "k|", ms=8)
    trace.set(title=name, ylabel="v (mV)", xlim=(0, 1200))
    curve.plot(rates, steady[:, kind], f"C{kind}.")
    curve.set(ylabel="Released per spike", ylim=(0, None))
axes[1, 0].set(xlabel="Time (ms)")
axes[1, 1].set(xlabel="Presynaptic rate (Hz)")
savefig(sys.argv[1] if len(sys.argv) > 1 else "tsodyks_markram.png")

results = {"rates": rates, "steady": steady, "voltage": asarray(voltage.v)}
