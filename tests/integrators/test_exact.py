"""The exact method against the matrix exponential and closed forms."""

import sys

import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.linalg import expm
from tree_evaluator import evaluate, execute

from distsim.equations import BUILTIN_FUNCTIONS, Equations, FunctionSignature, parse_expression, render
from distsim.equations.functions import SECOND
from distsim.equations.tree import Call, Name, names, walk
from distsim.integrators import Exact, Problem, UnsupportedEquationsError
from distsim.integrators.divided_differences import DividedDifferences
from distsim.units import DIMENSIONLESS

CUBA = """
dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
dge/dt = -ge/taue : volt
dgi/dt = -gi/taui : volt
"""
DT = 1e-4


def matrix_of(equations, namespace):
    """The augmented matrix ``[[A, b], [0, 0]]`` by evaluating the right-hand sides on unit vectors."""
    problem = Problem.from_equations(equations)
    variables = problem.variables

    def rates(state):
        return np.array(
            [evaluate(rate, {**namespace, **state}) for _, rate in problem.derivatives], dtype=float
        )

    zero = dict.fromkeys(variables, 0.0)
    constant = rates(zero)
    columns = [rates({**zero, x: 1.0}) - constant for x in variables]
    matrix = np.zeros((len(variables) + 1,) * 2)
    matrix[:-1, :-1] = np.array(columns).T
    matrix[:-1, -1] = constant
    return matrix


def step(equations, namespace, values=None):
    problem = Problem.from_equations(equations, values=values)
    after = execute(Exact().integrate(problem), {**namespace, "dt": DT})
    return np.array([after[x] for x in problem.variables])


def expected(equations, namespace):
    state = np.array([namespace[x] for x in equations.diff_eq_names] + [1.0])
    return (expm(matrix_of(equations, namespace) * DT) @ state)[:-1]


MODELS = {
    "leaky": ("dv/dt = (El - v + R*I)/tau : 1\nI : 1", {"El": -0.06, "R": 3.0, "I": 0.2, "tau": 0.01}),
    "cuba": (CUBA, {"El": -0.049, "taum": 0.02, "taue": 0.005, "taui": 0.01}),
    "alpha": (
        "dv/dt = (g - v + c)/tm : 1\ndg/dt = (s - g + 0.5)/tau : 1\nds/dt = -s/tau : 1",
        {"c": 0.3, "tm": 0.02, "tau": 0.005},
    ),
    "chain of equals": (
        "dv/dt = (g - v + c)/tau : 1\ndg/dt = (s - g)/tau : 1\nds/dt = (u - s)/tau : 1\ndu/dt = -u/tau : 1",
        {"c": 0.3, "tau": 0.005},
    ),
    "diamond": (
        "dv/dt = (a + b - v)/t1 : 1\nda/dt = (s - a)/t2 : 1\ndb/dt = (s - b)/t3 : 1\nds/dt = (1 - s)/t4 : 1",
        {"t1": 0.02, "t2": 0.003, "t3": 0.007, "t4": 0.1},
    ),
    "adaptive": (
        "dv/dt = (I - w - v)/tau : 1\ndw/dt = (a*v - w)/tw : 1",
        {"I": 1.5, "tau": 0.01, "tw": 0.1, "a": 0.2},
    ),
    "adaptive with input": (
        (
            "dw/dt = (a*v - w)/tw : 1\ndv/dt = (I - w - v + g)/tau : 1\ndg/dt = -g/ts : 1\n"
            "dr/dt = (v - r)/ts : 1"
        ),
        {"I": 1.5, "tau": 0.01, "tw": 0.1, "a": 0.2, "ts": 0.003},
    ),
    "two compartments": (
        "dv/dt = (k*(u - v) - v)/tau : 1\ndu/dt = (k*(v - u) - u + 1)/tau : 1",
        {"k": 3.0, "tau": 0.01},
    ),
    "unstable": ("dv/dt = (v - 1)/tau : 1", {"tau": 0.01}),
    "subexpressions": ("dv/dt = (I - v)/tau : 1\nI = 2*J + v/4 : 1\nJ = c : 1", {"c": 0.3, "tau": 0.02}),
    "slope": ("dv/dt = c : 1\ndw/dt = 0*Hz : 1", {"c": 3.0}),
}


