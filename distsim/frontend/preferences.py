"""Preferences: ``prefs.codegen.target = "numpy"``, ``prefs["core.default_float_dtype"] = float32``.

The words of Brian 2 are accepted, so that scripts run; a misspelt one is an error.  Those about the
generation of code and about devices have no effect, since distsim generates and compiles its code in one
way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from distsim.equations.suggest import did_you_mean
from distsim.frontend.logger import BrianLogger
from distsim.program.schedule import BASE_SLOTS

Validator = Callable[[Any], bool]


class PreferenceError(Exception):
    """A preference does not exist or cannot have this value."""


@dataclass(frozen=True, slots=True)
class BrianPreference:
    """What there is to know of one preference.

    Parameters
    ----------
    default
        Its value at the start.
    docs
        What it is for.
    validator
        Tells whether it can have a value; by default everything of the type of `default` can be one.
    """

    default: Any
    docs: str = ""
    validator: Validator | None = None

    def accepts(self, value: Any) -> bool:
        """Return whether the preference can have this value."""
        if self.validator is not None:
            return self.validator(value)
        return self.default is None or value is None or isinstance(value, type(self.default))


class BrianGlobalPreferences(MutableMapping[str, Any]):
    """All preferences, by full name or attribute by attribute.

    Examples
    --------
    >>> prefs["core.default_float_dtype"]
    <class 'numpy.float64'>
    >>> prefs.codegen.target = "numpy"
    """

    def __init__(self, known: dict[str, BrianPreference]) -> None:
        self._known = dict(known)
        self._values: dict[str, Any] = {name: preference.default for name, preference in known.items()}
        self._actions: dict[str, Callable[[Any], None]] = {}

    # --- by full name

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._values[name]
        if self._is_category(name):
            return PreferenceCategory(self, name)
        raise self._unknown(name)

    def __setitem__(self, name: str, value: Any) -> None:
        preference = self._known.get(name)
        if preference is None:
            if self._is_category(name):
                raise PreferenceError(f"'{name}' is a group of preferences and has no value itself")
            raise self._unknown(name)
        if not preference.accepts(value):
            raise PreferenceError(f"the preference '{name}' cannot have the value {value!r}")
        self._values[name] = value
        action = self._actions.get(name)
        if action is not None:
            action(value)

    def __delitem__(self, name: str) -> None:
        raise PreferenceError(f"the preference '{name}' cannot be deleted; reset_to_defaults() resets all")

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    # --- attribute by attribute

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except PreferenceError as error:
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name.partition(".")[0] for name in self._known)})

    # --- as a whole

    def register_preferences(
        self,
        prefbasename: str,
        prefbasedoc: str,  # noqa: ARG002
        **prefs: BrianPreference,
    ) -> None:
        """Add preferences of one's own.

        Parameters
        ----------
        prefbasename
            The group, ``"mypackage"``.
        prefbasedoc
            What the group is for.
        **prefs
            Its preferences.
        """
        for name, preference in prefs.items():
            full = f"{prefbasename}.{name}"
            if full in self._known:
                raise PreferenceError(f"there is already a preference '{full}'")
            self._known[full] = preference
            self._values[full] = preference.default

    def reset_to_defaults(self) -> None:
        """Give every preference its value at the start."""
        for name, preference in self._known.items():
            self[name] = preference.default

    def get_documentation(self, basename: str | None = None) -> str:
        """Return what the preferences (of one group) are for, as text."""
        chosen = [name for name in self._known if basename is None or self._is_inside(name, basename)]
        return "\n".join(
            f"{name} = {self._known[name].default!r}\n    {self._known[name].docs}" for name in chosen
        )

    @property
    def as_file(self) -> str:
        """All preferences with their values, one a line."""
        return "".join(f"{name} = {value!r}\n" for name, value in self._values.items())

    @property
    def defaults_as_file(self) -> str:
        """All preferences with their values at the start, one a line."""
        return "".join(f"{name} = {preference.default!r}\n" for name, preference in self._known.items())

    def on_change(self, name: str, action: Callable[[Any], None]) -> None:
        """Call `action` with the value whenever the preference is set."""
        self._actions[name] = action

    def _is_category(self, name: str) -> bool:
        return any(self._is_inside(known, name) for known in self._known)

    @staticmethod
    def _is_inside(name: str, category: str) -> bool:
        return name.startswith(f"{category}.")

    def _unknown(self, name: str) -> PreferenceError:
        return PreferenceError(f"there is no preference '{name}'{did_you_mean(name, self._known)}")

    def __repr__(self) -> str:
        return f"<preferences: {len(self)}, read or set as prefs['group.name'] or prefs.group.name>"


class PreferenceCategory:
    """A group of preferences, ``prefs.codegen``.

    Parameters
    ----------
    preferences
        All of them.
    name
        Full name of the group.
    """

    __slots__ = ("_name", "_preferences")

    def __init__(self, preferences: BrianGlobalPreferences, name: str) -> None:
        object.__setattr__(self, "_preferences", preferences)
        object.__setattr__(self, "_name", name)

    def __getitem__(self, name: str) -> Any:
        return self._preferences[f"{self._name}.{name}"]

    def __setitem__(self, name: str, value: Any) -> None:
        self._preferences[f"{self._name}.{name}"] = value

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except PreferenceError as error:
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __iter__(self) -> Iterator[str]:
        prefix = f"{self._name}."
        return (name.removeprefix(prefix) for name in self._preferences if name.startswith(prefix))

    def __dir__(self) -> list[str]:
        return sorted({name.partition(".")[0] for name in self})

    def __repr__(self) -> str:
        return f"<preferences {self._name}: {', '.join(self)}>"


def _is_float_type(value: Any) -> bool:
    return value in (np.float32, np.float64)


def _is_integer_type(value: Any) -> bool:
    return value in (np.int32, np.int64)


def _anything(value: Any) -> bool:  # noqa: ARG001
    return True


def _only(*values: Any) -> Validator:
    return lambda value: value in values


_LEVELS: Final = {
    "CRITICAL": logging.CRITICAL,
    "ERROR": logging.ERROR,
    "WARNING": logging.WARNING,
    "INFO": logging.INFO,
    "DEBUG": logging.DEBUG,
    "DIAGNOSTIC": 5,
}
_NO_EFFECT: Final = "Accepted; it has no effect."

# Those that scripts set so that Brian 2 compiles its code in another way.
_WITHOUT_EFFECT: Final[dict[str, Any]] = {
    "GSL.directory": None,
    "codegen.cpp.compiler": "",
    "codegen.cpp.define_macros": [],
    "codegen.cpp.extra_compile_args": None,
    "codegen.cpp.extra_compile_args_gcc": [],
    "codegen.cpp.extra_compile_args_msvc": [],
    "codegen.cpp.extra_link_args": [],
    "codegen.cpp.headers": [],
    "codegen.cpp.include_dirs": [],
    "codegen.cpp.libraries": [],
    "codegen.cpp.library_dirs": [],
    "codegen.cpp.msvc_architecture": "",
    "codegen.cpp.msvc_vars_location": "",
    "codegen.cpp.runtime_library_dirs": [],
    "codegen.generators.cpp.flush_denormals": False,
    "codegen.generators.cpp.restrict_keyword": "__restrict",
    "codegen.loop_invariant_optimisations": True,
    "codegen.max_cache_dir_size": 1000,
    "codegen.runtime.cython.cache_dir": None,
    "codegen.runtime.cython.delete_source_files": True,
    "codegen.runtime.cython.multiprocess_safe": True,
    "codegen.runtime.numpy.discard_units": False,
    "codegen.string_expression_target": "numpy",
    "codegen.target": "auto",
    "core.outdated_dependency_error": True,
    "core.stop_on_keyboard_interrupt": True,
    "devices.cpp_standalone.extra_make_args_unix": ["-j"],
    "devices.cpp_standalone.extra_make_args_windows": [],
    "devices.cpp_standalone.make_cmd_unix": "make",
    "devices.cpp_standalone.openmp_spatialneuron_strategy": None,
    "devices.cpp_standalone.openmp_threads": 0,
    "devices.cpp_standalone.run_cmd_unix": "./main",
    "devices.cpp_standalone.run_environment_variables": {},
    "logging.delete_log_on_exit": True,
    "logging.display_brian_error_message": True,
    "logging.file_log": True,
    "logging.file_log_level": "DEBUG",
    "logging.file_log_max_size": 10_000_000,
    "logging.save_script": True,
    "logging.std_redirection": True,
    "logging.std_redirection_to_file": True,
}
_KNOWN: Final[dict[str, BrianPreference]] = {
    **{name: BrianPreference(default, _NO_EFFECT, _anything) for name, default in _WITHOUT_EFFECT.items()},
    "core.default_float_dtype": BrianPreference(
        np.float64, "How numbers are stored by default: float64 or float32.", _is_float_type
    ),
    "core.default_integer_dtype": BrianPreference(
        np.int32, "Accepted; integers are stored with 32 bits.", _is_integer_type
    ),
    "core.network.default_schedule": BrianPreference(list(BASE_SLOTS), "The slots of a time step in order."),
    "legacy.refractory_timing": BrianPreference(
        False, "Only False: refractoriness is counted in whole steps.", _only(False)
    ),
    "logging.console_log_level": BrianPreference(
        "INFO", "The lowest level of messages that are shown.", _only(*_LEVELS)
    ),
}

prefs: Final = BrianGlobalPreferences(dict(sorted(_KNOWN.items())))
"""The preferences."""

brian_prefs: Final = prefs
"""An old name of `prefs`."""

prefs.on_change("logging.console_log_level", lambda value: BrianLogger.set_level(_LEVELS[value]))
