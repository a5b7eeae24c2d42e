"""The step program as one module of source: the kernels, and the functions that run whole epochs of them.

These functions are called from outside:

``advance(table_at, size, first, stop, live, origin)``
    Run the turns of the steps ``first <= step < stop``, from the cut before the first to the cut of the last.
``finish(table_at, size, last, origin)``
    Run what is left of the step `last` after its cut, so that the state is that of the step's end.
``pack(table_at, size, first, count, origin, message_at, room)``
    Write the spikes of an epoch as a message for the other ranks, and return its length; if there is not
    enough room, nothing is written.
``receive(table_at, size, first, count, messages_at, stride, ranks, bounds_at)``
    Hand the spikes of an epoch, in the messages of some ranks that begin `stride` integers apart, to the
    pathways.  Neither is there where spikes are handed over within `advance`.
``replay(table_at, size, step, messages_at, length, ranks, bounds_at, rank)``
    Hand the spikes of one step of an earlier run to the pathways, before a run begins.

Where a turn has breaks (`distsim.program.breaks`), two more run its segments, one a call:

``part(table_at, size, step, live, origin, number)``
    Run a segment of the turn of `step`.
``finish_part(table_at, size, last, origin, number)``
    Run a segment of what is left of the step `last` after its cut.

`advance` and `finish` are not there if every step has breaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distsim.equations.tree import Expression
from distsim.kernels import maths
from distsim.kernels.emit.frames import emit_loop
from distsim.kernels.emit.layout import THIS_INSTANCE, Attribute, Field, Kernel
from distsim.kernels.emit.procedural import Beforehand, emit_hand_over
from distsim.network import UserFunction
from distsim.program import AdditivePathway, GeneralPathway, Program
from distsim.program.breaks import Segment, segments_of
from distsim.program.fusion import Loop, loops_of, turn_order
from distsim.program.operation import Binding, Domain, Operation, Storage
from distsim.program.procedural import ProceduralPathway
from distsim.program.scope import mask_of

NETWORK = "(network)"
"""Owner of the arrays that belong to no population: spikes, their bounds, counters."""
CHUNKS = "_ids, _bounds, _base, _stride, _ranks"
PATHWAY_ARGUMENTS = f"_step, {CHUNKS}"
MODULE_HEAD = '''"""{title}

