"""docs/yaml.md describes every key, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from distsim.config import load_text, sections

TEXT = (Path(__file__).parents[2] / "docs" / "yaml.md").read_text()
SECTIONS = [sections.ModelFile, sections.RunEntry, sections.ConnectEntry, *sections.Entry.__subclasses__()]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_is_described(section):
    missing = [name for name in section.model_fields if not re.search(rf"`{name}[`:]", TEXT)]
    assert not missing


def test_the_example_is_a_model():
    example = re.search(r"```yaml\n(name: example\n.*?)```", TEXT, re.DOTALL)
    assert load_text(example[1]).network.name == "example"
