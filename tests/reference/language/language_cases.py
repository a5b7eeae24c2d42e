"""Cases of the reference suite: how they are written, loaded, run and written down, in either simulator.

A file in ``cases/`` is a script whose star import says SIMULATOR; loading puts the name of a package there.
A case is a function without arguments that returns what is to be compared. This module needs nothing but
NumPy: it runs in the interpreter of Brian 2, too.
"""

import ast
import contextlib
import gc
import json
import logging
import os
import sys
import traceback
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
CASE_FILES = sorted((FOLDER / "cases").glob("*.py"))
SEED = 5743


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    function: types.FunctionType
    rows: tuple
    random: bool
    compiled: bool
    ranks: bool

    @property
    def name(self):
        return self.function.__name__


def case(*rows, random=False, compiled=False, ranks=True):
    """Mark a function as a case.

    Parameters
    ----------
    rows
        What it covers, as in ``rows.txt``: ``"4 threshold"``.
    random
        Arrays it returns are independent samples: their distributions are compared, and not their values.
    compiled
        It depends on the order in which code runs over synapses: Brian 2 has to compile it.
    ranks
        False for a case that starts processes of its own, which no program of MPI may do.
    """

    def mark(function):
        function.case = Case(function, rows, random, compiled, ranks)
        return function

    return mark


@contextlib.contextmanager
def raising():
    """Catch the exception of a block: ``with raising() as error: ...``; return `error` from the case."""
    caught = Caught()
    try:
        yield caught
    except Exception as error:  # noqa: BLE001 - whatever it is gets compared
        while error is not None:
            caught.names.append(type(error).__name__)
            caught.bases.update(each.__name__ for each in type(error).__mro__)
            caught.message += f"{error}\n"
            error = error.__cause__


class Caught:
    """Names of an exception and of its causes, from the outermost on, and of all their base classes."""

    def __init__(self):
        self.names, self.bases, self.message = [], set(), ""


@contextlib.contextmanager
def logged():
    """Collect the levels of what a simulator logs in a block: ``with logged() as levels: ...``."""
    levels = []
    handler = logging.Handler()
    handler.emit = lambda record: levels.append(record.levelname)
    loggers = [logging.getLogger(name) for name in ("brian2", "distsim")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield levels
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def load_module(path, simulator):
    """Run a file of cases with the names of a simulator."""
    module = types.ModuleType(f"cases_{path.stem}_{simulator}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    text = path.read_text().replace("SIMULATOR", simulator)
    exec(compile(text, str(path), "exec"), vars(module))  # noqa: S102 - the cases of this suite
    return module


def cases_of(module):
    """Return the cases of a loaded file in the order in which they stand there."""
    marked = [getattr(value, "case", None) for value in list(vars(module).values())]
    return [each for each in marked if isinstance(each, Case)]


def declared_cases(path):
    """Read names, rows and flags of the cases of a file without running it; a dictionary for each."""
    found = []
    for statement in ast.parse(path.read_text()).body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        for mark in statement.decorator_list:
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", None) == "case":
                flags = {keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords}
                rows = [ast.literal_eval(argument) for argument in mark.args]
                found.append({"name": statement.name, "rows": rows, "random": flags.get("random", False)})
    return found


def fresh(module):
    """Bring a simulator back to its initial state."""
    gc.collect()
    module.restore_initial_state()
    module.start_scope()
    module.seed(SEED)


def run_case(each):
    """Run a case; return its results as `encode` gives them, or the traceback as ``{"error": text}``."""
    try:
        return {name: encode(value) for name, value in each.function().items()}
    except BaseException as error:  # a failing case must not end the others
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"error": traceback.format_exc()}


def encode(value):
    """Return a value as a dictionary that JSON can hold without loss."""
    if value is None or isinstance(value, str):
        return {"kind": "text", "value": value}
    if isinstance(value, type):
        return {"kind": "text", "value": value.__name__}
    if isinstance(value, Caught):
        bases = sorted(value.bases)
        return {"kind": "exception", "names": value.names, "bases": bases, "message": value.message}
    array = np.array(value)
    if array.dtype.kind == "O":
        raise TypeError(f"{value!r} is neither a number nor an array of numbers")
    dimensions = getattr(value, "dim", None)
    return {
        "kind": "array",
        "type": {"u": "i", "U": "text"}.get(array.dtype.kind, array.dtype.kind),
        "shape": list(array.shape),
        "values": array.ravel().tolist(),
        "dimensions": None if dimensions is None or str(dimensions) == "1" else str(dimensions),
    }


def run_file(path, simulator, prepare=lambda module, each: None, chosen=None, *, ranks=False):
    """Run the cases of a file one after the other; return results by name.

    Parameters
    ----------
    prepare
        What to do with the module before each case.
    chosen
        Names of cases; all without it.
    ranks
        Leave out what cannot run under MPI.
    """
    os.environ.setdefault("MPLBACKEND", "Agg")
    module = load_module(path, simulator)
    results = {}
    for each in cases_of(module):
        if (chosen is not None and each.name not in chosen) or (ranks and not each.ranks):
            continue
        fresh(module)
        prepare(module, each)
        results[each.name] = run_case(each)
    fresh(module)
    return results


def write_results(results, path):
    path.write_text(json.dumps(results))
