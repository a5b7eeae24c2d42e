"""The scripts in configs/scripts: the same numbers on any number of ranks, one picture, and what is expected.

What is expected comes from theory where there is one. The random networks are compared with the same scripts
in Brian 2, run with many seeds: example_scripts_brian2.json holds mean and standard deviation, and a result
has to lie in the interval in which one more of Brian 2's would lie all but once in 10,000 times.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, special, stats

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {path.stem: path for path in sorted((ROOT / "configs" / "scripts").glob("*.py"))}
KEEP_RESULTS = ROOT / "tests" / "frontend" / "keep_results.py"
IN_BRIAN2 = json.loads((Path(__file__).parent / "example_scripts_brian2.json").read_text())
FALSE_ALARM = 1e-4
# No random number of a simulator is in these.
DETERMINISTIC = [
    "gap_junctions",
    "lif_and_hodgkin_huxley",
    "network_operation_reset",
    "tsodyks_markram",
    "units_arithmetic",
]
TIMEOUT = 240


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of a script has left."""

    results: dict[str, np.ndarray]
    output: str
    picture: bytes


def read(folder: Path, output: str) -> Finished:
    with np.load(folder / "results.npz") as file:
        results = dict(file)
    assert sorted(path.name for path in folder.iterdir()) == ["picture.png", "results.npz"]
    return Finished(results, output, (folder / "picture.png").read_bytes())


def arguments(name: str, folder: Path) -> list[str]:
    return [str(KEEP_RESULTS), str(SCRIPTS[name]), str(folder / "results.npz"), str(folder / "picture.png")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return what a script has left that ran under plain Python; each runs once for all tests here."""
    known: dict[str, Finished] = {}

    def run(name: str) -> Finished:
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            process = subprocess.run(
                [sys.executable, *arguments(name, folder)],
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
                cwd=ROOT,
                env={**os.environ, "MPLBACKEND": "Agg"},
                check=False,
            )
            assert process.returncode == 0, process.stderr[-4000:]
            known[name] = read(folder, process.stdout)
        return known[name]

    return run


@pytest.fixture
def results(finished):
    """Return the numbers of a script."""
    return lambda name: finished(name).results


def without_progress(output: str) -> str:
    """Leave out the lines of `report`, which tell how long a run took."""
    return "\n".join(line for line in output.splitlines() if "simulat" not in line)


def one_and_three_ranks():
    """Yield ranks and scripts: one rank alone does what plain Python does, so two scripts stand for all."""
    for name in SCRIPTS:
        slow = name not in ("network_operation_reset", "synapses_by_rule")
        yield pytest.param(1, name, marks=[pytest.mark.slow] * slow)
        yield 3, name


@pytest.mark.parametrize(("ranks", "name"), list(one_and_three_ranks()))
def test_ranks_make_no_difference(name, ranks, finished, mpirun, tmp_path):
    alone = finished(name)
    process = mpirun(ranks, ["-m", "distsim", *arguments(name, tmp_path)], TIMEOUT, env={"MPLBACKEND": "Agg"})
    assert process.returncode == 0, process.stderr[-4000:]
    together = read(tmp_path, process.stdout)
    assert together.results.keys() == alone.results.keys()
    for key, values in alone.results.items():
        assert together.results[key].dtype == values.dtype, key
        assert together.results[key].tobytes() == values.tobytes(), key
    assert without_progress(together.output) == without_progress(alone.output)
    assert together.picture == alone.picture


def test_a_script_is_started_by_its_name(mpirun, finished, tmp_path):
    script = SCRIPTS["network_operation_reset"]
    process = mpirun(3, ["-m", "distsim", str(script)], env={"MPLBACKEND": "Agg"}, cwd=tmp_path)
    assert process.returncode == 0, process.stderr[-4000:]
    assert process.stdout == finished(script.stem).output
    assert [path.name for path in tmp_path.iterdir()] == ["network_operation_reset.png"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_is_short_and_names_its_source(name):
    lines = SCRIPTS[name].read_text().splitlines()
    assert len(lines) < 130
    assert max(map(len, lines)) <= 110
    docstring = "\n".join(lines[: next(k for k, line in enumerate(lines) if line == '"""')])
    assert re.search(r"\b(19|20)\d\d\b", docstring)
    assert "from distsim import *" in lines


# -- against Brian 2 ----------------------------------------------------------------------------------------


@pytest.mark.peers
@pytest.mark.parametrize("name", DETERMINISTIC)
def test_numbers_are_those_of_brian2(name, results, peers_python, tmp_path):
    theirs = tmp_path / "brian2.npz"
    program = ROOT / "tests" / "peers" / "brian2_script.py"
    process = subprocess.run(
        [peers_python, program, SCRIPTS[name], theirs],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-4000:]
    ours = results(name)
    with np.load(theirs) as file:
        assert ours.keys() == set(file)
        for key in file:
            np.testing.assert_allclose(ours[key], file[key], rtol=1e-9, atol=1e-12, err_msg=key)


@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, numbers in IN_BRIAN2.items() for key in numbers]
)
def test_random_networks_are_in_the_range_of_brian2(name, key, results):
    reference = IN_BRIAN2[name][key]
    half_width = stats.t.isf(FALSE_ALARM / 2, reference["runs"] - 1)
    half_width *= reference["deviation"] * np.sqrt(1 + 1 / reference["runs"])
    assert abs(results(name)[key] - reference["mean"]) <= half_width


