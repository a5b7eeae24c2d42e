"""What a rank keeps of synapses that are not stored: how they were connected, and what they were given."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from distsim.equations.tree import Expression, names
from distsim.network import Connect
from distsim.network.description import Namespace


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The values of a variable, or of a delay.

    Parameters
    ----------
    value
        An expression of the pair.
    namespace
        Names from outside in it.
    key
        Of its random numbers.
    """

    value: Expression
    namespace: Namespace
    key: tuple[int, int]

    @property
    def text(self) -> str:
        """Return what tells different values apart."""
        used = {name: getattr(self.namespace.get(name), "value", None) for name in sorted(names(self.value))}
        return f"{self.value} {used} {self.key}"


@dataclass(frozen=True, slots=True, eq=False)
class Anew:
    """How the synapses of a projection are made anew at each spike.

    Parameters
    ----------
    connect
        The call that has connected them.
    packed
        The rule, as `distsim.kernels.targets` goes by it.
    count
        How many synapses there are on this rank.
    given
        What has been said of variables, and of delays by `distsim.engine.synapses.DELAY_OF` and the name of
        the pathway; what has not is zero.
    """

    connect: Connect
    packed: NDArray[np.int64]
    count: int
    given: dict[str, Given] = field(default_factory=dict)

    @property
    def fingerprint(self) -> NDArray[np.int64]:
        """Return a number in an array of one: another for other synapses, or for other values of them."""
        text = "\n".join(f"{name} {given.text}" for name, given in sorted(self.given.items()))
        rule = self.packed[[0, 1, 2, 3, 6, 7, 8, 9, 10]].tolist()
        digest = blake2b(f"{rule} {text}".encode(), digest_size=8).digest()
        return np.array([int.from_bytes(digest, "little", signed=True)])
