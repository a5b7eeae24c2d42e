"""What the driver works out once and every rank receives: program, kernels' source, partition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from distsim import __version__
from distsim.engine.one_shot import timed_functions
from distsim.equations.tree import Expression, functions
from distsim.kernels.emit import Constants, Emitted, emit_program
from distsim.kernels.evaluate import evaluate
from distsim.kernels.warm_up import DRAWING, SORTING
from distsim.network import Constant, ModelError, Network, Population, TimedArray, UserFunction
from distsim.partition import Costs, Partition
from distsim.program import AdditivePathway, Program, Traces, build_program


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A network ready to be built on any number of ranks.

    Parameters
    ----------
    numbers
        The numbers computed before the run, for each kernel instance.
    costs
        What neurons cost the rank that has them; 1 where nothing is said.
    """

    network: Network
    program: Program
    emitted: Emitted
    numbers: Mapping[str, NDArray[np.float64]]
    costs: Costs = field(default_factory=dict)

    @property
    def one_shot_functions(self) -> frozenset[str]:
        """Return the functions that building the network calls, sorting and drawing among them."""
        network = self.network
        values: list[object] = [
            value for p in network.populations if isinstance(p, Population) for _, value in p.initial
        ]
        for projection in network.projections:
            values += [value for _, value in projection.initial]
            values += [pathway.delay for pathway in projection.pathways]
        for pathway in self.program.pathways:
            if isinstance(pathway, AdditivePathway):
                values += [part.value for part in pathway.parts]
        called = {name for value in values if isinstance(value, Expression) for name in functions(value)}
        if network.projections:
            called.add(SORTING)
        if any(connect.rule == "probability" for p in network.projections for connect in p.connect):
            called.add(DRAWING)
        return frozenset(called)

    def partition(self, ranks: int) -> Partition:
        """Return who holds which neurons."""
        return Partition.balanced({p.name: p.size for p in self.network.populations}, ranks, self.costs)


def make_plan(
    network: Network, ranks: int, traces: Traces | None = None, *, apart: bool = False, phases: bool = False
) -> Plan:
    """Work out the step program of a network and write its kernels for a number of ranks.

    Parameters
    ----------
    traces
        The variables of synapses to be kept once for each source or target; None means all that can be.
    apart
        Whether operations are kept apart, so that the time of each can be taken.
    phases
        Whether one rank, too, hands its spikes over in a call of its own, whose time can be taken.

    Raises
    ------
    ModelError
        If the network cannot be run; the message names the object.
    """
    _check_unique_names(network)
    program = build_program(network, traces, apart=apart)
    if ranks > 1:
        _check_ranks(program)
    emitted = emit_program(program, __version__, alone=ranks == 1, phases=phases)
    numbers = {constants.name: _numbers(constants) for constants in emitted.constants}
    return Plan(network, program, emitted, numbers)


def _check_ranks(program: Program) -> None:
    for operation in program.operations:
        if operation.rank_bound is not None:
            raise ModelError(
                f"{operation.name}: its result depends on the order in which single synapses are visited "
                f"({operation.rank_bound}), so it can be run on one rank only"
            )


def _check_unique_names(network: Network) -> None:
    seen: set[str] = set()
    groups = (
        network.populations,
        network.projections,
        network.inputs,
        network.spike_monitors,
        network.state_monitors,
        network.rate_monitors,
        network.regular,
        network.host_operations,
    )
    for name in (item.name for group in groups for item in group):
        if name in seen:
            raise ModelError(f"two objects are called '{name}'")
        seen.add(name)
    # The arrays of a pathway are found by its full name.
    for projection in network.projections:
        for name in (f"{projection.name}_{pathway.name}" for pathway in projection.pathways):
            if name in seen:
                raise ModelError(f"a pathway of {projection.name} and another object are called '{name}'")
            seen.add(name)


def _numbers(constants: Constants) -> NDArray[np.float64]:
    """Evaluate what a kernel instance needs beforehand; the first number is the step of its clock."""

    def lookup(name: str) -> float:
        if name == "dt":
            return constants.dt
        binding = constants.scope.get(name)
        if not isinstance(binding, Constant):
            owner = constants.name.rpartition(" (")[0]
            raise ModelError(f"{owner}: '{name}' cannot be used in code that runs in every step")
        return float(binding.value)

    outside = {n: x for n, x in constants.scope.items() if isinstance(x, TimedArray | UserFunction)}
    functions = timed_functions(outside)
    values = [evaluate(e, lookup, functions=functions) for e in constants.expressions]
    return np.array([constants.dt, *(float(value) for value in values)])
