"""Emitted source as a file on disk, imported and compiled.

The source becomes a real module, named by the hash of its text, in a folder named by everything else it
depends on.  One process a node compiles; the others find the machine code there.  The file can be read,
stepped through and set breakpoints in.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Protocol, cast

from distsim.kernels.compile import cache_folder, compilations, prepare
from distsim.kernels.user_functions import explain_failure, register
from distsim.network import UserFunction

NO_FUNCTIONS: Mapping[str, UserFunction] = MappingProxyType({})


FUNCTIONS = ("advance", "finish", "pack", "receive", "part", "finish_part")
"""What emitted source may define for the engine to call."""


class Advance(Protocol):
    """Run turns; see `distsim.kernels.emit.steps`."""

    def __call__(self, table_at: int, size: int, first: int, stop: int, live: int, origin: int, /) -> object:
        """Run the steps from `first` to before `stop`."""


class Finish(Protocol):
    """Run the rest of a step."""

    def __call__(self, table_at: int, size: int, last: int, origin: int, /) -> object:
        """Run the rest of the step `last`."""


class Part(Protocol):
    """Run a segment of a turn."""

    def __call__(self, table_at: int, size: int, step: int, live: int, origin: int, number: int, /) -> object:
        """Run the segment `number` of the turn of `step`."""


class FinishPart(Protocol):
    """Run a segment of the rest of a step."""

    def __call__(self, table_at: int, size: int, last: int, origin: int, number: int, /) -> object:
        """Run the segment `number` of the rest of the step `last`."""


class Pack(Protocol):
    """Write a message for the other ranks."""

    def __call__(
        self, table_at: int, size: int, first: int, count: int, origin: int, message_at: int, room: int, /
    ) -> int:
        """Write the spikes of `count` steps, and return how many integers they need."""


class Receive(Protocol):
    """Hand over the spikes of an epoch."""

    def __call__(
        self,
        table_at: int,
        size: int,
        first: int,
        count: int,
        messages_at: int,
        stride: int,
        ranks: int,
        bounds_at: int,
        /,
    ) -> object:
        """Hand over the spikes of `count` steps."""


class Replay(Protocol):
    """Hand over the spikes of a step of an earlier run."""

    def __call__(
        self,
        table_at: int,
        size: int,
        step: int,
        messages_at: int,
        length: int,
        ranks: int,
        bounds_at: int,
        rank: int,
        /,
    ) -> object:
        """Hand over the spikes of `step`."""


@dataclass(frozen=True, slots=True)
class StepFunctions:
    """The compiled functions of a program.

    Parameters
    ----------
    advance, finish
        None where every step has breaks.
    pack, receive
        None where the program was written for one rank.
    replay
        Compiled only when it is called, for most runs begin without spikes under way.
    part, finish_part
        None where no step has breaks.
    path
        The emitted source.
    compilations
        How many functions had to be compiled because their machine code was not in the cache.
    """

    advance: Advance | None
    finish: Finish | None
    pack: Pack | None
    receive: Receive | None
    replay: Replay
    part: Part | None
    finish_part: FinishPart | None
    path: Path
    compilations: int


def write_program(source: str) -> Path:
    """Write emitted source to its file, unless it is there, and return the path."""
    name = hashlib.blake2b(source.encode(), digest_size=10).hexdigest()
    folder = cache_folder() / "programs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"program_{name}.py"
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(source)
        Path(temporary).replace(path)
    return path


def load_program(path: Path, user_functions: Mapping[str, UserFunction] = NO_FUNCTIONS) -> StepFunctions:
    """Import emitted source and compile its functions, or fetch them from the cache.

    Parameters
    ----------
    user_functions
        The user's functions that the source calls, by their emitted names.

    Raises
    ------
    ModelError
        If one of these cannot be compiled.
    """
    register(user_functions)
    module = _import(path)
    before = compilations()
    functions = {name: getattr(module, name, None) for name in FUNCTIONS}
    try:
        for function in functions.values():
            if function is not None:
                prepare(function)
    except Exception:
        explain_failure(user_functions)
        raise
    return StepFunctions(
        advance=cast("Advance | None", functions["advance"]),
        finish=cast("Finish | None", functions["finish"]),
        pack=cast("Pack | None", functions["pack"]),
        receive=cast("Receive | None", functions["receive"]),
        part=cast("Part | None", functions["part"]),
        finish_part=cast("FinishPart | None", functions["finish_part"]),
        replay=cast("Replay", module.replay),
        path=path,
        compilations=compilations() - before,
    )


def _import(path: Path) -> ModuleType:
    name = f"distsim_{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise ImportError(f"cannot import the emitted program {path}")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module
