"""The parts of a group: what it does in a step, each in its own place.

A part is described together with its group, so it is not asked for a description.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distsim.equations.tree import Assignment, Boolean, Expression
from distsim.frontend.objects import SimulationObject
from distsim.network import SPIKE, Updater

if TYPE_CHECKING:
    from distsim.frontend.group import VariableOwner


class GroupPart(SimulationObject):
    """Something that a group does in every step.

    Its slot and place, and whether it is done at all, may be changed between runs (`when`, `order`,
    `active`).
    """

    add_to_magic_network = False

    def __init__(self, group: VariableOwner, suffix: str, when: str, order: int) -> None:
        super().__init__(f"{group.name}_{suffix}", clock=group.clock, when=when, order=order)


class StateUpdater(GroupPart):
    """The integration of a group's equations; ``G.state_updater``."""

    def __init__(self, group: VariableOwner) -> None:
        super().__init__(group, "stateupdater", "groups", group.order)

    def described(self) -> Updater:
        """Return it as data."""
        return Updater(self.when, self.order, self.active)


class Thresholder(GroupPart):
    """The check of an event's condition; ``G.thresholder['spike']``.

    Parameters
    ----------
    group
        The group.
    event
        The event, ``spike`` if it is that of the threshold.
    text, expression
        The condition.
    """

    def __init__(self, group: VariableOwner, event: str, text: str, expression: Expression) -> None:
        when = "thresholds" if event == SPIKE else "after_thresholds"
        super().__init__(group, f"{event}_thresholder", when, group.order)
        self.event = event
        self.text = text
        self.expression = expression

    @property
    def condition(self) -> Expression:
        """What is checked in a run: nothing occurs where it is not active.

        Raises
        ------
        ValueError
            If the threshold has been moved to another slot.
        """
        if self.event == SPIKE and self.when != "thresholds":
            raise ValueError(f"'{self.name}': a threshold is checked in the slot 'thresholds'")
        return self.expression if self.active else Boolean(value=False)


class Resetter(GroupPart):
    """Statements that run where an event has occurred; ``G.resetter['spike']``."""

    def __init__(
        self,
        group: VariableOwner,
        event: str,
        code: str,
        statements: tuple[Assignment, ...],
        when: str,
        order: int,
    ) -> None:
        super().__init__(group, f"{event}_resetter", when, order)
        self.event = event
        self.code = code
        self.statements = statements
