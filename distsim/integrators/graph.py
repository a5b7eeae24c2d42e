"""Which state variables act on which: strongly connected blocks and paths between variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def reachable(start: str, successors: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return `start` and everything that can be reached from it, in the order found."""
    found = {start: None}
    waiting = [start]
    while waiting:
        for following in successors[waiting.pop()]:
            if following not in found:
                found[following] = None
                waiting.append(following)
    return tuple(found)


def connected_blocks(successors: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the sets of nodes that can reach each other, each in the order of `successors`."""
    reached = {node: set(reachable(node, successors)) for node in successors}
    blocks: list[tuple[str, ...]] = []
    done: set[str] = set()
    for node in successors:
        if node not in done:
            block = tuple(other for other in successors if other in reached[node] and node in reached[other])
            blocks.append(block)
            done.update(block)
    return blocks


def paths(start: str, successors: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield every path from `start` in a graph without circles, the path of `start` alone first."""
    yield (start,)
    for following in successors[start]:
        for path in paths(following, successors):
            yield (start, *path)
