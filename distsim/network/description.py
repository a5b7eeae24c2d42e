"""Populations, projections, inputs and monitors as frozen data.

Everything text is already parsed and everything external already resolved to a value, so a description
means the same wherever it is sent.  It knows nothing of ranks, kernels or files.  Quantities are plain
numbers in SI units; their dimension stands beside them where it is still needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeAlias

import cloudpickle
import numpy as np
from numpy.typing import NDArray

from distsim.equations import Equations, FunctionSignature
from distsim.equations.tree import Assignment, Expression
from distsim.network.by_value import dumps_by_value
from distsim.units import Dimension


@dataclass(frozen=True, slots=True)
class Constant:
    """An external constant: its value in SI units and its dimension."""

    value: float | int | bool
    dimension: Dimension


@dataclass(frozen=True, slots=True, eq=False)
class TimedArray:
    """Values that hold for one `dt` each, called as ``name(t)`` or ``name(t, column)``.

    Parameters
    ----------
    values
        (n_times,) or (n_times, n_columns) float64, in SI units of `dimension`.
    dt
        How long one value holds [s].
    dimension
        Dimension of the values.
    constant_over_step
        Whether its values change only between two steps of the code that calls it.
    """

    values: NDArray[np.float64]
    dt: float
    dimension: Dimension
    constant_over_step: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class UserFunction:
    """A Python function of plain numbers in SI units, which code may call.

    Parameters
    ----------
    function
        Called with one number for each argument in kernels (compiled), with arrays in code that runs once.
    signature
        Dimensions and types of arguments and result.
    draws
        ``rand`` or ``randn`` for a function without arguments that is handed such a number, a new one for
        each call; None for a function that is called with its arguments.
    """

    function: Callable[..., Any]
    signature: FunctionSignature
    draws: str | None = None

    def __reduce__(self) -> tuple[Callable[..., UserFunction], tuple[bytes]]:
        """Pickle by value: another process need not be able to import the module of the function."""
        return _unpickled, (dumps_by_value((self.function, self.signature, self.draws), self.function),)


def _unpickled(content: bytes) -> UserFunction:
    return UserFunction(*cloudpickle.loads(content))


Value: TypeAlias = Constant | TimedArray | UserFunction
"""What a name from outside the equations may stand for."""

Namespace: TypeAlias = Mapping[str, Value]

Initial: TypeAlias = tuple[str, "Expression | NDArray[np.generic]"]
"""A variable and what it starts with: an expression, or one value per neuron or synapse."""


class Method(Protocol):
    """An integrator of the user's own; those of `distsim.integrators` are given by name."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    def integrate(self, problem: Any, /) -> tuple[Assignment, ...]:
        """Return the statements of one step."""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """The neurons ``start <= i < stop`` of a population.

    As source or target of synapses also the synapses of a projection, all of them, under its name.
    """

    population: str
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Return the number of neurons."""
        return self.stop - self.start


SPIKE = "spike"
"""The event of passing the threshold."""


def stream_name(population: str, event: str = SPIKE) -> str:
    """Return the name of the stream of a population's events: that of the population for spikes."""
    return population if event == SPIKE else f"{population} {event}"


def population_of(stream: str) -> str:
    """Return the population that a stream of events comes from."""
    return stream.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Event:
    """A condition of the neurons of a population other than its threshold, checked in every step.

    Parameters
    ----------
    when, order
        The place in the step.
    """

    name: str
    condition: Expression
    when: str = "after_thresholds"
    order: int = 0


@dataclass(frozen=True, slots=True)
class EventCode:
    """Statements for the neurons for which an event has occurred in this step."""

    event: str
    statements: tuple[Assignment, ...]
    when: str = "after_resets"
    order: int = 0