@pytest.mark.parametrize("known", [False, True], ids=["symbols", "values"])
@pytest.mark.parametrize("model", MODELS)
def test_one_step_is_the_matrix_exponential(model, known):
    text, constants = MODELS[model]
    equations = Equations(text)
    start = {x: 0.3 - 0.25 * n for n, x in enumerate(equations.diff_eq_names)}
    namespace = {**constants, **start}
    result = step(equations, namespace, constants if known else None)
    assert result == pytest.approx(expected(equations, namespace), rel=1e-14, abs=1e-16)


def test_time_constants_that_happen_to_be_equal():
    equations = Equations(CUBA)
    constants = {"El": -0.049, "taum": 0.005, "taue": 0.005, "taui": 0.005 * (1 + 1e-15)}
    namespace = {**constants, "v": -0.06, "ge": 0.01, "gi": 0.02}
    # As symbols and as arrays of parameters: neither may divide by zero.
    with np.errstate(all="raise"):
        assert step(equations, namespace) == pytest.approx(expected(equations, namespace), rel=1e-14)
        arrays = {name: np.full(3, value) for name, value in namespace.items()}
        after = step(equations, arrays)
    assert after[:, 1] == pytest.approx(expected(equations, namespace), rel=1e-14)


def test_a_longer_chain_of_equal_values_uses_the_known_values():
    equations = Equations(MODELS["alpha"][0])
    constants = {"c": 0.3, "tm": 0.005, "tau": 0.005}
    namespace = {**constants, "v": 0.0, "g": 0.0, "s": 1.0}
    assert step(equations, namespace, constants) == pytest.approx(expected(equations, namespace), rel=1e-13)


def test_critical_damping():
    equations = Equations("dv/dt = -2*k*v - k*w : 1\ndw/dt = k*v : 1")
    namespace = {"k": 100.0, "v": 0.3, "w": -0.2}
    for values in (None, {"k": 100.0}):
        assert step(equations, namespace, values) == pytest.approx(expected(equations, namespace), rel=1e-13)


def test_rest_stays_at_rest():
    equations = Equations(MODELS["leaky"][0])
    namespace = {"El": -0.06, "R": 0.0, "I": 0.0, "tau": 0.01, "v": -0.06}
    for _ in range(1000):
        namespace["v"] = step(equations, namespace)[0]
    assert namespace["v"] == pytest.approx(-0.06, rel=1e-13)


def test_refractory_neurons():
    problem = Problem.from_equations(Equations(CUBA + "du/dt = (v - u)/taum : volt"), refractory=True)
    statements = Exact().integrate(problem)
    selected = {s.target for s in statements if any(n == Call("where", n.arguments) for n in calls(s.value))}
    assert selected == {"_v", "_u"}
    namespace = {
        "El": -0.049,
        "taum": 0.02,
        "taue": 0.005,
        "taui": 0.01,
        "v": -0.06,
        "ge": 0.01,
        "gi": 0.02,
        "u": 0.0,
    }
    running = execute(statements, {**namespace, "dt": DT, "not_refractory": True})
    equations = Equations(CUBA + "du/dt = (v - u)/taum : volt")
    assert [running[x] for x in equations.diff_eq_names] == pytest.approx(
        expected(equations, namespace), rel=1e-14
    )
    standing = execute(statements, {**namespace, "dt": DT, "not_refractory": False})
    assert standing["v"] == -0.06
    assert standing["ge"] == pytest.approx(0.01 * np.exp(-DT / 0.005), rel=1e-15)
    # A variable that follows the clamped one relaxes towards it.
    assert standing["u"] == pytest.approx(-0.06 * -np.expm1(-DT / 0.02), rel=1e-14)


def calls(expression):
    return [node for node in walk(expression) if isinstance(node, Call)]


def test_without_refractoriness_the_flag_has_no_effect():
    statements = Exact().integrate(Problem.from_equations(Equations(CUBA)))
    assert not any("not_refractory" in names(s.value) for s in statements)


def test_new_values_are_assigned_at_the_end():
    statements = Exact().integrate(Problem.from_equations(Equations(CUBA)))
    assert [s.target for s in statements] == ["_v", "_ge", "_gi", "v", "ge", "gi"]
    assert [s.value for s in statements[3:]] == [Name("_v"), Name("_ge"), Name("_gi")]


