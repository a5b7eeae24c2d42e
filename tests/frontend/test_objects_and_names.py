"""Names of objects, who is alive, and what every object has."""

import gc

import numpy as np
import pytest

from distsim.frontend.clocks import Clock, defaultclock
from distsim.frontend.magic import run
from distsim.frontend.naming import Nameable, Trackable, find_name
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.objects import BrianObject, BrianObjectException, SimulationObject
from distsim.units import DimensionMismatchError, units_by_name

ms, mV = units_by_name()["ms"], units_by_name()["mV"]


class Thing(SimulationObject):
    pass


def test_automatic_names_are_numbered_and_numbers_of_the_dead_are_given_again():
    first, second, third = Thing(), Thing(), Thing()
    assert [x.name for x in (first, second, third)] == ["thing", "thing_1", "thing_2"]
    del second
    assert Thing().name == "thing_1"
    del first
    fourth, fifth = Thing(), Thing()
    assert (fourth.name, fifth.name) == ("thing", "thing_1")
    assert third.name == "thing_2"


def test_a_name_with_a_star_is_a_suggestion():
    one, two = Thing("exc*"), Thing("exc*")
    assert (one.name, two.name) == ("exc", "exc_1")
    assert Thing("exc").name == "exc"


@pytest.mark.parametrize("name", ["1st", "a b", "", "a-b", "é"])
def test_bad_names(name):
    with pytest.raises(ValueError, match="cannot be a name"):
        find_name(name)


def test_a_name_must_be_text():
    with pytest.raises(TypeError, match="must be a string"):
        Nameable(3)


def test_objects_can_be_found_while_they_are_alive():
    before = len(Thing.instances())
    things = [Thing() for _ in range(3)]
    assert Thing.instances()[before:] == things
    assert [x.created for x in things] == sorted(x.created for x in things)
    assert set(things) <= set(Trackable.instances())
    del things
    gc.collect()
    assert len(Thing.instances()) == before


def test_the_clock_of_an_object():
    assert Thing().clock is defaultclock
    clock = Clock(1 * ms)
    assert Thing(clock=clock).clock is clock
    assert Thing(dt=0.5 * ms).clock.dt_ == 0.0005
    with pytest.raises(ValueError, match="not both"):
        Thing(dt=1 * ms, clock=clock)
    with pytest.raises(DimensionMismatchError):
        Thing(dt=0.5)
    with pytest.raises(DimensionMismatchError):
        Thing(dt=1 * mV)
    with pytest.raises(TypeError, match="a clock is needed"):
        Thing(clock=3)


def test_active_is_handed_to_the_parts():
    whole, part = Thing(), Thing()
    inner = Thing()
    part.contained_objects.append(inner)
    whole.contained_objects.append(part)
    whole.active = False
    assert not part.active
    assert not inner.active
    assert list(whole.all_contained) == [part, inner]
    part.active = True
    assert inner.active
    assert not whole.active


def test_errors_say_where_an_object_was_made():
    thing = Thing(when="end", order=3)
    assert (thing.when, thing.order) == ("end", 3)
    assert thing.created_at.startswith(__file__)
    error = BrianObjectException("something", thing)
    assert thing.name in str(error)
    assert "test_objects_and_names.py" in str(error)
    assert BrianObject is SimulationObject
    with pytest.raises(TypeError, match="name of a slot"):
        Thing(when=3)


def test_clocks():
    clock = Clock(0.1 * ms)
    assert clock.dt == 0.1 * ms
    assert clock.name.startswith("clock")
    assert (clock.t_, clock.timestep) == (0, 0)
    clock.set_step(15)
    assert np.isclose(clock.t_, 1.5e-3)
    assert repr(Clock(1 * ms, name="mine")) == "Clock(dt=1. * msecond, name='mine')"
    clock.dt_ = 2e-4
    assert clock.dt == 0.2 * ms
    for bad in (0 * ms, -1 * ms, np.inf * ms):
        with pytest.raises(ValueError, match="positive"):
            clock.dt = bad
    with pytest.raises(TypeError, match="single"):
        clock.dt = [1, 2] * ms


@pytest.mark.parametrize(
    ("time", "step"),
    [
        (0, 0),
        (1e-3, 10),
        (0.25e-3, 3),
        (0.2500001e-3, 3),
        (0.3e-3 + 5e-9, 3),
        (0.3e-3 + 2e-8, 4),
        (0.1e-3, 1),
    ],
)
def test_times_between_steps_belong_to_the_next_one(time, step):
    assert Clock(0.1 * ms).step_at(time) == step


def test_dt_can_change_where_steps_meet():
    clock = Clock(0.1 * ms)
    clock.move_to(1e-3)
    clock.dt = 0.5 * ms
    assert np.isclose(clock.t_, 1e-3)
    clock.move_to(1e-3)
    assert clock.timestep == 2
    clock.dt = 0.3 * ms
    with pytest.raises(ValueError, match="not a multiple of the new dt"):
        clock.move_to(1e-3)
    clock.reset()
    clock.move_to(0)
    assert clock.t_ == 0


def test_the_names_of_what_a_function_simulated_are_free_when_it_returns():
    def simulate():
        group = NeuronGroup(1, "dv/dt = -v/(10*ms) : 1", method="euler", name="simulated*")
        part = group[:1]
        run(1 * ms)
        return group.name, part.name

    assert [simulate() for _ in range(3)] == [("simulated", "simulated_subgroup")] * 3
