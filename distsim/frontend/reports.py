"""What a script can learn of its runs: progress reports, time taken, the order of things in a step."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from distsim.equations.functions import SECOND
from distsim.frontend.objects import SimulationObject
from distsim.units import Quantity

NEARLY = 1e-9


class Reporter:
    """Tells how far a run is: at its start, every period, and at its end.

    Parameters
    ----------
    report
        ``text`` or ``stdout``, ``stderr``, a function of (elapsed, completed, start, duration), or None.
    period
        Time between two reports [s].
    start, duration
        Of the run [s].
    """

    def __init__(
        self, report: str | Callable[..., Any] | None, period: float, start: float, duration: float
    ) -> None:
        if isinstance(report, str) and report not in ("text", "stdout", "stderr"):
            raise ValueError(f"'report' can be 'text', 'stdout', 'stderr' or a function, not {report!r}")
        self._report = report
        self._period = period
        self._start = Quantity(start, dim=SECOND)
        self._duration = Quantity(duration, dim=SECOND)
        self._began = self._last = time.perf_counter()
        self._completed = 1.0
        self._told = False

    def __enter__(self) -> Self:
        self._tell(0.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._tell(self._completed)

    def report(self, simulated: float) -> None:
        """Note that so much time [s] has been simulated."""
        duration = float(self._duration)
        # Steps may reach beyond the end of the run, or a little less far.
        done = simulated / duration if duration else 1.0
        self._completed = 1.0 if done > 1.0 - NEARLY else done
        now = time.perf_counter()
        if self._report is not None and now - self._last >= self._period:
            self._last = now
            self._tell(self._completed)

    def _tell(self, completed: float) -> None:
        if self._report is None:
            return
        elapsed = time.perf_counter() - self._began
        if callable(self._report):
            self._report(Quantity(elapsed, dim=SECOND), completed, self._start, self._duration)
            return
        if completed == 0.0 and not self._told:
            self._told = True
            line = f"Starting simulation at t={self._start} for a duration of {self._duration}"
        else:
            simulated = Quantity(completed * float(self._duration), dim=SECOND)
            line = f"{simulated} ({int(completed * 100)}%) simulated in {_span(elapsed)}"
            if completed < 1.0:
                line += f", estimated {_span(elapsed * (1 / completed - 1))} remaining."
        stream = sys.stderr if self._report == "stderr" else sys.stdout
        stream.write(line + "\n")
        stream.flush()


def _span(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 1:
        return "< 1s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if value]
    return " ".join(parts)


class ProfilingSummary:
    """The times of a profile, to be printed.

    Parameters
    ----------
    entries
        Names and times, the longest first.
    show
        How many of them.
    """

    def __init__(self, entries: Sequence[tuple[str, Any]], show: int | None = None) -> None:
        self.entries = list(entries)[:show]
        # Of a run without steps nothing has a time.
        self._total = sum(float(taken) for _, taken in entries) or 1.0

    def __str__(self) -> str:
        width = max((len(name) for name, _ in self.entries), default=0)
        rows = [
            f"{name:<{width}}  {1e3 * float(taken):10.2f} ms  {100 * float(taken) / self._total:6.2f} %"
            for name, taken in self.entries
        ]
        return "\n".join(["Profiling summary", "=================", *rows])

    __repr__ = __str__


class Schedule:
    """The order of things in a step, to be printed.

    Parameters
    ----------
    objects
        The objects of a network.
    slots
        Its schedule.
    """

    def __init__(self, objects: Sequence[SimulationObject], slots: Sequence[str]) -> None:
        self.entries = self.sorted_objects(objects, slots)

    @staticmethod
    def sorted_objects(objects: Sequence[SimulationObject], slots: Sequence[str]) -> list[SimulationObject]:
        """Return objects by slot, order and name; in a slot that the schedule does not have, at the end."""
        every = [each for slot in slots for each in (f"before_{slot}", slot, f"after_{slot}")]
        place = {slot: index for index, slot in enumerate(every)}
        return sorted(objects, key=lambda each: (place.get(each.when, len(place)), each.order, each.name))

    def __str__(self) -> str:
        rows = [("object", "clock dt", "when", "order", "active")]
        rows += [
            (each.name, str(each.clock.dt), each.when, str(each.order), "yes" if each.active else "no")
            for each in self.entries
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines)

    __repr__ = __str__
