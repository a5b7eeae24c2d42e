"""Every function and operator of the language, in kernels and in code that runs once, against Brian 2."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from peer_runs import monitored, run_brian, run_text

pytestmark = pytest.mark.peers

# Each value of x stands beside each of y; whole, halved, negative, zero, tiny and large ones are among them.
VALUES = [-7.5, -3, -2.5, -1, -0.3, -1e-7, 0, 1e-7, 0.2, 0.5, 0.999999, 1, 2, 2.5, 7, 12.75]
WHOLE = [-7, -3, -2, -1, 1, 2, 3, 5]
FLOATS = {
    "plus": "x + y", "minus": "x - y", "times": "x*y", "over": "x/(y + 0.01)",
    "floored": "x // (y + 0.01)", "rest": "x % (y + 0.01)",
    "floored_by_whole": "x // n", "rest_of_whole": "x % n",
    "rest_by_literal": "x % 3", "rest_by_negative": "x % (-3)", "floored_by_literal": "x // 0.5",
    "power": "abs(x)**y", "square": "x**2", "cube": "x**3", "inverse": "(x + 0.01)**(-1)",
    "root": "abs(x)**0.5", "power_of_whole": "x**n/(1 + x**n)",
    "negated": "-x + -y", "nested": "-(x - y)*-x", "precedence": "-x**2", "right": "2**(-x)**2",
    "exp_": "exp(x)", "log_": "log(abs(x) + 1e-9)", "log10_": "log10(abs(x) + 1e-9)", "sqrt_": "sqrt(abs(x))",
    "abs_": "abs(x)", "sign_": "sign(x)", "sign_of_whole": "sign(m)",
    "sin_": "sin(x)", "cos_": "cos(x)", "tan_": "tan(x)",
    "sinh_": "sinh(x)", "cosh_": "cosh(x)", "tanh_": "tanh(x)",
    "arcsin_": "arcsin(x/13)", "arccos_": "arccos(x/13)", "arctan_": "arctan(x)",
    "ceil_": "ceil(x)", "floor_": "floor(x)", "expm1_": "expm1(x)", "log1p_": "log1p(abs(x))",
    "clip_": "clip(x, -1, 2.25)", "clip_by_infinite": "clip(x, 0, inf)", "clip_of_whole": "clip(m, -2, 2)",
    "exprel_": "exprel(x)", "exprel_large": "exprel(800*x)",
    "constants": "pi*x + e", "when": "x*int(x < y) + y*int(x >= y)", "whole_over_whole": "m/n",
    "half": "m/2", "truth_times": "2.5*int(b) - int(not c)",
    "steps": "timestep(abs(x)*ms, 0.1*ms)", "step_number": "t_in_timesteps + t/dt",
}  # fmt: skip
INTEGERS = {
    "int_": "int(x)", "int_of_truth": "int(x > y)", "int_of_both": "int(b and c) + 2*int(b or c)",
    "sum_": "m + n", "product": "m*n - m", "quotient": "m // n", "remainder": "m % n",
    "quotient_of_negative": "(-m) // n", "remainder_of_negative": "(-m) % n",
    "quotient_by_literal": "m // 3", "remainder_by_literal": "m % 3", "remainder_by_negative": "m % (-3)",
    "squared": "m**2", "indices": "i // 7 - i % 5", "sizes": "N - i",
    "truncated": "int(m/n)", "truncated_product": "int(x*n)", "sign_": "sign(m)", "abs_": "abs(m)",
}  # fmt: skip
TRUTHS = {
    "and_": "b and c", "or_": "b or c", "not_": "not b", "mixed": "not b and c or x > y",
    "chain": "x > -1 and x < 2 and not (y == 0.5)", "equal": "m == n", "unequal": "m != n",
    "at_most": "x <= y", "at_least": "x >= y", "whole_below": "m < x", "even": "m % 2 == 0",
}  # fmt: skip
KINDS = {"f": (FLOATS, "1"), "k": (INTEGERS, "integer"), "t": (TRUTHS, "boolean")}


LARGEST = 16
"""Expressions in one population: compiling a loop takes longer than in proportion to its length."""
STORED = ("stored", "counted", "m", "x")


def population(kind: str, expressions: list[tuple[str, str]]) -> tuple[dict, list[str]]:
    """Return a population and its recorded variables.

    Each expression is there three times: evaluated in a kernel, stored by a kernel, and evaluated once.
    """
    lines = ["x : 1", "y : 1", "m : integer", "n : integer", "b : boolean", "c : boolean"]
    x, y = (grid.ravel() for grid in np.meshgrid(VALUES, VALUES))
    whole, other = np.resize(WHOLE, x.size), np.resize(WHOLE[::-1], x.size + 3)[3:]
    initial = {"x": x.tolist(), "y": y.tolist(), "m": whole.tolist(), "n": other.tolist()}
    initial |= {"b": "x > 0.4", "c": "m > n"}
    reset, recorded = [], []
    for name, expression in expressions:
        unit = KINDS[kind][1]
        lines += [f"{kind}_{name} = {expression} : {unit}", f"{kind}s_{name} : {unit}"]
        lines.append(f"{kind}o_{name} : {unit}")
        reset.append(f"{kind}s_{name} = {expression}")
        initial[f"{kind}o_{name}"] = expression
        recorded += [f"{kind}_{name}", f"{kind}s_{name}", f"{kind}o_{name}"]
    if kind == "k":
        # What is no whole number loses its fraction where it is stored as one.
        lines += ["stored : integer", "counted : integer"]
        reset += ["stored = x*1.7", "counted = m; counted = counted + 2.9; counted = counted - x"]
        recorded += STORED
    entry = {
        "N": int(x.size),
        "model": "\n".join(lines),
        "threshold": "t >= 0*ms",
        "reset": "\n".join(reset),
        "initial": initial,
    }
    return entry, recorded


def model() -> str:
    """Every expression, in populations of some."""
    populations, monitors = {}, {}
    for kind, (expressions, _) in KINDS.items():
        every = list(expressions.items())
        for first in range(0, len(every), LARGEST):
            name = f"{kind}{first}"
            populations[name], variables = population(kind, every[first : first + LARGEST])
            monitors[f"m_{name}"] = {"type": "state", "source": name, "variables": variables, "record": True}
    description = {
        "name": "expressions",
        "populations": populations,
        "monitors": monitors,
        "run": {"duration": "0.2*ms"},
    }
    return yaml.safe_dump(description, sort_keys=False)


def by_variable(found):
    """Return what monitors have recorded, by the names of the variables, which tell the monitors, too."""
    return {name.partition(".")[2]: values for name, values in found.items()}


@pytest.fixture(scope="module")
def results(peers_python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("expressions")
    run = run_text(model(), folder / "distsim")
    return by_variable(monitored(run)), by_variable(run_brian(peers_python, run, folder))


@pytest.mark.parametrize("kind", KINDS)
def test_expressions_have_the_same_values(results, kind):
    ours, theirs = results
    wrong = []
    for name in KINDS[kind][0]:
        for way in (f"{kind}_{name}", f"{kind}s_{name}", f"{kind}o_{name}"):
            # What a kernel evaluates is seen at once, what it stores in the second sample.
            mine, reference = ours[way][:, 1].astype(float), theirs[way][:, 1].astype(float)
            if not np.allclose(mine, reference, rtol=1e-12, atol=1e-300, equal_nan=True):
                places = np.flatnonzero(
                    ~np.isclose(mine, reference, rtol=1e-12, atol=1e-300, equal_nan=True)
                )[:3]
                wrong.append((way, KINDS[kind][0][name], places, mine[places], reference[places]))
    assert not wrong


def test_numbers_stored_as_integers_lose_their_fraction(results):
    ours, theirs = results
    np.testing.assert_array_equal(ours["stored"][:, 1], theirs["stored"][:, 1])
    # In the middle of a block, too: as in compiled code, not as in Brian's for NumPy.
    whole, x = ours["m"][:, 1], ours["x"][:, 1]
    np.testing.assert_array_equal(ours["counted"][:, 1], np.trunc(np.trunc(whole + 2.9) - x))
