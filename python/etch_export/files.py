"""Files of PyTorch, and Python files that make a module."""
from __future__ import annotations

import importlib
import inspect
import os
import sys
import zipfile
import importlib.util
from typing import Any

from .errors import first_line, refuse
from .source import Options, Source
from .state_dict import from_checkpoint
from .torch_script import from_model, from_torchscript


def from_pt(path: str, options: Options) -> Source:
    import torch

    if zipfile.is_zipfile(path) and any(n.endswith("/constants.pkl") for n in zipfile.ZipFile(path).namelist()):
        return from_torchscript(path, options)
    loaded = load_pickle(path, os.path.basename(path), options.trust)
    if isinstance(loaded, torch.nn.Module):
        return from_model(loaded, options)
    if isinstance(loaded, dict):
        return from_checkpoint(loaded, options, os.path.basename(path))
    refuse(f"{path} holds a {type(loaded).__name__}, neither a module nor a state_dict")


def load_pickle(file: Any, name: str, trust: bool) -> Any:
    """By PyTorch's reader of tensors alone; what else a pickle holds may be code, and is read where the user says."""
    import torch

    if trust:
        try:  # PyTorch 2.6 reads tensors alone unless told
            told = {"weights_only": False} if "weights_only" in inspect.signature(torch.load).parameters else {}
            return torch.load(file, map_location="cpu", **told)
        except (OSError, ImportError):
            raise
        except AttributeError as error:  # of a class that its training script defines
            refuse(f"{name} holds a module whose class is not here ({first_line(error)}); say train.py:make_net, or "
                   "save it as a state_dict or TorchScript")  # fmt: skip
        except Exception as error:  # junk may be anything
            refuse(f"{name} cannot be read by torch.load ({first_line(error)})")
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # junk may be anything
        refuse(f"{name} holds more than tensors, or is damaged ({first_line(error)}); reading a pickled module runs "
               "the code in it: add --trust if you know where it comes from")  # fmt: skip


def from_python(source: str, options: Options) -> Source:
    path, _, name = source.rpartition(":")
    specification = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    sys.modules.setdefault(specification.name, module)  # where dataclasses and pickle look for it
    try:
        specification.loader.exec_module(module)
    except SyntaxError as error:
        refuse(f"{path} is no Python ({error})")
    if not hasattr(module, name):
        refuse(f"{path} has no {name}")
    found = getattr(module, name)
    import torch

    if not isinstance(found, torch.nn.Module) and callable(found):
        try:
            found = found()
        except TypeError as error:
            refuse(f"{source} cannot be called without arguments ({first_line(error)})")
    if not isinstance(found, torch.nn.Module):
        refuse(f"{source} is a {type(found).__name__}, neither an nn.Module nor a function that returns one")
    return from_model(found, options)
