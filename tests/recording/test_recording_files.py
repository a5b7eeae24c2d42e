"""The files, whoever writes them: on one rank and on ranks that are threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import libsonata
import numpy as np
import pytest
from recording_sample import (
    MODEL,
    POINTS,
    POPULATIONS,
    ROWS,
    SINGLE,
    WINDOWS,
    compartments,
    contents,
    contents_of_folder,
    spikes_of,
    write_all,
    write_report,
    write_spikes,
)

from distsim.comm.serial import SerialCommunicator
from distsim.comm.threads import run_in_threads
from distsim.recording import (
    Provenance,
    ReportColumns,
    SpikePopulation,
    SpikeVariable,
    SpikeWindow,
    WriterKind,
    open_report,
    open_spikes,
    per_rank,
    read_report,
    read_spikes,
)
from distsim.recording.mpio import share_bins
from distsim.recording.sonata import report_chunks, time_bounds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files written by one process."""
    path = tmp_path_factory.mktemp("serial") / "deep" / "results"
    write_all(SerialCommunicator(), path, WriterKind.AUTO)
    return path


def expected_spikes(population: int) -> tuple[np.ndarray, np.ndarray]:
    windows = [w for w in range(len(WINDOWS)) if (population, w) != (1, 1)]
    steps, node_ids = zip(*(spikes_of(population, window) for window in windows), strict=True)
    return np.concatenate(steps), np.concatenate(node_ids)


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
def test_data_sets_do_not_depend_on_ranks_or_writer(folder: Path, tmp_path: Path, ranks: int) -> None:
    run_in_threads(ranks, write_all, tmp_path / "out", WriterKind.PER_RANK)
    assert contents_of_folder(tmp_path / "out") == contents_of_folder(folder)


