"""From text to the typed tree.

Python's own grammar does the parsing; the syntax tree it gives is never compiled or run, but translated node
by node into ours, and every kind of node that is not listed here is refused.  The parser knows no variables,
units or function signatures.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from distsim.equations.functions import BUILTIN_FUNCTIONS
from distsim.equations.source import Source
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Negative,
    Not,
    Number,
    functions,
)

if TYPE_CHECKING:
    from distsim.equations.errors import EquationError

MAXIMUM_DEPTH = 120
"""Levels of nesting that a parsed expression may have; the recursive functions over trees stay far from
Python's limit.
"""

MAXIMUM_LENGTH = 100_000
"""Characters that one expression may have."""

_OPERATORS: dict[type[ast.operator], BinaryOperator] = {
    ast.Add: BinaryOperator.ADD,
    ast.Sub: BinaryOperator.SUBTRACT,
    ast.Mult: BinaryOperator.MULTIPLY,
    ast.Div: BinaryOperator.DIVIDE,
    ast.FloorDiv: BinaryOperator.FLOOR_DIVIDE,
    ast.Mod: BinaryOperator.MODULO,
    ast.Pow: BinaryOperator.POWER,
}
_COMPARATORS: dict[type[ast.cmpop], Comparator] = {
    ast.Lt: Comparator.LESS,
    ast.LtE: Comparator.LESS_EQUAL,
    ast.Gt: Comparator.GREATER,
    ast.GtE: Comparator.GREATER_EQUAL,
    ast.Eq: Comparator.EQUAL,
    ast.NotEq: Comparator.NOT_EQUAL,
}
_CONNECTIVES: dict[type[ast.boolop], Connective] = {ast.And: Connective.AND, ast.Or: Connective.OR}

_REFUSED: dict[type[ast.AST], str] = {
    ast.Attribute: "attributes (a dot after a name) are not part of the language",
    ast.Subscript: "indexing with [] is not part of the language",
    ast.Lambda: "lambda is not part of the language",
    ast.IfExp: "'a if condition else b' is not part of the language; write int(condition)*a + ...",
    ast.JoinedStr: "strings are not part of the language",
    ast.NamedExpr: "':=' is not part of the language",
    ast.Tuple: "a comma may only separate the arguments of a function",
    ast.List: "lists are not part of the language",
    ast.ListComp: "comprehensions are not part of the language",
    ast.SetComp: "comprehensions are not part of the language",
    ast.DictComp: "comprehensions are not part of the language",
    ast.GeneratorExp: "comprehensions are not part of the language",
    ast.Starred: "'*arguments' is not part of the language",
}
_REFUSED_OPERATORS: dict[type[ast.AST], str] = {
    ast.BitAnd: "'&' is not an operator of the language; write 'and'",
    ast.BitOr: "'|' is not an operator of the language; write 'or'",
    ast.BitXor: "'^' is not an operator of the language; a power is written '**'",
    ast.Invert: "'~' is not an operator of the language; write 'not'",
    ast.MatMult: "'@' is not an operator of the language",
    ast.LShift: "'<<' is not an operator of the language",
    ast.RShift: "'>>' is not an operator of the language",
    ast.Is: "'is' is not an operator of the language; write '=='",
    ast.IsNot: "'is not' is not an operator of the language; write '!='",
    ast.In: "'in' is not an operator of the language",
    ast.NotIn: "'not in' is not an operator of the language",
}

_STATEMENT = re.compile(
    r"\s*(?P<target>[^\W\d]\w*)\s*(?P<operator>\*\*|//|[-+*/%])?=(?!=)(?P<value>.*)", re.DOTALL
)


def parse_expression(text: str) -> Expression:
    """Parse one expression, which may be broken over several lines and hold comments.

    Parameters
    ----------
    text
        Such as ``"(E - v)/tau + int(v > 0)"``.

    Raises
    ------
    EquationError
        If the text is not an expression of the language; the message shows the place.
    """
    source = Source(text)
    return parse_piece(source, 0, len(source.code))


def parse_statements(text: str) -> tuple[Assignment, ...]:
    """Parse a block of statements, one a line or separated by ``;``.

    Lines may be broken inside parentheses or by a backslash, and comments start with ``#``.

    Raises
    ------
    EquationError
        If a statement is not an assignment (``=``, ``+=``, ``-=``, ``*=``, ``/=``, ``**=``, ``//=``, ``%=``)
        or its right-hand side is not an expression.
    """
    source = Source(text)
    return tuple(_parse_statement(source, start, end) for start, end in _statement_ranges(source.code))


def parse_piece(source: Source, start: int, end: int) -> Expression:
    """Parse the part of `source` from offset `start` to `end` as one expression."""
    piece = source.code[start:end]
    stripped = piece.lstrip()
    start += len(piece) - len(stripped)
    # One line for Python, of the same length: offsets stay what they are.
    code = re.sub(r"\s", " ", stripped.rstrip())
    if not code:
        raise source.error("an expression is missing", min(start, max(len(source.text) - 1, 0)))
    if len(code) > MAXIMUM_LENGTH:
        raise source.error(f"the expression is longer than {MAXIMUM_LENGTH} characters", start)
    if not code.isascii():
        position = next(index for index, character in enumerate(code) if not character.isascii())
        raise source.error(
            f"the character {code[position]!r} cannot be used: names have letters a-z, digits and _",
            start + position,
        )
    try:
        tree = ast.parse(code, mode="eval")
    except SyntaxError as error:
        offset = min(max((error.offset or 1) - 1, 0), len(code) - 1)
        raise source.error(f"this is not a valid expression ({error.msg})", start + offset) from None
    except (ValueError, RecursionError, MemoryError):
        raise source.error("the expression is nested too deeply", start, start + len(code)) from None
    return _Translator(source, start).translate(tree.body, 0)


class _Translator:
    """Translates Python's syntax tree; holds where in the source it came from, for the messages."""

    def __init__(self, source: Source, start: int) -> None:
        self._source = source
        self._start = start

    def _error(self, message: str, node: ast.expr) -> EquationError:
        end = node.end_col_offset if node.end_col_offset is not None else node.col_offset + 1
        return self._source.error(message, self._start + node.col_offset, self._start + end)

    def translate(self, node: ast.expr, depth: int) -> Expression:
        if depth > MAXIMUM_DEPTH:
            raise self._error(
                f"the expression is nested more than {MAXIMUM_DEPTH} levels deep; split it into "
                "subexpressions",
                node,
            )
        match node:
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.Name(id=name):
                return Name(self._name(node, name))
            case ast.UnaryOp(operator, operand):
                return self._unary(node, operator, self.translate(operand, depth + 1))
            case ast.BinOp(left, operator, right):
                if type(operator) not in _OPERATORS:
                    raise self._error(_REFUSED_OPERATORS[type(operator)], node)
                return Binary(
                    _OPERATORS[type(operator)],
                    self.translate(left, depth + 1),
                    self.translate(right, depth + 1),
                )
            case ast.BoolOp(operator, operands):
                return Logical(
                    _CONNECTIVES[type(operator)],
                    tuple(self.translate(operand, depth + 1) for operand in operands),
                )
            case ast.Compare():
                return self._comparison(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case _:
                raise self._error(_REFUSED.get(type(node), "this is not part of the language"), node)

    def _constant(self, node: ast.expr, value: object) -> Expression:
        if isinstance(value, bool):
            return Boolean(value)
        if isinstance(value, int):
            if value >= 2**63:
                raise self._error("the integer is too large; write it as a float, such as 1e20", node)
            return Number(value)
        if isinstance(value, float):
            if value == float("inf"):
                raise self._error("the number is too large; infinity is written 'inf'", node)
            return Number(value)
        kinds = {
            str: "strings are",
            bytes: "strings are",
            complex: "complex numbers are",
            type(None): "None is",
        }
        raise self._error(f"{kinds.get(type(value), 'this is')} not part of the language", node)

    def _name(self, node: ast.expr, name: str) -> str:
        if name.startswith("__"):
            raise self._error(f"the name {name!r} cannot be used: it starts with two underscores", node)
        return name

    def _unary(self, node: ast.expr, operator: ast.unaryop, operand: Expression) -> Expression:
        match operator:
            case ast.USub():
                return Negative(operand)
            case ast.UAdd():
                return operand
            case ast.Not():
                return Not(operand)
            case _:
                raise self._error(_REFUSED_OPERATORS[type(operator)], node)

    def _comparison(self, node: ast.Compare, depth: int) -> Expression:
        for operator in node.ops:
            if type(operator) not in _COMPARATORS:
                raise self._error(_REFUSED_OPERATORS[type(operator)], node)
        operands = [self.translate(operand, depth + 2) for operand in (node.left, *node.comparators)]
        comparisons = tuple(
            Comparison(_COMPARATORS[type(operator)], left, right)
            for operator, left, right in zip(node.ops, operands[:-1], operands[1:], strict=True)
        )
        if len(comparisons) == 1:
            return comparisons[0]
        for inner, operand in zip(node.comparators[:-1], operands[1:-1], strict=True):
            # The conjunction reads the inner operand twice, which must not draw two numbers.
            if any(
                BUILTIN_FUNCTIONS[name].stateful for name in functions(operand) if name in BUILTIN_FUNCTIONS
            ):
                raise self._error(
                    "a random number cannot stand in the middle of a chain of comparisons", inner
                )
        return Logical(Connective.AND, comparisons)

    def _call(self, node: ast.Call, depth: int) -> Expression:
        if not isinstance(node.func, ast.Name):
            raise self._error("only a function's plain name can be called", node.func)
        if node.keywords:
            raise self._error("keyword arguments are not part of the language", node)
        name = self._name(node.func, node.func.id)
        if name in BUILTIN_FUNCTIONS and BUILTIN_FUNCTIONS[name].internal:
            raise self._error(f"there is no function {name!r}", node.func)
        return Call(name, tuple(self.translate(argument, depth + 1) for argument in node.args))


def _statement_ranges(code: str) -> list[tuple[int, int]]:
    """Return where the statements of a block start and end, without the empty ones."""
    ranges = []
    start = 0
    open_parentheses = 0
    for offset, character in enumerate(code):
        if character == "(":
            open_parentheses += 1
        elif character == ")":
            open_parentheses = max(open_parentheses - 1, 0)
        elif character == ";" or (character == "\n" and not open_parentheses):
            ranges.append((start, offset))
            start = offset + 1
            open_parentheses = 0
    ranges.append((start, len(code)))
    return [(start, end) for start, end in ranges if code[start:end].strip()]


def _parse_statement(source: Source, start: int, end: int) -> Assignment:
    piece = source.code[start:end]
    match = _STATEMENT.fullmatch(piece)
    if match is None:
        first = start + len(piece) - len(piece.lstrip())
        raise source.error(
            "a statement must assign to a variable, such as 'v = 0*mV' or 'g += w'",
            first,
            first + len(piece.strip()),
        )
    target = match["target"]
    if target.startswith("__") or not target.isascii():
        raise source.error(f"the name {target!r} cannot be used", start + match.start("target"))
    operator = BinaryOperator(match["operator"]) if match["operator"] else None
    return Assignment(target, operator, parse_piece(source, start + match.start("value"), end))
