"""The rates file: population rates, which rank 0 has and writes.

The layout follows the style of SONATA, which has no file of its own for rates: ``/rates/NAME/time`` in ms
and ``/rates/NAME/rate`` in Hz.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.recording.files import on_first_rank, partial_path, publish
from distsim.recording.hdf5 import Hdf5File

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import h5py

    from distsim.comm.protocol import Communicator
    from distsim.recording.protocol import RateSeries, RateWindow
    from distsim.recording.provenance import Provenance

RATES_GROUP = "rates"

_CHUNK = (8192,)
_CACHE = 2 * 8 * _CHUNK[0]


class FirstRankRateWriter:
    """Writes population rates from rank 0; see `distsim.recording.protocol.RateWriter`.

    Parameters
    ----------
    path
        Final name of the file.
    communicator
        All ranks; collective.
    series, provenance
        What the file holds and where it comes from.
    """

    def __init__(
        self, path: Path, communicator: Communicator, series: Sequence[RateSeries], provenance: Provenance
    ) -> None:
        self._path = path
        self._communicator = communicator
        self._series = {each.name: each for each in series}
        self._lengths = dict.fromkeys(self._series, 0)
        self._datasets: dict[str, tuple[h5py.Dataset, h5py.Dataset]] = {}
        self._file: Hdf5File | None = None

        def create() -> None:
            self._file = Hdf5File(partial_path(path), None, cache_bytes=_CACHE)
            provenance.write(self._file)
            group = self._file.root.create_group(RATES_GROUP)
            for each in series:
                self._datasets[each.name] = self._create(self._file, group.create_group(each.name))

        on_first_rank(communicator, create)

    @staticmethod
    def _create(file: Hdf5File, group: h5py.Group) -> tuple[h5py.Dataset, h5py.Dataset]:
        time = file.create(group, "time", (0,), np.float64, _CHUNK)
        time.attrs.create("units", "ms")
        rate = file.create(group, "rate", (0,), np.float64, _CHUNK)
        rate.attrs.create("units", "Hz")
        return time, rate

    def append(self, windows: Mapping[str, RateWindow]) -> None:
        """Add a window of each monitor named; only rank 0's values are used. Collective."""
        file = self._file
        if file is None:
            return
        for name, window in windows.items():
            if window.steps.shape != window.rates_hz.shape:
                raise ValueError(f"rates of {name!r}: steps and rates differ in length")
            start = self._lengths[name]
            self._lengths[name] = stop = start + window.steps.size
            times = window.steps.astype(np.float64) * self._series[name].dt_ms
            for dataset, values in zip(self._datasets[name], (times, window.rates_hz), strict=True):
                file.grow(dataset, stop)
                file.write(dataset, (start,), values)

    def flush(self) -> None:
        """Hand everything appended to the operating system. Collective."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Complete the file and give it its final name. Collective."""
        self.abort()
        on_first_rank(self._communicator, lambda: publish(self._path))

    def abort(self) -> None:
        """Close the file under its partial name. Collective."""
        if self._file is not None:
            self._file.close()
