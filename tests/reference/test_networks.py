"""Networks of Brette et al. (2007): the same connections and initial values give Brian 2's very spikes.

These neurons forget small differences (no chaos arises from rounding within a second), so not only rates
but every spike can be compared. How the connections and initial values are drawn shows in the rates of
Brian's own networks.
"""

import json

import numpy as np
import pytest
from peer_runs import CONFIGS, PEERS, drawn, monitored, run_brian, run_distsim, run_peer

pytestmark = pytest.mark.peers

INITIAL = {"cuba": ("v",), "cuba_stdp": ("v",), "coba": ("v", "ge", "gi"), "cobahh": ("v", "ge", "gi")}
"""What each network draws for its neurons."""
SHORT = [("N_neurons", "2000"), ("run.duration", "200*ms")]
EXCITATORY = 0.8


def sorted_spikes(monitors, dt=1e-4):
    """Step and neuron of every spike."""
    steps = np.rint(monitors["spikes.t"] / dt).astype(int)
    order = np.lexsort((monitors["spikes.i"], steps))
    return np.stack([steps, monitors["spikes.i"]], axis=1)[order]


def assert_equal_spikes(name, overrides, python, folder, least):
    run = run_distsim(CONFIGS / f"{name}.yaml", folder / "distsim", overrides)
    variables = [("neurons", variable) for variable in INITIAL[name]]
    given = drawn(run, ["excitatory", "inhibitory"], variables)
    ours = sorted_spikes(monitored(run))
    theirs = sorted_spikes(run_brian(python, run, folder, given))
    assert len(theirs) > least
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("name", "overrides", "least"),
    [("cuba", [], 20_000), ("cuba_stdp", [], 20_000), ("coba", SHORT, 5_000), ("cobahh", SHORT, 5_000)],
)
def test_spikes_are_those_of_brian(name, overrides, least, peers_python, tmp_path):
    assert_equal_spikes(name, overrides, peers_python, tmp_path, least)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("coba", 60_000), ("cobahh", 110_000)])
def test_spikes_are_those_of_brian_for_a_second(name, least, peers_python, tmp_path):
    assert_equal_spikes(name, [], peers_python, tmp_path, least)


def brian_networks(python, program, seeds, target):
    """Reports of Brian's networks with connections of their own; NumPy's target needs no compiler."""
    command = [python, PEERS / program, "--target", target, "--seed"]
    return [json.loads(run_peer([*command, seed]).splitlines()[-1])["populations"] for seed in seeds]


def populations(run):
    """Rates and coefficients of variation of the two kinds of neuron, reported as Brian's programs do."""
    times, neurons = run.spikes("neurons")
    size = run.model.network.population("neurons").size
    cut, duration = int(EXCITATORY * size), run.model.run.duration
    found = {}
    for name, first, stop in (("excitatory", 0, cut), ("inhibitory", cut, size)):
        inside = (neurons >= first) & (neurons < stop)
        found[name] = {
            "rate_hz": np.count_nonzero(inside) / (stop - first) / duration,
            "cv_isi": irregularity(times[inside], neurons[inside]),
        }
    return found


def irregularity(times, neurons):
    """Mean coefficient of variation of the intervals of neurons with three spikes or more."""
    order = np.lexsort((times, neurons))
    trains = np.split(times[order], np.flatnonzero(np.diff(neurons[order])) + 1)
    intervals = [np.diff(train) for train in trains if len(train) > 2]
    return np.mean([np.std(each) / np.mean(each) for each in intervals])


def assert_same_means(ours, theirs, measure):
    """Compare means over seeds: beyond 6 standard errors in fewer than one of 1,000 cases (Student's t)."""
    for kind in ("excitatory", "inhibitory"):
        both = [np.array([each[kind][measure] for each in group]) for group in (ours, theirs)]
        error = np.sqrt(sum(values.var(ddof=1) / len(values) for values in both))
        assert abs(both[0].mean() - both[1].mean()) < 6 * error, (kind, both)


def own_networks(name, seeds, folder):
    path = CONFIGS / f"{name}.yaml"
    return [populations(run_distsim(path, folder / str(seed), seed=seed)) for seed in seeds]


def test_rates_of_cuba(peers_python, tmp_path):
    """Seeds alone make 5 % of the excitatory rate and 1 % of the inhibitory one, in either simulator."""
    ours = own_networks("cuba", range(1, 7), tmp_path)
    theirs = brian_networks(peers_python, "brian2_cuba.py", range(1, 4), "numpy")
    assert_same_means(ours, theirs, "rate_hz")
    assert_same_means(ours, theirs, "cv_isi")
    both = [np.mean([each["inhibitory"]["rate_hz"] for each in group]) for group in (ours, theirs)]
    assert both[0] == pytest.approx(both[1], rel=0.05)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ["coba", "cobahh"])
def test_rates_of_conductance_based_networks(name, peers_python, tmp_path):
    """The activity of these networks comes in waves, and the rate differs by 6 to 9 % from seed to seed."""
    ours = own_networks(name, range(1, 6), tmp_path)
    theirs = brian_networks(peers_python, f"brian2_{name}.py", range(1, 6), "cpp_standalone")
    assert_same_means(ours, theirs, "rate_hz")
    assert_same_means(ours, theirs, "cv_isi")
