"""The NumPy evaluator: Python's arithmetic, elementwise, whatever piece of an array it is given."""

import math

import numpy as np
import pytest
from scipy import stats

from distsim.equations import parse_statements
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)
from distsim.kernels.evaluate import assign, evaluate
from distsim.kernels.poisson import poisson_quantile
from distsim.network.errors import ModelError

PYTHON = {
    BinaryOperator.ADD: lambda a, b: a + b,
    BinaryOperator.SUBTRACT: lambda a, b: a - b,
    BinaryOperator.MULTIPLY: lambda a, b: a * b,
    BinaryOperator.DIVIDE: lambda a, b: a / b,
    BinaryOperator.FLOOR_DIVIDE: lambda a, b: a // b,
    BinaryOperator.MODULO: lambda a, b: a % b,
    BinaryOperator.POWER: lambda a, b: a**b,
}


def nothing(name):
    raise KeyError(name)


def call(function, *arguments):
    return Call(function, tuple(Number(argument) for argument in arguments))


class Recorded:
    """Random numbers that tell which draw they are."""

    def uniform(self, draw):
        return np.full(3, (draw + 1) / 100)

    def normal(self, draw):
        return np.full(3, 10.0 + draw)


@pytest.mark.parametrize("operator", BinaryOperator)
@pytest.mark.parametrize(("a", "b"), [(7, 2), (-7, 2), (7, -2), (7.5, -2.0), (0.3, 0.1), (2, 3), (5, 0.5)])
def test_arithmetic_is_pythons(operator, a, b):
    result = evaluate(Binary(operator, Number(a), Number(b)), nothing)
    assert result == PYTHON[operator](a, b)
    arrays = {"a": np.array([a, a]), "b": np.array([b, b])}
    assert np.array_equal(
        evaluate(Binary(operator, Name("a"), Name("b")), arrays.__getitem__), [result, result]
    )


def test_types():
    integers = evaluate(
        Binary(BinaryOperator.MULTIPLY, Name("i"), Name("N")),
        {"i": np.array([2**30], np.int32), "N": 8}.__getitem__,
    )
    assert integers.dtype == np.int64
    assert integers[0] == 2**33
    assert evaluate(Name("w"), {"w": np.float32([1.5])}.__getitem__).dtype == np.float64
    assert evaluate(Binary(BinaryOperator.DIVIDE, Number(4), Number(2)), nothing).dtype == np.float64
    assert evaluate(Binary(BinaryOperator.POWER, Number(3), Number(2)), nothing).dtype == np.int64
    assert evaluate(Binary(BinaryOperator.POWER, Number(2), Number(-1)), nothing) == 0.5
    assert evaluate(Number(3), nothing).shape == ()


