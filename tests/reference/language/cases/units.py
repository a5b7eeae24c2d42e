"""Units and quantities."""

from SIMULATOR import *

import copy
import pickle

from language_cases import case, raising


@case("2 quantities")
def arithmetic():
    R, current = 550 * Mohm, 2 * nA
    V = R * current
    return {
        "V": V,
        "ratio": V / mV,
        "plain": type(V / mV) in (float, numpy.float64),
        "sum": V + 3 * mV - 1 * volt,
        "negative": -V,
        "absolute": abs(-V),
        "power": V**2,
        "inverse": 1 / R,
        "remainder": (7 * mV) % (2 * mV),
        "floor": (7 * mV) // (2 * mV),
        "comparison": V > 1 * volt,
        "equality": 1000 * mV == 1 * volt,
    }


@case("2 quantities")
def quantities_are_arrays():
    q = [[1, 2], [3, 4]] * mV
    return {
        "is array": isinstance(q, numpy.ndarray),
        "base values": numpy.asarray(q),
        "item": q[1, 0],
        "slice": q[:, 1],
        "mask": q[q > 2 * mV],
        "shape": q.shape,
        "sum": q.sum(axis=0),
        "mean": q.mean(),
        "std": q.std(),
        "var": q.var(),
        "max": q.max(),
        "argmin": q.argmin(),
        "cumsum": q.cumsum(),
        "transposed": q.T,
        "flat": q.flatten(),
        "reshaped": q.reshape(4),
        "product": q.prod(),
        "rounded": (q * 1.3).round(3),
        "clipped": q.clip(2 * mV, 3 * mV),
        "list": numpy.asarray(q.tolist()[0][1]),
        "dot": q.dot(q),
        "iterated": [each / mV for each in q[0]],
    }


@case("2 quantities", "2 consistency errors")
def setting_items():
    q = [1, 2, 3] * mV
    q[1] = 5 * mV
    q[2:] = [7] * mV
    with raising() as wrong:
        q[0] = 3 * nA
    q[0] = 0 * mV
    return {"q": q, "wrong": wrong}


@case("2 list times unit")
def lists_times_units():
    return {
        "list": [5, 10] * ms,
        "tuple": (1, 2, 3) * nA,
        "left": ms * [5, 10],
        "nested": [[1, 2], [3, 4]] * uS,
        "array": numpy.arange(3) * mV,
        "ratio": [1, 2] / ms,
        "of quantities": Quantity([1 * mV, 2 * volt]),
        "range": numpy.array(range(3)) * Hz,
    }


@case("2 base units")
def base_units():
    names = "amp ampere kilogram second metre meter mole kelvin candela kilogramme".split()
    return {name: 2 * globals()[name] for name in names if name in globals()}


@case("2 derived units")
def derived_units():
    names = """volt siemens ohm farad hertz coulomb joule watt pascal molar liter litre gram gramme newton becquerel
    msiemens nfarad Gohm Tohm pamp kwatt ujoule mcoulomb khertz mmetre umetre cmetre cmeter""".split()
    return {name: 2.0 * globals()[name] if name in globals() else "missing" for name in names}


@case("2 derived units")
def radian_is_understood_in_strings():
    G = NeuronGroup(1, "angle : radian\nturned = angle*2/radian : 1\nspeed : radian/second")
    G.angle = 3
    return {"turned": G.turned[:], "has a name": "radian" in globals()}


@case("2 short names")
def short_names():
    names = """mV mA uA nA pA pF uF nF nS uS mS ms us Hz kHz MHz cm cm2 cm3 mm mm2 mm3 um um2 um3 mM uM nM
    V A S s m F""".split()
    return {name: 1.5 * globals()[name] if name in globals() else "missing" for name in names}


@case("2 unit powers")
def powers():
    return {
        "capacity": 1 * uF / cm**2,
        "area": 3 * um2,
        "inverse": 2 * mV**-1,
        "root": (10 * mV) ** 0.5,
        "sqrt": sqrt(4 * mV**2),
        "dimensionless exponent": (2 * mV) ** (4 * mV / (2 * mV)),
        "array": ([1, 4, 9] * ms) ** 0.5,
        "third": (8 * um3) ** (1 / 3),
    }


@case("2 unit powers", "2 consistency errors")
def exponent_with_dimensions():
    with raising() as error:
        (2 * mV) ** (1 * mV)
    with raising() as array_exponent:
        (2 * mV) ** numpy.array([1, 2])
    return {"error": error, "array": array_exponent}


