"""What every reader of a model returns, and what the user passes to it."""
from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, List, Optional, Sequence

import numpy as np

from .errors import refuse
from .graph import Constant, ancestors
from .topology import Layer, Shape

Answer = Callable[[np.ndarray], np.ndarray]  # samples [count, inputs...] -> answers [count, outputs], both float64


@dataclass
class Source:
    """What every reader gives: a chain of layers, and the model that they were taken from."""

    layers: List[Layer]
    description: str
    answer: Optional[Answer] = None  # of the model itself; a state_dict has none
    inputs: Optional[Shape] = None
    notes: List[str] = field(default_factory=list)  # what was assumed
    listed: bool = False  # a topology was passed: `inputs` are as etch orders them
    in_order: bool = False  # the layers have etch's order of numbers, and `inputs` are {channels, ...}
    by_steps: bool = False  # the samples that `answer` takes are the steps of one sequence


@dataclass
class Options:
    """What the user says where the source does not tell; the command's options, under their names."""

    inputs: Optional[Shape] = None
    activation: Optional[str] = None
    output_activation: Optional[str] = None
    topology: Optional[str] = None
    prefix: str = ""
    ignore: Sequence[str] = ()
    framework: Optional[str] = None
    epsilon: Optional[float] = None
    output: Optional[str] = None
    normalizer: Any = None
    actions: Optional[int] = None  # how many a zip states
    trust: bool = False
    stream: bool = False  # a causal stack of convolutions, step by step


def matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def check_all_used(names: Iterable[str], used: Iterable[str], ignored: Iterable[str]) -> None:
    known, patterns = set(used), list(ignored)
    unused = [n for n in names if n not in known and not matches(n, patterns)]
    if unused:
        more = f" and {len(unused) - 1} more" if len(unused) > 1 else ""
        refuse(f"the tensor {unused[0]}{more} of the source is not used; ignore it by name if that is right")


def sources_of(value: Any) -> frozenset:
    """The tensors that a value is made from."""
    return frozenset().union(*(each.sources for each in ancestors(value, {}).values() if isinstance(each, Constant)))
