"""brian_plot draws whatever looks like a monitor, synapses or a variable."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot

from distsim.plotting import brian_plot, plot_synapses
from distsim.units import STANDARD_UNITS, get_dimensions

ms, mV, Hz = (STANDARD_UNITS[name] for name in ("ms", "mV", "Hz"))


class Variable:
    """A variable of a group: read when it is asked for, with a name and a dimension."""

    def __init__(self, group, name, values):
        self.group, self.name, self._values = group, name, values
        self.dim = get_dimensions(values)

    def __len__(self):
        return len(self._values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype)


class Synapses:
    source = target = "neurons"

    def __init__(self, i, j):
        self.i, self.j = np.array(i), np.array(j)

    def __len__(self):
        return len(self.i)

    def connect(self):
        raise AssertionError("plotting makes no synapses")


def test_spikes(axes):
    monitor = SimpleNamespace(
        i=np.array([1, 0]), t=[1, 2] * ms, event_trains=dict, record_variables=set(), smooth_rate=dict
    )
    assert brian_plot(monitor, axes=axes, color="k") is axes
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[1, 1], [2, 0]])
    assert axes.get_ylabel() == "neuron index"


def test_rate_is_smoothed(axes):
    calls = []

    def smooth_rate(window, width):
        calls.append((window, width))
        return [3, 4] * Hz

    assert brian_plot(SimpleNamespace(t=[0, 1] * ms, smooth_rate=smooth_rate), axes=axes) is axes
    assert calls == [("gaussian", 1 * ms)]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [3, 4])
    assert axes.get_ylabel() == "population rate (Hz)"


def test_state(axes):
    monitor = SimpleNamespace(t=[0, 1, 2] * ms, record_variables={"v"}, v=[[1, 2, 3], [4, 5, 6]] * mV)
    assert brian_plot(monitor, axes=axes) is axes
    np.testing.assert_allclose([line.get_ydata() for line in axes.lines], [[1, 2, 3], [4, 5, 6]])
    assert axes.get_ylabel() == "v (mV)"
    axes.clear()
    part = SimpleNamespace(t=monitor.t, monitor=monitor, v=monitor.v[1])
    brian_plot(part, axes=axes, var_name="membrane potential")
    assert len(axes.lines) == 1
    assert axes.get_ylabel() == "membrane potential (mV)"


def test_state_of_several_variables_is_refused(axes):
    monitor = SimpleNamespace(t=[0] * ms, record_variables=["w", "v"], v=[[1]] * mV, w=[[1]])
    with pytest.raises(TypeError, match=r"v, w; choose one with plot_state\(monitor\.t, monitor\.v\.T"):
        brian_plot(monitor, axes=axes)


def test_connections(axes):
    assert brian_plot(Synapses([0, 1], [1, 0]), axes=axes) is axes
    assert axes.images
    axes.clear()
    brian_plot(Synapses([0, 1], [1, 0]), axes=axes, plot_type="scatter")
    assert not axes.images


@pytest.mark.parametrize("through_pathway", [False, True])
def test_variable_of_synapses(axes, through_pathway):
    synapses = Synapses([0, 1], [1, 0])
    group = SimpleNamespace(synapses=synapses) if through_pathway else synapses
    assert brian_plot(Variable(group, "delay", [1, 2] * ms), axes=axes) is axes
    np.testing.assert_allclose(axes.images[0].get_array().filled(0), [[0, 2], [1, 0]])
    assert pyplot.gcf().axes[1].get_ylabel() == "delay (ms)"


def test_variable_gives_its_name_to_plot_synapses(axes):
    synapses = Synapses([0, 1], [1, 0])
    plot_synapses(synapses.i, synapses.j, Variable(synapses, "w", [1, 2] * mV), axes=axes)
    assert pyplot.gcf().axes[1].get_ylabel() == "w (mV)"


def test_variable_of_neurons(axes):
    assert brian_plot(Variable(SimpleNamespace(), "v", [1, 2] * mV), axes=axes) is axes
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 1], [1, 2]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("neuron index", "v (mV)")
    with pytest.raises(TypeError, match="'E' is a single value"):
        brian_plot(Variable(SimpleNamespace(), "E", 1 * mV), axes=axes)


def test_other_objects_are_refused(axes):
    with pytest.raises(TypeError, match="there is no plot for an object of type 'ndarray'"):
        brian_plot(np.zeros(3), axes=axes)
