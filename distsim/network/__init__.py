"""The network description: frozen data that the YAML and the Python front end both produce."""

from distsim.network.description import (
    Connect,
    Constant,
    Network,
    Pathway,
    PathwaySide,
    PoissonInput,
    Population,
    Projection,
    RateMonitor,
    SpikeMonitor,
    SpikeTimes,
    StateMonitor,
    Subgroup,
    TimedArray,
    Value,
)
from distsim.network.errors import ModelError

__all__ = [
    "Connect",
    "Constant",
    "ModelError",
    "Network",
    "Pathway",
    "PathwaySide",
    "PoissonInput",
    "Population",
    "Projection",
    "RateMonitor",
    "SpikeMonitor",
    "SpikeTimes",
    "StateMonitor",
    "Subgroup",
    "TimedArray",
    "Value",
]
