"""Event-driven variables of synapses: advanced analytically from one event to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.expand import expanded_derivatives
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import BUILTIN_FUNCTIONS, FunctionSignature
from distsim.equations.tree import Assignment, Binary, BinaryOperator, Name, names, substitute
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.exact import Exact
from distsim.integrators.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.equations.model import Equations

LAST_UPDATE = "lastupdate"
"""The variable that holds the time up to which a synapse's event-driven variables have been advanced."""

_ELAPSED = Binary(BinaryOperator.SUBTRACT, Name("t"), Name(LAST_UPDATE))


def event_driven_names(equations: Equations) -> tuple[str, ...]:
    """Return the names of the event-driven variables, in the order written."""
    return tuple(e.name for e in equations.differential_equations if Flag.EVENT_DRIVEN in e.flags)


def event_update(
    equations: Equations,
    *,
    functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
    values: Mapping[str, float] | None = None,
    varying: frozenset[str] = frozenset(),
) -> tuple[Assignment, ...]:
    """Return the statements that advance the event-driven variables from ``lastupdate`` to ``t``.

    Parameters
    ----------
    equations
        The equations of a synapse; only the event-driven ones are used.
    functions
        The functions that can be called.
    values
        Values of constants from outside, as far as they are known.
    varying
        Names from outside that can change between two events, such as variables of the two neurons.

    Raises
    ------
    UnsupportedEquationsError
        If the event-driven equations are not linear, or read something that changes between events.
    """
    wanted = set(event_driven_names(equations))
    if not wanted:
        return ()
    derivatives = tuple((x, rate) for x, rate in expanded_derivatives(equations) if x in wanted)
    read = frozenset().union(*(names(rate) for _, rate in derivatives))
    changing = {e.name for e in equations.differential_equations} | varying | {"t", "t_in_timesteps", "dt"}
    changing |= {e.name for e in equations.of_kind(EquationKind.SUBEXPRESSION)}
    problem = Problem(
        derivatives,
        read - changing - set(equations.stochastic_variables),
        functions={n: s for n, s in functions.items() if not s.constant_over_dt},
        values=values or {},
    )
    try:
        statements = Exact().integrate(problem)
    except UnsupportedEquationsError as error:
        raise UnsupportedEquationsError(
            f"event-driven equations cannot be advanced between events: {error}"
        ) from None
    return tuple(Assignment(s.target, s.operator, substitute(s.value, {"dt": _ELAPSED})) for s in statements)
