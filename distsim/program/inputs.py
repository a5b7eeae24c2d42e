"""Poisson input: binomial counts drawn for each neuron and step."""

from __future__ import annotations

import math
from collections.abc import Mapping

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
)
from distsim.network import ModelError, PoissonInput
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Binding, Counts, Domain, Operation
from distsim.program.scope import (
    NOT_REFRACTORY,
    constants_of,
    number,
    touched,
    unless_refractory,
    used,
)

NORMAL_ABOVE = 5.0
"""With more expected successes and failures than this, counts are drawn from the normal distribution."""


def poisson_operation(source: PoissonInput, index: int, model: NeuronModel, base_dt: float) -> Operation:
    """Return the operation ``variable += weight * binomial(number, rate*dt)``.

    Parameters
    ----------
    index
        Place among the inputs of the population, which keeps their names apart.
    """
    variable = model.variables.get(source.variable)
    if variable is None:
        raise ModelError(f"{source.name}: {source.target.population} has no variable '{source.variable}'")
    scope: dict[str, Binding] = {**model.scope, **constants_of(source.namespace)}
    count, extra = _count(source, index, model.every * base_dt)
    scope |= extra
    amount: Expression = Binary(BinaryOperator.MULTIPLY, source.weight, count)
    amount = _within_target(source, index, model, amount, scope)
    statement = unless_refractory(
        Assignment(source.variable, BinaryOperator.ADD, amount), NOT_REFRACTORY, model.gated
    )
    reads, writes = touched(scope, (statement,))
    return Operation(
        name=source.name,
        slot="synapses",
        order=source.order,
        owner=model.population.name,
        domain=Domain.ALL,
        every=model.every,
        statements=(statement,),
        scope=used(scope, (statement,)),
        reads=reads,
        writes=writes,
        description=f"Poisson input to {source.variable} of {model.population.name}",
    )


def _count(source: PoissonInput, index: int, dt: float) -> tuple[Expression, Mapping[str, Binding]]:
    probability = source.rate * dt
    if not 0 <= probability <= 1:
        raise ModelError(f"{source.name}: rate*dt is {probability:g}, but must lie between 0 and 1")
    mean = source.number * probability
    if mean > NORMAL_ABOVE and source.number - mean > NORMAL_ABOVE:
        # The normal approximation, not rounded to whole counts, as in Brian 2.
        mean_name, spread_name = f"_mean{index}", f"_spread{index}"
        drawn = Binary(BinaryOperator.MULTIPLY, Name(spread_name), Call("randn", ()))
        shifted = Binary(BinaryOperator.ADD, Name(mean_name), drawn)
        extra = {
            mean_name: number(mean),
            spread_name: number(math.sqrt(mean * (1 - probability))),
        }
        live = Call("where", (Name("_alive"), shifted, Number(0.0)))
        return live, extra
    name = f"_count{index}"
    return Name(name), {name: Counts(source.number, source.rate)}


def _within_target(
    source: PoissonInput, index: int, model: NeuronModel, amount: Expression, scope: dict[str, Binding]
) -> Expression:
    if source.target.size == model.population.size:
        return amount
    first, end = f"_from{index}", f"_to{index}"
    scope |= {first: number(source.target.start), end: number(source.target.stop)}
    inside = Logical(
        Connective.AND,
        (
            Comparison(Comparator.GREATER_EQUAL, Name("i"), Name(first)),
            Comparison(Comparator.LESS, Name("i"), Name(end)),
        ),
    )
    return Call("where", (inside, amount, Number(0.0)))
