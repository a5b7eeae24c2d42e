"""Every mistake has one clear message with file, line and key; one case a mistake."""

from __future__ import annotations

import pytest

from distsim.config import ConfigError, load_text

BASE = """\
constants:
  scale: 1
  taum: 20*ms
  Vt: -50*mV
  we: 1.62*mV
populations:
  cells:
    N: 100*scale
    model: |
      dv/dt = (ge - v)/taum + drive : volt (unless refractory)
      dge/dt = -ge/(5*ms) : volt
      drive : volt/second (constant)
      flag : boolean
      everywhere : 1 (shared)
    threshold: v > Vt
    reset: v = -60*mV
    refractory: 5*ms
    method: euler
    initial:
      v: -60*mV + rand()*(Vt + 60*mV)
projections:
  recurrent:
    source: cells[:80]
    target: cells
    model: "w : volt"
    on_pre: ge += w
    delay: 1.5*ms
    connect: {p: 0.1}
    initial: {w: we*rand()}
inputs:
  noise: {type: poisson_input, target: cells, variable: ge, N: 10, rate: 8*Hz, weight: we}
  group: {type: poisson_group, N: 5, rates: 15*Hz}
  pulses: {type: spike_generator, N: 3, indices: [0, 2], times: "[1, 2]*ms"}
  current: {type: timed_array, values: [0, 1, 2], unit: mV/ms, dt: 10*ms}
monitors:
  spikes: {type: spikes, source: cells, variables: [v]}
  trace: {type: state, source: cells, variables: [v], record: [0, 99], dt: 1*ms}
  rate: {type: rate, source: cells}
run: {duration: 1*second, dt: 0.1*ms, seed: 1, writer: auto}
"""

