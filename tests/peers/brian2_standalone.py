"""Translate a distsim model into a C++ program with Brian 2 and compile it; run the program apart.

The folder keeps what has been compiled: after a change of the seed only what holds it is compiled again.
The program writes its results to FOLDER/results/, and on its standard output the seconds of its phases,
`phase NAME SECONDS` a line: build (from its start to the loop), loop, write (from the loop to its end);
and, where Linux tells it, `VmHWM: KILOBYTES kB`, its highest resident memory.

Prints one JSON object: the seconds of describing and compiling, and the files in which the program leaves the
spikes of each population and the sources of its synapses.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import brian2
from brian2_model import Model

CLOCK = """auto seconds = []() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9*now.tv_nsec;
};
double phase_started = seconds();
auto end_phase = [&](const char* name) {
    double now = seconds();
    std::cout << "phase " << name << " " << now - phase_started << std::endl;
    phase_started = now;
};"""
MEMORY = """std::ifstream status("/proc/self/status");
for (std::string line; std::getline(status, line);) {
    if (line.compare(0, 6, "VmHWM:") == 0) std::cout << line << std::endl;
}"""
SLOTS = {
    "before_start": CLOCK,
    "before_network_run": 'end_phase("build");',
    "after_network_run": 'end_phase("loop");',
    "before_end": MEMORY,
    "after_end": 'end_phase("write");',
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", help="JSON file, as for brian2_model.py", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1, help="more than one: OpenMP")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    imported = time.perf_counter()
    brian2.set_device("cpp_standalone", build_on_run=False)
    if arguments.threads > 1:
        brian2.prefs.devices.cpp_standalone.openmp_threads = arguments.threads
    brian2.seed(arguments.seed)
    model = Model(json.loads(arguments.model.read_text()), {})
    for slot, code in SLOTS.items():
        brian2.device.insert_code(slot, code)
    model.network().run(model.value(model.data["run"]["duration"]), namespace={})
    described = time.perf_counter()
    brian2.device.build(directory=str(arguments.folder), compile=True, run=False, debug=False)
    compiled = time.perf_counter()
    report = {
        "simulator": f"Brian {brian2.__version__}",
        "seed": arguments.seed,
        "threads": arguments.threads,
        "compiler": compiler(),
        "flags": brian2.prefs.codegen.cpp.extra_compile_args_gcc,
        "neurons": sum(len(group) for group in model.groups.values()),
        "describe_seconds": described - imported,
        "compile_seconds": compiled - described,
        "populations": {
            monitor.source.name: {
                "neurons": len(monitor.source),
                "i": file_of(monitor.variables["i"]),
                "t": file_of(monitor.variables["t"]),
            }
            for monitor in model.monitors.values()
            if isinstance(monitor, brian2.SpikeMonitor)
        },
        "synapses": [file_of(synapses.variables["_synaptic_pre"]) for synapses in model.synapses.values()],
    }
    sys.stdout.write("\n" + json.dumps(report) + "\n")


def file_of(variable):
    """Return where the C++ program leaves an array, relative to the folder."""
    return f"results/{brian2.device.get_array_filename(variable)}"


def compiler():
    """Return which compiler make calls."""
    program = shutil.which("g++")
    if program is None:
        return None
    return subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]


if __name__ == "__main__":
    main()
