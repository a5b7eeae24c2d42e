"""From single runs to what is reported: medians, ratios to distsim, memory of a neuron and a synapse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from agreement import different_spikes, disagreements, pool_all
from measurement import PHASES, Contestant, Kind, Measurement, Run, Simulator
from works import STEP, WORKS, Case, Work

BEFORE_THE_LOOP = ("import", "compile", "build")
ENOUGH = {"neuron": 100_000, "synapse": 1_000_000}
"""Numbers from which on the memory of one can be told from that of the process."""
MANY_SYNAPSES = 10
"""Synapses of a neuron from which on a network's memory is counted by synapses."""


@dataclass(frozen=True, slots=True)
class Row:
    """A contestant's results in one case: medians over the rounds.

    Parameters
    ----------
    phases
        Seconds of each phase.
    start, cold_start
        Seconds from the command to the first step: import, compile and build; cold where nothing had been
        compiled before.
    loop
        Wall seconds of the loop for a simulated second: lowest, median, highest.
    neuron_step
        Seconds of the loop for one neuron and time step.
    slower
        How many times longer the loop takes than distsim's on as many cores; None for distsim itself.
    speedup
        How many times shorter the loop is than the same simulator's on one core.
    peak_rss
        Highest resident memory of all processes together [bytes].
    measured_bytes
        What of it is above that of a network of next to nothing, for each ``neuron`` or ``synapse``.
    stored_bytes
        What distsim says that it stores of each.
    complaints
        How the activity differs from distsim's; empty if they agree.
    error
        Why there are no results.
    """

    work: str
    size: float
    contestant: Contestant
    repeats: int = 0
    neurons: int = 0
    synapses: int = 0
    phases: Mapping[str, float] = field(default_factory=dict)
    start: float | None = None
    cold_start: float | None = None
    loop: tuple[float, float, float] | None = None
    neuron_step: float | None = None
    slower: float | None = None
    speedup: float | None = None
    peak_rss: float | None = None
    measured_bytes: Mapping[str, float] = field(default_factory=dict)
    stored_bytes: Mapping[str, float] = field(default_factory=dict)
    rate_hz: float | None = None
    cv_isi: float | None = None
    complaints: tuple[str, ...] = ()
    error: str | None = None

    @property
    def title(self) -> str:
        """The case, for the reader."""
        return Case(WORKS[self.work], self.size, 0.0).title


def compare(runs: Sequence[Run]) -> list[Row]:
    """Return a row for every case, in the order of the runs, and contestant."""
    baselines = {
        run.contestant: float(sum(run.measurement.peak_rss_bytes))
        for run in runs
        if run.kind is Kind.BASELINE and run.measurement is not None
    }
    cases: dict[tuple[str, float], dict[Contestant, list[Run]]] = {}
    for run in runs:
        if run.kind is not Kind.BASELINE:
            cases.setdefault((run.work, run.size), {}).setdefault(run.contestant, []).append(run)
    return [row for case in cases.values() for row in _rows(case, baselines)]


def _rows(case: Mapping[Contestant, list[Run]], baselines: Mapping[Contestant, float]) -> Iterable[Row]:
    """Return the rows of one case."""
    loops = {contestant: _median_loop(_timed(runs)) for contestant, runs in case.items()}
    ours = _reference(case)
    for contestant, runs in sorted(case.items(), key=_place):
        first, timed = runs[0], _timed(runs)
        if not timed:
            yield Row(first.work, first.size, contestant, error=_error(runs))
            continue
        measurements = _measurements(timed)
        loop = loops[contestant]
        same_cores = loops.get(Contestant(Simulator.DISTSIM, contestant.cores))
        one_core = loops.get(Contestant(contestant.simulator, 1))
        phases = _phases(measurements)
        rate, variation = pool_all(measurements)
        peak = median(float(sum(each.peak_rss_bytes)) for each in measurements)
        complete = measurements[0]
        each_second = sorted(run.phases["loop"] / first.seconds for run in measurements)
        yield Row(
            first.work,
            first.size,
            contestant,
            repeats=len(timed),
            neurons=complete.neurons,
            synapses=round(median(each.synapses for each in measurements)),
            phases=phases,
            start=_start(phases),
            cold_start=_cold_start(runs, phases),
            loop=(each_second[0], median(each_second), each_second[-1]),
            neuron_step=median(each_second) * STEP / complete.neurons,
            slower=_ratio(loop, same_cores) if contestant.simulator is not Simulator.DISTSIM else None,
            speedup=_ratio(one_core, loop) if contestant.cores > 1 else None,
            peak_rss=peak,
            measured_bytes=_above(peak, baselines.get(contestant), complete),
            stored_bytes=complete.stored_bytes,
            rate_hz=rate,
            cv_isi=variation,
            complaints=tuple(_complaints(WORKS[first.work], ours, runs)),
            error=_error(runs),
        )


def _place(item: tuple[Contestant, list[Run]]) -> tuple[int, int]:
    """Return what contestants are sorted by: distsim comes first, few cores before many."""
    return list(Simulator).index(item[0].simulator), item[0].cores


def _timed(runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.kind is Kind.TIMED and run.measurement is not None]


def _measurements(runs: Iterable[Run]) -> list[Measurement]:
    return [run.measurement for run in runs if run.measurement is not None]


def _error(runs: Iterable[Run]) -> str | None:
    return next((run.error for run in runs if run.error is not None), None)


def _median_loop(runs: Sequence[Run]) -> float | None:
    return median(each.phases["loop"] for each in _measurements(runs)) if runs else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _phases(measurements: Sequence[Measurement]) -> dict[str, float]:
    """Return the median of each phase that there is."""
    known = [name for name in PHASES if name in measurements[0].phases]
    return {name: median(each.phases[name] for each in measurements) for name in known}


def _start(phases: Mapping[str, float]) -> float:
    return sum(phases.get(name, 0.0) for name in BEFORE_THE_LOOP)


def _cold_start(runs: Iterable[Run], warm: Mapping[str, float]) -> float | None:
    """Return the seconds to the first step of a run that has to compile, if there was one."""
    cold = _measurements(run for run in runs if run.kind is Kind.COLD)
    # A simulator that compiles a program of its own builds nothing while it compiles.
    return _start({**warm, **cold[0].phases}) if cold else None


def _above(peak: float, baseline: float | None, network: Measurement) -> dict[str, float]:
    """Return the memory of a synapse, with the neurons' share, or of a neuron where synapses are few."""
    many = network.synapses >= MANY_SYNAPSES * network.neurons
    what, count = ("synapse", network.synapses) if many else ("neuron", network.neurons)
    if baseline is None or count < ENOUGH[what]:
        return {}
    return {what: (peak - baseline) / count}


def _reference(case: Mapping[Contestant, list[Run]]) -> list[Run]:
    """Return the runs that others are compared with: distsim's on the fewest cores."""
    own = [each for each in case if each.simulator is Simulator.DISTSIM and _timed(case[each])]
    return _timed(case[min(own, key=lambda each: each.cores)]) if own else []


def _complaints(work: Work, ours: Sequence[Run], runs: Sequence[Run]) -> list[str]:
    theirs = _timed(runs)
    if not ours or ours[0].contestant == theirs[0].contestant:
        return []
    if theirs[0].contestant.simulator is Simulator.DISTSIM:
        return different_spikes(ours, theirs)
    return disagreements(work, _measurements(ours), _measurements(theirs))
