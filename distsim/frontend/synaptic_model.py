"""The model of synapses and the arguments that go with it: checked, and as variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from distsim.equations import Equation, Equations, VariableType, ordered_subexpressions
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import SECOND
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Assignment, names
from distsim.frontend.connectable import Connectable
from distsim.frontend.logger import get_logger
from distsim.frontend.summed import check_summed
from distsim.network import SPIKE, PathwaySide
from distsim.network.variables import Variable, equation_variables, whole_number
from distsim.units import DIMENSIONLESS

_logger = get_logger(__name__)

_FLAGS: Mapping[EquationKind, frozenset[Flag]] = MappingProxyType(
    {
        EquationKind.DIFFERENTIAL: frozenset({Flag.EVENT_DRIVEN, Flag.CLOCK_DRIVEN}),
        EquationKind.SUBEXPRESSION: frozenset({Flag.SHARED, Flag.CONSTANT_OVER_DT, Flag.SUMMED}),
        EquationKind.PARAMETER: frozenset({Flag.CONSTANT, Flag.SHARED}),
    }
)
_RESERVED = ("i", "j", "delay", "N_pre", "N_post", "N_incoming", "N_outgoing")


def check_synaptic_model(equations: Equations, source: Connectable, target: Connectable, name: str) -> None:
    """Refuse equations that synapses cannot have."""
    equations.check_flags(_FLAGS, "Synapses")
    equations.check_names(_RESERVED, "Synapses")
    ordered_subexpressions(equations)
    for equation in equations.values():
        if Flag.SUMMED in equation.flags:
            check_summed(equation, source, target, name)
            continue
        for side, group in (("pre", source), ("post", target)):
            if equation.name in group.variables:
                raise equation.error(
                    f"{name}: the {side}synaptic group '{group.name}' has a variable '{equation.name}', "
                    "too; "
                    f"use another name, such as '{equation.name}_syn'"
                )
    unflagged = [
        equation.name
        for equation in equations.differential_equations
        if not equation.flags & {Flag.EVENT_DRIVEN, Flag.CLOCK_DRIVEN}
    ]
    if unflagged:
        _logger.info(
            f"{name}: the equations of {', '.join(unflagged)} are integrated in every time step; "
            "(clock-driven) says that this is meant, (event-driven) integrates them at spikes only",
            "clock_driven",
            once=True,
        )


def synaptic_variables(
    equations: Equations, multisynaptic_index: str | None, *, has_delay: bool
) -> dict[str, Variable]:
    """Return the variables of the synapses themselves."""
    model = equation_variables(equations)
    for equation in equations.values():
        if Flag.SUMMED in equation.flags:
            del model[equation.name]
    own: dict[str, Variable] = {
        **model,
        "N": whole_number("it is the number of synapses", is_shared=True),
        "N_incoming": whole_number("it is a number of synapses"),
        "N_outgoing": whole_number("it is a number of synapses"),
    }
    if any(Flag.EVENT_DRIVEN in equation.flags for equation in equations.values()):
        own["lastupdate"] = Variable(SECOND, read_only="the simulator sets it")
    if multisynaptic_index is not None:
        own[multisynaptic_index] = whole_number("it is the number of a synapse within its pair")
    if has_delay:
        own["delay"] = Variable(SECOND, read_only="synapses.delay = ... sets it")
    return own


def numbers_in_code(
    equations: Equations, statements: Iterable[Assignment], multisynaptic_index: str | None
) -> Equations:
    """Return a parameter for each number of synapses that code uses, by the name that it has there."""
    used = equations.identifiers.union(*(names(statement.value) for statement in statements))
    numbers = [name for name in ("N_incoming", "N_outgoing", multisynaptic_index) if name in used]
    return Equations(
        Equation(
            EquationKind.PARAMETER,
            name,
            DIMENSIONLESS,
            VariableType.INTEGER,
            None,
            frozenset({Flag.CONSTANT}),
        )
        for name in numbers
        if name is not None
    )


def end_of(group: Any, side: str, name: str) -> Connectable:
    """Return the source or the target of synapses, checked."""
    if not isinstance(group, Connectable):
        raise TypeError(
            f"{name}: the {side} must be a group of neurons or all synapses of a kind, not {group!r}"
        )
    return group


def float_type(dtype: Any) -> str:
    """Return how the variables of synapses are stored."""
    if dtype is None:
        return "float64"
    wanted = np.dtype(dtype)
    if wanted.name not in ("float32", "float64"):
        raise TypeError(f"variables are stored as float64 or float32, not {wanted}")
    return str(wanted.name)


def either(word: str, new: Any, old: Any) -> Any:
    """Return the value of an argument given by its present or by its former name."""
    if old is None:
        return new
    if new is not None:
        raise TypeError(f"'{word}' is the former name of 'on_{word}': give one of them")
    _logger.warn(f"the argument '{word}' of Synapses is called 'on_{word}' now", "deprecated", once=True)
    return old


def pathway_code(given: Mapping[PathwaySide, Any], name: str) -> dict[str, tuple[PathwaySide, str]]:
    """Return side and statements of each pathway."""
    code: dict[str, tuple[PathwaySide, str]] = {}
    for side, value in given.items():
        if value is None:
            continue
        if not isinstance(value, (str, Mapping)):
            raise TypeError(
                f"{name}: 'on_{side.value}' must be a string or a dictionary of strings, not {value!r}"
            )
        for pathway, text in ({side.value: value} if isinstance(value, str) else value).items():
            if not isinstance(text, str):
                raise TypeError(f"{name}: the code of '{pathway}' must be a string, not {text!r}")
            if pathway in code:
                raise ValueError(f"{name}: there are two pathways '{pathway}'")
            code[pathway] = (side, text)
    return code


def events_by_pathway(on_event: Any, code: Mapping[str, object], name: str) -> dict[str, str]:
    """Return the event of each pathway."""
    if isinstance(on_event, str):
        return dict.fromkeys(code, on_event)
    if not isinstance(on_event, Mapping):
        raise TypeError(f"{name}: 'on_event' must be a string or a dictionary of strings, not {on_event!r}")
    for pathway in on_event:
        if pathway not in code:
            raise ValueError(f"{name}: there is no pathway '{pathway}'{did_you_mean(pathway, code)}")
    return {pathway: on_event.get(pathway, SPIKE) for pathway in code}


def standing_still(equations: Equations) -> Equations:
    """Return equations whose variables nothing changes."""
    return Equations(
        replace(equation, kind=EquationKind.PARAMETER, expression=None, flags=frozenset(), text="")
        if equation.kind is EquationKind.DIFFERENTIAL
        else equation
        for equation in equations.values()
        if Flag.SUMMED not in equation.flags
    )
