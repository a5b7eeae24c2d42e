"""What a connection rule is given, what it returns, and what it says of itself.

A rule is pure data and pure functions: it knows nothing of ranks or files.  It is asked for the synapses
onto a contiguous range of targets and must give each target the same sources in the same order whatever that
range is; the union over the ranges of all ranks is then the same network on any number of ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity.words import nearest
from distsim.equations.tree import Comparator, Comparison, Expression, Name
from distsim.kernels.evaluate import UnboundNameError
from distsim.network.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ParameterValue: TypeAlias = Expression | NDArray[np.generic] | int | float | bool
PairValues: TypeAlias = "Callable[[str, NDArray[np.int64], NDArray[np.int64]], Any]"

NO_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType({})

BATCH = 1 << 20
"""Synapses in a batch, and pairs looked at in one go, at most."""

CHUNK = 1 << 18
"""Synapses expected in what one random generator draws."""


OTHERS = Comparison(Comparator.NOT_EQUAL, Name("i"), Name("j"))
"""The condition that pairs have different numbers."""

PROCEDURAL = "all pairs, or each with one probability, with or without 'i != j', and for one to one"
"""The calls of which synapses can be made anew at each spike."""


class PairIndexError(ModelError, IndexError):
    """A neuron number is outside its population."""


class Kind(Enum):
    """What a parameter of a rule may be; the value is how it is described to a user."""

    COUNT = "a whole number"
    COUNT_PER_PAIR = "a whole number, or an expression of i and j"
    PROBABILITY = "a number in [0, 1], or an expression of i and j"
    CONDITION = "a boolean expression of i and j"
    INDEX = "an integer expression of the other index"
    INDICES = "neuron numbers"
    BOOLEAN = "true or false"


class SynapseOrder(Enum):
    """How the user counts the synapses of one call of connect."""

    BY_SOURCE = "source by source, and target by target within a source"
    BY_TARGET = "target by target, and source by source within a target"
    AS_LISTED = "in the order of the lists given"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule.

    Parameters
    ----------
    name
        Its key.
    kind
        What it may be.
    doc
        One line for the user.
    required
        Whether it must be given.
    default
        What it is otherwise; None means that it has no effect.
    """

    name: str
    kind: Kind
    doc: str
    required: bool = False
    default: int | bool | None = None


def _no_names(name: str, _sources: NDArray[np.int64], _targets: NDArray[np.int64]) -> Any:
    raise KeyError(name)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """Which synapses are asked for.

    Parameters
    ----------
    source_size, target_size
        Number of neurons on either side; all neuron numbers below are relative to these subgroups.
    targets
        The targets whose synapses are wanted.
    parameters
        The rule's parameters by name.
    seed
        Seed of the network.
    stream
        Name of this call of connect, unique in the network; keys its random numbers.
    same_offset
        First source minus first target as numbers in their population, where both sides are in one: source i
        and target j are the same neuron where ``i + same_offset == j``.  None where they are in two
        populations.
    pair_values
        Gives the values of other names for pairs: ``pair_values(name, i, j)`` with (n,) int64 numbers on
        either side returns n values in SI units, or one number for a constant; a KeyError says that there is
        no such name.  It is also asked for no pairs (n = 0), to tell constants from variables, and with one
        side empty while an index expression is computing that side.  Targets are always among `targets`.
    functions
        Functions that expressions may call beside the built-in ones.
    """

    source_size: int
    target_size: int
    targets: range
    parameters: Mapping[str, ParameterValue]
    seed: int
    stream: str
    same_offset: int | None = None
    pair_values: PairValues = _no_names
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=lambda: NO_FUNCTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some synapses.

    Parameters
    ----------
    sources, targets
        (n,) int32 neuron numbers, relative to the subgroups.
    numbers
        (n,) int64 place of each synapse's pair in the lists given; None for the rules that take no lists.
    by_source
        They come by source, and by target within a source, as those of all batches of the rule do.
    """

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    numbers: NDArray[np.int64] | None = None
    by_source: bool = False


@dataclass(frozen=True, slots=True)
class Packing:
    """How the targets of a source are made anew.

    Parameters
    ----------
    parameters
        The parameters that may be given, as numbers.
    pack
        Returns the rule as `distsim.kernels.targets.pack` does.
    """

    parameters: frozenset[str]
    pack: Callable[[Request], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of connecting.

    Parameters
    ----------
    name
        What it is called.
    doc
        One line for the user.
    parameters
        Its parameters, the most important first.
    generate
        Yields the synapses of a request whose parameter names have been checked.
    count
        Returns the number of synapses in all to expect, whatever the request's targets; nan if that is
        unknown.
    order
        How the user counts the synapses that it makes.
    anew
        How its synapses can be made anew at each spike; None if they have to be stored.
    """

    name: str
    doc: str
    parameters: tuple[Parameter, ...]
    generate: Callable[[Request], Iterator[Batch]]
    count: Callable[[Request], float]
    order: SynapseOrder = SynapseOrder.BY_SOURCE
    anew: Packing | None = None

    def draw(self, request: Request) -> Iterator[Batch]:
        """Yield the synapses onto ``request.targets``, in batches of bounded size.

        Within one target, synapses come in an order that does not depend on the range asked for.

        Raises
        ------
        ModelError
            If the request cannot be met; among them PairIndexError, also an IndexError, for a neuron number
            that is out of range.
        """
        self._check(request)
        if not 0 <= request.targets.start <= request.targets.stop <= request.target_size:
            raise ValueError(f"targets {request.targets} of {request.target_size}")
        return self.generate(request)

    def expected(self, request: Request) -> float:
        """Return how many synapses there will be in all; ``request.targets`` does not matter.

        Exact or estimated; nan where an expression needs what the request does not know, as before the
        network is built.
        """
        self._check(request)
        try:
            return self.count(request)
        except UnboundNameError:
            return nan

    def why_stored(self, parameters: Mapping[str, ParameterValue]) -> str | None:
        """Return why the synapses of a call have to be stored; None if they can be made anew."""
        if self.anew is None:
            return f"the rule '{self.name}' needs its synapses stored"
        for name, value in parameters.items():
            if name == "condition" and value == OTHERS:
                continue
            if name not in self.anew.parameters:
                return f"with '{name}', the synapses have to be stored"
            if isinstance(value, Expression):
                return f"where '{name}' is an expression, the synapses have to be stored"
        return None

    def packed(self, request: Request) -> NDArray[np.int64]:
        """Return what makes the synapses onto ``request.targets`` anew (`distsim.kernels.targets`).

        Raises
        ------
        ModelError
            If the request cannot be met, or its synapses have to be stored.
        """
        self._check(request)
        reason = self.why_stored(request.parameters)
        if reason is not None or self.anew is None:
            raise ModelError(f"{reason}; 'procedural' is for {PROCEDURAL}")
        return self.anew.pack(request)

    def _check(self, request: Request) -> None:
        """Refuse parameters that are unknown or missing."""
        known = [parameter.name for parameter in self.parameters]
        for name in request.parameters:
            if name not in known:
                raise ModelError(f"{self.name} has no parameter '{name}'{nearest(name, known)}")
        for parameter in self.parameters:
            if parameter.required and parameter.name not in request.parameters:
                raise ModelError(f"{self.name} needs '{parameter.name}': {parameter.doc}")
