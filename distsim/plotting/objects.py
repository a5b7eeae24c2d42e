"""One plot for each kind of object, chosen by what the object offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np

from distsim.plotting.activity import plot_raster, plot_rate, plot_state
from distsim.plotting.connections import plot_synapses
from distsim.plotting.drawing import axes_to_draw_into, in_drawing_unit, whole_number_ticks, with_defaults
from distsim.units import STANDARD_UNITS

if TYPE_CHECKING:
    from collections.abc import Collection

    from matplotlib.axes import Axes

__all__ = ["brian_plot"]


class SpikeRecord(Protocol):
    """A spike monitor, or one of other events."""

    i: Any
    t: Any

    def event_trains(self) -> Any:
        """Return the times for each neuron."""


class RateRecord(Protocol):
    """A monitor of the rate of a population."""

    t: Any

    def smooth_rate(self, window: Any = ..., width: Any = ...) -> Any:
        """Return the rate, smoothed."""


class StateRecord(Protocol):
    """A monitor of variables, each an attribute of shape (n_recorded, n_times)."""

    t: Any
    record_variables: Collection[str]


class StateRecordPart(Protocol):
    """Some of the neurons of a monitor of variables, ``monitor[5]``."""

    t: Any
    monitor: StateRecord


class Connections(Protocol):
    """Synapses."""

    i: Any
    j: Any

    def connect(self) -> None:
        """Make synapses."""

    def __len__(self) -> int: ...


class Variable(Protocol):
    """A variable of neurons or synapses, ``neurons.v``."""

    name: str
    group: Any

    def __len__(self) -> int: ...


# Attributes that hold data are not asked for here: that could gather them from all ranks.


def _is_spike_record(thing: object) -> TypeGuard[SpikeRecord]:
    return hasattr(thing, "event_trains")


def _is_rate_record(thing: object) -> TypeGuard[RateRecord]:
    return hasattr(thing, "smooth_rate")


def _is_state_record(thing: object) -> TypeGuard[StateRecord]:
    return hasattr(thing, "record_variables")


def _is_state_record_part(thing: object) -> TypeGuard[StateRecordPart]:
    return hasattr(thing, "monitor") and _is_state_record(thing.monitor)


def _are_connections(thing: object) -> TypeGuard[Connections]:
    return hasattr(thing, "connect") and hasattr(thing, "source") and hasattr(thing, "target")


def _is_variable(thing: object) -> TypeGuard[Variable]:
    return hasattr(thing, "group") and hasattr(thing, "name") and hasattr(thing, "dim")


def brian_plot(brian_obj: Any, axes: Axes | None = None, **kwds: Any) -> Axes:
    """Draw an object in the way that suits its kind, for a quick look.

    Parameters
    ----------
    brian_obj
        A spike monitor (raster plot), a rate monitor (rate, smoothed by a Gaussian of 1 ms), a state monitor
        of one variable or a part of it (lines), synapses (connections), a variable of synapses (connections
        with the values as colour), or a variable of neurons (values against index).
    axes
        Where to draw; by default the current axes.
    **kwds
        Passed on to `plot_raster`, `plot_rate`, `plot_state`, `plot_synapses`, or to matplotlib's ``plot``.

    Returns
    -------
    axes
        Those drawn into.

    Raises
    ------
    TypeError
        If there is no plot for the object.
    """
    if _is_spike_record(brian_obj):
        return plot_raster(np.asarray(brian_obj.i), brian_obj.t, axes=axes, **kwds)
    if _is_rate_record(brian_obj):
        rate = brian_obj.smooth_rate(window="gaussian", width=1 * STANDARD_UNITS["ms"])
        return plot_rate(brian_obj.t, rate, axes=axes, **kwds)
    if _is_state_record(brian_obj):
        return _plot_record(brian_obj, brian_obj, axes, kwds)
    if _is_state_record_part(brian_obj):
        return _plot_record(brian_obj, brian_obj.monitor, axes, kwds)
    if _are_connections(brian_obj):
        return plot_synapses(brian_obj.i, brian_obj.j, axes=axes, **{"plot_type": None, **kwds})
    if _is_variable(brian_obj):
        return _plot_variable(brian_obj, axes, kwds)
    raise TypeError(
        f"there is no plot for an object of type {type(brian_obj).__name__!r}; there are plots for monitors, "
        "synapses, and variables of neurons and synapses (neurons.v, without [:])"
    )


def _plot_record(
    record: StateRecord | StateRecordPart, monitor: StateRecord, axes: Axes | None, kwds: dict[str, Any]
) -> Axes:
    names = sorted(monitor.record_variables)
    if len(names) != 1:
        raise TypeError(
            f"brian_plot draws state monitors of one variable, and this one has {', '.join(names)}; "
            f"choose one with plot_state(monitor.t, monitor.{names[0]}.T, var_name={names[0]!r})"
        )
    (name,) = names
    return plot_state(record.t, getattr(record, name).T, axes=axes, **{"var_name": name, **kwds})


def _plot_variable(variable: Variable, axes: Axes | None, kwds: dict[str, Any]) -> Axes:
    # The group of a delay may be a pathway, which knows its synapses.
    group = getattr(variable.group, "synapses", variable.group)
    if _are_connections(group):
        return plot_synapses(group.i, group.j, variable, axes=axes, **{"plot_type": None, **kwds})
    drawn = in_drawing_unit(
        variable, kwds.pop("var_unit", None), kwds.pop("var_name", variable.name), "values"
    )
    if drawn.values.ndim != 1:
        raise TypeError(f"{variable.name!r} is a single value, of which there is nothing to draw")
    axes = axes_to_draw_into(axes)
    from matplotlib.lines import Line2D  # noqa: PLC0415

    axes.plot(drawn.values, **with_defaults(kwds, Line2D, linestyle="none", marker="."))
    axes.set(xlabel="neuron index", ylabel=drawn.label)
    whole_number_ticks(axes, "x")
    return axes
