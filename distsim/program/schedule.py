"""The slots of a time step and the order of what runs in them.

Within a slot, operations run by ``(order, name)``, names compared as text: users rely on it.
"""

from __future__ import annotations

BASE_SLOTS = ("start", "groups", "thresholds", "synapses", "resets", "end")
SLOTS = tuple(slot for base in BASE_SLOTS for slot in (f"before_{base}", base, f"after_{base}"))
"""All slots of a step, first to last."""

CUT = SLOTS.index("synapses")
"""The cut: all slots before it may make spikes, all from it on may receive them."""


def after_cut(slot: str) -> bool:
    """Tell whether `slot` runs after the spikes of the step are known."""
    return SLOTS.index(slot) >= CUT
