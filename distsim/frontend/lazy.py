"""Names of matplotlib that can be bound before matplotlib is imported.

Importing matplotlib takes longer than everything else a script imports, and many scripts draw nothing.  The
star import binds stand-ins, which import matplotlib when they are used.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any, Final

from distsim.units.plotting import register_with_matplotlib

_UNITS_OF_MATPLOTLIB: Final = "matplotlib.units"


def _load(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "matplotlib":
            raise
        raise ModuleNotFoundError(
            "drawing needs matplotlib, which is not installed: pip install 'distsim[plot]'", name=error.name
        ) from error


class LazyName:
    """Stands for ``module.name`` and imports `module` when it is used.

    Parameters
    ----------
    module, name
        Where the object is found.
    """

    __slots__ = ("__lazy_module__", "__lazy_name__")

    def __init__(self, module: str, name: str) -> None:
        object.__setattr__(self, "__lazy_module__", module)
        object.__setattr__(self, "__lazy_name__", name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object."""
        return target_of(self)(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(target_of(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(target_of(self), name, value)

    def __getitem__(self, key: Any) -> Any:
        return target_of(self)[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        target_of(self)[key] = value

    def __contains__(self, key: object) -> bool:
        return key in target_of(self)

    def __iter__(self) -> Iterator[Any]:
        return iter(target_of(self))

    def __len__(self) -> int:
        return len(target_of(self))

    # A stand-in for a class can be a base class and the second argument of isinstance.

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, target_of(self))

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, target_of(self))

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (target_of(self),)

    def __dir__(self) -> list[str]:
        return dir(target_of(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return LazyName, (_module_of(self), _name_of(self))

    def __repr__(self) -> str:
        return f"<{_module_of(self)}.{_name_of(self)}, not yet imported>"


def _module_of(lazy: LazyName) -> str:
    module: str = object.__getattribute__(lazy, "__lazy_module__")
    return module


def _name_of(lazy: LazyName) -> str:
    name: str = object.__getattribute__(lazy, "__lazy_name__")
    return name


def target_of(lazy: LazyName) -> Any:
    """Return the object that a stand-in stands for."""
    return getattr(_load(_module_of(lazy)), _name_of(lazy))


class LazyModule(ModuleType):
    """Stands for a module and imports it when an attribute is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            # Those who look a module over (inspect, pytest, numba) must not make it load.
            raise AttributeError(name)
        return getattr(_load(self.__name__), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_load(self.__name__), name, value)

    def __dir__(self) -> list[str]:
        return dir(_load(self.__name__))

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}, imported when used>"


def lazy_name(module: str, name: str) -> Any:
    """Return ``module.name`` if `module` is imported already, else a stand-in."""
    loaded = sys.modules.get(module)
    return LazyName(module, name) if loaded is None else getattr(loaded, name)


def lazy_module(module: str) -> ModuleType:
    """Return `module` if it is imported already, else a stand-in."""
    return sys.modules.get(module) or LazyModule(module)


class _Registering(importlib.abc.MetaPathFinder):
    """Notices that matplotlib's units are imported, finds them as usual, and tells them of quantities."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _UNITS_OF_MATPLOTLIB:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _RegisteringLoader(spec.loader)
        return spec


class _RegisteringLoader(importlib.abc.Loader):
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        register_with_matplotlib()


def register_when_matplotlib_is_imported() -> None:
    """Let matplotlib take quantities, whether a script imports it before or after distsim, or not at all."""
    if _UNITS_OF_MATPLOTLIB in sys.modules:
        register_with_matplotlib()
    elif not any(isinstance(finder, _Registering) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Registering())
