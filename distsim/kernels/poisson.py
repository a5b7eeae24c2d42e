"""The quantile function of the Poisson distribution, for one-shot code."""

from __future__ import annotations

from math import lgamma
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["poisson_quantile"]

LARGEST_MEAN = 1e9
"""Above this mean the search would take too many steps; the result is an error instead of a wait."""


def poisson_quantile(probability: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the smallest count whose cumulative probability exceeds `probability`.

    The search starts 13 standard deviations below the mean, where the cumulative probability is less than the
    spacing of doubles, and goes up; each element's arithmetic is its own.

    Parameters
    ----------
    probability
        (n,) uniform numbers in [0, 1).
    mean
        (n,) or () means, not negative and at most 1e9.

    Returns
    -------
    ndarray
        (n,) int64 counts.
    """
    means: NDArray[np.float64] = np.broadcast_to(mean, np.broadcast_shapes(probability.shape, mean.shape))
    if not np.all((means >= 0) & (means <= LARGEST_MEAN)):
        bad = means[~((means >= 0) & (means <= LARGEST_MEAN))][0]
        raise ValueError(f"poisson() needs a mean between 0 and {LARGEST_MEAN:g}, not {bad}")
    deviation = np.sqrt(means)
    count = np.maximum(0.0, np.floor(means - 13 * deviation))
    # Means repeat far more often than not, and lgamma is a Python call.
    distinct, inverse = np.unique(means, return_inverse=True)
    starts = np.maximum(0.0, np.floor(distinct - 13 * np.sqrt(distinct)))
    first = np.exp(
        starts * np.log(np.maximum(distinct, 1e-300)) - distinct - np.array([lgamma(k + 1) for k in starts])
    )
    term = first[inverse].reshape(means.shape)
    last = np.ceil(means + 14 * deviation + 60)
    cumulative = term.copy()
    active = np.broadcast_to(probability, means.shape) >= cumulative
    while active.any():
        count = np.where(active, count + 1, count)
        term = np.where(active, term * (means / np.maximum(count, 1.0)), term)
        cumulative = np.where(active, cumulative + term, cumulative)
        active = active & (probability >= cumulative) & (count < last)
    counts: NDArray[np.int64] = count.astype(np.int64)
    return counts
