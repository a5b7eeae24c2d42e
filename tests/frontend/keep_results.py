"""Run a script and keep what it leaves in its dictionary `results`.

    python [-m distsim] keep_results.py SCRIPT RESULTS.npz PICTURE

The script runs as if it had been started itself, with PICTURE as its argument.
"""

import runpy
import sys

import numpy as np

_, script, kept, picture = sys.argv
sys.argv = [script, picture]
np.savez(kept, **runpy.run_path(script, run_name="__main__")["results"])
