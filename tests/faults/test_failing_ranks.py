"""One rank that fails ends all of them, with one message, and leaves nothing that looks like a result."""

from __future__ import annotations

import time

import pytest
from conftest import session_members
from faulty_runs import FAULTS, MODEL, assert_refused, complaints, names_in, one_process

from distsim.recording import read_spikes

# Long enough that the run is never over before the other ranks have failed, too.
LONG = ["--set", "run.duration=100*second", "--quiet"]
FINAL = {"spikes.h5", "rates.h5", "trace_v.h5", "trace_x.h5", "summary.json"}


def fault(name, ranks, folder, *options):
    return [FAULTS, name, ranks, MODEL, "--output", folder / "out", *options]


@pytest.mark.parametrize("where", ["build", pytest.param("loop", marks=pytest.mark.slow)])
def test_a_mistake_of_the_program_has_one_traceback(where, mpirun, tmp_path):
    run = mpirun(3, fault(f"mistake in {where}", "1", tmp_path, *LONG))
    assert run.returncode == 1
    assert run.stderr.count("Traceback (most recent call last)") == 1
    assert run.stderr.count("RuntimeError: injected") == 1
    assert "[rank 1] RuntimeError: injected" in run.stderr
    assert not names_in(tmp_path / "out") & FINAL


# That of test_bad_input with a delay below 0 on one rank is such a mistake, too.
@pytest.mark.slow
@pytest.mark.parametrize("ranks", ["0", "1", "0,1,2"])
def test_a_mistake_of_the_user_found_on_some_ranks(ranks, mpirun, tmp_path):
    run = mpirun(3, fault("model error in build", ranks, tmp_path, *LONG))
    assert_refused(run, "distsim: error: cells: injected")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_too_little_memory_on_one_rank(mpirun, tmp_path):
    run = mpirun(3, fault("memory in build", "2", tmp_path, *LONG))
    assert_refused(run, "not enough memory for this model: Unable to allocate 3. TiB")


@pytest.mark.parametrize("rank", ["1", pytest.param("0", marks=pytest.mark.slow)])
def test_a_rank_that_is_killed_ends_the_run(rank, mpirun_start, tmp_path):
    run = mpirun_start(3, fault("killed in loop", rank, tmp_path, *LONG))
    _, errors = run.communicate(timeout=60)
    assert run.returncode not in (0, 2)
    assert "Traceback" not in errors
    deadline = time.monotonic() + 5
    while session_members(run.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not session_members(run.pid)
    assert names_in(tmp_path / "out")
    assert not names_in(tmp_path / "out") & FINAL


def test_a_full_disk_on_one_rank(mpirun, tmp_path):
    run = mpirun(3, fault("full disk", "1", tmp_path, *LONG))
    assert_refused(run, f"cannot write the results to {tmp_path / 'out'}: File too large")
    assert not names_in(tmp_path / "out") & FINAL


def test_a_full_disk_under_a_single_process(tmp_path):
    run = one_process(fault("full disk", "0", tmp_path, *LONG))
    assert_refused(run, "cannot write", ".h5.part: File too large")
    # HDF5 would add pages of its own while the interpreter ends, and crash.
    assert run.stderr.splitlines() == complaints(run)
    assert not names_in(tmp_path / "out") & FINAL


def test_a_mistake_in_a_single_process_keeps_what_was_recorded(tmp_path):
    run = one_process(fault("late mistake in loop", "0", tmp_path, "--set", "run.duration=1*second"))
    assert run.returncode == 1
    assert run.stderr.count("RuntimeError: injected") == 1
    assert names_in(tmp_path / "out") == {name + ".part" for name in FINAL - {"summary.json"}}
    steps, _ = read_spikes(tmp_path / "out" / "spikes.h5.part", "cells")
    assert steps.size > 0
