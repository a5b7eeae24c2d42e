"""Messages to the user, on Python's own logging.

All loggers are children of the logger ``distsim``.  Messages go to the standard error stream unless the
script has set up logging itself, and then to where it says.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import ClassVar, Final, Self

_ROOT: Final = "distsim"
DIAGNOSTIC: Final = 5
"""Level of messages that are of use only to those who look for an error in distsim itself."""

_SAID: set[tuple[str, str]] = set()


def get_logger(module_name: str = _ROOT) -> BrianLogger:
    """Return the logger of a module.

    Parameters
    ----------
    module_name
        Its name; that of a module of the user's becomes part of ``distsim`` as well.
    """
    _set_up()
    inside = module_name == _ROOT or module_name.startswith(f"{_ROOT}.")
    return BrianLogger(module_name if inside else f"{_ROOT}.{module_name}")


class BrianLogger:
    """Writes messages, and says which messages are shown.

    Parameters
    ----------
    name
        The full name of the logger.

    Examples
    --------
    >>> BrianLogger.suppress_name("resolution_conflict")
    >>> BrianLogger.log_level_error()
    """

    exception_occured: ClassVar[bool] = False

    def __init__(self, name: str) -> None:
        self.name = name

    def _log(self, level: int, message: str, name_suffix: str | None, once: bool) -> None:
        name = f"{self.name}.{name_suffix}" if name_suffix else self.name
        if once:
            if (name, message) in _SAID:
                return
            _SAID.add((name, message))
        record_logger = logging.getLogger(name)
        if not _is_suppressed(name):
            record_logger.log(level, message)

    def diagnostic(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Write a message for those who look for an error in distsim."""
        self._log(DIAGNOSTIC, msg, name_suffix, once)

    def debug(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Write a message about how something is done."""
        self._log(logging.DEBUG, msg, name_suffix, once)

    def info(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Write a message about a choice made for the user."""
        self._log(logging.INFO, msg, name_suffix, once)

    def warn(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Write a warning.

        Parameters
        ----------
        msg
            The text.
        name_suffix
            What kind of message it is; `suppress_name` takes this.
        once
            Whether the same message is written only once.
        """
        self._log(logging.WARNING, msg, name_suffix, once)

    warning = warn

    def error(self, msg: str, name_suffix: str | None = None, once: bool = False) -> None:
        """Write an error."""
        self._log(logging.ERROR, msg, name_suffix, once)

    # --- what is shown

    @staticmethod
    def initialize() -> None:
        """Start logging; it starts by itself."""
        _set_up()

    @staticmethod
    def set_level(level: int) -> None:
        """Show messages of a level of Python's logging and above."""
        _set_level(level)

    @staticmethod
    def log_level_diagnostic() -> None:
        """Show everything."""
        _set_level(DIAGNOSTIC)

    @staticmethod
    def log_level_debug() -> None:
        """Show messages of the level ``debug`` and above."""
        _set_level(logging.DEBUG)

    @staticmethod
    def log_level_info() -> None:
        """Show messages of the level ``info`` and above."""
        _set_level(logging.INFO)

    @staticmethod
    def log_level_warn() -> None:
        """Show warnings and errors only."""
        _set_level(logging.WARNING)

    @staticmethod
    def log_level_error() -> None:
        """Show errors only."""
        _set_level(logging.ERROR)

    @staticmethod
    def suppress_hierarchy(name: str, filter_log_file: bool = False) -> None:  # noqa: ARG004
        """Hide the messages of a logger and of those below it, ``"distsim.frontend"``."""
        _hidden_trees.add(name)

    @staticmethod
    def suppress_name(name: str, filter_log_file: bool = False) -> None:  # noqa: ARG004
        """Hide the messages whose logger's name ends in `name`, ``"resolution_conflict"``."""
        _hidden_names.add(name)


_hidden_trees: Final[set[str]] = set()
_hidden_names: Final[set[str]] = set()


def _is_suppressed(name: str) -> bool:
    return any(name == tree or name.startswith(f"{tree}.") for tree in _hidden_trees) or any(
        name == hidden or name.endswith(f".{hidden}") for hidden in _hidden_names
    )


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to the present standard error stream, unless the script has handlers of its own."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(logging.Formatter("%(levelname)-10s %(message)s [%(name)s]"))

    def emit(self, record: logging.LogRecord) -> None:
        if logging.getLogger().handlers or _is_suppressed(record.name):
            return
        self.stream = sys.stderr
        super().emit(record)


def _set_up() -> None:
    logger = logging.getLogger(_ROOT)
    if not any(isinstance(handler, _Handler) for handler in logger.handlers):
        logging.addLevelName(DIAGNOSTIC, "DIAGNOSTIC")
        logger.addHandler(_Handler())
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)


def _set_level(level: int) -> None:
    _set_up()
    logging.getLogger(_ROOT).setLevel(level)


class catch_logs(AbstractContextManager["list[tuple[str, str, str]]"]):  # noqa: N801
    """Gather messages in a list of (level, logger, text) instead of showing them.

    Parameters
    ----------
    log_level
        The lowest level that is gathered.
    """

    def __init__(self, log_level: int = logging.WARNING) -> None:
        self._level = log_level
        self._records: list[tuple[str, str, str]] = []

    def __enter__(self) -> list[tuple[str, str, str]]:
        _set_up()
        logger = logging.getLogger(_ROOT)
        self._before = (logger.handlers, logger.level, logger.propagate)
        logger.handlers = [_Gatherer(self._level, self._records)]
        logger.setLevel(self._level)
        logger.propagate = False
        return self._records

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logger = logging.getLogger(_ROOT)
        logger.handlers, level, logger.propagate = self._before
        logger.setLevel(level)


class _Gatherer(logging.Handler):
    def __init__(self, level: int, records: list[tuple[str, str, str]]) -> None:
        super().__init__(level)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append((record.levelname, record.name, record.getMessage()))


class std_silent:  # noqa: N801
    """Accepted: distsim runs no compiler whose output would have to be hidden.

    It is a context manager without effect.
    """

    def __init__(self, always: bool = False) -> None:
        self.always = always

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def reset_messages() -> None:
    """Let what is said only once be said again, and what has been hidden be shown."""
    for memory in (_SAID, _hidden_trees, _hidden_names):
        memory.clear()
