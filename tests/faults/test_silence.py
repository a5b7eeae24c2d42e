"""What a good run says, what it does not, and what it does not even import."""

from __future__ import annotations

import os
import re

import pytest
from faulty_runs import MODEL, MODULES, names_in, one_process

HEAVY = {"numba", "llvmlite", "sympy", "h5py", "mpi4py", "matplotlib"}


@pytest.mark.parametrize("ranks", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_quiet_runs_say_nothing(ranks, mpirun, tmp_path):
    run = mpirun(ranks, ["-m", "distsim", MODEL, "--quiet", "--output", tmp_path / "out"])
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_plain_lines_where_there_is_no_terminal(tmp_path):
    run = one_process(["-m", "distsim", MODEL, "--output", tmp_path / "out"])
    assert run.returncode == 0
    for phase in ("planning", "compiling", "building", "writing"):
        assert len(re.findall(rf"^{phase}: [0-9.]+ s$", run.stderr, re.MULTILINE)) == 1
    assert "simulating: 0.02 of 0.02 s (100 %)\n" in run.stderr
    assert "\x1b" not in run.stderr + run.stdout
    assert "\r" not in run.stderr + run.stdout
    assert f"results in {tmp_path / 'out'}\n" in run.stdout
    assert "summary.json" in names_in(tmp_path / "out")


@pytest.mark.parametrize("debug", [False, True])
def test_no_warnings(debug, tmp_path):
    # Initial values that divide by zero, overflow and are not numbers, and equations that go on with them.
    values = "populations.cells.initial.x=exp(1000*i)/(i - 5) + sqrt(i - 8)"
    options = ["--set", values, "--set", "growth=1"] if not debug else []
    env = {**os.environ, "PYTHONWARNINGS": "default"}
    arguments = [
        "-m",
        "distsim",
        MODEL,
        "--quiet",
        "--output",
        tmp_path / "out",
        *options,
        *["--debug"] * debug,
    ]
    run = one_process(arguments, env=env)
    assert (run.returncode, run.stdout) == (0, "")
    # That the result is no number is said once, by us; nothing is said by NumPy or Python.
    said = "" if debug else r"WARNING cells\.x: 12 values are no numbers, or beyond 1e\+50, .*\n"
    assert re.fullmatch(said, run.stderr)


def test_importing_distsim_imports_nothing_heavy():
    program = "import sys, distsim; print(*{name.partition('.')[0] for name in sys.modules})"
    run = one_process(["-c", program])
    assert run.returncode == 0
    assert not set(run.stdout.split()) & (HEAVY | {"numpy", "yaml", "pydantic"})


def test_workers_import_only_what_they_need(mpirun, tmp_path):
    run = mpirun(2, [MODULES, MODEL, "--quiet", "--output", tmp_path / "out"])
    assert run.returncode == 0, run.stderr
    found = {
        int(rank): set(names.split()) for rank, names in re.findall(r"rank (\d) imported (.*)", run.stdout)
    }
    assert found.keys() == {0, 1}
    # numba imports yaml for a configuration file of its own.
    assert not found[1] & {"sympy", "pydantic", "distsim.config", "rich", "matplotlib"}
    # The hook sees what is imported.
    assert found[0] >= {"pydantic", "distsim.config", "llvmlite"}
    assert found[1] >= {"llvmlite", "mpi4py"}
