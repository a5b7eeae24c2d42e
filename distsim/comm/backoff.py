"""
How a rank waits for something that it can only ask about.

MPI waits by spinning, which keeps a core at 100 % and, with more ranks than cores, takes it from the rank
being waited for. A pause here is short after a short wait and long after a long one.
"""

import os
import time
from collections.abc import Callable

SPIN_S = 200e-6
SHORTEST_S = 20e-6
LONGEST_S = 2e-3
SHARE = 1 / 8


class Backoff:
    """
    Pauses that grow with the time waited so far.

    For the first 200 us a pause only yields the core, so that commands which come back to back are taken at
    once. Then it sleeps for an eighth of the time waited so far, 20 us to 2 ms: the answer is seen at most an
    eighth late, and a long wait costs one question every 2 ms.

    Parameters
    ----------
    clock, sleep, give_way : callable
        Seconds now, sleep for so many seconds, and let others have the core; the system's but in tests.
    """

    __slots__ = ("_clock", "_give_way", "_sleep", "_start")

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
        # A sleep of 0 s is no substitute: the kernel makes 50 to 100 us of it.
        give_way: Callable[[], None] = os.sched_yield,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._give_way = give_way
        self._start = clock()

    def pause(self) -> None:
        """Wait a little, longer the longer this has gone on."""
        waited = self._clock() - self._start
        if waited < SPIN_S:
            self._give_way()
        else:
            self._sleep(min(max(SHARE * waited, SHORTEST_S), LONGEST_S))
