"""What all plots share: the axes to draw into, values in a unit that reads well, options with defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.units import (
    DIMENSIONLESS,
    Quantity,
    Unit,
    fail_for_dimension_mismatch,
    get_best_unit,
    get_dimensions,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["Drawn", "axes_to_draw_into", "in_drawing_unit", "name_of", "whole_number_ticks", "with_defaults"]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Values as they are drawn.

    Parameters
    ----------
    values : array
        In the unit of the label.
    label
        Name and unit, such as ``"v (mV)"``; empty if there is neither.
    """

    values: NDArray[np.float64]
    label: str


def axes_to_draw_into(axes: Axes | None) -> Axes:
    """Return `axes`, or pyplot's current ones, which are made if there are none."""
    if axes is not None:
        return axes
    try:
        # matplotlib takes longer to import than the rest of the package, and most runs draw nothing.
        from matplotlib import pyplot  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("plots need matplotlib; install it with: pip install matplotlib") from error
    return pyplot.gca()


def in_drawing_unit(values: Any, unit: Quantity | None, name: str, what: str) -> Drawn:
    """Express `values` in `unit`.

    Parameters
    ----------
    values : array_like
        Numbers, a quantity, or a variable of a group.
    unit
        ``None`` takes the unit that leaves the most readable numbers.
    name
        What the label calls the values; may be empty.
    what
        What a message calls them.

    Raises
    ------
    DimensionMismatchError
        If the values have another dimension than `unit`.
    """
    dimension = get_dimensions(values)
    numbers = np.asarray(values, dtype=float)
    if unit is None:
        unit = (
            Unit(1, name="1") if dimension is DIMENSIONLESS else get_best_unit(Quantity(numbers, dimension))
        )
    else:
        fail_for_dimension_mismatch(
            Quantity(numbers, dimension), unit, f"the {what} cannot be drawn in the unit '{unit}'"
        )
    symbol = "" if get_dimensions(unit) is DIMENSIONLESS and float(unit) == 1 else _typeset(str(unit))
    label = f"{name} ({symbol})" if name and symbol else name or symbol
    return Drawn(numbers / float(unit), label)


def _typeset(symbol: str) -> str:
    """Return the symbol of a unit with raised exponents: ``"m^2"`` becomes ``"m$^{2}$"``."""
    return re.sub(r"\^(-?[\d.]+)", r"$^{\1}$", symbol)


def name_of(values: Any) -> str:
    """Return the name of a variable of a group (``neurons.v``), empty for mere numbers."""
    return str(values.name) if hasattr(values, "group") and hasattr(values, "name") else ""


def with_defaults(options: dict[str, Any], artist: type[Any], **defaults: Any) -> dict[str, Any]:
    """Add `defaults` to what the user has not given, under this name or another that `artist` has for it."""
    from matplotlib.cbook import normalize_kwargs  # noqa: PLC0415

    return {**defaults, **normalize_kwargs(options, artist)}


def whole_number_ticks(axes: Axes, *which: str) -> None:
    """Put ticks at whole numbers only, on the axes ``"x"`` or ``"y"``, which count neurons."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    for letter in which:
        axis = axes.xaxis if letter == "x" else axes.yaxis
        axis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
