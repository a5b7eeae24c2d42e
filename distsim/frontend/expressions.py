"""Code strings of a group: parsed, their external names looked up, and checked for names, types and units.

A group knows its variables; what else its code mentions comes from outside and is looked up by
`ExternalNames` at the moment when the code is used.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from distsim.equations import (
    EquationError,
    Equations,
    expansions,
    parse_expression,
    parse_statements,
    white_noises,
)
from distsim.equations.flags import EquationKind
from distsim.equations.functions import BUILTIN_FUNCTIONS, SECOND
from distsim.equations.render import render_statement
from distsim.equations.tree import Assignment, Expression, functions, names, substitute
from distsim.frontend.clocks import Clock
from distsim.frontend.frames import caller_frame
from distsim.frontend.namespaces import resolve
from distsim.network import Constant
from distsim.network.checker import Checker, KeyPath
from distsim.network.description import Namespace
from distsim.network.scope import Scope
from distsim.network.variables import Variable
from distsim.units import DIMENSIONLESS, Dimension, DimensionMismatchError


class CodeOwner(Protocol):
    """What is asked of the owner of code."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def namespace(self) -> Mapping[str, Any] | None:
        """Its own external names, which come before those of the run."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells how often its code runs."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ExternalNames:
    """Where external names are looked up: the one thing that objects are told of the run they are described
    for.

    Parameters
    ----------
    run_namespace
        The names given to the run.  None looks into `frame`.
    frame
        The caller of the run; None looks nowhere.
    """

    run_namespace: Mapping[str, Any] | None = None
    frame: types.FrameType | None = None

    @classmethod
    def of_caller(cls, namespace: Mapping[str, Any] | None = None, level: int = 0) -> ExternalNames:
        """Return the names that the innermost frame outside of this package can see."""
        return cls(namespace, None if namespace is not None else caller_frame(level))

    def names(self) -> dict[str, Any]:
        """Return all names that can be seen, with their values."""
        if self.run_namespace is not None:
            return dict(self.run_namespace)
        return {} if self.frame is None else {**self.frame.f_globals, **self.frame.f_locals}

    def find(self, owner: CodeOwner, uses: Uses, internal: Iterable[str]) -> Namespace:
        """Return what the external names in `uses` stand for.

        Raises
        ------
        NameResolutionError
            For a name that stands for nothing; it shows the line and near names.
        """
        return resolve(
            uses.read,
            owner.namespace,
            self.run_namespace,
            self.frame,
            called=uses.called,
            owner=owner.name,
            dt=owner.clock.dt_,
            internal=[name for name in internal if not name.startswith("_")],
            mentioned=uses.own,
        ).values


@dataclass(slots=True, eq=False)
class Uses:
    """The names that code mentions, each with a line in which it stands.

    Parameters
    ----------
    read, called
        External names, read as values and called as functions.
    own
        Variables of the owner that have the spelling of a possible external name.
    """

    read: dict[str, str] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)

    def add(self, expression: Expression, variables: Mapping[str, object], line: str) -> None:
        """Add what an expression mentions."""
        for name in names(expression):
            if name in variables:
                if name not in _TIME:
                    self.own.add(name)
            else:
                self.read.setdefault(name, line)
        for name in functions(expression):
            self.called.setdefault(name, line)


_TIME = ("t", "dt", "t_in_timesteps", "i", "j", "N")


def equation_uses(equations: Equations, variables: Mapping[str, object]) -> Uses:
    """Return what the right-hand sides of a model mention."""
    uses = Uses()
    for equation in equations.values():
        if equation.expression is not None:
            uses.add(equation.expression, variables, equation.text)
            for noise in white_noises(equation.expression):
                uses.read.pop(noise, None)
    return uses


def add_subexpressions(
    uses: Uses, wanted: Iterable[str], equations: Equations, known: Mapping[str, object]
) -> None:
    """Add what the subexpressions among the `wanted` names mention, and those that they use."""
    waiting, seen = set(wanted), set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        equation = equations.get(name)
        if equation is None or equation.kind is not EquationKind.SUBEXPRESSION or equation.expression is None:
            continue
        uses.add(equation.expression, known, equation.text)
        waiting |= names(equation.expression) - seen


def time_constants(clock: Clock) -> dict[str, Constant]:
    """Return the time as constants, for code that runs once."""
    return {
        "t": Constant(clock.t_, SECOND),
        "dt": Constant(clock.dt_, SECOND),
        "t_in_timesteps": Constant(clock.timestep, DIMENSIONLESS),
    }


@dataclass(slots=True)
class _Raiser:
    """Makes an error of the first problem that a checker finds, with the place it was found at."""

    place: str
    count: int = 0

    def add(self, path: KeyPath, message: str, text_line: int | None = None) -> NoReturn:  # noqa: ARG002
        raise EquationError(f"{self.place}: {message}")

    def note(
        self,
        path: KeyPath,  # noqa: ARG002
        error: EquationError | DimensionMismatchError,
        text_line: int | None = None,  # noqa: ARG002
    ) -> NoReturn:
        raise located(error, self.place) from None


def located(
    error: EquationError | DimensionMismatchError, place: str
) -> EquationError | DimensionMismatchError:
    """Return an error of the language whose message begins with the place of the code."""
    if isinstance(error, DimensionMismatchError):
        return DimensionMismatchError(f"{place}: {error.description}", *error.dimensions)
    return EquationError(f"{place}: {error.message}", *error.args[1:])


def checker(
    place: str, namespace: Namespace, variables: Mapping[str, Variable], *, at_once: bool = False
) -> Checker:
    """Return a checker that raises errors with `place` in front.

    Parameters
    ----------
    at_once
        Whether it is for strings that are evaluated once, in which conditions count as 0 and 1 in products.
    """
    return Checker(_Raiser(place), Scope.of(namespace), variables, boolean_factors=at_once)


def parsed(place: str, text: str) -> Expression:
    """Return the text of an expression as a tree; an error says where it was given."""
    try:
        return parse_expression(text)
    except EquationError as error:
        raise located(error, place) from None


def parsed_statements(place: str, text: str) -> tuple[Assignment, ...]:
    """Return the text of statements as trees; an error says where it was given."""
    try:
        return parse_statements(text)
    except EquationError as error:
        raise located(error, place) from None


def statement_uses(statements: Iterable[Assignment], variables: Mapping[str, object]) -> Uses:
    """Return what statements mention; names that they define themselves are not external."""
    uses, local = Uses(), dict(variables)
    for statement in statements:
        uses.add(statement.value, local, render_statement(statement))
        local.setdefault(statement.target, None)
    uses.own &= variables.keys()
    return uses


def known_beforehand(owner: CodeOwner, uses: Uses) -> Namespace | None:
    """Return what names stand for if the owner's own namespace and the language tell of all of them."""
    found = resolve(
        uses.read, owner.namespace, None, None, called=uses.called, owner=owner.name, allow_missing=True
    )
    return None if found.missing else found.values


