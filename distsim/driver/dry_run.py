"""A forecast without building: sizes, memory and the epoch of a network on a number of ranks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from distsim.connectivity import Request, find_rule
from distsim.engine.one_shot import timed_functions
from distsim.engine.plan import Plan, make_plan
from distsim.engine.state import padded
from distsim.equations.tree import Expression
from distsim.kernels.evaluate import evaluate
from distsim.network import Constant, Network, PathwaySide
from distsim.program.clocks import delay_steps
from distsim.program.operation import Extent
from distsim.program.synapses import AdditivePathway, SynapseModel

TARGET_BYTES = 4
PLACE_BYTES = 4
DELAY_BYTES = 2


def dry_run(network: Network, ranks: int) -> str:
    """Return a description of what running `network` on `ranks` ranks would take."""
    plan = make_plan(network, ranks)
    partition = plan.partition(ranks)
    lines = [
        f"{network.name} on {ranks} rank{'s' if ranks > 1 else ''}, dt = {plan.program.dt * 1e3:g} ms",
        "",
    ]
    lines += [f"  population {p.name}: {p.size} neurons" for p in network.populations]
    total = 0.0
    synapse_bytes = 0.0
    for model in plan.program.synapses.values():
        count = expected_synapses(plan, model)
        each = bytes_per_synapse(plan, model)
        total += count
        synapse_bytes += count * each
        lines.append(f"  projection {model.projection.name}: {count:.0f} synapses expected, {each} B each")
        if model.traces:
            traces = ", ".join(sorted(model.traces))
            lines.append(f"    kept once for each neuron and not for each synapse: {traces}")
    neuron_bytes = [
        sum(
            padded(len(partition.block(p.name, rank))) * bytes_per_neuron(plan, p.name)
            for p in network.populations
        )
        for rank in range(ranks)
    ]
    neurons = [sum(len(partition.block(p.name, rank)) for p in network.populations) for rank in range(ranks)]
    lines += ["", f"  {sum(neurons)} neurons, {total:.0f} synapses expected"]
    lines += [
        f"  rank {rank}: {neurons[rank]} neurons, about {_size(neuron_bytes[rank] + synapse_bytes / ranks)}"
        for rank in range(ranks)
    ]
    lines.append(_epoch(plan, ranks))
    return "\n".join(lines)


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
            pair_values=lambda name, _i, _j: _value(model, name),
            functions=timed_functions(projection.namespace),
        )
        total += find_rule(connect.rule).expected(request)
    return total


def bytes_per_synapse(plan: Plan, model: SynapseModel) -> int:
    """Return the bytes stored for one synapse."""
    if model.projection.procedural:
        return 0
    pathways = [p for p in plan.program.pathways if p.projection == model.projection.name]
    size = TARGET_BYTES
    size += sum(
        np.dtype(variable.storage.value).itemsize
        for variable in model.variables.values()
        if variable.extent is Extent.SYNAPSE
    )
    for pathway in pathways:
        varying = constant_delay(model, pathway.pathway.delay) is None
        size += DELAY_BYTES if varying else 0
        if pathway.pathway.side is PathwaySide.POST:
            # The synapses of a target lie apart: where each is, and the row of its source.
            size += 2 * PLACE_BYTES
        elif varying and not isinstance(pathway, AdditivePathway):
            size += PLACE_BYTES
    columns = {item.name for item in plan.emitted.fields if item.owner == model.projection.name}
    return size + (PLACE_BYTES if "_source" in columns else 0)


def constant_delay(model: SynapseModel, delay: object) -> float | None:
    """Return a delay that is the same for all synapses [s], else None."""
    if delay is None:
        return 0.0
    if not isinstance(delay, Expression):
        return None
    try:
        value = evaluate(delay, lambda name: _value(model, name))
    except (KeyError, ValueError):
        return None
    return float(value) if value.ndim == 0 else None


def _value(model: SynapseModel, name: str) -> float:
    binding = model.scope[name]
    if not isinstance(binding, Constant):
        raise KeyError(name)
    return float(binding.value)


def bytes_per_neuron(plan: Plan, population: str) -> int:
    """Return the bytes stored for one neuron, ring buffers of unknown length not counted."""
    model = plan.program.neurons.get(population)
    if model is None:
        return 0
    return sum(
        np.dtype(variable.storage.value).itemsize
        for variable in model.variables.values()
        if variable.extent is Extent.NEURON
    )


def _epoch(plan: Plan, ranks: int) -> str:
    if ranks == 1:
        return "  one rank: no exchange of spikes"
    shortest: list[int] = []
    unknown: list[str] = []
    for pathway in plan.program.remote_pathways:
        model = plan.program.synapses[pathway.projection]
        delay = constant_delay(model, pathway.pathway.delay)
        if delay is None:
            unknown.append(pathway.projection)
        else:
            source = model.projection.source.population
            step = plan.program.every[source] * plan.program.dt
            shortest.append(int(delay_steps(np.array([delay]), step)[0]) * plan.program.every[source])
    if not shortest and not unknown:
        return "  no synapses: no exchange of spikes"
    known = f"an exchange of spikes every {min(shortest) + 1} steps" if shortest else ""
    drawn = f"delays of {', '.join(_some(unknown))} are known only when drawn" if unknown else ""
    return "  " + "; ".join(part for part in (known, drawn) if part)


def _some(names: list[str]) -> Iterator[str]:
    distinct = sorted(set(names))
    yield from distinct[:3]
    if len(distinct) > 3:
        yield f"{len(distinct) - 3} more"


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
