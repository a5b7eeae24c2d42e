"""Stochastic methods: with the same noise as Brian 2 the same numbers, and right distributions."""

import json

import numpy as np
import pytest
from peer_runs import MODELS, PEERS, monitored, run_distsim, run_peer

FORMULAS = {"additive_euler": "euler", "multiplicative_heun": "heun", "diagonal_milstein": "milstein"}
NOISES = {"xi_1": "x", "xi_2": "y"}
DEVIATIONS = 5
"""Standard errors that a mean or a variance may be off: chance does that in 1 of 1.7 million cases."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_distsim(MODELS / "noise.yaml", tmp_path_factory.mktemp("noise") / "distsim")


@pytest.fixture(scope="module")
def increments(tmp_path_factory):
    """The noise of the same neurons, seen by equations that are nothing but noise.

    A number depends on seed, population, neuron, step and its place among the numbers of a step, not on the
    equations.
    """
    replaced = []
    for name in FORMULAS:
        noise = "dx/dt = xi_1*second**-0.5 : 1\ndy/dt = xi_2*second**-0.5 : 1"
        replaced += [(f"populations.{name}.model", noise), (f"populations.{name}.method", "euler")]
    folder = tmp_path_factory.mktemp("increments") / "distsim"
    found = monitored(run_distsim(MODELS / "noise.yaml", folder, replaced))
    return {
        f"{name}.{noise}": np.diff(found[f"trace_{name}.{variable}"], axis=1).T
        for name in FORMULAS
        for noise, variable in NOISES.items()
    }


@pytest.mark.peers
def test_formulas_are_those_of_brian(run, increments, peers_python, tmp_path):
    ours = monitored(run)
    cases = {
        name: {
            "method": method,
            "equations": str(run.model.network.population(name).equations),
            "constants": {"tau": 5e-3, "s": 4.0, "second": 1.0},
            "dt": run.model.network.dt,
            "variables": {v: ours[f"trace_{name}.{v}"][:, 0].tolist() for v in ("x", "y")},
        }
        for name, method in FORMULAS.items()
    }
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    np.savez(tmp_path / "noise.npz", **increments)
    files = [tmp_path / name for name in ("cases.json", "noise.npz", "results.npz")]
    run_peer([peers_python, PEERS / "brian2_noise.py", *files])
    with np.load(files[2]) as theirs:
        for name in FORMULAS:
            for variable in ("x", "y"):
                reference = theirs[f"{name}.{variable}"]
                trace = ours[f"trace_{name}.{variable}"][:, :-1]
                np.testing.assert_allclose(trace, reference, rtol=1e-9, atol=1e-11, err_msg=name)
                assert np.std(np.diff(reference)) > 1e-3


def test_noise_is_white(increments):
    """Each increment is normal with variance dt, and independent of the next and of the other noises."""
    every = np.stack(list(increments.values())) / np.sqrt(1e-4)
    assert every.shape == (6, 199, 5)
    count = every.size
    assert abs(every.mean()) < DEVIATIONS / np.sqrt(count)
    assert abs(every.var() - 1) < DEVIATIONS * np.sqrt(2 / count)
    assert abs((every[:, 1:] * every[:, :-1]).mean()) < DEVIATIONS / np.sqrt(count)
    assert abs((every[1:] * every[:-1]).mean()) < DEVIATIONS / np.sqrt(count)
    assert abs((every[..., 1:] * every[..., :-1]).mean()) < DEVIATIONS / np.sqrt(count)


def final(run, population):
    values = run.simulation.state.arrays[population, "x"][: run.model.network.population(population).size]
    assert len(np.unique(values)) == len(values)
    return values


def assert_normal_moments(values, mean, variance):
    count = len(values)
    assert abs(values.mean() - mean) < DEVIATIONS * np.sqrt(variance / count)
    assert abs(values.var() - variance) < DEVIATIONS * variance * np.sqrt(2 / count)


def test_ornstein_uhlenbeck_process(run):
    """Euler and Maruyama's steps x -> (1 - dt/tau) x + sqrt(2 dt/tau) n have these moments exactly."""
    steps, step = 200, 1e-4 / 5e-3
    mean = 3 * (1 - step) ** steps
    variance = 2 * step * (1 - (1 - step) ** (2 * steps)) / (1 - (1 - step) ** 2)
    assert_normal_moments(final(run, "ornstein_uhlenbeck"), mean, variance)


@pytest.mark.parametrize("method", ["heun", "milstein"])
def test_geometric_brownian_motion(run, method):
    """The methods' own error is some 1e-4, far below the standard errors; Ito's mean would be 0.16 off."""
    duration, drift, noise = 0.02, 10.0, 4.0
    assert_normal_moments(np.log(final(run, f"geometric_{method}")), drift * duration, noise**2 * duration)
