"""The models in configs/: they load, say where they are from, and have the published sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from distsim.config import load, schema
from distsim.config.document import read_document

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def config(name: str) -> Path:
    return next(path for path in CONFIGS if path.stem == name)


def test_all_are_there():
    assert {path.stem for path in CONFIGS} >= {
        "cuba",
        "cuba_stdp",
        "coba",
        "cobahh",
        "brunel",
        "microcircuit",
        "if_curve",
    }


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_loads_and_names_its_source(path):
    model = load(path)
    assert model.network.name == path.stem
    assert model.network.spike_monitors
    assert model.run.duration > 0
    comment = [line for line in path.read_text().splitlines() if line.startswith("#")]
    assert any("(19" in line or "(20" in line for line in comment), "no publication named"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_resolved_model_is_the_same_model(path, tmp_path):
    model = load(path)
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(model.resolved)
    again = load(resolved)
    assert again.resolved == model.resolved
    assert [(p.name, p.size) for p in again.network.populations] == [
        (p.name, p.size) for p in model.network.populations
    ]
    for one, other in zip(model.network.projections, again.network.projections, strict=True):
        assert one.namespace == other.namespace
        assert one.connect[0].parameters == other.connect[0].parameters


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_fits_the_schema(path):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(read_document(path).data, schema())


@pytest.mark.parametrize("size", [4000, 40000])
def test_cuba(size):
    network = load(config("cuba"), [("N_neurons", str(size))]).network
    assert network.population("neurons").size == size
    excitatory, inhibitory = network.projections
    assert (excitatory.source.size, inhibitory.source.size) == (0.8 * size, 0.2 * size)
    assert excitatory.namespace["we"].value == pytest.approx(1.62e-3)
    assert inhibitory.namespace["wi"].value == pytest.approx(-9e-3)
    assert excitatory.connect[0].parameters["p"] == 80 / size
    assert excitatory.pathways[0].delay is None


def test_brunel_state():
    network = load(config("brunel")).network
    assert [population.size for population in network.populations] == [10000, 2500]
    assert [call.parameters["number"] for p in network.projections for call in p.connect] == [
        1000,
        1000,
        250,
        250,
    ]
    background = network.inputs[0]
    assert (background.number, background.rate) == (1000, pytest.approx(20.0))


# Potjans & Diesmann (2014), Table 5; the synapses are those of the connection probabilities with repeats.
SIZES = {
    "L23E": 20683, "L23I": 5834, "L4E": 21915, "L4I": 5479,
    "L5E": 4850, "L5I": 1065, "L6E": 14395, "L6I": 2948,
}  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "synapses", "sizes"),
    [
        ("1", 298880970, SIZES),
        ("0.1", 2988807, {**SIZES, "L23E": 2068, "L23I": 583, "L4E": 2192, "L4I": 548, "L5E": 485, "L5I": 106,
                          "L6E": 1440, "L6I": 295}),
    ],
)  # fmt: skip
def test_microcircuit_numbers(scale, synapses, sizes):
    network = load(config("microcircuit"), [("scale", scale)]).network
    assert {population.name: population.size for population in network.populations} == sizes
    assert len(network.projections) == 55
    assert sum(projection.connect[0].parameters["number"] for projection in network.projections) == synapses
    assert {projection.float_type for projection in network.projections} == {"float32"}


def test_microcircuit_currents_and_weights():
    network = load(config("microcircuit"), [("scale", "0.1")]).network
    lost = {population.name: population.namespace["I_dc"].value * 1e12 for population in network.populations}
    assert lost["L23E"] == pytest.approx(29.035005, abs=1e-6)
    assert lost["L6I"] == pytest.approx(153.709720, abs=1e-6)
    mean = {
        projection.name: projection.namespace[f"J_{projection.name}"].value * 1e12
        for projection in network.projections
    }
    assert mean["L23E_L23E"] == pytest.approx(87.80849352920846)
    assert mean["L23E_L4E"] == pytest.approx(2 * 87.80849352920846)
    assert mean["L23I_L4E"] == pytest.approx(87.80849352920846)
    assert mean["L4E_L4I"] == pytest.approx(-4 * 87.80849352920846)
    assert network.inputs[0].number == 160


def test_full_scale_needs_no_current():
    network = load(config("microcircuit"), [("scale", "1")]).network
    assert all(population.namespace["I_dc"].value == 0 for population in network.populations)
