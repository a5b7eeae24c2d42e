"""The order of what happens in a step, and what is fused: read from the step program, nothing is compiled."""

from __future__ import annotations

import pytest
from simulation_harness import network_of

from distsim.engine.plan import make_plan
from distsim.network import ModelError
from distsim.program import build_program
from distsim.program.operation import Domain, Storage, commute
from distsim.program.synapses import AdditivePathway, GeneralPathway

LEAKY = """
      dv/dt = -v/(10*ms) : 1
      dg/dt = -g/(5*ms) : 1
"""


def model(rest: str = "", **keys: str) -> str:
    lines = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return f"""
populations:
  b:
    N: 10
    model: |{LEAKY.rstrip()}
    threshold: v > 1
{lines}
{rest}
run: {{duration: 10*ms}}
"""


def program_of(text: str):
    return build_program(network_of(text))


def sorted_names(program) -> list[str]:
    return [o.name for o in sorted(program.operations, key=lambda o: o.sort_key)]


def loops_of(program, owner: str) -> list[list[str]]:
    """Names of the operations in each loop of a turn over a population."""
    return [[o.name for o in loop.operations] for loop in program.turn if loop.owner == owner]


EVERYTHING = model(
    """
projections:
  syn:
    source: b
    target: b
    model: "w : 1"
    on_pre: {pre: g += w*rand(), again: v += w*rand()}
    on_post: w += 0.1
    connect: {one_to_one: true}
inputs:
  noise: {type: poisson_input, target: b, variable: g, N: 10, rate: 10*Hz, weight: 0.1}
  gen: {type: spike_generator, N: 1, indices: [0], times: [1*ms]}
monitors:
  trace: {type: state, source: b, variables: v, record: true}
  late: {type: state, source: b, variables: v, record: true, when: end}
  spikes: {type: spikes, source: b, variables: v}
""",
    reset="v = 0",
    refractory="2*ms",
)


def test_slots_order_and_name():
    assert sorted_names(program_of(EVERYTHING)) == [
        "trace",
        "b_stateupdater",
        "b_spike_thresholder",
        "b_spike_thresholder (collect)",
        "b_spike_thresholder (refractory)",
        "gen_spike_generator",
        "spikes",
        "syn_again",
        "syn_pre",
        "noise",
        "syn_post",
        "b_spike_resetter",
        "late",
    ]


def test_constant_over_dt_comes_before_all_recording():
    text = EVERYTHING.replace("    threshold", "      r = rand() : 1 (constant over dt)\n    threshold")
    assert sorted_names(program_of(text))[:2] == ["b_subexpression_update", "trace"]


def test_names_are_compared_as_text_and_order_comes_first():
    projections = """
projections:
  s_2: {source: b, target: b, on_pre: g = 2*g, connect: {}}
  s_10: {source: b, target: b, on_pre: g = 3*g, connect: {}}
  s: {source: b, target: b, on_pre: g = 4*g, connect: {}}
  a: {source: b, target: b, on_pre: g = 5*g, connect: {}, pathway_order: {pre: 0}}
"""
    program = program_of(model(projections))
    assert [p.name for p in program.pathways] == ["s_10_pre", "s_2_pre", "s_pre", "a_pre"]
    arrivals = [name for name in sorted_names(program) if name.endswith("_pre")]
    assert arrivals == ["s_10_pre", "s_2_pre", "s_pre", "a_pre"]


def test_population_order_moves_its_operations():
    text = """
populations:
  a: {N: 1, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0, order: 1}
  b: {N: 1, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0}
monitors: {m: {type: spikes, source: b, variables: v}}
run: {duration: 1*ms}
"""
    names = sorted_names(program_of(text))
    assert names.index("b_stateupdater") < names.index("a_stateupdater")
    # The monitor of b has the order of b, plus one: the same as a, so the name decides.
    thresholds = ["b_spike_thresholder", "b_spike_thresholder (collect)"]
    thresholds += ["a_spike_thresholder", "a_spike_thresholder (collect)", "m"]
    assert names[2:7] == thresholds
    assert program_of(text).spiking == ("b", "a")