@dataclass(frozen=True, slots=True)
class Updater:
    """When in a step the equations of a population or projection are integrated.

    Parameters
    ----------
    order
        None for that of the population or projection.
    active
        Whether they are integrated at all.
    """

    when: str = "groups"
    order: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A variable of a population that stands for one of another population (or of itself).

    Parameters
    ----------
    variable
        The name here; its equation is flagged ``(linked)``.
    source, source_variable
        Whose value it has.
    index
        None: neuron for neuron, or the one value of a shared variable or of a single neuron.  An array
        (n_neurons,) of int64, or the name of an integer variable here: the source's neuron for each neuron.
    """

    variable: str
    source: Subgroup
    source_variable: str
    index: NDArray[np.int64] | str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Regular:
    """Statements that run for neurons or synapses in every `dt` (run_regularly).

    Parameters
    ----------
    group
        Some neurons, or the name of a projection.
    dt
        Time between two executions [s]; None takes the clock of the owner.
    when, order
        The place in the step.
    namespace
        External names that the statements may use.
    """

    name: str
    group: Subgroup | str
    statements: tuple[Assignment, ...]
    dt: float | None = None
    when: str = "start"
    order: int = 0
    namespace: Namespace = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostOperation:
    """A function of the driver's, called between the operations of a step (network_operation).

    Parameters
    ----------
    dt
        Time between two calls [s]; None takes the network's step.
    when, order
        The place in the step.
    """

    name: str
    dt: float | None = None
    when: str = "start"
    order: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Neurons that share their equations (NeuronGroup, PoissonGroup).

    Parameters
    ----------
    name
        Unique in the network; breaks ties in the order of a step.
    size
        Number of neurons.
    equations
        Their model.
    threshold
        Boolean condition of a spike, or None where the neurons never spike.
    reset
        Statements for the neurons that spiked.
    refractory
        None, a time [s], or a boolean condition under which a neuron stays refractory.
    method
        The integrator or its name; None picks one.
    initial
        Initial values, applied in order.
    namespace
        External names that the equations may use.
    dt
        Own time step [s]; None takes the network's.
    order
        Place within a slot, before the name is compared.
    events, event_code
        Custom events, and what is done when they occur.
    links
        One for each variable flagged ``(linked)``.
    float_types
        Variables that are stored as ``float32`` and not as ``float64``.
    updater
        When the equations are integrated.
    threshold_order
        Place of the threshold within its slot; None for `order`.
    """

    name: str
    size: int
    equations: Equations
    threshold: Expression | None = None
    reset: tuple[Assignment, ...] = ()
    refractory: Expression | None = None
    method: str | Method | None = None
    initial: tuple[Initial, ...] = ()
    namespace: Namespace = field(default_factory=dict)
    dt: float | None = None
    order: int = 0
    events: tuple[Event, ...] = ()
    event_code: tuple[EventCode, ...] = ()
    links: tuple[Link, ...] = ()
    float_types: Mapping[str, str] = field(default_factory=dict)
    updater: Updater = field(default_factory=Updater)
    threshold_order: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SpikeTimes:
    """Neurons that spike at given times (SpikeGeneratorGroup).

    Parameters
    ----------
    indices, times
        (n_spikes,) neuron and time [s] of each spike, in any order.
    period
        The spikes repeat after this long [s]; 0 means once.
    """

    name: str
    size: int
    indices: NDArray[np.int64]
    times: NDArray[np.float64]
    period: float = 0.0
    dt: float | None = None
    order: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PoissonInput:
    """`number` independent Poisson spike trains of `rate` onto each target neuron.

    In each step ``variable += weight * binomial(number, rate*dt)``, in the slot ``synapses``, order 0.
    """

    name: str
    target: Subgroup
    variable: str
    number: int
    rate: float
    weight: Expression
    namespace: Namespace = field(default_factory=dict)
    order: int = 0


