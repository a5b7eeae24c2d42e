"""Turn the expressions, statements and equations of one entry into trees, checked for names and units.

A checker knows the variables that one entry's code may use, and gathers which external names it does use, so
that the entry's namespace holds these and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from distsim.equations import (
    EquationError,
    Equations,
    VariableType,
    check_equations,
    check_statements,
    dimension_of,
    ordered_subexpressions,
    parse_expression,
    parse_statements,
    type_of,
)
from distsim.equations.dimensions import fits_anything
from distsim.equations.identifiers import is_white_noise
from distsim.equations.render import render_statement
from distsim.equations.suggest import did_you_mean
from distsim.equations.tree import Assignment, Expression, functions, names
from distsim.units import DIMENSIONLESS, Dimension, DimensionMismatchError, format_dimension

if TYPE_CHECKING:
    from distsim.network.description import Value
    from distsim.network.scope import Scope
    from distsim.network.variables import Variable


KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a text stands, as the front end counts its places."""


class Reporter(Protocol):
    """What a checker tells of what is wrong: a collection of problems, or an error at the first."""

    @property
    def count(self) -> int:
        """Number of problems so far."""
        ...

    def add(self, path: KeyPath, message: str, text_line: int | None = None) -> None:
        """Tell that `message` is wrong with the text at `path`, in a line of it counted from 1."""
        ...

    def note(
        self, path: KeyPath, error: EquationError | DimensionMismatchError, text_line: int | None = None
    ) -> None:
        """Tell of an error that the language itself has found."""
        ...


