"""Names: which are valid, which are reserved, and what the reserved ones mean."""

from __future__ import annotations

import keyword
import re

from distsim.equations.functions import BUILTIN_FUNCTIONS, CONSTANTS
from distsim.units import STANDARD_UNITS

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

SPECIAL_SYMBOLS = frozenset({"t", "dt", "t_in_timesteps", "i", "N", "xi"})
"""Names that the simulator itself gives a meaning in every group."""

REFRACTORY_SYMBOLS = frozenset({"not_refractory", "refractory"})
"""Names that belong to refractoriness."""

SYNAPSE_SYMBOLS = frozenset({"j", "delay"})
"""Further names with a meaning in synapses; their owner refuses them with `Equations.check_names`."""


def is_identifier(name: str) -> bool:
    """Return whether `name` is spelled like a name of the language."""
    return _IDENTIFIER.fullmatch(name) is not None and not keyword.iskeyword(name)


def is_white_noise(name: str) -> bool:
    """Return whether `name` is a white noise, ``xi`` or ``xi_*``."""
    return name == "xi" or name.startswith("xi_")


def why_reserved(name: str, *, with_suffix: bool = False) -> str | None:
    """Return why an equation cannot define `name`, or ``None`` if it can.

    Parameters
    ----------
    name
        The name to be defined.
    with_suffix
        Whether ``_pre`` and ``_post`` endings are allowed, as for summed variables.
    """
    if keyword.iskeyword(name):
        return f"{name!r} is a keyword of Python"
    if not is_identifier(name):
        return f"{name!r} is not a valid name (letters, digits and _, not starting with a digit)"
    if name.startswith("_"):
        return f"{name!r} starts with an underscore, which is kept for internal names"
    if name in SPECIAL_SYMBOLS or is_white_noise(name):
        return f"{name!r} has a special meaning in equations"
    if name in REFRACTORY_SYMBOLS:
        return f"{name!r} is the name of something that refractoriness defines"
    if name in BUILTIN_FUNCTIONS:
        return f"{name!r} is the name of a function"
    if name in CONSTANTS:
        return f"{name!r} is the name of a constant"
    if name in STANDARD_UNITS:
        return f"{name!r} is the name of a unit"
    if name.endswith(("_pre", "_post")) and not with_suffix:
        return f"{name!r} ends in _pre or _post, which refers to the two sides of a synapse"
    return None