# -- against theory -----------------------------------------------------------------------------------------


def test_units_arithmetic(finished):
    found = finished("units_arithmetic")
    volts = 8.31446 * (273.15 + 18.5) / 96485.33 * np.log([20 / 400, 440 / 50, 52 / 560])
    np.testing.assert_allclose(found.results["potentials"], volts, rtol=1e-5)
    # The table of Kandel et al. has -75, +55 and -60 mV.
    np.testing.assert_allclose(found.results["potentials"], [-75e-3, 55e-3, -60e-3], atol=0.5e-3)
    np.testing.assert_allclose(found.results["charging"], 0.01 * (1 - np.exp(-np.arange(5) / 2)))
    assert "refused:" in found.output


def test_integrate_and_fire_neuron(results):
    found = results("lif_and_hodgkin_huxley")
    dt, tau, v, blocked, times = 1e-5, 10e-3, 0.0, 0, []
    decay = np.exp(-dt / tau)
    for step, current in enumerate(np.repeat(found["protocol"], 100)):
        if blocked > 0:
            blocked -= 1
        if blocked == 0:
            v = 25e-3 * current + (v - 25e-3 * current) * decay
            if v > 15e-3:
                v, blocked = 0.0, 200
                times.append(step * dt)
    assert len(times) > 5
    np.testing.assert_allclose(found["lif_spike_times"], times, atol=1.5 * dt)


def test_hodgkin_huxley_neuron(results):
    """The solution of scipy's adaptive solver, step of current by step of current."""
    found = results("lif_and_hodgkin_huxley")

    def derivative(_, state, current):
        v, m, h, n = state  # mV and ms; 1 nA on 0.01 mm2 is 10 uA/cm2
        gates = gate_rates(v)
        ionic = 120 * m**3 * h * (v - 50) + 36 * n**4 * (v + 77) + 0.3 * (v + 54.4)
        return [
            10 * current - ionic,
            *((1 - x) * a - x * b for x, (a, b) in zip((m, h, n), gates, strict=True)),
        ]

    state = np.array([-65.0, *(a / (a + b) for a, b in gate_rates(-65.0))])
    voltage = []
    for current in found["protocol"]:
        times = np.arange(11) / 10
        solved = integrate.solve_ivp(
            derivative, (0, 1), state, args=(current,), t_eval=times, rtol=1e-8, atol=1e-8
        )
        voltage.append(solved.y[0, :-1])
        state = solved.y[:, -1]
    expected = np.concatenate(voltage)
    upward = np.flatnonzero((expected[:-1] <= 0) & (expected[1:] > 0)) * 1e-4
    np.testing.assert_allclose(found["hh_spike_times"], upward, atol=0.5e-3)
    # The method is of first order: spikes come up to 0.4 ms late, and their slope is 300 mV/ms.
    assert np.median(abs(found["hh_voltage"] * 1e3 - expected)) < 0.3


def gate_rates(v: float) -> list[tuple[float, float]]:
    """Return opening and closing rates of m, h and n [1/ms] at `v` [mV]."""
    return [
        (1 / special.exprel(-(v + 40) / 10), 4 * np.exp(-(v + 65) / 18)),
        (0.07 * np.exp(-(v + 65) / 20), 1 / (1 + np.exp(-(v + 35) / 10))),
        (0.1 / special.exprel(-(v + 55) / 10), 0.125 * np.exp(-(v + 65) / 80)),
    ]


