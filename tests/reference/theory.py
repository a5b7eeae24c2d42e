"""Firing rates of leaky integrate-and-fire neurons with noise, from theory."""

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erfcx

CONTINUITY_CORRECTION = 0.5825971579390106
"""How far beyond a threshold a random walk passes it, in deviations of a step: -zeta(1/2)/sqrt(2 pi).

Broadie M, Glasserman P, Kou S (1997) A continuity correction for discrete barrier options. Math Finance
7:325-349.
"""


def siegert_rate(mean, deviation, *, tau, threshold, reset, refractory, dt=0.0):
    """Rate of a neuron that receives white noise.

    Siegert AJF (1951) Phys Rev 81:617-623; the form with which Brunel N (2000) J Comput Neurosci 8:183-208
    works.

    Parameters
    ----------
    mean, deviation : float [V]
        Of the membrane potential, had it no threshold.
    tau, refractory : float [s]
        Membrane time constant and refractory period.
    threshold, reset : float [V]
    dt : float [s]
        Step of a simulation that looks for spikes at its grid's points only.

    Returns
    -------
    float [Hz]
    """
    # `deviation` is that of the stationary distribution: the noise has the amplitude sqrt(2) times that.
    amplitude = np.sqrt(2) * deviation
    late = CONTINUITY_CORRECTION * amplitude * np.sqrt(dt / tau)
    low, high = (reset - mean) / amplitude, (threshold + late - mean) / amplitude
    # exp(x**2)*(1 + erf(x)), without overflow below zero.
    integral, _ = quad(lambda x: erfcx(-x), low, high, limit=200)
    return 1 / (refractory + tau * np.sqrt(np.pi) * integral)


def balanced_network_rate(*, inputs, ratio, strength, weight, external, tau, threshold, reset, refractory):
    """Rate at which every neuron of a sparse network fires asynchronously; Brunel (2000), section 3.

    Parameters
    ----------
    inputs : int
        Excitatory connections of a neuron.
    ratio, strength : float
        Inhibitory connections per excitatory one, and how many times stronger they are.
    weight : float [V]
    external : float [Hz]
        Rate of each of the `inputs` connections from outside.
    tau, refractory : float [s]
    threshold, reset : float [V]
    """

    def excess(rate):
        mean = inputs * weight * tau * (external + rate * (1 - ratio * strength))
        variance = inputs * weight**2 * tau / 2 * (external + rate * (1 + ratio * strength**2))
        cell = {"tau": tau, "threshold": threshold, "reset": reset, "refractory": refractory}
        return siegert_rate(mean, np.sqrt(variance), **cell) - rate

    return brentq(excess, 0.01, 0.99 / refractory)
