"""SI dimensions, units and quantities: ``3*mV``, ``550*Mohm``, ``[5, 10]*ms``.

The bottom layer: it knows of NumPy and of nothing else in this package.
"""

from distsim.units.catalogue import (
    STANDARD_UNITS,
    UnitCatalogue,
    all_units,
    get_best_unit,
    get_unit,
    units_by_name,
)
from distsim.units.check import UnitSignature, check_units
from distsim.units.dimensions import DIMENSIONLESS, Dimension, get_or_create_dimension
from distsim.units.display import format_dimension, format_quantity
from distsim.units.errors import DimensionMismatchError
from distsim.units.inspection import (
    fail_for_dimension_mismatch,
    get_dimensions,
    have_same_dimensions,
    is_dimensionless,
    is_scalar_type,
)
from distsim.units.quantity import Quantity, in_best_unit, in_unit
from distsim.units.unit import Unit, register_new_unit

__all__ = [
    "DIMENSIONLESS",
    "STANDARD_UNITS",
    "Dimension",
    "DimensionMismatchError",
    "Quantity",
    "Unit",
    "UnitCatalogue",
    "UnitSignature",
    "all_units",
    "check_units",
    "fail_for_dimension_mismatch",
    "format_dimension",
    "format_quantity",
    "get_best_unit",
    "get_dimensions",
    "get_or_create_dimension",
    "get_unit",
    "have_same_dimensions",
    "in_best_unit",
    "in_unit",
    "is_dimensionless",
    "is_scalar_type",
    "register_new_unit",
    "units_by_name",
]
