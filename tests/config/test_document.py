"""YAML to plain data: the core rules of YAML 1.2, lines, limits, and nothing that reaches Python."""

from __future__ import annotations

import math

import pytest

from distsim.config.document import MOST_NODES, parse_document, parse_scalar, read_document
from distsim.config.errors import ConfigError


def message_of(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_document(text, "model.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("No", "No"), ("y", "y"), ("n", "n"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("0x1F", 31), ("0o17", 15), ("017", 17),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5e-2", -0.005),
        (".inf", math.inf), ("-.inf", -math.inf),
        ("1:30", "1:30"), ("2001-01-01", "2001-01-01"), ("1_000", "1_000"), ("20*ms", "20*ms"), ("=", "="),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text, value):
    result = parse_scalar(text)
    assert result == value
    assert type(result) is type(value)


def test_nan_is_a_number():
    assert math.isnan(parse_scalar(".nan"))


def test_keys_are_always_words():
    assert parse_document("{n: 1, on: 2, y: 3, 5: 4, true: 5, ~: 6}").data == {
        "n": 1, "on": 2, "y": 3, "5": 4, "true": 5, "~": 6,
    }  # fmt: skip


def test_quoted_and_block_text_is_text():
    assert parse_document("a: '1'\nb: \"true\"\nc: |\n  2\n").data == {"a": "1", "b": "true", "c": "2\n"}


def test_lines_of_keys():
    document = parse_document("a:\n  b: 1\n  c: [1,\n      2]\n\nd: x\n", "f")
    assert {path: place.line for path, place in document.places.items()} == {
        (): 1, ("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", 0): 3, ("a", "c", 1): 4, ("d",): 6,
    }  # fmt: skip


def test_line_within_a_block_of_text():
    place = parse_document("a:\n  model: |\n    one\n    two\n").places["a", "model"]
    assert place.at_line(2).line == 4


def test_anchors_and_merge_keys():
    document = parse_document("a: &x {p: 1, q: [2]}\nb: *x\nc: {<<: *x, p: 3}\n", "f")
    assert document.data["b"] == {"p": 1, "q": [2]}
    assert document.data["c"] == {"p": 3, "q": [2]}
    assert document.places["b", "q", 0].line == 1
    document.data["b"]["q"].append(5)
    assert document.data["a"] == {"p": 1, "q": [2]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("# only a comment", "is empty"),
        ("- 1", "must be a mapping"),
        ("just text", "must be a mapping"),
        ("a: 1\nb: 2\na: 3", "model.yaml:3: duplicate key 'a'"),
        ("a: [1, 2", "not valid YAML"),
        ("a: 'x", "not valid YAML"),
        ("a: b: c", "not valid YAML"),
        ("\ta: 1", "not valid YAML"),
        ("a: \x00", "no text file has"),
        ("a: 1\n---\nb: 2", "more than one YAML document"),
        ("a: *unknown", "*unknown refers to no anchor"),
        ("a: &a [*a]", "*a refers to no anchor"),
        ("? [1, 2]\n: 3", "plain word"),
        ("a: {<<: 3}", "'<<' must be followed by"),
        ("a: " + "[" * 2000, "nested too deeply"),
        ("a: " + "{a: " * 2000, "nested too deeply"),
    ],
)
def test_bad_yaml(text, says):
    assert says in message_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [id]",
        "a: !!python/name:os.system",
        "!!python/object:os.PathLike {}",
        "a: !local 1",
        "a: ! 1",
        "a: !!str 1",
        "!!str a: 1",
        "a: [!!python/tuple [1]]",
        "%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os.system x",
    ],
)
def test_tags_are_refused(text):
    assert "tags are not allowed" in message_of(text)


def test_aliases_cannot_grow_without_bound():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert f"more than {MOST_NODES} values" in message_of("\n".join(lines))


def test_files_that_cannot_be_read(tmp_path):
    missing = tmp_path / "missing.yaml"
    with pytest.raises(ConfigError, match=r"missing\.yaml: cannot be read: No such file"):
        read_document(missing)
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_document(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(ConfigError, match="not a text file"):
        read_document(binary)
    junk = tmp_path / "junk.yaml"
    junk.write_bytes(b"\x7fELF\x02\x01\x01\x00\x00")
    with pytest.raises(ConfigError, match="not valid YAML"):
        read_document(junk)
    cut = tmp_path / "cut.yaml"
    cut.write_text('populations:\n  a:\n    N: 1\n    model: "dv/dt = ')
    with pytest.raises(ConfigError, match=r"cut\.yaml:\d+: not valid YAML"):
        read_document(cut)
