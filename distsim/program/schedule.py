"""The slots of a time step, the order of what runs in them, and the cut.

Within a slot, operations run by ``(order, name)``, names compared as text: users rely on it.

The *cut* is the place in the step up to which everything that makes spikes has run, and from which on spikes
of the same step can arrive.  A schedule in which synapses come before thresholds has it behind the
thresholds: what arrives then are spikes of earlier steps, and every delay is one step more than the user's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from distsim.equations.suggest import did_you_mean
from distsim.network import ModelError, Network, PathwaySide, Population

BASE_SLOTS = ("start", "groups", "thresholds", "synapses", "resets", "end")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The slots of a step.

    Parameters
    ----------
    bases
        The slots without those before and after each, first to last.
    cut
        Place of the first slot after the cut.
    """

    bases: tuple[str, ...]
    cut: int

    @classmethod
    def of(cls, bases: Iterable[str]) -> Schedule:
        """Return a schedule with these slots, not cut yet.

        Raises
        ------
        ModelError
            For what cannot be a slot, or is there twice.
        """
        found = tuple(bases)
        _check_bases(found)
        return cls(found, 0)

    @property
    def slots(self) -> tuple[str, ...]:
        """Return all slots of a step, first to last."""
        return tuple(slot for base in self.bases for slot in (f"before_{base}", base, f"after_{base}"))

    def place(self, slot: str, what: str = "") -> int:
        """Return the place of a slot.

        Parameters
        ----------
        what
            Who asks, for the message.

        Raises
        ------
        ModelError
            If there is no such slot.
        """
        try:
            return self.slots.index(slot)
        except ValueError:
            begin = f"{what}: " if what else ""
            raise ModelError(
                f"{begin}the schedule has no slot '{slot}'{did_you_mean(slot, self.slots)} "
                f"(the slots are {', '.join(self.bases)}, each with a before_ and an after_ one)"
            ) from None

    def after_cut(self, slot: str) -> bool:
        """Tell whether `slot` runs after the spikes of the step are known."""
        return self.place(slot) >= self.cut


STANDARD = Schedule(BASE_SLOTS, 3 * BASE_SLOTS.index("synapses"))
"""The schedule where the user asks for no other."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A pathway as the schedule sees it: when its events are found, and when its code runs."""

    name: str
    stream: str
    found: int
    runs: int

    @property
    def early(self) -> bool:
        """Tell whether the code comes before the events in a step, so that it gets those of earlier steps."""
        return self.runs < self.found


def schedule_of(network: Network) -> Schedule:
    """Return the schedule of a network, its cut where all pathways can be served.

    Raises
    ------
    ModelError
        For a slot that is not there, or a pathway for which no cut is right.
    """
    schedule = Schedule.of(network.schedule)
    deliveries = list(_deliveries(network, schedule))
    for delivery in deliveries:
        if delivery.runs == delivery.found:
            raise ModelError(
                f"{delivery.name}: its code runs in the slot in which the events that drive it are found, "
                f"'{schedule.slots[delivery.runs]}'; give it another slot"
            )
    makers = [(delivery.found, delivery.stream) for delivery in deliveries]
    if "thresholds" in schedule.bases:
        makers.append((schedule.place("thresholds"), "all populations"))
    found, stream = max(makers, default=(-1, ""))
    takers = [(delivery.runs, delivery.name) for delivery in deliveries if not delivery.early]
    runs, pathway = min(takers, default=(len(schedule.slots), ""))
    if found >= runs:
        raise ModelError(
            f"{pathway}: its code runs in the slot '{schedule.slots[runs]}', before the events of {stream} "
            f"are found in the slot '{schedule.slots[found]}'; give one of them another slot"
        )
    cut = min(max(_usual_cut(schedule), found + 1), runs)
    return Schedule(schedule.bases, cut)


def _check_bases(bases: Iterable[str]) -> None:
    seen: set[str] = set()
    for base in bases:
        if not base.isidentifier() or base.startswith(("before_", "after_")):
            raise ModelError(f"'{base}' cannot be a slot of the schedule")
        if base in seen:
            raise ModelError(f"the schedule has the slot '{base}' twice")
        seen.add(base)
    if not seen:
        raise ModelError("the schedule has no slots")


def _usual_cut(schedule: Schedule) -> int:
    """Return the cut without regard to pathways: before the synapses, or else behind the thresholds."""
    places = {base: 3 * index for index, base in enumerate(schedule.bases)}
    thresholds, synapses = places.get("thresholds", -3), places.get("synapses", -3)
    return synapses if synapses > thresholds else thresholds + 3


def _deliveries(network: Network, schedule: Schedule) -> Iterable[Delivery]:
    found = {
        (population.name, event.name): schedule.place(event.when, f"{population.name} {event.name}")
        for population in network.populations
        if isinstance(population, Population)
        for event in population.events
    }
    for projection in network.projections:
        for pathway in projection.pathways:
            side = projection.source if pathway.side is PathwaySide.PRE else projection.target
            name = f"{projection.name}_{pathway.name}"
            place = found.get((side.population, pathway.event))
            if place is None:
                place = schedule.place("thresholds", side.population)
            yield Delivery(
                name, f"{side.population} {pathway.event}", place, schedule.place(pathway.when, name)
            )
