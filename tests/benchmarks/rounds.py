"""In which order simulators run: each in turn, so that what slows a machine for a while slows all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from measurement import Kind, Measurement, Run
from processes import RunFailedError
from runner import Runner
from works import BASELINE, Case

BASELINE_REPEATS = 1


def run_cases(cases: Sequence[Case], runners: Sequence[Runner], repeats: int) -> Iterator[Run]:
    """Measure every case in every simulator that has it, `repeats` times; yield each run when it is done."""
    for case in cases:
        yield from _run_case(case, [each for each in runners if each.can_run(case)], repeats)
    for run in _run_case(BASELINE, runners, BASELINE_REPEATS, Kind.BASELINE):
        if run.kind is Kind.BASELINE:
            yield run


def _run_case(case: Case, runners: Sequence[Runner], repeats: int, kind: Kind = Kind.TIMED) -> Iterator[Run]:
    """Prepare all simulators, then run one after the other in every round; who fails once is left out."""
    able = []
    for runner in runners:
        run = _attempt(runner, case, Kind.COLD, 1, partial(runner.prepare, case))
        if run.error is None:
            able.append(runner)
        if run.error is not None or run.measurement is not None:
            yield run
    for seed in range(1, repeats + 1):
        for runner in tuple(able):
            run = _attempt(runner, case, kind, seed, partial(runner.run, case, seed))
            if run.error is not None:
                able.remove(runner)
            yield run


def _attempt(
    runner: Runner, case: Case, kind: Kind, seed: int, work: Callable[[], Measurement | None]
) -> Run:
    measurement, error = None, None
    try:
        measurement = work()
    except RunFailedError as failure:
        error = str(failure)
    return Run(case.work.name, case.size, case.seconds, runner.contestant, kind, seed, measurement, error)
