"""Objects of classes that a script derives from `BrianObject`."""

import pytest

import distsim as d

ms = d.ms


@pytest.fixture(autouse=True)
def fresh():
    d.restore_initial_state()
    yield
    d.restore_initial_state()


class Watcher(d.BrianObject):
    """Notes what is called when, and what it sees of a group."""

    def __init__(self, group, **options):
        super().__init__(**options)
        self.group = group
        self.calls = []

    def before_run(self, namespace):
        self.calls.append(("before", namespace["rate_of_change"]))

    def run(self):
        self.calls.append((round(float(self.clock.t / ms), 3), round(float(self.group.v[0]), 3)))
        self.group.n += 1

    def after_run(self):
        self.calls.append(("after", round(float(self.group.v[0]), 3)))


def neurons():
    return d.NeuronGroup(2, "dv/dt = rate_of_change : 1\nn : 1", method="euler")


def test_the_hooks_are_called_in_their_place():
    rate_of_change = 1 / ms
    group = neurons()
    watcher = Watcher(group, when="after_groups", dt=0.2 * ms)
    assert watcher.name == "watcher"
    net = d.Network(group, watcher)
    net.run(0.4 * ms)
    assert watcher.calls == [("before", rate_of_change), (0.0, 0.1), (0.2, 0.3), ("after", 0.4)]
    assert group.n[:].tolist() == [2, 2]
    net.run(0.1 * ms, namespace={"rate_of_change": 2 / ms})
    assert watcher.calls[4:] == [("before", 2 / ms), (0.4, 0.6), ("after", 0.6)]


def test_what_is_not_active_is_not_called():
    rate_of_change = 1 / ms
    group = neurons()
    watcher = Watcher(group)
    watcher.active = False
    d.run(0.2 * ms)
    assert watcher.calls == []
    watcher.active = True
    d.run(0.1 * ms)
    assert watcher.calls == [("before", rate_of_change), (0.2, 0.2), ("after", 0.3)]


def test_one_method_is_enough_and_may_stop_the_run():
    class Stopper(d.BrianObject):
        def run(self):
            if self.clock.t >= 0.25 * ms:
                d.stop()

    net = d.Network(Stopper(when="end"))
    net.run(1 * ms)
    assert net.t == 0.4 * ms


def test_a_class_without_a_method_does_nothing():
    class Silent(d.BrianObject):
        pass

    net = d.Network(Silent())
    net.run(0.2 * ms)
    assert net.t == 0.2 * ms


def test_a_variable_of_that_name_is_not_called():
    group = d.NeuronGroup(2, "drun/dt = 1/ms : 1", method="euler")
    d.Network(group).run(0.2 * ms)
    assert group.run[0] == pytest.approx(0.2)
