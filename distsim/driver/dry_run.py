"""A forecast without building: sizes, memory, the epoch and the speed of a network on a number of ranks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from distsim.driver.balance import balanced
from distsim.driver.cost_model import LATENCY, Rates, Work, explain, rates_of
from distsim.driver.expected import expected_synapses, value_of
from distsim.engine.plan import Plan, make_plan
from distsim.engine.simulation import LONGEST_EPOCH
from distsim.engine.state import padded
from distsim.equations.tree import Expression
from distsim.kernels.evaluate import evaluate
from distsim.network import ModelError, Network, PathwaySide, population_of
from distsim.program.clocks import delay_steps
from distsim.program.operation import Extent
from distsim.program.synapses import AdditivePathway, SynapseModel
from distsim.recording import Summary

TARGET_BYTES = 4
PLACE_BYTES = 4
DELAY_BYTES = 2


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the speed on many ranks is predicted from.

    Parameters
    ----------
    run
        Summary of a run of the same model, or of a smaller one with the same populations, on few ranks.
    latency
        Seconds that one small collective takes on so many ranks.
    """

    run: Summary
    latency: float = LATENCY


def dry_run(network: Network, ranks: int, assumed: Assumptions | None = None) -> str:
    """Return a description of what running `network` on `ranks` ranks would take.

    Parameters
    ----------
    assumed
        Without it, nothing is said of the speed.

    Raises
    ------
    ModelError
        If the network cannot be run, or the run that was measured does not tell enough.
    """
    plan = balanced(make_plan(network, ranks))
    partition = plan.partition(ranks)
    lines = [
        f"{network.name} on {_ranks(ranks)}, dt = {plan.program.dt * 1e3:g} ms",
        "",
    ]
    lines += [f"  population {p.name}: {p.size} neurons" for p in network.populations]
    synapse_bytes = 0.0
    counts: dict[str, float] = {}
    for model in plan.program.synapses.values():
        count = expected_synapses(plan, model)
        each = bytes_per_synapse(plan, model)
        counts[model.projection.name] = count
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
    lines += ["", f"  {sum(neurons)} neurons, {sum(counts.values()):.0f} synapses expected"]
    lines += [
        f"  rank {rank}: {neurons[rank]} neurons, about {_size(neuron_bytes[rank] + synapse_bytes / ranks)}"
        for rank in range(ranks)
    ]
    lines.append(_epoch(plan, ranks))
    if assumed is not None:
        rates = rates_of(assumed.run)
        work = work_of(plan, ranks, max(neurons), counts, rates)
        lines += ["", *_basis(assumed.run, ranks), *explain(work, rates, assumed.latency)]
    return "\n".join(lines)


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
        value = evaluate(delay, lambda name: value_of(model, name))
    except (KeyError, ValueError):
        return None
    return float(value) if value.ndim == 0 else None


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
    shortest, unknown = _delays(plan)
    if shortest is None and not unknown:
        return "  no synapses: no exchange of spikes"
    known = f"an exchange of spikes every {shortest + 1} steps" if shortest is not None else ""
    drawn = f"delays of {', '.join(_some(unknown))} are known only when drawn" if unknown else ""
    return "  " + "; ".join(part for part in (known, drawn) if part)


def _delays(plan: Plan) -> tuple[int | None, list[str]]:
    """Return the shortest delay [base steps] of those that are known, and the projections of the others."""
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
    return min(shortest, default=None), unknown


def work_of(plan: Plan, ranks: int, fullest: int, synapses: Mapping[str, float], rates: Rates) -> Work:
    """Return what there is to do in a simulated second, with neurons as active as those measured.

    Parameters
    ----------
    fullest
        Neurons on the rank that has most.
    synapses
        Number of each projection's.
    """
    program = plan.program
    events = 0.0
    for pathway in program.pathways:
        projection = program.synapses[pathway.projection].projection
        driving = projection.source if pathway.pathway.side is PathwaySide.PRE else projection.target
        events += synapses[pathway.projection] * _rate(rates, driving.population)
    spiking = [population_of(stream) for stream in program.spiking]
    return Work(
        ranks=ranks,
        dt=program.dt,
        epoch_steps=_epoch_steps(plan, ranks, rates),
        streams=len(spiking),
        fullest=fullest,
        spikes=sum(plan.network.population(name).size * _rate(rates, name) for name in spiking),
        events=events,
    )


def _epoch_steps(plan: Plan, ranks: int, rates: Rates) -> int:
    """Return the steps between two exchanges; where delays are drawn, as many as in the measured run."""
    if ranks == 1:
        return LONGEST_EPOCH
    shortest, unknown = _delays(plan)
    if unknown:
        return rates.epoch_steps
    return LONGEST_EPOCH if shortest is None else shortest + 1


def _rate(rates: Rates, population: str) -> float:
    if population not in rates.spikes:
        raise ModelError(f"the measured run has no population '{population}'")
    return rates.spikes[population]


def _basis(run: Summary, ranks: int) -> list[str]:
    """Return what a prediction rests on."""
    rates = ", ".join(f"{name} {rate:.3g} Hz" for name, rate in sorted(run.mean_rates_hz.items()))
    size = f"{run.neurons} neurons and {run.synapses} synapses on {_ranks(run.ranks)}"
    return textwrap.wrap(
        f"predicted for {_ranks(ranks)}, for the one with most neurons, from a run of {run.model} with "
        f"{size}, with rates of {rates}:",
        width=110,
        initial_indent="  ",
        subsequent_indent="  ",
    )


def _ranks(count: int) -> str:
    return f"{count} rank{'s' if count > 1 else ''}"


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
