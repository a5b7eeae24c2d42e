"""Clocks: base steps, run lengths and delays in steps, rounded as the language has it."""

import numpy as np
import pytest

from distsim.network import ModelError
from distsim.program.clocks import base_step, delay_steps, multiple, steps_of


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([1e-4], 1e-4),
        ([1e-4, 1e-3], 1e-4),
        ([1e-4, 2.5e-4], 5e-5),
        ([3e-4, 2e-4, 5e-4], 1e-4),
        # Clocks that agree to 1e-4 tick together.
        ([1e-4, 1.00001e-4], 1e-4),
    ],
)
def test_base_step(steps, expected):
    base = base_step(steps)
    assert base == pytest.approx(expected, rel=1e-9)
    assert all(abs(step / base - multiple(step, base)) < 1e-3 for step in steps)


@pytest.mark.parametrize("steps", [[0.0], [-1e-4], [1e-4, float("nan")], [1e-4, float("inf")]])
def test_bad_steps(steps):
    with pytest.raises(ModelError):
        base_step(steps)


def test_no_common_measure():
    with pytest.raises(ModelError, match="common measure"):
        base_step([1e-4, 1e-4 * np.pi, 1e-4 * np.e])


@pytest.mark.parametrize(
    ("milliseconds", "steps"),
    [(0, 0), (0.1, 1), (0.25, 3), (0.3, 3), (1000, 10000), (0.200001, 2), (0.21, 3)],
)
def test_run_lengths_are_rounded_up_unless_they_are_near_a_step(milliseconds, steps):
    assert steps_of(milliseconds * 1e-3, 0.1e-3) == steps


def test_delays_are_rounded_in_doubles():
    # 0.15 ms is less than 1.5 steps of 0.1 ms in doubles; the expression is int(delay/dt + 0.5).
    delays = np.array([0, 0.04, 0.05, 0.1, 0.15, 0.25, 0.35, 1.5, 0.3]) * 1e-3
    expected = [int(delay / 1e-4 + 0.5) for delay in delays]
    assert expected[:6] == [0, 0, 1, 1, 1, 3]
    assert delay_steps(delays, 1e-4).tolist() == expected
