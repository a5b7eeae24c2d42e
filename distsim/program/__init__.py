"""The program of a time step: operations with their reads and writes, fused into loops."""

from distsim.program.build import Program, Traces, build_program, possible_traces
from distsim.program.synapses import AdditivePathway, AnyPathway, GeneralPathway

__all__ = [
    "AdditivePathway",
    "AnyPathway",
    "GeneralPathway",
    "Program",
    "Traces",
    "build_program",
    "possible_traces",
]
