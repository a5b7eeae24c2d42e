"""What every rank does with a command; the driver's own rank works, too."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.driver.commands import (
    AddSynapses,
    Advance,
    Assign,
    Build,
    Close,
    Collect,
    Command,
    Create,
    Discard,
    Flush,
    Grant,
    LatestSpikes,
    Load,
    Open,
    Prepare,
    Read,
    Restore,
    Resume,
    Run,
    SessionCommand,
    SetLinks,
    Stop,
    Store,
)
from distsim.driver.interrupts import Interrupts, RunStoppedError
from distsim.engine.connecting import connect
from distsim.engine.groups import Groups
from distsim.engine.memory_recorder import MemoryRecorder
from distsim.engine.recorder import FileRecorder
from distsim.engine.simulation import Phases, Simulation, no_host, silent
from distsim.engine.snapshot import restore_snapshot, take_snapshot
from distsim.engine.state import State
from distsim.engine.values import assign, read
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
    exchange: str
    epoch_steps: int
    phases: Phases
    idle_calls: tuple[float, float]
    blocks: dict[str, list[int]]
    peak_rss_bytes: int


class HostFailedError(Exception):
    """A function of the script's has raised an error on the driver; the other ranks leave the run with it."""


@dataclass(slots=True)
class Worker:
    """One rank: the state that commands act on.

    Attributes
    ----------
    stopped_at
        Simulated time at which a signal has ended the run early [s], the same on all ranks; else None.
    groups
        What a script has made.
    sinks, call_host
        The monitors of a script, and its functions that are called during a run; on the driver's rank only.
    interrupted
        Whether a signal has ended the last run of the session early.
    """

    communicator: Communicator
    progress: Callable[[int], None] = silent
    functions: StepFunctions | None = None
    simulation: Simulation | None = None
    recorder: FileRecorder | None = None
    output: Path | None = None
    run_seconds: float = field(default=0.0)
    stopped_at: float | None = None
    memory: MemoryRecorder | None = None
    sinks: Mapping[str, Any] = field(default_factory=dict)
    call_host: Callable[[str, float], bool] = no_host
    interrupted: bool = False
    groups: Groups = field(init=False)

    def __post_init__(self) -> None:
        self.groups = Groups(self.communicator, State(0, 1e-4))

    def forget_script(self) -> None:
        """Keep no object of the script's alive between two runs."""
        self.sinks, self.call_host, self.progress = {}, no_host, silent
        if self.memory is not None:
            self.memory.sinks = {}

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
            case Resume():
                return command
            case _:
                return self._agreed(command)
        return None

    def _agreed(self, command: SessionCommand) -> Any:
        """Do what a script asks for; an error on any rank is raised on the driver's, and on no other.

        Commands gather what they need before they compute, so a rank that fails leaves none waiting.
        """
        result, error = None, None
        try:
            result = self._serve(command)
        except Exception as caught:  # noqa: BLE001  (raised below, by the rank that has a script to tell)
            error = caught
        # The driver's own error stays where it is: it may hold what cannot travel.
        others = self.communicator.gather(None if self.communicator.rank == 0 else _portable(error)) or []
        if self.communicator.rank == 0:
            error = error or next((each for each in others if each is not None), None)
            if error is not None:
                raise error
        return result

    def _serve(self, command: SessionCommand) -> Any:
        groups = self.groups
        match command:
            case Create(items):
                groups.create(items)
            case Discard(names):
                groups.discard(names)
            case SetLinks(population, links):
                groups.link(population, links)
            case AddSynapses(projection, call, namespace, stream, seed):
                groups.state.seed = seed
                connect(groups.tables[projection], call, namespace, stream)
                return groups.tables[projection].total
            case Assign(selection, variable, value, namespace, stream, seed):
                groups.state.seed = seed
                assign(groups, selection, variable, value, namespace, stream)
            case Read(selection, expression, namespace, shared):
                return read(groups, selection, expression, namespace, shared=shared)
            case _:
                return self._serve_run(command)
        return None

    def _serve_run(self, command: SessionCommand) -> Any:
        """Do what has to do with a run, and not with groups alone."""
        match command:
            case Prepare(plan, start):
                functions = _done(self.functions, Load)
                self.simulation = Simulation(plan, self.communicator, functions, self.groups, start)
                self.memory = MemoryRecorder(self.sinks)
            case Advance(steps):
                return self._advance(steps)
            case Flush():
                _done(self.simulation, Prepare).record(_done(self.memory, Prepare))
            case LatestSpikes():
                return self.communicator.gather(self._latest_spikes(command))
            case Grant() | Store() | Restore():
                return self._serve_state(command)
        return None

    def _serve_state(self, command: Grant | Store | Restore) -> Any:
        match command:
            case Grant(traces):
                return self.groups.granted(traces)
            case Store(names):
                return take_snapshot(self.groups, names)
            case Restore(snapshot):
                return restore_snapshot(self.groups, snapshot)

    def _advance(self, steps: int) -> int:
        """Run some steps of a session, and return how many were done."""
        simulation, memory = _done(self.simulation, Prepare), _done(self.memory, Prepare)
        interrupts = Interrupts(self.communicator)
        start = simulation.step

        def advance(step: int) -> None:
            self.progress(step - start)
            interrupts.check()

        self.interrupted = False
        try:
            with interrupts.noting():
                simulation.run(steps, memory, advance, self._call_host)
        except RunStoppedError:
            self.interrupted = True
            simulation.end(memory)
        return simulation.step - start

    def _latest_spikes(self, asked: LatestSpikes) -> NDArray[np.int64]:
        if asked.step is not None:
            return self.groups.history.train(asked.population, asked.dt).of_step(asked.step)
        simulation, memory = _done(self.simulation, Prepare), _done(self.memory, Prepare)
        return simulation.latest_spikes(asked.population, memory)

    def _call_host(self, name: str, time: float) -> bool:
        """Have the driver call a function of the script's; the other ranks do what that asks for meanwhile.

        Returns
        -------
        bool
            Whether the run ends after this step.
        """
        if self.communicator.rank == 0:
            return self.call_host(name, time)
        while True:
            result = self.execute(self.communicator.wait_for_broadcast())
            if isinstance(result, Resume):
                if result.failed:
                    raise HostFailedError
                return result.stop

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
            exchange="none" if simulation.exchange is None else simulation.exchange.way,
            epoch_steps=simulation.epoch,
            phases=simulation.phases,
            idle_calls=simulation.idle_calls(),
            blocks={name: cuts.tolist() for name, cuts in simulation.partition.boundaries.items()},
            peak_rss_bytes=peak_rss(),
        )


def _done(result: T | None, command: type) -> T:
    """Return what an earlier command has made."""
    if result is None:
        raise RuntimeError(f"the command {command.__name__} has to come first")
    return result


def _portable(error: Exception | None) -> Exception | None:
    """Return an error that can be sent to another rank."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (made here, a line above)
    except Exception:  # noqa: BLE001  (whatever is wrong with it, its text can travel)
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def worker_loop(communicator: Communicator) -> int:
    """Carry out the driver's commands until told to stop; return the exit code."""
    worker = Worker(communicator)
    while True:
        command: Command = communicator.wait_for_broadcast()
        result = worker.execute(command)
        if isinstance(command, Stop):
            return int(result)