@dataclass(slots=True)
class Checker:
    """Parses and checks the code of one entry.

    Parameters
    ----------
    problems
        Where problems are noted.
    scope
        External names.
    variables
        The variables that code may use by name.
    used
        External names that have been found.
    boolean_factors
        Whether expressions may multiply a number with a condition, as statements may.
    """

    problems: Reporter
    scope: Scope
    variables: Mapping[str, Variable]
    used: set[str] = field(default_factory=set)
    boolean_factors: bool = False

    def with_variables(self, variables: Mapping[str, Variable]) -> Checker:
        """Return a checker that knows `variables` too, and gathers external names together with this one."""
        return Checker(
            self.problems, self.scope, {**self.variables, **variables}, self.used, self.boolean_factors
        )

    def namespace(self) -> Mapping[str, Value]:
        """Return the external names used by anything checked so far."""
        return self.scope.namespace(self.used)

    def expression(self, path: KeyPath, value: str | float, dimension: Dimension | None) -> Expression | None:
        """Return a number or text as a tree of the given dimension (None: any); None on a problem."""
        expression = self._parse(path, value)
        if expression is None or not self._names_are_known(path, expression):
            return None
        try:
            found = dimension_of(expression, self._dimension, self.scope.functions(), self._plain_values())
            self._type_of(expression)
        except (EquationError, DimensionMismatchError) as error:
            self.problems.note(path, error)
            return None
        if dimension is not None and found is not dimension and not fits_anything(expression):
            has, needs = format_dimension(found), format_dimension(dimension)
            message = f"'{value}' has the unit {has}, but {needs} is needed"
            self.problems.note(path, DimensionMismatchError(message))
            return None
        self._use(expression)
        return expression

    def condition(self, path: KeyPath, value: str | float) -> Expression | None:
        """Return a boolean expression; None if something is wrong."""
        expression = self.expression(path, value, None)
        if expression is None:
            return None
        if not self.is_boolean(expression):
            self.problems.add(path, f"must be a condition such as 'v > 10*mV', but '{value}' is a number")
            return None
        return expression

    def is_boolean(self, expression: Expression) -> bool:
        """Return whether a checked expression is true or false."""
        return self._type_of(expression) is VariableType.BOOLEAN

    def _type_of(self, expression: Expression) -> VariableType:
        return type_of(expression, self._type, self.scope.functions(), boolean_factors=self.boolean_factors)

    def is_constant(self, expression: Expression) -> bool:
        """Return whether an expression has the same value always and everywhere."""
        return not names(expression) & self.variables.keys() and not any(
            name in self.scope.timed_arrays or self.scope.functions()[name].stateful
            for name in functions(expression)
        )

    def equations(self, path: KeyPath, equations: Equations) -> None:
        """Check the right-hand sides of a model, whose variables are among this checker's."""
        try:
            ordered_subexpressions(equations)
        except EquationError as error:
            self.problems.note(path, error)
        for equation in equations.values():
            expression = equation.expression
            if expression is None:
                continue
            if not self._names_are_known(path, expression, allow_noise=True, line=equation.line):
                continue
            self._use(expression)
            try:
                # One at a time, so that each problem has the line of its equation.
                check_equations(
                    Equations((equation,)), self._dimension, self.scope.functions(), self._plain_values()
                )
                found = type_of(expression, self._type, self.scope.functions())
                if (found is VariableType.BOOLEAN) != (equation.dtype is VariableType.BOOLEAN):
                    wanted = "a condition" if equation.dtype is VariableType.BOOLEAN else "a number"
                    raise equation.error(
                        f"the right-hand side must be {wanted}; int(...) makes a condition 0 or 1"
                    )
            except (EquationError, DimensionMismatchError) as error:
                self.problems.note(path, error, equation.line)

    def statements(self, path: KeyPath, text: str) -> tuple[Assignment, ...]:
        """Return statements; variables that are assigned before they are read are local to them."""
        try:
            statements = parse_statements(text)
        except EquationError as error:
            self.problems.note(path, error)
            return ()
        count = self.problems.count
        assigned: set[str] = set()
        for statement in statements:
            self._names_are_known(path, statement.value, local=assigned)
            self._check_target(path, statement, assigned)
            assigned.add(statement.target)
        if self.problems.count > count:
            return ()
        for target in sorted(assigned - self.variables.keys()):
            if not any(target in names(statement.value) for statement in statements):
                hint = did_you_mean(target, self._writable())
                self.problems.add(
                    path, f"'{target}' is assigned, but it is no variable and is never read{hint}"
                )
        try:
            check_statements(statements, self._dimension, self.scope.functions(), self._plain_values())
            for statement in statements:
                self._check_value_type(statement)
        except (EquationError, DimensionMismatchError) as error:
            self.problems.note(path, error)
        for statement in statements:
            self._use(statement.value, assigned)
        return statements

    def _parse(self, path: KeyPath, value: str | float) -> Expression | None:
        try:
            return parse_expression(str(value))
        except EquationError as error:
            self.problems.note(path, error)
            return None

    def _names_are_known(
        self,
        path: KeyPath,
        expression: Expression,
        *,
        allow_noise: bool = False,
        local: Iterable[str] = (),
        line: int | None = None,
    ) -> bool:
        count = self.problems.count
        for name in sorted(names(expression)):
            if is_white_noise(name) and name not in self.variables:
                if not allow_noise:
                    self.problems.add(
                        path, f"white noise ('{name}') can only be used in differential equations"
                    )
            elif name not in self.variables and name not in local and self.scope.find(name) is None:
                words = [*self.variables, *self.scope.words()]
                hint = did_you_mean(name, words)
                if name in self.scope.timed_arrays:
                    hint = f"; it is a timed array: write {name}(t)"
                self.problems.add(path, f"unknown name '{name}'{hint}", line)
        known = self.scope.functions()
        for name in sorted(functions(expression)):
            if name not in known or known[name].internal:
                words = [word for word, signature in known.items() if not signature.internal]
                self.problems.add(path, f"unknown function '{name}'{did_you_mean(name, words)}", line)
        return self.problems.count == count

    def _check_target(self, path: KeyPath, statement: Assignment, assigned: set[str]) -> None:
        target = statement.target
        variable = self.variables.get(target)
        if variable is not None:
            if variable.read_only is not None:
                self.problems.add(path, f"'{target}' cannot be written: {variable.read_only}")
        elif target in self.scope.constants or target in self.scope.timed_arrays:
            self.problems.add(path, f"'{target}' cannot be written: it is a constant")
        elif self.scope.find(target) is not None:
            self.problems.add(path, f"'{target}' cannot be written: it is a unit")
        elif statement.operator is not None and target not in assigned:
            hint = did_you_mean(target, self._writable())
            self.problems.add(path, f"unknown variable '{target}'{hint}")

    def _check_value_type(self, statement: Assignment) -> None:
        found = type_of(statement.value, self._type, self.scope.functions(), boolean_factors=True)
        variable = self.variables.get(statement.target)
        if variable is None or (found is VariableType.BOOLEAN) == (variable.dtype is VariableType.BOOLEAN):
            return
        if variable.dtype is VariableType.BOOLEAN:
            raise EquationError(
                f"'{statement.target}' is boolean: it cannot be set to a number", render_statement(statement)
            )
        raise EquationError(
            f"'{statement.target}' is a number: write int(...) around a condition",
            render_statement(statement),
        )

    def _writable(self) -> list[str]:
        return [name for name, variable in self.variables.items() if variable.read_only is None]

    def _dimension(self, name: str) -> Dimension:
        if name in self.variables:
            return self.variables[name].dimension
        constant = self.scope.find(name)
        if constant is None:
            raise KeyError(name)
        return constant.dimension

    def _type(self, name: str) -> VariableType:
        if name in self.variables:
            return self.variables[name].dtype
        constant = self.scope.find(name)
        if constant is None:
            raise KeyError(name)
        if isinstance(constant.value, bool):
            return VariableType.BOOLEAN
        return VariableType.INTEGER if isinstance(constant.value, int) else VariableType.FLOAT

    def _plain_values(self) -> dict[str, float]:
        return {
            name: float(constant.value)
            for name, constant in self.scope.constants.items()
            if constant.dimension is DIMENSIONLESS and name not in self.variables
        }

    def _use(self, expression: Expression, local: Iterable[str] = ()) -> None:
        inside = self.variables.keys() | set(local)
        self.used |= {name for name in names(expression) if name not in inside}
        self.used |= functions(expression) & (
            self.scope.timed_arrays.keys() | self.scope.user_functions.keys()
        )
