"""Trees as people write them: needless parentheses, odd white space, comments and line breaks.

This is no use of distsim's renderer, which the texts are there to test.
"""

from __future__ import annotations

import re

from random_expressions import Chooser

from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)

# How strongly each construct binds, from Python's grammar.
OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)
STRENGTH = {
    BinaryOperator.ADD: SUM,
    BinaryOperator.SUBTRACT: SUM,
    BinaryOperator.MULTIPLY: PRODUCT,
    BinaryOperator.DIVIDE: PRODUCT,
    BinaryOperator.FLOOR_DIVIDE: PRODUCT,
    BinaryOperator.MODULO: PRODUCT,
    BinaryOperator.POWER: POWER,
}
COMMENTS = ("# leak", "#", "# I = g*(E - v) : amp", "#: volt", "# it's (", "# 100 % \\")
_WORD = re.compile(r"[\w.]")


class Writer:
    """Writes trees.

    Parameters
    ----------
    chooser
        Makes the choices.
    odd
        Whether the text has odd white space and needless parentheses.
    breaks
        Whether it has line breaks and comments.
    """

    def __init__(self, chooser: Chooser, *, odd: bool = True, breaks: bool = True) -> None:
        self.chooser = chooser
        self.odd = odd
        self.breaks = breaks

    def write(self, tree: Expression) -> str:
        """Return the text of a tree."""
        tokens = self._tokens(tree, OR)
        text = tokens[0]
        for before, token in zip(tokens[:-1], tokens[1:], strict=True):
            needs_space = _WORD.match(before[-1]) and _WORD.match(token[0])
            text += self.gap(" " if needs_space or not self.odd else "") + token
        return text

    def gap(self, usual: str = "") -> str:
        """Return white space, at least `usual`."""
        if not self.odd or self.chooser.chance(85):
            return usual
        gaps = [" ", "  ", "\t", " \t "]
        if self.breaks:
            gaps += ["\n", "\n    ", f" {self.chooser.pick(COMMENTS)}\n "]
        return self.chooser.pick(gaps)

    def number(self, value: float) -> str:
        """Return a literal in one of its spellings."""
        spellings = [repr(value)]
        if self.odd and isinstance(value, float):
            spellings += [f"{value:.17e}", f"{value!r}0" if "e" not in repr(value) else repr(value).upper()]
            if repr(value).startswith("0."):
                spellings.append(repr(value)[1:])
            if repr(value).endswith(".0"):
                spellings.append(repr(value)[:-1])
        return self.chooser.pick(spellings)

    def _tokens(self, tree: Expression, least: int) -> list[str]:
        tokens, strength = self._open_tokens(tree)
        needless = self.odd and self.chooser.chance(6)
        return ["(", *tokens, ")"] if strength < least or needless else tokens

    def _open_tokens(self, tree: Expression) -> tuple[list[str], int]:
        match tree:
            case Number(value):
                return [self.number(value)], ATOM
            case Boolean(value):
                return [str(value)], ATOM
            case Name(name):
                return [name], ATOM
            case Negative(operand):
                return ["-", *self._tokens(operand, SIGN)], SIGN
            case Not(operand):
                return ["not", *self._tokens(operand, NOT)], NOT
            case Binary(BinaryOperator.POWER, left, right):
                return [*self._tokens(left, ATOM), "**", *self._tokens(right, SIGN)], POWER
            case Binary(operator, left, right):
                strength = STRENGTH[operator]
                tokens = [*self._tokens(left, strength), operator.value, *self._tokens(right, strength + 1)]
                return tokens, strength
            case Comparison(comparator, left, right):
                tokens = [*self._tokens(left, SUM), comparator.value, *self._tokens(right, SUM)]
                return tokens, COMPARE
            case Logical():
                return self._logical(tree)
            case Call(function, arguments):
                tokens = [function, "("]
                for index, argument in enumerate(arguments):
                    tokens += [","] * (index > 0) + self._tokens(argument, OR)
                return [*tokens, ")"], ATOM
        raise AssertionError(tree)

    def _logical(self, tree: Logical) -> tuple[list[str], int]:
        match tree:
            case Logical(
                Connective.AND, (Comparison(first, low, middle), Comparison(second, again, high))
            ) if middle == again and self.chooser.chance(80):
                tokens = [*self._tokens(low, SUM), first.value, *self._tokens(middle, SUM)]
                return [*tokens, second.value, *self._tokens(high, SUM)], COMPARE
        strength = AND if tree.connective is Connective.AND else OR
        tokens: list[str] = []
        for index, operand in enumerate(tree.operands):
            tokens += [tree.connective.value] * (index > 0) + self._tokens(operand, strength + 1)
        return tokens, strength
