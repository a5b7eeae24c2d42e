"""NeuronGroup: neurons that share their equations."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.equations import Equation, Equations, expression_of_value, ordered_subexpressions, render
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import SECOND
from distsim.equations.identifiers import SYNAPSE_SYMBOLS
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Expression, names
from distsim.frontend.clocks import Clock
from distsim.frontend.events import CustomEvents
from distsim.frontend.expressions import (
    ExternalNames,
    Uses,
    add_subexpressions,
    check_early,
    check_model,
    checker,
    equation_uses,
    known_beforehand,
    parsed,
)
from distsim.frontend.group import Item, create_in_session
from distsim.frontend.integration_methods import find_integrator
from distsim.frontend.linked import LinkedVariable, Links
from distsim.frontend.logger import get_logger
from distsim.frontend.objects import SimulationObject
from distsim.frontend.parts import Resetter, StateUpdater, Thresholder
from distsim.frontend.preferences import prefs
from distsim.frontend.subgroup import WholeGroup
from distsim.network import SPIKE, Population
from distsim.network.description import Namespace
from distsim.network.variables import neuron_variables
from distsim.units import DimensionMismatchError, get_dimensions

_logger = get_logger(__name__)

_FLAGS: Mapping[EquationKind, frozenset[Flag]] = MappingProxyType(
    {
        EquationKind.DIFFERENTIAL: frozenset({Flag.UNLESS_REFRACTORY}),
        EquationKind.SUBEXPRESSION: frozenset({Flag.SHARED, Flag.CONSTANT_OVER_DT}),
        EquationKind.PARAMETER: frozenset({Flag.CONSTANT, Flag.SHARED, Flag.LINKED}),
    }
)


def read_size(size: Any) -> int:
    """Return a number of neurons, checked."""
    if isinstance(size, (str, Equations)):
        raise TypeError(f"the first argument must be the number of neurons, not {size!r}")
    try:
        number = operator.index(size) if not isinstance(size, (float, np.floating)) else int(size)
    except TypeError:
        raise TypeError(f"the number of neurons must be an integer, not {size!r}") from None
    if number < 1:
        raise ValueError(f"a group needs at least 1 neuron, not {number}")
    return number


def read_equations(model: Any) -> Equations:
    """Return the equations of a group, given as such or as text."""
    if isinstance(model, str):
        return Equations(model)
    if not isinstance(model, Equations):
        raise TypeError(f"the model must be a string or an Equations object, not {model!r}")
    return model


def read_types(dtype: Any, equations: Equations) -> dict[str, str]:
    """Return the variables that are stored as ``float32``.

    Parameters
    ----------
    dtype
        A type for all variables, a dictionary of types, or None, which asks the preferences.
    """
    if dtype is None:
        dtype = prefs["core.default_float_dtype"]
    given = dict(dtype) if isinstance(dtype, Mapping) else dict.fromkeys(equations, dtype)
    types: dict[str, str] = {}
    for name, kind in given.items():
        if name not in equations:
            raise KeyError(f"'dtype' names '{name}', which is no variable{did_you_mean(name, equations)}")
        wanted = np.dtype(kind)
        if wanted == np.float32:
            types[name] = "float32"
        elif wanted.kind == "f" and wanted != np.float64:
            raise TypeError(f"variables are stored as float64 or float32, not {wanted}")
    return types


class NeuronGroup(WholeGroup):
    """Neurons that share their equations.

    Parameters
    ----------
    N
        Number of neurons.
    model
        Equations, as text or as an `Equations` object.
    method
        Name of the integration method; by default one that suits the equations.
    method_options
        Accepted.
    threshold
        The condition of a spike.
    reset
        Statements for the neurons that have spiked.
    refractory
        How long a neuron is refractory after a spike: a time, or text that gives a time, or a condition under
        which it stays refractory.
    events
        Conditions of custom events by name.
    namespace
        External names of this group, which come before those of the run.
    dtype
        ``float32`` for single precision, or a dictionary of types by variable.
    dt, clock
        Own time step.
    order
        Place among what runs in the same slot.
    name
        ``neurongroup``, ``neurongroup_1`` ... by default.
    codeobj_class
        Accepted.
    """

    settable = frozenset({"lastspike", "not_refractory"})

    def __init__(
        self,
        N: Any,  # noqa: N803 (the public name)
        model: Any,
        method: Any = ("exact", "euler", "heun"),
        method_options: Mapping[str, Any] | None = None,  # noqa: ARG002
        threshold: str | None = None,
        reset: str | None = None,
        refractory: Any = False,
        events: Mapping[str, str] | None = None,
        namespace: Mapping[str, Any] | None = None,
        dtype: Any = None,
        dt: Any = None,
        clock: Clock | None = None,
        order: int = 0,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
    ) -> None:
        super().__init__(name, dt=dt, clock=clock, when="groups", order=order)
        self._own_clock = dt is not None or clock is not None
        self._N = read_size(N)
        self.namespace = dict(namespace) if namespace is not None else {}
        self.equations = self.user_equations = read_equations(model)
        self.equations.check_flags(_FLAGS, "a NeuronGroup")
        self.equations.check_names(SYNAPSE_SYMBOLS & {"delay"}, "a NeuronGroup")
        ordered_subexpressions(self.equations)
        self.method_choice = find_integrator(method)
        self._refractory = self._read_refractory(refractory)
        self.variables = neuron_variables(self.equations, has_refractory=self._refractory is not None)
        self._float_types = read_types(dtype, self.equations)
        self._links = Links(self)
        self._events = CustomEvents(self, events, threshold)
        self._read_reset(threshold, reset)
        self._state_updater = StateUpdater(self)
        self.contained_objects.append(self._state_updater)
        check_early(self, f"{self.name}, model", self.equations, self.variables)
        create_in_session(self, self._population())
        self._seal()

    def _read_reset(self, threshold: str | None, reset: str | None) -> None:
        if reset is not None:
            if SPIKE not in self._events.thresholders:
                raise ValueError(f"{self.name}: a 'reset' needs a 'threshold'")
            self._events.add_code(SPIKE, reset, "resets", None)
        elif threshold is not None and self._refractory is None:
            _logger.warn(
                f"'{self.name}' has a threshold, but neither a reset nor a refractory condition: a neuron "
                "above "
                "the threshold spikes in every step (reset='' says that this is meant)",
                "only_threshold",
                once=True,
            )

    def _read_refractory(self, refractory: Any) -> Expression | None:
        if refractory is False or refractory is None:
            return None
        if isinstance(refractory, str):
            return parsed(f"{self.name}, refractory", refractory)
        if refractory is not True and get_dimensions(refractory) is not SECOND:
            raise DimensionMismatchError(
                f"{self.name}: 'refractory' must be a time or a string, not {refractory}",
                get_dimensions(refractory),
            )
        return expression_of_value(refractory)

    # -- size and elements

    @property
    def events(self) -> dict[str, str]:
        """Conditions of the threshold and of custom events."""
        return {name: event.text for name, event in self._events.thresholders.items()}

    @property
    def spikes_at_all(self) -> bool:
        """Whether a neuron can ever spike."""
        return SPIKE in self._events.thresholders

    def storage_type(self, name: str) -> np.dtype[Any] | None:
        """Return the type in which a variable is stored, where it is not the usual one."""
        return np.dtype(self._float_types[name]) if name in self._float_types else None

    # -- parts

    @property
    def state_updater(self) -> StateUpdater:
        """The integration of the equations."""
        return self._state_updater

    @property
    def thresholder(self) -> dict[str, Thresholder]:
        """The check of the condition of each event, ``spike`` among them."""
        return dict(self._events.thresholders)

    @property
    def resetter(self) -> dict[str, Resetter]:
        """The statements that run where an event has occurred, by event."""
        return dict(self._events.resetters)

    # -- linked variables

    def _set(self, name: str, value: Any, *, use_units: bool) -> None:
        if isinstance(value, LinkedVariable):
            self._links.add(name, value)
            current_session().link(self.name, self._links.described())
        else:
            self._links.refuse_writing(name)
            super()._set(name, value, use_units=use_units)

    def read_variable(
        self, name: str, item: Any, level: int = 0, namespace: Mapping[str, Any] | None = None
    ) -> NDArray[Any]:
        """Return values of a variable in SI units."""
        self._links.check(name)
        return super().read_variable(name, item, level, namespace)

    # -- custom events

    def run_on_event(
        self, event: str, code: str, when: str = "after_resets", order: int | None = None
    ) -> Any:
        """Run statements for the neurons for which an event has occurred.

        Parameters
        ----------
        event
            The event, one of `events`.
        code
            The statements.
        when, order
            The place in the step.
        """
        return self._events.add_code(event, code, when, order)

    def set_event_schedule(
        self, event: str, when: str = "after_thresholds", order: int | None = None
    ) -> None:
        """Say when in a step an event is checked.

        Parameters
        ----------
        event
            The event, one of `events`.
        when, order
            The place in the step.
        """
        self._events.schedule(event, when, order)

    # -- description

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The groups that linked variables belong to."""
        return self._links.sources

    def _population(self) -> Population:
        events = self._events
        return Population(
            name=self.name,
            size=self._N,
            equations=self.equations,
            threshold=events.threshold,
            refractory=self._refractory,
            method=self.method_choice,
            dt=self.clock.dt_ if self._own_clock else None,
            order=self.order,
            events=events.described(),
            event_code=events.code(),
            links=self._links.described(),
            float_types=self._float_types,
            updater=self._state_updater.described(),
            threshold_order=events.threshold_order,
        )

    def _uses(self, extra: Iterable[Expression]) -> Uses:
        uses = equation_uses(self.equations, self.variables)
        for expression in extra:
            uses.add(expression, self.variables, "")
        return uses

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the description of the group for one run."""
        self._check_exists()
        self._links.check_all()
        if not self.active:
            return (replace(self._population(), **_standing_still(self.equations)),)
        uses = self._uses([] if self._refractory is None else [self._refractory])
        namespace: dict[str, Any] = dict(external.find(self, uses, self.variables))
        check_model(f"{self.name}, model", self.equations, namespace, self.variables)
        self._check_refractory(namespace)
        namespace |= self._events.check(external)
        return (replace(self._population(), namespace=namespace),)

    def _check_refractory(self, namespace: Namespace) -> None:
        if self._refractory is None:
            return
        from_text = checker(f"{self.name}, refractory", namespace, self.variables)
        text = render(self._refractory)
        from_text.expression((), text, None)
        if not from_text.is_boolean(self._refractory):
            from_text.expression((), text, SECOND)

    def check_condition_early(self, place: str, text: str, expression: Expression) -> None:
        """Check a condition if all names in it are known when the group is made."""
        uses = Uses()
        uses.add(expression, self.variables, text)
        add_subexpressions(uses, names(expression), self.equations, self.variables)
        namespace = known_beforehand(self, uses)
        if namespace is not None:
            checker(place, namespace, self.variables).condition((), text)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} of {self._N} neurons, dt={self.clock.dt!s}>"


def _standing_still(equations: Equations) -> dict[str, Any]:
    """Return what makes a group do nothing: its variables are there, but nothing changes them."""
    frozen: list[Equation] = []
    for equation in equations.values():
        if equation.kind is EquationKind.DIFFERENTIAL:
            frozen.append(
                replace(equation, kind=EquationKind.PARAMETER, expression=None, flags=frozenset(), text="")
            )
        else:
            frozen.append(equation)
    nothing: tuple[Any, ...] = ()
    return {
        "equations": Equations(frozen),
        "threshold": None,
        "events": nothing,
        "event_code": nothing,
    }
