"""``name`` and ``name[start:stop]``: which neurons are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.suggest import did_you_mean
from distsim.network import Subgroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.config.errors import KeyPath
    from distsim.config.evaluation import Evaluator
    from distsim.config.populations import Group


def read_subgroup(
    path: KeyPath, text: str, groups: Mapping[str, Group], evaluate: Evaluator
) -> tuple[Group, Subgroup] | None:
    """Return the population and the part of it that `text` names; None if there is none."""
    name, bracket, rest = text.partition("[")
    name = name.strip()
    if name not in groups:
        evaluate.problems.add(path, f"there is no population '{name}'{did_you_mean(name, groups)}")
        return None
    group = groups[name]
    size = group.population.size
    if not bracket:
        return group, Subgroup(name, 0, size)
    bounds = read_range(path, rest.rstrip().removesuffix("]"), size, evaluate)
    return None if bounds is None else (group, Subgroup(name, *bounds))


def read_range(path: KeyPath, text: str, size: int, evaluate: Evaluator) -> tuple[int, int] | None:
    """Return start and stop of ``start:stop`` or of a single index, both of constant expressions.

    As in Python an end that is left out is the first or last one, and negative numbers count from the end;
    unlike there, a range that is empty or reaches beyond the end is an error.
    """
    first, colon, last = text.partition(":")
    if ":" in last:
        evaluate.problems.add(
            path, f"'{text}' has a step; only neighbouring neurons can be taken, 'start:stop'"
        )
        return None
    start = _bound(path, first, 0 if colon else None, size, evaluate)
    stop = _bound(path, last, size, size, evaluate) if colon else (None if start is None else start + 1)
    if start is None or stop is None:
        return None
    if not 0 <= start <= size or not 0 <= stop <= size:
        evaluate.problems.add(path, f"'{text.strip()}' is {start}:{stop}, but there are only {size} neurons")
        return None
    if start >= stop:
        evaluate.problems.add(path, f"'{text.strip()}' is {start}:{stop}, which holds no neurons")
        return None
    return start, stop


def _bound(path: KeyPath, text: str, default: int | None, size: int, evaluate: Evaluator) -> int | None:
    if not text.strip():
        if default is None:
            evaluate.problems.add(path, "the index is missing in '[]'")
        return default
    bound = evaluate.whole_number(path, text)
    return bound + size if bound is not None and bound < 0 else bound
