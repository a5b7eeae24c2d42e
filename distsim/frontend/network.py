"""Networks: which objects are simulated together, their time, and running them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from distsim.driver import current_session
from distsim.equations.functions import SECOND
from distsim.frontend import randomness
from distsim.frontend.clocks import defaultclock
from distsim.frontend.description import describe_network
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import VariableOwner, discard_released
from distsim.frontend.logger import get_logger
from distsim.frontend.naming import Nameable
from distsim.frontend.objects import SimulationObject, SimulationObjectError
from distsim.frontend.operations import NetworkOperation, RunsOnDriver, call_hook, runs_on_driver
from distsim.frontend.preferences import prefs
from distsim.frontend.reports import Reporter, Schedule
from distsim.frontend.states import StoredState, load_states, save_states
from distsim.integrators import UnsupportedEquationsError
from distsim.network import ModelError
from distsim.program.build import smallest_step
from distsim.program.clocks import TOLERANCE
from distsim.units import DimensionMismatchError, Quantity, get_dimensions

_logger = get_logger(__name__)


class Network(Nameable):
    """Objects that are simulated together.

    Parameters
    ----------
    *objects
        Groups, synapses, inputs, monitors and operations, also in lists, tuples, sets and dictionaries; what
        they contain comes with them.
    name
        ``network``, ``network_1`` ... by default.

    Attributes
    ----------
    objects : list
        The objects that have been added, without their parts.
    """

    def __init__(self, *objects: Any, name: str | None = "network*") -> None:
        super().__init__(name)
        self.objects: list[SimulationObject] = []
        self._time = 0.0
        self._begun = False
        self._key: int | None = None
        self._schedule: tuple[str, ...] | None = None
        self._stored: dict[str, StoredState] = {}
        self._profile: Mapping[str, float] | None = None
        self.add(*objects)

    # -- what belongs to it

    def add(self, *objects: Any) -> None:
        """Add objects, or containers of objects."""
        for each in objects:
            if isinstance(each, SimulationObject):
                if not any(each is known for known in self.objects):
                    self.objects.append(each)
            elif isinstance(each, Mapping):
                self.add(*each.values())
            elif isinstance(each, Iterable) and not isinstance(each, str):
                self.add(*each)
            else:
                raise TypeError(f"only objects of a simulation can be added to a network, not {each!r}")

    def remove(self, *objects: Any) -> None:
        """Take objects, or containers of objects, out again."""
        for each in objects:
            if isinstance(each, SimulationObject):
                gone = {id(each), *map(id, each.all_contained)}
                self.objects = [known for known in self.objects if id(known) not in gone]
                self._check_no_part(each)
            elif isinstance(each, Iterable) and not isinstance(each, str):
                self.remove(*each)
            else:
                raise TypeError(f"only objects of a simulation can be removed from a network, not {each!r}")

    def _check_no_part(self, removed: SimulationObject) -> None:
        """Refuse to remove what is there as a part of another object."""
        if any(removed is known for known in self.all_objects):
            raise ValueError(
                f"'{removed.name}' is a part of another object of '{self.name}' and cannot be removed; it is "
                "switched off by active = False"
            )

    @property
    def all_objects(self) -> list[SimulationObject]:
        """The objects that have been added, each followed by its parts."""
        every = (part for each in self.objects for part in (each, *each.all_contained))
        return list({id(each): each for each in every}.values())

    def __getitem__(self, name: str) -> SimulationObject:
        if not isinstance(name, str):
            raise TypeError(f"objects are found by their names, not by {name!r}")
        for each in self.all_objects:
            if each.name == name:
                return each
        raise KeyError(f"there is no object named '{name}' in '{self.name}'")

    def __contains__(self, item: Any) -> bool:
        return any(item is each or item == each.name for each in self.all_objects)

    def __len__(self) -> int:
        return len(self.all_objects)

    def __iter__(self) -> Iterator[SimulationObject]:
        return iter(self.all_objects)

    @property
    def sorted_objects(self) -> list[SimulationObject]:
        """The objects in the order in which they run: by slot, order and name."""
        return Schedule.sorted_objects(self.all_objects, self.schedule)

    # -- time and order

    @property
    def t(self) -> Any:
        """The time that has been reached."""
        return Quantity(self._time, dim=SECOND)

    @property
    def t_(self) -> float:
        """The time that has been reached, in seconds."""
        return self._time

    @property
    def schedule(self) -> list[str]:
        """The slots of a time step in their order; ``before_`` and ``after_`` each are further slots."""
        return list(self._schedule or prefs["core.network.default_schedule"])

    @schedule.setter
    def schedule(self, slots: Sequence[str] | None) -> None:
        if slots is None:
            self._schedule = None
            return
        if isinstance(slots, str) or not all(isinstance(slot, str) for slot in slots):
            raise TypeError(f"a schedule is a list of names of slots, not {slots!r}")
        wrong = [slot for slot in slots if slot.startswith(("before_", "after_"))]
        if wrong:
            raise ValueError(f"slots before_ and after_ others are there by themselves: {', '.join(wrong)}")
        self._schedule = tuple(slots)

    def scheduling_summary(self) -> Schedule:
        """Return a table of what runs in a step, to be printed."""
        return Schedule(self.all_objects, self.schedule)

    # -- running

    def run(
        self,
        duration: Any,
        report: str | Callable[..., Any] | None = None,
        report_period: Any = Quantity(10.0, dim=SECOND),  # noqa: B008 (a constant)
        namespace: Mapping[str, Any] | None = None,
        profile: bool | None = None,
        level: int = 0,
    ) -> None:
        """Simulate.

        Parameters
        ----------
        duration
            How long [s].
        report
            ``text`` or ``stdout``, ``stderr``, or a function of elapsed time, part done, start and duration.
        report_period
            Time between two reports.
        namespace
            External names; by default those that the caller can see.
        profile
            Whether to take how long each object takes, for `profiling_info`.  Their code is not fused then,
            so the run takes longer; its results are the same.
        level
            How many frames further out external names are looked up.

        Raises
        ------
        SimulationObjectError
            If an object is not right; the cause says what.
        """
        seconds = _duration(duration)
        external = ExternalNames.of_caller(namespace, level)
        self._begin()
        session = current_session()
        discard_released()
        objects = self.all_objects
        call_hook(objects, "before_run", external.names())
        described = describe_network(self.name, objects, external, self._key or 0, tuple(self.schedule))
        base = smallest_step(described.network)
        begin = self._time
        start, stop = first_step(begin, base), first_step(begin + seconds, base)
        self._move_clocks()
        for monitor in described.sinks.values():
            monitor.start_run(base)
        host = {
            each.name: self._host(each)
            for each in objects
            if isinstance(each, NetworkOperation) or runs_on_driver(each)
        }
        with Reporter(report, _duration(report_period), begin, seconds) as reporter:
            try:
                done = session.run(
                    described.network,
                    start,
                    stop - start,
                    host,
                    described.sinks,
                    lambda steps: reporter.report(steps * base),
                    profile=bool(profile),
                )
            except (ModelError, UnsupportedEquationsError) as error:
                culprit = self._named_first(str(error))
                if culprit is None:
                    raise
                raise SimulationObjectError(str(error), culprit) from error
        self._profile = session.profiled if profile else None
        # Functions called in the run have moved the time.
        self._time = begin + seconds if done == stop - start else (start + done) * base
        self._move_clocks()
        call_hook(objects, "after_run")
        if session.interrupted:
            _logger.warn(f"the run was interrupted at t = {self.t}; what has been recorded is there")

    def _named_first(self, message: str) -> SimulationObject | None:
        """Return the object whose name an error's message begins with."""
        name = message.partition(":")[0]
        return next((each for each in self.all_objects if each.name == name), None)

    def _begin(self) -> None:
        """Give the network random numbers of its own when it first runs, and when `seed` has been called."""
        if not self._begun or randomness.current.trial < 0:
            self._begin_trial()

    def _begin_trial(self) -> None:
        """Let what follows draw other numbers than what has been."""
        self._begun = True
        randomness.current.begin_trial()
        self._key = randomness.current.key

    def _host(self, called: NetworkOperation | RunsOnDriver) -> Callable[[float], None]:
        def call(time: float) -> None:
            self._time = time
            self._move_clocks()
            if isinstance(called, NetworkOperation):
                called(time)
            else:
                called.run()

        return call

    def _move_clocks(self) -> None:
        for clock in {id(each.clock): each.clock for each in self.all_objects}.values():
            clock.move_to(self._time)
        defaultclock.move_to(self._time)

    def stop(self) -> None:
        """End the run after the current step; called by a network operation."""
        current_session().stop()

    @property
    def profiling_info(self) -> list[tuple[str, Any]]:
        """How long each object, or part of one, took in the last run: names and times, the longest first.

        On the driver's rank.  Names in parentheses stand for what belongs to no object.
        """
        if self._profile is None:
            raise ValueError("there is no profile: call run(..., profile=True)")
        longest_first = sorted(self._profile.items(), key=lambda entry: -entry[1])
        return [(name, Quantity(seconds, dim=SECOND)) for name, seconds in longest_first]

    # -- state

    def store(self, name: str = "default", filename: str | None = None) -> None:
        """Keep the state of all objects, the time and what has been recorded.

        Parameters
        ----------
        name
            What it is called.
        filename
            A file to keep it in, instead of memory.
        """
        state = StoredState.of(self.all_objects, self._time, self._key)
        if filename is None:
            self._stored[name] = state
        else:
            save_states(filename, name, state)

    def restore(
        self, name: str = "default", filename: str | None = None, restore_random_state: bool = False
    ) -> None:
        """Go back to a state that `store` has kept.

        Parameters
        ----------
        name
            What it is called.
        filename
            The file it is in, if it is in one.
        restore_random_state
            Whether the same random numbers follow as the first time.

        Raises
        ------
        KeyError
            If there is no such state.
        """
        states = self._stored if filename is None else load_states(filename)
        if name not in states:
            known = ", ".join(map(repr, states)) or "nothing"
            raise KeyError(f"no state '{name}' has been stored in '{self.name}'; there is {known}")
        state = states[name]
        state.bring_back(self.all_objects)
        self._time = state.time
        for clock in {id(each.clock): each.clock for each in self.all_objects}.values():
            clock.set_step(clock.step_at(self._time))
        defaultclock.set_step(defaultclock.step_at(self._time))
        if restore_random_state:
            self._key, self._begun = state.key, True
        else:
            self._begin_trial()

    def get_states(self, units: bool = True, format: str = "dict", **options: Any) -> dict[str, Any]:  # noqa: A002
        """Return the values of all variables of all groups, by name of the group, then of the variable."""
        return {
            each.name: each.get_states(units=units, format=format, **options)
            for each in self.all_objects
            if hasattr(each, "get_states")
        }

    def set_states(self, values: Mapping[str, Any], units: bool = True, format: str = "dict") -> None:  # noqa: A002
        """Give groups the values that `get_states` has returned."""
        for name, states in values.items():
            each = self[name]
            if isinstance(each, VariableOwner):
                each.set_states(states, units=units, format=format)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} at t = {self.t} with {len(self)} objects>"


def first_step(time: float, dt: float) -> int:
    """Return the number of the first step that is not before a time [s], 1e-4 steps being nothing."""
    nearest = round(time / dt)
    if abs(time / dt - nearest) <= TOLERANCE:
        return nearest
    return nearest + 1 if nearest * dt < time else nearest


def _duration(value: Any) -> float:
    if get_dimensions(value) is not SECOND:
        raise DimensionMismatchError(
            f"the duration must be a time, not {value}", get_dimensions(value), SECOND
        )
    seconds = float(value)
    if not seconds >= 0:
        raise ValueError(f"the duration must not be negative, it is {value}")
    return seconds
