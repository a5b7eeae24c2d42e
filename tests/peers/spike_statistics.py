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
    order = np.lexsort((times, indices))
    indices, times = indices[order], times[order]
    variations = [
        np.std(intervals) / np.mean(intervals)
        for train in np.split(times, np.flatnonzero(np.diff(indices)) + 1)
        if len(intervals := np.diff(train)) >= 2
    ]
    return {
        "neurons": int(size),
        "spikes": len(times),
        "rate_hz": len(times) / size / (stop - start),
        "cv_isi": float(np.mean(variations)) if variations else None,
    }
