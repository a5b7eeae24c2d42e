"""What bmtk finds in a folder of results: prints one JSON object with the spikes and reports in it."""

import json
import sys
from pathlib import Path

import numpy as np
from bmtk.utils.reports import CompartmentReport, SpikeTrains


def spikes(path):
    """Times [ms] and neurons of each population."""
    trains = SpikeTrains.load(str(path))
    found = {}
    for population in trains.populations:
        table = trains.to_dataframe(populations=population)
        found[population] = {
            "times_ms": table["timestamps"].tolist(),
            "neurons": table["node_ids"].tolist(),
        }
    return found


def report(path):
    """Neurons, times and values of each population of a report."""
    loaded = CompartmentReport.load(str(path))
    found = {}
    for population in loaded.populations:
        neurons = [int(neuron) for neuron in loaded.node_ids(population=population)]
        found[population] = {
            "neurons": neurons,
            "units": loaded.units(population=population),
            "window_ms": [
                float(loaded.tstart(population=population)),
                float(loaded.tstop(population=population)),
            ],
            "dt_ms": float(loaded.dt(population=population)),
            "values": [np.ravel(loaded.data(n, population=population)).tolist() for n in neurons],
        }
    return found


def main():
    folder = Path(sys.argv[1])
    reports = sorted(path for path in folder.glob("*.h5") if path.name not in ("spikes.h5", "rates.h5"))
    result = {
        "spikes": spikes(folder / "spikes.h5"),
        "reports": {path.name: report(path) for path in reports},
    }
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
