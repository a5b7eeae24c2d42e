"""Every kind of bad input: one message that names the place, and all ranks end at once with exit code 2."""

from __future__ import annotations

import os

import pytest
from faulty_runs import MODEL, assert_refused, names_in, one_process

# Name of the mistake: old text, new text (None: the file ends there), and what the message says.
MISTAKES = {
    "unit mismatch": ("(1.2 - v)/tau : 1", "(1.2 - v) : 1", [":17: populations.cells.model: ", "needs Hz"]),
    "unknown name": (
        "(1.2 - v)/tau",
        "(1.2 - v)/taum",
        [":17: populations.cells.model: unknown name 'taum'"],
    ),
    "misspelt key": (
        "threshold:",
        "treshold:",
        [":19: populations.cells.treshold: unknown key; did you mean"],
    ),
    "zero size": ("size: 12", "size: 0", [":15: populations.cells.N: must be 1 or more"]),
    "negative size": ("size: 12", "size: -3", [":15: populations.cells.N: must be 1 or more"]),
    "negative delay": ("delay: 1*ms -", "delay: -1*ms #", [":30: projections.recurrent.delay: "]),
    "half-written key": ("ay: 1*ms", None, [":30: not valid YAML"]),
    "half-written list": ("[0, 7], dt: 0.1*ms}", None, [":35: not valid YAML"]),
    "half-written mapping": ("run:\n", None, [": run: required key is missing"]),
    "tag": ("tau: 10*ms", "tau: !!python/object/apply:os.system ['touch hacked']", [":7: YAML tags are not"]),
    "dunder name": ("tau: 10*ms", "tau: __builtins__", [":7: constants.tau: "]),
    "attribute": ("tau: 10*ms", "tau: ms.real", [":7: constants.tau: attributes"]),
    "call": ("reset: v = 0", "reset: v = __import__(1)", [":20: populations.cells.reset: "]),
    "call of an unknown function": ("reset: v = 0", "reset: v = open(1)", ["unknown function 'open'"]),
}
THREE_RANKS = {"unit mismatch", "half-written list"}
"""Which mistake of the model it is makes no difference to how the ranks end: two stand for all."""


@pytest.fixture
def changed(tmp_path):
    """``changed(old, new)``: the path of a copy of the model, which ends before `old` if `new` is None."""

    def change(old, new):
        text = MODEL.read_text()
        assert text.count(old) == 1
        text = text[: text.index(old)] if new is None else text.replace(old, new)
        path = tmp_path / "changed.yaml"
        path.write_text(text)
        return path

    return change


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_model(mistake, changed, tmp_path):
    old, new, says = MISTAKES[mistake]
    path = changed(old, new)
    run = one_process(["-m", "distsim", path, "--output", tmp_path / "out"], cwd=tmp_path)
    assert_refused(run, *says)
    assert str(path) in run.stderr
    assert names_in(tmp_path) == {"changed.yaml"}


@pytest.mark.parametrize(
    ("mistake", "ranks"),
    [
        pytest.param(mistake, ranks, marks=() if ranks == 3 and mistake in THREE_RANKS else pytest.mark.slow)
        for mistake in MISTAKES
        for ranks in (1, 3)
    ],
)
def test_a_mistake_in_the_model_ends_all_ranks(mistake, ranks, mpirun, changed, tmp_path):
    old, new, says = MISTAKES[mistake]
    path = changed(old, new)
    run = mpirun(ranks, ["-m", "distsim", path, "--output", tmp_path / "out"], timeout=30, cwd=tmp_path)
    assert_refused(run, *says)
    assert names_in(tmp_path) == {"changed.yaml"}


FILES = {
    "missing": (None, "cannot be read: No such file or directory"),
    "empty": (b"", "is empty; a model needs at least 'populations' and 'run'"),
    "binary": (bytes(range(256)) * 4, "is not a text file in UTF-8, so it is not YAML"),
    "zeros": (b"\0" * 4096, "it has characters that no text file has"),
    "not YAML": (b"dv/dt = -v/tau : 1 : [\n", "not valid YAML"),
    "not a mapping": (b"Dear Sir or Madam,\n", "must be a mapping"),
    "folder": ("folder", "cannot be read: Is a directory"),
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=() if kind in ("missing", "binary", "folder") else pytest.mark.slow)
        for kind in FILES
    ],
)
def test_a_file_that_is_no_model(kind, tmp_path):
    content, says = FILES[kind]
    path = tmp_path / "file.yaml"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    run = one_process(["-m", "distsim", path, "--output", tmp_path / "out"])
    assert_refused(run, says)
    assert str(path) in run.stderr
    assert not (tmp_path / "out").exists()


