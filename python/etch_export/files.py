"""Files of PyTorch, and Python files that make a module."""
from __future__ import annotations

import contextlib
import importlib.util
import inspect
import os
import sys
import traceback
from typing import Iterator

from .errors import Refused, first_line, refuse, refusing
from .pickles import Archive, Inert, contents, kind_of
from .source import Options, Source
from .state_dict import check_known, from_checkpoint, grouped
from .torch_script import from_model, from_torchscript


def from_pt(path: str, options: Options) -> Source:
    """Without --trust only tensors are read, by the code of pickles.py."""
    name = os.path.basename(path)
    try:
        archive = Archive(path, name)
    except Refused:
        if not options.trust:
            raise
        return from_trusted(path, name, options)
    value = archive.value
    if isinstance(value, dict):
        return from_checkpoint(value, options, name)
    if not isinstance(value, Inert):
        refuse(f"{name} holds a {kind_of(value)}, neither a module nor a state_dict")
    if options.trust:
        return from_torchscript(path, options) if archive.is_script else from_trusted(path, name, options)
    tensors = dict(contents(value))
    if not (options.activation or options.output_activation or options.topology or options.framework):
        kind = "TorchScript" if archive.is_script else f"a pickled module ({kind_of(value)})"
        check_known(grouped(tensors))
        refuse(f"{name} is {kind}, which can run any code when PyTorch reads it: add --trust if you know where it "
               "comes from; or pass --activation and --output-activation, or --topology: only tensors are read then")
    return from_checkpoint(tensors, options, name)


def from_trusted(path: str, name: str, options: Options) -> Source:
    """By PyTorch, which runs the code that the file holds."""
    import torch

    # PyTorch 2.6 reads only tensors unless told.
    told = {"weights_only": False} if "weights_only" in inspect.signature(torch.load).parameters else {}
    with refusing(f"{name} cannot be read by torch.load", OSError, ImportError):
        try:
            loaded = torch.load(path, map_location="cpu", **told)
        except AttributeError as error:  # of a class that its training script defines
            refuse(f"{name} holds a module whose class is not here ({first_line(error)}); say train.py:make_net, or "
                   "save it as a state_dict or TorchScript")  # fmt: skip
    if not isinstance(loaded, torch.nn.Module):
        refuse(f"{name} holds a {type(loaded).__name__}, neither a module nor a state_dict that can be read")
    return from_model(loaded, options)


@contextlib.contextmanager
def code_of_user(what: str) -> Iterator[None]:
    """What the user's code raises is told with its line; a file or package that it lacks is named by the command."""
    try:
        yield
    except (Refused, OSError, ImportError):
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
        refuse(f"{what} ends with {type(error).__name__}: {first_line(error)} ({where})")


def from_python(source: str, options: Options) -> Source:
    path, _, name = source.rpartition(":")
    specification = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    sys.modules.setdefault(specification.name, module)  # where dataclasses and pickle look for it
    with code_of_user(path):
        try:
            specification.loader.exec_module(module)
        except SyntaxError as error:
            refuse(f"{path} is not Python ({error})")
    if not hasattr(module, name):
        refuse(f"{path} has no {name}")
    found = getattr(module, name)
    import torch

    if not isinstance(found, torch.nn.Module) and callable(found):
        with refusing(f"{source} cannot be called without arguments"):
            inspect.signature(found).bind()
        with code_of_user(source):
            found = found()
    if not isinstance(found, torch.nn.Module):
        refuse(f"{source} is a {type(found).__name__}, neither an nn.Module nor a function that returns one")
    return from_model(found, options)
