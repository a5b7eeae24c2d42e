"""The driver on rank 0 and the command loop on all ranks."""

from distsim.driver.current import current_session, use_session
from distsim.driver.dry_run import dry_run
from distsim.driver.interrupts import InterruptedRunError
from distsim.driver.model_run import run_model
from distsim.driver.session import Session, stop_workers
from distsim.driver.worker import worker_loop

__all__ = [
    "InterruptedRunError",
    "Session",
    "current_session",
    "dry_run",
    "run_model",
    "stop_workers",
    "use_session",
    "worker_loop",
]
