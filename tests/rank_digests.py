"""Run by other tests: ``rank_digests.py MODEL STEPS [WAY] [KEY=VALUE]...`` prints digests of all results.

On as many ranks as mpirun starts, each with its own process; alone without mpirun.  WAY is the way by which
spikes have to be exchanged, ``links`` or ``allgather``.
"""

from __future__ import annotations

import json
import sys

from simulation_harness import run_rank, together

from distsim.comm import world
from distsim.config import load
from distsim.engine import routes
from distsim.engine.plan import make_plan
from distsim.kernels.program_file import load_program, write_program

communicator = world()
plan = None
if communicator.rank == 0:
    overrides = [tuple(text.split("=", 1)) for text in sys.argv[3:] if "=" in text]
    plan = make_plan(load(sys.argv[1], overrides).network, communicator.size)
plan = communicator.broadcast(plan)
if sys.argv[3:] and sys.argv[3] in ("links", "allgather"):
    routes.prefers_links = lambda _most, _ranks: sys.argv[3] == "links"
path = write_program(plan.emitted.source)
if not communicator.node_leader:
    communicator.node_barrier()
functions = load_program(path)
if communicator.node_leader:
    communicator.node_barrier()
parts = communicator.gather(run_rank(communicator, plan, functions, [int(sys.argv[2])]))
if parts is not None:
    results = together(parts)
    found = {"epoch": results.epoch, "way": results.way, "events": results.events, **results.digests()}
    sys.stdout.write(json.dumps(found) + "\n")
