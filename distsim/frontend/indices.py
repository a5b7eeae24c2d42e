"""``G.indices[...]``: the numbers of the elements that an index means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distsim.driver import current_session
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
            return numbers_where(self._group, item, ExternalNames.of_caller())
        numbers, _ = self._group._numbers(item)
        return np.arange(len(self._group)) if numbers is None else numbers


def numbers_where(group: VariableOwner, condition: str, external: ExternalNames) -> NDArray[np.int64]:
    """Return the numbers of the elements for which a condition holds."""
    code = group._reader().condition(condition, external)
    selection = group._selection()
    holds = current_session().read(selection, code.expression, code.namespace)
    return np.flatnonzero(np.broadcast_to(holds, (len(group),))).astype(np.int64)
