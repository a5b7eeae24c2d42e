"""Neurons as others see them, and contiguous parts of a group."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.equations.tree import Expression
from distsim.frontend.connectable import Connectable
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import Item, VariableOwner, check_holder
from distsim.frontend.indices import IndexWrapper
from distsim.frontend.naming import Nameable
from distsim.frontend.objects import SimulationObject
from distsim.network import Selection
from distsim.network import Subgroup as SubgroupDescription
from distsim.network.variables import Variable


class SpikeSource:
    """Neurons that can spike."""


class NeuronsLike(Connectable, SpikeSource):
    """A group of neurons, or a contiguous part of one."""

    @property
    def N(self) -> int:  # noqa: N802 (the public name)
        """Number of neurons."""
        return len(self)

    @property
    def start(self) -> int:
        """Number of the first neuron within the whole group."""
        raise NotImplementedError

    @property
    def stop(self) -> int:
        """Number of the last neuron within the whole group, plus one."""
        raise NotImplementedError

    @property
    def neurons(self) -> NeuronsLike:
        """The whole group."""
        raise NotImplementedError

    @property
    def spikes_at_all(self) -> bool:
        """Whether a neuron can ever spike."""
        raise NotImplementedError

    @property
    def events(self) -> dict[str, str]:
        """Conditions of the events that its neurons can have."""
        raise NotImplementedError

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The objects that must be in the same network."""
        return ()

    @property
    def _whole(self) -> SimulationObject:
        return self.neurons

    @property
    def _part(self) -> SubgroupDescription:
        return self.part

    @property
    def _possible_events(self) -> Mapping[str, str]:
        return self.events

    @property
    def part(self) -> SubgroupDescription:
        """The neurons as the description has them."""
        return SubgroupDescription(self.neurons.name, self.start, self.stop)

    @property
    def _seen(self) -> Mapping[str, Variable]:
        return self.variables

    @property
    def spikes(self) -> NDArray[np.int32]:
        """Numbers of the neurons that spiked in the last step.

        Read by a network operation: in the step at hand if that comes after the threshold.
        """
        raise NotImplementedError

    @property
    def indices(self) -> IndexWrapper:
        """Gives the numbers of elements for any index, as ``G.indices['v > 0*mV']``."""
        return IndexWrapper(self)

    def __getitem__(self, item: Any) -> Subgroup:
        start, stop = contiguous(item, len(self))
        return Subgroup(self.neurons, self.start + start, self.start + stop)


class WholeGroup(NeuronsLike):
    """A group of neurons that is no part of another; subclasses set `_N`, the number of neurons."""

    _N: int

    def __len__(self) -> int:
        return self._N

    @property
    def start(self) -> int:
        """Number of the first neuron, 0."""
        return 0

    @property
    def stop(self) -> int:
        """Number of neurons."""
        return self._N

    @property
    def neurons(self) -> Self:
        """The whole group."""
        return self

    @property
    def spikes(self) -> NDArray[np.int32]:
        """Numbers of the neurons that spiked in the last step."""
        self._check_exists()
        found = current_session().latest_spikes(self.name, self.clock.dt_, self.clock.timestep)
        return found.astype(np.int32)

    def _selection(
        self, indices: NDArray[np.int64] | None = None, condition: Expression | None = None
    ) -> Selection:
        return Selection(SubgroupDescription(self.name, 0, self._N), indices, condition)

    def _check_exists(self) -> None:
        check_holder(self)


def contiguous(item: Any, size: int) -> tuple[int, int]:
    """Return start and stop of the neurons that an index means.

    Raises
    ------
    IndexError
        If they are not contiguous, or not all among `size` neurons, or none.
    TypeError
        If it is no index.
    """
    if isinstance(item, slice):
        if item.step not in (None, 1):
            raise IndexError("a subgroup must be contiguous: the slice cannot have a step")
        start, stop, _ = item.indices(size)
    elif isinstance(item, str):
        raise TypeError("a subgroup is a slice, an index or an array of contiguous indices, not a string")
    elif np.ndim(item) == 0:
        start = operator.index(item)
        if start < 0:
            raise IndexError(f"the index of a subgroup cannot be negative, it is {start}")
        stop = start + 1
    else:
        numbers = np.asarray(item)
        if numbers.dtype.kind not in "iu" or numbers.ndim != 1:
            raise TypeError("a subgroup is a slice, an index or an array of contiguous indices")
        if not numbers.size or (np.diff(numbers) != 1).any():
            raise IndexError("a subgroup must be contiguous: the indices are not neighbours in order")
        start, stop = int(numbers[0]), int(numbers[-1]) + 1
    if start >= stop:
        raise IndexError(f"a subgroup needs at least one neuron: there is none from {start} to {stop}")
    if start < 0 or stop > size:
        raise IndexError(f"a subgroup from {start} to {stop} is not within the group of {size} neurons")
    return start, stop


class Subgroup(NeuronsLike):
    """The neurons ``start <= i < stop`` of a group; a view, whose indices are relative.

    Parameters
    ----------
    source
        The group.
    start, stop
        The first neuron, and the last one plus one.
    name
        That of the group with ``_subgroup`` by default.
    """

    add_to_magic_network = False
    invalidates_magic_network = False

    def __init__(self, source: NeuronsLike, start: int, stop: int, name: str | None = None) -> None:
        # It has no code of its own, so it takes clock and order from its group and not from the base class.
        Nameable.__init__(self, name or f"{source.name}_subgroup*")
        self._source = source
        self._start, self._stop = start, stop
        self._clock = source.clock
        self._active = True
        self.when, self.order = source.when, source.order
        self.contained_objects = []
        self.created_at = source.created_at
        self.namespace = source.namespace
        self.equations = source.equations
        self.variables = source.variables
        self.settable = source.settable
        self._seal()

    def __len__(self) -> int:
        return self._stop - self._start

    @property
    def source(self) -> NeuronsLike:
        """The whole group."""
        return self._source

    @property
    def neurons(self) -> NeuronsLike:
        """The whole group."""
        return self._source

    @property
    def start(self) -> int:
        """Number of the first neuron within the whole group."""
        return self._start

    @property
    def stop(self) -> int:
        """Number of the last neuron within the whole group, plus one."""
        return self._stop

    @property
    def events(self) -> dict[str, str]:
        """Conditions of the events that its neurons can have."""
        return self._source.events

    @property
    def spikes_at_all(self) -> bool:
        """Whether a neuron can ever spike."""
        return self._source.spikes_at_all

    @property
    def spikes(self) -> NDArray[np.int32]:
        """Numbers of the neurons that spiked in the last step, counted within the part."""
        found = self._source.spikes
        return found[(found >= self._start) & (found < self._stop)] - np.int32(self._start)

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The whole group."""
        return (self._source,)

    def storage_type(self, name: str) -> np.dtype[Any] | None:
        """Return the type in which a variable is stored, where it is not the usual one."""
        return self._source.storage_type(name)

    def _selection(
        self, indices: NDArray[np.int64] | None = None, condition: Expression | None = None
    ) -> Selection:
        return Selection(self.part, indices, condition)

    def _check_exists(self) -> None:
        self._source._check_exists()

    def _part_of(self) -> VariableOwner:
        return self._source

    def describe(self, external: ExternalNames) -> Iterable[Item]:  # noqa: ARG002
        """Return nothing: a part does nothing that the whole group does not."""
        return ()

    def __repr__(self) -> str:
        return f"<Subgroup {self.name!r} of {self._source.name!r} from {self._start} to {self._stop}>"
