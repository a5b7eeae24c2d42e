"""What happens at every synapse in every step of the projection's clock: integration, sums, stored values."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from distsim.equations import EquationKind, Flag
from distsim.equations.tree import Assignment, BinaryOperator
from distsim.integrators import Problem, choose, event_driven_names
from distsim.network import ModelError
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Domain, Extent, Operation, Variable
from distsim.program.scope import known_values, signatures
from distsim.program.synapses import SynapseModel, resolved, synapse_operation

_log = logging.getLogger(__name__)


def clocked_operations(model: SynapseModel) -> list[Operation]:
    """Return what a projection does besides its pathways, in no particular order."""
    return [*_frozen_subexpressions(model), *_integrate(model), *_sums(model)]


def _frozen_subexpressions(model: SynapseModel) -> list[Operation]:
    name = model.projection.name
    frozen = [e for e in model.equations.subexpressions if Flag.CONSTANT_OVER_DT in e.flags]
    statements = tuple(Assignment(e.name, None, e.expression) for e in frozen if e.expression is not None)
    if not statements:
        return []
    return [
        synapse_operation(
            model,
            name=f"{name}_subexpression_update",
            slot="before_start",
            order=model.projection.order,
            domain=Domain.SYNAPSES,
            every=model.every,
            statements=resolved(model, statements),
            description=f"evaluate what stays constant over the step in {name}",
        )
    ]


def _integrate(model: SynapseModel) -> list[Operation]:
    projection = model.projection
    event_driven = frozenset(event_driven_names(model.equations))
    clocked = [e for e in model.equations.differential_equations if e.name not in event_driven]
    updater = projection.updater
    if not clocked or not updater.active:
        return []
    unmarked = [e.name for e in clocked if Flag.CLOCK_DRIVEN not in e.flags]
    if unmarked:
        _log.info(
            "%s: %s integrated in every step; (clock-driven) says that this is meant, with (event-driven) it "
            "is done from spike to spike",
            projection.name,
            ", ".join(unmarked) + (" is" if len(unmarked) == 1 else " are"),
        )
    problem = Problem.from_equations(
        model.equations,
        functions=signatures(model.scope),
        values=known_values(projection.namespace),
        leave_out=event_driven,
    )
    statements = choose(problem, projection.method, owner=projection.name)[1]
    return [
        synapse_operation(
            model,
            name=f"{projection.name}_stateupdater",
            slot=updater.when,
            order=projection.order if updater.order is None else updater.order,
            domain=Domain.SYNAPSES,
            every=model.every,
            statements=resolved(model, statements),
            description=f"integrate {projection.name}",
        )
    ]


def _sums(model: SynapseModel) -> list[Operation]:
    projection = model.projection
    operations = []
    for equation in projection.equations.values():
        if Flag.SUMMED not in equation.flags or equation.expression is None:
            continue
        group = _summed_group(model, equation.name)
        part = projection.target if equation.name.endswith("_post") else projection.source
        # A part of a population counts as one place behind it, and a sum comes before what it is for.
        before = group.population.order - (part.size == group.population.size)
        order = projection.summed_order.get(equation.name, before)
        statement = Assignment(equation.name, BinaryOperator.ADD, equation.expression)
        operations.append(
            synapse_operation(
                model,
                name=f"{projection.name}_summed_variable_{equation.name}",
                slot=projection.summed_when.get(equation.name, "groups"),
                order=order,
                domain=Domain.SYNAPSES,
                every=model.every,
                statements=resolved(model, (statement,)),
                sums=frozenset({equation.name}),
                clears=True,
                description=f"sum {equation.name} over {projection.name}",
            )
        )
    return operations


def _summed_group(model: SynapseModel, name: str) -> NeuronModel:
    """Return the group that has the parameter which takes the sum."""
    projection = model.projection
    stem, _, side = name.rpartition("_")
    group = {"post": model.target, "pre": model.source}.get(side)
    if group is None:
        raise ModelError(
            f"{projection.name}: the summed variable '{name}' has to be a variable of the target (_post) or "
            "of the source (_pre)"
        )
    equation = group.population.equations.get(stem)
    summed = projection.equations[name]
    owner = group.population.name
    if equation is None or equation.kind is not EquationKind.PARAMETER:
        raise ModelError(
            f"{projection.name}: {owner} has no parameter '{stem}' that could take the sum '{name}'"
        )
    variable = group.variables.get(stem)
    if variable is None or variable.extent is not Extent.NEURON:
        raise ModelError(
            f"{projection.name}: '{stem}' of {owner} is not one value per neuron, so it can take no sum"
        )
    if (equation.dimension, equation.dtype) != (summed.dimension, summed.dtype):
        raise ModelError(f"{projection.name}: '{name}' and '{stem}' of {owner} have different units")
    return group


def check_sums(models: Iterable[SynapseModel]) -> None:
    """Refuse two sums into the same variable of the same neurons: the second would undo the first."""
    taken: list[tuple[Variable, range, str]] = []
    for model in models:
        projection = model.projection
        for equation in projection.equations.values():
            if Flag.SUMMED not in equation.flags:
                continue
            group = _summed_group(model, equation.name)
            variable = group.variables[equation.name.rpartition("_")[0]]
            part = projection.target if equation.name.endswith("_post") else projection.source
            for other, neurons, name in taken:
                if other == variable and max(part.start, neurons.start) < min(part.stop, neurons.stop):
                    raise ModelError(
                        f"{projection.name} and {name} both sum into '{variable.name}' of {variable.owner}; "
                        "give each a variable of its own and add them there"
                    )
            taken.append((variable, range(part.start, part.stop), projection.name))
