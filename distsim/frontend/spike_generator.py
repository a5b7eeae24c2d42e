"""SpikeGeneratorGroup: neurons that spike at given times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.equations import Equations
from distsim.equations.functions import SECOND
from distsim.frontend.clocks import Clock
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import Item, create_in_session
from distsim.frontend.logger import get_logger
from distsim.frontend.neuron_group import read_size
from distsim.frontend.subgroup import WholeGroup
from distsim.network import SPIKE, SpikeTimes
from distsim.network.variables import counting_variables
from distsim.units import DimensionMismatchError, Quantity, get_dimensions
from distsim.units.inspection import has_any_dimension, plain

_logger = get_logger(__name__)


def read_times(value: Any, place: str) -> NDArray[np.float64]:
    """Return times in seconds, checked."""
    if get_dimensions(value) is not SECOND and not has_any_dimension(value):
        raise DimensionMismatchError(f"{place} must have a unit of time", get_dimensions(value))
    return np.atleast_1d(np.asarray(plain(value), dtype=np.float64))


class SpikeGeneratorGroup(WholeGroup):
    """Neurons that spike at given times.

    Parameters
    ----------
    N
        Number of neurons.
    indices
        The neuron of each spike.
    times
        The time of each spike.
    dt, clock
        Own time step.
    period
        The spikes repeat after this time; 0 means once.
    when
        The slot in which they spike.
    order
        Place among what runs in the same slot.
    sorted
        Accepted; spikes may be in any order.
    name
        ``spikegeneratorgroup``, ``spikegeneratorgroup_1`` ... by default.
    codeobj_class
        Accepted.
    """

    def __init__(
        self,
        N: Any,  # noqa: N803 (the public name)
        indices: Any,
        times: Any,
        dt: Any = None,
        clock: Clock | None = None,
        period: Any = None,
        when: str = "thresholds",
        order: int = 0,
        sorted: bool = False,  # noqa: A002 (the public name)
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
    ) -> None:
        super().__init__(name, dt=dt, clock=clock, when=when, order=order)
        self._own_clock = dt is not None or clock is not None
        self._N = read_size(N)
        self.namespace = {}
        self.equations = Equations("")
        self.variables = counting_variables()
        self._indices = np.empty(0, np.int64)
        self._times = np.empty(0)
        self._period = 0.0
        self._read_spikes(indices, times, period, sorted=sorted)
        create_in_session(self, self._spike_times())
        self._seal()

    def set_spikes(self, indices: Any, times: Any, period: Any = None, sorted: bool = False) -> None:  # noqa: A002
        """Replace the spikes.

        Parameters
        ----------
        indices, times, period, sorted
            As for the group.  Times count from the beginning of the simulation, so those to come are given
            as ``times + net.t``.
        """
        self._read_spikes(indices, times, period, sorted=sorted)

    def _read_spikes(self, indices: Any, times: Any, period: Any, *, sorted: bool) -> None:  # noqa: A002, ARG002
        seconds = read_times(times, f"{self.name}: the spike times")
        neurons = np.atleast_1d(np.asarray(indices))
        whole = neurons.dtype.kind in "iu" or (neurons == np.floor(neurons)).all()
        if not whole:
            raise TypeError(f"{self.name}: the indices must be integers")
        neurons = neurons.astype(np.int64)
        if len(neurons) != len(seconds):
            raise ValueError(f"{self.name}: there are {len(neurons)} indices, but {len(seconds)} times")
        if neurons.size and (neurons.min() < 0 or neurons.max() >= self._N):
            wrong = int(neurons.min() if neurons.min() < 0 else neurons.max())
            raise ValueError(f"{self.name}: the index {wrong} is out of range: there are {self._N} neurons")
        if seconds.size and seconds.min() < 0:
            raise ValueError(f"{self.name}: a spike time must not be negative")
        length = 0.0
        if period is not None:
            length = float(read_times(period, f"{self.name}: the period")[0])
            if length < 0:
                raise ValueError(f"{self.name}: the period must not be negative")
            if length > 0 and seconds.size and seconds.max() >= length:
                raise ValueError(f"{self.name}: the period must be longer than the time of the last spike")
        self._indices, self._times, self._period = neurons, seconds, length
        # Of spikes in the past is warned once, when they are given.
        self._new = True

    def _spike_times(self) -> SpikeTimes:
        """Return the spikes that the session is to give, checked against the time step."""
        self._check_steps()
        active = slice(None) if self.active else slice(0, 0)
        return SpikeTimes(
            self.name,
            self._N,
            self._indices[active],
            self._times[active],
            self._period,
            self.clock.dt_ if self._own_clock else None,
            self.order,
        )

    def _check_steps(self) -> None:
        """Refuse what the time step cannot tell apart: a neuron spikes once in a step at most."""
        dt = self.clock.dt_
        if self._period > 0:
            if self._period < dt:
                raise ValueError(f"{self.name}: the period is shorter than the time step")
            if abs(self._period / dt - round(self._period / dt)) > 1e-4:
                raise NotImplementedError(f"{self.name}: the period must be a whole number of time steps")
        # A time belongs to the step that it is in, except within a thousandth of a step before the next.
        steps = np.floor((self._times + 1e-3 * dt) / dt)
        order = np.lexsort((steps, self._indices))
        twice = (np.diff(self._indices[order]) == 0) & (np.diff(steps[order]) == 0)
        if twice.any():
            spike = order[1:][twice][0]
            raise ValueError(
                f"{self.name}: neuron {self._indices[spike]} spikes twice in the time step at "
                f"{Quantity(steps[spike] * dt, dim=SECOND)}"
            )

    @property
    def spikes_at_all(self) -> bool:
        """Whether a neuron can ever spike."""
        return True

    @property
    def events(self) -> dict[str, str]:
        """The event of a spike, which has no condition."""
        return {SPIKE: ""}

    @property
    def period(self) -> Any:
        """After how long the spikes repeat; 0 for once."""
        return Quantity(self._period, dim=SECOND)

    def read_variable(self, name: str, item: Any, level: int = 0, namespace: Any = None) -> NDArray[Any]:
        """Return values of a variable: only its neurons' numbers and the time are variables here."""
        if name == "i":
            if isinstance(item, str):
                raise NotImplementedError(f"the neurons of '{self.name}' cannot be selected by a condition")
            numbers, single = self._numbers(item)
            found = np.arange(self._N) if numbers is None else numbers
            return found[0] if single else found
        return super().read_variable(name, item, level, namespace)

    def describe(self, external: ExternalNames) -> Iterable[Item]:  # noqa: ARG002
        """Return the spikes of the group."""
        self._check_exists()
        if self._new and self._period == 0:
            self._new = False
            past = int((self._times < self.clock.t_ - 1e-3 * self.clock.dt_).sum())
            if past and self.clock.t_ > 0:
                _logger.warn(
                    f"'{self.name}': {past} spikes are in the past and will not be sent", "ignored_spikes"
                )
        return (self._spike_times(),)
