"""Entries with `for_each` become one entry for every combination of its values; tables become names.

This is text replacement on the data of a file, before anything is checked or evaluated: ``{pre}`` in the
keys and texts of an entry is replaced by each value of ``pre``.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from distsim.config.document import Data, Document
from distsim.config.errors import KeyPath, Place, Problems
from distsim.config.values import kind_of
from distsim.equations.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECTIONS = ("populations", "projections", "run_regularly", "inputs", "monitors")
"""Sections whose entries may be templates; `constants` has its own form."""
MOST_ENTRIES = 20_000
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def expand(document: Document, problems: Problems) -> Document:
    """Return the document without templates and without tables of constants."""
    return _Expansion(document, problems).document()


class _Expansion:
    def __init__(self, document: Document, problems: Problems) -> None:
        self._old = document
        self._problems = problems
        self._places = dict(document.places)
        self._entries = 0

    def document(self) -> Document:
        data = dict(self._old.data)
        for section in SECTIONS:
            entries = data.get(section)
            if isinstance(entries, dict):
                data[section] = self._section(section, entries)
        constants = data.get("constants")
        if isinstance(constants, dict):
            data["constants"] = self._constants(constants)
        return Document(self._old.source, data, self._places)

    def _section(self, section: str, entries: dict[str, Data]) -> dict[str, Data]:
        result: dict[str, Data] = {}
        for name, entry in entries.items():
            path = (section, name)
            if not isinstance(entry, dict) or "for_each" not in entry:
                self._put(result, path, name, entry)
                continue
            body: dict[str, Data] = {key: value for key, value in entry.items() if key != "for_each"}
            inside = [(inner, place) for inner, place in self._old.places.items() if inner[:2] == path]
            for values in self._combinations(entry["for_each"], (*path, "for_each")):
                filled = self._fill(name, values, path)
                self._put(result, path, filled, self._fill_all(body, values, path))
                for inner, place in inside:
                    rest = (
                        self._fill(key, values, path) if isinstance(key, str) else key for key in inner[2:]
                    )
                    self._places[(section, filled, *rest)] = place
        return result

    def _constants(self, constants: dict[str, Data]) -> dict[str, Data]:
        result: dict[str, Data] = {}
        for name, entry in constants.items():
            path: KeyPath = ("constants", name)
            if not isinstance(entry, dict):
                self._put(result, path, name, entry)
            elif "for_each" not in entry:
                self._table(result, path, name, entry)
            elif set(entry) != {"for_each", "value"}:
                self._problems.add(path, "a constant with 'for_each' needs the key 'value', and no others")
            else:
                for values in self._combinations(entry["for_each"], (*path, "for_each")):
                    filled = self._fill(name, values, path)
                    self._put(result, path, filled, self._fill_all(entry["value"], values, path))
                    self._places["constants", filled] = self._place(path)
        return result

    def _table(self, result: dict[str, Data], path: KeyPath, prefix: str, table: dict[str, Data]) -> None:
        for key, value in table.items():
            inner, name = (*path, key), f"{prefix}_{key}"
            if isinstance(value, dict):
                self._table(result, inner, name, value)
            else:
                self._put(result, inner, name, value)
                self._places["constants", name] = self._place(inner)

    def _place(self, path: KeyPath) -> Place:
        return self._places.get(path, Place(self._old.source))

    def _put(self, result: dict[str, Data], path: KeyPath, name: str, value: Data) -> None:
        if name in result:
            self._problems.add(path, f"the name '{name}' is given twice")
        result[name] = value

    def _combinations(self, for_each: Data, path: KeyPath) -> Iterator[Mapping[str, str]]:
        if not isinstance(for_each, dict) or not for_each:
            self._problems.add(path, f"must be a mapping from names to lists, not {kind_of(for_each)}")
            return
        lists: list[list[str]] = []
        number = 1
        for name, values in for_each.items():
            if not isinstance(values, list) or not all(_is_scalar(value) for value in values):
                self._problems.add((*path, name), "must be a list of words or numbers")
                return
            lists.append([str(value) for value in values])
            number *= len(values)
        self._entries += number
        if self._entries > MOST_ENTRIES:
            self._problems.add(path, f"templates make more than {MOST_ENTRIES} entries")
            return
        for combination in itertools.product(*lists):
            yield dict(zip(for_each, combination, strict=True))

    def _fill_all(self, value: Data, values: Mapping[str, str], path: KeyPath) -> Data:
        if isinstance(value, dict):
            return {
                self._fill(key, values, (*path, key)): self._fill_all(item, values, (*path, key))
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._fill_all(item, values, (*path, index)) for index, item in enumerate(value)]
        return self._fill(value, values, path) if isinstance(value, str) else value

    def _fill(self, text: str, values: Mapping[str, str], path: KeyPath) -> str:
        def replacement(match: re.Match[str]) -> str:
            word = match[1]
            if word not in values:
                self._problems.add(
                    path, f"'{{{word}}}' is not a name of its for_each{did_you_mean(word, values)}"
                )
                return "unknown"
            return values[word]

        return _PLACEHOLDER.sub(replacement, text)


def _is_scalar(value: Data) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
