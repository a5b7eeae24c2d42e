"""How emitted kernels find their data: one table of integers, a row of it for each kernel instance.

A kernel that took its arrays as arguments would cost a microsecond a call and compile for ever in a network
of many populations.  So all of them take the same few integers, and read addresses, sizes and random keys
from ``_table[_row + k]``.  The engine fills the table; `Field` says what with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from distsim.equations.tree import Expression
from distsim.network import UserFunction
from distsim.program.operation import Binding

THIS_INSTANCE = ""
"""Owner of the arrays that every instance of a kernel has for itself."""


class Attribute(Enum):
    """Which integer of a named array, population or random stream a field holds."""

    ADDRESS = "address of the first element"
    PADDED = "number of elements, rounded up to whole vectors"
    LOCAL = "number of neurons on this rank"
    FIRST = "global number of the first neuron on this rank"
    MASK = "number of slots of a ring buffer, less one"
    STRIDE = "bytes between two slots of a ring buffer"
    LENGTH = "number of elements of an array"
    KEY0 = "first word of a random stream's key"
    KEY1 = "second word of a random stream's key"


@dataclass(frozen=True, slots=True)
class Field:
    """One integer of the table: `attribute` of the array `name` of `owner`."""

    owner: str
    name: str
    attribute: Attribute


@dataclass(slots=True)
class Row:
    """The fields of one kernel instance, in the order in which they are first asked for."""

    fields: list[Field] = field(default_factory=list)

    def __call__(self, owner: str, name: str, attribute: Attribute = Attribute.ADDRESS) -> str:
        """Return the source that reads a field."""
        wanted = Field(owner, name, attribute)
        if wanted not in self.fields:
            self.fields.append(wanted)
        return f"_table[_row + {self.fields.index(wanted)}]"


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """One emitted function and the row of the table that one instance of it needs.

    Parameters
    ----------
    body
        Lines below the ``def`` line: equal bodies make one function.
    parameters
        Names of the parameters after ``_table`` and ``_row``.
    description
        What it does, for the reader of the emitted source.
    constants
        The expressions behind the numbers computed before the run.
    scope
        What their names stand for.
    dt
        The step of the kernel's clock [s].
    tables
        Further arrays of numbers that the kernel reads, by owner and name.
    functions
        The user's functions that it calls, by emitted name.
    """

    body: tuple[str, ...]
    parameters: tuple[str, ...]
    description: str
    fields: tuple[Field, ...]
    constants: tuple[Expression, ...]
    scope: dict[str, Binding]
    dt: float
    tables: dict[tuple[str, str], NDArray[np.float64]]
    functions: dict[str, UserFunction] = field(default_factory=dict)
