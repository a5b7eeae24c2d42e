"""Monitors: what is recorded while a network runs, and the values recorded so far."""

from __future__ import annotations

from distsim.frontend.rate_monitor import PopulationRateMonitor
from distsim.frontend.spike_monitor import EventMonitor, SpikeMonitor
from distsim.frontend.state_monitor import StateMonitor

__all__ = ["EventMonitor", "PopulationRateMonitor", "SpikeMonitor", "StateMonitor"]
