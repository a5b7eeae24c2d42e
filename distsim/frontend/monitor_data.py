"""What monitors hold: arrays that grow from run to run, appended to in pieces and joined when they are
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Arrays of the same length, by name.

    Parameters
    ----------
    empty
        An array without rows for each name, of the right type and shape.
    """

    def __init__(self, empty: Mapping[str, NDArray[Any]]) -> None:
        self._pieces: dict[str, list[NDArray[Any]]] = {name: [array] for name, array in empty.items()}

    def append(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add rows."""
        for name, pieces in self._pieces.items():
            pieces.append(np.asarray(arrays[name], dtype=pieces[0].dtype))

    def __getitem__(self, name: str) -> NDArray[Any]:
        pieces = self._pieces[name]
        if len(pieces) > 1:
            pieces[:] = [np.concatenate(pieces)]
        return pieces[0]

    def names(self) -> Iterable[str]:
        """Return the names."""
        return self._pieces

    def all(self) -> dict[str, NDArray[Any]]:
        """Return all arrays."""
        return {name: self[name] for name in self._pieces}

    def replace(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Hold these arrays, or nothing for the names that are missing."""
        for name, pieces in self._pieces.items():
            pieces[:] = (
                [np.asarray(arrays[name], dtype=pieces[0].dtype)] if name in arrays else [self[name][:0]]
            )
