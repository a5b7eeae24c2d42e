"""Random systems and expressions: what was written is what is read, and means what Python and sympy say."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from plain_python import Jitter, Meaning, Undefined, spread
from random_expressions import Chooser, Known, Maker, Taste, dimension_of_text
from random_systems import Kind, systems
from random_text import Writer
from samples import Tally, counts, sample

from distsim.equations import (
    Equations,
    VariableType,
    check_equations,
    check_statements,
    parse_expression,
    parse_statements,
    render,
    render_statement,
    type_of,
)
from distsim.equations.sympy_bridge import from_sympy, to_sympy
from distsim.equations.tree import Assignment, BinaryOperator, Expression
from distsim.kernels.evaluate import assign, evaluate
from distsim.units import DIMENSIONLESS, STANDARD_UNITS, units_by_name

FLOAT, INTEGER, BOOLEAN = VariableType.FLOAT, VariableType.INTEGER, VariableType.BOOLEAN
VOLT, SECOND = dimension_of_text("volt"), dimension_of_text("second")
# Few, so that values stay of a size.
DIMENSIONS = (VOLT, SECOND, dimension_of_text("Hz"), DIMENSIONLESS)
SCOPE = {
    "v": Known(VOLT),
    "E": Known(VOLT),
    "w": Known(VOLT),
    "x": Known(DIMENSIONLESS),
    "y": Known(DIMENSIONLESS),
    "gamma": Known(DIMENSIONLESS),
    "tau": Known(SECOND),
    "t": Known(SECOND),
    "dt": Known(SECOND),
    "f": Known(dimension_of_text("Hz")),
    "i": Known(DIMENSIONLESS, INTEGER),
    "k": Known(DIMENSIONLESS, INTEGER),
    "on": Known(DIMENSIONLESS, BOOLEAN),
    "S": Known(DIMENSIONLESS, BOOLEAN),
}
UNITS = {name: float(units_by_name()[name]) for name in STANDARD_UNITS}
DTYPES = {FLOAT: np.float64, INTEGER: np.int64, BOOLEAN: np.bool_}


@counts(60, 3000)
def test_systems_are_read_as_they_were_written(count):
    kind = Kind(noise=True, taste=Taste(random_numbers=True, lenient=True))

    @sample(count)
    @given(systems(kind))
    def check(system):
        equations = Equations(system.text)
        assert set(equations) == {line.name for line in system.lines}
        for line in system.lines:
            found = equations[line.name]
            assert (found.kind, found.expression, found.dtype) == (line.kind, line.tree, line.dtype)
            assert found.dimension is line.dimension
            assert {flag.value for flag in found.flags} == set(line.flags)
            if line.tree is not None:
                assert parse_expression(render(line.tree)) == line.tree
        check_equations(equations, system.lookup, values=system.external_values)
        assert Equations(str(equations)) == equations
        # Windows's line ends, and the equations one by one.
        assert Equations(system.text.replace("\n", "\r\n")) == equations
        assert sum((Equations([equation]) for equation in equations.values()), Equations()) == equations

    check()


@st.composite
def expressions(draw, *, conditions=True, functions=True, lenient=True, size=9):
    """Return a tree, its type, and its text."""
    chooser = Chooser(draw)
    taste = Taste(SCOPE, conditions=conditions, functions=functions, lenient=lenient, dimensions=DIMENSIONS)
    maker = Maker(chooser, taste)
    operations = chooser.whole(0, size)
    kind = chooser.pick([FLOAT, FLOAT, INTEGER, BOOLEAN] if conditions else [FLOAT])
    if kind is FLOAT:
        tree = maker.of(chooser.pick([DIMENSIONLESS, VOLT, SECOND]), operations)
    else:
        tree = maker.integer(operations) if kind is INTEGER else maker.truth(operations)
    return tree, Writer(chooser).write(tree)


@st.composite
def points(draw, count):
    """Return random values of the names of the scope, `count` of each."""
    seed = draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)
    values: dict[str, np.ndarray] = {}
    for name, known in SCOPE.items():
        if known.dtype is BOOLEAN:
            values[name] = generator.random(count) < 0.5
        elif known.dtype is INTEGER:
            values[name] = generator.integers(-9, 10, count)
        else:
            values[name] = generator.uniform(-3, 3, count)
    values["tau"], values["dt"] = abs(values["tau"]) + 0.1, np.full(count, 1e-4)
    values["t"], values["f"] = abs(values["t"]), abs(values["f"])
    return values


def at(values, index):
    """Return one of the points as Python's numbers."""
    return {**UNITS, **{name: array[index].item() for name, array in values.items()}}


