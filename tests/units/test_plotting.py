"""matplotlib draws quantities in SI base units."""

import subprocess
import sys

CODE = """
import matplotlib
matplotlib.use("Agg")
from matplotlib import pyplot as plt
import numpy as np
from distsim.units import units_by_name
from distsim.units.plotting import register_with_matplotlib

register_with_matplotlib()
ms, mV = units_by_name()["ms"], units_by_name()["mV"]
t, v = np.arange(4) * ms, np.ones(4) * mV
(line,) = plt.plot(t, v)
np.testing.assert_array_equal(line.get_xdata(orig=False), np.asarray(t))
plt.scatter(t, v)
plt.axhline(2 * mV)
plt.errorbar(t, v, yerr=v)
plt.hist(t)
plt.fill_between(t, v, 2 * v)
plt.vlines(t, 0 * mV, v)
plt.xlim(0 * ms, 3 * ms)
assert plt.xlim() == (0, 0.003)
plt.gcf().canvas.draw()
"""


def test_quantities_can_be_drawn():
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=120)
