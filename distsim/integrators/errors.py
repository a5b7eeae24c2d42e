"""The error of a method that cannot integrate the equations it is given."""

from __future__ import annotations


class UnsupportedEquationsError(ValueError):
    """The equations are outside what a method can integrate; the message says why."""