def lookup(values):
    return lambda name: values[name] if name in values else UNITS[name]


def type_of_name(name):
    return SCOPE[name].dtype


def meanings(text, namespace, jitters=4):
    """Return what Python says, and how far rounding may move it; Undefined where rounding decides."""
    value = Meaning(namespace).value(text)
    moved = [Meaning(namespace, jitter=Jitter(seed)).value(text) for seed in range(jitters)]
    return value, spread([value, *moved])


@counts(150, 3000)
def test_values_are_those_of_python(count):
    tally = Tally()

    @sample(count)
    @given(expressions(), points(3))
    def check(written, values):
        tree, text = written
        assert parse_expression(text) == tree
        assert parse_expression(render(tree)) == tree
        result = evaluate(parse_expression(text), lookup(values))
        assert result.dtype == DTYPES[type_of(tree, type_of_name)]
        for index in range(3):
            try:
                expected, moved = meanings(text, at(values, index))
            except Undefined:
                tally["undefined"] += 1
                continue
            found = np.broadcast_to(result, 3)[index].item()
            if moved > 1e-6 * max(abs(expected), 1e-6):
                tally["decided by rounding"] += 1
                continue
            tally["compared"] += 1
            assert found == pytest.approx(expected, rel=1e-14, abs=max(4 * moved, 1e-300))

    check()
    assert tally.share("compared") > 0.6, tally


def number(value):
    """Return a number with more digits than it needs; of exact ones, powers would grow without limit."""
    return sympy.Integer(value) if isinstance(value, int) else sympy.Float(value, 40)


class Sympy:
    """The value of an expression in sympy, with many digits."""

    OPERATIONS = {
        ast.Add: lambda a, b: a + b,
        ast.Sub: lambda a, b: a - b,
        ast.Mult: lambda a, b: a * b,
        ast.Div: lambda a, b: a / b,
        ast.Pow: lambda a, b: a**b,
        ast.FloorDiv: lambda a, b: sympy.floor(a / b),
        ast.Mod: sympy.Mod,
    }
    COMPARISONS = {
        ast.Lt: sympy.Lt,
        ast.LtE: sympy.Le,
        ast.Gt: sympy.Gt,
        ast.GtE: sympy.Ge,
        ast.Eq: sympy.Eq,
        ast.NotEq: sympy.Ne,
    }
    FUNCTIONS = {
        **{name: getattr(sympy, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh",
                                                   "tanh", "sign", "floor")},
        "arcsin": sympy.asin,
        "arccos": sympy.acos,
        "arctan": sympy.atan,
        "abs": sympy.Abs,
        "ceil": sympy.ceiling,
        "log10": lambda x: sympy.log(x) / sympy.log(10),
        "expm1": lambda x: sympy.exp(x) - 1,
        "log1p": lambda x: sympy.log(1 + x),
        "exprel": lambda x: sympy.Piecewise((1, sympy.Eq(x, 0)), ((sympy.exp(x) - 1) / x, True)),
        "clip": lambda x, low, high: sympy.Min(sympy.Max(x, low), high),
    }  # fmt: skip

    def __init__(self, names):
        self.symbols = {name: sympy.Symbol(name, real=True) for name in names}

    def of(self, text):
        """Return the text as a sympy expression, through names that are listed here only."""
        return self._of(ast.parse(f"(\n{text}\n)", mode="eval").body)

    def _of(self, node):
        match node:
            case ast.Constant(value):
                return number(value)
            case ast.Name("pi"):
                return sympy.pi
            case ast.Name(name):
                return self.symbols[name]
            case ast.UnaryOp(ast.USub(), operand):
                return -self._of(operand)
            case ast.BinOp(left, operation, right):
                return self.OPERATIONS[type(operation)](self._of(left), self._of(right))
            case ast.Call(ast.Name(function), arguments):
                return self.FUNCTIONS[function](*map(self._of, arguments))
        raise AssertionError(ast.dump(node))


