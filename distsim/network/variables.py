"""The variables that code may use: those of equations, and those that every group has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from distsim.equations import Equations, VariableType, expansions
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import SECOND
from distsim.equations.tree import names
from distsim.units import DIMENSIONLESS, Dimension

SIMULATOR = "the simulator sets it"
SHARED = "it is shared"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that code may read, and perhaps write.

    Parameters
    ----------
    dimension, dtype
        What it holds.
    read_only
        Why it cannot be written; None if it can.
    is_shared
        Whether all neurons or synapses have one value in common.
    is_state
        Whether it is stored, so that it can have an initial value.
    """

    dimension: Dimension = DIMENSIONLESS
    dtype: VariableType = VariableType.FLOAT
    read_only: str | None = None
    is_shared: bool = False
    is_state: bool = False


def neuron_variables(equations: Equations, *, has_refractory: bool) -> dict[str, Variable]:
    """Return the variables of a population with these equations, those of every population included."""
    variables = {
        **counting_variables(),
        **equation_variables(equations),
    }
    if has_refractory:
        variables["lastspike"] = Variable(SECOND, read_only=SIMULATOR)
        variables["not_refractory"] = Variable(dtype=VariableType.BOOLEAN, read_only=SIMULATOR)
    return variables


def counting_variables() -> dict[str, Variable]:
    """Return what every group of neurons has without any equations."""
    return {
        "i": whole_number("it is the number of the neuron"),
        "N": whole_number("it is the number of neurons", is_shared=True),
        **time_variables(),
    }


def time_variables() -> dict[str, Variable]:
    """Return the names of the time and of the time step."""
    return {
        "t": Variable(SECOND, read_only=SIMULATOR, is_shared=True),
        "dt": Variable(SECOND, read_only=SIMULATOR, is_shared=True),
        "t_in_timesteps": Variable(dtype=VariableType.INTEGER, read_only=SIMULATOR, is_shared=True),
    }


def equation_variables(equations: Equations) -> dict[str, Variable]:
    """Return the variables that equations define."""
    variables: dict[str, Variable] = {}
    for equation in equations.values():
        is_shared = Flag.SHARED in equation.flags
        read_only = None
        if equation.kind is EquationKind.SUBEXPRESSION:
            read_only = "it is a subexpression"
        elif Flag.LINKED in equation.flags:
            read_only = "it is linked"
        elif is_shared:
            read_only = SHARED
        elif Flag.CONSTANT in equation.flags:
            read_only = "it is flagged (constant)"
        is_state = equation.kind is not EquationKind.SUBEXPRESSION and Flag.LINKED not in equation.flags
        variables[equation.name] = Variable(
            equation.dimension, equation.dtype, read_only, is_shared, is_state
        )
    return variables


def writable_shared(variables: Mapping[str, Variable], equations: Equations) -> dict[str, Variable]:
    """Return variables as code for a whole group sees them: it may set shared parameters, too."""
    free = {
        equation.name: replace(variables[equation.name], read_only=None)
        for equation in equations.values()
        if equation.name in variables
        and variables[equation.name].read_only == SHARED
        and Flag.CONSTANT not in equation.flags
    }
    return {**variables, **free}


def pair_variables(source: Mapping[str, Variable], target: Mapping[str, Variable]) -> dict[str, Variable]:
    """Return what an expression about a pair of neurons may use, whether or not there is a synapse.

    On either side there may be synapses, too, as `synapse_variables` has them.
    """
    variables = {
        "i": whole_number("it is the source's number"),
        "j": whole_number("it is the target's number"),
        "N_pre": whole_number("it is the number of sources", is_shared=True),
        "N_post": whole_number("it is the number of targets", is_shared=True),
        **time_variables(),
    }
    for suffix, group in (("_pre", source), ("_post", target)):
        for name, variable in _seen_variables(group).items():
            variables[name + suffix] = replace(variable, is_state=False)
    return variables


def whole_number(read_only: str, *, is_shared: bool = False) -> Variable:
    """Return an integer that code may only read, for the reason given."""
    return Variable(dtype=VariableType.INTEGER, read_only=read_only, is_shared=is_shared)


def synapse_variables(
    own: Mapping[str, Variable], hidden: Iterable[str], equations: Equations
) -> dict[str, Variable]:
    """Return what synapses that come from or lead to synapses see of these.

    That is their own variables, the numbers of what they connect, and subexpressions of both.

    Parameters
    ----------
    own
        The variables of the synapses themselves.
    hidden
        What their code can use besides.
    equations
        Their model.
    """
    counts = {"N", "N_incoming", "N_outgoing", "delay"}
    defined = expansions(equations)
    numbers = {"i": whole_number("it is the source's number"), "j": whole_number("it is the target's number")}
    seen = {**numbers, **{n: v for n, v in own.items() if n not in counts and n not in defined}}
    unseen = {*hidden, *counts, "N_pre", "N_post"} - seen.keys() - time_variables().keys() - {"N"}
    seen |= {name: own[name] for name, expression in defined.items() if not names(expression) & unseen}
    return seen


def _seen_variables(group: Mapping[str, Variable]) -> dict[str, Variable]:
    """Return what has a name with ``_pre`` or ``_post`` at a synapse: not the number of a neuron."""
    common = {"N", *time_variables()}
    own_number = counting_variables()["i"]
    return {
        name: variable
        for name, variable in group.items()
        if name not in common and not (name == "i" and variable == own_number)
    }


def bare_variables(target: Mapping[str, Variable], model: Mapping[str, Variable]) -> dict[str, Variable]:
    """Return the target's variables, which code may name without ``_post``."""
    return {
        name: replace(variable, is_state=False)
        for name, variable in _seen_variables(target).items()
        if name not in model and name not in ("i", "j")
    }
