"""What groups of neurons and synapses have in common: variables as attributes, states, regular code,
descriptions.

An object that takes part in a run is a `SimulationObject` and is `Describable`: asked by the network that it
is in, it gives the items of the network description that it stands for.
"""

from __future__ import annotations

import itertools
import weakref
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

import numpy as np

from distsim.driver import current_session
from distsim.equations import EquationError, Equations
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Expression, Name, names
from distsim.frontend.expressions import CodeReader, Evaluated, ExternalNames
from distsim.frontend.objects import SimulationObject
from distsim.frontend.views import WHOLE, VariableView, element_numbers
from distsim.network import (
    PoissonInput,
    Population,
    Projection,
    RateMonitor,
    Regular,
    Selection,
    SpikeMonitor,
    SpikeTimes,
    StateMonitor,
)
from distsim.network.variables import Variable

if TYPE_CHECKING:
    from numpy.typing import NDArray

Item: TypeAlias = (
    Population | SpikeTimes | Projection | PoissonInput | SpikeMonitor | StateMonitor | RateMonitor | Regular
)
"""What an object can add to the description of a network."""


@runtime_checkable
class Describable(Protocol):
    """An object that takes part in a run.

    A network describes an object once for each run, after those that it depends on.  What is described exists
    in the session already; the description says what it does in a step, with the values that external names
    have now.  Monitors have a `sink` besides, to be given to the session's `run` under their name, after
    ``sink.start_run(base_step)`` has told it the length of the session's step in seconds.
    """

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The objects that must be in the same network."""
        ...

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the items of the description; none if the object is not active or does nothing by itself.

        Parameters
        ----------
        external
            Where external names of the run are looked up.

        Raises
        ------
        EquationError, DimensionMismatchError, NameResolutionError
            If the code of the object is wrong.
        """
        ...


# -- which objects exist in the session -------------------------------------------------------------------

_holders: weakref.WeakValueDictionary[str, SimulationObject] = weakref.WeakValueDictionary()
"""The object whose values the session holds under each name."""

_released: deque[tuple[str, int]] = deque()
"""Names whose objects are gone, to be discarded before anything is created or run.

A finalizer runs whenever Python likes, in the middle of a command to all ranks for instance, so it only
notes.
"""

_created: dict[str, tuple[int, object]] = {}
"""By name: the number of the object, and the session that holds its values."""


def create_in_session(holder: SimulationObject, item: Population | SpikeTimes | Projection) -> None:
    """Have the session make the variables of a new object.

    An object of the same name that is still alive, such as that of another network, loses its values: using
    it again is an error.
    """
    discard_released()
    session = current_session()
    _discard(item.name)
    session.create(item)
    _created[item.name] = (holder.created, session)
    _holders[item.name] = holder
    weakref.finalize(holder, _released.append, (item.name, holder.created)).atexit = False


def discard_released() -> None:
    """Free what the session holds of objects that are gone."""
    while _released:
        name, created = _released.popleft()
        if _created.get(name, (None,))[0] == created:
            _discard(name)


def _discard(name: str) -> None:
    _, session = _created.pop(name, (0, None))
    if session is not None and session is current_session():
        current_session().discard(name)


def is_holder(candidate: object) -> bool:
    """Tell whether the session holds the values of an object."""
    return isinstance(candidate, SimulationObject) and _holders.get(candidate.name) is candidate


def check_holder(holder: SimulationObject) -> None:
    """Refuse the use of an object whose values have been given up for another of its name."""
    if _holders.get(holder.name) is not holder:
        raise ReferenceError(
            f"the values of this '{holder.name}' are gone, because another object of the same name has been "
            "made since; give them different names"
        )


_draws = itertools.count()


def next_stream(what: str) -> str:
    """Return a name for random numbers that has not been used since they were last seeded.

    Parameters
    ----------
    what
        What is drawn.  No name of an object: automatic ones depend on what else is still alive.
    """
    return f"{what} {next(_draws)}"


