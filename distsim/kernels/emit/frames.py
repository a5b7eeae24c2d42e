"""The loops themselves: over all neurons, over spikers, over recorded neurons, over arriving synapses."""

from __future__ import annotations

from dataclasses import replace

from distsim.kernels.emit.layout import Attribute, Kernel
from distsim.kernels.emit.loops import Detail, Frame, Writer
from distsim.kernels.emit.render import array_name
from distsim.program.fusion import Loop
from distsim.program.operation import Distant, Domain, Extent, Operation, Storage, Variable
from distsim.program.synapses import TARGET_NUMBER

LOOK_AHEAD = 16
"""How many synapses before its turn a synapse that lies somewhere is fetched from memory."""
ZERO = {Storage.FLOAT64: "0.0", Storage.FLOAT32: "0.0", Storage.INT32: "0", Storage.BOOL: "False"}


def emit_loop(loop: Loop, base_dt: float, *, alone: bool) -> Kernel:
    """Emit the kernel of a loop over neurons or synapses, for one rank alone or one of several."""
    writer = Writer(loop, base_dt, alone)
    match loop.operations[0].domain:
        case Domain.ALL:
            return _emit_dense(writer)
        case Domain.SPIKERS:
            return _emit_spikers(writer)
        case Domain.RECORDED:
            return _emit_recorded(writer)
        case Domain.ARRIVALS:
            return _emit_arrivals(writer, loop.operations[0])
        case Domain.SYNAPSES:
            return _emit_synapses(writer, loop.operations[0])
        case Domain.RECORDED_SYNAPSES:
            return _emit_recorded_synapses(writer, loop.operations[0])
        case domain:
            raise ValueError(f"{loop.operations[0].name}: no statements run over {domain.value}")


def _emit_dense(writer: Writer) -> Kernel:
    owner = writer.loop.owner
    first, padded = writer.row(owner, "", Attribute.FIRST), writer.row(owner, "", Attribute.PADDED)
    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            f"_first = {first}",
            "_alive = _live != 0",
            f"for _i in range({padded}):",
        ),
        indent=1,
        identity=("_first + _i", "0"),
    )
    return writer.write(frame, {Extent.NEURON: "_i"})


def _emit_spikers(writer: Writer) -> Kernel:
    first = writer.row(writer.loop.owner, "", Attribute.FIRST)
    frame = Frame(
        parameters=("_step", "_spikes", "_start", "_stop"),
        head=(
            f"_first = {first}",
            "for _k in range(_start, _stop):",
            "    _i = _spikes[_k] - _first",
        ),
        indent=1,
        identity=("_first + _i", "0"),
    )
    return writer.write(frame, {Extent.NEURON: "_i"})


def _emit_recorded(writer: Writer) -> Kernel:
    operation = writer.loop.operations[0]
    owner = operation.name
    size = writer.row(owner, "index", Attribute.LENGTH)
    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            f"_index = int64_at({writer.row(owner, 'index')}, {size})",
            f"_rows = int64_at({writer.row(owner, 'rows')}, 1)",
            f"_row_start = _rows[0] * {size}",
            "_rows[0] += 1",
            f"for _column in range({size}):",
            "    _i = _index[_column]",
            "    _k = _row_start + _column",
        ),
        indent=1,
        identity=(f"{writer.row(operation.owner, '', Attribute.FIRST)} + _i", "0"),
    )
    return writer.write(frame, {Extent.NEURON: "_i"})


def _target_number(writer: Writer, operation: Operation) -> Detail:
    """Return how the number of a synapse's target is found: that of a neuron follows from its place."""
    row, owner = writer.row, operation.owner
    if operation.onto_synapses:

        def numbers() -> tuple[str, ...]:
            size = row(owner, TARGET_NUMBER, Attribute.LENGTH)
            return (f"_target_numbers = int32_at({row(owner, TARGET_NUMBER)}, {size})",)

        return Detail("_target_number", numbers, "_target_number = _target_numbers[_s]")
    return Detail(
        "_target_number",
        lambda: (f"_first_target = {row(owner, 'target', Attribute.FIRST)}",),
        "_target_number = _first_target + _j",
    )


def _details(writer: Writer, operation: Operation) -> tuple[Detail, ...]:
    """Return what statements may ask of the synapse ``_s``."""
    row, owner = writer.row, operation.owner

    def column(kind: str, name: str) -> str:
        return f"{kind}({row(owner, name)}, {row(owner, name, Attribute.LENGTH)})"

    return (
        Detail("_j", lambda: (f"_targets = {column('int32_at', '_target')}",), "_j = _targets[_s]"),
        Detail("_source", lambda: (f"_sources = {column('int32_at', '_source')}",), "_source = _sources[_s]"),
        _target_number(writer, operation),
        Detail(
            "_repeat",
            lambda: (
                f"_repeats = {column('uint16_at', '_repeat')}",
                "_has_repeats = _repeats.shape[0] > 0",
            ),
            "_repeat = int(_repeats[_s]) if _has_repeats else 0",
        ),
    )


