"""Plots of synapses: points, matrix, hexagons, their colours and colour bars."""

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.patches import Rectangle

from distsim.plotting import add_background_pattern, plot_synapses
from distsim.units import STANDARD_UNITS, DimensionMismatchError

ms, mV, nS = (STANDARD_UNITS[name] for name in ("ms", "mV", "nS"))
SOURCES, TARGETS = [2, 2, 3, 5], [1, 2, 0, 3]
WEIGHTS = [1, 2, 3, 4] * nS
# Pair (2, 1) three times, (3, 0) once.
SEVERAL = [2, 3, 2, 2], [1, 0, 1, 1]


def colour_bar_labels():
    return [axes.get_ylabel() for axes in pyplot.gcf().axes[1:]]


def matrix(axes):
    (image,) = axes.images
    return image.get_array().filled(-1)


@pytest.mark.parametrize("plot_type", ["scatter", "image", "hexbin", None])
@pytest.mark.parametrize("values", [None, WEIGHTS])
def test_axes_are_returned_and_labelled(axes, plot_type, values):
    assert plot_synapses(SOURCES, TARGETS, values, plot_type=plot_type, axes=axes) is axes
    assert axes.get_xlabel() == "source neuron index"
    assert axes.get_ylabel() == "target neuron index"
    assert all(tick == int(tick) for tick in (*axes.get_xticks(), *axes.get_yticks()))
    pyplot.gcf().canvas.draw()


def test_points(axes):
    plot_synapses(SOURCES, TARGETS, axes=axes, color="gray", marker="s")
    (points,) = axes.collections
    np.testing.assert_array_equal(points.get_offsets(), np.transpose([SOURCES, TARGETS]))
    assert colour_bar_labels() == []


def test_points_coloured_by_value(axes):
    plot_synapses(SOURCES[::-1], TARGETS[::-1], WEIGHTS[::-1], var_name="g", axes=axes)
    (points,) = axes.collections
    drawn = dict(zip(map(tuple, points.get_offsets().tolist()), points.get_array(), strict=True))
    assert drawn == pytest.approx({(2, 1): 1, (2, 2): 2, (3, 0): 3, (5, 3): 4})
    assert colour_bar_labels() == ["g (nS)"]


def test_points_coloured_by_number_of_synapses(axes):
    plot_synapses(*SEVERAL, axes=axes)
    (points,) = axes.collections
    np.testing.assert_array_equal(points.get_offsets(), [[2, 1], [3, 0]])
    np.testing.assert_array_equal(points.get_array(), [3, 1])
    assert colour_bar_labels() == ["number of synapses"]
    assert list(pyplot.gcf().axes[1].get_yticks()) == [1, 2, 3]


def test_image_of_connections(axes):
    plot_synapses(SOURCES, TARGETS, plot_type="image", axes=axes)
    np.testing.assert_array_equal(
        matrix(axes), [[-1, 1, -1, -1], [1, -1, -1, -1], [1, -1, -1, -1], [-1, -1, -1, 1]]
    )
    assert axes.images[0].get_extent() == [1.5, 5.5, -0.5, 3.5]
    assert axes.get_ylim() == (-0.5, 3.5)
    assert colour_bar_labels() == []
    assert any(isinstance(patch, Rectangle) and patch.get_hatch() for patch in axes.patches)


def test_image_of_values(axes):
    plot_synapses(
        SOURCES, TARGETS, WEIGHTS, var_unit=nS, var_name="weight", plot_type="image", axes=axes, cmap="hot"
    )
    np.testing.assert_allclose(
        matrix(axes), [[-1, 3, -1, -1], [1, -1, -1, -1], [2, -1, -1, -1], [-1, -1, -1, 4]]
    )
    assert axes.images[0].get_cmap().name == "hot"
    assert colour_bar_labels() == ["weight (nS)"]


def test_image_of_number_of_synapses(axes):
    plot_synapses(*SEVERAL, plot_type="image", axes=axes)
    np.testing.assert_array_equal(matrix(axes), [[-1, 1], [3, -1]])
    assert axes.images[0].get_clim() == (0.5, 3.5)
    assert colour_bar_labels() == ["number of synapses"]


def test_hexagons_count_synapses_or_average_values(axes):
    plot_synapses(*SEVERAL, plot_type="hexbin", axes=axes, gridsize=4)
    assert sorted(axes.collections[0].get_array()) == [1, 3]
    assert colour_bar_labels() == ["number of synapses"]
    axes.clear()
    plot_synapses(*SEVERAL, [1, 7, 2, 6] * mV, var_name="w", plot_type="hexbin", axes=axes, gridsize=4)
    np.testing.assert_allclose(sorted(axes.collections[0].get_array()), [3, 7])
    assert colour_bar_labels()[1:] == ["mean w (mV)"]


def test_automatic_type_follows_the_size(axes):
    plot_synapses([0, 999], [0, 999], plot_type=None, axes=axes)
    assert axes.images
    axes.clear()
    plot_synapses([0, 1000], [0, 0], plot_type=None, axes=axes)
    assert not axes.images
    assert len(axes.collections[0].get_offsets()) == 2
    axes.clear()
    many = np.arange(10_000)
    plot_synapses(many, many, plot_type=None, axes=axes)
    assert colour_bar_labels() == ["number of synapses"]
    axes.clear()
    plot_synapses(*SEVERAL, np.ones(4), plot_type=None, axes=axes)
    assert colour_bar_labels()[1:] == ["mean"]


@pytest.mark.parametrize("plot_type", ["scatter", "image"])
def test_values_of_several_synapses_of_a_pair_have_no_one_place(axes, plot_type):
    with pytest.raises(ValueError, match=r"3 synapses connect neurons 2 and 1; .*'hexbin' shows means"):
        plot_synapses(*SEVERAL, np.ones(4), plot_type=plot_type, axes=axes)


def test_mistakes_are_named(axes):
    with pytest.raises(ValueError, match="2 sources but 1 targets"):
        plot_synapses([0, 1], [0], axes=axes)
    with pytest.raises(ValueError, match="4 synapses but values of shape"):
        plot_synapses(SOURCES, TARGETS, [1, 2] * nS, axes=axes)
    with pytest.raises(ValueError, match="no synapses"):
        plot_synapses([], [], axes=axes)
    with pytest.raises(ValueError, match="the sources must be a list of whole numbers"):
        plot_synapses([0.5], [0], axes=axes)
    with pytest.raises(ValueError, match="'scatter', 'image', 'hexbin' or None, not 'matrix'"):
        plot_synapses(SOURCES, TARGETS, plot_type="matrix", axes=axes)
    with pytest.raises(DimensionMismatchError, match="cannot be drawn in the unit 'mV'"):
        plot_synapses(SOURCES, TARGETS, WEIGHTS, var_unit=mV, axes=axes)


def test_background_pattern_fills_the_axes_behind_everything(axes):
    assert add_background_pattern(axes, hatch="/", fc="w") is axes
    (patch,) = axes.patches
    assert patch.get_hatch() == "/"
    assert patch.get_facecolor() == (1, 1, 1, 1)
    assert patch.get_zorder() < 0
    np.testing.assert_allclose(patch.get_window_extent(), axes.get_window_extent())
