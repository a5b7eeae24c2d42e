"""``G.indices[...]``: the numbers of the elements that an index means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.frontend.expressions import ExternalNames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from distsim.frontend.group import VariableOwner


class IndexWrapper:
    """Gives the numbers of elements of a group.

    Parameters
    ----------
    group
        The group.
    """

    def __init__(self, group: VariableOwner) -> None:
        self._group = group

    def __getitem__(self, item: Any) -> NDArray[np.int64]:
        if isinstance(item, str):
            external = ExternalNames.of_caller()
            code = self._group._reader().condition(item, external)
            return self._group._where(code.expression, code.namespace)
        numbers, _ = self._group._numbers(item)
        return np.arange(len(self._group)) if numbers is None else numbers
