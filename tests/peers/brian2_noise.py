"""Steps of Brian 2's stochastic methods with given noise.

Input is a JSON object of cases by name (`method`, `equations`, `constants` as numbers in SI units, `dt`
[s], `variables` with their initial values) and an npz file with `CASE.NOISE`: (steps, neurons) increments
of the Wiener process of that name [s**.5]. Brian writes the statements of a step; they are carried out by
NumPy. Output is an npz file with `CASE.VARIABLE`: (neurons, steps) values at the start of each step.
"""

import json
import sys

import brian2
import numpy as np
from brian2.stateupdaters.base import StateUpdateMethod


def integrate(case, noise):
    """Return (neurons, steps) values of each variable."""
    code = StateUpdateMethod.apply_stateupdater(brian2.Equations(case["equations"]), {}, case["method"])
    # Brian's line `xi = dt**.5 * randn()` is replaced by the noise given.
    lines = [line for line in code.splitlines() if "randn()" not in line]
    assert len(lines) == len(code.splitlines()) - len(noise)
    step = compile("\n".join(lines), "brian2", "exec")
    namespace = {**vars(np), **case["constants"], "dt": case["dt"]}
    namespace.update({name: np.array(values) for name, values in case["variables"].items()})
    traces = {name: [] for name in case["variables"]}
    for k in range(len(next(iter(noise.values())))):
        for name, values in traces.items():
            values.append(namespace[name])
        namespace.update({name: increments[k] for name, increments in noise.items()})
        exec(step, namespace)  # noqa: S102 (what Brian has written)
    return {name: np.stack(values, axis=1) for name, values in traces.items()}


def main():
    cases_file, noise_file, results_file = sys.argv[1:]
    with open(cases_file) as file:  # noqa: PTH123
        cases = json.load(file)
    given = dict(np.load(noise_file))
    results = {}
    for name, case in cases.items():
        noise = {key.partition(".")[2]: values for key, values in given.items() if key.startswith(name + ".")}
        results.update({f"{name}.{variable}": values for variable, values in integrate(case, noise).items()})
    np.savez(results_file, **results)


if __name__ == "__main__":
    main()
