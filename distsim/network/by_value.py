"""Pickling functions by value, for processes that cannot import the module they come from."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import cloudpickle

_LOCK = threading.Lock()


def dumps_by_value(content: object, function: Callable[..., Any]) -> bytes:
    """Pickle `content`, in it `function` and what else comes from its module by value.

    What functions in it take from other modules travels as the name of that module.
    """
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    # What cannot be imported anywhere, and what is compiled C, knows its own way already.
    if module is None or module.__name__ == "__main__" or getattr(module, "__file__", None) is None:
        return bytes(cloudpickle.dumps(content))
    with _LOCK:
        registered = module.__name__ in cloudpickle.list_registry_pickle_by_value()
        if not registered:
            cloudpickle.register_pickle_by_value(module)
        try:
            return bytes(cloudpickle.dumps(content))
        finally:
            if not registered:
                cloudpickle.unregister_pickle_by_value(module)
