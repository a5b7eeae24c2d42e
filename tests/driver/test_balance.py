"""Neurons are given to ranks by what they cost, and nothing in the results depends on it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from simulation_harness import network_of, simulate
from test_cost_model import RUN

from distsim.config import load
from distsim.driver.balance import balanced, busy_seconds
from distsim.engine.plan import make_plan
from distsim.network import ModelError

TESTS = Path(__file__).parents[1]
CHAIN = TESTS / "models" / "chain.yaml"
PLASTIC = TESTS / "models" / "plastic.yaml"
MODEL = """
populations:
  cells:
    N: 800
    model: "dv/dt = -v/(10*ms) : 1"
    threshold: v > 1
    reset: v = 0
  input:
    N: 200
    model: "rate : Hz"
    threshold: rand() < rate*dt
projections:
  drive:
    source: input
    target: cells[:100]
    on_pre: v += 0.1
    connect: {condition: "True"}
run: {duration: 1*second, dt: 1*ms}
"""


def test_synapses_count():
    plan = balanced(make_plan(network_of(MODEL), 2))
    # 200 synapses, each 5 events a second in steps of 1 ms, each event worth 3 steps: 3 steps beside one.
    assert plan.costs["cells"].tolist() == [4.0] * 100 + [1.0] * 700
    assert plan.costs["input"] == 1.0
    # Of 400 + 700 each rank has 550: the first 100 and 150 more.
    assert plan.partition(2).boundaries["cells"].tolist() == [0, 250, 800]


def test_what_cannot_be_told_beforehand_does_not_count():
    unknown = MODEL.replace('"True"', '"v_post > 0"')
    assert float(balanced(make_plan(network_of(unknown), 2)).costs["cells"]) == 1.0


def test_times_of_an_earlier_run():
    network = network_of(MODEL)
    assert busy_seconds(RUN) == pytest.approx([0.26, 0.26])
    slow = replace(RUN, phases_s={**RUN.phases_s, "advance": [0.725, 0.205]})
    cut = balanced(make_plan(network, 2), slow).partition(2).boundaries
    before = balanced(make_plan(network, 2)).partition(2).boundaries
    assert cut["cells"][1] < before["cells"][1]
    other = replace(RUN, blocks={"cells": [0, 400, 900], "input": [0, 100, 200]})
    with pytest.raises(ModelError, match="the earlier run of model had other populations"):
        balanced(make_plan(network, 2), other)


@pytest.mark.parametrize("ranks", [2, 3, 7])
@pytest.mark.parametrize("model", [CHAIN, PLASTIC], ids=["chain", "plastic"])
def test_costs_change_no_bit(model, ranks):
    network = load(model).network
    expected = simulate(network, 600)
    random = np.random.default_rng(ranks)
    costs = {p.name: np.exp(random.normal(0, 2, p.size)) for p in network.populations}
    found = simulate(network, 600, ranks, costs=costs)
    assert found.digests() == expected.digests()
    assert found.events == expected.events > 100


def test_a_run_by_the_times_of_another(mpirun, tmp_path):
    def run(name, *options):
        folder = tmp_path / name
        command = ["-m", "distsim", str(CHAIN), "--quiet", "--output", str(folder), *options]
        done = mpirun(3, command, timeout=120)
        assert done.returncode == 0, done.stderr
        with h5py.File(folder / "spikes.h5") as file:
            spikes = {key: file[f"spikes/cells/{key}"][:].tolist() for key in ("timestamps", "node_ids")}
        return spikes, folder / "summary.json"

    spikes, path = run("first")
    summary = json.loads(path.read_text())
    assert summary["blocks"]["cells"][0] == 0
    assert summary["exchanges"] > 10
    # As if the first rank had been much slower.
    summary["phases_s"]["advance"][0] += 10 * sum(summary["phases_s"]["advance"])
    path.write_text(json.dumps(summary))
    again, balanced_path = run("second", "--balance", str(path.parent))
    assert again == spikes
    blocks = json.loads(balanced_path.read_text())["blocks"]["cells"]
    assert blocks[1] < summary["blocks"]["cells"][1]
