"""Random systems: a step of each method is that of Brian 2, and `exact` is the exponential of a matrix."""

from __future__ import annotations

import math
import re

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_python import Jitter, Meaning, Undefined, spread
from random_expressions import Taste
from random_systems import Kind, systems
from samples import Tally, counts, sample

from distsim.equations import Equations, check_equations, expanded_derivatives, render, render_statement
from distsim.equations.tree import names
from distsim.integrators import Problem, UnsupportedEquationsError, find_method
from distsim.units import STANDARD_UNITS, units_by_name

UNITS = {name: float(units_by_name()[name]) for name in STANDARD_UNITS}
SMOOTH = Taste(conditions=False)
DT, TIME = 1e-4, 0.0123
NOISES = {"xi": 0.83, "xi_1": -1.21, "xi_2": 0.37, "xi_e": 1.9}
NOT_IN_PYTHON = re.compile(
    r"\b(Derivative|Subs|Piecewise|zoo|nan|Heaviside|DiracDelta|arg|re|im|I)\(|\bzoo\b|\bnan\b"
)


def statements_of(system, method):
    """Return distsim's step as lines of Python."""
    equations = Equations(system.text)
    check_equations(equations, system.lookup, values=system.external_values)
    problem = Problem.from_equations(equations, values=system.external_values)
    return "\n".join(map(render_statement, find_method(method).integrate(problem)))


def after(code, system, dt=DT, jitter=None):
    """Return the new values of the state variables; Undefined if one has none."""
    # Each noise gets its own number, in whatever order it is drawn.
    code = re.sub(r"^(xi\w*) = (.*)\brandn\(\)", r"\1 = \2normal_\1", code, flags=re.MULTILINE)
    namespace = {**UNITS, **system.external_values, **system.values, "dt": dt, "t": TIME, "i": 0, "N": 1}
    namespace |= {f"normal_{name}": value for name, value in NOISES.items()}
    found = Meaning(namespace, jitter=jitter).execute(code)
    return {
        line.name: float(found[line.name]) for line in system.lines if line.tree and line.kind.value[0] == "d"
    }


def with_spread(code, system, dt=DT):
    """Return the new values, and for each how far rounding may move it."""
    values = after(code, system, dt)
    moved = [after(code, system, dt, Jitter(seed)) for seed in range(3)]
    return values, {name: spread([value, *(each[name] for each in moved)]) for name, value in values.items()}


def compare_steps(system, method, ours, theirs, tally):
    """Compare distsim's statements with Brian's."""
    try:
        (found, moved), (expected, theirs_moved) = with_spread(ours, system), with_spread(theirs, system)
    except Undefined:
        tally["undefined"] += 1
        return
    relative = 1e-6 if method == "exact" else 1e-9
    for name, value in expected.items():
        size = max(abs(value), abs(system.values[name]))
        tolerance = relative * size + 20 * (moved[name] + theirs_moved[name])
        if tolerance > 1e-3 * max(size, 1e-300):
            tally["decided by rounding"] += 1
        elif abs(found[name] - value) <= tolerance:
            tally["compared"] += 1
        elif method == "exact" and digits_are_lost(system, name, found[name], value):
            tally["digits lost in Brian"] += 1
        elif method == "exponential_euler" and a_term_is_lost(system, name, ours, theirs):
            tally["a term lost in Brian"] += 1
        else:
            assert found[name] == pytest.approx(value, rel=0, abs=tolerance), (name, ours, theirs)


def digits_are_lost(system, name, found, expected):
    """Return whether the exponential of the matrix is here and not there: Brian's formula can cancel badly."""
    right = propagated(system, DT)[name]
    return abs(found - right) < 1e-9 * abs(right) < 1e-3 * abs(expected - right)


def a_term_is_lost(system, name, ours, theirs):
    """Return whether Brian's step is not even that of the equation: it takes ``x' = a x + b/x`` for ``a x``."""
    # Short beside all time constants, so that the step is the slope.
    dt = DT * 1e-6
    derivatives = dict(expanded_derivatives(Equations(system.text)))
    still = {**UNITS, **system.external_values, **system.values, "t": TIME, "dt": dt}
    slope = Meaning(still).value(render(derivatives[name]))
    old = system.values[name]
    slopes = [(after(code, system, dt)[name] - old) / dt for code in (ours, theirs)]
    return abs(slopes[0] - slope) < 1e-2 * abs(slopes[1] - slope)


def slopes_are_constant(system):
    """Return whether no slope depends on the state: distsim integrates these exactly, Brian refuses to."""
    derivatives = expanded_derivatives(Equations(system.text))
    return all(names(slope).isdisjoint(name for name, _ in derivatives) for _, slope in derivatives)


