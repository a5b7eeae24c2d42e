"""Poisson and binomial numbers: by a short cumulative table where the distribution is fixed.

A table turns one uniform number into a count: as many entries as are not above it.  That needs no branch and
the loop over neurons is vectorised, so it costs a few nanoseconds where a sampler costs tens.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING

import numpy as np

from distsim.kernels.compile import inlined
from distsim.kernels.maths import exp, floor, int_, select, sqrt, to_float64, to_int64

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "LONGEST_TABLE",
    "CountTable",
    "binomial_table",
    "poisson_variate",
]

# A longer table would cost more than a normal number.
LONGEST_TABLE = 64

# Tables are padded to a multiple of this with an entry that no uniform number reaches.
UNROLLED = 8
UNREACHED = 2.0

# Python's decimal arithmetic, because it gives the same digits on every machine, which libm need not.
_CONTEXT = Context(prec=60, Emin=-999999999, Emax=999999999)
_RESOLUTION = Decimal(2) ** -53


@dataclass(frozen=True, slots=True)
class CountTable:
    """A distribution of counts: ``count = first + (number of entries of cumulative <= u)``.

    Parameters
    ----------
    first
        The smallest count that occurs.
    cumulative : (size,) float64 [1]
        Probabilities of a count of at most ``first``, ``first + 1`` ...; ascending, up to the last below
        ``1 - 2^-53``, then padded with 2 to a multiple of `UNROLLED`.
    """

    first: int
    cumulative: NDArray[np.float64]


def _table(probabilities: list[Decimal], first: int, longest: int) -> CountTable | None:
    """Return a table of the probabilities of `first`, ``first + 1`` ...; None if it is too long."""
    total = Decimal(0)
    entries: list[float] = []
    for probability in probabilities:
        total += probability
        # A count as rare as this is never drawn: below it no number is, above it every one is.
        if total < _RESOLUTION / 2 and not entries:
            first += 1
            continue
        if total > 1 - _RESOLUTION or len(entries) > longest:
            break
        entries.append(float(total))
    if len(entries) > longest:
        return None
    padding = -len(entries) % UNROLLED
    return CountTable(first, np.array(entries + [UNREACHED] * padding, dtype=np.float64))


def binomial_table(n: int, p: float, longest: int = LONGEST_TABLE) -> CountTable | None:
    """Return the table of binomial numbers, `n` trials with probability `p`.

    Parameters
    ----------
    n, p
        Number of trials, and probability of success.
    longest
        None is returned for a table that would have more entries than this.
    """
    if n < 0 or not 0 <= p <= 1:
        message = f"a binomial distribution needs n >= 0 and 0 <= p <= 1, not n={n}, p={p}"
        raise ValueError(message)
    # Counted from the rarer outcome, the terms that matter lie near zero.
    if n * min(p, 1 - p) > 2 * longest:
        return None
    with localcontext(_CONTEXT):
        success = Decimal(float(p))
        rarer = min(success, 1 - success)
        odds = rarer / (1 - rarer)
        term = (1 - rarer) ** n
        terms = [term]
        for k in range(1, min(n, 6 * longest) + 1):
            term = term * odds * (n - k + 1) / k
            terms.append(term)
        if rarer == success:
            return _table(terms, 0, longest)
        return _table(terms[::-1], n + 1 - len(terms), longest)


@inlined
def poisson_variate(u: float, z: float, mean: float) -> int:
    """Return a Poisson number for a mean that differs from call to call.

    Up to a mean of 32 by adding probabilities until they exceed `u`; beyond, from the normal number `z`
    with the first correction for skewness (Cornish & Fisher 1938), whose error in the distribution function
    is below 0.2 %.  It branches, so a loop over it is not vectorised.

    Parameters
    ----------
    u
        Uniform on ``[0, 1)``.
    z
        Standard normal; used only where the mean is above 32.
    mean
        Zero if negative or NaN.
    """
    mean = to_float64(mean)
    if mean > 32.0:
        number = floor(mean + sqrt(mean) * z + (z * z - 1.0) * (1.0 / 6.0) + 0.5)
        return int_(select(number < 0.0, 0.0, number))
    probability = exp(-select(mean > 0.0, mean, 0.0))
    total = probability
    count = 0
    # The sum may stop short of the largest u by rounding; hence the limit.
    while total <= u and count < 200:
        count += 1
        probability *= mean / count
        total += probability
    return to_int64(count)
