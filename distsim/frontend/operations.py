"""Python functions that are called during a run: ``network_operation``, and objects of the script's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeGuard

from distsim.equations.functions import SECOND
from distsim.frontend.clocks import Clock
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.objects import SimulationObject
from distsim.network import HostOperation
from distsim.units import Quantity


class RunsOnDriver(Protocol):
    """An object of a class that the script derives from `BrianObject`, called in its place in a step.

    It may have two more methods: ``before_run(namespace)``, called before every run with the names from
    outside, and ``after_run()``.
    """

    name: str
    active: bool
    when: str
    order: int

    @property
    def clock(self) -> Clock:
        """Tells in which steps it is called."""
        ...

    def run(self) -> None:
        """Do what is to be done in a step."""
        ...


def runs_on_driver(candidate: object) -> TypeGuard[RunsOnDriver]:
    """Tell whether an object has code of the script's to be called in the step."""
    # Of its class, because a variable of a group may have this name, too.
    return callable(getattr(type(candidate), "run", None))


def call_hook(objects: Iterable[object], name: str, *arguments: Any) -> None:
    """Call a method of those active objects that are called in the step and have it."""
    for each in objects:
        hook = getattr(type(each), name, None)
        if runs_on_driver(each) and each.active and callable(hook):
            hook(each, *arguments)


class NetworkOperation(SimulationObject):
    """A function called at every step of a clock, on the driver.

    What it reads is gathered from all ranks and what it writes is sent to them; the ranks wait meanwhile.

    Parameters
    ----------
    function
        Takes no argument, or the time as a quantity.
    dt, clock
        How often it is called; every step of the default clock unless given.
    when, order
        The place in the step.
    name
        ``networkoperation``, ``networkoperation_1`` ... by default.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "start",
        order: int = 0,
        name: str | None = "networkoperation*",
    ) -> None:
        super().__init__(name, dt=dt, clock=clock, when=when, order=order)
        self.function = function
        self._own_clock = dt is not None or clock is not None
        self._takes_time = _takes_time(function)

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """None: nobody knows what a function reads."""
        return ()

    def describe(self, external: ExternalNames) -> Iterable[HostOperation]:  # noqa: ARG002
        """Return the description of the call."""
        if not self.active:
            return ()
        dt = self.clock.dt_ if self._own_clock else None
        return (HostOperation(self.name, dt, self.when, self.order),)

    def __call__(self, time: float) -> None:
        """Call the function at a time [s]."""
        if self._takes_time:
            self.function(Quantity(time, dim=SECOND))
        else:
            self.function()


def _takes_time(function: Callable[..., Any]) -> bool:
    if not callable(function):
        raise TypeError(f"a network operation must be a function, not {function!r}")
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return False
    required = [
        each
        for each in parameters
        if each.default is each.empty and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    if len(required) > 1:
        name = getattr(function, "__name__", repr(function))
        raise TypeError(
            f"the network operation '{name}' takes {len(required)} arguments; it may take none, or one for "
            "the time (of a method, pass the bound one: NetworkOperation(obj.method))"
        )
    return len(required) == 1


def network_operation(*args: Any, when: str = "start", **options: Any) -> Any:
    """Make a function a `NetworkOperation`: ``@network_operation`` or ``@network_operation(dt=1*ms)``.

    Parameters
    ----------
    when
        The slot in which it is called.
    **options
        ``dt``, ``clock``, ``order`` and ``name``, as for `NetworkOperation`.
    """
    if len(args) == 1 and callable(args[0]) and not isinstance(args[0], Clock):
        function = args[0]
        return NetworkOperation(function, when=when, **options)
    if len(args) == 1 and isinstance(args[0], Clock):
        options["clock"] = args[0]
    elif args:
        raise TypeError("network_operation takes keyword arguments only, or the function itself")

    def decorate(function: Callable[..., Any]) -> NetworkOperation:
        operation: NetworkOperation = network_operation(function, when=when, **options)
        return operation

    return decorate
