"""Code that runs at set times, and variables that are linked: what refers to groups read before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from distsim.config.evaluation import SECOND, Evaluator
from distsim.config.inputs import read_indices
from distsim.config.populations import Group
from distsim.config.projections import code_variables
from distsim.config.subgroups import read_subgroup
from distsim.equations import VariableType
from distsim.equations.flags import Flag
from distsim.equations.suggest import did_you_mean
from distsim.network import Link, Population, Projection, Regular, Subgroup
from distsim.network.checker import Checker
from distsim.network.variables import writable_shared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.config.errors import KeyPath, Problems
    from distsim.config.sections import LinkEntry, RegularEntry
    from distsim.network.scope import Scope


def read_regular(
    name: str,
    entry: RegularEntry,
    groups: Mapping[str, Group],
    projections: Mapping[str, Projection],
    scope: Scope,
    problems: Problems,
) -> Regular | None:
    """Return statements that run at set times; None, with the problems noted, if something is wrong."""
    path: KeyPath = ("run_regularly", name)
    count = problems.count
    evaluate = Evaluator(problems, scope)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    group: Subgroup | str
    if entry.group in projections:
        projection = projections[entry.group]
        group, equations = projection.name, projection.equations
        variables = code_variables(projection, groups)
    else:
        found = read_subgroup((*path, "group"), entry.group, groups, evaluate)
        if found is None:
            return None
        owner, group = found
        if not isinstance(owner.population, Population):
            problems.add((*path, "group"), f"'{owner.population.name}' has no variables")
            return None
        equations, variables = owner.population.equations, dict(owner.variables)
    check = Checker(problems, scope, writable_shared(variables, equations))
    statements = check.statements((*path, "code"), entry.code)
    if problems.count > count:
        return None
    return Regular(name, group, statements, dt, entry.when, entry.order, check.namespace())


def read_links(
    name: str, entries: Mapping[str, LinkEntry], groups: Mapping[str, Group], scope: Scope, problems: Problems
) -> Group | None:
    """Return a population with the links of its variables; None, with the problems noted, if one is wrong."""
    group = groups[name]
    assert isinstance(group.population, Population)  # noqa: S101 (only these have links)
    count = problems.count
    linked = [e.name for e in group.population.equations.values() if Flag.LINKED in e.flags]
    for variable in linked:
        if variable not in entries:
            problems.add(("populations", name, "links"), f"'{variable}' is flagged (linked), but has no link")
    links = []
    for variable, entry in entries.items():
        path: KeyPath = ("populations", name, "links", variable)
        if variable not in linked:
            problems.add(path, f"there is no linked variable '{variable}'{did_you_mean(variable, linked)}")
            continue
        link = _read_link(path, variable, entry, group, groups, Evaluator(problems, scope))
        if link is not None:
            links.append(link)
    if problems.count > count:
        return None
    return replace(group, population=replace(group.population, links=tuple(links)))


def _read_link(
    path: KeyPath,
    name: str,
    entry: LinkEntry,
    group: Group,
    groups: Mapping[str, Group],
    evaluate: Evaluator,
) -> Link | None:
    problems = evaluate.problems
    found = read_subgroup((*path, "source"), entry.source, groups, evaluate)
    if found is None:
        return None
    owner, source = found
    there, here = owner.variables.get(entry.variable), group.variables[name]
    if there is None:
        hint = did_you_mean(entry.variable, owner.variables)
        problems.add((*path, "variable"), f"'{source.population}' has no variable '{entry.variable}'{hint}")
        return None
    if there.dimension is not here.dimension or there.dtype is not here.dtype:
        problems.add(path, f"'{name}' and '{entry.variable}' of '{source.population}' have different units")
        return None
    if entry.index is None:
        if source.size not in (1, group.population.size) and not there.is_shared:
            counts = f"{source.size} neurons and {group.population.size} neurons"
            problems.add(path, f"{counts} cannot be linked one by one; give an 'index'")
            return None
        return Link(name, source, entry.variable)
    if isinstance(entry.index, str) and entry.index in group.variables:
        if group.variables[entry.index].dtype is not VariableType.INTEGER:
            problems.add((*path, "index"), f"'{entry.index}' is no integer variable")
            return None
        return Link(name, source, entry.variable, entry.index)
    index = read_indices((*path, "index"), entry.index, source.size, evaluate)
    if index is None:
        return None
    if index.shape != (group.population.size,):
        problems.add((*path, "index"), f"has {len(index)} values, but {group.population.size} are needed")
        return None
    return Link(name, source, entry.variable, index.astype(np.int64))
