"""The JSON Schema for editors."""

from __future__ import annotations

import json

from distsim.config import schema
from distsim.config.sections import ModelFile


def test_it_is_json():
    assert json.loads(json.dumps(schema())) == schema()


def test_it_knows_every_section_and_refuses_others():
    result = schema()
    assert set(result["properties"]) == set(ModelFile.model_fields)
    assert result["additionalProperties"] is False
    assert result["required"] == ["run"]


def test_every_reference_is_defined():
    result = schema()

    def references(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = {reference.removeprefix("#/$defs/") for reference in references(result)}
    assert found
    assert found <= set(result["$defs"])


def test_the_keys_are_those_of_brian():
    keys = set(schema()["$defs"]["PopulationEntry"]["properties"])
    assert {"N", "model", "threshold", "reset", "refractory", "method", "dt", "order", "namespace"} <= keys
