"""Activity against time: spikes, variables, rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.plotting.drawing import (
    axes_to_draw_into,
    in_drawing_unit,
    name_of,
    whole_number_ticks,
    with_defaults,
)
from distsim.units import STANDARD_UNITS, Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["plot_raster", "plot_rate", "plot_state"]


def plot_raster(
    spike_indices: ArrayLike,
    spike_times: Any,
    time_unit: Quantity = STANDARD_UNITS["ms"],
    axes: Axes | None = None,
    **kwds: Any,
) -> Axes:
    """Draw a dot for each spike: time to the right, index of the neuron upwards.

    Parameters
    ----------
    spike_indices, spike_times
        One index and one time for each spike, ``monitor.i`` and ``monitor.t``.
    time_unit
        Unit of the time axis.
    axes
        Where to draw; by default the current axes.
    **kwds
        Passed on to `matplotlib.axes.Axes.plot`, ``marker="|"`` for example.

    Returns
    -------
    axes
        Those drawn into.
    """
    times = in_drawing_unit(spike_times, time_unit, "time", "spike times")
    indices = np.asarray(spike_indices)
    if indices.shape != times.values.shape or indices.ndim != 1:
        raise ValueError(
            "a raster plot needs one index and one time for each spike; "
            f"there are indices of shape {indices.shape} and times of shape {times.values.shape}"
        )
    axes = axes_to_draw_into(axes)
    from matplotlib.lines import Line2D  # noqa: PLC0415

    axes.plot(
        times.values,
        indices,
        **with_defaults(kwds, Line2D, linestyle="none", marker=".", markersize=4),
    )
    axes.set(xlabel=times.label, ylabel="neuron index")
    whole_number_ticks(axes, "y")
    return axes


def plot_state(
    times: Any,
    values: Any,
    time_unit: Quantity = STANDARD_UNITS["ms"],
    var_unit: Quantity | None = None,
    var_name: str | None = None,
    axes: Axes | None = None,
    **kwds: Any,
) -> Axes:
    """Draw a line for each recorded neuron or synapse.

    Parameters
    ----------
    times
        Times of the samples, ``monitor.t``.
    values
        (n_times,) or (n_times, n_recorded): ``monitor.v[0]``, or ``monitor.v.T`` for all.
    time_unit
        Unit of the time axis.
    var_unit
        Unit of the values; by default the one that leaves the most readable numbers.
    var_name
        What to call the variable.
    axes
        Where to draw; by default the current axes.
    **kwds
        Passed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    axes
        Those drawn into.
    """
    when = in_drawing_unit(times, time_unit, "time", "times")
    drawn = in_drawing_unit(values, var_unit, _name(var_name, values), "values")
    _check_samples(when.values.shape, drawn.values.shape)
    axes = axes_to_draw_into(axes)
    axes.plot(when.values, drawn.values, **kwds)
    axes.set(xlabel=when.label, ylabel=drawn.label)
    return axes


def plot_rate(
    rate_times: Any,
    rates: Any,
    time_unit: Quantity = STANDARD_UNITS["ms"],
    rate_unit: Quantity = STANDARD_UNITS["Hz"],
    axes: Axes | None = None,
    **kwds: Any,
) -> Axes:
    """Draw the rate of a population.

    Parameters
    ----------
    rate_times, rates
        Times and rates, ``monitor.t`` and ``monitor.rate`` or ``monitor.smooth_rate(width=5*ms)``.
    time_unit, rate_unit
        Units of the two axes.
    axes
        Where to draw; by default the current axes.
    **kwds
        Passed on to `matplotlib.axes.Axes.plot`.

    Returns
    -------
    axes
        Those drawn into.
    """
    times = in_drawing_unit(rate_times, time_unit, "time", "times")
    drawn = in_drawing_unit(rates, rate_unit, "population rate", "rates")
    _check_samples(times.values.shape, drawn.values.shape)
    axes = axes_to_draw_into(axes)
    axes.plot(times.values, drawn.values, **kwds)
    axes.set(xlabel=times.label, ylabel=drawn.label)
    return axes


def _name(given: str | None, values: Any) -> str:
    return name_of(values) if given is None else given


def _check_samples(times: tuple[int, ...], values: tuple[int, ...]) -> None:
    """Raise an error unless there is one value, or one row of values, for each time."""
    if len(times) != 1 or len(values) not in (1, 2) or values[0] != times[0]:
        hint = ""
        if len(times) == 1 and len(values) == 2 and values[1] == times[0]:
            hint = "; these have one column for each time, so transpose them (monitor.v.T)"
        raise ValueError(
            f"values of shape {values} do not go with times of shape {times}: "
            f"they need one row for each time{hint}"
        )