def restart_streams() -> None:
    """Count from the start again, so that after `seed` the same script draws the same numbers."""
    global _draws  # noqa: PLW0603 (one sequence for all objects, as there is one seed)
    _draws = itertools.count()


# -- groups -----------------------------------------------------------------------------------------------


class VariableOwner(SimulationObject):
    """A group of neurons or synapses, whose variables are its attributes.

    Subclasses set `variables`, `equations` and `namespace` and then call `_seal`, after which a variable that
    does not exist cannot be set by mistake.

    Attributes
    ----------
    variables : dict
        What code strings may use, by name.
    namespace : dict or None
        External names of this group.
    """

    variables: dict[str, Variable]
    equations: Equations
    namespace: dict[str, Any] | None

    settable: frozenset[str] = frozenset()
    """Variables that can be set although code cannot write them."""

    _sealed = False

    def _seal(self) -> None:
        object.__setattr__(self, "_sealed", True)

    def __len__(self) -> int:
        raise NotImplementedError

    def storage_type(self, name: str) -> np.dtype[Any] | None:  # noqa: ARG002
        """Return the type in which a variable is stored, where it is not the usual one."""
        return None

    @property
    def owned(self) -> Iterable[str]:
        """Names of the variables that are this group's own."""
        return self.variables

    # -- variables as attributes

    def state(self, name: str, use_units: bool = True, level: int = 0) -> VariableView:  # noqa: ARG002
        """Return the view of a variable.

        Parameters
        ----------
        name
            The variable.
        use_units
            Whether values have their unit.
        level
            Accepted; views look names up when they are used.

        Raises
        ------
        KeyError
            If there is no such variable.
        """
        if name not in self.variables:
            raise KeyError(f"'{self.name}' has no variable '{name}'{did_you_mean(name, self.variables)}")
        return VariableView(self, name, self.variables[name], use_units=use_units)

    def __getattr__(self, name: str) -> Any:
        variables = self.__dict__.get("variables")
        if variables is not None and not name.startswith("__"):
            if name in variables:
                return VariableView(self, name, variables[name])
            if name.endswith("_") and name[:-1] in variables:
                return VariableView(self, name[:-1], variables[name[:-1]], use_units=False)
        hint = did_you_mean(name, variables or ())
        raise AttributeError(f"'{self.__dict__.get('_name')}' has no attribute or variable '{name}'{hint}")

    def __setattr__(self, name: str, value: Any) -> None:
        if self._sealed and name in self.variables:
            attribute = getattr(type(self), name, None)
            if isinstance(attribute, property) and attribute.fset is None:
                raise TypeError(f"variable '{name}' of '{self.name}' is read-only")
        if not self._sealed or name.startswith("_") or name in self.__dict__ or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        elif name in self.variables:
            self._set(name, value, use_units=True)
        elif name.endswith("_") and name[:-1] in self.variables:
            self._set(name[:-1], value, use_units=False)
        else:
            hint = did_you_mean(name, self.variables)
            raise AttributeError(
                f"'{self.name}' has no variable '{name}'{hint} (add_attribute('{name}') allows an attribute "
                "of "
                "this name)"
            )

    def _set(self, name: str, value: Any, *, use_units: bool) -> None:
        # An in-place operator has done its work when Python assigns its result.
        if isinstance(value, VariableView) and value.is_view_of(self, name):
            return
        VariableView(self, name, self.variables[name], use_units=use_units).set_item(WHOLE, value)

    def add_attribute(self, name: str) -> None:
        """Allow an attribute that is no variable."""
        object.__setattr__(self, name, None)

    def _part_of(self) -> VariableOwner:
        """Return the object that regular code becomes a part of."""
        return self

    # -- values

    def _selection(
        self, indices: NDArray[np.int64] | None = None, condition: Expression | None = None
    ) -> Selection:
        """Return some elements of this group as the session knows them."""
        raise NotImplementedError

    def _check_exists(self) -> None:
        """Refuse to work with values that are gone."""
        raise NotImplementedError

    def _numbers(self, item: Any) -> tuple[NDArray[np.int64] | None, bool]:
        """Return the numbers of the elements that an index means, None for all, and whether it is a
        single one.
        """
        return element_numbers(item, len(self))

    def _reader(self) -> CodeReader:
        """Return what reads code strings about this group."""
        return CodeReader(self, self.variables, self.equations, self.clock)

    def _select(self, item: Any, external: ExternalNames) -> tuple[Selection, Evaluated | None, bool]:
        if isinstance(item, str):
            condition = self._reader().condition(item, external)
            return self._selection(condition=condition.expression), condition, False
        indices, single = self._numbers(item)
        return self._selection(indices), None, single

    def read_variable(
        self, name: str, item: Any, level: int = 0, namespace: Mapping[str, Any] | None = None
    ) -> NDArray[Any]:
        """Return values of a variable in SI units: (n,), or () for a shared variable or a single element."""
        known = self._known_here(name)
        if known is not None:
            return np.asarray(known)
        return self._read(name, self.variables[name], item, ExternalNames.of_caller(namespace, level))

    def _read(self, name: str, variable: Variable, item: Any, external: ExternalNames) -> NDArray[Any]:
        """Return values of a variable that the session knows by `name`."""
        self._check_exists()
        if variable.is_shared:
            self._check_shared_index(name, item)
            selection, condition, single = self._selection(), None, False
        else:
            selection, condition, single = self._select(item, external)
        if name in self.variables:
            value = self._reader().variable(Name(name), external)
        else:
            value = Evaluated(Name(name), {})
        external_values = {**value.namespace, **(condition.namespace if condition else {})}
        values = current_session().read(
            selection, value.expression, external_values, shared=variable.is_shared
        )
        return np.asarray(values)[0] if single else np.asarray(values)

    def _known_here(self, name: str) -> Any:
        """Return the value of what the front end knows by itself, else None."""
        if name == "t":
            return self.clock.t_
        if name == "dt":
            return self.clock.dt_
        if name == "t_in_timesteps":
            return self.clock.timestep
        if name == "N":
            return len(self)
        return None

    def write_variable(
        self, name: str, item: Any, value: Any, level: int = 0, namespace: Mapping[str, Any] | None = None
    ) -> None:
        """Give a variable new values, plain ones in SI units or the text of an expression."""
        self._write(name, self.variables[name], item, value, ExternalNames.of_caller(namespace, level))

    def _write(self, name: str, variable: Variable, item: Any, value: Any, external: ExternalNames) -> None:
        """Give a variable that the session knows by `name` new values."""
        self._check_exists()
        if variable.is_shared:
            self._check_shared_index(name, item)
            selection, condition = self._selection(), None
        else:
            selection, condition, _ = self._select(item, external)
        values: Mapping[str, Any] = condition.namespace if condition else {}
        if isinstance(value, str):
            code = self._reader().expression(value, variable.dimension, f"value for '{name}'", external)
            values, value = {**values, **code.namespace}, code.expression
            if variable.is_shared:
                self._check_same_for_all(name, code.expression)
        else:
            selection, value = self._shaped(name, variable, selection, values, value)
        current_session().assign(selection, name, value, values, next_stream("set"))

    def _shaped(
        self,
        name: str,
        variable: Variable,
        selection: Selection,
        external_values: Mapping[str, Any],
        value: NDArray[Any],
    ) -> tuple[Selection, Any]:
        """Return values as one number or as one for each element selected."""
        if value.size == 1:
            return selection, value.reshape(-1)[0].item()
        if variable.is_shared:
            raise ValueError(f"'{name}' of '{self.name}' is shared: it has one value, not {value.size}")
        if selection.condition is not None:
            # Values are given in the order of the elements, so these must be known one by one.
            selection = self._selection(self._where(selection.condition, external_values))
        size = len(self) if selection.indices is None else len(selection.indices)
        if value.shape != (size,):
            raise ValueError(
                f"'{name}' of '{self.name}': values of shape {value.shape} do not fit {size} elements"
            )
        return selection, value

    def _where(self, condition: Expression, external_values: Mapping[str, Any]) -> NDArray[np.int64]:
        """Return the numbers of the elements for which a condition holds."""
        holds = current_session().read(self._selection(), condition, external_values)
        return np.flatnonzero(np.broadcast_to(holds, (len(self),))).astype(np.int64)

    def _check_same_for_all(self, name: str, expression: Expression) -> None:
        for other in sorted(names(expression) & self.variables.keys()):
            if not self.variables[other].is_shared:
                raise EquationError(
                    f"'{name}' of '{self.name}' is shared, so that its value cannot depend on '{other}', "
                    "which "
                    "differs from element to element"
                )

    def _check_shared_index(self, name: str, item: Any) -> None:
        if not (item is Ellipsis or (isinstance(item, slice) and item == WHOLE)):
            raise IndexError(f"'{name}' of '{self.name}' is shared: it has one value and no index but [:]")

    # -- states

    def get_states(
        self,
        vars: Iterable[str] | None = None,  # noqa: A002 (the public name)
        units: bool = True,
        format: str = "dict",  # noqa: A002
        subexpressions: bool = False,
        read_only_variables: bool = True,
        level: int = 0,
    ) -> Any:
        """Return copies of the values of variables.

        Parameters
        ----------
        vars
            Their names; by default all that have a value of their own.
        units
            Whether values have their units.
        format
            ``dict`` or ``pandas``.
        subexpressions
            Whether subexpressions are included if no names are given.
        read_only_variables
            Whether variables that cannot be set are included if no names are given.
        level
            How many frames further out names in subexpressions are looked up.
        """
        if vars is None:
            vars = [  # noqa: A001
                name
                for name in self.owned
                if (subexpressions or name not in self.equations.subexpr_names)
                and (read_only_variables or self._is_settable(name))
            ]
        values: dict[str, Any] = {}
        for name in vars:
            plain = name.endswith("_") and name not in self.variables
            stem = name[:-1] if plain else name
            view = self.state(stem, use_units=units and not plain)
            values[name] = view.get_item(WHOLE, level=level)
        return exported(values, format, units=units)

    def set_states(
        self,
        values: Mapping[str, Any],
        units: bool = True,
        format: str = "dict",  # noqa: A002
        level: int = 0,
    ) -> None:
        """Set variables to the values that `get_states` has returned; those that cannot be set are passed
        over.
        """
        if format not in FORMATS:
            raise NotImplementedError(f"there is no format '{format}'; there are {', '.join(FORMATS)}")
        for name in values:
            if name not in self.variables:
                raise KeyError(f"'{self.name}' has no variable '{name}'{did_you_mean(name, self.variables)}")
            if self._is_settable(name):
                new = values[name] if format == "dict" else np.asarray(values[name])
                self.state(name, use_units=units).set_item(WHOLE, new, level=level)

    def _is_settable(self, name: str) -> bool:
        return self.variables[name].is_state or name in self.settable


FORMATS = ("dict", "pandas")


def exported(values: dict[str, Any], format_name: str, *, units: bool) -> Any:
    """Return states in the format asked for."""
    if format_name == "dict":
        return values
    if format_name != "pandas":
        raise NotImplementedError(f"there is no format '{format_name}'; there are {', '.join(FORMATS)}")
    if units:
        raise NotImplementedError("a pandas table has no units: use units=False")
    # Imported by name, because pandas is needed for nothing else and need not be there.
    return import_module("pandas").DataFrame(values)


Group = VariableOwner
"""The name under which scripts test for groups."""
