"""Code that runs for a group again and again: `run_regularly`, and the code of custom events."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from distsim.equations.tree import Assignment, names
from distsim.frontend.clocks import Clock
from distsim.frontend.expressions import (
    ExternalNames,
    Uses,
    add_subexpressions,
    checker,
    known_beforehand,
    parsed_statements,
    statement_uses,
)
from distsim.frontend.group import Item, VariableOwner
from distsim.frontend.objects import SimulationObject
from distsim.network import Regular
from distsim.network.description import Namespace
from distsim.network.variables import Variable


class CodeRunner(SimulationObject):
    """Statements that run for a group at every step of a clock; made by ``run_regularly``.

    Parameters
    ----------
    group
        The group, or a part of one, of which it becomes a part.
    code
        The statements.
    """

    add_to_magic_network = False

    def __init__(
        self,
        group: VariableOwner,
        code: str,
        *,
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
    ) -> None:
        own_clock = dt is not None or clock is not None
        super().__init__(
            name or f"{group.name}_run_regularly*",
            dt=dt,
            clock=clock if own_clock else group.clock,
            when=when,
            order=order,
        )
        self.code = code
        # A part of a group need not outlive this line, so its whole is what is remembered of it.
        self._group = weakref.ref(group._part_of())
        self._selected = group._selection().group
        self._own_clock = own_clock
        self._statements = parsed_statements(f"{self.name}", code)
        check_statements_early(group, self.name, code, self._statements, self._variables(group))

    @property
    def group(self) -> VariableOwner:
        """The group that the code runs for."""
        group = self._group()
        if group is None:
            raise ReferenceError(f"the group of '{self.name}' does not exist any more")
        return group

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The objects that must be in the same network."""
        return (self.group,)

    @staticmethod
    def _variables(group: VariableOwner) -> dict[str, Variable]:
        # A block that runs at regular times may set what all elements share; one for some of them may not.
        return {
            name: replace(variable, read_only=None) if variable.is_shared and variable.is_state else variable
            for name, variable in group.variables.items()
        }

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the description of the statements."""
        if not self.active:
            return ()
        group = self.group
        statements, namespace = checked_statements(
            group, self.name, self.code, self._statements, self._variables(group), external
        )
        dt = self.clock.dt_ if self._own_clock else None
        return (Regular(self.name, self._selected, statements, dt, self.when, self.order, namespace),)


class RunsRegularly(VariableOwner):
    """A group that can have regular code."""

    def run_regularly(
        self,
        code: str,
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002 (accepted)
    ) -> CodeRunner:
        """Run statements at every step of a clock.

        Parameters
        ----------
        code
            One or more statements.
        dt, clock
            When; by default at every step of the group.
        when, order
            The place in the step.
        name
            By default that of the group with ``_run_regularly``.

        Returns
        -------
        CodeRunner
            An object that can be switched off (``active``).
        """
        runner = CodeRunner(self, code, dt=dt, clock=clock, when=when, order=order, name=name)
        self._part_of().contained_objects.append(runner)
        return runner


def _uses_of(
    group: VariableOwner, statements: tuple[Assignment, ...], variables: Mapping[str, Variable]
) -> Uses:
    uses = statement_uses(statements, variables)
    read = frozenset[str]().union(*(names(statement.value) for statement in statements))
    add_subexpressions(uses, read, group.equations, variables)
    return uses


def checked_statements(
    group: VariableOwner,
    place: str,
    code: str,
    statements: tuple[Assignment, ...],
    variables: Mapping[str, Variable],
    external: ExternalNames,
) -> tuple[tuple[Assignment, ...], Namespace]:
    """Return statements, checked, and the values of the external names that they use."""
    namespace = external.find(group, _uses_of(group, statements, variables), variables)
    checker(place, namespace, variables).statements((), code)
    return statements, namespace


def check_statements_early(
    group: VariableOwner,
    place: str,
    code: str,
    statements: tuple[Assignment, ...],
    variables: Mapping[str, Variable],
) -> None:
    """Check statements if all names in them are known when the group is made."""
    namespace = known_beforehand(group, _uses_of(group, statements, variables))
    if namespace is not None:
        checker(place, namespace, variables).statements((), code)