def test_constant_parts_are_closed():
    """Each state variable is multiplied by something that reads no state variable."""
    first, *_ = Exact().integrate(Problem.from_equations(Equations(CUBA)))
    text = render(first.value)
    assert text.startswith("exp(-(dt/taum))*v + ")
    assert all(text.count(variable) == 1 for variable in ("*v", "*ge", "*gi"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dv/dt = -v**2/tau : 1", "not linear"),
        ("dv/dt = -v*w/tau : 1\ndw/dt = -w/tau : 1", "not linear"),
        ("dv/dt = (sin(t*Hz) - v)/tau : 1", "may change"),
        ("dv/dt = (rand() - v)/tau : 1", "may change"),
        ("dv/dt = -v/tau + xi*tau**-.5 : 1", "white noise"),
        ("dx/dt = y : 1\ndy/dt = -y/tau : 1", "equilibrium"),
        ("dx/dt = y/tau : 1\ndy/dt = -x/tau : 1", "complex"),
        ("dx/dt = y/ms : 1\ndy/dt = -x/ms : 1", "complex"),
        ("dx/dt = y/ms : 1\ndy/dt = z/ms : 1\ndz/dt = x/ms : 1", "circle"),
    ],
)
def test_what_is_refused(text, reason):
    with pytest.raises(UnsupportedEquationsError, match=reason):
        Exact().integrate(Problem.from_equations(Equations(text)))


def test_complex_eigenvalues_are_seen_in_the_values():
    text = MODELS["adaptive"][0]
    problem = Problem.from_equations(Equations(text), values={"I": 1.0, "tau": 0.01, "tw": 0.01, "a": 2.0})
    with pytest.raises(UnsupportedEquationsError, match="complex"):
        Exact().integrate(problem)


def test_a_timed_array_counts_as_constant():
    stimulus = FunctionSignature("stimulus", (SECOND,), DIMENSIONLESS, constant_over_dt=True)
    equations = Equations("dv/dt = (stimulus(t) - v)/tau : 1")
    problem = Problem.from_equations(equations, functions={**BUILTIN_FUNCTIONS, "stimulus": stimulus})
    after = execute(
        Exact().integrate(problem), {"v": 0.2, "tau": 0.01, "dt": DT, "t": 0.5, "stimulus": lambda t: 3 + t}
    )
    assert after["v"] == pytest.approx(3.5 + (0.2 - 3.5) * np.exp(-DT / 0.01), rel=1e-14)
    changing = FunctionSignature("stimulus", (SECOND,), DIMENSIONLESS)
    with pytest.raises(UnsupportedEquationsError, match="may change"):
        Exact().integrate(
            Problem.from_equations(equations, functions={**BUILTIN_FUNCTIONS, "stimulus": changing})
        )


def test_names_that_change_within_a_step():
    with pytest.raises(UnsupportedEquationsError, match="may change"):
        Exact().integrate(Problem.from_equations(Equations("dv/dt = -v/tau : 1"), varying=frozenset({"tau"})))


def test_sympy_is_not_loaded_for_a_triangular_system():
    """Checked in a process of its own, because other tests load sympy."""
    import subprocess  # noqa: PLC0415

    program = (
        "import sys; from distsim.equations import Equations; from distsim.integrators import *;"
        f"Exact().integrate(Problem.from_equations(Equations({CUBA!r}), refractory=True));"
        "sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    "rates",
    [
        [-100.0],
        [-100.0, -50.0],
        [-100.0, -100.0],
        [-100.0, 0.0],
        [-100.0, -50.0, 0.0],
        [-100.0, -100.0, 0.0],
        [-100.0, -50.0, -100.0],
        [-100.0, -100.0, -100.0],
        [0.0, 0.0, 0.0],
        [-100.0, -50.0, -20.0, 0.0],
        [-100.0, -50.0, -50.0, 0.0],
    ],
)
def test_divided_differences(rates):
    """Against the corner of the exponential of a bidiagonal matrix, in 50 digits."""
    symbols = [f"r{n}" for n in range(len(rates))]
    trees = tuple(parse_expression(s) for s in symbols)
    values = dict(zip(symbols, rates, strict=True))
    tree = DividedDifferences(parse_expression("dt"), values).of(trees)
    with mp.workdps(50):
        matrix = mp.matrix(len(rates), len(rates))
        for n, rate in enumerate(rates):
            matrix[n, n] = mpf(rate) * mpf(DT)
            if n:
                matrix[n - 1, n] = mpf(DT)
        exact = float(mp.expm(matrix)[0, len(rates) - 1])
    # A divided difference of order n is a difference of numbers larger by 1/(rate*dt)**(n - 1), so its error
    # is measured against those.
    scale = exact / min(1.0, (50 * DT) ** (len(rates) - 2))
    assert evaluate(tree, {**values, "dt": DT}) == pytest.approx(exact, rel=1e-15, abs=4e-16 * scale)
