"""Clocks: how often the code of an object runs.

A clock counts steps; its time is their number times `dt`.  Objects hold clocks and read `dt` when a run
starts, so changing ``defaultclock.dt`` concerns objects that exist already.
"""

from __future__ import annotations

import math
from typing import Any, Final

from distsim.equations.functions import SECOND
from distsim.frontend.naming import Nameable
from distsim.units import DimensionMismatchError, Quantity, get_dimensions, is_scalar_type

TOLERANCE: Final = 1e-4
"""Parts of a step by which two times may differ that count as the same."""

_DEFAULT_DT: Final = 0.1e-3


class Clock(Nameable):
    """A regular clock.

    Parameters
    ----------
    dt
        Time between two steps.
    name
        Its name; ``clock``, ``clock_1`` ... by default.

    Examples
    --------
    >>> Clock(1*ms)
    Clock(dt=1. * msecond, name='clock')
    """

    def __init__(self, dt: Any, name: str | None = None) -> None:
        super().__init__("clock*" if name is None else name)
        self._dt = seconds(dt, "dt")
        self._dt_of_step = self._dt
        self._step = 0

    @property
    def dt(self) -> Any:
        """Time between two steps."""
        return Quantity(self._dt, dim=SECOND)

    @dt.setter
    def dt(self, value: Any) -> None:
        self._dt = seconds(value, "dt")

    @property
    def dt_(self) -> float:
        """Time between two steps, in seconds."""
        return self._dt

    @dt_.setter
    def dt_(self, value: float) -> None:
        self._dt = _positive(float(value), "dt")

    @property
    def timestep(self) -> int:
        """The number of the current step."""
        return self._step

    @property
    def t(self) -> Any:
        """The time at the start of the current step."""
        return Quantity(self.t_, dim=SECOND)

    @property
    def t_(self) -> float:
        """The time at the start of the current step, in seconds."""
        return self._step * self._dt_of_step

    def step_at(self, time: float) -> int:
        """Return the number of the first step that is not before `time` [s].

        A step less than 1e-4 of its length before `time` counts as being at that time.
        """
        nearest = round(time / self._dt)
        if abs(nearest * self._dt - time) <= TOLERANCE * self._dt:
            return nearest
        return math.ceil(time / self._dt)

    def move_to(self, time: float) -> None:
        """Make the step at `time` [s] the current one.

        Raises
        ------
        ValueError
            If `dt` has changed since the clock was last moved and steps of the new length do not meet the
            time that it stands at.
        """
        if self._dt != self._dt_of_step:
            old, new = (round(time / dt) * dt for dt in (self._dt_of_step, self._dt))
            if abs(new - old) > TOLERANCE * self._dt:
                raise ValueError(
                    f"the dt of the clock '{self.name}' cannot change from "
                    f"{Quantity(self._dt_of_step, dim=SECOND)} to {self.dt} at the time "
                    f"{Quantity(old, dim=SECOND)}, which is not a multiple of the new dt"
                )
        self._step = self.step_at(time)
        self._dt_of_step = self._dt

    def set_step(self, step: int) -> None:
        """Make the step of a number the current one."""
        self._step = step
        self._dt_of_step = self._dt

    def reset(self) -> None:
        """Go back to time 0."""
        self.set_step(0)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(dt={self.dt!r}, name={self.name!r})"


def seconds(value: Any, what: str) -> float:
    """Return a positive scalar time in seconds.

    Parameters
    ----------
    value
        The time.
    what
        What messages call it.
    """
    if get_dimensions(value) is not SECOND:
        raise DimensionMismatchError(f"{what} must be a time, not {value}", get_dimensions(value), SECOND)
    if getattr(value, "ndim", 0) != 0:
        raise TypeError(f"{what} must be a single time, not {value}")
    return _positive(float(value), what)


def _positive(value: float, what: str) -> float:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{what} must be a positive time, not {Quantity(value, dim=SECOND)}")
    return value


def clock_of(dt: Any, clock: Clock | None) -> Clock:
    """Return the clock of an object: its own if it has a `dt`, the given one, or the default clock.

    Raises
    ------
    ValueError
        If both `dt` and `clock` are given.
    """
    if dt is not None and clock is not None:
        raise ValueError("an object can have a dt or a clock, not both")
    if dt is not None:
        if is_scalar_type(dt):
            raise DimensionMismatchError(f"dt must be a time, not {dt}", get_dimensions(dt), SECOND)
        return Clock(dt)
    if clock is None:
        return defaultclock
    if not isinstance(clock, Clock):
        raise TypeError(f"a clock is needed, not {clock!r}")
    return clock


defaultclock: Final = Clock(Quantity(_DEFAULT_DT, dim=SECOND), name="defaultclock")
"""The clock of all objects that have no other."""


def reset_default_clock() -> None:
    """Let the default clock have a dt of 0.1 ms again, and stand at 0."""
    defaultclock.dt_ = _DEFAULT_DT
    defaultclock.reset()
