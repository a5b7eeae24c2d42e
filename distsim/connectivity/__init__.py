"""Connection rules: which synapses there are onto given targets.

Each rule is a file in `distsim.connectivity.rules`.  A rule is asked with a `Request` and yields `Batch`
objects; it gives each target the same synapses in the same order whichever range of targets is asked for,
and so the same network on any number of ranks.
"""

from distsim.connectivity.protocol import (
    PROCEDURAL,
    Batch,
    Kind,
    PairIndexError,
    Parameter,
    Request,
    Rule,
    SynapseOrder,
)
from distsim.connectivity.registry import all_rules, find_rule

__all__ = [
    "PROCEDURAL",
    "Batch",
    "Kind",
    "PairIndexError",
    "Parameter",
    "Request",
    "Rule",
    "SynapseOrder",
    "all_rules",
    "find_rule",
]
