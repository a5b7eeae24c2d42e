"""Devices: the words with which a Brian 2 script asks for C++ code.  They are accepted and change nothing.

distsim compiles the network itself and runs it when `run` is called, whatever the device is called.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from distsim.equations.suggest import did_you_mean


class DeviceError(KeyError):
    """There is no such device."""

    def __str__(self) -> str:
        return str(self.args[0])


class Device:
    """Where a network runs, in name only.

    Parameters
    ----------
    name
        ``runtime`` or ``cpp_standalone``.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def has_been_run(self) -> bool:
        """Whether results can be read: always, since `run` runs."""
        return True

    def build(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the network has run when `run` was called."""

    def reinit(self) -> None:
        """Do nothing: there is no built code to forget."""

    def activate(self, build_on_run: bool = True, **kwargs: Any) -> None:  # noqa: ARG002
        """Make this the current device."""
        _choose(self.name)

    def delete(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: there are no files of results."""

    def insert_code(self, slot: str, code: str) -> NoReturn:
        """Refuse code in another language."""
        raise NotImplementedError("code in C++ cannot be inserted: distsim generates no C++")

    def run(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to run again what was built before."""
        raise NotImplementedError("there is no built program to run again: call run(...) once more instead")

    def __repr__(self) -> str:
        return f"<device {self.name!r}>"


class CurrentDevice:
    """The device chosen last; it passes everything on to it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(get_device(), name)

    def __repr__(self) -> str:
        return repr(get_device())


all_devices: Final[dict[str, Device]] = {name: Device(name) for name in ("runtime", "cpp_standalone")}
"""The devices by name."""

device: Final = CurrentDevice()
"""The current device."""

_chosen: Final = ["runtime"]


def get_device() -> Device:
    """Return the current device."""
    return all_devices[_chosen[-1]]


def set_device(device: str | Device, build_on_run: bool = True, **kwargs: Any) -> None:  # noqa: ARG001
    """Choose a device; networks run in the same way on all of them.

    Parameters
    ----------
    device
        ``runtime`` or ``cpp_standalone``.
    build_on_run, **kwargs
        Accepted.  `run` runs at once also with ``build_on_run=False``.

    Raises
    ------
    DeviceError
        If there is no such device.
    """
    name = device.name if isinstance(device, Device) else device
    if name not in all_devices:
        known = ", ".join(sorted(all_devices))
        raise DeviceError(
            f"there is no device {name!r}{did_you_mean(str(name), all_devices)}; known are {known}"
        )
    _choose(name)


def _choose(name: str) -> None:
    _chosen.append(name)


def reset_device() -> None:
    """Go back to the device that was current before the last choice."""
    if len(_chosen) > 1:
        _chosen.pop()


def reinit_devices() -> None:
    """Go back to the state at the start: the device ``runtime``."""
    del _chosen[1:]