# Under the start of the keys: name of the mistake, old text, new text, line of the problem, rest of the key,
# and what the message says.
CASES = {
    "populations.cells": [
        ("misspelt key", "threshold:", "treshold:", 15, "treshold", "unknown key; did you mean 'threshold'?"),
        ("wrong case of a key", "    N: 100", "    n: 100", 8, "n", "did you mean 'N'?"),
        ("missing key", "    N: 100*scale\n", "", 7, "N", "required key is missing"),
        ("zero size", "N: 100*scale", "N: 0", 8, "N", "must be 1 or more"),
        ("negative size", "scale: 1", "scale: -1", 8, "N", "'100*scale' is -100"),
        ("broken size", "N: 100*scale", "N: 100.5", 8, "N", "must be a whole number, but '100.5' is 100.5"),
        ("size with unit", "N: 100*scale", "N: 100*mV", 8, "N", "unit V"),
        ("infinite size", "N: 100*scale", "N: inf", 8, "N", "whole number"),
        ("huge size", "N: 100*scale", "N: 10**10", 8, "N", "at most 2147483647"),
        ("boolean size", "N: 100*scale", "N: true", 8, "N", "expression or a number, not 'true'"),
        ("unknown constant", "N: 100*scale", "N: 100*scal", 8, "N", "did you mean 'scale'"),
        ("units of an equation", "dv/dt = (ge - v)/taum", "dv/dt = (ge - v)", 10, "model", "dv/dt"),
        ("unknown name in an equation", "(ge - v)/taum", "(ge - v)/tau", 10, "model", "did you mean 'taum'?"),
        ("unknown function", "drive : volt (unless", "drive*exq(1) : volt (unless",
         10, "model", "unknown function 'exq'"),
        ("syntax of an equation", "(ge - v)/taum", "(ge - v/taum", 10, "model", "(ge - v/taum"),
        ("circle", "everywhere : 1 (shared)", "x = y : 1\n      y = x : 1", 14, "model", "x"),
        ("equation without unit", "everywhere : 1 (shared)", "everywhere = v/mV", 14, "model", "no unit"),
        ("flag of synapses", "(5*ms) : volt", "(5*ms) : volt (event-driven)", 11, "model", "event-driven"),
        ("number for a condition", "threshold: v > Vt", "threshold: v",
         15, "threshold", "must be a condition"),
        ("units of a threshold", "threshold: v > Vt", "threshold: v > 3", 15, "threshold", "unit"),
        ("units of a reset", "reset: v = -60*mV", "reset: v = -60", 16, "reset", "unit"),
        ("reset of an unknown variable", "reset: v = -60*mV", "reset: vv += 1*mV",
         16, "reset", "unknown variable 'vv'"),
        ("reset of nothing", "reset: v = -60*mV", "reset: vv = -60*mV", 16, "reset", "is never read"),
        ("reset of a constant", "reset: v = -60*mV", "reset: Vt = 3*mV", 16, "reset", "it is a constant"),
        ("reset of a unit", "reset: v = -60*mV", "reset: mV = 3", 16, "reset", "it is a unit"),
        ("reset of a shared variable", "reset: v = -60*mV", "reset: everywhere = 3",
         16, "reset", "it is shared"),
        ("reset of a (constant)", "reset: v = -60*mV", "reset: drive = 3*mV/ms", 16, "reset", "(constant)"),
        ("reset of i", "reset: v = -60*mV", "reset: i = 3", 16, "reset", "the number of the neuron"),
        ("noise in a reset", "reset: v = -60*mV", "reset: v = xi*mV*ms**0.5", 16, "reset", "white noise"),
        ("condition as a number", "reset: v = -60*mV", "reset: flag = 3", 16, "reset", "boolean"),
        ("reset without threshold", "    threshold: v > Vt\n", "", 15, "reset", "without a 'threshold'"),
        ("units of the refractory time", "refractory: 5*ms", "refractory: 5*mV",
         17, "refractory", "s is needed"),
        ("negative refractory time", "refractory: 5*ms", "refractory: -5*ms", 17, "refractory", "negative"),
        ("refractory: true", "refractory: 5*ms", "refractory: true",
         17, "refractory", "must be a time, a condition"),
        ("unknown method", "method: euler", "method: eular", 18, "method", "euler"),
        ("initial value of an unknown", "      v: -60*mV + ", "      vm: -60*mV + ",
         20, "initial.vm", "unknown variable"),
        ("units of an initial value", "v: -60*mV + rand()*(Vt + 60*mV)", "v: 3",
         20, "initial.v", "V is needed"),
        ("length of initial values", "v: -60*mV + rand()*(Vt + 60*mV)", "v: [1*mV, 2*mV]",
         20, "initial.v", "100 are needed"),
        ("boolean initial value", "v: -60*mV + rand()*(Vt + 60*mV)", "flag: 3",
         20, "initial.flag", "condition"),
        ("dt is zero", "    method: euler", "    method: euler\n    dt: 0*ms", 19, "dt", "greater than 0"),
        ("timed array without a call", "drive : volt (unless", "current : volt (unless",
         10, "model", "current(t)"),
    ],
    "": [
        ("name of a folder", "constants:\n  scale", "name: ../x\nconstants:\n  scale", 1, "name", "name of"),
        ("local constant", "    method: euler", "    method: euler\n    namespace: {__x: 1}", 19,
         "populations.cells.namespace.__x", "cannot be a name"),
        ("misspelt section", "populations:", "population:", 6, "population", "did you mean 'populations'?"),
        ("missing run", "run: {duration: 1*second, dt: 0.1*ms, seed: 1, writer: auto}\n", "",
         None, "run", "missing"),
        ("duplicate key", "    method: euler", "    method: euler\n    method: rk4",
         19, "", "duplicate key 'method'"),
        ("tag", "N: 100*scale", "N: !!python/object/apply:os.system [id]", 8, "", "tags are not allowed"),
        ("broken YAML", "N: 100*scale", "N: [1", None, "", "not valid YAML"),
    ],
    "monitors": [
        ("missing type", "type: rate, ", "", 38, "rate", "'type' is missing"),
        ("unknown type", "type: rate", "type: rates", 38, "rate", "did you mean 'rate'"),
        ("mapping expected", "  rate: {type: rate, source: cells}", "  rate: 3", 38, "rate", "mapping"),
        ("unknown variable", "variables: [v], record", "variables: [u], record",
         37, "trace.variables", "no variable 'u'"),
        ("record out of range", "record: [0, 99]", "record: [0, 100]",
         37, "trace.record", "100 is out of range"),
        ("record nothing", "record: [0, 99]", "record: false", 37, "trace.record", "start:stop"),
        ("slot", "dt: 1*ms}", "when: begin}", 37, "trace.when", "has no slot 'begin'"),
    ],
    "inputs": [
        ("two names", "  group: {", "  cells: {", 32, "cells", "already taken in 'populations'"),
        ("bad name", "  group: {", "  __class__: {", 32, "__class__", "cannot be a name"),
        ("input to an unknown variable", "variable: ge", "variable: gee",
         31, "noise.variable", "did you mean 'ge'?"),
        ("units of an input weight", "weight: we", "weight: 3", 31, "noise.weight", "V is needed"),
        ("negative rate", "rate: 8*Hz", "rate: -8*Hz", 31, "noise.rate", "negative"),
        ("units of rates", "rates: 15*Hz", "rates: 15*ms", 32, "group.rates", "Hz is needed"),
        ("more than one expression", "rates: 15*Hz", 'rates: "15*Hz : Hz\\n x = 3"',
         32, "group.rates", "expression"),
        ("index out of range", "indices: [0, 2]", "indices: [0, 3]",
         33, "pulses.indices", "3 is out of range"),
        ("broken index", "indices: [0, 2]", "indices: [0, 1.5]", 33, "pulses.indices", "whole numbers"),
        ("as many times as indices", 'times: "[1, 2]*ms"', 'times: "[1]*ms"',
         33, "pulses.times", "2 indices"),
        ("two spikes in a step", 'indices: [0, 2], times: "[1, 2]*ms"',
         "indices: [0, 0], times: '[1.01, 1.05]*ms'", 33, "pulses.times",
         "neuron 0 spikes twice in the time step at 0.001 s"),
        ("period between steps", 'times: "[1, 2]*ms"', 'times: "[1, 2]*ms", period: 2.55*ms', 33,
         "pulses.period", "whole number of time steps"),
        ("infinite time", 'times: "[1, 2]*ms"', "times: [inf*ms, 0]", 33, "pulses.times.0", "not finite"),
        ("no list", 'times: "[1, 2]*ms"', "times: 1*ms", 33, "pulses.times", "not a list"),
        ("period before the last spike", 'times: "[1, 2]*ms"', 'times: "[1, 2]*ms", period: 2*ms',
         33, "pulses.period", "later"),
        ("units of one value", "[0, 1, 2], unit: mV/ms", "[0, 1*mV, 2*nA]", 34, "current.values.2", "A"),
        ("rows of two lengths", "[0, 1, 2]", "[[0, 1], [2]]", 34, "current.values", "same length"),
    ],
    "constants": [
        ("constant in a circle", "scale: 1", "scale: 2*scale", 2, "scale", "defined by itself"),
        ("constant named as unit", "  scale: 1", "  scale: 1\n  mV: 3", 3, "mV", "is a unit"),
        ("constant named as function", "  scale: 1", "  scale: 1\n  exp: 3", 3, "exp", "is a function"),
        ("constant named t", "  scale: 1", "  scale: 1\n  t: 3", 3, "t", "a meaning of its own"),
        ("constant named as synapse variable", "  scale: 1", "  scale: 1\n  x_pre: 3", 3, "x_pre", "_pre"),
        ("units of a constant", "taum: 20*ms", "taum: 20*ms + 1*mV", 3, "taum", "20*ms + 1*mV"),
        ("constant divided by zero", "taum: 20*ms", "taum: 20*ms/0", 3, "taum", "zero"),
        ("random constant", "taum: 20*ms", "taum: rand()*ms",
         3, "taum", "rand() cannot be used in a constant"),
        ("constant is not finite", "scale: 1", "scale: .nan", 2, "scale", "finite"),
    ],
    "projections.recurrent": [
        ("unknown source", "source: cells[:80]", "source: cell", 23, "source", "did you mean 'cells'?"),
        ("synapses as target", "target: cells\n    model", "target: recurrent\n    model", 24, "target",
         "'recurrent' is a projection"),
        ("range beyond the end", "source: cells[:80]", "source: cells[:101]",
         23, "source", "only 100 neurons"),
        ("empty range", "source: cells[:80]", "source: cells[80:80]", 23, "source", "no neurons"),
        ("range with a step", "source: cells[:80]", "source: cells[::2]", 23, "source", "step"),
        ("source is an attribute", "source: cells[:80]", "source: cells.__class__",
         23, "source", "name of a population"),
        ("source never spikes", "    threshold: v > Vt\n    reset: v = -60*mV\n    refractory: 5*ms\n", "",
         23, "on_pre", "never spikes"),
        ("on_pre of an unknown", "on_pre: ge += w", "on_pre: gee += w", 26, "on_pre", "did you mean 'ge'"),
        ("units of on_pre", "on_pre: ge += w", "on_pre: ge += w*ms", 26, "on_pre", "V"),
        ("name in on_pre", "on_pre: ge += w", "on_pre: ge += ww", 26, "on_pre", "unknown name 'ww'"),
        ("name of a synaptic variable", '"w : volt"', '"v : volt"',
         25, "model", "already a variable of 'cells'"),
        ("negative delay", "delay: 1.5*ms", "delay: -1.5*ms", 27, "delay", "must not be negative"),
        ("negative delay in a list", "delay: 1.5*ms", "delay: [1*ms, -1*ms]", 27, "delay", "negative"),
        ("units of a delay", "delay: 1.5*ms", "delay: 1.5", 27, "delay", "s is needed"),
        ("delay of no pathway", "delay: 1.5*ms", "delay: {post: 1*ms}",
         27, "delay.post", "no pathway 'post'"),
        ("probability above 1", "{p: 0.1}", "{p: 1.1}", 28, "connect.p", "from 0 to 1"),
        ("negative probability", "{p: 0.1}", "{p: -0.1}", 28, "connect.p", "negative"),
        ("units of a probability", "{p: 0.1}", "{p: 0.1*ms}", 28, "connect.p", "1 is needed"),
        ("misspelt rule", "{p: 0.1}", "{fixed_indegre: 3}", 28, "connect.fixed_indegre", "fixed_indegree"),
        ("two rules", "{p: 0.1}", "{fixed_total: 3, fixed_indegree: 3}",
         28, "connect.fixed_total", "two rules"),
        ("word of another rule", "{p: 0.1}", "{p: 0.1, multapses: false}",
         28, "connect.multapses", "does not go with"),
        ("negative in-degree", "{p: 0.1}", "{fixed_indegree: -3}", 28, "connect.fixed_indegree", "0 or more"),
        ("pairs out of range", "{p: 0.1}", "{i: [0, 80], j: [0, 1]}", 28, "connect.i", "80 is out of range"),
        ("pairs of two lengths", "{p: 0.1}", "{i: [0, 1], j: [0, 1, 2]}", 28, "connect.j", "taken in pairs"),
        ("condition is a number", "{p: 0.1}", "{condition: i + j}", 28, "connect.condition", "condition"),
        ("synaptic variable in connect", "{p: 0.1}", "{p: w/mV}", 28, "connect.p", "unknown name 'w'"),
        ("connect: false", "{p: 0.1}", "false", 28, "connect", "must be true"),
        ("no connect", "    connect: {p: 0.1}\n", "", 22, "connect", "missing"),
        ("units of a weight", "{w: we*rand()}", "{w: rand()}", 29, "initial.w", "V is needed"),
        ("dtype", "    delay: 1.5*ms", "    delay: 1.5*ms\n    dtype: single", 28, "dtype", "float32"),
    ],
    "run": [
        ("zero dt", "dt: 0.1*ms, seed", "dt: 0*ms, seed", 39, "dt", "greater than 0"),
        ("negative dt", "dt: 0.1*ms, seed", "dt: -1*ms, seed", 39, "dt", "greater than 0"),
        ("units of dt", "dt: 0.1*ms, seed", "dt: 0.1, seed", 39, "dt", "s is needed"),
        ("negative duration", "duration: 1*second", "duration: -1*second",
         39, "duration", "must not be negative"),
        ("infinite duration", "duration: 1*second", "duration: inf*second", 39, "duration", "not finite"),
        ("seed", "seed: 1", "seed: -1", 39, "seed", "negative"),
        ("writer", "writer: auto", "writer: mpi", 39, "writer", "did you mean 'mpio'?"),
    ],
}  # fmt: skip


