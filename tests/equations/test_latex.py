"""Equations as LaTeX."""

import pytest

from distsim.equations import Equations


def right_side(text):
    """Return the LaTeX of an expression."""
    latex = Equations(f"x = {text} : 1 (constant over dt)")._repr_latex_()
    return latex.partition("& = ")[2].partition(r" && \text{(1, constant over dt)}")[0]


def test_kinds_of_equations():
    equations = Equations("dv_m/dt = (E - v_m)/tau : volt (unless refractory)\nI = 2*v_m : volt\nk : 1")
    assert equations._repr_latex_() == (
        r"\begin{align*} "
        r"\frac{\mathrm{d}v_{m}}{\mathrm{d}t} & = \frac{E - v_{m}}{\tau} "
        r"&& \text{(volt, unless refractory)}\\ "
        r"I & = 2 v_{m} && \text{(volt)}\\ "
        r"k & && \text{(1)} "
        r"\end{align*}"
    )


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("exp(-a)", r"e^{- a}"),
        ("a <= b", r"\left(a \leq b\right)"),
        ("a != b and not c", r"\left(\left(a \neq b\right) \land \lnot c\right)"),
        ("a // b", r"\left\lfloor \frac{a}{b} \right\rfloor"),
        ("a % b", r"\left(a \bmod b\right)"),
        ("clip(a, 0, 1)**2", r"\left(\mathrm{clip}\left(a, 0, 1\right)\right)^{2}"),
        ("my_function(0)", r"\mathrm{my\_function}\left(0\right)"),
        ("rand()", r"\mathrm{rand}\left(\right)"),
        ("few()", r"\mathrm{few}\left(\right)"),
        ("True", r"\mathrm{true}"),
    ],
)
def test_expressions(text, latex):
    assert right_side(text) == latex
