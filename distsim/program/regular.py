"""Statements that run for neurons or synapses at set times (run_regularly)."""

from __future__ import annotations

from dataclasses import replace

from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Call,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Number,
    substitute,
)
from distsim.network import ModelError, Regular, Subgroup
from distsim.program.neurons import NeuronModel, operation
from distsim.program.operation import Binding, Distant, Domain, Operation, Variable
from distsim.program.schedule import Schedule
from distsim.program.scope import (
    NOT_REFRACTORY,
    check_shared_first,
    constants_of,
    expand_statements,
    number,
)
from distsim.program.synapses import SynapseModel, resolved, synapse_operation

ALIVE = Name("_alive")
"""False while no step has been run: what belongs to the end of a step is then not due."""


def regular_of_neurons(
    regular: Regular, group: Subgroup, model: NeuronModel, every: int, schedule: Schedule
) -> Operation:
    """Return the operation of code for the neurons of a group."""
    scope: dict[str, Binding] = {**constants_of(regular.namespace), **model.scope, "N": number(group.size)}
    model = replace(model, scope=scope)
    statements = expand_statements(regular.statements, model.defined)
    check_shared_first(regular.name, statements, scope)
    whole = group.size == model.population.size
    inside = None if whole else _inside(group)
    relative = {"i": Binary(BinaryOperator.SUBTRACT, Name("i"), Number(group.start))} if group.start else {}
    written = []
    for statement in statements:
        value = substitute(statement.value, relative)
        binding = scope.get(statement.target)
        if isinstance(binding, Distant):
            raise ModelError(f"{regular.name}: '{statement.target}' is linked and cannot be written")
        if not isinstance(binding, Variable):
            written.append(Assignment(statement.target, statement.operator, value))
            continue
        conditions: list[Expression] = [ALIVE] if schedule.after_cut(regular.when) else []
        if not binding.is_shared and inside is not None:
            conditions.append(inside)
        if statement.target in model.gated:
            conditions.append(Name(NOT_REFRACTORY))
        written.append(_where(statement, value, conditions))
    return operation(
        model,
        name=regular.name,
        slot=regular.when,
        order=regular.order,
        domain=Domain.ALL,
        every=every,
        statements=tuple(written),
        description=f"{regular.name}, regularly",
    )


def regular_of_synapses(regular: Regular, model: SynapseModel, every: int) -> Operation:
    """Return the operation of code for all synapses of a projection."""
    scope: dict[str, Binding] = {**constants_of(regular.namespace), **model.scope}
    model = replace(model, scope=scope)
    return synapse_operation(
        model,
        name=regular.name,
        slot=regular.when,
        order=regular.order,
        domain=Domain.SYNAPSES,
        every=every,
        statements=resolved(model, regular.statements),
        description=f"{regular.name}, regularly",
    )


def _inside(group: Subgroup) -> Expression:
    return Logical(
        Connective.AND,
        (
            Comparison(Comparator.GREATER_EQUAL, Name("i"), Number(group.start)),
            Comparison(Comparator.LESS, Name("i"), Number(group.stop)),
        ),
    )


def _where(statement: Assignment, value: Expression, conditions: list[Expression]) -> Assignment:
    """Return a statement that keeps the old value where the conditions do not hold."""
    if statement.operator is not None:
        value = Binary(statement.operator, Name(statement.target), value)
    if not conditions:
        return Assignment(statement.target, None, value)
    condition = conditions[0] if len(conditions) == 1 else Logical(Connective.AND, tuple(conditions))
    return Assignment(statement.target, None, Call("where", (condition, value, Name(statement.target))))
