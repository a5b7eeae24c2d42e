"""Running without naming a network: what the caller's variables hold, and what is done to it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from distsim.driver import current_session
from distsim.equations.functions import SECOND
from distsim.frontend import randomness
from distsim.frontend.clocks import reset_default_clock
from distsim.frontend.devices import reinit_devices
from distsim.frontend.frames import caller_frame
from distsim.frontend.logger import get_logger, reset_messages
from distsim.frontend.naming import next_created
from distsim.frontend.network import Network
from distsim.frontend.objects import SimulationObject
from distsim.frontend.preferences import prefs
from distsim.frontend.reports import ProfilingSummary, Schedule
from distsim.units import Quantity

_logger = get_logger(__name__)


class MagicError(Exception):
    """It is unclear which objects a run means, or whether it continues an earlier one."""


class _Scope:
    start = -1
    """Objects older than this number are ignored."""


def collect(level: int = 0) -> set[SimulationObject]:
    """Return the objects that are values of the caller's local and global variables.

    Parameters
    ----------
    level
        How many frames further out to look.
    """
    return set(_found(caller_frame(level)))


def _found(frame: FrameType) -> list[SimulationObject]:
    seen: dict[int, SimulationObject] = {}
    for value in (*frame.f_globals.values(), *frame.f_locals.values()):
        if (
            isinstance(value, SimulationObject)
            and value.add_to_magic_network
            and value.created >= _Scope.start
        ):
            seen[id(value)] = value
    return sorted(seen.values(), key=lambda each: each.created)


class MagicNetwork(Network):
    """The network of all objects that the caller of `run` can see."""

    def __init__(self) -> None:
        super().__init__(name="magicnetwork*")
        self._known: set[int] = set()

    def update(self, frame: FrameType) -> None:
        """Take the objects that are variables of a frame.

        Raises
        ------
        MagicError
            If some of them belong to an earlier run and some that matter do not.
        """
        objects = _found(frame)
        deciding = [each for each in objects if each.invalidates_magic_network]
        known = [each for each in deciding if each.created in self._known]
        if known and len(known) < len(deciding):
            new = ", ".join(f"'{each.name}'" for each in deciding if each.created not in self._known)
            raise MagicError(
                f"some objects have been run before and others are new ({new}), so it is unclear whether the "
                "run continues or begins at t = 0; use a Network and add the objects to it, or start_scope() "
                "to leave the old ones out"
            )
        if not known:
            self._time, self._begun = 0.0, False
            self._stored.clear()
        self.objects = []
        self.add(*_complete(objects))
        self._known = {each.created for each in deciding}

    def forget(self) -> None:
        """Begin anew."""
        self.objects, self._known = [], set()
        self._time, self._begun = 0.0, False
        self._stored.clear()


def _complete(objects: list[SimulationObject]) -> list[SimulationObject]:
    """Return the objects whose dependencies are among them; the others are left out with a warning."""
    every = {id(each) for found in objects for each in (found, *found.all_contained)}
    kept = []
    for each in objects:
        missing = [n for n in getattr(each, "dependencies", ()) if id(n) not in every]
        if missing:
            _logger.warn(
                f"'{each.name}' is left out of the run, because '{missing[0].name}', which it needs, is not "
                "among the variables of the caller",
                "missing_dependency",
            )
        else:
            kept.append(each)
    return kept


magic_network = MagicNetwork()
"""The network of `run`."""


def run(
    duration: Any,
    report: str | Callable[..., Any] | None = None,
    report_period: Any = Quantity(10.0, dim=SECOND),  # noqa: B008 (a constant)
    namespace: Mapping[str, Any] | None = None,
    profile: bool | None = None,
    level: int = 0,
) -> None:
    """Simulate the objects that are values of the caller's variables; see `Network.run`."""
    magic_network.update(caller_frame(level))
    try:
        magic_network.run(duration, report, report_period, namespace, profile, level=level)
    finally:
        # Only the caller's variables keep the objects alive; their names are free when they are gone.
        magic_network.objects = []


def stop() -> None:
    """End the run after the current step; called by a network operation."""
    current_session().stop()


def store(name: str = "default", filename: str | None = None) -> None:
    """Keep the state of the objects that are values of the caller's variables; see `Network.store`."""
    magic_network.update(caller_frame())
    magic_network.store(name, filename)


def restore(name: str = "default", filename: str | None = None, restore_random_state: bool = False) -> None:
    """Go back to a state that `store` has kept; see `Network.restore`."""
    magic_network.update(caller_frame())
    magic_network.restore(name, filename, restore_random_state)


def start_scope() -> None:
    """Leave all objects made so far out of later calls of `run`."""
    _Scope.start = next_created()


def profiling_summary(network: Network | None = None, show: int | None = None) -> ProfilingSummary:
    """Return how long the last run took, to be printed."""
    return ProfilingSummary((network or magic_network).profiling_info, show)


def scheduling_summary(network: Network | None = None) -> Schedule:
    """Return the order of things in a step, to be printed."""
    if network is None:
        magic_network.update(caller_frame())
        network = magic_network
    return network.scheduling_summary()


def restore_initial_state() -> None:
    """Bring clock, preferences, device, seed and magic network back to what they are when a script begins."""
    reset_messages()
    reset_default_clock()
    prefs.reset_to_defaults()
    reinit_devices()
    randomness.seed(0)
    magic_network.forget()
    start_scope()
    gc.collect()
