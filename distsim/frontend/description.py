"""From the objects of a script to the description of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from distsim.equations import EquationError
from distsim.frontend.clocks import defaultclock
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import Describable
from distsim.frontend.namespaces import NameResolutionError
from distsim.frontend.objects import SimulationObject, SimulationObjectError
from distsim.frontend.operations import runs_on_driver
from distsim.frontend.parts import GroupPart
from distsim.network import (
    HostOperation,
    ModelError,
    Network,
    PoissonInput,
    Population,
    Projection,
    RateMonitor,
    Regular,
    SpikeMonitor,
    SpikeTimes,
    StateMonitor,
)
from distsim.units import DimensionMismatchError


@dataclass(slots=True)
class _Sorted:
    """The items of a description by kind."""

    populations: list[Population | SpikeTimes] = field(default_factory=list)
    projections: list[Projection] = field(default_factory=list)
    inputs: list[PoissonInput] = field(default_factory=list)
    spike_monitors: list[SpikeMonitor] = field(default_factory=list)
    state_monitors: list[StateMonitor] = field(default_factory=list)
    rate_monitors: list[RateMonitor] = field(default_factory=list)
    regular: list[Regular] = field(default_factory=list)
    host_operations: list[HostOperation] = field(default_factory=list)

    def add(self, item: object) -> None:
        match item:
            case Population() | SpikeTimes():
                self.populations.append(item)
            case Projection():
                self.projections.append(item)
            case PoissonInput():
                self.inputs.append(item)
            case SpikeMonitor():
                self.spike_monitors.append(item)
            case StateMonitor():
                self.state_monitors.append(item)
            case RateMonitor():
                self.rate_monitors.append(item)
            case Regular():
                self.regular.append(item)
            case HostOperation():
                self.host_operations.append(item)
            case _:
                raise TypeError(f"{item!r} cannot be part of a network")


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """A network ready to be run.

    Parameters
    ----------
    sinks
        Where the data of each monitor go.
    """

    network: Network
    sinks: dict[str, Any]


def describe_network(
    name: str,
    objects: Sequence[SimulationObject],
    external: ExternalNames,
    seed: int,
    schedule: tuple[str, ...],
) -> Described:
    """Return the description of what a network does in a step, with the values that names have now.

    Raises
    ------
    SimulationObjectError
        If an object is not right; its cause is the error itself.
    ValueError
        If two objects have the same name, or an object that another one needs is not there.
    """
    _check_names(objects)
    items = _Sorted()
    sinks = {}
    for each in objects:
        if runs_on_driver(each) and each.active:
            items.add(HostOperation(each.name, each.clock.dt_, each.when, each.order))
        if not isinstance(each, Describable):
            continue
        _check_dependencies(each, objects)
        for item in _described(each, external):
            items.add(item)
            if isinstance(item, SpikeMonitor | StateMonitor | RateMonitor):
                sinks[item.name] = each.sink  # type: ignore[attr-defined]
    network = Network(
        name=name,
        dt=defaultclock.dt_,
        seed=seed,
        populations=tuple(items.populations),
        projections=tuple(items.projections),
        inputs=tuple(items.inputs),
        spike_monitors=tuple(items.spike_monitors),
        state_monitors=tuple(items.state_monitors),
        rate_monitors=tuple(items.rate_monitors),
        regular=tuple(items.regular),
        host_operations=tuple(items.host_operations),
        schedule=schedule,
        streams=_streams(objects),
    )
    return Described(network, sinks)


def _described(each: Any, external: ExternalNames) -> Iterable[object]:
    try:
        return list(each.describe(external))
    except (
        EquationError,
        DimensionMismatchError,
        NameResolutionError,
        ModelError,
        ValueError,
        TypeError,
    ) as error:
        raise SimulationObjectError(str(error), each) from error


def _streams(objects: Sequence[SimulationObject]) -> dict[str, str]:
    """Return what keys the random numbers of objects: their place among those of their kind.

    Automatic names depend on which earlier objects are still alive; the numbers drawn must not.
    """
    counts: Counter[str] = Counter()
    streams = {}
    wholes = (each for each in objects if not isinstance(each, GroupPart))
    for each in sorted(wholes, key=lambda item: item.created):
        kind = type(each).__name__
        streams[each.name] = f"{kind} {counts[kind]}"
        counts[kind] += 1
    return streams


def _check_names(objects: Sequence[SimulationObject]) -> None:
    seen: dict[str, SimulationObject] = {}
    for each in objects:
        if each.name in seen:
            raise ValueError(
                f"two objects of the network are called '{each.name}': one made in "
                f"{seen[each.name].created_at}, the other in {each.created_at}"
            )
        seen[each.name] = each


def _check_dependencies(each: Any, objects: Sequence[SimulationObject]) -> None:
    for needed in each.dependencies:
        if not any(needed is known for known in objects):
            raise ValueError(
                f"'{each.name}' is in the network, but '{needed.name}', which it needs, is not; "
                "add it to the network, too"
            )
