"""The decorators: what they keep callable, and that no fused multiply-add appears unasked."""

import os
import subprocess
import sys
from functools import partial

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
    function = compiling.jit(add_product)
    assert function(a, a, c) == 0 == add_product(a, a, c)
    assert maths.fma(a, a, c) == 2.0**-60
    x = np.full(64, a)
    out = np.empty(64)

    def kernel(x, out):
        for i in range(out.shape[0]):
            out[i] = x[i] * x[i] + c

    compiling.jit(kernel)(x, out)
    assert not out.any()


def test_sums_are_made_in_order():
    def total(x):
        result = 0.0
        for i in range(x.shape[0]):
            result += x[i]
        return result

    x = np.random.default_rng(0).random(1001) * 10.0 ** np.random.default_rng(1).integers(-8, 8, 1001)
    assert compiling.jit(total)(x) == total(x)


def test_the_python_function_is_kept():
    for mark in (compiling.jit, compiling.inlined, compiling.compiled):
        assert compiling.plain(mark(add_product)) is add_product
    assert compiling.plain(add_product) is add_product


def test_division_by_zero_gives_infinity():
    def divide(a, b):
        return a / b

    assert compiling.jit(divide)(1.0, 0.0) == np.inf


@pytest.mark.usefixtures("debug_mode")
def test_debug_mode_gives_the_function_back():
    assert compiling.debugging()
    assert compiling.inlined(add_product) is add_product
    function = compiling.compiled(add_product)
    assert compiling.plain(function) is add_product
    # warnings, which pytest makes errors of, are silenced
    assert function(np.float64(1e308), np.float64(1e308), 0.0) == np.inf


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "cache_folder", lambda: tmp_path)
    return tmp_path


def fresh_function():
    def product_of_integers(a, b):
        return a * b

    return compiling.compiled(product_of_integers)


def test_machine_code_is_compiled_once(own_cache):
    before = compiling.compilations()
    assert fresh_function()(6, -7) == -42
    assert compiling.compilations() == before + 1
    assert fresh_function()(1 << 40, 3) == 3 << 40
    assert compiling.compilations() == before + 1
    (kept,) = (file for file in own_cache.rglob("*") if file.is_file())
    assert kept.name.endswith(".product_of_integers")


def test_damaged_machine_code_is_replaced(own_cache):
    fresh_function()(1, 1)
    (kept,) = (file for file in own_cache.rglob("*") if file.is_file())
    whole = kept.read_bytes()
    for damaged in (whole[:-1], whole[:10], b"", whole[:200] + b"\x00" + whole[201:]):
        kept.write_bytes(damaged)
        before = compiling.compilations()
        assert fresh_function()(5, 5) == 25
        assert compiling.compilations() == before + (damaged != whole)
        assert len(kept.read_bytes()) == len(whole)


def test_cached_machine_code_runs_without_numba(tmp_path):
    program = (
        "import sys, numpy as np\n"
        "from distsim.kernels.sorting import counting_sort\n"
        "from distsim.kernels.random import fill_normal\n"
        "out = np.empty(3); fill_normal((1, 2), (3, 4, 5, 6), out)\n"
        "print(counting_sort(np.array([2, 0, 1], np.int32), 3)[1].tolist(), out[0], 'numba' in sys.modules)"
    )
    environment = {**os.environ, "DISTSIM_CACHE": str(tmp_path), "DISTSIM_DEBUG": ""}
    run = partial(subprocess.run, check=True, capture_output=True, text=True, env=environment, timeout=120)
    cold, warm = (run([sys.executable, "-c", program]).stdout.split() for _ in range(2))
    assert cold[-1] == "True"
    assert warm == [*cold[:-1], "False"]
