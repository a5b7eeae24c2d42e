"""Templates, tables of constants, entries that are switched off, and values from the command line."""

from __future__ import annotations

import pytest

from distsim.config import ConfigError, load_text

TEMPLATES = """\
constants:
  N: {exc: 8, inh: 2}
  p: {exc: {exc: 0.1, inh: 0.2}, inh: {exc: 0.3, inh: 0}}
  "twice_{a}_{b}": {for_each: {a: [exc, inh], b: &kinds [exc, inh]}, value: "2*p_{a}_{b}"}
populations:
  "{kind}":
    for_each: {kind: *kinds}
    N: N_{kind}
    model: "v : 1"
    threshold: v > 1
    reset: v = 0
projections:
  "{post}_{pre}":
    for_each: {post: *kinds, pre: *kinds}
    active: p_{post}_{pre} > 0
    source: "{pre}"
    target: "{post}"
    on_pre: v += 1
    connect: {p: "twice_{post}_{pre}"}
run: {duration: 1*ms}
"""


def test_templates_and_tables():
    network = load_text(TEMPLATES).network
    assert {population.name: population.size for population in network.populations} == {"exc": 8, "inh": 2}
    assert {projection.name: projection.connect[0].parameters["p"] for projection in network.projections} == {
        "exc_exc": 0.2,
        "exc_inh": 0.4,
        "inh_exc": 0.6,
    }


def test_inactive_entries_are_left_out():
    network = load_text(TEMPLATES, overrides=[("p_exc_exc", "0"), ("p_inh_inh", "0.5")]).network
    assert [projection.name for projection in network.projections] == ["exc_inh", "inh_exc", "inh_inh"]


def test_the_resolved_model_has_no_templates():
    resolved = load_text(TEMPLATES).resolved
    assert "{" not in resolved
    assert "for_each" not in resolved
    assert len(load_text(resolved).network.projections) == 3


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("N: N_{kind}", "N: N_{kimd}", "m:8: populations.{kind}.N", "did you mean 'kind'?"),
        ("{kind: *kinds}", "[exc, inh]", "m:7: populations.{kind}.for_each", "mapping from names to lists"),
        ("{kind: *kinds}", "{kind: exc}", "m:7: populations.{kind}.for_each.kind", "list of words"),
        ("{kind: *kinds}", "{kind: [exc, exc]}", "m:6: populations.{kind}", "'exc' is given twice"),
        ('"{kind}":\n', '"same":\n', "m:6: populations.same", "'same' is given twice"),
        ('value: "2*p', 'val: "2*p', "m:4: constants.twice_{a}_{b}", "needs the key 'value'"),
        ('"twice_{a}_{b}"', '"p_{a}_{b}"', "m:4: constants.p_{a}_{b}", "'p_exc_exc' is given twice"),
        (
            "active: p_{post}_{pre} > 0",
            "active: p_{post}_{pre}",
            "m:15: projections.exc_exc.active",
            "is a number",
        ),
        ("connect: {p:", "connect: {pp:", "m:19: projections.inh_exc.connect.pp", "unknown key"),
        ("target: ", "tarket: ", "m:17: projections.inh_exc.tarket", "did you mean 'target'?"),
        ("inh: {exc: 0.3", "inh: {exc: 3", "m:19: projections.inh_exc.connect.p", "from 0 to 1"),
    ],
)
def test_problems_in_templates(old, new, place, says):
    assert TEMPLATES.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        load_text(TEMPLATES.replace(old, new), "m")
    assert any(
        str(problem).startswith(place) and says in problem.message for problem in caught.value.problems
    ), str(caught.value)


def test_templates_cannot_grow_without_bound():
    many = ", ".join(f"a{n}" for n in range(200))
    text = TEMPLATES.replace("{post: *kinds, pre: *kinds}", f"{{post: [{many}], pre: [{many}]}}")
    with pytest.raises(ConfigError, match="more than 20000 entries"):
        load_text(text)


PLAIN = """\
constants: {scale: 1, tau: 10*ms}
populations:
  cells: {N: 100*scale, model: "dv/dt = -v/tau : 1", threshold: v > 1, reset: v = 0}
projections:
  s: {source: cells, on_pre: v += 1, connect: [{p: 0.1}, {i: 0, j: 0}]}
run: {duration: 1*ms}
"""


@pytest.mark.parametrize(
    ("key", "value", "get", "expected"),
    [
        ("scale", "0.1", lambda model: model.network.populations[0].size, 10),
        ("constants.scale", "2", lambda model: model.network.populations[0].size, 200),
        ("tau", "3*ms", lambda model: model.network.populations[0].namespace["tau"].value, 0.003),
        ("populations.cells.N", "7", lambda model: model.network.populations[0].size, 7),
        ("populations.cells.method", "euler", lambda model: model.network.populations[0].method, "euler"),
        ("run.duration", "2*second", lambda model: model.run.duration, 2.0),
        ("run.dt", "0.2*ms", lambda model: model.network.dt, 0.0002),
        ("run.seed", "3", lambda model: model.network.seed, 3),
        ("run.output", "here", lambda model: str(model.run.output), "here"),
        ("projections.s.delay", "5*ms", lambda model: len(model.network.projections[0].pathways), 1),
        ("projections.s.connect.0.p", "0.5", lambda model: model.resolved.count("p: 0.5"), 1),
    ],
)  # fmt: skip
def test_set(key, value, get, expected):
    assert get(load_text(PLAIN, overrides=[(key, value)])) == pytest.approx(expected)


def test_the_last_of_two_wins():
    assert load_text(PLAIN, overrides=[("scale", "3"), ("scale", "4")]).network.populations[0].size == 400


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("scal", "1", "--set scal: there is no constant 'scal'; did you mean 'scale'?"),
        (
            "populations.cell.N",
            "1",
            "--set populations.cell.N: there is no 'cell' in 'populations'; did you mean",
        ),
        ("population.cells.N", "1", "there is no 'population'; did you mean 'populations'?"),
        (
            "populations.cells.n",
            "1",
            "--set populations.cells.n: populations.cells.n: unknown key; did you mean 'N'?",
        ),
        ("populations.cells", "1", "populations.cells: must be a mapping"),
        ("populations.new", "1", "there is no 'new' in 'populations'"),
        ("populations.cells.N", "0", "--set populations.cells.N: populations.cells.N: must be 1 or more"),
        ("populations.cells.N.x", "0", "is not a mapping"),
        ("projections.s.connect.7.p", "0", "there is no '7' in 'projections.s.connect'"),
        ("run.durration", "1", "did you mean 'duration'?"),
        ("run.dt", "", "--set run.dt: run.dt: must be an expression or a number, not empty"),
        ("scale", "!!python/name:os.system", "not a valid expression"),
        ("tau", "__import__('os')", "constants.tau"),
    ],
)
def test_bad_set(key, value, says):
    with pytest.raises(ConfigError) as caught:
        load_text(PLAIN, overrides=[(key, value)])
    assert says in str(caught.value)
