"""How many synapses a network will have, before it is built."""

from __future__ import annotations

from distsim.connectivity import Request, find_rule
from distsim.engine.one_shot import timed_functions
from distsim.engine.plan import Plan
from distsim.network import Constant
from distsim.program.synapses import SynapseModel


def expected_synapses(plan: Plan, model: SynapseModel) -> float:
    """Return the expected number of synapses of a projection on all ranks; nan if a rule cannot tell."""
    projection = model.projection
    same = projection.source.population == projection.target.population

    total = 0.0
    for index, connect in enumerate(projection.connect):
        request = Request(
            source_size=projection.source.size,
            target_size=projection.target.size,
            targets=range(projection.target.size),
            parameters=connect.parameters,
            seed=plan.network.seed,
            stream=f"{projection.name} connect {index}",
            same_offset=projection.source.start - projection.target.start if same else None,
            pair_values=lambda name, _i, _j: value_of(model, name),
            functions=timed_functions(projection.namespace),
        )
        total += find_rule(connect.rule).expected(request)
    return total


def value_of(model: SynapseModel, name: str) -> float:
    """Return the value of a constant in the code of a projection.

    Raises
    ------
    KeyError
        If the name is not that of a constant.
    """
    binding = model.scope[name]
    if not isinstance(binding, Constant):
        raise KeyError(name)
    return float(binding.value)
