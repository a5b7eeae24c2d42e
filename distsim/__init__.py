"""distsim: spiking-neuron models as equations, on MPI clusters."""

__version__ = "0.1.0"
