"""What an integration method is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from distsim.equations.tree import Assignment
    from distsim.integrators.problem import Problem


@runtime_checkable
class Integrator(Protocol):
    """A method that advances a system of differential equations by one step ``dt``.

    Methods hold no state: what they return depends on the problem alone.
    """

    @property
    def name(self) -> str:
        """The name users choose it by, in lower case."""

    def integrate(self, problem: Problem) -> tuple[Assignment, ...]:
        """Return the statements of one step.

        They read the state variables, ``t`` (the time at the start of the step), ``dt`` and whatever the
        equations read.  New values are first stored in temporaries and all state variables are assigned at
        the end, so that every right-hand side sees the old values.

        Names of temporaries start with an underscore.  ``_v`` is the new value of ``v``; the others continue
        with a digit (``_1k_v``), so that none can coincide with the new value of another variable.

        Raises
        ------
        UnsupportedEquationsError
            If the method cannot integrate these equations; the message gives the reason.
        """
