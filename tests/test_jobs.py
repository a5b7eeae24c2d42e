"""The job scripts: local.sh from a clean copy, and slurm.sbatch on a SLURM of one node."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import pytest
from conftest import ROOT

LOCAL = ROOT / "jobs" / "local.sh"
SHORT = ["--set", "run.duration=20*ms", "--quiet"]
NOT_AVAILABLE = 77


def call(*arguments, env=None, cwd=ROOT, timeout=240):
    return subprocess.run(
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )


def seed_of(folder):
    with h5py.File(folder / "spikes.h5") as spikes:
        return int(spikes.attrs["seed"])


def summary_of(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.parametrize(
    "arguments",
    [[], ["-n"], ["-n", "0", "model.yaml"], ["-n", "two", "model.yaml"], ["--unknown", "model.yaml"]],
)
def test_local_refuses_what_it_does_not_understand(arguments):
    run = call(LOCAL, *arguments)
    assert run.returncode == 2
    assert "usage" in run.stderr or "number of ranks" in run.stderr


def test_local_names_the_python_it_needs(tmp_path):
    old_python = tmp_path / "python"
    old_python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n')
    old_python.chmod(0o755)
    copy_of_repository(tmp_path / "clean")
    run = call(tmp_path / "clean" / "jobs" / "local.sh", "configs/cuba.yaml", env={"PYTHON": str(old_python)})
    assert run.returncode == 1
    assert "Python 3.9.2; distsim needs 3.11" in run.stderr


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(900)
def test_local_goes_from_a_clean_copy_to_results(tmp_path):
    clean = copy_of_repository(tmp_path / "clean")
    # sys.executable is in an environment of its own; a clean machine has the interpreter beneath it.
    env = {"PYTHON": str(Path(sys.base_prefix) / "bin" / "python3"), "PYTHONPATH": ""}
    first = call(
        clean / "jobs/local.sh", "-n", 2, "configs/cuba.yaml", *SHORT, env=env, cwd=clean, timeout=800
    )
    assert first.returncode == 0, first.stderr
    # The second time nothing is installed, and the results do not collide with the first.
    second = call(clean / "jobs/local.sh", "-n", 1, "--", "configs/cuba.yaml", *SHORT, env=env, cwd=clean)
    assert second.returncode == 0, second.stderr
    assert "Installing" not in second.stderr
    ranks = [summary_of(folder)["ranks"] for folder in (clean / "results").iterdir()]
    assert sorted(ranks) == [1, 2]


def copy_of_repository(target):
    """What a clone holds: no environment, no cache, no results."""
    shutil.copytree(
        ROOT,
        target,
        ignore=shutil.ignore_patterns(
            ".venv", ".cache", ".git", "results", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis"
        ),
    )
    return target


@pytest.fixture(scope="module")
def slurm():
    """Environment in which sbatch talks to a SLURM of one node, started for these tests."""
    # munged insists that others can reach its socket, and pytest's temporary folders are closed to them.
    folder = Path(tempfile.mkdtemp(prefix="distsim-slurm-"))
    script = ROOT / "tests" / "environment" / "slurm.sh"
    # The daemons outlive the script: its output goes to a file, for they would keep a pipe open.
    with (folder / "start.log").open("w") as log:
        code = subprocess.run(
            [script, "start", folder],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=240,
        ).returncode
    message = (folder / "start.log").read_text()
    if code == NOT_AVAILABLE:
        pytest.skip(message.strip())
    assert code == 0, message
    yield {"SLURM_CONF": str(folder / "slurm.conf"), "PYTHONPATH": ""}
    call(script, "stop", folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["", "mpirun"])
def test_batch_job_runs_on_two_tasks(slurm, tmp_path, launcher):
    env = {**slurm, "DISTSIM_LAUNCHER": launcher}
    job = call(
        *(
            "sbatch",
            "--wait",
            "--ntasks=2",
            f"--output={tmp_path}/log",
            "jobs/slurm.sbatch",
            "configs/cuba.yaml",
        ),
        *(*SHORT, "--output", tmp_path / "results"),
        env=env,
    )
    assert job.returncode == 0, (tmp_path / "log").read_text()
    assert summary_of(tmp_path / "results")["ranks"] == 2


@pytest.mark.slow
def test_array_gives_each_task_its_seed(slurm, tmp_path):
    env = {**slurm, "DISTSIM_ROOT": str(ROOT), "DISTSIM_SEED": "40"}
    # Tasks that name one folder would collide, so the script is left to choose: results/cuba-JOB_TASK.
    job = call(
        *("sbatch", "--wait", "--parsable", "--ntasks=1", "--array=1-2", f"--output={tmp_path}/log-%a"),
        *("jobs/slurm.sbatch", "configs/cuba.yaml", *SHORT),
        env=env,
    )
    assert job.returncode == 0, "".join(log.read_text() for log in tmp_path.glob("log-*"))
    number = job.stdout.split()[0]
    folders = [ROOT / "results" / f"cuba-{number}_{task}" for task in (1, 2)]
    try:
        assert [seed_of(folder) for folder in folders] == [41, 42]
    finally:
        for folder in folders:
            shutil.rmtree(folder)


@pytest.mark.slow
def test_batch_job_that_fails_is_seen_as_failed(slurm, tmp_path):
    job = call(
        *("sbatch", "--wait", "--parsable", "--ntasks=2", f"--output={tmp_path}/log"),
        *("jobs/slurm.sbatch", "configs/no_such_model.yaml"),
        env=slurm,
    )
    assert job.returncode != 0
    state = call("scontrol", "show", "job", job.stdout.split()[0], env=slurm).stdout
    assert "JobState=FAILED" in state
    assert "no_such_model" in (tmp_path / "log").read_text()
