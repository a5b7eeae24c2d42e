"""Every example of the user guide runs as a script of its own and prints what the guide says it prints."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "language.md"
PEERS = ROOT / "tests" / "peers"
_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PRINTS = re.compile(r"# prints (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    line: int
    section: str
    code: str

    @property
    def printed(self) -> list[str]:
        return _PRINTS.findall(self.code)

    def script(self, *first_lines: str) -> str:
        """The example behind other lines, with its own lines where they are in the guide."""
        return "; ".join(first_lines) + "\n" * (self.line - 1) + self.code


def read_examples() -> list[Example]:
    text = GUIDE.read_text(encoding="utf-8")
    return [
        Example(
            line=text.count("\n", 0, match.start(1)) + 1,
            section=re.findall(r"^##+ (.*)$", text[: match.start()], re.MULTILINE)[-1],
            code=match.group(1),
        )
        for match in _EXAMPLE.finditer(text)
    ]


EXAMPLES = read_examples()


def for_each(examples: list[Example]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "example",
        [pytest.param(example, id=f"{example.section}, line {example.line}") for example in examples],
    )


def run_script(path: Path, code: str) -> list[str]:
    """Run the code in a process of its own; return what it prints, line by line."""
    path.write_text(code, encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, str(path)],
        env={**os.environ, "MPLBACKEND": "Agg"},
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return finished.stdout.splitlines()


@for_each(EXAMPLES)
def test_example_prints_what_the_guide_says(example, tmp_path):
    code = example.script("from distsim import *")
    assert run_script(tmp_path / "guide.py", code) == example.printed


@pytest.fixture(scope="module")
def run_in_brian2(peers_python: Path) -> Iterator[Callable[[Path, str], list[str]]]:
    """``run_in_brian2(path, code)``: as `run_script`, in a copy of a process that has imported Brian 2."""
    process = subprocess.Popen(
        [peers_python, PEERS / "brian2_scripts.py"],
        env={**os.environ, "MPLBACKEND": "Agg"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(path: Path, code: str) -> list[str]:
        path.write_text(code, encoding="utf-8")
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        status = process.stdout.readline()
        assert status == "0\n", path.with_suffix(".err").read_text()[-4000:]
        return path.with_suffix(".out").read_text().splitlines()

    yield run
    process.kill()
    process.communicate()


# Brian 2 has no plots of this kind, and stores all synapses.
OWN = ("distsim.plotting", "storage=")


@pytest.mark.peers
@for_each([example for example in EXAMPLES if not any(word in example.code for word in OWN)])
def test_example_prints_the_same_in_brian2(example, tmp_path, run_in_brian2):
    code = example.script("from brian2 import *", "prefs.codegen.target = 'numpy'")
    assert run_in_brian2(tmp_path / "guide.py", code) == example.printed


def test_every_example_says_what_it_prints():
    assert len(EXAMPLES) >= 30
    assert all("# prints" in example.code for example in EXAMPLES)
