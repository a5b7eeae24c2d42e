"""Nothing that is written in a model file is ever run as Python."""

from __future__ import annotations

import pytest

from distsim.config import ConfigError, load_text

MODEL = """\
constants: {{a: {constant}}}
populations:
  cells:
    N: {size}
    model: "v : 1"
    threshold: {threshold}
    reset: {reset}
    initial: {{v: {initial}}}
run: {{duration: {duration}}}
"""
HARMLESS = {
    "constant": 1,
    "size": 1,
    "threshold": "v > 1",
    "reset": "v = 0",
    "initial": 0,
    "duration": "1*ms",
}

ATTACKS = [
    "__import__('os').system('touch hacked')",
    "().__class__.__bases__[0].__subclasses__()",
    "open('hacked', 'w')",
    "eval('1')",
    "exec('1')",
    "getattr(v, 'x')",
    "v.__class__",
    "v.real",
    "[x for x in (1, 2)]",
    "(lambda: 1)()",
    "f'{1}'",
    "'text'",
    "1 if 1 else 2",
    "(x := 3)",
    "print(1)",
    "__builtins__",
    "globals()",
    "exp(*v)",
    "exp(x=1)",
    "9**9**9**9**9 if 0 else 1",
    "where(1 > 0, 1, 2)",
    "v[0]",
    "1; import os",
    "not_a_function(1)",
    "\u0435xp(1)",
]


@pytest.mark.parametrize("place", HARMLESS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(attack, place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = attack
    if place == "threshold":
        text = f"{attack} > 0"
    if place == "reset":
        text = f"v = {attack}"
    quoted = '"' + text.replace('"', '\\"') + '"'
    with pytest.raises(ConfigError):
        load_text(MODEL.format(**{**HARMLESS, place: quoted}))
    assert not list(tmp_path.iterdir())


def test_harmless_is_harmless():
    load_text(MODEL.format(**HARMLESS))


@pytest.mark.parametrize("expression", ["9**9**9**9", "2**(2**62)", "10**400", "-(10**400)"])
def test_huge_powers_do_not_fill_the_memory(expression):
    with pytest.raises(ConfigError):
        load_text(MODEL.format(**{**HARMLESS, "size": expression}))


def test_deep_nesting_is_refused():
    with pytest.raises(ConfigError, match=r"too many nested|nested too deeply"):
        load_text(MODEL.format(**{**HARMLESS, "initial": "(" * 5000 + "1" + ")" * 5000}))


def test_long_chain_of_constants():
    chain = "\n".join(f"  c{n}: c{n + 1} + 1" for n in range(3000))
    model = MODEL.format(**HARMLESS).replace("constants: {a: 1}", f"constants:\n{chain}\n  c3000: 0")
    assert load_text(model).resolved.startswith("constants:\n  c0: 3000\n")
