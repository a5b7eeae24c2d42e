"""What a model file means: the description that comes out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from distsim.config import ConfigError, load_text
from distsim.equations import parse_expression, parse_statements
from distsim.equations.tree import Number
from distsim.network import Constant, PathwaySide, Population, SpikeTimes, Subgroup
from distsim.units import DIMENSIONLESS, get_dimensions, units_by_name

CELLS = """\
populations:
  cells: {N: 10, model: "v : volt\\nw : 1", threshold: v > 0*mV, reset: v = 0*mV}
  silent: {N: 4, model: "x : 1"}
run: {duration: 1*ms}
"""


def model(text: str, base: str = CELLS):
    return load_text(base + text)


def dimension(unit: str):
    return get_dimensions(units_by_name()[unit])


def connect(words: str):
    projection = f"projections: {{s: {{source: cells, target: silent, on_pre: x += 1, connect: {words}}}}}"
    return model(projection).network.projections[0].connect


# -- constants and namespaces ----------------------------------------------------------------------------


def test_constants_may_refer_to_each_other_in_any_order():
    text = "constants: {a: 2*b, b: c + 1*ms, c: 4*ms, n: int(7.9), flag: c > b}\n" + CELLS
    used = "projections: {s: {source: cells, target: silent, on_pre: 'x += a/b + n', connect: true}}"
    namespace = load_text(text + used).network.projections[0].namespace
    assert namespace["a"] == Constant(0.01, dimension("second"))
    assert namespace["n"] == Constant(7, DIMENSIONLESS)
    assert isinstance(namespace["n"].value, int)


def test_namespace_holds_what_is_used_and_no_more():
    text = """
constants: {tau: 20*ms, unused: 3}
populations:
  cells:
    {N: 9, model: "dv/dt = -v/tau : volt", threshold: v > 5*mV, reset: v = 0*volt, initial: {v: 2*uvolt}}
run: {duration: 1*ms}
"""
    namespace = load_text(text).network.populations[0].namespace
    assert dict(namespace) == {
        "tau": Constant(0.02, dimension("second")),
        "mV": Constant(0.001, dimension("volt")),
        "volt": Constant(1.0, dimension("volt")),
        "uvolt": Constant(1e-6, dimension("volt")),
    }


def test_constants_of_an_entry_stand_before_those_of_the_file():
    text = """
constants: {tau: 20*ms, other: 1*ms}
populations:
  a: {N: 10, model: "dv/dt = -v/tau : 1", namespace: {tau: 2*other}}
  b: {N: 10, model: "dv/dt = -v/tau : 1"}
run: {duration: 1*ms}
"""
    a, b = load_text(text).network.populations
    assert a.namespace["tau"].value == 0.002
    assert b.namespace["tau"].value == 0.02


def test_a_variable_stands_before_a_constant_of_the_same_name(caplog):
    text = "constants: {v: 3*nA}\n" + CELLS
    assert "v" not in load_text(text).network.populations[0].namespace
    assert "own variable 'v', not the constant" in caplog.text


def test_missing_reset_is_a_warning(caplog):
    model("", CELLS.replace(", reset: v = 0*mV", ""))
    assert "neither 'reset' nor 'refractory'" in caplog.text
    caplog.clear()
    model("", CELLS.replace("reset: v = 0*mV", "reset: ''"))
    assert not caplog.text


# -- populations -----------------------------------------------------------------------------------------


def test_population():
    text = """
populations:
  cells:
    N: 4000*0.1
    model: |
      dv/dt = -v/(10*ms) : volt (unless refractory)   # a comment
      I : amp
    threshold: v > 10*mV
    reset: |
      v = 0*mV
      I += 1*pA; I = 2*I
    refractory: v > 5*mV
    method: Euler
    dt: 0.5*ms
    order: 3
    initial: {v: rand()*mV, I: [1, 2, 3]}
