"""The events of a NeuronGroup: its threshold and those that the user has named."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Assignment, Expression, names
from distsim.frontend.expressions import (
    ExternalNames,
    Uses,
    add_subexpressions,
    checker,
    parsed,
    parsed_statements,
)
from distsim.frontend.objects import SimulationObject
from distsim.frontend.regular import check_statements_early, checked_statements
from distsim.network import Event, EventCode

if TYPE_CHECKING:
    from distsim.frontend.neuron_group import NeuronGroup

SPIKE = "spike"


@dataclass(slots=True)
class Condition:
    """The condition of an event, and when in a step it is checked."""

    text: str
    expression: Expression
    when: str
    order: int


class EventReset(SimulationObject):
    """Statements that run where an event has occurred; made by ``run_on_event``."""

    add_to_magic_network = False

    def __init__(self, group: NeuronGroup, event: str, code: str, when: str, order: int) -> None:
        super().__init__(f"{group.name}_{event}_resetter*", clock=group.clock, when=when, order=order)
        self.event = event
        self.code = code
        self.statements: tuple[Assignment, ...] = parsed_statements(f"{group.name}, code of '{event}'", code)


class CustomEvents:
    """The events of one group.

    Parameters
    ----------
    group
        The group.
    events
        Conditions of custom events by name.
    threshold
        The condition of a spike.
    """

    def __init__(self, group: NeuronGroup, events: Mapping[str, str] | None, threshold: str | None) -> None:
        self._group = weakref.ref(group)
        self.conditions: dict[str, Condition] = {}
        self._code: dict[str, EventReset] = {}
        given = dict(events or {})
        if threshold is not None:
            if SPIKE in given:
                raise ValueError(
                    f"{group.name}: 'threshold' and the event 'spike' are the same: give one of them"
                )
            given[SPIKE] = threshold
        for name, text in given.items():
            if not isinstance(text, str):
                raise TypeError(f"{group.name}: the condition of '{name}' must be a string, not {text!r}")
            when = "thresholds" if name == SPIKE else "after_thresholds"
            expression = parsed(self._place(name), text)
            self.conditions[name] = Condition(text, expression, when, group.order)
            group.check_condition_early(self._place(name), text, expression)

    @property
    def group(self) -> NeuronGroup:
        """The group."""
        group = self._group()
        if group is None:
            raise ReferenceError("the group of these events does not exist any more")
        return group

    @property
    def threshold(self) -> Expression | None:
        """The condition of a spike."""
        spike = self.conditions.get(SPIKE)
        return None if spike is None else spike.expression

    def _place(self, event: str) -> str:
        return f"{self.group.name}, {'threshold' if event == SPIKE else f'event {event!r}'}"

    def _find(self, event: str) -> Condition:
        if event not in self.conditions:
            known = ", ".join(self.conditions) or "none"
            raise ValueError(
                f"'{self.group.name}' has no event '{event}'{did_you_mean(event, self.conditions)}; it has: "
                f"{known}"
            )
        return self.conditions[event]

    def add_code(self, event: str, code: str, when: str, order: int | None) -> EventReset:
        """Add statements for the neurons for which an event has occurred."""
        self._find(event)
        group = self.group
        if event in self._code or (event == SPIKE and group._reset_text):
            raise ValueError(f"'{group.name}' has code for the event '{event}' already")
        added = EventReset(group, event, code, when, group.order if order is None else order)
        place = f"{group.name}, code of '{event}'"
        check_statements_early(group, place, code, added.statements, group.variables)
        self._code[event] = added
        group.contained_objects.append(added)
        return added

    def schedule(self, event: str, when: str, order: int | None) -> None:
        """Say when in a step an event is checked."""
        condition = self._find(event)
        if event == SPIKE:
            raise ValueError(f"'{self.group.name}': the threshold is checked in the slot 'thresholds'")
        condition.when = when
        condition.order = self.group.order if order is None else order

    def described(self) -> tuple[Event, ...]:
        """Return the custom events."""
        return tuple(
            Event(name, condition.expression, condition.when, condition.order)
            for name, condition in self.conditions.items()
            if name != SPIKE
        )

    def code(self) -> tuple[EventCode, ...]:
        """Return the statements of events."""
        return tuple(
            EventCode(event, added.statements, added.when, added.order)
            for event, added in self._code.items()
            if added.active
        )

    def check(self, external: ExternalNames) -> dict[str, Any]:
        """Check all conditions and statements, and return the values of the external names in them."""
        group = self.group
        namespace: dict[str, Any] = {}
        for name, condition in self.conditions.items():
            uses = Uses()
            uses.add(condition.expression, group.variables, condition.text)
            add_subexpressions(uses, names(condition.expression), group.equations, group.variables)
            found = external.find(group, uses, group.variables)
            checker(self._place(name), found, group.variables).condition((), condition.text)
            namespace |= found
        for event, added in self._code.items():
            place = f"{group.name}, code of '{event}'"
            _, found = checked_statements(
                group, place, added.code, added.statements, group.variables, external
            )
            namespace |= found
        return namespace
