"""What quantities, units and dimensions look like in print."""

import numpy as np
import pytest

from distsim.units import (
    Quantity,
    Unit,
    display,
    format_dimension,
    format_quantity,
    get_best_unit,
    get_dimensions,
    get_unit,
    in_best_unit,
    in_unit,
    register_new_unit,
    units_by_name,
)

U = units_by_name()
mV = U["mV"]
nA = U["nA"]
nS = U["nS"]
ms = U["ms"]
us = U["us"]
pF = U["pF"]
uF = U["uF"]
cm = U["cm"]
um = U["um"]
mM = U["mM"]
amp = U["amp"]
ohm = U["ohm"]
volt = U["volt"]
second = U["second"]
siemens = U["siemens"]
metre = U["metre"]
kelvin = U["kelvin"]
kilogram = U["kilogram"]
gram = U["gram"]
molar = U["molar"]
mole = U["mole"]
joule = U["joule"]
liter = U["liter"]


@pytest.mark.parametrize(
    ("value", "text", "code"),
    [
        (3 * mV, "3. mV", "3. * mvolt"),
        (2 * amp * 550 * ohm, "1.1 kV", "1.1 * kvolt"),
        (5 * mV * nS, "5. pA", "5. * pamp"),
        (100 * ohm * cm, "1. m^3 kg s^-3 A^-2", "1. * metre ** 3 * kilogram * second ** -3 * amp ** -2"),
        (1 / ms, "ms^-1", "msecond ** -1"),
        (10 / ms, "10. kHz", "10. * khertz"),
        (999 * mV, "0.999 V", "0.999 * volt"),
        (0.1 * ms, "100. us", "100. * usecond"),
        (500 * ms, "0.5 s", "0.5 * second"),
        (281 * pF, "281. pF", "281. * pfarad"),
        (1 * cm, "10. mm", "10. * mmetre"),
        (100 * um**2, "100. um^2", "100. * umetre2"),
        (30 * cm**2, "3000. mm^2", "3000. * mmetre2"),
        (1 * kilogram, "1. kg", "1. * kilogram"),
        (999 * kilogram, "0.999 Mg", "0.999 * Mgram"),
        (2 * mM, "2. mM", "2. * mmolar"),
        (1 * liter, "0.001 m^3", "0.001 * metre3"),
        (12345.6789 * mV, "12.3456789 V", "12.3456789 * volt"),
        (5 * nA * ms, "5. pC", "5. * pcoulomb"),
        (300 * kelvin, "300. K", "300. * kelvin"),
        (2 * joule / kelvin, "2. J/K", "2. * joule / kelvin"),
        (0 * mV, "0. V", "0. * volt"),
        (np.nan * mV, "nan V", "nan * volt"),
        (np.inf * mV, "inf V", "inf * volt"),
        ([1, 2] * mV, "[1. 2.] mV", "array([1., 2.]) * mvolt"),
        ([0, 5] * mV, "[0. 5.] mV", "array([0., 5.]) * mvolt"),
        ([np.nan, 1] * mV, "[nan  1.] mV", "array([nan,  1.]) * mvolt"),
        ([0.001, 5] * mV, "[1.e+00 5.e+03] uV", "array([1.e+00, 5.e+03]) * uvolt"),
        ([] * mV, "[] V", "array([], dtype=float64) * volt"),
        (mV, "mV", "mvolt"),
        (uF / cm**2, "uF/(cm^2)", "ufarad / (cmetre ** 2)"),
        (volt / (amp * metre), "V/(A m)", "volt / (amp * metre)"),
        (mV**-1, "mV^-1", "mvolt ** -1"),
        (U["mmetre3"], "mm^3", "mmetre3"),
        (Quantity(3), "3.", "Quantity(3.)"),
    ],
)
def test_text_and_code(value, text, code):
    assert str(value) == text
    assert repr(value) == code


def test_print_scale_keeps_the_value():
    for exponent in range(-26, 27):
        value = 3 * 10.0**exponent * volt
        number, symbol = str(value).split()
        scale = U["volt" if symbol == "V" else symbol[:-1] + "volt"]
        assert float(number) * float(scale) == pytest.approx(float(value))


def test_formatting():
    assert f"{3 * mV}" == "3. mV"
    assert f"{3.14159 * mV:.2f}" == "3.14 mV"
    assert f"{mV:>4}" == "  mV"
    assert (1 * nS).in_unit(siemens) == "1.e-09 S"
    assert in_unit(1 * nS, nS) == "1. nS"
    assert in_best_unit(1.23456 * mV, precision=3) == "1.235 mV"
    assert (3 * mV).in_unit(mV, python_code=True) == "3. * mvolt"
    assert format_quantity(0.003, volt.dim) == "3. mV"
    with pytest.raises(TypeError, match="cannot express"):
        (3 * mV).in_unit(second)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3 * mV, "V"),
        (3, "1"),
        (1 / second, "Hz"),
        (siemens / metre**2, "S/m^2"),
        (amp / metre**2, "A/m^2"),
        (volt / second, "V/s"),
        (ohm * metre, "ohm*m"),
        (volt * volt, "V^2"),
        (metre / second, "m/s"),
        (second**-0.5, "s^-0.5"),
        (molar, "mol/m^3"),
        (gram, "kg"),
        (joule / mole, "J/mol"),
        (joule / mole / kelvin, "m^2*kg/s^2/K/mol"),
    ],
)
def test_units_in_messages(value, text):
    assert format_dimension(get_dimensions(value)) == text


def test_unit_of_a_dimension():
    assert get_unit(get_dimensions(3 * mV)) is volt
    assert get_unit(molar.dim * volt.dim) == 1 * mole * volt / metre**3
    assert get_best_unit(3 * mV, 5 * mV) is U["mvolt"]
    assert float(get_unit(molar)) == 1


def test_register_new_unit():
    unit = uF / cm**2
    value = 0.03 * U["farad"] / metre**2
    assert str(value) == "0.03 m^-4 kg^-1 s^4 A^2"
    try:
        register_new_unit(unit)
        assert str(value) == "3. uF/(cm^2)"
    finally:
        display._registered.clear()
    with pytest.raises(TypeError):
        register_new_unit(3 * mV)


def test_own_unit():
    knot = Unit(1852 / 3600, (metre / second).dim, "knot", "kn")
    assert str(knot) == "kn"
    assert (10 * knot).in_unit(knot) == "10. kn"
