"""The promise: spikes, traces, weights and connectivity are the same bits on any number of ranks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest
from simulation_harness import Results, simulate

from distsim.config import load
from distsim.network import Network

pytestmark = pytest.mark.mpi_skip  # these start mpirun themselves

HERE = Path(__file__).parent
PLASTIC = HERE / "models" / "plastic.yaml"
CUBA = HERE.parent / "configs" / "cuba.yaml"
MICROCIRCUIT = HERE.parent / "configs" / "microcircuit.yaml"
STEPS = {PLASTIC: 800, CUBA: 1000, MICROCIRCUIT: 2500}
SMALL = {PLASTIC: {}, CUBA: {"N_neurons": "400"}, MICROCIRCUIT: {"scale": "0.01"}}
RANKS = [1, 2, 3, 4, 7]


@cache
def network(model: Path, **overrides: str) -> Network:
    return load(model, tuple({**SMALL[model], **overrides}.items())).network


@cache
def alone(model: Path, **overrides: str) -> Results:
    return simulate(network(model, **overrides), STEPS[model])


def differences(model: Path, ranks: int, **overrides: str) -> list[str]:
    """Return what is not the same on some ranks of this process as on one."""
    expected = alone(model, **overrides).digests()
    found = simulate(network(model, **overrides), STEPS[model], ranks).digests()
    assert found.keys() == expected.keys()
    return [name for name in expected if found[name] != expected[name]]


@pytest.mark.parametrize("ranks", RANKS[1:])
@pytest.mark.parametrize("model", [PLASTIC, CUBA, MICROCIRCUIT], ids=["plastic", "cuba", "microcircuit"])
def test_ranks_of_one_process(model, ranks):
    assert differences(model, ranks) == []


def test_the_networks_are_alive():
    # Invariance of nothing is no invariance.
    plastic = alone(PLASTIC)
    assert all(len(plastic.spikes[name]) >= 30 for name in ("cells", "slow", "random", "clock"))
    assert len(plastic.spikes["silent"]) == 0
    weights = plastic.synapses["plastic"]["w"]
    assert len(np.unique(weights)) > 0.9 * len(weights)
    assert plastic.synapses["recurrent"]["w"].dtype == np.float32
    assert len(plastic.synapses["recurrent"]["w"]) == 400
    assert len(plastic.synapses["never"]["i"]) == 0
    assert len(alone(CUBA).spikes["neurons"]) > 200
    assert sum(len(spikes) for spikes in alone(MICROCIRCUIT).spikes.values()) > 50


@pytest.mark.parametrize(("shortest", "epoch"), [("0*ms", 1), ("0.1*ms", 3), ("1.3*ms", 27), ("60*ms", None)])
def test_epochs_of_any_length(shortest, epoch):
    # The base step is 0.05 ms. Delays are counted in steps of the source's clock, 0.1 ms here.
    assert differences(PLASTIC, 3, shortest=shortest) == []
    if epoch is not None:
        found = simulate(network(PLASTIC, shortest=shortest), 10, 3)
        assert found.epoch == epoch


@pytest.mark.parametrize("ranks", [2, 5, 12])
def test_more_ranks_than_neurons(ranks):
    # One to three neurons in each population: most blocks are empty.
    assert differences(PLASTIC, ranks, size="3") == []


@pytest.mark.parametrize("ranks", [1, 3])
def test_runs_in_a_row_are_one_long_run(ranks):
    expected = alone(PLASTIC, shortest="1.3*ms").digests()
    for parts in ([1, 799], [130, 7, 663], [10] * 80):
        assert simulate(network(PLASTIC, shortest="1.3*ms"), parts, ranks).digests() == expected


def digests_of_program(command_output: str) -> dict[str, str | int]:
    result: dict[str, str | int] = json.loads(command_output.splitlines()[-1])
    return result


def arguments(model: Path) -> list[str]:
    settings = [f"{key}={value}" for key, value in SMALL[model].items()]
    return [str(HERE / "rank_digests.py"), str(model), str(STEPS[model]), *settings]


@pytest.mark.parametrize("ranks", RANKS)
@pytest.mark.parametrize("model", [PLASTIC, CUBA], ids=["plastic", "cuba"])
def test_ranks_of_mpi(mpirun, model, ranks):
    run = mpirun(ranks, arguments(model), timeout=120)
    assert run.returncode == 0, run.stderr
    found = digests_of_program(run.stdout)
    assert found.pop("events") == alone(model).events
    del found["epoch"], found["way"]
    assert found == alone(model).digests()


PROCEDURAL = [f"projections.{name}.connect.storage=procedural" for name in ("excitatory", "inhibitory")]


def of_neurons(digests: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in digests.items() if not name.startswith("synapses")}


@pytest.mark.parametrize("ranks", [1, 3])
def test_procedural_synapses_on_ranks_of_mpi(mpirun, ranks):
    run = mpirun(ranks, [*arguments(CUBA), *PROCEDURAL], timeout=120)
    assert run.returncode == 0, run.stderr
    found = digests_of_program(run.stdout)
    assert found["events"] == alone(CUBA).events
    expected = of_neurons(alone(CUBA).digests())
    assert {name: found[name] for name in expected} == expected


def test_procedural_synapses_in_plain_python():
    settings = ["N_neurons=60", "taue=50*ms", *PROCEDURAL]
    delay = "projections.excitatory.delay=clip(1 + randn(), 0.1, 4)*ms"
    environment = {**os.environ, "DISTSIM_DEBUG": "1"}
    command = [sys.executable, str(HERE / "rank_digests.py"), str(CUBA), "150", *settings, delay]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stderr
    found = digests_of_program(run.stdout)
    stored = [*settings[:2], delay]
    overrides = tuple(tuple(text.split("=", 1)) for text in stored)
    expected = simulate(load(CUBA, overrides).network, 150)
    assert found["events"] == expected.events > 1000
    digests = of_neurons(expected.digests())
    assert {name: found[name] for name in digests} == digests


def test_plain_python_gives_the_same_bits():
    environment = {**os.environ, "DISTSIM_DEBUG": "1"}
    command = [sys.executable, *arguments(PLASTIC)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stderr
    found = digests_of_program(run.stdout)
    assert (found.pop("epoch"), found.pop("way")) == (1, "none")
    assert found.pop("events") == alone(PLASTIC).events
    assert found == alone(PLASTIC).digests()


@pytest.mark.parametrize(("model", "ranks"), [(CUBA, [1, 4]), (PLASTIC, [1, 3])], ids=["cuba", "plastic"])
def test_files_of_the_command_line(mpirun, tmp_path, model, ranks):
    settings = {**SMALL[model], "run.duration": "40*ms"}
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    contents = []
    for count in ranks:
        folder = tmp_path / str(count)
        options = ["-m", "distsim", str(model), "--output", str(folder), "--quiet", *words]
        run = mpirun(count, options, timeout=120)
        assert run.returncode == 0, run.stderr
        contents.append(datasets(folder))
    assert contents[0].keys() == contents[1].keys()
    assert any("spikes.h5" in name for name in contents[0])
    assert [name for name in contents[0] if contents[0][name] != contents[1][name]] == []


def datasets(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every data set of the HDF5 files in a folder."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.h5")):
        with h5py.File(path) as file:
            file.visititems(
                lambda name, item, path=path: (
                    found.update({f"{path.name} {name}": np.asarray(item).tobytes()})
                    if isinstance(item, h5py.Dataset)
                    else None
                )
            )
    return found


@pytest.mark.slow
def test_microcircuit_on_ranks_of_mpi(mpirun):
    for ranks in RANKS:
        run = mpirun(ranks, arguments(MICROCIRCUIT), timeout=200)
        assert run.returncode == 0, run.stderr
        found = digests_of_program(run.stdout)
        assert {key: found[key] for key in alone(MICROCIRCUIT).digests()} == alone(MICROCIRCUIT).digests()
