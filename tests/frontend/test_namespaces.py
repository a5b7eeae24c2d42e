"""What names from outside stand for."""

import numpy as np
import pytest

from distsim.equations.functions import BUILTIN_FUNCTIONS
from distsim.frontend.logger import catch_logs
from distsim.frontend.namespaces import NameResolutionError, caller_frame, get_local_namespace, resolve
from distsim.frontend.timed_array import TimedArray
from distsim.network import Constant
from distsim.units import DIMENSIONLESS, check_units, get_dimensions, units_by_name

U = units_by_name()
ms, mV, nA, volt = (U[name] for name in ("ms", "mV", "nA", "volt"))
tau_of_module = 7 * ms


def here():
    return caller_frame(level=1)


def one(name, **options):
    return resolve([name], **options).values[name]


def test_local_variables_come_before_global_ones():
    tau_of_module = 3 * ms
    assert one("tau_of_module", frame=here()).value == tau_of_module / U["second"]


def test_global_variables_of_the_caller():
    assert one("tau_of_module", frame=here()) == Constant(0.007, get_dimensions(ms))


def test_the_namespace_of_the_group_wins_with_a_warning():
    tau = 1 * ms
    with catch_logs() as logs:
        found = one("tau", group_namespace={"tau": 5 * ms}, frame=here(), owner="group 'a'")
    assert found.value == 0.005
    assert len(logs) == 1
    assert "5. ms" in logs[0][2]
    assert str(tau) in logs[0][2]
    assert logs[0][1].endswith("resolution_conflict")


def test_a_given_namespace_takes_the_place_of_the_frame():
    tau = 1 * ms  # noqa: F841
    assert one("tau", run_namespace={"tau": 2 * ms}, frame=here()).value == 0.002
    with pytest.raises(NameResolutionError, match="unknown name 'tau'"):
        one("tau", run_namespace={}, frame=here())


def test_words_of_the_language_win_with_a_warning():
    e = 5  # noqa: F841
    with catch_logs() as logs:
        assert one("e", frame=here()).value == np.e
    assert "constant of the language" in logs[0][2]
    with catch_logs() as logs:
        assert one("mV", frame=here()).value == 0.001
        assert resolve([], called=["exp"], frame=here()).values == {}
    assert logs == []


def test_variables_of_the_group_hide_others_with_a_warning():
    v = 5  # noqa: F841
    w = "text"  # noqa: F841
    with catch_logs() as logs:
        resolve([], frame=here(), mentioned=["v", "w"], owner="group 'a'")
    assert len(logs) == 1
    assert logs[0][2].startswith("'v' is a variable of group 'a', which is used")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (2.5, 2.5),
        (True, True),
        (np.int32(4), 4),
        (np.float32(0.5), 0.5),
        (np.bool_(False), False),
        (np.array(6), 6),
        (np.array(True), True),
        (3 * mV, 0.003),
        (np.array(2.0) * mV, 0.002),
    ],
)
def test_numbers(value, expected):
    found = one("c", run_namespace={"c": value})
    assert found.value == expected
    assert type(found.value) is type(expected)
    assert found.dimension is (get_dimensions(value))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2] * ms, "is a quantity of shape"),
        (np.arange(3), "is an array of shape"),
        ([1, 2], "'c' is a list: a name from outside must be a single number"),
        ((1, 2), "is a tuple"),
        ("text", "'c' is a str"),
        (None, "unknown name|NoneType"),
        (3j, "no number"),
        (np.complex128(3j), "not a real number"),
        (lambda x: x, "declares no units"),
        (np.sin, "declares no units"),
    ],
)
def test_values_that_code_cannot_use(value, message):
    with pytest.raises(NameResolutionError, match=message) as caught:
        resolve({"c": "dv/dt = -v/c : 1"}, run_namespace={"c": value}, owner="group 'a'")
    assert str(caught.value).startswith("group 'a': ")
    assert "dv/dt = -v/c : 1" in str(caught.value)


def test_unknown_names_are_shown_with_the_line_and_near_ones():
    taux, E_leak = 3 * ms, -70 * mV
    assert taux is not None
    assert E_leak is not None
    with pytest.raises(NameResolutionError) as caught:
        resolve({"tauy": "dv/dt = -v/tauy : 1"}, frame=here(), owner="group 'a'", internal=["v", "w"])
    message = str(caught.value)
    assert "unknown name 'tauy'; did you mean 'taux'" in message
    assert "dv/dt = -v/tauy : 1" in message
    assert "variables: v, w" in message
    assert "E_leak" in message


def test_functions_must_be_called_and_numbers_must_not():
    @check_units(x=1, result=1)
    def f(x):
        return x

    stim = TimedArray([1, 2] * nA, dt=1 * ms)
    space = {"f": f, "stim": stim, "tau": 3 * ms}
    for name, message in (
        ("f", "'f' is a function"),
        ("stim", r"timed array.*stim\(t\)"),
        ("exp", "a function"),
    ):
        with pytest.raises(NameResolutionError, match=message):
            resolve([name], run_namespace=space)
    with pytest.raises(NameResolutionError, match="'tau' is a number"):
        resolve([], called=["tau"], run_namespace=space)
    with pytest.raises(NameResolutionError, match="unknown function 'g'"):
        resolve([], called=["g"], run_namespace=space)
    found = resolve(["tau"], called=["f", "stim", "exp"], run_namespace=space)
    assert found.values.keys() == {"f", "stim", "tau"}
    assert found.scope.functions().keys() == BUILTIN_FUNCTIONS.keys() | {"f", "stim"}
    assert found.scope.functions()["stim"].result is get_dimensions(nA)


def test_missing_names_can_be_allowed():
    found = resolve(["a", "b"], called=["c"], run_namespace={"a": 1, "b": [1]}, allow_missing=True)
    assert found.values == {"a": Constant(1, DIMENSIONLESS)}
    assert found.missing == {"b", "c"}


def test_the_frame_of_the_caller():
    local = 3
    assert get_local_namespace()["local"] == local
    assert get_local_namespace()["tau_of_module"] is tau_of_module

    def inner():
        return get_local_namespace(level=1)

    assert inner()["local"] == 3
    assert caller_frame().f_code.co_name == "test_the_frame_of_the_caller"
    assert caller_frame(level=10_000).f_back is None


def test_timed_arrays_that_change_within_a_step():
    space = {"stim": TimedArray([1, 2], dt=0.15 * ms, name="other")}
    with catch_logs() as logs:
        found = resolve([], called=["stim"], run_namespace=space, dt=0.1e-3, owner="group 'a'")
    assert not found.scope.functions()["stim"].constant_over_dt
    assert "'stim' (dt 150. us)" in logs[0][2]
    with catch_logs() as logs:
        found = resolve([], called=["stim"], run_namespace=space, dt=0.05e-3)
        assert resolve([], called=["stim"], run_namespace=space).values["stim"].constant_over_step
    assert found.scope.functions()["stim"].constant_over_dt
    assert logs == []
