"""Systems with something wrong: each ends in an error that says where, and none in a crash."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_expressions import Taste, replace_random_node
from random_systems import DIFFERENTIAL, PARAMETER, Kind, SystemMaker
from random_text import Writer
from samples import Tally, counts, sample

from distsim.equations import EquationError, Equations, check_equations, ordered_subexpressions, type_of
from distsim.equations.tree import Call, Name, names
from distsim.integrators import Problem, UnsupportedEquationsError, find_method, method_names
from distsim.units import STANDARD_UNITS, DimensionMismatchError

CLEAR = (EquationError, DimensionMismatchError, UnsupportedEquationsError)
RESERVED = ("t", "dt", "xi", "xi_2", "i", "N", "t_in_timesteps", "not_refractory", "refractory", "_v", "__v",
            "v_pre", "w_post", "exp", "rand", "where", "clip", "pi", "e", "inf", "volt", "mV", "nS", "lambda",
            "if", "class", "None", "True", "and")  # fmt: skip
UNKNOWN = ("unheard", "Tau", "tauu", "mvolts", "v__", "__name__", "__import__", "os", "sys", "self")
ATTACKS = (
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "(lambda: 0)()",
    "[x for x in (1, 2)]",
    "{1: 2}",
    "f'{1}'",
    "'volt'*3",
    "b'x'",
    "1j",
    "...",
    "None",
    "(yield)",
    "(1).real",
    "1 .__add__(2)",
    "3 if 1 else 2",
    "(y := 3)",
    "1 is 2",
    "1 in (1,)",
    "1 & 2",
    "1 | 2",
    "1 ^ 2",
    "~1",
    "1 @ 2",
    "1 << 2",
    "exec('1')",
    "eval('1')",
    "open('/etc/passwd')",
    "getattr(1, 'real')",
    "exp(x=1)",
    "exp(*[1])",
    "exp(**{})",
    "exp(1)(2)",
    "exp",
    "rand",
    "where(True, 1, 2)",
    "__builtins__",
    "await 1",
    "print(1)",
    "1 if",
    "1,",
    "(1, 2)",
    "99999999999999999999999",
    "1e999",
    "0777",
    "1__0",
    "1 2",
    "\u0661",
    "\uff45",
    "π",
    "μ",
    "\x00",
    "\x0c)",
    "`ls`",
    "$HOME",
    "1;2",
    "!",
    "(" * 300 + "1" + ")" * 300,
    "-" * 3000 + "1",
    "+".join(["1"] * 20_000),
    "exp(" * 130 + "1" + ")" * 130,
    "((((",
    "))))",
    "exp()",
    "exp(1, 2)",
    "clip(1)",
    "rand(1)",
    "timestep(1, 2)",
    "int(2 > 1) > 'a'",
    "not",
    "2 < ",
    "1 ** ** 2",
    "a.b.c",
    "x[0]",
    "1.e",
    "1.5.2",
)
KIND = Kind(noise=True, taste=Taste(random_numbers=True, lenient=True))


def everything(text, lookup, values):
    """Do all that is done with equations before they are compiled; return what each method says."""
    equations = Equations(text)
    check_equations(equations, lookup, values=values)
    types = {equation.name: equation.dtype for equation in equations.values()}
    for equation in equations.values():
        if equation.expression is not None:
            type_of(equation.expression, types.__getitem__)
    ordered_subexpressions(equations)
    assert Equations(str(equations)) == equations
    problem = Problem.from_equations(equations, values=values)
    refusals = {}
    for method in method_names():
        try:
            find_method(method).integrate(problem)
        except UnsupportedEquationsError as error:
            refusals[method] = str(error)
    return refusals


def outcome(system, text):
    """Return the clear error that a text ends in, or None; any other error is a crash."""
    try:
        everything(text, system.lookup, system.external_values)
    except CLEAR as error:
        assert str(error).strip()
        assert not re.search(r"<(ast|distsim|sympy|class)|\bobject at 0x|Traceback", str(error))
        # It survives the way to another process.
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301
        return error
    return None


def shown_line(error, text):
    """Return whether an error of the language shows a line of the text, and the right one."""
    match = re.search(r"line (\d+)", str(error))
    return match is not None and 1 <= int(match[1]) <= text.count("\n") + 1


@st.composite
def makers(draw):
    """Return a system and its maker."""
    maker = SystemMaker(draw, KIND)
    return maker.make(), maker


def with_text_in_place_of_a_node(maker, system, piece):
    """Return the text of a system in which a piece of text stands for some node of an expression."""
    choose = maker.chooser
    candidates = [line for line in system.lines if line.tree is not None]
    line = choose.pick(candidates)
    tree = replace_random_node(choose, line.tree, lambda node: Name("PLANTED"))
    lines = tuple(
        other
        if other is not line
        else type(line)(line.kind, line.name, line.unit, tree, line.flags, line.dtype)
        for other in system.lines
    )
    return maker.write(lines).replace("PLANTED", f"({piece})"), line


@counts(100, 2000)
def test_a_planted_attack_is_refused_with_its_line(count):
    @sample(count)
    @given(makers(), st.sampled_from(ATTACKS))
    def check(made, attack):
        system, maker = made
        text, _ = with_text_in_place_of_a_node(maker, system, attack)
        error = outcome(system, text)
        if attack in ("timestep(1, 2)", "exp"):
            assert isinstance(error, CLEAR)
        assert error is not None
        assert shown_line(error, text), str(error)

    check()


@counts(60, 1000)
def test_an_unknown_name_is_named(count):
    @sample(count)
    @given(makers(), st.sampled_from(UNKNOWN), st.booleans())
    def check(made, name, called):
        system, maker = made
        text, _ = with_text_in_place_of_a_node(maker, system, f"{name}(1)" if called else name)
        error = outcome(system, text)
        assert error is not None
        assert repr(name) in str(error)
        assert shown_line(error, text)

    check()


@counts(60, 1000)
def test_a_reserved_name_cannot_be_defined(count):
    @sample(count)
    @given(makers(), st.sampled_from(RESERVED))
    def check(made, name):
        system, maker = made
        line = maker.chooser.pick(system.lines)
        renamed = type(line)(line.kind, name, line.unit, line.tree, line.flags, line.dtype)
        text = maker.write(tuple(other if other is not line else renamed for other in system.lines))
        error = outcome(system, text)
        assert isinstance(error, EquationError)
        assert repr(name) in str(error)
        assert shown_line(error, text)

    check()


BAD_ENDS = (
    ": mV",
    ": volts",
    ": bool",
    ": 3*volt",
    ": volt (constnt)",
    ": volt (constant over dt, constant)",
    ": volt (constant",
    ": volt constant)",
    ": volt: volt",
    ":",
    "",
    ": volt (event-driven, clock-driven)",
    ": volt +",
    ": volt**v",
    ": 1/0",
    ": siemens/meter**(1/0)",
    ": volt ()",
    ": (volt)(constant)",
    ": volt**1e400",
    ": boolean/second",
    ": __import__('os')",
    ": volt.real",
)


@counts(60, 1000)
def test_a_bad_unit_or_flag_is_refused_with_its_line(count):
    tally = Tally()

    @sample(count)
    @given(makers(), st.sampled_from(BAD_ENDS))
    def check(made, end):
        system, maker = made
        line = maker.chooser.pick(system.lines)
        written = Writer(maker.chooser, breaks=False).write(line.tree) if line.tree is not None else ""
        left = f"d{line.name}/dt" if line.kind is DIFFERENTIAL else line.name
        bad = f"{left}{' = ' if written else ''}{written} {end}\n"
        text = maker.write(tuple(other for other in system.lines if other is not line))
        text = bad + text if maker.chooser.chance(50) else text + bad
        error = outcome(system, text)
        if error is None:
            # A unit in brackets with a flag is fine; so is the parameter whose text is the name alone.
            assert end == ": (volt)(constant)"
            assert line.kind is PARAMETER
            tally["fine"] += 1
            return
        tally["refused"] += 1
        assert shown_line(error, text), str(error)

    check()
    assert tally.share("refused") > 0.9, tally


@counts(40, 500)
def test_circles_and_doubles_are_refused(count):
    @sample(count)
    @given(makers())
    def check(made):
        system, maker = made
        choose = maker.chooser
        line = choose.pick(system.lines)
        double = outcome(system, system.text + f"\n{line.name} : 1\n")
        assert isinstance(double, EquationError)
        assert "already defined" in str(double)
        circle = system.text + "\nloop_a = loop_b*2 : 1\nloop_b = 3*loop_c : 1\nloop_c = loop_a - 1 : 1\n"
        error = outcome(system, circle)
        assert isinstance(error, EquationError)
        assert "circle" in str(error)

    check()


SCRAPS = ("=", ":", "(", ")", "#", "\n", "\\", "\\\n", ",", "/dt", "d", " ", "\t", "\r", "**", "-", "0", ".", "e", "'",
          "volt", "xi", "dt", "and", "not ", "<", "==", "!", "@", "é", "\x00", "\u2028", "\x0b", "\x1c", ";")  # fmt: skip


@st.composite
def damaged(draw):
    """Return a system and its text after some accidents at the keyboard."""
    maker = SystemMaker(draw, KIND)
    system, choose = maker.make(), maker.chooser
    text = system.text
    for _ in range(choose.whole(1, 4)):
        start = choose.whole(0, len(text))
        stop = min(start + choose.pick([0, 0, 1, 1, 2, 9]), len(text))
        text = text[:start] + choose.pick(["", *SCRAPS]) + text[stop:]
    return system, text


@counts(200, 10_000)
def test_damaged_text_never_crashes(count):
    tally = Tally()

    @sample(count)
    @given(damaged())
    def check(made):
        system, text = made
        error = outcome(system, text)
        if error is None:
            tally["still fine"] += 1
            return
        tally[type(error).__name__] += 1
        assert shown_line(error, text), str(error)

    check()
    assert tally["EquationError"] > count / 4, tally


@counts(100, 5000)
def test_every_method_takes_a_system_or_says_why_not(count):
    tally = Tally()

    @sample(count)
    @given(makers())
    def check(made):
        system, _ = made
        refusals = everything(system.text, system.lookup, system.external_values)
        tally["refused"] += len(refusals)
        tally["taken"] += len(method_names()) - len(refusals)
        for message in refusals.values():
            assert (
                any(line.name in message for line in system.lines)
                or "noise" in message
                or "oscillates" in message
            )

    check()
    assert tally.share("taken") > 0.3, tally


@given(text=st.text(max_size=60))
@sample(300)
def test_any_text_at_all(text):
    try:
        Equations(text)
    except EquationError as error:
        assert str(error).strip()


@pytest.mark.parametrize("name", sorted(STANDARD_UNITS)[::7])
def test_units_cannot_be_called(name):
    with pytest.raises(EquationError, match=name):
        check_equations(Equations(f"v = {name}(1) : 1"), {}.__getitem__)
    assert Call(name, ()) != Name(name)
    assert names(Name(name)) == {name}
