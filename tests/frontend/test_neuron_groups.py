"""Groups of neurons before a run: their variables as views, and what is refused."""

import gc

import numpy as np
import pytest

from distsim.equations import EquationError
from distsim.frontend.namespaces import NameResolutionError
from distsim.frontend.neuron_group import NeuronGroup
from distsim.frontend.poisson import PoissonGroup, PoissonInput
from distsim.frontend.spike_generator import SpikeGeneratorGroup
from distsim.units import DimensionMismatchError, Quantity, units_by_name

volt, mV, ms, Hz, ohm, amp, nS = (units_by_name()[u] for u in ("volt", "mV", "ms", "Hz", "ohm", "amp", "nS"))

MODEL = """
dv/dt = -v/(10*ms) : volt (unless refractory)
I = v/(2*ohm) : amp
shared_one : 1 (shared)
n : integer
b : boolean
"""


@pytest.fixture
def group():
    return NeuronGroup(4, MODEL, threshold="v > 1*volt", reset="v = 0*volt", refractory=2 * ms)


def values(view):
    return np.asarray(view).tolist()


def test_reading_and_writing(group):
    group.v = [1, 2, 3, 4] * mV
    assert values(group.v / mV) == pytest.approx([1, 2, 3, 4])
    group.v[1:3] = "i*volt"
    group.v["i == 0"] = -1 * volt
    group.v[-1] = 7 * volt
    assert values(group.v_) == [-1, 1, 2, 7]
    assert values(group.I) == [-0.5, 0.5, 1, 3.5]
    assert group.v[2] == 2 * volt
    assert group.v[2].ndim == 0
    assert values(group.v["v > 1*volt"]) == [2, 7]
    assert values(group.v[[True, False, False, True]]) == [-1, 7]
    assert values(group.v[::-1]) == [7, 2, 1, -1]
    group.v_[:] = np.arange(4.0)
    assert values(group.v) == [0, 1, 2, 3]
    group.n = 2.7
    assert group.n[:].dtype == np.int32
    assert values(group.n) == [2, 2, 2, 2]
    assert values(group.b) == [False] * 4


def test_shared_variables(group):
    group.shared_one = 3
    assert group.shared_one[:] == 3
    assert group.shared_one.shape == ()
    group.shared_one += 1
    assert float(group.shared_one) == 4
    with pytest.raises(IndexError, match="shared"):
        group.shared_one[0]
    with pytest.raises(ValueError, match="it has one value, not 3"):
        group.shared_one = [1, 2, 3]


def test_operators_and_numpy(group):
    group.v = "i*volt"
    group.v += 1 * volt
    group.v *= 2
    assert values(group.v) == [2, 4, 6, 8]
    assert np.mean(group.v) == 5 * volt
    assert max(group.v) == 8 * volt
    assert isinstance(2 * group.v, Quantity)
    assert values(group.v > 5 * volt) == [False, False, True, True]
    assert values(abs(-group.v) / volt) == [2, 4, 6, 8]
    assert values(np.concatenate([group.v_, group.n])) == [2, 4, 6, 8, 0, 0, 0, 0]
    assert len(group.v) == group.v.size == len(group) == group.N == 4
    assert values(np.arange(10)[group.i]) == [0, 1, 2, 3]
    assert values(group.i < 2) == [True, True, False, False]
    assert values(np.where(group.v > 5 * volt, 1, 0)) == [0, 0, 1, 1]
    assert group.v[:, None].shape == (4, 1)
    with pytest.raises(DimensionMismatchError):
        group.v += 1 * ms


def test_names_from_the_caller(group):
    scale = 3 * mV  # noqa: F841 (found by the string)
    group.v = "scale*i"
    assert values(group.v / mV) == pytest.approx([0, 3, 6, 9])
    assert values(group.v["v > scale"] / mV) == pytest.approx([6, 9])
    with pytest.raises(NameResolutionError, match="unknown name 'scal'; did you mean 'scale'"):
        group.v = "scal*i"


def test_random_values_differ_from_assignment_to_assignment(group):
    group.v = "rand()*volt"
    first = group.v[:]
    group.v = "rand()*volt"
    assert (first != group.v[:]).all()


def test_what_is_refused(group):
    with pytest.raises(DimensionMismatchError, match=r"'v' of 'neurongroup.*' needs a value with unit V"):
        group.v = 3
    with pytest.raises(DimensionMismatchError, match="V is needed"):
        group.v = "3"
    with pytest.raises(AttributeError, match="no variable 'vv'; did you mean 'v'"):
        group.vv = 3
    with pytest.raises(AttributeError, match="no attribute or variable 'w'"):
        _ = group.w
    for name in ("I", "i", "N", "t"):
        with pytest.raises(TypeError, match="read-only"):
            setattr(group, name, 3)
    with pytest.raises(IndexError, match="index 10 is out of range"):
        group.v[10] = 1 * mV
    with pytest.raises(ValueError, match=r"values of shape \(2,\) do not fit 4 elements"):
        group.v = [1, 2] * mV
    with pytest.raises(TypeError, match="must be a scalar or a string"):
        group.v["i < 2"] = [1, 2] * mV
    with pytest.raises(TypeError, match="in-place"):
        group.v += "3"
    with pytest.raises(TypeError, match="must be an integer"):
        group.v[1.5]
    with pytest.raises(EquationError, match="must be a condition"):
        group.v["v"]
    group.add_attribute("note")
    group.note = "mine"
    assert group.note == "mine"


def test_states(group):
    group.v = "i*volt"
    states = group.get_states()
    assert {"v", "n", "b", "shared_one", "N", "i", "t", "dt", "lastspike", "not_refractory"} <= states.keys()
    assert "I" not in states
    assert group.get_states(["I"], units=False)["I"].tolist() == [0, 0.5, 1, 1.5]
    group.v = 0 * volt
    group.set_states(states)
    assert values(group.v) == [0, 1, 2, 3]


