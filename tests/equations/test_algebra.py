"""Subexpressions, linear parts, white noise and the bridge to sympy."""

import numpy as np
import pytest

from distsim.equations import (
    BUILTIN_FUNCTIONS,
    EquationError,
    Equations,
    NoiseKind,
    expand,
    expanded_derivatives,
    linear_parts,
    noise_kind,
    ordered_subexpressions,
    parse_expression,
    render,
    split_noise,
)
from distsim.equations.sympy_bridge import from_sympy, is_surely_negative, simplifies_to_zero, to_sympy


def test_subexpressions_are_ordered_and_inserted():
    equations = Equations(
        "a = 2*b : 1\nb = c + x : 1\nc = x**2 : 1\ns = rand() : 1 (constant over dt)\n"
        "x_post = a : 1 (summed)\ndx/dt = (a - s)/ms : 1"
    )
    assert [e.name for e in ordered_subexpressions(equations)][:3] == ["c", "s", "b"]
    ((name, derivative),) = expanded_derivatives(equations)
    assert (name, render(derivative)) == ("x", "(2*(x**2 + x) - s)/ms")
    assert render(expand(parse_expression("b + x_post"), equations)) == "x**2 + x + x_post"


def test_circles_are_named():
    with pytest.raises(EquationError, match="b -> c -> b"):
        ordered_subexpressions(Equations("a = b : 1\nb = c : 1\nc = b : 1\nd = 1 : 1"))


def test_expansion_cannot_explode_the_depth():
    text = "\n".join(f"a{n} = a{n + 1} + sin(a{n + 1}) : 1" for n in range(4))
    assert expand(parse_expression("a0"), Equations(text + "\na4 : 1"))
    deep = "\n".join(f"a{n} = {'-' * 60}a{n + 1} : 1" for n in range(4))
    with pytest.raises(EquationError, match="nested too deeply"):
        expand(parse_expression("a0"), Equations(deep + "\na4 : 1"))


@pytest.mark.parametrize(
    ("text", "x", "y", "rest"),
    [
        ("(E - x)/tau", "-(1/tau)", "0", "E/tau"),
        ("(x + 2*y - (x - E))/tau", "0", "2/tau", "E/tau"),
        ("-(3*x)*k + y", "-(3*k)", "1", "0"),
        ("a*b", "0", "0", "a*b"),
        ("x*x/x + y", "1", "1", "0"),  # only linear once sympy has simplified it
    ],
)
def test_linear_parts(text, x, y, rest):
    parts = linear_parts(parse_expression(text), ("x", "y"))
    assert [render(p) for p in (parts.coefficient("x"), parts.coefficient("y"), parts.rest)] == [x, y, rest]


@pytest.mark.parametrize(
    "text", ["x*y", "x**2", "exp(x)", "1/x", "int(x > 0)", "clip(x, 0, 1)", "x*int(y > 0)"]
)
def test_what_is_not_linear(text):
    assert linear_parts(parse_expression(text), ("x", "y")) is None


def test_noise_is_split_off():
    split = split_noise(parse_expression("(-v + s*xi_2*sqrt(tau))/tau - 3*xi_1"))
    assert render(split.drift) == "-(v/tau)"
    assert {noise: render(factor) for noise, factor in split.factors.items()} == {
        "xi_1": "-3",
        "xi_2": "s*sqrt(tau)/tau",
    }
    with pytest.raises(EquationError, match="only be added"):
        split_noise(parse_expression("v*xi**2"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-v/tau", NoiseKind.NONE),
        ("-v/tau + s*xi", NoiseKind.ADDITIVE),
        ("-v/tau + v*xi", NoiseKind.MULTIPLICATIVE),
        ("-v/tau + sin(t/ms)*xi", NoiseKind.MULTIPLICATIVE),
        ("-v/tau + u*xi_1", NoiseKind.MULTIPLICATIVE),
    ],
)
def test_noise_kinds(text, kind):
    assert noise_kind((("v", parse_expression(text)), ("u", parse_expression("0")))) is kind


@pytest.mark.parametrize(
    "text",
    [
        "a + b*x",
        "exp(-dt/tau)*v",
        "sqrt(x)/2",
        "a**-2.5",
        "int(x > 0 and not y)*z",
        "a // b % c",
        "clip(x, -inf, 1)",
        "rand()*randn()",
        "own_function()*own_function(0)",
        "I(t, i)",
        "True",
        "x/3",
        "abs(x) + sign(y) + floor(z)",
        "expm1(x) + log10(y) + exprel(z)",
        "1e-7*x",
    ],
)
def test_there_and_back(text):
    # What comes back may be written in another order, but means the same to sympy.
    there = to_sympy(parse_expression(text))
    assert to_sympy(from_sympy(there)) == there


@pytest.mark.parametrize("name", [n for n, s in BUILTIN_FUNCTIONS.items() if s.sympy_name is not None])
def test_functions_mean_the_same_to_sympy(name):
    there = to_sympy(parse_expression(f"{name}(x)"))
    (x,) = there.free_symbols
    for value in (0.3, 0.9):
        assert float(there.subs(x, value)) == pytest.approx(getattr(np, name)(value), rel=1e-14)
    if name == "abs":
        assert float(there.subs(x, -2.5)) == 2.5


def test_numbers_survive_sympy():
    for value in (0.1, 1e-300, 2**53 + 1, 3):
        assert from_sympy(to_sympy(parse_expression(repr(value)))).value == value
    assert render(from_sympy(to_sympy(parse_expression("9**9**9")))).startswith("9**")


def test_questions_to_sympy():
    assert simplifies_to_zero(parse_expression("1/a - b/(a*b)"))
    assert not simplifies_to_zero(parse_expression("1/a - 1/b"))
    assert is_surely_negative(parse_expression("-4*(1/tau*(1/tau))"))
    assert not is_surely_negative(parse_expression("-4*a*b"))
