"""Methods without noise: single steps against their formulas, and the order of convergence."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from tree_evaluator import execute, integrate

from distsim.equations import Equations
from distsim.integrators import Problem, UnsupportedEquationsError, find_method

OSCILLATOR = Equations("dx/dt = -x*y/tau + sin(w*t)/tau : 1\ndy/dt = (x**2 - y)/tau : 1")
CONSTANTS = {"tau": 0.01, "w": 300.0}
START = {"x": 0.7, "y": 0.2}


def f(t, state):
    x, y = state
    return np.array([-x * y + np.sin(CONSTANTS["w"] * t), x**2 - y]) / CONSTANTS["tau"]


def euler(t, s, dt):
    return s + dt * f(t, s)


def midpoint(t, s, dt):
    return s + dt * f(t + dt / 2, s + dt / 2 * f(t, s))


def classical(t, s, dt):
    k1 = f(t, s)
    k2 = f(t + dt / 2, s + dt / 2 * k1)
    k3 = f(t + dt / 2, s + dt / 2 * k2)
    k4 = f(t + dt, s + dt * k3)
    return s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


FORMULAS = {"euler": euler, "rk2": midpoint, "rk4": classical, "heun": euler, "milstein": euler}


@pytest.mark.parametrize("method", FORMULAS)
def test_one_step_is_the_formula(method):
    statements = find_method(method).integrate(Problem.from_equations(OSCILLATOR))
    after = execute(statements, {**CONSTANTS, **START, "t": 0.003, "dt": 1e-3})
    expected = FORMULAS[method](0.003, np.array([0.7, 0.2]), 1e-3)
    assert [after["x"], after["y"]] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("method", "order"), [("euler", 1), ("rk2", 2), ("rk4", 4), ("exponential_euler", 1)]
)
def test_order_of_convergence(method, order):
    reference = solve_ivp(f, (0, 0.02), [0.7, 0.2], rtol=1e-12, atol=1e-13).y[0, -1]
    statements = find_method(method).integrate(Problem.from_equations(OSCILLATOR))
    errors = []
    for steps in (64, 128):
        trace = integrate(statements, {**CONSTANTS, **START, "t": 0.0, "dt": 0.02 / steps}, steps, ["x"])
        errors.append(abs(trace["x"][-1] - reference))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.3)


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4", "exponential_euler", "heun"])
def test_refractory_variables_stand_still(method):
    equations = Equations(
        "dv/dt = (u - v)/tau + s*xi*tau**-.5 : 1 (unless refractory)\ndu/dt = -u/tau : 1"
        if method in ("euler", "heun")
        else "dv/dt = (u - v)/tau : 1 (unless refractory)\ndu/dt = -u/tau : 1"
    )
    namespace = {"tau": 0.01, "s": 2.0, "v": 0.3, "u": 0.5, "t": 0.0, "dt": 1e-4, "randn": lambda: 1.3}
    gated = find_method(method).integrate(Problem.from_equations(equations, refractory=True))
    free = find_method(method).integrate(Problem.from_equations(equations))
    running = execute(gated, {**namespace, "not_refractory": np.array([True, False])})
    plain = execute(free, dict(namespace))
    assert running["v"][0] == pytest.approx(plain["v"], rel=1e-15)
    assert running["v"][1] == 0.3
    assert np.all(running["u"] == plain["u"])


def test_exponential_euler_is_exact_for_frozen_coefficients():
    equations = Equations(
        "dm/dt = alpha*(1 - m) - beta*m : 1\nalpha = a*(2 + tanh(v)) : Hz\ndv/dt = (I - v)/tau : 1"
    )
    namespace = {"a": 120.0, "beta": 700.0, "m": 0.1, "v": -0.4, "I": 0.2, "tau": 0.01, "dt": 1e-3}
    after = execute(
        find_method("exponential_euler").integrate(Problem.from_equations(equations)), dict(namespace)
    )
    alpha = 120 * (2 + np.tanh(-0.4))
    infinity, rate = alpha / (alpha + 700), alpha + 700
    assert after["m"] == pytest.approx(infinity + (0.1 - infinity) * np.exp(-rate * 1e-3), rel=1e-14)
    assert after["v"] == pytest.approx(0.2 + (-0.4 - 0.2) * np.exp(-0.1), rel=1e-14)


def test_exponential_euler_where_the_coefficient_vanishes():
    equations = Equations("dv/dt = I - g*v : 1\ng = k*w : Hz\ndw/dt = 0*Hz : 1")
    statements = find_method("exponential_euler").integrate(Problem.from_equations(equations))
    with np.errstate(all="raise"):
        after = execute(statements, {"I": 3.0, "k": 10.0, "v": 0.5, "w": 0.0, "dt": 0.1})
    assert after["v"] == pytest.approx(0.8, rel=1e-15)


def test_exponential_euler_freezes_functions_and_denominators():
    # The exponential integrate-and-fire neuron, and a pump that saturates.
    equations = Equations(
        "dv/dt = (E - v + D*exp((v - V)/D))/tau : volt\ndCa/dt = (I - rate*Ca/(Ca + K)) : mmolar"
    )
    namespace = {"E": -0.07, "D": 0.002, "V": -0.05, "tau": 0.01, "I": 0.3, "rate": 2.0, "K": 0.5, "dt": 1e-3}
    statements = find_method("exponential_euler").integrate(Problem.from_equations(equations))
    after = execute(statements, {**namespace, "v": -0.052, "Ca": 0.8})
    target = -0.07 + 0.002 * np.exp(-1)
    assert after["v"] == pytest.approx(target + (-0.052 - target) * np.exp(-0.1), rel=1e-14)
    decay = 2.0 / 1.3
    assert after["Ca"] == pytest.approx(0.3 / decay + (0.8 - 0.3 / decay) * np.exp(-decay * 1e-3), rel=1e-14)


@pytest.mark.parametrize("slope", ["3*I + I/v", "3*I + 2*v*I*E/(E*v*2)/v", "v*I*4/v - I + I*v/v/v"])
def test_exponential_euler_cancels_denominators(slope):
    equations = Equations(f"dv/dt = {slope} : 1\nI = 0.5*Hz*v : Hz")
    statements = find_method("exponential_euler").integrate(Problem.from_equations(equations))
    after = execute(statements, {"v": 0.1, "E": 7.0, "Hz": 1.0, "dt": 0.01})
    assert after["v"] == pytest.approx((0.1 + 1 / 3) * np.exp(0.015) - 1 / 3, rel=1e-13)


@pytest.mark.parametrize("slope", ["v**2*Hz", "-v/tau + v**3*Hz", "v*(1 - v)*tanh(v)*Hz", "v**0.5*Hz"])
def test_exponential_euler_refuses_what_is_not_linear_in_itself(slope):
    with pytest.raises(UnsupportedEquationsError, match="not linear in 'v'"):
        find_method("exponential_euler").integrate(Problem.from_equations(Equations(f"dv/dt = {slope} : 1")))


@pytest.mark.parametrize("method", ["rk2", "rk4", "exponential_euler", "exact"])
def test_methods_without_noise_refuse_it(method):
    with pytest.raises(UnsupportedEquationsError, match="white noise"):
        find_method(method).integrate(Problem.from_equations(Equations("dv/dt = -v/tau + xi*tau**-.5 : 1")))


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4", "exponential_euler", "heun", "milstein", "exact"])
def test_no_equations_need_no_statements(method):
    assert find_method(method).integrate(Problem.from_equations(Equations("v : 1"))) == ()


def test_temporaries_cannot_collide_with_new_values():
    names = ["v", "k_v", "k1_v", "x_v", "s0_v", "a_v", "v_xi"]
    equations = Equations("\n".join(f"d{n}/dt = -{n}/tau + v*xi_{n} : 1" for n in names))
    deterministic = Equations(
        "\n".join(f"d{n}/dt = -{n}*v/tau : 1" for n in names[1:]) + "\ndv/dt = -v/tau : 1"
    )
    for method, model in [("heun", equations), ("milstein", equations), ("rk4", deterministic)]:
        targets = [s.target for s in find_method(method).integrate(Problem.from_equations(model))]
        assert len(set(targets)) == len(targets)
