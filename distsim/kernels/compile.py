"""The one place that knows how functions are compiled: numba's options, LLVM's options, debug mode.

Everything that runs in a kernel is ordinary Python marked with `compiled` (called from Python) or
`inlined` (called from kernels).  Both hand the function to numba, without any fast-math flag: a sum is
made in the order written and a fused multiply-add happens only where `distsim.kernels.maths.fma` is
called, so that the plain Python function computes the same bits.

In debug mode (``DISTSIM_DEBUG=1`` in the environment, or `set_debug` before the modules concerned are
imported) the decorators give the Python function back and numba is not imported.  The mode is read when
a function is decorated; plain functions may call compiled ones and still give the same bits, so choosing
the mode late only makes the functions that were imported before it opaque to a debugger.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["cache_folder", "compiled", "debugging", "inlined", "internal", "plain", "set_debug"]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# LLVM gives up vectorising a loop over more than a few arrays, because it would have to check at run time
# that they do not overlap; the check costs nanoseconds for each call, so the limits are raised out of reach.
LLVM_OPTIONS = (
    "--runtime-memory-check-threshold=256",
    "--memory-check-merge-threshold=512",
    "--vectorize-memory-check-threshold=512",
)


OPTIONS = {"error_model": "numpy", "fastmath": False, "boundscheck": False, "nogil": True}
"""numba's options for all functions."""


class _Mode:
    """Whether functions decorated from now on stay plain Python."""

    debug = os.environ.get("DISTSIM_DEBUG", "") not in {"", "0"}


def debugging() -> bool:
    """Return whether functions decorated now stay plain Python."""
    return _Mode.debug


def set_debug(enabled: bool) -> None:
    """Choose whether functions decorated from now on stay plain Python."""
    _Mode.debug = enabled


@cache
def cache_folder() -> Path:
    """Return the folder of emitted sources and machine code.

    It is named by everything that compiled code depends on besides its own source (numba looks only at
    the file of a function, not at the modules it calls), so a new version never meets stale code.  The
    environment variable ``DISTSIM_CACHE`` moves it.
    """
    root = os.environ.get("DISTSIM_CACHE")
    base = Path(root) if root else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "distsim"
    digest = hashlib.blake2b(digest_size=8)
    for part in (sys.version, np.__version__, version("numba"), version("llvmlite"), platform.machine()):
        digest.update(part.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return base / digest.hexdigest()


@cache
def _jit() -> Callable[..., Any]:
    """Import numba, set LLVM's options (they count only before the first compilation), give `numba.njit`."""
    import llvmlite.binding  # noqa: PLC0415  (half a second that debug mode and the parsers do not pay)
    import numba  # noqa: PLC0415

    for option in LLVM_OPTIONS:
        llvmlite.binding.set_option("", option)
    config: Any = numba.config
    config.CACHE_DIR = str(cache_folder() / "numba")
    return cast("Callable[..., Any]", numba.njit)


def _stay_plain(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    function.py_func = function  # type: ignore[attr-defined]
    return function


def compiled(function: Callable[Parameters, Result], *, cached: bool = True) -> Callable[Parameters, Result]:
    """Compile a function that Python calls, on its first call.

    Parameters
    ----------
    function
        A module-level function in the subset of Python that numba compiles.
    cached
        Keep the machine code on disk; the key is the source file's time and size, not what it imports.

    Returns
    -------
    Callable
        The compiled function, with the original as its ``py_func``; in debug mode the original, with
        NumPy's floating-point warnings silenced while it runs, as compiled code has none.
    """
    if debugging():
        silent: Any = np.errstate(all="ignore")(function)
        silent.py_func = function
        return cast("Callable[Parameters, Result]", silent)
    decorate = _jit()(cache=cached, no_cfunc_wrapper=True, **OPTIONS)
    return cast("Callable[Parameters, Result]", decorate(function))


def internal(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that only compiled code calls, kept with its caller.

    Without the wrapper through which Python could call it, it compiles faster.
    """
    if debugging():
        return _stay_plain(function)
    options = {"no_cfunc_wrapper": True, "no_cpython_wrapper": True, **OPTIONS}
    return cast("Callable[Parameters, Result]", _jit()(**options)(function))


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that kernels call, to be inlined by LLVM before it looks for vector loops.

    The inlining is LLVM's (``alwaysinline``): numba's own, on its intermediate code, would repeat type
    inference for every call and makes compilation slow.
    """
    if debugging():
        return _stay_plain(function)
    return cast("Callable[Parameters, Result]", _jit()(forceinline=True, **OPTIONS)(function))


def plain(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Return the Python function behind a compiled, inlined or plain one."""
    return cast("Callable[Parameters, Result]", getattr(function, "py_func", function))
