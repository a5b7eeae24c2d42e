"""``from distsim.core.preferences import prefs``."""

from distsim.frontend.preferences import BrianPreference, PreferenceError, prefs

__all__ = ["BrianPreference", "PreferenceError", "prefs"]
