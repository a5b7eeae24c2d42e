"""The one place that knows how functions are compiled: numba's options, LLVM's options, debug mode.

Everything that runs in a kernel is ordinary Python marked with `compiled` (called from Python) or with
`inlined` or `internal` (called from kernels).  All are handed to numba without any fast-math flag: a sum is
made in the order written and a fused multiply-add happens only where `distsim.kernels.maths.fma` is
called, so that the plain Python function computes the same bits.

Marking a function costs nothing: numba is imported when the first function has to be compiled, which is
when its machine code is not in the cache (`distsim.kernels.native`).

In debug mode (``DISTSIM_DEBUG=1`` in the environment, or `set_debug` before the modules concerned are
imported) the decorators give the Python function back.  The mode is read when a function is decorated; plain
functions may call compiled ones and still give the same bits, so choosing the mode late only makes the
functions that were imported before it opaque to a debugger.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from functools import cache, cached_property, partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from distsim.kernels.native import (
    MachineCode,
    NativeFunction,
    load_function,
    processor,
    read_code,
    write_code,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "bind",
    "cache_folder",
    "compilations",
    "compiled",
    "debugging",
    "inlined",
    "internal",
    "jit",
    "plain",
    "prepare",
    "set_debug",
]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# LLVM gives up vectorising a loop over more than a few arrays, because it would have to check at run time
# that they do not overlap; the check costs nanoseconds for each call, so the limits are raised out of reach.
LLVM_OPTIONS = (
    "--runtime-memory-check-threshold=256",
    "--memory-check-merge-threshold=512",
    "--vectorize-memory-check-threshold=512",
)


OPTIONS = {"error_model": "numpy", "fastmath": False, "boundscheck": False, "nogil": True, "_nrt": False}
"""numba's options for all functions.  Kernels own no memory, so nothing counts references (``_nrt``)."""


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


NUMBA_EXTENSIONS = ("distsim.kernels.maths.lowering", "distsim.kernels.arrays")
"""What numba has to be told before it can compile a kernel."""


@cache
def _njit() -> Callable[..., Any]:
    """Import numba, set LLVM's options (they count only before the first compilation), give `numba.njit`."""
    import llvmlite.binding  # noqa: PLC0415  (half a second that only a process that compiles pays)
    import numba  # noqa: PLC0415

    for option in LLVM_OPTIONS:
        llvmlite.binding.set_option("", option)
    for extension in NUMBA_EXTENSIONS:
        import_module(extension)
    return cast("Callable[..., Any]", numba.njit)


class KernelFunction(Generic[Parameters, Result]):
    """A function that compiled code calls, compiled with its callers.

    Parameters
    ----------
    function
        A module-level function in the subset of Python that numba compiles.
    options
        numba's, besides `OPTIONS`.

    Attributes
    ----------
    py_func
        `function`.
    dispatcher
        What numba makes of it.  Calling the object from Python calls that, for tests and one-shot code.
    """

    def __init__(self, function: Callable[Parameters, Result], options: dict[str, bool]) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self._options = options

    @cached_property
    def dispatcher(self) -> Any:
        return _njit()(**self._options, **OPTIONS)(self.py_func)

    @property
    def _numba_type_(self) -> Any:
        """Tell numba, which asks for this name when it meets the object, what to call."""
        return self.dispatcher._numba_type_

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return cast("Result", self.dispatcher(*args, **kwargs))


class CompiledFunction:
    """A function of integers that Python calls: machine code from the cache, or compiled and put there.

    Parameters
    ----------
    function
        Takes 64-bit integers only (addresses, sizes, steps) and returns one or nothing.
    """

    misses = 0
    """How many functions this process had to compile."""

    def __init__(self, function: Callable[..., int | None]) -> None:
        self.py_func = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self._parameters: int = function.__code__.co_argcount

    @cached_property
    def _path(self) -> Path:
        # A program's file is named by the hash of its text; the other modules are in the name of the folder.
        module = self.py_func.__module__.rpartition(".")[2]
        return cache_folder() / "code" / processor() / f"{module}.{self.__name__}"

    @cached_property
    def _native(self) -> NativeFunction:
        code = read_code(self._path)
        if code is None:
            code = self.compile()
            write_code(self._path, code)
        return load_function(code, self._parameters)

    def compile(self) -> MachineCode:
        """Return freshly compiled machine code."""
        from numba import int64  # noqa: PLC0415  (half a second that only a process that compiles pays)

        CompiledFunction.misses += 1
        dispatcher = _njit()(no_cfunc_wrapper=True, no_cpython_wrapper=True, **OPTIONS)(self.py_func)
        dispatcher.compile((int64,) * self._parameters)
        (result,) = dispatcher.overloads.values()
        return MachineCode(result.fndesc.llvm_func_name, result.library._get_compiled_object())

    def prepare(self) -> None:
        """Fetch or make the machine code now and not on the first call."""
        _ = self._native

    def bound(self, *first: int) -> Callable[..., int]:
        """Return a function of the other arguments, to be called by one thread at a time."""
        return self._native.bound(*first)

    def __call__(self, *arguments: int) -> int:
        return self._native.bound()(*arguments)


def _stay_plain(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    function.py_func = function  # type: ignore[attr-defined]
    return function


def compiled(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Compile a function of integers that Python calls, when it is first called.

    Returns
    -------
    Callable
        A `CompiledFunction`; in debug mode the function itself, with NumPy's floating-point warnings
        silenced while it runs, as compiled code has none.
    """
    if debugging():
        silent: Any = np.errstate(all="ignore")(function)
        silent.py_func = function
        return cast("Callable[..., int | None]", silent)
    return CompiledFunction(function)


def prepare(function: Callable[..., int | None]) -> None:
    """Fetch or make the machine code of a function marked with `compiled`; nothing to do in debug mode."""
    if isinstance(function, CompiledFunction):
        function.prepare()


def bind(function: Callable[..., Result], *first: int) -> Callable[..., Result]:
    """Return a function marked with `compiled` with its first arguments given, which is quicker to call.

    One thread at a time may call it; each makes its own.
    """
    if isinstance(function, CompiledFunction):
        return cast("Callable[..., Result]", function.bound(*first))
    return partial(function, *first)


def compilations() -> int:
    """Return how many functions this process has compiled because their machine code was not there."""
    return CompiledFunction.misses


def internal(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that only compiled code calls, kept with its caller.

    Without the wrapper through which Python could call it, it compiles faster.
    """
    if debugging():
        return _stay_plain(function)
    return KernelFunction(function, {"no_cfunc_wrapper": True, "no_cpython_wrapper": True})


def inlined(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function that kernels call, to be inlined by LLVM before it looks for vector loops.

    The inlining is LLVM's (``alwaysinline``): numba's own, on its intermediate code, would repeat type
    inference for every call and makes compilation slow.
    """
    if debugging():
        return _stay_plain(function)
    return KernelFunction(function, {"forceinline": True})


def jit(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Compile a function for whatever arguments it is called with, for this process only."""
    if debugging():
        return _stay_plain(function)
    return cast("Callable[Parameters, Result]", _njit()(**OPTIONS)(function))


def plain(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Return the Python function behind a compiled, inlined or plain one."""
    return cast("Callable[Parameters, Result]", getattr(function, "py_func", function))
