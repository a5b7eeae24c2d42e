"""The output folder, the names in it, and the choice of the writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from distsim.comm.serial import SerialCommunicator
from distsim.comm.threads import run_in_threads
from distsim.recording import (
    OutputDirectory,
    OutputExistsError,
    RecordingError,
    WriterKind,
    WriterUnavailableError,
    choose_writer,
    report_names,
    writers,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name", ["spikes.h5", "v.h5", "spikes.h5.part", ".spikes.h5.ranks", "summary.json", "summary.json.part"]
)
def test_folder_with_results_is_refused_on_all_ranks(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    def body(communicator: object) -> str:
        with pytest.raises(OutputExistsError) as caught:
            OutputDirectory.open(tmp_path, communicator)  # type: ignore[arg-type]
        return str(caught.value)

    messages = run_in_threads(3, body)
    assert len(set(messages)) == 1
    assert all(word in messages[0] for word in (str(tmp_path), name, "--output", "--overwrite"))


def test_overwrite_removes_results_and_nothing_else(tmp_path: Path) -> None:
    for name in ("spikes.h5", "v.h5.part", "summary.json", "model.yaml", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / ".v.h5.ranks").mkdir()
    (tmp_path / ".v.h5.ranks" / "000000").touch()
    OutputDirectory.open(tmp_path, SerialCommunicator(), overwrite=True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model.yaml", "notes.txt"]


def test_new_and_harmless_folders_are_taken(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").touch()
    OutputDirectory.open(tmp_path, SerialCommunicator())
    output = OutputDirectory.open(tmp_path / "a" / "b", SerialCommunicator())
    assert output.path.is_dir()
    assert output.spikes == tmp_path / "a" / "b" / "spikes.h5"


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(RecordingError, match="is a file"):
        OutputDirectory.open(tmp_path / "out", SerialCommunicator())
    with pytest.raises(RecordingError, match="cannot write"):
        OutputDirectory.open(tmp_path / "out" / "deeper", SerialCommunicator())


def test_report_names() -> None:
    names = report_names({"trace": ["v"], "state": ["v", "ge"], "spikes": ["v"], "nothing": []})
    assert names == {
        ("trace", "v"): "trace.h5",
        ("state", "v"): "state_v.h5",
        ("state", "ge"): "state_ge.h5",
        ("spikes", "v"): "spikes_v.h5",
    }


@pytest.mark.parametrize(
    ("monitors", "message"),
    [
        ({"a": ["b", "c"], "a_b": ["v"]}, "both be written to a_b.h5"),
        ({"../a": ["v"]}, "cannot name a file"),
        ({".a": ["v"]}, "cannot name a file"),
    ],
)
def test_unusable_report_names_are_refused(monitors: dict[str, list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        report_names(monitors)


def test_writer_without_mpi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "has_mpi", lambda: False)
    assert choose_writer(WriterKind.AUTO, SerialCommunicator()) is WriterKind.MPIO
    assert choose_writer(WriterKind.PER_RANK, SerialCommunicator()) is WriterKind.PER_RANK
    with pytest.raises(WriterUnavailableError, match="built with MPI"):
        choose_writer(WriterKind.MPIO, SerialCommunicator())


@pytest.mark.parametrize("parallel", [False, True])
def test_threads_never_share_a_file(monkeypatch: pytest.MonkeyPatch, parallel: bool) -> None:
    monkeypatch.setattr(writers, "has_mpi", lambda: parallel)
    assert set(run_in_threads(2, lambda ranks: choose_writer(WriterKind.AUTO, ranks))) == {
        WriterKind.PER_RANK
    }

    def body(communicator: object) -> None:
        with pytest.raises(WriterUnavailableError):
            choose_writer(WriterKind.MPIO, communicator)  # type: ignore[arg-type]

    run_in_threads(2, body)
