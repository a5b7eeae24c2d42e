"""The plain Python run gives the compiled code's bits, and a lane's result does not depend on its place."""

import os
import re
import subprocess
import sys
from pathlib import Path

import kernel_samples
import numpy as np
import pytest

import distsim
from distsim.kernels import maths
from distsim.kernels.compile import jit

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def plain_results(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "results.npz"
    environment = os.environ | {"DISTSIM_DEBUG": "1", "PYTHONPATH": str(Path(distsim.__file__).parents[1])}
    subprocess.run(
        [sys.executable, "-W", "error", str(HERE / "kernel_samples.py"), str(path)],
        env=environment,
        check=True,
        timeout=120,
    )
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def compiled_results():
    with np.errstate(all="ignore"):
        return kernel_samples.evaluate()


def test_plain_python_gives_the_compiled_bits(plain_results, compiled_results):
    assert plain_results.keys() == compiled_results.keys()
    for name, expected in compiled_results.items():
        different = np.flatnonzero(np.ravel(plain_results[name] != expected))
        assert different.size == 0, (
            f"{name}: {different.size} of {expected.size} differ, first {different[:5]}"
        )


def loop_over(function):
    def kernel(x, out):
        for i in range(out.shape[0]):
            out[i] = function(x[i])

    return jit(kernel)


def loop_over_two(function):
    def kernel(x, y, out):
        for i in range(out.shape[0]):
            out[i] = function(x[i], y[i])

    return jit(kernel)


def vector_instructions(kernel):
    """How many instructions on whole vectors of doubles: AVX's widest registers, or SSE's packed ones."""
    (assembly,) = kernel.inspect_asm().values()
    wide = re.findall(r"^\s*v\w+p[ds]\s.*%[yz]mm", assembly, re.MULTILINE)
    return len(wide) or len(re.findall(r"^\s*\w+pd\s.*%xmm", assembly, re.MULTILINE))


WHOLE_NUMBERS = {"int_", "float64_to_bits", "float32_to_bits", "timestep"}


@pytest.mark.parametrize("name", [name for name in kernel_samples.UNARY if "bits" not in name])
def test_loop_is_vectorised_and_independent_of_place(name, compiled_results):
    x = kernel_samples.points()
    expected = compiled_results[name]
    out = np.empty(x.size, np.int64 if name in WHOLE_NUMBERS else np.float64)
    kernel = loop_over(getattr(maths, name))
    # Starting at other elements moves every number to other lanes and into the loop's remainder.
    for start in range(6):
        out[:] = 0
        kernel(x[start:], out[start:])
        assert np.array_equal(kernel_samples.bits(out[start:]), expected[start:])
    if name != "to_float64":
        assert vector_instructions(kernel) >= 2
    if name not in {"sqrt", "floor", "ceil", "sign", "absolute", "int_", "to_float64"}:
        assert vector_instructions(kernel) >= 20


@pytest.mark.parametrize("name", ["power", "floor_divide", "modulo", "timestep"])
def test_loop_over_pairs_is_vectorised_and_independent_of_place(name, compiled_results):
    x, y = np.ascontiguousarray(kernel_samples.pairs().T)
    expected = compiled_results[name]
    out = np.empty(x.size, np.int64 if name in WHOLE_NUMBERS else np.float64)
    kernel = loop_over_two(getattr(maths, name))
    for start in range(6):
        kernel(x[start:], y[start:], out[start:])
        assert np.array_equal(kernel_samples.bits(out[start:]), expected[start:])
    assert vector_instructions(kernel) >= 8
