"""Synapses: connections from one group of neurons to another, with their variables and their code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.driver import current_session
from distsim.equations.flags import Flag
from distsim.equations.tree import Expression, Name
from distsim.frontend.clocks import Clock
from distsim.frontend.connectable import Connectable
from distsim.frontend.connecting import PairCode, read_connect
from distsim.frontend.expressions import (
    CodeReader,
    Evaluated,
    ExternalNames,
    check_early,
    check_model,
    equation_uses,
)
from distsim.frontend.group import Item, check_holder, create_in_session, next_stream
from distsim.frontend.indices import IndexWrapper
from distsim.frontend.integration_methods import find_integrator
from distsim.frontend.logger import get_logger
from distsim.frontend.neuron_group import read_equations
from distsim.frontend.objects import SimulationObject
from distsim.frontend.parts import StateUpdater
from distsim.frontend.pathways import SynapticPathway, read_delays
from distsim.frontend.regular import check_statements_early, checked_statements
from distsim.frontend.sides import seen_subexpressions
from distsim.frontend.summed import SummedUpdater
from distsim.frontend.synaptic_indices import SynapticSubgroup, pair_condition
from distsim.frontend.synaptic_model import (
    check_synaptic_model,
    either,
    end_of,
    events_by_pathway,
    float_type,
    numbers_in_code,
    pathway_code,
    standing_still,
    synaptic_variables,
)
from distsim.frontend.views import VariableView
from distsim.network import SPIKE, PathwaySide, Projection, Selection, Subgroup, Updater
from distsim.network.variables import (
    Variable,
    bare_variables,
    pair_variables,
    synapse_variables,
)

_logger = get_logger(__name__)


class Synapses(Connectable):
    """Connections from one group of neurons to another; `connect` makes them.

    Either group may be `Synapses`, too: what is connected then are single synapses, by their numbers.

    Parameters
    ----------
    source, target
        The groups, or parts of them.  No target means the source.
    model
        Equations of the synapses.
    on_pre, on_post
        Statements for the synapses of a spike of the source or of the target; several by name as a
        dictionary.
    pre, post
        Former names of `on_pre` and `on_post`.
    connect
        Accepted as None only; call `connect`.
    delay
        One delay for all synapses, of the pathway ``pre`` or as a dictionary by pathway.
    on_event
        The event that drives the pathways, or a dictionary of events by pathway.
    multisynaptic_index
        What the number of a synapse among those of its pair is called.
    namespace
        External names of these synapses, which come before those of the run.
    dtype
        ``float32`` for variables in single precision.
    dt, clock
        Own time step of equations that are integrated in every step.
    order
        Place among what runs in the same slot.
    method
        Integration method; by default one that suits the equations.
    name
        ``synapses``, ``synapses_1`` ... by default.
    method_options, codeobj_class
        Accepted.
    """

    settable = frozenset({"lastupdate"})

    def __init__(
        self,
        source: Connectable,
        target: Connectable | None = None,
        model: Any = None,
        on_pre: Any = None,
        pre: Any = None,
        on_post: Any = None,
        post: Any = None,
        connect: Any = None,
        delay: Any = None,
        on_event: Any = SPIKE,
        multisynaptic_index: str | None = None,
        namespace: Mapping[str, Any] | None = None,
        dtype: Any = None,
        codeobj_class: Any = None,  # noqa: ARG002
        dt: Any = None,
        clock: Clock | None = None,
        order: int = 0,
        method: Any = ("exact", "euler", "heun"),
        method_options: Mapping[str, Any] | None = None,  # noqa: ARG002
        name: str | None = None,
    ) -> None:
        super().__init__(name, dt=dt, clock=clock, when="start", order=order)
        if connect is not None:
            raise TypeError(f"{self.name}: 'connect' is no argument any more: call synapses.connect(...)")
        self._own_clock = dt is not None or clock is not None
        self._source = end_of(source, "source", self.name)
        self._target = end_of(source if target is None else target, "target", self.name)
        self.namespace = dict(namespace) if namespace is not None else {}
        self.equations = read_equations("" if model is None else model)
        self.method_choice = find_integrator(method)
        self._float_type = float_type(dtype)
        self.multisynaptic_index = multisynaptic_index
        self._count = 0
        self._connected = False
        check_synaptic_model(self.equations, self._source, self._target, self.name)
        code = pathway_code(
            {PathwaySide.PRE: either("pre", on_pre, pre), PathwaySide.POST: either("post", on_post, post)},
            self.name,
        )
        self._own_variables = synaptic_variables(self.equations, multisynaptic_index, has_delay="pre" in code)
        self.variables = {
            **pair_variables(self._source._seen, self._target._seen),
            **bare_variables(self._target._seen, self._own_variables),
            **self._own_variables,
        }
        self._seen_variables = synapse_variables(self._own_variables, self.variables, self.equations)
        self._replaced = seen_subexpressions(self._source, self._target, self._own_variables)
        check_early(self, f"{self.name}, model", self.equations, self.variables)
        self._pathways: dict[str, SynapticPathway] = {}
        self._make_pathways(code, delay, on_event)
        self.summed_updaters = {
            equation.name: SummedUpdater(self, equation.name)
            for equation in self.equations.values()
            if Flag.SUMMED in equation.flags
        }
        self._state_updater = self._make_updater()
        # Code that runs in every step finds numbers of synapses only where they are stored.
        self._stored_numbers = numbers_in_code(
            self.equations,
            [statement for pathway in self._pathways.values() for statement in pathway.statements],
            multisynaptic_index,
        )
        create_in_session(self, self._projection(at_creation=True))
        self._seal()

    # -- construction

    def _make_pathways(self, code: Mapping[str, tuple[PathwaySide, str]], delay: Any, on_event: Any) -> None:
        delays = read_delays(delay, code, self.name)
        events = events_by_pathway(on_event, code, self.name)
        for pathway, (side, text) in code.items():
            if pathway in self.variables or hasattr(type(self), pathway):
                raise ValueError(
                    f"{self.name}: a pathway cannot be called '{pathway}', which has a meaning already"
                )
            group = self._source if side is PathwaySide.PRE else self._target
            if events[pathway] not in group._possible_events:
                hint = "; did you forget its 'threshold'?" if events[pathway] == SPIKE else ""
                if isinstance(group, Synapses):
                    hint = "; synapses do not spike"
                raise ValueError(
                    f"{self.name}: '{group.name}' has no event '{events[pathway]}' to drive '{pathway}'{hint}"
                )
            made = SynapticPathway(self, pathway, side, text, events[pathway], delays.get(pathway))
            place = f"{self.name}, '{pathway}'"
            check_statements_early(self, place, text, made.statements, self.variables)
            self._pathways[pathway] = made
            self.contained_objects.append(made)
            object.__setattr__(self, pathway, made)

    def _make_updater(self) -> StateUpdater | None:
        equations = self.equations.differential_equations
        if all(Flag.EVENT_DRIVEN in equation.flags for equation in equations):
            return None
        updater = StateUpdater(self)
        self.contained_objects.append(updater)
        return updater

    # -- what there is

    @property
    def state_updater(self) -> StateUpdater | None:
        """The integration of the equations that are integrated in every step, if there are any."""
        return self._state_updater

    def __len__(self) -> int:
        return self._count

    @property
    def _whole(self) -> Synapses:
        return self

    @property
    def _part(self) -> Subgroup:
        return Subgroup(self.name, 0, len(self))

    @property
    def _possible_events(self) -> Mapping[str, str]:
        return {}

    @property
    def _seen(self) -> Mapping[str, Variable]:
        return self._seen_variables

    @property
    def source(self) -> Connectable:
        """The presynaptic group."""
        return self._source

    @property
    def target(self) -> Connectable:
        """The postsynaptic group."""
        return self._target

    @property
    def N_pre(self) -> int:  # noqa: N802 (the public name)
        """Number of presynaptic neurons."""
        return len(self._source)

    @property
    def N_post(self) -> int:  # noqa: N802
        """Number of postsynaptic neurons."""
        return len(self._target)

    @property
    def N_incoming_post(self) -> NDArray[np.int32]:  # noqa: N802
        """Number of synapses onto each postsynaptic neuron."""
        return np.bincount(np.asarray(self.j), minlength=len(self._target)).astype(np.int32)

    @property
    def N_outgoing_pre(self) -> NDArray[np.int32]:  # noqa: N802
        """Number of synapses from each presynaptic neuron."""
        return np.bincount(np.asarray(self.i), minlength=len(self._source)).astype(np.int32)

    @property
    def delay(self) -> VariableView:
        """Delays of the pathway ``pre``."""
        return self._pre().delay

    @delay.setter
    def delay(self, value: Any) -> None:
        self._pre().delay = value

    @property
    def delay_(self) -> VariableView:
        """Delays of the pathway ``pre`` in seconds."""
        return self._pre().delay_

    @delay_.setter
    def delay_(self, value: Any) -> None:
        self._pre().delay_ = value

    def __getattr__(self, name: str) -> Any:
        if name in ("delay", "delay_") and "_pathways" in self.__dict__:
            # The property has failed, and its own error is not passed on.
            self._pre()
        return super().__getattr__(name)

    def _pre(self) -> SynapticPathway:
        if "pre" not in self._pathways:
            known = ", ".join(self._pathways) or "none"
            raise AttributeError(
                f"'{self.name}' has no pathway 'pre' that 'delay' could mean; there are: {known}"
            )
        return self._pathways["pre"]

    @property
    def owned(self) -> Iterable[str]:
        """Names of the variables that belong to the synapses themselves."""
        return ["t", "dt", "t_in_timesteps", "i", "j", "N_pre", "N_post", *self._own_variables]

    def storage_type(self, name: str) -> np.dtype[Any] | None:
        """Return the type in which a variable is stored, where it is not the usual one."""
        single = self._float_type == "float32" and name in self.equations
        if single and self.variables[name].dtype.value == "float" and self.variables[name].is_state:
            return np.dtype(np.float32)
        group = self._source if name.endswith("_pre") else self._target
        if name not in self._own_variables and name.removesuffix("_pre").removesuffix("_post") in group._seen:
            return group.storage_type(name.removesuffix("_pre").removesuffix("_post"))
        return None

    # -- connecting

    def connect(
        self,
        condition: Any = None,
        i: Any = None,
        j: Any = None,
        p: Any = 1.0,
        n: Any = 1,
        skip_if_invalid: bool = False,
        namespace: Mapping[str, Any] | None = None,
        level: int = 0,
        storage: str = "stored",
    ) -> None:
        """Make synapses.

        Parameters
        ----------
        condition
            Which pairs connect, as a string; True, or nothing, means all.
        i, j
            Numbers of neurons, taken in pairs; or one of them as a string that gives it for each neuron of
            the other side, by an expression or by a loop such as ``'k for k in range(i - 3, i + 4) if k !=
            i'``.
        p
            How likely each pair connects: a number, or a string.
        n
            How many synapses a pair gets: a number, or a string.
        skip_if_invalid
            Whether a computed number that is no neuron makes no synapse; otherwise it is an error.
        namespace
            External names, instead of those that the caller can see.
        level
            How many frames further out external names are looked up.
        storage
            ``'stored'``; or ``'procedural'``: nothing is kept of the synapses, they are made anew at each
            spike.  That goes for all pairs, or each with one probability, with or without ``'i != j'``, and
            for ``j='i'``, where a spike adds what never changes to variables of the targets.
        """
        check_holder(self)
        if storage not in ("stored", "procedural"):
            raise ValueError(f"{self.name}: 'storage' must be 'stored' or 'procedural', not {storage!r}")
        pairs = pair_variables(self._source._seen, self._target._seen)
        variables = {**pairs, **bare_variables(self._target._seen, pairs)}
        code = PairCode(self, variables, self._replaced, ExternalNames.of_caller(namespace, level))
        connect, names = read_connect(code, condition, i, j, p, n, skip_if_invalid=skip_if_invalid)
        connect = replace(connect, procedural=storage == "procedural")
        self._count = current_session().connect(self.name, connect, names, next_stream("connect"))
        self._connected = True
        for number in self._stored_numbers:
            current_session().assign(self._selection(), number, Name(number), {}, next_stream("count"))

    # -- values

    def _selection(
        self, indices: NDArray[np.int64] | None = None, condition: Expression | None = None
    ) -> Selection:
        return Selection(self.name, indices, condition)

    def _check_exists(self) -> None:
        check_holder(self)

    def _reader(self) -> CodeReader:
        return CodeReader(self, self.variables, self.equations, self.clock, self._replaced)

    def _numbers(self, item: Any) -> tuple[NDArray[np.int64] | None, bool]:
        if isinstance(item, SynapticSubgroup):
            return item.indices, False
        if isinstance(item, tuple):
            return self._where(pair_condition(item, self), {}), False
        return super()._numbers(item)

    def _select(self, item: Any, external: ExternalNames) -> tuple[Selection, Evaluated | None, bool]:
        if isinstance(item, tuple):
            return self._selection(condition=pair_condition(item, self)), None, False
        return super()._select(item, external)

    def _known_here(self, name: str) -> Any:
        return {"N_pre": self.N_pre, "N_post": self.N_post}.get(name, super()._known_here(name))

    def _write(self, name: str, variable: Variable, item: Any, value: Any, external: ExternalNames) -> None:
        if not self._connected and not variable.is_shared:
            raise TypeError(
                f"'{name}' of '{self.name}' cannot be set before synapses are made: call connect(...)"
            )
        super()._write(name, variable, item, value, external)

    def read_as(self, name: str, variable: Variable, item: Any, external: ExternalNames) -> NDArray[Any]:
        """Return values that the session knows by a name which is no variable of code."""
        return self._read(name, variable, item, external)

    def write_as(self, name: str, variable: Variable, item: Any, value: Any, external: ExternalNames) -> None:
        """Set values that the session knows by a name which is no variable of code."""
        self._write(name, variable, item, value, external)

    @property
    def indices(self) -> IndexWrapper:
        """Gives the numbers of synapses for any index, as ``S.indices[0, :]``."""
        return IndexWrapper(self)

    def __getitem__(self, item: Any) -> SynapticSubgroup:
        return SynapticSubgroup(self, self.indices[item])

    # -- description

    @property
    def dependencies(self) -> Sequence[SimulationObject]:
        """The two groups."""
        return (self._source._whole, self._target._whole)

    def _projection(self, *, at_creation: bool = False) -> Projection:
        changed = (
            {name: each for name, each in self.summed_updaters.items() if each.changed}
            if not at_creation
            else {}
        )
        return Projection(
            name=self.name,
            source=self._source._part,
            target=self._target._part,
            equations=self.equations + self._stored_numbers,
            pathways=tuple(
                pathway.described(at_creation=at_creation)
                for pathway in self._pathways.values()
                if pathway.active
            ),
            connect=(),
            method=self.method_choice,
            float_type=self._float_type,
            order=self.order,
            dt=self.clock.dt_ if self._own_clock else None,
            summed_when={name: each.when for name, each in changed.items()},
            summed_order={name: each.order for name, each in changed.items()},
            multisynaptic_index=self.multisynaptic_index,
            updater=Updater() if self._state_updater is None else self._state_updater.described(),
        )

    def describe(self, external: ExternalNames) -> Iterable[Item]:
        """Return the description of the synapses for one run."""
        check_holder(self)
        if not self._connected:
            raise TypeError(f"'{self.name}' has no synapses: call connect(...) before the run")
        if not self.active:
            return (
                replace(
                    self._projection(),
                    pathways=(),
                    equations=standing_still(self.equations + self._stored_numbers),
                ),
            )
        namespace: dict[str, Any] = dict(
            external.find(self, equation_uses(self.equations, self.variables), self.variables)
        )
        check_model(f"{self.name}, model", self.equations, namespace, self.variables)
        for pathway in self._pathways.values():
            place = f"{self.name}, '{pathway.pathway}'"
            _, found = checked_statements(
                self, place, pathway.code, pathway.statements, self.variables, external
            )
            namespace |= found
        return (replace(self._projection(), namespace=namespace),)

    def __repr__(self) -> str:
        return (
            f"<Synapses {self.name!r} from {self._source.name!r} to {self._target.name!r}: {len(self)} "
            "synapses>"
        )
