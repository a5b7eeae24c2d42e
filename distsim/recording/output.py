"""The folder that a run's results go to, and the names of the files in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from distsim.recording.errors import OutputExistsError, RecordingError
from distsim.recording.files import PARTIAL_SUFFIX, RANKS_SUFFIX, on_first_rank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from distsim.comm.protocol import Communicator

SPIKES_NAME = "spikes.h5"
RATES_NAME = "rates.h5"
SUMMARY_NAME = "summary.json"

_RESULT_PATTERNS = (
    "*.h5",
    f"*.h5{PARTIAL_SUFFIX}",
    f".*.h5{RANKS_SUFFIX}",
    SUMMARY_NAME,
    SUMMARY_NAME + PARTIAL_SUFFIX,
)
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class OutputDirectory:
    """An output folder that exists and held no results when it was opened."""

    path: Path

    @classmethod
    def open(cls, path: Path, communicator: Communicator, *, overwrite: bool = False) -> OutputDirectory:
        """Create the folder, or check that it holds no results. Collective.

        Rank 0 looks, and all ranks return or raise alike.

        Parameters
        ----------
        overwrite
            Remove the results of an earlier run, and nothing else, instead of refusing.

        Raises
        ------
        OutputExistsError
            If there are results in the folder.
        RecordingError
            If the folder cannot be made.
        """
        on_first_rank(communicator, lambda: _prepare(path, overwrite=overwrite))
        return cls(path)

    @classmethod
    def check(cls, path: Path, *, overwrite: bool = False) -> None:
        """Refuse a folder that `open` would refuse for what is in it, touching nothing; for one rank.

        Raises
        ------
        OutputExistsError
            If there are results in the folder.
        RecordingError
            If there is a file where the folder should be.
        """
        _check(path, overwrite=overwrite)

    @property
    def spikes(self) -> Path:
        """The spikes file."""
        return self.path / SPIKES_NAME

    @property
    def rates(self) -> Path:
        """The rates file."""
        return self.path / RATES_NAME

    @property
    def summary(self) -> Path:
        """The summary."""
        return self.path / SUMMARY_NAME

    def report(self, name: str) -> Path:
        """Return the file of a report, by a name from `report_names`."""
        return self.path / name


def existing_results(path: Path) -> list[Path]:
    """Return the results in a folder, sorted by name."""
    return sorted({found for pattern in _RESULT_PATTERNS for found in path.glob(pattern)})


def _check(path: Path, *, overwrite: bool) -> list[Path]:
    """Return the results that stand in the way and may be removed."""
    if path.exists() and not path.is_dir():
        raise RecordingError(f"the output {path} is a file, not a folder")
    results = existing_results(path)
    if results and not overwrite:
        shown = ", ".join(each.name for each in results[:_SHOWN]) + (", ..." if len(results) > _SHOWN else "")
        raise OutputExistsError(
            f"the output folder {path} already holds results ({shown}); "
            "choose another with --output, or replace them with --overwrite"
        )
    return results


def _prepare(path: Path, *, overwrite: bool) -> None:
    results = _check(path, overwrite=overwrite)
    path.mkdir(parents=True, exist_ok=True)
    for each in results:
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def report_names(monitors: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], str]:
    """Name the report file of each (monitor, variable).

    ``MONITOR.h5`` where a monitor has one variable, ``MONITOR_VARIABLE.h5`` where it has several or where
    the short name is that of another output.

    Parameters
    ----------
    monitors
        The variables of each state monitor.

    Raises
    ------
    ValueError
        If two reports would share a file, or a name is no file name.
    """
    names: dict[tuple[str, str], str] = {}
    owners: dict[str, tuple[str, str]] = {}
    for monitor, variables in monitors.items():
        short = f"{monitor}.h5"
        several = len(variables) > 1 or short in (SPIKES_NAME, RATES_NAME)
        for variable in variables:
            name = f"{monitor}_{variable}.h5" if several else short
            if name != Path(name).name or name.startswith("."):
                raise ValueError(f"the monitor {monitor!r} cannot name a file")
            if name in owners:
                other = owners[name]
                raise ValueError(
                    f"{variable!r} of the monitor {monitor!r} and {other[1]!r} of {other[0]!r} would both be "
                    f"written to {name}; rename one of the monitors"
                )
            owners[name] = (monitor, variable)
            names[monitor, variable] = name
    return names
