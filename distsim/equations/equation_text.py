"""Cuts a block of text into its equations: what is defined, the right-hand side, the unit and the flags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.equations.flags import ALLOWED_FLAGS, INCOMPATIBLE_FLAGS, EquationKind, Flag
from distsim.equations.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distsim.equations.source import Source

_NAME = r"[^\W\d]\w*"
_DIFFERENTIAL = re.compile(rf"\s*d(?P<name>{_NAME})\s*/\s*dt\s*=(?!=)(?P<value>.*)", re.DOTALL)
_SUBEXPRESSION = re.compile(rf"\s*(?P<name>{_NAME})\s*=(?!=)(?P<value>.*)", re.DOTALL)
_PARAMETER = re.compile(rf"\s*(?P<name>{_NAME})\s*")
_START_OF_EQUATION = re.compile(rf"\n\s*(d{_NAME}\s*/\s*dt|{_NAME})\s*=(?!=)")
_FLAG_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class EquationPieces:
    """Where the parts of one equation stand; each range is a pair of offsets into the source."""

    kind: EquationKind
    name: str
    whole: tuple[int, int]
    name_range: tuple[int, int]
    value: tuple[int, int] | None
    unit: tuple[int, int]
    flags: frozenset[Flag]


def split_equations(source: Source) -> Iterator[EquationPieces]:
    """Yield the pieces of each equation of a block, in order."""
    start: int | None = None
    offset = 0
    for line in source.code.splitlines(keepends=True):
        end = offset + len(line)
        if start is None and line.strip():
            start = offset
        if start is not None:
            chunk = source.code[start:end]
            _, colon, behind = chunk.partition(":")
            if colon and behind.count("(") <= behind.count(")"):
                yield _split_one(source, start, end)
                start = None
        offset = end
    if start is not None:
        if ":" in source.code[start:]:
            raise source.error("the parenthesis of the flags is not closed", source.code.index(":", start))
        raise _missing_unit(source, start)


def _missing_unit(source: Source, start: int) -> Exception:
    code = source.code[start:]
    first = start + len(code) - len(code.lstrip())
    return source.error(
        "this equation has no unit: end it with ': ' and a unit, such as ': volt' or ': 1'",
        first,
        first + len(source.line_text(first)[0]),
    )


def _split_one(source: Source, start: int, end: int) -> EquationPieces:
    colon = source.code.index(":", start)
    head = source.code[start:colon]
    if _START_OF_EQUATION.search(head, re.match(r"\s*", head).end()):  # type: ignore[union-attr]
        raise _missing_unit(source, start)
    second = source.code.find(":", colon + 1, end)
    if second >= 0:
        raise source.error("there can be only one equation a line, with one ':'", second)
    kind, match = _kind(source, head, start)
    unit, flags = _split_flags(source, colon + 1, end, kind)
    value = (start + match.start("value"), colon) if "value" in match.groupdict() else None
    first = start + len(head) - len(head.lstrip())
    return EquationPieces(
        kind,
        match["name"],
        (first, end),
        (start + match.start("name"), start + match.end("name")),
        value,
        unit,
        flags,
    )


def _kind(source: Source, head: str, start: int) -> tuple[EquationKind, re.Match[str]]:
    for kind, pattern in (
        (EquationKind.DIFFERENTIAL, _DIFFERENTIAL),
        (EquationKind.SUBEXPRESSION, _SUBEXPRESSION),
        (EquationKind.PARAMETER, _PARAMETER),
    ):
        match = pattern.fullmatch(head)
        if match is not None:
            return kind, match
    first = start + len(head) - len(head.lstrip())
    raise source.error(
        "this is not an equation; write 'dv/dt = ... : unit', 'x = ... : unit' or 'x : unit'",
        first,
        max(start + len(head.rstrip()), first + 1),
    )


def _split_flags(
    source: Source, start: int, end: int, kind: EquationKind
) -> tuple[tuple[int, int], frozenset[Flag]]:
    """Return where the unit stands, and the flags behind it."""
    text = source.code[start:end].rstrip()
    opening = text.rfind("(") if text.endswith(")") else -1
    # A parenthesis behind an operator, or with nothing before it, belongs to the unit: 1/(second*meter).
    before = text[:opening].rstrip() if opening >= 0 else ""
    if opening < 0 or not before or before[-1] in "*/(":
        if not text.strip():
            raise source.error("the unit behind ':' is missing; write '1' for a plain number", start - 1)
        return (start, start + len(text)), frozenset()
    flags: list[Flag] = []
    offset = start + opening + 1
    for piece in text[opening + 1 : -1].split(","):
        word = _FLAG_SPACE.sub(" ", piece.strip())
        first = offset + len(piece) - len(piece.lstrip())
        flags.append(_flag(source, word, first, kind))
        offset += len(piece) + 1
    found = frozenset(flags)
    for pair in INCOMPATIBLE_FLAGS:
        if pair <= found:
            both = " and ".join(repr(flag.value) for flag in sorted(pair, key=lambda flag: flag.value))
            raise source.error(f"the flags {both} cannot be combined", start + opening, start + len(text))
    return (start, start + len(before)), found


def _flag(source: Source, word: str, start: int, kind: EquationKind) -> Flag:
    try:
        flag = Flag(word)
    except ValueError:
        words = [flag.value for flag in Flag]
        raise source.error(
            f"{word!r} is not a flag{did_you_mean(word, words) or '; flags are ' + ', '.join(words)}",
            start,
            start + max(len(word), 1),
        ) from None
    if flag not in ALLOWED_FLAGS[kind]:
        allowed = ", ".join(sorted(other.value for other in ALLOWED_FLAGS[kind]))
        raise source.error(
            f"a {kind.value} cannot be flagged {word!r}; it can be: {allowed}", start, start + len(word)
        )
    return flag
