"""Equations as LaTeX.  Importing this module imports sympy, so it is imported only where it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy.printing.latex import LatexPrinter

from distsim.equations.flags import EquationKind
from distsim.equations.sympy_bridge import NOTHING, opaque_name, symbol, to_sympy
from distsim.equations.tree import Comparator

if TYPE_CHECKING:
    from distsim.equations.model import Equation, Equations

_BETWEEN = {
    Comparator.LESS.name: "<",
    Comparator.LESS_EQUAL.name: r"\leq",
    Comparator.GREATER.name: ">",
    Comparator.GREATER_EQUAL.name: r"\geq",
    Comparator.EQUAL.name: "=",
    Comparator.NOT_EQUAL.name: r"\neq",
    "AND": r"\land",
    "OR": r"\lor",
    "MODULO": r"\bmod",
}
"""What stands between the arguments of operations that sympy does not know."""


class _Printer(LatexPrinter):  # type: ignore[misc]
    """Writes what is no function to sympy, but an operation of the language, as that operation."""

    def _print_Function(self, expression: Any, exp: str | None = None) -> str:  # noqa: N802
        name = opaque_name(expression)
        text = super()._print_Function(expression) if name is None else self._operation(name, expression.args)
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _operation(self, name: str, operands: tuple[Any, ...]) -> str:
        arguments = [self._print(operand) for operand in operands]
        if name.upper() in _BETWEEN:
            return rf"\left({f' {_BETWEEN[name.upper()]} '.join(arguments)}\right)"
        match name:
            case "true" | "false":
                return rf"\mathrm{{{name}}}"
            case "not":
                return rf"\lnot {arguments[0]}"
            case "floor_divide":
                return rf"\left\lfloor \frac{{{arguments[0]}}}{{{arguments[1]}}} \right\rfloor"
        called = name.removeprefix("call_").replace("_", r"\_")
        given = "" if operands == (NOTHING,) else ", ".join(arguments)
        return rf"\mathrm{{{called}}}\left({given}\right)"


def latex_of(equations: Equations) -> str:
    """Return equations as an aligned block of LaTeX, each with its unit and flags."""
    lines = r"\\ ".join(_line(equation) for equation in equations.values())
    return rf"\begin{{align*}} {lines} \end{{align*}}"


def _line(equation: Equation) -> str:
    printer = _Printer()
    left = printer.doprint(symbol(equation.name))
    if equation.kind is EquationKind.DIFFERENTIAL:
        left = rf"\frac{{\mathrm{{d}}{left}}}{{\mathrm{{d}}t}}"
    right = "" if equation.expression is None else f" = {printer.doprint(to_sympy(equation.expression))}"
    flags = ", ".join(sorted(flag.value for flag in equation.flags))
    about = f"{equation.unit}, {flags}" if flags else equation.unit
    return rf"{left} &{right} && \text{{({about})}}"
