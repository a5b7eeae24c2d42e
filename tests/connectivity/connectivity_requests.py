"""Asking rules for connections, in one piece or in many."""

import sys

import numpy as np

from distsim.connectivity import Request, find_rule
from distsim.equations import parse_expression


def ask(name, sources, targets, parameters=None, /, **options):
    """Make the request for all targets; texts among the parameters are parsed."""
    parsed = {
        key: parse_expression(value) if isinstance(value, str) else value
        for key, value in (parameters or {}).items()
    }
    settings = {"targets": range(targets), "seed": 1, "stream": "synapses"} | options
    return Request(sources, targets, parameters=parsed, **settings)


def connect(name, sources, targets, parameters=None, /, **options):
    """Return the sources and targets that a rule draws."""
    request = ask(name, sources, targets, parameters, **options)
    batches = list(find_rule(name).draw(request))
    for batch in batches:
        assert batch.sources.dtype == batch.targets.dtype == np.int32
        assert batch.sources.shape == batch.targets.shape
        assert 0 < batch.sources.size <= 1 << 20
    empty = [np.empty(0, np.int32)]
    i = np.concatenate([batch.sources for batch in batches] or empty)
    j = np.concatenate([batch.targets for batch in batches] or empty)
    assert np.all((i >= 0) & (i < sources))
    assert np.all((j >= request.targets.start) & (j < request.targets.stop))
    return i, j


def by_target(i, j):
    """Return sources and targets sorted by target alone, each target's synapses in the order drawn."""
    order = np.argsort(j, kind="stable")
    return i[order], j[order]


def make_chunks_small(monkeypatch):
    """Let a network of some hundred synapses have many chunks and batches."""
    find_rule("all_to_all")  # imports all rules
    monkeypatch.setattr("distsim.kernels.targets.EXPECTED", 1)
    for name, module in list(sys.modules.items()):
        if name.startswith("distsim.connectivity"):
            for constant, size in {"CHUNK": 64, "BATCH": 50, "LONGEST_LEAF": 500}.items():
                if hasattr(module, constant):
                    monkeypatch.setattr(module, constant, size)
