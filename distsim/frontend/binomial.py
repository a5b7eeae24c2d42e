"""Binomial random numbers as a function."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from distsim.equations.functions import FunctionSignature
from distsim.frontend.functions import Function
from distsim.frontend.naming import Nameable
from distsim.kernels.counts import binomial_table
from distsim.network import UserFunction
from distsim.units import DIMENSIONLESS

# Both expected counts have to be above this for the normal approximation.
_ENOUGH = 5
_LONGEST_TABLE = 50_000


class BinomialFunction(Function, Nameable):
    """Gives binomial numbers: how many of `n` trials with probability `p` succeed.

    In code strings it is called without arguments and gives a new number for each element, as ``rand()``
    does: the same one on any number of processes.  From Python it is called without arguments for one number
    or with the count of numbers wanted, and draws from NumPy's generator.

    Parameters
    ----------
    n, p
        Number of trials, and probability of success.
    approximate
        Whether normal numbers of the same mean and variance are given where both ``n*p`` and ``n*(1-p)`` are
        above 5.
    name
        ``_binomial``, ``_binomial_1`` ... by default.

    Raises
    ------
    ValueError
        If there is no such distribution; in code strings also if exact numbers need too long a table.
    """

    def __init__(self, n: int, p: float, approximate: bool = True, name: str | None = None) -> None:
        if n < 0 or not 0 <= p <= 1:
            raise ValueError(f"a binomial distribution needs n >= 0 and 0 <= p <= 1, not n={n}, p={p}")
        self.n, self.p = n, p
        self.approximate = approximate and n * p > _ENOUGH and n * (1 - p) > _ENOUGH
        Nameable.__init__(self, "_binomial*" if name is None else name)
        Function.__init__(self, self._draw, arg_units=[], return_unit=1, stateless=False)

    def describe(self, name: str) -> UserFunction:
        """Return the function as code strings may call it by `name`."""
        signature = FunctionSignature(name, (), DIMENSIONLESS, stateful=True)
        if self.approximate:
            return UserFunction(self._of_normal_numbers(), signature, draws="randn")
        return UserFunction(self._of_uniform_numbers(), signature, draws="rand")

    def _of_normal_numbers(self) -> Callable[[Any], Any]:
        mean = self.n * self.p
        deviation = sqrt(mean * (1 - self.p))

        def scaled(normal: Any) -> Any:
            return mean + deviation * normal

        return scaled

    def _of_uniform_numbers(self) -> Callable[[Any], Any]:
        table = binomial_table(self.n, self.p, _LONGEST_TABLE)
        if table is None:
            raise ValueError(
                f"'{self.name}': exact numbers of {self.n} trials with probability {self.p:g} need "
                "too long a table; approximate=True draws normal numbers instead"
            )
        first, cumulative = table.first, table.cumulative

        def counted(uniform: Any) -> Any:
            return first + np.searchsorted(cumulative, uniform, side="right")

        return counted

    def _draw(self, count: int | None = None) -> Any:
        # The generator that `seed` seeds, as everything that a script draws with NumPy's functions.
        if self.approximate:
            mean = self.n * self.p
            return np.random.normal(mean, sqrt(mean * (1 - self.p)), count)  # noqa: NPY002
        return np.random.binomial(self.n, self.p, count)  # noqa: NPY002
