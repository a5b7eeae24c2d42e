"""The picture of the results: time of a neuron-step by size, and how much longer others take."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from measurement import Contestant, Simulator
from ratios import Row
from works import WORKS

COLOURS = {Simulator.DISTSIM: "C0", Simulator.BRIAN: "C1", Simulator.NEST: "C2"}
STYLES = ("-", "--", ":", "-.")
ACROSS = 4
"""Panels in a row."""
NEURONS = 5e2, 2e6
"""What the axes show, the same in all panels."""


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write the picture."""
    rows = [row for row in rows if row.loop is not None]
    works = list(dict.fromkeys(row.work for row in rows))
    ratios = [row for row in rows if row.slower is not None]
    lines = -(-len(works) // ACROSS)
    figure = Figure(figsize=(3.6 * ACROSS, 3.0 * (lines + bool(ratios))), layout="constrained")
    grid = figure.add_gridspec(lines + bool(ratios), ACROSS)
    labels: dict[str, Any] = {}
    for place, work in enumerate(works):
        axes = figure.add_subplot(grid[place // ACROSS, place % ACROSS])
        labels |= _draw_times(axes, WORKS[work].title, [row for row in rows if row.work == work])
    if ratios:
        _draw_ratios(figure.add_subplot(grid[lines, :]), ratios)
    if labels:
        figure.legend(labels.values(), labels.keys(), loc="outside upper center", ncols=6, frameon=False)
    figure.savefig(path, dpi=130)


def _draw_times(axes: Any, title: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Draw the time of a neuron-step against the number of neurons; return the lines by name."""
    drawn = {}
    for contestant in dict.fromkeys(row.contestant for row in rows):
        own = sorted(
            (row.neurons, 1e9 * (row.neuron_step or 0)) for row in rows if row.contestant == contestant
        )
        (drawn[contestant.title],) = axes.plot(
            *zip(*own, strict=True), marker="o", ms=3, lw=1.2, **_look(contestant)
        )
    axes.set(title=title, xscale="log", yscale="log", xlabel="Neurons", ylabel="ns a neuron-step")
    axes.set(xlim=NEURONS, ylim=_decades([1e9 * (row.neuron_step or 0) for row in rows]))
    axes.grid(alpha=0.3)
    return drawn


def _draw_ratios(axes: Any, rows: Sequence[Row]) -> None:
    """Draw how many times longer than distsim's the loops of others take."""
    cases = list(dict.fromkeys(row.title for row in rows))
    contestants = list(dict.fromkeys(row.contestant for row in rows))
    width = 0.8 / len(contestants)
    for place, contestant in enumerate(contestants):
        own = [
            (cases.index(row.title) + (place + 0.5) * width - 0.4, row.slower)
            for row in rows
            if row.contestant == contestant
        ]
        hatch = "//" if contestant.cores > 1 else None
        axes.bar(
            *zip(*own, strict=True), width, color=COLOURS[contestant.simulator], hatch=hatch, edgecolor="w"
        )
    axes.axhline(1, color="k", lw=0.8)
    axes.set(yscale="log", ylabel="Times longer than distsim's")
    axes.set_xticks(range(len(cases)), cases, rotation=20, ha="right", fontsize=8)
    axes.grid(axis="y", alpha=0.3)


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Return the powers of ten between which values lie."""
    return 10 ** floor(log10(min(values))), 10 ** (floor(log10(max(values))) + 1)


def _look(contestant: Contestant) -> dict[str, str]:
    """Return colour and style of a line: one colour a simulator, one style a number of cores."""
    style = STYLES[min(contestant.cores, len(STYLES)) - 1]
    return {"color": COLOURS[contestant.simulator], "linestyle": style}
