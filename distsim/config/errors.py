"""What is wrong with a model file: every problem with its place, its key and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from distsim.equations import EquationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from distsim.units import DimensionMismatchError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys (and list positions) from the top of the file down to a value."""


def dotted(path: KeyPath) -> str:
    """Return a key path as the user would write it, ``populations.neurons.N``."""
    return ".".join(str(key) for key in path)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written.

    Parameters
    ----------
    source
        Name of the file as the user gave it, or a command-line option.
    line
        Line in the file, from 1; None where there are no lines.
    block
        Whether the value is a block of text (``key: |``), whose lines follow that of the key.
    """

    source: str
    line: int | None = None
    block: bool = False

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"

    def at_line(self, text_line: int) -> Place:
        """Return the place of a line, from 1, of the value's text."""
        if self.line is None or not self.block:
            return self
        return Place(self.source, self.line + text_line)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    place
        ``file:line``, or the command-line option that the value came from.
    key
        Dotted path of the key; empty where the file as a whole is meant.
    message
        What is wrong, and what would be right.
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.key, self.message) if part)


class ConfigError(ValueError):
    """A model file cannot be used; `problems` has one entry for each thing to change."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects problems, so that one run shows the user all of them.

    Parameters
    ----------
    source
        Name of the file as the user gave it.
    places
        Where each key path stands; a path that is not in it takes the place of the nearest one above.
    """

    def __init__(self, source: str, places: Mapping[KeyPath, Place]) -> None:
        self._source = source
        self._places = places
        self._found: list[Problem] = []

    def add(self, path: KeyPath, message: str, text_line: int | None = None) -> None:
        """Note that `message` is wrong with the value at `path`; the same problem counts once.

        `text_line` is the line, from 1, within a value that is a block of text.
        """
        place = self._place(path)
        if text_line is not None:
            place = place.at_line(text_line)
        problem = Problem(str(place), dotted(path), message)
        if problem not in self._found:
            self._found.append(problem)

    def note(
        self, path: KeyPath, error: EquationError | DimensionMismatchError, text_line: int | None = None
    ) -> None:
        """Note an error of the language, which may know its line."""
        if text_line is None and isinstance(error, EquationError):
            text_line = error.line
        self.add(path, str(error), text_line)

    def knows(self, path: KeyPath) -> bool:
        """Return whether there is a value at `path` itself."""
        return path in self._places

    def check(self) -> None:
        """Raise ConfigError if anything has been noted."""
        if self._found:
            raise ConfigError(self._found)

    @property
    def count(self) -> int:
        """Number of problems noted so far."""
        return len(self._found)

    def _place(self, path: KeyPath) -> Place:
        for length in range(len(path), 0, -1):
            if path[:length] in self._places:
                return self._places[path[:length]]
        return Place(self._source)
