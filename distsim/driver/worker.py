"""What every rank does with a command; the driver's own rank works, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from distsim.comm.protocol import Communicator
from distsim.driver.commands import Build, Close, Collect, Command, Load, Open, Run, Stop
from distsim.driver.interrupts import Interrupts, RunStoppedError
from distsim.engine.recorder import FileRecorder
from distsim.engine.simulation import Simulation, silent
from distsim.kernels.program_file import StepFunctions, load_program, write_program
from distsim.kernels.warm_up import warm_up
from distsim.recording import OutputDirectory, Provenance, RecordingError, WriterKind, peak_rss

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RankReport:
    """What one rank has done."""

    synapses: int
    synaptic_events: int
    spikes: dict[str, int]
    compilations: int
    exchanges: int
    epoch_steps: int
    peak_rss_bytes: int


@dataclass(slots=True)
class Worker:
    """One rank: the state that commands act on.

    Attributes
    ----------
    stopped_at
        Simulated time at which a signal has ended the run early [s], the same on all ranks; else None.
    """

    communicator: Communicator
    progress: Callable[[int], None] = silent
    functions: StepFunctions | None = None
    simulation: Simulation | None = None
    recorder: FileRecorder | None = None
    output: Path | None = None
    run_seconds: float = field(default=0.0)
    stopped_at: float | None = None

    def execute(self, command: Command) -> Any:
        """Do what a command says.  Collective."""
        match command:
            case Load():
                self.functions = self._load(command)
            case Build(plan):
                self.simulation = Simulation(plan, self.communicator, _done(self.functions, Load))
            case Open():
                self._open(command)
            case Run(steps):
                self._run(steps)
            case Collect():
                return self.communicator.gather(self._report())
            case Close():
                with self._writing():
                    _done(self.recorder, Open).close()
            case Stop(exit_code):
                return exit_code
        return None

    def _load(self, command: Load) -> StepFunctions:
        try:
            path = write_program(command.source)
        except OSError as error:
            raise RecordingError(
                f"cannot keep the compiled model: {error}; the environment variable DISTSIM_CACHE names "
                "another folder for it"
            ) from error
        if self.communicator.node_leader:
            functions = load_program(path, command.user_functions)
            warm_up(command.functions)
            self.communicator.node_barrier()
            return functions
        self.communicator.node_barrier()
        return load_program(path, command.user_functions)

    def _open(self, command: Open) -> None:
        simulation = _done(self.simulation, Build)
        network = simulation.plan.network
        output = OutputDirectory.open(command.output, self.communicator, overwrite=command.overwrite)
        provenance = Provenance(network.seed, self.communicator.size, command.resolved)
        self.output = output.path
        with self._writing():
            self.recorder = FileRecorder.open(simulation, output, provenance, WriterKind(command.writer))

    def _run(self, steps: int) -> None:
        simulation, recorder = _done(self.simulation, Build), _done(self.recorder, Open)
        interrupts = Interrupts(self.communicator)

        def advance(step: int) -> None:
            self.progress(step)
            interrupts.check()

        self.communicator.barrier()
        start = perf_counter()
        try:
            with self._writing(), interrupts.noting():
                simulation.run(steps, recorder, advance)
        except RunStoppedError:
            # All ranks are here, at the end of the same epoch.
            self.stopped_at = simulation.step * simulation.plan.program.dt
            with self._writing():
                simulation.record(recorder)
                recorder.abort()
        except BaseException as error:
            if self.communicator.size == 1:
                self._keep_recording(error)
            raise
        self.run_seconds += perf_counter() - start

    def _keep_recording(self, error: BaseException) -> None:
        """Leave what a run that failed has recorded; a rank with others could not tell where they are."""
        simulation, recorder = _done(self.simulation, Build), _done(self.recorder, Open)
        # What the run failed of may be what fails here again, and is what the user has to see.
        with suppress(Exception):
            if isinstance(error, FloatingPointError):
                # Found between two steps, so the current window is whole.
                simulation.record(recorder)
            recorder.abort()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Name the output folder where the file system fails."""
        try:
            yield
        except OSError as error:
            reason = error if error.filename is not None else error.strerror or error
            raise RecordingError(f"cannot write the results to {self.output}: {reason}") from error

    def _report(self) -> RankReport:
        simulation = _done(self.simulation, Build)
        return RankReport(
            synapses=simulation.synapses,
            synaptic_events=simulation.synaptic_events,
            spikes=simulation.counters.spikes,
            compilations=_done(self.functions, Load).compilations,
            exchanges=simulation.counters.exchanges,
            epoch_steps=simulation.epoch,
            peak_rss_bytes=peak_rss(),
        )


def _done(result: T | None, command: type) -> T:
    """Return what an earlier command has made."""
    if result is None:
        raise RuntimeError(f"the command {command.__name__} has to come first")
    return result


def worker_loop(communicator: Communicator) -> int:
    """Carry out the driver's commands until told to stop; return the exit code."""
    worker = Worker(communicator)
    while True:
        command: Command = communicator.wait_for_broadcast()
        result = worker.execute(command)
        if isinstance(command, Stop):
            return int(result)
