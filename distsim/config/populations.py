"""Population entries, and what other entries need to know of a population."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distsim.config.constants import evaluate_constants
from distsim.config.evaluation import SECOND, Evaluator
from distsim.config.sections import EventCodeEntry, EventEntry
from distsim.config.validate import is_name
from distsim.equations import EquationError, Equations, VariableType
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Boolean, Expression
from distsim.integrators import find_method
from distsim.network import SPIKE, Event, EventCode, Population, SpikeTimes
from distsim.network.checker import Checker
from distsim.network.variables import Variable, neuron_variables
from distsim.program.events import events_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.config.errors import KeyPath, Problems
    from distsim.config.sections import PopulationEntry
    from distsim.network.description import Initial
    from distsim.network.scope import Scope

_FLAGS: Mapping[EquationKind, frozenset[Flag]] = {
    EquationKind.DIFFERENTIAL: frozenset({Flag.UNLESS_REFRACTORY}),
    EquationKind.SUBEXPRESSION: frozenset({Flag.SHARED, Flag.CONSTANT_OVER_DT}),
    EquationKind.PARAMETER: frozenset({Flag.CONSTANT, Flag.SHARED, Flag.LINKED}),
}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A population as others see it.

    Parameters
    ----------
    population
        Its description.
    variables
        The variables that code may use.
    """

    population: Population | SpikeTimes
    variables: Mapping[str, Variable]

    @property
    def spikes(self) -> bool:
        """Return whether its neurons can ever spike."""
        return SPIKE in self.events

    @property
    def events(self) -> tuple[str, ...]:
        """Return what can occur in its neurons, spikes and other events."""
        return events_of(self.population)


def parse_equations(path: KeyPath, text: str, problems: Problems) -> Equations | None:
    """Return equation text as Equations; None, with the problem noted, if it cannot be parsed."""
    try:
        return Equations(text)
    except EquationError as error:
        problems.add(path, str(error), error.line)
        return None


def read_population(name: str, entry: PopulationEntry, scope: Scope, problems: Problems) -> Group | None:
    """Return the description of an entry; None, with the problems noted, if there is something wrong."""
    path: KeyPath = ("populations", name)
    count = problems.count
    scope = scope.with_constants(evaluate_constants(entry.namespace, (*path, "namespace"), scope, problems))
    evaluate = Evaluator(problems, scope)
    size = evaluate.count((*path, "N"), entry.N)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    check_method((*path, "method"), entry.method, problems)
    equations = parse_equations((*path, "model"), entry.model, problems)
    if equations is None or size is None:
        return None
    _check_flags((*path, "model"), equations, problems)
    variables = neuron_variables(equations, has_refractory=entry.refractory is not False)
    check = Checker(problems, scope, variables)
    check.equations((*path, "model"), equations)
    threshold = None if entry.threshold is None else check.condition((*path, "threshold"), entry.threshold)
    reset = () if entry.reset is None else check.statements((*path, "reset"), entry.reset)
    _question(name, entry, equations, scope, problems)
    events = _events((*path, "events"), entry, check)
    code = _event_code((*path, "run_on_event"), entry, check)
    refractory = _refractory((*path, "refractory"), entry, check, evaluate)
    initial = read_initial((*path, "initial"), entry.initial, check, evaluate, size)
    float_types = _float_types((*path, "dtype"), entry.dtype, equations, problems)
    if problems.count > count:
        return None
    population = Population(
        name=name,
        size=size,
        equations=equations,
        threshold=threshold,
        reset=reset,
        refractory=refractory,
        method=entry.method,
        initial=initial,
        namespace=check.namespace(),
        dt=dt,
        order=entry.order,
        events=events,
        event_code=code,
        float_types=float_types,
    )
    return Group(population, variables)


def _events(path: KeyPath, entry: PopulationEntry, check: Checker) -> tuple[Event, ...]:
    events = []
    for name, value in entry.events.items():
        given = EventEntry(condition=value) if isinstance(value, str) else value
        place = (*path, name) if isinstance(value, str) else (*path, name, "condition")
        if not is_name(name) or name == SPIKE:
            check.problems.add((*path, name), f"'{name}' cannot be the name of an event")
        condition = check.condition(place, given.condition)
        if condition is not None:
            order = entry.order if given.order is None else given.order
            events.append(Event(name, condition, given.when, order))
    return tuple(events)


