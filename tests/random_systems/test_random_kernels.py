"""Random systems through the emitted kernels: compiled and as plain Python they give the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml
from hypothesis import given
from hypothesis import strategies as st
from random_expressions import Taste
from random_systems import Kind, SystemMaker
from random_text import Writer
from samples import counts, sample

from distsim.equations import VariableType, render
from distsim.equations.literals import expression_of_dimension

PROGRAM = Path(__file__).parent / "kernel_program.py"
STEPS = 12


@st.composite
def populations(draw):
    """Return the entry of a population with a random model, threshold and reset."""
    kind = Kind(noise=draw(st.booleans()), taste=Taste(lenient=True))
    maker = SystemMaker(draw, kind)
    system, choose = maker.make(), maker.chooser
    pieces = maker._maker()
    state = [line for line in system.lines if line.kind.value == "differential equation"]
    target = choose.pick(state)
    writer = Writer(choose, breaks=False)
    entry = {
        "N": 5,
        "model": system.text,
        "namespace": {name: text_of(*value) for name, value in system.externals.items()},
        "initial": {},
        "threshold": writer.write(pieces.truth(choose.whole(1, 4))),
        "reset": f"{target.name} = {writer.write(pieces.of(target.dimension, choose.whole(0, 3)))}",
        "refractory": choose.pick([False, "0.3*ms", "0.25*ms + i*0.1*ms"]),
    }
    for line in system.lines:
        if line.name in system.values:
            text = text_of(system.values[line.name], line.dimension)
            spreads = line.dtype is VariableType.FLOAT and "shared" not in line.flags
            entry["initial"][line.name] = f"{text}*(1 + 0.1*i)" if spreads else text
    return entry


def text_of(value, dimension):
    """Return a value in SI units as text."""
    unit = expression_of_dimension(dimension)
    return repr(value) if unit is None else f"{value!r}*{render(unit)}"


def run(model: Path, results: Path, debug: str):
    command = [sys.executable, PROGRAM, model, str(STEPS), results]
    environment = {**os.environ, "DISTSIM_DEBUG": debug}
    finished = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert finished.returncode == 0, finished.stderr[-4000:]
    return dict(np.load(results))


def bits(values):
    """Return the bits of numbers, every NaN the same."""
    if values.dtype.kind != "f":
        return values
    return np.where(np.isnan(values), np.nan, values).view(f"i{values.dtype.itemsize}")


@counts(8, 40)
def test_compiled_and_plain_kernels_give_the_same_bits(count, tmp_path):
    entries = []

    @sample(count)
    @given(populations())
    def gather(entry):
        entries.append(entry)

    gather()
    model = tmp_path / "model.yaml"
    model.write_text(
        yaml.safe_dump(
            {
                "run": {"duration": "1*ms", "seed": 5},
                "populations": {f"p{number}": entry for number, entry in enumerate(entries)},
                "monitors": {
                    f"s{number}": {"type": "spikes", "source": f"p{number}"} for number in range(len(entries))
                },
            }
        )
    )
    compiled, plain = run(model, tmp_path / "compiled.npz", ""), run(model, tmp_path / "plain.npz", "1")
    assert compiled.keys() == plain.keys()
    for name, values in compiled.items():
        assert np.array_equal(bits(values), bits(plain[name])), name
    assert sum(len(values) for name, values in compiled.items() if name.endswith("spikes")) > 0
    finite = [np.isfinite(values.astype(float)).all() for values in compiled.values()]
    assert np.mean(finite) > 0.5


def test_nan_has_one_bit_pattern_here():
    assert np.array_equal(bits(np.array([np.nan])), bits(-np.array([np.nan])))
    assert not np.array_equal(bits(np.array([0.0])), bits(np.array([-0.0])))