Emitted by distsim {version}.  Each function runs one loop of a time step; `advance` runs whole epochs.
"""

from numpy import int64

from distsim.kernels.compile import compiled, internal
{imports}
'''
HELPERS = {
    "counts": ("poisson_variate",),
    "library": (
        "collect",
        "deliver_float32",
        "deliver_float64",
        "emit_scheduled",
        "queue_segments",
        "unpack",
        "write_message",
    ),
    "maths": tuple(sorted(maths.__all__)),
    "memory": ("bool_at", "float32_at", "float64_at", "int32_at", "int64_at", "prefetch", "uint16_at"),
    "random": ("normal", "normal_pair", "uniform", "uniform_pair"),
    "targets": ("begin_row", "next_targets", "row_goes_on"),
    "timed": ("timed_value",),
}
"""What emitted functions may call, by the module of `distsim.kernels` that it comes from."""


@dataclass(frozen=True, slots=True, eq=False)
class Constants:
    """The numbers of one kernel instance, computed before the run.

    Parameters
    ----------
    name
        Owner of the array ``constants`` they are kept in.
    """

    name: str
    dt: float
    expressions: tuple[Expression, ...]
    scope: Mapping[str, Binding]


@dataclass(frozen=True, slots=True, eq=False)
class Emitted:
    """Everything the engine needs to run a program's kernels.

    Parameters
    ----------
    source
        Text of the module.
    fields
        What to fill the table with.
    constants, tables
        Arrays to make beside the state.
    beforehand
        For each pathway whose synapses are not stored, the numbers that its function takes from the engine.
    functions
        The user's functions that the module imports, by emitted name.
    segments, rest
        What runs between the breaks of a turn, and of what is left of the last step; one of each if there
        are no breaks.
    """

    source: str
    fields: tuple[Field, ...]
    constants: tuple[Constants, ...]
    tables: Mapping[tuple[str, str], NDArray[np.float64]]
    beforehand: Mapping[str, tuple[Beforehand, ...]]
    functions: Mapping[str, UserFunction]
    segments: tuple[Segment, ...]
    rest: tuple[Segment, ...]


class ModuleWriter:
    """Collects functions and table rows while the step program is written down."""

    def __init__(self, program: Program, *, alone: bool) -> None:
        self.program = program
        self.alone = alone
        self.fields: list[Field] = [
            Field(NETWORK, "spikes", Attribute.ADDRESS),
            Field(NETWORK, "spikes", Attribute.LENGTH),
            Field(NETWORK, "bounds", Attribute.ADDRESS),
            Field(NETWORK, "bounds", Attribute.LENGTH),
            Field(NETWORK, "events", Attribute.ADDRESS),
        ]
        self.functions: dict[tuple[str, ...], str] = {}
        self.texts: list[str] = []
        self.constants: list[Constants] = []
        self.tables: dict[tuple[str, str], NDArray[np.float64]] = {}
        self.beforehand: dict[str, tuple[Beforehand, ...]] = {}
        self.user_functions: dict[str, UserFunction] = {}

    def add_row(self, fields: Sequence[Field]) -> int:
        """Append a row to the table and return where it begins."""
        self.fields += fields
        return len(self.fields) - len(fields)

    def add_kernel(self, kernel: Kernel, hint: str) -> tuple[str, int]:
        """Return name and row of a kernel instance, writing the function unless an equal one is there."""
        instance = f"{hint} ({len(self.fields)})"
        own = [replace(f, owner=instance) if f.owner == THIS_INSTANCE else f for f in kernel.fields]
        row = self.add_row(own)
        self.constants.append(Constants(instance, kernel.dt, kernel.constants, kernel.scope))
        self.tables.update(kernel.tables)
        self.user_functions.update(kernel.functions)
        description = f"Run, element by element: {kernel.description}."
        return self.add_function(hint, ", ".join(kernel.parameters), description, kernel.body), row

    def add_function(self, hint: str, parameters: str, description: str, body: Sequence[str]) -> str:
        """Return the name of a function of a row, writing it unless an equal one is there."""
        key = (parameters, *body)
        if key not in self.functions:
            name = f"{_identifier(hint)}_{len(self.functions)}"
            self.functions[key] = name
            self.texts.append(
                f'@internal\ndef {name}(_table, _row, {parameters}):\n    """{description}"""\n'
                + "".join(f"    {line}\n" for line in body)
            )
        return self.functions[key]

    def loop_call(self, loop: Loop) -> list[str]:
        """Return the lines that run a loop within a turn."""
        operation = loop.operations[0]
        if operation.domain is Domain.HOST:
            return []
        late = operation.after_cut
        if operation.domain in (Domain.COLLECT, Domain.SCHEDULED):
            return self._collect(operation)
        name, row = self.add_kernel(emit_loop(loop, self.program.dt, alone=self.alone), operation.name)
        if operation.domain is Domain.SPIKERS:
            place = f"{'_before' if late else '_now'} + {self.program.spiking.index(operation.stream)}"
            call = f"{name}(_table, {_number(row)}, _step, _spikes, _bounds[{place}], _bounds[{place} + 1])"
        else:
            call = f"{name}(_table, {_number(row)}, _step, _live)"
        conditions = []
        if late and all(member.after_cut for member in loop.operations):
            conditions.append("_live")
        if operation.every > 1:
            conditions.append(f"{'(_step - 1)' if late else '_step'} % {operation.every} == 0")
        return [f"if {' and '.join(conditions)}:", f"    {call}"] if conditions else [call]

    def _collect(self, operation: Operation) -> list[str]:
        owner, index = operation.owner, self.program.spiking.index(operation.stream)
        if operation.domain is Domain.SCHEDULED:
            row = self.add_row(
                [
                    Field(owner, "starts", Attribute.ADDRESS),
                    Field(owner, "neurons", Attribute.ADDRESS),
                    Field(owner, "starts", Attribute.LENGTH),
                    Field(owner, "period", Attribute.FIRST),
                    Field(owner, "every", Attribute.FIRST),
                ]
            )
            call = f"_cursor = emit_scheduled(_table, {_number(row)}, _step, _spikes, _cursor)"
            return [call, f"_bounds[_now + {index + 1}] = _cursor"]
        row = self.add_row(
            [
                Field(owner, mask_of(operation.event), Attribute.ADDRESS),
                Field(owner, "", Attribute.LOCAL),
                Field(owner, "", Attribute.FIRST),
            ]
        )
        lines = [f"_cursor = collect(_table, {_number(row)}, _spikes, _cursor)"]
        if operation.every > 1:
            lines = [f"if _step % {operation.every} == 0:", f"    {lines[0]}"]
        return [*lines, f"_bounds[_now + {index + 1}] = _cursor"]

    def pathway_call(self, pathway: AdditivePathway | GeneralPathway) -> list[str]:
        """Return the lines that hand one step's spikes to a pathway."""
        step = f"_step + {pathway.lag}" if pathway.lag else "_step"
        arguments = f"{step}, {CHUNKS}"
        if isinstance(pathway, GeneralPathway):
            row = self.add_row(_queue_fields(pathway))
            return [f"_events += queue_segments(_table, {_number(row)}, {arguments})"]
        if isinstance(pathway, ProceduralPathway):
            made = emit_hand_over(pathway)
            row = self.add_row(made.fields)
            self.beforehand[pathway.name] = made.numbers
            description = "Hand one step's spikes to synapses that are made anew for each."
            name = self.add_function(pathway.name, PATHWAY_ARGUMENTS, description, made.body)
            return [f"_events += {name}(_table, {_number(row)}, {arguments})"]
        lines = []
        for part in pathway.parts:
            row = self.add_row(_delivery_fields(pathway, part.port.population, part.port.name, part.weight))
            kind = "float32" if part.port.storage is Storage.FLOAT32 else "float64"
            count = "_events +=" if part is pathway.parts[0] else "_ ="
            lines.append(f"{count} deliver_{kind}(_table, {_number(row)}, {arguments})")
        return lines


