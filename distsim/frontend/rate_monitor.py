"""PopulationRateMonitor: how many neurons of a group spike, over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.equations.functions import SECOND
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import Item
from distsim.frontend.monitor import Monitor
from distsim.frontend.monitor_data import Columns
from distsim.frontend.objects import SimulationObject
from distsim.frontend.subgroup import NeuronsLike
from distsim.network import RateMonitor
from distsim.units import Dimension, DimensionMismatchError, Quantity, get_dimensions

HERTZ = SECOND**-1


class PopulationRateMonitor(Monitor):
    """Records the rate of a group: in each step the part of its neurons that spike, for each second.

    Parameters
    ----------
    source
        The neurons.
    name
        ``ratemonitor``, ``ratemonitor_1`` ... by default.
    codeobj_class, dtype
        Accepted.

    Attributes
    ----------
    t : Quantity
        The times.
    rate : Quantity
        The rates.
    """

    def __init__(
        self,
        source: NeuronsLike,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
        dtype: Any = np.float64,  # noqa: ARG002
    ) -> None:
        if not isinstance(source, NeuronsLike):
            raise TypeError(f"a PopulationRateMonitor needs a group of neurons, not {source!r}")
        super().__init__(name or "ratemonitor*", clock=source.clock, when="end")
        if not source.spikes_at_all:
            raise ValueError(f"{self.name}: '{source.name}' has no threshold, so it never spikes")
        self.source = source
        self._data = Columns({"t": np.empty(0), "rate": np.empty(0)})

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The group."""
        return (self.source.neurons,)

    def describe(self, external: ExternalNames) -> Iterable[Item]:  # noqa: ARG002
        """Return the description of the monitor."""
        if not self.active or not self.source.neurons.active:
            return ()
        return (RateMonitor(self.name, self.source.part),)

    def append(self, steps: NDArray[np.int64], rates: NDArray[np.float64]) -> None:
        """Take rates that have been recorded."""
        self._data.append({"t": self._times(steps), "rate": rates})

    def _dimension(self, name: str) -> Dimension:
        return SECOND if name == "t" else HERTZ

    @property
    def rate(self) -> Any:
        """The rates."""
        return Quantity(self._column("rate"), dim=HERTZ)

    @property
    def rate_(self) -> NDArray[np.float64]:
        """The rates in hertz."""
        return self._column("rate")

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """Return the rates, smoothed.

        Parameters
        ----------
        window
            ``gaussian``, ``flat``, or an array of weights, an odd number of them.
        width
            Standard deviation of the Gaussian, or width of the flat window, which is made an odd number of
            steps; not for an array.
        """
        weights = _window(window, width, self.clock.dt_)
        rates = np.convolve(self._column("rate"), weights / weights.sum(), mode="same")
        return Quantity(rates, dim=HERTZ)

    def __repr__(self) -> str:
        return f"<PopulationRateMonitor {self.name!r} of {self.source.name!r}>"


def _window(window: Any, width: Any, dt: float) -> NDArray[np.float64]:
    if not isinstance(window, str):
        if width is not None:
            raise TypeError("'width' does not go with an array of weights")
        weights = np.asarray(window, dtype=np.float64)
        if weights.ndim != 1 or len(weights) % 2 != 1:
            raise TypeError("the weights must be a one-dimensional array of an odd number of values")
        return weights
    if width is None:
        raise TypeError(f"'width' is needed for the window '{window}'")
    if get_dimensions(width) is not SECOND:
        raise DimensionMismatchError("'width' must be a time", get_dimensions(width))
    steps = float(width) / dt
    if window == "gaussian":
        half = round(2 * steps)
        return np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * steps**2))
    if window == "flat":
        return np.ones(int(steps / 2) * 2 + 1)
    raise NotImplementedError(f"there is no window '{window}'; there are 'gaussian' and 'flat'")
