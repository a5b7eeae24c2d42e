"""How many random examples a test takes, and that they are the same in every run."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings


def counts(few: int, many: int) -> pytest.MarkDecorator:
    """Parametrize a test with `count`: `few` examples, and `many` where slow tests run."""
    slow = pytest.param(many, id=f"{many}", marks=[pytest.mark.slow, pytest.mark.timeout(3600)])
    return pytest.mark.parametrize("count", [pytest.param(few, id=f"{few}"), slow])


def sample(count: int) -> settings:
    """Return hypothesis's settings for `count` examples, always the same ones."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


class Tally(Counter[str]):
    """Counts what became of the examples, so that a test can see that most of them tested something."""

    def share(self, *outcomes: str) -> float:
        """Return the share of the examples with one of `outcomes`."""
        return sum(self[outcome] for outcome in outcomes) / max(self.total(), 1)

    def __str__(self) -> str:
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.items()))
