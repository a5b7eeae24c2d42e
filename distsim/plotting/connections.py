"""Synapses as points, as a matrix, or as a histogram over source and target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from distsim.plotting.drawing import (
    axes_to_draw_into,
    in_drawing_unit,
    name_of,
    whole_number_ticks,
    with_defaults,
)
from distsim.units import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from numpy.typing import NDArray

__all__ = ["add_background_pattern", "plot_synapses"]

# Where a matrix has more rows or columns than this, a single synapse is smaller than a pixel.
_LARGEST_IMAGE: Final = 1000
# More points than this cover each other.
_MOST_POINTS: Final = 10_000
# Numbers of synapses per pair up to which each number gets a colour of its own.
_MOST_COLOURS: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """The pairs of neurons that are connected, each once.

    Parameters
    ----------
    sources, targets
        (n_pairs,) int64.
    counts
        (n_pairs,) int64: synapses of each pair.
    values
        (n_pairs,) float64: what the colour stands for; ``None`` if there is nothing but the connections.
    label
        Of `values`.
    """

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    counts: NDArray[np.int64]
    values: NDArray[np.float64] | None
    label: str

    @property
    def is_multiple(self) -> bool:
        """Whether some pair has more than one synapse."""
        return bool(np.any(self.counts > 1))


def plot_synapses(
    sources: Any,
    targets: Any,
    values: Any = None,
    var_unit: Quantity | None = None,
    var_name: str | None = None,
    plot_type: str | None = "scatter",
    axes: Axes | None = None,
    **kwds: Any,
) -> Axes:
    """Draw which neurons are connected, and, if `values` are given, one variable of the synapses as colour.

    Parameters
    ----------
    sources, targets
        Index of the source and of the target of each synapse, ``synapses.i`` and ``synapses.j``.
    values
        A value for each synapse, ``synapses.w``.  Without it, colours show the number of synapses of each
        pair if there are pairs with several.
    var_unit
        Unit of the values; by default the one that leaves the most readable numbers.
    var_name
        What to call the values; by default the name of the synaptic variable.
    plot_type
        ``"scatter"``: a point for each pair.  ``"image"``: the matrix of all pairs, hatched where there is no
        synapse.  ``"hexbin"``: hexagons with the number of synapses in them, or the mean of their values.
        ``None``: an image if it is at most 1000 neurons wide and high, points if they are fewer than 10,000,
        else hexagons.
    axes
        Where to draw; by default the current axes.
    **kwds
        Passed on to `matplotlib.axes.Axes.scatter`, `~matplotlib.axes.Axes.imshow` or
        `~matplotlib.axes.Axes.hexbin`.

    Returns
    -------
    axes
        Those drawn into.
    """
    pre, post = _indices(sources, "sources"), _indices(targets, "targets")
    if pre.shape != post.shape:
        raise ValueError(
            f"there are {pre.size} sources but {post.size} targets; each synapse has one of both"
        )
    if pre.size == 0:
        raise ValueError("there are no synapses to draw")
    numbers, label = None, ""
    if values is not None:
        drawn = in_drawing_unit(values, var_unit, name_of(values) if var_name is None else var_name, "values")
        numbers, label = drawn.values, drawn.label
        if numbers.shape != pre.shape:
            raise ValueError(f"there are {pre.size} synapses but values of shape {numbers.shape}")
    if plot_type is None:
        plot_type = _choose_plot_type(pre, post, numbers)
    axes = axes_to_draw_into(axes)
    if plot_type == "hexbin":
        _draw_hexagons(axes, pre, post, numbers, label, kwds)
    elif plot_type in _DRAW_PAIRS:
        _DRAW_PAIRS[plot_type](axes, _pairs(pre, post, numbers, label, plot_type), kwds)
    else:
        raise ValueError(f"plot_type is 'scatter', 'image', 'hexbin' or None, not {plot_type!r}")
    axes.set(xlabel="source neuron index", ylabel="target neuron index")
    whole_number_ticks(axes, "x", "y")
    return axes


def add_background_pattern(axes: Axes, **kwds: Any) -> Axes:
    """Fill the background of `axes` with a pattern that shows where nothing is drawn.

    Parameters
    ----------
    axes
        The axes.
    **kwds
        Passed on to `matplotlib.patches.Rectangle`, ``hatch="/"`` for example.

    Returns
    -------
    axes
        The same.
    """
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    options = with_defaults(
        kwds,
        Rectangle,
        hatch="xxx",
        facecolor="0.93",
        edgecolor="0.82",
        linewidth=0,
        zorder=-10,
        transform=axes.transAxes,
    )
    axes.add_patch(Rectangle((0, 0), 1, 1, **options))
    return axes


def _indices(values: Any, what: str) -> NDArray[np.int64]:
    numbers = np.asarray(values)
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
        raise ValueError(f"the {what} must be a list of whole numbers, not {values!r}")
    return numbers.astype(np.int64)


def _extent(indices: NDArray[np.int64]) -> int:
    return int(np.ptp(indices)) + 1


def _choose_plot_type(
    sources: NDArray[np.int64], targets: NDArray[np.int64], values: NDArray[np.float64] | None
) -> str:
    several_values = values is not None and len(np.unique(sources + 1j * targets)) < len(sources)
    if several_values:
        # Only the mean of the values of a pair can be shown.
        return "hexbin"
    if max(_extent(sources), _extent(targets)) <= _LARGEST_IMAGE:
        return "image"
    return "scatter" if len(sources) < _MOST_POINTS else "hexbin"


def _pairs(
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    values: NDArray[np.float64] | None,
    label: str,
    plot_type: str,
) -> _Pairs:
    """Join the synapses of each pair, which must be single ones if they have values."""
    order = np.lexsort((targets, sources))
    sources, targets = sources[order], targets[order]
    first = np.r_[True, (np.diff(sources) != 0) | (np.diff(targets) != 0)]
    counts = np.diff(np.r_[np.flatnonzero(first), len(sources)])
    if values is None:
        values = counts.astype(float) if np.any(counts > 1) else None
        return _Pairs(sources[first], targets[first], counts, values, "number of synapses")
    if not np.all(first):
        pair = int(np.argmax(counts))
        raise ValueError(
            f"{counts[pair]} synapses connect neurons {sources[first][pair]} and {targets[first][pair]}; "
            f"a plot of type {plot_type!r} has one place for their values; plot_type='hexbin' shows means, "
            "and without values the number of synapses is shown"
        )
    return _Pairs(sources, targets, counts, values[order], label)


def _draw_points(axes: Axes, pairs: _Pairs, kwds: dict[str, Any]) -> None:
    from matplotlib.collections import PathCollection  # noqa: PLC0415

    options = with_defaults(kwds, PathCollection, marker=".")
    if pairs.values is None:
        axes.scatter(pairs.sources, pairs.targets, **options)
        return
    options = {**_colours_of_counts(pairs), **options}
    points = axes.scatter(pairs.sources, pairs.targets, c=pairs.values, **options)
    _add_colour_bar(axes, points, pairs)


def _draw_image(axes: Axes, pairs: _Pairs, kwds: dict[str, Any]) -> None:
    left, bottom = int(pairs.sources.min()), int(pairs.targets.min())
    width, height = _extent(pairs.sources), _extent(pairs.targets)
    matrix = np.full((height, width), np.nan)
    matrix[pairs.targets - bottom, pairs.sources - left] = (
        pairs.counts if pairs.values is None else pairs.values
    )
    options: dict[str, Any] = {
        "origin": "lower",
        "interpolation": "nearest",
        "aspect": "auto",
        "extent": (left - 0.5, left + width - 0.5, bottom - 0.5, bottom + height - 0.5),
        **_colours_of_counts(pairs),
        **kwds,
    }
    image = axes.imshow(matrix, **options)
    add_background_pattern(axes)
    if pairs.values is not None:
        _add_colour_bar(axes, image, pairs)


def _draw_hexagons(
    axes: Axes,
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    values: NDArray[np.float64] | None,
    label: str,
    kwds: dict[str, Any],
) -> None:
    # Hexagons narrower than two neurons would show stripes that come from the grid alone.
    across, up = (
        int(np.clip(_extent(indices) // 2, 1, most)) for indices, most in ((sources, 50), (targets, 30))
    )
    options = {"mincnt": 1, "gridsize": (across, up), **kwds}
    hexagons = axes.hexbin(sources, targets, C=values, **options)
    add_background_pattern(axes)
    axes.figure.colorbar(
        hexagons, ax=axes, label="number of synapses" if values is None else f"mean {label}".strip()
    )


_DrawPairs: TypeAlias = Callable[["Axes", _Pairs, dict[str, Any]], None]
_DRAW_PAIRS: Final[dict[str, _DrawPairs]] = {"scatter": _draw_points, "image": _draw_image}


def _colours_of_counts(pairs: _Pairs) -> dict[str, Any]:
    """Return options that give each number of synapses its colour; none for many numbers or other values."""
    largest = int(pairs.counts.max())
    if largest > _MOST_COLOURS or (pairs.values is not None and not pairs.is_multiple):
        return {}
    from matplotlib import colormaps, rcParams  # noqa: PLC0415

    return {"cmap": colormaps[rcParams["image.cmap"]].resampled(largest), "vmin": 0.5, "vmax": largest + 0.5}


def _add_colour_bar(axes: Axes, mappable: ScalarMappable, pairs: _Pairs) -> None:
    bar = axes.figure.colorbar(mappable, ax=axes, label=pairs.label)
    if pairs.is_multiple and pairs.counts.max() <= _MOST_COLOURS:
        bar.set_ticks(list(range(1, int(pairs.counts.max()) + 1)))