def test_join_in_small_pieces(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(per_rank, "_SPIKES_PER_PIECE", 13)
    monkeypatch.setattr(per_rank, "_VALUES_PER_PIECE", 120)
    run_in_threads(3, write_all, tmp_path / "out", WriterKind.PER_RANK)
    assert contents_of_folder(tmp_path / "out") == contents_of_folder(folder)


def test_spikes_are_those_given_sorted_by_time_and_id(folder: Path) -> None:
    with h5py.File(folder / "spikes.h5") as file:
        assert sorted(file["spikes"]) == sorted(each.name for each in POPULATIONS)
        for index, population in enumerate(POPULATIONS):
            steps, node_ids = expected_spikes(index)
            group = file["spikes"][population.name]
            assert np.array_equal(group["timestamps"][()], steps * population.dt_ms)
            assert np.array_equal(group["node_ids"][()], node_ids)
            assert np.array_equal(np.lexsort((node_ids, steps)), np.arange(steps.size))
            for variable in population.variables:
                values = np.sin(steps * 1.7 + node_ids) + len(variable.name)
                assert np.array_equal(group[variable.name][()], values)
                assert group[variable.name].attrs.get("units") == variable.units
        assert file["spikes/excitatory/timestamps"].size > 900


def test_sonata_signature_and_provenance(folder: Path) -> None:
    for path in folder.iterdir():
        with h5py.File(path) as file:
            assert file.attrs["magic"] == 0x0A7A
            assert file.attrs["magic"].dtype == np.uint32
            assert file.attrs["version"].tolist() == [0, 1]
            assert file.attrs["ranks"] == 1
            assert file.attrs["distsim_version"]
            assert file.attrs["numpy_version"] == np.__version__
    with h5py.File(folder / "spikes.h5") as file:
        assert file.attrs["seed"] == 2**63 + 1
        assert file["provenance/model"].asstr()[()] == MODEL
        attribute = file["spikes/silent"].attrs.get_id("sorting")
        assert h5py.check_enum_dtype(attribute.dtype) == {"none": 0, "by_id": 1, "by_time": 2}
        assert file["spikes/silent"].attrs["sorting"] == 2
        assert file["spikes/silent/timestamps"].attrs["units"] == "ms"
        assert file["spikes/silent/node_ids"].dtype == np.uint64


def test_libsonata_reads_spikes(folder: Path) -> None:
    reader = libsonata.SpikeReader(str(folder / "spikes.h5"))
    assert sorted(reader.get_population_names()) == sorted(each.name for each in POPULATIONS)
    for index, population in enumerate(POPULATIONS):
        assert reader[population.name].sorting == "by_time"
        found = reader[population.name].get_dict()
        steps, node_ids = expected_spikes(index)
        assert np.array_equal(found["timestamps"], steps * population.dt_ms)
        assert np.array_equal(found["node_ids"], node_ids)


def test_libsonata_reads_reports(folder: Path) -> None:
    points = libsonata.SomaReportReader(str(folder / "v.h5"))["excitatory"]
    assert points.data_units == "mV"
    assert points.time_units == "ms"
    assert points.sorted
    assert points.times == pytest.approx((0.0, 4.4, 0.1))
    frame = points.get(node_ids=[3, 49])
    assert frame.ids.tolist() == [3, 49]
    assert frame.data.shape == (sum(ROWS), 2)
    assert frame.data[7].tolist() == [703.0, 749.0]
    elements = libsonata.ElementReportReader(str(folder / "u.h5"))["excitatory"]
    frame = elements.get(node_ids=[17])
    assert frame.ids.tolist() == [[17, 0], [17, 1], [17, 2]]
    assert frame.data[1] == pytest.approx([117.0, 117.1, 117.2])


def test_point_report(folder: Path) -> None:
    report = read_report(folder / "v.h5", "excitatory")
    assert report.units == "mV"
    assert np.array_equal(report.time, np.arange(44) * 0.1 / 1000)
    assert np.array_equal(report.node_ids, np.arange(50))
    assert np.array_equal(report.element_ids, np.zeros(50))
    assert report.data.dtype == np.float64
    assert np.array_equal(report.data, np.arange(44)[:, None] * 100.0 + np.arange(50))


def test_compartment_report(folder: Path) -> None:
    report = read_report(folder / "u.h5", "excitatory")
    nodes = [1, 2, 17, 40]
    assert report.data.dtype == np.float32
    assert report.time[:2].tolist() == pytest.approx([0.004, 0.0042])
    assert report.node_ids.tolist() == [node for node in nodes for _ in range(compartments(node))]
    assert report.element_ids.tolist() == [e for node in nodes for e in range(compartments(node))]
    values = report.node_ids + report.element_ids / 10
    assert np.array_equal(report.data[5], (500 + values).astype(np.float32))


def test_both_precisions_are_kept_unless_single(folder: Path, tmp_path: Path) -> None:
    def body(communicator: object) -> None:
        for kind in (WriterKind.AUTO, WriterKind.PER_RANK):
            for layout in (POINTS, SINGLE):
                path = tmp_path / f"{kind.value}{layout.variable}.h5"
                columns = ReportColumns.of_points(np.arange(2))
                writer = open_report(path, communicator, layout, columns, Provenance(1, 1, ""), kind)  # type: ignore[arg-type]
                writer.append(np.array([[0.1, 1e300]]))
                writer.close()

    body(SerialCommunicator())
    for kind in ("auto", "per_rank"):
        report = read_report(tmp_path / f"{kind}v.h5", "excitatory")
        assert report.data.tolist() == [[0.1, 1e300]]
        with h5py.File(tmp_path / f"{kind}v.h5") as file:
            assert file["report/excitatory/data"][()].tolist() == [[float(np.float32(0.1)), np.inf]]
        assert read_report(tmp_path / f"{kind}u.h5", "excitatory").data.dtype == np.float32


def test_report_of_no_neuron(folder: Path) -> None:
    report = read_report(folder / "none.h5", "excitatory")
    assert report.data.shape == (44, 0)


def test_names_that_bmtk_looks_for(folder: Path) -> None:
    with h5py.File(folder / "u.h5") as file:
        mapping = file["report/excitatory/mapping"]
        assert mapping["index_pointer"] == mapping["index_pointers"]
        assert mapping["index_pointer"][()].tolist() == [0, 2, 5, 8, 10]
        assert mapping["element_pos"].size == 10
        assert file["report/excitatory/data"].attrs["variable"] == "u"


def test_rates(folder: Path) -> None:
    with h5py.File(folder / "rates.h5") as file:
        group = file["rates/rate_exc"]
        assert np.array_equal(group["time"][()], np.arange(10) * 0.1)
        assert np.array_equal(group["rate"][()], np.arange(10) * 2.5)
        assert (group["time"].attrs["units"], group["rate"].attrs["units"]) == ("ms", "Hz")


@pytest.mark.parametrize(("kind", "ranks"), [(WriterKind.AUTO, 1), (WriterKind.PER_RANK, 2)])
def test_abort_keeps_a_readable_partial_file(
    folder: Path, tmp_path: Path, kind: WriterKind, ranks: int
) -> None:
    def body(communicator: object) -> None:
        write_spikes(communicator, tmp_path / "spikes.h5", kind, finish="abort")
        write_report(communicator, tmp_path / "v.h5", kind, POINTS, np.arange(50), finish="abort")

    run_in_threads(ranks, body)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["spikes.h5.part", "v.h5.part"]
    for name in ("spikes.h5", "v.h5"):
        assert contents(tmp_path / f"{name}.part") == contents(folder / name)


def test_nothing_has_its_final_name_before_close(tmp_path: Path) -> None:
    path = tmp_path / "spikes.h5"
    writer = open_spikes(path, SerialCommunicator(), POPULATIONS[2:], Provenance(1, 1, ""))
    assert [each.name for each in tmp_path.iterdir()] == ["spikes.h5.part"]
    writer.close()
    assert [each.name for each in tmp_path.iterdir()] == ["spikes.h5"]
    assert read_spikes(path, "silent")[0].size == 0


def window(steps: list[int], node_ids: list[int], first: int = 10, stop: int = 20) -> SpikeWindow:
    return SpikeWindow(first, stop, np.array(steps, np.int64), np.array(node_ids, np.int64))


@pytest.mark.parametrize("kind", [WriterKind.AUTO, WriterKind.PER_RANK])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (window([12, 11], [0, 1]), "not sorted"),
        (window([12, 12], [1, 0]), "not sorted"),
        (window([20], [0]), "outside the window"),
        (window([9], [0]), "outside the window"),
        (window([12], [5]), "node id"),
        (window([12], [-1]), "node id"),
        (window([12], [0, 1]), "length"),
        (window([5], [0], first=4), "follow each other"),
        (SpikeWindow(10, 20, np.zeros(0, np.int64), np.zeros(0, np.int64), {"v": np.zeros(0)}), "declared"),
    ],
)
def test_malformed_windows_are_refused(
    tmp_path: Path, kind: WriterKind, bad: SpikeWindow, message: str
) -> None:
    population = SpikePopulation("a", 5, 0.1)
    writer = open_spikes(tmp_path / "s.h5", SerialCommunicator(), [population], Provenance(1, 1, ""), kind)
    writer.append({"a": window([0, 9], [4, 0], first=0, stop=10)})
    with pytest.raises(ValueError, match=message):
        writer.append({"a": bad})
    writer.abort()


