"""``python -m distsim ARGUMENT...`` that says, when it ends, which packages its rank has imported."""

import atexit
import os
import sys

from distsim import cli
from distsim.comm import read_launch


def report(rank: int) -> None:
    packages = sorted({name.partition(".")[0] for name in sys.modules})
    sys.stdout.write(f"rank {rank} imported {' '.join(packages)}\n")


if __name__ == "__main__":
    launch = read_launch(os.environ)
    atexit.register(report, (launch.rank or 0) if launch is not None else 0)
    sys.exit(cli.main())
