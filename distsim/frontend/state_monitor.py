"""StateMonitor: variables over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.equations.functions import SECOND
from distsim.equations.suggest import did_you_mean
from distsim.frontend.clocks import Clock
from distsim.frontend.expressions import ExternalNames
from distsim.frontend.group import Item, VariableOwner
from distsim.frontend.monitor import Monitor, recorded_type
from distsim.frontend.monitor_data import Columns
from distsim.frontend.objects import SimulationObject
from distsim.frontend.subgroup import NeuronsLike
from distsim.frontend.synapses import Synapses
from distsim.frontend.synaptic_indices import SynapticSubgroup
from distsim.network import StateMonitor as Description
from distsim.units import DIMENSIONLESS, Dimension

_TIMES = ("t", "dt", "t_in_timesteps", "N", "i", "j")
"""What is the same for all or never changes, and is not recorded with everything else."""


class StateMonitor(Monitor):
    """Records variables of some neurons or synapses at regular times.

    Parameters
    ----------
    source
        Neurons or synapses.
    variables
        Name or names of variables.
    record
        Which elements: True for all, False for none, a number, numbers, a slice, or synapses chosen by an
        index.
    dt, clock
        When; by default in every step of the source.
    when, order
        The place in the step; ``start`` means the values before anything happens in the step.
    name
        ``statemonitor``, ``statemonitor_1`` ... by default.
    codeobj_class
        Accepted.

    Attributes
    ----------
    t : Quantity
        The times.
    record : ndarray
        The numbers of the elements recorded.

    Notes
    -----
    ``M.v`` has one row for each element recorded, and ``M[5].v`` is that of element 5.
    """

    def __init__(
        self,
        source: NeuronsLike | Synapses,
        variables: str | Iterable[str] | bool,
        record: Any,
        dt: Any = None,
        clock: Clock | None = None,
        when: str = "start",
        order: int = 0,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
    ) -> None:
        if not isinstance(source, (NeuronsLike, Synapses)):
            raise TypeError(f"a StateMonitor needs a group of neurons or synapses, not {source!r}")
        own_clock = dt is not None or clock is not None
        super().__init__(name, dt=dt, clock=clock if own_clock else source.clock, when=when, order=order)
        self.source: VariableOwner = source
        self._selected = source
        if isinstance(variables, bool):
            every = (name for name in source.variables if not name.startswith("_") and name not in _TIMES)
            variables = tuple(every) if variables else ()
        names = (variables,) if isinstance(variables, str) else tuple(variables)
        for variable in names:
            if variable not in source.variables:
                hint = did_you_mean(variable, source.variables)
                raise KeyError(f"{self.name}: '{source.name}' has no variable '{variable}'{hint}")
        self.record_variables = tuple(dict.fromkeys(names))
        self.variables_recorded = tuple(name for name in self.record_variables if name != "t")
        self.record = self._read_record(record)
        self._sorted, self._places = np.unique(self.record, return_inverse=True)
        count = len(self.record)
        self._data = Columns(
            {
                "t": np.empty(0),
                **{
                    name: np.empty(
                        (0, count), recorded_type(source.variables[name], source.storage_type(name))
                    )
                    for name in self.variables_recorded
                },
            }
        )

    def _read_record(self, record: Any) -> NDArray[np.int64]:
        size = len(self.source)
        if isinstance(record, (bool, np.bool_)):
            return np.arange(size if record else 0, dtype=np.int64)
        if isinstance(record, SynapticSubgroup):
            if record.synapses is not self.source:
                raise ValueError(
                    f"{self.name}: the synapses to be recorded are not those of '{self.source.name}'"
                )
            return record.indices
        if isinstance(record, str):
            raise TypeError(f"{self.name}: 'record' must be True, False, or numbers, not a string")
        if isinstance(record, NeuronsLike):
            raise TypeError(
                f"{self.name}: record a part of a group by StateMonitor(group[a:b], ..., record=True)"
            )
        numbers, _ = self.source._numbers(record)
        return np.arange(size, dtype=np.int64) if numbers is None else numbers

    # -- recording

    @property
    def n_indices(self) -> int:
        """Number of elements recorded."""
        return len(self.record)

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The group."""
        return (self._selected.neurons if isinstance(self._selected, NeuronsLike) else self._selected,)

    def describe(self, external: ExternalNames) -> Iterable[Item]:  # noqa: ARG002
        """Return the description of the monitor."""
        if not self.active:
            return ()
        return (
            Description(
                name=self.name,
                source=self._selected.part if isinstance(self._selected, NeuronsLike) else self.source.name,
                variables=self.variables_recorded,
                record=self._sorted,
                dt=self.clock.dt_,
                when=self.when,
                order=self.order,
            ),
        )

    def append(self, steps: NDArray[np.int64], values: Mapping[str, NDArray[Any]]) -> None:
        """Take samples that have been recorded."""
        rows = {
            name: np.broadcast_to(array, (len(steps), array.shape[1] if array.ndim > 1 else 1))
            for name, array in values.items()
        }
        self._data.append(
            {"t": self._times(steps), **{name: self._chosen(array) for name, array in rows.items()}}
        )

    def _chosen(self, samples: NDArray[Any]) -> NDArray[Any]:
        """Return samples in the order in which the user has listed the elements."""
        if samples.shape[1] == 1 and len(self._sorted) != 1:
            return np.repeat(samples, len(self.record), axis=1)
        return samples[:, self._places]

    def record_single_timestep(self) -> None:
        """Record the values that the variables have now."""
        current_session().flush()
        values: dict[str, NDArray[Any]] = {}
        for name in self.variables_recorded:
            shared = self.source.variables[name].is_shared
            found = self.source.read_variable(name, slice(None) if shared else self._sorted)
            values[name] = np.asarray(found).reshape(1, -1)
        self.append(np.array([round(self.clock.t_ / self.clock.dt_)]), values)

    # -- what has been recorded

    def _dimension(self, name: str) -> Dimension:
        if name == "N":
            return DIMENSIONLESS
        return SECOND if name == "t" else self.source.variables[name].dimension

    def _values(self, name: str) -> NDArray[Any]:
        if name == "N":
            return np.array(self.N)
        return self._column(name) if name == "t" else self._column(name).T

    def _names(self) -> Sequence[str]:
        return ("N", *self._data.names())

    def __getitem__(self, item: Any) -> StateMonitorView:
        if isinstance(item, SynapticSubgroup):
            wanted = item.indices
            single = False
        elif isinstance(item, slice):
            wanted, single = np.arange(*item.indices(len(self.source))), False
        else:
            array = np.asarray(item)
            if array.dtype.kind not in "iu":
                raise TypeError(f"'{self.name}' is indexed by the numbers of elements, not by {item!r}")
            wanted, single = np.atleast_1d(array), array.ndim == 0
        places = {int(number): place for place, number in enumerate(self.record)}
        missing = [int(number) for number in wanted if int(number) not in places]
        if missing:
            raise IndexError(f"'{self.name}' does not record number {missing[0]}")
        rows = np.array([places[int(number)] for number in wanted], dtype=np.int64)
        return StateMonitorView(self, int(rows[0]) if single else rows)

    def __repr__(self) -> str:
        return f"<StateMonitor {self.name!r} of {', '.join(self.record_variables)} of {self.source.name!r}>"


class StateMonitorView:
    """What a monitor has recorded of some elements; ``M[5]``.

    Parameters
    ----------
    monitor
        The monitor.
    rows
        The row of one element, or those of several.
    """

    def __init__(self, monitor: StateMonitor, rows: int | NDArray[np.int64]) -> None:
        self.monitor = monitor
        self.rows = rows

    def __getattr__(self, name: str) -> Any:
        monitor = self.__dict__.get("monitor")
        if monitor is None or name.startswith("_"):
            raise AttributeError(name)
        values = getattr(monitor, name)
        return values if name in ("t", "t_") else values[self.rows]

    def __repr__(self) -> str:
        return f"<StateMonitorView of {self.monitor.name!r}>"