NEGATIVE_ON = {
    # 12 targets on 3 ranks: which of them draw a delay below 0.
    "the first rank": ["first_early=0", "last_early=4"],
    "the last rank": ["first_early=8", "last_early=12"],
    "all ranks": ["first_early=0", "last_early=12"],
}


@pytest.mark.parametrize(
    ("where", "ranks"),
    [
        ("the last rank", 3),
        pytest.param("the first rank", 3, marks=pytest.mark.slow),
        pytest.param("all ranks", 3, marks=pytest.mark.slow),
        pytest.param("all ranks", 1, marks=pytest.mark.slow),
    ],
)
def test_a_negative_delay_that_only_some_ranks_draw(where, ranks, mpirun, tmp_path):
    options = [part for item in ("too_early=2*ms", *NEGATIVE_ON[where]) for part in ("--set", item)]
    run = mpirun(ranks, ["-m", "distsim", MODEL, *options, "--output", tmp_path / "out"])
    assert_refused(run, "recurrent: a delay of -0.001 s; delays must not be negative")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ranks", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_an_output_folder_that_holds_results(ranks, mpirun, tmp_path):
    results = tmp_path / "out"
    results.mkdir()
    (results / "spikes.h5").write_bytes(b"precious")
    run = mpirun(ranks, ["-m", "distsim", MODEL, "--output", results], timeout=30)
    assert_refused(run, f"the output folder {results} already holds results (spikes.h5)", "--overwrite")
    assert (results / "spikes.h5").read_bytes() == b"precious"
    # It is found before anything is compiled or built.
    assert "building" not in run.stderr


def test_overwriting_waits_until_the_model_is_built(tmp_path):
    results = tmp_path / "out"
    results.mkdir()
    (results / "spikes.h5").write_bytes(b"precious")
    options = ["--set", "too_early=2*ms", "--set", "first_early=0", "--overwrite"]
    assert_refused(one_process(["-m", "distsim", MODEL, "--output", results, *options]), "a delay of")
    assert (results / "spikes.h5").read_bytes() == b"precious"


@pytest.mark.parametrize("ranks", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_an_output_folder_that_cannot_be_made(ranks, mpirun, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    run = mpirun(ranks, ["-m", "distsim", MODEL, "--output", tmp_path / "file" / "out"])
    assert_refused(run, "Not a directory")


def test_an_output_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    run = one_process(["-m", "distsim", MODEL, "--output", tmp_path / "file"])
    assert_refused(run, f"the output {tmp_path / 'file'} is a file, not a folder")


def test_a_cache_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    env = {**os.environ, "DISTSIM_CACHE": str(tmp_path / "file" / "cache")}
    run = one_process(["-m", "distsim", MODEL, "--output", tmp_path / "out", "--debug"], env=env)
    assert_refused(run, "cannot keep the compiled model", "DISTSIM_CACHE names another folder")
    assert not (tmp_path / "out").exists()


def test_reports_that_would_share_a_file(changed, tmp_path):
    path = changed(
        "  rate: {", "  trace_v: {type: state, source: cells, variables: [v], record: '0'}\n  rate: {"
    )
    run = one_process(["-m", "distsim", path, "--output", tmp_path / "out"])
    assert_refused(run, "would both be written to trace_v.h5")
    assert not (tmp_path / "out").exists()


def test_more_ranks_than_neurons_is_legal(mpirun, tmp_path):
    options = ["--set", "size=2", "--set", "monitors.trace.record=:", "--output", tmp_path / "out"]
    run = mpirun(3, ["-m", "distsim", MODEL, *options, "--quiet"])
    assert run.returncode == 0, run.stderr
    assert names_in(tmp_path / "out") == {"spikes.h5", "rates.h5", "trace_v.h5", "trace_x.h5", "summary.json"}


@pytest.mark.parametrize(("rank", "messages"), [(0, 1), (2, 0)])
def test_a_process_alone_in_a_job_that_promised_more(rank, messages, tmp_path):
    # The variables of a launcher that this process's MPI library knows nothing of.
    launchers = ("OMPI_", "PMIX_", "PMI_", "PRTE_", "SLURM_", "MV2_", "HYDRA_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(launchers)}
    env |= {"PMI_SIZE": "3", "PMI_RANK": str(rank)}
    run = one_process(["-m", "distsim", MODEL, "--output", tmp_path / "out"], env=env)
    assert run.returncode == 2
    # Each process is one of three that say it alone; only the first speaks.
    assert run.stderr.count("distsim: error:") == messages
    assert run.stderr.count("started 3 processes") == messages
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "out").exists()
