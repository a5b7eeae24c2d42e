"""libsonata and bmtk read every file that a run from the command line leaves."""

import json
import subprocess
import sys

import h5py
import libsonata
import numpy as np
import pytest
from peer_runs import MODELS, PEERS, ROOT, run_peer

from distsim.config import load
from distsim.recording import read_report, read_spikes

MODEL = MODELS / "synapses.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    output = tmp_path_factory.mktemp("readers") / "results"
    command = [sys.executable, "-m", "distsim", MODEL, "--output", output, "--quiet"]
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, timeout=200)
    return output


@pytest.fixture(scope="module")
def reports(folder):
    """Each report's file and population."""
    found = {}
    for path in sorted(folder.glob("*.h5")):
        with h5py.File(path) as file:
            for population in file.get("report", ()):
                found[path.name] = population
    monitors = load(MODEL).network.state_monitors
    assert len(found) == sum(len(monitor.variables) for monitor in monitors) > 5
    return found


@pytest.fixture(scope="module")
def populations():
    return sorted({monitor.source.population for monitor in load(MODEL).network.spike_monitors})


def test_libsonata_reads_the_spikes(folder, populations):
    reader = libsonata.SpikeReader(str(folder / "spikes.h5"))
    assert sorted(reader.get_population_names()) == populations
    for population in populations:
        times, neurons = read_spikes(folder / "spikes.h5", population)
        spikes = reader[population].get()
        assert len(spikes) == len(times) > 0
        assert [neuron for neuron, _ in spikes] == neurons.tolist()
        np.testing.assert_allclose([time for _, time in spikes], times * 1e3, rtol=1e-12)
        assert reader[population].sorting == "by_time"


def test_libsonata_reads_the_reports(folder, reports):
    for name, population in reports.items():
        ours = read_report(folder / name, population)
        reader = libsonata.SomaReportReader(str(folder / name))
        assert reader.get_population_names() == [population]
        theirs = reader[population]
        frame = theirs.get()
        np.testing.assert_array_equal(frame.ids, ours.node_ids)
        np.testing.assert_allclose(np.array(frame.times), ours.time * 1e3, atol=1e-9)
        # libsonata works with single precision.
        np.testing.assert_array_equal(frame.data, ours.data.astype(np.float32))
        assert theirs.data_units == ours.units
        start, stop, step = theirs.times
        assert start == 0
        assert stop == pytest.approx(200)
        assert step in (0.1, 0.05)


@pytest.mark.peers
def test_bmtk_reads_everything(folder, reports, populations, bmtk_python):
    found = json.loads(run_peer([bmtk_python, PEERS / "bmtk_read.py", folder]).splitlines()[-1])
    assert sorted(found["spikes"]) == populations
    for population in populations:
        times, neurons = read_spikes(folder / "spikes.h5", population)
        theirs = found["spikes"][population]
        ours = sorted(zip(neurons.tolist(), times.tolist(), strict=True))
        listed = sorted(zip(theirs["neurons"], theirs["times_ms"], strict=True))
        assert [neuron for neuron, _ in listed] == [neuron for neuron, _ in ours]
        np.testing.assert_allclose([t for _, t in listed], [t * 1e3 for _, t in ours], rtol=1e-12)
    assert sorted(found["reports"]) == sorted(reports)
    for name, population in reports.items():
        ours, theirs = read_report(folder / name, population), found["reports"][name][population]
        assert theirs["neurons"] == ours.node_ids.tolist()
        np.testing.assert_allclose(theirs["values"], ours.data.T.astype(np.float32), rtol=1e-6)
        assert theirs["units"] == ours.units
        assert theirs["window_ms"] == pytest.approx([0, 200])