def test_input_integration_and_threshold_become_one_loop_across_the_cut():
    projections = """
projections:
  e: {source: b, target: b, on_pre: g += 0.1, connect: {}}
  i: {source: b, target: b, on_pre: g -= 0.2, connect: {}}
"""
    program = program_of(model(projections, reset="v = 0", refractory="2*ms"))
    dense = [loop for loop in loops_of(program, "b") if "b_stateupdater" in loop]
    assert dense == [["e_pre _input_g", "b_stateupdater", "b_spike_thresholder"]]
    assert ["b_spike_resetter"] in loops_of(program, "b")
    domains = {o.name: o.domain for o in program.operations}
    assert domains["b_spike_resetter"] is Domain.SPIKERS


def test_reset_of_a_variable_with_input_is_masked_so_that_all_fuses():
    projections = "projections:\n  e: {source: b, target: b, on_pre: v += 0.1, connect: {}}\n"
    program = program_of(model(projections, reset="v = 0"))
    joined = ["e_pre _input_v", "b_spike_resetter", "b_stateupdater", "b_spike_thresholder"]
    assert joined in loops_of(program, "b")
    reset = next(o for o in program.operations if o.name == "b_spike_resetter")
    assert reset.domain is Domain.ALL
    assert ("b", "_spiking") in reset.reads
    assert ("b", "(spikes)") not in reset.reads


@pytest.mark.parametrize("reset", ["v = rand()", "v = exp(-v)"])
def test_expensive_or_random_resets_stay_with_the_spikers(reset):
    projections = "projections:\n  e: {source: b, target: b, on_pre: v += 0.1, connect: {}}\n"
    program = program_of(model(projections, reset=reset))
    assert ["b_spike_resetter"] in loops_of(program, "b")
    # The input comes before the reset and the integration after it.
    order = [o for loop in loops_of(program, "b") for o in loop]
    assert order.index("e_pre _input_v") < order.index("b_spike_resetter") < order.index("b_stateupdater")


def test_general_code_between_input_and_integration_prevents_fusion():
    projections = """
projections:
  e: {source: b, target: b, on_pre: g += 0.1, connect: {}}
  f: {source: b, target: b, on_pre: g = g*2, connect: {}}
"""
    program = program_of(model(projections, reset="v = 0"))
    dense = [loop for loop in loops_of(program, "b") if "e_pre _input_g" in loop]
    assert dense == [["e_pre _input_g"]]
    order = [o.name for loop in program.turn for o in loop.operations]
    assert order.index("e_pre _input_g") < order.index("f_pre") < order.index("b_stateupdater")


def test_general_code_of_another_variable_does_not():
    projections = """
projections:
  e: {source: b, target: b, on_pre: g += 0.1, connect: {}}
  f: {source: b, target: b, model: "w : 1", on_pre: w += 1, connect: {}}
"""
    program = program_of(model(projections, reset="v = 0"))
    assert ["e_pre _input_g", "b_stateupdater", "b_spike_thresholder"] in loops_of(program, "b")


def test_a_monitor_of_a_variable_stands_between():
    monitors = """
projections:
  e: {source: b, target: b, on_pre: g += 0.1, connect: {}}
monitors:
  m: {type: state, source: b, variables: g, record: true}
"""
    program = program_of(model(monitors, reset="v = 0"))
    order = [o.name for loop in program.turn for o in loop.operations]
    assert order.index("e_pre _input_g") < order.index("m") < order.index("b_stateupdater")
    assert ["e_pre _input_g"] in loops_of(program, "b")


def test_fusing_changes_the_places_of_commuting_operations_only():
    for text in (EVERYTHING, model(reset="v = 0", refractory="1*ms")):
        program = program_of(text)
        ordered = sorted(program.operations, key=lambda o: o.sort_key)
        ideal = [o for o in ordered if o.after_cut] + [o for o in ordered if not o.after_cut]
        real = [o for loop in program.turn for o in loop.operations]
        assert set(real) == set(ideal)
        for index, first in enumerate(ideal):
            for second in ideal[index + 1 :]:
                assert real.index(first) < real.index(second) or commute(first, second)


def test_inputs_with_own_constants_are_not_fused_with_a_population_that_hides_them():
    text = """
constants: {u: 3}
populations:
  a: {N: 4, model: "dv/dt = -u*v/ms : 1", namespace: {u: 4}}
inputs:
  p: {type: poisson_input, target: a, variable: v, N: 10, rate: 100*Hz, weight: u}
run: {duration: 1*ms}
"""
    assert loops_of(program_of(text), "a") == [["p"], ["a_stateupdater"]]


