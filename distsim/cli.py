"""The command line: ``python -m distsim MODEL ...`` and ``distsim run MODEL ...``.

Under MPI every rank starts here with the same arguments, but only rank 0 reads them; the others wait for
its commands.  Imports are made where they are needed: rank 0 has no use for numba while it reads a model
with a mistake in it, and the other ranks have none for YAML or pydantic at all.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from distsim import __version__
from distsim.comm import LaunchError, install_abort_hook, world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from distsim.comm.protocol import Communicator
    from distsim.driver.dry_run import Assumptions

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

_DESCRIPTION = "Run a spiking-neuron model, written as equations with units, on any number of MPI ranks."
_EPILOG = """other commands:
  distsim run MODEL ...    the same as distsim MODEL ...
  distsim SCRIPT.py ...    run a Python script once; what it simulates is shared by all ranks
  distsim schema           print the JSON Schema of model files, for editors

under MPI:
  mpirun -n 4 python -m distsim MODEL ...
"""


class UsageError(ValueError):
    """The options do not fit together."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on this rank; **collective** under MPI.

    Parameters
    ----------
    arguments
        The same on every rank; by default those of the process.

    Returns
    -------
    int
        Exit code: 0, 2 for input that cannot be used, or 130 for a run that a signal has stopped.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if "--debug" in arguments:
        # The kernels read it when they are imported, on every rank.
        os.environ["DISTSIM_DEBUG"] = "1"
    try:
        communicator = world()
    except LaunchError as error:
        # Every process raises it, for none of them knows of the others; one has to say so.
        if not error.launcher_rank:
            sys.stderr.write(_complaint(error))
        return EXIT_BAD_INPUT
    install_abort_hook(communicator)
    try:
        if communicator.rank > 0:
            from distsim.driver import worker_loop  # noqa: PLC0415 (start-up time of rank 0)

            return worker_loop(communicator)
        exit_code = _drive(communicator, arguments)
    except _bad_input_errors() as error:
        # The other ranks may be anywhere: waiting for this one, or raising the same error.
        if communicator.size > 1:
            communicator.abort(EXIT_BAD_INPUT, _complaint(error))
        sys.stderr.write(_complaint(error))
        _leave_unclosable_files(error)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        if communicator.size > 1:
            raise
        sys.stderr.write("distsim: interrupted\n")
        return EXIT_INTERRUPTED
    if communicator.size > 1:
        from distsim.driver import stop_workers  # noqa: PLC0415 (start-up time)

        stop_workers(communicator, exit_code)
    return exit_code


def _drive(communicator: Communicator, arguments: list[str]) -> int:
    """Do on rank 0 what the arguments ask for.

    What is wrong with the arguments or the model file is found while the other ranks wait for their first
    command, and is said here; errors of the work itself propagate.
    """
    try:
        work = _read(communicator, arguments)
    except SystemExit as stop:
        # argparse has said what is wrong, or has printed the help.
        return stop.code if isinstance(stop.code, int) else EXIT_BAD_INPUT
    except _bad_input_errors() as error:
        sys.stderr.write(_complaint(error))
        return EXIT_BAD_INPUT
    return work()


def _bad_input_errors() -> tuple[type[Exception], ...]:
    """Return the errors that a user can mend; called only once something has been raised."""
    from distsim.config.errors import ConfigError  # noqa: PLC0415 (start-up time)
    from distsim.equations import EquationError  # noqa: PLC0415
    from distsim.network.errors import ModelError  # noqa: PLC0415
    from distsim.recording.errors import RecordingError  # noqa: PLC0415
    from distsim.units import DimensionMismatchError  # noqa: PLC0415

    from_model = (ConfigError, ModelError, EquationError, DimensionMismatchError, MemoryError)
    return (UsageError, *from_model, RecordingError)