def _event_code(path: KeyPath, entry: PopulationEntry, check: Checker) -> tuple[EventCode, ...]:
    codes = []
    for name, value in entry.run_on_event.items():
        given = EventCodeEntry(code=value) if isinstance(value, str) else value
        place = (*path, name) if isinstance(value, str) else (*path, name, "code")
        if name not in entry.events:
            hint = did_you_mean(name, entry.events)
            check.problems.add((*path, name), f"there is no event '{name}'{hint}")
        order = entry.order if given.order is None else given.order
        codes.append(EventCode(name, check.statements(place, given.code), given.when, order))
    return tuple(codes)


def _float_types(
    path: KeyPath, value: str | Mapping[str, str], equations: Equations, problems: Problems
) -> dict[str, str]:
    """Return the variables that are not stored as doubles, and how they are."""
    stored = [
        equation.name
        for equation in equations.values()
        if equation.dtype is VariableType.FLOAT
        and (equation.kind is not EquationKind.SUBEXPRESSION or Flag.CONSTANT_OVER_DT in equation.flags)
    ]
    if isinstance(value, str):
        value = dict.fromkeys(stored, value)
    for name in value:
        if name not in stored:
            hint = did_you_mean(name, stored)
            problems.add((*path, name), f"there is no floating-point variable '{name}' to be stored{hint}")
    return {name: kind for name, kind in value.items() if kind != "float64"}


def check_method(path: KeyPath, method: str | None, problems: Problems) -> None:
    """Note a method that no integrator has."""
    if method is None:
        return
    try:
        find_method(method)
    except ValueError as error:
        problems.add(path, str(error))


def read_initial(
    path: KeyPath,
    entries: Mapping[str, object],
    check: Checker,
    evaluate: Evaluator,
    size: int | None,
) -> tuple[Initial, ...]:
    """Return initial values in order; `size` is the length that a list must have, if it is known."""
    initial: list[Initial] = []
    for name, value in entries.items():
        place = (*path, name)
        variable = check.variables.get(name)
        states = [known for known, other in check.variables.items() if other.is_state]
        if variable is None:
            check.problems.add(place, f"unknown variable '{name}'{did_you_mean(name, states)}")
        elif not variable.is_state:
            check.problems.add(place, f"'{name}' cannot have an initial value: {variable.read_only}")
        elif isinstance(value, list):
            array = evaluate.array(place, value, variable.dimension)
            if array is None:
                continue
            needed = 1 if variable.is_shared else size
            if array[0].ndim != 1 or (needed is not None and len(array[0]) != needed):
                check.problems.add(place, f"has {len(array[0])} values, but {needed} are needed")
            else:
                initial.append((name, array[0]))
        else:
            expression = _initial_expression(place, value, variable, check)
            if expression is not None:
                initial.append((name, expression))
    return tuple(initial)


def _initial_expression(
    path: KeyPath, value: object, variable: Variable, check: Checker
) -> Expression | None:
    assert isinstance(value, str | int | float)  # noqa: S101 (the schema has seen to it)
    if variable.dtype is VariableType.BOOLEAN:
        return check.condition(path, value)
    expression = check.expression(path, value, variable.dimension)
    if expression is not None and check.is_boolean(expression):
        check.problems.add(path, f"'{value}' is a condition; int(...) makes it 0 or 1")
        return None
    return expression


def _check_flags(path: KeyPath, equations: Equations, problems: Problems) -> None:
    try:
        equations.check_flags(_FLAGS, "a population")
    except EquationError as error:
        problems.add(path, str(error), error.line)


def _question(
    name: str, entry: PopulationEntry, equations: Equations, scope: Scope, problems: Problems
) -> None:
    """Note, or warn of, what has a meaning, but hardly the one that was meant."""
    if entry.threshold is None:
        for key in ("reset", "refractory"):
            if getattr(entry, key) not in (None, False, ""):
                problems.add(("populations", name, key), "has no effect without a 'threshold'")
    elif entry.reset is None and entry.refractory is False:
        logger.warning(
            "population '%s' has a threshold, but neither 'reset' nor 'refractory': it spikes in every step "
            'above the threshold (reset: "" says that this is meant)',
            name,
        )
    for shadowed in sorted(equations.keys() & scope.constants.keys()):
        logger.warning("population '%s' uses its own variable '%s', not the constant", name, shadowed)


def _refractory(
    path: KeyPath, entry: PopulationEntry, check: Checker, evaluate: Evaluator
) -> Expression | None:
    if entry.refractory is False:
        return None
    expression = check.expression(path, entry.refractory, None)
    if expression is None:
        return None
    if expression == Boolean(value=True):
        check.problems.add(path, "must be a time, a condition, or false")
        return None
    if check.is_boolean(expression):
        return expression
    expression = check.expression(path, entry.refractory, SECOND)
    if expression is not None and check.is_constant(expression):
        evaluate.quantity(path, entry.refractory, SECOND)
    return expression
