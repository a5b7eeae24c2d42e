"""What a population does in a step: integrate, threshold, reset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from distsim.equations import Equations, Flag, expansions
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import (
    Assignment,
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Expression,
    Logical,
    Name,
    Not,
    Number,
)
from distsim.integrators import Problem, choose
from distsim.network import SPIKE, Link, ModelError, Population, SpikeTimes
from distsim.program.operation import Binding, Distant, Domain, Extent, Operation, Storage, Variable
from distsim.program.scope import (
    LAST_SPIKE,
    NOT_REFRACTORY,
    SPIKING,
    constants_of,
    expand,
    expand_statements,
    is_boolean,
    known_values,
    mask_of,
    number,
    occurrences,
    signatures,
    stored_variables,
    touched,
    used,
)

NEVER_SPIKED = -1e4
"""Value of ``lastspike`` before the first spike [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class NeuronModel:
    """A population with everything its names stand for.

    Parameters
    ----------
    every
        Base steps between two steps of its clock.
    scope
        Stored variables, external constants and timed arrays by name.
    defined
        Its subexpressions.
    """

    population: Population
    every: int
    scope: Mapping[str, Binding]
    defined: Mapping[str, Expression]

    @property
    def variables(self) -> dict[str, Variable]:
        """Return the stored variables by name."""
        own = self.population.name
        return {n: v for n, v in self.scope.items() if isinstance(v, Variable) and v.owner == own}

    @property
    def masks(self) -> list[Variable]:
        """Return the variables that mark for whom an event occurs in a step."""
        events = [SPIKE, *(event.name for event in self.population.events)]
        return [self.variables[mask] for mask in map(mask_of, events) if mask in self.variables]

    @property
    def links(self) -> dict[str, Link]:
        """Return the links by the name of the variable here."""
        return {link.variable: link for link in self.population.links}

    @property
    def linked(self) -> dict[str, Variable | Distant]:
        """Return what the linked variables stand for, by name, unless that is an expression."""
        known = {name: self.scope.get(name) for name in self.links}
        return {name: item for name, item in known.items() if isinstance(item, Variable | Distant)}

    @property
    def gated(self) -> frozenset[str]:
        """Return the variables flagged ``(unless refractory)``: none if no neuron is ever refractory."""
        if self.population.refractory is None:
            return frozenset()
        equations = self.population.equations
        return frozenset(e.name for e in equations.values() if Flag.UNLESS_REFRACTORY in e.flags)


def neuron_model(population: Population, every: int) -> NeuronModel:
    """Resolve the names of a population."""
    name = population.name
    scope: dict[str, Binding] = constants_of(population.namespace)
    scope["N"] = number(population.size)
    scope |= _with_float_types(
        population, stored_variables(name, population.equations, Extent.NEURON, Storage.FLOAT64)
    )
    if population.threshold is not None:
        scope[SPIKING] = Variable(name, SPIKING, Storage.BOOL)
    for event in population.events:
        scope[mask_of(event.name)] = Variable(name, mask_of(event.name), Storage.BOOL)
    if population.refractory is not None:
        scope[NOT_REFRACTORY] = Variable(name, NOT_REFRACTORY, Storage.BOOL)
        scope[LAST_SPIKE] = Variable(name, LAST_SPIKE)
    return NeuronModel(population, every, scope, expansions(population.equations))


def generator_model(generator: SpikeTimes, every: int) -> NeuronModel:
    """Return the model of neurons whose spikes are given: they have no variables."""
    return neuron_model(Population(generator.name, generator.size, Equations("")), every)


def _with_float_types(population: Population, variables: dict[str, Variable]) -> dict[str, Variable]:
    """Return the variables of a population with those in its `float_types` stored as it says."""
    typed = dict(variables)
    for name, wanted in population.float_types.items():
        variable = variables.get(name)
        if variable is None or variable.storage is not Storage.FLOAT64:
            floats = [known for known, other in variables.items() if other.storage is Storage.FLOAT64]
            raise ModelError(
                f"{population.name}: there is no floating-point variable '{name}' to be stored as {wanted}"
                f"{did_you_mean(name, floats)}"
            )
        if wanted not in (Storage.FLOAT32.value, Storage.FLOAT64.value):
            raise ModelError(
                f"{population.name}.{name}: a number is stored as float64 or float32, not {wanted}"
            )
        typed[name] = replace(variable, storage=Storage(wanted))
    return typed


def operation(
    model: NeuronModel,
    *,
    name: str,
    slot: str,
    domain: Domain,
    statements: tuple[Assignment, ...] = (),
    recorded: tuple[Expression, ...] = (),
    order: int | None = None,
    every: int | None = None,
    event: str = SPIKE,
    description: str,
) -> Operation:
    """Make an operation over a population, with reads and writes found from its statements."""
    statements = expand_statements(statements, model.defined)
    recorded = tuple(expand(expression, model.defined) for expression in recorded)
    reads, writes = touched(model.scope, statements, *recorded)
    owner = model.population.name
    for statement in statements if domain is Domain.SPIKERS else ():
        binding = model.scope.get(statement.target)
        if isinstance(binding, Variable) and binding.is_shared:
            raise ModelError(
                f"{name}: '{statement.target}' is shared; code that runs for single neurons cannot set it"
            )
    listed = occurrences(owner, event)
    return Operation(
        name=name,
        slot=slot,
        order=model.population.order if order is None else order,
        owner=owner,
        domain=domain,
        every=model.every if every is None else every,
        statements=statements,
        recorded=recorded,
        scope=used(model.scope, statements, *recorded),
        reads=reads | ({listed} if domain is Domain.SPIKERS else frozenset()),
        writes=writes,
        event=event,
        description=description,
    )


def population_operations(model: NeuronModel) -> list[Operation]:
    """Return the operations of a population, in no particular order."""
    population = model.population
    operations = [*_frozen_subexpressions(model), *_integrate(model)]
    if population.threshold is not None:
        operations += _threshold(model, population.threshold)
        if population.reset:
            operations.append(
                operation(
                    model,
                    name=f"{population.name}_spike_resetter",
                    slot="resets",
                    domain=Domain.SPIKERS,
                    statements=population.reset,
                    description=f"reset {population.name}",
                )
            )
    return operations


def _frozen_subexpressions(model: NeuronModel) -> list[Operation]:
    """Return the operation that evaluates the subexpressions flagged ``(constant over dt)``."""
    equations = model.population.equations
    frozen = [e for e in equations.subexpressions if Flag.CONSTANT_OVER_DT in e.flags]
    if not frozen:
        return []
    statements = tuple(Assignment(e.name, None, e.expression) for e in frozen if e.expression is not None)
    return [
        operation(
            model,
            name=f"{model.population.name}_subexpression_update",
            slot="before_start",
            domain=Domain.ALL,
            statements=statements,
            description=f"evaluate what stays constant over the step in {model.population.name}",
        )
    ]


def _integrate(model: NeuronModel) -> list[Operation]:
    population = model.population
    statements = _refractory_statements(model)
    if population.equations.differential_equations:
        problem = Problem.from_equations(
            population.equations,
            functions=signatures(model.scope),
            values=known_values(population.namespace),
            refractory=population.refractory is not None,
        )
        statements += choose(problem, population.method, owner=population.name)[1]
    if not statements or not population.updater.active:
        return []
    return [
        operation(
            model,
            name=f"{population.name}_stateupdater",
            slot=population.updater.when,
            order=population.updater.order,
            domain=Domain.ALL,
            statements=statements,
            description=f"integrate {population.name}",
        )
    ]


def _refractory_statements(model: NeuronModel) -> tuple[Assignment, ...]:
    """Return the statement that decides, at the start of the state update, who is still refractory.

    For a refractory time the rule is ``timestep(t - lastspike, dt) >= timestep(refractory, dt)``; a whole
    number is reached exactly when the quotient before rounding down reaches it, so only the right-hand side
    needs rounding, and that is constant for a constant time.
    """
    refractory = model.population.refractory
    if refractory is None:
        return ()
    if is_boolean(expand(refractory, model.defined), model.scope):
        value: Expression = Logical(Connective.OR, (Name(NOT_REFRACTORY), Not(refractory)))
    else:
        since = Binary(BinaryOperator.SUBTRACT, Name("t"), Name(LAST_SPIKE))
        margin = Binary(BinaryOperator.MULTIPLY, Number(1e-3), Name("dt"))
        steps = Call("timestep", (refractory, Name("dt")))
        value = Comparison(
            Comparator.GREATER_EQUAL,
            since,
            Binary(BinaryOperator.SUBTRACT, Binary(BinaryOperator.MULTIPLY, steps, Name("dt")), margin),
        )
    return (Assignment(NOT_REFRACTORY, None, value),)


def _threshold(model: NeuronModel, condition: Expression) -> list[Operation]:
    population = model.population
    name, owner = f"{population.name}_spike_thresholder", population.name
    order = population.order if population.threshold_order is None else population.threshold_order
    if population.refractory is not None:
        condition = Logical(Connective.AND, (condition, Name(NOT_REFRACTORY)))
    operations = [
        operation(
            model,
            name=name,
            slot="thresholds",
            order=order,
            domain=Domain.ALL,
            statements=(Assignment(SPIKING, None, condition),),
            description=f"find who spikes in {owner}",
        ),
        collect_operation(
            model,
            name=f"{name} (collect)",
            slot="thresholds",
            order=order,
            event=SPIKE,
            description=f"list the spikes of {owner}",
        ),
    ]
    if population.refractory is not None:
        operations.append(
            operation(
                model,
                name=f"{name} (refractory)",
                slot="thresholds",
                order=order,
                domain=Domain.SPIKERS,
                statements=(
                    Assignment(LAST_SPIKE, None, Name("t")),
                    Assignment(NOT_REFRACTORY, None, Boolean(value=False)),
                ),
                description=f"make those who spiked in {owner} refractory",
            )
        )
    return operations


def collect_operation(
    model: NeuronModel, *, name: str, slot: str, order: int, event: str, description: str
) -> Operation:
    """Make the operation that lists the neurons for which an event occurs."""
    owner = model.population.name
    return Operation(
        name=name,
        slot=slot,
        order=order,
        owner=owner,
        domain=Domain.COLLECT,
        every=model.every,
        reads=frozenset({(owner, mask_of(event))}),
        writes=frozenset({occurrences(owner, event)}),
        event=event,
        description=description,
    )


def scheduled_operations(generator: SpikeTimes, every: int) -> list[Operation]:
    """Return the operation of a spike generator."""
    return [
        Operation(
            name=f"{generator.name}_spike_generator",
            slot="thresholds",
            order=generator.order,
            owner=generator.name,
            domain=Domain.SCHEDULED,
            every=every,
            writes=frozenset({occurrences(generator.name, SPIKE)}),
            description=f"list the spikes due in {generator.name}",
        )
    ]
