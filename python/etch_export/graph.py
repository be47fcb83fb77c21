"""Graphs. A step is an operator of the source under PyTorch's name, whatever the source is: an nn.Module, TorchScript,
ONNX. What depends only on constants is folded when it is built."""
from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, NoReturn, Optional, Sequence, Union

import numpy as np

from .errors import refuse, refusing
from . import images
from .recurrent import run, run_rows
from .topology import Shape


@dataclass(eq=False)
class Constant:
    values: np.ndarray
    sources: frozenset = frozenset()  # the tensors of the source that it was made from


class Size:
    """A number of a shape that is known only when the network runs. What is computed from it is another."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __repr__(self) -> str:
        return self.what

    def combined(self, other: Any) -> Size:
        return Size("an extent")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = combined
    __truediv__ = __rtruediv__ = __mod__ = __rmod__ = __neg__ = combined


@dataclass(eq=False)
class Step:
    op: str
    where: str  # what messages call it
    inputs: List[Any] = field(default_factory=list)  # Step, Constant or None
    options: Dict[str, Any] = field(default_factory=dict)


def known_shape(value: Step) -> List[Any]:
    """As far as it is known: the number of samples is a Size."""
    if value.op == "input":
        shape = value.options.get("shape")
        return [Size("the batch"), *[Size("an extent") for _ in range(7)]] if shape is None else list(shape)
    before = next((known_shape(i) for i in value.inputs if isinstance(i, Step)), [Size("the batch")])
    if value.op in ("linear", "matmul") and isinstance(value.inputs[1], Constant):
        weight = value.inputs[1].values
        return [*before[:-1], weight.shape[0] if value.op == "linear" else weight.shape[-1]]
    if value.op == "recurrent":
        return [*before[:-1], value.inputs[2].values.shape[-1] * (2 if value.options.get("both") else 1)]
    if value.op == "directions":
        return [before[0], 2, before[1], before[2] // 2 if isinstance(before[2], int) else before[2]]
    if value.op == "reshape":
        rest = [n for n in before[2:] if isinstance(n, int)]
        return [before[i] if n == 0 else math.prod(rest) if n == -1 and len(rest) == 2 else n
                for i, n in enumerate(value.options["shape"])]  # fmt: skip
    if value.op == "embedding":
        return [*before, value.inputs[1].values.shape[-1]]
    if value.op in ("part", "glu") and isinstance(before[value.options["dim"]], int):
        axis = value.options["dim"] % len(before)
        return [*before[:axis], before[axis] // value.options.get("of", 2), *before[axis + 1:]]
    if value.op in ("concat", "getitem", "part", "glu"):
        return [before[0], *(Size("an extent") for _ in before[1:])]
    if value.op in ("window", "pad", "global_average_pool"):
        ones = [1] * (len(before) - 2) if value.op == "global_average_pool" else [Size("an extent") for _ in before[2:]]
        channels = value.options["window"].filters if len(value.inputs) > 1 else before[1]
        return [before[0], channels, *ones]
    if value.op == "unsqueeze":
        dim = int(np.atleast_1d(value.options["dim"])[0])
        return [*before[:dim], 1, *before[dim:]]
    if value.op in ("squeeze", "select") and value.options.get("dim") is not None:
        axes = [d % len(before) for d in np.atleast_1d(value.options["dim"]).tolist()]
        return [extent for axis, extent in enumerate(before) if axis not in axes]
    if value.op == "transpose" and value.options.get("order") is not None:
        return [before[axis] for axis in value.options["order"]]
    if value.op == "flatten":
        extents = before[1:]
        return [before[0], Size("an extent") if any(isinstance(n, Size) for n in extents) else math.prod(extents)]
    return before


LATER = re.compile(r"lstm|gru|rnn|conv|pool|attention|transformer|embedding|multihead|upsample|resize|instance_?norm"
                   r"|batch_?norm3d|dot_product", re.IGNORECASE)  # fmt: skip


def refuse_operator(name: str, where: str) -> NoReturn:
    if LATER.search(name):
        refuse(f"the operator `{name}` ({where}) is not supported yet")
    refuse(f"the operator `{name}` ({where}) has no counterpart in etch")


def step(op: str, where: str, inputs: Sequence[Any], **options: Any) -> Union[Step, Constant]:
    """A step, or its result where it has no step among its inputs."""
    if op in OPERATORS and inputs and all(isinstance(i, Constant) for i in inputs):
        with refusing(f"the constants of {where} do not fit"):
            result = OPERATORS[op](*(i.values for i in inputs), **options)
        return Constant(result, frozenset().union(*(i.sources for i in inputs)))
    return Step(op, where, list(inputs), options)


def selu(x: np.ndarray) -> np.ndarray:
    scale, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def softmax(x: np.ndarray, dim: int) -> np.ndarray:
    exponentials = np.exp(x - x.max(axis=dim, keepdims=True))
    return exponentials / exponentials.sum(axis=dim, keepdims=True)


def layer_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float, axes: Shape, features: Any = None
               ) -> np.ndarray:  # fmt: skip
    away = x - x.mean(axis=axes, keepdims=True)
    return away / np.sqrt((away * away).mean(axis=axes, keepdims=True) + eps) * weight + bias


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0, np.exp(-np.logaddexp(0, -x)), 1 / (1 + np.exp(-np.abs(x))))


def by_channel(x: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """One number for each channel, the second extent."""
    return numbers.reshape(-1, *[1] * (x.ndim - 2)) if numbers.size > 1 and x.ndim > 2 else numbers


def batch_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, mean: np.ndarray, variance: np.ndarray, eps: float
               ) -> np.ndarray:  # fmt: skip
    normal = (x - by_channel(x, mean)) / np.sqrt(by_channel(x, variance) + eps)
    return normal * by_channel(x, weight) + by_channel(x, bias)


def group_norm(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, eps: float, groups: int) -> np.ndarray:
    away = x.reshape(len(x), groups, -1)
    away = away - away.mean(axis=2, keepdims=True)
    normal = away / np.sqrt((away * away).mean(axis=2, keepdims=True) + eps)
    return normal.reshape(x.shape) * by_channel(x, weight) + by_channel(x, bias)


def group_norm_rows(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, layer: Any) -> np.ndarray:
    """With the channels last, as etch has them."""
    image = np.moveaxis(x.reshape(len(x), -1, len(weight)), 1, 2)
    found = group_norm(image, weight, bias, 1 / layer.arguments[1], layer.arguments[0])
    return np.moveaxis(found, 2, 1).reshape(x.shape)


def window(x: np.ndarray, *tensors: np.ndarray, name: str, window: Any, dims: int) -> np.ndarray:
    """Of images, and of signals as images of height 1."""
    if x.ndim == 4:
        return images.image_function(name, x, window, *tensors)
    return images.image_function(name, x[:, :, None], window, *tensors)[:, :, 0]


def recurrent(x: np.ndarray, *weights: np.ndarray, kind: str, held: List[int], own: str, both: bool = False,
              memory: Any = None, **rest: Any) -> np.ndarray:  # fmt: skip
    """Of [steps, samples, features]."""
    found = []
    for direction in (1, -1)[: 2 if both else 1]:
        given, weights = weights[: held[0]], weights[held[0]:]
        given = (*given, *[np.zeros(len(given[0]))] * (4 - held[0]))
        y = run(x[::direction], *given, kind=kind, memory=memory, reset_before=own == "reset_before",
                relu=own == "with_relu")  # fmt: skip
        found.append(y[::direction])
    return np.concatenate(found, axis=2)


# What the operators mean, in float64: for constants, for golden vectors of an ONNX graph, and to check what is written.
OPERATORS: Dict[str, Callable[..., np.ndarray]] = {
    "linear": lambda x, weight, bias=None: x @ weight.T + (0 if bias is None else bias),
    "matmul": np.matmul,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "sqrt": np.sqrt,
    "erf": erf,
    "exp": np.exp,
    "mean": lambda x, dim, keepdim: x.mean(axis=dim, keepdims=keepdim),
    "transpose": lambda x, order=None, swap=None: np.swapaxes(x, *swap) if swap else np.transpose(x, order),
    "embedding": lambda x, weight: weight[x.astype(np.int64)],
    "indices": np.trunc,
    "part": lambda x, index, of, dim: np.split(x, of, axis=dim)[index],
    "getitem": lambda x, index, dim: np.moveaxis(np.moveaxis(x, dim, 0)[index[0]], 0, dim),
    "reshape": lambda x, shape: x.reshape([x.shape[i] if n == 0 else int(n) for i, n in enumerate(shape)]),
    "directions": lambda y: y.reshape(*y.shape[:2], 2, -1).transpose(0, 2, 1, 3),
    "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "squeeze": lambda x, dim=None: np.squeeze(x, dim),
    "identity": lambda x: x,
    "dropout": lambda x, p: x,
    "flatten": lambda x, features=None: x.reshape(len(x), -1),
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, negative_slope: np.where(x > 0, x, negative_slope * x),
    "elu": lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "selu": selu,
    "gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x * sigmoid(x),
    "softplus": lambda x: np.logaddexp(0, x),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "clip": lambda x, minimum, maximum: np.minimum(np.maximum(x, minimum), maximum),
    "softmax": softmax,
    "layer_norm": layer_norm,
    "batch_norm": batch_norm,
    "prelu": lambda x, weight: np.where(x > 0, x, by_channel(x, weight) * x),
    "prelu_rows": lambda x, weight, layer: np.where(x > 0, x, np.resize(weight, x.shape[1]) * x),
    "group_norm": group_norm,
    "group_norm_rows": group_norm_rows,
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "log_softmax": lambda x, dim: np.log(softmax(x, dim)),
    "window": window,
    "pad": lambda x, sides: np.pad(x, [(0, 0), (0, 0), *[sides[2:], sides[:2]][4 - x.ndim:]]),
    "global_average_pool": lambda x: x.mean(axis=tuple(range(2, x.ndim)), keepdims=True),
    "image_rows": images.run_rows,
    "causal_conv_1d": images.run_stream,
    "flatten_last": lambda x: np.moveaxis(x, 1, -1).reshape(len(x), -1),
    "standardize": lambda x, mean, deviation: (x - mean) / deviation,
    "unstandardize": lambda x, mean, deviation: x * deviation + mean,
    "recurrent": recurrent,
    "recurrent_rows": run_rows,
    "state": lambda y, part, layers: y[-1:] if layers == 1 else np.stack(
        [half[step] for half, step in zip(np.split(y, 2, axis=2), (-1, 0))]),
    "select": lambda x, dim, index: np.take(x, index[0], axis=dim),
    "concat": lambda *x, dim: np.concatenate(x, axis=dim),
    "normalize": lambda x, minimum, maximum, low, high: (x - minimum) * ((high - low) / (maximum - minimum)) + low,
}


def evaluate(value: Any, start: Step, samples: np.ndarray, known: Dict[int, np.ndarray]) -> Optional[np.ndarray]:
    """A value of the graph, for samples at its start."""
    if value is None or isinstance(value, Constant):
        return value.values if value else None
    if value is start:
        return samples
    if id(value) not in known:
        inputs = [evaluate(i, start, samples, known) for i in value.inputs]
        known[id(value)] = OPERATORS[value.op](*inputs, **value.options)
    return known[id(value)]


def ancestors(value: Any, found: Dict[int, Any]) -> Dict[int, Any]:
    """Everything that a value is made from, itself too, by identity."""
    if id(value) not in found:
        found[id(value)] = value
        for each in value.inputs if isinstance(value, Step) else ():
            ancestors(each, found)
    return found
