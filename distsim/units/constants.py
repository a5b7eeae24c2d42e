"""Physical constants, in the values of CODATA 2014.

Mohr, Newell and Taylor (2016), "CODATA recommended values of the fundamental physical constants: 2014",
Reviews of Modern Physics 88, 035009.  Later adjustments differ in the last digits; these are the ones that
Brian 2 uses, so that reversal potentials come out the same.
"""

from __future__ import annotations

from math import pi
from typing import Final

from distsim.units.dimensions import get_or_create_dimension as _dimension
from distsim.units.quantity import Quantity

__all__ = [
    "avogadro_constant",
    "boltzmann_constant",
    "electric_constant",
    "electron_mass",
    "elementary_charge",
    "faraday_constant",
    "gas_constant",
    "magnetic_constant",
    "molar_mass_constant",
    "zero_celsius",
]

avogadro_constant: Final = Quantity(6.022140857e23, _dimension(mol=-1))
"""Avogadro constant [1/mol]."""
boltzmann_constant: Final = Quantity(1.38064852e-23, _dimension(kg=1, m=2, s=-2, K=-1))
"""Boltzmann constant [J/K]."""
electric_constant: Final = Quantity(8.854187817e-12, _dimension(A=2, s=4, kg=-1, m=-3))
"""Permittivity of the vacuum [F/m]."""
electron_mass: Final = Quantity(9.10938356e-31, _dimension(kg=1))
"""Mass of the electron [kg]."""
elementary_charge: Final = Quantity(1.6021766208e-19, _dimension(A=1, s=1))
"""Charge of the proton [C]."""
faraday_constant: Final = Quantity(96485.33289, _dimension(A=1, s=1, mol=-1))
"""Charge of a mole of elementary charges [C/mol]."""
gas_constant: Final = Quantity(8.3144598, _dimension(kg=1, m=2, s=-2, K=-1, mol=-1))
"""Molar gas constant [J/(mol K)]."""
magnetic_constant: Final = Quantity(4 * pi * 1e-7, _dimension(kg=1, m=1, s=-2, A=-2))
"""Permeability of the vacuum [N/A^2]."""
molar_mass_constant: Final = Quantity(1e-3, _dimension(kg=1, mol=-1))
"""Molar mass of an atomic mass unit [kg/mol]."""
zero_celsius: Final = Quantity(273.15, _dimension(K=1))
"""Zero degrees on the Celsius scale [K]."""
