"""Integration methods: from the differential equations of a model to the statements of one time step.

One method a file.  The layer knows equations and their algebra, but neither how statements are run nor who
owns them.
"""

from distsim.integrators.choice import DEFAULT_ORDER, choose
from distsim.integrators.errors import UnsupportedEquationsError
from distsim.integrators.euler import Euler
from distsim.integrators.event import LAST_UPDATE, event_driven_names, event_update
from distsim.integrators.exact import Exact
from distsim.integrators.exponential_euler import ExponentialEuler
from distsim.integrators.heun import Heun
from distsim.integrators.milstein import Milstein
from distsim.integrators.problem import NOT_REFRACTORY, Problem
from distsim.integrators.protocol import Integrator
from distsim.integrators.registry import find_method, method_names, register
from distsim.integrators.rk2 import RungeKutta2
from distsim.integrators.rk4 import RungeKutta4

__all__ = [
    "DEFAULT_ORDER",
    "LAST_UPDATE",
    "NOT_REFRACTORY",
    "Euler",
    "Exact",
    "ExponentialEuler",
    "Heun",
    "Integrator",
    "Milstein",
    "Problem",
    "RungeKutta2",
    "RungeKutta4",
    "UnsupportedEquationsError",
    "choose",
    "event_driven_names",
    "event_update",
    "find_method",
    "method_names",
    "register",
]
