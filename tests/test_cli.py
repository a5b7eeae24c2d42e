"""The command line: what it accepts, what it passes on, and how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import distsim
from distsim.cli import build_parser, main
from distsim.network.errors import ModelError

ROOT = Path(__file__).parents[1]
CUBA = str(ROOT / "configs" / "cuba.yaml")


class FakeDriver(ModuleType):
    """Stands in for distsim.driver, and notes how it was called."""

    class InterruptedRunError(Exception):
        """A signal has stopped the run."""

    def __init__(self):
        super().__init__("distsim.driver")
        self.runs = []
        self.failure = None

    def run_model(self, communicator, network, settings, resolved):
        if self.failure is not None:
            raise self.failure
        self.runs.append((communicator, network, settings, resolved))

    def dry_run(self, network, ranks, assumed):
        self.assumed = assumed
        return f"{network.name} on {ranks} ranks\n"


@pytest.fixture
def driver(monkeypatch):
    fake = FakeDriver()
    monkeypatch.setitem(sys.modules, "distsim.driver", fake)
    monkeypatch.setattr(distsim, "driver", fake, raising=False)
    monkeypatch.delenv("DISTSIM_DEBUG", raising=False)
    return fake


def test_run(driver):
    assert main([CUBA]) == 0
    ((communicator, network, settings, resolved),) = driver.runs
    assert (communicator.size, network.name) == (1, "cuba")
    assert (settings.debug, settings.quiet, settings.overwrite, settings.output) == (
        False,
        False,
        False,
        None,
    )
    assert "N_neurons: 4000" in resolved


def test_run_is_also_a_word(driver):
    assert main(["run", CUBA]) == 0
    assert len(driver.runs) == 1


def test_options(driver, tmp_path):
    options = [
        "--output",
        str(tmp_path),
        "--set",
        "N_neurons=400",
        "--set",
        "run.duration=10*ms",
        "--seed",
        "5",
    ]
    assert main([CUBA, *options, "--quiet", "--overwrite", "--debug"]) == 0
    ((_, network, settings, resolved),) = driver.runs
    assert (network.population("neurons").size, network.seed) == (400, 5)
    assert (settings.output, settings.duration) == (tmp_path, 0.01)
    assert (settings.debug, settings.quiet, settings.overwrite) == (True, True, True)
    assert "N_neurons: 400" in resolved
    assert os.environ.pop("DISTSIM_DEBUG") == "1"


def test_debug_is_off_unless_asked_for(driver):
    main([CUBA])
    assert "DISTSIM_DEBUG" not in os.environ


def test_dry_run(driver, capsys):
    assert main([CUBA, "--dry-run", "--ranks", "64"]) == 0
    assert capsys.readouterr().out == "cuba on 64 ranks\n"
    assert main([CUBA, "--dry-run"]) == 0
    assert capsys.readouterr().out == "cuba on 1 ranks\n"
    assert not driver.runs


def test_what_a_speed_is_predicted_from(driver, tmp_path, capsys, monkeypatch):
    from distsim.recording import Summary  # noqa: PLC0415

    found = []
    monkeypatch.setattr(Summary, "read", lambda path: found.append(path) or "the summary")
    options = [CUBA, "--dry-run", "--ranks", "64"]
    assert main(options) == 0
    assert driver.assumed is None
    assert main([*options, "--measured", str(tmp_path)]) == 0
    assert (driver.assumed.run, driver.assumed.latency) == ("the summary", 15e-6)
    assert main([*options, "--measured", str(tmp_path), "--latency", "2.5*us"]) == 0
    assert driver.assumed.latency == pytest.approx(2.5e-6)
    assert found == [tmp_path / "summary.json"] * 2


def test_schema(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "distsim model"


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"distsim {distsim.__version__}\n"


def test_help(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for word in (
        "MODEL",
        "--output",
        "--set",
        "--seed",
        "--debug",
        "--dry-run",
        "--ranks",
        "--measured",
        "--latency",
        "--phases",
        "--balance",
        "--quiet",
        "schema",
    ):
        assert word in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: MODEL"),
        ([CUBA, "--sed", "1"], "unrecognized arguments: --sed"),
        ([CUBA, "--quie"], "unrecognized arguments: --quie"),
        ([CUBA, CUBA], "unrecognized arguments"),
        ([CUBA, "--seed", "x"], "'x' is not a whole number"),
        ([CUBA, "--seed", "-1"], "from 0 to"),
        ([CUBA, "--set", "scale"], "'scale' is not of the form KEY=VALUE"),
        ([CUBA, "--set", "=3"], "not of the form KEY=VALUE"),
        ([CUBA, "--dry-run", "--ranks", "0"], "must be 1 or more"),
        ([CUBA, "--ranks", "4"], "--ranks only goes with --dry-run"),
        ([CUBA, "--dry-run", "--balance", "x"], "--balance only goes with a run"),
        ([CUBA, "--measured", "x"], "--measured only goes with --dry-run"),
        ([CUBA, "--dry-run", "--latency", "1*us"], "--latency only goes with --measured"),
        ([CUBA, "--dry-run", "--measured", "x"], "x/summary.json: cannot be read: No such file or directory"),
        ([CUBA, "--latency", "1*mV"], "'1*mV' is not a time, such as 15*us"),
        ([CUBA, "--latency=-1*us"], "'-1*us' is not a time, such as 15*us"),
        ([CUBA, "--latency", "0.5"], "'0.5' is not a time, such as 15*us"),
        ([CUBA, "--latency", "1*second*"], "--latency"),
        (["schema", "x"], "unrecognized arguments: x"),
        (["script.py"], "script.py: there is no such file"),
        (["missing.yaml"], "missing.yaml: cannot be read: No such file or directory"),
        ([CUBA, "--set", "N_neurons=0"], "populations.neurons.N: must be 1 or more"),
        ([CUBA, "--set", "n_neurons=5"], "there is no constant 'n_neurons'; did you mean 'N_neurons'?"),
    ],
)
def test_bad_input(arguments, says, driver, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert not driver.runs


def test_one_problem_is_one_line(driver, capsys):
    main(["missing.yaml"])
    assert capsys.readouterr().err == (
        "distsim: error: missing.yaml: cannot be read: No such file or directory\n"
    )


def test_a_model_that_is_refused_later_is_bad_input_too(driver, capsys):
    driver.failure = ModelError("population 'neurons' wants the impossible")
    assert main([CUBA]) == 2
    assert capsys.readouterr().err == "distsim: error: population 'neurons' wants the impossible\n"


def test_other_errors_propagate(driver):
    driver.failure = RuntimeError("a mistake in distsim")
    with pytest.raises(RuntimeError, match="a mistake in distsim"):
        main([CUBA])


def test_interrupt(driver, capsys):
    driver.failure = KeyboardInterrupt()
    assert main([CUBA]) == 130
    assert capsys.readouterr().err == "distsim: interrupted\n"


def test_parser_has_no_abbreviations():
    assert build_parser().allow_abbrev is False


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "distsim", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )


def test_a_process_with_bad_input_ends_with_2():
    result = start("missing.yaml")
    assert result.returncode == 2
    assert result.stderr == "distsim: error: missing.yaml: cannot be read: No such file or directory\n"


def test_reading_a_model_needs_neither_numba_nor_mpi():
    program = (
        "import sys, distsim.cli, distsim.config\n"
        f"distsim.config.load({CUBA!r})\n"
        "print([name for name in ('numba', 'mpi4py', 'h5py', 'sympy', 'matplotlib') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True
    )
    assert result.stdout == "[]\n"


def test_all_ranks_end_on_bad_input_and_it_is_said_once(mpirun):
    result = mpirun(3, ["-m", "distsim", CUBA, "--set", "run.dt=0*ms"])
    assert result.returncode == 2
    assert result.stderr.count("distsim: error: --set run.dt: run.dt: must be greater than 0") == 1
    assert "Traceback" not in result.stderr


def test_debug_refuses_several_ranks(mpirun):
    result = mpirun(2, ["-m", "distsim", CUBA, "--debug"])
    assert result.returncode == 2
    assert result.stderr.count("--debug runs in one process, but there are 2 ranks") == 1


def test_help_is_printed_once(mpirun):
    result = mpirun(2, ["-m", "distsim", "--help"])
    assert result.returncode == 0
    assert result.stdout.count("usage:") == 1


def test_a_folder_with_results_ends_all_ranks_and_is_said_once(mpirun, tmp_path):
    (tmp_path / "summary.json").write_text("{}")
    options = ["--output", str(tmp_path), "--set", "N_neurons=10", "--set", "run.duration=1*ms"]
    result = mpirun(3, ["-m", "distsim", CUBA, *options], timeout=120)
    assert result.returncode == 2
    assert result.stderr.count("already holds results") == 1
    assert "Traceback" not in result.stderr
