"""Poisson spikes: as neurons (PoissonGroup), and as input that is added to a variable (PoissonInput)."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from distsim.equations import Equations, expression_of_value, parse_expression, render
from distsim.equations.functions import SECOND
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Expression, names
from distsim.frontend.clocks import Clock
from distsim.frontend.expressions import (
    ExternalNames,
    Uses,
    add_subexpressions,
    check_early,
    check_model,
    checker,
    equation_uses,
    parsed,
)
from distsim.frontend.group import Item, create_in_session
from distsim.frontend.neuron_group import read_size
from distsim.frontend.objects import SimulationObject
from distsim.frontend.parts import Thresholder
from distsim.frontend.subgroup import NeuronsLike, WholeGroup
from distsim.network import SPIKE, Population
from distsim.network import PoissonInput as InputDescription
from distsim.network.variables import neuron_variables
from distsim.units import DimensionMismatchError, format_dimension, get_dimensions
from distsim.units.inspection import plain

HERTZ = SECOND**-1
THRESHOLD = "rand() < rates*dt"


def check_rate(value: Any, place: str) -> None:
    """Refuse what is no rate."""
    if get_dimensions(value) is not HERTZ:
        raise DimensionMismatchError(
            f"{place} must have the unit Hz, but it is {value}", get_dimensions(value)
        )
    if (np.asarray(plain(value)) < 0).any():
        raise ValueError(f"{place} must not be negative")


class PoissonGroup(WholeGroup):
    """Neurons that spike at random: in each step with the probability ``rates*dt``.

    Parameters
    ----------
    N
        Number of neurons.
    rates
        One rate for all, an array of rates, or the text of an expression, evaluated for each neuron in each
        step.
    dt, clock
        Own time step.
    when
        The slot in which they spike.
    order
        Place among what runs in the same slot.
    namespace
        External names of this group.
    name
        ``poissongroup``, ``poissongroup_1`` ... by default.
    codeobj_class
        Accepted.
    """

    def __init__(
        self,
        N: Any,  # noqa: N803 (the public name)
        rates: Any,
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "thresholds",
        order: int = 0,
        namespace: Mapping[str, Any] | None = None,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
    ) -> None:
        super().__init__(name, dt=dt, clock=clock, when=when, order=order)
        self._own_clock = dt is not None or clock is not None
        self._N = read_size(N)
        self.namespace = dict(namespace) if namespace is not None else {}
        if isinstance(rates, str):
            expression = parsed(f"{self.name}, rates", rates)
            self.equations = Equations(f"rates = {render(expression)} : Hz")
        else:
            check_rate(rates, f"{self.name}: 'rates'")
            self.equations = Equations("rates : Hz")
        self.variables = neuron_variables(self.equations, has_refractory=False)
        check_early(self, self.name, self.equations, self.variables)
        self._thresholder = Thresholder(self, SPIKE, THRESHOLD, parse_expression(THRESHOLD))
        self.contained_objects.append(self._thresholder)
        create_in_session(self, self._population())
        self._seal()
        if not isinstance(rates, str):
            self.rates = rates

    @property
    def spikes_at_all(self) -> bool:
        """Whether a neuron can ever spike."""
        return True

    @property
    def thresholder(self) -> dict[str, Thresholder]:
        """The check for spikes."""
        return {SPIKE: self._thresholder}

    @property
    def events(self) -> dict[str, str]:
        """The condition of a spike."""
        return {SPIKE: THRESHOLD}

    def _population(self) -> Population:
        return Population(
            name=self.name,
            size=self._N,
            equations=self.equations,
            threshold=self._thresholder.condition,
            dt=self.clock.dt_ if self._own_clock else None,
            order=self.order,
            threshold_order=self._thresholder.order,
        )

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the description of the group for one run."""
        self._check_exists()
        uses = equation_uses(self.equations, self.variables)
        namespace = external.find(self, uses, self.variables)
        check_model(f"{self.name}, rates", self.equations, namespace, self.variables)
        return (replace(self._population(), namespace=namespace),)


class PoissonInput(SimulationObject):
    """Independent Poisson spike trains onto each neuron of a group, without neurons that send them.

    Parameters
    ----------
    target
        The group, or a part of one.
    target_var
        The variable that spikes add to.
    N
        Number of spike trains onto each neuron.
    rate
        Rate of each spike train.
    weight
        What a spike adds: a value, or the text of an expression.
    when, order
        The place in the step.
    """

    def __init__(
        self,
        target: NeuronsLike,
        target_var: str,
        N: Any,  # noqa: N803 (the public name)
        rate: Any,
        weight: Any,
        when: str = "synapses",
        order: int = 0,
    ) -> None:
        super().__init__(None, clock=target.clock, when=when, order=order)
        if when != "synapses":
            raise NotImplementedError(
                f"{self.name}: a PoissonInput acts in the slot 'synapses', not in '{when}'"
            )
        self._target = target
        variable = target.variables.get(target_var)
        if variable is None or not variable.is_state:
            hint = did_you_mean(target_var, target.variables)
            raise KeyError(f"'{target.name}' has no variable '{target_var}' that could take input{hint}")
        self.target_var = target_var
        self._number = operator.index(N) if not isinstance(N, float) else int(N)
        if self._number < 0:
            raise ValueError(f"{self.name}: the number of inputs must not be negative, it is {N}")
        check_rate(rate, f"{self.name}: 'rate'")
        self._rate = rate
        self._weight_value = weight
        self._weight = self._read_weight(weight)
        self.namespace: dict[str, Any] | None = None

    def _read_weight(self, weight: Any) -> Expression:
        if isinstance(weight, str):
            return parsed(f"{self.name}, weight", weight)
        needed = self._target.variables[self.target_var].dimension
        if get_dimensions(weight) is not needed:
            raise DimensionMismatchError(
                f"{self.name}: the weight {weight} cannot be added to '{self.target_var}', which has unit "
                f"{format_dimension(needed)}",
                get_dimensions(weight),
            )
        return expression_of_value(weight)

    @property
    def N(self) -> int:  # noqa: N802 (the public name)
        """Number of spike trains onto each neuron."""
        return self._number

    @property
    def rate(self) -> Any:
        """Rate of each spike train."""
        return self._rate

    @property
    def weight(self) -> Any:
        """What a spike adds."""
        return self._weight_value

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The group that gets the input."""
        return (self._target.neurons,)

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the description of the input."""
        if not self.active:
            return ()
        group, text = self._target, render(self._weight)
        uses = Uses()
        uses.add(self._weight, group.variables, text)
        add_subexpressions(uses, names(self._weight), group.equations, group.variables)
        namespace = external.find(group, uses, group.variables)
        check = checker(f"{self.name}, weight", namespace, group.variables)
        check.expression((), text, group.variables[self.target_var].dimension)
        return (
            InputDescription(
                name=self.name,
                target=group.part,
                variable=self.target_var,
                number=self._number,
                rate=float(self._rate),
                weight=self._weight,
                namespace=namespace,
                order=self.order,
            ),
        )