def test_logic_is_elementwise_and_booleans_count_as_numbers():
    a, b = np.array([0, 0, 1, 1], bool), np.array([0, 1, 0, 1], bool)
    lookup = {"a": a, "b": b}.__getitem__
    names = (Name("a"), Name("b"))
    assert evaluate(Logical(Connective.AND, names), lookup).tolist() == [False, False, False, True]
    assert evaluate(Logical(Connective.OR, names), lookup).tolist() == [False, True, True, True]
    three = (*names, Boolean(value=True))
    assert evaluate(Logical(Connective.OR, three), lookup).all()
    assert evaluate(Not(Name("a")), lookup).tolist() == [True, True, False, False]
    assert evaluate(Binary(BinaryOperator.ADD, *names), lookup).tolist() == [0, 1, 1, 2]
    assert evaluate(Negative(Name("a")), lookup).tolist() == [0, 0, -1, -1]
    assert evaluate(Call("int", (Name("a"),)), lookup).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        (Comparator.LESS, [True, False, False]),
        (Comparator.LESS_EQUAL, [True, True, False]),
        (Comparator.GREATER, [False, False, True]),
        (Comparator.GREATER_EQUAL, [False, True, True]),
        (Comparator.EQUAL, [False, True, False]),
        (Comparator.NOT_EQUAL, [True, False, True]),
    ],
)
def test_comparisons(comparator, expected):
    lookup = {"x": np.array([1, 2, 3])}.__getitem__
    assert evaluate(Comparison(comparator, Name("x"), Number(2.0)), lookup).tolist() == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (call("exp", 1), math.e),
        (call("log", 2), math.log(2)),
        (call("log10", 1000), 3.0),
        (call("sqrt", 2), math.sqrt(2)),
        (call("abs", -3), 3),
        (call("sign", -0.5), -1.0),
        (call("sin", 1), math.sin(1)),
        (call("cos", 1), math.cos(1)),
        (call("tan", 1), math.tan(1)),
        (call("sinh", 1), math.sinh(1)),
        (call("cosh", 1), math.cosh(1)),
        (call("tanh", 1), math.tanh(1)),
        (call("arcsin", 0.5), math.asin(0.5)),
        (call("arccos", 0.5), math.acos(0.5)),
        (call("arctan", 0.5), math.atan(0.5)),
        (call("ceil", 1.2), 2.0),
        (call("floor", -1.2), -2.0),
        (call("expm1", 1e-9), math.expm1(1e-9)),
        (call("log1p", 1e-9), math.log1p(1e-9)),
        (call("exprel", 0.0), 1.0),
        (call("exprel", 1e-9), 1.0 + 0.5e-9),
        (call("exprel", 800.0), math.inf),
        (call("exprel", -800.0), 1 / 800),
        (call("clip", 5, 0, math.inf), 5),
        (call("clip", -5.0, 0, 1), 0),
        (call("int", -2.7), -2),
        (call("int", 2.7), 2),
        (call("timestep", 0.3, 0.1), 3),
        (call("timestep", 0.19999, 0.1), 2),
        (Call("where", (Boolean(value=False), Number(1), Number(2))), 2),
        (Name("pi"), math.pi),
        (Name("inf"), math.inf),
        (Call("log", (Name("e"),)), 1.0),
    ],
)
def test_functions_and_constants(expression, expected):
    assert evaluate(expression, nothing) == pytest.approx(expected, rel=1e-15)


def test_caller_hides_constants_and_brings_functions():
    assert evaluate(Name("e"), {"e": 5.0}.__getitem__) == 5.0
    functions = {"stim": lambda t, i: t * 100 + i}
    expression = Call("stim", (Number(2), Name("i")))
    assert evaluate(expression, {"i": np.arange(3)}.__getitem__, functions=functions).tolist() == [
        200, 201, 202,
    ]  # fmt: skip


def test_division_by_zero_and_overflow_are_silent():
    lookup = {"x": np.array([0.0, -1.0, 1e300])}.__getitem__
    assert evaluate(Binary(BinaryOperator.DIVIDE, Number(1), Name("x")), lookup)[0] == math.inf
    assert np.isnan(evaluate(Call("sqrt", (Name("x"),)), lookup)[1])
    assert evaluate(Call("exp", (Name("x"),)), lookup)[2] == math.inf
    assert evaluate(Call("int", (call("log", -1),)), lookup).dtype == np.int64


def test_random_calls_are_numbered_in_the_order_of_the_text():
    rand, randn = Call("rand", ()), Call("randn", ())
    total = Binary(
        BinaryOperator.ADD,
        Binary(BinaryOperator.MULTIPLY, rand, Number(1000)),
        Binary(BinaryOperator.ADD, Binary(BinaryOperator.MULTIPLY, randn, Number(100)), rand),
    )
    assert np.allclose(evaluate(total, nothing, random=Recorded()), 0.01 * 1000 + 10 * 100 + 0.02)
    variables = {"v": np.zeros(3), "w": np.zeros(3)}
    assign([Assignment("v", None, rand), Assignment("w", None, rand)], variables, nothing, random=Recorded())
    assert variables["v"].tolist() == [0.01] * 3
    assert variables["w"].tolist() == [0.02] * 3


