"""Fusion: neighbouring operations over the same neurons become one loop.

The engine does not advance from step to step but from *cut* to *cut*: from the moment the spikes of step
``s - 1`` are known to the moment those of step ``s`` are.  One such turn first runs the operations of step
``s - 1`` that lie after the cut (synaptic input, resets), then those of step ``s`` before it (integration,
thresholds).  Seen this way the two passes over all neurons that every step needs, adding the input and
integrating, stand next to each other and become one, unless something between them touches the same
variables; that is decided here, from the operations' reads and writes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from distsim.program.operation import Distant, Domain, Operation, commute


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """Operations that run together, element by element, in this order."""

    operations: tuple[Operation, ...]

    @property
    def owner(self) -> str:
        """Return the population or projection that the loop runs over."""
        return self.operations[0].owner

    @property
    def dense(self) -> bool:
        """Tell whether the loop visits every neuron."""
        return self.operations[0].domain is Domain.ALL


Turn: TypeAlias = tuple[Loop, ...]


def turn_order(operations: Iterable[Operation]) -> list[Operation]:
    """Return the operations of one turn: those after the cut, then those before it."""
    ordered = sorted(operations, key=lambda operation: operation.sort_key)
    after = [operation for operation in ordered if operation.after_cut]
    before = [operation for operation in ordered if not operation.after_cut]
    return after + before


def fuse(operations: Sequence[Operation]) -> Turn:
    """Join operations of `operations` into loops without changing any result.

    An operation joins the last loop over the same neurons if that loop can move down to it, or it can move
    up to the loop, past everything that stands between.
    """
    loops: list[Loop] = []
    for operation in operations:
        index = _last_joinable(loops, operation)
        if index is None:
            loops.append(Loop((operation,)))
            continue
        loop, between = loops[index], loops[index + 1 :]
        joined = Loop((*loop.operations, operation))
        if all(_loops_commute(loop, other) for other in between):
            del loops[index]
            loops.append(joined)
        elif all(_loops_commute(Loop((operation,)), other) for other in between):
            loops[index] = joined
        else:
            loops.append(Loop((operation,)))
    return tuple(loops)


def loops_of(operations: Sequence[Operation], *, apart: bool) -> Turn:
    """Return the loops of operations: fused, or one for each if they are to be kept apart."""
    return tuple(Loop((operation,)) for operation in operations) if apart else fuse(operations)


def _last_joinable(loops: Sequence[Loop], operation: Operation) -> int | None:
    if operation.domain is not Domain.ALL:
        return None
    for index in range(len(loops) - 1, -1, -1):
        loop = loops[index]
        if loop.dense and loop.owner == operation.owner:
            fits = _same_clock(loop, operation) and _same_names(loop, operation)
            return index if fits and _elementwise(loop, operation) else None
    return None


def _same_clock(loop: Loop, operation: Operation) -> bool:
    """Tell whether all run in the same steps; across the cut that holds for the base clock alone."""
    clocks = {(member.every, member.after_cut) for member in (*loop.operations, operation)}
    return len(clocks) == 1 or all(every == 1 for every, _ in clocks)


def _elementwise(loop: Loop, operation: Operation) -> bool:
    """Tell whether no member reads at other neurons what another member writes."""
    return not any(
        binding.key in second.writes
        for member in loop.operations
        for first, second in ((member, operation), (operation, member))
        for binding in first.scope.values()
        if isinstance(binding, Distant)
    )


def _same_names(loop: Loop, operation: Operation) -> bool:
    """Tell whether every name means the same in all; an input may see a constant that its target hides."""
    return all(
        operation.scope[name] is binding or operation.scope[name] == binding
        for member in loop.operations
        for name, binding in member.scope.items()
        if name in operation.scope
    )


def _loops_commute(first: Loop, second: Loop) -> bool:
    return all(commute(a, b) for a in first.operations for b in second.operations)
