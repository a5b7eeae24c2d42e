"""The parser and its inverse."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distsim.equations import EquationError, parse_expression, parse_statements, render, render_statement
from distsim.equations.parser import MAXIMUM_DEPTH
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

names = st.sampled_from(["v", "ge", "tau_m", "x1", "_v", "ms", "inf", "e"]).map(Name)
numbers = st.one_of(
    st.integers(0, 2**63 - 1), st.floats(0, 1e300, allow_nan=False, allow_infinity=False)
).map(Number)
leaves = st.one_of(names, numbers, st.booleans().map(Boolean))


def compound(inner):
    return st.one_of(
        st.builds(Negative, inner),
        st.builds(Not, inner),
        st.builds(Binary, st.sampled_from(BinaryOperator), inner, inner),
        st.builds(Comparison, st.sampled_from(Comparator), inner, inner),
        st.builds(Logical, st.sampled_from(Connective), st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Call, st.sampled_from(["exp", "clip", "f"]), st.lists(inner, max_size=3).map(tuple)),
    )


trees = st.recursive(leaves, compound, max_leaves=25)


def kinds(tree):
    """The literals of a tree with their types, which == does not tell apart (1 == 1.0)."""
    return repr(tree)


@settings(max_examples=500, deadline=None)
@given(trees)
def test_parse_is_the_inverse_of_render(tree):
    again = parse_expression(render(tree))
    assert again == tree
    assert kinds(again) == kinds(tree)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("(a+b)*c", "(a + b)*c"),
        ("a+(b*c)", "a + b*c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a/(b*c)", "a/(b*c)"),
        ("-(a**2)", "-a**2"),
        ("(-a)**2", "(-a)**2"),
        ("a**-b", "a**-b"),
        ("(a**b)**c", "(a**b)**c"),
        ("a**(b**c)", "a**b**c"),
        ("not (a and b)", "not (a and b)"),
        ("(not a) and b", "not a and b"),
        ("+a", "a"),
        ("x  // 2 % 3", "x // 2 % 3"),
        ("f ( )", "f()"),
    ],
)
def test_rendering_has_no_needless_parentheses(text, rendered):
    assert render(parse_expression(text)) == rendered


def test_a_chain_of_comparisons_is_a_conjunction():
    assert parse_expression("a < b <= c") == parse_expression("a < b and b <= c")
    with pytest.raises(EquationError, match="random number"):
        parse_expression("0 < rand() < 1")


def test_expressions_may_be_broken_and_commented():
    assert parse_expression("a  # first\n + b # second\n") == parse_expression("a + b")
    assert parse_expression("a \\\n + b") == parse_expression("a + b")


@pytest.mark.parametrize(
    "text",
    [
        "os.system",
        "().__class__",
        "x[0]",
        "lambda: 0",
        "f(x=1)",
        "f(*x)",
        "f(x)(y)",
        "f'{x}'",
        "'text'",
        "b'text'",
        "[1, 2]",
        "(1, 2)",
        "{1: 2}",
        "{1}",
        "[x for x in y]",
        "(x for x in y)",
        "a if b else c",
        "a & b",
        "a | b",
        "a ^ b",
        "~a",
        "a @ b",
        "a << 2",
        "a is b",
        "a in b",
        "1j",
        "None",
        "...",
        "__import__",
        "__import__('os')",
        "x := 3",
        "await x",
        "yield x",
        "x = 3",
        "x; y",
        "",
        "   # nothing",
        "a b",
        "a)",
        "a) + (b",
        "99999999999999999999",
        "1e999",
        "µ + 1",
        "\uff56 + 1",  # a full-width letter that Python would turn into an ordinary one
        "where(a, b, c)",
        "a\0b",
    ],
)
def test_what_is_not_of_the_language_is_refused(text):
    with pytest.raises(EquationError):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "1" + ")" * 400,
        "-" * 5000 + "1",
        "+".join(["x"] * 5000),
        "f(" * 180 + ")" * 180,
        "not " * 3000 + "x",
        "x**" * 1000 + "x",
        "1 + " * 40_000 + "1",
    ],
)
def test_deep_nesting_is_an_equation_error(text):
    with pytest.raises(EquationError):
        parse_expression(text)


def test_parentheses_are_no_levels():
    assert parse_expression("(" * 150 + "1" + ")" * 150) == parse_expression("1")


def test_the_deepest_allowed_expression_can_be_used():
    tree = parse_expression("+".join(["x"] * MAXIMUM_DEPTH))
    assert parse_expression(render(tree)) == tree
    assert pickle.loads(pickle.dumps(tree)) == tree  # noqa: S301
    assert hash(tree) == hash(parse_expression(render(tree)))


def test_errors_show_the_line_and_the_piece():
    with pytest.raises(EquationError) as caught:
        parse_statements("v = 0\n  w += a.b  # oops")
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert error.line == 2
    assert str(error).splitlines()[1:] == ["    line 2: w += a.b  # oops", " " * 17 + "^^^"]


def test_a_long_line_is_cut_around_the_piece():
    with pytest.raises(EquationError) as caught:
        parse_expression("+".join(["x"] * 50) + " + a.b + " + "+".join(["y"] * 60))
    _, text, marks = str(caught.value).splitlines()
    assert len(text) < 200
    assert text[marks.index("^") :].startswith("a.b")


def test_statements():
    assert parse_statements("v = 0; w += b\n\n# nothing\ng **= 2 # square\nh = f(a,\n  b)") == (
        Assignment("v", None, Number(0)),
        Assignment("w", BinaryOperator.ADD, Name("b")),
        Assignment("g", BinaryOperator.POWER, Number(2)),
        Assignment("h", None, Call("f", (Name("a"), Name("b")))),
    )
    operators = "x = 1\nx += 1\nx -= 1\nx *= 2\nx /= 2\nx **= 2\nx //= 2\nx %= 2"
    assert "\n".join(map(render_statement, parse_statements(operators))) == operators
    assert parse_statements("") == ()


@pytest.mark.parametrize(
    "text",
    ["v == 3", "v", "v = ", "a.b = 3", "v[0] = 1", "v, w = 1", "v = w = 1", "__v = 1", "3 = v", "v <= 1"],
)
def test_bad_statements(text):
    with pytest.raises(EquationError):
        parse_statements(text)
