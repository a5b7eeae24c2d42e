"""The kinds of value that keys of a model file take, each with its message and its JSON Schema.

A kind only looks at the shape: an *expression* is any text or finite number, and what it means is found out
when the model is built.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

SOURCE_PATTERN = r"^\s*[A-Za-z][A-Za-z0-9_]*\s*(\[[^\[\]]*\])?\s*$"
_SCALAR_SCHEMA = {"type": ["string", "number"]}


class WrongKindError(ValueError):
    """A value is of a kind that its key does not take; pydantic turns it into a validation error."""

    def __init__(self, wanted: str, value: object) -> None:
        super().__init__(f"must be {wanted}, not {kind_of(value)}")


def kind_of(value: object) -> str:
    """Return what a value is called in YAML, with its article."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "'true'" if value else "'false'"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"{value!r}"


def _expression(value: object) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WrongKindError("an expression or a number", value)
    if isinstance(value, str) and not value.strip():
        raise ValueError("is empty; give an expression or a number")
    # An integer that no float can hold is treated as infinite: it would become so in the first operation.
    if not isinstance(value, str) and not (abs(value) < 1e308 and math.isfinite(value)):
        raise ValueError("must be a finite number")
    return value


def _condition(value: object) -> str | int | float | bool:
    return value if isinstance(value, bool) else _expression(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongKindError("text", value)
    return value


def _model_name(value: object) -> str:
    # Results go to a folder of this name.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_. +-]*", value):
        raise ValueError("must be a name of letters, digits, '_', '-', '+', '.' and spaces")
    return value


def _source(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(SOURCE_PATTERN, value):
        raise ValueError("must be the name of a population, or a part of one as in 'name[start:stop]'")
    return value.strip()


def _expression_or_list(value: object) -> Any:
    return _list(value) if isinstance(value, list) else _expression(value)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise WrongKindError("a list", value)
    return [_expression_or_list(item) for item in value]


def _list_or_text(value: object) -> Any:
    return value if isinstance(value, str) else _list(value)


def _code_by_pathway(value: object) -> dict[str, str] | str:
    if isinstance(value, dict):
        return {str(name): _text(code) for name, code in value.items()}
    if not isinstance(value, str):
        raise WrongKindError("statements, or a mapping from pathway names to statements", value)
    return value


def _delay_by_pathway(value: object) -> Any:
    if isinstance(value, dict):
        return {str(name): _expression_or_list(delay) for name, delay in value.items()}
    return _expression_or_list(value)


def _record(value: object) -> Any:
    if value is True or isinstance(value, list | str):
        return value
    raise WrongKindError("true (all neurons), a list of indices or 'start:stop'", value)


def _connect(value: object) -> Any:
    if value is True:
        return [{}]
    if isinstance(value, str):
        return [{"condition": value}]
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list) and value:
        return value
    raise WrongKindError(
        "true (all to all), a condition, a mapping such as {p: 0.1}, or a list of these", value
    )


def _names(value: object) -> Any:
    return [value] if isinstance(value, str) else value


Expression = Annotated[Any, PlainValidator(_expression), WithJsonSchema(_SCALAR_SCHEMA)]
ExpressionOrList = Annotated[
    Any, PlainValidator(_expression_or_list), WithJsonSchema({"type": ["string", "number", "array"]})
]
ListOrText = Annotated[Any, PlainValidator(_list_or_text), WithJsonSchema({"type": ["array", "string"]})]
Condition = Annotated[
    Any, PlainValidator(_condition), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
Text = Annotated[str, PlainValidator(_text), WithJsonSchema({"type": "string"})]
ModelName = Annotated[str, PlainValidator(_model_name), WithJsonSchema({"type": "string"})]
Source = Annotated[str, PlainValidator(_source), WithJsonSchema({"type": "string"})]
CodeByPathway = Annotated[
    Any,
    PlainValidator(_code_by_pathway),
    WithJsonSchema({"type": ["string", "object"], "additionalProperties": {"type": "string"}}),
]
DelayByPathway = Annotated[
    Any,
    PlainValidator(_delay_by_pathway),
    WithJsonSchema({"type": ["string", "number", "array", "object"]}),
]
Record = Annotated[Any, PlainValidator(_record), WithJsonSchema({"type": ["boolean", "array", "string"]})]
ListOfConnects = BeforeValidator(_connect, json_schema_input_type=Any)
ListOfNames = BeforeValidator(_names, json_schema_input_type=str | list[str])
