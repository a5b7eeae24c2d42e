"""A model file's run, from the description to the summary: planned here, carried out by all ranks."""

from __future__ import annotations

import logging
from dataclasses import fields
from pathlib import Path
from time import perf_counter

from distsim.comm.protocol import Communicator
from distsim.driver.balance import balanced
from distsim.driver.commands import Build, Close, Collect, Load, Open, Run
from distsim.driver.interrupts import InterruptedRunError
from distsim.driver.progress import Progress, show_summary
from distsim.driver.session import Session
from distsim.driver.worker import RankReport
from distsim.engine.plan import make_plan
from distsim.engine.simulation import Phases
from distsim.kernels.compile import debugging
from distsim.network import ModelError, Network
from distsim.network.settings import RunSettings
from distsim.program.clocks import steps_of
from distsim.recording import OutputDirectory, RecordingError, Summary, library_versions, report_names

_log = logging.getLogger(__name__)


def run_model(communicator: Communicator, network: Network, settings: RunSettings, resolved: str) -> Summary:
    """Build and run a network on all ranks and write its results; called on rank 0.

    Parameters
    ----------
    resolved
        Text of the model with all constants evaluated, stored with the results.

    Raises
    ------
    ModelError, RecordingError
        If the network cannot be run or its results cannot be written.  The other ranks may be waiting for
        this one in the middle of a command then, so only an abort reaches them.
    InterruptedRunError
        If a signal has stopped the run.  The other ranks are waiting for the next command.
    """
    session = Session(communicator)
    progress = Progress(quiet=settings.quiet)
    output = settings.output or Path("results") / network.name

    start = perf_counter()
    _check_output(network, output, settings)
    with progress.phase("planning"):
        earlier = (
            None if settings.balance is None else Summary.read(OutputDirectory(settings.balance).summary)
        )
        plan = balanced(make_plan(network, communicator.size, phases=settings.phases), earlier)
    planned = perf_counter()
    with progress.phase("compiling"):
        session.send(Load(plan.emitted.source, plan.one_shot_functions, plan.emitted.functions))
    compiled = perf_counter()
    if debugging() and session.worker.functions is not None:
        _log.info("the steps are in %s", session.worker.functions.path)
    with progress.phase("building"):
        session.send(Build(plan))
        session.send(Open(output, settings.overwrite, settings.writer, resolved))
    built = perf_counter()
    steps = steps_of(settings.duration, plan.program.dt)
    with progress.steps(steps, plan.program.dt) as advance:
        session.worker.progress = advance
        session.send(Run(steps))
    if session.worker.stopped_at is not None:
        raise InterruptedRunError(
            f"interrupted at t = {session.worker.stopped_at:g} s; what was recorded until then is in "
            f"{output}, in files named *.part"
        )
    run_seconds = session.worker.run_seconds
    with progress.phase("writing"):
        session.send(Close())
    reports: list[RankReport] = session.send(Collect())
    summary = _summary(
        network,
        reports,
        duration=steps * plan.program.dt,
        epoch=reports[0].epoch_steps,
        build=(planned - start) + (built - compiled),
        compilation=compiled - planned,
        run=run_seconds,
    )
    _log.debug("%d functions compiled", sum(report.compilations for report in reports))
    try:
        summary.write(OutputDirectory(output).summary)
    except OSError as error:
        raise RecordingError(f"cannot write the summary: {error}") from error
    if not settings.quiet:
        show_summary(summary, output)
    return summary


def _check_output(network: Network, output: Path, settings: RunSettings) -> None:
    """Find before anything is built what would keep the results from being written."""
    try:
        report_names({monitor.name: monitor.variables for monitor in network.state_monitors})
    except ValueError as error:
        raise ModelError(str(error)) from error
    OutputDirectory.check(output, overwrite=settings.overwrite)


def _summary(
    network: Network,
    reports: list[RankReport],
    *,
    duration: float,
    epoch: int,
    build: float,
    compilation: float,
    run: float,
) -> Summary:
    spikes: dict[str, int] = {}
    for report in reports:
        for name, count in report.spikes.items():
            spikes[name] = spikes.get(name, 0) + count
    sizes = {population.name: population.size for population in network.populations}
    return Summary(
        model=network.name,
        seed=network.seed,
        ranks=len(reports),
        neurons=sum(sizes.values()),
        synapses=sum(report.synapses for report in reports),
        duration_s=duration,
        dt_s=network.dt,
        epoch_steps=epoch,
        build_s=build,
        compile_s=compilation,
        compilations=sum(report.compilations > 0 for report in reports),
        run_s=run,
        biological_s=duration,
        real_time_factor=run / duration if duration > 0 else 0.0,
        phases_s={
            phase.name: [getattr(report.phases, phase.name) for report in reports] for phase in fields(Phases)
        },
        idle_advance_s=min(report.idle_calls[0] for report in reports),
        idle_hand_over_s=min(report.idle_calls[1] for report in reports),
        exchange=reports[0].exchange,
        exchanges=reports[0].exchanges,
        blocks=reports[0].blocks,
        spikes=spikes,
        mean_rates_hz={n: c / sizes[n] / duration if duration > 0 else 0.0 for n, c in spikes.items()},
        synaptic_events=sum(report.synaptic_events for report in reports),
        peak_rss_bytes=[report.peak_rss_bytes for report in reports],
        versions=library_versions(),
    )
