"""Quantities in matplotlib: they are drawn in SI base units, as Brian 2 draws them."""

from __future__ import annotations

from typing import Any

from distsim.units.inspection import plain
from distsim.units.quantity import Quantity

__all__ = ["register_with_matplotlib"]


def register_with_matplotlib() -> None:
    """Let matplotlib's functions take quantities; call it once, after or before importing pyplot."""
    # matplotlib takes longer to import than everything else here, and most runs draw nothing.
    from matplotlib import units  # noqa: PLC0415

    class QuantityConverter(units.ConversionInterface):
        @staticmethod
        def convert(value: Any, unit: Any, axis: Any) -> Any:  # noqa: ARG004
            return plain(value)

    units.registry[Quantity] = QuantityConverter()