def compare(system, methods, brian, tally, seconds=10):
    """Compare one step with each method, and which methods refuse the system."""
    answer = brian.ask(system.question("integrate", methods=methods, seconds=seconds))
    if answer["status"] != "ok":
        tally["lost in Brian's algebra"] += 1
        return
    for method in methods:
        theirs = answer["methods"][method]
        try:
            ours = statements_of(system, method)
        except UnsupportedEquationsError as error:
            if "code" in theirs:
                tally[f"refused here only: {method}"] += 1
                print("HERE", method, system.text, theirs, error)
            else:
                tally["refused"] += 1
            continue
        if "error" in theirs or ("code" in theirs and NOT_IN_PYTHON.search(theirs["code"])):
            tally["lost in Brian's algebra"] += 1
        elif "refused" in theirs:
            if method == "exact" and slopes_are_constant(system):
                tally["constant slopes"] += 1
                continue
            tally[f"refused there only: {method}"] += 1
            print("THERE", method, system.text, theirs, ours)
        else:
            compare_steps(system, method, ours, theirs["code"], tally)


@pytest.mark.peers
@counts(40, 2500)
def test_steps_are_those_of_brian(count, brian):
    tally = Tally()

    @sample(count)
    @given(systems(Kind(flags=False, taste=SMOOTH, size=5, variables=2)), st.booleans())
    def check(system, with_rk4):
        methods = ["euler", "rk2", "exponential_euler", "exact", "heun", "milstein"]
        compare(system, [*methods, "rk4"] if with_rk4 else methods, brian, tally)

    check()
    print(tally)
    assert tally.share("compared") > 0.3, tally


@pytest.mark.peers
@counts(30, 1500)
def test_steps_with_noise_are_those_of_brian(count, brian):
    tally = Tally()

    @sample(count)
    @given(systems(Kind(flags=False, noise=True, taste=SMOOTH, size=3)))
    def check(system):
        compare(system, ["euler", "heun", "milstein", "rk2", "exact", "exponential_euler"], brian, tally)

    check()
    print(tally)
    assert tally.share("compared") > 0.3, tally


@pytest.mark.peers
@counts(30, 1500)
def test_linear_systems_are_those_of_brian(count, brian):
    tally = Tally()

    @sample(count)
    @given(systems(Kind(flags=False, linear=True, taste=SMOOTH, size=4)))
    def check(system):
        compare(system, ["exact", "exponential_euler"], brian, tally, seconds=4)

    check()
    print(tally)
    assert tally.share("compared") > 0.3, tally


def propagated(system, dt):
    """Return the new values by the exponential of a matrix with many digits."""
    derivatives = expanded_derivatives(Equations(system.text))
    variables = [name for name, _ in derivatives]
    still = {**UNITS, **system.external_values, **system.values, "dt": dt, "t": TIME}

    def slopes(state):
        meaning = Meaning({**still, **state})
        return [float(meaning.value(render(tree))) for _, tree in derivatives]

    zero = dict.fromkeys(variables, 0.0)
    offset = slopes(zero)
    size = len(variables)

    def column_of(name):
        """Return the change of all slopes per unit of a variable, probed where it is as large as the offset."""
        scale = abs(system.values[name])
        for _ in range(3):
            change = [b - a for a, b in zip(offset, slopes({**zero, name: scale}), strict=True)]
            scale *= max([1.0, *(abs(a / c) for a, c in zip(offset, change, strict=True) if c)])
        probed = slopes({**zero, name: scale})
        return [(mpmath.mpf(b) - a) / scale for a, b in zip(offset, probed, strict=True)]

    with mpmath.workdps(60):
        matrix = mpmath.zeros(size + 1)
        for column, name in enumerate(variables):
            for row, rate in enumerate(column_of(name)):
                matrix[row, column] = rate
        for row in range(size):
            matrix[row, size] = mpmath.mpf(offset[row])
        start = mpmath.matrix([*(system.values[name] for name in variables), 1])
        new = mpmath.expm(matrix * dt, method="taylor") * start
        return {name: float(new[row]) for row, name in enumerate(variables)}


@counts(60, 3000)
def test_exact_is_the_exponential_of_a_matrix(count):
    tally = Tally()

    @sample(count)
    @given(systems(Kind(flags=False, linear=True, taste=SMOOTH, size=4)), st.sampled_from([1e-4, 1e-3, 0.05]))
    def check(system, dt):
        try:
            code = statements_of(system, "exact")
        except UnsupportedEquationsError as error:
            assert re.search("oscillates|no unique equilibrium|more than two|may change", str(error))
            tally["refused"] += 1
            return
        try:
            found, moved = with_spread(code, system, dt)
            expected = propagated(system, dt)
        except (Undefined, OverflowError, mpmath.libmp.NoConvergence):
            tally["undefined"] += 1
            return
        for name, value in expected.items():
            size = max(abs(value), abs(system.values[name]))
            tolerance = 1e-9 * size + 20 * moved[name]
            if not math.isfinite(value) or tolerance > 1e-3 * size:
                tally["decided by rounding"] += 1
                continue
            tally["compared"] += 1
            assert found[name] == pytest.approx(value, rel=0, abs=tolerance), (name, code)

    check()
    print(tally)
    assert tally.share("compared") > 0.5, tally
