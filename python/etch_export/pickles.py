"""Pickles, read without running what they hold."""
from __future__ import annotations

import importlib
import pickle
from typing import Any

import numpy as np


class Unpickled:
    """Stands for every class of a pickle that is not numpy's: it keeps what it is given, and runs nothing."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass

    def __new__(cls, *arguments: Any, **named: Any) -> Unpickled:
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):
            state = state[1]
        if isinstance(state, dict):
            self.__dict__.update(state)

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def append(self, value: Any) -> None:
        pass

    def extend(self, values: Any) -> None:
        pass

    def __hash__(self) -> int:
        return id(self)


class Unpickler(pickle.Unpickler):
    """Reads numbers out of a pickle without running what it holds."""

    NUMPY = {"ndarray", "dtype", "_reconstruct", "scalar", "_frombuffer"}

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "numpy" and name in self.NUMPY:
            if name in ("ndarray", "dtype"):
                return getattr(np, name)
            home = module.replace("numpy._core", "numpy.core") if not hasattr(np, "_core") else module
            return getattr(importlib.import_module(home), name)
        return type(name, (Unpickled,), {})
