"""Stopping a run early: Ctrl-C and SIGTERM, noted on any rank and acted on by all ranks together.

mpirun passes Ctrl-C on as SIGTERM and batch systems send it before they kill.  A rank that stopped at once
would leave the others waiting for it, so a signal is only noted; every fraction of a second the ranks ask
each other whether anyone has noted one, and then all of them stop at the same step and keep what has been
recorded.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import TypeAlias

import numpy as np

from distsim.comm.protocol import Communicator

_Handler: TypeAlias = Callable[[int, FrameType | None], object] | int

INTERVAL = 0.2
"""Seconds between two questions, roughly: mpirun leaves a rank one second between SIGTERM and SIGKILL."""

_SIGNALS: dict[int, _Handler] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""The signals noted, and the handlers that may be replaced: a debugger's own stay."""


class RunStoppedError(Exception):
    """A signal has stopped the run; raised on all ranks at the same step."""


class InterruptedRunError(Exception):
    """A run was stopped early; the message says what is left of it."""


class Interrupts:
    """Asks, now and then, whether any rank has been told to stop.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    def __init__(self, communicator: Communicator, clock: Callable[[], float] = perf_counter) -> None:
        self._communicator = communicator
        self._clock = clock
        self._noted = False
        self._every = 1
        self._calls = 0
        self._last = clock()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note signals instead of dying of them; a second one of a kind has its usual effect."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        replaced = [number for number, handler in _SIGNALS.items() if signal.getsignal(number) == handler]
        for number in replaced:
            signal.signal(number, self._note)
        try:
            yield
        finally:
            for number in replaced:
                signal.signal(number, _SIGNALS[number])

    def check(self) -> None:
        """Stop if any rank has noted a signal; collective, at a place that all ranks come to equally often.

        Raises
        ------
        RunStoppedError
            On all ranks alike.
        """
        self._calls += 1
        if self._calls < self._every:
            return
        noted, elapsed = self._communicator.allreduce_max(
            np.array([float(self._noted), self._clock() - self._last])
        )
        if noted:
            raise RunStoppedError
        # The time is agreed, so all ranks ask again after the same number of calls.
        if elapsed < INTERVAL / 2:
            self._every *= 2
        elif elapsed > 2 * INTERVAL:
            self._every = max(self._every // 2, 1)
        self._calls = 0
        self._last = self._clock()

    def note(self) -> None:
        """Have all ranks stop at the next question."""
        self._noted = True

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.note()
        signal.signal(number, _SIGNALS[number])
