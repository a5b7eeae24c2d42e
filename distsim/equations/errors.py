"""The error raised for any text of the language that cannot be accepted, with the place it stands at."""

from __future__ import annotations

_WIDTH = 160
"""Characters of the user's line that a message shows at most."""


class EquationError(ValueError):
    """A piece of the user's text is not valid.

    Parameters
    ----------
    message
        What is wrong and, where possible, what to write instead.
    text
        The line of the user's text, empty if there is none to show.
    line
        Number of that line within the block of text, counted from 1.
    column
        Where in `text` the offending piece starts, counted from 0.
    length
        Number of characters of the offending piece.
    """

    def __init__(
        self,
        message: str,
        text: str = "",
        line: int | None = None,
        column: int | None = None,
        length: int = 1,
    ) -> None:
        # Everything goes to args so that the error survives pickling on its way to another rank.
        super().__init__(message, text, line, column, length)
        self.message = message
        self.text = text
        self.line = line
        self.column = column
        self.length = length

    def __str__(self) -> str:
        if not self.text:
            return self.message
        label = f"    line {self.line}: " if self.line is not None else "    "
        text, column = self.text, self.column
        if len(text) > _WIDTH:
            first = max((column or 0) - _WIDTH // 2, 0)
            text = ("..." if first else "") + text[first : first + _WIDTH] + "..."
            column = None if column is None else column - first + (3 if first else 0)
        lines = [self.message, label + text]
        if column is not None:
            shown = min(max(self.length, 1), max(len(text) - column, 1))
            lines.append(" " * (len(label) + column) + "^" * shown)
        return "\n".join(lines)
