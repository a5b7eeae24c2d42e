"""``--debug``: what it finds, and that a debugger can stop in the emitted code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from faulty_runs import FAULTS, MODEL, assert_refused, names_in, one_process

from distsim.recording import read_report


def test_a_variable_that_becomes_infinite_is_named(tmp_path):
    options = ["--output", tmp_path / "out", "--set", "growth=1000", "--quiet"]
    run = one_process(["-m", "distsim", MODEL, "--debug", *options])
    assert run.returncode == 1
    says = r"FloatingPointError: cells\.x of neuron 7 is inf after the step at t = \S+ ms \(1 of 12 neurons\)"
    assert re.fullmatch(says, run.stderr.splitlines()[-1])
    # What led there can be looked at.
    report = read_report(tmp_path / "out" / "trace_x.h5.part", "cells")
    assert report.data[0, 1] == 1
    assert report.data[-1, 1] > 1e6


def test_an_index_outside_an_array_is_found(tmp_path):
    env = {**os.environ, "DISTSIM_DEBUG": "1"}
    options = ["--output", tmp_path / "out", "--debug", "--quiet"]
    run = one_process([FAULTS, "spike to nowhere", "0", MODEL, *options], env=env)
    assert run.returncode == 1
    assert re.search(r"^IndexError: index \d+ is outside an array of \d+ elements$", run.stderr, re.MULTILINE)


def test_breakpoints_in_the_emitted_code(tmp_path):
    options = [MODEL, "--debug", "--overwrite", "--output", tmp_path / "out"]
    run = one_process(["-m", "distsim", *options])
    assert run.returncode == 0
    (path,) = re.findall(r"the steps are in (\S+\.py)$", run.stderr, re.MULTILINE)
    # The file is there to be read before the next run, and has a line for the equation.
    lines = Path(path).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if re.search(r"x\[_i\] = ", text))
    commands = [f"b {path}:{line}", "c", "p 'neuron', int(_i)", "c", "p 'neuron', int(_i)", "q"]
    arguments = [part for command in commands for part in ("-c", command)]
    run = one_process(["-m", "pdb", *arguments, "-m", "distsim", *options])
    assert run.stdout.count("('neuron', 0)") == 1
    assert run.stdout.count("('neuron', 1)") == 1


def test_post_mortem(tmp_path):
    options = ["--debug", "--output", tmp_path / "out", "--set", "growth=1000", "--quiet"]
    commands = ["c", "p 'variable', variable.name, int(neuron)", "q"]
    arguments = [part for command in commands for part in ("-c", command)]
    run = one_process(["-m", "pdb", *arguments, "-m", "distsim", MODEL, *options])
    assert "('variable', 'x', 7)" in run.stdout


def test_several_ranks_are_refused(mpirun, tmp_path):
    run = mpirun(2, ["-m", "distsim", MODEL, "--debug", "--output", tmp_path / "out"], timeout=30)
    assert_refused(run, "--debug runs in one process, but there are 2 ranks; start it without mpirun")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_debug_gives_the_same_files(tmp_path):
    for name, options in {"fast": [], "debug": ["--debug"]}.items():
        run = one_process(["-m", "distsim", MODEL, *options, "--quiet", "--output", tmp_path / name])
        assert run.returncode == 0
    assert names_in(tmp_path / "fast") == names_in(tmp_path / "debug")
    fast, debug = (read_report(tmp_path / name / "trace_v.h5", "cells").data for name in ("fast", "debug"))
    assert fast.tobytes() == debug.tobytes()
