"""``from distsim.core.base import BrianObjectException``."""

from distsim.frontend.objects import BrianObject, BrianObjectException

__all__ = ["BrianObject", "BrianObjectException"]
