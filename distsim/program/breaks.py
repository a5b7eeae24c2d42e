"""Breaks: where the compiled turn is cut, because something has to happen that kernels cannot do.

Three things do: copies of variables that another rank holds are refreshed, what synapses add to variables of
their sources is sent to the ranks that hold them, and functions of the driver are called.  Where that is
follows from the operations' reads and writes, by walking the loops of a turn in order.  One rank alone holds
everything: it needs a copy only of what a loop over neurons both writes and reads at other neurons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from distsim.equations.tree import names
from distsim.program.fusion import Loop
from distsim.program.operation import Distant, Domain, Key, Operation
from distsim.program.synapses import AnyPathway

SYNAPTIC = (Domain.ARRIVALS, Domain.SYNAPSES, Domain.RECORDED_SYNAPSES)
"""The domains whose elements are synapses."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When something is due: in every so many base steps, of the turn's step or of the one before."""

    every: int
    late: bool

    def due(self, step: int, *, live: bool) -> bool:
        """Tell whether it is due in the turn of `step`; `live` unless no step has come before."""
        return live and (step - 1) % self.every == 0 if self.late else step % self.every == 0


@dataclass(slots=True, eq=False)
class Refresh:
    """A mirror to be refreshed.

    Parameters
    ----------
    mirror
        The variable that is copied, and who reads it.
    clocks
        It is due when one of these is.
    """

    mirror: Distant
    clocks: set[Clock]


@dataclass(slots=True, eq=False)
class Segment:
    """What runs between two breaks, and what is done in the break before.

    Parameters
    ----------
    sums
        Operations that have just run, whose sums are sent to the owners of the variables.
    host
        The function of the driver to be called, then.
    refreshes
        The mirrors to be refreshed, last.
    loops
        What runs.
    pathway
        The pathway to which the spikes of the turn are handed, if that is all that is done here.
    """

    sums: list[Operation] = field(default_factory=list)
    host: Operation | None = None
    refreshes: list[Refresh] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    pathway: AnyPathway | None = None

    @property
    def lists(self) -> int:
        """Return how many streams of events are listed in it."""
        return sum(loop.operations[0].domain in (Domain.COLLECT, Domain.SCHEDULED) for loop in self.loops)

    @property
    def communicates(self) -> bool:
        """Tell whether there is something besides the driver's function to be done before it."""
        return bool(self.sums or self.refreshes)


def clock_of(operation: Operation) -> Clock:
    """Return when an operation is due."""
    return Clock(operation.every, operation.after_cut)


def distant_reads(operation: Operation) -> list[Distant]:
    """Return the distant variables that an operation reads."""
    read = {name for expression in operation.recorded for name in names(expression)}
    for statement in operation.statements:
        read |= names(statement.value)
        if statement.operator is not None and statement.target not in operation.sums:
            read.add(statement.target)
    return [item for name in sorted(read) if isinstance(item := operation.scope.get(name), Distant)]


def reads_mirror(loop: Loop, binding: Distant, *, alone: bool) -> bool:
    """Tell whether a loop reads a copy of a distant variable and not the variable itself."""
    if not alone:
        return True
    if loop.operations[0].domain in SYNAPTIC:
        return False
    return any(binding.key in operation.writes for operation in loop.operations)


def sends(operation: Operation, *, alone: bool) -> bool:
    """Tell whether what an operation adds to variables of neurons has to be sent to other ranks."""
    return not alone and any(isinstance(operation.scope[name], Distant) for name in operation.sums)


def segments_of(
    loops: Sequence[Loop], written: Iterable[Key], *, alone: bool, apart: bool = False
) -> tuple[Segment, ...]:
    """Cut the loops of a turn into segments.

    Parameters
    ----------
    written
        The variables that any operation of the whole step writes: mirrors of the others need no refreshing.
    apart
        Each loop is a segment of its own.
    """
    written = frozenset(written)
    segments = [Segment()]
    for loop in loops:
        first = loop.operations[0]
        if first.domain is Domain.HOST:
            segments.append(Segment(host=first))
            continue
        missing: list[Refresh] = []
        for operation in loop.operations:
            for mirror in distant_reads(operation):
                if mirror.key not in written or not reads_mirror(loop, mirror, alone=alone):
                    continue
                known = _refreshed(segments, mirror)
                if known is None:
                    known = next((r for r in missing if r.mirror.mirror == mirror.mirror), None)
                if known is None:
                    known = Refresh(mirror, set())
                    missing.append(known)
                known.clocks.add(clock_of(operation))
        if missing:
            place = _break_for(segments, missing)
            place.refreshes += missing
        if apart and segments[-1].loops:
            segments.append(Segment())
        segments[-1].loops.append(loop)
        if any(sends(operation, alone=alone) for operation in loop.operations):
            segments.append(Segment(sums=[o for o in loop.operations if sends(o, alone=alone)]))
    return tuple(segments)


def mirrors_of(loops: Iterable[Loop], *, alone: bool) -> list[Distant]:
    """Return the mirrors that loops read, each once."""
    found: dict[Key, Distant] = {}
    for loop in loops:
        for operation in loop.operations:
            for mirror in distant_reads(operation):
                if reads_mirror(loop, mirror, alone=alone):
                    found.setdefault(mirror.mirror, mirror)
    return list(found.values())


def _refreshed(segments: Sequence[Segment], mirror: Distant) -> Refresh | None:
    """Return an earlier refresh of a mirror after which nothing has written the variable."""
    for segment in reversed(segments):
        if _writes(segment.loops, mirror.key):
            return None
        for refresh in segment.refreshes:
            if refresh.mirror.mirror == mirror.mirror:
                return refresh
        if segment.host is not None or any(mirror.key in operation.writes for operation in segment.sums):
            return None
    return None


def _break_for(segments: list[Segment], missing: Sequence[Refresh]) -> Segment:
    """Return the segment before which mirrors are refreshed: the last one if that is not too early."""
    last = segments[-1]
    is_break = bool(last.communicates or last.host is not None or not last.loops)
    if is_break and not any(_writes(last.loops, refresh.mirror.key) for refresh in missing):
        return last
    segments.append(Segment())
    return segments[-1]


def _writes(loops: Iterable[Loop], key: Key) -> bool:
    return any(key in operation.writes for loop in loops for operation in loop.operations)
