"""From a model file to the network description."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distsim.config.constants import evaluate_constants
from distsim.config.document import Document, parse_document, read_document
from distsim.config.errors import Problems
from distsim.config.evaluation import SECOND, Evaluator
from distsim.config.inputs import (
    read_poisson_group,
    read_poisson_input,
    read_spike_generator,
    read_timed_array,
)
from distsim.config.monitors import read_rate_monitor, read_spike_monitor, read_state_monitor
from distsim.config.overrides import override
from distsim.config.populations import Group, read_population
from distsim.config.projections import read_projection
from distsim.config.regular import read_links, read_regular
from distsim.config.resolve import resolved_text
from distsim.config.sections import (
    Entry,
    ModelFile,
    PoissonGroupEntry,
    PoissonInputEntry,
    RateMonitorEntry,
    SpikeGeneratorEntry,
    SpikeMonitorEntry,
    StateMonitorEntry,
    TimedArrayEntry,
)
from distsim.config.templates import SECTIONS, expand
from distsim.config.validate import validate
from distsim.network import ModelError, Network, PoissonInput, Projection
from distsim.network.scope import Scope
from distsim.network.settings import RunSettings
from distsim.program.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from distsim.config.errors import KeyPath


@dataclass(frozen=True, slots=True)
class Model:
    """A model file, read.

    Parameters
    ----------
    network
        What to simulate.
    run
        How to run it.
    resolved
        YAML text with templates expanded and constants evaluated; loading it gives the same network.
    """

    network: Network
    run: RunSettings
    resolved: str


def load(
    path: Path | str,
    overrides: Sequence[tuple[str, str]] = (),
    *,
    seed: int | None = None,
    output: Path | None = None,
) -> Model:
    """Read a model file.

    Parameters
    ----------
    path
        The YAML file.
    overrides
        Key and value of each ``--set``, in order.
    seed
        Replaces ``run.seed``.
    output
        Replaces ``run.output``.

    Raises
    ------
    ConfigError
        If there is anything wrong with the file; it has one entry for each problem found.
    """
    return _build(read_document(path), Path(path).stem, overrides, seed, output)


def load_text(
    text: str,
    name: str = "model",
    overrides: Sequence[tuple[str, str]] = (),
    *,
    seed: int | None = None,
    output: Path | None = None,
) -> Model:
    """Read a model from YAML text; as `load`, with `name` in place of the file's."""
    return _build(parse_document(text, name), name, overrides, seed, output)


def _build(
    written: Document, stem: str, overrides: Sequence[tuple[str, str]], seed: int | None, output: Path | None
) -> Model:
    problems = Problems(written.source, written.places)
    expanded = expand(written, problems)
    problems.check()
    document = override(expanded, overrides)
    problems = Problems(document.source, document.places)
    file = validate(document, problems)
    problems.check()
    assert file is not None  # noqa: S101 (None comes with a problem)
    constants = evaluate_constants(file.constants, ("constants",), Scope(), problems)
    # What uses a constant that has no value would only repeat its problem.
    problems.check()

    file = _without_inactive(file, Scope(constants), problems)
    reader = _Reader(file, Scope(constants), problems)
    network = reader.network(file.name or stem, file.run.seed if seed is None else seed)
    settings = reader.settings(output)
    problems.check()
    assert network is not None  # noqa: S101 (None comes with a problem)
    assert settings is not None  # noqa: S101
    return Model(network, settings, resolved_text(document.data, constants, network))


def _without_inactive(file: ModelFile, constants: Scope, problems: Problems) -> ModelFile:
    """Return the file without the entries whose `active` is false."""
    evaluate = Evaluator(problems, constants)

    def active(section: str) -> dict[str, Any]:
        entries: dict[str, Entry] = getattr(file, section)
        return {
            name: entry
            for name, entry in entries.items()
            if evaluate.truth((section, name, "active"), entry.active)
        }

    return file.model_copy(update={section: active(section) for section in SECTIONS})


