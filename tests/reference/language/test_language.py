"""Every case of the reference suite: distsim gives what Brian 2 gives."""

import pytest
from accepted_differences import ACCEPTED
from comparison import differences
from language_cases import CASE_FILES, cases_of, declared_cases, fresh, load_module, run_case
from language_rows import covered, read_rows
from peer_results import results_of_brian

from distsim.kernels.compile import debugging

CASES = [(path, each) for path in CASE_FILES for each in declared_cases(path)]
NAMES = [f"{path.stem}-{each['name']}" for path, each in CASES]
NOT_COVERED = {
    "13 brian2tools",  # No package of Brian 2 itself; distsim.plotting has tests of its own.
}
"""Core and common rows that no case covers."""


SLOW_IN_PLAIN_PYTHON = {
    "equations-white_noise",
    "inputs-poisson_group",
    "inputs-poisson_input",
    "methods-hodgkin_huxley_neuron",
    "models-fast_spiking_neurons_with_synapses",
    "models-random_network",
    "neurons-stochastic_threshold",
    "synapse_models-plasticity_with_random_input",
}
INFINITE = {"functions-relative_exponential"}
"""Infinity is a right result here, which a debug run complains of."""


def parameters():
    """Yield the cases: compiling each takes minutes in all, so usually they run as plain Python."""
    for (path, each), name in zip(CASES, NAMES, strict=True):
        slow = not debugging() or name in SLOW_IN_PLAIN_PYTHON | INFINITE
        # One process runs all cases of a file: they share Brian 2's results.
        marks = [pytest.mark.xdist_group(path.stem), *[pytest.mark.slow] * slow]
        yield pytest.param(path, each, id=name, marks=marks)


@pytest.fixture(scope="module")
def modules():
    """Files of cases that have been loaded with distsim's names."""
    return {}


@pytest.mark.peers
@pytest.mark.parametrize(("path", "declared"), list(parameters()))
def test_case(path, declared, peers_python, modules, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    reference = results_of_brian(path, peers_python)[declared["name"]]
    if path not in modules:
        modules[path] = load_module(path, "distsim")
    module = modules[path]
    (chosen,) = [each for each in cases_of(module) if each.name == declared["name"]]
    fresh(module)
    ours = run_case(chosen)
    found = differences(reference, ours, random=declared["random"])
    label = f"{path.stem}-{declared['name']}"
    if label in ACCEPTED:
        assert found, f"agrees with Brian 2 now: take it out of the accepted differences ({ACCEPTED[label]})"
    else:
        assert not found, "\n".join(found)


def test_cases_name_rows_that_exist():
    assert not set(covered()) - set(read_rows())


def test_core_and_common_rows_are_covered():
    rows = {row for row, importance in read_rows().items() if importance != "rare"}
    assert rows - set(covered()) == NOT_COVERED


def test_cases_have_names_of_their_own():
    names = [each["name"] for _, each in CASES]
    assert len(names) == len(set(names))


def test_accepted_differences_are_of_cases():
    assert not set(ACCEPTED) - set(NAMES)
