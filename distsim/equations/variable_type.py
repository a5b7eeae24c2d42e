"""The three types a variable or an expression can have."""

from __future__ import annotations

from enum import Enum


class VariableType(Enum):
    """Type of a variable; the value is the word used in equations for those that are no plain numbers."""

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
