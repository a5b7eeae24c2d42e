"""Handing the spikes of an earlier run to ring buffers and queues that have been made anew.

The steps of the past are gone through one by one: a step's spikes are handed over, then what arrives in that
step is thrown away, for the earlier run has used it.  What remains is what was still under way, added up in
the order in which it would have been without the break.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distsim.engine.groups import Groups
from distsim.engine.plan import Plan
from distsim.kernels.emit import Attribute
from distsim.kernels.memory import address_of
from distsim.kernels.program_file import Replay
from distsim.program.synapses import AdditivePathway


def replay_history(
    plan: Plan, groups: Groups, replay: Replay, table: NDArray[np.int64], start: int, longest: int
) -> None:
    """Bring what was under way before the step `start` into the pathways.  Collective.

    Parameters
    ----------
    longest
        The longest delay of all pathways in base steps.
    """
    program, communicator = plan.program, groups.communicator
    trains = [groups.history.train(name, program.dt) for name in program.spiking]
    first = start - longest
    here = sum(int(np.sum(train.steps >= first)) for train in trains)
    if communicator.allreduce_max(here) == 0:
        return
    bounds = np.zeros(communicator.size * (len(trains) + 1), np.int64)
    for step in range(first, start):
        spikes = [train.of_step(step) for train in trains]
        message = np.concatenate([[len(neurons) for neurons in spikes], *spikes]).astype(np.int32)
        length = int(communicator.allreduce_max(len(message)))
        row = np.zeros(length, np.int32)
        row[: len(message)] = message
        rows = np.empty((communicator.size, length), np.int32)
        communicator.allgather_into(row, rows)
        replay(
            address_of(table),
            len(table),
            step,
            rows.ctypes.data,
            length,
            communicator.size,
            address_of(bounds),
            communicator.rank,
        )
        _use_up(plan, groups, step)


def _use_up(plan: Plan, groups: Groups, step: int) -> None:
    """Throw away what arrives in a step."""
    state = groups.state
    for pathway in plan.program.pathways:
        if isinstance(pathway, AdditivePathway):
            for part in pathway.parts:
                slots = state.integer(*part.port.key, Attribute.MASK) + 1
                ring = state.arrays[part.port.key].reshape(slots, -1)
                ring[step & (slots - 1)] = 0
        else:
            slots = state.integer(pathway.name, "due", Attribute.MASK) + 1
            state.arrays[pathway.name, "due_count"][step & (slots - 1)] = 0