def test_the_base_model_is_right():
    assert load_text(BASE).network.population("cells").size == 100


@pytest.mark.parametrize(
    ("prefix", "old", "new", "line", "rest", "says"),
    [pytest.param(prefix, *case, id=name) for prefix, cases in CASES.items() for name, *case in cases],
)
def test_message(prefix, old, new, line, rest, says):
    key = ".".join(part for part in (prefix, rest) if part)
    assert BASE.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        load_text(BASE.replace(old, new), "model.yaml")
    matching = [
        problem for problem in caught.value.problems if problem.key == key and says in problem.message
    ]
    assert matching, f"not found in:\n{caught.value}"
    if line is not None:
        assert matching[0].place == f"model.yaml:{line}"


def test_all_problems_are_reported_at_once():
    text = (
        BASE.replace("N: 100*scale", "N: 0")
        .replace("method: euler", "method: x")
        .replace("rate: 8*Hz", "rate: 8")
    )
    with pytest.raises(ConfigError) as caught:
        load_text(text.replace("threshold: v > Vt", "threshold: v"), "model.yaml")
    assert {problem.key for problem in caught.value.problems} >= {
        "populations.cells.N",
        "populations.cells.method",
    }


def test_problems_read_as_file_line_key():
    with pytest.raises(ConfigError) as caught:
        load_text(BASE.replace("threshold:", "treshold:"), "configs/cuba.yaml")
    assert (
        "configs/cuba.yaml:15: populations.cells.treshold: unknown key; did you mean 'threshold'?"
        in str(caught.value).splitlines()
    )
