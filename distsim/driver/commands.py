"""What the driver can ask all ranks to do: plain data, broadcast in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from distsim.engine.plan import Plan
from distsim.network import UserFunction


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Import the emitted kernels; one rank a node compiles them, the others wait and fetch the result.

    Parameters
    ----------
    source
        Text of the emitted module.
    functions
        Functions of the language that building the network calls.
    user_functions
        The user's functions that the module calls, by their names there.
    """

    source: str
    functions: frozenset[str]
    user_functions: Mapping[str, UserFunction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """Make the neurons and synapses of a plan; the kernels must have been loaded."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Open:
    """Open the output files."""

    output: Path
    overwrite: bool
    writer: str
    resolved: str


@dataclass(frozen=True, slots=True)
class Run:
    """Simulate some base steps."""

    steps: int


@dataclass(frozen=True, slots=True)
class Collect:
    """Give the driver what the summary needs of each rank."""


@dataclass(frozen=True, slots=True)
class Close:
    """Complete the output files."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the command loop."""

    exit_code: int


Command: TypeAlias = Load | Build | Open | Run | Collect | Close | Stop
