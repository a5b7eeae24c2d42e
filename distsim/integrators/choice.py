"""The method for equations whose user named none."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.registry import find_method

if TYPE_CHECKING:
    from distsim.equations.tree import Assignment
    from distsim.integrators.problem import Problem
    from distsim.integrators.protocol import Integrator

DEFAULT_ORDER = ("exact", "euler", "heun")
"""The methods that are tried where none is named, in this order."""

_log = logging.getLogger(__name__)


def choose(
    problem: Problem, method: str | Integrator | None = None, *, owner: str = "the equations"
) -> tuple[Integrator, tuple[Assignment, ...]]:
    """Return a method and the statements of one step with it.

    Parameters
    ----------
    problem
        The equations.
    method
        The method or its name; ``None`` takes the first of `DEFAULT_ORDER` that can integrate the equations,
        and logs which one that is.
    owner
        What the log and errors call the owner of the equations.

    Raises
    ------
    UnsupportedEquationsError
        If the method, or each of those tried, cannot integrate the equations.
    """
    if method is not None:
        found = find_method(method) if isinstance(method, str) else method
        try:
            return found, found.integrate(problem)
        except UnsupportedEquationsError as error:
            raise UnsupportedEquationsError(f"{owner}: {error}") from None
    reasons = []
    for name in DEFAULT_ORDER:
        candidate = find_method(name)
        try:
            statements = candidate.integrate(problem)
        except UnsupportedEquationsError as error:
            reasons.append(f"{name}: {error}")
        else:
            if problem.derivatives:
                _log.info("No method was given for %s: using %r", owner, name)
            return candidate, statements
    raise UnsupportedEquationsError(
        f"{owner}: no method can integrate these equations\n    " + "\n    ".join(reasons)
    )
