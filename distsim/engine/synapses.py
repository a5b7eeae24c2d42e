"""One rank's synapses of a projection: drawn, ordered, and given their variables.

A rank holds the synapses whose targets it holds, be these neurons or other synapses.  They are kept by
source, and within a source by target (then by the order in which one pair was connected several times);
where the one pathway there is only adds, they are sorted by delay before the target, which is the order in
which spikes are delivered fastest (`distsim.engine.arrangement`).  The user counts synapses in the order in
which they were connected; what tells that order is kept beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.connectivity import SynapseOrder
from distsim.engine.ends import End
from distsim.engine.numbering import Numbering
from distsim.engine.one_shot import ElementRandom, timed_functions
from distsim.engine.state import State
from distsim.equations import expansions
from distsim.equations.tree import Expression, Name, Number, names, substitute
from distsim.kernels.evaluate import evaluate
from distsim.kernels.sorting import counting_sort
from distsim.network import Constant, ModelError, Projection, Subgroup
from distsim.network.description import Namespace
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Extent, Variable
from distsim.program.scope import expand
from distsim.program.synapses import synaptic_variables

DELAY_OF = "delay of "
"""Before the name of a pathway: the variable that is its delay."""
CHUNK = 1 << 20
"""Synapses for which an expression is evaluated in one go."""

GatherSource = Callable[[str, str], NDArray[Any]]
"""Gives the values of a variable of a population, of all its neurons on all ranks; collective."""


@dataclass(frozen=True, slots=True, eq=False)
class Remote:
    """What an expression needs of other ranks, gathered before it is evaluated.

    Parameters
    ----------
    values
        Variables of all sources by the name that they have here, such as ``x_pre``; also those of all targets
        where these are scattered over the ranks.
    outgoing
        (n_sources,) number of synapses of each source, if asked for.
    """

    values: Mapping[str, NDArray[Any]]
    outgoing: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some synapses or pairs: their places in the table, and (n,) int64 numbers at both ends."""

    places: slice | NDArray[np.int64]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    repeats: NDArray[np.int64] | int = 0


