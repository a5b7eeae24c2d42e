"""Objects that can be found while they are alive, and objects with names.

A name is needed for messages, for the order within a time step and for `Network.get_states`.  Objects
without a name of their own are numbered, and the number of an object that is gone is given to the next one.
So that a name is free as soon as its object is out of reach, objects should not hold each other in cycles:
use weak references towards the owner.
"""

from __future__ import annotations

import itertools
import re
import weakref
from typing import Any, Self

_VALID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_numbers = itertools.count()
_alive: weakref.WeakValueDictionary[int, Trackable] = weakref.WeakValueDictionary()


class Trackable:
    """An object that can be found while it is alive.

    Attributes
    ----------
    created : int
        A number that is larger the later the object was made.
    """

    created: int

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG004
        """Make the object and remember it, without keeping it alive."""
        instance = super().__new__(cls)
        object.__setattr__(instance, "created", next(_numbers))
        _alive[instance.created] = instance
        return instance

    @classmethod
    def instances(cls) -> list[Self]:
        """Return the objects of this class and its subclasses that are alive, oldest first."""
        return [instance for _, instance in sorted(_alive.items()) if isinstance(instance, cls)]


def next_created() -> int:
    """Return a number between `Trackable.created` of what exists and that of later objects."""
    return next(_numbers)


class Nameable(Trackable):
    """An object with a name.

    Parameters
    ----------
    name
        The name, of letters, digits and ``_``.  A name that ends in ``*`` is only a suggestion: ``neurons*``
        becomes ``neurons`` or, if an object alive has this name, ``neurons_1``, ``neurons_2`` ...  None
        suggests the name of the class in lower case.

    Raises
    ------
    ValueError
        If the name has other characters.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = f"{type(self).__name__.lower()}*"
        if not isinstance(name, str):
            raise TypeError(f"a name must be a string, not {name!r}")
        object.__setattr__(self, "_name", find_name(name))

    @property
    def name(self) -> str:
        """The name."""
        name: str = self.__dict__["_name"]
        return name


def find_name(name: str) -> str:
    """Return `name`, or for one that ends in ``*`` the first name of this form that no object alive has."""
    stem = name.removesuffix("*")
    if not _VALID.fullmatch(stem):
        raise ValueError(
            f"{name!r} cannot be a name: it must consist of letters, digits and '_', and not begin with a "
            "digit"
        )
    if stem == name:
        return name
    taken = {instance.__dict__.get("_name") for instance in _alive.values() if isinstance(instance, Nameable)}
    if stem not in taken:
        return stem
    return next(found for number in itertools.count(1) if (found := f"{stem}_{number}") not in taken)