@case("2 strip by division")
def stripping_by_division():
    x = [1, 2] * mV / mV
    G = NeuronGroup(3, "v : volt")
    G.v = [1, 2, 3] * mV
    stripped = G.v / mV
    return {
        "x": x,
        "plain": type(x) is numpy.ndarray,
        "v": stripped,
        "v plain": type(stripped) is numpy.ndarray,
    }


@case("2 strip by suffix")
def stripping_by_suffix():
    G = NeuronGroup(3, "dv/dt = 0*volt/second : volt", method="euler")
    G.v_ = [1, 2, 3]
    G.v_[1] = 0.5
    M = StateMonitor(G, "v", record=True)
    run(0.2 * ms)
    return {
        "v": G.v[:],
        "v_": G.v_[:],
        "t_": M.t_[:],
        "M.v_": M.v_,
        "dt_": defaultclock.dt_,
        "t": defaultclock.t_,
    }


@case("2 strip by array")
def stripping_by_array():
    q = [1, 2] * mV
    shared, copied = numpy.asarray(q), numpy.array(q)
    q[0] = 5 * mV
    with raising() as error:
        float([1, 2] * mV)
    return {"shared": shared, "copied": copied, "float": float(3 * mV), "int": int(2500 * mV), "error": error}


@case("2 consistency errors")
def mismatches():
    results = {}
    attempts = {
        "add": lambda: 3 * mV + 1,
        "add currents": lambda: 3 * mV + 1 * nA,
        "subtract": lambda: 3 * mV - 2 * second,
        "compare": lambda: 3 * mV < 1,
        "compare units": lambda: 3 * mV >= 2 * nA,
        "equal": lambda: 3 * mV == 3e-3,
        "compare with nan": lambda: 3 * mV < nan,
        "minus infinity": lambda: 3 * mV - inf,
        "exponential": lambda: exp(3 * mV),
        "sine": lambda: sin([1, 2] * ms),
        "in place": lambda: ([1, 2] * mV).__iadd__(1 * nA),
        "arange": lambda: arange(1 * mV, 3 * mV, 1 * nA),
        "linspace": lambda: linspace(1 * mV, 3 * nA, 3),
        "clip": lambda: clip([1, 2] * mV, 0 * nA, 1 * mV),
    }
    for name, attempt in attempts.items():
        try:
            results[name] = attempt()
        except Exception as error:
            results[name] = type(error).__name__
    return results


@case("2 consistency errors")
def zero_and_infinity():
    return {
        "plus zero": 3 * mV + 0,
        "zero minus": 0 - 3 * mV,
        "positive": 3 * mV > 0,
        "finite": 3 * mV < inf,
        "array": [1, -1] * mV > 0,
        "sum of list": sum([1 * mV, 2 * mV]),
    }


@case("2 numpy functions")
def functions_of_numpy():
    q = [3, 1, 2] * mV
    return {
        "mean": mean(q),
        "std": std(q),
        "var": var(q),
        "sum": sum(q),
        "max": max(q),
        "min": min(q),
        "diff": diff(q),
        "cumsum": cumsum(q),
        "linspace": linspace(0 * mV, 10 * mV, 5),
        "arange": arange(0 * ms, 1 * ms, 0.25 * ms),
        "arange of numbers": arange(4),
        "where": where(q > 1.5 * mV),
        "where with values": where(q > 1.5 * mV, q, 0 * mV),
        "dot": dot(q, [1, 2, 3] * nS),
        "clip": clip(q, 1.5 * mV, 2.5 * mV),
        "sqrt": sqrt(q * q),
        "abs": abs(-q),
        "ravel": ravel(q),
        "diagonal": diagonal([[1, 2], [3, 4]] * mV),
        "trace": trace([[1, 2], [3, 4]] * mV),
        "prod": prod(q),
        "ptp": ptp(q),
        "zeros_like": zeros_like(q),
        "ones_like": ones_like(q),
        "sorted": sort(q / mV),
        "argsort": argsort(q),
        "exp": exp(q / mV),
        "arctan": arctan(q / (1 * mV)),
        "item": (3 * mV).item(),
        "searchsorted": searchsorted([1, 2, 3] * ms, 2.5 * ms),
        "nonzero": nonzero([0, 1, 2] * mV),
        "unwrapped": isinstance(mean([1.0, 2.0]), float),
    }


@case("2 in-place")
def in_place_operations():
    q = [1, 2] * mV
    alias = q
    q += 1 * mV
    q *= 2
    scalar = 3 * mV
    other = scalar
    scalar += 1 * mV
    with raising() as dimension:
        q *= 2 * mV
    with raising() as sum_:
        q += 1 * nA
    return {"q": q, "alias": alias, "same": alias is q, "scalar": scalar, "other": other, "sum": sum_}


