"""Tables of results, on a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from measurement import Simulator
from ratios import Row
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 180
"""Columns of text where the output is no terminal."""
NOTHING = "-"
NOTHING_NEW = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the text for a row."""

    heading: str
    text: Callable[[Row], str]
    left: bool = False


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _phase(name: str) -> Callable[[Row], str]:
    return lambda row: _seconds(row.phases.get(name))


def _times(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _bytes(row: Row, what: str) -> str:
    """Return what was measured, and in parentheses what distsim says that it stores."""
    measured, stored = row.measured_bytes.get(what), row.stored_bytes.get(what)
    told = "" if stored is None or row.contestant.simulator is not Simulator.DISTSIM else f"({stored:.1f})"
    return " ".join(part for part in ("" if measured is None else f"{measured:.0f}", told) if part) or NOTHING


def _verdict(row: Row) -> str:
    return row.error or "; ".join(row.complaints) or "yes"


def _range(row: Row) -> str:
    return f"{_seconds(row.loop[0])} - {_seconds(row.loop[2])}" if row.loop else NOTHING


_WHO = (
    Column("work", lambda row: row.title, left=True),
    Column("simulator", lambda row: row.contestant.title, left=True),
)
TIMES = (
    *_WHO,
    Column("loop [s/s]", lambda row: _seconds(row.loop[1] if row.loop else None)),
    Column("from - to", _range),
    Column("ns a step", lambda row: NOTHING if row.neuron_step is None else f"{row.neuron_step * 1e9:.3g}"),
    Column("faster by", lambda row: _times(row.slower)),
    Column("speed-up", lambda row: _times(row.speedup)),
    Column("cold start [s]", lambda row: _seconds(row.cold_start)),
    Column("start [s]", lambda row: _seconds(row.start)),
    *(Column(f"{name} [s]", _phase(name)) for name in ("import", "compile", "build", "write")),
)
NETWORKS = (
    *_WHO,
    Column("neurons", lambda row: f"{row.neurons:,}"),
    Column("synapses", lambda row: f"{row.synapses:,}"),
    Column("peak memory [MB]", lambda row: NOTHING if row.peak_rss is None else f"{row.peak_rss / 1e6:,.0f}"),
    Column("B a synapse", lambda row: _bytes(row, "synapse")),
    Column("B a neuron", lambda row: _bytes(row, "neuron")),
    Column("rate [Hz]", lambda row: NOTHING if row.rate_hz is None else f"{row.rate_hz:.3g}"),
    Column("CV", lambda row: NOTHING if row.cv_isi is None else f"{row.cv_isi:.2f}"),
    Column("agrees", _verdict, left=True),
)
TABLES = (("Times", TIMES), ("Networks", NETWORKS))


def show(rows: Sequence[Row], output: IO[str]) -> None:
    """Print the tables."""
    console = Console(file=output, width=None if output.isatty() else WIDTH)
    for title, columns in TABLES:
        # Text: units in brackets are no markup.
        table = Table(title=title, box=SIMPLE, padding=0)
        for column in columns:
            table.add_column(Text(column.heading), justify="left" if column.left else "right")
        case = None
        for row in rows:
            # The name of a case stands in its first row alone.
            first, *others = (column.text(row) for column in columns)
            table.add_row(*map(Text, (NOTHING_NEW if row.title == case else first, *others)))
            case = row.title
        console.print(table)


def markdown(rows: Sequence[Row]) -> str:
    """Return the tables as Markdown."""
    return "\n\n".join(_markdown_table(rows, columns) for _, columns in TABLES)


def _markdown_table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    lines = [[column.heading for column in columns], ["---" if column.left else "---:" for column in columns]]
    lines += [[column.text(row).replace("|", "\\|") for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
