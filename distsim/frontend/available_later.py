"""Public names of what this version does not have: importing them is fine, using them says so."""

from __future__ import annotations

from typing import Any, Final, NoReturn

_CELLS: Final = "multi-compartment neurons come with a later version of distsim"
_GSL: Final = (
    "the methods of the GNU Scientific Library are not available in this version of distsim; use 'rk4' or "
    "'exponential_euler' with a short dt"
)
_CODE: Final = "distsim compiles its code itself; there are no code objects to work with"
_TIMES: Final = (
    "clocks with listed times come with a later version of distsim; use a Clock with a regular dt, or a "
    "SpikeGeneratorGroup"
)


class NotAvailableError(NotImplementedError):
    """Something that exists in Brian 2 is not in this version."""


class NotAvailable:
    """Stands for something that this version does not have.

    Parameters
    ----------
    name
        Its public name.
    reason
        What the error says when it is used.
    """

    # pytest shall not take `test` for a test where a module of tests has the names of the star import.
    __test__ = False

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason

    def refuse(self) -> NoReturn:
        """Raise the error that says why this cannot be used."""
        raise NotAvailableError(f"{self.name}: {self.reason}")

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Say that it cannot be used."""
        self.refuse()

    def __mro_entries__(self, bases: tuple[object, ...]) -> NoReturn:
        self.refuse()

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<{self.name}, not in this version>"


class LaterMorphology(NotAvailable):
    """Stands for `Morphology` with its ways to read files."""

    def from_file(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Say that morphologies are not available."""
        self.refuse()

    from_swc_file = from_points = from_file


Morphology: Final = LaterMorphology("Morphology", _CELLS)
Soma: Final = NotAvailable("Soma", _CELLS)
Cylinder: Final = NotAvailable("Cylinder", _CELLS)
Section: Final = NotAvailable("Section", _CELLS)
SpatialNeuron: Final = NotAvailable("SpatialNeuron", _CELLS)
ImportExport: Final = NotAvailable("ImportExport", "states are exported as 'dict' or 'pandas' only")
EventClock: Final = NotAvailable("EventClock", _TIMES)
NumpyCodeObject: Final = NotAvailable("NumpyCodeObject", _CODE)
CythonCodeObject: Final = NotAvailable("CythonCodeObject", _CODE)
gsl_rk2: Final = NotAvailable("gsl_rk2", _GSL)
gsl_rk4: Final = NotAvailable("gsl_rk4", _GSL)
gsl_rkf45: Final = NotAvailable("gsl_rkf45", _GSL)
gsl_rkck: Final = NotAvailable("gsl_rkck", _GSL)
gsl_rk8pd: Final = NotAvailable("gsl_rk8pd", _GSL)
test: Final = NotAvailable("test", "the tests are run in the source of distsim, with tests/run.sh")
