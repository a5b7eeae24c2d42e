"""The names of pylab: those of NumPy, and stand-ins for those of matplotlib.

A script that starts with ``from distsim import *`` can draw, and use ``np`` and ``plt``, without further
imports.
"""

from __future__ import annotations

import datetime
import functools
import importlib
import logging
import sys
import threading
import time
from typing import Any, Final

import numpy as np

from distsim.frontend.lazy import lazy_module, lazy_name, register_when_matplotlib_is_imported

_PYPLOT_FUNCTIONS: Final = """
    acorr angle_spectrum annotate arrow autoscale autumn axes axhline axhspan axis axline axvline axvspan bar
    bar_label barbs barh bone box boxplot broken_barh cla clabel clf clim close cohere colorbar colormaps
    connect contour contourf cool copper csd cycler delaxes disconnect draw draw_all draw_if_interactive ecdf
    errorbar eventplot figaspect figimage figlegend fignum_exists figtext figure fill fill_between
    fill_betweenx findobj flag gca gcf gci get get_backend get_cmap get_current_fig_manager get_figlabels
    get_fignums get_plot_commands get_scale_names getp ginput gray grid hexbin hist hist2d hlines hot hsv
    imread imsave imshow inferno install_repl_displayhook interactive ioff ion isinteractive jet legend
    locator_params loglog magma magnitude_spectrum margins matshow minorticks_off minorticks_on
    new_figure_manager nipy_spectral pause pcolor pcolormesh phase_spectrum pie pink plasma plot polar prism
    psd quiver quiverkey rc rc_context rcdefaults rgrids savefig sca scatter sci semilogx semilogy set_cmap
    set_loglevel setp show specgram spring spy stackplot stairs stem step streamplot subplot subplot2grid
    subplot_mosaic subplot_tool subplots subplots_adjust summer suptitle switch_backend table text thetagrids
    tick_params ticklabel_format tight_layout title tricontour tricontourf tripcolor triplot twinx twiny
    uninstall_repl_displayhook violinplot viridis vlines waitforbuttonpress winter xcorr xkcd xlabel xlim
    xscale xticks ylabel ylim yscale yticks
"""
_PYPLOT_CLASSES: Final = """
    Annotation Arrow Artist AutoLocator Axes Button Circle Colormap Figure FigureBase FigureCanvasBase
    FigureManagerBase FixedFormatter FixedLocator FormatStrFormatter Formatter FuncFormatter GridSpec
    IndexLocator Line2D LinearLocator Locator LogFormatter LogFormatterExponent LogFormatterMathtext
    LogLocator MaxNLocator MouseButton MultipleLocator Normalize NullFormatter NullLocator PolarAxes Polygon
    Rectangle ScalarFormatter Slider Subplot SubplotSpec Text TickHelper Widget rcParams rcParamsDefault
    rcParamsOrig
"""
_OTHERS: Final = {
    "matplotlib.cbook": "flatten silent_list",
    "matplotlib.dates": """
        DateFormatter DateLocator DayLocator HourLocator MinuteLocator MonthLocator RRuleLocator SecondLocator
        WeekdayLocator YearLocator date2num datestr2num drange num2date
        MO TU WE TH FR SA SU YEARLY MONTHLY WEEKLY DAILY HOURLY MINUTELY SECONDLY relativedelta rrule
    """,
    "matplotlib.mlab": "detrend detrend_linear detrend_mean detrend_none window_hanning window_none",
}
_MODULES: Final = {
    "plt": "matplotlib.pyplot",
    "pylab": "matplotlib.pylab",
    "mpl": "matplotlib",
    "matplotlib": "matplotlib",
    "mlab": "matplotlib.mlab",
    "cbook": "matplotlib.cbook",
    "rcsetup": "matplotlib.rcsetup",
    "style": "matplotlib.style",
}
_STANDARD_LIBRARY: Final = {
    "datetime": datetime,
    "functools": functools,
    "importlib": importlib,
    "logging": logging,
    "sys": sys,
    "threading": threading,
    "time": time,
}
# pylab keeps Python's own functions of these names.
_NOT_FROM_NUMPY: Final = frozenset({"abs", "bool", "bytes", "max", "min", "pow", "round"})
# Parts that NumPy itself imports only when they are used.
_PARTS_OF_NUMPY: Final = ("ctypeslib", "f2py", "ma", "polynomial", "testing", "typing")


def pylab_names() -> dict[str, Any]:
    """Return the names with what they stand for; nothing of matplotlib is imported."""
    register_when_matplotlib_is_imported()
    names: dict[str, Any] = dict(_STANDARD_LIBRARY)
    names |= {name: lazy_name("matplotlib.pyplot", name) for name in _PYPLOT_FUNCTIONS.split()}
    names |= {name: lazy_name("matplotlib.pyplot", name) for name in _PYPLOT_CLASSES.split()}
    for module, words in _OTHERS.items():
        names |= {name: lazy_name(module, name) for name in words.split()}
    names |= {name: lazy_module(module) for name, module in _MODULES.items()}
    names |= _numpy_names()
    return names


def _numpy_names() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for module in (np, np.fft, np.random, np.linalg):
        names |= {
            name: getattr(module, name)
            for name in module.__all__
            if name not in _NOT_FROM_NUMPY and name not in _PARTS_OF_NUMPY and not name.startswith("__")
        }
    names |= {name: lazy_module(f"numpy.{name}") for name in _PARTS_OF_NUMPY}
    return names
