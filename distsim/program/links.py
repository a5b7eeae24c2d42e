"""Linked variables: names of a population that stand for variables of another one, or of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from distsim.equations import Flag
from distsim.equations.tree import Expression, Name, names
from distsim.network import Link, ModelError
from distsim.program.neurons import NeuronModel
from distsim.program.operation import Binding, Distant, Extent, Reach, Storage, Variable
from distsim.program.scope import expand


def with_links(model: NeuronModel, models: Mapping[str, NeuronModel]) -> NeuronModel:
    """Return the model of a population with the names of its linked variables resolved.

    Raises
    ------
    ModelError
        If a linked variable has no link, or one that leads nowhere.
    """
    population = model.population
    for equation in population.equations.values():
        if Flag.LINKED in equation.flags and equation.name not in model.links:
            raise ModelError(
                f"{population.name}: '{equation.name}' is flagged (linked), but linked to nothing"
            )
    scope: dict[str, Binding] = dict(model.scope)
    defined: dict[str, Expression] = {}
    for link in population.links:
        source = models.get(link.source.population)
        if source is None:
            raise ModelError(f"{population.name}.{link.variable}: {link.source.population} has no variables")
        if link.source_variable in source.defined:
            bindings, defined[link.variable] = _subexpression(model, link, source)
            scope |= bindings
        else:
            scope[link.variable] = _binding(model, link, source, link.source_variable)
    if not population.links:
        return model
    expanded = {name: expand(expression, defined) for name, expression in model.defined.items()}
    return replace(model, scope=scope, defined={**expanded, **defined})


def _subexpression(
    model: NeuronModel, link: Link, source: NeuronModel
) -> tuple[dict[str, Binding], Expression]:
    """Return what a link to a subexpression stands for, and the hidden names in it."""
    inside = expand(source.defined[link.source_variable], source.defined)
    if "i" in names(inside):
        raise ModelError(
            f"{model.population.name}.{link.variable}: a subexpression with 'i' ('{link.source_variable}' of "
            f"{source.population.name}) cannot be linked"
        )
    hidden = {name: f"_{link.variable}_{name}" for name in names(inside) & source.scope.keys()}
    bindings = {new: _binding(model, link, source, old) for old, new in hidden.items()}
    return bindings, expand(inside, {old: Name(new) for old, new in hidden.items()})


def _binding(model: NeuronModel, link: Link, source: NeuronModel, variable: str) -> Binding:
    what = f"{model.population.name}.{link.variable}"
    binding = source.scope.get(variable)
    if binding is None or variable.startswith("_"):
        raise ModelError(f"{what}: {source.population.name} has no variable '{variable}'")
    if isinstance(binding, Distant) or variable in source.links:
        raise ModelError(
            f"{what}: '{variable}' of {source.population.name} is itself linked; link to its source"
        )
    if not isinstance(binding, Variable) or binding.extent is Extent.SHARED:
        return binding
    reach, index = _reach(model, link)
    return Distant(binding, model.population.name, link.variable, reach, index)


def _reach(model: NeuronModel, link: Link) -> tuple[Reach, Variable | None]:
    what = f"{model.population.name}.{link.variable}"
    if isinstance(link.index, str):
        index = model.variables.get(link.index)
        if index is None or index.storage is not Storage.INT32 or index.extent is not Extent.NEURON:
            owner = model.population.name
            raise ModelError(f"{what}: '{link.index}' is no integer variable of {owner}")
        return Reach.INDEX, index
    if link.index is not None:
        if link.index.shape != (model.population.size,):
            raise ModelError(f"{what}: {len(link.index)} indices for {model.population.size} neurons")
        if link.index.size and not 0 <= link.index.min() <= link.index.max() < link.source.size:
            raise ModelError(f"{what}: an index is outside the {link.source.size} neurons of the source")
        return Reach.TABLE, None
    if link.source.size == 1:
        return Reach.ONE, None
    if link.source.size != model.population.size:
        raise ModelError(
            f"{what}: {link.source.size} neurons cannot be linked one by one to {model.population.size}; "
            "give an index"
        )
    return (Reach.SAME if link.source.start == 0 else Reach.TABLE), None
