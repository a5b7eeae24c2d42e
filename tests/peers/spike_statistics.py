"""What every reference program reports of its spikes, counted in the same way for each."""

import numpy as np


def rate_and_irregularity(indices, times, size, start, stop):
    """Population rate and the mean coefficient of variation of the intervals between spikes.

    Parameters
    ----------
    indices : (n,) int
        Neuron of each spike.
    times : (n,) float64 [s]
    size : int
        Neurons in the population.
    start, stop : float [s]
        Spikes at start <= t < stop count.

    Returns
    -------
    dict
        ``neurons``, ``spikes``, ``rate_hz``, ``cv_isi`` (of neurons with three spikes or more; None if none).
    """
    indices, times = np.asarray(indices), np.asarray(times)
    inside = (times >= start) & (times < stop)
    indices, times = indices[inside], times[inside]
    return {
        "neurons": int(size),
        "spikes": len(times),
        "rate_hz": len(times) / size / (stop - start),
        "cv_isi": mean_variation(indices, times),
    }


def mean_variation(indices, times):
    """Mean coefficient of variation of the intervals of neurons that have two or more; None if none has."""
    order = np.lexsort((times, indices))
    indices, times = indices[order], times[order]
    of_one_neuron = indices[1:] == indices[:-1]
    intervals = np.diff(times)[of_one_neuron]
    _, neuron, counts = np.unique(indices[1:][of_one_neuron], return_inverse=True, return_counts=True)
    means = np.bincount(neuron, intervals) / counts
    deviations = np.sqrt(np.bincount(neuron, (intervals - means[neuron]) ** 2) / counts)
    several = counts >= 2
    return float(np.mean(deviations[several] / means[several])) if several.any() else None
