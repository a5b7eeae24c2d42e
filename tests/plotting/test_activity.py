"""Raster, state and rate plots: what is drawn where, in which unit, and how it is labelled."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib import pyplot

from distsim.plotting import plot_raster, plot_rate, plot_state
from distsim.units import STANDARD_UNITS, DimensionMismatchError

ms, second, mV, Hz = (STANDARD_UNITS[name] for name in ("ms", "second", "mV", "Hz"))
TIMES = np.arange(5) * 0.5 * ms


def test_raster_draws_each_spike(axes):
    assert plot_raster([3, 0, 1], [1, 2, 4] * ms, axes=axes) is axes
    (points,) = axes.lines
    np.testing.assert_allclose(points.get_xdata(), [1, 2, 4])
    np.testing.assert_array_equal(points.get_ydata(), [3, 0, 1])
    assert points.get_linestyle() == "None"
    assert points.get_marker() == "."
    assert axes.get_xlabel() == "time (ms)"
    assert axes.get_ylabel() == "neuron index"
    assert all(tick == int(tick) for tick in axes.get_yticks())


def test_raster_takes_time_unit_and_options_under_short_names(axes):
    plot_raster([0], [500] * ms, time_unit=second, axes=axes, marker="|", c="k", ms=12)
    (points,) = axes.lines
    assert points.get_xdata() == [0.5]
    assert axes.get_xlabel() == "time (s)"
    assert (points.get_marker(), points.get_color(), points.get_markersize()) == ("|", "k", 12)


def test_raster_without_spikes(axes):
    plot_raster([], [] * ms, axes=axes)
    assert axes.get_xlabel() == "time (ms)"


def test_raster_refuses_other_shapes_and_units(axes):
    with pytest.raises(ValueError, match=r"indices of shape \(2,\) and times of shape \(1,\)"):
        plot_raster([0, 1], [1] * ms, axes=axes)
    with pytest.raises(DimensionMismatchError, match="the spike times cannot be drawn in the unit 'ms'"):
        plot_raster([0], [1] * mV, axes=axes)


@pytest.mark.parametrize(
    ("values", "unit", "name", "drawn", "label"),
    [
        ([1, 2, 3, 4, 5] * mV, None, "v", [1, 2, 3, 4, 5], "v (mV)"),
        ([1, 2, 3, 4, 5] * mV, None, None, [1, 2, 3, 4, 5], "mV"),
        ([1000, 2000, 3000, 4000, 5000] * mV, None, "v", [1, 2, 3, 4, 5], "v (V)"),
        ([1, 2, 3, 4, 5] * mV, STANDARD_UNITS["volt"], "v", [0.001, 0.002, 0.003, 0.004, 0.005], "v (V)"),
        ([1, 2, 3, 4, 5] * second**-2, None, "k", [1, 2, 3, 4, 5], "k (Hz$^{2}$)"),
        ([1, 2, 3, 4, 5], None, "w", [1, 2, 3, 4, 5], "w"),
        ([1, 2, 3, 4, 5], None, None, [1, 2, 3, 4, 5], ""),
    ],
)
def test_state_is_drawn_in_the_unit_of_its_label(axes, values, unit, name, drawn, label):
    assert plot_state(TIMES, values, var_unit=unit, var_name=name, axes=axes) is axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_xdata(), [0, 0.5, 1, 1.5, 2])
    np.testing.assert_allclose(line.get_ydata(), drawn)
    assert axes.get_xlabel() == "time (ms)"
    assert axes.get_ylabel() == label


def test_state_of_several_neurons_is_several_lines(axes):
    values = np.arange(10).reshape(5, 2) * mV
    plot_state(TIMES, values, axes=axes, linewidth=3)
    assert len(axes.lines) == 2
    np.testing.assert_allclose(axes.lines[1].get_ydata(), np.asarray(values)[:, 1] / float(mV))
    assert axes.lines[0].get_linewidth() == 3


def test_state_says_when_to_transpose(axes):
    with pytest.raises(ValueError, match=r"transpose them \(monitor\.v\.T\)"):
        plot_state(TIMES, np.zeros((2, 5)) * mV, axes=axes)
    with pytest.raises(ValueError, match=r"shape \(4,\) do not go with times of shape \(5,\)"):
        plot_state(TIMES, np.zeros(4) * mV, axes=axes)
    with pytest.raises(DimensionMismatchError, match="the values cannot be drawn in the unit 'mV'"):
        plot_state(TIMES, np.zeros(5), var_unit=mV, axes=axes)
    assert not axes.lines


def test_rate(axes):
    assert plot_rate(TIMES, [5, 4, 3, 2, 1] * Hz, axes=axes, color="gray") is axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_ydata(), [5, 4, 3, 2, 1])
    assert axes.get_ylabel() == "population rate (Hz)"
    assert line.get_color() == "gray"


def test_current_axes_are_the_default(axes):
    assert plot_rate(TIMES, [5, 4, 3, 2, 1] * Hz) is axes
    pyplot.close("all")
    assert plot_raster([0], [1] * ms) is pyplot.gca()


def test_matplotlib_is_imported_only_for_drawing():
    code = "import sys; from distsim.plotting import *; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
