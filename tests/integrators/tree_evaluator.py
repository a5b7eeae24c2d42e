"""A small evaluator of trees and statements on NumPy arrays, for the tests of this folder."""

import operator

import numpy as np
from scipy.special import exprel

from distsim.equations.functions import CONSTANTS
from distsim.equations.tree import (
    Binary,
    BinaryOperator,
    Boolean,
    Call,
    Comparator,
    Comparison,
    Connective,
    Logical,
    Name,
    Negative,
    Not,
    Number,
)
from distsim.units import units_by_name

ARITHMETIC = {
    BinaryOperator.ADD: operator.add,
    BinaryOperator.SUBTRACT: operator.sub,
    BinaryOperator.MULTIPLY: operator.mul,
    BinaryOperator.DIVIDE: np.true_divide,
    BinaryOperator.FLOOR_DIVIDE: np.floor_divide,
    BinaryOperator.MODULO: np.mod,
    BinaryOperator.POWER: operator.pow,
}
COMPARISONS = {
    Comparator.LESS: operator.lt,
    Comparator.LESS_EQUAL: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.GREATER_EQUAL: operator.ge,
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
}
FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "abs": np.abs,
    "exprel": exprel,
    "expm1": np.expm1,
    "int": lambda x: np.asarray(x).astype(int),
    "where": np.where,
    "clip": np.clip,
}


def evaluate(expression, namespace):
    match expression:
        case Number(value) | Boolean(value):
            return value
        case Name(name):
            if name in namespace:
                return namespace[name]
            return CONSTANTS[name] if name in CONSTANTS else float(units_by_name()[name])
        case Negative(operand):
            return -evaluate(operand, namespace)
        case Not(operand):
            return np.logical_not(evaluate(operand, namespace))
        case Binary(op, left, right):
            return ARITHMETIC[op](evaluate(left, namespace), evaluate(right, namespace))
        case Comparison(op, left, right):
            return COMPARISONS[op](evaluate(left, namespace), evaluate(right, namespace))
        case Logical(connective, operands):
            reduce = np.logical_and if connective is Connective.AND else np.logical_or
            return reduce.reduce([evaluate(operand, namespace) for operand in operands])
        case Call(function, arguments):
            known = namespace.get(function) or FUNCTIONS[function]
            return known(*(evaluate(argument, namespace) for argument in arguments))


def execute(statements, namespace):
    """Run statements in `namespace`, which is changed."""
    for statement in statements:
        value = evaluate(statement.value, namespace)
        if statement.operator is not None:
            value = ARITHMETIC[statement.operator](namespace[statement.target], value)
        namespace[statement.target] = value
    return namespace


def integrate(statements, namespace, steps, variables):
    """Return the values of `variables` at the start and after each step, arrays of shape (steps + 1,)."""
    trace = {variable: [namespace[variable]] for variable in variables}
    start = namespace.get("t", 0.0)
    for step in range(steps):
        namespace["t"] = start + step * namespace["dt"]
        execute(statements, namespace)
        for variable in variables:
            trace[variable].append(namespace[variable])
    return {variable: np.array(values) for variable, values in trace.items()}
