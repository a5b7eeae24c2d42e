"""What all monitors have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.frontend.group import exported
from distsim.frontend.monitor_data import Columns
from distsim.frontend.objects import SimulationObject
from distsim.network.variables import Variable
from distsim.units import Dimension
from distsim.units.quantity import with_dimension


class Monitor(SimulationObject):
    """Records something of a group.

    Its data are arrays: what is called `name` has a unit, and ``name_`` is the same in SI units without one.
    """

    invalidates_magic_network = False

    _data: Columns
    _step_length = 0.0

    # -- recording: the session hands over what has been recorded

    @property
    def sink(self) -> Any:
        """What the session gives recorded data to."""
        return self

    def start_run(self, base_step: float) -> None:  # noqa: ARG002 (steps are those of the monitor's clock)
        """Prepare for a run."""
        self._step_length = self.clock.dt_

    def _times(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(steps * (self._step_length or self.clock.dt_), dtype=np.float64)

    def recorded(self) -> Mapping[str, NDArray[Any]]:
        """Return all that it holds, by name, in SI units."""
        current_session().flush()
        return self._data.all()

    def replace_recorded(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold what `recorded` has returned, and nothing else."""
        self._data.replace(arrays)

    def _column(self, name: str) -> NDArray[Any]:
        """Return recorded values in SI units, also those of a run that is under way."""
        current_session().flush()
        array = self._data[name]
        array.setflags(write=False)
        return array.view()

    # -- values by name

    def _dimension(self, name: str) -> Dimension:
        """Return the dimension of recorded values; KeyError if nothing of this name is recorded."""
        raise NotImplementedError

    def _values(self, name: str) -> NDArray[Any]:
        """Return recorded values in the shape in which the user sees them."""
        return self._column(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "_data" not in self.__dict__:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        for stem, use_units in ((name, True), (name[:-1], False)):
            if (use_units or name.endswith("_")) and self._has(stem):
                return self._given(stem, use_units=use_units)
        raise AttributeError(self._about_missing(name))

    def _given(self, name: str, *, use_units: bool) -> Any:
        """Return recorded values as the user gets them."""
        values = self._values(name)
        return with_dimension(values, self._dimension(name), collapse=False) if use_units else values

    def _about_missing(self, name: str) -> str:
        return f"'{self.name}' has no attribute '{name}'; it records {', '.join(self._names())}"

    def _has(self, name: str) -> bool:
        return name in self._names()

    def _names(self) -> Sequence[str]:
        """Return the names of what can be asked for."""
        return tuple(self._data.names())

    def get_states(
        self,
        vars: Iterable[str] | None = None,  # noqa: A002 (the public name)
        units: bool = True,
        format: str = "dict",  # noqa: A002
        subexpressions: bool = False,  # noqa: ARG002
        read_only_variables: bool = True,  # noqa: ARG002
        level: int = 0,  # noqa: ARG002
    ) -> Any:
        """Return copies of what has been recorded.

        Parameters
        ----------
        vars
            The names wanted; all by default.
        units
            Whether values have their units.
        format
            ``dict`` or ``pandas``.
        subexpressions, read_only_variables, level
            Accepted.
        """
        values = {}
        for name in self._names() if vars is None else vars:
            # Times first, as in Brian 2, whereas the attributes of a state monitor have them last.
            found = np.array(self._values(name)).T
            values[name] = with_dimension(found, self._dimension(name), collapse=False) if units else found
        return exported(values, format, units=units)

    @property
    def N(self) -> int:  # noqa: N802 (the public name)
        """Number of events, or of times, recorded so far."""
        return len(self._column("t"))

    def __len__(self) -> int:
        return self.N

    @property
    def t(self) -> Any:
        """The times."""
        return self._given("t", use_units=True)

    @property
    def t_(self) -> Any:
        """The times in seconds."""
        return self._given("t", use_units=False)


def recorded_type(variable: Variable, stored: np.dtype[Any] | None) -> np.dtype[Any]:
    """Return the type of recorded values of a variable."""
    kinds = {"float": np.float64, "integer": np.int32, "boolean": np.bool_}
    return stored or np.dtype(kinds[variable.dtype.value])
