"""Check the shape of a document against the schema, with messages a person can act on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from distsim.config import sections
from distsim.config.values import kind_of
from distsim.equations.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from distsim.config.document import Data, Document
    from distsim.config.errors import KeyPath, Problems

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NAMED = ("constants", "populations", "projections", "inputs", "monitors")
_BY_TYPE: Mapping[str, Mapping[str, type[BaseModel]]] = {
    "inputs": {
        "poisson_input": sections.PoissonInputEntry,
        "poisson_group": sections.PoissonGroupEntry,
        "spike_generator": sections.SpikeGeneratorEntry,
        "timed_array": sections.TimedArrayEntry,
    },
    "monitors": {
        "spikes": sections.SpikeMonitorEntry,
        "state": sections.StateMonitorEntry,
        "rate": sections.RateMonitorEntry,
    },
}


def validate(document: Document, problems: Problems) -> sections.ModelFile | None:
    """Return the document as a ModelFile; None, with the problems noted, if it has not the right shape."""
    _check_names(document.data, problems)
    try:
        model = sections.ModelFile.model_validate(document.data)
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            path = _path_in_data(entry["loc"], document.data, entry["type"])
            problems.add(path, _sentence(entry, path, document.data))
        return None
    return None if problems.count else model


def is_name(text: str) -> bool:
    """Return whether `text` may name a constant, population, projection, input or monitor."""
    return _NAME.fullmatch(text) is not None


def _check_names(data: dict[str, Data], problems: Problems) -> None:
    taken: dict[str, str] = {}
    for section in _NAMED:
        entries = data.get(section)
        for name in entries if isinstance(entries, dict) else ():
            path = (section, name)
            if not is_name(name):
                problems.add(path, f"'{name}' cannot be a name: use letters, digits and '_', first a letter")
            elif section != "monitors" and name in taken:
                problems.add(path, f"the name '{name}' is already taken in '{taken[name]}'")
            taken.setdefault(name, section)


def _path_in_data(loc: Iterable[str | int], data: Data, kind: str) -> KeyPath:
    """Return the part of a pydantic location that is a path in the data (it also names union members)."""
    path: list[str | int] = []
    steps = list(loc)
    here: Data = data
    for number, step in enumerate(steps):
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        elif not (kind == "missing" and number == len(steps) - 1):
            continue
        path.append(step)
    return tuple(path)


_WANTED: Mapping[str, str] = {
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
}


_FIXED: Mapping[str, str] = {
    "missing": "required key is missing",
    "too_short": "the list is empty",
    "greater_than_equal": "must not be negative",
}


def _sentence(entry: Any, path: KeyPath, data: Data) -> str:
    kind, value = entry["type"], entry["input"]
    context = entry.get("ctx", {})
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {kind_of(value)}"
    match kind:
        case "extra_forbidden":
            return f"unknown key{did_you_mean(str(path[-1]), _known_keys(path, data))}"
        case "union_tag_not_found":
            return "required key 'type' is missing"
        case "less_than":
            return f"must be less than {context['lt']}"
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"must be {_choice(str(value), context['expected'])}"
        case "union_tag_invalid":
            return f"the type must be {_choice(str(context['tag']), context['expected_tags'])}"
        case _:
            return str(entry["msg"])


def _choice(given: str, expected: str) -> str:
    words = re.findall(r"'([^']*)'", expected)
    return f"one of {', '.join(words)}, not '{given}'{did_you_mean(given, words)}"


def _known_keys(path: KeyPath, data: Data) -> Iterable[str]:
    model = _model_of(path[:-1], data)
    return model.model_fields if model else ()


def _model_of(path: KeyPath, data: Data) -> type[BaseModel] | None:
    match path:
        case ():
            return sections.ModelFile
        case ("run",):
            return sections.RunEntry
        case ("populations", _):
            return sections.PopulationEntry
        case ("projections", _):
            return sections.ProjectionEntry
        case ("projections", _, "connect", *_):
            return sections.ConnectEntry
        case (("inputs" | "monitors") as section, name):
            entry: Any = data
            for key in (section, name):
                entry = entry[key]
            return _BY_TYPE[str(section)].get(entry.get("type"))
        case _:
            return None
