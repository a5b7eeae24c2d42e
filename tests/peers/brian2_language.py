"""Run a file of the reference suite's cases in Brian 2: ``brian2_language.py CASES RESULTS [NAME...]``.

Results are written as JSON, as `language_cases.encode` describes them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reference" / "language"))

from language_cases import run_file, write_results


def choose_target(module, case):
    """NumPy needs no compiler and is quick for small models; only compiled code runs synapse by synapse."""
    module.prefs.codegen.target = "cython" if case.compiled else "numpy"


def main():
    cases, results, *chosen = sys.argv[1:]
    write_results(run_file(Path(cases), "brian2", choose_target, chosen or None), Path(results))


if __name__ == "__main__":
    main()
