"""Constants with units."""

import math

import pytest

from distsim.equations import EquationError, evaluate_quantity, expression_of_value, render
from distsim.units import DimensionMismatchError, Quantity, units_by_name

UNITS = units_by_name()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20*ms", 0.02),
        ("-70*mV", -0.07),
        ("3200*scale", 1600),
        ("2*amp*550*ohm", 1100),
        ("sqrt(4*mV**2)", 2e-3),
        ("clip(5*mV, 0*mV, 3*mV)", 3e-3),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("1/4", 0.25),
        ("exp(0)", 1),
        ("exprel(0)", 1),
        ("int(2.7)", 2),
        ("tau/ms", 5),
        ("pi", math.pi),
        ("2**10", 1024),
        ("2**-1", 0.5),
        ("inf", math.inf),
    ],
)
def test_values(text, expected):
    names = {"scale": 0.5, "tau": 5 * UNITS["ms"]}
    assert float(evaluate_quantity(text, names)) == pytest.approx(expected, rel=1e-15)


def test_kinds():
    assert type(evaluate_quantity("3*4")) is int
    assert type(evaluate_quantity("3.0*4")) is float
    assert type(evaluate_quantity("3*mV/volt")) is float
    assert type(evaluate_quantity("3*mV")) is Quantity
    assert evaluate_quantity("1 < 2 and not 3*mV > 1*volt") is True
    assert type(evaluate_quantity("2**100")) is float
    assert evaluate_quantity("ms", {"ms": 3}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20*mz", "did you mean"),
        ("3200*scal", "'scale'"),
        ("rand()", "cannot be used in a constant"),
        ("open(1)", "cannot be used in a constant"),
        ("1/0", "division by zero"),
        ("3*mV/(0*second)", "division by zero"),
        ("9**9**9**9", "cannot be computed"),
        ("(-8)**(1/3)", "does not exist"),
        ("exp(1, 2)", "arguments"),
        ("3 and 4", "not a condition"),
        ("__import__('os')", "underscores"),
        ("scale.real", "attributes"),
    ],
)
def test_errors(text, message):
    with pytest.raises(EquationError, match=message):
        evaluate_quantity(text, {"scale": 0.5})


def test_units_that_do_not_fit():
    with pytest.raises(DimensionMismatchError, match=r"5\*mV \+ 3\*ms"):
        evaluate_quantity("5*mV + 3*ms")
    with pytest.raises(DimensionMismatchError):
        evaluate_quantity("exp(3*mV)")


@pytest.mark.parametrize("value", [0.1, -3, True, 1e-30, math.inf, -math.inf, 2**40])
def test_values_as_expressions(value):
    assert evaluate_quantity(render(expression_of_value(value))) == value


def test_quantities_as_expressions():
    for value in (0.1 * UNITS["mV"], -3 * UNITS["nS"] / UNITS["meter"] ** 2, UNITS["second"] ** -0.5 / 7):
        again = evaluate_quantity(render(expression_of_value(value)))
        assert float(again) == float(value)
        assert again.dim is value.dim
