"""Ctrl-C and SIGTERM: all ranks stop at the same step, and what was recorded until then can be read."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from faulty_runs import FAULTS, MODEL, complaints, names_in, one_process

from distsim.comm import SerialCommunicator, run_in_threads
from distsim.driver.interrupts import INTERVAL, Interrupts, RunStoppedError
from distsim.recording import read_report, read_spikes

PARTIAL = {"spikes.h5.part", "rates.h5.part", "trace_v.h5.part", "trace_x.h5.part"}


def assert_readable_until(folder, stop):
    """The partial files hold everything until `stop` [s], and are those of a shorter run."""
    assert names_in(folder) == PARTIAL
    times, _ = read_spikes(folder / "spikes.h5.part", "cells")
    report = read_report(folder / "trace_v.h5.part", "cells")
    assert report.data.shape[1] == 2
    np.testing.assert_allclose(report.time[-1], stop, rtol=0, atol=0.11e-3)
    assert np.all(times < stop)


def stopped_at(run):
    (message,) = complaints(run)
    assert message.startswith("distsim: interrupted at t = ")
    assert "*.part" in message
    return float(message.split()[5])


@pytest.mark.parametrize("name", ["terminated", pytest.param("interrupted", marks=pytest.mark.slow)])
def test_a_signal_to_one_rank_stops_all(name, mpirun, tmp_path):
    options = ["--output", tmp_path / "out", "--set", "run.duration=100*second", "--quiet"]
    run = mpirun(3, [FAULTS, f"{name} in loop", "1", MODEL, *options])
    assert run.returncode == 130
    assert "Traceback" not in run.stderr
    stop = stopped_at(run)
    assert 0 < stop < 100
    assert_readable_until(tmp_path / "out", stop)


@pytest.mark.parametrize("debug", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_ctrl_c_in_a_single_process(debug, tmp_path):
    options = ["--output", tmp_path / "out", "--set", "run.duration=1000*second", "--quiet"]
    run = one_process([FAULTS, "interrupted in loop", "0", MODEL, *options, *["--debug"] * debug])
    assert run.returncode == 130
    assert run.stderr.splitlines() == complaints(run)
    stop = stopped_at(run)
    assert stop < 1000
    assert_readable_until(tmp_path / "out", stop)


@pytest.mark.slow
def test_ctrl_c_at_mpirun(mpirun_start, tmp_path):
    options = ["--output", tmp_path / "out", "--set", "run.duration=10000*second", "--quiet"]
    process = mpirun_start(3, ["-m", "distsim", MODEL, *options])
    deadline = time.monotonic() + 60
    while not names_in(tmp_path / "out") >= {".trace_v.h5.ranks", "rates.h5.part"}:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode != 0
    assert "Traceback" not in errors
    # mpirun may have stopped passing on what its ranks say, so the message is not looked for.
    assert not {name for name in names_in(tmp_path / "out") if not name.startswith(".")} - PARTIAL


class Clock:
    """Time that passes by a given amount whenever it is asked for."""

    def __init__(self, step):
        self.now = 0.0
        self.step = step

    def __call__(self):
        self.now += self.step
        return self.now


def test_ranks_of_different_speed_agree():
    def body(ranks):
        interrupts = Interrupts(ranks, Clock(1e-3 * (ranks.rank + 1)))
        for call in range(10_000):
            if ranks.rank == 2 and call == 5_000:
                interrupts.note()
            try:
                interrupts.check()
            except RunStoppedError:
                return call
        return None

    stops = run_in_threads(3, body)
    assert len(set(stops)) == 1
    assert stops[0] >= 5_000


def test_slow_epochs_are_asked_about_every_time():
    communicator = SerialCommunicator()
    interrupts = Interrupts(communicator, Clock(10 * INTERVAL))
    for _ in range(5):
        interrupts.check()
    interrupts.note()
    with pytest.raises(RunStoppedError):
        interrupts.check()


def test_handlers_are_put_back_and_those_of_others_stay():
    def debugger(number, frame):
        pass

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interrupts = Interrupts(SerialCommunicator())
    try:
        signal.signal(signal.SIGINT, debugger)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with interrupts.noting():
            assert signal.getsignal(signal.SIGINT) is debugger
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
