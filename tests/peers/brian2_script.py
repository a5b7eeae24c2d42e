"""Run a distsim script in Brian 2: the same text with the import swapped.

    python brian2_script.py SCRIPT RESULTS.npz [--picture PICTURE] [--seed SEED] [--target numpy]

The script finds PICTURE as its first argument. What it leaves in its dictionary `results` is written to
RESULTS.npz. With a SEED, that replaces the number in the script's ``seed(...)``.
"""

import argparse
import re
import runpy
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import brian2
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("script", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--target", default="numpy")
    arguments = parser.parse_args()
    brian2.prefs.codegen.target = arguments.target
    text = arguments.script.read_text()
    text = re.sub(r"^(\s*(?:from|import)\s+)distsim\b", r"\1brian2", text, flags=re.MULTILINE)
    if arguments.seed is not None:
        text, seeds = re.subn(r"^seed\(\d+\)", f"seed({arguments.seed})", text, flags=re.MULTILINE)
        if seeds != 1:
            sys.exit(f"{arguments.script} has {seeds} lines with seed(...)")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / arguments.script.name
        script.write_text(text)
        sys.argv = [str(script), str(arguments.picture or Path(folder) / "picture.png")]
        found = runpy.run_path(str(script), run_name="__main__")
    np.savez(arguments.results, **found["results"])


if __name__ == "__main__":
    main()
