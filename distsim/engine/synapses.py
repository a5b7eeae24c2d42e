"""One rank's synapses of a projection: drawn, ordered, and given their variables.

A rank holds the synapses whose targets it holds.  They are kept by source, and within a source by target
(then by the order in which one pair was connected several times); where the one pathway there is only adds,
they are sorted by delay before the target, which is the order in which spikes are delivered fastest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.connectivity import Request, find_rule
from distsim.engine.one_shot import ElementRandom, timed_functions
from distsim.engine.state import State
from distsim.equations.tree import Expression, names
from distsim.kernels.emit import Attribute
from distsim.kernels.evaluate import evaluate
from distsim.kernels.sorting import counting_sort
from distsim.network import Constant, ModelError, PathwaySide
from distsim.program.clocks import delay_steps
from distsim.program.operation import Extent, Variable
from distsim.program.scope import expand
from distsim.program.synapses import AdditivePathway, AnyPathway, SynapseModel

LARGEST_DELAY = np.iinfo(np.uint16).max
DENSE_ROWS = 1024
"""Below this many sources, every source has a row even if it has no synapse here."""
CHUNK = 1 << 20

GatherSource = Callable[[str, str], NDArray[Any]]
"""Gives the values of a variable of a population, of all its neurons on all ranks; collective."""


class Lookup(Protocol):
    """Gives the values of a name for a part of the synapses."""

    def __call__(self, name: str, part: slice) -> Any:
        """Return the values."""


@dataclass(slots=True, eq=False)
class Pairs:
    """Synapses in their order: source and target relative to the subgroups, and number within the pair."""

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    repeats: NDArray[np.uint16]
    numbers: NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(slots=True, eq=False)
class SynapseBuilder:
    """Builds one projection.

    Parameters
    ----------
    block
        The block of the target population on this rank.
    pathways
        The projection's pathways.
    dt
        The base step [s].
    """

    state: State
    model: SynapseModel
    block: range
    pathways: tuple[AnyPathway, ...]
    dt: float
    gather: GatherSource

    def build(self) -> int:
        """Draw the synapses, store their arrays, and return how many there are on this rank."""
        projection = self.model.projection
        pairs = self._ordered(self._draw())
        sources_of = self._remote_values()
        lookup_all = self._lookup(pairs, sources_of)
        self._initial(pairs, lookup_all)
        delays = {p.name: self._delay(p, pairs, lookup_all) for p in self.pathways}
        weights = self._weights(pairs, lookup_all)
        only = self.pathways[0] if len(self.pathways) == 1 else None
        if isinstance(only, AdditivePathway) and len(delays[only.name]) > 1:
            order = self._delay_order(pairs, delays[only.name])
            self._permute(pairs, order)
            delays[only.name] = delays[only.name][order]
            weights = {key: w if len(w) == 1 else w[order] for key, w in weights.items()}
        for key, array in weights.items():
            self.state.arrays[key] = array
        for name, array in delays.items():
            self.state.arrays[name, "delay"] = array
        self._store_rows(pairs)
        name = projection.name
        self.state.set_integer(name, "source", Attribute.FIRST, projection.source.start)
        self.state.set_integer(name, "source", Attribute.LENGTH, projection.source.size)
        # Targets are stored as places in the block; code sees numbers within the subgroup.
        self.state.set_integer(name, "target", Attribute.FIRST, self.block.start - projection.target.start)
        return len(pairs)

    def _local_targets(self) -> range:
        """Return the targets of the subgroup on this rank, relative to the subgroup."""
        target = self.model.projection.target
        start = min(max(self.block.start, target.start), target.stop)
        stop = min(max(self.block.stop, start), target.stop)
        return range(start - target.start, stop - target.start)

    def _draw(self) -> Pairs:
        projection = self.model.projection
        sources: list[NDArray[np.int32]] = []
        targets: list[NDArray[np.int32]] = []
        numbers: list[NDArray[np.int64]] = []
        numbered = True
        earlier = 0
        for request, rule_name in self._requests():
            for batch in find_rule(rule_name).draw(request):
                sources.append(batch.sources)
                targets.append(batch.targets)
                if batch.numbers is None:
                    numbered = False
                else:
                    numbers.append(batch.numbers + earlier)
            if len(projection.connect) > 1:
                expected = find_rule(rule_name).expected(request)
                numbered = numbered and float(expected).is_integer()
                earlier += int(expected) if numbered else 0
        empty = np.empty(0, np.int32)
        return Pairs(
            np.concatenate([empty, *sources]),
            np.concatenate([empty, *targets]),
            np.empty(0, np.uint16),
            np.concatenate([np.empty(0, np.int64), *numbers]) if numbered else None,
        )

    def _requests(self) -> Iterator[tuple[Request, str]]:
        projection = self.model.projection
        same = projection.source.population == projection.target.population
        for index, connect in enumerate(projection.connect):
            wanted = {
                name
                for value in connect.parameters.values()
                if isinstance(value, Expression)
                for name in names(value)
            }
            yield (
                Request(
                    source_size=projection.source.size,
                    target_size=projection.target.size,
                    targets=self._local_targets(),
                    parameters=connect.parameters,
                    seed=self.state.seed,
                    stream=f"{projection.name} connect {index}",
                    same_offset=projection.source.start - projection.target.start if same else None,
                    pair_values=self._pair_values(self._remote_values_of(wanted)),
                    functions=timed_functions(projection.namespace),
                ),
                connect.rule,
            )

    def _pair_values(
        self, remote: Mapping[str, NDArray[Any]]
    ) -> Callable[[str, NDArray[np.int64], NDArray[np.int64]], Any]:
        target_start = self.model.projection.target.start

        def values(name: str, i: NDArray[np.int64], j: NDArray[np.int64]) -> Any:
            if name in remote:
                return remote[name][i]
            binding = self.model.scope[name]
            if isinstance(binding, Constant):
                return binding.value
            if isinstance(binding, Variable) and binding.extent is Extent.SHARED:
                return self.state.arrays[binding.key][0]
            if isinstance(binding, Variable) and binding.extent is Extent.NEURON:
                return self.state.arrays[binding.key][j + target_start - self.block.start]
            raise KeyError(name)

        return values

    def _ordered(self, pairs: Pairs) -> Pairs:
        """Sort by source, then target; equal pairs keep their order and are numbered."""
        projection = self.model.projection
        order = _sort_by(pairs.targets, projection.target.size, None)
        order = _sort_by(pairs.sources, projection.source.size, order)
        self._permute(pairs, order)
        same = (pairs.sources[1:] == pairs.sources[:-1]) & (pairs.targets[1:] == pairs.targets[:-1])
        repeats = np.zeros(len(pairs), np.uint16)
        if same.any():
            place = np.arange(len(pairs))
            first = np.maximum.accumulate(np.where(np.concatenate([[False], same]), 0, place))
            repeats = (place - first).astype(np.uint16)
        pairs.repeats = repeats
        return pairs

    def _permute(self, pairs: Pairs, order: NDArray[np.integer[Any]]) -> None:
        pairs.sources, pairs.targets = pairs.sources[order], pairs.targets[order]
        if len(pairs.repeats):
            pairs.repeats = pairs.repeats[order]
        if pairs.numbers is not None:
            pairs.numbers = pairs.numbers[order]
        for variable in self.model.variables.values():
            array = self.state.arrays.get(variable.key)
            if array is not None and variable.extent is Extent.SYNAPSE and len(array) == len(order):
                self.state.arrays[variable.key] = array[order]

    def _delay_order(self, pairs: Pairs, delay: NDArray[np.uint16]) -> NDArray[np.integer[Any]]:
        """Return the order by source, then delay, then target."""
        order = _sort_by(delay.astype(np.int32), int(delay.max(initial=0)) + 1, None)
        return _sort_by(pairs.sources, self.model.projection.source.size, order)

    def _remote_values(self) -> dict[str, NDArray[Any]]:
        projection = self.model.projection
        expressions = [value for _, value in projection.initial if isinstance(value, Expression)]
        expressions += [p.pathway.delay for p in self.pathways if isinstance(p.pathway.delay, Expression)]
        return self._remote_values_of({name for e in expressions for name in names(e)})

    def _remote_values_of(self, wanted: set[str]) -> dict[str, NDArray[Any]]:
        """Gather the variables of the source that expressions read; every rank asks for the same."""
        source = self.model.projection.source
        values = {}
        for name in sorted(wanted):
            if name.endswith("_pre") and name not in self.model.scope:
                whole = self.gather(source.population, name.removesuffix("_pre"))
                values[name] = whole[source.start : source.stop]
        return values

    def _lookup(self, pairs: Pairs, remote: Mapping[str, NDArray[Any]]) -> Lookup:
        values = self._pair_values(remote)

        def lookup(name: str, part: slice) -> Any:
            if name in ("i", "j"):
                return (pairs.sources if name == "i" else pairs.targets)[part].astype(np.int64)
            if name == "dt":
                return self.model.every * self.dt
            if name in ("t", "t_in_timesteps"):
                return 0
            binding = self.model.scope.get(name)
            if isinstance(binding, Variable) and binding.extent is Extent.SYNAPSE:
                return self.state.arrays[binding.key][part]
            return values(name, pairs.sources[part].astype(np.int64), pairs.targets[part].astype(np.int64))

        return lookup

    def _evaluate(
        self,
        stream: str,
        expression: Expression,
        pairs: Pairs,
        lookup: Lookup,
        dtype: Any,
    ) -> NDArray[Any]:
        """Evaluate an expression for every synapse, in bounded pieces; one value if it is constant."""
        expression = expand(expression, self.model.defined)
        result = np.empty(0, dtype)
        functions = timed_functions(self.model.projection.namespace)
        for start in range(0, max(len(pairs), 1), CHUNK):
            part = slice(start, min(start + CHUNK, len(pairs)))
            random = ElementRandom(
                self.state.seed, stream, pairs.sources[part], pairs.targets[part], pairs.repeats[part]
            )
            values = evaluate(expression, partial(lookup, part=part), random=random, functions=functions)
            if values.ndim == 0:
                return values.astype(dtype).reshape(1)
            if start == 0:
                result = np.empty(len(pairs), dtype)
            result[part] = values
        return result

    def _initial(self, pairs: Pairs, lookup: Lookup) -> None:
        projection = self.model.projection
        for variable in self.model.variables.values():
            size = 1 if variable.extent is Extent.SHARED else len(pairs)
            self.state.arrays[variable.key] = np.zeros(size, variable.storage.value)
        for index, (name, value) in enumerate(projection.initial):
            known = self.model.variables.get(name)
            if known is None:
                raise ModelError(f"{projection.name}: no variable '{name}' to give an initial value to")
            array = self.state.arrays[known.key]
            if isinstance(value, np.ndarray):
                array[:] = self._given(name, value, pairs)
            else:
                stream = f"{projection.name}.{name} initial {index}"
                array[:] = self._evaluate(stream, value, pairs, lookup, array.dtype)

    def _given(self, name: str, values: NDArray[Any], pairs: Pairs) -> NDArray[Any]:
        """Return the values that the user listed, one per synapse, for the synapses here."""
        if pairs.numbers is None:
            raise ModelError(
                f"{self.model.projection.name}.{name}: values can be listed only where the synapses are, too"
            )
        if pairs.numbers.size and pairs.numbers.max() >= len(values):
            raise ModelError(
                f"{self.model.projection.name}.{name}: {len(values)} values, but there are more synapses"
            )
        return values[pairs.numbers]

    def _delay(self, pathway: AnyPathway, pairs: Pairs, lookup: Lookup) -> NDArray[np.uint16]:
        """Return the delays in base steps, one for all or one for each synapse."""
        delay = pathway.pathway.delay
        if delay is None:
            return np.zeros(1, np.uint16)
        if isinstance(delay, np.ndarray):
            seconds = self._given(f"delay of {pathway.name}", delay, pairs)
        else:
            seconds = self._evaluate(f"{pathway.name} delay", delay, pairs, lookup, np.float64)
        if not np.all(seconds >= 0):
            wrong = seconds[~(seconds >= 0)][0]
            raise ModelError(f"{pathway.projection}: a delay of {wrong} s; delays must not be negative")
        # Counted in steps of those whose spikes are delayed.
        every = self.model.every if pathway.pathway.side is PathwaySide.PRE else self.model.target.every
        steps = delay_steps(seconds, every * self.dt) * every
        if steps.max(initial=0) > LARGEST_DELAY:
            raise ModelError(
                f"{pathway.projection}: a delay of {steps.max()} steps; at most {LARGEST_DELAY} fit"
            )
        return steps.astype(np.uint16)

    def _weights(self, pairs: Pairs, lookup: Lookup) -> dict[tuple[str, str], NDArray[Any]]:
        """Return the arrays of what additive pathways add, where it is not a stored variable itself."""
        weights = {}
        for pathway in self.pathways:
            if not isinstance(pathway, AdditivePathway):
                continue
            for part in pathway.parts:
                if part.weight not in self.state.arrays:
                    weights[part.weight] = self._evaluate(
                        f"{pathway.name} weight", part.value, pairs, lookup, part.port.storage.value
                    )
        return weights

    def _store_rows(self, pairs: Pairs) -> None:
        projection = self.model.projection
        name, size = projection.name, projection.source.size
        arrays = self.state.arrays
        if size <= max(DENSE_ROWS, 2 * len(pairs)):
            present = np.empty(0, np.int32)
            counts = np.bincount(pairs.sources, minlength=size)
        else:
            present, counts = np.unique(pairs.sources, return_counts=True)
        arrays[name, "_present"] = present.astype(np.int32)
        arrays[name, "_row_start"] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        arrays[name, "_target"] = (
            pairs.targets + np.int32(projection.target.start - self.block.start)
        ).astype(np.int32)
        if any(not isinstance(p, AdditivePathway) for p in self.pathways):
            arrays[name, "_source"] = pairs.sources
            arrays[name, "_repeat"] = pairs.repeats if pairs.repeats.any() else np.empty(0, np.uint16)


def _sort_by(
    keys: NDArray[Any], size: int, order: NDArray[np.integer[Any]] | None
) -> NDArray[np.integer[Any]]:
    """Return the stable order by `keys`, taken in the order given."""
    taken = keys if order is None else keys[order]
    _, places = counting_sort(taken, max(size, 1))
    return places if order is None else order[places]
