"""Many more ranks than cores: the same bits as on one, by links and by allgather."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from simulation_harness import Results, simulate

from distsim.config import load

pytestmark = pytest.mark.mpi_skip  # these start mpirun themselves

HERE = Path(__file__).parent
CHAIN = HERE / "models" / "chain.yaml"
STEPS = 600


@cache
def alone() -> Results:
    return simulate(load(CHAIN).network, STEPS)


def test_the_chain_is_alive():
    spikes = alone().spikes["cells"]
    assert len(spikes) > 500
    assert alone().events > 3000


@pytest.mark.parametrize("ranks", [2, 5, 16])
def test_ranks_of_one_process(ranks):
    found = simulate(load(CHAIN).network, STEPS, ranks)
    assert found.digests() == alone().digests()
    # A rank of the line has neighbours on both sides.
    assert found.way == ("links" if ranks > 5 else "allgather")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", ["links", "allgather"])
@pytest.mark.parametrize("ranks", [4, 8, 16, 64])
def test_oversubscribed(mpirun, ranks, way):
    program = [str(HERE / "rank_digests.py"), str(CHAIN), str(STEPS), way]
    run = mpirun(ranks, program, timeout=800)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found.pop("way") == way
    assert found.pop("events") == alone().events
    assert found.pop("epoch") == alone_epoch()
    assert found == alone().digests()


def alone_epoch() -> int:
    """Return the steps between exchanges, which follow from the shortest delay alone."""
    return simulate(load(CHAIN).network, 1, 2).epoch
