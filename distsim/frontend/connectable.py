"""What synapses can come from or lead to: neurons, and synapses themselves."""

from __future__ import annotations

from collections.abc import Mapping

from distsim.frontend.objects import SimulationObject
from distsim.frontend.regular import RunsRegularly
from distsim.network import Subgroup
from distsim.network.variables import Variable


class Connectable(RunsRegularly):
    """A group whose elements have numbers from 0 on, by which synapses connect them.

    What is asked of it has names with an underscore, since others may be those of variables.
    """

    @property
    def _whole(self) -> SimulationObject:
        """The object that has the variables: the group itself, unless it is a part of one."""
        raise NotImplementedError

    @property
    def _part(self) -> Subgroup:
        """The elements as the description has them."""
        raise NotImplementedError

    @property
    def _possible_events(self) -> Mapping[str, str]:
        """Conditions of the events that its elements can have."""
        raise NotImplementedError

    @property
    def _seen(self) -> Mapping[str, Variable]:
        """The variables that synapses see, with ``_pre`` or ``_post`` behind their names."""
        raise NotImplementedError
