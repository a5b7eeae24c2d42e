"""Linked variables: a variable of one group that stands for a variable of another."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from distsim.equations import VariableType
from distsim.equations.flags import Flag
from distsim.equations.suggest import did_you_mean
from distsim.frontend.views import VariableView
from distsim.network import Link
from distsim.units import DimensionMismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from distsim.frontend.neuron_group import NeuronGroup
    from distsim.frontend.objects import SimulationObject
    from distsim.frontend.subgroup import NeuronsLike


@dataclass(frozen=True, slots=True, eq=False)
class LinkedVariable:
    """What a variable flagged ``(linked)`` is set to; made by `linked_var`.

    Parameters
    ----------
    group, name
        The variable that it stands for.
    index
        Which neuron of `group` each neuron takes its value from.
    """

    group: NeuronsLike
    name: str
    index: Any = None


def linked_var(group_or_variable: Any, name: str | None = None, index: Any = None) -> LinkedVariable:
    """Return a link to a variable, to be assigned to one flagged ``(linked)``.

    Parameters
    ----------
    group_or_variable
        The group and, as `name`, its variable; or the variable itself, as in ``linked_var(G.x)``.
    name
        The variable.
    index
        The neuron of the group for each neuron that has the link: an array, or the name of an integer
        variable. By default they are paired, or all have the one value that there is.
    """
    if isinstance(group_or_variable, VariableView):
        if name is not None:
            raise ValueError("'name' is not needed where the variable itself is given")
        return LinkedVariable(group_or_variable.group, group_or_variable.name, index)  # type: ignore[arg-type]
    if name is None:
        raise ValueError("the name of the variable is needed: linked_var(group, 'name')")
    if name not in group_or_variable.variables:
        hint = did_you_mean(name, group_or_variable.variables)
        raise AttributeError(f"'{group_or_variable.name}' has no variable '{name}'{hint}")
    return LinkedVariable(group_or_variable, name, index)


class Links:
    """The links of one group."""

    def __init__(self, group: NeuronGroup) -> None:
        self._group = weakref.ref(group)
        self._linked = {
            equation.name for equation in group.equations.values() if Flag.LINKED in equation.flags
        }
        self._links: dict[str, Link] = {}
        self._sources: dict[str, NeuronsLike] = {}

    @property
    def sources(self) -> Sequence[SimulationObject]:
        """The groups that the values come from."""
        return tuple(source.neurons for source in self._sources.values())

    def described(self) -> tuple[Link, ...]:
        """Return the links as data."""
        return tuple(self._links.values())

    def check(self, name: str) -> None:
        """Refuse a linked variable that has no link yet."""
        if name in self._linked and name not in self._links:
            group = self._group()
            raise TypeError(
                f"the variable '{name}' of '{group and group.name}' is flagged (linked), but is linked to "
                "nothing "
                f"yet: group.{name} = linked_var(...)"
            )

    def check_all(self) -> None:
        """Refuse variables that have no link yet."""
        for name in sorted(self._linked):
            self.check(name)

    def refuse_writing(self, name: str) -> None:
        """Refuse to set a linked variable to a value."""
        if name in self._linked:
            raise ValueError(
                f"'{name}' is a linked variable, which has no value of its own: set it to linked_var(...), "
                "or "
                "set the variable that it is linked to"
            )

    def add(self, name: str, linked: LinkedVariable) -> None:
        """Link a variable."""
        group = self._group()
        assert group is not None  # noqa: S101 (it is just being used)
        if name not in self._linked:
            raise TypeError(
                f"'{name}' of '{group.name}' cannot be linked: it is not flagged (linked) in the equations"
            )
        source, variable = linked.group, linked.group.variables[linked.name]
        mine = group.variables[name]
        if variable.dimension is not mine.dimension:
            raise DimensionMismatchError(
                f"'{name}' of '{group.name}' cannot be linked to '{linked.name}' of '{source.name}', which "
                "has "
                "another unit",
                mine.dimension,
                variable.dimension,
            )
        index = self._index(group, name, linked)
        if index is None and not variable.is_shared and len(source) not in (1, len(group)):
            raise ValueError(
                f"'{name}' of '{group.name}' cannot be linked to '{linked.name}' of '{source.name}': there "
                "are "
                f"{len(group)} and {len(source)} neurons; 'index' can say which belong together"
            )
        self._links[name] = Link(name, source._selection().group, linked.name, index)  # type: ignore[arg-type]
        self._sources[name] = source

    @staticmethod
    def _index(group: NeuronGroup, name: str, linked: LinkedVariable) -> NDArray[np.int64] | str | None:
        index = linked.index
        if index is None:
            return None
        if isinstance(index, str):
            variable = group.variables.get(index)
            if variable is None or variable.dtype is not VariableType.INTEGER:
                raise ValueError(
                    f"'{group.name}' has no integer variable '{index}' to be the index of '{name}'"
                )
            return index
        array = np.asarray(index)
        if array.shape != (len(group),) or array.dtype.kind not in "iu":
            raise TypeError(
                f"the index of '{name}' must be {len(group)} integers, not {array.dtype} of shape "
                f"{array.shape}"
            )
        if array.min() < 0 or array.max() >= len(linked.group):
            raise ValueError(
                f"the index of '{name}' is out of range: '{linked.group.name}' has {len(linked.group)} "
                "neurons"
            )
        return array.astype(np.int64)
