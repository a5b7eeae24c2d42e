"""The error for values whose units do not fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.units.display import format_dimension

if TYPE_CHECKING:
    from distsim.units.dimensions import Dimension

__all__ = ["DimensionMismatchError"]


class DimensionMismatchError(TypeError):
    """An operation was asked for on values with unsuitable dimensions.

    Parameters
    ----------
    description
        What was attempted.
    *dimensions
        The dimensions involved, in the order in which `description` mentions their values; the message names
        their units.
    """

    def __init__(self, description: str, *dimensions: Dimension) -> None:
        super().__init__(description, *dimensions)
        self.description = description
        self.dimensions = dimensions

    def __str__(self) -> str:
        units = [format_dimension(dimension) for dimension in self.dimensions]
        if not units:
            return self.description
        if len(units) == 1:
            return f"{self.description} (unit is {units[0]})"
        return f"{self.description} (units are {', '.join(units[:-1])} and {units[-1]})"
