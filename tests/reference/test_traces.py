"""Models without chance, in distsim and in Brian 2: the same spikes, and traces but for rounding."""

import numpy as np
import pytest
from peer_runs import MODELS, monitored, run_brian, run_distsim

pytestmark = pytest.mark.peers

TOLERANCE = 1e-9
"""Largest difference, relative to the largest value of the trace."""
MODEL_NAMES = ("single_neurons", "synapses", "events", "early_synapses", "every_step")


@pytest.fixture(scope="module", params=MODEL_NAMES)
def results(request, peers_python, tmp_path_factory):
    """What both simulators have recorded of a model, and the model."""
    folder = tmp_path_factory.mktemp(request.param)
    run = run_distsim(MODELS / f"{request.param}.yaml", folder / "distsim")
    return run, monitored(run), run_brian(peers_python, run, folder)


def test_both_record_the_same(results):
    _, ours, theirs = results
    assert sorted(ours) == sorted(theirs)
    assert {name: values.shape for name, values in ours.items()} == {
        name: values.shape for name, values in theirs.items()
    }


def test_everything_agrees(results):
    """Traces, spikes and their variables, rates, synapses at the end: whole numbers agree exactly."""
    _, ours, theirs = results
    wrong = {}
    for name, reference in theirs.items():
        if reference.dtype.kind in "iub":
            if not np.array_equal(ours[name], reference):
                wrong[name] = "differs"
            continue
        assert np.isfinite(reference).all(), name
        scale = np.abs(reference).max(initial=0)
        difference = np.abs(ours[name] - reference).max(initial=0)
        if not difference <= TOLERANCE * scale:
            wrong[name] = f"differs by {difference:g} of {scale:g}"
    assert not wrong


def test_the_models_do_something(results):
    """Every neuron that can spike does, and every trace moves: else agreement would mean nothing."""
    run, ours, _ = results
    network = run.model.network
    for monitor in network.spike_monitors:
        neurons = ours[f"{monitor.name}.i"]
        assert set(neurons) == set(range(monitor.source.size)), monitor.name
        assert len(neurons) >= 2 * monitor.source.size, monitor.name
    for monitor in network.state_monitors:
        for variable in set(monitor.variables) - {"vinf"}:
            moved = np.ptp(ours[f"{monitor.name}.{variable}"], axis=1) > 0
            # What is for a part of the neurons leaves the others where they are.
            enough = moved.any() if variable in ("Inmda", "drift") else moved.all()
            assert enough, (monitor.name, variable)
    for name in ("stdp.w", "stdp_at_once.w", "short_term.r", "pathways.g"):
        if name in ours:
            assert len(np.unique(ours[name])) > 3, name
