"""Pathways: the code of synapses that runs at the spikes of one side, and how long after these."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from distsim.equations.functions import SECOND
from distsim.equations.tree import Assignment, Number
from distsim.frontend.expressions import ExternalNames, parsed_statements
from distsim.frontend.objects import SimulationObject
from distsim.frontend.views import WHOLE, VariableView
from distsim.network import Pathway, PathwaySide
from distsim.network.variables import Variable
from distsim.units import DimensionMismatchError, get_dimensions

if TYPE_CHECKING:
    from distsim.frontend.connectable import Connectable
    from distsim.frontend.synapses import Synapses

_DELAY = "delay"


class SynapticPathway(SimulationObject):
    """Statements for the synapses of a spike; a part of `Synapses`.

    Parameters
    ----------
    synapses
        Whose pathway it is.
    pathway
        ``pre``, ``post`` or the user's own name.
    side
        Whose spikes drive it.
    code
        The statements.
    event
        ``spike`` or a custom event.
    delay
        One delay for all synapses [s]; None lets each have its own, which is 0 at first.

    Attributes
    ----------
    order : int
        -1 before and 1 after what else runs in its slot, unless set.
    """

    add_to_magic_network = False
    settable: frozenset[str] = frozenset()

    def __init__(
        self,
        synapses: Synapses,
        pathway: str,
        side: PathwaySide,
        code: str,
        event: str,
        delay: float | None,
    ) -> None:
        super().__init__(
            f"{synapses.name}_{pathway}",
            clock=(synapses.source if side is PathwaySide.PRE else synapses.target).clock,
            when="synapses",
            order=-1 if side is PathwaySide.PRE else 1,
        )
        self.pathway = pathway
        self.side = side
        self.code = code
        self.event = event
        self.statements: tuple[Assignment, ...] = parsed_statements(f"{synapses.name}, '{pathway}'", code)
        self._synapses = weakref.ref(synapses)
        self._uniform = delay is not None
        self._first_delay = delay

    @property
    def synapses(self) -> Synapses:
        """The synapses that it belongs to."""
        synapses = self._synapses()
        if synapses is None:
            raise ReferenceError(f"the synapses of '{self.name}' do not exist any more")
        return synapses

    @property
    def source(self) -> Connectable:
        """The group whose spikes drive it."""
        return self.synapses.source if self.side is PathwaySide.PRE else self.synapses.target

    @property
    def target(self) -> Connectable:
        """The group on the other side."""
        return self.synapses.target if self.side is PathwaySide.PRE else self.synapses.source

    @property
    def delay(self) -> VariableView:
        """The delays."""
        return VariableView(self, _DELAY, self._variable)

    @delay.setter
    def delay(self, value: Any) -> None:
        if not (isinstance(value, VariableView) and value.group is self):
            self.delay.set_item(WHOLE, value)

    @property
    def delay_(self) -> VariableView:
        """The delays in seconds."""
        return VariableView(self, _DELAY, self._variable, use_units=False)

    @delay_.setter
    def delay_(self, value: Any) -> None:
        if not (isinstance(value, VariableView) and value.group is self):
            self.delay_.set_item(WHOLE, value)

    @property
    def _variable(self) -> Variable:
        return Variable(SECOND, is_shared=self._uniform, is_state=True)

    # -- what a view asks of the owner of a variable

    def __len__(self) -> int:
        return len(self.synapses)

    def storage_type(self, name: str) -> np.dtype[Any] | None:  # noqa: ARG002
        """Return None: delays are kept in seconds, in double precision."""
        return None

    @property
    def _session_name(self) -> str:
        return _DELAY if self.pathway == "pre" else f"{_DELAY} of {self.pathway}"

    def read_variable(
        self,
        name: str,  # noqa: ARG002 (there is only one)
        item: Any,
        level: int = 0,
        namespace: Mapping[str, Any] | None = None,
    ) -> NDArray[Any]:
        """Return delays in seconds."""
        external = ExternalNames.of_caller(namespace, level)
        return self.synapses.read_as(self._session_name, self._variable, item, external)

    def write_variable(
        self,
        name: str,  # noqa: ARG002
        item: Any,
        value: Any,
        level: int = 0,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        """Set delays, in seconds or as the text of an expression."""
        external = ExternalNames.of_caller(namespace, level)
        self.synapses.write_as(self._session_name, self._variable, item, value, external)

    def described(self, *, at_creation: bool = False) -> Pathway:
        """Return it as data.

        Parameters
        ----------
        at_creation
            Whether the delay that all synapses have in common is to be told; a run takes the delays that are
            there.
        """
        delay = self._first_delay if at_creation else None
        return Pathway(
            name=self.pathway,
            side=self.side,
            statements=self.statements,
            delay=None if delay is None else Number(delay),
            order=self.order,
            event=self.event,
            when=self.when,
        )


def read_delays(delay: Any, pathways: Mapping[str, object], name: str) -> dict[str, float]:
    """Return the delays [s] given when synapses are made, by pathway.

    Raises
    ------
    TypeError, ValueError
        If they are no times, or of pathways that do not exist.
    """
    if delay is None:
        return {}
    if isinstance(delay, Mapping):
        given = dict(delay)
    else:
        if isinstance(delay, (str, int, float)) and not hasattr(delay, "dim"):
            raise TypeError(f"{name}: 'delay' must be a time or a dictionary of times, not {delay!r}")
        given = {"pre": delay}
    delays = {}
    for pathway, value in given.items():
        if pathway not in pathways:
            known = ", ".join(pathways) or "none"
            raise ValueError(f"{name}: there is no pathway '{pathway}' to delay; there are: {known}")
        if np.ndim(value) != 0:
            raise TypeError(
                f"{name}: the delay of '{pathway}' given here must be one time for all synapses; set "
                f"synapses.{pathway}.delay for different ones"
            )
        if get_dimensions(value) is not SECOND:
            raise DimensionMismatchError(
                f"{name}: the delay of '{pathway}' must be a time", get_dimensions(value)
            )
        if float(value) < 0:
            raise ValueError(f"{name}: the delay of '{pathway}' must not be negative")
        delays[pathway] = float(value)
    return delays
