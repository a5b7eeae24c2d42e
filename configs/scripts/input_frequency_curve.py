"""Firing rate against input current, with and without noise: neuron `i` gets a current that grows with `i`.

Gerstner, Kistler, Naud and Paninski (2014), Neuronal Dynamics, sections 1.3 and 8.3: the rate of the leaky
integrate-and-fire neuron, and how noise lets it fire below its threshold current.
"""

import sys

from distsim import *

seed(3)

N = 80
duration = 2 * second
tau = 20 * ms
refractory_time = 2 * ms
R = 100 * Mohm
E_rest = -70 * mV
V_threshold = -50 * mV
I_max = 0.4 * nA

equations = """
dv/dt = (E_rest - v + R*I)/tau + sigma*sqrt(2/tau)*xi : volt (unless refractory)
I = I_max*i/(N - 1) : amp
sigma : volt (shared)
"""


def neurons(noise):
    """Return neurons that differ in their current, with the standard deviation of their noise."""
    group = NeuronGroup(
        N,
        equations,
        threshold="v > V_threshold",
        reset="v = E_rest",
        refractory=refractory_time,
        method="euler",
    )
    group.v = E_rest
    group.sigma = noise
    return group


quiet, noisy = neurons(0 * mV), neurons(5 * mV)
quiet_spikes, noisy_spikes = SpikeMonitor(quiet), SpikeMonitor(noisy)
run(duration)

current = noisy.I[:]
quiet_rate = quiet_spikes.count / duration
noisy_rate = noisy_spikes.count / duration

# Without noise, the time from reset to threshold can be written down.
drive = R * current
firing = drive > V_threshold - E_rest
theory = zeros(N) * Hz
theory[firing] = 1 / (refractory_time + tau * log(drive[firing] / (drive[firing] - (V_threshold - E_rest))))
print("largest difference to theory without noise:", max(abs(quiet_rate - theory)))
print("rate with noise at the threshold current:", noisy_rate[N // 2])

figure(figsize=(6, 4.5), layout="constrained")
plot(current / nA, theory / Hz, "k", lw=1, label="theory, no noise")
plot(current / nA, quiet_rate / Hz, ".", label="no noise")
plot(current / nA, noisy_rate / Hz, ".", label="noise of 5 mV")
xlabel("Current (nA)")
ylabel("Firing rate (Hz)")
legend(frameon=False)
savefig(sys.argv[1] if len(sys.argv) > 1 else "input_frequency_curve.png")

results = {
    "current": asarray(current),
    "quiet_rate": asarray(quiet_rate),
    "noisy_rate": asarray(noisy_rate),
}