def test_reads_and_writes():
    operations = {o.name: o for o in program_of(EVERYTHING).operations}
    state = {("b", "v"), ("b", "g")}
    assert operations["b_stateupdater"].reads == state | {("b", "lastspike")}
    assert operations["b_stateupdater"].writes == state | {("b", "not_refractory")}
    assert operations["b_spike_thresholder"].reads == {("b", "v"), ("b", "not_refractory")}
    assert operations["b_spike_thresholder"].writes == {("b", "_spiking")}
    assert operations["b_spike_resetter"].writes == {("b", "v")}
    assert operations["syn_pre"].reads == {("b", "g"), ("syn", "w")}
    assert operations["syn_pre"].writes == {("b", "g")}
    assert operations["syn_post"].writes == operations["syn_post"].reads == {("syn", "w")}
    assert operations["noise"].writes == operations["noise"].reads == {("b", "g")}
    assert operations["trace"].reads == {("b", "v")}
    assert not operations["trace"].writes


GRADES = [
    ("", "g += 0.1", AdditivePathway),
    ("", "g -= 2*0.1", AdditivePathway),
    ("w : 1", "g += w", AdditivePathway),
    ("w : 1", "g += 2*w; v += w**2", AdditivePathway),
    ("w : 1", "g += w*(v_post > 0)", GeneralPathway),
    ("w : 1", "g += w*int(rand() < 0.5)", GeneralPathway),
    ("w : 1", "g += w; w *= 0.5", GeneralPathway),
    ("w : 1", "g += w; g += w", GeneralPathway),
    ("", "g = 1", GeneralPathway),
    ("", "g *= 2", GeneralPathway),
    ("", "g += 0.1*t/ms", GeneralPathway),
    ("w : 1\\ndx/dt = -x/ms : 1 (event-driven)", "g += w", GeneralPathway),
]


@pytest.mark.parametrize(("equations", "code", "grade"), GRADES)
def test_grade_of_a_pathway(equations, code, grade):
    entry = f'source: b, target: b, model: "{equations}", on_pre: {code}, connect: {{}}'
    program = program_of(model(f"projections:\n  s: {{{entry}}}\n"))
    assert [type(pathway) for pathway in program.pathways] == [grade]


def test_a_variable_that_on_post_changes_is_not_additive():
    entry = 'source: b, target: b, model: "w : 1", on_pre: g += w, on_post: w += 1, connect: {}'
    program = program_of(model(f"projections:\n  s: {{{entry}}}\n"))
    assert all(isinstance(pathway, GeneralPathway) for pathway in program.pathways)


def ports(program) -> dict[str, tuple[str, Storage]]:
    return {
        p.name: (p.parts[0].port.name, p.parts[0].port.storage)
        for p in program.pathways
        if isinstance(p, AdditivePathway)
    }


def test_ports_are_shared_until_general_code_comes_between():
    projections = """
projections:
  a: {source: b, target: b, on_pre: g += 1, connect: {}}
  c: {source: b, target: b, on_pre: g += 2, connect: {}}
  d: {source: b, target: b, on_pre: g = 2*g, connect: {}}
  e: {source: b, target: b, on_pre: g += 3, connect: {}}
  f: {source: b, target: b, model: "w : 1", on_pre: g += w, connect: {}, dtype: float32}
  h: {source: b, target: b, on_pre: g += 4, connect: {}, pathway_order: {pre: 5}}
"""
    program = program_of(model(projections))
    found = ports(program)
    assert found["a_pre"] == found["c_pre"]
    assert len({found[name] for name in ("a_pre", "e_pre", "f_pre", "h_pre")}) == 4
    assert found["f_pre"][1] is Storage.FLOAT32
    names = [n for n in sorted_names(program) if "_pre" in n]
    assert [n.split()[0] for n in names] == ["a_pre", "d_pre", "e_pre", "f_pre", "h_pre"]


def test_a_weight_is_used_in_place_only_if_it_has_the_type_of_the_sum():
    projections = """
projections:
  a: {source: b, target: b, model: "w : 1", on_pre: g += w, connect: {}}
  c: {source: b, target: b, model: "n : integer", on_pre: g += n, connect: {}}
"""
    weights = {p.projection: p.parts[0].weight for p in program_of(model(projections)).pathways}
    assert weights == {"a": ("a", "w"), "c": ("c_pre", "weight0")}


