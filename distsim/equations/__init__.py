"""The language: from equation text to a checked model of typed expression trees.

It knows units, but no groups, no integration methods and no way to evaluate an expression at run time.
The sympy bridge is imported by those who need it (`distsim.equations.sympy_bridge`), not here.
"""

from distsim.equations.checks import check_equations, check_statements, layered_lookup
from distsim.equations.dimensions import (
    DimensionLookup,
    UnknownNameError,
    dimension_of,
    fits_anything,
    standard_dimension,
)
from distsim.equations.errors import EquationError
from distsim.equations.expand import expand, expanded_derivatives, expansions, ordered_subexpressions
from distsim.equations.flags import EquationKind, Flag
from distsim.equations.functions import (
    BUILTIN_FUNCTIONS,
    CONSTANTS,
    AnyDimension,
    FunctionSignature,
    SameAs,
)
from distsim.equations.identifiers import is_identifier, is_white_noise, why_reserved
from distsim.equations.linear import LinearParts, linear_parts
from distsim.equations.literals import expression_of_number, expression_of_value
from distsim.equations.model import Equation, Equations
from distsim.equations.parser import parse_expression, parse_statements
from distsim.equations.quantities import evaluate_quantity
from distsim.equations.render import render, render_statement
from distsim.equations.stochastic import DriftAndNoise, NoiseKind, noise_kind, split_noise, white_noises
from distsim.equations.type_check import TypeLookup, common_type, type_of
from distsim.equations.unit_text import UnitSpecification, parse_unit
from distsim.equations.variable_type import VariableType

__all__ = [
    "BUILTIN_FUNCTIONS",
    "CONSTANTS",
    "AnyDimension",
    "DimensionLookup",
    "DriftAndNoise",
    "Equation",
    "EquationError",
    "EquationKind",
    "Equations",
    "Flag",
    "FunctionSignature",
    "LinearParts",
    "NoiseKind",
    "SameAs",
    "TypeLookup",
    "UnitSpecification",
    "UnknownNameError",
    "VariableType",
    "check_equations",
    "check_statements",
    "common_type",
    "dimension_of",
    "evaluate_quantity",
    "expand",
    "expanded_derivatives",
    "expansions",
    "expression_of_number",
    "expression_of_value",
    "fits_anything",
    "is_identifier",
    "is_white_noise",
    "layered_lookup",
    "linear_parts",
    "noise_kind",
    "ordered_subexpressions",
    "parse_expression",
    "parse_statements",
    "parse_unit",
    "render",
    "render_statement",
    "split_noise",
    "standard_dimension",
    "type_of",
    "white_noises",
    "why_reserved",
]
