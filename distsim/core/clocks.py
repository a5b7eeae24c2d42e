"""``from distsim.core.clocks import Clock``."""

from distsim.frontend.clocks import Clock, defaultclock

__all__ = ["Clock", "defaultclock"]