run: {duration: 1*ms}
""".replace("[1, 2, 3]", "[" + ", ".join(f"{n}*nA" for n in range(400)) + "]")
    population = load_text(text).network.populations[0]
    assert isinstance(population, Population)
    assert (population.size, population.dt, population.order, population.method) == (400, 0.0005, 3, "Euler")
    assert population.reset == parse_statements("v = 0*mV\nI += 1*pA\nI = 2*I")
    assert population.refractory == parse_expression("v > 5*mV")
    assert [name for name, _ in population.initial] == ["v", "I"]
    np.testing.assert_allclose(population.initial[1][1], np.arange(400) * 1e-9, rtol=1e-15)


def test_no_refractoriness():
    assert model("").network.populations[0].refractory is None


# -- projections -----------------------------------------------------------------------------------------


def test_projection():
    text = """
projections:
  s:
    source: cells[2:]
    target: cells[-3:-1]
    model: |
      g : volt
      dtrace/dt = -trace/(10*ms) : 1 (event-driven)
    on_pre: {fast: v += g, slow: trace += 1}
    on_post: 'trace = clip(trace, 0, 1); w_pre += trace'
    delay: {fast: 1*ms + i*ms, post: [1*ms, 2*ms]}
    pathway_order: {slow: -2}
    connect: [{i: 0, j: 1}, {condition: i != j}]
    initial: {g: rand()*mV, trace: 1/N_incoming}
    dtype: float32
"""
    projection = model(text).network.projections[0]
    assert projection.source == Subgroup("cells", 2, 10)
    assert projection.target == Subgroup("cells", 7, 9)
    assert projection.float_type == "float32"
    fast, slow, post = projection.pathways
    assert (fast.name, fast.side, fast.order) == ("fast", PathwaySide.PRE, -1)
    assert (slow.name, slow.delay, slow.order) == ("slow", None, -2)
    assert (post.name, post.side, post.order) == ("post", PathwaySide.POST, 1)
    assert fast.delay == parse_expression("1*ms + i*ms")
    np.testing.assert_array_equal(post.delay, [0.001, 0.002])
    assert [call.rule for call in projection.connect] == ["pairs", "condition"]
    assert set(projection.namespace) == {"ms", "mV"}


def test_one_delay_is_that_of_pre():
    text = "projections: {s: {source: cells, on_pre: v += 1*mV, on_post: w += 1, delay: 2*ms, connect: true}}"
    pre, post = model(text).network.projections[0].pathways
    assert pre.delay == parse_expression("2*ms")
    assert post.delay is None


def test_target_defaults_to_the_source():
    text = "projections: {s: {source: 'cells[1:3]', on_pre: v += 1*mV, connect: true}}"
    projection = model(text).network.projections[0]
    assert projection.target == projection.source == Subgroup("cells", 1, 3)


def test_single_neuron():
    text = "projections: {s: {source: 'cells[3]', target: 'cells[-1]', on_pre: w += 1, connect: true}}"
    projection = model(text).network.projections[0]
    assert projection.source == Subgroup("cells", 3, 4)
    assert projection.target == Subgroup("cells", 9, 10)


def test_summed_variable():
    text = """
projections:
  gap: {source: cells, model: "w_post = v_pre/mV - v_post/mV : 1 (summed)", connect: true}
