"""``from distsim.core.functions import timestep``."""

from distsim.frontend.functions import DEFAULT_FUNCTIONS, Function, declare_types, implementation, timestep

__all__ = ["DEFAULT_FUNCTIONS", "Function", "declare_types", "implementation", "timestep"]
