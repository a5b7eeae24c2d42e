"""What neurons cost the rank that has them: estimated before a run, or learnt from an earlier one.

Costs decide which rank has which neurons, and nothing about results.  Pure functions of sizes and numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Costs = Mapping[str, NDArray[np.float64]]
"""By population, the cost of each neuron, shape (size,), or of every neuron, shape ()."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Synapses onto the neurons from `start` to before `stop` of a population, spread evenly over them."""

    population: str
    start: int
    stop: int
    synapses: float


def estimated(sizes: Mapping[str, int], own: Mapping[str, float], incoming: Iterable[Incoming]) -> Costs:
    """Return the costs of neurons and of the synapses onto them.

    Parameters
    ----------
    sizes
        Number of neurons of each population.
    own
        Cost of a population's every neuron without synapses.
    incoming
        Synapses, counted in the cost of a neuron.
    """
    costs: dict[str, NDArray[np.float64]] = {name: np.asarray(own[name], float) for name in sizes}
    for item in incoming:
        if item.stop == item.start:
            continue
        each = item.synapses / (item.stop - item.start)
        size, cost = sizes[item.population], costs[item.population]
        if (item.start, item.stop) != (0, size):
            # Only where neurons of a population differ, each has a number of its own.
            cost = np.array(np.broadcast_to(cost, size))
            cost[item.start : item.stop] += each
        else:
            cost = cost + each
        costs[item.population] = cost
    return costs


def corrected(
    costs: Costs, boundaries: Mapping[str, Sequence[int] | NDArray[np.int64]], seconds: Sequence[float]
) -> Costs:
    """Return costs with which the ranks of an earlier run would have had as much to do as they did.

    Parameters
    ----------
    boundaries
        By population, where each rank's block began in that run, and the size.
    seconds
        What each rank was busy for; of one that had nothing, nothing is learnt.
    """
    ranks = len(seconds)
    expected = np.zeros(ranks)
    whole: dict[str, NDArray[np.float64]] = {}
    for name, cuts in boundaries.items():
        whole[name] = np.array(np.broadcast_to(costs[name], cuts[-1]))
        upto = np.concatenate([[0.0], np.cumsum(whole[name])])
        expected += np.diff(upto[np.asarray(cuts)])
    took = np.asarray(seconds, float)
    known = (expected > 0) & (took > 0)
    factors = np.ones(ranks)
    if known.any():
        # The mean cost stays as it was: only what ranks cost beside each other is known better.
        factors[known] = took[known] / expected[known] * (expected[known].sum() / took[known].sum())
    for name, cuts in boundaries.items():
        whole[name] *= np.repeat(factors, np.diff(np.asarray(cuts)))
    return whole
