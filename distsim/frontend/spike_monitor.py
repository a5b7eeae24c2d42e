"""SpikeMonitor and EventMonitor: when which neurons had an event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.engine.one_shot import timed_functions
from distsim.equations import Equations
from distsim.equations.functions import SECOND
from distsim.equations.suggest import did_you_mean
from distsim.frontend.expressions import CodeReader, ExternalNames
from distsim.frontend.group import Item
from distsim.frontend.monitor import Monitor, recorded_type
from distsim.frontend.monitor_data import Columns
from distsim.frontend.objects import SimulationObject
from distsim.frontend.recorded_arrays import recorded_values
from distsim.frontend.subgroup import NeuronsLike
from distsim.kernels.evaluate import evaluate
from distsim.network import SPIKE, Constant
from distsim.network import SpikeMonitor as Description
from distsim.network.variables import Variable, whole_number
from distsim.units import DIMENSIONLESS, Dimension
from distsim.units.quantity import with_dimension


class EventMonitor(Monitor):
    """Records an event of neurons, and variables of each neuron at its events.

    Parameters
    ----------
    source
        The neurons.
    event
        The event.
    variables
        Names of variables to be recorded at the events.
    record
        Whether to keep every event; False only counts them.
    when, order
        The place in the step; by default right behind the event.
    name
        ``eventmonitor``, ``eventmonitor_1`` ... by default.
    codeobj_class
        Accepted.

    Attributes
    ----------
    i : ndarray
        The neuron of each event, relative to the source; sorted by time and then by neuron.
    t : Quantity
        The time of each event, that of the beginning of its step.  A condition may index it, as `i` and what
        else is recorded: ``M.t['i == 3']``.
    count : ndarray
        Number of events of each neuron.
    """

    def __init__(
        self,
        source: NeuronsLike,
        event: str,
        variables: str | Iterable[str] | None = None,
        record: bool = True,
        when: str | None = None,
        order: int | None = None,
        name: str | None = None,
        codeobj_class: Any = None,  # noqa: ARG002
    ) -> None:
        if not isinstance(source, NeuronsLike):
            raise TypeError(f"a {type(self).__name__} needs a group of neurons, not {source!r}")
        if not isinstance(record, (bool, np.bool_)):
            raise TypeError(f"'record' must be True or False: all neurons of the group count, not {record!r}")
        super().__init__(name, clock=source.clock, when=when or "thresholds", order=order or 0)
        self._when, self._order = when, order
        self.source = source
        self.event = event
        self.record = bool(record)
        if event not in source.events:
            hint = (
                "; did you forget its 'threshold'?" if event == SPIKE else did_you_mean(event, source.events)
            )
            raise ValueError(f"{self.name}: '{source.name}' has no event '{event}'{hint}")
        names = (variables,) if isinstance(variables, str) else tuple(variables or ())
        for variable in names:
            if variable not in source.variables:
                hint = did_you_mean(variable, source.variables)
                raise KeyError(f"{self.name}: '{source.name}' has no variable '{variable}'{hint}")
        self.record_variables = tuple(name for name in dict.fromkeys(names) if name not in ("i", "t"))
        self._counts = np.zeros(len(source), np.int64)
        self._data = Columns(
            {
                "i": np.empty(0, np.int32),
                "t": np.empty(0),
                **{
                    name: np.empty(0, recorded_type(source.variables[name], source.storage_type(name)))
                    for name in self.record_variables
                },
            }
        )

    # -- recording

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The group."""
        return (self.source.neurons,)

    def describe(self, external: ExternalNames) -> Iterable[Item]:  # noqa: ARG002
        """Return the description of the monitor."""
        if not self.active or not self.source.neurons.active:
            return ()
        variables = self.record_variables if self.record else ()
        return (Description(self.name, self.source.part, variables, self.event, self._when, self._order),)

    def append(
        self, steps: NDArray[np.int64], neurons: NDArray[np.int64], values: Mapping[str, NDArray[Any]]
    ) -> None:
        """Take events that have been recorded."""
        self._counts += np.bincount(neurons, minlength=len(self._counts))
        if self.record:
            self._data.append({"i": neurons, "t": self._times(steps), **values})

    def recorded(self) -> Mapping[str, NDArray[Any]]:
        """Return all that it holds, by name, in SI units."""
        return {**super().recorded(), "count": self._counts}

    def replace_recorded(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold what `recorded` has returned, and nothing else."""
        super().replace_recorded(arrays)
        self._counts = np.array(arrays.get("count", np.zeros(len(self.source), np.int64)))

    def _column(self, name: str) -> NDArray[Any]:
        if not self.record:
            raise AttributeError(self._about_missing(name))
        return super()._column(name)

    def _about_missing(self, name: str) -> str:
        if self.record:
            return super()._about_missing(name)
        return f"'{self.name}' only counts events (record=False), so there is no '{name}'; there is 'count'"

    # -- what has been recorded

    def _dimension(self, name: str) -> Dimension:
        if name in ("i", "count", "N"):
            return DIMENSIONLESS
        return SECOND if name == "t" else self.source.variables[name].dimension

    def _values(self, name: str) -> NDArray[Any]:
        if name == "count":
            return self.count
        if name == "N":
            return np.array(self.num_events)
        return self._column(name)

    def _given(self, name: str, *, use_units: bool) -> Any:
        if name in ("count", "N"):
            return super()._given(name, use_units=use_units)
        dimension = self._dimension(name) if use_units else DIMENSIONLESS
        return recorded_values(self._column(name), dimension, self._where)

    def _where(self, condition: str) -> NDArray[np.bool_]:
        """Return for which events a condition holds, in terms of what is recorded of each."""
        own = {"i": whole_number("it is the number of the neuron"), "t": Variable(SECOND)}
        variables = {**own, **{name: self.source.variables[name] for name in self.record_variables}}
        reader = CodeReader(self.source, variables, Equations(""), self.clock)
        code = reader.condition(condition, ExternalNames.of_caller())
        constants = {name: each.value for name, each in code.namespace.items() if isinstance(each, Constant)}
        values = {**constants, **{name: self._column(name) for name in variables}}
        functions = timed_functions(code.namespace)
        holds = evaluate(code.expression, values.__getitem__, functions=functions)
        return np.broadcast_to(holds, (len(self._column("i")),))

    def _names(self) -> Sequence[str]:
        return ("N", "count", *(self._data.names() if self.record else ()))

    @property
    def i(self) -> Any:
        """The neuron of each event."""
        return self._given("i", use_units=False)

    @property
    def it(self) -> tuple[Any, Any]:
        """The neuron and the time of each event."""
        return self.i, self.t

    @property
    def it_(self) -> tuple[Any, Any]:
        """The neuron and the time in seconds of each event."""
        return self.i, self.t_

    @property
    def count(self) -> NDArray[np.int32]:
        """Number of events of each neuron."""
        current_session().flush()
        return self._counts.astype(np.int32)

    @property
    def num_events(self) -> int:
        """Number of events in all."""
        current_session().flush()
        return int(self._counts.sum())

    @property
    def N(self) -> int:  # noqa: N802
        """Number of events in all."""
        return self.num_events

    def values(self, var: str) -> dict[int, Any]:
        """Return the values of a variable at the events of each neuron, also of those that have none.

        Parameters
        ----------
        var
            The variable, or ``t``; with ``_`` behind it for values without units.
        """
        plain = var.endswith("_") and var not in self._data.names()
        stem = var[:-1] if plain else var
        if stem not in self._data.names():
            raise KeyError(
                f"'{self.name}' does not record '{var}'; it records {', '.join(self._data.names())}"
            )
        order = np.argsort(self._column("i"), kind="stable")
        values = self._column(stem)[order]
        ends = np.cumsum(self._counts_recorded())
        dimension = DIMENSIONLESS if plain else self._dimension(stem)
        parts = np.split(values, ends[:-1])
        return {neuron: with_dimension(part, dimension, collapse=False) for neuron, part in enumerate(parts)}

    def _counts_recorded(self) -> NDArray[np.int64]:
        return np.bincount(self._column("i"), minlength=len(self.source)).astype(np.int64)

    def all_values(self) -> dict[str, dict[int, Any]]:
        """Return times and recorded variables, each as `values` does."""
        return {name: self.values(name) for name in ("t", *self.record_variables)}

    def event_trains(self) -> dict[int, Any]:
        """Return the times of each neuron's events, also of those that have none."""
        found: dict[int, Any] = self.values("t")
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} of '{self.event}' of {self.source.name!r}>"


class SpikeMonitor(EventMonitor):
    """Records the spikes of neurons, and variables of each neuron at its spikes.

    Parameters
    ----------
    source
        The neurons.
    variables
        Names of variables to be recorded at spikes, with their values before the reset.
    record
        Whether to keep every spike; False only counts them.
    when, order
        The place in the step; by default right behind the threshold.
    name
        ``spikemonitor``, ``spikemonitor_1`` ... by default.
    codeobj_class
        Accepted.
    """

    def __init__(
        self,
        source: NeuronsLike,
        variables: str | Iterable[str] | None = None,
        record: bool = True,
        when: str | None = None,
        order: int | None = None,
        name: str | None = None,
        codeobj_class: Any = None,
    ) -> None:
        super().__init__(source, SPIKE, variables, record, when, order, name, codeobj_class)

    @property
    def num_spikes(self) -> int:
        """Number of spikes in all."""
        return self.num_events

    def spike_trains(self) -> dict[int, Any]:
        """Return the times of each neuron's spikes, also of those that have none."""
        return self.event_trains()
