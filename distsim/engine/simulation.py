"""One rank's run: advance an epoch, exchange its spikes, hand them over, record.

Why this is right.  The ranks advance from cut to cut (`distsim.program.fusion`), where the spikes of a
step are known and none of them has been delivered yet.  Let d be the shortest delay of any synapse, in
steps.  A spike of step k arrives in step k + d at the earliest, and what arrives in a step is added after
that step's cut.  So the turns of the d + 1 steps k ... k + d, which end at the cut of step k + d, need no
spike of another rank younger than step k - 1: a rank can run them all, and if the spikes are exchanged
then, all are in time.  With d = 0 that is one step, the exchange falling between its thresholds and its
synapses.  The spikes of an epoch are handed over in the order (step, pathway, source), whatever the number
of ranks and the length of the epoch, so every sum is made in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from distsim.comm.exchange import Exchange, Message, Messages
from distsim.comm.protocol import Communicator
from distsim.engine.build import build_groups, longest_delay, prepare, shortest_remote_delay
from distsim.engine.checks import check_finite, warn_of_divergence
from distsim.engine.groups import Groups
from distsim.engine.history import Train
from distsim.engine.mirrors import Mirrors
from distsim.engine.plan import Plan
from distsim.engine.profile import EXCHANGE, RECORDING, Profile
from distsim.engine.replay import replay_history
from distsim.engine.routes import make_exchange, needed_ranks
from distsim.engine.spikes import SpikeList
from distsim.engine.state import State
from distsim.engine.sums import Sums
from distsim.engine.synapses import SynapseTable
from distsim.kernels.compile import bind, debugging
from distsim.kernels.emit import NETWORK, Attribute
from distsim.kernels.memory import address_of
from distsim.kernels.program_file import StepFunctions
from distsim.network import StateMonitor, population_of
from distsim.program.breaks import Segment, clock_of
from distsim.program.operation import Domain

LONGEST_WINDOW = 5000
"""Steps of spikes and samples that are kept before they are written."""
WINDOW_SPIKES = 1 << 28
"""Room for spikes in a window; memory is taken only as far as there are spikes."""
LONGEST_EPOCH = 100
"""Steps between two looks at progress and signals where no exchange sets the pace."""
WINDOW_BYTES = 1 << 26
"""Room for recorded samples in a window, roughly."""
FIRST_CAPACITY = 256
"""Integers that an epoch's message may have before the exchange grows."""


Host = Callable[[str, float], bool]
"""Calls a function of the driver's by name, with the time [s]; tells whether the run ends after the step."""


def no_host(name: str, _time: float) -> bool:
    """Refuse to call a function of the driver's where there is none."""
    raise RuntimeError(f"nobody is there to call '{name}'")


def silent(_step: int) -> None:
    """Report no progress."""


def _shortest(call: Callable[[], object], calls: int = 30) -> float:
    """Return the shortest time that a call has taken [s]."""
    shortest = float("inf")
    for _ in range(calls):
        began = perf_counter()
        call()
        shortest = min(shortest, perf_counter() - began)
    return shortest


