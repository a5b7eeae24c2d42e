"""Random systems, right and with units that do not fit: distsim takes what Brian 2 takes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_expressions import SCALED, Chooser, Known, Maker, Taste, dimension_of_text, replace_random_node
from random_systems import Kind, SystemMaker
from random_text import Writer
from samples import Tally, counts, sample

from distsim.equations import EquationError, dimension_of, parse_expression
from distsim.equations.tree import Name, Negative, Number
from distsim.equations.variable_type import VariableType
from distsim.frontend.neuron_group import NeuronGroup
from distsim.units import DIMENSIONLESS, DimensionMismatchError, Quantity

pytestmark = pytest.mark.peers

# Brian makes sympy expressions of all equations, and fails where sympy wants to compute with what it finds:
# truth values that are constant, complex numbers, 1/0. None of this says anything about units.
BRIANS_ALGEBRA = re.compile(
    r"AttributeError: 'bool(ean\w*)?' object|AttributeError: '\w+' object has no attribute 'func'"
    r"|Invalid (NaN )?comparison|Modulo by zero|ZeroDivisionError|cannot determine truth value"
    r"|unsupported operand type|TimeoutError|RecursionError|is not comparable"
)
# What distsim says where Brian takes the value of an exponent without looking at its unit.
EXPONENT_WITH_A_UNIT = re.compile(r"the exponent in .* must be a plain number")
# What Brian says of a bound of clip() that distsim takes.
INFINITE_BOUND = re.compile(
    r"for function clip was supposed to have the same units .* but '-?inf' has unit 1,"
)
# What distsim says where Brian leaves it to the compiler what 'not 3' is.
NUMBER_FOR_CONDITION = re.compile(
    r"is a number, not a condition|must be a (condition|number);|used as a number"
)


@st.composite
def perhaps_wrong_systems(draw):
    """Return a system, in most cases with a unit changed somewhere."""
    maker = SystemMaker(draw, Kind(noise=draw(st.booleans()), taste=Taste(random_numbers=True)))
    system, choose = maker.make(), maker.chooser
    lines = list(system.lines)
    place = choose.whole(0, len(lines) - 1)
    line = lines[place]
    match choose.pick(["right", "node", "node", "node", "unit", "external", "twice"]):
        case "node" if line.tree is not None:
            lines[place] = replace(line, tree=changed(maker, line.tree))
        case "twice" if line.tree is not None:
            lines[place] = replace(line, tree=changed(maker, changed(maker, line.tree)))
        case "unit" if line.dtype is VariableType.FLOAT:
            lines[place] = replace(line, unit=choose.pick(list(SCALED)))
        case "external":
            name = choose.pick(list(system.externals))
            value = (system.externals[name][0], dimension_of_text(choose.pick(list(SCALED))))
            system = replace(system, externals={**system.externals, name: value})
    return replace(system, lines=tuple(lines), text=maker.write(tuple(lines)))


def changed(maker, tree):
    """Return `tree` with a piece replaced by one of some other unit."""
    choose = maker.chooser

    def another(node):
        scope = {n: k for n, k in maker.scope.items() if not n.startswith("xi")}
        pieces = Maker(choose, Taste(scope))
        return pieces.of(dimension_of_text(choose.pick(list(SCALED))), choose.whole(0, 2))

    return replace_random_node(choose, tree, another)


def verdict(system):
    """Return what distsim says of a system: ok, dimensions or refused, and the message."""
    namespace = {name: Quantity(*value) for name, value in system.externals.items()}
    namespace |= {
        name: value for name, (value, dimension) in system.externals.items() if dimension is DIMENSIONLESS
    }
    try:
        NeuronGroup(1, system.text, method="euler", namespace=namespace)
    except DimensionMismatchError as error:
        return "dimensions", str(error)
    except EquationError as error:
        return "refused", str(error)
    return "ok", ""


@counts(150, 10_000)
def test_a_system_is_taken_exactly_if_brian_takes_it(count, brian):
    tally = Tally()

    @sample(count)
    @given(perhaps_wrong_systems())
    def check(system):
        found, message = verdict(system)
        answer = brian.ask(system.question("check"))
        if answer["status"] == "refused" and BRIANS_ALGEBRA.search(answer["message"]):
            tally["lost in Brian's algebra"] += 1
            return
        if answer["status"] == "ok" and EXPONENT_WITH_A_UNIT.search(message):
            tally["exponent with a unit"] += 1
            return
        if answer["status"] == "ok" and NUMBER_FOR_CONDITION.search(message):
            tally["number for a condition"] += 1
            return
        tally[answer["status"]] += 1
        assert (found == "ok") == (answer["status"] == "ok"), (message, answer)
        if found != "ok":
            # The line is shown.
            assert any(line.name in message for line in system.lines)
            assert "line" in message

    check()
    assert tally["ok"] > count / 5, tally
    assert tally["dimensions"] > count / 5, tally
    assert tally["lost in Brian's algebra"] < count / 10, tally


UNITS_OF_NAMES = ("volt", "amp", "siemens", "second", "Hz", "1", "1", "farad", "siemens/meter**2", "volt**2")
LETTERS = {
    name: Known(dimension_of_text(unit)) for name, unit in zip("vIgtfxyCGq", UNITS_OF_NAMES, strict=True)
}


@st.composite
def perhaps_wrong_expressions(draw):
    """Return the text of an expression of some dimension, in half of the cases with a piece of another unit."""
    choose = Chooser(draw)
    maker = Maker(choose, Taste(LETTERS))
    tree = maker.of(dimension_of_text(choose.pick(UNITS_OF_NAMES)), choose.whole(1, 9))
    if choose.chance(50):
        piece = maker.of(dimension_of_text(choose.pick(UNITS_OF_NAMES)), choose.whole(0, 2))
        if choose.chance(20):
            piece = choose.pick([Name("i"), Name("inf"), Negative(Number(1)), Name("pi")])
        tree = replace_random_node(choose, tree, lambda node: piece)
    return Writer(choose, breaks=False).write(tree)


@counts(150, 5000)
def test_the_dimension_is_that_of_brian(count, brian):
    tally = Tally()
    names = {name: [2.0, known.dimension.exponents] for name, known in LETTERS.items()}
    names["i"] = [3, DIMENSIONLESS.exponents]
    values = {name: value for name, (value, _) in names.items()}

    def lookup(name):
        return DIMENSIONLESS if name == "i" else LETTERS[name].dimension

    @sample(count)
    @given(perhaps_wrong_expressions())
    def check(text):
        answer = brian.ask({"ask": "dimension", "text": text, "names": names})
        try:
            found = dimension_of(parse_expression(text), lookup, values=values)
        except (DimensionMismatchError, EquationError) as error:
            if EXPONENT_WITH_A_UNIT.search(str(error)) and answer["status"] == "ok":
                tally["exponent with a unit"] += 1
                return
            assert answer["status"] != "ok", (str(error), answer)
            tally["refused"] += 1
            return
        if answer["status"] == "dimensions" and INFINITE_BOUND.search(answer["message"]):
            tally["infinite bound"] += 1
            return
        assert answer["status"] == "ok", answer
        assert list(found.exponents) == pytest.approx(answer["exponents"], abs=1e-9)
        tally["compared"] += 1

    check()
    assert tally["compared"] > count / 3, tally
    assert tally["refused"] > count / 10, tally