def test_poisson_counts():
    generator = np.random.Generator(np.random.Philox(5))

    class Uniform(Recorded):
        def uniform(self, draw):
            return np.array([0.0, 0.5, 0.999])

    mean = {"lam": np.array([3.0, 3.0, 2000.0])}.__getitem__
    counts = evaluate(Call("poisson", (Name("lam"),)), mean, random=Uniform())
    assert counts.dtype == np.int64
    assert counts.tolist() == stats.poisson.ppf([1e-300, 0.5, 0.999], [3, 3, 2000]).tolist()
    uniform = generator.random(5000)
    for mean_value in (1e-3, 0.7, 168.0, 170.0, 12345.6):
        expected = stats.poisson.ppf(uniform, mean_value)
        assert np.array_equal(poisson_quantile(uniform, np.float64(mean_value)), expected)
    with pytest.raises(ValueError, match="mean"):
        poisson_quantile(uniform, np.float64(-1))


def test_statements_run_one_after_the_other():
    v = np.array([1, 2], np.float32)
    variables = {"v": v}
    assign(
        [
            Assignment("v", BinaryOperator.ADD, Number(1)),
            Assignment("change", None, Binary(BinaryOperator.MULTIPLY, Name("v"), Name("k"))),
            Assignment("v", BinaryOperator.SUBTRACT, Name("change")),
        ],
        variables,
        {"k": 3}.__getitem__,
    )
    assert variables["v"] is v
    assert v.tolist() == [-4.0, -6.0]
    assert variables["change"].tolist() == [6.0, 9.0]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (Name("tau"), "'tau' is not known"),
        (call("__import__", 1), "'__import__' is not known"),
        (call("exp", 1, 2), "takes 1 argument"),
        (call("rand"), "cannot be used here"),
    ],
)
def test_errors_name_the_culprit(expression, message):
    with pytest.raises(ModelError, match=message):
        evaluate(expression, nothing)


def test_a_local_variable_keeps_its_value_when_the_variable_changes():
    variables = {"v": np.array([1.0, 2.0])}
    assign(parse_statements("old = v; v -= 1; v *= old"), variables, nothing)
    assert variables["old"].tolist() == [1.0, 2.0]
    assert variables["v"].tolist() == [0.0, 2.0]


def pieces_of_everything():
    x, y = Name("x"), Name("y")
    unary = ("exp", "log", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
             "arctan", "expm1", "log1p", "exprel")  # fmt: skip
    yield from (pytest.param(Call(name, (x,)), id=name) for name in unary)
    for operator in BinaryOperator:
        yield pytest.param(Binary(operator, x, y), id=operator.name)
    yield pytest.param(Binary(BinaryOperator.POWER, x, Number(2)), id="square")
    yield pytest.param(Binary(BinaryOperator.POWER, x, Number(1.7)), id="constant power")


@pytest.mark.parametrize("expression", list(pieces_of_everything()))
@pytest.mark.parametrize("scale", [0.99, 20.0, 1e9])
def test_an_element_does_not_depend_on_its_place(expression, scale):
    generator = np.random.Generator(np.random.Philox(1))
    x = np.exp(generator.normal(size=600))
    x[::37] *= scale
    y = generator.normal(size=600)
    y[::5], y[::7], y[::11] = 2.0, 0.5, -1.0
    whole = evaluate(expression, {"x": x, "y": y}.__getitem__)
    for start in (0, 1, 3, 74, 99):
        for size in (*range(1, 18), 33, 64, 100, 259):
            part = slice(start, start + size)
            piece = evaluate(expression, {"x": x[part], "y": y[part]}.__getitem__)
            assert np.array_equal(piece.view(np.int64), whole[part].view(np.int64))
