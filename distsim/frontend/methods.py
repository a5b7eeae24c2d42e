"""Integration methods as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from distsim.integrators import find_method

AUTOMATIC = ("exact", "euler", "heun")
"""The choice that means: one that suits the equations."""


def method_name(method: Any) -> str | None:
    """Return the name of the method asked for; None to choose one.

    Raises
    ------
    ValueError
        If there is no such method.
    TypeError
        If it is not given by its name.
    """
    if method is None:
        return None
    name = getattr(method, "name", method)
    if isinstance(name, str):
        find_method(name)
        return name
    if isinstance(method, Sequence):
        if tuple(method) == AUTOMATIC:
            return None
        if len(method) == 1:
            return method_name(method[0])
        raise TypeError(f"one method is needed, or none for an automatic choice, not {method!r}")
    raise TypeError(f"a method is given by its name, such as 'euler', not {method!r}")
