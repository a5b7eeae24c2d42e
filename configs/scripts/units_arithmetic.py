"""Quantities with units: arithmetic, prefixes, printing, a refused sum, NumPy functions.

The worked example is the Nernst equation for the giant axon of the squid, with the concentrations of
Kandel et al. (2013), Principles of Neural Science, 5th edition, chapter 6.
"""

import sys

from distsim import *
from distsim.units.constants import faraday_constant, gas_constant, zero_celsius

# A number times a unit is a quantity. It prints in the prefix that fits best.
resistance = 100 * Mohm
capacitance = 200 * pF
time_constant = resistance * capacitance
print("time constant of the membrane:", time_constant)
print("depolarisation by 150 pA:     ", resistance * 150 * pA)
print("the same in volt:             ", (resistance * 150 * pA).in_unit(volt))
print("one spike every 8 ms:         ", 1 / (8 * ms))

# Dividing by a unit gives a plain number.
print("time constant in steps of 0.1 ms:", time_constant / (0.1 * ms))

# Volt and ampere cannot be added, and nobody has to wait for the simulation to hear it.
try:
    print(-70 * mV + resistance)
except DimensionMismatchError as error:
    print("refused:", error)

# NumPy's functions know units, too.
charging = 10 * mV * (1 - exp(-arange(0, 50, 10) * ms / time_constant))
print("charging curve:", charging)
print("mean and range:", np.mean(charging), ptp(charging))


def nernst(outside, inside, valence=1, temperature=zero_celsius + 18.5 * kelvin):
    """Return the potential at which diffusion and the electric field balance."""
    return gas_constant * temperature / (valence * faraday_constant) * log(outside / inside)


potassium = nernst(20 * mM, 400 * mM)
sodium = nernst(440 * mM, 50 * mM)
chloride = nernst(560 * mM, 52 * mM, valence=-1)
for ion, potential in [("potassium", potassium), ("sodium", sodium), ("chloride", chloride)]:
    print(f"reversal potential of {ion}: {in_best_unit(potential, precision=3)}")

outside = logspace(0, 2.6, 100) * mM
figure(figsize=(6, 4.5), layout="constrained")
for celsius in (6.3, 18.5, 37):
    potential = nernst(outside, 400 * mM, temperature=zero_celsius + celsius * kelvin)
    semilogx(outside / mM, potential / mV, label=f"{celsius:g} °C")
semilogx(20, potassium / mV, "ko", label="resting axon")
xlabel("Potassium outside (mM)")
ylabel("Reversal potential (mV)")
legend(frameon=False)
savefig(sys.argv[1] if len(sys.argv) > 1 else "units_arithmetic.png")

results = {
    "time_constant": float(time_constant),
    "charging": asarray(charging),
    "potentials": [float(potassium), float(sodium), float(chloride)],
}
