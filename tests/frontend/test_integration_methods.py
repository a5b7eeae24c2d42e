"""Integration methods as objects, and methods given as text."""

import pytest

from distsim.equations import EquationError, Equations, render_statement
from distsim.frontend.available_later import NotAvailableError, gsl_rkf45
from distsim.frontend.integration_methods import (
    ExplicitStateUpdater,
    StateUpdateMethod,
    euler,
    exact,
    find_integrator,
    linear,
    milstein,
    rk2,
    rk4,
)
from distsim.frontend.logger import catch_logs
from distsim.integrators import Problem, UnsupportedEquationsError, choose
from distsim.kernels.evaluate import evaluate

TWO = "dv/dt = (w - v)/(10*ms) : 1\ndw/dt = -w/(5*ms)*sin(t/ms) : 1 (unless refractory)"
NOISY = "dv/dt = -v/(10*ms) + v*xi/(1*ms)**.5 : 1"


def test_methods_write_their_statements():
    assert euler("dv/dt = -v/(10*ms) : 1") == "_v = v + dt*(-v/(10*ms))\nv = _v"
    assert exact(Equations("dv/dt = -v/(10*ms) : 1")).endswith("v = _v")
    assert "not_refractory" in rk4(TWO)
    assert linear is exact
    assert euler.name == "euler"
    with pytest.raises(UnsupportedEquationsError, match="noise"):
        rk4(NOISY)


def result(method, equations, values):
    """Return the state after one step; noise is given as a value."""
    values = dict(values)
    for statement in method.integrator.integrate(Problem.from_equations(Equations(equations))):
        if statement.target != "xi":
            values[statement.target] = evaluate(statement.value, values.__getitem__)
    return [float(values[name]) for name in Equations(equations).diff_eq_names]


VALUES = {"v": 0.7, "w": 0.3, "t": 0.0123, "dt": 1e-3, "ms": 1e-3, "xi": 17.0}


def test_the_midpoint_rule_as_text():
    own = ExplicitStateUpdater("k = dt*f(x, t)\nx_new = x + dt*f(x + k/2, t + dt/2)")
    assert result(own, TWO, VALUES) == pytest.approx(result(rk2, TWO, VALUES), rel=1e-14)


def test_runge_kutta_as_text():
    own = ExplicitStateUpdater("""
        k_1 = dt*f(x, t)
        k_2 = dt*f(x + k_1/2, t + dt/2)
        k_3 = dt*f(x + k_2/2, t + dt/2)
        k_4 = dt*f(x + k_3, t + dt)
        x_new = x + (k_1 + 2*k_2 + 2*k_3 + k_4)/6
    """)
    assert result(own, TWO, VALUES) == pytest.approx(result(rk4, TWO, VALUES), rel=1e-14)


def test_milstein_as_text():
    own = ExplicitStateUpdater(
        """
        x_support = x + dt*f(x, t) + dt**.5*g(x, t)
        g_support = g(x_support, t)
        k = 1/(2*dt**.5)*(g_support - g(x, t))*dW**2
        x_new = x + dt*f(x, t) + g(x, t)*dW + k
        """,
        stochastic="multiplicative",
    )
    assert result(own, NOISY, VALUES) == pytest.approx(result(milstein, NOISY, VALUES), rel=1e-12)


def test_noise_that_a_method_is_not_made_for():
    additive = ExplicitStateUpdater("x_new = x + dt*f(x, t) + g(x, t)*dW", stochastic="additive")
    with pytest.raises(UnsupportedEquationsError, match="multiplicative"):
        additive(NOISY)
    with pytest.raises(UnsupportedEquationsError, match="noise"):
        ExplicitStateUpdater("x_new = x + dt*f(x, t)")(NOISY)
    with pytest.raises(UnsupportedEquationsError, match="xi_1 and xi_2"):
        additive("dv/dt = -v/ms + xi_1/ms**.5 + xi_2/ms**.5 : 1")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("k = dt*f(x, t)", "must end by assigning x_new"),
        ("", "must end by assigning x_new"),
        ("x_new = x; k = x", "must end by assigning x_new"),
        ("x_new = x + dt*g(x, t)", "calls 'g'"),
        ("x_new = x + k", "mentions 'k'"),
        ("x_new = x + dt*f(x)", r"f\(x, t\)"),
        ("x = x + dt; x_new = x", "must assign new names"),
        ("x_new = x + rand()", "calls 'rand'"),
    ],
)
def test_bad_descriptions(description, message):
    with pytest.raises(EquationError, match=message):
        ExplicitStateUpdater(description)


def test_bad_options():
    with pytest.raises(ValueError, match="stochastic"):
        ExplicitStateUpdater("x_new = x", stochastic="a lot")
    with pytest.raises(NotImplementedError):
        ExplicitStateUpdater("x_new = x", custom_check=print)


def test_what_groups_are_given_as_a_method():
    assert find_integrator(None) is None
    assert find_integrator("Euler") == "euler"
    assert find_integrator("linear") == "exact"
    assert find_integrator(rk2) == "rk2"
    own = ExplicitStateUpdater("x_new = x + dt*f(x, t)")
    found = find_integrator(own)
    problem = Problem.from_equations(Equations("dv/dt = -v/(10*ms) : 1"))
    assert render_statement(choose(problem, found)[1][-1]) == "v = _v"
    with catch_logs() as logs:
        assert find_integrator("independent") == "exact"
    assert len(logs) == 1
    for method in ("gsl_rkf45", gsl_rkf45):
        with pytest.raises(NotAvailableError, match="GNU Scientific Library"):
            find_integrator(method)
    with pytest.raises(ValueError, match="did you mean 'euler'"):
        find_integrator("eulr")
    assert find_integrator(["euler"]) == "euler"
    assert find_integrator(("exact", "euler", "heun")) is None
    with pytest.raises(TypeError, match="one method is needed"):
        find_integrator(["euler", "exact"])
    with pytest.raises(TypeError, match="method must be"):
        find_integrator(3)


def test_registered_methods(monkeypatch):
    monkeypatch.setattr(StateUpdateMethod, "_registered", {})
    own = ExplicitStateUpdater("x_new = x + dt*f(x, t)")
    StateUpdateMethod.register("Mine", own)
    assert find_integrator("mine") is own.integrator
    for name in ("mine", "euler", "linear"):
        with pytest.raises(ValueError, match="already an integration method"):
            StateUpdateMethod.register(name, own)
