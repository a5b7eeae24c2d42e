"""distsim: spiking-neuron models as equations, on MPI clusters.

``from distsim import *`` brings the language, the units and the names of pylab, as Brian 2's star import
does.  Importing the package alone loads nothing: `distsim.frontend.names` says where a name is found when it
is used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    names = _names()
    if name == "__all__":
        return names.star_names()
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        value = names.find(name)
    except KeyError:
        raise AttributeError(f"distsim has no name {name!r}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    found: list[str] = _names().public_names()
    return found


def _names() -> Any:
    # The front end is imported when it is used: `python -m distsim model.yaml` needs none of it.
    return importlib.import_module("distsim.frontend.names")
