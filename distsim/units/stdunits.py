"""``from distsim.units.stdunits import mV``: the units with short names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.units.catalogue import STANDARD_UNITS
from distsim.units.table import SHORT_NAMES

if TYPE_CHECKING:
    from distsim.units.unit import Unit

__all__ = list(SHORT_NAMES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Unit:
    try:
        return STANDARD_UNITS[name]
    except KeyError:
        raise AttributeError(f"there is no unit named {name!r}") from None
