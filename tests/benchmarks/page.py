"""Putting tables and picture into a page of the documentation, between two markers."""

from __future__ import annotations

from pathlib import Path

from machine import versions
from plot import draw
from ratios import compare
from results import Results
from table import markdown

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"


class PageError(ValueError):
    """The page has no place for the figures."""


def write_page(page: Path, results: Results) -> None:
    """Replace what stands between the markers; the picture goes beside the page, under its name.

    Raises
    ------
    PageError
        If the page does not have both markers, in their order.
    """
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise PageError(f"{page} has no place for the figures: the lines {BEGIN} and {END}")
    rows = compare(results.runs)
    picture = page.with_suffix(".png")
    draw(rows, picture)
    parts = [_circumstances(results), f"![Times and ratios]({picture.name})", markdown(rows)]
    page.write_text(f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{after}")


def _circumstances(results: Results) -> str:
    """Say where, when, with what and how."""
    machine = results.machine
    memory = f"{machine['memory_bytes'] / 2**30:.0f} GiB"
    place = [
        f"{machine['cores']} cores of {machine['processor']}",
        memory,
        machine["system"],
        machine["mpi"],
        machine["compiler"],
    ]
    libraries = ", ".join(f"{name} {version}" for name, version in versions(results.runs).items())
    return f"{results.made}: {'; '.join(filter(None, place))}; {libraries}.\n\n    {results.command}"
