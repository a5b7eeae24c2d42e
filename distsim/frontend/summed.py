"""Summed variables: what synapses add up for a neuron in every step, and when."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from distsim.equations import Equation
from distsim.equations.flags import EquationKind
from distsim.equations.suggest import did_you_mean
from distsim.units import DimensionMismatchError

if TYPE_CHECKING:
    from distsim.frontend.connectable import Connectable
    from distsim.frontend.synapses import Synapses

_SLOT = "groups"


class SummedUpdater:
    """When a summed variable is computed; ``S.summed_updaters['v_post']``.

    Attributes
    ----------
    when : str
        The slot, ``groups`` by default.
    order : int
        The place in the slot, by default before the group that the variable belongs to.
    """

    def __init__(self, synapses: Synapses, name: str) -> None:
        self.name = f"{synapses.name}_summed_variable_{name}"
        self._synapses = weakref.ref(synapses)
        self.when = _SLOT
        self._order: int | None = None
        self._default = (synapses.source if name.endswith("_pre") else synapses.target).order - 1

    @property
    def order(self) -> int:
        """The place in the slot."""
        return self._default if self._order is None else self._order

    @order.setter
    def order(self, value: int) -> None:
        self._order = int(value)

    @property
    def changed(self) -> bool:
        """Whether the user has set either."""
        return self.when != _SLOT or self._order is not None


def check_summed(equation: Equation, source: Connectable, target: Connectable, name: str) -> None:
    """Refuse a summed variable that no group has a parameter for."""
    stem, _, suffix = equation.name.rpartition("_")
    if suffix not in ("pre", "post"):
        raise equation.error(f"{name}: the name of a summed variable ends in '_post' or '_pre'")
    group = source if suffix == "pre" else target
    parameter = group.equations.get(stem)
    if parameter is None:
        hint = did_you_mean(stem, group.equations)
        raise equation.error(f"{name}: '{group.name}' has no parameter '{stem}' to take the sum{hint}")
    if parameter.kind is not EquationKind.PARAMETER:
        raise equation.error(
            f"{name}: '{stem}' of '{group.name}' is a {parameter.kind.value}; a sum needs a parameter, "
            f"'{stem} : "
            f"{parameter.unit}'"
        )
    if parameter.dimension is not equation.dimension:
        raise DimensionMismatchError(
            f"{name}: '{equation.name}' has another unit than '{stem}' of '{group.name}'\n    line "
            f"{equation.line}: {equation.text}",
            equation.dimension,
            parameter.dimension,
        )
