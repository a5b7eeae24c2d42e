"""The benchmarks run, compare and report what they should; nothing here depends on how fast anything is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

import pytest
import run as command
from agreement import disagreements
from measurement import PHASES, Activity, Contestant, Kind, Measurement, Simulator
from page import BEGIN, END, PageError, write_page
from processes import RunFailedError, run_process
from ratios import compare
from results import Results, read_results
from rounds import run_cases
from runner import Runner
from table import markdown
from works import BASELINE, ROOT, STEP, WORKS, Case, Work

from distsim.config import load

CUBA = Case(WORKS["cuba"], 4000, 2.0)


def measurement(
    loop: float = 1.0, rate: float = 5.0, cv: float | None = 0.5, **others: object
) -> Measurement:
    """What a run of CUBA could have given."""
    values = {
        "neurons": 4000,
        "synapses": 320_000,
        "phases": {"import": 1.0, "compile": 0.5, "build": 0.25, "loop": loop, "write": 0.0},
        "peak_rss_bytes": [100_000_000],
        "activity": {"neurons": Activity(4000, int(8000 * rate), rate, cv)},
        "digest": "abc",
        "report": {"versions": {"distsim": "1"}, "simulator": "NEST 3"},
    }
    return Measurement(**{**values, **others})  # type: ignore[arg-type]


@dataclass
class Imitation:
    """A simulator that gives what it is told to, and keeps a list of what it was asked for."""

    contestant: Contestant
    log: list[str]
    given: Measurement = field(default_factory=measurement)
    fails: float = inf
    compiles: bool = False
    models: tuple[str, ...] = ("cuba", "ring")

    def can_run(self, case: Case) -> bool:
        return case.work.name in self.models

    def prepare(self, case: Case) -> Measurement | None:
        if not self.compiles:
            return None
        return replace(self.given, phases={"import": 1.0, "compile": 8.0})

    def run(self, case: Case, seed: int) -> Measurement:
        self.log.append(f"{case.work.name} {self.contestant.title} {seed}")
        if seed >= self.fails:
            raise RunFailedError("out of memory")
        memory = [50_000_000] if case is BASELINE else self.given.peak_rss_bytes
        return replace(self.given, peak_rss_bytes=memory)


OURS, OURS_ON_2 = Contestant(Simulator.DISTSIM, 1), Contestant(Simulator.DISTSIM, 2)
NEST, BRIAN = Contestant(Simulator.NEST, 1), Contestant(Simulator.BRIAN, 1)


def results_of(*runners: Runner, repeats: int = 3) -> Results:
    machine = {
        "cores": 2,
        "memory_bytes": 2**33,
        "processor": "P",
        "system": "S",
        "mpi": None,
        "compiler": "g++",
    }
    return Results("2026-01-01", "python run.py", machine, list(run_cases([CUBA], runners, repeats)))


def test_simulators_take_turns():
    log: list[str] = []
    runs = results_of(
        Imitation(OURS, log), Imitation(NEST, log), Imitation(BRIAN, log, models=("ring",))
    ).runs
    assert log == [
        "cuba distsim, 1 rank 1",
        "cuba NEST, 1 thread 1",
        "cuba distsim, 1 rank 2",
        "cuba NEST, 1 thread 2",
        "cuba distsim, 1 rank 3",
        "cuba NEST, 1 thread 3",
        "ring distsim, 1 rank 1",
        "ring NEST, 1 thread 1",
        "ring Brian 2 C++, 1 thread 1",
    ]
    assert [run.kind for run in runs] == 6 * [Kind.TIMED] + 3 * [Kind.BASELINE]


def test_who_fails_is_left_out_and_named():
    log: list[str] = []
    results = results_of(Imitation(OURS, log), Imitation(NEST, log, fails=2))
    assert log.count("cuba NEST, 1 thread 3") == 0
    ours, theirs = compare(results.runs)
    assert (ours.repeats, ours.error) == (3, None)
    assert (theirs.repeats, theirs.error) == (1, "out of memory")
    assert "out of memory" in markdown([ours, theirs])


def test_who_gives_nothing_has_a_row():
    ours, theirs = compare(results_of(Imitation(OURS, []), Imitation(NEST, [], fails=1)).runs)
    assert (theirs.error, theirs.loop, theirs.slower) == ("out of memory", None, None)
    assert ours.error is None


def test_times_and_ratios():
    fast, slow = measurement(loop=0.5, synapses=2_000_000), measurement(loop=4.0)
    two = measurement(loop=0.25, peak_rss_bytes=[60_000_000, 80_000_000])
    rows = compare(
        results_of(
            Imitation(OURS, [], fast, compiles=True),
            Imitation(OURS_ON_2, [], two),
            Imitation(NEST, [], slow),
        ).runs
    )
    ours, ours_on_2, theirs = rows
    # 2 seconds were simulated, in 20,000 steps of 4,000 neurons.
    assert ours.loop == (0.25, 0.25, 0.25)
    assert ours.neuron_step == pytest.approx(0.5 / 20_000 / 4000)
    assert (ours.slower, theirs.slower, ours_on_2.slower) == (None, 8.0, None)
    assert (ours.speedup, ours_on_2.speedup) == (None, 2.0)
    assert (ours.start, ours.cold_start, theirs.cold_start) == (1.75, 9.25, None)
    assert ours_on_2.peak_rss == 140_000_000
    # 50 MB more than with hardly any network.
    assert ours.measured_bytes == {"synapse": 50_000_000 / 2_000_000}
    # So few synapses drown in the memory of the process.
    assert theirs.measured_bytes == {}
    assert not any(row.complaints for row in rows)


def test_rows_stand_in_the_order_of_simulators():
    """Whoever has to be compiled runs first."""
    runners = (
        Imitation(NEST, []),
        Imitation(BRIAN, [], compiles=True),
        Imitation(OURS_ON_2, []),
        Imitation(OURS, []),
    )
    rows = compare(results_of(*runners).runs)
    assert [row.contestant for row in rows] == [OURS, OURS_ON_2, BRIAN, NEST]


def test_medians_are_of_the_rounds():
    runs = results_of(Imitation(OURS, []), repeats=3).runs
    loops = iter([5.0, 1.0, 2.0])
    runs = [
        replace(run, measurement=measurement(loop=next(loops))) if run.kind is Kind.TIMED else run
        for run in runs
    ]
    (row,) = compare(runs)
    assert row.loop == (0.5, 1.0, 2.5)
    assert row.phases["loop"] == 2.0


@pytest.mark.parametrize(
    ("theirs", "complaint"),
    [
        (measurement(rate=5.5), None),
        (measurement(rate=7.0), "neurons: 7 Hz, not 5 Hz"),
        (measurement(rate=0.0, cv=None), "neurons: 0 Hz, not 5 Hz"),
        (measurement(cv=0.9), "neurons: CV 0.90, not 0.50"),
        (measurement(activity={}), "neurons recorded by one of them only"),
    ],
)
def test_nobody_is_fast_by_being_wrong(theirs, complaint):
    row = compare(results_of(Imitation(OURS, []), Imitation(NEST, [], theirs)).runs)[1]
    assert row.complaints == ((complaint,) if complaint else ())


def test_few_spikes_may_differ_by_chance():
    """30 and 50 spikes are no proof of different rates; 3,000 and 5,000 are."""
    work = WORKS["cuba"]
    few = [[measurement(activity={"neurons": Activity(100, n, n / 200, None)})] for n in (30, 50)]
    many = [[measurement(activity={"neurons": Activity(100, n, n / 200, None)})] for n in (3000, 5000)]
    assert not disagreements(work, *few)
    assert disagreements(work, *many)


def test_other_spikes_on_more_ranks_are_found():
    same, other = measurement(), measurement(digest="xyz")
    rows = compare(results_of(Imitation(OURS, [], same), Imitation(OURS_ON_2, [], other), repeats=1).runs)
    assert rows[1].complaints == ("seed 1: other spikes than on fewer cores",)


def test_results_can_be_read_back(tmp_path):
    results = results_of(Imitation(OURS, [], compiles=True), Imitation(NEST, [], fails=2))
    results.write(tmp_path / "file.json")
    assert read_results(tmp_path / "file.json") == results


def test_figures_go_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nearlier figures\n{END}\nafter\n")
    results = results_of(Imitation(OURS, []), Imitation(NEST, [], measurement(loop=3.0)))
    write_page(page, results)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "earlier figures" not in text
    assert "| CUBA, 4,000 neurons | NEST, 1 thread | 1.5 |" in text
    assert "python run.py" in text
    assert (tmp_path / "page.png").stat().st_size > 0
    write_page(page, results)
    assert page.read_text() == text
    page.write_text("no place")
    with pytest.raises(PageError, match="no place"):
        write_page(page, results)


def test_a_process_that_fails_says_why():
    with pytest.raises(RunFailedError, match=r"^bad luck$"):
        run_process(["sh", "-c", "echo first >&2; echo bad luck >&2; exit 3"])


@pytest.mark.parametrize("work", WORKS.values(), ids=lambda work: work.name)
def test_models_load_at_every_size(work: Work):
    for size in work.sizes:
        assert work.accepts(size)
        model = load(work.model, Case(work, size, 0.5).overrides)
        assert model.run.duration == 0.5
        assert model.network.dt == STEP
        assert model.network.spike_monitors


def test_sizes_are_neurons_or_scales():
    options = command.build_parser().parse_args(
        ["--work", "cuba", "microcircuit", "--sizes", "4000", "0.1", "1.5"]
    )
    cases = [(case.work.name, case.size) for case in command.choose_cases(options)]
    assert cases == [("cuba", 4000), ("microcircuit", 0.1)]


def test_the_page_describes_works_and_options():
    page = (ROOT / "docs" / "performance.md").read_text()
    options = [option for action in command.build_parser()._actions for option in action.option_strings[-1:]]
    missing = [name for name in (*WORKS, *options) if f"`{name}`" not in page and name != "--help"]
    assert not missing
    assert page.index(BEGIN) < page.index(END)


def test_runs_end_to_end(mpirun_program, tmp_path, capsys):
    options = ["--work", "cuba", "--sizes", "200", "--ranks", "1", "2", "--repeats", "1", "--seconds", "0.05"]
    assert command.main([*options, "--out", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert "CUBA, 200 neurons" in table
    assert "distsim, 2 ranks" in table
    assert "[s/s]" in table
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    assert [run["kind"] for run in written["runs"]] == [*2 * ["cold"], *2 * ["timed"], *2 * ["baseline"]]
    one, two = (run["measurement"] for run in written["runs"] if run["kind"] == "timed")
    assert set(one["phases"]) == set(PHASES)
    assert all(seconds >= 0 for seconds in one["phases"].values())
    assert one["activity"]["neurons"]["spikes"] > 0
    assert one["digest"] == two["digest"]
    assert one["synapses"] == two["synapses"] > 0
    assert (len(one["peak_rss_bytes"]), len(two["peak_rss_bytes"])) == (1, 2)
    assert written["versions"]["distsim"]
    assert written["command"].endswith(
        "run.py --work cuba --sizes 200 --ranks 1 2 --repeats 1 --seconds 0.05"
    )
    assert [row["repeats"] for row in written["rows"]] == [1, 1]
    assert (tmp_path / "benchmarks.png").read_bytes().startswith(b"\x89PNG")
    # The same table, from the file.
    assert command.main(["--read", str(tmp_path / "benchmarks.json")]) == 0
    assert capsys.readouterr().out == table
    assert not list(Path(tmp_path).glob("*.part"))