@counts(60, 1500)
def test_values_are_those_of_sympy(count):
    tally = Tally()

    @sample(count)
    @given(expressions(conditions=False, size=7), points(1))
    def check(written, values):
        tree, text = written
        namespace = at(values, 0)
        try:
            _, moved = meanings(text, namespace)
        except Undefined:
            tally["undefined"] += 1
            return
        here = Sympy(namespace)
        numbers = {symbol: number(namespace[name]) for name, symbol in here.symbols.items()}
        with_digits = here.of(text).subs(numbers).evalf(30)
        if not with_digits.is_real:
            # sqrt(x)**2 of a negative x, say, which is undefined on the way only.
            tally["undefined"] += 1
            return
        tally["compared"] += 1
        found = evaluate(tree, lookup(values)).item()
        tolerance = {"rel": 1e-13, "abs": max(10 * moved, 1e-300)}
        assert found == pytest.approx(float(with_digits), **tolerance)
        # Through the bridge and back it is another tree of the same value.
        back = from_sympy(to_sympy(tree))
        assert parse_expression(render(back)) == back
        _, moved_back = meanings(render(back), namespace)
        tolerance["abs"] += 10 * moved_back
        assert evaluate(back, lookup(values)).item() == pytest.approx(found, **tolerance)

    check()
    assert tally.share("compared") > 0.6, tally


@st.composite
def blocks(draw):
    """Return statements and their text."""
    chooser = Chooser(draw)
    scope = dict(SCOPE)
    statements: list[Assignment] = []
    text = ""
    writer = Writer(chooser, breaks=False)
    for number in range(chooser.whole(1, 4)):
        taste = Taste(scope, lenient=True, dimensions=DIMENSIONS)
        maker = Maker(chooser, taste)
        target = chooser.pick(["v", "w", "x", f"local_{number}"])
        dimension = scope[target].dimension if target in scope else chooser.pick([VOLT, DIMENSIONLESS])
        operator = None
        if target in scope:
            operator = chooser.pick([None, BinaryOperator.ADD, BinaryOperator.SUBTRACT, BinaryOperator.MULTIPLY,
                                     BinaryOperator.DIVIDE, BinaryOperator.MODULO])  # fmt: skip
        scaled = operator in (BinaryOperator.MULTIPLY, BinaryOperator.DIVIDE)
        tree: Expression = maker.of(DIMENSIONLESS if scaled else dimension, chooser.whole(0, 4))
        statements.append(Assignment(target, operator, tree))
        symbol = operator.value if operator else ""
        text += f"{target}{chooser.pick(['', ' '])}{symbol}={chooser.pick(['', ' '])}{writer.write(tree)}"
        text += chooser.pick(["\n", ";", " ; ", "\n\n", " # v = 0\n"])
        if target not in scope and type_of(tree, lambda name, known=dict(scope): known[name].dtype) is FLOAT:
            scope[target] = Known(dimension)
    return tuple(statements), text


@counts(60, 1500)
def test_blocks_of_statements(count):
    tally = Tally()

    @sample(count)
    @given(blocks(), points(2))
    def check(written, values):
        statements, text = written
        assert parse_statements(text) == statements
        rendered = [render_statement(statement) for statement in statements]
        assert parse_statements("\n".join(rendered)) == statements
        check_statements(statements, lambda name: SCOPE[name].dimension)
        variables = {name: values[name].copy() for name in ("v", "w", "x")}
        assign(statements, variables, lookup(values))
        expanded = "\n".join(
            f"{s.target} = {render(s.value)}" if s.operator is None
            else f"{s.target} = {s.target} {s.operator.value} ({render(s.value)})"
            for s in statements
        )  # fmt: skip
        for index in range(2):
            try:
                after = Meaning(at(values, index)).execute(expanded)
                moved = [Meaning(at(values, index), jitter=Jitter(n)).execute(expanded) for n in range(4)]
            except Undefined:
                tally["undefined"] += 1
                continue
            for name in variables:
                expected = after[name]
                distance = spread([float(expected), *(float(each[name]) for each in moved)])
                found = np.broadcast_to(variables[name], 2)[index].item()
                if distance > 1e-6 * max(abs(expected), 1e-6):
                    tally["decided by rounding"] += 1
                    continue
                tally["compared"] += 1
                assert found == pytest.approx(expected, rel=1e-14, abs=max(4 * distance, 1e-300))

    check()
    assert tally.share("compared") > 0.6, tally


def test_the_jitter_shows_cancellation():
    value, moved = meanings("(x + 1e8) - 1e8", {"x": 0.1})
    assert math.isclose(value, 0.1, rel_tol=1e-6)
    assert 1e-9 < moved < 1e-6
