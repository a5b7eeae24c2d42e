"""What the rules with a fixed number of synapses share."""

from __future__ import annotations

from distsim.connectivity.protocol import Kind, Parameter
from distsim.network.errors import ModelError

MULTAPSES = Parameter("multapses", Kind.BOOLEAN, "whether a pair may have several synapses", default=True)


def check_fits(wanted: int, available: int, *, multapses: bool, what: str) -> None:
    """Raise a ModelError if `wanted` partners cannot be found among `available` ones."""
    if wanted and not available:
        raise ModelError(f"{what} cannot have {wanted} synapses: there is nobody to connect to")
    if wanted > available and not multapses:
        raise ModelError(
            f"{what} cannot have {wanted} synapses without repeats: there are only {available} to choose "
            f"from; allow multapses or ask for fewer"
        )
