"""Plots of recorded activity and of connections, labelled with names and units.

`brian_plot` chooses by the kind of object; the other functions take arrays.  All of them draw into `axes`, by
default the current ones, and return them.  matplotlib is imported when something is drawn.  Objects are
recognised by their attributes: this package knows of units and of nothing else.
"""

from distsim.plotting.activity import plot_raster, plot_rate, plot_state
from distsim.plotting.connections import add_background_pattern, plot_synapses
from distsim.plotting.objects import brian_plot

__all__ = ["add_background_pattern", "brian_plot", "plot_raster", "plot_rate", "plot_state", "plot_synapses"]
