"""Projection entries: synapses, their model, their code, their delays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from distsim.config.connect import read_connects
from distsim.config.constants import evaluate_constants
from distsim.config.evaluation import SECOND, Evaluator
from distsim.config.populations import Group, check_method, parse_equations, read_initial
from distsim.config.subgroups import read_subgroup
from distsim.config.validate import is_name
from distsim.equations import EquationError, Equations
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.suggest import did_you_mean
from distsim.network import SPIKE, Pathway, PathwaySide, Projection, Subgroup
from distsim.network.checker import Checker
from distsim.network.variables import (
    Variable,
    bare_variables,
    equation_variables,
    pair_variables,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from distsim.config.errors import KeyPath, Problems
    from distsim.config.sections import ProjectionEntry
    from distsim.equations.tree import Expression
    from distsim.network.scope import Scope

_FLAGS: Mapping[EquationKind, frozenset[Flag]] = {
    EquationKind.DIFFERENTIAL: frozenset({Flag.EVENT_DRIVEN, Flag.CLOCK_DRIVEN}),
    EquationKind.SUBEXPRESSION: frozenset({Flag.SHARED, Flag.CONSTANT_OVER_DT, Flag.SUMMED}),
    EquationKind.PARAMETER: frozenset({Flag.CONSTANT, Flag.SHARED}),
}
_NAMES_OF_SYNAPSES = ("j", "delay", "N_pre", "N_post", "N_incoming", "N_outgoing")


def read_projection(
    name: str,
    entry: ProjectionEntry,
    groups: Mapping[str, Group],
    others: Collection[str],
    scope: Scope,
    problems: Problems,
) -> Projection | None:
    """Return the description of an entry; None, with the problems noted, if there is something wrong.

    Parameters
    ----------
    others
        The names of all projections.
    """
    path: KeyPath = ("projections", name)
    count = problems.count
    scope = scope.with_constants(evaluate_constants(entry.namespace, (*path, "namespace"), scope, problems))
    evaluate = Evaluator(problems, scope)
    check_method((*path, "method"), entry.method, problems)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    source = _read_end((*path, "source"), entry.source, groups, others, evaluate)
    target = _read_end((*path, "target"), entry.target or entry.source, groups, others, evaluate)
    equations = parse_equations((*path, "model"), entry.model, problems)
    if source is None or target is None or equations is None:
        return None
    pairs = pair_variables(source[0].variables, target[0].variables)
    model = _model_variables((*path, "model"), equations, source[0], target[0], problems)
    names = Checker(problems, scope, pairs)
    check = names.with_variables({**bare_variables(target[0].variables, model), **model})
    check.equations((*path, "model"), equations)
    pathways = _pathways(path, entry, check, evaluate)
    _check_sides(path, pathways, source[0], target[0], problems)
    for key in ("summed_when", "summed_order"):
        for summed in getattr(entry, key):
            if summed not in equations or Flag.SUMMED not in equations[summed].flags:
                problems.add((*path, key, summed), f"there is no summed variable '{summed}'")
    if not pathways and not len(equations):
        problems.add(path, "does nothing: give it an 'on_pre', an 'on_post' or a 'model'")
    projection = Projection(
        name=name,
        source=source[1],
        target=target[1],
        equations=equations,
        pathways=pathways,
        connect=read_connects(
            (*path, "connect"), entry.connect, names, evaluate, (source[1].size, target[1].size)
        ),
        initial=read_initial((*path, "initial"), entry.initial, check, evaluate, None),
        method=entry.method,
        float_type=entry.dtype,
        order=entry.order,
        dt=dt,
        summed_when=entry.summed_when,
        summed_order=entry.summed_order,
    )
    if problems.count > count:
        return None
    return replace(projection, namespace=check.namespace())


def _read_end(
    path: KeyPath, text: str, groups: Mapping[str, Group], others: Collection[str], evaluate: Evaluator
) -> tuple[Group, Subgroup] | None:
    """Return the source or target of synapses."""
    name = text.partition("[")[0].strip()
    if name in others and name not in groups:
        evaluate.problems.add(
            path,
            f"'{name}' is a projection: synapses from or onto synapses, whose number is known only when they "
            "are made, can be had in scripts but not in model files",
        )
        return None
    return read_subgroup(path, text, groups, evaluate)


def code_variables(projection: Projection, groups: Mapping[str, Group]) -> dict[str, Variable]:
    """Return what code for the synapses of a projection may use."""
    source, target = (groups[side.population].variables for side in (projection.source, projection.target))
    model = _own_variables(projection.equations)
    return {**pair_variables(source, target), **bare_variables(target, model), **model}


def _own_variables(equations: Equations) -> dict[str, Variable]:
    """Return the variables of the synapses themselves."""
    variables = equation_variables(equations)
    for equation in equations.values():
        if Flag.SUMMED in equation.flags:
            del variables[equation.name]
    for name in ("N", "N_incoming", "N_outgoing"):
        variables[name] = whole_number("it is a number of synapses", is_shared=name == "N")
    variables["delay"] = Variable(SECOND, read_only="it is set by the key 'delay'")
    if any(Flag.EVENT_DRIVEN in equation.flags for equation in equations.values()):
        variables["lastupdate"] = Variable(SECOND, read_only="the simulator sets it")
    return variables


def _model_variables(
    path: KeyPath, equations: Equations, source: Group, target: Group, problems: Problems
) -> dict[str, Variable]:
    """Return the variables of the synapses themselves, and note what is wrong with their equations."""
    try:
        equations.check_flags(_FLAGS, "synapses")
        equations.check_names(_NAMES_OF_SYNAPSES, "synapses")
    except EquationError as error:
        problems.add(path, str(error), error.line)
    for equation in equations.values():
        if Flag.SUMMED in equation.flags:
            _check_summed(path, equation.name, equations, source, target, problems)
        elif equation.name in source.variables or equation.name in target.variables:
            owner = source if equation.name in source.variables else target
            message = (
                f"'{equation.name}' is already a variable of '{owner.population.name}'; choose another name"
            )
            problems.add(path, message, equation.line)
    return _own_variables(equations)


def _check_summed(
    path: KeyPath, name: str, equations: Equations, source: Group, target: Group, problems: Problems
) -> None:
    stem, _, suffix = name.rpartition("_")
    if suffix not in ("pre", "post"):
        message = f"the summed variable '{name}' must end in '_post' or '_pre'"
        problems.add(path, message, equations[name].line)
        return
    group = source if suffix == "pre" else target
    variable = group.variables.get(stem)
    if variable is None or not variable.is_state:
        hint = did_you_mean(stem, group.variables)
        message = f"'{group.population.name}' has no parameter '{stem}' that could take the sum{hint}"
        problems.add(path, message, equations[name].line)
    elif variable.dimension is not equations[name].dimension:
        message = f"'{name}' and '{stem}' of '{group.population.name}' have different units"
        problems.add(path, message, equations[name].line)


def _pathways(
    path: KeyPath, entry: ProjectionEntry, check: Checker, evaluate: Evaluator
) -> tuple[Pathway, ...]:
    problems = check.problems
    code: dict[str, tuple[KeyPath, PathwaySide, str]] = {}
    for key, side, value in (
        ("on_pre", PathwaySide.PRE, entry.on_pre),
        ("on_post", PathwaySide.POST, entry.on_post),
    ):
        if isinstance(value, str):
            value = {side.value: value}  # noqa: PLW2901 (the same thing, spelt out)
        for name, text in (value or {}).items():
            if name in code:
                problems.add((*path, key, name), f"there is already a pathway '{name}'")
            if not is_name(name):
                problems.add((*path, key, name), f"'{name}' cannot be a name")
            place = (*path, key) if isinstance(getattr(entry, key), str) else (*path, key, name)
            code[name] = (place, side, text)
    delays = _by_pathway((*path, "delay"), entry.delay, code, check, evaluate)
    events = entry.on_event if isinstance(entry.on_event, dict) else dict.fromkeys(code, entry.on_event)
    for key, names in (
        ("pathway_order", entry.pathway_order),
        ("pathway_when", entry.pathway_when),
        ("on_event", events),
    ):
        for name in names:
            if name not in code:
                hint = did_you_mean(name, code)
                problems.add((*path, key, name), f"there is no pathway '{name}'{hint}")
    return tuple(
        Pathway(
            name=name,
            side=side,
            statements=check.statements(place, text),
            delay=delays.get(name),
            order=entry.pathway_order.get(name, -1 if side is PathwaySide.PRE else 1),
            event=events.get(name, SPIKE),
            when=entry.pathway_when.get(name, "synapses"),
        )
        for name, (place, side, text) in code.items()
    )


def _by_pathway(
    path: KeyPath, value: Any, code: Mapping[str, object], check: Checker, evaluate: Evaluator
) -> dict[str, Expression | NDArray[np.float64]]:
    """Return the delay of each pathway that has one; a single delay is that of ``pre``."""
    if value is None:
        return {}
    if isinstance(value, dict):
        entries = {name: ((*path, name), delay) for name, delay in value.items()}
    else:
        entries = {"pre": (path, value)}
    delays: dict[str, Expression | NDArray[np.float64]] = {}
    for name, (place, delay) in entries.items():
        if name not in code:
            hint = did_you_mean(name, code) or (f"; there are {', '.join(code)}" if code else "")
            check.problems.add(place, f"there is no pathway '{name}' to delay{hint}")
            continue
        result = _delay(place, delay, check, evaluate)
        if result is not None:
            delays[name] = result
    return delays


def _delay(
    path: KeyPath, value: Any, check: Checker, evaluate: Evaluator
) -> Expression | NDArray[np.float64] | None:
    if isinstance(value, list):
        array = evaluate.array(path, value, SECOND)
        if array is None:
            return None
        if array[0].ndim != 1 or (array[0].size and array[0].min() < 0):
            check.problems.add(path, "must be a list of times that are not negative")
        return array[0]
    expression = check.expression(path, value, SECOND)
    if expression is not None and check.is_constant(expression):
        evaluate.quantity(path, value, SECOND)
    return expression


def _check_sides(
    path: KeyPath, pathways: tuple[Pathway, ...], source: Group, target: Group, problems: Problems
) -> None:
    for pathway in pathways:
        group = source if pathway.side is PathwaySide.PRE else target
        name = group.population.name
        if pathway.event not in group.events and pathway.event != SPIKE:
            hint = did_you_mean(pathway.event, group.events)
            problems.add((*path, "on_event"), f"'{name}' has no event '{pathway.event}'{hint}")
        elif pathway.event not in group.events:
            key = f"on_{pathway.side.value}"
            problems.add((*path, key), f"never runs: '{name}' has no threshold, so it never spikes")
