"""What a simulated second takes on a number of ranks, predicted from a run on few.

Each part of an epoch is counted (`Work`) and multiplied by what one core took for it in the run that was
measured (`Rates`).  Only the time of a collective on the larger number of ranks is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from distsim.network import ModelError
from distsim.recording import Summary

LATENCY = 15e-6
"""Seconds for one small collective: 10 to 20 us on the 64 cores of a node."""
BANDWIDTH = 5e9
"""Bytes a second at which a rank receives the messages of the others."""
INTEGER_BYTES = 4
PHASES = ("advance", "exchange", "hand_over", "record")


@dataclass(frozen=True, slots=True)
class Rates:
    """What one core took in a run.

    Parameters
    ----------
    update
        For a neuron and step [s].
    delivery
        For a synaptic event [s].
    driver
        For an epoch with nothing to do, on every rank, communication apart [s].
    record
        For a neuron and simulated second [s].
    spikes
        Mean rate of a population's neurons [Hz], by population.
    epoch_steps
        Steps between two exchanges, in that run.
    """

    update: float
    delivery: float
    driver: float
    record: float
    spikes: Mapping[str, float]
    epoch_steps: int


def rates_of(run: Summary) -> Rates:
    """Return what one core took in a run.

    Raises
    ------
    ModelError
        If the run does not tell.
    """
    steps = round(run.biological_s / run.dt_s)
    if steps == 0:
        raise ModelError("the measured run has simulated nothing")
    if run.exchanges == 0:
        raise ModelError(
            "the measured run has not timed updates and the delivery of spikes apart: run it with --phases"
        )
    spent = {phase: sum(run.phases_s[phase]) for phase in PHASES}
    epochs = run.ranks * run.exchanges
    beside = max(run.run_s - sum(run.phases_s[phase][0] for phase in PHASES), 0.0)
    advancing = max(spent["advance"] - epochs * run.idle_advance_s, 0.0)
    delivering = max(spent["hand_over"] - epochs * run.idle_hand_over_s, 0.0)
    return Rates(
        update=advancing / (run.neurons * steps),
        delivery=delivering / run.synaptic_events if run.synaptic_events else 0.0,
        driver=beside / run.exchanges + run.idle_advance_s + run.idle_hand_over_s,
        record=spent["record"] / (run.neurons * run.biological_s),
        spikes=run.mean_rates_hz,
        epoch_steps=run.epoch_steps,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do in a simulated second.

    Parameters
    ----------
    ranks
        Number of ranks.
    dt
        The time step [s].
    epoch_steps
        Steps between two exchanges.
    streams
        Kinds of events that ranks tell each other of.
    fullest
        Neurons on the rank that has most.
    spikes, events
        Spikes and synaptic events a second, on all ranks.
    """

    ranks: int
    dt: float
    epoch_steps: int
    streams: int
    fullest: int
    spikes: float
    events: float

    @property
    def steps(self) -> float:
        """Return the steps in a second."""
        return 1 / self.dt

    @property
    def epochs(self) -> float:
        """Return the epochs in a second."""
        return self.steps / self.epoch_steps

    @property
    def message_bytes(self) -> float:
        """Return the bytes of a rank's message of an epoch: a length, counts, spikes."""
        counts = self.epoch_steps * self.streams
        return INTEGER_BYTES * (1 + counts + self.spikes / self.epochs / self.ranks)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seconds for a simulated second, by what they are spent on."""

    update: float
    delivery: float
    exchange: float
    driver: float
    record: float

    @property
    def total(self) -> float:
        """Return the sum: the real-time factor."""
        return self.update + self.delivery + self.exchange + self.driver + self.record


def predict(work: Work, rates: Rates, latency: float = LATENCY, bandwidth: float = BANDWIDTH) -> Prediction:
    """Return what a simulated second takes."""
    share = work.events / work.ranks
    exchange = latency + work.ranks * work.message_bytes / bandwidth if work.ranks > 1 else 0.0
    return Prediction(
        update=work.fullest * work.steps * rates.update,
        delivery=share * rates.delivery,
        exchange=work.epochs * exchange,
        driver=work.epochs * rates.driver,
        record=work.fullest * rates.record,
    )


def explain(work: Work, rates: Rates, latency: float = LATENCY, bandwidth: float = BANDWIDTH) -> list[str]:
    """Return the lines that show the arithmetic of `predict`."""
    found = predict(work, rates, latency, bandwidth)
    epochs = f"{work.epochs:,.0f} epochs a second"
    rows = (
        (
            "update",
            f"{work.fullest:,} neurons x {work.steps:,.0f} steps a second x {rates.update * 1e9:.3g} ns",
            found.update,
        ),
        (
            "delivery",
            f"{work.events:.3g} events a second / {work.ranks} x {rates.delivery * 1e9:.3g} ns",
            found.delivery,
        ),
        (
            "exchange",
            f"{epochs} x ({latency * 1e6:.3g} us + {work.ranks} messages x {work.message_bytes:,.0f} B / "
            f"{bandwidth / 1e9:.3g} GB/s)"
            if work.ranks > 1
            else "one rank: none",
            found.exchange,
        ),
        ("driver", f"{epochs} x {rates.driver * 1e6:.3g} us", found.driver),
        ("record", f"{work.fullest:,} neurons x {rates.record * 1e6:.3g} us", found.record),
    )
    width = max(len(text) for _, text, _ in rows)
    lines = [f"    {name:<9} {text:<{width}} = {seconds:.3g} s" for name, text, seconds in rows]
    return [*lines, f"    {'in all':<9} {'':<{width}}   {found.total:.3g} s for a simulated second"]
