"""The dimension check and the type check."""

import pytest

from distsim.equations import (
    BUILTIN_FUNCTIONS,
    EquationError,
    Equations,
    FunctionSignature,
    SameAs,
    VariableType,
    check_equations,
    check_statements,
    dimension_of,
    parse_expression,
    parse_statements,
    type_of,
)
from distsim.equations.functions import SECOND
from distsim.units import DIMENSIONLESS, DimensionMismatchError, get_dimensions, units_by_name

UNITS = units_by_name()
DIMENSIONS = {
    "v": get_dimensions(UNITS["volt"]),
    "E": get_dimensions(UNITS["volt"]),
    "g": get_dimensions(UNITS["siemens"]),
    "I": get_dimensions(UNITS["amp"]),
    "C": get_dimensions(UNITS["farad"]),
    "tau": SECOND,
    "x": DIMENSIONLESS,
    "p": DIMENSIONLESS,
}
VOLT = DIMENSIONS["v"]


def dimension(text, **keywords):
    return dimension_of(parse_expression(text), DIMENSIONS.__getitem__, **keywords)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("g*(E - v)", DIMENSIONS["I"]),
        ("I/C", VOLT / SECOND),
        ("v + 0", VOLT),
        ("0 - v", VOLT),
        ("v**2", VOLT**2),
        ("v**(1/2)", VOLT**0.5),
        ("v**-1*v", DIMENSIONLESS),
        ("x**p", DIMENSIONLESS),
        ("2*mV", VOLT),
        ("sqrt(v)", VOLT**0.5),
        ("abs(v)", VOLT),
        ("sign(v)", DIMENSIONLESS),
        ("clip(v, 0, inf)", VOLT),
        ("clip(v, -inf, E)", VOLT),
        ("clip(0, v, E)", VOLT),
        ("v > 0", DIMENSIONLESS),
        ("v < inf and v != E", DIMENSIONLESS),
        ("v // E", DIMENSIONLESS),
        ("v % E", VOLT),
        ("int(v > E)*v", VOLT),
        ("timestep(t - tau, dt)", DIMENSIONLESS),
        ("xi*sqrt(2/tau)", SECOND**-1),
        ("xi_1*tau**.5", DIMENSIONLESS),
        ("sin(2*pi*50*Hz*t)", DIMENSIONLESS),
    ],
)
def test_dimensions(text, expected):
    assert dimension(text) is expected


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("x + 3*(v + g)", ["'v + g'", "V", "S"]),
        ("v - 1", ["'v - 1'", "V", "1"]),
        ("v + inf", ["V", "1"]),
        ("v < 3", ["'v < 3'", "V", "1"]),
        ("exp(v)", ["exp()", "'v'", "V"]),
        ("v**tau", ["exponent", "'tau'", "s"]),
        ("clip(v, 0, 1)", ["'1'", "V"]),
        ("v // tau", ["V", "s"]),
        ("v % x", ["V", "1"]),
        ("timestep(v, dt)", ["s", "V"]),
    ],
)
def test_mismatches_name_the_piece_and_the_units(text, pieces):
    with pytest.raises(DimensionMismatchError) as caught:
        dimension(text)
    for piece in pieces:
        assert piece in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unknown + 1", "'unknown' is unknown"),
        ("exq(x)", "did you mean 'exp'"),
        ("exp(x, x)", "1 argument"),
        ("rand(x)", "no arguments"),
        ("exp", "call it"),
        ("v**x", "constant number"),
        ("v**(1/0)", "constant number"),
    ],
)
def test_other_errors(text, message):
    with pytest.raises(EquationError, match=message):
        dimension(text)


def test_a_constant_exponent_can_have_a_name():
    assert dimension("v**x", values={"x": 3.0}) is VOLT**3


