"""A block of the user's text: comments removed, and every place in it known by line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from distsim.equations.errors import EquationError

_COMMENT = re.compile(r"#[^\n]*")
_CONTINUATION = re.compile(r"\\[ \t]*\n")


@dataclass(frozen=True)
class Source:
    """A block of text to be parsed.

    Attributes
    ----------
    text
        The text as the user wrote it, with line ends made uniform.
    code
        The same number of characters with comments and explicit line continuations blanked, so that an offset
        into `code` is an offset into `text`.
    """

    text: str
    code: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = self.text.replace("\r\n", "\n").replace("\r", "\n")
        object.__setattr__(self, "text", text)
        blanked = _COMMENT.sub(lambda match: " " * len(match[0]), text)
        blanked = _CONTINUATION.sub(lambda match: " " * len(match[0]), blanked)
        object.__setattr__(self, "code", blanked)

    def line_of(self, offset: int) -> int:
        """Return the number of the line that holds `offset`, counted from 1."""
        return self.text.count("\n", 0, offset) + 1

    def line_text(self, offset: int) -> tuple[str, int]:
        """Return the stripped line that holds `offset`, and the column of `offset` in it."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        line = self.text[start : len(self.text) if end < 0 else end].rstrip()
        stripped = line.lstrip()
        return stripped, max(offset - start - (len(line) - len(stripped)), 0)

    def error(self, message: str, start: int, end: int | None = None) -> EquationError:
        """Return an error that points at the piece from `start` to `end`."""
        text, column = self.line_text(start)
        return EquationError(
            message, text, self.line_of(start), column, (start + 1 if end is None else end) - start
        )
