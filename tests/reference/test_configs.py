"""Every model in configs/ has a result that it must give, whatever else is installed."""

import json
from pathlib import Path

import numpy as np
import pytest
from peer_runs import CONFIGS, run_distsim
from theory import balanced_network_rate, siegert_rate

RECORDED = json.loads((Path(__file__).parent / "recorded_rates.json").read_text())
"""Rates that NEST and Brian 2 gave on networks drawn with several seeds; the file says how."""


def recorded_range(model, population, widened=0.05):
    """Lowest and highest rate [Hz] of the peer's seeds, widened."""
    rates = [seed[population] for seed in RECORDED[model]["rates_hz"].values()]
    return min(rates) * (1 - widened), max(rates) * (1 + widened)


def mean_rates(name, folder, start=0.0, seeds=(1, 2, 3)):
    """Rate of each population [Hz], the mean of networks drawn with several seeds."""
    runs = [run_distsim(CONFIGS / f"{name}.yaml", folder / str(seed), seed=seed) for seed in seeds]
    rates = [run.rates(start) for run in runs]
    return {population: np.mean([each[population] for each in rates]) for population in rates[0]}


@pytest.mark.parametrize("name", ["cuba", "cuba_stdp", "coba", "cobahh"])
def test_benchmark_networks(name, tmp_path):
    """Brette et al. (2007), benchmarks 1 to 3: means of three networks; one varies by 5 to 9 %."""
    rates = mean_rates(name, tmp_path)
    lowest, highest = recorded_range(name, "all", widened=0.1)
    assert lowest < rates["neurons"] < highest


def test_microcircuit(tmp_path):
    """Potjans and Diesmann (2014) at a tenth of its size: rates from 0.1 s on, the mean of three networks."""
    rates = mean_rates("microcircuit", tmp_path, start=0.1)
    assert len(rates) == 8
    outside = {}
    for population, rate in rates.items():
        lowest, highest = recorded_range("microcircuit", population)
        if not lowest < rate < highest:
            outside[population] = (lowest, rate, highest)
    assert not outside


def test_brunel(tmp_path):
    """Brunel (2000), Fig. 8C: about 38 Hz, by his mean-field theory.

    The theory leaves out that input comes in steps of J and that neurons correlate; NEST gives 37.4 Hz.
    Neurons of both kinds are equal.
    """
    run = run_distsim(CONFIGS / "brunel.yaml", tmp_path / "out", [("run.duration", "0.5*second")], seed=1)
    expected = balanced_network_rate(
        inputs=1000,
        ratio=0.25,
        strength=5,
        weight=0.1e-3,
        external=20.0,
        tau=20e-3,
        threshold=20e-3,
        reset=10e-3,
        refractory=2e-3,
    )
    assert expected == pytest.approx(37.9, abs=0.1)
    assert run.rates(start=0.2) == pytest.approx({"excitatory": expected, "inhibitory": expected}, rel=0.04)


def if_curve(folder, overrides=()):
    """Mean current [A] and spike count of each neuron."""
    run = run_distsim(CONFIGS / "if_curve.yaml", folder, overrides)
    _, neurons = run.spikes("neurons")
    return np.linspace(0, 200e-12, 1000), np.bincount(neurons, minlength=1000)


CELL = {"tau": 10e-3, "threshold": 10e-3, "reset": 0.0, "refractory": 5e-3}
RESISTANCE = 100e6


def test_if_curve_without_noise(tmp_path):
    """Lapicque's curve; a count is a whole number, and every interval is rounded up to the grid."""
    current, counts = if_curve(tmp_path / "out", [("sigma", "0*mV")])
    driven = RESISTANCE * current > CELL["threshold"]
    drive = RESISTANCE * current[driven]
    interval = CELL["refractory"] + CELL["tau"] * np.log(drive / (drive - CELL["threshold"]))
    assert not counts[~driven].any()
    # Euler's method reaches the threshold up to half a step earlier, the grid up to one later.
    error = 1e-4 / interval**2
    assert (np.abs(counts[driven] - 1 / interval) < 1 + error).all()
    assert np.mean(counts[driven] - 1 / interval) == pytest.approx(0, abs=0.5)


def test_if_curve_with_noise(tmp_path):
    """Siegert's curve, with the correction for steps; the mean over 100 neurons, whose counts vary little."""
    current, counts = if_curve(tmp_path / "out")
    expected = np.array([siegert_rate(RESISTANCE * each, 1e-3, **CELL, dt=1e-4) for each in current])
    by_current = counts.reshape(10, 100).mean(axis=1), expected.reshape(10, 100).mean(axis=1)
    # 2 % of the rate, and 0.25 spikes a neuron where there are few: three standard errors.
    np.testing.assert_allclose(*by_current, rtol=0.02, atol=0.25)
    assert by_current[0][2] < 0.1 < by_current[0][3]