def _emit_synapses(writer: Writer, operation: Operation) -> Kernel:
    owner = operation.owner
    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            *_cleared(writer, operation),
            f"for _s in range({writer.row(owner, '_target', Attribute.LENGTH)}):",
        ),
        indent=1,
        identity=("_source", "_target_number"),
        repeat="_repeat",
        details=_details(writer, operation),
    )
    return writer.write(frame, {Extent.SYNAPSE: "_s", Extent.NEURON: "_j"})


def _cleared(writer: Writer, operation: Operation) -> list[str]:
    """Return the lines that set the targets of sums to zero; where they are elsewhere, their owner does."""
    lines: list[str] = []
    for name in sorted(operation.sums) if operation.clears else ():
        binding = operation.scope[name]
        if isinstance(binding, Variable):
            side, storage = "target", binding.storage
        elif isinstance(binding, Distant) and writer.alone:
            side, storage = "source", binding.variable.storage
        else:
            continue
        cleared = (operation.owner, f"cleared {side}")
        lines += [
            f"_cleared = {writer.row(*cleared, Attribute.FIRST)}",
            f"for _k in range(_cleared, _cleared + {writer.row(*cleared, Attribute.LENGTH)}):",
            f"    {array_name(name)}[_k] = {ZERO[storage]}",
        ]
    return lines


def _emit_recorded_synapses(writer: Writer, operation: Operation) -> Kernel:
    size = writer.row(operation.name, "index", Attribute.LENGTH)
    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            f"_index = int64_at({writer.row(operation.name, 'index')}, {size})",
            f"_rows = int64_at({writer.row(operation.name, 'rows')}, 1)",
            f"_row_start = _rows[0] * {size}",
            "_rows[0] += 1",
            f"for _column in range({size}):",
            "    _s = _index[_column]",
            "    _k = _row_start + _column",
        ),
        indent=1,
        identity=("_source", "_target_number"),
        repeat="_repeat",
        details=_details(writer, operation),
    )
    return writer.write(frame, {Extent.SYNAPSE: "_s", Extent.NEURON: "_j"})


def _emit_arrivals(writer: Writer, operation: Operation) -> Kernel:
    """Emit the loop over the synapses of the spikes that arrive: queued segments, each a run of synapses."""
    row, queue = writer.row, operation.name
    step = "(_step - 1)" if operation.after_cut else "_step"

    def integers(kind: str, name: str) -> str:
        return f"{kind}({row(queue, name)}, {row(queue, name, Attribute.LENGTH)})"

    by_source = operation.common is Extent.SOURCE
    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            f"_counts = {integers('int64_at', 'due_count')}",
            f"_due = {integers('int32_at', 'due')}",
            f"_segments = {integers('int64_at', 'segment_start')}",
            f"_segment_rows = {integers('int32_at', 'segment_row')}",
            f"_order = {integers('int32_at', 'order')}",
            f"_slot = {step} & {row(queue, 'due', Attribute.MASK)}",
            f"_base = _slot * {row(queue, 'due', Attribute.STRIDE)}",
            *(("_is_ordered = _order.shape[0] > 0",) if by_source else ()),
            "for _entry in range(_base, _base + _counts[_slot]):",
            "    _segment = _due[_entry]",
            f"    {'_source_row' if by_source else '_j'} = _segment_rows[_segment]",
            "    _end = _segments[_segment + 1]",
        ),
        inner=(
            "    for _place in range(_segments[_segment], _end):",
            f"        _s = {'_order[_place] if _is_ordered else _place' if by_source else '_order[_place]'}",
        ),
        indent=2,
        identity=("_source", "_target_number"),
        repeat="_repeat",
        details=_arrival_details(writer, operation),
        common=operation.common,
        ahead="" if by_source else f"_order[min(_place + {LOOK_AHEAD}, _end - 1)]",
    )
    index = {Extent.SYNAPSE: "_s", Extent.NEURON: "_j", Extent.SOURCE: "_source_row", Extent.TARGET: "_j"}
    kernel = writer.write(frame, index)
    return replace(kernel, body=(*kernel.body, "_counts[_slot] = 0"))


def _arrival_details(writer: Writer, operation: Operation) -> tuple[Detail, ...]:
    """Return what statements may ask of the synapse ``_s`` at place ``_place`` of a pathway's order."""
    row, owner, queue = writer.row, operation.owner, operation.name

    def array(owner: str, name: str) -> str:
        return f"int32_at({row(owner, name)}, {row(owner, name, Attribute.LENGTH)})"

    details = {detail.name: detail for detail in _details(writer, operation)}
    details["_source"] = Detail(
        "_source",
        lambda: (f"_present = {array(owner, '_present')}", "_is_sparse = _present.shape[0] > 0"),
        "_source = _present[_source_row] if _is_sparse else _source_row",
    )
    if operation.common is Extent.TARGET:
        del details["_j"]
        rows = Detail(
            "_source_row", lambda: (f"_rows = {array(queue, 'row')}",), "_source_row = _rows[_place]"
        )
        return (rows, *details.values())
    return tuple(details.values())
