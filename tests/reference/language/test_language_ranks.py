"""Every case of the reference suite gives the same on any number of ranks, to the bit."""

import json
from pathlib import Path

import pytest
from accepted_differences import ACCEPTED

PROGRAM = Path(__file__).parent / "rank_cases.py"


@pytest.fixture(scope="module")
def digests(request):
    """Return the digests of all cases on a number of ranks; they are made once for each number."""
    known = {}

    def of_ranks(ranks, mpirun):
        if ranks not in known:
            finished = mpirun(ranks, ["-m", "distsim", PROGRAM], timeout=900, env={"MPLBACKEND": "Agg"})
            assert finished.returncode == 0, finished.stderr[-4000:]
            (line,) = [each for each in finished.stdout.splitlines() if each.startswith("DIGESTS ")]
            known[ranks] = json.loads(line.removeprefix("DIGESTS "))
        return known[ranks]

    return of_ranks


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("ranks", [2, 3])
def test_results_do_not_depend_on_the_ranks(ranks, digests, mpirun):
    alone, together = digests(1, mpirun), digests(ranks, mpirun)
    assert set(alone) == set(together)
    assert {name for name, digest in together.items() if digest != alone[name]} == set()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_case_fails(digests, mpirun):
    failed = {name for name, digest in digests(1, mpirun).items() if digest == "failed"}
    assert failed <= set(ACCEPTED)
