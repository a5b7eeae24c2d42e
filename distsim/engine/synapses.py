"""One rank's synapses of a projection: drawn, ordered, and given their variables.

A rank holds the synapses whose targets it holds, be these neurons or other synapses.  They are kept by
source, and within a source by target (then by the order in which one pair was connected several times);
where the one pathway there is only adds, they are sorted by delay before the target, which is the order in
which spikes are delivered fastest (`distsim.engine.arrangement`).  The user counts synapses in the order in
which they were connected; what tells that order is kept beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from distsim.comm.protocol import Communicator
from distsim.connectivity import SynapseOrder
from distsim.engine.anew import Anew
from distsim.engine.ends import End
from distsim.engine.numbering import Numbering
from distsim.engine.one_shot import ElementRandom, timed_functions
from distsim.engine.rows import Drawn, Rows
from distsim.engine.state import State
from distsim.equations import expansions
from distsim.equations.tree import Expression, Name, Number, names, substitute
from distsim.integrators import LAST_UPDATE, event_driven_names
from distsim.kernels.emit import Attribute
from distsim.kernels.evaluate import evaluate
from distsim.kernels.sorting import any_repeats, counting_sort, number_repeats
from distsim.network import Constant, ModelError, Projection, Subgroup
from distsim.network.description import Namespace
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Extent, Variable
from distsim.program.scope import expand
from distsim.program.synapses import synaptic_variables

DELAY_OF = "delay of "
"""Before the name of a pathway: the variable that is its delay."""
CHUNK = 1 << 16
"""Synapses for which an expression is evaluated in one go: what is computed on the way stays in the cache."""

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
    rows
        Which synapses have which source.
    stored_targets
        (n,) int32 places of the targets on this rank, where these follow from their numbers; else numbers.
    total
        The number of synapses on all ranks.
    repeats
        (n,) uint16 number of each synapse among those of its pair; empty where no pair has two, or where it
        is worked out when it is wanted, as in a forgetful table.
    calls, listed
        (n,) which call of connect has made a synapse, and its place in the list given there.
    orders
        How the synapses of each call are counted.
    delays
        Delays [s] by pathway: (1,) for all, or (n,) for the pathways in `varying`.
    uniform
        The pathways whose delay is one value for all synapses, also for those to come: those described with a
        number.
    counted
        (n,) uint16 delays in base steps, of the pathways for which nobody will ask for seconds.
    traces
        The arrays of traces, by name, that the last run has left, as long as what they hold is what the
        synapses have.
    trace_constants
        The numbers from outside that these have been advanced with.
    unsettled
        Works out the variables of synapses that the last run has kept as traces; None if that is done.
    multiple
        Some pair has two synapses.
    forgetful
        The network is built once and for all: what only later changes would need can be freed.
    by_delay
        Whether synapses of one source are sorted by delay before their targets.
    arranged
        Whether the arrays of the run follow from what is here now.
    anew
        How the synapses are made anew at each spike, if they are not stored.
    """

    state: State
    projection: Projection
    target: NeuronModel
    source_end: End
    target_end: End
    communicator: Communicator
    gather: GatherSource
    variables: dict[str, Variable]
    rows: Rows
    stored_targets: NDArray[np.int32]
    repeats: NDArray[np.uint16]
    calls: NDArray[np.uint16]
    listed: NDArray[np.int64]
    orders: list[SynapseOrder] = field(default_factory=list)
    delays: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    varying: set[str] = field(default_factory=set)
    uniform: frozenset[str] = frozenset()
    counted: dict[str, NDArray[np.uint16]] = field(default_factory=dict)
    traces: dict[str, Extent] = field(default_factory=dict)
    trace_constants: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    unsettled: Callable[[], None] | None = None
    multiple: bool = False
    forgetful: bool = False
    by_delay: bool = False
    arranged: bool = False
    total: int = 0
    anew: Anew | None = None
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
        return cls(
            state=state,
            projection=projection,
            target=target,
            source_end=ends[0],
            target_end=ends[1],
            communicator=communicator,
            gather=gather,
            variables=variables,
            rows=Rows.of_sorted(np.empty(0, np.int32), ends[0].size),
            stored_targets=np.empty(0, np.int32),
            repeats=np.empty(0, np.uint16),
            calls=np.empty(0, np.uint16),
            listed=np.empty(0, np.int64),
            delays=delays,
            uniform=frozenset(uniform),
        )

    def keep(self, variables: Mapping[str, Variable]) -> None:
        """Free the variables that are not stored for each synapse in the run for which the table is made."""
        for name, variable in list(self.variables.items()):
            if variables.get(name) != variable:
                del self.variables[name], self.state.arrays[variable.key]

    def __len__(self) -> int:
        return len(self.stored_targets) if self.anew is None else self.anew.count

    @property
    def sources(self) -> NDArray[np.int32]:
        """Return (n,) sources, as numbers of their end."""
        return self.rows.sources()

    @property
    def targets(self) -> NDArray[np.int32]:
        """Return (n,) targets, as numbers of their end."""
        return self.stored_targets - np.int32(self.shift) if self.shift else self.stored_targets

    @property
    def target_places(self) -> NDArray[np.int32]:
        """Return (n,) places of the targets on this rank.  Collective where they are scattered."""
        if self.target_end.scattered:
            return self.target_end.places(self.stored_targets).astype(np.int32)
        return self.stored_targets

    @property
    def shift(self) -> int:
        """Return by how much the place of a target is more than its number, where places are stored."""
        end = self.target_end
        return 0 if end.scattered else end.local.start - end.candidates.start

    @property
    def _largest_target(self) -> int:
        """Return a number that no stored target reaches."""
        end = self.target_end
        return end.size if end.scattered else end.local.stop

    # -- connecting ---------------------------------------------------------------------------------------

    def add(self, drawn: Drawn, order: SynapseOrder) -> None:
        """Add the synapses of one call of connect, whose variables are zero.

        Parameters
        ----------
        order
            How the user counts them.
        """
        self.forget_traces()
        self.renumber()
        placeable = drawn.can_be_placed(self.source_end.size)
        if placeable and not self.orders and order is not SynapseOrder.AS_LISTED:
            self._place(drawn, order)
        else:
            self._append(drawn, order)

    @property
    def event_driven(self) -> frozenset[str]:
        """Return the variables that are advanced from event to event, and the time of the last."""
        return frozenset((*event_driven_names(self.projection.equations), LAST_UPDATE))

    def trace_size(self, extent: Extent) -> int:
        """Return the length of an array with one element for each row, or for each neuron of the block."""
        if extent is Extent.SOURCE:
            return len(self.rows.starts) - 1
        # Spikes of neurons outside the subgroup are queued, too, though they reach no synapse.
        return self.state.integer(self.projection.target.population, "", Attribute.LOCAL)

    def settle(self) -> None:
        """Bring the variables of synapses up to date with the traces of the last run."""
        if self.unsettled is not None:
            self.unsettled()
            self.unsettled = None

    def forget_traces(self) -> None:
        """Go on from the variables of synapses, which are about to be changed."""
        self.settle()
        self.traces = {}

    def _place(self, drawn: Drawn, order: SynapseOrder) -> None:
        """Take the first synapses of all, which have been drawn neuron by neuron."""
        self.orders.append(order)
        self.rows, self.stored_targets = drawn.place(self.source_end.size, self.shift)
        self._number_repeats()
        self.by_delay = self.arranged = False
        self._extend_variables(len(self))
        self._extend_delays(len(self))

    def _append(self, drawn: Drawn, order: SynapseOrder) -> None:
        before, added = len(self), len(drawn)
        call = len(self.orders)
        sources, targets, listed = drawn.arrays()
        self.orders.append(order)
        # Which call made a synapse, and its place in a list, are kept only where the pair does not tell.
        if call or order is SynapseOrder.AS_LISTED:
            calls = self.calls if len(self.calls) == before else np.zeros(before, np.uint16)
            self.calls = np.concatenate([calls, np.full(added, call, np.uint16)])
            earlier = self.listed if len(self.listed) == before else np.zeros(before, np.int64)
            new = listed if len(listed) == added else np.zeros(added, np.int64)
            self.listed = np.concatenate([earlier, new])
        self.repeats, self.multiple = np.empty(0, np.uint16), False
        # The first synapses get their variables when they are in order: zeros need no sorting.
        if before:
            self._extend_variables(added)
            self._extend_delays(added)
        sources = np.concatenate([self.sources, sources])
        self.stored_targets = np.concatenate([self.stored_targets, targets + np.int32(self.shift)])
        self._sort(sources)
        if not before:
            self._extend_variables(added)
            self._extend_delays(added)

    def _extend_delays(self, added: int) -> None:
        for name, delay in self.delays.items():
            if name in self.varying:
                self.delays[name] = np.concatenate([delay, np.zeros(added)])

    def _extend_variables(self, added: int) -> None:
        for variable in self.variables.values():
            if variable.extent is Extent.SYNAPSE:
                array = self.state.arrays[variable.key]
                zeros = np.zeros(added, array.dtype)
                self.state.arrays[variable.key] = np.concatenate([array, zeros]) if len(array) else zeros

    def sort(self) -> None:
        """Sort by source, then target; equal pairs stay in the order in which they were connected."""
        self._sort(self.sources)

    def _sort(self, sources: NDArray[np.int32]) -> None:
        """Sort synapses of (n,) sources, which may be in any order."""
        self.by_delay = self.arranged = False
        if len(self.calls):
            # An earlier arrangement may have put equal pairs in another order.
            order: NDArray[np.integer[Any]] | None = np.lexsort((self.listed, self.calls))
        else:
            order = np.argsort(self.repeats, kind="stable") if len(self.repeats) else None
        order = sort_by(self.stored_targets, self._largest_target, order)
        order = sort_by(sources, self.source_end.size, order)
        self.rows = Rows.of_sorted(sources[order], self.source_end.size)
        self.permute(order)
        if not self.multiple:
            self._number_repeats()

    def _number_repeats(self) -> None:
        try:
            self.multiple = any_repeats(self.rows.starts, self.stored_targets)
        except OverflowError as error:
            raise ModelError(f"{self.projection.name}: {error}") from None
        if self.multiple and (not self.forgetful or self.multisynaptic is not None):
            self.repeats = number_repeats(self.rows.starts, self.stored_targets)

    def repeats_of(self, start: int, stop: int) -> NDArray[np.uint16]:
        """Return numbers within their pairs of the synapses from `start` to before `stop`.

        Empty where no pair has two synapses, and for synapses sorted by delay in a forgetful table, of which
        nothing random is asked any more.
        """
        if len(self.repeats) or not self.multiple or self.by_delay:
            return self.repeats[start:stop]
        starts, first = self.rows.starts_around(start, stop)
        repeats = number_repeats(starts, self.stored_targets[first:stop])
        return repeats[start - first :]

    def permute(self, order: NDArray[np.integer[Any]], start: int = 0) -> None:
        """Put synapses that follow each other into another order, with everything that is kept of them.

        Parameters
        ----------
        order
            (m,) for each place from `start` on the synapse that comes there, counted from `start`.  Those of
            a source stay among themselves.
        """
        self.renumber()
        part = slice(start, start + len(order))
        kept: list[NDArray[Any]] = [self.stored_targets, self.repeats, self.calls, self.listed]
        kept += [self.state.arrays[v.key] for v in self.variables.values() if v.extent is Extent.SYNAPSE]
        kept += [delay for name, delay in self.delays.items() if name in self.varying]
        kept += self.counted.values()
        for array in kept:
            if len(array):
                array[part] = array[part][order]

    def renumber(self) -> None:
        """Forget where synapses are by number, on every rank: some are about to change their places."""
        self._numbering = None

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
            here = self._outgoing_here()
            everywhere = np.empty((self.communicator.size, len(here)), np.int64)
            self.communicator.allgather_into(here, everywhere)
            starts = np.cumsum(everywhere.sum(axis=0)) - everywhere.sum(axis=0)
            before = starts + everywhere[: self.communicator.rank].sum(axis=0)
            first = np.repeat(before - (np.cumsum(here) - here), here)
            numbers: NDArray[np.int64] = first + np.arange(len(self))
            if self.by_delay:
                order = np.lexsort((self.repeats_or_zero(), self.stored_targets, self.sources))
                counted = numbers
                numbers = np.empty(len(self), np.int64)
                numbers[order] = counted
            return numbers
        keys = self.connection_keys()
        every, counts = self.communicator.allgatherv(keys.ravel())
        first = int(counts[: self.communicator.rank].sum()) // keys.shape[1]
        order = np.lexsort(every.reshape(-1, keys.shape[1]).T[::-1])
        numbers = np.empty(len(order), np.int64)
        numbers[order] = np.arange(len(order))
        return numbers[first : first + len(self)]

    def _outgoing_here(self) -> NDArray[np.int64]:
        """Return (n_sources,) how many synapses here each source has."""
        counts = np.zeros(self.source_end.size, np.int64)
        counts[self.rows.numbers] = np.diff(self.rows.starts)
        return counts

    def numbering(self) -> Numbering:
        """Return where the synapses of all ranks are.  Collective."""
        if self._numbering is None:
            self._numbering = Numbering.gather(self.numbers(), self.communicator)
        return self._numbering

    def gathered(self, variable: str) -> NDArray[Any]:
        """Return a variable of the synapses of all ranks, in the order of their numbers.  Collective."""
        own = self.variables.get(variable)
        if own is not None:
            if variable in self.event_driven:
                self.settle()
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
        repeats = self.repeats_of(0, len(self))
        return repeats if len(repeats) else np.zeros(len(self), np.uint16)

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
            outgoing = self.communicator.allreduce_sum(self._outgoing_here())
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
        dtype: DTypeLike | None = None,
    ) -> NDArray[Any]:
        """Return the values of an expression for some synapses.

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
        dtype
            How the values are to be stored; None leaves them as they are.

        Returns
        -------
        ndarray
            (n,), or () where it is the same for all.
        """
        result: NDArray[Any] | None = None
        size = len(self) if places is None else len(places)
        for part, values in self.pieces(expression, stream, namespace, places=places, remote=remote):
            if values.ndim == 0:
                return values.astype(dtype or values.dtype)
            if result is None:
                result = np.empty(size, dtype or values.dtype)
            result[part] = values
        return np.empty(0, dtype) if result is None else result

    def pieces(
        self,
        expression: Expression,
        stream: str,
        namespace: Namespace,
        *,
        places: NDArray[np.int64] | None = None,
        remote: Remote | None = None,
    ) -> Iterator[tuple[slice, NDArray[Any]]]:
        """Evaluate an expression piece by piece; see `evaluate`.

        Yields
        ------
        slice, ndarray
            Which of the synapses asked for, and their values: (m,), or () where it is the same for all.
        """
        remote = remote or Remote({})
        size = len(self) if places is None else len(places)
        functions = timed_functions(namespace)
        incoming = None
        if "N_incoming" in names(expression):
            incoming = np.bincount(self.targets, minlength=self.target_end.size)
        for start in range(0, max(size, 1), CHUNK):
            taken = slice(start, min(start + CHUNK, size))
            part = self._part(taken if places is None else places[taken])
            random = ElementRandom(self.state.seed, stream, part.sources, part.targets, part.repeats)
            lookup = partial(self._value, remote=remote, namespace=namespace, part=part, incoming=incoming)
            yield taken, evaluate(expression, lookup, random=random, functions=functions)

    def fill(
        self,
        array: NDArray[Any],
        expression: Expression,
        stream: str,
        namespace: Namespace,
        remote: Remote | None = None,
    ) -> None:
        """Give each synapse's place in (n,) `array` its value of an expression."""
        for part, values in self.pieces(expression, stream, namespace, remote=remote):
            array[part] = values

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
        if isinstance(places, slice):
            sources = self.rows.sources(places.start, places.stop)
            repeats = self.repeats_of(places.start, places.stop)
        else:
            sources = self.rows.sources_at(places)
            repeats = self.repeats[places] if len(self.repeats) else self.repeats
        targets = self.stored_targets[places] - np.int64(self.shift)
        numbers = repeats.astype(np.int64) if len(repeats) else 0
        return Part(places, sources.astype(np.int64), targets, numbers)

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
            if name in self.event_driven:
                self.settle()
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
