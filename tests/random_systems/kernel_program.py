"""Run a model for some steps and keep the state bit by bit; started with and without DISTSIM_DEBUG.

kernel_program.py model.yaml steps results.npz
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from simulation_harness import network_of, simulate


def main() -> None:
    model, steps, results = sys.argv[1:]
    network = network_of(Path(model).read_text())
    found = simulate(network, int(steps))
    arrays = {f"{population}.{variable}": values for (population, variable), values in found.state.items()}
    arrays |= {f"{population} spikes": spikes for population, spikes in found.spikes.items()}
    np.savez(results, **arrays)


if __name__ == "__main__":
    main()
