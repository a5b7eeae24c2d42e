"""States of a network that are kept and brought back: ``store`` and ``restore``."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.engine.snapshot import Snapshot
from distsim.frontend.group import is_holder
from distsim.frontend.objects import SimulationObject

FORMAT = "distsim states 1"


@runtime_checkable
class Recording(Protocol):
    """A monitor, as far as its data are concerned."""

    def recorded(self) -> Mapping[str, NDArray[Any]]:
        """Return all that it holds, by name."""
        ...

    def replace_recorded(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold what `recorded` has returned, and nothing else."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class StoredState:
    """What a network was at some time.

    Parameters
    ----------
    snapshot
        The values of its groups, and the spikes under way.
    recordings
        What its monitors held.
    time
        Simulated time [s].
    key
        The seed of its random numbers.
    """

    snapshot: Snapshot
    recordings: Mapping[str, Mapping[str, NDArray[Any]]]
    time: float
    key: int | None

    @classmethod
    def of(cls, objects: Sequence[SimulationObject], time: float, key: int | None) -> StoredState:
        """Return the state of some objects."""
        groups = [each.name for each in objects if is_holder(each)]
        recordings = {
            each.name: copy.deepcopy(dict(each.recorded())) for each in objects if isinstance(each, Recording)
        }
        return cls(current_session().snapshot(*groups), recordings, time, key)

    def bring_back(self, objects: Sequence[SimulationObject]) -> None:
        """Give objects the state that is kept here.

        Raises
        ------
        KeyError
            If the objects are not those that were stored.
        """
        there = {each.name for each in objects if is_holder(each)}
        kept = set(self.snapshot.groups)
        if there != kept:
            different = ", ".join(f"'{name}'" for name in sorted(there ^ kept))
            raise KeyError(f"the stored state is of other objects; only in one of the two: {different}")
        current_session().restore(self.snapshot)
        for each in objects:
            if isinstance(each, Recording):
                each.replace_recorded(copy.deepcopy(dict(self.recordings.get(each.name, {}))))


def save_states(filename: str, name: str, state: StoredState) -> None:
    """Write a state to a file of NumPy arrays, beside those that the file holds already."""
    states = load_states(filename) if Path(filename).exists() else {}
    states[name] = state
    arrays: dict[str, NDArray[Any]] = {}
    index: list[dict[str, Any]] = []
    for label, each in states.items():
        entry: dict[str, Any] = {"name": label, "time": each.time, "key": each.key, "arrays": []}
        entry["groups"] = list(each.snapshot.groups)
        entry["varying"] = sorted(each.snapshot.varying)

        def put(kind: str, path: Sequence[str], array: NDArray[Any], entry: Any = entry) -> None:
            arrays[f"array_{len(arrays)}"] = np.asarray(array)
            entry["arrays"].append([kind, *path, f"array_{len(arrays) - 1}"])

        for (owner, variable), values in each.snapshot.variables.items():
            put("variable", (owner, variable), values)
        for stream, (dt, steps, neurons) in each.snapshot.trains.items():
            put("train", (stream, "dt"), np.array(dt))
            put("train", (stream, "steps"), steps)
            put("train", (stream, "neurons"), neurons)
        for (owner, pathway), since in each.snapshot.since.items():
            put("since", (owner, pathway), np.array(since))
        for (owner, array, extent), values in each.snapshot.traces.items():
            put("trace", (owner, f"{extent} {array}"), values)
        for monitor, recorded in each.recordings.items():
            for key, values in recorded.items():
                put("recording", (monitor, key), values)
        index.append(entry)
    text = json.dumps({"format": FORMAT, "states": index})
    temporary = Path(f"{filename}.part")
    with temporary.open("wb") as file:
        np.savez(file, index=np.array(text), **arrays)  # type: ignore[arg-type]
    temporary.replace(filename)


def load_states(filename: str) -> dict[str, StoredState]:
    """Return the states in a file that `save_states` has written.

    Raises
    ------
    ValueError
        If the file is something else.
    """
    try:
        with np.load(filename, allow_pickle=False) as file:
            content = {key: file[key] for key in file.files}
        index = json.loads(str(content["index"]))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{filename} holds no stored states of a network") from error
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise ValueError(f"{filename} holds no stored states of a network")
    return {entry["name"]: _state(entry, content) for entry in index["states"]}


def _state(entry: Mapping[str, Any], content: Mapping[str, NDArray[Any]]) -> StoredState:
    variables: dict[tuple[str, str], NDArray[Any]] = {}
    trains: dict[str, dict[str, Any]] = {}
    since: dict[tuple[str, str], float] = {}
    traces: dict[tuple[str, str, str], NDArray[Any]] = {}
    recordings: dict[str, dict[str, NDArray[Any]]] = {}
    for kind, owner, name, key in entry["arrays"]:
        array = content[key]
        match kind:
            case "variable":
                variables[owner, name] = array
            case "train":
                trains.setdefault(owner, {})[name] = array
            case "since":
                since[owner, name] = float(array)
            case "trace":
                extent, _, called = name.partition(" ")
                traces[owner, called, extent] = array
            case _:
                recordings.setdefault(owner, {})[name] = array
    snapshot = Snapshot(
        tuple(entry["groups"]),
        variables,
        frozenset((owner, name) for owner, name in entry["varying"]),
        {stream: (float(t["dt"]), t["steps"], t["neurons"]) for stream, t in trains.items()},
        since,
        traces,
    )
    return StoredState(snapshot, recordings, entry["time"], entry["key"])
