"""YAML text to plain data, keeping the line of every key.

Only mappings, lists, text, numbers, ``true``/``false`` and null come out.  Scalars follow the core rules of
YAML 1.2, so ``on``, ``off``, ``y`` and ``n`` are words and ``1e3`` is a number.  Tags are refused, hence
nothing in a file can name a Python object.  This module knows nothing of models.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import yaml

from distsim.config.errors import ConfigError, KeyPath, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

Data: TypeAlias = "dict[str, Data] | list[Data] | str | int | float | bool | None"

LARGEST_FILE = 16 * 2**20
"""Bytes; a model is text written by a person, so more is some other file."""
MOST_NODES = 200_000
"""Values after aliases are followed; stops files that grow exponentially by aliases of aliases."""
DEEPEST = 40

_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL = re.compile(r"0o[0-7]{1,400}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Document:
    """A model file as data.

    Parameters
    ----------
    source
        Name of the file as the user gave it.
    data
        Its content.
    places
        File and line of every key path.
    """

    source: str
    data: dict[str, Data]
    places: dict[KeyPath, Place]


def read_document(path: Path | str) -> Document:
    """Read a YAML file; ConfigError if it cannot be read or is not a YAML mapping."""
    source = str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _problem(source, f"cannot be read: {error.strerror or error}") from error
    if len(content) > LARGEST_FILE:
        raise _problem(source, f"is larger than {LARGEST_FILE >> 20} MiB, so it is not a model")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _problem(source, "is not a text file in UTF-8, so it is not YAML") from error
    return parse_document(text, source)


def parse_document(text: str, source: str = "<text>") -> Document:
    """Parse YAML text; `source` is the file name that messages show."""
    try:
        return _Builder(text, source).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = source if mark is None else f"{source}:{mark.line + 1}"
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        raise _problem(place, f"not valid YAML: {reason}") from error
    except yaml.YAMLError as error:
        raise _problem(source, "not valid YAML: it has characters that no text file has") from error
    except RecursionError as error:
        raise _problem(source, "nested too deeply") from error


def parse_scalar(text: str) -> str | int | float | bool | None:
    """Return what an unquoted YAML scalar means under the core rules of YAML 1.2."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            return int(text, base) if base == 10 else int(text[2:], base)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


def _line(event: yaml.Event) -> int:
    # Only nodes that are made by hand have no mark.
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _problem(place: str, message: str) -> ConfigError:
    return ConfigError([Problem(place, "", message)])


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Data
    marks: tuple[tuple[KeyPath, Place], ...]


class _Builder:
    """Builds the data from the parser's events, one pass, with limits on depth and number."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._marks: list[tuple[KeyPath, Place]] = []
        self._anchors: dict[str, _Anchored] = {}

    def build(self) -> Document:
        event = next(self._events)
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _problem(self._source, "is empty; a model needs at least 'populations' and 'run'")
        data = self._value(event, ())
        if not isinstance(data, dict):
            raise _problem(self._source, "is not a model: the file must be a mapping, 'populations: ...'")
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise _problem(self._source, "holds more than one YAML document")
        return Document(self._source, data, dict(self._marks))

    def _error(self, event: yaml.Event, message: str) -> ConfigError:
        return _problem(f"{self._source}:{_line(event)}", message)

    def _value(self, event: yaml.Event, path: KeyPath) -> Data:
        if len(path) > DEEPEST:
            raise self._error(event, "nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if getattr(event, "tag", None) is not None:
            raise self._error(event, f"YAML tags are not allowed ({event.tag})")  # type: ignore[attr-defined]
        first = len(self._marks)
        self._mark(event, path)
        value: Data
        if isinstance(event, yaml.ScalarEvent):
            value = parse_scalar(event.value) if event.implicit[0] else event.value
            if event.style == "|":
                self._marks[-1] = (path, replace(self._marks[-1][1], block=True))
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            marks = tuple((inner[len(path) :], place) for inner, place in self._marks[first:])
            self._anchors[anchor] = _Anchored(value, marks)
        return value

    def _mark(self, event: yaml.Event, path: KeyPath) -> None:
        if len(self._marks) >= MOST_NODES:
            raise self._error(event, f"has more than {MOST_NODES} values")
        # A key has already put its own line here: it is a better place than that of its value.
        if not self._marks or self._marks[-1][0] != path:
            self._marks.append((path, Place(self._source, _line(event))))

    def _alias(self, event: yaml.AliasEvent, path: KeyPath) -> Data:
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            raise self._error(event, f"*{event.anchor} refers to no anchor that is complete before it")
        self._mark(event, path)
        if len(self._marks) + len(anchored.marks) > MOST_NODES:
            raise self._error(event, f"has more than {MOST_NODES} values")
        self._marks.extend((path + inner, place) for inner, place in anchored.marks if inner)
        return copy.deepcopy(anchored.value)

    def _sequence(self, path: KeyPath) -> list[Data]:
        values: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: KeyPath) -> dict[str, Data]:
        values: dict[str, Data] = {}
        merged: list[dict[str, Data]] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be a plain word")
            if event.tag is not None:
                raise self._error(event, f"YAML tags are not allowed ({event.tag})")
            key = event.value
            if key in values:
                raise self._error(event, f"duplicate key '{key}'")
            self._mark(event, (*path, key))
            value = self._value(next(self._events), (*path, key))
            if key == "<<" and event.implicit[0]:
                merged.extend(self._merge_sources(event, value))
            else:
                values[key] = value
        for source in merged:
            for key, value in source.items():
                values.setdefault(key, value)
        return values

    def _merge_sources(self, event: yaml.Event, value: Data) -> list[dict[str, Data]]:
        sources = value if isinstance(value, list) else [value]
        mappings = [source for source in sources if isinstance(source, dict)]
        if len(mappings) != len(sources):
            raise self._error(event, "'<<' must be followed by a mapping or a list of mappings")
        return mappings
