"""How long each part of a run takes on one rank.

Only a program whose operations are kept apart can be profiled; any other run knows nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import ParamSpec, TypeVar

from distsim.program.breaks import Segment
from distsim.program.operation import Domain, Operation

EXCHANGE = "(exchange)"
"""Exchanging spikes, and handing those of all ranks to the pathways."""
RECORDING = "(recording)"
"""Gathering what has been recorded."""
REST = "(rest)"
"""What lies between the parts: refreshing copies, sending sums, the run loop itself."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True, eq=False)
class Profile:
    """The time of each part of a run.

    Attributes
    ----------
    seconds
        By the name of the object, or of its part, that does it [s].
    total
        That of all [s].
    """

    seconds: dict[str, float] = field(default_factory=dict)
    total: float = 0.0

    def timed(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """Return a function whose time counts for `name`."""
        self.seconds.setdefault(name, 0.0)

        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            start = perf_counter()
            result = function(*args, **kwargs)
            self.seconds[name] += perf_counter() - start
            return result

        return call

    def timed_parts(self, segments: Sequence[Segment], part: Callable[..., object]) -> Callable[..., object]:
        """Return the function that runs one segment, whose number comes last; its time counts for that."""
        parts = [self.timed(name_of(segment), part) for segment in segments]

        def call(*args: int) -> None:
            parts[args[-1]](*args)

        return call

    def timed_host(self, host: Callable[[str, float], bool]) -> Callable[[str, float], bool]:
        """Return the function that calls one of the driver's by name; its time counts for that name."""
        return lambda name, time: self.timed(name, host)(name, time)

    def entries(self) -> dict[str, float]:
        """Return the seconds by name, and those of the rest."""
        rest = max(self.total - sum(self.seconds.values()), 0.0)
        return {name: seconds for name, seconds in self.seconds.items() if name} | {REST: rest}


def name_of(segment: Segment) -> str:
    """Return what the time of a segment counts for; nothing if it is empty."""
    if segment.pathway is not None:
        return segment.pathway.name
    return _object(segment.loops[0].operations[0]) if segment.loops else ""


def _object(operation: Operation) -> str:
    """Return the name of the object, or of its part, that an operation belongs to."""
    if operation.domain is Domain.SCHEDULED:
        return operation.owner
    # What follows in a name tells apart the operations of one object.
    return operation.name.partition(" ")[0]
