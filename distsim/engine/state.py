"""One rank's state: named arrays, and the table through which kernels find them.

Everything that changes during a run is in these arrays (variables, ring buffers, queues, spikes), so what
has to be stored, gathered or moved is a loop over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.emit import Attribute, Field
from distsim.kernels.memory import address_of
from distsim.kernels.random import stream_key

VECTOR = 64
"""Arrays of neurons are padded to a multiple of this many elements, so that vector loops have no rest."""
Key = tuple[str, str]


def padded(count: int) -> int:
    """Return `count` rounded up to whole vectors."""
    return -(-count // VECTOR) * VECTOR


@dataclass(slots=True)
class State:
    """Arrays and integers by owner and name.

    Parameters
    ----------
    seed
        Keys the random streams.
    dt
        The network's default step [s].
    streams
        For operations, by name: what keys their random numbers; others are keyed by their names.
    arrays
        Contiguous one-dimensional arrays.
    integers
        Sizes, first numbers and masks that are not properties of an array.
    """

    seed: int
    dt: float
    streams: Mapping[str, str] = field(default_factory=dict)
    arrays: dict[Key, NDArray[Any]] = field(default_factory=dict)
    integers: dict[Field, int] = field(default_factory=dict)

    def set_integer(self, owner: str, name: str, attribute: Attribute, value: int) -> None:
        """Give a field its value."""
        self.integers[Field(owner, name, attribute)] = value

    def integer(self, owner: str, name: str, attribute: Attribute) -> int:
        """Return the value of a field that `set_integer` gave."""
        return self.integers[Field(owner, name, attribute)]

    def resolve(self, wanted: Field) -> int:
        """Return the integer that a field of the table holds."""
        if wanted in self.integers:
            return self.integers[wanted]
        match wanted.attribute:
            case Attribute.ADDRESS:
                return address_of(self.arrays[wanted.owner, wanted.name])
            case Attribute.LENGTH:
                return int(self.arrays[wanted.owner, wanted.name].size)
            case Attribute.KEY0:
                return stream_key(self.seed, self.streams.get(wanted.owner, wanted.owner))[0]
            case Attribute.KEY1:
                return stream_key(self.seed, self.streams.get(wanted.owner, wanted.owner))[1]
            case _:
                raise KeyError(wanted)

    def table(self, fields: tuple[Field, ...]) -> NDArray[np.int64]:
        """Return the table of the given fields; valid as long as no array is replaced."""
        return np.array([self.resolve(item) for item in fields], dtype=np.int64)
