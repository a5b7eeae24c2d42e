"""What a script may ask of all ranks: groups, their values, runs.

A `Session` is where a front end and the ranks meet.  Each method sends one command, which all ranks carry
out, the driver's among them; nothing else talks to the ranks.  Numbers are in SI units and times are counted
in steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distsim.comm.protocol import Communicator
from distsim.driver.commands import (
    AddSynapses,
    Advance,
    Assign,
    Command,
    Create,
    Discard,
    Flush,
    Grant,
    LatestSpikes,
    Load,
    Prepare,
    Read,
    Restore,
    Resume,
    SetLinks,
    Stop,
    Store,
)
from distsim.driver.worker import Worker
from distsim.engine.memory_recorder import Sink
from distsim.engine.plan import make_plan
from distsim.engine.procedural import described
from distsim.engine.simulation import silent
from distsim.engine.snapshot import Snapshot
from distsim.engine.values import Value
from distsim.equations.tree import Expression
from distsim.network import Connect, Link, Network, Population, Projection, Selection, SpikeTimes
from distsim.network.description import Namespace
from distsim.program import Traces, possible_traces

Host = Callable[[float], None]
"""A function of the script's that is called during a run, with the time [s]."""


class Session:
    """All ranks, as the driver sees them.

    Attributes
    ----------
    seed
        Keys the random numbers of `assign` and `connect`; that of a run is in its description.
    source
        The kernels that are loaded.
    """

    def __init__(self, communicator: Communicator) -> None:
        self.communicator = communicator
        self.worker = Worker(communicator)
        self.seed = 0
        self.source: str | None = None
        self.running = False
        self._stop = False

    def send(self, command: Command) -> Any:
        """Have all ranks carry out a command, and return this rank's result."""
        self.communicator.send_command(command)
        return self.worker.execute(command)

    # -- groups -------------------------------------------------------------------------------------------

    def create(self, *items: Population | SpikeTimes | Projection) -> None:
        """Make groups: variables are zero, and there are no synapses.

        What the descriptions say of initial values, of connections and of names from outside is of no account
        here.  A group takes the place of an earlier one of the same name.
        """
        self.send(Create(items))

    def discard(self, *names: str) -> None:
        """Free the arrays of groups that nobody can reach any more."""
        self.send(Discard(names))

    def link(self, population: str, links: tuple[Link, ...]) -> None:
        """Say what the linked variables of a population stand for, for `read` and `assign`."""
        self.send(SetLinks(population, links))

    def connect(self, projection: str, connect: Connect, namespace: Namespace, stream: str) -> int:
        """Add the synapses of one call of connect and return how many synapses the projection has now.

        Parameters
        ----------
        stream
            Keys the random numbers of this call; no two calls have the same.

        Raises
        ------
        ModelError
            If the rule cannot be followed; `PairIndexError`, also an IndexError, for a neuron that is not
            there.
        """
        count: int = self.send(AddSynapses(projection, connect, namespace, stream, self.seed))
        return count

    # -- values -------------------------------------------------------------------------------------------

    def assign(
        self, selection: Selection, variable: str, value: Value, namespace: Namespace, stream: str
    ) -> None:
        """Give a variable of some neurons or synapses new values.

        Parameters
        ----------
        variable
            Of synapses also ``delay``, the delay of the pathway ``pre``, and ``delay of NAME``, in seconds.
        value
            An expression, evaluated for each element, without effect on refractory neurons where the variable
            is flagged ``(unless refractory)``; or a number or an array, written as it is.
        stream
            Keys the random numbers of the expression; no two assignments have the same.
        """
        self.send(Assign(selection, variable, value, namespace, stream, self.seed))

    def read(
        self, selection: Selection, expression: Expression, namespace: Namespace, *, shared: bool = False
    ) -> NDArray[Any]:
        """Return the values of an expression for the elements of a selection, in its order.

        Parameters
        ----------
        shared
            The expression has one value for all elements; the result has the shape ().
        """
        result: NDArray[Any] = self.send(Read(selection, expression, namespace, shared))
        return result

    # -- running ------------------------------------------------------------------------------------------

    def run(
        self,
        network: Network,
        start: int,
        steps: int,
        host: Mapping[str, Host],
        sinks: Mapping[str, Sink],
        progress: Callable[[int], None] = silent,
        *,
        profile: bool = False,
    ) -> int:
        """Simulate some of the smallest common steps of a network whose groups have been made.

        Parameters
        ----------
        start
            Number of the first step.
        host
            By name, the functions that the network's host operations call.
        sinks
            By monitor, where recorded data go.
        progress
            Called now and then with the number of steps done.
        profile
            Whether to take the time of each part, for `profiled`; nothing is fused then, which takes longer.

        Returns
        -------
        int
            The number of steps done; fewer than `steps` if the run was stopped.
        """
        network = described(network, self.worker.groups.tables)
        plan = make_plan(network, self.communicator.size, self._traces(network), apart=profile)
        if plan.emitted.source != self.source:
            self.send(Load(plan.emitted.source, plan.one_shot_functions, plan.emitted.functions))
            self.source = plan.emitted.source
        worker = self.worker
        worker.sinks, worker.progress = sinks, progress
        worker.call_host = lambda name, time: self._call(host[name], time)
        self.send(Prepare(plan, start))
        self._stop, self.running = False, True
        try:
            done: int = self.send(Advance(steps))
        finally:
            self.running = False
            worker.forget_script()
        return done

    def _traces(self, network: Network) -> Traces:
        """Return the variables of synapses to be kept once for each neuron during a run.

        A script that is called in the midst of the run may ask for any variable of a synapse.
        """
        possible = {} if network.host_operations else possible_traces(network)
        granted: Traces = self.send(Grant(possible)) if possible else {}
        return granted

    @property
    def profiled(self) -> Mapping[str, float]:
        """The seconds that parts of the last run took on the driver's rank, if they were taken."""
        simulation = self.worker.simulation
        if simulation is None or simulation.profile is None:
            return {}
        return simulation.profile.entries()

    @property
    def interrupted(self) -> bool:
        """Tell whether Ctrl-C or another signal has ended the last run."""
        return self.worker.interrupted

    def stop(self) -> None:
        """End the run after the step in which a host operation calls this."""
        self._stop = True

    def flush(self) -> None:
        """Hand what has been recorded so far to the monitors, in the midst of a run."""
        if self.running:
            self.send(Flush())

    def _call(self, function: Host, time: float) -> bool:
        """Call a function of the script's between two operations; the other ranks wait for its commands."""
        try:
            function(time)
        except BaseException:
            self.communicator.send_command(Resume(failed=True))
            raise
        self.communicator.send_command(Resume(self._stop))
        return self._stop

    def latest_spikes(self, population: str, dt: float, steps: int) -> NDArray[Any]:
        """Return the neurons that spiked in the last step, ascending.

        During a run that is the last one for which it is known who spiked.

        Parameters
        ----------
        dt, steps
            The step of the population [s], and how many there have been: of account between two runs.
        """
        parts = self.send(LatestSpikes(population, dt, None if self.running else steps - 1))
        return np.concatenate(parts)

    # -- state --------------------------------------------------------------------------------------------

    def snapshot(self, *names: str) -> Snapshot:
        """Return everything that a run changes of some groups."""
        snapshot: Snapshot = self.send(Store(names))
        return snapshot

    def restore(self, snapshot: Snapshot) -> None:
        """Bring groups back to what they were."""
        self.send(Restore(snapshot))


def stop_workers(communicator: Communicator, exit_code: int) -> None:
    """End the command loops of the other ranks."""
    if communicator.size > 1:
        communicator.send_command(Stop(exit_code))
