"""Units: quantities with a name, whose products, quotients and powers are units with a name again."""

from __future__ import annotations

import numbers
from typing import Any, Self

from distsim.units.dimensions import DIMENSIONLESS, Dimension
from distsim.units.display import UnitLabel, register_label
from distsim.units.inspection import is_scalar_type
from distsim.units.quantity import Quantity

__all__ = ["Unit", "register_new_unit"]


class Unit(Quantity):
    """A scalar quantity with a name; it cannot be changed.

    Parameters
    ----------
    value
        The unit in SI base units.
    dim
        Its dimension.
    name
        As typed in Python, ``"mvolt"``.
    dispname
        As printed after a number, ``"mV"``.
    iscompound
        Whether the name is a product or quotient, which needs brackets inside a longer one.

    Examples
    --------
    >>> uF / cm**2
    ufarad / (cmetre ** 2)
    """

    name: str
    dispname: str
    iscompound: bool

    def __new__(
        cls, value: float, dim: Any = None, name: str = "", dispname: str = "", iscompound: bool = False
    ) -> Self:
        """Make the unit; see the class for the parameters."""
        unit = super().__new__(cls, value, dim=dim, dtype=float, copy=True)
        unit.name = name or repr(Quantity(value, dim=dim))
        unit.dispname = dispname or name or str(Quantity(value, dim=dim))
        unit.iscompound = iscompound
        unit.setflags(write=False)
        return unit

    def __array_finalize__(self, obj: Any) -> None:
        super().__array_finalize__(obj)
        # Views and copies made by NumPy keep the name; `Unit.__new__` sets the real one.
        self.name = getattr(obj, "name", "")
        self.dispname = getattr(obj, "dispname", "")
        self.iscompound = getattr(obj, "iscompound", False)

    @property
    def label(self) -> UnitLabel:
        """Name, symbol and size."""
        return UnitLabel(self.name, self.dispname, float(self))

    def __str__(self) -> str:
        return self.dispname

    def __repr__(self) -> str:
        return self.name

    def __format__(self, specification: str) -> str:
        return format(self.dispname, specification)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash((float(self), self.dim))

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Unit):
            return super().__mul__(other)
        return _compound(
            float(self) * float(other),
            self.dim * other.dim,
            f"{self.name} * {other.name}",
            f"{self.dispname} {other.dispname}",
        )

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, Unit):
            return super().__truediv__(other)
        return _compound(
            float(self) / float(other),
            self.dim / other.dim,
            f"{self.name} / {_bracketed(other.name)}",
            f"{self.dispname}/{_bracketed(other.dispname)}",
        )

    def __rtruediv__(self, other: Any) -> Any:
        if is_scalar_type(other) and other == 1:
            return self**-1
        return super().__rtruediv__(other)

    def __pow__(self, power: Any, modulo: None = None) -> Any:
        if not isinstance(power, numbers.Real):
            return super().__pow__(power)
        exponent = float(power)
        return _compound(
            float(self) ** exponent,
            self.dim**exponent,
            f"{_bracketed(self.name)} ** {exponent:g}",
            f"{_bracketed(self.dispname)}^{exponent:g}",
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Unit, (float(self), self.dim, self.name, self.dispname, self.iscompound)

    def __copy__(self) -> Unit:
        return self

    def __deepcopy__(self, memo: object) -> Unit:
        return self


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in " /^") else text


def _compound(value: float, dimension: Dimension, name: str, dispname: str) -> Any:
    """Return a unit made of others, or a plain number if they cancel out."""
    if dimension is DIMENSIONLESS:
        return value
    return Unit(value, dimension, name, dispname, iscompound=True)


def register_new_unit(unit: Unit) -> None:
    """Let values be printed in `unit` from now on, where their dimension has no unit of its own.

    Examples
    --------
    >>> register_new_unit(uF / cm**2)
    >>> print(0.01*farad/metre**2)
    1. uF/(cm^2)
    """
    if not isinstance(unit, Unit):
        raise TypeError(
            f"only a Unit can be registered, not {unit!r}; give it a name with Unit(value, dim, name, symbol)"
        )
    register_label(unit.label, unit.dim)