def _row(requests: Sequence[tuple[str, str, Attribute]]) -> list[Field]:
    return [Field(*request) for request in requests]


def _delivery_fields(
    pathway: AdditivePathway, population: str, port: str, weight: tuple[str, str]
) -> list[Field]:
    name, own = pathway.projection, pathway.name
    return _row(
        [
            (pathway.stream, "spiking", Attribute.FIRST),
            (name, "source", Attribute.FIRST),
            (name, "source", Attribute.LENGTH),
            (name, "_present", Attribute.ADDRESS),
            (name, "_present", Attribute.LENGTH),
            (name, "_row_start", Attribute.ADDRESS),
            (name, "_row_start", Attribute.LENGTH),
            (name, "_target", Attribute.ADDRESS),
            (name, "_target", Attribute.LENGTH),
            (own, "delay", Attribute.ADDRESS),
            (own, "delay", Attribute.LENGTH),
            (*weight, Attribute.ADDRESS),
            (*weight, Attribute.LENGTH),
            (population, port, Attribute.ADDRESS),
            (population, port, Attribute.LENGTH),
            (population, port, Attribute.MASK),
            (population, "", Attribute.PADDED),
            (own, "since", Attribute.FIRST),
        ]
    )


def _queue_fields(pathway: GeneralPathway) -> list[Field]:
    own = pathway.name
    return _row(
        [
            (pathway.stream, "spiking", Attribute.FIRST),
            (own, "source", Attribute.FIRST),
            (own, "source", Attribute.LENGTH),
            (own, "present", Attribute.ADDRESS),
            (own, "present", Attribute.LENGTH),
            (own, "first_segment", Attribute.ADDRESS),
            (own, "first_segment", Attribute.LENGTH),
            (own, "segment_start", Attribute.ADDRESS),
            (own, "segment_start", Attribute.LENGTH),
            (own, "segment_delay", Attribute.ADDRESS),
            (own, "segment_delay", Attribute.LENGTH),
            (own, "due", Attribute.ADDRESS),
            (own, "due", Attribute.LENGTH),
            (own, "due_count", Attribute.ADDRESS),
            (own, "due_count", Attribute.LENGTH),
            (own, "due", Attribute.MASK),
            (own, "due", Attribute.STRIDE),
            (own, "since", Attribute.FIRST),
        ]
    )