class PathwaySide(Enum):
    """Whose spikes drive a pathway: those of the source or those of the target."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, slots=True, eq=False)
class Pathway:
    """Code that runs for the synapses of a spike.

    Parameters
    ----------
    name
        ``pre``, ``post`` or the user's own.
    delay
        Expression or array [s]; None means no delay.
    order
        -1 for pre and +1 for post unless the user says otherwise.
    event
        The event that drives it: ``spike``, or a custom event of the population on its side.
    when
        The slot of its code.
    """

    name: str
    side: PathwaySide
    statements: tuple[Assignment, ...]
    delay: Expression | NDArray[np.float64] | None = None
    order: int = -1
    event: str = "spike"
    when: str = "synapses"


@dataclass(frozen=True, slots=True, eq=False)
class Connect:
    """One call of ``connect``: a rule of `distsim.connectivity` by name, and its parameters.

    Parameters
    ----------
    procedural
        The synapses are not stored, but made anew at each spike.
    """

    rule: str
    parameters: Mapping[str, Expression | NDArray[np.generic] | int | float | bool]
    procedural: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Synapses from one population to another (Synapses), or from or onto the synapses of another projection.

    Parameters
    ----------
    equations
        The synaptic model; empty for synapses without variables.
    connect
        Which synapses there are.
    initial
        Initial values of the synaptic variables, applied in order.
    float_type
        ``float64`` or ``float32``: how the synaptic variables are stored.
    multisynaptic_index
        What the number of a synapse among those of its pair is called, if code may use it.
    dt
        Own time step of clock-driven equations [s]; None takes the network's.
    summed_when, summed_order
        The place in the step of a summed variable, by name; unless given ``groups``, and one before the
        population that it belongs to (or that of the population, if only a part of it takes the sum).
    updater
        When the clock-driven equations are integrated.
    """

    name: str
    source: Subgroup
    target: Subgroup
    equations: Equations
    pathways: tuple[Pathway, ...]
    connect: tuple[Connect, ...]
    initial: tuple[Initial, ...] = ()
    method: str | Method | None = None
    namespace: Namespace = field(default_factory=dict)
    float_type: str = "float64"
    order: int = 0
    multisynaptic_index: str | None = None
    dt: float | None = None
    summed_when: Mapping[str, str] = field(default_factory=dict)
    summed_order: Mapping[str, int] = field(default_factory=dict)
    updater: Updater = field(default_factory=Updater)

    @property
    def procedural(self) -> bool:
        """Tell whether the synapses are made anew at each spike."""
        return any(connect.procedural for connect in self.connect)


@dataclass(frozen=True, slots=True)
class SpikeMonitor:
    """Records the spikes (or another event) of `source`, and `variables` at each of them.

    Parameters
    ----------
    event
        ``spike``, or a custom event of the population.
    when, order
        The place in the step; unless given, that of the event and one after the population.
    """

    name: str
    source: Subgroup
    variables: tuple[str, ...] = ()
    event: str = "spike"
    when: str | None = None
    order: int | None = None

    @property
    def stream(self) -> str:
        """Return the name of the stream of events."""
        return stream_name(self.source.population, self.event)


@dataclass(frozen=True, slots=True, eq=False)
class StateMonitor:
    """Records variables of some neurons or synapses at the beginning of every `dt`.

    Parameters
    ----------
    source
        Neurons, or the name of a projection.
    record
        Sorted (n_recorded,) neuron numbers relative to `source`, or numbers of synapses in the order in which
        they were connected; None records all.
    dt
        Time between two samples [s]; None records every step.
    when, order
        The place in the step.
    """

    name: str
    source: Subgroup | str
    variables: tuple[str, ...]
    record: NDArray[np.int64] | None = None
    dt: float | None = None
    when: str = "start"
    order: int = 0

    @property
    def owner(self) -> str:
        """Return the name of the population or projection."""
        return self.source if isinstance(self.source, str) else self.source.population


@dataclass(frozen=True, slots=True)
class RateMonitor:
    """Records the population rate of `source`, one value a step."""

    name: str
    source: Subgroup


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """All that is simulated together.

    Parameters
    ----------
    dt
        The default time step [s].
    seed
        Keys every random number of the run.
    schedule
        The slots of a step in order, without the ``before_`` and ``after_`` ones.
    streams
        For objects whose names say nothing, by name: what keys their random numbers instead.
    """

    name: str
    dt: float
    seed: int
    populations: tuple[Population | SpikeTimes, ...]
    projections: tuple[Projection, ...] = ()
    inputs: tuple[PoissonInput, ...] = ()
    spike_monitors: tuple[SpikeMonitor, ...] = ()
    state_monitors: tuple[StateMonitor, ...] = ()
    rate_monitors: tuple[RateMonitor, ...] = ()
    regular: tuple[Regular, ...] = ()
    host_operations: tuple[HostOperation, ...] = ()
    schedule: tuple[str, ...] = ("start", "groups", "thresholds", "synapses", "resets", "end")
    streams: Mapping[str, str] = field(default_factory=dict)

    def population(self, name: str) -> Population | SpikeTimes:
        """Return the population called `name`; KeyError if there is none."""
        for population in self.populations:
            if population.name == name:
                return population
        raise KeyError(name)
