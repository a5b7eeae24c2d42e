"""Values that change at regular times: ``I = TimedArray([0, 1]*nA, dt=10*ms)``, then ``I(t)`` in code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from distsim.equations.functions import SECOND
from distsim.frontend.clocks import defaultclock, seconds
from distsim.frontend.naming import Nameable
from distsim.network import TimedArray as Description
from distsim.units import Quantity, fail_for_dimension_mismatch, get_dimensions

_BINS_PER_STEP = 8


class TimedArray(Nameable):
    """Values that hold for one `dt` each.

    In equations it is called as ``name(t)``, or as ``name(t, i)`` with the number of a column.

    Parameters
    ----------
    values
        (n_times,) or (n_times, n_columns) numbers or quantities.  The first also holds before time 0, the
        last for ever after.
    dt
        How long a value holds.
    name
        ``_timedarray``, ``_timedarray_1`` ... by default.

    Attributes
    ----------
    values : ndarray
        The values in SI units.
    dim : Dimension
        Their dimension.
    dt : float
        How long a value holds [s].
    """

    def __init__(self, values: Any, dt: Any, name: str | None = None) -> None:
        super().__init__("_timedarray*" if name is None else name)
        self.dim = get_dimensions(values)
        self.values = np.array(Quantity(values), dtype=np.float64)
        if self.values.ndim not in (1, 2) or not self.values.size:
            raise ValueError(
                f"a TimedArray needs one or two dimensions (times, or times and columns), not the shape "
                f"{self.values.shape}"
            )
        self.values.setflags(write=False)
        self.dt = seconds(dt, "the dt of a TimedArray")

    def describe(self, dt: float | None = None) -> Description:
        """Return it as data, for code that runs in every `dt` [s] or, without `dt`, once."""
        return Description(self.values, self.dt, self.dim, dt is None or self.is_locally_constant(dt))

    def is_locally_constant(self, dt: float) -> bool:
        """Whether its values change only between two steps of `dt` [s]."""
        ratio = self.dt / dt
        return self.dt >= dt and abs(ratio - round(ratio)) <= 1e-4 * ratio

    def __call__(self, t: Any, i: Any = None) -> Any:
        """Return the value at time `t`, or at many times.

        Parameters
        ----------
        t
            A time, or an array of times.
        i
            A column, or an array of columns; only for two-dimensional values, which need it.

        Raises
        ------
        IndexError
            If there is no such column.
        """
        fail_for_dimension_mismatch(
            t, Quantity(1.0, dim=SECOND), "a TimedArray is called with a time, not with {t}", t=t
        )
        rows = self._rows(np.asarray(t, dtype=float))
        if self.values.ndim == 1:
            if i is not None:
                raise TypeError(f"'{self.name}' has no columns: call it with the time only")
            found = self.values[rows]
        else:
            if i is None:
                raise TypeError(f"'{self.name}' has columns: call it with the time and a column")
            found = self.values[rows, np.asarray(i)]
        result = Quantity(found, dim=self.dim)
        if result.is_dimensionless:
            return result.item() if result.ndim == 0 else np.asarray(result)
        return result

    def _rows(self, times: Any) -> Any:
        # Rounding to bins much finer than a step keeps exact multiples of dt from falling back by one.
        bins = 2.0 ** max(0, math.ceil(math.log2(_BINS_PER_STEP * self.dt / defaultclock.dt_)))
        fine = np.round(times / (self.dt / bins))
        return np.clip(np.floor(fine / bins), 0, len(self.values) - 1).astype(np.int64)

    def __repr__(self) -> str:
        return f"<TimedArray {self.name!r}: {self.values.shape} values, dt={Quantity(self.dt, dim=SECOND)}>"
