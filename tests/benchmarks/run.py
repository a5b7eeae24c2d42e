"""Measure distsim beside Brian 2 and NEST.

    python tests/benchmarks/run.py --peers                          # all works, as in docs/performance.md
    python tests/benchmarks/run.py --peers --work cuba --sizes 4000 # one of them
    python tests/benchmarks/run.py --read results/benchmarks/benchmarks.json --write-docs docs/performance.md

Prints tables, and writes benchmarks.json with every single run and benchmarks.png. Ends with a non-zero code
if a run has failed, or if the activity of two simulators differs by more than chance.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from brian2_runs import BrianRunner
from distsim_runs import DistsimRunner
from machine import BUSY, describe_machine
from measurement import Run
from nest_runs import NestRunner
from page import PageError, write_page
from plot import draw
from processes import RunFailedError, find_peers
from ratios import compare
from results import Results, read_results
from rounds import run_cases
from runner import Runner
from table import show
from works import WORKS, Case

NAME = "benchmarks"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.read is not None:
        results = read_results(options.read)
    else:
        cases = choose_cases(options)
        if not cases:
            parser.error("none of the works has such a size: scales are at most 1, numbers of neurons above")
        results = Results(
            made=datetime.now(UTC).date().isoformat(),
            command=command_of(arguments),
            machine=describe_machine(),
        )
        if results.machine["load_at_start"] > BUSY:
            say("other programs are running on this machine: times will be off")
        options.out.mkdir(parents=True, exist_ok=True)
        try:
            measure(cases, options, results)
        except RunFailedError as error:
            say(f"error: {error}")
            return 1
    rows = compare(results.runs)
    show(rows, sys.stdout)
    if options.read is None:
        draw(rows, options.out / f"{NAME}.png")
    if options.write_docs is not None:
        try:
            write_page(options.write_docs, results)
        except PageError as error:
            say(f"error: {error}")
            return 2
    return int(any(row.error or row.complaints for row in rows))


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument(
        "--peers", action="store_true", help="also Brian 2 and NEST; the first time, installs them"
    )
    parser.add_argument("--work", nargs="+", choices=list(WORKS), default=list(WORKS), help="default: all")
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=float,
        help="numbers of neurons, or scales (at most 1); each work takes those that are sizes of its own",
    )
    parser.add_argument(
        "--ranks", nargs="+", type=positive, default=[1, 2], help="ranks, and threads of others"
    )
    parser.add_argument("--repeats", type=positive, default=3, help="rounds; medians are reported")
    parser.add_argument("--seconds", type=float, default=1.0, help="simulated time")
    parser.add_argument(
        "--out", type=Path, default=Path("results") / NAME, help="folder for JSON and picture"
    )
    parser.add_argument("--read", type=Path, metavar="JSON", help="take an earlier run instead of running")
    parser.add_argument("--write-docs", type=Path, metavar="PAGE", help="put tables and picture into a page")
    return parser


def positive(text: str) -> int:
    """Read a number of ranks or rounds."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def command_of(arguments: Sequence[str]) -> str:
    """Return the command without the places where results go."""
    kept = list(arguments)
    for option in ("--out", "--write-docs"):
        kept = [each for each in kept if not each.startswith(f"{option}=")]
        while option in kept:
            place = kept.index(option)
            del kept[place : place + 2]
    return shlex.join(["python", "tests/benchmarks/run.py", *kept])


def choose_cases(options: argparse.Namespace) -> list[Case]:
    """Return what is to be measured."""
    return [
        Case(work, size, options.seconds)
        for work in (WORKS[name] for name in options.work)
        for size in (options.sizes or work.sizes)
        if work.accepts(size)
    ]


def choose_runners(options: argparse.Namespace, folder: Path) -> list[Runner]:
    """Return who takes part: distsim, then the others."""
    runners: list[Runner] = [DistsimRunner(ranks, folder) for ranks in options.ranks]
    if options.peers:
        python = find_peers()
        runners += [BrianRunner(threads, python, folder) for threads in options.ranks]
        runners += [NestRunner(threads, python) for threads in options.ranks]
    return runners


def measure(cases: Sequence[Case], options: argparse.Namespace, results: Results) -> None:
    """Run all cases; after each run the file holds what there is."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        for run in run_cases(cases, choose_runners(options, Path(folder)), options.repeats):
            say(progress(run))
            results.runs.append(run)
            results.write(options.out / f"{NAME}.json")


def progress(run: Run) -> str:
    """Return a line about a run that has ended."""
    case = Case(WORKS[run.work], run.size, run.seconds)
    if run.measurement is None:
        outcome = f"failed: {run.error}"
    else:
        outcome = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in run.measurement.phases.items())
    return f"{case.title}: {run.contestant.title} ({run.kind} {run.seed}): {outcome}"


def say(text: str) -> None:
    """Write a line for the one who waits."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
