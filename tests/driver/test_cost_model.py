"""The cost model, by hand: every number of the forecast can be checked with a pencil."""

from __future__ import annotations

import dataclasses

import pytest
from simulation_harness import network_of

from distsim.driver.cost_model import Rates, Work, explain, predict, rates_of
from distsim.driver.dry_run import Assumptions, dry_run
from distsim.network import ModelError
from distsim.recording import Summary

# Two ranks, 1000 neurons, 2 s in steps of 1 ms: 2 million neuron-steps, 1000 exchanges.
RUN = Summary(
    model="model",
    seed=1,
    ranks=2,
    neurons=1000,
    synapses=100_000,
    duration_s=2.0,
    dt_s=1e-3,
    epoch_steps=2,
    compilations=0,
    build_s=0.0,
    compile_s=0.0,
    run_s=1.0,
    biological_s=2.0,
    real_time_factor=0.5,
    # 10 ms on both ranks is what 1000 epochs take to do nothing: 5 us each.
    phases_s={
        "advance": [0.205, 0.205],
        "exchange": [0.25, 0.1],
        "hand_over": [0.055, 0.055],
        "record": [0.04, 0.06],
    },
    idle_advance_s=5e-6,
    idle_hand_over_s=5e-6,
    exchange="allgather",
    exchanges=1000,
    blocks={"cells": [0, 400, 800], "input": [0, 100, 200]},
    spikes={"cells": 8000, "input": 8000},
    mean_rates_hz={"cells": 5.0, "input": 20.0},
    synaptic_events=10_000_000,
    peak_rss_bytes=[1, 1],
    versions={},
)
RATES = Rates(update=2e-7, delivery=1e-8, driver=4.6e-4, record=5e-5, spikes=RUN.mean_rates_hz, epoch_steps=2)
WORK = Work(ranks=4, dt=1e-3, epoch_steps=5, streams=2, fullest=250, spikes=8000.0, events=4e6)


def test_rates_of_a_run():
    found = rates_of(RUN)
    assert found.update == pytest.approx(0.4 / 2e6)
    assert found.delivery == pytest.approx(0.1 / 1e7)
    # Rank 0: 1 s less 0.55 s that are accounted for, over 1000 epochs; and twice 5 us.
    assert found.driver == pytest.approx(0.45e-3 + 10e-6)
    assert found.record == pytest.approx(0.1 / (1000 * 2))
    assert (found.spikes, found.epoch_steps) == ({"cells": 5.0, "input": 20.0}, 2)


def test_no_rate_is_negative():
    noisy = dataclasses.replace(RUN, idle_advance_s=1.0, idle_hand_over_s=1.0, run_s=0.0, synaptic_events=0)
    found = rates_of(noisy)
    assert (found.update, found.delivery) == (0.0, 0.0)
    assert found.driver == 2.0


@pytest.mark.parametrize(
    ("change", "says"),
    [({"biological_s": 0.0}, "simulated nothing"), ({"exchanges": 0, "ranks": 1}, "run it with --phases")],
)
def test_runs_that_do_not_tell(change, says):
    with pytest.raises(ModelError, match=says):
        rates_of(dataclasses.replace(RUN, **change))


def test_prediction():
    # 200 epochs a second. A message: a length, 10 counts, and 8000/200/4 = 10 spikes.
    assert (WORK.steps, WORK.epochs, WORK.message_bytes) == (1000, 200, 4 * 21)
    found = predict(WORK, RATES, latency=1e-4, bandwidth=1e6)
    assert found.update == pytest.approx(250 * 1000 * 2e-7)
    assert found.delivery == pytest.approx(1e6 * 1e-8)
    assert found.exchange == pytest.approx(200 * (1e-4 + 4 * 84e-6))
    assert found.driver == pytest.approx(200 * 4.6e-4)
    assert found.record == pytest.approx(250 * 5e-5)
    assert found.total == pytest.approx(0.05 + 0.01 + 0.0872 + 0.092 + 0.0125)


def test_one_rank_exchanges_nothing():
    alone = dataclasses.replace(WORK, ranks=1, fullest=1000)
    assert predict(alone, RATES).exchange == 0.0


def test_the_arithmetic_is_shown():
    assert [" ".join(line.split()) for line in explain(WORK, RATES, 1e-4, 1e9)] == [
        "update 250 neurons x 1,000 steps a second x 200 ns = 0.05 s",
        "delivery 4e+06 events a second / 4 x 10 ns = 0.01 s",
        "exchange 200 epochs a second x (100 us + 4 messages x 84 B / 1 GB/s) = 0.0201 s",
        "driver 200 epochs a second x 460 us = 0.092 s",
        "record 250 neurons x 50 us = 0.0125 s",
        "in all 0.185 s for a simulated second",
    ]


MODEL = """
populations:
  cells:
    N: 800
    model: "dv/dt = -v/(10*ms) : 1"
    threshold: v > 1
    reset: v = 0
  input:
    N: 200
    model: "rate : Hz"
    threshold: rand() < rate*dt
projections:
  drive:
    source: input
    target: cells
    on_pre: v += 0.1
    on_post: v_post += 0.01
    delay: 4*ms
    connect: {p: 0.5}
run: {duration: 1*second, dt: 1*ms}
"""


def test_a_forecast_of_a_model():
    text = dry_run(network_of(MODEL), 4, Assumptions(RUN, latency=1e-4))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    # 80,000 synapses, with spikes of sources at 20 Hz and of targets at 5 Hz; a delay of 4 steps.
    assert "update 250 neurons x 1,000 steps a second x 200 ns = 0.05 s" in lines
    assert "delivery 2e+06 events a second / 4 x 10 ns = 0.005 s" in lines
    assert any(
        line.startswith("exchange 200 epochs a second x (100 us + 4 messages x 84 B / 5 GB/s)")
        for line in lines
    )
    assert "1000 neurons and 100000 synapses on 2 ranks" in " ".join(lines)
    assert "with rates of cells 5 Hz, input 20 Hz:" in " ".join(lines)
    assert "predicted" not in dry_run(network_of(MODEL), 4)


def test_drawn_delays_are_taken_to_be_those_of_the_run():
    drawn = network_of(MODEL.replace("delay: 4*ms", "delay: 4*ms + rand()*ms"))
    assert "500 epochs a second" in dry_run(drawn, 4, Assumptions(RUN))


def test_a_population_that_the_run_has_not():
    other = dataclasses.replace(RUN, mean_rates_hz={"cells": 5.0})
    with pytest.raises(ModelError, match="the measured run has no population 'input'"):
        dry_run(network_of(MODEL), 4, Assumptions(other))