@pytest.mark.parametrize("kind", [WriterKind.AUTO, WriterKind.PER_RANK])
def test_variable_named_like_a_data_set_is_refused(tmp_path: Path, kind: WriterKind) -> None:
    population = SpikePopulation("a", 5, 0.1, (SpikeVariable("node_ids"),))
    with pytest.raises(ValueError, match="node_ids"):
        open_spikes(tmp_path / "s.h5", SerialCommunicator(), [population], Provenance(1, 1, ""), kind)


@pytest.mark.parametrize("kind", [WriterKind.AUTO, WriterKind.PER_RANK])
def test_report_rows_of_wrong_width_are_refused(tmp_path: Path, kind: WriterKind) -> None:
    columns = ReportColumns.of_points(np.arange(3))
    writer = open_report(tmp_path / "v.h5", SerialCommunicator(), SINGLE, columns, Provenance(1, 1, ""), kind)
    with pytest.raises(ValueError, match="3 columns"):
        writer.append(np.zeros((2, 4)))
    writer.abort()


def test_report_columns_out_of_order_over_ranks_are_refused(tmp_path: Path) -> None:
    def body(communicator: object) -> None:
        nodes = np.array([[4, 5], [], [1, 2]][communicator.rank], np.int64)  # type: ignore[attr-defined]
        columns = ReportColumns.of_points(nodes)
        open_report(tmp_path / "v.h5", communicator, POINTS, columns, Provenance(1, 3, ""))  # type: ignore[arg-type]

    with pytest.raises(Exception, match="ordered by node id"):
        run_in_threads(3, body)


@pytest.mark.parametrize("ranks", [1, 2, 3, 8])
@pytest.mark.parametrize("counts", [[0, 0, 7], [7], [1, 1, 1, 1, 1, 1], [0, 100, 0, 1, 0], [5, 0, 0, 5]])
def test_shared_bins_cover_all_bins_once(counts: list[int], ranks: int) -> None:
    boundaries = share_bins(np.array(counts), ranks)
    assert boundaries.size == ranks + 1
    assert (boundaries[0], boundaries[-1]) == (0, len(counts))
    assert np.all(np.diff(boundaries) >= 0)


def test_shared_bins_are_balanced() -> None:
    boundaries = share_bins(np.full(1000, 3), 4)
    assert np.diff(boundaries).tolist() == [250, 250, 250, 250]


@pytest.mark.parametrize("columns", [0, 1, 7, 1000, 4096, 80_000, 3_000_000])
def test_report_chunks_are_legal_and_bounded(columns: int) -> None:
    rows, width = report_chunks(columns)
    assert rows >= 1
    assert 1 <= width <= max(columns, 1)
    assert rows * width <= 2**15
    assert rows * columns <= max(2**20, columns)


@pytest.mark.parametrize("dt", [0.1, 0.025, 1.0, 0.3])
@pytest.mark.parametrize("start_step", [0, 20, 1_000_003])
def test_number_of_rows_follows_from_the_times(dt: float, start_step: int) -> None:
    for rows in (*range(100), 12_345, 10_000_000):
        start, stop, step = time_bounds(start_step, rows, dt)
        assert int((stop - start) / step) == rows
        assert stop == pytest.approx((start_step + rows) * dt, rel=1e-14)
