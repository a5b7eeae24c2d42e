"""The equations of a model: parsed, checked for form, and kept as plain data.

Nothing here knows of groups or of values; dimensions are checked by `distsim.equations.dimensions` once the
names from outside are known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from distsim.equations.equation_text import EquationPieces, split_equations
from distsim.equations.errors import EquationError
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import BUILTIN_FUNCTIONS, FunctionSignature
from distsim.equations.identifiers import is_identifier, is_white_noise, why_reserved
from distsim.equations.literals import expression_of_value
from distsim.equations.parser import parse_piece
from distsim.equations.render import render
from distsim.equations.source import Source
from distsim.equations.tree import Call, Expression, Name, functions, names, rebuild
from distsim.equations.unit_text import parse_unit_piece
from distsim.equations.variable_type import VariableType

if TYPE_CHECKING:
    from distsim.units import Dimension


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of a model.

    Parameters
    ----------
    kind
        Differential equation, subexpression or parameter.
    name
        The variable it defines.
    dimension
        Dimension of that variable.
    dtype
        Type of that variable.
    expression
        The right-hand side; ``None`` for a parameter.
    flags
        The flags behind the unit.
    unit
        The unit as written.
    line
        Number of its first line within the block of text, counted from 1.
    text
        The user's text of it, on one line, without comments.
    """

    kind: EquationKind
    name: str
    dimension: Dimension
    dtype: VariableType
    expression: Expression | None
    flags: frozenset[Flag] = frozenset()
    unit: str = field(default="1", compare=False)
    line: int = field(default=1, compare=False)
    text: str = field(default="", compare=False)

    @property
    def identifiers(self) -> frozenset[str]:
        """The names that the right-hand side reads."""
        return names(self.expression) if self.expression is not None else frozenset()

    @property
    def stochastic_variables(self) -> frozenset[str]:
        """The white noises (``xi``, ``xi_*``) that the right-hand side reads."""
        return frozenset(filter(is_white_noise, self.identifiers))

    def error(self, message: str) -> EquationError:
        """Return an error that shows this equation."""
        return EquationError(message, self.text or str(self), self.line)

    def check_draws(self, functions_by_name: Mapping[str, FunctionSignature]) -> None:
        """Refuse a subexpression that draws random numbers and is not kept for the step.

        Raises
        ------
        EquationError
            Naming the function that it calls.
        """
        if self.kind is not EquationKind.SUBEXPRESSION or Flag.CONSTANT_OVER_DT in self.flags:
            return
        called = functions(self.expression) if self.expression is not None else frozenset()
        for name in sorted(called & functions_by_name.keys()):
            if functions_by_name[name].stateful:
                raise self.error(
                    f"a subexpression that calls {name}() gives another value wherever it is used; flag it "
                    "(constant over dt), so that it is evaluated once a step"
                )

    def __str__(self) -> str:
        left = f"d{self.name}/dt" if self.kind is EquationKind.DIFFERENTIAL else self.name
        right = f" = {render(self.expression)}" if self.expression is not None else ""
        flags = ", ".join(sorted(flag.value for flag in self.flags))
        return f"{left}{right} : {self.unit}" + (f" ({flags})" if flags else "")


