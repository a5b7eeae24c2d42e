"""The units by name, the star import's selection, allunits and the constants."""

import copy
import math
import pickle
import subprocess
import sys

import pytest

from distsim.units import STANDARD_UNITS, Unit, allunits, constants, functions, units_by_name
from distsim.units.prefixes import PREFIXES

U = units_by_name()


def test_every_listed_unit_can_be_made():
    for name in (*U, *allunits.__all__):
        unit = U[name] if name in U else getattr(allunits, name)
        assert isinstance(unit, Unit)


def test_prefixes_and_powers_are_exact():
    for prefix, exponent in PREFIXES.items():
        for power, suffix in ((1, ""), (2, "2"), (3, "3")):
            unit = getattr(allunits, f"{prefix}volt{suffix}")
            assert float(unit) == float(f"1e{exponent * power}")
            assert unit.dim is U["volt"].dim ** power


def test_definitions():
    joule = U["kilogram"] * U["metre2"] / U["second2"]
    for name, unit in {
        "joule": joule,
        "watt": joule / U["second"],
        "volt": joule / U["coulomb"],
        "coulomb": U["amp"] * U["second"],
        "ohm": U["volt"] / U["amp"],
        "siemens": 1 / U["ohm"],
        "farad": U["coulomb"] / U["volt"],
        "hertz": 1 / U["second"],
        "pascal": joule / U["metre3"],
        "newton": joule / U["metre"],
        "weber": U["volt"] * U["second"],
        "tesla": U["weber"] / U["metre2"],
        "henry": U["ohm"] * U["second"],
        "katal": U["mole"] / U["second"],
        "gray": joule / U["kilogram"],
        "lux": U["lumen"] / U["metre2"],
    }.items():
        assert U[name].dim is unit.dim, name
        assert float(U[name]) == float(unit) == 1, name
    assert float(U["gram"]) == 1e-3
    assert float(U["molar"]) == 1e3
    assert U["liter"] == 1e-3 * U["metre3"]


def test_synonyms_and_short_names_are_one_object():
    for first, second in (
        ("amp", "ampere"),
        ("metre", "meter"),
        ("mV", "mvolt"),
        ("um2", "umeter2"),
        ("mM", "mmolar"),
    ):
        assert U[first] is U[second]
    assert U["mV"] is U["mV"]


def test_short_names():
    short = {
        "um",
        "um3",
        "kHz",
        "uF",
        "uS",
        "Mohm",
        "mm",
        "kelvin",
        "nA",
        "metre",
        "second",
        "mvolt",
        "meter",
        "uM",
        "MHz",
        "mm2",
        "nM",
        "ampere",
        "mV",
        "cmeter",
        "nS",
        "cmetre",
        "mole",
        "cm3",
        "us",
        "mA",
        "ms",
        "mS",
        "amp",
        "kilogram",
        "Hz",
        "cm",
        "pA",
        "candela",
        "um2",
        "pF",
        "kgram",
        "uA",
        "mm3",
        "pliter",
        "cm2",
        "mM",
        "nF",
    }
    assert short <= set(STANDARD_UNITS)
    assert short <= set(U)
    assert not [name for name in STANDARD_UNITS if len(name) == 1]
    assert "radian" not in STANDARD_UNITS
    assert "radian" in U


def test_words_that_are_no_units():
    for name in ("damp", "mkilogram", "V", "liter2", "celsius", "__class__"):
        assert name not in U
        with pytest.raises(KeyError):
            U[name]
    with pytest.raises(AttributeError):
        allunits.mkilogram  # noqa: B018
    assert float(allunits.damp) == 0.1


def test_units_are_constant():
    with pytest.raises(ValueError, match="read-only"):
        U["mV"][...] = 0
    unit = U["mV"]
    unit += 1 * U["mV"]
    assert float(U["mV"]) == 1e-3
    assert copy.deepcopy(U["mV"]) is U["mV"]
    again = pickle.loads(pickle.dumps(U["mV"]))  # noqa: S301
    assert (str(again), float(again), again.dim) == ("mV", 1e-3, U["volt"].dim)
    assert hash(again) == hash(U["mV"])


def test_constants():
    c = constants
    assert float(c.zero_celsius) == 273.15
    assert float(c.gas_constant) == pytest.approx(float(c.avogadro_constant * c.boltzmann_constant), rel=1e-6)
    assert float(c.faraday_constant) == pytest.approx(
        float(c.avogadro_constant * c.elementary_charge), rel=1e-6
    )
    light = float((c.electric_constant * c.magnetic_constant) ** -0.5)
    assert light == pytest.approx(299792458, rel=1e-9)
    assert (c.electric_constant * c.magnetic_constant).dim is (U["metre"] / U["second"]).dim ** -2
    # The Nernst potential of potassium at 37 degrees.
    temperature = 37 * U["kelvin"] + c.zero_celsius
    potential = c.gas_constant * temperature / c.faraday_constant * math.log(5 / 140)
    assert float(potential / U["mV"]) == pytest.approx(-89.06, abs=0.01)


def test_functions_for_the_star_import_exist():
    for name in functions.__all__:
        assert callable(getattr(functions, name))


def test_import_makes_no_unit_and_loads_no_other_layer():
    code = (
        "import sys, distsim.units as u\n"
        "from distsim.units import catalogue\n"
        "assert catalogue._make.cache_info().currsize == 0\n"
        "assert not {'numba', 'sympy', 'matplotlib', 'h5py', 'mpi4py'} & {*sys.modules}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
