"""Descriptions in which synapses come from synapses or lead to them."""

from dataclasses import replace

import numpy as np
import pytest
from simulation_harness import network_of, simulate

from distsim.driver import dry_run
from distsim.engine.plan import make_plan
from distsim.equations import Equations, parse_expression, parse_statements
from distsim.network import Connect, ModelError, Pathway, PathwaySide, Projection, Subgroup

MODEL = """
populations:
  cells:
    N: 5
    model: |
      dv/dt = (0.4 + 0.1*i)/ms : 1
      x : 1
      c : 1
    threshold: v > 1
    reset: v = 0
    method: euler
    initial: {c: rand()}
projections:
  first:
    source: cells
    target: cells
    model: |
      w : 1
      dq/dt = (w - q)/ms : 1 (clock-driven)
    method: euler
    on_pre: x += w*c_pre
    connect: i != j
    initial: {w: rand()}
run: {duration: 5*ms}
"""
SYNAPSES = 20


def onto(name="onto", source=("cells", 5), target=("first", SYNAPSES), equations="k : 1"):
    """Return synapses that change other synapses."""
    return Projection(
        name=name,
        source=Subgroup(source[0], 0, source[1]),
        target=Subgroup(target[0], 0, target[1]),
        equations=Equations(equations),
        pathways=(Pathway("pre", PathwaySide.PRE, parse_statements("w_post += k*w_post*c_pre; k *= 1.01")),),
        connect=(Connect("probability", {"p": 0.5}),),
        initial=(("k", parse_expression("0.1*rand() + 0.01*w_post")),),
    )


def back(name="back"):
    """Return synapses that bring what synapses hold to neurons."""
    return Projection(
        name=name,
        source=Subgroup("first", 0, SYNAPSES),
        target=Subgroup("cells", 0, 5),
        equations=Equations("c_post = q_pre + 0.01*i_pre : 1 (summed)"),
        pathways=(),
        connect=(Connect("condition", {"condition": parse_expression("j_pre == j and w_pre > 0.2")}),),
    )


def network(*more):
    """Return the model with more projections, which stand before the one that they need."""
    found = network_of(MODEL)
    return replace(found, projections=(*more, *found.projections))


@pytest.mark.parametrize("ranks", [2, 3, 7])
def test_any_number_of_ranks(ranks):
    whole = simulate(network(onto(), back()), 50)
    assert simulate(network(onto(), back()), [20, 30], ranks).digests() == whole.digests()
    assert np.ptp(whole.synapses["onto"]["k"]) > 0.05
    assert np.ptp(whole.state["cells", "c"]) > 0.1


def test_what_a_description_can_get_wrong():
    for number in (SYNAPSES - 1, SYNAPSES + 1):
        wrong = network(onto(target=("first", number)))
        with pytest.raises(ModelError, match=f"onto: first has 20 elements, but is described with {number}"):
            simulate(wrong, 1)
    spiking = replace(back(), pathways=(Pathway("pre", PathwaySide.PRE, parse_statements("x_post += 1")),))
    with pytest.raises(ModelError, match="back_pre: first are synapses, which never spike"):
        make_plan(network(spiking), 1)
    hidden = replace(back(), equations=Equations("c_post = v_post_pre : 1 (summed)"))
    with pytest.raises(ModelError, match="back: first has no variable 'v_post'"):
        make_plan(network(hidden), 1)


def test_synapses_that_connect_each_other():
    one = onto("one", target=("two", 10))
    two = onto("two", source=("one", 10), target=("first", SYNAPSES))
    with pytest.raises(ModelError, match="one, two: synapses cannot connect each other in a circle"):
        make_plan(network(one, two), 1)
    with pytest.raises(ModelError, match="one: synapses cannot connect each other in a circle"):
        make_plan(network(onto("one", target=("one", 10))), 1)


def test_a_forecast():
    text = dry_run(network(onto(), back()), 3)
    assert "projection first: 20 synapses expected" in text
    assert "projection onto: 50 synapses expected" in text
    assert "projection back: nan synapses expected" in text
