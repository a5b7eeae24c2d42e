"""``python -m distsim ARGUMENT...`` that says, when it ends, which packages its rank has imported."""

import atexit
import os
import sys

from distsim import cli
from distsim.comm import read_launch


def report(rank: int) -> None:
    packages = {name.partition(".")[0] for name in sys.modules}
    packages |= {name for name in sys.modules if name.startswith("distsim.") and name.count(".") == 1}
    sys.stdout.write(f"rank {rank} imported {' '.join(sorted(packages))}\n")


if __name__ == "__main__":
    launch = read_launch(os.environ)
    atexit.register(report, (launch.rank or 0) if launch is not None else 0)
    sys.exit(cli.main())
