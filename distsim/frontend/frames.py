"""The user's frame: where the names in strings are looked up, and where an object was made."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

_PACKAGE = __name__.partition(".")[0]


def caller_frame(level: int = 0) -> FrameType:
    """Return the innermost frame that is not of this package.

    Parameters
    ----------
    level
        How many frames further out; 1 is the caller of that frame.  Where there are fewer, the outermost.
    """
    frame = sys._getframe(1)
    while _is_inside(frame) and frame.f_back is not None:
        frame = frame.f_back
    for _ in range(level):
        if frame.f_back is None:
            break
        frame = frame.f_back
    return frame


def _is_inside(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")


def get_local_namespace(level: int = 0) -> dict[str, Any]:
    """Return the names that the caller can see: global ones, and local ones before these.

    Parameters
    ----------
    level
        How many frames further out than the user's innermost one.
    """
    frame = caller_frame(level)
    return {**frame.f_globals, **frame.f_locals}


def place_of(frame: FrameType) -> str:
    """Return file and line of a frame, for messages."""
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"
