"""What a run shows on a terminal: phases, a progress bar, a summary; plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from distsim.engine.simulation import silent
from distsim.recording import Summary

PLAIN_INTERVAL = 10.0
"""Seconds between two lines of progress where there is no terminal."""
BAR_INTERVAL = 0.1


class Progress:
    """Shows how far a run is, on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.interactive = sys.stderr.isatty()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show that a phase has begun and how long it took."""
        if self.quiet:
            yield
            return
        start = time.perf_counter()
        yield
        self._line(f"{name}: {time.perf_counter() - start:.2f} s")

    @contextmanager
    def steps(self, total: int, dt: float) -> Iterator[Callable[[int], None]]:
        """Show the progress of the simulation loop; yields what is to be called with the steps done."""
        if self.quiet:
            yield silent
        elif self.interactive:
            with self._bar(total) as update:
                yield update
        else:
            yield self._lines(total, dt)

    @contextmanager
    def _bar(self, total: int) -> Iterator[Callable[[int], None]]:
        # Imported here: rich takes a tenth of a second that quiet runs do not pay.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        columns = (
            TextColumn("simulating"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=Console(stderr=True), auto_refresh=False) as bar:
            task = bar.add_task("simulating", total=total)
            last = 0.0

            def update(step: int) -> None:
                nonlocal last
                now = time.perf_counter()
                if now - last >= BAR_INTERVAL or step >= total:
                    last = now
                    bar.update(task, completed=step, refresh=True)

            yield update

    def _lines(self, total: int, dt: float) -> Callable[[int], None]:
        last = time.perf_counter()

        def update(step: int) -> None:
            nonlocal last
            now = time.perf_counter()
            if now - last >= PLAIN_INTERVAL or step >= total:
                last = now
                self._line(f"simulating: {step * dt:g} of {total * dt:g} s ({100 * step // max(total, 1)} %)")

        return update

    def _line(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def show_summary(summary: Summary, output: Path) -> None:
    """Print what came out of a run."""
    ranks = f"{summary.ranks} rank{'s' if summary.ranks > 1 else ''}"
    speed = f"{summary.run_s:.3f} s (real-time factor {summary.real_time_factor:.3g})"
    preparation = f"built in {summary.build_s:.2f} s, compiled in {summary.compile_s:.2f} s"
    lines = [
        f"{summary.neurons} neurons, {summary.synapses} synapses, {ranks}",
        f"{summary.biological_s:g} s simulated in {speed}; {preparation}",
        *(f"  {name}: {rate:.2f} Hz" for name, rate in summary.mean_rates_hz.items()),
        f"results in {output}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
