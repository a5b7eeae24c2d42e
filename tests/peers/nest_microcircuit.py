"""The cortical microcircuit of Potjans and Diesmann (2014), Cereb Cortex 24:785-806, in NEST.

Down-scaled as van Albada, Helias and Diesmann (2015), PLoS Comput Biol 11:e1004490, do: with `scale` s there
are N*s neurons, each with K*s inputs of weights J/sqrt(s), which keeps the variance of the input; a direct
current replaces the part of the mean that is lost, (1 - sqrt(s)) of it, at the rates of the full network.

Synapses of a projection: a fixed total number, source and target drawn independently and uniformly, with
self-connections and repeats, K = log(1 - p)/log(1 - 1/(N_target N_source)) at full scale, times s*s, rounded.
Weights are normal with a tenth of their mean as deviation; delays are normal too, and at least one step.
"""

import json
import sys

import nest
import numpy as np
from nest_network import RESOLUTION, read_arguments, run_and_report

POPULATIONS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
# Row: target, column: source.
PROBABILITIES = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
BACKGROUND_INDEGREES = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
BACKGROUND_RATE = 8.0  # [Hz]
# Rates of the full network, needed for the direct current [Hz].
FULL_RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
# Near the stationary distribution, so that the network does not start with one large volley [mV].
INITIAL_MEANS = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
INITIAL_DEVIATIONS = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]

CAPACITANCE, TAU_M, TAU_SYN = 250.0, 10.0, 0.5  # [pF, ms, ms]
E_LEAK, V_THRESHOLD, V_RESET, REFRACTORY = -65.0, -50.0, -65.0, 2.0  # [mV, mV, mV, ms]
PSP = 0.15  # largest change of the potential by one spike [mV]
RELATIVE_WEIGHT_DEVIATION = 0.1
INHIBITORY_FACTOR = -4.0
DELAYS = {"E": (1.5, 0.75), "I": (0.75, 0.375)}  # mean and deviation [ms]


def current_of_potential(psp):
    """Peak of the exponential current [pA] whose response has the peak `psp` [mV]: 87.8 pA for 0.15 mV."""
    ratio = TAU_M / TAU_SYN
    peak = ratio ** (-TAU_SYN / (TAU_M - TAU_SYN)) - ratio ** (-TAU_M / (TAU_M - TAU_SYN))
    return psp * CAPACITANCE * (TAU_M - TAU_SYN) / (TAU_M * TAU_SYN) / peak


def scaled_network(scale):
    """Sizes (8,), synapses (8, 8), weights (8, 8) [pA], background weight [pA], direct currents (8,) [pA]."""
    pairs = np.outer(SIZES, SIZES)
    full_synapses = np.log1p(-PROBABILITIES) / np.log1p(-1.0 / pairs)
    background = current_of_potential(PSP)
    weights = np.tile(np.where(np.arange(8) % 2, INHIBITORY_FACTOR, 1.0) * background, (8, 1))
    weights[POPULATIONS.index("L23E"), POPULATIONS.index("L4E")] *= 2
    # One spike of weight J brings the charge J*tau; a rate in Hz and a time in ms make the factor 0.001.
    recurrent = (weights * full_synapses / SIZES[:, None] * FULL_RATES).sum(axis=1)
    external = background * BACKGROUND_INDEGREES * BACKGROUND_RATE
    current = (1 - np.sqrt(scale)) * 0.001 * TAU_SYN * (recurrent + external)
    sizes = np.round(SIZES * scale).astype(int)
    synapses = np.round(full_synapses * scale * scale).astype(int)
    return sizes, synapses, weights / np.sqrt(scale), background / np.sqrt(scale), current


def build(arguments):
    """Make neurons, background and synapses."""
    scale = arguments.scale
    sizes, synapses, weights, background, current = scaled_network(scale)
    populations = []
    for target in range(8):
        neurons = nest.Create(
            "iaf_psc_exp",
            int(sizes[target]),
            params={
                "C_m": CAPACITANCE,
                "tau_m": TAU_M,
                "tau_syn_ex": TAU_SYN,
                "tau_syn_in": TAU_SYN,
                "E_L": E_LEAK,
                "V_th": V_THRESHOLD,
                "V_reset": V_RESET,
                "t_ref": REFRACTORY,
                "I_e": current[target],
                "V_m": nest.random.normal(INITIAL_MEANS[target], INITIAL_DEVIATIONS[target]),
            },
        )
        indegree = round(BACKGROUND_INDEGREES[target] * scale)
        generator = nest.Create("poisson_generator", params={"rate": BACKGROUND_RATE * indegree})
        nest.Connect(generator, neurons, syn_spec={"weight": background, "delay": DELAYS["E"][0]})
        populations.append(neurons)
    for target in range(8):
        for source in range(8):
            if synapses[target, source] == 0:
                continue
            mean = weights[target, source]
            weight = nest.random.normal(mean, abs(mean) * RELATIVE_WEIGHT_DEVIATION)
            limit = nest.math.max if mean > 0 else nest.math.min
            delay = nest.random.normal(*DELAYS[POPULATIONS[source][-1]])
            nest.Connect(
                populations[source],
                populations[target],
                {"rule": "fixed_total_number", "N": int(synapses[target, source])},
                {"weight": limit(weight, 0.0), "delay": nest.math.max(delay, RESOLUTION)},
            )
    return dict(zip(POPULATIONS, populations, strict=True)), int(sizes.sum())


def add_options(parser):
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument(
        "--parameters", action="store_true", help="print the scaled network instead of running it"
    )


def main():
    arguments = read_arguments(__doc__, add_options, warmup=0.1)
    if arguments.parameters:
        names = ["sizes", "synapses", "weights_pa", "background_weight_pa", "direct_current_pa"]
        values = [np.asarray(value).tolist() for value in scaled_network(arguments.scale)]
        json.dump(dict(zip(names, values, strict=True)), sys.stdout)
        sys.stdout.write("\n")
        return
    run_and_report(arguments, build)


if __name__ == "__main__":
    main()
