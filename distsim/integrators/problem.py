"""What a method is given: the right-hand sides, and what is known of the names in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from distsim.equations.expand import expanded_derivatives
from distsim.equations.flags import Flag
from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS, FunctionSignature
from distsim.equations.stochastic import DriftAndNoise, NoiseKind, noise_kind, split_noise, white_noises
from distsim.equations.tree import Call, Expression, Name, children, names, walk
from distsim.units import units_by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.equations.model import Equations

NOT_REFRACTORY = "not_refractory"
"""The variable that is true where a neuron's gated variables are integrated."""


@dataclass(frozen=True)
class Problem:
    """A system of differential equations to be advanced by one step.

    Parameters
    ----------
    derivatives
        Name and right-hand side of each state variable, subexpressions inserted (``constant over dt`` ones
        stay names).
    constants
        The names that keep their value during a step: parameters, constants from outside, shared and linked
        variables, stored subexpressions.  ``dt``, ``i``, ``N``, units and ``pi``, ``e``, ``inf`` always do.
    gated
        The state variables flagged ``unless refractory``, which stand still where ``not_refractory`` is
        false.  Empty if their owner has no refractoriness.
    functions
        The functions that can be called.
    values
        Values of constants from outside, in base units, as far as they are known.  Only used to tell whether
        two of them are equal.
    """

    derivatives: tuple[tuple[str, Expression], ...]
    constants: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    functions: Mapping[str, FunctionSignature] = field(default_factory=lambda: BUILTIN_FUNCTIONS)
    values: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_equations(
        cls,
        equations: Equations,
        *,
        functions: Mapping[str, FunctionSignature] = BUILTIN_FUNCTIONS,
        values: Mapping[str, float] | None = None,
        varying: frozenset[str] = frozenset(),
        refractory: bool = False,
        leave_out: frozenset[str] = frozenset(),
    ) -> Problem:
        """Return the problem that the differential equations of a model pose.

        Parameters
        ----------
        equations
            The model.
        functions
            The functions that can be called.
        values
            Values of constants from outside.
        varying
            Names from outside that can change during a step.
        refractory
            Whether the owner has refractoriness; without it ``unless refractory`` has no effect.
        leave_out
            Variables whose differential equations are not part of the problem; they keep their value.
        """
        derivatives = tuple((v, rate) for v, rate in expanded_derivatives(equations) if v not in leave_out)
        read = frozenset().union(*(names(expression) for _, expression in derivatives))
        state = {variable for variable, _ in derivatives}
        gated = {e.name for e in equations.differential_equations if Flag.UNLESS_REFRACTORY in e.flags}
        return cls(
            derivatives,
            read - state - varying - {"t", "t_in_timesteps"} - set(equations.stochastic_variables),
            frozenset(gated) if refractory else frozenset(),
            functions,
            values or {},
        )

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The state variables in order."""
        return tuple(variable for variable, _ in self.derivatives)

    @cached_property
    def noises(self) -> tuple[str, ...]:
        """The white noises that occur, sorted."""
        return tuple(
            sorted({noise for _, expression in self.derivatives for noise in white_noises(expression)})
        )

    @cached_property
    def noise_kind(self) -> NoiseKind:
        """Whether there is noise and of what kind."""
        return noise_kind(self.derivatives)

    @cached_property
    def split(self) -> dict[str, DriftAndNoise]:
        """Drift and noise of each state variable."""
        return {variable: split_noise(expression) for variable, expression in self.derivatives}

    def is_constant(self, expression: Expression) -> bool:
        """Return whether `expression` keeps its value during a step."""
        match expression:
            case Name(identifier):
                return self._is_constant_name(identifier)
            case Call(function, arguments):
                signature = self.functions.get(function)
                if signature is None or signature.stateful:
                    return False
                if signature.constant_over_dt:
                    arguments = tuple(argument for argument in arguments if argument != Name("t"))
                return all(map(self.is_constant, arguments))
            case _:
                return all(map(self.is_constant, children(expression)))

    def _is_constant_name(self, identifier: str) -> bool:
        if identifier in self.constants:
            return True
        if identifier in self.variables or identifier == "t":
            return False
        return identifier in ("dt", "i", "N") or identifier in CONSTANTS or identifier in units_by_name()

    def calls_stateful(self, expression: Expression) -> bool:
        """Return whether `expression` calls a function that gives another value each time."""
        return any(
            isinstance(node, Call)
            and node.function in self.functions
            and self.functions[node.function].stateful
            for node in walk(expression)
        )
