"""The user's own Python functions: in kernels, in code that runs once, on the way to other ranks."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
import types

import numpy as np
import pytest
from simulation_harness import network_of, simulate

from distsim.engine.plan import make_plan
from distsim.equations import Equations, VariableType, parse_expression, parse_statements
from distsim.equations.functions import FunctionSignature
from distsim.kernels.user_functions import emitted_name
from distsim.network import (
    Connect,
    Constant,
    ModelError,
    Network,
    Pathway,
    PathwaySide,
    Population,
    Projection,
    SpikeMonitor,
    StateMonitor,
    Subgroup,
    UserFunction,
)
from distsim.units import DIMENSIONLESS, units_by_name

RANKS = (2, 3, 4, 7)
mV = units_by_name()["mV"]
TABLE = np.array([1.0, 10.0, 100.0])


def user(function, arity=1, dtype=VariableType.FLOAT, *, stateful=False):
    signature = FunctionSignature(function.__name__, (DIMENSIONLESS,) * arity, dtype=dtype, stateful=stateful)
    return UserFunction(function, signature)


def helper(x):
    return 2 * x + 1


def rectified(x):
    if x < 0:
        return 0.0
    return helper(x)


def smooth(x, y):
    return np.where(x > y, np.exp(-x), math.sin(y)) + abs(x - y)


def looked_up(k):
    return TABLE[k % 3]


def above(x, limit):
    return x > limit


def doubled(x):
    return 2 * x


def in_millivolts(v):
    return v / mV


def network_with(namespace, model, **others):
    pop = Population("pop", 11, Equations(model), method="euler", namespace=namespace, **others)
    variables = tuple(e.name for e in pop.equations.values())
    return Network(
        "functions", 1e-4, 3, (pop,), state_monitors=(StateMonitor("m", Subgroup("pop", 0, 11), variables),)
    )


def outer(factor):
    def scaled(x, offset=3.0):
        return factor * x + offset

    return scaled


def everything() -> Network:
    names = {
        "f": user(rectified),
        "g": user(smooth, 2),
        "table": user(looked_up),
        "above": user(above, 2, VariableType.BOOLEAN),
        "scaled": user(outer(5.0)),
        "twice": user(doubled),
        "volts": user(in_millivolts),
        "hypot": UserFunction(np.hypot, FunctionSignature("hypot", (DIMENSIONLESS,) * 2)),
        "c": Constant(0.25, DIMENSIONLESS),
    }
    model = """
    dx/dt = (f(x - 3) - x)/ms : 1
    a = f(i - 5) : 1
    b = g(x, i/4) : 1
    k = table(i) : 1
    s = scaled(x) + twice(c) : 1
    n = volts(i/1000) : 1
    h = hypot(i, 2) : 1
    y : 1
    """
    second = Constant(1e-3, Equations("q : second")["q"].dimension)
    pop = Population(
        "pop",
        11,
        Equations(model),
        threshold=parse_expression("above(x, 12)"),
        reset=parse_statements("x = f(y) - 2"),
        method="euler",
        namespace={**names, "ms": second},
        initial=(("x", parse_expression("i")), ("y", parse_expression("twice(i) + rand()"))),
    )
    group = Subgroup("pop", 0, 11)
    synapses = Projection(
        "syn",
        group,
        group,
        Equations("w : 1"),
        (Pathway("pre", PathwaySide.PRE, parse_statements("y_post += f(w)")),),
        (Connect("condition", {"condition": parse_expression("twice(i) == j")}),),
        initial=(("w", parse_expression("twice(j)")),),
        namespace={"f": user(rectified), "twice": user(doubled)},
    )
    return Network(
        "functions",
        1e-4,
        3,
        (pop,),
        (synapses,),
        spike_monitors=(SpikeMonitor("spikes", group, ("y",)),),
        state_monitors=(StateMonitor("m", group, ("x", "a", "b", "k", "s", "n", "h", "y")),),
    )


@pytest.fixture(scope="module")
def run():
    return simulate(everything(), 50)


def test_values_are_those_of_the_functions(run):
    traces = {name: run.traces["m", name] for name in "xabksnhy"}
    i, x = np.arange(11), traces["x"]
    np.testing.assert_array_equal(traces["a"][0], [rectified(k - 5) for k in i])
    expected = np.where(x > i / 4, np.exp(-x), np.sin(i / 4)) + abs(x - i / 4)
    np.testing.assert_allclose(traces["b"], expected, rtol=1e-14)
    np.testing.assert_array_equal(traces["k"][0], TABLE[i % 3])
    np.testing.assert_allclose(traces["s"], 5 * x + 3.5, rtol=1e-15)
    np.testing.assert_allclose(traces["n"][0], i, rtol=1e-15)
    np.testing.assert_allclose(traces["h"][0], np.hypot(i, 2.0), rtol=1e-15)
    assert np.all((traces["y"][0] >= 2 * i) & (traces["y"][0] < 2 * i + 1))


def test_threshold_reset_and_synapses_call_functions(run):
    assert len(run.spikes["pop"]) > 3
    assert run.pairs("syn") == [(i, 2 * i) for i in range(6)]
    x, y = run.traces["m", "x"], run.traces["m", "y"]
    first = run.steps("pop", 10)[0]
    assert x[first + 1, 10] == pytest.approx(2 * y[first, 10] - 1)
    gained = y[-1] - y[0]
    assert np.all(gained[1::2] == 0)


@pytest.mark.parametrize("ranks", RANKS)
def test_the_number_of_ranks_does_not_matter(run, ranks):
    assert simulate(everything(), 50, ranks).digests() == run.digests()


def test_the_name_in_the_source_tells_codes_apart():
    def name(function):
        return emitted_name("f", user(function))

    assert name(outer(1.0)) == name(outer(1.0))
    assert name(outer(1.0)) != name(outer(2.0))
    assert name(doubled) != name(helper)
    namespace = {"helper": doubled}
    changing = types.FunctionType(rectified.__code__, namespace)
    first = name(changing)
    namespace["helper"] = helper
    assert name(changing) != first
    source = make_plan(network_with({"f": user(outer(1.0))}, "x = f(i) : 1"), 1).emitted.source
    assert emitted_name("f", user(outer(1.0))) in source


def refused(x):
    return {"a": x}["a"].nothing


def test_a_function_that_numba_cannot_compile_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"'bad' \(.*test_user_functions.py, line \d+\) cannot be compiled"):
        simulate(network_with({"bad": user(refused)}, "x = bad(i) : 1"), 1)


def test_what_cannot_be_a_constant_of_a_kernel_is_refused():
    settings = {"gain": 2}
    big = np.zeros(200_000)
    for function, reason in (
        (lambda x: x * settings["gain"], r"from outside \(dict\)"),
        (lambda x: x * big[0], "1600000 bytes"),
    ):
        with pytest.raises(ModelError, match=reason):
            make_plan(network_with({"f": user(function)}, "x = f(i) : 1"), 1)
    with pytest.raises(ModelError, match="random numbers have to come from"):
        make_plan(network_with({"f": user(doubled, stateful=True)}, "x = f(i) : 1"), 1)


def noisy(x):
    return x + np.random.rand()  # noqa: NPY002


def noisy_too(x, draw=np.random.rand):
    return x + draw()


def test_random_numbers_of_numpy_are_not_there_in_kernels():
    with pytest.raises(ModelError, match=r"'noisy'.*random"):
        simulate(network_with({"noisy": user(noisy)}, "x = noisy(i) : 1"), 1)
    with pytest.raises(ModelError, match=r"from outside \(rand\)"):
        make_plan(network_with({"noisy": user(noisy_too)}, "x = noisy(i) : 1"), 1)


def test_failing_with_arrays_is_reported():
    network = network_with({"f": user(rectified)}, "x : 1", initial=(("x", parse_expression("f(i)")),))
    with pytest.raises(ModelError, match=r"'f' .* cannot be called with arrays: ValueError"):
        simulate(network, 1)


def test_functions_travel_by_value():
    function = outer(7.0)
    function.__module__ = "somewhere_else"
    code = f"""
import pickle, sys
item = pickle.loads(bytes.fromhex({pickle.dumps(user(function)).hex()!r}))
here = pickle.loads(bytes.fromhex({pickle.dumps(user(rectified)).hex()!r}))
assert "test_user_functions" not in sys.modules
print(item.function(2.0), here.function(4.0), item.signature.arity)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["17.0", "9.0", "1"], done.stderr


def test_yaml_models_are_as_they_were():
    plan = make_plan(
        network_of("populations: {p: {N: 1, model: 'x = exp(i) : 1'}}\nrun: {duration: 1*ms}"), 1
    )
    assert not plan.emitted.functions


def test_debug_mode_gives_the_same_bits(run):
    code = (
        "import json; from test_user_functions import everything, simulate; "
        "print(json.dumps(simulate(everything(), 50).digests()))"
    )
    environment = {**os.environ, "DISTSIM_DEBUG": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == run.digests()
