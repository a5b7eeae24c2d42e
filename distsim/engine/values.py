"""Reading and writing values of neurons and synapses between the steps of a run, and before the first.

Every rank does its part: the elements that it holds.  Elements are addressed by their number in their group,
which is the same whatever the number of ranks.  What other ranks have to say is gathered before anything is
computed, so an error in an expression is found by all ranks alike, and by none in the middle of a collective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.engine.groups import Groups
from distsim.engine.one_shot import ElementRandom, timed_functions
from distsim.engine.procedural import give, refusal
from distsim.engine.synapses import SynapseTable, pathway_of_delay
from distsim.equations.tree import Expression, names
from distsim.kernels.evaluate import evaluate
from distsim.network import Constant, ModelError, Selection, Subgroup
from distsim.network.description import Namespace
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Variable
from distsim.program.scope import NOT_REFRACTORY, expand

Value = Expression | NDArray[Any] | float | int | bool


class Elements(Protocol):
    """The elements of a group on this rank."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Return (n,) where they are in the arrays."""
        ...

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Return (n,) their numbers in the group.  Collective."""
        ...

    def numbers_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers in the group of those at some places.  Collective."""
        ...

    def storage(self, variable: str) -> tuple[NDArray[Any], bool]:
        """Return the array of a variable, and whether it has one value in all."""
        ...

    def gate(self, variable: str, places: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Return for which elements code may write a variable; None where it may for all."""
        ...

    def evaluate(
        self, expression: Expression, stream: str, namespace: Namespace, places: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Return the (n,) values of an expression, or () if it is the same for all.  Collective."""
        ...

    def evaluate_shared(self, expression: Expression, stream: str, namespace: Namespace) -> NDArray[Any]:
        """Return the (1,) value of an expression that all elements share, also where there are none.

        Collective.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Neurons:
    """The neurons of a group on this rank."""

    groups: Groups
    group: Subgroup
    model: NeuronModel
    block: range

    @property
    def places(self) -> NDArray[np.int64]:
        """Return (n,) places in the block."""
        start = max(self.group.start, self.block.start)
        return np.arange(start, max(min(self.group.stop, self.block.stop), start)) - self.block.start

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Return (n,) numbers in the group."""
        return self.numbers_of(self.places)

    def numbers_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers in the group of the neurons at some places."""
        return places + (self.block.start - self.group.start)

    def storage(self, variable: str) -> tuple[NDArray[Any], bool]:
        """Return the array of a variable."""
        known = self.model.variables.get(variable)
        if known is None:
            raise ModelError(f"{self.group.population} has no variable '{variable}' that can be set")
        return self.groups.state.arrays[known.key], known.is_shared

    def gate(self, variable: str, places: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Return which neurons are not refractory, for the variables that then stand still."""
        if variable not in self.model.gated:
            return None
        free: NDArray[np.bool_] = self.groups.state.arrays[self.group.population, NOT_REFRACTORY][places]
        return free

    def evaluate(
        self, expression: Expression, stream: str, namespace: Namespace, places: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Return the values of an expression."""
        return self._evaluate(expression, stream, namespace, places, places + self.block.start)

    def evaluate_shared(self, expression: Expression, stream: str, namespace: Namespace) -> NDArray[Any]:
        """Return the (1,) value of an expression that all neurons share."""
        # Random numbers are those of neuron 0 on every rank.
        zero = np.zeros(1, np.int64)
        return self._evaluate(expression, stream, namespace, zero, zero).reshape(-1)[:1]

    def _evaluate(
        self,
        expression: Expression,
        stream: str,
        namespace: Namespace,
        places: NDArray[np.int64],
        keys: NDArray[np.int64],
    ) -> NDArray[Any]:
        expression = expand(expression, self.model.defined)
        linked = {name: self._linked(name) for name in sorted(names(expression)) if name in self.model.links}
        numbers = self.numbers_of(places)
        state = self.groups.state

        def lookup(name: str) -> Any:
            if name == "i":
                return numbers
            if name == "N":
                return self.group.size
            if name in linked:
                return linked[name][places] if len(linked[name]) > 1 else linked[name][0]
            binding = self.model.variables.get(name)
            if isinstance(binding, Variable):
                array = state.arrays[binding.key]
                return array[0] if binding.is_shared else array[places]
            item = namespace.get(name)
            if isinstance(item, Constant):
                return item.value
            if name in ("t", "t_in_timesteps"):
                return 0
            raise KeyError(name)

        random = ElementRandom(state.seed, stream, keys)
        return evaluate(expression, lookup, random=random, functions=timed_functions(namespace))

    def _linked(self, name: str) -> NDArray[Any]:
        """Return a linked variable of the neurons of this block.  Collective."""
        link = self.model.links[name]
        whole: NDArray[Any] = self.groups.gather_variable(link.source.population, link.source_variable)
        if len(whole) > 1:
            whole = whole[link.source.start : link.source.stop]
        chosen: NDArray[Any] | slice = slice(self.block.start, self.block.stop)
        if isinstance(link.index, str):
            chosen = self.groups.state.arrays[self.group.population, link.index][: len(self.block)]
        elif link.index is not None:
            chosen = link.index[chosen]
        elif len(whole) == 1:
            return whole
        return np.asarray(whole[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Synapses:
    """The synapses of a projection on this rank."""

    table: SynapseTable

    @property
    def places(self) -> NDArray[np.int64]:
        """Return (n,) places in the table."""
        return np.arange(len(self.table.target_places))

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Return (n,) numbers in the order of connection, of those that are stored.  Collective."""
        return self.table.numbers() if self.table.anew is None else self.places

    def numbers_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of the synapses at some places.  Collective."""
        return self.table.numbers()[places]

    def has_one(self, variable: str) -> bool:
        """Tell whether a variable, or a delay, has one value in all."""
        known = self.table.variables.get(variable)
        return pathway_of_delay(variable) in self.table.uniform or (known is not None and known.is_shared)

    def storage(self, variable: str) -> tuple[NDArray[Any], bool]:
        """Return the array of a variable; a delay that is not uniform gets one value for each synapse."""
        table = self.table
        pathway = pathway_of_delay(variable)
        if pathway in table.uniform:
            table.arranged = False
            return table.delays[pathway], True
        if pathway is not None and pathway in table.delays:
            return table.varying_delays(pathway), False
        known = table.variables.get(variable)
        if known is None:
            raise ModelError(f"{table.projection.name} has no variable '{variable}' that can be set")
        if variable in table.event_driven:
            table.forget_traces()
        return table.state.arrays[known.key], known.is_shared

    def gate(self, variable: str, places: NDArray[np.int64]) -> None:
        """Synapses are never refractory."""

    def evaluate(
        self, expression: Expression, stream: str, namespace: Namespace, places: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Return the values of an expression."""
        expression = self.table.resolved(expression)
        remote = self.table.remote([expression])
        whole = places if len(places) != len(self.table) else None
        return self.table.evaluate(expression, stream, namespace, places=whole, remote=remote)

    def fill(self, array: NDArray[Any], expression: Expression, stream: str, namespace: Namespace) -> None:
        """Give all synapses their value of an expression, in bounded memory.  Collective."""
        expression = self.table.resolved(expression)
        self.table.fill(array, expression, stream, namespace, self.table.remote([expression]))

    def evaluate_shared(self, expression: Expression, stream: str, namespace: Namespace) -> NDArray[Any]:
        """Return the (1,) value of an expression that all synapses share."""
        return self.table.evaluate_shared(self.table.resolved(expression), stream, namespace)


def elements_of(groups: Groups, group: Subgroup | str) -> Elements:
    """Return what this rank holds of a group."""
    if isinstance(group, str):
        return Synapses(groups.tables[group])
    return Neurons(groups, group, groups.neurons[group.population], groups.block(group.population))


def assign(
    groups: Groups, selection: Selection, variable: str, value: Value, namespace: Namespace, stream: str
) -> None:
    """Give a variable of some elements new values.  Collective.

    Parameters
    ----------
    value
        An expression, evaluated for each element and without effect on refractory neurons where the variable
        is flagged so; or one number, or an array with a number for each element of the selection, in its
        order.

    Raises
    ------
    ModelError
        If there is no such variable, or the expression cannot be evaluated.
    """
    elements = elements_of(groups, selection.group)
    if isinstance(elements, Synapses) and elements.table.anew is not None and not elements.has_one(variable):
        give(elements.table, elements.table.anew, selection, variable, value, namespace, stream)
        return
    array, shared = elements.storage(variable)
    if shared:
        if isinstance(value, Expression):
            array[:] = elements.evaluate_shared(value, stream, namespace)
        else:
            array[:] = np.asarray(value).ravel()[0]
        return
    whole = selection.indices is None and selection.condition is None
    if whole and isinstance(elements, Synapses) and isinstance(value, Expression):
        elements.fill(array, value, stream, namespace)
        return
    places, chosen = _selected(elements, selection, namespace, stream)
    if isinstance(value, Expression):
        values = elements.evaluate(value, stream, namespace, places)
        gate = elements.gate(variable, places)
    else:
        values, gate = np.asarray(value), None
        if values.ndim == 0 or values.size == 1:
            values = values.reshape(1)
        else:
            values = values[elements.numbers_of(places) if chosen is None else chosen]
    values = np.broadcast_to(values, places.shape)
    if gate is not None:
        places, values = places[gate], values[gate]
    array[places] = values


def _selected(
    elements: Elements, selection: Selection, namespace: Namespace, stream: str
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Return the places selected, and for each its position in the list of indices, if there is one."""
    places = elements.places
    if selection.condition is not None:
        holds = elements.evaluate(selection.condition, f"{stream} condition", namespace, places)
        return places[np.broadcast_to(holds.astype(bool), places.shape)], None
    if selection.indices is None:
        return places, None
    wanted = selection.indices
    order = np.argsort(wanted, kind="stable")
    # Of an element listed twice the last value counts, as in NumPy.
    numbers = elements.numbers
    positions = np.searchsorted(wanted[order], numbers, side="right") - 1
    positions = order[np.maximum(positions, 0)] if len(order) else positions
    found = wanted[positions] == numbers if len(order) else np.zeros(len(places), bool)
    return places[found], positions[found]


def read(
    groups: Groups, selection: Selection, expression: Expression, namespace: Namespace, *, shared: bool
) -> NDArray[Any] | None:
    """Return the values of an expression for the elements of a selection, on rank 0.  Collective.

    Parameters
    ----------
    shared
        The expression has one value for all elements.

    Returns
    -------
    ndarray or None
        In the order of the selection; shape () if `shared`.  None on the other ranks.
    """
    elements = elements_of(groups, selection.group)
    stream = "(read)"
    if shared:
        value = elements.evaluate_shared(expression, stream, namespace)
        return value.reshape(()) if groups.communicator.rank == 0 else None
    if isinstance(elements, Synapses) and elements.table.anew is not None:
        what = ", ".join(f"'{name}'" for name in sorted(names(expression)))
        raise refusal(elements.table, f"{what} cannot be read")
    places, _ = _selected(elements, selection, namespace, stream)
    values = np.broadcast_to(elements.evaluate(expression, stream, namespace, places), places.shape)
    numbers = elements.numbers_of(places)
    parts = groups.communicator.gather((numbers, np.ascontiguousarray(values)))
    if parts is None:
        return None
    numbers = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[1] for part in parts])
    order = np.argsort(numbers, kind="stable")
    if selection.indices is None:
        return values[order]
    return values[order][np.searchsorted(numbers[order], selection.indices)]