def _slots(file: ModelFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield the slots that entries ask for, and where they do."""
    for name, population in file.populations.items():
        for event, item in population.events.items():
            if not isinstance(item, str):
                yield ("populations", name, "events", event, "when"), item.when
        for event, code in population.run_on_event.items():
            if not isinstance(code, str):
                yield ("populations", name, "run_on_event", event, "when"), code.when
    for name, projection in file.projections.items():
        for pathway, when in projection.pathway_when.items():
            yield ("projections", name, "pathway_when", pathway), when
        for summed, when in projection.summed_when.items():
            yield ("projections", name, "summed_when", summed), when
    for name, regular in file.run_regularly.items():
        yield ("run_regularly", name, "when"), regular.when
    for name, monitor in file.monitors.items():
        if not isinstance(monitor, RateMonitorEntry) and monitor.when is not None:
            yield ("monitors", name, "when"), monitor.when


class _Reader:
    """Reads the sections in the order in which they need each other."""

    def __init__(self, file: ModelFile, constants: Scope, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._constants = constants

    def network(self, name: str, seed: int) -> Network | None:
        file, problems = self._file, self._problems
        dt = Evaluator(problems, self._constants).quantity(("run", "dt"), file.run.dt, SECOND, positive=True)
        scope = self._with_timed_arrays()
        groups = self._groups(scope, dt)
        if not file.populations and not groups:
            problems.add(("populations",), "there are no populations, so there is nothing to simulate")
        # A population with a mistake is missing from the groups; what refers to it would add only noise.
        problems.check()
        projections: list[Projection] = []
        for key, projection_entry in file.projections.items():
            projection = read_projection(key, projection_entry, groups, file.projections, scope, problems)
            if projection is not None:
                projections.append(projection)
        by_name = {projection.name: projection for projection in projections}
        regular = [
            read_regular(key, entry, groups, by_name, scope, problems)
            for key, entry in file.run_regularly.items()
        ]
        inputs: list[PoissonInput] = []
        for key, input_entry in file.inputs.items():
            if isinstance(input_entry, PoissonInputEntry):
                poisson = read_poisson_input(key, input_entry, groups, scope, problems)
                if poisson is not None:
                    inputs.append(poisson)
        network = Network(
            name=name,
            dt=dt or 0.0,
            seed=seed,
            populations=tuple(group.population for group in groups.values()),
            projections=tuple(projections),
            inputs=tuple(inputs),
            schedule=tuple(file.run.schedule),
            regular=tuple(item for item in regular if item is not None),
        )
        network = self._with_monitors(network, groups, scope)
        self._check_slots(network)
        return network

    def _check_slots(self, network: Network) -> None:
        """Note a schedule that cannot be, and slots that are not in it."""
        try:
            schedule = Schedule.of(network.schedule)
        except ModelError as error:
            self._problems.add(("run", "schedule"), str(error))
            return
        for path, slot in _slots(self._file):
            try:
                schedule.place(slot)
            except ModelError as error:
                self._problems.add(path, str(error))

    def settings(self, output: Path | None) -> RunSettings | None:
        run = self._file.run
        duration = Evaluator(self._problems, self._constants).quantity(
            ("run", "duration"), run.duration, SECOND
        )
        if duration is None:
            return None
        folder = Path(run.output) if run.output else None
        return RunSettings(duration=duration, output=output or folder, writer=run.writer)

    def _with_timed_arrays(self) -> Scope:
        arrays = {}
        for name, entry in self._file.inputs.items():
            if isinstance(entry, TimedArrayEntry):
                array = read_timed_array(name, entry, self._constants, self._problems)
                if array is not None:
                    arrays[name] = array
        self._problems.check()
        return Scope(self._constants.constants, arrays)

    def _groups(self, scope: Scope, dt: float | None) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for name, entry in self._file.populations.items():
            group = read_population(name, entry, scope, self._problems)
            if group is not None:
                groups[name] = group
        for name, input_entry in self._file.inputs.items():
            group = None
            if isinstance(input_entry, PoissonGroupEntry):
                group = read_poisson_group(name, input_entry, scope, self._problems)
            elif isinstance(input_entry, SpikeGeneratorEntry):
                group = read_spike_generator(name, input_entry, scope, self._problems, dt)
            if group is not None:
                groups[name] = group
        self._problems.check()
        for name, entry in self._file.populations.items():
            linked = read_links(name, entry.links, groups, scope, self._problems)
            if linked is not None:
                groups[name] = linked
        return groups

    def _with_monitors(self, network: Network, groups: Mapping[str, Group], scope: Scope) -> Network:
        spikes, states, rates = [], [], []
        projections = {projection.name: projection for projection in network.projections}
        for name, entry in self._file.monitors.items():
            match entry:
                case SpikeMonitorEntry():
                    spikes.append(read_spike_monitor(name, entry, groups, scope, self._problems))
                case StateMonitorEntry():
                    states.append(read_state_monitor(name, entry, groups, projections, scope, self._problems))
                case RateMonitorEntry():
                    rates.append(read_rate_monitor(name, entry, groups, scope, self._problems))
        return replace(
            network,
            spike_monitors=tuple(monitor for monitor in spikes if monitor is not None),
            state_monitors=tuple(monitor for monitor in states if monitor is not None),
            rate_monitors=tuple(monitor for monitor in rates if monitor is not None),
        )
