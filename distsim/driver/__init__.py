"""The driver on rank 0 and the command loop on all ranks."""

from distsim.driver.dry_run import dry_run
from distsim.driver.interrupts import InterruptedRunError
from distsim.driver.session import run_model, stop_workers
from distsim.driver.worker import worker_loop

__all__ = ["InterruptedRunError", "dry_run", "run_model", "stop_workers", "worker_loop"]
