"""The texts of ``connect(j='...')``: an expression, a condition behind it, a loop that gives several numbers.

``'i + 1'``, ``'int(i/2) if i % 2 == 0'``, ``'k for k in range(i - 3, i + 4) if k != i'``,
``'k for k in sample(N_post, size=10)'``.  Python's own grammar takes them apart; nothing is run.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


class GeneratorSyntaxError(SyntaxError):
    """A text for `i` or `j` of ``connect`` cannot be understood."""


@dataclass(frozen=True, slots=True)
class Generator:
    """What such a text says.

    Parameters
    ----------
    element
        The expression of the neuron number.
    condition
        The condition, or None.
    iterator
        Name of the loop's variable; None without a loop.
    function
        ``range`` or ``sample``; empty without a loop.
    arguments
        Texts of ``start``, ``stop``, ``step``, ``size`` and ``p``, as far as they are given.
    """

    element: str
    condition: str | None = None
    iterator: str | None = None
    function: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


def parse_generator(text: str) -> Generator:
    """Take a text apart.

    Raises
    ------
    GeneratorSyntaxError
        If it is of another form.
    """
    line = " ".join(text.split())
    tree = _tree(f"({line})")
    if isinstance(tree, ast.GeneratorExp):
        return _loop(line, tree)
    if tree is None:
        conditional = _tree(f"({line} else 0)")
        if not isinstance(conditional, ast.IfExp):
            raise _error(text, "it is neither an expression nor a loop")
        source = f"({line} else 0)"
        return Generator(_segment(source, conditional.body), _segment(source, conditional.test))
    if isinstance(tree, (ast.ListComp, ast.SetComp)):
        raise _error(text, "a loop is written without brackets")
    if isinstance(tree, (ast.Tuple, ast.List, ast.Set)):
        raise _error(text, "it is not one expression")
    return Generator(line)


def _tree(code: str) -> ast.expr | None:
    try:
        return ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _segment(source: str, node: ast.expr) -> str:
    return ast.get_source_segment(source, node) or ""


def _error(text: str, reason: str) -> GeneratorSyntaxError:
    return GeneratorSyntaxError(
        f"cannot understand '{text.strip()}': {reason}; what can be written is, for example, 'i + 1', "
        "'i + 1 if i < 10', 'k for k in range(i-10, i+10) if k != i' or 'k for k in sample(N_post, size=10)'"
    )


def _loop(line: str, tree: ast.GeneratorExp) -> Generator:
    source = f"({line})"
    if len(tree.generators) != 1:
        raise _error(line, "there can only be one loop")
    (loop,) = tree.generators
    if not isinstance(loop.target, ast.Name):
        raise _error(line, "the loop needs one variable")
    if len(loop.ifs) > 1:
        raise _error(line, "there can only be one 'if'")
    call = loop.iter
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise _error(line, "a loop runs over range(...) or sample(...)")
    function = call.func.id
    if function not in ("range", "sample"):
        raise _error(line, f"a loop runs over range(...) or sample(...), not over {function}(...)")
    return Generator(
        _segment(source, tree.elt),
        _segment(source, loop.ifs[0]) if loop.ifs else None,
        loop.target.id,
        function,
        {**_bounds(line, source, call), **_keywords(line, source, call)},
    )


def _bounds(line: str, source: str, call: ast.Call) -> dict[str, str]:
    texts = [_segment(source, argument) for argument in call.args]
    match texts:
        case [stop]:
            return {"stop": stop}
        case [start, stop]:
            return {"start": start, "stop": stop}
        case [start, stop, step]:
            return {"start": start, "stop": stop, "step": step}
    raise _error(line, "range and sample take from one to three numbers")


def _keywords(line: str, source: str, call: ast.Call) -> dict[str, str]:
    assert isinstance(call.func, ast.Name)  # noqa: S101 (the caller has seen to it)
    given = {keyword.arg or "": _segment(source, keyword.value) for keyword in call.keywords}
    if call.func.id == "range":
        if given:
            raise _error(line, "range has no keywords")
        return {}
    if len(given) != 1 or not given.keys() <= {"size", "p"}:
        raise _error(line, "sample needs either 'size=' or 'p='")
    return given
