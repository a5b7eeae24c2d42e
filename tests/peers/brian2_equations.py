"""What Brian 2 makes of equations and quantities that others have thought up, question by question.

A question is a JSON object with `ask`:

`check`
    `text` of equations, `externals` as `{name: [value, [exponents of the seven base units]]}`: whether a
    NeuronGroup takes them and Brian's check of units passes. The answer's `status` is `ok`, `dimensions` or
    `refused`, with a `message`.
`dimension`
    An expression's dimension, as exponents; `names` are like `externals`.
`integrate`
    As `check`, and `methods`: the abstract code of a step with each method, or why there is none.
`quantity`
    The value, exponents and printed forms of a Python expression of quantities (`text`).
"""

import json
import signal
import sys

import brian2
import numpy as np
from brian2.core.variables import Constant
from brian2.equations.equations import check_subexpressions
from brian2.parsing.expressions import parse_expression_dimensions
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException
from brian2.units.fundamentalunits import get_or_create_dimension

SECONDS = 20
"""What one question may take: the computer algebra of an exact step can take for ever."""


def external(value):
    number, exponents = value
    return brian2.Quantity(number, dim=get_or_create_dimension(exponents)) if any(exponents) else number


def reasons(error):
    """Return an error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__


def failure(error):
    """Return the answer for an error."""
    mismatch = any(isinstance(each, brian2.DimensionMismatchError) for each in reasons(error))
    return {
        "status": "dimensions" if mismatch else "refused",
        "message": f"{type(error).__name__}: {error}",
    }


def group_of(question):
    """Make a neuron of the equations, check units, and return it with the names from outside."""
    namespace = {name: external(value) for name, value in question["externals"].items()}
    group = brian2.NeuronGroup(1, question["text"], method="euler", namespace=namespace)
    # As written: in `group.equations` what is constant over dt has become a parameter.
    group.user_equations.check_units(group, run_namespace={})
    check_subexpressions(group, group.equations, {})
    return group


def check(question):
    group_of(question)
    return {"status": "ok"}


def dimension(question):
    names = set(brian2.utils.stringtools.get_identifiers(question["text"]))
    group = brian2.NeuronGroup(1, "dimension_unused : 1", namespace={})
    variables = group.resolve_all(names - question["names"].keys(), run_namespace={}, user_identifiers=set())
    for name, (number, exponents) in question["names"].items():
        variables[name] = Constant(name, number, dimensions=get_or_create_dimension(exponents))
    found = parse_expression_dimensions(question["text"], variables)
    return {"status": "ok", "exponents": [float(exponent) for exponent in brian2.get_dimensions(found)._dims]}


def integrate(question):
    group = group_of(question)
    equations = group.equations
    variables = group.resolve_all(
        equations.names | equations.identifiers | {"dt"}, run_namespace={}, user_identifiers=set()
    )
    answers = {}
    for method in question["methods"]:
        try:
            with_time(question)
            answers[method] = {"code": StateUpdateMethod.apply_stateupdater(equations, variables, method)}
        except UnsupportedEquationsException as error:
            answers[method] = {"refused": str(error)}
        except Exception as error:  # noqa: BLE001 (Brian's computer algebra ends in errors of every kind)
            answers[method] = {"error": f"{type(error).__name__}: {error}"}
    return {"status": "ok", "methods": answers}


def quantity(question):
    with np.errstate(all="ignore"):
        value = eval(question["text"], {**vars(brian2), **vars(brian2.units.allunits)})  # noqa: S307
    exponents = [float(exponent) for exponent in brian2.get_dimensions(value)._dims]
    values = np.asarray(value, dtype=float)
    return {
        "status": "ok",
        "exponents": exponents,
        "shape": list(values.shape),
        "values": [float(number).hex() for number in values.ravel()],
        "printed": str(value) if any(exponents) else "",
        "represented": repr(value) if any(exponents) else "",
    }


def out_of_time(number, frame):
    raise TimeoutError(f"no answer within {SECONDS} s")


def with_time(question):
    """Start the time of a question anew."""
    signal.alarm(question.get("seconds", SECONDS))


ANSWERS = {"check": check, "dimension": dimension, "integrate": integrate, "quantity": quantity}


def main():
    signal.signal(signal.SIGALRM, out_of_time)
    brian2.BrianLogger.log_level_error()
    # Or values would be printed in whatever products of units earlier questions have happened to make.
    brian2.Unit.automatically_register_units = False
    for line in sys.stdin:
        question = json.loads(line)
        with_time(question)
        try:
            answer = ANSWERS[question["ask"]](question)
        except Exception as error:  # noqa: BLE001 (whatever Brian says is an answer)
            answer = failure(error)
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
