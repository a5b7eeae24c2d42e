"""``from distsim.core.namespace import get_local_namespace``."""

from distsim.frontend.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, DEFAULT_UNITS
from distsim.frontend.namespaces import get_local_namespace

__all__ = ["DEFAULT_CONSTANTS", "DEFAULT_FUNCTIONS", "DEFAULT_UNITS", "get_local_namespace"]
