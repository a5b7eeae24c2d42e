"""
Contiguous blocks of populations, one a rank.

Every rank computes the same blocks from the same numbers, without communicating. A block says where a neuron
lives and nothing about its result: no spike depends on it. Knows neither MPI nor state.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Boundaries = NDArray[np.int64]
"""Shape (ranks + 1,): rank r owns ``boundaries[r]`` to ``boundaries[r + 1] - 1``."""


def split(
    size: int,
    ranks: int,
    weights: ArrayLike | None = None,
    loads: ArrayLike | None = None,
) -> Boundaries:
    """
    Cut a population into one contiguous block a rank so that the ranks' costs become as equal as they can.

    The total cost, with what the ranks bear already, is levelled: each rank's share is what it lacks of the
    common level. A cut goes between the two neurons where the sum of the costs so far is nearest to
    the sum of the shares so far.

    Parameters
    ----------
    size : int
        Number of neurons; may be 0 or less than the number of ranks, then some blocks are empty.
    ranks : int
        Number of ranks, at least 1.
    weights : (size,) or () array_like of float, optional
        Cost of each neuron, or of every neuron, at least 0; 1 unless given.
    loads : (ranks,) array_like of float, optional
        Cost that each rank bears already, in the same unit; none unless given.

    Returns
    -------
    (ranks + 1,) ndarray of int64
        Boundaries of the blocks, from 0 to ``size``, never decreasing.
    """
    if size < 0 or ranks < 1:
        raise ValueError(f"cannot split {size} neurons over {ranks} ranks")
    cost = _checked_cost(size, weights)
    borne = np.zeros(ranks) if loads is None else np.asarray(loads, dtype=np.float64)
    if borne.shape != (ranks,):
        raise ValueError(f"loads has shape {borne.shape}, not one value for each of {ranks} ranks")
    if not np.any(cost > 0):
        # Neurons that cost nothing level nothing: spread them evenly.
        cost, borne = np.asarray(1.0), np.zeros(ranks)

    if cost.ndim == 0:
        # Counted in neurons. A load above the lowest by more than all that is given receives none anyway.
        lead = np.minimum(borne - borne.min(), size * cost) / cost
        shares = _shares(lead, size)
        inner = np.floor(np.cumsum(shares)[:-1] + 0.5).astype(np.int64)
    else:
        # Sums run from the left by cumsum, whose order (unlike sum's) is the same on every processor.
        upto = np.concatenate(([0.0], np.cumsum(cost)))
        targets = np.cumsum(_shares(borne, float(upto[-1])))[:-1]
        after = np.clip(np.searchsorted(upto, targets), 1, size)
        before = after - 1
        inner = np.where(targets - upto[before] < upto[after] - targets, before, after)
    return np.concatenate(([0], np.clip(inner, 0, size), [size])).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Partition:
    """
    Which rank owns which neurons, for all populations of a network.

    Attributes
    ----------
    boundaries : mapping of str to (ranks + 1,) ndarray of int64
        For each population, where each rank's block begins, and the population's size.
    """

    boundaries: Mapping[str, Boundaries]

    def __post_init__(self) -> None:
        counts = {len(bounds) for bounds in self.boundaries.values()}
        if len(counts) > 1 or counts in ({0}, {1}):
            raise ValueError("the populations of a partition must be split over the same ranks")
        for name, bounds in self.boundaries.items():
            if bounds[0] != 0 or np.any(np.diff(bounds) < 0):
                raise ValueError(f"boundaries of {name!r} must rise from 0: {bounds}")

    @classmethod
    def balanced(
        cls,
        sizes: Mapping[str, int],
        ranks: int,
        costs: Mapping[str, ArrayLike] | None = None,
    ) -> "Partition":
        """
        Split every population so that the ranks' total costs are level.

        Populations are split one after the other, in the mapping's order, each over all ranks; what one
        leaves uneven (a population smaller than the number of ranks, a remainder) the next ones make good.

        Parameters
        ----------
        sizes : mapping of str to int
            Number of neurons of each population.
        ranks : int
            Number of ranks.
        costs : mapping of str to float or array_like, optional
            Cost of a population's every neuron, or of each; 1 for a population that is not in it.

        Returns
        -------
        Partition
            With boundaries that cannot be written to.
        """
        costs = costs or {}
        unknown = sorted(set(costs) - set(sizes))
        if unknown:
            raise ValueError(f"costs of populations that do not exist: {', '.join(unknown)}")
        loads = np.zeros(ranks)
        boundaries: dict[str, Boundaries] = {}
        for name, size in sizes.items():
            weights = costs.get(name, 1.0)
            bounds = split(size, ranks, weights, loads)
            bounds.flags.writeable = False
            boundaries[name] = bounds
            loads += _block_costs(bounds, _checked_cost(size, weights))
        return cls(boundaries)

    def size(self, population: str) -> int:
        """Return the number of neurons of a population, over all ranks."""
        return int(self.boundaries[population][-1])

    def block(self, population: str, rank: int) -> range:
        """Return the global ids of a population's neurons that live on a rank."""
        bounds = self.boundaries[population]
        if not 0 <= rank < len(bounds) - 1:
            raise IndexError(f"there is no rank {rank} among {len(bounds) - 1}")
        return range(int(bounds[rank]), int(bounds[rank + 1]))

    def local_size(self, population: str, rank: int) -> int:
        """Return the number of a population's neurons that live on a rank."""
        return len(self.block(population, rank))

    def owner(self, population: str, gid: ArrayLike) -> NDArray[np.int64]:
        """
        Return the ranks on which neurons live.

        Parameters
        ----------
        population : str
            Name of the population.
        gid : array_like of int
            Global ids, any shape.

        Returns
        -------
        ndarray of int64
            The owner of each, of the same shape.
        """
        bounds = self.boundaries[population]
        ids = np.asarray(gid, dtype=np.int64)
        if ids.size and (ids.min() < 0 or ids.max() >= bounds[-1]):
            raise IndexError(f"population {population!r} has neurons 0 to {bounds[-1] - 1} only")
        # side="right" passes over empty blocks, whose boundary equals that of the owner's block.
        return np.searchsorted(bounds[1:], ids, side="right").astype(np.int64, copy=False)


def _checked_cost(size: int, weights: ArrayLike | None) -> NDArray[np.float64]:
    """Return the cost of every neuron, shape (), or of each, shape (size,)."""
    cost = np.asarray(1.0 if weights is None else weights, dtype=np.float64)
    if cost.ndim and cost.shape != (size,):
        raise ValueError(f"weights has shape {cost.shape}, not one value for each of {size} neurons")
    if not np.all(np.isfinite(cost)) or np.any(cost < 0):
        raise ValueError("weights must be finite and at least 0")
    return cost


def _shares(loads: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Pour ``total`` over the ranks until all that receive any are level; return what each receives."""
    order = np.sort(loads)
    filled = np.cumsum(order)
    receivers = np.arange(1, len(loads) + 1)
    # The level if only the k least loaded ranks receive; right for the largest k that lies below it.
    levels = (total + filled) / receivers
    below = np.flatnonzero(levels >= order)
    shares: NDArray[np.float64] = np.maximum(levels[below[-1]] - loads, 0.0)
    return shares


def _block_costs(bounds: Boundaries, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    if cost.ndim == 0:
        return np.diff(bounds) * cost
    upto = np.concatenate(([0.0], np.cumsum(cost)))
    return np.diff(upto[bounds])