def check_model(
    place: str, equations: Equations, namespace: Namespace, variables: Mapping[str, Variable]
) -> None:
    """Check the right-hand sides of a model."""
    checker(place, namespace, variables).equations((), equations)


def check_early(
    owner: CodeOwner, place: str, equations: Equations, variables: Mapping[str, Variable]
) -> None:
    """Check those equations of which all names are known when the group is made."""
    for equation in equations.values():
        if equation.expression is None:
            continue
        uses = equation_uses(Equations((equation,)), variables)
        namespace = known_beforehand(owner, uses)
        if namespace is not None:
            checker(place, namespace, variables).equations((), Equations((equation,)))


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """An expression that is ready to be evaluated, with the values of its external names."""

    expression: Expression
    namespace: Namespace


@dataclass(frozen=True, slots=True, eq=False)
class CodeReader:
    """Reads strings that are evaluated at once, in assignments and as indices.

    Parameters
    ----------
    owner
        Whose variables they are about.
    variables
        The variables that they may use.
    equations
        Define the subexpressions among the variables.
    replaced
        What some names stand for: subexpressions of other groups.
    clock
        Tells the time.
    """

    owner: CodeOwner
    variables: Mapping[str, Variable]
    equations: Equations
    clock: Clock
    replaced: Mapping[str, Expression] = field(default_factory=dict)

    def expression(
        self,
        text: str,
        dimension: Dimension | None,
        what: str,
        external: ExternalNames,
        *,
        boolean: bool = False,
    ) -> Evaluated:
        """Return the value to be given to a variable, of the dimension wanted.

        Parameters
        ----------
        what
            What messages call the text.
        boolean
            Whether it must be a condition.
        """
        place = f"{self.owner.name}, {what}"
        expression = parsed(place, text)
        namespace = self._namespace(expression, text, external)
        check = checker(place, namespace, self.variables, at_once=True)
        if boolean:
            check.condition((), text)
        else:
            check.expression((), text, dimension)
        return Evaluated(self._expanded(expression), namespace)

    def condition(self, text: str, external: ExternalNames) -> Evaluated:
        """Return a condition that selects elements."""
        return self.expression(text, None, "index", external, boolean=True)

    def variable(self, expression: Expression, external: ExternalNames) -> Evaluated:
        """Return the name of a variable, with what is needed to evaluate it."""
        namespace = self._namespace(expression, "", external)
        return Evaluated(self._expanded(expression), namespace)

    def _expanded(self, expression: Expression) -> Expression:
        """Return an expression without the names that stand for something of other groups."""
        if not self.replaced:
            return expression
        return substitute(substitute(expression, expansions(self.equations)), self.replaced)

    def _namespace(self, expression: Expression, text: str, external: ExternalNames) -> Namespace:
        uses = Uses()
        uses.add(expression, self.variables, text.strip())
        add_subexpressions(uses, names(expression), self.equations, self.variables)
        for name in names(substitute(expression, expansions(self.equations))) & self.replaced.keys():
            uses.add(self.replaced[name], self.variables, text.strip())
        found = (
            {} if not uses.read and not self._calls(uses) else external.find(self.owner, uses, self.variables)
        )
        return {**found, **time_constants(self.clock)}

    @staticmethod
    def _calls(uses: Uses) -> bool:
        return any(name not in BUILTIN_FUNCTIONS for name in uses.called)
