"""The program of a time step: operations with their reads and writes, fused into loops."""

from distsim.program.build import Program, build_program
from distsim.program.synapses import AdditivePathway, AnyPathway, GeneralPathway

__all__ = ["AdditivePathway", "AnyPathway", "GeneralPathway", "Program", "build_program"]
