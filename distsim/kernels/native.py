"""Machine code kept in files: numba writes it once, LLVM's linker loads it without numba.

Importing numba and unpickling its own cache takes most of a second, on every rank and in every run.  What a
kernel needs of it, once compiled, is the object code; so that is what is kept, and only the process that
compiles ever imports numba.  A function here takes and returns nothing but 64-bit integers (addresses, sizes,
steps), which is the C calling convention on every platform.

Files are named by function, source and processor, written under another name and renamed, and carry a digest
of their content: whatever is found under the final name is whole.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["MachineCode", "NativeFunction", "load_function", "processor", "read_code", "write_code"]

DIGEST_SIZE = 16


@dataclass(frozen=True, slots=True)
class MachineCode:
    """One compiled function with everything that it calls.

    Parameters
    ----------
    symbol
        Its name in the object code.
    code
        An object file as LLVM writes it.
    """

    symbol: str
    code: bytes


@cache
def processor() -> str:
    """Return a short name of this processor and its instruction sets."""
    import llvmlite.binding as llvm  # noqa: PLC0415  (debug mode does not pay for loading LLVM)

    name: str = llvm.get_host_cpu_name()
    features = llvm.get_host_cpu_features().flatten()
    return f"{name}-{hashlib.blake2b(features.encode(), digest_size=4).hexdigest()}"


def read_code(path: Path) -> MachineCode | None:
    """Return what `write_code` has left at `path`, or None if there is nothing usable."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, body = content[:DIGEST_SIZE], content[DIGEST_SIZE:]
    if hashlib.blake2b(body, digest_size=DIGEST_SIZE).digest() != digest:
        return None
    symbol, _, code = body.partition(b"\n")
    return MachineCode(symbol.decode(), code)


def write_code(path: Path, function: MachineCode) -> None:
    """Keep machine code at `path`; readers see all of it or nothing."""
    body = function.symbol.encode() + b"\n" + function.code
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(hashlib.blake2b(body, digest_size=DIGEST_SIZE).digest() + body)
    os.replace(temporary, path)  # noqa: PTH105  (the name is a string already)


@cache
def _linker() -> Any:
    """Return what puts object code into memory; it lives as long as the process, and so does the code."""
    import llvmlite.binding as llvm  # noqa: PLC0415  (debug mode does not pay for loading LLVM)

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def load_function(function: MachineCode, parameters: int) -> NativeFunction:
    """Return machine code that Python can call; other threads run while it does.

    Parameters
    ----------
    parameters
        How many integers the function takes.
    """
    import llvmlite.binding as llvm  # noqa: PLC0415  (debug mode does not pay for loading LLVM)

    linker = _linker()
    linker.add_object_file(llvm.ObjectFileRef.from_data(function.code))
    linker.finalize_object()
    address = linker.get_function_address(function.symbol)
    # numba's convention: where to put the result, where to put an exception, then the arguments.
    integers = [ctypes.c_int64] * parameters
    call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *integers)(address)
    return NativeFunction(function.symbol, call)


@dataclass(frozen=True, slots=True)
class NativeFunction:
    """Machine code in memory.

    Parameters
    ----------
    name
        For messages.
    call
        Takes the address of the result, that of an exception, and the arguments; returns 0 if all went well.
    """

    name: str
    call: Callable[..., int]

    def bound(self, *first: int) -> Callable[..., int]:
        """Return a function of the other arguments, to be called by one thread at a time.

        Its result is 0 if the machine code returns nothing.
        """
        call, name = self.call, self.name
        result, exception = ctypes.c_int64(), ctypes.c_void_p()
        fixed = (ctypes.byref(result), ctypes.byref(exception), *first)

        def run(*others: int) -> int:
            if call(*fixed, *others):
                raise RuntimeError(f"the compiled function {name} has failed")
            return result.value

        return run
