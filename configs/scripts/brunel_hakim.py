"""Fast oscillation of a sparsely connected inhibitory network whose neurons fire slowly and irregularly.

Brunel and Hakim (1999), Fast global oscillations in networks of integrate-and-fire neurons with low firing
rates, Neural Comput. 11, 1621-1671: the delay of the synapses sets the rhythm, not the rate of the neurons.
"""

import sys

from distsim import *

seed(10)

N = 5000
C = 1000  # inhibitory synapses on each neuron, on average
J = 0.1 * mV
delay = 2 * ms

tau = 20 * ms
refractory_time = 2 * ms
V_threshold = 20 * mV
V_reset = 10 * mV
mu = 25 * mV
sigma = 1 * mV

neurons = NeuronGroup(
    N,
    "dv/dt = (mu - v)/tau + sigma*xi/sqrt(tau) : volt (unless refractory)",
    threshold="v > V_threshold",
    reset="v = V_reset",
    refractory=refractory_time,
    method="euler",
)
neurons.v = "V_reset + rand()*(V_threshold - V_reset)"
inhibition = Synapses(neurons, neurons, on_pre="v_post -= J", delay=delay)
inhibition.connect(p=C / N)

spikes = SpikeMonitor(neurons)
population = PopulationRateMonitor(neurons)
duration = 400 * ms
run(duration)

# Leave out the start, then look for the strongest rhythm above the mean.
settled = population.t >= 100 * ms
activity = population.rate[settled] / Hz
power = abs(np.fft.rfft(activity - mean(activity))) ** 2
frequency = np.fft.rfftfreq(len(activity), d=float(defaultclock.dt))
rhythm = frequency[argmax(power)] * Hz
print(f"neurons fire at {mean(activity):.1f} Hz, the network oscillates at {rhythm / Hz:.0f} Hz")

fig, axes = subplots(3, 1, figsize=(8, 7), layout="constrained", height_ratios=[2, 2, 1.5])
shown = (spikes.t >= 300 * ms) & (spikes.i < 500)
axes[0].plot(spikes.t[shown] / ms, spikes.i[shown], "k.", ms=2)
axes[0].set(ylabel="Neuron", xlim=(300, 400), ylim=(0, 500))
axes[1].plot(population.t / ms, population.smooth_rate(window="flat", width=0.5 * ms) / Hz)
axes[1].set(xlabel="Time (ms)", ylabel="Rate (Hz)", xlim=(300, 400), ylim=(0, 30))
axes[2].plot(frequency, power / max(power), "k")
axes[2].set(xlabel="Frequency (Hz)", ylabel="Relative power", xlim=(0, 500))
savefig(sys.argv[1] if len(sys.argv) > 1 else "brunel_hakim.png")

results = {"rate": mean(activity), "rhythm": float(rhythm), "activity": activity}