@case("2 printing")
def printing():
    values = {
        "voltage": 3 * mV,
        "product": 5 * mV * nS,
        "inverse": 1 / ms,
        "resistivity": 100 * ohm * cm,
        "zero": 0 * mV,
        "small": 1e-7 * volt,
        "large": 12345 * volt,
        "third": (1 / 3) * mV,
        "array": [1, 2.5, 3] * mV,
        "mixed": [0.001, 1000] * mV,
        "nested": [[1, 2], [3, 4]] * nA,
        "capacity": 1 * uF / cm**2,
        "frequency": 15 * Hz,
        "unit": mV,
        "siemens": 30 * nS,
        "time": 0.1 * ms,
        "area": 20000 * umetre**2,
        "negative": -70 * mV,
        "root": (10 * mV) ** 0.5,
        "second": 2 * second,
        "dimensionless": 3 * mV / mV,
    }
    return {f"{name} {form.__name__}": form(value) for name, value in values.items() for form in (str, repr)}


@case("2 formatting")
def formatting():
    tau, g = 12.5 * ms, 1 * nS
    return {
        "f-string": f"{tau}",
        "percent": "%s" % tau,
        "in_unit": g.in_unit(siemens),
        "in_unit precision": (1.23456789 * mV).in_unit(volt, precision=3),
        "in_best_unit": in_best_unit(0.123456 * volt, precision=3),
        "in_unit function": in_unit(3 * mV, volt, 4),
        "method": (0.00123456 * volt).in_best_unit(precision=2),
    }


@case("2 helpers")
def helpers():
    with raising() as error:
        fail_for_dimension_mismatch(3 * mV, 1 * nA, "Not the same")
    return {
        "same": have_same_dimensions(3 * mV, 1 * volt),
        "different": have_same_dimensions(3 * mV, 1),
        "dimensionless": is_dimensionless(3 * mV / volt),
        "not dimensionless": is_dimensionless(3 * mV),
        "dimensions": str(get_dimensions(3 * mV)),
        "equal dimensions": get_dimensions(1 * mV) == get_dimensions(2 * volt),
        "from dimensions": Quantity([1, 2], dim=volt.dim),
        "with_dimensions": Quantity(2, dim=amp.dim),
        "error": error,
        "unit": isinstance(mV, Unit),
        "unit is a quantity": isinstance(mV, Quantity),
        "get_unit": get_unit(volt.dim),
    }


@case("2 helpers")
def dimension_mismatch():
    with raising() as error:
        3 * mV + 1 * nA
    return {"error": error, "class": DimensionMismatchError.__name__}


@case("2 helpers")
def new_units():
    bar = 100000 * pascal
    register_new_unit(pfarad / mmetre**2)
    return {"bar": bar, "shown": str(3 * pfarad / mmetre**2)}


@case("2 check_units")
def checked_functions():
    @check_units(I=amp, R=ohm, wait=second, result=volt)
    def voltage(I, R, wait=0 * second, **k):
        return I * R

    @check_units(u=volt, result=lambda u: u**2)
    def square(u):
        return u**2

    @check_units(a=None, b="a", result=bool)
    def smaller(a, b):
        return a < b

    @check_units(a=1, flag=bool)
    def plain(a, flag):
        return a

    results = {
        "voltage": voltage(1 * nA, R=1 * Mohm),
        "square": square(2 * mV),
        "smaller": smaller(1 * mV, 2 * mV),
    }
    with raising() as results["argument"]:
        voltage(1 * nA, 1 * siemens)
    with raising() as results["missing unit"]:
        voltage(1, 1 * ohm)
    with raising() as results["other"]:
        smaller(1 * mV, 2 * nA)
    with raising() as results["flag"]:
        plain(1, 5)
    with raising() as results["dimensionless"]:
        plain(1 * mV, True)
    return results


@case("2 check_units")
def checked_result():
    @check_units(result=second)
    def duration(value):
        return value

    with raising() as error:
        duration(1 * volt)
    return {"right": duration(3 * ms), "error": error}


@case("2 temperatures")
def temperatures():
    from SIMULATOR.units.constants import zero_celsius

    T = 27 * kelvin + zero_celsius
    return {"T": T}


@case("2 pickling")
def pickled_and_copied():
    q = [1, 2] * mV
    loaded = pickle.loads(pickle.dumps(q))
    return {
        "loaded": loaded,
        "copy": copy.copy(q),
        "deep": copy.deepcopy(q),
        "scalar": pickle.loads(pickle.dumps(3 * nA)),
        "same dimension": loaded.dim is q.dim,
        "deep dimension": copy.deepcopy(q).dim is q.dim,
        "unit": pickle.loads(pickle.dumps(mV)) * 2.0,
    }
