"""Blocks of equations."""

import pickle

import pytest

from distsim.equations import (
    Equation,
    EquationError,
    EquationKind,
    Equations,
    Flag,
    VariableType,
    parse_expression,
    parse_unit,
)
from distsim.units import DIMENSIONLESS, get_dimensions, units_by_name

UNITS = units_by_name()
MODEL = """
# the membrane
dv/dt = (ge + gi
         - (v - El))/taum : volt (unless refractory)   # broken over two lines
dge/dt = -ge/taue : volt
gi : volt (constant,  shared)
I = ge*gl : amp (constant over dt)
n : integer
on : boolean (shared)
g : siemens/meter**2
f : Hz
rho : 1/(second*meter)
"""


def dimension(name):
    return get_dimensions(UNITS[name])


def test_everything_is_read():
    equations = Equations(MODEL)
    assert equations.names == ("v", "ge", "gi", "I", "n", "on", "g", "f", "rho")
    assert equations.diff_eq_names == ("v", "ge")
    assert equations.subexpr_names == ("I",)
    assert equations.eq_names == ("v", "ge", "I")
    assert equations.parameter_names == ("gi", "n", "on", "g", "f", "rho")
    v = equations["v"]
    assert v.kind is EquationKind.DIFFERENTIAL
    assert v.dimension is dimension("volt")
    assert v.expression == parse_expression("(ge + gi - (v - El))/taum")
    assert v.flags == {Flag.UNLESS_REFRACTORY}
    assert v.line == 3
    assert v.text == "dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)"
    assert equations["gi"].flags == {Flag.CONSTANT, Flag.SHARED}
    assert equations["n"].dtype is VariableType.INTEGER
    assert equations["on"].dtype is VariableType.BOOLEAN
    assert equations["g"].dimension is dimension("siemens") / dimension("meter") ** 2
    assert equations["rho"].dimension is (dimension("second") * dimension("meter")) ** -1
    assert equations["rho"].flags == frozenset()
    assert [e.line for e in equations.values()] == [3, 5, 6, 7, 8, 9, 10, 11, 12]


def test_text_and_back():
    equations = Equations(MODEL)
    assert Equations(str(equations)) == equations
    assert Equations(eval(repr(equations), {"Equations": str})) == equations  # noqa: S307
    assert str(Equations("dv/dt = -v / tau:1(unless refractory)")) == "dv/dt = -v/tau : 1 (unless refractory)"


def test_plain_data():
    equations = Equations(MODEL)
    again = pickle.loads(pickle.dumps(equations))  # noqa: S301
    assert again == equations
    assert hash(again) == hash(equations)
    assert again["v"].line == 3
    assert again["g"].dimension is equations["g"].dimension
    assert len({equations, again, Equations("x : 1")}) == 2


def test_adding():
    both = Equations("dv/dt = -v/tau : 1") + "u : 1"
    assert both.names == ("v", "u")
    assert ("u : 1" + Equations("v : 1")).names == ("u", "v")
    both += Equations("w : 1")
    assert both.names == ("v", "u", "w")
    with pytest.raises(EquationError, match="already defined"):
        both + "u : volt"
    with pytest.raises(TypeError):
        both + 3


def test_substitution():
    text = "dg/dt = -g/tau + gain*I(t) + exp(g) : 1"
    equations = Equations(text, g="g_e", tau=5 * UNITS["ms"], gain=-2, I="stimulus")
    expected = "dg_e/dt = -g_e/(0.005*second) + -2*stimulus(t) + exp(g_e) : 1"
    assert str(equations) == expected
    assert Equations(str(equations)) == equations
    # Names are replaced all at once: a swap is a swap.
    assert str(Equations("x = y : 1", x="y", y="x")) == "y = x : 1"
    with pytest.raises(EquationError, match="cannot be replaced by a value"):
        Equations(text, g=3)
    with pytest.raises(EquationError, match="a name or a value"):
        Equations(text, tau="a + b")
    with pytest.raises(EquationError, match="special meaning"):
        Equations(text, g="t")
    with pytest.raises(TypeError):
        Equations(text, tau=[1, 2])


