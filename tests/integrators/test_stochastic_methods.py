"""Stochastic methods: one step against the formulas, with the noise known."""

import numpy as np
import pytest
from tree_evaluator import execute

from distsim.equations import Equations
from distsim.equations.tree import Call, walk
from distsim.integrators import Problem, UnsupportedEquationsError, find_method

DT = 1e-3
TAU, S = 0.01, 0.4


def run(method, text, draws, **start):
    """One step with `draws` as the normal numbers, in the order of the noises' names."""
    waiting = iter(draws)
    statements = find_method(method).integrate(Problem.from_equations(Equations(text)))
    namespace = {"tau": TAU, "s": S, "t": 0.005, "dt": DT, "randn": lambda: next(waiting), **start}
    execute(statements, namespace)
    assert next(waiting, None) is None
    return namespace


def test_euler_maruyama():
    after = run("euler", "dv/dt = -v/tau + s*sqrt(2/tau)*xi : 1", [0.7], v=0.3)
    assert after["v"] == pytest.approx(
        0.3 - DT * 0.3 / TAU + S * np.sqrt(2 / TAU) * np.sqrt(DT) * 0.7, rel=1e-14
    )
    # The number itself: dt**.5*randn()/dt, of unit second**-.5.
    assert after["xi"] == pytest.approx(DT**0.5 * 0.7 / DT, rel=1e-15)


def test_one_draw_for_each_suffix():
    text = "dv/dt = -v/tau + xi_a*tau**-.5 + xi_b*tau**-.5 : 1\ndw/dt = -w/tau + xi_a*tau**-.5 : 1"
    for method in ("euler", "heun"):
        after = run(method, text, [0.7, -1.1], v=0.0, w=0.0)
        kick = (DT / TAU) ** 0.5
        assert after["w"] == pytest.approx(0.7 * kick, rel=1e-14)
        assert after["v"] == pytest.approx((0.7 - 1.1) * kick, rel=1e-14)


@pytest.mark.parametrize("method", ["euler", "heun", "milstein"])
def test_each_noise_is_drawn_once(method):
    text = "dv/dt = -v/tau + s*tau**-.5*xi_1 : 1\ndw/dt = -w/tau + s*tau**-.5*xi_2 : 1"
    statements = find_method(method).integrate(Problem.from_equations(Equations(text)))
    calls = [n for s in statements for n in walk(s.value) if isinstance(n, Call) and n.function == "randn"]
    assert len(calls) == 2
    assert [s.target for s in statements[:2]] == ["xi_1", "xi_2"]


def test_heun_averages_the_factor_of_each_noise_and_not_the_drift():
    text = (
        "dv/dt = -v/tau + s*v*Hz**.5*xi_1 + w*cos(t*Hz)*Hz**.5*xi_2 : 1\ndw/dt = -w/tau + v*Hz**.5*xi_1 : 1"
    )
    v, w, t = 0.3, 0.5, 0.005
    after = run("heun", text, [0.7, -1.1], v=v, w=w)
    dw1, dw2 = 0.7 * DT**0.5, -1.1 * DT**0.5
    v1, w1 = v + S * v * dw1, w + v * dw1  # where the first noise alone leads
    w2 = w  # the second does not move w
    expected_v = (
        v - DT * v / TAU + 0.5 * dw1 * (S * v + S * v1) + 0.5 * dw2 * (w * np.cos(t) + w2 * np.cos(t + DT))
    )
    expected_w = w - DT * w / TAU + 0.5 * dw1 * (v + v1)
    assert w1 != w
    assert after["v"] == pytest.approx(expected_v, rel=1e-14)
    assert after["w"] == pytest.approx(expected_w, rel=1e-14)


def test_milstein():
    text = "dv/dt = -v/tau + s*v**2*Hz**.5*xi_1 : 1\ndw/dt = -w/tau + v*w*Hz**.5*xi_2 : 1"
    v, w = 0.3, 0.5
    after = run("milstein", text, [0.7, -1.1], v=v, w=w)
    root, dw1, dw2 = DT**0.5, 0.7 * DT**0.5, -1.1 * DT**0.5

    def support(x, factor):
        return x - DT * x / TAU + root * factor

    g = S * v**2
    expected_v = v - DT * v / TAU + g * dw1 + (S * support(v, g) ** 2 - g) * dw1**2 / (2 * root)
    g = v * w
    expected_w = w - DT * w / TAU + g * dw2 + (support(v, 0) * support(w, g) - g) * dw2**2 / (2 * root)
    assert after["v"] == pytest.approx(expected_v, rel=1e-14)
    assert after["w"] == pytest.approx(expected_w, rel=1e-14)


def test_stratonovich_limit():
    """For dv = v o dW both methods converge to exp(W) with the same noise, at order 1/2 or better."""
    rng = np.random.default_rng(1)
    fine = rng.standard_normal((2**10, 200)) * (0.1 / 2**10) ** 0.5
    for method in ("heun", "milstein"):
        statements = find_method(method).integrate(
            Problem.from_equations(Equations("dv/dt = v*Hz**.5*xi : 1"))
        )
        errors = []
        for steps in (2**6, 2**8):
            increments = fine.reshape(steps, -1, 200).sum(axis=1)
            dt = 0.1 / steps
            namespace = {"v": np.ones(200), "t": 0.0, "dt": dt}
            for dw in increments:
                namespace["randn"] = lambda dw=dw, dt=dt: dw / dt**0.5
                execute(statements, namespace)
            errors.append(np.mean(np.abs(namespace["v"] - np.exp(fine.sum(axis=0)))))
        assert errors[1] < errors[0] / 2


def test_what_is_refused():
    problem = Problem.from_equations(Equations("dv/dt = -v/tau + v*xi*Hz**.5 : 1"))
    with pytest.raises(UnsupportedEquationsError, match="multiplicative"):
        find_method("euler").integrate(problem)
    for text in (
        "dv/dt = v*xi_1 : 1\ndw/dt = w*xi_1 : 1",
        "dv/dt = v*xi_1 + v*xi_2 : 1",
    ):
        with pytest.raises(UnsupportedEquationsError, match="diagonal"):
            find_method("milstein").integrate(Problem.from_equations(Equations(text)))
