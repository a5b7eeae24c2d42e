"""Preferences, devices, messages, pieces of code, and what comes later."""

import logging

import numpy as np
import pytest

from distsim.equations import EquationError, Equations
from distsim.frontend import available_later
from distsim.frontend.available_later import Morphology, NotAvailableError, Soma, SpatialNeuron
from distsim.frontend.code_strings import Expression, Statements
from distsim.frontend.devices import (
    DeviceError,
    all_devices,
    device,
    get_device,
    reinit_devices,
    reset_device,
    set_device,
)
from distsim.frontend.logger import BrianLogger, catch_logs, get_logger, std_silent
from distsim.frontend.network import Network
from distsim.frontend.neuron_group import read_types
from distsim.frontend.preferences import BrianPreference, PreferenceError, prefs


@pytest.fixture(autouse=True)
def _as_before():
    level = logging.getLogger("distsim").level
    yield
    prefs.reset_to_defaults()
    reinit_devices()
    logging.getLogger("distsim").setLevel(level)


def test_preferences():
    prefs.codegen.target = "numpy"
    assert prefs["codegen.target"] == "numpy"
    prefs["codegen.cpp.extra_compile_args_gcc"] = ["-O2"]
    assert prefs.codegen.cpp.extra_compile_args_gcc == ["-O2"]
    prefs.codegen["target"] = "cython"
    assert prefs.codegen["target"] == "cython"
    prefs["core.default_float_dtype"] = np.float32
    assert "core.default_float_dtype" in prefs
    assert len(prefs) == len(list(prefs))
    assert "codegen" in dir(prefs)
    assert "target" in dir(prefs.codegen)
    prefs.reset_to_defaults()
    assert prefs.core.default_float_dtype is np.float64
    assert "core.default_float_dtype" in prefs.as_file
    assert prefs.defaults_as_file == prefs.as_file
    assert "float32" in prefs.get_documentation("core")


def test_unknown_preferences_are_errors():
    with pytest.raises(PreferenceError, match=r"did you mean 'codegen[.]target'"):
        prefs["codegen.targets"] = "numpy"
    with pytest.raises(PreferenceError, match=r"no preference 'codegen[.]foo'"):
        prefs.codegen.foo = 3
    with pytest.raises(AttributeError, match=r"no preference 'codegen[.]foo'"):
        _ = prefs.codegen.foo
    with pytest.raises(PreferenceError, match=r"no preference 'a[.]b'"):
        _ = prefs["a.b"]
    with pytest.raises(PreferenceError, match="cannot have the value"):
        prefs["core.default_float_dtype"] = int
    with pytest.raises(PreferenceError, match="cannot have the value True"):
        prefs.legacy.refractory_timing = True
    with pytest.raises(PreferenceError, match="group of preferences"):
        prefs.codegen = 3
    with pytest.raises(PreferenceError, match="cannot be deleted"):
        del prefs["codegen.target"]


def test_own_preferences():
    prefs.register_preferences("mine", "For me.", size=BrianPreference(3, "How much."))
    assert prefs.mine.size == 3
    with pytest.raises(PreferenceError):
        prefs.mine.size = "large"
    with pytest.raises(PreferenceError, match="already"):
        prefs.register_preferences("mine", "For me.", size=BrianPreference(3))


def test_devices_are_words():
    set_device("cpp_standalone", build_on_run=False)
    assert get_device() is all_devices["cpp_standalone"]
    device.build(directory="output", compile=True, run=True)
    device.reinit()
    device.activate()
    assert device.has_been_run
    reset_device()
    reset_device()
    assert get_device().name == "runtime"
    with pytest.raises(DeviceError, match="did you mean 'cpp_standalone'"):
        set_device("cpp_standalon")
    with pytest.raises(KeyError):
        set_device("genn")
    with pytest.raises(NotImplementedError, match=r"C\+\+"):
        device.insert_code("main", "x = 1;")
    with pytest.raises(NotImplementedError, match=r"run\([.]{3}\)"):
        device.run()


def test_messages(capsys, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logger = get_logger("mine")
    logger.warn("first", name_suffix="kind", once=True)
    logger.warn("first", name_suffix="kind", once=True)
    logger.info("second")
    logger.debug("third")
    shown = capsys.readouterr().err
    assert shown.count("WARNING    first [distsim.mine.kind]") == 1
    assert "INFO       second [distsim.mine]" in shown
    assert "third" not in shown
    BrianLogger.log_level_error()
    logger.warn("fourth")
    logger.error("fifth")
    shown = capsys.readouterr().err
    assert "fourth" not in shown
    assert "fifth" in shown
    prefs.logging.console_log_level = "DEBUG"
    logger.debug("sixth")
    assert "sixth" in capsys.readouterr().err


def test_messages_can_be_suppressed(monkeypatch):
    monkeypatch.setattr("distsim.frontend.logger._hidden_names", set())
    monkeypatch.setattr("distsim.frontend.logger._hidden_trees", set())
    logger = get_logger("distsim.part")
    BrianLogger.suppress_name("kind")
    BrianLogger.suppress_hierarchy("distsim.other")
    with catch_logs() as logs:
        logger.warn("hidden", name_suffix="kind")
        get_logger("other.deep").warn("hidden")
        logger.warn("shown", name_suffix="other_kind")
    assert logs == [("WARNING", "distsim.part.other_kind", "shown")]
    with std_silent():
        pass


def test_scripts_that_set_up_logging_get_the_messages(caplog):
    get_logger("mine").warn("for the script")
    assert "for the script" in caplog.text


def test_pieces_of_code():
    assert Expression("exp(v) + w").identifiers == {"exp", "v", "w"}
    assert Statements("v = w; u += 1").identifiers == {"u", "v", "w"}
    assert str(Expression(" v ")) == "v"
    assert Expression("v") == Expression("v")
    assert Expression("v") != Statements("v = 1")
    assert repr(Expression("v")) == "Expression('v')"
    with pytest.raises(EquationError):
        Expression("v +")


def test_what_comes_later_says_so():
    with pytest.raises(NotAvailableError, match="Soma: multi-compartment neurons come with a later version"):
        Soma(diameter=3)
    with pytest.raises(NotAvailableError, match="SpatialNeuron"):
        SpatialNeuron()
    with pytest.raises(NotAvailableError):
        Morphology.from_file("cell.swc")
    with pytest.raises(NotAvailableError, match="EventClock"):

        class Mine(available_later.EventClock):
            pass

    assert not isinstance(3, SpatialNeuron)
    with pytest.raises(NotAvailableError, match=r"tests/run[.]sh"):
        available_later.test()


def test_preferences_with_an_effect():
    prefs.core.default_float_dtype = np.float32
    assert read_types(None, Equations("v : 1\nw : 1")) == {"v": "float32", "w": "float32"}
    assert read_types({"v": np.float64}, Equations("v : 1\nw : 1")) == {}
    prefs["core.network.default_schedule"] = ["start", "thresholds", "groups", "synapses", "resets", "end"]
    assert Network().schedule[1] == "thresholds"
