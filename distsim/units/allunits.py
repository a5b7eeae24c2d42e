"""Every unit with every prefix as a module attribute: ``from distsim.units.allunits import *``.

The units are made when they are looked up, so that importing the module costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.units.catalogue import all_units

if TYPE_CHECKING:
    from distsim.units.unit import Unit

__all__ = list(all_units())  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Unit:
    try:
        return all_units()[name]
    except KeyError:
        raise AttributeError(f"there is no unit named {name!r}") from None


def __dir__() -> list[str]:
    return sorted(__all__)
