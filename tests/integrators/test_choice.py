"""Names of methods, the automatic choice, and event-driven updates."""

import logging

import numpy as np
import pytest
from tree_evaluator import execute

from distsim.equations import BUILTIN_FUNCTIONS, Equations, FunctionSignature
from distsim.equations.functions import SECOND
from distsim.equations.tree import Assignment
from distsim.integrators import (
    Integrator,
    Problem,
    UnsupportedEquationsError,
    choose,
    event_driven_names,
    event_update,
    find_method,
    method_names,
    register,
    registry,
)
from distsim.units import DIMENSIONLESS


def test_names():
    assert find_method("Linear") is find_method("EXACT")
    assert set(method_names()) >= {"exact", "euler", "exponential_euler", "rk2", "rk4", "heun", "milstein"}
    assert all(isinstance(find_method(name), Integrator) for name in method_names())
    with pytest.raises(ValueError, match="did you mean 'euler'"):
        find_method("eular")
    with pytest.raises(ValueError, match="methods are"):
        find_method("zzz")


def test_a_user_can_register_a_method(monkeypatch):
    monkeypatch.setattr(registry, "_methods", dict(registry._methods))

    class Still:
        name = "still"

        def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
            return ()

    still = Still()
    register(still)
    register(still)
    assert find_method("still") is still
    with pytest.raises(ValueError, match="already"):
        register(Still())
    assert choose(Problem.from_equations(Equations("dv/dt = -v/tau : 1")), still) == (still, ())


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("dv/dt = (E - v)/tau : 1", "exact"),
        ("dv/dt = (g*E - v)/tau : 1\ng : 1", "exact"),
        ("dv/dt = -v**2/tau : 1", "euler"),
        ("dv/dt = (sin(t*Hz) - v)/tau : 1", "euler"),
        ("dv/dt = -v/tau + s*xi*tau**-.5 : 1", "euler"),
        ("dv/dt = -v/tau + v*xi*tau**-.5 : 1", "heun"),
        ("dx/dt = y/tau : 1\ndy/dt = -x/tau : 1", "euler"),
        ("dx/dt = y/tau : 1\ndy/dt = -y/tau : 1", "euler"),
    ],
)
def test_the_automatic_choice(text, method, caplog):
    with caplog.at_level(logging.INFO, logger="distsim"):
        chosen, statements = choose(Problem.from_equations(Equations(text)), owner="group 'cells'")
    assert chosen.name == method
    assert statements
    assert f"'{method}'" in caplog.text
    assert "group 'cells'" in caplog.text


def test_a_named_method_is_used_or_refuses(caplog):
    problem = Problem.from_equations(Equations("dv/dt = -v**2/tau : 1"))
    assert choose(problem, "rk4")[0].name == "rk4"
    with pytest.raises(UnsupportedEquationsError, match="not linear"):
        choose(problem, "exact")
    assert not caplog.records


def test_event_driven_traces():
    equations = Equations(
        "dApre/dt = -Apre/taupre : 1 (event-driven)\ndApost/dt = -Apost/taupost : 1 (event-driven)\n"
        "dc/dt = -c/tauc : 1 (clock-driven)\nw : 1"
    )
    assert event_driven_names(equations) == ("Apre", "Apost")
    after = execute(
        event_update(equations),
        {
            "Apre": 2.0,
            "Apost": -1.0,
            "taupre": 0.02,
            "taupost": 0.01,
            "t": 0.5,
            "lastupdate": 0.47,
            "dt": np.nan,
        },
    )
    assert after["Apre"] == pytest.approx(2 * np.exp(-1.5), rel=1e-15)
    assert after["Apost"] == pytest.approx(-np.exp(-3.0), rel=1e-15)
    assert after["lastupdate"] == 0.47


def test_event_driven_with_parameters_and_a_chain():
    equations = Equations(
        "da/dt = (k*b - a)/tau : 1 (event-driven)\ndb/dt = -b/tau : 1 (event-driven)\nk : 1"
    )
    after = execute(
        event_update(equations), {"a": 0.0, "b": 1.0, "k": 3.0, "tau": 0.02, "t": 0.03, "lastupdate": 0.01}
    )
    assert after["a"] == pytest.approx(3 * np.exp(-1.0), rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "dA/dt = -A**2/tau : 1 (event-driven)",
        "dA/dt = (sin(t*Hz) - A)/tau : 1 (event-driven)",
        "dA/dt = (c - A)/tau : 1 (event-driven)\ndc/dt = -c/tau : 1 (clock-driven)",
        "dA/dt = (r - A)/tau : 1 (event-driven)\nr = rand() : 1 (constant over dt)",
        "dA/dt = (v_post - A)/tau : 1 (event-driven)",
        "dA/dt = -A/tau + xi*tau**-.5 : 1 (event-driven)",
        "dA/dt = (stimulus(t) - A)/tau : 1 (event-driven)",
    ],
)
def test_event_driven_equations_that_cannot_wait(text):
    stimulus = FunctionSignature("stimulus", (SECOND,), DIMENSIONLESS, constant_over_dt=True)
    with pytest.raises(UnsupportedEquationsError, match="between events"):
        event_update(
            Equations(text),
            varying=frozenset({"v_post"}),
            functions={**BUILTIN_FUNCTIONS, "stimulus": stimulus},
        )


def test_no_event_driven_equations():
    assert event_update(Equations("dc/dt = -c/tauc : 1 (clock-driven)")) == ()
