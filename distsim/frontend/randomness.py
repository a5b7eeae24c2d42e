"""The seed of a script, and what makes one trial of it draw other numbers than the next.

Random numbers in a run depend on the seed, on the object, on the neuron and on the step, and on nothing else.
So a script that runs the same network twice from the beginning, or restores it, would see the same noise
again; the number of the trial keeps these apart.  `seed` begins to count anew.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import numpy as np

from distsim.driver import current_session
from distsim.frontend.group import restart_streams

LARGEST = 1 << 63


@dataclass(slots=True)
class Randomness:
    """The seed in force.

    Attributes
    ----------
    seed
        What the user has given; 0 unless told otherwise, so that a script gives the same bits each time.
    trial
        How many networks have begun since.
    """

    seed: int = 0
    trial: int = -1

    def begin_trial(self) -> None:
        """Let what follows draw other numbers than what has been."""
        self.trial += 1

    @property
    def key(self) -> int:
        """The seed of a run: that of the user in the first trial, other ones after it."""
        if self.trial <= 0:
            return self.seed
        text = f"{self.seed} {self.trial}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") % LARGEST


current = Randomness()
"""The one of this process, as there is one sequence of statements in a script."""


def seed(seed: int | None = None) -> None:
    """Make all random numbers reproducible, also those of ``numpy.random``.

    Parameters
    ----------
    seed
        Any integer; None takes one from the operating system.
    """
    number = secrets.randbelow(LARGEST) if seed is None else int(seed) % LARGEST
    current.seed, current.trial = number, -1
    current_session().seed = number
    restart_streams()
    # User code draws from NumPy's global generator, and expects the seed to concern it.
    np.random.seed(number % (1 << 32))  # noqa: NPY002
