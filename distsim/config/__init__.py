"""Model files: YAML to the network description.

Everything that may be wrong with a file is found here, before any rank builds anything, and reported with
file, line and key.
"""

from distsim.config.errors import ConfigError, Problem
from distsim.config.model import Model, load, load_text
from distsim.config.sections import schema

__all__ = ["ConfigError", "Model", "Problem", "load", "load_text", "schema"]