"""
    assert model(text).network.projections[0].pathways == ()
    with pytest.raises(ConfigError, match="no parameter 'ww'"):
        model(text.replace("w_post =", "ww_post ="))
    with pytest.raises(ConfigError, match="different units"):
        model(text.replace("w_post =", "v_post ="))


def test_writing_a_variable_of_the_target_needs_no_suffix():
    for target in ("x", "x_post"):
        model(f"projections: {{s: {{source: cells, target: silent, on_pre: {target} += 1, connect: true}}}}")
    with pytest.raises(ConfigError, match="unknown variable 'v'"):
        model("projections: {s: {source: cells, target: silent, on_pre: v += 1, connect: true}}")


def test_temporary_variables_in_code():
    text = "projections: {s: {source: cells, on_pre: 'change = v/2; v = change', connect: true}}"
    assert len(model(text).network.projections[0].pathways[0].statements) == 2


@pytest.mark.parametrize(
    ("words", "rule", "parameters"),
    [
        ("true", "all_to_all", {}),
        ("{condition: true}", "all_to_all", {}),
        ("{n: 3}", "all_to_all", {"n": 3}),
        ("{autapses: false}", "all_to_all", {"autapses": False}),
        ("i != j", "condition", {"condition": parse_expression("i != j")}),
        ("{condition: i < 3}", "condition", {"condition": parse_expression("i < 3")}),
        ("{p: 0.5}", "probability", {"p": 0.5}),
        ("{p: 1/N_post}", "probability", {"p": parse_expression("1/N_post")}),
        ("{p: exp(-abs(i - j)/2.)}", "probability", {"p": parse_expression("exp(-abs(i - j)/2.)")}),
        ("{p: 0.5, condition: i < 3, n: i + 1}", "probability", {
            "p": 0.5, "condition": parse_expression("i < 3"), "n": parse_expression("i + 1"),
        }),
        ("{one_to_one: true}", "one_to_one", {}),
        ("{j: int(i/2), skip_if_invalid: true}", "target_expression", {
            "j": parse_expression("int(i/2)"), "skip_if_invalid": True,
        }),
        ("{i: j*2}", "source_expression", {"i": parse_expression("j*2")}),
        ("{fixed_indegree: 2*3}", "fixed_indegree", {"number": 6}),
        ("{fixed_outdegree: 2, multapses: false}", "fixed_outdegree", {"number": 2, "multapses": False}),
        ("{fixed_total: 1e1, autapses: false}", "fixed_total", {"number": 10, "autapses": False}),
    ],
)  # fmt: skip
def test_connect(words, rule, parameters):
    (call,) = connect(words)
    assert (call.rule, dict(call.parameters)) == (rule, parameters)


@pytest.mark.parametrize(
    ("words", "i", "j"),
    [
        ("{i: 1, j: 3}", [1], [3]),
        ("{i: [1, 2], j: 3}", [1, 2], [3, 3]),
        ("{i: [1, 2], j: [3, 0]}", [1, 2], [3, 0]),
        ("{i: '[1, 2]', j: 2*1}", [1, 2], [2, 2]),
        ("{i: [], j: []}", [], []),
    ],
)
def test_pairs(words, i, j):
    (call,) = connect(words)
    assert call.rule == "pairs"
    np.testing.assert_array_equal(call.parameters["i"], i)
    np.testing.assert_array_equal(call.parameters["j"], j)
    assert call.parameters["i"].dtype == call.parameters["j"].dtype == np.int64


# -- inputs ----------------------------------------------------------------------------------------------


def test_poisson_group_is_a_population():
    network = model("inputs: {p: {type: poisson_group, N: 5, rates: (1 + i)*Hz}}").network
    group = network.population("p")
    assert group.threshold == parse_expression("rand() < rates*dt")
    assert group.equations["rates"].expression == parse_expression("(1 + i)*Hz")
    assert set(group.namespace) == {"Hz"}


def test_poisson_group_with_a_list_of_rates():
    group = model("inputs: {p: {type: poisson_group, N: 2, rates: [1*Hz, 2*kHz]}}").network.population("p")
    ((name, values),) = group.initial
    assert name == "rates"
    np.testing.assert_array_equal(values, [1.0, 2000.0])


def test_spike_generator():
    text = "inputs: {g: {type: spike_generator, N: 3, indices: [0, 2], times: '[1, 2.5]*ms', period: 10*ms}}"
    spikes = model(text).network.population("g")
    assert isinstance(spikes, SpikeTimes)
    np.testing.assert_array_equal(spikes.indices, [0, 2])
    np.testing.assert_array_equal(spikes.times, [0.001, 0.0025])
    assert spikes.period == 0.01


def test_empty_spike_generator():
    text = "inputs: {g: {type: spike_generator, N: 3, indices: [], times: []}}"
    assert len(model(text).network.population("g").times) == 0


def test_inputs_can_be_sources_and_be_recorded():
    text = """
inputs: {g: {type: spike_generator, N: 3, indices: [0], times: [1*ms]}}
projections: {s: {source: g, target: cells, on_pre: w += 1, connect: {one_to_one: true}}}
monitors: {m: {type: spikes, source: g}}
"""
    assert model(text).network.projections[0].source == Subgroup("g", 0, 3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("[0, 1, 2], unit: nA", [0.0, 1e-9, 2e-9]),
        ("'[0, 1, 2]*nA'", [0.0, 1e-9, 2e-9]),
        ("[0, 1*nA, 2000*pA]", [0.0, 1e-9, 2e-9]),
        ("'[[0, 1], [2, 3]]*nA'", [[0.0, 1e-9], [2e-9, 3e-9]]),
        ("[[0, 1], [2, 3]], unit: nA", [[0.0, 1e-9], [2e-9, 3e-9]]),
    ],
)
def test_timed_array(values, expected):
    call = "I(t, i)" if isinstance(expected[0], list) else "I(t)"
    text = f"""