def test_substituted_quantities_keep_their_value():
    value = 0.1 * UNITS["ms"] / 3
    (equation,) = Equations("x = tau : second", tau=value).values()
    assert equation.expression.left.value == float(value)
    odd = 2 * UNITS["meter"] ** 1.5 * UNITS["candela"]
    assert str(Equations("x = a : 1", a=odd)) == "x = 2.0*(metre**1.5*candela) : 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v : mV", "write 'volt'"),
        ("c : mole/liter", "not a base unit"),
        ("c : molar", "write 'mmolar'"),
        ("on : bool", "write 'boolean'"),
        ("n : int", "write 'integer'"),
        ("v : 2*volt", "no numbers"),
        ("v : volt**x", "plain number"),
        ("v : volt + volt", "base units"),
        ("v : wolt", "'volt'"),
        ("v : ", "missing"),
        ("v", "no unit"),
        ("dv/dt = -v/tau\nw : 1", "line 1 was meant"),
        ("dv/dt = -v/tau\ndw/dt = -w/tau : 1", "no unit"),
        ("v : volt w : volt", "one ':'"),
        ("v : volt (constant", "not closed"),
        ("v : volt ()", "not a flag"),
        ("v : volt (constnat)", "did you mean 'constant'"),
        ("v : volt (constant, linked)", "cannot be combined"),
        ("v : volt (summed)", "cannot be flagged"),
        ("dv/dt = -v/tau : 1 (event-driven, clock-driven)", "cannot be combined"),
        ("dv/dt = -v/tau : integer", "differential equation"),
        ("dv/dt : 1", "not an equation"),
        ("v = a : 1\nv : 1", "already defined"),
        ("t : 1", "special meaning"),
        ("xi_2 : 1", "special meaning"),
        ("i : integer", "special meaning"),
        ("refractory : second", "refractoriness"),
        ("_v : 1", "underscore"),
        ("v_pre : 1", "_pre or _post"),
        ("mV : volt", "name of a unit"),
        ("exp : 1", "name of a function"),
        ("pi : 1", "name of a constant"),
        ("lambda : 1", "keyword"),
        ("vé : 1", "valid name"),
        ("a = xi : 1", "differential equations"),
        ("dv/dt = xi : 1\ndw/dt = xi : 1", "already used"),
        ("r = rand() : 1", "constant over dt"),
        ("x : 1\ny = x : 1 (shared)", "shared"),
        ("x = os.path : 1", "attributes"),
    ],
)
def test_errors_are_readable(text, message):
    with pytest.raises(EquationError, match=message.replace("(", r"\(").replace(")", r"\)")) as caught:
        Equations(text)
    assert "line" in str(caught.value)


def test_allowed_though_unusual():
    assert Equations("v_post = w*v_pre : 1 (summed)").names == ("v_post",)
    assert Equations("r = rand() : 1 (constant over dt)")["r"].flags == {Flag.CONSTANT_OVER_DT}
    assert Equations("dv/dt = xi_1 : 1\ndw/dt = xi_1 : 1").stochastic_variables == ("xi_1",)
    assert len(Equations("")) == 0
    assert len(Equations("# nothing")) == 0
    assert Equations("c : mM\nd : mmolar\nrate : radian/second")["c"].dimension is dimension("mmolar")


def test_checks_of_an_owner():
    equations = Equations("dA/dt = -A/tau : 1 (event-driven)\nj : 1")
    equations.check_flags({EquationKind.DIFFERENTIAL: {Flag.EVENT_DRIVEN}}, "Synapses")
    with pytest.raises(EquationError, match="a NeuronGroup cannot be flagged 'event-driven'"):
        equations.check_flags({}, "a NeuronGroup")
    with pytest.raises(EquationError, match="special meaning in Synapses"):
        equations.check_names({"i", "j"}, "Synapses")


def test_units_of_one_word():
    assert parse_unit("integer").dtype is VariableType.INTEGER
    assert parse_unit("1").dimension is DIMENSIONLESS
    assert parse_unit("amp/meter**2").dimension is dimension("amp") / dimension("meter") ** 2
    assert parse_unit("volt**-1").dimension is dimension("volt") ** -1


def test_from_equations():
    equations = Equations(MODEL)
    assert Equations(equations.values()) == equations
    assert Equations([e for e in equations.values() if isinstance(e, Equation)][:1]).names == ("v",)
    with pytest.raises(TypeError):
        Equations([3])
