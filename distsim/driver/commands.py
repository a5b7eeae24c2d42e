"""What the driver can ask all ranks to do: plain data, broadcast in order.

A model file is loaded, built and run in a few commands; a script's session makes groups, reads and writes
their values, and runs, as the script goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from distsim.engine.plan import Plan
from distsim.engine.snapshot import Snapshot
from distsim.engine.values import Value
from distsim.network import Connect, Link, Population, Projection, Selection, SpikeTimes, UserFunction
from distsim.network.description import Namespace
from distsim.program import Traces


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
        The user's functions that the kernels call, by the names they have there.
    """

    source: str
    functions: frozenset[str]
    user_functions: Mapping[str, UserFunction]


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


@dataclass(frozen=True, slots=True, eq=False)
class Create:
    """Make groups."""

    items: tuple[Population | SpikeTimes | Projection, ...]


@dataclass(frozen=True, slots=True)
class Discard:
    """Free the arrays of groups."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SetLinks:
    """Say which variables of other populations the linked variables of a population stand for."""

    population: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AddSynapses:
    """Connect, once; the result is the number of synapses of the projection on all ranks."""

    projection: str
    connect: Connect
    namespace: Namespace
    stream: str
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """Give a variable new values."""

    selection: Selection
    variable: str
    value: Value
    namespace: Namespace
    stream: str
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Gather the values of an expression on the driver."""

    selection: Selection
    expression: Any
    namespace: Namespace
    shared: bool


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """Tell which of some traces the next run can begin with, on all ranks."""

    traces: Traces


@dataclass(frozen=True, slots=True, eq=False)
class Prepare:
    """Make what a run of the session's groups needs; the kernels must have been loaded."""

    plan: Plan
    start: int


@dataclass(frozen=True, slots=True)
class Advance:
    """Simulate some base steps of a prepared run and record in memory; the result is the number of steps."""

    steps: int


@dataclass(frozen=True, slots=True)
class Flush:
    """Hand what has been recorded so far to the driver."""


@dataclass(frozen=True, slots=True)
class LatestSpikes:
    """Gather on the driver who spiked in the last step.

    Parameters
    ----------
    dt, step
        What the last step is, counted in steps of `dt` [s]; None asks the run that is under way.
    """

    population: str
    dt: float
    step: int | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Leave the place of a host operation and go on with the step.

    Parameters
    ----------
    stop
        End the run after this step.
    failed
        Leave the run at once: the host operation has raised an error.
    """

    stop: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """Gather everything that changes during a run, of some groups, on the driver."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Restore:
    """Bring groups back to what they were."""

    snapshot: Snapshot


SessionCommand: TypeAlias = (
    Create
    | Discard
    | SetLinks
    | AddSynapses
    | Assign
    | Read
    | Grant
    | Prepare
    | Advance
    | Flush
    | LatestSpikes
    | Store
    | Restore
)
"""What a script asks for; errors in it are the script's to handle, so all ranks go on after one."""

Command: TypeAlias = Load | Build | Open | Run | Collect | Close | Stop | Resume | SessionCommand
