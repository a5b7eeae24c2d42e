"""The events of a NeuronGroup: its threshold and those that the user has named."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Expression, names
from distsim.frontend.expressions import (
    ExternalNames,
    Uses,
    add_subexpressions,
    checker,
    parsed,
    parsed_statements,
)
from distsim.frontend.parts import Resetter, Thresholder
from distsim.frontend.regular import check_statements_early, checked_statements
from distsim.network import SPIKE, Event, EventCode

if TYPE_CHECKING:
    from distsim.frontend.neuron_group import NeuronGroup


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

    Attributes
    ----------
    thresholders, resetters : dict
        The conditions, and the statements, by event.
    """

    def __init__(self, group: NeuronGroup, events: Mapping[str, str] | None, threshold: str | None) -> None:
        self._group = weakref.ref(group)
        self.thresholders: dict[str, Thresholder] = {}
        self.resetters: dict[str, Resetter] = {}
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
            expression = parsed(self._place(name), text)
            self.thresholders[name] = Thresholder(group, name, text, expression)
            group.contained_objects.append(self.thresholders[name])
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
        spike = self.thresholders.get(SPIKE)
        return None if spike is None else spike.condition

    @property
    def threshold_order(self) -> int | None:
        """The place of the threshold in its slot."""
        spike = self.thresholders.get(SPIKE)
        return None if spike is None else spike.order

    def _place(self, event: str) -> str:
        return f"{self.group.name}, {'threshold' if event == SPIKE else f'event {event!r}'}"

    def _place_of_code(self, event: str) -> str:
        return f"{self.group.name}, {'reset' if event == SPIKE else f'code of {event!r}'}"

    def _find(self, event: str) -> Thresholder:
        if event not in self.thresholders:
            known = ", ".join(self.thresholders) or "none"
            raise ValueError(
                f"'{self.group.name}' has no event '{event}'{did_you_mean(event, self.thresholders)}; it "
                f"has: {known}"
            )
        return self.thresholders[event]

    def add_code(self, event: str, code: str, when: str, order: int | None) -> Resetter:
        """Add statements for the neurons for which an event has occurred."""
        self._find(event)
        group = self.group
        if event in self.resetters:
            raise ValueError(f"'{group.name}' has code for the event '{event}' already")
        place = self._place_of_code(event)
        statements = parsed_statements(place, code)
        check_statements_early(group, place, code, statements, group.variables)
        added = Resetter(group, event, code, statements, when, group.order if order is None else order)
        self.resetters[event] = added
        group.contained_objects.append(added)
        return added

    def schedule(self, event: str, when: str, order: int | None) -> None:
        """Say when in a step an event is checked."""
        thresholder = self._find(event)
        if event == SPIKE:
            raise ValueError(f"'{self.group.name}': the threshold is checked in the slot 'thresholds'")
        thresholder.when = when
        thresholder.order = self.group.order if order is None else order

    def described(self) -> tuple[Event, ...]:
        """Return the custom events."""
        return tuple(
            Event(name, thresholder.condition, thresholder.when, thresholder.order)
            for name, thresholder in self.thresholders.items()
            if name != SPIKE
        )

    def code(self) -> tuple[EventCode, ...]:
        """Return the statements of events."""
        return tuple(
            EventCode(event, added.statements, added.when, added.order)
            for event, added in self.resetters.items()
            if added.active and added.statements
        )

    def check(self, external: ExternalNames) -> dict[str, Any]:
        """Check all conditions and statements, and return the values of the external names in them."""
        group = self.group
        namespace: dict[str, Any] = {}
        for name, thresholder in self.thresholders.items():
            uses = Uses()
            uses.add(thresholder.expression, group.variables, thresholder.text)
            add_subexpressions(uses, names(thresholder.expression), group.equations, group.variables)
            found = external.find(group, uses, group.variables)
            checker(self._place(name), found, group.variables).condition((), thresholder.text)
            namespace |= found
        for event, added in self.resetters.items():
            _, found = checked_statements(
                group, self._place_of_code(event), added.code, added.statements, group.variables, external
            )
            namespace |= found
        return namespace
