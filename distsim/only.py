"""The names of distsim without those of NumPy and matplotlib: ``from distsim.only import *``."""

from __future__ import annotations

from typing import Any

from distsim.frontend import names as _names

__all__ = list(_names.own_names())


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return _names.find(name)
    except KeyError:
        raise AttributeError(f"distsim has no name {name!r}") from None


def __dir__() -> list[str]:
    return list(__all__)
