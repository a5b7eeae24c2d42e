"""Every kernel function at thousands of points; run as a program in debug mode to get plain Python's bits.

DISTSIM_DEBUG=1 python kernel_samples.py results.npz
"""

import sys
from itertools import product

import numpy as np

from distsim.kernels import counts, maths, memory, random
from distsim.kernels.compile import jit
from distsim.kernels.maths.trigonometric import sine_and_cosine

INF, NAN = np.inf, np.nan
SPECIAL = [
    *(0.0, -0.0, INF, -INF, NAN, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308),
    *(-1.7976931348623157e308, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e-17, -1e-17, 1e-8, 22.0, -40.0),
    *(0.6931471805599453, 709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412),
    *(716.3, 717.0, 2.0**46, 2.0**52, 2.0**53, 2.0**63, -(2.0**63), 4503599627370497.5, 1e300, -1e300),
    *(1.5707963267948966, 3.141592653589793, 0.7071067811865476, 1.4142135623730951, 1.0000000000000002),
    *(0.9999999999999999, 2.5, -2.5, 1e22),
]

UNARY = [
    "exp",
    "expm1",
    "exprel",
    "bernoulli",
    "log",
    "log1p",
    "log10",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "sqrt",
    "floor",
    "ceil",
    "sign",
    "absolute",
    "int_",
    "to_float64",
    "float64_to_bits",
    "float32_to_bits",
]
BINARY = ("power", "floor_divide", "modulo", "timestep", "copysign")
INTEGER_BINARY = ("floor_divide_int", "modulo_int")
INTEGERS = [
    0,
    1,
    -1,
    2,
    3,
    -3,
    7,
    -7,
    10,
    255,
    2**31,
    -(2**31),
    2**32 + 1,
    2**53 + 1,
    10**15 + 7,
    2**62 + 12345,
    -(2**63),
    2**63 - 1,
]


def points(count: int = 400) -> np.ndarray:
    """Special values and numbers of every size and sign."""
    generator = np.random.default_rng(20261123)
    return np.concatenate(
        [
            SPECIAL,
            generator.uniform(-3, 3, count),
            generator.uniform(-750, 750, count),
            np.exp2(generator.uniform(-1074, 1024, count)) * generator.choice([-1.0, 1.0], count),
            1.0 + np.exp2(generator.uniform(-52, -1, count)) * generator.choice([-1.0, 1.0], count),
        ]
    )


def pairs() -> np.ndarray:
    """Pairs of numbers, shape (n, 2)."""
    generator = np.random.default_rng(7)
    special = np.array(list(product(SPECIAL[:18], SPECIAL)))
    usual = np.column_stack([generator.uniform(-20, 20, 400), generator.uniform(-5, 5, 400)])
    return np.concatenate([special, usual, np.column_stack([points(100), points(100)[::-1]])])


def counters() -> np.ndarray:
    """Keys and counters, shape (n, 6)."""
    generator = np.random.default_rng(3)
    return np.concatenate(
        [np.zeros((1, 6), np.int64), np.full((1, 6), 2**32 - 1), generator.integers(0, 2**32, (300, 6))]
    )


def bits(values: list) -> np.ndarray:
    """The results' bits, every NaN the same."""
    array = np.array(values)
    if array.dtype.kind != "f":
        return array.astype(np.int64)
    array = array.astype(np.float64)
    array[np.isnan(array)] = np.nan
    return array.view(np.int64)


def mixed_kernel(table, n):
    """A kernel as the emitter writes them: arrays of several types from a table of addresses."""
    v = memory.float64_at(table[0], n)
    w = memory.float32_at(table[1], n)
    k = memory.int32_at(table[2], n)
    active = memory.bool_at(table[3], n)
    out = memory.float64_at(table[4], n)
    code = memory.uint8_at(table[5], n)
    total = memory.int64_at(table[6], n)
    ids = memory.uint32_at(table[7], n)
    delay = memory.uint16_at(table[8], n)
    for i in range(n):
        x = maths.exp(v[i]) * w[i] + k[i] / (delay[i] - 300)
        out[i] = maths.select(active[i], x, random.normal(ids[i], 7, k[i] & 255, 0, i, 0))
        w[i] = out[i] * 1.1
        code[i] = ids[i] + k[i]
        total[i] += maths.int_(out[i] * 1e3) * 3 + ids[i] * ids[i]
        active[i] = out[i] > v[i]
        ids[i] = ids[i] * 3
        delay[i] = delay[i] + k[i]
        memory.prefetch(w, i + 100000)


def run_mixed_kernel() -> dict[str, np.ndarray]:
    """The arrays after `mixed_kernel`."""
    n = 301
    generator = np.random.default_rng(5)
    arrays = [
        generator.uniform(-5, 5, n),
        generator.random(n).astype(np.float32),
        generator.integers(-1000, 1000, n).astype(np.int32),
        generator.random(n) < 0.5,
        np.zeros(n),
        np.zeros(n, np.uint8),
        np.arange(n),
        generator.integers(0, 2**32, n).astype(np.uint32),
        np.arange(n).astype(np.uint16) + np.uint16(150),
    ]
    table = np.array([memory.address_of(array) for array in arrays])
    jit(mixed_kernel)(table, n)
    return {f"mixed_{i}": array for i, array in enumerate(arrays)}


def evaluate() -> dict[str, np.ndarray]:
    """The bits of every function at every point, one call at a time from Python."""
    results = {}
    values = points().tolist()
    # Python floats are turned into NumPy's, which do not raise on division by zero.
    for name in UNARY:
        function = getattr(maths, name)
        results[name] = bits([function(np.float64(x)) for x in values])
    for name in BINARY:
        function = getattr(maths, name)
        results[name] = bits([function(x, y) for x, y in pairs()])
    for name in INTEGER_BINARY:
        function = getattr(maths, name)
        results[name] = bits([function(x, y) for x in INTEGERS for y in INTEGERS])
    results["clip"] = bits([maths.clip(*each) for each in product(SPECIAL[:12], repeat=3)])
    results["fma"] = bits([maths.fma(*each) for each in product(SPECIAL[:24], repeat=3)])
    results["from_int"] = bits([maths.to_float64(x) for x in INTEGERS])
    some = counters().tolist()
    results["philox"] = bits([random.philox(*each) for each in some])
    results["uniform_pair"] = bits([random.uniform_pair(*each) for each in some])
    results["normal_pair"] = bits([random.normal_pair(*each) for each in some])
    results["sine_and_cosine"] = bits([sine_and_cosine(x, 1e-18) for x in np.linspace(-0.8, 0.8, 101)])
    uniforms = [random.uniform(*each) for each in some]
    means = [0.0, -1.0, 0.1, 3.0, 31.9, 32.1, 1e3, 1e9]
    results["poisson_variate"] = bits(
        [
            counts.poisson_variate(u, 8.0 * u - 4.0, mean)
            for u in [*uniforms, 0.0, 1 - 2**-53]
            for mean in means
        ]
    )
    ids = np.arange(500, dtype=np.uint32)
    for name, fill in (("fill_uniform", random.fill_uniform), ("fill_normal", random.fill_normal)):
        out = np.empty(500)
        fill((123, 2**32 - 1), (ids, 3, 2**32 - 2, 0), out)
        results[name] = bits(out)
    results.update(run_mixed_kernel())
    return results


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        np.savez(sys.argv[1], **evaluate())
    if "numba" in sys.modules:
        sys.exit("numba was imported in debug mode")
