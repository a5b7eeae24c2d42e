"""The public names of distsim: which there are, and where each is found.

``import distsim`` loads nothing; a name is looked up here when it is used for the first time.  A new public
name is a word in `PUBLIC`.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

from distsim.units import STANDARD_UNITS

PUBLIC: Final[dict[str, str]] = {
    "distsim.equations": "Equations",
    "distsim.frontend.available_later": """
        Cylinder CythonCodeObject EventClock ImportExport Morphology NumpyCodeObject Section Soma
        SpatialNeuron gsl_rk2 gsl_rk4 gsl_rk8pd gsl_rkck gsl_rkf45 test
    """,
    "distsim.frontend.binomial": "BinomialFunction",
    "distsim.frontend.clocks": "Clock defaultclock",
    "distsim.frontend.code_strings": "Expression Statements",
    "distsim.frontend.devices": "all_devices device get_device reinit_devices set_device",
    "distsim.frontend.functions": """
        DEFAULT_CONSTANTS DEFAULT_FUNCTIONS DEFAULT_UNITS Function declare_types implementation timestep
    """,
    "distsim.frontend.group": "Group VariableOwner",
    "distsim.frontend.integration_methods": """
        ExplicitStateUpdater StateUpdateMethod euler exact exponential_euler heun independent linear milstein
        rk2 rk4
    """,
    "distsim.frontend.linked": "linked_var",
    "distsim.frontend.logger": "BrianLogger get_logger std_silent",
    "distsim.frontend.monitors": "EventMonitor PopulationRateMonitor SpikeMonitor StateMonitor",
    "distsim.frontend.namespaces": "get_local_namespace",
    "distsim.frontend.magic": """
        MagicError MagicNetwork collect magic_network profiling_summary restore restore_initial_state run
        scheduling_summary start_scope stop store
    """,
    "distsim.frontend.network": "Network",
    "distsim.frontend.randomness": "seed",
    "distsim.frontend.neuron_group": "NeuronGroup",
    "distsim.frontend.objects": "BrianObject BrianObjectException Nameable Trackable",
    "distsim.frontend.operations": "NetworkOperation network_operation",
    "distsim.frontend.poisson": "PoissonGroup PoissonInput",
    "distsim.frontend.preferences": "BrianPreference PreferenceError brian_prefs prefs",
    "distsim.frontend.regular": "CodeRunner",
    "distsim.frontend.spike_generator": "SpikeGeneratorGroup",
    "distsim.frontend.subgroup": "SpikeSource Subgroup",
    "distsim.frontend.synapses": "Synapses",
    "distsim.frontend.timed_array": "TimedArray",
    "distsim.units": """
        DimensionMismatchError Quantity Unit check_units fail_for_dimension_mismatch get_dimensions
        get_or_create_dimension get_unit have_same_dimensions in_best_unit in_unit is_dimensionless
        is_scalar_type register_new_unit
    """,
}
"""Module -> the names in it."""

_OWN_ONLY: Final = frozenset({"timestep", "reinit_devices", "fail_for_dimension_mismatch"})
"""Public names that the star import leaves out: scripts have these words for themselves."""

_MODULE_OF: Final = {name: module for module, names in PUBLIC.items() for name in names.split()}
_REMOVED: Final = frozenset({"x", "f", "rate"})


def find(name: str) -> Any:
    """Return the public object, unit, or NumPy or pylab function called `name`; KeyError if there is none."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(_MODULE_OF[name]), name)
    if name in STANDARD_UNITS:
        return STANDARD_UNITS[name]
    return _pylab()[name]


def own_names() -> list[str]:
    """Return the names of distsim itself: objects, units and unit-aware functions."""
    functions = importlib.import_module("distsim.units.functions")
    own = {*_MODULE_OF, *STANDARD_UNITS, *functions.__all__}
    return sorted(own - _OWN_ONLY)


def star_names() -> list[str]:
    """Return the names of ``from distsim import *``."""
    return sorted({*own_names(), *_pylab()} - _REMOVED)


def public_names() -> list[str]:
    """Return every public name."""
    return sorted({*_MODULE_OF, *star_names()})


_cache: Final[dict[str, Any]] = {}


def _pylab() -> dict[str, Any]:
    if not _cache:
        pylab = importlib.import_module("distsim.frontend.pylab")
        functions = importlib.import_module("distsim.units.functions")
        unit_aware = importlib.import_module("distsim.numpy_")
        _cache.update(pylab.pylab_names())
        _cache.update({name: getattr(functions, name) for name in functions.__all__})
        _cache.update({name: getattr(unit_aware, name) for name in ("in1d", "trapz")})
        _cache.update(np=unit_aware, numpy=unit_aware, numpy_=unit_aware)
    return _cache
