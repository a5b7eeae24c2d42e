"""The emitted source: what is compiled again and what is not, and that the hot loops are vector loops."""

from __future__ import annotations

import ast
import importlib.util
import platform
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from distsim.config import load
from distsim.engine.plan import Plan, make_plan
from distsim.kernels.compile import debugging

ROOT = Path(__file__).parents[2]
MODELS = {
    "cuba": ROOT / "configs" / "cuba.yaml",
    "cobahh": ROOT / "configs" / "cobahh.yaml",
    "microcircuit": ROOT / "configs" / "microcircuit.yaml",
    "brunel": ROOT / "configs" / "brunel.yaml",
    "plastic": ROOT / "tests" / "models" / "plastic.yaml",
}
PACKED = re.compile(r"^\s+(v?(?:add|sub|mul|fn?m(?:add|sub)\d*|div)pd)\b", re.MULTILINE)
CALL = re.compile(r"^\s+(call\w*\b.*)", re.MULTILINE)


def plan(model: str, ranks: int = 2, **overrides: str) -> Plan:
    return make_plan(load(MODELS[model], tuple(overrides.items())).network, ranks)


def functions_of(source: str) -> dict[str, str]:
    """Return the docstring of each function."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_docstring(node) or "" for node in nodes}


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("model", MODELS)
def test_source_is_accepted_by_a_linter(model, ranks):
    source = plan(model, ranks).emitted.source
    ast.parse(source)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,E9", "-"]
    if importlib.util.find_spec("ruff") is None:
        pytest.skip("there is no ruff")
    run = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("model", "overrides"),
    [
        ("cuba", {"N_neurons": "40000"}),
        ("cuba", {"taue": "7*ms", "we": "1*mV", "El": "-50*mV", "Vr": "-61*mV"}),
        ("cuba", {"run.seed": "7", "run.duration": "3*second"}),
        ("microcircuit", {"scale": "0.2"}),
        ("brunel", {"g": "3", "D": "2*ms"}),
        ("plastic", {"size": "100", "shortest": "1*ms", "taupre": "1*ms"}),
    ],
)
def test_another_value_means_no_other_source(model, overrides):
    first, second = plan(model), plan(model, **overrides)
    if model == "microcircuit":
        # The number of counts worth a comparison depends on the rate of the background.
        assert abs(len(first.emitted.source) - len(second.emitted.source)) < 0.2 * len(first.emitted.source)
    else:
        assert first.emitted.source == second.emitted.source
    assert first.emitted.fields == second.emitted.fields


def test_the_values_are_in_the_numbers():
    first, second = plan("cuba"), plan("cuba", taue="7*ms")
    assert first.numbers.keys() == second.numbers.keys()
    assert any((first.numbers[name] != second.numbers[name]).any() for name in first.numbers)


def test_the_source_is_the_same_for_any_number_of_ranks_above_one():
    assert plan("cuba", 2).emitted.source == plan("cuba", 64).emitted.source
    assert plan("cuba", 1).emitted.source != plan("cuba", 2).emitted.source


def test_equal_populations_share_a_function():
    source = plan("brunel").emitted.source
    kinds = Counter(functions_of(source).values())
    integrating = [name for name, doc in functions_of(source).items() if "integrate" in doc]
    assert len(integrating) == 1
    assert len(re.findall(rf"^ +{integrating[0]}\(_table, int64\(\d+\)", source, re.MULTILINE)) == 2
    assert max(kinds.values()) == 1


def test_the_source_does_not_grow_with_the_number_of_populations():
    # Eight populations that differ in the rate of their background alone.
    source = plan("microcircuit").emitted.source
    assert len([name for name, doc in functions_of(source).items() if "integrate" in doc]) <= 8
    assert len(source) < 100_000


def hot_kernel(folder: Path, model: str) -> tuple[str, str]:
    """Compile the loop that integrates, and return its source and its assembly."""
    source = plan(model).emitted.source
    path = folder / f"{model}_program.py"
    path.write_text(source)
    specification = importlib.util.spec_from_file_location(f"emitted_{model}", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    name = next(name for name, doc in functions_of(source).items() if "integrate" in doc)
    from numba import int64  # noqa: PLC0415  (debug runs of the tests have no use for it)

    kernel = getattr(module, name).dispatcher
    kernel.compile((int64[::1], int64, int64, int64))
    (assembly,) = kernel.inspect_asm().values()
    node = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return ast.get_source_segment(source, node), assembly


@pytest.mark.skipif(debugging(), reason="nothing is compiled")
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="looks for instructions of x86")
@pytest.mark.parametrize("model", ["cuba", "cobahh", "microcircuit", "brunel"])
def test_hot_loops_are_vector_loops(tmp_path, model):
    source, assembly = hot_kernel(tmp_path, model)
    assert CALL.findall(assembly) == []
    # Every operation of the loop is there for whole vectors (scalar ones are for elements left over).
    operations = source.count("fma(") + len(re.findall(r" [-+] ", source.split("for _i in")[1]))
    assert operations >= 3
    assert len(PACKED.findall(assembly)) >= operations
    if "_draw" in source or "uniform_pair" in source:
        # The random numbers, too: products of 32-bit numbers.
        assert re.search(r"^\s+v?pmuludq\b", assembly, re.MULTILINE)
