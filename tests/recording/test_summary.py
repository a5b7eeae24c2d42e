"""The summary file."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest

from distsim.recording import ReadError, Summary, library_versions

SUMMARY = Summary(
    model="cuba",
    seed=1,
    ranks=2,
    neurons=4000,
    synapses=320_000,
    duration_s=1.0,
    dt_s=1e-4,
    epoch_steps=10,
    compilations=1,
    build_s=0.5,
    compile_s=0.25,
    run_s=0.125,
    biological_s=1.0,
    real_time_factor=0.125,
    phases_s=MappingProxyType({"exchange": (0.5, 0.25), "advance": (1.0, 2.0)}),
    idle_advance_s=1e-6,
    idle_hand_over_s=2e-6,
    exchange="allgather",
    exchanges=1000,
    blocks=MappingProxyType({"inhibitory": (0, 1, 2), "excitatory": (0, 2, 4)}),
    spikes=MappingProxyType({"inhibitory": 3, "excitatory": 2}),
    mean_rates_hz={"excitatory": 5.5, "inhibitory": 6.0},
    synaptic_events=12,
    peak_rss_bytes=(100, 200),
    versions={"numpy": "2.0"},
)


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    SUMMARY.write(path)
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    fields = json.loads(text)
    assert list(fields) == sorted(each.name for each in dataclasses.fields(Summary))
    assert fields["spikes"] == {"excitatory": 2, "inhibitory": 3}
    assert list(fields["spikes"]) == ["excitatory", "inhibitory"]
    assert fields["peak_rss_bytes"] == [100, 200]
    assert fields["phases_s"] == {"advance": [1.0, 2.0], "exchange": [0.5, 0.25]}
    assert fields["blocks"] == {"excitatory": [0, 2, 4], "inhibitory": [0, 1, 2]}
    assert [each.name for each in tmp_path.iterdir()] == ["summary.json"]


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    SUMMARY.write(path)
    found = Summary.read(path)
    assert found.phases_s == {"advance": [1.0, 2.0], "exchange": [0.5, 0.25]}
    assert (found.model, found.ranks, found.run_s) == ("cuba", 2, 0.125)
    with pytest.raises(ReadError, match=r"nothing\.json: cannot be read: No such file"):
        Summary.read(tmp_path / "nothing.json")
    for text in ('{"model": "cuba"}', "[]", "{", "3"):
        path.write_text(text)
        with pytest.raises(ReadError, match=r"summary\.json is not the summary of a run of this version"):
            Summary.read(path)


def test_what_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dataclasses.replace(SUMMARY, real_time_factor=float("nan")).write(tmp_path / "summary.json")
    assert list(tmp_path.iterdir()) == []


GROW = """
from distsim.recording import peak_rss
before = peak_rss()
block = bytearray(b"1") * (64 * 2**20)
print(before, peak_rss())
del block
print(peak_rss())
"""


def test_peak_rss_is_the_highest_so_far() -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", GROW], cwd=root, capture_output=True, text=True, check=True)
    before, during, after = map(int, done.stdout.split())
    assert 10 * 2**20 < before < 2**30
    assert during - before > 50 * 2**20
    # Linux sums its counters lazily, so the figure is exact to some pages only.
    assert after - before > 50 * 2**20


def test_versions() -> None:
    versions = library_versions()
    assert {"distsim", "python", "numpy", "h5py", "hdf5"} <= set(versions)
    assert all(versions.values())
