"""Whether simulators that ran the same model had the same activity: nobody is fast by being wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from measurement import Measurement, Run
from works import Work

DEVIATIONS = 4.0
"""Standard deviations of a count of spikes that chance alone may make."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A population's spikes in several runs.

    Parameters
    ----------
    rate_hz, rate_error
        Mean rate, and its standard deviation if spikes came independently [Hz].
    """

    spikes: int
    rate_hz: float
    rate_error: float
    cv_isi: float | None


def pool(measurements: Sequence[Measurement], population: str) -> Pooled:
    """Return the activity of a population in all runs together."""
    activity = [each.activity[population] for each in measurements]
    spikes = sum(each.spikes for each in activity)
    rate = sum(each.rate_hz for each in activity) / len(activity)
    known = [each.cv_isi for each in activity if each.cv_isi is not None]
    return Pooled(
        spikes, rate, rate / sqrt(spikes) if spikes else 0.0, sum(known) / len(known) if known else None
    )


def pool_all(measurements: Sequence[Measurement]) -> tuple[float, float | None]:
    """Return mean rate [Hz] and coefficient of variation of all neurons, the latter weighted by spikes."""
    sizes = {name: each.neurons for name, each in measurements[0].activity.items()}
    pooled = {name: pool(measurements, name) for name in sizes}
    neurons = sum(sizes.values())
    rate = sum(sizes[name] * each.rate_hz for name, each in pooled.items()) / neurons if neurons else 0.0
    weights = {name: sizes[name] * each.rate_hz for name, each in pooled.items() if each.cv_isi is not None}
    total = sum(weights.values())
    variation = sum(weight * (pooled[name].cv_isi or 0.0) for name, weight in weights.items())
    return rate, variation / total if total else None


def disagreements(work: Work, ours: Sequence[Measurement], theirs: Sequence[Measurement]) -> list[str]:
    """Return what of `theirs` is not as in `ours`, a text for each; empty if they agree."""
    names = sorted(set(ours[0].activity) | set(theirs[0].activity))
    found = []
    for name in names:
        if name not in ours[0].activity or name not in theirs[0].activity:
            found.append(f"{name} recorded by one of them only")
            continue
        found += _differences(work, name, pool(ours, name), pool(theirs, name))
    return found


def _differences(work: Work, name: str, ours: Pooled, theirs: Pooled) -> list[str]:
    found = []
    chance = DEVIATIONS * sqrt(ours.rate_error**2 + theirs.rate_error**2)
    if abs(theirs.rate_hz - ours.rate_hz) > work.rate_tolerance * ours.rate_hz + chance:
        found.append(f"{name}: {theirs.rate_hz:.3g} Hz, not {ours.rate_hz:.3g} Hz")
    if ours.cv_isi is not None and theirs.cv_isi is not None:
        chance = DEVIATIONS / sqrt(min(ours.spikes, theirs.spikes))
        if abs(theirs.cv_isi - ours.cv_isi) > work.variation_tolerance + chance:
            found.append(f"{name}: CV {theirs.cv_isi:.2f}, not {ours.cv_isi:.2f}")
    return found


def different_spikes(ours: Sequence[Run], theirs: Sequence[Run]) -> list[str]:
    """Return a text for each seed whose spikes are not the same bits in `ours` and `theirs`."""
    digests = {run.seed: run.measurement.digest for run in ours if run.measurement is not None}
    return [
        f"seed {run.seed}: other spikes than on fewer cores"
        for run in theirs
        if run.measurement is not None
        and run.measurement.digest != digests.get(run.seed, run.measurement.digest)
    ]
