"""The loops themselves: over all neurons, over spikers, over recorded neurons, over arriving synapses."""

from __future__ import annotations

from dataclasses import replace

from distsim.kernels.emit.layout import Attribute, Kernel
from distsim.kernels.emit.loops import Detail, Frame, Writer
from distsim.kernels.emit.render import array_name
from distsim.program.fusion import Loop
from distsim.program.operation import Distant, Domain, Extent, Operation, Storage, Variable
from distsim.program.synapses import TARGET_NUMBER

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


def _target_number(writer: Writer, operation: Operation) -> tuple[str, str]:
    """Return the line that gets ready to find the number of a synapse's target, and the one that finds it."""
    row, owner = writer.row, operation.owner
    if operation.onto_synapses:
        size = row(owner, TARGET_NUMBER, Attribute.LENGTH)
        head = f"_target_numbers = int32_at({row(owner, TARGET_NUMBER)}, {size})"
        return head, "_target_number = _target_numbers[_s]"
    return f"_first_target = {row(owner, 'target', Attribute.FIRST)}", "_target_number = _first_target + _j"


def _details(writer: Writer, operation: Operation) -> tuple[Detail, ...]:
    """Return what statements may ask of the synapse ``_s``."""
    row, owner = writer.row, operation.owner
    size = row(owner, "_target", Attribute.LENGTH)
    target_head, target_line = _target_number(writer, operation)
    repeats = f"uint16_at({row(owner, '_repeat')}, {row(owner, '_repeat', Attribute.LENGTH)})"
    return (
        Detail("_j", (f"_targets = int32_at({row(owner, '_target')}, {size})",), "_j = _targets[_s]"),
        Detail(
            "_source", (f"_sources = int32_at({row(owner, '_source')}, {size})",), "_source = _sources[_s]"
        ),
        Detail("_target_number", (target_head,), target_line),
        Detail(
            "_repeat",
            (f"_repeats = {repeats}", "_has_repeats = _repeats.shape[0] > 0"),
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
    row, owner = writer.row, operation.owner
    queue, synapses = operation.name, row(owner, "_target", Attribute.LENGTH)

    step = "(_step - 1)" if operation.after_cut else "_step"

    def of_queue(name: str) -> str:
        return f"int64_at({row(queue, name)}, {row(queue, name, Attribute.LENGTH)})"

    target_head, target_line = _target_number(writer, operation)

    frame = Frame(
        parameters=("_step", "_live"),
        head=(
            f"_counts = {of_queue('due_count')}",
            f"_due = int32_at({row(queue, 'due')}, {row(queue, 'due', Attribute.LENGTH)})",
            f"_segments = {of_queue('segment_start')}",
            f"_order = int32_at({row(queue, 'order')}, {row(queue, 'order', Attribute.LENGTH)})",
            f"_targets = int32_at({row(owner, '_target')}, {synapses})",
            f"_sources = int32_at({row(owner, '_source')}, {synapses})",
            f"_repeats = uint16_at({row(owner, '_repeat')}, {row(owner, '_repeat', Attribute.LENGTH)})",
            target_head,
            f"_slot = {step} & {row(queue, 'due', Attribute.MASK)}",
            f"_base = _slot * {row(queue, 'due', Attribute.STRIDE)}",
            "_is_ordered = _order.shape[0] > 0",
            "_has_repeats = _repeats.shape[0] > 0",
            "for _entry in range(_base, _base + _counts[_slot]):",
            "    for _place in range(_segments[_due[_entry]], _segments[_due[_entry] + 1]):",
            "        _s = _order[_place] if _is_ordered else _place",
            "        _j = _targets[_s]",
            "        _source = _sources[_s]",
            f"        {target_line}",
            "        _repeat = int(_repeats[_s]) if _has_repeats else 0",
        ),
        indent=2,
        identity=("_source", "_target_number"),
        repeat="_repeat",
    )
    kernel = writer.write(frame, {Extent.SYNAPSE: "_s", Extent.NEURON: "_j"})
    return replace(kernel, body=(*kernel.body, "_counts[_slot] = 0"))
