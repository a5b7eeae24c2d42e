"""Integration methods as public names: ``method=euler``, ``print(euler(equations))``, own methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from distsim.equations import Equations, NoiseKind, render_statement
from distsim.frontend.available_later import NotAvailable, gsl_rk2, gsl_rk4, gsl_rk8pd, gsl_rkck, gsl_rkf45
from distsim.frontend.logger import get_logger
from distsim.integrators import (
    DEFAULT_ORDER,
    Integrator,
    Problem,
    UnsupportedEquationsError,
    find_method,
    method_names,
)
from distsim.integrators.explicit import explicit_method

_logger = get_logger(__name__)
_GSL: Final = {method.name: method for method in (gsl_rk2, gsl_rk4, gsl_rkf45, gsl_rkck, gsl_rk8pd)}


class StateUpdateMethod:
    """A method as an object.

    Parameters
    ----------
    integrator
        What it does.

    Examples
    --------
    >>> print(euler("dv/dt = -v/(10*ms) : 1"))
    _v = v + dt*(-v/(10*ms))
    v = _v
    """

    _registered: Final[dict[str, StateUpdateMethod]] = {}

    def __init__(self, integrator: Integrator) -> None:
        self.integrator = integrator

    @property
    def name(self) -> str:
        """The name it can be chosen by."""
        return self.integrator.name

    def __call__(
        self,
        equations: Equations | str,
        variables: Mapping[str, Any] | None = None,  # noqa: ARG002
        method_options: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> str:
        """Return the statements of one step as text.

        Parameters
        ----------
        equations
            The equations.
        variables, method_options
            Accepted.

        Raises
        ------
        UnsupportedEquationsError
            If it cannot integrate them.
        """
        if isinstance(equations, str):
            equations = Equations(equations)
        refractory = any(flag.value == "unless refractory" for e in equations.values() for flag in e.flags)
        problem = Problem.from_equations(equations, refractory=refractory)
        return "\n".join(map(render_statement, self.integrator.integrate(problem)))

    @staticmethod
    def register(name: str, stateupdater: StateUpdateMethod) -> None:
        """Let a method of one's own be chosen by `name`.

        Raises
        ------
        ValueError
            If there is a method of this name.
        """
        key = name.lower()
        if key in method_names() or key in StateUpdateMethod._registered or key in _OLD_NAMES:
            raise ValueError(f"there is already an integration method named {name!r}")
        StateUpdateMethod._registered[key] = stateupdater

    def __repr__(self) -> str:
        return f"<integration method {self.name!r}>"


class ExplicitStateUpdater(StateUpdateMethod):
    """A method described by statements for ``dx/dt = f(x, t) + g(x, t)*xi``.

    Parameters
    ----------
    description
        The statements of a step, the last of which assigns ``x_new``; see `distsim.integrators.explicit`.
    stochastic
        None for equations without noise; ``additive`` or ``multiplicative`` for the kind of noise up to which
        it is correct.
    custom_check
        Accepted only as None.

    Examples
    --------
    >>> midpoint = ExplicitStateUpdater("k = dt*f(x, t); x_new = x + dt*f(x + k/2, t + dt/2)")
    """

    def __init__(self, description: str, stochastic: str | None = None, custom_check: Any = None) -> None:
        if custom_check is not None:
            raise NotImplementedError("custom_check is not supported: equations are checked by 'stochastic'")
        if stochastic not in _KINDS:
            raise ValueError(f"stochastic must be None, 'additive' or 'multiplicative', not {stochastic!r}")
        super().__init__(explicit_method("explicit", description, _KINDS[stochastic]))


_KINDS: Final = {
    None: NoiseKind.NONE,
    "additive": NoiseKind.ADDITIVE,
    "multiplicative": NoiseKind.MULTIPLICATIVE,
}
_OLD_NAMES: Final = {"linear": "exact", "independent": "exact"}

euler: Final = StateUpdateMethod(find_method("euler"))
rk2: Final = StateUpdateMethod(find_method("rk2"))
rk4: Final = StateUpdateMethod(find_method("rk4"))
exact: Final = StateUpdateMethod(find_method("exact"))
linear: Final = exact
independent: Final = exact
exponential_euler: Final = StateUpdateMethod(find_method("exponential_euler"))
heun: Final = StateUpdateMethod(find_method("heun"))
milstein: Final = StateUpdateMethod(find_method("milstein"))


def find_integrator(method: Any) -> str | Integrator | None:
    """Return what the network description takes for the `method` argument of a group.

    Parameters
    ----------
    method
        A name, a method as an object, or None; a sequence of one of these, or of those that are tried where
        none is given.

    Returns
    -------
    str, Integrator or None
        The name of a method of distsim, a method of the user's own, or None, which lets distsim choose.

    Raises
    ------
    ValueError, TypeError, NotAvailableError
        If there is no such method.
    """
    if method is None:
        return None
    if isinstance(method, NotAvailable):
        method.refuse()
    if isinstance(method, StateUpdateMethod):
        return method.name if method.name in method_names() else method.integrator
    if isinstance(method, Sequence) and not isinstance(method, str):
        if tuple(method) == DEFAULT_ORDER:
            return None
        if len(method) == 1:
            return find_integrator(method[0])
        raise TypeError(f"one method is needed, or none for an automatic choice, not {method!r}")
    if not isinstance(method, str):
        raise TypeError(
            f"method must be the name of an integration method or an object such as euler, not {method!r}; "
            "a method of one's own is an ExplicitStateUpdater"
        )
    key = method.lower()
    if key in _GSL:
        _GSL[key].refuse()
    if key in StateUpdateMethod._registered:
        return StateUpdateMethod._registered[key].integrator
    if key == "independent":
        _logger.warn(
            "the method 'independent' is an old one: using 'exact'",
            name_suffix="deprecated_method",
            once=True,
        )
    return find_method(_OLD_NAMES.get(key, key)).name


__all__ = [
    "ExplicitStateUpdater",
    "StateUpdateMethod",
    "UnsupportedEquationsError",
    "euler",
    "exact",
    "exponential_euler",
    "find_integrator",
    "heun",
    "independent",
    "linear",
    "milstein",
    "rk2",
    "rk4",
]