def test_user_functions():
    functions = {
        **BUILTIN_FUNCTIONS,
        "stimulus": FunctionSignature("stimulus", (SECOND,), DIMENSIONS["I"], constant_over_dt=True),
        "square": FunctionSignature("square", (DIMENSIONLESS,), lambda arguments: arguments[0] ** 2),
        "same": FunctionSignature("same", (VOLT, SameAs(0)), SameAs(0)),
    }
    assert dimension("stimulus(t)", functions=functions) is DIMENSIONS["I"]
    assert dimension("same(v, 0)", functions=functions) is VOLT
    with pytest.raises(DimensionMismatchError):
        dimension("stimulus(v)", functions=functions)


def check(text):
    check_equations(Equations(text), DIMENSIONS.__getitem__)


def test_equations_that_fit():
    check("dv/dt = (E - v)/tau + xi*mV*tau**-.5 : volt\nI = g*v : amp\ndx/dt = 0 : 1")


def test_the_error_of_an_equation_shows_line_and_units():
    with pytest.raises(DimensionMismatchError) as caught:
        check("\n\ndv/dt = g*(E - v)/tau : volt  # wrong")
    message = str(caught.value)
    for piece in ("dv/dt = g*(E - v)/tau : volt", "line 3", "A/s", "V/s"):
        assert piece in message


def test_the_error_inside_an_equation_shows_line_and_piece():
    with pytest.raises(DimensionMismatchError, match="'E - g'") as caught:
        check("I : amp\ndv/dt = (E - g)/tau : volt")
    assert "line 2: dv/dt = (E - g)/tau : volt" in str(caught.value)
    with pytest.raises(EquationError, match="'tua' is unknown") as caught:
        check("I : amp\ndv/dt = (E - v)/tua : volt")
    assert caught.value.line == 2


def test_statements():
    local = check_statements(
        parse_statements("change = g*mV; v += 0.1*mV; v = 0; I += change; v *= 2; v = -inf*volt"),
        DIMENSIONS.__getitem__,
    )
    assert local == {"change": DIMENSIONS["I"]}
    for text, message in [
        ("v = I", "'v' needs V"),
        ("v += 1", "adds"),
        ("v *= mV", "'v' needs V"),
        ("v = E + g", "v = E . g"),
    ]:
        with pytest.raises(DimensionMismatchError, match=message):
            check_statements(parse_statements(text), DIMENSIONS.__getitem__)
    with pytest.raises(EquationError, match="unknown"):
        check_statements(parse_statements("neu += 1"), DIMENSIONS.__getitem__)


TYPES = {"n": VariableType.INTEGER, "on": VariableType.BOOLEAN, "v": VariableType.FLOAT}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n + 1", "integer"),
        ("n/2", "float"),
        ("n // 2", "integer"),
        ("n % 2.0", "float"),
        ("n**2", "integer"),
        ("n**n", "float"),
        ("v*n", "float"),
        ("on and v > 1", "boolean"),
        ("on == True", "boolean"),
        ("not on", "boolean"),
        ("int(v)", "integer"),
        ("abs(n)", "integer"),
        ("clip(n, 0, v)", "float"),
        ("floor(n)", "float"),
        ("poisson(v)", "integer"),
        ("i % 2", "integer"),
        ("3*mV", "float"),
    ],
)
def test_types(text, expected):
    assert type_of(parse_expression(text), TYPES.__getitem__) is VariableType(expected)


@pytest.mark.parametrize(
    "text", ["on*v", "(v > 1)*v", "on + 1", "-on", "on < 1", "not v", "v and on", "2**on"]
)
def test_conditions_are_no_numbers(text):
    with pytest.raises(EquationError):
        type_of(parse_expression(text), TYPES.__getitem__)


def test_statements_may_multiply_with_conditions():
    tree = parse_expression("v*(rand() < 0.5)")
    assert type_of(tree, TYPES.__getitem__, boolean_factors=True) is VariableType.FLOAT
    with pytest.raises(EquationError, match="int"):
        type_of(parse_expression("v + on"), TYPES.__getitem__, boolean_factors=True)