def emit_program(program: Program, version: str, *, alone: bool, phases: bool = False) -> Emitted:
    """Write the step program as a module of Python source.

    Parameters
    ----------
    alone
        There is one rank: it hands its spikes over within `advance` and receives none.
    phases
        It hands them over as one of several would, so that this can be timed.
    """
    within = alone and not phases
    writer = ModuleWriter(program, alone=alone)
    segments, rest_segments = _segments(program, alone=alone)
    interrupted = program.apart or any(segment.communicates for segment in segments)
    turn = [] if interrupted else [line for loop in program.turn for line in writer.loop_call(loop)]
    late = [o for o in turn_order(program.operations) if o.after_cut and o.domain is not Domain.HOST]
    after = loops_of(late, apart=program.apart)
    rest = [] if interrupted else [line for loop in after for line in writer.loop_call(loop)]
    remote = [line for pathway in program.remote_pathways for line in writer.pathway_call(pathway)]
    local = [line for pathway in program.local_pathways for line in writer.pathway_call(pathway)]
    count = len(program.spiking)
    texts = [
        _function(
            "enqueue", f"_table, {PATHWAY_ARGUMENTS}", "Hand one step's spikes to the pathways.", remote
        ),
        _function(
            "enqueue_local",
            f"_table, {PATHWAY_ARGUMENTS}",
            "Hand one step's spikes of this rank to the pathways driven by their targets.",
            local,
        ),
    ]
    if not interrupted:
        hand_over = _HAND_OVER if within else ""
        texts += [
            _ADVANCE.format(count=count, turn=_indented(turn, 2), hand_over=hand_over),
            _FINISH.format(count=count, rest=_indented(rest, 1)),
        ]
    if interrupted or len(segments) > 1:
        texts.append(_parts(writer, segments, within=within))
    if interrupted or len(rest_segments) > 1:
        texts.append(_finish_parts(writer, rest_segments))
    if not within:
        texts += [_PACK.format(count=len(program.spiking)), _RECEIVE.format(count=len(program.spiking))]
    texts.append(_REPLAY.format(count=len(program.spiking)))
    texts = [*writer.texts, *texts]
    head = MODULE_HEAD.format(
        title=f"The step program of the network '{program.name}'.",
        version=version,
        imports="\n".join(
            _imports("".join(texts), {**HELPERS, "user_functions": tuple(sorted(writer.user_functions))})
        ),
    )
    return Emitted(
        source="\n\n".join([head, *texts]),
        fields=tuple(writer.fields),
        constants=tuple(writer.constants),
        tables=writer.tables,
        beforehand=writer.beforehand,
        functions=writer.user_functions,
        segments=segments,
        rest=rest_segments,
    )


