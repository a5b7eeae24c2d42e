"""The decorators: what they keep callable, and that no fused multiply-add appears unasked."""

import numpy as np
import pytest

from distsim.kernels import compile as compiling
from distsim.kernels import maths


def add_product(a, b, c):
    return a * b + c


@pytest.fixture
def debug_mode():
    compiling.set_debug(True)
    yield
    compiling.set_debug(False)


def test_products_and_sums_are_not_contracted():
    # (1 + 2^-30)^2 - (1 + 2^-29) is 2^-60, and 0 if the product is rounded first
    a, c = 1 + 2.0**-30, -(1 + 2.0**-29)
    function = compiling.compiled(add_product, cached=False)
    assert function(a, a, c) == 0 == add_product(a, a, c)
    assert maths.fma(a, a, c) == 2.0**-60
    x = np.full(64, a)
    out = np.empty(64)

    def kernel(x, out):
        for i in range(out.shape[0]):
            out[i] = x[i] * x[i] + c

    compiling.compiled(kernel, cached=False)(x, out)
    assert not out.any()


def test_sums_are_made_in_order():
    def total(x):
        result = 0.0
        for i in range(x.shape[0]):
            result += x[i]
        return result

    x = np.random.default_rng(0).random(1001) * 10.0 ** np.random.default_rng(1).integers(-8, 8, 1001)
    assert compiling.compiled(total, cached=False)(x) == total(x)


def test_the_python_function_is_kept():
    for mark in (lambda f: compiling.compiled(f, cached=False), compiling.inlined):
        assert compiling.plain(mark(add_product)) is add_product
    assert compiling.plain(add_product) is add_product


def test_division_by_zero_gives_infinity():
    def divide(a, b):
        return a / b

    assert compiling.compiled(divide, cached=False)(1.0, 0.0) == np.inf


@pytest.mark.usefixtures("debug_mode")
def test_debug_mode_gives_the_function_back():
    assert compiling.debugging()
    assert compiling.inlined(add_product) is add_product
    function = compiling.compiled(add_product)
    assert compiling.plain(function) is add_product
    # warnings, which pytest makes errors of, are silenced
    assert function(np.float64(1e308), np.float64(1e308), 0.0) == np.inf