def test_input_frequency_curve(results):
    """Without noise the rate of the leaky integrate-and-fire neuron, with noise Siegert's."""
    found = results("input_frequency_curve")
    tau, refractory, duration, threshold, sigma, dt = 20e-3, 2e-3, 2.0, 20e-3, 5e-3, 1e-4
    drive = 1e8 * found["current"]
    quiet = np.zeros(len(drive))
    firing = drive > threshold
    quiet[firing] = 1 / (refractory + tau * np.log(drive[firing] / (drive[firing] - threshold)))
    # One spike more or less, and intervals rounded to steps.
    assert np.all(abs(found["quiet_rate"] - quiet) <= 1 / duration + quiet**2 * 2 * dt)
    # A path that is looked at once a step crosses a threshold as an unbroken one does that lies higher by
    # -zeta(1/2)/sqrt(2 pi) of a step's standard deviation (Broadie et al. 1997, Math. Finance 7, 325-349).
    seen = threshold + 0.5826 * sigma * np.sqrt(2 * dt / tau)

    def siegert(mean_drive: float) -> float:
        bounds = np.array([-mean_drive, seen - mean_drive]) / (np.sqrt(2) * sigma)
        integral, _ = integrate.quad(lambda x: special.erfcx(-x), *bounds)
        return 1 / (refractory + tau * np.sqrt(np.pi) * integral)

    expected = np.array([siegert(each) for each in drive]) * duration
    counts = found["noisy_rate"] * duration
    # Intervals are at most as irregular as those of a Poisson process, so counts vary at most as their means.
    limit = stats.norm.isf(FALSE_ALARM / 2)
    for part in np.split(np.arange(len(drive)), 8):
        assert abs(counts[part].sum() - expected[part].sum()) <= limit * np.sqrt(expected[part].sum()) + 1


def test_synapses_by_rule(results):
    found = results("synapses_by_rule")
    by_index = [*zip([0, 10, 20, 30], [30, 20, 10, 0], strict=True), *((5, j) for j in range(0, 40, 3))]
    assert list(zip(*found["index_pairs"], strict=True)) == by_index
    by_condition = [(i, j) for i in range(0, 40, 2) for j in range(40) if abs(i - j) < 4 and i != j]
    assert list(zip(*found["condition_pairs"], strict=True)) == by_condition
    drawn = found["probability_pairs"].shape[1]
    assert FALSE_ALARM / 2 < stats.binom.cdf(drawn, 1600, 0.05) < 1 - FALSE_ALARM / 2
    i, j = found["distance_pairs"]
    assert len(set(zip(i.tolist(), j.tolist(), strict=True))) == len(i)
    for first, last in [(1, 3), (3, 6), (6, 12), (12, 40)]:
        distances = np.arange(first, last)
        p, pairs = np.exp(-distances / 4), 2 * (40 - distances)
        deviation = np.sqrt(np.sum(pairs * p * (1 - p)))
        inside = np.isin(abs(i - j), distances).sum()
        assert abs(inside - np.sum(pairs * p)) < stats.norm.isf(FALSE_ALARM / 2) * deviation + 1
    assert not np.any(i == j)


def test_stochastic_synapses(results):
    quanta = results("stochastic_synapses")["quanta"]
    assert quanta.shape == (3, 1000)
    for responses, p in zip(quanta, [0.1, 0.5, 0.9], strict=True):
        expected = 1000 * stats.binom.pmf(np.arange(6), 5, p)
        counts = np.bincount(responses, minlength=6)
        assert len(counts) == 6
        common = expected >= 5
        observed, wanted = (np.append(x[common], x[~common].sum()) for x in (counts, expected))
        # Without rare sizes, the last class is empty on both sides.
        chi_square = np.sum((observed - wanted) ** 2 / np.maximum(wanted, 1))
        assert chi_square < stats.chi2.isf(FALSE_ALARM, len(observed) - 1)


def test_stdp_separates_weights(results):
    """Song et al. 2000, figure 2: most weights near one of the bounds."""
    found = results("stdp")
    assert found["weights"].min() >= 0
    assert found["weights"].max() <= 1 + 1e-12
    middle = np.mean(abs(found["weights"] - 0.5) < 0.2)
    assert middle < 0.32  # 0.4 at the start
    assert found["weak"] > 0.25
    assert found["rate_at_end"] < found["rate_at_start"]


def test_izhikevich_network_has_rhythms(results):
    """Izhikevich 2003, figure 3: rates around 8 Hz, and activity that comes in volleys."""
    found = results("izhikevich_network")
    assert 5 < found["excitatory_rate"] < 12
    rhythm = found["rhythm"][400:]
    assert rhythm.max() > 2 * rhythm.mean()


