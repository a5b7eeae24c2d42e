"""The sections and keys of a model file.

pydantic checks a file against these classes, and the JSON Schema for editors is made from them.  Every key
is described in docs/yaml.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from distsim.config.values import (
    CodeByPathway,
    Condition,
    DelayByPathway,
    Expression,
    ExpressionOrList,
    ListOfConnects,
    ListOfNames,
    ListOrText,
    ModelName,
    Record,
    Source,
    Text,
)
from distsim.network import SPIKE
from distsim.program.schedule import BASE_SLOTS

Order = Annotated[int, Field(strict=True)]
FloatType = Literal["float32", "float64"]
ForEach: TypeAlias = dict[str, list[str | int | float]]


class Section(BaseModel):
    """Keys that are not fields are errors, and nothing is changed after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class Entry(Section):
    """An entry that may be a template, repeated for every combination of the values in `for_each`.

    It is left out of the network where the constant expression `active` is false.
    """

    for_each: ForEach | None = None
    active: Condition = True


class EventEntry(Section):
    """A condition besides the threshold, and its place in the step."""

    condition: Text
    when: Text = "after_thresholds"
    order: Order | None = None


class EventCodeEntry(Section):
    """What is done when an event occurs, and its place in the step."""

    code: Text
    when: Text = "after_resets"
    order: Order | None = None


class LinkEntry(Section):
    """The variable of a population that a linked variable stands for."""

    source: Source
    variable: Text
    index: ListOrText | None = None


class PopulationEntry(Entry):
    """Neurons that share their equations."""

    N: Expression
    model: Text
    threshold: Text | None = None
    reset: Text | None = None
    refractory: Condition = False
    events: dict[str, Text | EventEntry] = Field(default_factory=dict)
    run_on_event: dict[str, Text | EventCodeEntry] = Field(default_factory=dict)
    method: Text | None = None
    dt: Expression | None = None
    order: int = Field(default=0, strict=True)
    dtype: FloatType | dict[str, FloatType] = "float64"
    namespace: dict[str, Expression] = Field(default_factory=dict)
    initial: dict[str, ExpressionOrList] = Field(default_factory=dict)
    links: dict[str, LinkEntry] = Field(default_factory=dict)


class ConnectEntry(Section):
    """One call of connect: which synapses there are."""

    condition: Condition | None = None
    p: Expression | None = None
    n: Expression | None = None
    i: ExpressionOrList | None = None
    j: ExpressionOrList | None = None
    skip_if_invalid: bool | None = Field(default=None, strict=True)
    one_to_one: bool | None = Field(default=None, strict=True)
    fixed_indegree: Expression | None = None
    fixed_outdegree: Expression | None = None
    fixed_total: Expression | None = None
    autapses: bool | None = Field(default=None, strict=True)
    multapses: bool | None = Field(default=None, strict=True)
    storage: Literal["stored", "procedural"] | None = None


class ProjectionEntry(Entry):
    """Synapses from one population to another."""

    source: Source
    target: Source | None = None
    model: Text = ""
    on_pre: CodeByPathway | None = None
    on_post: CodeByPathway | None = None
    delay: DelayByPathway | None = None
    pathway_order: dict[str, Order] = Field(default_factory=dict)
    pathway_when: dict[str, Text] = Field(default_factory=dict)
    on_event: Text | dict[str, Text] = Field(default_factory=dict)
    connect: Annotated[list[ConnectEntry], ListOfConnects]
    initial: dict[str, ExpressionOrList] = Field(default_factory=dict)
    dtype: FloatType = "float64"
    method: Text | None = None
    namespace: dict[str, Expression] = Field(default_factory=dict)
    dt: Expression | None = None
    order: int = Field(default=0, strict=True)
    summed_when: dict[str, Text] = Field(default_factory=dict)
    summed_order: dict[str, Order] = Field(default_factory=dict)


class RegularEntry(Entry):
    """Statements that run at set times for some neurons, or for all synapses of a projection."""

    group: Source
    code: Text
    dt: Expression | None = None
    when: Text = "start"
    order: int = Field(default=0, strict=True)


class PoissonInputEntry(Entry):
    """Many independent Poisson spike trains onto one variable of each target neuron."""

    type: Literal["poisson_input"]
    target: Source
    variable: Text
    N: Expression
    rate: Expression
    weight: Expression
    order: int = Field(default=0, strict=True)


class PoissonGroupEntry(Entry):
    """Neurons that spike at random, at given rates."""

    type: Literal["poisson_group"]
    N: Expression
    rates: ExpressionOrList
    dt: Expression | None = None
    order: int = Field(default=0, strict=True)


class SpikeGeneratorEntry(Entry):
    """Neurons that spike at given times."""

    type: Literal["spike_generator"]
    N: Expression
    indices: ListOrText
    times: ListOrText
    period: Expression = 0
    dt: Expression | None = None
    order: int = Field(default=0, strict=True)


class TimedArrayEntry(Entry):
    """A function of time that equations may call, with values that hold for `dt` each."""

    type: Literal["timed_array"]
    values: ListOrText
    unit: Text | None = None
    dt: Expression


class SpikeMonitorEntry(Entry):
    """Records spikes, and variables at each of them."""

    type: Literal["spikes"]
    source: Source
    variables: Annotated[list[Text], ListOfNames] = Field(default_factory=list)
    event: Text = SPIKE
    when: Text | None = None
    order: Order | None = None


class StateMonitorEntry(Entry):
    """Records variables over time."""

    type: Literal["state"]
    source: Source
    variables: Annotated[list[Text], ListOfNames] = Field(min_length=1)
    record: Record
    dt: Expression | None = None
    when: Text = "start"
    order: int = Field(default=0, strict=True)


class RateMonitorEntry(Entry):
    """Records a population rate."""

    type: Literal["rate"]
    source: Source


class RunEntry(Section):
    """How long to simulate, and where the results go."""

    duration: Expression
    dt: Expression = "0.1*ms"
    seed: int = Field(default=0, ge=0, lt=2**63, strict=True)
    output: Text | None = None
    writer: Literal["auto", "mpio", "per_rank"] = "auto"
    schedule: list[Text] = Field(default_factory=lambda: list(BASE_SLOTS), min_length=1)


InputEntry = PoissonInputEntry | PoissonGroupEntry | SpikeGeneratorEntry | TimedArrayEntry
MonitorEntry = SpikeMonitorEntry | StateMonitorEntry | RateMonitorEntry


class ModelFile(Section):
    """A distsim model."""

    name: ModelName | None = None
    description: Text | None = None
    constants: dict[str, Condition] = Field(
        default_factory=dict,
        # What a file may hold before templates and tables are expanded.
        json_schema_extra={"additionalProperties": {"type": ["string", "number", "boolean", "object"]}},
    )
    populations: dict[str, PopulationEntry] = Field(default_factory=dict)
    projections: dict[str, ProjectionEntry] = Field(default_factory=dict)
    run_regularly: dict[str, RegularEntry] = Field(default_factory=dict)
    inputs: dict[str, Annotated[InputEntry, Field(discriminator="type")]] = Field(default_factory=dict)
    monitors: dict[str, Annotated[MonitorEntry, Field(discriminator="type")]] = Field(default_factory=dict)
    run: RunEntry


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a model file."""
    result = ModelFile.model_json_schema(mode="validation")
    result["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    result["title"] = "distsim model"
    return result
