"""``from distsim.devices.device import reinit_devices``."""

from distsim.frontend.devices import all_devices, device, get_device, reinit_devices, reset_device, set_device

__all__ = ["all_devices", "device", "get_device", "reinit_devices", "reset_device", "set_device"]
