"""The resolved model: the YAML text of what was really simulated, which can be run again as it is.

Templates and tables are expanded, values from the command line are in their places, and constants and sizes
are numbers.  Where the results go is left out: it is no part of the model.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
import yaml

from distsim.equations import expression_of_value, render
from distsim.units import DIMENSIONLESS, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.config.document import Data
    from distsim.network import Constant, Network


def resolved_text(data: dict[str, Data], constants: Mapping[str, Constant], network: Network) -> str:
    """Return the expanded data of a model file, with values filled in, as YAML."""
    result = copy.deepcopy(data)
    result["name"] = network.name
    if constants:
        result["constants"] = {name: constant_data(constant) for name, constant in constants.items()}
    sizes = {population.name: population.size for population in network.populations}
    for section in ("populations", "inputs"):
        entries = result.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if isinstance(entry, dict) and name in sizes:
                entry["N"] = sizes[name]
    run = result["run"]
    assert isinstance(run, dict)  # noqa: S101 (the schema has seen to it)
    run.pop("output", None)
    run["seed"] = network.seed
    return yaml.dump(result, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def constant_data(constant: Constant) -> str | int | float | bool:
    """Return a constant as YAML data that evaluates to exactly the same value."""
    if constant.dimension is not DIMENSIONLESS:
        return render(expression_of_value(Quantity(constant.value, dim=constant.dimension)))
    if isinstance(constant.value, float) and not np.isfinite(constant.value):
        return "inf" if constant.value > 0 else "-inf"
    return constant.value


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, and no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(number))


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)
