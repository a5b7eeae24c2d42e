"""From the step program to the source of its kernels."""

from distsim.kernels.emit.layout import Attribute, Field
from distsim.kernels.emit.procedural import Beforehand
from distsim.kernels.emit.steps import NETWORK, Constants, Emitted, emit_program

__all__ = ["NETWORK", "Attribute", "Beforehand", "Constants", "Emitted", "Field", "emit_program"]