def _leave_unclosable_files(error: Exception) -> None:
    """End the process here if HDF5 would crash when the interpreter ends; see `WriteError`."""
    from distsim.recording.errors import WriteError  # noqa: PLC0415 (start-up time)

    if isinstance(error, WriteError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(EXIT_BAD_INPUT)


def _complaint(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    if isinstance(error, MemoryError):
        lines[0] = f"not enough memory for this model: {lines[0]}"
    if len(lines) == 1:
        return f"distsim: error: {lines[0]}\n"
    return "\n".join(["distsim: error:", *(f"  {line}" for line in lines)]) + "\n"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="distsim",
        usage="%(prog)s [run] MODEL [options]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # A shortened option would mean something else once another is added; --debug is looked for by name.
        allow_abbrev=False,
    )
    parser.add_argument(
        "model", metavar="MODEL", help="model file (.yaml), or a script (.py) and its arguments"
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        help="folder for the results (default: results/NAME of the model)",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        dest="assignments",
        action="append",
        default=[],
        type=_assignment,
        help="replace a value of the model: KEY is a path such as run.duration, or the name of a constant",
    )
    parser.add_argument("--seed", metavar="N", type=_seed, help="seed of all random numbers")
    parser.add_argument(
        "--debug", action="store_true", help="run the emitted code as plain Python, checked after every step"
    )
    parser.add_argument(
        "--balance",
        metavar="DIR",
        type=Path,
        help="give ranks neurons by the times of the ranks of an earlier run, whose results are in DIR",
    )
    parser.add_argument(
        "--phases", action="store_true", help="time the delivery of spikes by itself, also on one rank"
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be built, and stop")
    parser.add_argument("--ranks", metavar="N", type=_positive, help="with --dry-run: for this many ranks")
    parser.add_argument(
        "--measured",
        metavar="DIR",
        type=Path,
        help="with --dry-run: predict the speed from the results of a run with --phases",
    )
    parser.add_argument(
        "--latency",
        metavar="TIME",
        type=_seconds,
        help="with --measured: the time of one small collective (default: 15*us)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar, no summary")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the results that the output folder holds"
    )
    parser.add_argument("--version", action="version", version=f"distsim {__version__}")
    return parser


def _read(communicator: Communicator, arguments: list[str]) -> Callable[[], int]:
    """Return what is to be done, the arguments and the model file having been read and found right."""
    if arguments[:1] == ["schema"]:
        _schema_parser().parse_args(arguments[1:])
        return _print_schema
    arguments = arguments[1:] if arguments[:1] == ["run"] else arguments
    script = find_script(arguments)
    if script is not None:
        return _read_script(communicator, arguments[:script], arguments[script:])
    options = build_parser().parse_args(arguments)
    _check_options(options, communicator.size)
    logging.basicConfig(
        level=logging.WARNING if options.quiet else logging.INFO, format="%(levelname)s %(message)s"
    )

    from distsim import config  # noqa: PLC0415 (start-up time of the other ranks)

    model = config.load(options.model, options.assignments, seed=options.seed, output=options.output)
    settings = dataclasses.replace(
        model.run,
        debug=options.debug,
        quiet=options.quiet,
        overwrite=options.overwrite,
        phases=options.phases,
        balance=options.balance,
    )

    def work() -> int:
        from distsim import driver  # noqa: PLC0415 (numba is not needed to find a mistake in a model)

        if options.dry_run:
            assumed = _assumptions(options)
            text = driver.dry_run(model.network, options.ranks or communicator.size, assumed)
            sys.stdout.write(text.rstrip("\n") + "\n")
        else:
            try:
                driver.run_model(communicator, model.network, settings, model.resolved)
            except driver.InterruptedRunError as stop:
                sys.stderr.write(f"distsim: {stop}\n")
                return EXIT_INTERRUPTED
        return 0

    return work


def _assumptions(options: argparse.Namespace) -> Assumptions | None:
    """Return what the speed is predicted from, if it is to be."""
    if options.measured is None:
        return None
    from distsim.driver.dry_run import Assumptions  # noqa: PLC0415 (start-up time)
    from distsim.recording import OutputDirectory, Summary  # noqa: PLC0415

    run = Summary.read(OutputDirectory(options.measured).summary)
    return Assumptions(run) if options.latency is None else Assumptions(run, options.latency)


def find_script(arguments: Sequence[str]) -> int | None:
    """Return where the script stands among the arguments, None if there is none.

    All that comes after a script is the script's own; before it, only options without a value make sense.
    """
    for place, argument in enumerate(arguments):
        if not argument.startswith("-"):
            return place if argument.endswith(".py") else None
    return None


def _read_script(
    communicator: Communicator, options: Sequence[str], script: Sequence[str]
) -> Callable[[], int]:
    """Return what runs a script once, here, with all ranks at its service."""
    parser = argparse.ArgumentParser(
        prog="distsim",
        usage="%(prog)s [run] [--debug] SCRIPT.py [arguments of the script]",
        allow_abbrev=False,
    )
    parser.add_argument("--debug", action="store_true")
    debug = parser.parse_args(options).debug or "--debug" in script
    if debug and communicator.size > 1:
        raise UsageError(f"--debug runs in one process, but there are {communicator.size} ranks")
    path = Path(script[0])
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")

    def work() -> int:
        from distsim.driver.script import run_script  # noqa: PLC0415 (start-up time)

        return run_script(communicator, path, [each for each in script[1:] if each != "--debug"])

    return work


def _check_options(options: argparse.Namespace, ranks: int) -> None:
    if options.ranks is not None and not options.dry_run:
        raise UsageError("--ranks only goes with --dry-run; a run takes its number of ranks from mpirun -n")
    if options.balance is not None and options.dry_run:
        raise UsageError("--balance only goes with a run")
    if options.measured is not None and not options.dry_run:
        raise UsageError("--measured only goes with --dry-run")
    if options.latency is not None and options.measured is None:
        raise UsageError("--latency only goes with --measured")
    if options.debug and ranks > 1:
        raise UsageError(
            f"--debug runs in one process, but there are {ranks} ranks; start it without mpirun "
            "(results do not depend on the number of ranks)"
        )


def _schema_parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog="distsim schema", description="Print the JSON Schema of model files.")


def _print_schema() -> int:
    from distsim import config  # noqa: PLC0415 (start-up time of the other ranks)

    sys.stdout.write(json.dumps(config.schema(), indent=2) + "\n")
    return 0


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form KEY=VALUE")
    return key.strip(), value.strip()


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None


def _seed(text: str) -> int:
    value = _whole_number(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError("the seed must be from 0 to 2**63 - 1")
    return value


def _seconds(text: str) -> float:
    from distsim.equations import EquationError, evaluate_quantity  # noqa: PLC0415 (start-up time)
    from distsim.units import DimensionMismatchError, is_dimensionless, units_by_name  # noqa: PLC0415

    try:
        ratio = evaluate_quantity(text) / units_by_name()["second"]
    except (EquationError, DimensionMismatchError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not is_dimensionless(ratio) or not 0 <= float(ratio) < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a time, such as 15*us")
    return float(ratio)


def _positive(text: str) -> int:
    value = _whole_number(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value
