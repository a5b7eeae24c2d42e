"""Pieces of code as objects: they can be given wherever a string can, and tell which names they mention."""

from __future__ import annotations

from distsim.equations import parse_expression, parse_statements
from distsim.equations.tree import functions, names


class CodeString:
    """A piece of code.

    Parameters
    ----------
    code
        The text.
    """

    def __init__(self, code: str) -> None:
        self.code = code.strip()

    @property
    def identifiers(self) -> frozenset[str]:
        """The names that it mentions."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.code

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CodeString):
            return NotImplemented
        return type(self) is type(other) and self.code == other.code

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.code))


class Expression(CodeString):
    """An expression, ``Expression("(E - v)/tau")``; `EquationError` if it is none."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self._tree = parse_expression(self.code)

    @property
    def identifiers(self) -> frozenset[str]:
        """The names that it mentions, those of functions too."""
        return names(self._tree) | functions(self._tree)


class Statements(CodeString):
    """A block of statements, ``Statements("v = 0; w += 1")``; `EquationError` if it is none."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self._statements = parse_statements(self.code)

    @property
    def identifiers(self) -> frozenset[str]:
        """The names that it mentions, those that are assigned and those of functions too."""
        found: frozenset[str] = frozenset()
        for statement in self._statements:
            found |= {statement.target} | names(statement.value) | functions(statement.value)
        return found
