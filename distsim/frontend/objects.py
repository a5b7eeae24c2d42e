"""What every object of a simulation has: a name, a clock, a place in the time step, and parts.

`distsim.frontend.network` collects these objects and puts their descriptions together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from distsim.frontend.clocks import Clock, clock_of
from distsim.frontend.frames import caller_frame, place_of
from distsim.frontend.naming import Nameable, Trackable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BrianObject",
    "BrianObjectException",
    "Nameable",
    "SimulationObject",
    "SimulationObjectError",
    "Trackable",
]


class SimulationObject(Nameable):
    """An object that takes part in a run.

    Parameters
    ----------
    name
        See `Nameable`.
    dt
        Time between two executions of its code; its own clock is made for it.
    clock
        A clock; neither `dt` nor `clock` means the default clock.
    when, order
        The slot of the time step, and the place within the slot: lower numbers come first, then names decide.

    Attributes
    ----------
    contained_objects : list
        Its parts: added to a network together with it, and switched off together with it.
    created_at : str
        File and line of the script.
    """

    add_to_magic_network: ClassVar[bool] = True
    """Whether `run` finds it among the variables of its caller; parts are found by their whole."""

    invalidates_magic_network: ClassVar[bool] = True
    """Whether a new one beside old ones makes it unclear if `run` continues or starts a simulation."""

    contained_objects: list[SimulationObject]

    def __init__(
        self,
        name: str | None = None,
        *,
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "start",
        order: int = 0,
    ) -> None:
        super().__init__(name)
        if not isinstance(when, str):
            raise TypeError(f"{self.name}: 'when' must be the name of a slot, not {when!r}")
        self._clock = clock_of(dt, clock)
        self._active = True
        self.when = when
        self.order = int(order)
        self.contained_objects = []
        self.created_at = place_of(caller_frame())

    @property
    def clock(self) -> Clock:
        """The clock that tells when its code runs."""
        return self._clock

    @property
    def active(self) -> bool:
        """Whether its code runs; setting it sets that of its parts as well."""
        return self._active

    @active.setter
    def active(self, value: bool) -> None:
        self._active = bool(value)
        for contained in self.contained_objects:
            contained.active = value

    @property
    def all_contained(self) -> Sequence[SimulationObject]:
        """Its parts, their parts, and so on."""
        return [
            found for contained in self.contained_objects for found in (contained, *contained.all_contained)
        ]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class SimulationObjectError(Exception):
    """An error found when an object is prepared for a run; its cause is the original error.

    Parameters
    ----------
    message
        What went wrong.
    simulation_object
        The object.
    """

    def __init__(self, message: str, simulation_object: SimulationObject) -> None:
        super().__init__(
            f"Error encountered with object named '{simulation_object.name}' "
            f"(made in {simulation_object.created_at}): {message}"
        )
        self.simulation_object = simulation_object


BrianObject = SimulationObject
"""The name that scripts written for Brian 2 know it by."""

BrianObjectException = SimulationObjectError
"""The name that scripts written for Brian 2 know it by."""
