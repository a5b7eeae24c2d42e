"""The rows of the language, and which of them the cases cover.

Alone, ``python language_rows.py`` prints how many are covered, and those that are not.
"""

import sys
from collections import Counter

from language_cases import CASE_FILES, FOLDER, declared_cases

IMPORTANCE = ("core", "common", "rare")


def read_rows():
    """Return the importance of each row by its name, such as ``4 threshold``."""
    rows = {}
    for line in (FOLDER / "rows.txt").read_text().splitlines():
        if not line.startswith("#"):
            section, importance, name = line.split(" ", 2)
            rows[f"{section} {name}"] = importance
    return rows


def covered():
    """Return how many cases cover each row."""
    return Counter(row for path in CASE_FILES for each in declared_cases(path) for row in each["rows"])


def report():
    """Return the coverage as text."""
    rows, counts = read_rows(), covered()
    lines = []
    for importance in IMPORTANCE:
        names = [row for row, value in rows.items() if value == importance]
        missing = [row for row in names if not counts[row]]
        lines.append(f"{importance}: {len(names) - len(missing)} of {len(names)} rows covered")
        lines += [f"    not covered: {row}" for row in missing]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
