"""What made a file: the root attributes that every output carries."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

import h5py
import numpy as np

import distsim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distsim.recording.hdf5 import Hdf5File

SONATA_MAGIC = 0x0A7A
SONATA_VERSION = (0, 1)
MODEL_PATH = "provenance/model"

_LIBRARIES = ("numpy", "numba", "llvmlite", "mpi4py", "sympy")


def library_versions() -> dict[str, str]:
    """Return the versions of this program, Python and the libraries that results may depend on."""
    versions = {
        "distsim": distsim.__version__,
        "python": platform.python_version(),
        "h5py": str(h5py.__version__),
        "hdf5": str(h5py.version.hdf5_version),
    }
    for library in _LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            versions[library] = "not installed"
    return versions


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an output file comes from; equal on all ranks.

    Parameters
    ----------
    seed
        Seed of the run.
    ranks
        Number of ranks that ran it.
    model
        Text of the resolved model, of any length.
    versions
        Library to version.
    """

    seed: int
    ranks: int
    model: str
    versions: Mapping[str, str] = field(default_factory=library_versions)

    def write(self, file: Hdf5File) -> None:
        """Write SONATA's signature and this to a new file. Collective.

        The model is a data set, since an HDF5 attribute holds 64 KiB at most.  Its text is of fixed length
        because parallel HDF5 cannot write strings of variable length.
        """
        attributes = file.root.attrs
        attributes.create("magic", np.uint32(SONATA_MAGIC))
        attributes.create("version", np.array(SONATA_VERSION, np.uint32))
        attributes.create("seed", np.int64(self.seed) if self.seed < 2**63 else np.uint64(self.seed))
        attributes.create("ranks", np.int64(self.ranks))
        for library, version in sorted(self.versions.items()):
            attributes.create(f"{library}_version", version)
        text = self.model.encode("utf-8")
        group_name, name = MODEL_PATH.split("/")
        group = file.root.create_group(group_name)
        # A string type of length 0 does not exist.
        dataset = file.create(group, name, (), h5py.string_dtype("utf-8", max(1, len(text))))
        file.write_once(dataset, np.array(text, dtype=dataset.dtype))
