"""Near misses for error messages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the known words closest to `word`, or an empty string."""
    candidates = sorted(set(known))
    by_lower_case = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(word, candidates, n=2, cutoff=0.6)
    if not close:
        close = [
            by_lower_case[match] for match in get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.7)
        ]
    if not close:
        return ""
    return f"; did you mean {' or '.join(repr(match) for match in close)}?"