class Recorder(Protocol):
    """Where a window's spikes and samples go."""

    def record(self, simulation: Simulation) -> None:
        """Take what has been recorded since the last call.  Collective."""


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The elements on this rank that a state monitor records.

    Parameters
    ----------
    places
        (n,) where they are in the arrays.
    neurons
        (n,) their numbers, or for synapses those of their targets, in the population.
    numbers
        (n,) their numbers in the population, or in the order in which the synapses were connected.
    """

    places: NDArray[np.int64]
    neurons: NDArray[np.int64]
    numbers: NDArray[np.int64]


def recorded_synapses(table: SynapseTable, record: NDArray[np.int64] | None) -> Recorded:
    """Return the synapses with one of the numbers in `record`, by target, then by number.  Collective."""
    numbers = table.numbers()
    places = np.arange(len(table)) if record is None else np.flatnonzero(np.isin(numbers, record))
    places = places[np.lexsort((numbers[places], table.targets[places]))]
    neurons = table.targets[places].astype(np.int64) + table.projection.target.start
    return Recorded(places, neurons, numbers[places])


@dataclass(slots=True)
class Counters:
    """What has happened on this rank so far."""

    spikes: dict[str, int]
    exchanges: int = 0


@dataclass(slots=True)
class Phases:
    """Where the time of this rank has gone [s], between one epoch and the next.

    Attributes
    ----------
    advance
        Running the turns: on one rank the handing over of spikes is in it, elsewhere that of pathways driven
        by their targets alone.
    exchange
        Writing and exchanging messages, waiting for other ranks included.
    hand_over
        Handing the spikes of all ranks to the pathways of this rank.
    record
        Handing what has been recorded to the recorder.
    """

    advance: float = 0.0
    exchange: float = 0.0
    hand_over: float = 0.0
    record: float = 0.0


class Simulation:
    """The state of one rank and its run loop.

    Parameters
    ----------
    plan
        The same on all ranks.
    functions
        The compiled step program.
    groups
        What has been there before; None makes everything that the plan describes.
    start
        Number of the first step to run.

    Attributes
    ----------
    started, step
        Number of the first step of this simulation, and of the next one to run.
    epoch
        Steps between two exchanges.
    profile
        Where the time of each part is taken, if the plan keeps them apart.
    exchange
        How spikes reach other ranks; None where nothing has to.
    phases
        Where the time has gone.
    """

    def __init__(
        self,
        plan: Plan,
        communicator: Communicator,
        functions: StepFunctions,
        groups: Groups | None = None,
        start: int = 0,
    ) -> None:
        self.plan = plan
        self.communicator = communicator
        self.functions = functions
        # Only groups that outlast this run have a use for the spikes that it leaves under way.
        self._remembers = groups is not None
        self.profile = Profile() if plan.program.apart else None
        self.groups = build_groups(plan, communicator) if groups is None else groups
        prepare(plan, self.groups, start)
        self.partition = self.groups.partition
        self.state: State = self.groups.state
        self.started = self.step = start
        self._recorded = {m.name: self._recorded_by(m) for m in plan.network.state_monitors}
        self._hosts = [o for o in plan.program.operations if o.domain is Domain.HOST]
        self._host: Host = no_host
        self._stopped, self._live = False, False
        # How many streams have been listed in the turn that is under way: 0 between two turns.
        self._listed = 0
        delay = shortest_remote_delay(plan, self.groups)
        self.window = self._window_steps(delay)
        self.epoch = self._epoch_steps(delay)
        self.spikes = SpikeList.allocate(self.state, plan.program.spiking, self.window)
        self.counters = Counters({name: 0 for name in plan.program.spiking if population_of(name) == name})
        self._allocate_samples()
        self._checked = debugging()
        self._mirrors = Mirrors.prepare(plan, self.groups)
        self._sums = Sums.prepare(plan, self.groups)
        self._table = self.state.table(plan.emitted.fields)
        self._table_at = address_of(self._table), len(self._table)
        self._bind()
        self.phases = Phases()
        self.exchange = self._prepare_exchange()
        self._received = np.zeros(communicator.size * (self.epoch * len(plan.program.spiking) + 1), np.int64)
        self._received_at = address_of(self._received)
        if self._remembers:
            self._longest_delay = longest_delay(plan, self.groups)
            replay_history(plan, self.groups, functions.replay, self._table, start, self._longest_delay)

    def _bind(self) -> None:
        """Prepare the compiled functions that every epoch calls: it is done ten thousand times a second."""
        functions, table_at = self.functions, self._table_at
        self._run_turns = None if functions.advance is None else bind(functions.advance, *table_at)
        self._part = None if functions.part is None else bind(functions.part, *table_at)
        self._finish_part = functions.finish_part
        if self.profile is not None:
            assert self._part is not None and functions.finish_part is not None  # noqa: S101, PT018
            emitted = self.plan.emitted
            self._part = self.profile.timed_parts(emitted.segments, self._part)
            self._finish_part = self.profile.timed_parts(emitted.rest, functions.finish_part)
        if functions.pack is not None and functions.receive is not None:
            self._pack = bind(functions.pack, *table_at)
            self._receive = bind(functions.receive, *table_at)

    def _prepare_exchange(self) -> Exchange | None:
        """Return how the spikes of an epoch reach other ranks; None if they need not.  Collective."""
        program = self.plan.program
        if self.functions.receive is None or not program.spiking or not program.remote_pathways:
            return None
        return make_exchange(needed_ranks(self.plan, self.groups), self.communicator, FIRST_CAPACITY)

    # -- the run loop -------------------------------------------------------------------------------------

    def run(
        self,
        steps: int,
        recorder: Recorder,
        progress: Callable[[int], None] = silent,
        host: Host = no_host,
    ) -> None:
        """Simulate `steps` base steps.  Collective.

        Parameters
        ----------
        host
            Called on every rank with name and time [s] of a host operation that is due; True ends the run
            after the step.  It may change any variable.
        progress
            Called after each epoch with the number of steps done in all.
        """
        stop = self.step + steps
        if steps == 0:
            return
        began, hand_over = perf_counter(), self._hand_over
        if self.profile is not None:
            host, hand_over = self.profile.timed_host(host), self.profile.timed(EXCHANGE, hand_over)
        self.spikes.begin(self.step)
        self._mirrors.fill()
        self._host, self._stopped, self._live = host, False, False
        while self.step < stop and not self._stopped:
            first, turned = self.step, perf_counter()
            self.step = self._advance(first, self._epoch_end(first, stop))
            self.phases.advance += perf_counter() - turned
            hand_over(first)
            if self._checked:
                check_finite(self.state, self.plan.program, self.step - 1)
            if self._hosts_due(self.step - 1, late=True):
                self._finish()
            if self.spikes.full(self.step, self.epoch):
                self.record(recorder)
            progress(self.step)
        self.end(recorder)
        if self.profile is not None:
            self.profile.total += perf_counter() - began

    def end(self, recorder: Recorder) -> None:
        """Complete the last step and hand over what has been recorded.  Collective."""
        self._finish()
        self.record(recorder)
        warn_of_divergence(self.state, self.plan.program, self.communicator)

    def _epoch_end(self, first: int, stop: int) -> int:
        """Return where the epoch from `first` on ends.

        A step in which the driver is called begins an epoch, and ends one if that is after its cut: all that
        has happened before is then where the driver expects it.
        """
        end = min(first + self.epoch, stop)
        if not self._hosts:
            return end
        for step in range(first, end):
            if step > first and self._hosts_due(step, late=False):
                return step
            if self._hosts_due(step, late=True):
                return step + 1
        return end

    def _hosts_due(self, step: int, *, late: bool) -> bool:
        return bool(self._hosts) and any(
            host.after_cut == late and step % host.every == 0 for host in self._hosts
        )

    def _advance(self, first: int, end: int) -> int:
        """Run the turns of an epoch, in one go as far as nothing has to be done between its loops.

        Returns
        -------
        int
            The step before which the epoch has ended.
        """
        advance, part = self._run_turns, self._part
        for step in range(first, end):
            if self._stopped:
                return step
            if advance is not None and not self._hosts_due(step, late=False):
                advance(step, end, self._live, self.spikes.origin)
                self._live = True
                return end
            assert part is not None  # noqa: S101 (there is one of the two)
            for number, segment in enumerate(self.plan.emitted.segments):
                self._between(segment, step, live=self._live)
                part(step, self._live, self.spikes.origin, number)
                self._listed += segment.lists
            self._live, self._listed = True, 0
        return end

    def _finish(self) -> None:
        """Run what is left of the last step after its cut, unless that has been done.

        The turn that comes next then begins with the step that follows.
        """
        if not self._live:
            return
        finish, part = self.functions.finish, self._finish_part
        if finish is not None and not self._hosts_due(self.step - 1, late=True):
            finish(*self._table_at, self.step - 1, self.spikes.origin)
        else:
            assert part is not None  # noqa: S101 (there is one of the two)
            for number, segment in enumerate(self.plan.emitted.rest):
                self._between(segment, self.step, live=True)
                part(*self._table_at, self.step - 1, self.spikes.origin, number)
        self._clear_masks()
        self._live = False

    def _between(self, segment: Segment, step: int, *, live: bool) -> None:
        """Do what has to be done before a segment of the turn of `step`."""
        for operation in segment.sums:
            if clock_of(operation).due(step, live=live):
                self._sums.send(operation)
        host = segment.host
        if host is not None and clock_of(host).due(step, live=live):
            own_step = step - 1 if host.after_cut else step
            time = own_step // host.every * (host.every * self.plan.program.dt)
            self._stopped = self._host(host.name, time) or self._stopped
            self._mirrors.fill()
        self._mirrors.refresh(
            refresh.mirror
            for refresh in segment.refreshes
            if any(clock.due(step, live=live) for clock in refresh.clocks)
        )

    def _hand_over(self, first: int) -> None:
        """Exchange the spikes of the steps from `first` on and hand them to the pathways of this rank.

        One rank alone has nothing to wait for: its spikes are handed over within `advance`.
        """
        exchange = self.exchange
        if exchange is None:
            return
        began = perf_counter()
        outgoing, count = exchange.outgoing, self.step - first
        self._packed = first, count
        length = self._pack(first, count, self.spikes.origin, outgoing.at, outgoing.room)
        rows = exchange.exchange(length, self._whole_message)
        self.counters.exchanges += 1
        exchanged = perf_counter()
        self._receive(first, count, rows.at, rows.stride, rows.count, self._received_at)
        self.phases.exchange += exchanged - began
        self.phases.hand_over += perf_counter() - exchanged

    def _whole_message(self) -> Message:
        """Return the message of this epoch, however long it is."""
        first, count = self._packed
        length = self._pack(first, count, self.spikes.origin, 0, 0)
        message = np.empty(length, np.int32)
        self._pack(first, count, self.spikes.origin, address_of(message), length)
        return message

    def record(self, recorder: Recorder) -> None:
        """Hand the current window to `recorder` and make room for the next.  Collective.

        The run loop calls it; so does who keeps what a run had recorded that ended early, between two epochs.
        """
        for index, name in enumerate(self.spikes.streams):
            if name in self.counters.spikes:
                self.counters.spikes[name] += int(self.spikes.counts(index, self.step).sum())
        began = perf_counter()
        record = recorder.record if self.profile is None else self.profile.timed(RECORDING, recorder.record)
        record(self)
        self.phases.record += perf_counter() - began
        if self._remembers:
            self._remember()
        if self._listed:
            # The driver has asked in the midst of a turn, whose spikes stay where its kernels have put them.
            self.spikes.recorded = self.step
        else:
            self.spikes.keep_last_step(self.step)

    def _remember(self) -> None:
        """Keep the spikes that may still be under way when the run ends, and those of the last step."""
        program = self.plan.program
        for index, name in enumerate(self.spikes.streams):
            steps, neurons, _ = self.spikes.of_stream(index, self.step)
            kept = max(self._longest_delay, program.every[population_of(name)])
            self.groups.history.keep(name, Train(program.dt, steps, neurons), self.step - kept)

    def latest_spikes(self, population: str, recorder: Recorder) -> NDArray[np.int64]:
        """Return the neurons of this rank that spiked when a population was last looked at.  Collective."""
        program = self.plan.program
        if population not in self.spikes.streams:
            return np.empty(0, np.int64)
        index = self.spikes.streams.index(population)
        step = self.step if index < self._listed else self.step - 1
        step -= step % program.every[population]
        if step == self.step:
            return self.spikes.of_step(index, step)
        self.record(recorder)
        return self.groups.history.train(population, program.dt).of_step(step)

    def _clear_masks(self) -> None:
        """Forget who spiked in the last step: its reset is done, and the next run must not repeat it."""
        for model in self.plan.program.neurons.values():
            for mask in model.masks:
                self.state.arrays[mask.key][:] = False

    # -- sizes --------------------------------------------------------------------------------------------

    def _window_steps(self, delay: int | None) -> int:
        """Return the steps that fit into the window: the same on all ranks."""
        sampled = 1
        for monitor in self.plan.network.state_monitors:
            sampled += len(self.recorded_elements(monitor.name)) * len(monitor.variables) * 8
        streams = self.plan.program.spiking
        neurons = sum(self.state.integer(population_of(name), "", Attribute.LOCAL) for name in streams)
        steps = min(LONGEST_WINDOW, max(WINDOW_BYTES // sampled, 16), max(WINDOW_SPIKES // (neurons + 1), 16))
        agreed: int = self.communicator.allreduce_min(steps)
        return max(agreed, 2 * (delay or 0) + 2)

    def _epoch_steps(self, delay: int | None) -> int:
        """Return the steps between two exchanges; in a debug run every step is looked at."""
        if debugging():
            return 1
        if self.functions.receive is None or delay is None:
            return min(LONGEST_EPOCH, self.window)
        return min(delay + 1, self.window)

    def _allocate_samples(self) -> None:
        """Make the buffers that recording kernels fill during a window."""
        arrays = self.state.arrays
        for operation in self.plan.program.operations:
            if operation.domain in (Domain.RECORDED, Domain.RECORDED_SYNAPSES):
                index = self.recorded_elements(operation.name)
                arrays[operation.name, "index"] = index
                arrays[operation.name, "rows"] = np.zeros(1, np.int64)
                size = (self.window // operation.every + 2) * len(index)
            elif operation.recorded:
                size = len(self.spikes.spikes)
            else:
                continue
            for k in range(len(operation.recorded)):
                arrays[operation.name, f"buffer{k}"] = np.empty(size)

    def _recorded_by(self, monitor: StateMonitor) -> Recorded:
        """Return what a state monitor records here.  Collective for synapses."""
        group = monitor.source
        if isinstance(group, str):
            return recorded_synapses(self.groups.tables[group], monitor.record)
        block = self.partition.block(group.population, self.communicator.rank)
        wanted = np.arange(group.size) if monitor.record is None else monitor.record
        numbers = wanted + group.start
        here = numbers[(numbers >= block.start) & (numbers < block.stop)]
        return Recorded(here - block.start, here, here)

    def recorded_numbers(self, monitor: str) -> NDArray[np.int64]:
        """Return the numbers of the elements on this rank that a state monitor records.

        Neurons are counted in their population, synapses in the order in which they were connected.
        """
        return self._recorded[monitor].numbers

    def recorded_elements(self, monitor: str) -> NDArray[np.int64]:
        """Return the places on this rank of the neurons or synapses that a state monitor records."""
        return self._recorded[monitor].places

    def recorded_neurons(self, monitor: str) -> NDArray[np.int64]:
        """Return the numbers of the neurons that are recorded, or of the targets of the synapses that are."""
        return self._recorded[monitor].neurons

    # -- what others may ask ------------------------------------------------------------------------------

    def idle_calls(self) -> tuple[float, float]:
        """Return the seconds of an epoch's calls with nothing to do: running turns, handing over spikes.

        What an epoch takes beyond them is work that more ranks share.  Changes nothing.
        """
        first, origin = self.step, self.spikes.origin
        turns = self._run_turns
        running = 0.0 if turns is None else _shortest(lambda: turns(first, first, self._live, origin))
        if self.exchange is None:
            return running, 0.0
        steps = self.epoch
        empty = Messages.allocate(self.communicator.size, steps * len(self.spikes.streams))
        place = empty.at, empty.stride, empty.count
        return running, _shortest(lambda: self._receive(first, steps, *place, self._received_at))

    @property
    def synapses(self) -> int:
        """Return the number of synapses on this rank."""
        return sum(len(self.groups.tables[name]) for name in self.plan.program.synapses)

    @property
    def synaptic_events(self) -> int:
        """Return the number of spikes that synapses of this rank have been handed."""
        return int(self.state.arrays[NETWORK, "events"][0])
