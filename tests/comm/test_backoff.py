"""The pauses of a waiting rank: short at first, never long, few in the end."""

from itertools import pairwise

from distsim.comm.backoff import LONGEST_S, SHORTEST_S, SPIN_S, Backoff


class Clock:
    """Time that passes only in sleeps, and 1 us a question."""

    def __init__(self):
        self.now = 5.0
        self.slept = []
        self.yields = 0

    def read(self):
        self.now += 1e-6
        return self.now

    def give_way(self):
        self.yields += 1

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def wait(seconds):
    clock = Clock()
    start = clock.now
    backoff = Backoff(clock.read, clock.sleep, clock.give_way)
    while clock.now - start < seconds:
        backoff.pause()
    return clock


def test_a_quick_answer_is_not_slept_through():
    clock = wait(0.9 * SPIN_S)
    assert clock.yields > 0
    assert clock.slept == []


def test_pauses_grow_between_their_limits():
    pauses = wait(0.1).slept
    assert SHORTEST_S <= pauses[0] <= SPIN_S
    assert pauses[-1] == LONGEST_S
    assert all(a <= b for a, b in pairwise(pauses))


def test_a_wait_ends_at_most_an_eighth_late():
    for seconds in (3e-4, 1e-3, 1e-2, 1.0):
        clock = wait(seconds)
        late = clock.now - 5.0 - seconds
        assert late <= max(seconds / 8, SHORTEST_S) + 2e-6


def test_a_long_wait_asks_seldom():
    assert len(wait(10.0).slept) < 10.0 / LONGEST_S + 300