def test_subgroups(group):
    part = group[1:3]
    assert (len(part), part.start, part.stop, part.name) == (2, 1, 3, f"{group.name}_subgroup")
    part.v = "(i + 1)*volt"
    assert values(group.v) == [0, 1, 2, 0]
    assert values(part.i) == [0, 1]
    assert values(part[1:].v) == [2]
    assert values(part.v["i < 1"]) == [1]
    assert (group[2].start, group[[1, 2]].stop, group[-2:].start) == (2, 3, 2)
    for index in (slice(3, 1), 10, slice(None, None, 2), [0, 2], -1):
        with pytest.raises(IndexError):
            group[index]
    with pytest.raises(TypeError):
        group["v"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "dv/dt = -v : 1"}, DimensionMismatchError, "line 1"),
        ({"model": "dv/dt = -v/tau : 1", "namespace": {"tau": 3 * mV}}, DimensionMismatchError, "needs"),
        ({"model": "v : 1 (event-driven)"}, EquationError, "event-driven"),
        ({"model": "v : 1", "reset": "v = 0"}, ValueError, "needs a 'threshold'"),
        ({"model": "v : volt", "threshold": "v > 1"}, DimensionMismatchError, "threshold"),
        ({"model": "v : 1", "threshold": "v"}, EquationError, "must be a condition"),
        ({"model": "v : 1", "threshold": "v > 1", "reset": "v = 3*mV"}, DimensionMismatchError, "v = 3"),
        ({"model": "v : 1", "threshold": "v > 1", "refractory": 3 * mV}, DimensionMismatchError, "time"),
        ({"model": "v : 1", "method": "eler"}, ValueError, "euler"),
        ({"model": 3}, TypeError, "must be a string"),
        ({"model": "v : 1", "N": 0}, ValueError, "at least 1 neuron"),
        ({"model": "v : 1", "N": "v : 1"}, TypeError, "number of neurons"),
    ],
)
def test_mistakes_at_creation(arguments, error, message):
    with pytest.raises(error, match=message):
        NeuronGroup(**{"N": 1} | arguments)


def test_names_that_are_not_known_yet_wait_for_the_run():
    assert NeuronGroup(1, "dv/dt = -v/unknown_tau : 1", threshold="v > v_threshold", reset="v = v_reset")


def test_values_are_given_up_for_a_new_group_of_the_same_name():
    first = NeuronGroup(2, "x : 1", name="twice")
    second = NeuronGroup(3, "x : 1", name="twice")
    assert values(second.x) == [0, 0, 0]
    with pytest.raises(ReferenceError, match="another object of the same name"):
        first.x[:]


def test_numbers_in_names_are_used_again():
    def make():
        return NeuronGroup(1, "x : 1").name

    gc.collect()
    assert make() == make()


def test_custom_events():
    group = NeuronGroup(2, "v : 1", threshold="v > 3", reset="", events={"high": "v > 1"})
    assert group.events == {"high": "v > 1", "spike": "v > 3"}
    added = group.run_on_event("high", "v = 0", when="after_groups", order=3)
    assert (added.when, added.order) == ("after_groups", 3)
    group.set_event_schedule("high", when="before_thresholds", order=2)
    with pytest.raises(ValueError, match="has code for the event 'high' already"):
        group.run_on_event("high", "v = 1")
    with pytest.raises(ValueError, match="has no event 'hihg'; did you mean 'high'"):
        group.run_on_event("hihg", "v = 1")


def test_poisson_groups():
    group = PoissonGroup(3, rates=[1, 2, 3] * Hz)
    assert values(group.rates) == [1, 2, 3]
    assert values(group[:2].rates) == [1, 2]
    group.rates = 5 * Hz
    assert values(group.rates) == [5, 5, 5]
    computed = PoissonGroup(3, rates="i*Hz")
    assert values(computed.rates) == [0, 1, 2]
    with pytest.raises(TypeError, match="read-only"):
        computed.rates = 3 * Hz
    with pytest.raises(DimensionMismatchError):
        PoissonGroup(3, rates=3)
    with pytest.raises(ValueError, match="do not fit 3 elements"):
        PoissonGroup(3, rates=[1, 2] * Hz)
    with pytest.raises(ValueError, match="negative"):
        PoissonGroup(3, rates=-1 * Hz)


def test_poisson_input():
    target = NeuronGroup(2, "x : volt")
    assert PoissonInput(target, "x", 3, 1 * Hz, "1*mV").N == 3
    with pytest.raises(DimensionMismatchError, match="cannot be added to 'x'"):
        PoissonInput(target, "x", 3, 1 * Hz, 1)
    with pytest.raises(KeyError, match="no variable 'y'"):
        PoissonInput(target, "y", 3, 1 * Hz, 1)
    with pytest.raises(DimensionMismatchError, match="Hz"):
        PoissonInput(target, "x", 3, 1, 1 * mV)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 3], [1, 1] * ms), "the index 3 is out of range"),
        (([0], [1, 2] * ms), "1 indices, but 2 times"),
        (([0], [-1] * ms), "must not be negative"),
        (([0], [10] * ms, None, None, 5 * ms), "longer than the time of the last spike"),
        (([0, 0], [1, 1] * ms), "spikes twice in the time step"),
    ],
)
def test_mistakes_in_given_spikes(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpikeGeneratorGroup(2, *arguments)


def test_given_spikes():
    group = SpikeGeneratorGroup(2, [0, 1], [1, 2] * ms)
    assert values(group.i) == [0, 1]
    with pytest.raises(DimensionMismatchError):
        group.set_spikes([0], [1.0])
