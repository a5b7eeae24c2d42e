"""The methods by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.suggest import did_you_mean
from distsim.integrators.euler import Euler
from distsim.integrators.exact import Exact
from distsim.integrators.exponential_euler import ExponentialEuler
from distsim.integrators.heun import Heun
from distsim.integrators.milstein import Milstein
from distsim.integrators.rk2 import RungeKutta2
from distsim.integrators.rk4 import RungeKutta4

if TYPE_CHECKING:
    from distsim.integrators.protocol import Integrator

_ALIASES = {"linear": "exact"}
_methods: dict[str, Integrator] = {
    method.name: method
    for method in (Exact(), Euler(), ExponentialEuler(), RungeKutta2(), RungeKutta4(), Heun(), Milstein())
}


def register(integrator: Integrator) -> None:
    """Make a method available under its name.

    Raises
    ------
    ValueError
        If the name is taken by another method.
    """
    name = integrator.name.lower()
    if name in _ALIASES or _methods.get(name, integrator) is not integrator:
        raise ValueError(f"there is already an integration method named {name!r}")
    _methods[name] = integrator


def find_method(name: str) -> Integrator:
    """Return the method of a name, in upper or lower case; ``linear`` is another word for ``exact``.

    Raises
    ------
    ValueError
        If there is none; the message suggests near ones.
    """
    key = name.lower()
    try:
        return _methods[_ALIASES.get(key, key)]
    except KeyError:
        known = sorted((*_methods, *_ALIASES))
        hint = did_you_mean(key, known) or f"; methods are {', '.join(known)}"
        raise ValueError(f"there is no integration method {name!r}{hint}") from None


def method_names() -> tuple[str, ...]:
    """Return the names of all methods, sorted."""
    return tuple(sorted(_methods))
