"""Operations: what happens in a time step, with the variables each one reads and writes.

Everything the engine needs to know about order, fusion and communication follows from the sets of reads
and writes; nothing is declared twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from distsim.equations.tree import Assignment, Expression
from distsim.network import SPIKE, Constant, TimedArray, UserFunction, stream_name
from distsim.program.schedule import STANDARD, Schedule


class Storage(Enum):
    """How one value of a variable is stored; the value is NumPy's name of the type."""

    FLOAT64 = "float64"
    FLOAT32 = "float32"
    INT32 = "int32"
    BOOL = "bool"


class Extent(Enum):
    """How many values a variable has."""

    NEURON = "one per neuron"
    SYNAPSE = "one per synapse"
    SOURCE = "one per source of synapses"
    TARGET = "one per target of synapses"
    SHARED = "one in all"


@dataclass(frozen=True, slots=True)
class Variable:
    """A named array of an owner (a population or projection)."""

    owner: str
    name: str
    storage: Storage = Storage.FLOAT64
    extent: Extent = Extent.NEURON

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the variable in sets of reads and writes."""
        return self.owner, self.name

    @property
    def is_shared(self) -> bool:
        """Tell whether there is one value in all."""
        return self.extent is Extent.SHARED


@dataclass(frozen=True, slots=True)
class Port:
    """Where synaptic input to one variable of a population arrives: a ring buffer of sums.

    Parameters
    ----------
    name
        Unique name of the ring buffer among its population's arrays.
    storage
        Type of the sums.
    """

    population: str
    name: str
    storage: Storage

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the port in sets of reads and writes."""
        return self.population, self.name


class Reach(Enum):
    """How an element finds the neuron whose variable it reads."""

    SOURCE = "it is the source of the synapse"
    SAME = "it has the number of the element"
    TABLE = "a table gives its number"
    ONE = "it is the same for all elements"
    INDEX = "a variable of the element gives its number"


@dataclass(frozen=True, slots=True)
class Distant:
    """A variable of neurons that another rank may hold.

    Parameters
    ----------
    variable
        The variable, one value per neuron.
    reader
        The population or projection whose elements read it.
    via
        ``pre``, or the name of the link.
    reach
        How an element finds the neuron.
    index
        The variable of the reader that gives the number of the neuron, where that is the way.
    """

    variable: Variable
    reader: str
    via: str
    reach: Reach
    index: Variable | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the variable in sets of reads and writes."""
        return self.variable.key

    @property
    def mirror(self) -> tuple[str, str]:
        """Return owner and name of the array of copies, on a rank that needs one."""
        return self.reader, f"{self.via} {self.variable.owner} {self.variable.name}"


@dataclass(frozen=True, slots=True)
class Counts:
    """Binomial counts drawn per neuron and step, one summand of a `PoissonInput`."""

    number: int
    rate: float


Binding: TypeAlias = Variable | Distant | Port | Constant | TimedArray | UserFunction | Counts
"""What a name in a statement stands for."""

Key: TypeAlias = tuple[str, str]


class Domain(Enum):
    """The elements that an operation runs over."""

    ALL = "every neuron of the population"
    SPIKERS = "the neurons that spiked in this step"
    COLLECT = "the population's spike mask, turned into a list"
    SCHEDULED = "the spikes of a spike generator that are due"
    RECORDED = "the recorded neurons"
    ARRIVALS = "the synapses of the spikes that arrive in this step"
    SYNAPSES = "every synapse of the projection"
    RECORDED_SYNAPSES = "the recorded synapses"
    HOST = "none: a function of the driver is called"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing that happens in a time step.

    Parameters
    ----------
    name
        Breaks ties within slot and order; also names the stream of random numbers.
    owner
        The population or projection whose elements it runs over.
    every
        The number of base steps between two executions.
    statements
        What is done for each element, in order.
    recorded
        Expressions stored in the operation's buffers instead of statements.
    scope
        What the names in the statements stand for.
    event
        What occurs for the neurons that it runs over or lists, if these are not all.
    common
        What the synapses have in common that one spike reaches: their source or their target.
    sums
        Names whose statements only add to them: the value is rounded, then added to what is stored.
    clears
        The variables in `sums` are set to zero first, for all targets.
    gates
        For names in `sums` the condition, by name, under which a neuron takes what is added.
    onto_synapses
        The targets of the synapses that it runs over are synapses, whose numbers do not follow from their
        places.
    rank_bound
        Why the statements need all neurons on one rank; None if they do not.
    reads, writes
        The variables touched, by key.
    schedule
        What its slot is one of.
    description
        One line for people who read the emitted source.
    """

    name: str
    slot: str
    order: int
    owner: str
    domain: Domain
    every: int = 1
    statements: tuple[Assignment, ...] = ()
    recorded: tuple[Expression, ...] = ()
    scope: Mapping[str, Binding] = field(default_factory=dict)
    sums: frozenset[str] = frozenset()
    clears: bool = False
    gates: Mapping[str, str] = field(default_factory=dict)
    rank_bound: str | None = None
    reads: frozenset[Key] = frozenset()
    writes: frozenset[Key] = frozenset()
    description: str = ""
    schedule: Schedule = STANDARD
    event: str = SPIKE
    common: Extent | None = None
    onto_synapses: bool = False

    @property
    def stream(self) -> str:
        """Return the name of the stream of the events that it lists, or runs for."""
        return stream_name(self.owner, self.event)

    @property
    def sort_key(self) -> tuple[int, int, str]:
        """Return the place of the operation in the step."""
        return self.schedule.place(self.slot, self.name), self.order, self.name

    @property
    def after_cut(self) -> bool:
        """Tell whether it runs after the step's spikes are known."""
        return self.schedule.after_cut(self.slot)


def commute(first: Operation, second: Operation) -> bool:
    """Tell whether two operations may be exchanged: neither writes what the other touches.

    What the driver does is not known beforehand.
    """
    if Domain.HOST in (first.domain, second.domain):
        return False
    return not (first.writes & (second.reads | second.writes) or second.writes & first.reads)
