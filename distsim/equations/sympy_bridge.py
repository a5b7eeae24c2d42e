"""To sympy and back.

Arithmetic and the elementary functions become sympy's own; whatever sympy would interpret in another way than
the language does (comparisons, ``int``, ``//``, ``clip``, TimedArrays, random numbers ...) becomes an
undefined function of its arguments and comes back unchanged.  Importing this module imports sympy, so it is
imported only where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from distsim.equations.algebra import ONE, ZERO, add, divide, multiply, negative, number, power
from distsim.equations.errors import EquationError
from distsim.equations.functions import BUILTIN_FUNCTIONS
from distsim.equations.literals import expression_of_number
from distsim.equations.tree import (
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
)

if TYPE_CHECKING:
    from collections.abc import Collection

_OPAQUE = "opaque_"
NOTHING = sympy.Symbol("opaque_nothing", real=True)
"""Stands in where there is no argument, because an undefined function needs one."""
_LARGEST_EXPONENT = 100
_TO_SYMPY: dict[str, Any] = {
    name: getattr(sympy, signature.sympy_name)
    for name, signature in BUILTIN_FUNCTIONS.items()
    if signature.sympy_name is not None
}
_FROM_SYMPY: dict[Any, str] = {function: name for name, function in _TO_SYMPY.items() if name != "sqrt"}
_OPERATORS = {
    operator.name.lower(): operator for operator in (BinaryOperator.FLOOR_DIVIDE, BinaryOperator.MODULO)
}
_COMPARATORS = {comparator.name.lower(): comparator for comparator in Comparator}
_CONNECTIVES = {connective.name.lower(): connective for connective in Connective}
_CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "inf": sympy.oo}


def symbol(name: str) -> Any:
    """Return the sympy symbol of a name; all are real, ``t`` and ``dt`` positive as well."""
    return (
        sympy.Symbol(name, real=True, positive=True) if name in ("t", "dt") else sympy.Symbol(name, real=True)
    )


def to_sympy(expression: Expression) -> Any:
    """Return `expression` as a sympy expression."""
    match expression:
        case Number(value):
            return sympy.Integer(value) if isinstance(value, int) else sympy.Float(value)
        case Boolean(value):
            return _opaque("true" if value else "false")
        case Name(name):
            return _CONSTANTS[name] if name in _CONSTANTS else symbol(name)
        case Negative(operand):
            return -to_sympy(operand)
        case Not(operand):
            return _opaque("not", operand)
        case Comparison(comparator, left, right):
            return _opaque(comparator.name.lower(), left, right)
        case Logical(connective, operands):
            return _opaque(connective.name.lower(), *operands)
        case Binary():
            return _binary_to_sympy(expression)
        case Call(function, arguments):
            known = _TO_SYMPY.get(function)
            if known is None:
                return _opaque(f"call_{function}", *arguments)
            return known(*map(to_sympy, arguments))


def _opaque(name: str, *arguments: Expression) -> Any:
    function = sympy.Function(_OPAQUE + name, real=True)
    return function(*map(to_sympy, arguments)) if arguments else function(NOTHING)


def opaque_name(expression: Any) -> str | None:
    """Return what an undefined function stands for, such as ``less`` or ``call_rand``; None for others."""
    name = str(expression.func)
    return name[len(_OPAQUE) :] if name.startswith(_OPAQUE) else None


def _binary_to_sympy(expression: Binary) -> Any:
    operator = expression.operator
    if operator in _OPERATORS.values():
        return _opaque(operator.name.lower(), expression.left, expression.right)
    left, right = to_sympy(expression.left), to_sympy(expression.right)
    match operator:
        case BinaryOperator.ADD:
            return left + right
        case BinaryOperator.SUBTRACT:
            return left - right
        case BinaryOperator.MULTIPLY:
            return left * right
        case BinaryOperator.DIVIDE:
            return left / right
        case _:
            if left.is_number and right.is_number and abs(right) > _LARGEST_EXPONENT:
                # sympy would write out all the digits of 9**999999999.
                return sympy.Pow(left, right, evaluate=False)
            return left**right


def from_sympy(expression: Any) -> Expression:
    """Return a sympy expression as a tree.

    Raises
    ------
    EquationError
        If it holds something that the language has no word for (complex numbers, integrals ...).
    """
    if isinstance(expression, sympy.Symbol):
        return Name(expression.name)
    if expression.is_Number or expression in (sympy.nan, sympy.zoo):
        return _number_from_sympy(expression)
    for name, constant in _CONSTANTS.items():
        if expression == constant:
            return Name(name)
    if isinstance(expression, sympy.Add):
        result: Expression = ZERO
        for term in expression.as_ordered_terms():
            result = add(result, from_sympy(term))
        return result
    if isinstance(expression, sympy.Mul):
        return _product_from_sympy(expression)
    if isinstance(expression, sympy.exp):
        return Call("exp", (from_sympy(expression.args[0]),))
    if isinstance(expression, sympy.Pow):
        return _power_from_sympy(expression)
    return _function_from_sympy(expression)


def _number_from_sympy(expression: Any) -> Expression:
    if expression.is_Integer and abs(int(expression)) < 2**63:
        return number(int(expression))
    if expression.is_real or expression in (sympy.oo, -sympy.oo):
        return expression_of_number(float(expression))
    raise EquationError(f"the value {expression} has no place in an expression")


def _product_from_sympy(expression: Any) -> Expression:
    numerator: Expression = ONE
    denominator: Expression = ONE
    is_negative = False
    for factor in expression.as_ordered_factors():
        if factor.is_Rational and not factor.is_Integer:
            is_negative ^= bool(factor < 0)
            numerator = multiply(numerator, number(abs(int(factor.p))))
            denominator = multiply(denominator, number(int(factor.q)))
        elif factor.is_Number and factor.is_real and factor < 0:
            is_negative = not is_negative
            numerator = multiply(numerator, from_sympy(-factor))
        elif isinstance(factor, sympy.Pow) and factor.exp.is_Number and factor.exp < 0:
            denominator = multiply(denominator, from_sympy(factor.base ** (-factor.exp)))
        else:
            numerator = multiply(numerator, from_sympy(factor))
    product = divide(numerator, denominator)
    return negative(product) if is_negative else product


def _power_from_sympy(expression: Any) -> Expression:
    base, exponent = expression.as_base_exp()
    if exponent == sympy.S.Half:
        return Call("sqrt", (from_sympy(base),))
    if exponent.is_Number and exponent < 0:
        return divide(ONE, from_sympy(base ** (-exponent)))
    if exponent.is_Integer and abs(int(exponent)) < 2**31:
        return power(from_sympy(base), int(exponent))
    return Binary(BinaryOperator.POWER, from_sympy(base), from_sympy(exponent))


def _function_from_sympy(expression: Any) -> Expression:
    known = _FROM_SYMPY.get(expression.func)
    if known is not None:
        return Call(known, tuple(map(from_sympy, expression.args)))
    name = opaque_name(expression)
    if name is None:
        raise EquationError(f"'{expression}' has no place in an expression")
    if name in ("true", "false"):
        return Boolean(name == "true")
    arguments = tuple(map(from_sympy, expression.args))
    if name == "not":
        return Not(arguments[0])
    if name in _COMPARATORS:
        return Comparison(_COMPARATORS[name], *arguments)
    if name in _CONNECTIVES:
        return Logical(_CONNECTIVES[name], arguments)
    if name in _OPERATORS:
        return Binary(_OPERATORS[name], *arguments)
    return Call(name.removeprefix("call_"), () if expression.args == (NOTHING,) else arguments)


def symbolic_linear_parts(
    expression: Expression, variables: Collection[str]
) -> tuple[dict[str, Expression], Expression] | None:
    """Return coefficients and rest of an expression that is linear after simplification, or ``None``."""
    symbols = {variable: symbol(variable) for variable in sorted(variables)}
    rest = sympy.expand(to_sympy(expression))
    coefficients = {}
    for variable, of_variable in symbols.items():
        factor = sympy.simplify(sympy.diff(rest, of_variable))
        if factor.has(*symbols.values()) or factor.has(sympy.Derivative, sympy.Subs):
            return None
        rest = sympy.expand(rest - factor * of_variable)
        if factor != 0:
            coefficients[variable] = from_sympy(factor)
    rest = sympy.simplify(rest)
    if rest.has(*symbols.values()):
        return None
    return coefficients, from_sympy(rest)


def simplifies_to_zero(expression: Expression) -> bool:
    """Return whether algebra shows `expression` to be zero for all values of its names."""
    return bool(sympy.simplify(to_sympy(expression)) == 0)


def is_surely_negative(expression: Expression) -> bool:
    """Return whether algebra shows `expression` to be negative for all values of its names but zero."""
    value = to_sympy(expression)
    nonzero = {old: sympy.Dummy(old.name, real=True, nonzero=True) for old in value.free_symbols}
    return bool(sympy.simplify(value.subs(nonzero)).is_negative)
