"""A small recording that is the same on any number of ranks, and writing it; used by the tests and by
`rank_program.py` under MPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from distsim.recording import (
    OutputDirectory,
    Provenance,
    RateSeries,
    RateWindow,
    ReportColumns,
    ReportLayout,
    SpikePopulation,
    SpikeVariable,
    SpikeWindow,
    WriterKind,
    open_rates,
    open_report,
    open_spikes,
)

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "neurons: naïve\n" * 10_000  # longer than an HDF5 attribute may be
POPULATIONS = (
    SpikePopulation("excitatory", 50, 0.1, (SpikeVariable("v", "mV"), SpikeVariable("count"))),
    SpikePopulation("inhibitory", 2, 0.05),
    SpikePopulation("silent", 7, 0.1),
    SpikePopulation("empty", 0, 0.1),
)
WINDOWS = ((0, 40), (40, 41), (41, 41), (41, 100), (150, 40_150))
RATES = (RateSeries("rate_exc", 0.1),)
POINTS = ReportLayout("excitatory", "v", "mV", start_step=0, dt_ms=0.1)
SINGLE = ReportLayout("excitatory", "u", "", start_step=20, dt_ms=0.2, single=True)
ROWS = (3, 0, 1, 40)


def block(size: int, rank: int, ranks: int) -> tuple[int, int]:
    """Return the neurons [first, stop) of a rank; some ranks get none where `ranks` exceeds `size`."""
    return size * rank // ranks, size * (rank + 1) // ranks


def spikes_of(population: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all spikes of a window, sorted: many in one step, and a neuron at most once a step."""
    first, stop = WINDOWS[window]
    size = 0 if POPULATIONS[population].name == "silent" else POPULATIONS[population].size
    if size == 0 or stop == first:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    random = np.random.default_rng((population, window))
    keys = np.unique(random.integers(first * size, stop * size, 20 * size))
    return keys // size, keys % size


def write_spikes(communicator: Any, path: Path, kind: WriterKind, *, finish: str = "close") -> None:
    provenance = Provenance(seed=2**63 + 1, ranks=communicator.size, model=MODEL)
    writer = open_spikes(path, communicator, POPULATIONS, provenance, kind)
    for window, (first, stop) in enumerate(WINDOWS):
        windows = {}
        for index, population in enumerate(POPULATIONS):
            steps, node_ids = spikes_of(index, window)
            start, end = block(population.size, communicator.rank, communicator.size)
            mine = (node_ids >= start) & (node_ids < end)
            steps, node_ids = steps[mine], node_ids[mine]
            variables = {v.name: np.sin(steps * 1.7 + node_ids) + len(v.name) for v in population.variables}
            # The clock of the second population does not tick in one of the windows.
            if (index, window) != (1, 1):
                windows[population.name] = SpikeWindow(first, stop, steps, node_ids, variables)
        writer.append(windows)
        writer.flush()
    getattr(writer, finish)()


def compartments(node: int) -> int:
    """Return how many compartments the report has of a node."""
    return 1 + node % 3


def write_report(
    communicator: Any,
    path: Path,
    kind: WriterKind,
    layout: ReportLayout,
    nodes: np.ndarray,
    *,
    finish: str = "close",
) -> None:
    """Write a report whose values tell row, node and compartment."""
    start, end = block(POPULATIONS[0].size, communicator.rank, communicator.size)
    local = nodes[(nodes >= start) & (nodes < end)]
    if layout.single:
        counts = np.array([compartments(node) for node in local], np.int64)
        elements = np.array([e for node in local for e in range(compartments(node))], np.int64)
        columns = ReportColumns(local, counts, elements)
    else:
        columns = ReportColumns.of_points(local)
    values = np.repeat(columns.node_ids, columns.elements_per_node) + columns.element_ids / 10
    provenance = Provenance(seed=1, ranks=communicator.size, model="")
    writer = open_report(path, communicator, layout, columns, provenance, kind)
    row = 0
    for rows in ROWS:
        writer.append(np.arange(row, row + rows)[:, None] * 100.0 + values[None, :])
        row += rows
    getattr(writer, finish)()


def write_all(communicator: Any, folder: Path, kind: WriterKind) -> None:
    """Write one file of each sort."""
    output = OutputDirectory.open(folder, communicator)
    write_spikes(communicator, output.spikes, kind)
    write_report(communicator, output.report("v.h5"), kind, POINTS, np.arange(50))
    write_report(communicator, output.report("u.h5"), kind, SINGLE, np.array([1, 2, 17, 40]))
    write_report(communicator, output.report("none.h5"), kind, POINTS, np.zeros(0, np.int64))
    rates = open_rates(
        output.rates, communicator, RATES, Provenance(seed=1, ranks=communicator.size, model="m")
    )
    for first, stop in ((0, 3), (3, 3), (3, 10)):
        steps = np.arange(first, stop)
        rates.append({"rate_exc": RateWindow(steps, steps * 2.5)})
        rates.flush()
    rates.close()


def contents(path: Path) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """Return type, shape and bytes of every data set of a file."""
    found = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = (str(item.dtype), item.shape, np.asarray(item[()]).tobytes())

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


def contents_of_folder(folder: Path) -> dict[str, dict[str, tuple[str, tuple[int, ...], bytes]]]:
    """Return the contents of all files in a folder, which holds nothing but finished files."""
    assert sorted(each.name for each in folder.iterdir()) == [
        "none.h5",
        "rates.h5",
        "spikes.h5",
        "u.h5",
        "v.h5",
    ]
    return {path.name: contents(path) for path in folder.iterdir()}