@dataclass(slots=True, eq=False)
class SynapseTable:
    """The synapses of a projection onto the neurons of one rank.

    Parameters
    ----------
    projection
        Its description; namespaces and connections there are of no account here.
    target
        The target's variables.
    source_end, target_end
        What the synapses come from, and what they lead to.

    Attributes
    ----------
    sources, targets
        (n,) int32 numbers relative to the ends.
    total
        The number of synapses on all ranks.
    repeats
        (n,) uint16 number of each synapse among those of its pair; empty where no pair has two.
    calls, listed
        (n,) which call of connect has made a synapse, and its place in the list given there.
    orders
        How the synapses of each call are counted.
    delays
        Delays [s] by pathway: (1,) for all, or (n,) for the pathways in `varying`.
    uniform
        The pathways whose delay is one value for all synapses, also for those to come: those described with a
        number.
    by_delay
        Whether synapses of one source are sorted by delay before their targets.
    arranged
        Whether the arrays of the run follow from what is here now.
    """

    state: State
    projection: Projection
    target: NeuronModel
    source_end: End
    target_end: End
    communicator: Communicator
    gather: GatherSource
    variables: dict[str, Variable]
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    repeats: NDArray[np.uint16]
    calls: NDArray[np.uint16]
    listed: NDArray[np.int64]
    orders: list[SynapseOrder] = field(default_factory=list)
    delays: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    varying: set[str] = field(default_factory=set)
    uniform: frozenset[str] = frozenset()
    by_delay: bool = False
    arranged: bool = False
    total: int = 0
    _numbering: Numbering | None = None

    @classmethod
    def empty(
        cls,
        state: State,
        projection: Projection,
        target: NeuronModel,
        ends: tuple[End, End],
        communicator: Communicator,
        gather: GatherSource,
    ) -> SynapseTable:
        """Return the table of a projection without synapses."""
        variables = synaptic_variables(projection)
        for variable in variables.values():
            size = 1 if variable.is_shared else 0
            state.arrays[variable.key] = np.zeros(size, variable.storage.value)
        uniform = {
            pathway.name: pathway.delay.value
            for pathway in projection.pathways
            if isinstance(pathway.delay, Number)
        }
        delays = {pathway.name: np.full(1, uniform.get(pathway.name, 0.0)) for pathway in projection.pathways}
        none = np.empty(0, np.int32)
        return cls(
            state=state,
            projection=projection,
            target=target,
            source_end=ends[0],
            target_end=ends[1],
            communicator=communicator,
            gather=gather,
            variables=variables,
            sources=none,
            targets=none,
            repeats=np.empty(0, np.uint16),
            calls=np.empty(0, np.uint16),
            listed=np.empty(0, np.int64),
            delays=delays,
            uniform=frozenset(uniform),
        )

    def __len__(self) -> int:
        return len(self.sources)

    # -- connecting ---------------------------------------------------------------------------------------

    def append(
        self,
        sources: NDArray[np.int32],
        targets: NDArray[np.int32],
        listed: NDArray[np.int64],
        order: SynapseOrder,
    ) -> None:
        """Add the synapses of one call of connect, whose variables are zero.  Collective.

        Parameters
        ----------
        listed
            (n,) places in the list given there; empty if there is none.
        order
            How the user counts them.
        """
        before, added = len(self), len(sources)
        call = len(self.orders)
        self.arranged = False
        self.orders.append(order)
        # Which call made a synapse, and its place in a list, are kept only where the pair does not tell.
        if call or order is SynapseOrder.AS_LISTED:
            calls = self.calls if len(self.calls) == before else np.zeros(before, np.uint16)
            self.calls = np.concatenate([calls, np.full(added, call, np.uint16)])
            earlier = self.listed if len(self.listed) == before else np.zeros(before, np.int64)
            new = listed if len(listed) == added else np.zeros(added, np.int64)
            self.listed = np.concatenate([earlier, new])
        self.sources = np.concatenate([self.sources, sources])
        self.targets = np.concatenate([self.targets, targets])
        self.repeats = np.empty(0, np.uint16)
        # The first synapses get their variables when they are in order: zeros need no sorting.
        if before:
            self._extend_variables(added)
        for name, delay in self.delays.items():
            if name in self.varying:
                self.delays[name] = np.concatenate([delay, np.zeros(added)])
        self.sort()
        if not before:
            self._extend_variables(added)
        self.total = int(self.communicator.allreduce_sum(len(self)))

    def _extend_variables(self, added: int) -> None:
        for variable in self.variables.values():
            if variable.extent is Extent.SYNAPSE:
                array = self.state.arrays[variable.key]
                self.state.arrays[variable.key] = np.concatenate([array, np.zeros(added, array.dtype)])

    def sort(self) -> None:
        """Sort by source, then target; equal pairs stay in the order in which they were connected."""
        self.by_delay = self.arranged = False
        if len(self.calls):
            # An earlier arrangement may have put equal pairs in another order.
            order: NDArray[np.integer[Any]] = np.lexsort((self.listed, self.calls))
            order = sort_by(self.targets, self.target_end.size, order)
        else:
            order = sort_by(self.targets, self.target_end.size, None)
        self.permute(sort_by(self.sources, self.source_end.size, order))
        same = (self.sources[1:] == self.sources[:-1]) & (self.targets[1:] == self.targets[:-1])
        if same.any():
            place = np.arange(len(self))
            first = np.maximum.accumulate(np.where(np.concatenate([[False], same]), 0, place))
            self.repeats = (place - first).astype(np.uint16)

    def permute(self, order: NDArray[np.integer[Any]]) -> None:
        """Put the synapses into another order, with everything that is kept of them."""
        self._numbering = None
        self.sources, self.targets = self.sources[order], self.targets[order]
        if len(self.repeats):
            self.repeats = self.repeats[order]
        if len(self.calls):
            self.calls, self.listed = self.calls[order], self.listed[order]
        for variable in self.variables.values():
            array = self.state.arrays[variable.key]
            if variable.extent is Extent.SYNAPSE and len(array):
                self.state.arrays[variable.key] = array[order]
        for name, delay in self.delays.items():
            if name in self.varying:
                self.delays[name] = delay[order]

    def set_delays(self, pathway: str, seconds: NDArray[np.float64], *, varying: bool) -> None:
        """Give a pathway its delays: (n,) if they vary, else (1,) for all synapses."""
        self.delays[pathway] = seconds
        if varying:
            self.varying.add(pathway)
        else:
            self.varying.discard(pathway)
        self.arranged = False

    def varying_delays(self, pathway: str) -> NDArray[np.float64]:
        """Return the delays of a pathway, (n,), to be written; each synapse has its own from now on."""
        if pathway not in self.varying:
            self.varying.add(pathway)
            self.delays[pathway] = np.full(len(self), self.delays[pathway][0])
        self.arranged = False
        return self.delays[pathway]

    def forget_order(self) -> None:
        """Free what only tells the order in which the synapses were connected; nobody will ask."""
        self.calls, self.listed = np.empty(0, np.uint16), np.empty(0, np.int64)

    def connection_keys(self) -> NDArray[np.int64]:
        """Return (n, 4) what the synapses of all ranks are sorted by to be in the order of connection."""
        calls = self.calls.astype(np.int64) if len(self.calls) else np.zeros(len(self), np.int64)
        repeats = self.repeats_or_zero().astype(np.int64)
        keys = np.stack(
            [calls, self.sources.astype(np.int64), self.targets.astype(np.int64), repeats], axis=1
        )
        for call, order in enumerate(self.orders):
            if order is SynapseOrder.BY_SOURCE:
                continue
            here = calls == call
            if order is SynapseOrder.BY_TARGET:
                keys[here, 1], keys[here, 2] = keys[here, 2], keys[here, 1].copy()
            else:
                keys[here, 1], keys[here, 2] = self.listed[here], 0
        return keys

    def numbers(self) -> NDArray[np.int64]:
        """Return (n,) the number of each synapse here, among those of all ranks as they were connected.

        Collective.
        """
        if self.orders == [SynapseOrder.BY_SOURCE] and not self.target_end.scattered:
            # Ranks hold contiguous targets: within a source, those of lower ranks come first.
            here = np.bincount(self.sources, minlength=self.source_end.size).astype(np.int64)
            everywhere = np.empty((self.communicator.size, len(here)), np.int64)
            self.communicator.allgather_into(here, everywhere)
            starts = np.cumsum(everywhere.sum(axis=0)) - everywhere.sum(axis=0)
            before = starts + everywhere[: self.communicator.rank].sum(axis=0)
            order = np.lexsort((self.repeats_or_zero(), self.targets, self.sources))
            within = np.arange(len(self)) - np.repeat(np.cumsum(here) - here, here)
            numbers = np.empty(len(self), np.int64)
            numbers[order] = before[self.sources[order]] + within
            return numbers
        keys = self.connection_keys()
        every, counts = self.communicator.allgatherv(keys.ravel())
        first = int(counts[: self.communicator.rank].sum()) // keys.shape[1]
        order = np.lexsort(every.reshape(-1, keys.shape[1]).T[::-1])
        numbers = np.empty(len(order), np.int64)
        numbers[order] = np.arange(len(order))
        return numbers[first : first + len(self)]

    def numbering(self) -> Numbering:
        """Return where the synapses of all ranks are.  Collective."""
        if self._numbering is None:
            self._numbering = Numbering.gather(self.numbers(), self.communicator)
        return self._numbering

    def gathered(self, variable: str) -> NDArray[Any]:
        """Return a variable of the synapses of all ranks, in the order of their numbers.  Collective."""
        own = self.variables.get(variable)
        if own is not None:
            array: NDArray[Any] = self.state.arrays[own.key]
            if own.is_shared:
                return array
        elif variable in ("i", "j"):
            array = self.sources if variable == "i" else self.targets
        elif variable == self.multisynaptic:
            array = self.repeats_or_zero().astype(np.int32)
        else:
            raise ModelError(f"{self.projection.name} has no variable '{variable}'")
        return np.asarray(self.communicator.allgatherv(array)[0][self.numbering().by_number])

    def repeats_or_zero(self) -> NDArray[np.integer[Any]]:
        """Return (n,) the number of each synapse among those of its pair."""
        return self.repeats if len(self.repeats) else np.zeros(len(self), np.uint16)

    # -- values -------------------------------------------------------------------------------------------

    def resolved(self, expression: Expression) -> Expression:
        """Return an expression with subexpressions expanded and variables of the target written ``_post``."""
        own = self.projection.equations
        bare = {
            name: Name(f"{name}_post")
            for name in {*self.target.variables, *self.target.defined} - own.keys() - {"i", "j", "N"}
        }
        defined = {
            name: substitute(value, {n: e for n, e in bare.items() if n not in own})
            for name, value in expansions(own).items()
        }
        expression = expand(substitute(expression, bare), defined)
        post = {
            f"{name}_post": substitute(
                value, {n: Name(f"{n}_post") for n in {*self.target.variables} & names(value)}
            )
            for name, value in self.target.defined.items()
        }
        return expand(expression, post)

    def remote(self, expressions: Collection[Expression]) -> Remote:
        """Gather what expressions read of other ranks; every rank asks for the same.  Collective."""
        wanted = {name for expression in expressions for name in names(expression)}
        values = {}
        for name in sorted(wanted):
            stem, _, side = name.rpartition("_")
            if side == "pre" and name != "N_pre":
                values[name] = self._of_end(self.projection.source, self.source_end, stem)
            elif side == "post" and self.target_end.scattered and stem in self.target.variables:
                values[name] = self._of_end(self.projection.target, self.target_end, stem)
        outgoing = None
        if "N_outgoing" in wanted:
            here = np.bincount(self.sources, minlength=self.source_end.size)
            outgoing = self.communicator.allreduce_sum(here.astype(np.int64))
        return Remote(values, outgoing)

    def _of_end(self, group: Subgroup, end: End, variable: str) -> NDArray[Any]:
        """Return a variable of all elements of an end, or its one value if shared.  Collective."""
        whole = self.gather(group.population, variable)
        return whole if len(whole) == 1 else whole[group.start : group.start + end.size]

    def pair_value(self, name: str, remote: Remote, namespace: Namespace, part: Part) -> Any:
        """Return the values of a name of either end, or of one from outside, for some pairs.

        Raises
        ------
        KeyError
            If there is no such name.
        """
        if name in remote.values:
            array = remote.values[name]
            end, numbers = self._side(name, part)
            return array[0] if array.size == 1 != end.size else array[numbers]
        if name in ("N_pre", "N_post"):
            return self._side(name, part)[0].size
        own = self.variables.get(name)
        if own is not None and own.is_shared:
            return self.state.arrays[own.key][0]
        plain = name.removesuffix("_post")
        if plain in self.target.variables and plain != name:
            variable = self.target.variables[plain]
            array = self.state.arrays[variable.key]
            return array[0] if variable.is_shared else array[self.target_end.places(part.targets)]
        item = namespace.get(name, namespace.get(plain))
        if isinstance(item, Constant):
            return item.value
        raise KeyError(name)

    def _side(self, name: str, part: Part) -> tuple[End, NDArray[np.int64]]:
        """Return the end that a name with ``_pre`` or ``_post`` is about, and the numbers there."""
        if name.endswith("_pre"):
            return self.source_end, part.sources
        return self.target_end, part.targets

    def evaluate(
        self,
        expression: Expression,
        stream: str,
        namespace: Namespace,
        *,
        places: NDArray[np.int64] | None = None,
        remote: Remote | None = None,
    ) -> NDArray[Any]:
        """Evaluate an expression for some synapses, in bounded pieces.

        Parameters
        ----------
        expression
            As `resolved` returns it.
        stream
            Keys its random numbers, with source, target and number within the pair.
        places
            Which synapses; None means all.
        remote
            What it needs of other ranks.

        Returns
        -------
        ndarray
            (n,), or () where it is the same for all.
        """
        remote = remote or Remote({})
        size = len(self) if places is None else len(places)
        functions = timed_functions(namespace)
        incoming = None
        if "N_incoming" in names(expression):
            incoming = np.bincount(self.targets, minlength=self.target_end.size)
        result: NDArray[Any] | None = None
        for start in range(0, max(size, 1), CHUNK):
            stop = min(start + CHUNK, size)
            part = self._part(slice(start, stop) if places is None else places[start:stop])
            random = ElementRandom(self.state.seed, stream, part.sources, part.targets, part.repeats)
            lookup = partial(self._value, remote=remote, namespace=namespace, part=part, incoming=incoming)
            values = evaluate(expression, lookup, random=random, functions=functions)
            if values.ndim == 0:
                return values
            if result is None:
                result = np.empty(size, values.dtype)
            result[start:stop] = values
        return np.empty(0) if result is None else result

    def evaluate_shared(self, expression: Expression, stream: str, namespace: Namespace) -> NDArray[Any]:
        """Return the (1,) value of an expression that all synapses share, also where there are none."""
        zero = np.zeros(1, np.int64)
        part = Part(slice(0, 0), zero, zero)
        # Random numbers are those of the pair (0, 0) on every rank.
        random = ElementRandom(self.state.seed, stream, zero, zero)
        lookup = partial(
            self._value, remote=self.remote([expression]), namespace=namespace, part=part, incoming=None
        )
        functions = timed_functions(namespace)
        return evaluate(expression, lookup, random=random, functions=functions).reshape(-1)[:1]

    def _part(self, places: slice | NDArray[np.int64]) -> Part:
        repeats = self.repeats[places].astype(np.int64) if len(self.repeats) else 0
        return Part(
            places, self.sources[places].astype(np.int64), self.targets[places].astype(np.int64), repeats
        )

    def _value(
        self,
        name: str,
        remote: Remote,
        namespace: Namespace,
        part: Part,
        incoming: NDArray[np.int64] | None,
    ) -> Any:
        if name in ("i", "j"):
            return part.sources if name == "i" else part.targets
        if name == "N_incoming" and incoming is not None:
            return incoming[part.targets]
        if name == "N_outgoing" and remote.outgoing is not None:
            return remote.outgoing[part.sources]
        if self.multisynaptic == name:
            return part.repeats
        own = self.variables.get(name)
        if own is not None and not own.is_shared:
            return self.state.arrays[own.key][part.places]
        pathway = pathway_of_delay(name)
        if pathway in self.delays:
            delay = self.delays[pathway]
            return delay[part.places] if pathway in self.varying else delay[0]
        if name in ("t", "t_in_timesteps") and name not in namespace:
            return 0
        return self.pair_value(name, remote, namespace, part)

    @property
    def multisynaptic(self) -> str | None:
        """Return the name of the number of a synapse within its pair."""
        return self.projection.multisynaptic_index


def pathway_of_delay(name: str) -> str | None:
    """Return the pathway whose delay a name stands for: ``delay`` is that of ``pre``."""
    if name == "delay":
        return "pre"
    return name.removeprefix(DELAY_OF) if name.startswith(DELAY_OF) else None


def sort_by(
    keys: NDArray[Any], size: int, order: NDArray[np.integer[Any]] | None
) -> NDArray[np.integer[Any]]:
    """Return the stable order by `keys`, taken in the order given."""
    taken = keys if order is None else keys[order]
    _, places = counting_sort(taken, max(size, 1))
    return places if order is None else order[places]
