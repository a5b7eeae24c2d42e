"""Binomial random numbers as a function."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from distsim.frontend.functions import Function
from distsim.frontend.naming import Nameable

# Both expected counts have to be above this for the normal approximation.
_ENOUGH = 5


class BinomialFunction(Function, Nameable):
    """Gives binomial numbers: how many of `n` trials with probability `p` succeed.

    It is called from Python, without arguments for one number or with the count of numbers wanted, and draws
    from NumPy's generator.  Code strings cannot call it: what draws random numbers there has to give the same
    ones on any number of processes.

    Parameters
    ----------
    n, p
        Number of trials, and probability of success.
    approximate
        Whether normal numbers of the same mean and variance are given where both ``n*p`` and ``n*(1-p)`` are
        above 5.
    name
        ``_binomial``, ``_binomial_1`` ... by default.
    """

    def __init__(self, n: int, p: float, approximate: bool = True, name: str | None = None) -> None:
        if n < 0 or not 0 <= p <= 1:
            raise ValueError(f"a binomial distribution needs n >= 0 and 0 <= p <= 1, not n={n}, p={p}")
        self.n, self.p = n, p
        self.approximate = approximate and n * p > _ENOUGH and n * (1 - p) > _ENOUGH
        Nameable.__init__(self, "_binomial*" if name is None else name)
        Function.__init__(self, self._draw, arg_units=[], return_unit=1, stateless=False)

    def _draw(self, count: int | None = None) -> Any:
        # The generator that `seed` seeds, as everything that a script draws with NumPy's functions.
        if self.approximate:
            mean = self.n * self.p
            return np.random.normal(mean, sqrt(mean * (1 - self.p)), count)  # noqa: NPY002
        return np.random.binomial(self.n, self.p, count)  # noqa: NPY002