CLOCKS = """
populations:
  a: {N: 3, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0}
  c: {N: 3, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0, dt: 0.25*ms}
projections:
  s: {source: c, target: a, on_pre: "v = v*dt/ms", on_post: v = 2*v, connect: {}}
monitors:
  m: {type: state, source: c, variables: v, record: true}
  n: {type: state, source: a, variables: v, record: true, dt: 1*ms}
run: {duration: 10*ms}
"""


def test_clocks_are_multiples_of_one_base_step():
    program = program_of(CLOCKS)
    assert program.dt == pytest.approx(0.05e-3, rel=1e-12)
    assert program.every == {"a": 2, "c": 5}
    every = {o.name: o.every for o in program.operations}
    assert (every["a_stateupdater"], every["c_stateupdater"], every["m"], every["n"]) == (2, 5, 5, 20)
    # The code of a pathway has the clock of those whose spikes drive it.
    assert (every["s_pre"], every["s_post"]) == (5, 2)


def test_loops_of_a_slower_clock_are_not_fused_across_the_cut():
    text = """
populations:
  a: {N: 3, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0, dt: 0.3*ms}
  q: {N: 3, model: "dv/dt = -v/ms : 1", threshold: v > 1, reset: v = 0}
projections:
  s: {source: q, target: a, on_pre: v += 1, connect: {}}
run: {duration: 10*ms}
"""
    loops = loops_of(program_of(text), "a")
    assert ["a_stateupdater", "a_spike_thresholder"] in loops
    assert not any("s_pre _input_v" in loop and len(loop) > 1 for loop in loops)


TWO_OF_A_NAME = """s: {source: b, target: b, on_pre: {pre: g += 1, x_pre: g += 2}, connect: {}}
  s_x: {source: b, target: b, on_pre: g += 3, connect: {}}"""
BAD_MODELS = [
    ('s: {source: b, target: b, model: "g_post = 1 : 1 (summed)", connect: {}}', "g_post"),
    ("s: {source: b, target: b, on_pre: g += delay/ms, connect: {}}", "delay"),
    (TWO_OF_A_NAME, "s_x_pre"),
]


@pytest.mark.parametrize(("entry", "mentioned"), BAD_MODELS, ids=[name for _, name in BAD_MODELS])
def test_what_cannot_be_run_is_refused_by_name(entry, mentioned):
    with pytest.raises(ModelError, match=mentioned):
        make_plan(network_of(model(f"projections:\n  {entry}\n")), 1)


def test_neurons_whose_spikes_are_given_can_be_a_target():
    text = """projections:
  s: {source: b, target: gen, model: "w : 1", on_pre: w += 1, on_post: w -= 1, connect: {}}
inputs:
  gen: {type: spike_generator, N: 1, indices: [0], times: [1*ms]}
"""
    assert [p.name for p in make_plan(network_of(model(text)), 1).program.pathways] == ["s_pre", "s_post"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("v_pre = v_pre*0.5 + 1", "v_pre"),
        ("v_pre += 1; g += v_pre", "v_pre"),
        ("g += v_pre; v += 1", "v_pre"),
        ("v_pre += g; g_pre += 1", "g_pre"),
    ],
)
def test_code_that_needs_its_synapses_in_order_runs_on_one_rank(code, reason):
    network = network_of(
        model(f'projections:\n  s: {{source: b, target: b, on_pre: "{code}", connect: {{}}}}\n')
    )
    make_plan(network, 1)
    with pytest.raises(ModelError, match=reason):
        make_plan(network, 2)


def test_a_sum_into_a_differential_variable_or_into_one_twice_is_refused():
    sums = """
populations:
  a: {N: 10, model: "I : 1"}
projections:
  s: {source: a, target: "a[:5]", model: "I_post = 1 : 1 (summed)", connect: {}}
  r: {source: a, target: "a[PART]", model: "I_post = 2 : 1 (summed)", connect: {}}
run: {duration: 1*ms}
"""
    build_program(network_of(sums.replace("PART", "5:")))
    with pytest.raises(ModelError, match="s both sum into 'I'"):
        build_program(network_of(sums.replace("PART", "4:")))


def test_what_is_shared_is_set_first():
    text = """
populations:
  a: {N: 10, model: "I : 1\\ns : 1 (shared)"}
run_regularly:
  r: {group: a, code: CODE, dt: 1*ms}
run: {duration: 1*ms}
"""
    build_program(network_of(text.replace("CODE", "s += 1; I = s")))
    with pytest.raises(ModelError, match="'s' is shared, and has to be set before 'I'"):
        build_program(network_of(text.replace("CODE", "I = s; s += 1")))
