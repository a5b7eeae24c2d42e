"""Arrays from addresses, compiled and plain."""

import re

import numpy as np
import pytest

from distsim.kernels import maths, memory
from distsim.kernels.compile import jit

MAKERS = {
    np.float64: memory.float64_at,
    np.float32: memory.float32_at,
    np.int64: memory.int64_at,
    np.int32: memory.int32_at,
    np.uint32: memory.uint32_at,
    np.uint16: memory.uint16_at,
    np.uint8: memory.uint8_at,
    np.bool_: memory.bool_at,
}


@pytest.mark.parametrize("element", MAKERS)
@pytest.mark.parametrize("run", [jit, lambda kernel: kernel])
def test_kernel_reads_and_writes_the_memory(element, run):
    make = MAKERS[element]

    def kernel(table, n):
        x = make(table[0], n)
        y = make(table[1], n)
        for i in range(n):
            y[n - 1 - i] = x[i]

    x = np.random.default_rng(0).integers(0, 200, 37).astype(element)
    y = np.zeros(37, element)
    run(kernel)(np.array([memory.address_of(x), memory.address_of(y)]), 37)
    assert np.array_equal(y, x[::-1])


def test_plain_index_outside_is_refused():
    x = np.arange(5.0)
    view = memory.float64_at(memory.address_of(x), 5)
    for index in (-1, 5, np.int64(-5), np.uint32(7)):
        with pytest.raises(IndexError, match="outside an array of 5"):
            view[index]
        with pytest.raises(IndexError, match="outside an array of 5"):
            view[index] = 0.0
    with pytest.raises(IndexError):
        view[1:3][2]


def test_plain_elements_have_the_types_that_kernels_compute_in():
    single = np.array([0.1], np.float32)
    view = memory.float32_at(memory.address_of(single), 1)
    assert type(view[0]) is np.float64
    assert view[0] == np.float64(single[0])
    small = np.array([200], np.uint8)
    view = memory.uint8_at(memory.address_of(small), 1)
    assert view[0] + 100 == 300
    view[0] = 300
    assert small[0] == 300 - 256
    flags = np.array([True])
    assert memory.bool_at(memory.address_of(flags), 1)[0] is True


def test_empty_arrays():
    assert memory.int32_at(0, 0).shape == (0,)


@pytest.mark.parametrize("array", [np.zeros(6)[::2], np.zeros(3, ">f8"), np.zeros((3, 2)).T])
def test_address_of_what_a_kernel_cannot_read(array):
    with pytest.raises(ValueError, match="contiguous"):
        memory.address_of(array)


def many_arrays(table, n):
    a = memory.float64_at(table[0], n)
    b = memory.float64_at(table[1], n)
    c = memory.float64_at(table[2], n)
    d = memory.float64_at(table[3], n)
    e = memory.float64_at(table[4], n)
    f = memory.float64_at(table[5], n)
    g = memory.float64_at(table[6], n)
    h = memory.float64_at(table[7], n)
    j = memory.float32_at(table[8], n)
    k = memory.int32_at(table[9], n)
    m = memory.bool_at(table[10], n)
    q = memory.int64_at(table[11], n)
    r = memory.float64_at(table[12], n)
    s = memory.float64_at(table[13], n)
    t = memory.float64_at(table[14], n)
    for i in range(n):
        x = maths.exp(a[i] - b[i]) * c[i]
        y = d[i] * e[i] + x
        f[i] = y
        a[i] = x
        b[i] = maths.select(m[i], x, y)
        c[i] = maths.to_float64(q[i]) + g[i]
        d[i] = h[i] + maths.to_float64(k[i])
        e[i] = r[i] * s[i]
        j[i] = x
        m[i] = x > y
        t[i] = x - y


def test_loop_over_fifteen_arrays_is_vectorised():
    n = 1000
    types = [np.float64] * 8 + [np.float32, np.int32, np.bool_, np.int64] + [np.float64] * 3
    arrays = [(np.random.default_rng(1).random(n) * 3).astype(kind) for kind in types]
    kernel = jit(many_arrays)
    kernel(np.array([memory.address_of(array) for array in arrays]), n)
    (assembly,) = kernel.inspect_asm().values()
    packed = re.findall(r"^\s*v\w+pd\s.*%[yz]mm", assembly, re.MULTILINE)
    packed = packed or re.findall(r"^\s*\w+pd\s.*%xmm", assembly, re.MULTILINE)
    assert len(packed) > 30
    assert np.array_equal(arrays[14], arrays[0] - arrays[5])


def test_prefetch_changes_nothing():
    def kernel(x, index):
        memory.prefetch(x, index)

    for element in (np.float32, np.float64):
        x = np.ones(4, element)
        for run in (jit(kernel), kernel):
            run(x, 10**9)
        assert x.sum() == 4
