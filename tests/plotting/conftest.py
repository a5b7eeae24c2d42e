"""A fresh figure for each test, drawn without a screen."""

from collections.abc import Iterator

import matplotlib as mpl
import pytest

mpl.use("Agg")

from matplotlib import pyplot
from matplotlib.axes import Axes


@pytest.fixture
def axes() -> Iterator[Axes]:
    yield pyplot.figure().add_subplot()
    pyplot.close("all")
