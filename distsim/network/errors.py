"""The error of a model that is well-formed but means nothing, or something not supported."""

from __future__ import annotations


class ModelError(ValueError):
    """A model cannot be run as described; the message names the object and what to change."""
