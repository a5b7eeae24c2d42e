"""The mathematical functions of the language for kernels: branch-free, vectorised, the same bits anywhere.

LLVM turns a loop over these into vector instructions because they contain no branch, no call and no
conversion that AVX2 lacks; and since nothing but IEEE operations and explicit fused multiply-adds is used,
a result depends neither on its place in the loop, nor on the processor, nor on whether the function was
compiled at all (the bits of a NaN excepted).  All take any number and compute in doubles.

The errors in the docstrings were measured against mpmath over the whole range; `tests/kernels` holds the
functions to them.
"""

from distsim.kernels.maths.exponential import bernoulli, exp, expm1, exprel
from distsim.kernels.maths.hyperbolic import cosh, sinh, tanh
from distsim.kernels.maths.logarithm import log, log1p, log10
from distsim.kernels.maths.power import power
from distsim.kernels.maths.primitives import (
    absolute,
    bits_to_float32,
    bits_to_float64,
    ceil,
    copysign,
    float32_to_bits,
    float64_to_bits,
    floor,
    fma,
    select,
    sqrt,
    to_float64,
    to_int64,
    to_word,
)
from distsim.kernels.maths.rounding import (
    clip,
    floor_divide,
    floor_divide_int,
    int_,
    modulo,
    modulo_int,
    sign,
    timestep,
    to_single,
)
from distsim.kernels.maths.trigonometric import LARGEST_ANGLE, arccos, arcsin, arctan, cos, sin, tan

__all__ = [
    "LARGEST_ANGLE",
    "absolute",
    "arccos",
    "arcsin",
    "arctan",
    "bernoulli",
    "bits_to_float32",
    "bits_to_float64",
    "ceil",
    "clip",
    "copysign",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "exprel",
    "float32_to_bits",
    "float64_to_bits",
    "floor",
    "floor_divide",
    "floor_divide_int",
    "fma",
    "int_",
    "log",
    "log1p",
    "log10",
    "modulo",
    "modulo_int",
    "power",
    "select",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "timestep",
    "to_float64",
    "to_int64",
    "to_single",
    "to_word",
]
