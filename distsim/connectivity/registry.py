"""The rules by name: every module of `distsim.connectivity.rules` that has a ``RULE``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from distsim.connectivity import rules as package
from distsim.connectivity.protocol import Rule
from distsim.connectivity.words import nearest
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def all_rules() -> Mapping[str, Rule]:
    """Return all rules by name, sorted."""
    found: dict[str, Rule] = {}
    for module in pkgutil.iter_modules(package.__path__):
        rule = getattr(import_module(f"{package.__name__}.{module.name}"), "RULE", None)
        if isinstance(rule, Rule):
            found[rule.name] = rule
    return MappingProxyType(dict(sorted(found.items())))


def find_rule(name: str) -> Rule:
    """Return the rule called `name`; a ModelError suggests another if there is none."""
    known = all_rules()
    if name not in known:
        raise ModelError(f"there is no connection rule '{name}'{nearest(name, list(known))}")
    return known[name]