def test_network_operation_reset(results):
    found = results("network_operation_reset")
    charged = 20 * (1 - np.exp(-25 / np.array([5, 10, 20, 40])))
    np.testing.assert_allclose(found["found"], [np.zeros(4), charged, charged, charged], rtol=1e-11)
    steps = np.tile(np.arange(250), 4) * 0.1
    course = 20e-3 * (1 - np.exp(-steps / np.array([[5], [10], [20], [40]])))
    course[:, 250::250] = found["voltage"][:, 250::250]  # the monitor and the operation share these steps
    np.testing.assert_allclose(found["voltage"], course, rtol=1e-11)


def test_smooth_pursuit_follows(results):
    found = results("smooth_pursuit")
    assert found["correlation"] > 0.9
    assert found["error"] < found["spread"] / 2


def test_brunel_hakim_oscillates(results):
    """Brunel and Hakim 1999: a period between two and four delays, far above the rate of the neurons."""
    found = results("brunel_hakim")
    delay = 2e-3
    assert 1 / (4 * delay) <= found["rhythm"] <= 1 / (2 * delay)
    assert found["rate"] < found["rhythm"] / 10


def test_tsodyks_markram(results):
    """The recursion from spike to spike, and the membrane's response to it."""
    found = results("tsodyks_markram")

    def releases(times, share, recovery, facilitation):
        x, u, last, released = 1.0, 0.0, 0.0, []
        for time in times:
            x = 1 + (x - 1) * np.exp(-(time - last) / recovery)
            u *= np.exp(-(time - last) / facilitation)
            u += share * (1 - u)
            released.append(u * x)
            x, last = x - u * x, time
        return np.array(released)

    kinds = [(0.5, 0.8, 1e-3), (0.05, 0.13, 0.53)]
    for rate, steady in zip(found["rates"], found["steady"], strict=True):
        # Spikes fall on steps of 0.1 ms.
        times = np.floor(np.arange(1, 2 * rate + 1) / rate / 1e-4 + 1e-3) * 1e-4
        expected = [releases(times, *kind)[-1] for kind in kinds]
        np.testing.assert_allclose(steady, expected, rtol=1e-9)
    spikes = np.append(np.arange(10) * 0.05, 0.95) + 0.05
    time = np.arange(found["voltage"].shape[1]) * 1e-4
    tau, tau_drive = 30e-3, 3e-3
    for kind, voltage in zip(kinds, found["voltage"], strict=True):
        expected = np.zeros(len(time))
        for spike, released in zip(spikes, releases(spikes, *kind), strict=True):
            # What a step's spike adds to the drive acts from the next step on.
            since = np.maximum(time - spike - 1e-4, 0)
            shape = np.exp(-since / tau) - np.exp(-since / tau_drive)
            expected += 40e-3 * released * tau_drive / (tau - tau_drive) * shape
        np.testing.assert_allclose(voltage, expected, rtol=1e-9, atol=1e-15)


def test_vogels_inhibition_balances(results):
    found = results("vogels_inhibitory_plasticity")
    assert found["rate_at_start"] > 6 * found["rate_at_end"]
    # The rule aims at 5 Hz for spikes of the two sides that know nothing of each other.
    assert 3.5 < found["rate_at_end"] < 7.5
    assert found["irregularity"] > 0.6


def test_gap_junctions(results):
    found = results("gap_junctions")
    # Steady potentials of the row: (leak + junctions) v = I.
    junctions = 2 * np.eye(8) - np.eye(8, k=1) - np.eye(8, k=-1)
    junctions[0, 0] = junctions[-1, -1] = 1
    steady = np.linalg.solve(10 * np.eye(8) + 5 * junctions, [100, *np.zeros(7)])
    np.testing.assert_allclose(found["coefficients"], steady[1:] / steady[:-1], rtol=1e-5)
    trains = [found["spike_times"][found["spike_indices"] == cell] for cell in range(4)]
    # Alone: v = 20 mV (1 - exp(-t/10 ms)) up to 15 mV, on steps of 0.1 ms.
    np.testing.assert_allclose(np.diff(trains[0]), 10e-3 * np.log(4), atol=0.2e-3)
    np.testing.assert_allclose(trains[1][0], 10e-3 * np.log(13 / 5), atol=0.2e-3)
    assert abs(trains[0][-1] - trains[1][-1]) > 3e-3
    assert abs(trains[2][-1] - trains[3][-1]) < 0.25e-3


def test_wang_buzsaki_network_is_coherent(results):
    """Wang and Buzsaki 1996, figure 3: synchrony at 39 Hz."""
    found = results("wang_buzsaki")
    assert abs(found["rate"] - 39) <= 2
    assert found["coincidence"] > 0.9