populations: {{cells: {{N: 2, model: "current = {call} : amp"}}}}
inputs: {{I: {{type: timed_array, values: {values}, dt: 10*ms}}}}
run: {{duration: 1*ms}}
"""
    array = load_text(text).network.populations[0].namespace["I"]
    np.testing.assert_allclose(array.values, expected, rtol=1e-15)
    assert array.values.dtype == np.float64
    assert (array.dt, array.dimension) == (0.01, dimension("amp"))


def test_poisson_input():
    text = (
        "inputs: {p: {type: poisson_input, target: 'cells[:5]', variable: v, N: 3, rate: 2*Hz, weight: w*mV}}"
    )
    (poisson,) = model(text).network.inputs
    assert (poisson.target, poisson.number, poisson.rate) == (Subgroup("cells", 0, 5), 3, 2.0)
    assert set(poisson.namespace) == {"mV"}


# -- monitors and run ------------------------------------------------------------------------------------


def test_monitors():
    text = """
monitors:
  a: {type: spikes, source: "cells[2:]", variables: v}
  b: {type: state, source: cells, variables: v, record: true}
  c: {type: state, source: "cells[5:]", variables: [v, w], record: [4, 0], dt: 1*ms, when: end, order: 2}
  d: {type: state, source: cells, variables: v, record: "2:5"}
  e: {type: rate, source: cells}
"""
    network = model(text).network
    assert network.spike_monitors[0].source == Subgroup("cells", 2, 10)
    b, c, d = network.state_monitors
    assert b.record is None
    np.testing.assert_array_equal(c.record, [0, 4])
    assert (c.variables, c.dt, c.when, c.order) == (("v", "w"), 0.001, "end", 2)
    np.testing.assert_array_equal(d.record, [2, 3, 4])
    assert network.rate_monitors[0].name == "e"


def test_run():
    text = CELLS.replace(
        "duration: 1*ms", "duration: 2*second, dt: 0.05*ms, seed: 7, output: out, writer: mpio"
    )
    loaded = load_text(text, "some")
    assert (loaded.network.dt, loaded.network.seed, loaded.network.name) == (5e-5, 7, "some")
    assert (loaded.run.duration, str(loaded.run.output), loaded.run.writer) == (2.0, "out", "mpio")


def test_defaults_of_run():
    loaded = load_text(CELLS)
    assert (loaded.network.dt, loaded.network.seed) == (0.0001, 0)
    assert (loaded.run.output, loaded.run.writer) == (None, "auto")


def test_seed_and_output_from_outside(tmp_path):
    loaded = load_text(CELLS, seed=5, output=tmp_path)
    assert (loaded.network.seed, loaded.run.output) == (5, tmp_path)


# -- the result ------------------------------------------------------------------------------------------


def test_the_description_can_be_sent_to_other_ranks():
    text = "projections: {s: {source: cells, on_pre: v += 1*mV, delay: 1*ms, connect: {p: 0.1}}}"
    network = model(text).network
    copy = pickle.loads(pickle.dumps(network))  # noqa: S301 (made here)
    assert copy.projections[0].namespace == network.projections[0].namespace
    assert copy.populations[0].equations == network.populations[0].equations


def test_resolved_model_has_values_for_constants():
    text = "constants: {a: 1/3, b: a*30*ms, c: true, d: inf}\n" + CELLS
    resolved = load_text(text, "some", [("a", "0.1")], seed=9).resolved
    assert "a: 0.1\n  b: 0.003*second\n  c: true\n  d: inf\n" in resolved
    assert "name: some" in resolved
    assert "seed: 9" in resolved
    assert load_text(resolved).resolved == resolved


def test_number_zero_may_stand_for_any_quantity():
    assert load_text(CELLS.replace("duration: 1*ms", "duration: 0")).run.duration == 0.0
    zero = "projections: {s: {source: cells, on_pre: v += 1*mV, delay: 0, connect: true}}"
    assert model(zero).network.projections[0].pathways[0].delay == Number(0)