class Equations(Mapping[str, Equation]):
    """The equations of a model, an immutable mapping from names to `Equation` in the order written.

    Parameters
    ----------
    equations
        The text, one equation a line (lines may be broken; ``#`` starts a comment), or equations already
        made.
    **substitutions
        Names to be replaced, as whole words on both sides: by another name (a string) or, on right-hand
        sides, by a number or quantity.

    Raises
    ------
    EquationError
        If the text is not valid; the message shows the line.

    Examples
    --------
    >>> equations = Equations("dg/dt = -g/tau : siemens", g="g_e")
    >>> print(equations)
    dg_e/dt = -g_e/tau : siemens
    """

    def __init__(self, equations: str | Iterable[Equation] = "", /, **substitutions: object) -> None:
        parsed = _parse(equations) if isinstance(equations, str) else _as_tuple(equations)
        if substitutions:
            parsed = tuple(_substituted(equation, substitutions) for equation in parsed)
        self._equations: dict[str, Equation] = {}
        for equation in parsed:
            if equation.name in self._equations:
                first = self._equations[equation.name].line
                raise equation.error(f"the variable {equation.name!r} is already defined (line {first})")
            self._equations[equation.name] = equation
        _check_white_noise(parsed)
        for equation in parsed:
            _check_subexpression(equation, self._equations)

    # -- a mapping, compared and hashed by content ----------------------------------------------------------

    def __getitem__(self, name: str) -> Equation:
        return self._equations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._equations)

    def __len__(self) -> int:
        return len(self._equations)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Equations):
            return NotImplemented
        return tuple(self.values()) == tuple(other.values())

    def __hash__(self) -> int:
        return hash(tuple(self.values()))

    def __reduce__(self) -> tuple[object, ...]:
        return Equations, (tuple(self.values()),)

    def __add__(self, other: Equations | str) -> Equations:
        if isinstance(other, str):
            other = Equations(other)
        if not isinstance(other, Equations):
            return NotImplemented
        return Equations((*self.values(), *other.values()))

    def __radd__(self, other: str) -> Equations:
        if not isinstance(other, str):
            return NotImplemented
        return Equations(other) + self

    def __str__(self) -> str:
        return "\n".join(map(str, self.values()))

    def __repr__(self) -> str:
        return f"Equations({str(self)!r})"

    def _repr_latex_(self) -> str:
        # Notebooks ask for it; sympy is slow to import.
        from distsim.equations.latex import latex_of  # noqa: PLC0415

        return latex_of(self)

    # -- what they define -----------------------------------------------------------------------------------

    def of_kind(self, kind: EquationKind) -> tuple[Equation, ...]:
        """Return the equations of one kind, in the order written."""
        return tuple(equation for equation in self.values() if equation.kind is kind)

    @property
    def differential_equations(self) -> tuple[Equation, ...]:
        """The differential equations."""
        return self.of_kind(EquationKind.DIFFERENTIAL)

    @property
    def subexpressions(self) -> tuple[Equation, ...]:
        """The subexpressions."""
        return self.of_kind(EquationKind.SUBEXPRESSION)

    @property
    def parameters(self) -> tuple[Equation, ...]:
        """The parameters."""
        return self.of_kind(EquationKind.PARAMETER)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name defined."""
        return tuple(self)

    @property
    def diff_eq_names(self) -> tuple[str, ...]:
        """Names of the variables with a differential equation."""
        return tuple(equation.name for equation in self.differential_equations)

    @property
    def subexpr_names(self) -> tuple[str, ...]:
        """Names of the subexpressions."""
        return tuple(equation.name for equation in self.subexpressions)

    @property
    def eq_names(self) -> tuple[str, ...]:
        """Names of everything with a right-hand side."""
        return tuple(equation.name for equation in self.values() if equation.expression is not None)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(equation.name for equation in self.parameters)

    @property
    def identifiers(self) -> frozenset[str]:
        """Every name that a right-hand side reads."""
        return frozenset().union(*(equation.identifiers for equation in self.values()))

    @property
    def functions(self) -> frozenset[str]:
        """Every function that a right-hand side calls."""
        return frozenset().union(
            *(functions(e.expression) for e in self.values() if e.expression is not None)
        )

    @property
    def stochastic_variables(self) -> tuple[str, ...]:
        """The white noises read, sorted."""
        return tuple(sorted(filter(is_white_noise, self.identifiers)))

    @property
    def is_stochastic(self) -> bool:
        """Whether any white noise is read."""
        return bool(self.stochastic_variables)

    # -- checks that depend on the owner --------------------------------------------------------------------

    def check_flags(self, allowed: Mapping[EquationKind, Collection[Flag]], owner: str) -> None:
        """Refuse flags that make no sense for their owner.

        Parameters
        ----------
        allowed
            The flags that each kind of equation may have; a kind that is missing may have none.
        owner
            What the message calls the owner, such as ``"a NeuronGroup"``.
        """
        for equation in self.values():
            for flag in sorted(equation.flags, key=lambda flag: flag.value):
                if flag not in allowed.get(equation.kind, ()):
                    raise equation.error(
                        f"a {equation.kind.value} of {owner} cannot be flagged {flag.value!r}"
                    )

    def check_names(self, refused: Collection[str], owner: str) -> None:
        """Refuse the definition of names that have a meaning for the owner, such as ``j`` and ``delay``."""
        for equation in self.values():
            if equation.name in refused:
                raise equation.error(f"{equation.name!r} has a special meaning in {owner}")


def _parse(text: str) -> tuple[Equation, ...]:
    source = Source(text)
    return tuple(_parse_one(source, pieces) for pieces in split_equations(source))


def _parse_one(source: Source, pieces: EquationPieces) -> Equation:
    reason = why_reserved(pieces.name, with_suffix=Flag.SUMMED in pieces.flags)
    if reason is not None:
        raise source.error(f"{reason}, so an equation cannot define it", *pieces.name_range)
    specification = parse_unit_piece(source, *pieces.unit)
    if pieces.kind is EquationKind.DIFFERENTIAL and specification.dtype is not VariableType.FLOAT:
        raise source.error(
            f"a differential equation cannot define a variable of type {specification.dtype.value}",
            *pieces.unit,
        )
    return Equation(
        pieces.kind,
        pieces.name,
        specification.dimension,
        specification.dtype,
        _parse_value(source, pieces),
        pieces.flags,
        " ".join(source.code[slice(*pieces.unit)].split()),
        source.line_of(pieces.whole[0]),
        " ".join(source.code[slice(*pieces.whole)].split()),
    )


def _parse_value(source: Source, pieces: EquationPieces) -> Expression | None:
    if pieces.value is None:
        return None
    try:
        return parse_piece(source, *pieces.value)
    except EquationError as error:
        first, last = source.line_of(pieces.whole[0]), source.line_of(pieces.value[1])
        if first == last:
            raise
        hint = f"; if line {first} was meant to be an equation of its own, its ': unit' is missing"
        raise EquationError(error.message + hint, *error.args[1:]) from None


def _as_tuple(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    if isinstance(equations, Mapping):
        equations = equations.values()
    found = tuple(equations)
    for equation in found:
        if not isinstance(equation, Equation):
            raise TypeError(
                f"equations are given as text or as Equation objects, not {type(equation).__name__}"
            )
    return found


def _substituted(equation: Equation, substitutions: Mapping[str, object]) -> Equation:
    name = substitutions.get(equation.name, equation.name)
    if not isinstance(name, str):
        raise equation.error(f"{equation.name!r} is defined here and cannot be replaced by a value")
    expressions: dict[str, Expression] = {}
    for old, new in substitutions.items():
        if isinstance(new, str):
            if not is_identifier(new):
                raise equation.error(f"{old!r} can be replaced by a name or a value, not by {new!r}")
            expressions[old] = Name(new)
        else:
            expressions[old] = expression_of_value(new)
    reason = why_reserved(name, with_suffix=Flag.SUMMED in equation.flags) if name != equation.name else None
    if reason is not None:
        raise equation.error(f"{reason}, so {equation.name!r} cannot be replaced by it")
    expression = _rename(equation.expression, expressions) if equation.expression is not None else None
    changed = replace(equation, name=name, expression=expression)
    # The user's own text is shown in messages only as long as it says the same.
    return equation if changed == equation else replace(changed, text=str(changed))


def _rename(expression: Expression, expressions: Mapping[str, Expression]) -> Expression:
    """Replace names, and the names of functions where the replacement is a name too."""
    if isinstance(expression, Name):
        return expressions.get(expression.id, expression)
    renamed = rebuild(expression, lambda child: _rename(child, expressions))
    if isinstance(renamed, Call):
        function = expressions.get(renamed.function)
        if isinstance(function, Name):
            return Call(function.id, renamed.arguments)
    return renamed


def _check_white_noise(equations: tuple[Equation, ...]) -> None:
    user: Equation | None = None
    for equation in equations:
        noises = equation.stochastic_variables
        if noises and equation.kind is not EquationKind.DIFFERENTIAL:
            raise equation.error(
                f"white noise ({', '.join(sorted(noises))}) can only stand in differential equations"
            )
        if "xi" in noises:
            if user is not None:
                raise equation.error(
                    f"'xi' is already used in the equation of {user.name!r}; write 'xi_1' and 'xi_2' for "
                    "independent "
                    "noises, or the same 'xi_name' in both for the same noise"
                )
            user = equation


def _check_subexpression(equation: Equation, defined: Mapping[str, Equation]) -> None:
    if equation.kind is not EquationKind.SUBEXPRESSION or equation.expression is None:
        return
    equation.check_draws(BUILTIN_FUNCTIONS)
    if Flag.SHARED in equation.flags:
        for name in sorted(equation.identifiers):
            if name == "i" or (name in defined and Flag.SHARED not in defined[name].flags):
                raise equation.error(
                    f"a shared subexpression can only use shared variables, but {name!r} is not"
                )
