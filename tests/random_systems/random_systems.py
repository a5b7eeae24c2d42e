"""Random systems of equations as a user may write them, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st
from random_expressions import SCALED, Chooser, Known, Maker, Taste, dimension_of_text
from random_text import COMMENTS, Writer

from distsim.equations.flags import EquationKind
from distsim.equations.tree import Binary, BinaryOperator, Call, Expression, Name, functions
from distsim.equations.variable_type import VariableType
from distsim.units import DIMENSIONLESS, Dimension, units_by_name

DIFFERENTIAL, SUBEXPRESSION = EquationKind.DIFFERENTIAL, EquationKind.SUBEXPRESSION
PARAMETER = EquationKind.PARAMETER
SECOND = dimension_of_text("second")
NOISE = SECOND**-0.5

# Names that mean something to sympy, to Python or to NumPy are fine names of variables.
VARIABLES = ("v", "u", "w", "m", "h", "x", "y", "ge", "Ca", "v_1", "S", "Q", "dx", "d", "alpha", "x_", "re")
SUBEXPRESSIONS = ("I", "I_syn", "m_inf", "rate_", "beta", "gamma", "f", "print", "Abs", "zeta", "k1", "eval")
PARAMETERS = (
    "g",
    "E",
    "I_ext",
    "a",
    "b",
    "k",
    "theta",
    "lamda",
    "O",
    "Symbol",
    "int_",
    "size",
    "T_",
    "R2",
    "C",
)
EXTERNALS = ("E_L", "g_max", "C_m", "f0", "p", "Delta", "oo", "nan", "np", "x0", "sympy", "tau_w", "q_10")
USUAL_UNITS = ("1", "volt", "amp", "siemens", "second", "Hz", "farad", "1", "volt")


@dataclass(frozen=True)
class Line:
    """One equation."""

    kind: EquationKind
    name: str
    unit: str
    tree: Expression | None
    flags: tuple[str, ...] = ()
    dtype: VariableType = VariableType.FLOAT

    @property
    def dimension(self) -> Dimension:
        """Dimension of the variable."""
        return dimension_of_text(self.unit) if self.dtype is VariableType.FLOAT else DIMENSIONLESS


@dataclass(frozen=True, repr=False)
class System:
    """Equations, and the names from outside with their values in SI units.

    Attributes
    ----------
    text
        The equations as written.
    externals
        Value and dimension of each name from outside.
    values
        Values of variables and parameters to compute with, in SI units.
    """

    lines: tuple[Line, ...]
    text: str
    externals: Mapping[str, tuple[float | int | bool, Dimension]]
    values: Mapping[str, float | int | bool] = field(default_factory=dict)

    def __repr__(self) -> str:
        # What a failing test shows: the trees are in the text.
        externals = {name: (value, str(dimension)) for name, (value, dimension) in self.externals.items()}
        return f"System({self.text!r}, externals={externals}, values={dict(self.values)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def question(self, ask: str, **more: Any) -> dict[str, Any]:
        """Return the question to Brian 2."""
        externals = {
            name: [value, dimension.exponents] for name, (value, dimension) in self.externals.items()
        }
        return {"ask": ask, "text": self.text, "externals": externals, **more}

    def lookup(self, name: str) -> Dimension:
        """Return the dimension of a name from outside, or raise KeyError."""
        return self.externals[name][1]

    @property
    def external_values(self) -> dict[str, float]:
        """Values of the names from outside."""
        return {name: value for name, (value, _) in self.externals.items()}


@dataclass(frozen=True)
class Kind:
    """What systems are wanted.

    Attributes
    ----------
    size
        Operations in an equation, at most.
    noise
        Whether white noise occurs.
    linear
        Whether every differential equation is linear with constant coefficients.
    flags
        Whether flags, booleans and integers occur.
    time
        Whether ``t`` is read.
    """

    size: int = 6
    noise: bool = False
    linear: bool = False
    flags: bool = True
    time: bool = True
    variables: int = 3
    odd: bool = True
    taste: Taste = field(default_factory=Taste)


class SystemMaker:
    """Makes one system."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], kind: Kind) -> None:
        self.chooser = Chooser(draw)
        self.kind = kind
        self.scope: dict[str, Known] = {}
        self.lines: list[Line] = []

    def make(self) -> System:
        """Return the system."""
        choose, kind = self.chooser, self.kind
        externals = self._externals()
        for name, (value, dimension) in externals.items():
            self.scope[name] = Known(dimension, _type_of(value), shared=True)
        if kind.flags:
            self.scope["i"] = Known(DIMENSIONLESS, VariableType.INTEGER)
        parameters = [self._parameter(n) for n in _some(choose, PARAMETERS, 0, 4)]
        # Parameters stay what they are during a step; state variables do not.
        variables = [
            Line(DIFFERENTIAL, n, self._unit(), None) for n in _some(choose, VARIABLES, 1, kind.variables)
        ]
        for line in parameters:
            self.scope[line.name] = Known(line.dimension, line.dtype, shared="shared" in line.flags)
        self.scope["dt"] = Known(SECOND, shared=True)
        if not kind.linear:
            for line in variables:
                self.scope[line.name] = Known(line.dimension, constant=False)
            if kind.time:
                self.scope["t"] = Known(SECOND, constant=False, shared=True)
        subexpressions = []
        for name in _some(choose, SUBEXPRESSIONS, 0, 3):
            subexpressions.append(self._subexpression(name))
            line = subexpressions[-1]
            self.scope[name] = Known(
                line.dimension, line.dtype, constant=kind.linear, shared="shared" in line.flags
            )
        make = self._linear_equation if kind.linear else self._equation
        noises = _some(choose, ("xi_1", "xi_2", "xi_e"), 1, 2) if choose.chance(40) else ["xi"]
        if kind.noise:
            for name in noises:
                self.scope[name] = Known(NOISE)
        variables = [make(line, variables) for line in variables]
        if kind.noise:
            variables = self._noisy(variables, noises)
        lines = tuple(choose.shuffled([*variables, *subexpressions, *parameters]))
        values = {line.name: self._value(line) for line in lines if line.kind is not SUBEXPRESSION}
        return System(lines, self.write(lines), externals, values)

    # -- the parts ------------------------------------------------------------------------------------------

    def _unit(self) -> str:
        return self.chooser.pick(USUAL_UNITS if self.chooser.chance(70) else tuple(SCALED))

    def _externals(self) -> dict[str, tuple[float | int | bool, Dimension]]:
        found: dict[str, tuple[float | int | bool, Dimension]] = {"tau": (self._number("second"), SECOND)}
        for name in _some(self.chooser, EXTERNALS, 0, 4):
            unit = self._unit()
            value = self._number(unit)
            if unit == "1" and self.kind.flags and self.chooser.chance(30):
                value = self.chooser.whole(1, 9)
            found[name] = (value, dimension_of_text(unit))
        return found

    def _number(self, unit: str) -> float:
        """Return a value in SI units, of the size that this unit usually has."""
        names = SCALED[unit]
        scale = float(units_by_name()[names[0]]) if names else 1.0
        value = self.chooser.whole(1, 999) / self.chooser.pick([10, 100, 100])
        sign = -1 if unit in ("volt", "1", "amp") and self.chooser.chance(40) else 1
        return sign * value * scale

    def _value(self, line: Line) -> float | int | bool:
        if line.dtype is VariableType.BOOLEAN:
            return self.chooser.chance(50)
        if line.dtype is VariableType.INTEGER:
            return self.chooser.whole(-9, 9)
        return self._number(line.unit)

    def _parameter(self, name: str) -> Line:
        choose = self.chooser
        flags: tuple[str, ...] = ()
        dtype = VariableType.FLOAT
        if self.kind.flags:
            flags = choose.pick([(), (), (), ("constant",), ("shared",), ("constant", "shared")])
            if choose.chance(25):
                dtype = choose.pick([VariableType.INTEGER, VariableType.BOOLEAN])
        unit = self._unit() if dtype is VariableType.FLOAT else dtype.value
        return Line(PARAMETER, name, unit, None, flags, dtype)

    def _maker(self, keep: Callable[[str, Known], bool] = lambda name, known: True) -> Maker:
        taste = replace(self.kind.taste, scope=self.scope)
        return Maker(
            self.chooser, taste.only(lambda name, known: known.dimension is not NOISE and keep(name, known))
        )

    def _subexpression(self, name: str) -> Line:
        choose = self.chooser
        size = choose.whole(0, self.kind.size)
        if self.kind.flags and choose.chance(12):
            maker = self._maker(lambda name, known: known.shared)
            unit = self._unit()
            tree = maker.of(dimension_of_text(unit), size)
            flags = ("shared", "constant over dt") if _calls_random(tree) else ("shared",)
            return Line(SUBEXPRESSION, name, unit, tree, flags)
        if self.kind.taste.conditions and choose.chance(15):
            truth = self._maker().truth(size)
            flags = ("constant over dt",) if _calls_random(truth) else ()
            return Line(SUBEXPRESSION, name, "boolean", truth, flags, VariableType.BOOLEAN)
        unit = self._unit()
        tree = self._maker().of(dimension_of_text(unit), size)
        if self.kind.taste.random_numbers and choose.chance(15):
            tree = Binary(BinaryOperator.MULTIPLY, tree, Call("rand", ()))
        flags = ("constant over dt",) if _calls_random(tree) else ()
        return Line(SUBEXPRESSION, name, unit, tree, flags)

    def _equation(self, line: Line, variables: list[Line]) -> Line:
        rate = line.dimension / SECOND
        size = self.chooser.whole(1, self.kind.size)
        tree = self._maker().of(rate, size)
        if self.chooser.chance(50):
            # Something that decays is what most models are.
            decay = Binary(BinaryOperator.DIVIDE, Name(line.name), Name("tau"))
            tree = Binary(BinaryOperator.SUBTRACT, tree, decay)
        flags = ("unless refractory",) if self.kind.flags and self.chooser.chance(15) else ()
        return replace(line, tree=tree, flags=flags)

    def _linear_equation(self, line: Line, variables: list[Line]) -> Line:
        """Return an equation ``a*x + b*y + c`` whose coefficients are constant, in one of many shapes."""
        choose, maker = self.chooser, self._maker()
        small = self.kind.size // 3
        tree: Expression = Binary(BinaryOperator.DIVIDE, Name(line.name), Name("tau"))
        if choose.chance(50):
            coefficient = maker.of(DIMENSIONLESS / SECOND, choose.whole(0, small))
            tree = Binary(BinaryOperator.MULTIPLY, coefficient, Name(line.name))
        tree = Binary(
            BinaryOperator.SUBTRACT, maker.of(line.dimension / SECOND, choose.whole(0, small)), tree
        )
        for other in variables:
            if other.name != line.name and choose.chance(40):
                factor = maker.of(line.dimension / SECOND / other.dimension, choose.whole(0, small))
                term = Binary(BinaryOperator.MULTIPLY, factor, Name(other.name))
                tree = Binary(choose.pick([BinaryOperator.ADD, BinaryOperator.SUBTRACT]), tree, term)
        return replace(line, tree=tree)

    def _noisy(self, lines: list[Line], noises: list[str]) -> list[Line]:
        """Return the equations with noise added to some."""
        choose, found, used = self.chooser, [], False
        for line in lines:
            tree = line.tree
            for noise in noises:
                if tree is not None and choose.chance(60) and not (used and noise == "xi"):
                    used = True
                    additive = choose.chance(60)
                    maker = self._maker(lambda name, known, additive=additive: known.constant or not additive)
                    factor = maker.of(line.dimension / SECOND / NOISE, choose.whole(0, 3))
                    term = Binary(BinaryOperator.MULTIPLY, factor, Name(noise))
                    tree = Binary(BinaryOperator.ADD, tree, term)
            found.append(replace(line, tree=tree))
        return found

    # -- the text -------------------------------------------------------------------------------------------

    def write(self, lines: tuple[Line, ...]) -> str:
        """Return the text of equations."""
        choose, odd = self.chooser, self.kind.odd
        writer = Writer(choose, odd=odd)
        text = ""
        for line in lines:
            space = (lambda: choose.pick(["", " ", " ", "  ", "\t"])) if odd else lambda: " "
            indent = choose.pick(["", "    ", "\t"]) if odd else ""
            left = line.name
            if line.kind is DIFFERENTIAL:
                left = f"d{line.name}{choose.pick(['/', '/', ' / ']) if odd else '/'}dt"
            text += indent + left
            if line.tree is not None:
                text += f"{space()}={space()}{writer.write(line.tree)}"
            unit = (
                line.unit.replace("*", " * ").replace(" *  * ", "**")
                if odd and choose.chance(10)
                else line.unit
            )
            text += f"{space()}:{space()}{unit}"
            if line.flags:
                text += f" ({','.join(line.flags)})"
            text += f"{space()}{choose.pick(COMMENTS)}" if odd and choose.chance(10) else ""
            text += choose.pick(["\n", "\n", "\n\n", f"\n{indent}{choose.pick(COMMENTS)}\n"]) if odd else "\n"
        return text


def _type_of(value: object) -> VariableType:
    return VariableType.INTEGER if isinstance(value, int) else VariableType.FLOAT


def _calls_random(tree: Expression) -> bool:
    return bool(functions(tree) & {"rand", "randn"})


def _some(chooser: Chooser, names: tuple[str, ...], least: int, most: int) -> list[str]:
    """Return some of `names`."""
    left, found = list(names), []
    for _ in range(chooser.whole(least, most)):
        found.append(left.pop(chooser.whole(0, len(left) - 1)))
    return found


@st.composite
def systems(draw: Callable[[st.SearchStrategy[Any]], Any], kind: Kind) -> System:
    """Return a system of a kind."""
    return SystemMaker(draw, kind).make()
