"""``--set KEY=VALUE``: values given on the command line in place of those in the file."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from distsim.config.document import Data, Document, parse_scalar
from distsim.config.errors import ConfigError, KeyPath, Place, Problem
from distsim.equations.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


def override(document: Document, assignments: Sequence[tuple[str, str]]) -> Document:
    """Return the document with values replaced.

    A key with dots is a path from the top of the file (list items by number); a key without dots is a
    constant, which must exist.  Every part of a path but the last must be there already, so that a
    misspelt name does not go unnoticed.
    """
    data = copy.deepcopy(document.data)
    places = dict(document.places)
    problems: list[Problem] = []
    for key, text in assignments:
        place = Place(f"--set {key}")
        path: KeyPath = tuple(key.split("."))
        if len(path) == 1:
            path = ("constants", key)
        try:
            path = _assign(data, path, parse_scalar(text))
        except KeyError as error:
            problems.append(Problem(str(place), "", str(error.args[0])))
        places[path] = place
    if problems:
        raise ConfigError(problems)
    return Document(document.source, data, places)


def _assign(data: dict[str, Data], path: KeyPath, value: Data) -> KeyPath:
    """Put `value` at `path` and return the path with list positions as numbers."""
    if path[0] in ("run", "constants") and len(path) == 2:
        data.setdefault(str(path[0]), {})
    here: Data = data
    done: KeyPath = ()
    for key in path[:-1]:
        here, step = _step(here, str(key), done, path)
        done = (*done, step)
    last = str(path[-1])
    if isinstance(here, list):
        _, position = _step(here, last, done, path)
        here[int(position)] = value
        return (*done, position)
    if not isinstance(here, dict):
        raise KeyError(f"'{'.'.join(map(str, done))}' is not a mapping, so it has no key '{last}'")
    if path[0] in ("constants", "populations", "projections", "inputs", "monitors") and len(path) == 2:
        _step(here, last, done, path)
    here[last] = value
    return (*done, last)


def _step(here: Data, key: str, done: KeyPath, path: KeyPath) -> tuple[Data, str | int]:
    if isinstance(here, list) and key.isdecimal() and int(key) < len(here):
        return here[int(key)], int(key)
    if isinstance(here, dict) and key in here:
        return here[key], key
    known = here if isinstance(here, dict) else ()
    if path[0] == "constants":
        raise KeyError(f"there is no constant '{key}'{did_you_mean(key, known)}")
    where = f" in '{'.'.join(map(str, done))}'" if done else ""
    raise KeyError(f"there is no '{key}'{where}{did_you_mean(key, known)}")