def _segments(program: Program, *, alone: bool) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return the segments of a turn, and of what is left of the last step."""
    written = frozenset().union(*(operation.writes for operation in program.operations))
    ordered = turn_order(program.operations)
    late = [operation for operation in ordered if operation.after_cut]
    # A step after whose cut the driver is called is completed before the next turn begins.
    turn = [o for o in ordered if not (o.after_cut and o.domain is Domain.HOST)]
    apart = program.apart
    own = (*program.local_pathways, *(program.remote_pathways if alone else ())) if apart else ()
    handed = [Segment(pathway=pathway) for pathway in own]
    return (
        (*segments_of(loops_of(turn, apart=apart), written, alone=alone, apart=apart), *handed),
        segments_of(loops_of(late, apart=apart), written, alone=alone, apart=apart),
    )


def _parts(writer: ModuleWriter, segments: Sequence[Segment], *, within: bool) -> str:
    """Return the function that runs one segment of a turn; `within`, spikes are handed over in the last."""
    lines: list[str] = []
    collected = 0
    for number, segment in enumerate(segments):
        body = [f"_cursor = _bounds[_now + {collected}]"]
        for loop in segment.loops:
            body += writer.loop_call(loop)
        collected += segment.lists
        arguments = "_table, _step, _spikes, _bounds, _now, int64(0), int64(1)"
        if segment.pathway is not None:
            name = f"enqueue_{number}"
            call = writer.pathway_call(segment.pathway)
            about = f"Hand one step's spikes to {segment.pathway.name}."
            writer.texts.append(_function(name, f"_table, {PATHWAY_ARGUMENTS}", about, call))
            body.append(f"_events[0] += {name}({arguments})")
        elif segment is segments[-1] and not writer.program.apart:
            body.append(f"_events[0] += enqueue_local({arguments})")
            if within:
                body.append(f"_events[0] += enqueue({arguments})")
        lines += [f"{'if' if number == 0 else 'elif'} _part == {number}:", *_shifted(body)]
    return _PART.format(count=len(writer.program.spiking), parts=_indented(lines, 1))


def _finish_parts(writer: ModuleWriter, segments: Sequence[Segment]) -> str:
    """Return the function that runs one segment of what is left of the last step."""
    lines: list[str] = []
    for number, segment in enumerate(segments):
        body = [line for loop in segment.loops for line in writer.loop_call(loop)]
        lines += [f"{'if' if number == 0 else 'elif'} _part == {number}:", *_shifted(body or ["pass"])]
    return _FINISH_PART.format(count=len(writer.program.spiking), parts=_indented(lines, 1))


def _shifted(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


_ADVANCE = '''@compiled
def advance(_table_at, _size, _first, _stop, _live, _origin):
    """Run the turns of the steps from _first to before _stop; _origin is the step of the first bounds."""
    _table = int64_at(_table_at, _size)
    _spikes = int32_at(_table[0], _table[1])
    _bounds = int64_at(_table[2], _table[3])
    _events = int64_at(_table[4], 1)
    for _step in range(_first, _stop):
        _now = (_step - _origin) * {count}
        _before = _now - {count}
        _cursor = _bounds[_now]
{turn}
        _live = 1
        _events[0] += enqueue_local(_table, _step, _spikes, _bounds, _now, int64(0), int64(1))
{hand_over}'''
_HAND_OVER = """        _events[0] += enqueue(_table, _step, _spikes, _bounds, _now, int64(0), int64(1))
"""
_FINISH = '''@compiled
def finish(_table_at, _size, _last, _origin):
    """Run what is left of the step _last after its cut."""
    _table = int64_at(_table_at, _size)
    _spikes = int32_at(_table[0], _table[1])
    _bounds = int64_at(_table[2], _table[3])
    _live = 1
    _step = _last + 1
    _before = (_last - _origin) * {count}
{rest}
'''
_PART = '''@compiled
def part(_table_at, _size, _step, _live, _origin, _part):
    """Run one segment of the turn of _step."""
    _table = int64_at(_table_at, _size)
    _spikes = int32_at(_table[0], _table[1])
    _bounds = int64_at(_table[2], _table[3])
    _events = int64_at(_table[4], 1)
    _now = (_step - _origin) * {count}
    _before = _now - {count}
{parts}
'''
_FINISH_PART = '''@compiled
def finish_part(_table_at, _size, _last, _origin, _part):
    """Run one segment of what is left of the step _last after its cut."""
    _table = int64_at(_table_at, _size)
    _spikes = int32_at(_table[0], _table[1])
    _bounds = int64_at(_table[2], _table[3])
    _live = 1
    _step = _last + 1
    _before = (_last - _origin) * {count}
{parts}
'''
_PACK = '''@compiled
def pack(_table_at, _size, _first, _count, _origin, _message_at, _room):
    """Write the spikes of _count steps as a message for the other ranks; return its length."""
    _table = int64_at(_table_at, _size)
    _spikes = int32_at(_table[0], _table[1])
    _bounds = int64_at(_table[2], _table[3])
    _message = int32_at(_message_at, _room)
    return write_message(_spikes, _bounds, (_first - _origin) * {count}, _count * {count}, _message, _room)
'''
_RECEIVE = '''@compiled
def receive(_table_at, _size, _first, _count, _messages_at, _stride, _ranks, _bounds_at):
    """Hand the spikes of _count steps, in the messages of some ranks, to the pathways."""
    _table = int64_at(_table_at, _size)
    _messages = int32_at(_messages_at, _stride * _ranks)
    _header = _count * {count}
    _bounds = int64_at(_bounds_at, _ranks * (_header + 1))
    unpack(_messages, _stride, _header, _ranks, _bounds)
    _events = int64_at(_table[4], 1)
    for _k in range(_count):
        _events[0] += enqueue(
            _table, _first + _k, _messages, _bounds, _k * {count}, _header + 1, _ranks
        )
'''
_REPLAY = '''@compiled
def replay(_table_at, _size, _step, _messages_at, _length, _ranks, _bounds_at, _rank):
    """Hand the spikes of one step of an earlier run, gathered from all ranks, to the pathways."""
    _table = int64_at(_table_at, _size)
    _messages = int32_at(_messages_at, _length * _ranks)
    _bounds = int64_at(_bounds_at, _ranks * ({count} + 1))
    unpack(_messages, _length, {count}, _ranks, _bounds)
    _own = _rank * ({count} + 1)
    enqueue(_table, _step, _messages, _bounds, int64(0), int64({count} + 1), _ranks)
    enqueue_local(_table, _step, _messages, _bounds, _own, int64(0), int64(1))
'''


def _function(name: str, parameters: str, docstring: str, lines: Sequence[str]) -> str:
    body = ["_events = 0", *lines, "return _events"]
    return f'@internal\ndef {name}({parameters}):\n    """{docstring}"""\n{_indented(body, 1)}\n'


def _imports(text: str, helpers: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines that import what `text` calls."""
    called = set(re.findall(r"\b(\w+)\(", re.sub(r"#.*", "", text)))
    used = {module: [name for name in names if name in called] for module, names in helpers.items()}
    return [
        f"from distsim.kernels.{module} import {', '.join(names)}" for module, names in used.items() if names
    ]


def _indented(lines: Sequence[str], depth: int) -> str:
    return "\n".join("    " * depth + line for line in lines)


def _number(value: int) -> str:
    """Return an integer that numba does not take for a literal: it would compile a function for each."""
    return f"int64({value})"


def _identifier(text: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in text)
