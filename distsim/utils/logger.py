"""``from distsim.utils.logger import catch_logs``."""

from distsim.frontend.logger import BrianLogger, catch_logs, get_logger, std_silent

__all__ = ["BrianLogger", "catch_logs", "get_logger", "std_silent"]
