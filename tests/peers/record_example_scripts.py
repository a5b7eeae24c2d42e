"""Run the random scripts of configs/scripts in Brian 2 with many seeds; keep mean and spread of results.

    python record_example_scripts.py [--runs 16] [--folder FOLDER]

It writes tests/frontend/example_scripts_brian2.json, and takes some minutes. Results that are in FOLDER
already, as SCRIPT.SEED.npz, are not computed again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "frontend" / "example_scripts_brian2.json"
FIRST_SEED = 101
NUMBERS = {
    "brunel_hakim": ["rate", "rhythm"],
    "izhikevich_network": ["excitatory_rate", "inhibitory_rate"],
    "smooth_pursuit": ["correlation", "error"],
    "stdp": ["weak", "strong", "rate_at_start", "rate_at_end"],
    "vogels_inhibitory_plasticity": ["rate_at_start", "rate_at_end", "weight", "irregularity"],
}


def run(name: str, seed: int, folder: Path) -> dict[str, np.ndarray]:
    kept = folder / f"{name}.{seed}.npz"
    if not kept.exists():
        program = Path(__file__).with_name("brian2_script.py")
        script = ROOT / "configs" / "scripts" / f"{name}.py"
        subprocess.run([sys.executable, program, script, kept, "--seed", str(seed)], check=True)
    with np.load(kept) as file:
        return dict(file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    recorded = {}
    for name, keys in NUMBERS.items():
        found = [run(name, FIRST_SEED + k, folder) for k in range(arguments.runs)]
        recorded[name] = {}
        for key in keys:
            values = np.array([float(each[key]) for each in found])
            recorded[name][key] = {
                "mean": float(f"{values.mean():.6g}"),
                "deviation": float(f"{values.std(ddof=1):.6g}"),
                "runs": len(values),
            }
    RECORDED.write_text(json.dumps(recorded, indent=2) + "\n")


if __name__ == "__main__":
    main()
