"""Random numbers and timed arrays for code that runs once: initial values, weights, delays.

As in the kernels, a number depends on the stream, on the element and on the place of the call in the text,
not on the rank that asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.evaluate import Drawing
from distsim.kernels.random import NORMAL_CODE, REPEAT_SHIFT, fill_normal, fill_uniform, stream_key
from distsim.kernels.timed import packed_timed_array, timed_values
from distsim.kernels.user_functions import describe
from distsim.network import ModelError, TimedArray, UserFunction
from distsim.network.description import Namespace


@dataclass(frozen=True, slots=True, eq=False)
class ElementRandom:
    """Random numbers of neurons, or of synapses where `others` and `repeats` are given.

    Parameters
    ----------
    stream
        What the numbers are for.
    ids
        (n,) neuron, or source of each synapse.
    others
        (n,) target of each synapse.
    repeats
        (n,) number of each synapse among those of its pair.
    """

    seed: int
    stream: str
    ids: NDArray[np.integer[Any]]
    others: NDArray[np.integer[Any]] | int = 0
    repeats: NDArray[np.integer[Any]] | int = 0

    def uniform(self, draw: int) -> NDArray[np.float64]:
        """Return (n,) numbers in [0, 1) for the `draw`-th call of ``rand()``."""
        return self._fill(fill_uniform, draw)

    def normal(self, draw: int) -> NDArray[np.float64]:
        """Return (n,) standard normal numbers for the `draw`-th call of ``randn()``."""
        return self._fill(fill_normal, draw + NORMAL_CODE)

    def _fill(self, fill: Callable[..., None], code: int) -> NDArray[np.float64]:
        numbers = np.empty(len(self.ids))
        tag = np.asarray(self.repeats, dtype=np.int64) << REPEAT_SHIFT | code
        counters = (_word(self.ids), _word(self.others), 0, _word(tag))
        fill(stream_key(self.seed, self.stream), counters, numbers)
        return numbers


def _word(value: NDArray[np.integer[Any]] | int) -> Any:
    return value if isinstance(value, int) else np.asarray(value).astype(np.uint32)


def timed_functions(namespace: Namespace) -> Mapping[str, Callable[..., Any]]:
    """Return the timed arrays and the user's functions among external names as functions of arrays."""

    def make(item: TimedArray) -> Callable[..., Any]:
        packed = packed_timed_array(item.values, item.dt, item.dt)
        return lambda t, column=0.0: timed_values(packed, t, column)

    timed = {name: make(item) for name, item in namespace.items() if isinstance(item, TimedArray)}
    own = {name: _of_arrays(name, item) for name, item in namespace.items() if isinstance(item, UserFunction)}
    own |= {
        name: Drawing(own[name], item.draws)
        for name, item in namespace.items()
        if isinstance(item, UserFunction) and item.draws is not None
    }
    return {**timed, **own}


def _of_arrays(name: str, item: UserFunction) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        try:
            return item.function(*arguments)
        except Exception as error:
            what = describe(name, item.function)
            raise ModelError(
                f"{what} cannot be called with arrays: {type(error).__name__}: {error}"
            ) from error

    return call
