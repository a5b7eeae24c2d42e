"""Random numbers in emitted loops: which counters make them.

A draw is a pure function of (stream of the operation, element, step, number of the draw), so it does not
matter which rank asks, in which order, or how often.  One call of the generator gives a pair of numbers;
draws of the same function are taken in pairs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from distsim.kernels.counts import binomial_table
from distsim.kernels.emit.graph import Draw, Graph
from distsim.kernels.random import NORMAL_CODE, REPEAT_SHIFT

PAIR_FUNCTIONS = {"rand": "uniform_pair", "randn": "normal_pair"}
COUNT_CODE = 255
TERMS_IN_LINE = 4


def draw_lines(graph: Graph, nodes: Iterable[int], identity: tuple[str, str], repeat: str) -> list[str]:
    """Return the lines that draw what `nodes` ask for."""
    wanted = {graph.draws[node] for node in nodes}
    pairs = sorted({(d.stream, d.function, d.number // 2) for d in wanted})
    lines = []
    for stream, function, pair in pairs:
        members = [Draw(stream, function, 2 * pair), Draw(stream, function, 2 * pair + 1)]
        targets = ", ".join(_name(d) if d in wanted else "_" for d in members)
        code = pair + (NORMAL_CODE if function == "randn" else 0)
        tag = str(code) if repeat == "0" else f"{code} | ({repeat} << {REPEAT_SHIFT})"
        lines.append(
            f"{targets} = {PAIR_FUNCTIONS[function]}(_key{stream}_0, _key{stream}_1, "
            f"{identity[0]}, {identity[1]}, _draw_step{stream}, {tag})"
        )
    return lines


def count_lines(name: str, size: int, identity: tuple[str, str], *, late: bool) -> list[str]:
    """Return the lines that draw a count by comparing one number with a cumulative table.

    The comparisons are written out: a loop over the table inside the loop over neurons would not become
    vector code.  The table's first entry is the smallest count there is.

    Parameters
    ----------
    late
        They are counts of the step before, none if there is no such step.
    """
    step = "(_step - 1)" if late else "_step"
    counters = f"{identity[0]}, {identity[1]}, {step} & 0xFFFFFFFF, {COUNT_CODE}"
    lines = [
        f"_u{name}, _ = uniform_pair(_key{name}_0, _key{name}_1, {counters})",
        f"{name} = _p{name}_0",
    ]
    for start in range(1, size, TERMS_IN_LINE):
        stop = min(start + TERMS_IN_LINE, size)
        terms = " + ".join(f"select(_u{name} >= _p{name}_{k}, 1.0, 0.0)" for k in range(start, stop))
        lines.append(f"{name} += {terms}")
    return [*lines, f"{name} = select(_alive, {name}, 0.0)"] if late else lines


def count_table(number: int, probability: float) -> NDArray[np.float64]:
    """Return the smallest binomial count, and behind it the cumulative table of those above."""
    table = binomial_table(number, probability)
    if table is None:
        raise ValueError(f"a binomial of {number} trials with probability {probability:g} needs no table")
    return np.concatenate([[float(table.first)], table.cumulative])


def _name(draw: Draw) -> str:
    return f"_{draw.function}_{draw.stream}_{draw.number}"
