"""What is measured: models and sizes, and how closely simulators have to agree on each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
MODELS = Path(__file__).resolve().parent / "models"
STEP = 1e-4
"""Time step of all models [s]."""


@dataclass(frozen=True, slots=True)
class NestProgram:
    """A program in tests/peers, and its arguments besides the size."""

    name: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """One model, at any size.

    Parameters
    ----------
    name, title
        What it is called on the command line, and in tables.
    model
        Model file.
    sized_by
        Constant of the model that is its size: a number of neurons (or inputs), or ``scale``, from 0 to 1.
    sizes
        What is measured unless other sizes are asked for.
    brian
        Whether Brian 2 can build it from the same file.
    nest
        The same network in NEST, if there is a program for it.
    rate_tolerance
        By how much rates may differ, relative to distsim's, apart from chance: networks are drawn anew in
        every simulator, and steps have another order in NEST.
    variation_tolerance
        By how much coefficients of variation may differ.
    """

    name: str
    title: str
    model: Path
    sized_by: str
    sizes: tuple[float, ...]
    brian: bool = True
    nest: NestProgram | None = None
    rate_tolerance: float = 0.1
    variation_tolerance: float = 0.1

    @property
    def counted(self) -> str:
        """What a size counts."""
        return {"N_neurons": "neurons", "N_inputs": "inputs"}.get(self.sized_by, self.sized_by)

    def accepts(self, size: float) -> bool:
        """Tell whether a size is one of this work: scales are at most 1, numbers of neurons are above."""
        return 0 < size <= 1 if self.counted == "scale" else size > 1 and size == int(size)


@dataclass(frozen=True, slots=True)
class Case:
    """A work at one size for some time.

    Parameters
    ----------
    seconds
        Simulated time [s].
    """

    work: Work
    size: float
    seconds: float

    @property
    def overrides(self) -> list[tuple[str, str]]:
        """What replaces values of the model file: path or constant, and value."""
        return [(self.work.sized_by, f"{self.size:.12g}"), ("run.duration", f"{self.seconds:.12g}*second")]

    @property
    def title(self) -> str:
        """Name and size for the reader."""
        if self.work.counted == "scale":
            return f"{self.work.title}, scale {self.size:g}"
        return f"{self.work.title}, {self.size:,.0f} {self.work.counted}"


_WORKS = (
    Work(
        name="cuba",
        title="CUBA",
        model=CONFIGS / "cuba.yaml",
        sized_by="N_neurons",
        sizes=(1_000, 4_000, 40_000, 400_000, 1_000_000),
        nest=NestProgram("nest_cuba.py"),
        rate_tolerance=0.15,
    ),
    Work(
        name="cobahh",
        title="COBAHH",
        model=CONFIGS / "cobahh.yaml",
        sized_by="N_neurons",
        sizes=(1_000, 4_000, 40_000),
        nest=NestProgram("nest_cobahh.py"),
        # Activity comes in waves: rates differ by 9 % from one network to the next.
        rate_tolerance=0.25,
        variation_tolerance=0.3,
    ),
    Work(
        name="stdp",
        title="CUBA with STDP",
        model=CONFIGS / "cuba_stdp.yaml",
        sized_by="N_neurons",
        sizes=(4_000, 40_000),
        nest=NestProgram("nest_cuba.py", ("--plastic",)),
        rate_tolerance=0.15,
    ),
    Work(
        name="stdp_inputs",
        title="STDP onto one neuron",
        model=MODELS / "stdp_inputs.yaml",
        sized_by="N_inputs",
        sizes=(1_000,),
        variation_tolerance=0.3,
    ),
    Work(
        name="brunel",
        title="Brunel",
        model=CONFIGS / "brunel.yaml",
        sized_by="scale",
        sizes=(0.1, 1.0),
        nest=NestProgram("nest_brunel.py", ("--warmup", "0")),
    ),
    Work(
        name="microcircuit",
        title="Microcircuit",
        model=CONFIGS / "microcircuit.yaml",
        sized_by="scale",
        sizes=(0.1, 0.5),
        brian=False,
        nest=NestProgram("nest_microcircuit.py", ("--warmup", "0")),
    ),
    Work(
        name="ring",
        title="Silent ring",
        model=MODELS / "silent_ring.yaml",
        sized_by="N_neurons",
        sizes=(1_000, 10_000, 100_000, 1_000_000),
        nest=NestProgram("nest_silent_ring.py"),
    ),
)
WORKS = {work.name: work for work in _WORKS}

BASELINE = Case(WORKS["ring"], 1_000, 0.001)
"""What a simulator needs for hardly any network: memory above this is the network's."""
