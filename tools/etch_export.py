#!/usr/bin/env python3
"""Brings a network from Python into the file that etch reads, a safetensors file as docs/weights.md describes it.

In a training script:

    import etch_export
    etch_export.save(model, "policy.safetensors", inputs=48)    # nn.Module -> file, with topology and golden vectors
    model = etch_export.to_torch("policy.safetensors")          # file -> nn.Sequential

As a command:

    etch_export.py SOURCE OUT.safetensors [options]
    etch_export.py --show FILE
    etch_export.py --to-torch FILE OUT.pt                       # as TorchScript: torch.jit.load reads it anywhere

SOURCE is one of
    model.onnx           an ONNX graph
    policy.pt, .pth      TorchScript, a state_dict, a checkpoint of rsl_rl or legged_gym, or a pickled nn.Module
    model.ckpt           likewise, of Lightning: a dictionary around a state_dict
    train.py:make_net    an nn.Module of a Python file, or a function of it that returns one; the file is run
    model.zip            Stable-Baselines3 (PPO, A2C, SAC, TD3): with its package, or with --framework

A pickled nn.Module runs whatever code it holds when it is read, so it is read with --trust alone; state_dicts,
TorchScript and ONNX run none. A state_dict does not carry activations: they are asked for, except for those that a
framework documents as its default, and what was assumed is printed. Every tensor of the source is used once, or is on a
list of those to ignore, or is named in the error; then nothing is written. What a module, TorchScript or ONNX answers
is compared with the file; a state_dict does not answer, so its golden vectors are the file's own.
"""
from __future__ import annotations

import argparse
import copy
import fnmatch
import functools
import importlib
import importlib.util
import inspect
import io
import json
import math
import os
import pickle
import re
import struct
import sys
import tempfile
import warnings
import zipfile
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Callable, Dict, Iterable, List, NoReturn, Optional, Sequence, Tuple, Union

try:
    import numpy as np
except ImportError:
    if __name__ == "__main__":
        sys.exit("etch_export: the Python package numpy is needed and not installed")
    raise

__all__ = ["Refused", "save", "to_torch"]

Shape = Tuple[int, ...]
Answer = Callable[[np.ndarray], np.ndarray]  # samples [count, inputs...] -> answers [count, outputs], both float64


class Refused(ValueError):
    """What cannot be exported, in a sentence."""


def refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


def first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]


# ---------------------------------------------------------------------------------------------------------------------
# A network in etch's words.


@dataclass
class Layer:
    """`name<arguments...>` with its tensors in the order of the file; a residual holds layers."""

    name: str
    arguments: Tuple[Union[int, str], ...] = ()
    tensors: Dict[str, np.ndarray] = field(default_factory=dict)
    inner: List[Layer] = field(default_factory=list)
    features: Optional[int] = None  # how many numbers a flatten or layer_norm gets, as its source says

    def __str__(self) -> str:
        arguments = ", ".join(map(str, self.inner or self.arguments))
        return f"{self.name}<{arguments}>" if arguments else self.name


@dataclass
class Network:
    inputs: Shape
    layers: List[Layer]

    @property
    def topology(self) -> str:
        return ", ".join(map(str, [Layer("input", self.inputs), *self.layers]))

    def tensors(self) -> Dict[str, np.ndarray]:
        """As the file names them: "0.weight", and "1.0.weight" inside of a residual."""
        return dict(named_tensors(self.layers, ""))


def named_tensors(layers: List[Layer], prefix: str) -> Iterable[Tuple[str, np.ndarray]]:
    for index, layer in enumerate(layers):
        for name, tensor in layer.tensors.items():
            yield f"{prefix}{index}.{name}", tensor
        yield from named_tensors(layer.inner, f"{prefix}{index}.")


# The numbers among the arguments where a topology leaves them out; dense, input and residual have no such.
DEFAULTS: Dict[str, Tuple[int, ...]] = {
    "identity": (), "relu": (), "leaky_relu": (1, 100), "elu": (1, 1), "selu": (), "gelu": (), "silu": (),
    "softplus": (), "tanh": (), "sigmoid": (), "hard_tanh": (), "clamp": (1, 1), "softmax": (), "fast_tanh": (),
    "fast_sigmoid": (), "flatten": (), "standardize": (), "normalize": (0, 1), "layer_norm": (100000,),
}  # fmt: skip
TENSORS = {
    "dense": ("weight", "bias"), "layer_norm": ("weight", "bias"), "standardize": ("mean", "deviation"),
    "normalize": ("minimum", "maximum"),
}  # fmt: skip


def parse_topology(text: str) -> Network:
    """The network of a type list, without tensors: `input<4>, dense<2>, elu<1, 1>`."""
    tokens = re.findall(r"-?\w+|[^\s\w]|$", text)

    def take() -> str:
        return tokens.pop(0) if tokens else ""

    def entries() -> List[Layer]:
        found = [entry()]
        while tokens and tokens[0] == ",":
            take()
            found.append(entry())
        return found

    def entry() -> Layer:
        name = take()
        if not re.fullmatch(r"-?\d+|\w+", name):
            refuse(f"the topology has {name or 'its end'!r} where a layer or a number should stand: {text}")
        inner: List[Layer] = []
        if tokens and tokens[0] == "<":
            take()
            inner = [] if tokens[0] == ">" else entries()
            if take() != ">":
                refuse(f"the topology misses a '>' after {name}: {text}")
        return checked_entry(name, inner, text)

    layers = entries()
    if take() or layers[0].name != "input" or any(layer.name == "input" for layer in layers[1:]):
        refuse(f"a topology begins with input<...>, and is a list with commas: {text}")
    if any(is_integer(layer.name) for layer in layers):
        refuse(f"the topology has a number where a layer should stand: {text}")
    return Network(tuple(int(n) for n in layers[0].arguments), layers[1:])


def is_integer(name: str) -> bool:
    return re.fullmatch(r"-?\d+", name) is not None


def checked_entry(name: str, inner: List[Layer], text: str) -> Layer:
    """A layer of a topology, or a number or `bf16` among the arguments of one."""
    if is_integer(name) or name == "bf16":
        return Layer(name)
    if name == "residual":
        if not inner or any(is_integer(layer.name) for layer in inner):
            refuse(f"residual holds a list of layers: {text}")
        return Layer(name, inner=inner)
    arguments = tuple(int(a.name) if is_integer(a.name) else a.name for a in inner)
    numbers = [a for a in arguments if isinstance(a, int)]
    if name in ("input", "dense") and any(n < 1 for n in numbers):
        refuse(f"{name} has a size below 1: {text}")
    if name == "input" and numbers and arguments == tuple(numbers):
        return Layer(name, arguments)
    if name == "dense" and len(numbers) == 1 and arguments[1:] in ((), ("bf16",)):
        return Layer(name, arguments)
    defaults = (None, 100) if name == "dropout" else DEFAULTS.get(name)
    if defaults is None:
        refuse(f"etch has no layer `{name}`: {text}")
    filled = (*arguments, *defaults[len(arguments):])
    if len(filled) != len(defaults) or not all(isinstance(a, int) for a in filled):
        refuse(f"{name} has other arguments than `{Layer(name, arguments)}`: {text}")
    least = {"leaky_relu": 0, "dropout": 0, "normalize": -math.inf}.get(name)  # fractions below 1, and a range
    if not (all(a > 0 for a in filled) if least is None else least <= filled[0] < filled[1]):
        refuse(f"the numbers of `{Layer(name, filled)}` are out of etch's range: {text}")
    return Layer(name, filled)  # type: ignore[arg-type]


def fit_shapes(network: Network) -> Shape:
    """The output's shape. Checks what every layer gets, and spreads a single number over all features."""
    if not network.layers:
        refuse("the source has no layer")
    shape = network.inputs
    for layer in network.layers:
        shape = fit_layer(layer, shape, inside=False)
    return shape


def fit_layer(layer: Layer, shape: Shape, inside: bool) -> Shape:
    size = math.prod(shape)
    if layer.name == "dense":
        if len(shape) != 1:
            refuse(f"a dense layer gets numbers of shape {list(shape)}: a flatten is missing before it")
        fit_tensor(layer, "weight", (int(layer.arguments[0]), size))
        fit_tensor(layer, "bias", (int(layer.arguments[0]),))
        return (int(layer.arguments[0]),)
    if layer.features not in (None, size):
        refuse(f"{layer} is for {layer.features} numbers, and gets {size}")
    if layer.name == "flatten":
        return (size,)
    if layer.name == "residual":
        inner = shape
        for each in layer.inner:
            inner = fit_layer(each, inner, inside=True)
        if inner != shape:
            refuse(f"the layers of a residual must give the shape that they get: {list(shape)} becomes {list(inner)}")
    if layer.name == "softmax" and len(shape) != 1:
        refuse(f"softmax gets numbers of shape {list(shape)}: etch's softmax is over all numbers of a sample")
    if inside and layer.name in ("standardize", "normalize"):
        refuse("standardize and normalize stand before a residual, not inside of it")
    for name in layer.tensors:
        fit_tensor(layer, name, (size,))
    return shape


def fit_tensor(layer: Layer, name: str, shape: Shape) -> None:
    tensor = layer.tensors[name]
    if tensor.ndim == 0:
        layer.tensors[name] = np.full(shape, tensor)
    elif len(shape) == 1 and tensor.shape == (1, *shape):
        layer.tensors[name] = tensor[0]
    elif tensor.shape != shape:
        hint = "; this looks transposed" if tensor.shape == shape[::-1] else ""
        refuse(f"{name} of {layer} has shape {list(tensor.shape)}, and must have {list(shape)}{hint}")


def inputs_from_layers(layers: List[Layer]) -> Shape:
    """Where the source does not say how many numbers it gets: what its first tensor needs."""
    for _, tensor in named_tensors(layers, ""):
        if tensor.ndim > 0:
            return (tensor.shape[-1],)
    refuse("how many numbers a sample has is not told by the source: say --inputs N")


# ---------------------------------------------------------------------------------------------------------------------
# Numbers.


def real_numbers(values: Any, name: str) -> np.ndarray:
    """float64 for arithmetic; the name is the source's."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        refuse(f"{name} holds {array.dtype}, not real numbers")
    return array.astype(np.float64)


def to_float32(values: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    if not np.isfinite(rounded).all():
        refuse(f"{name} holds a number that is not finite as a float32")
    return rounded


def to_bf16(values: np.ndarray) -> np.ndarray:
    """The upper halves of floats, rounded to nearest, to even where two are as near."""
    bits = values.astype("<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def from_bf16(halves: np.ndarray) -> np.ndarray:
    return (halves.astype("<u4") << 16).view("<f4")


def fraction(value: float, what: str) -> Tuple[int, int]:
    """Numerator and denominator whose quotient is exactly the same float32."""
    wanted = np.float32(value)
    for limit in (10**digits for digits in range(1, 7)):
        if not np.isfinite(wanted) or wanted < 0:
            break
        near = Fraction(float(value)).limit_denominator(limit)
        if near.numerator < 2**24 and np.float32(near.numerator) / np.float32(near.denominator) == wanted:
            return near.numerator, near.denominator
    refuse(f"{what} {value!r} is no fraction of small integers with the same float32")


def inverse_epsilon(epsilon: float) -> int:
    inverse = round(1 / epsilon) if epsilon > 0 else 0
    if not 0 < inverse < 2**31 or np.float32(1) / np.float32(inverse) != np.float32(epsilon):
        refuse(f"the epsilon {epsilon!r} of a layer norm is not 1 / integer")
    return inverse


# ---------------------------------------------------------------------------------------------------------------------
# The file.

KINDS = {"F32": "<f4", "F64": "<f8", "BF16": "<u2"}


@dataclass
class File:
    metadata: Dict[str, str]
    tensors: Dict[str, np.ndarray]
    kinds: Dict[str, str]  # F32, F64 or BF16

    def network(self) -> Network:
        if "etch.topology" not in self.metadata:
            refuse("the file has no etch.topology in its metadata")
        network = parse_topology(self.metadata["etch.topology"])
        attach(network.layers, dict(self.tensors), "", "the file")
        fit_shapes(network)
        return network


def attach(layers: List[Layer], tensors: Dict[str, np.ndarray], prefix: str, where: str) -> None:
    """Gives each layer the tensors that bear its index."""
    for index, layer in enumerate(layers):
        for name in TENSORS.get(layer.name, ()):
            key = f"{prefix}{index}.{name}"
            if key not in tensors:
                refuse(f"{where} has no tensor {key} for {layer}")
            layer.tensors[name] = tensors.pop(key)
        attach(layer.inner, tensors, f"{prefix}{index}.", where)
        own = [key for key in tensors if key.startswith(f"{prefix}{index}.")]
        if own:
            refuse(f"{layer} has no use for the tensor {own[0]} of {where}")
    if not prefix and tensors:
        refuse(f"the topology has no use for the tensor {next(iter(tensors))} of {where}")


def bf16_keys(layers: List[Layer], prefix: str = "") -> List[str]:
    keys = []
    for index, layer in enumerate(layers):
        keys += [f"{prefix}{index}.weight"] if "bf16" in layer.arguments else []
        keys += bf16_keys(layer.inner, f"{prefix}{index}.")
    return keys


def write(path: str, network: Network, golden: Tuple[np.ndarray, np.ndarray], source: str) -> None:
    """Written beside its place and then renamed, so that there is the whole file or the old one."""
    halves = bf16_keys(network.layers)
    metadata = {"format": "pt", "etch.version": "1", "etch.topology": network.topology}
    if len(golden[0]):
        metadata["etch.golden.count"] = str(len(golden[0]))
        metadata["etch.golden.inputs"] = golden[0].astype("<f4").tobytes().hex()
        metadata["etch.golden.outputs"] = golden[1].astype("<f4").tobytes().hex()
    metadata["etch.source"] = source
    header: Dict[str, Any] = {"__metadata__": metadata}
    data = b""
    for key, tensor in sorted(network.tensors().items(), key=lambda item: item[0] in halves):
        numbers = (to_bf16(tensor) if key in halves else tensor.astype("<f4")).tobytes()
        header[key] = {"dtype": "BF16" if key in halves else "F32", "shape": list(tensor.shape),
                       "data_offsets": [len(data), len(data) + len(numbers)]}  # fmt: skip
        data += numbers
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        refuse(f"there is no folder {folder}")
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=os.path.basename(path))
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(struct.pack("<Q", len(text)) + text + data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(path: str) -> File:
    with open(path, "rb") as source:
        content = source.read()
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else 0
    if not 0 < length <= len(content) - 8:
        refuse(f"{path} is no safetensors file: its header's length does not fit")
    data = content[8 + length:]
    try:
        header = json.loads(content[8:8 + length])
        metadata = header.pop("__metadata__", {})
        tensors, kinds, end = {}, {}, 0
        for key, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            begin, kind, shape = end, entry["dtype"], tuple(entry["shape"])
            end = entry["data_offsets"][1]
            if kind not in KINDS:
                refuse(f"{key} holds {kind}; F32, F64 and BF16 are read")
            width = np.dtype(KINDS[kind]).itemsize
            if entry["data_offsets"][0] != begin or end - begin != math.prod(shape) * width or end > len(data):
                refuse(f"{path} is no safetensors file: the place of {key} does not fit")
            numbers = np.frombuffer(data[begin:end], KINDS[kind]).reshape(shape)
            tensors[key], kinds[key] = from_bf16(numbers) if kind == "BF16" else numbers, kind
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, Refused):
            raise
        refuse(f"{path} is no safetensors file: its header cannot be read ({error})")
    if end != len(data):
        refuse(f"{path} is no safetensors file: {len(data) - end} bytes belong to no tensor")
    return File(metadata, tensors, kinds)


# ---------------------------------------------------------------------------------------------------------------------
# Graphs. A step is an operator of the source under PyTorch's name, whatever the source is: an nn.Module, TorchScript or
# ONNX. What depends on constants alone is folded as it is built.


@dataclass(eq=False)
class Constant:
    values: np.ndarray
    sources: frozenset = frozenset()  # the tensors of the source that it was made from


@dataclass(eq=False)
class Step:
    op: str
    where: str  # what messages call it
    inputs: List[Any] = field(default_factory=list)  # Step, Constant or None
    options: Dict[str, Any] = field(default_factory=dict)


def step(op: str, where: str, inputs: Sequence[Any], **options: Any) -> Union[Step, Constant]:
    """A step, or its result where it has no step among its inputs."""
    if op in OPERATORS and inputs and all(isinstance(i, Constant) for i in inputs):
        try:
            result = OPERATORS[op](*(i.values for i in inputs), **options)
        except (ValueError, TypeError) as error:
            refuse(f"the constants of {where} do not fit ({first_line(error)})")
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
    "transpose": lambda x, order=None: np.transpose(x, order),
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
    "hardtanh": lambda x, min_val, max_val: np.clip(x, min_val, max_val),
    "softmax": softmax,
    "layer_norm": layer_norm,
    "standardize": lambda x, mean, deviation: (x - mean) / deviation,
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


# ---------------------------------------------------------------------------------------------------------------------
# From a graph to a chain of layers: walked from its end to its start.


def chain(value: Any, start: Step) -> List[Layer]:
    """The layers that lead from start to value."""
    if value is start:
        return []
    if not isinstance(value, Step) or not value.inputs:
        refuse("the graph is not a chain of layers: its output does not depend on its input alone")
    for pattern in (dense, layer_norm_of_steps, gelu_of_steps, silu_of_steps, residual, affine, single):
        found = pattern(value, start)
        if found:
            before, layers = found
            return chain(before, start) + layers
    refuse(f"the operator `{value.op}` ({value.where}) is none that etch has a layer for")


Found = Optional[Tuple[Any, List[Layer]]]  # the step before a pattern, and the pattern's layers


def with_constant(value: Any, op: str) -> Tuple[Any, Optional[Constant]]:
    """The two operands of a commutative operator, the constant last."""
    if isinstance(value, Step) and value.op == op:
        left, right = value.inputs
        if isinstance(right, Constant):
            return left, right
        if isinstance(left, Constant):
            return right, left
    return None, None


def is_number(constant: Optional[Constant], number: float) -> bool:
    return bool(constant and constant.values.size == 1 and math.isclose(constant.values.item(), number, rel_tol=1e-6))


def vector(constant: Constant) -> np.ndarray:
    """A number for each feature, or one for all."""
    return constant.values.reshape(() if constant.values.size == 1 else -1)


def dense(value: Step, start: Step) -> Found:
    """linear, or MatMul with or without an Add."""
    bias: Optional[Constant]
    before, bias = with_constant(value, "add")
    if not (bias and isinstance(before, Step) and before.op == "matmul"):
        before, bias = value, None
    if before.op == "linear":
        x, weight, bias = (*before.inputs, None)[:3]
        transposed = False
    elif before.op == "matmul":
        (x, weight), transposed = before.inputs, True
    else:
        return None
    if not isinstance(weight, Constant) or isinstance(x, Constant) or weight.values.ndim != 2:
        refuse(f"the product {before.where} is not of a vector and constant weights on its right")
    if bias is not None and not isinstance(bias, Constant):
        refuse(f"the bias of {before.where} is not constant")
    matrix = weight.values.T if transposed else weight.values
    numbers = vector(bias) if bias else np.zeros(())
    return x, [Layer("dense", (len(matrix),), {"weight": matrix, "bias": numbers})]


def layer_norm_of_steps(value: Step, start: Step) -> Found:
    """(x - mean) / sqrt(mean((x - mean)^2) + eps), perhaps scaled and shifted."""
    rest: Any = value
    shifted, bias = with_constant(rest, "add")
    rest = shifted if bias else rest
    scaled, weight = with_constant(rest, "mul")
    rest = scaled if weight else rest
    if not (isinstance(rest, Step) and rest.op == "div" and isinstance(rest.inputs[1], Step)):
        return None
    away, root = rest.inputs
    variance, epsilon = with_constant(root.inputs[0], "add") if root.op == "sqrt" else (None, None)
    if not (epsilon and variance and isinstance(away, Step) and variance.op == "mean" and away.op == "sub"):
        return None
    x, mean = away.inputs
    square = variance.inputs[0]
    squared = square.inputs[0] is away and (square.inputs[1] is away if square.op == "mul" else
                                            square.op == "pow" and is_number(square.inputs[1], 2))  # fmt: skip
    if not (squared and isinstance(mean, Step) and mean.op == "mean" and mean.inputs[0] is x):
        return None
    if any(m.options["dim"] not in ((-1,), (1,)) for m in (mean, variance)):
        refuse(f"the layer norm at {value.where} is over other dimensions than the last")
    tensors = {"weight": vector(weight) if weight else np.ones(()), "bias": vector(bias) if bias else np.zeros(())}
    return x, [Layer("layer_norm", (inverse_epsilon(epsilon.values.item()),), tensors)]


def factors(value: Any) -> Tuple[List[Any], float]:
    """A product of steps and a number."""
    other, constant = with_constant(value, "mul")
    if constant and constant.values.size == 1:
        steps, number = factors(other)
        return steps, number * constant.values.item()
    if isinstance(value, Step) and value.op == "mul" and not constant:
        (left, a), (right, b) = factors(value.inputs[0]), factors(value.inputs[1])
        return left + right, a * b
    return [value], 1.0


def gelu_of_steps(value: Step, start: Step) -> Found:
    """x * (1 + erf(x / sqrt(2))) / 2, in any order."""
    steps, number = factors(value)
    if len(steps) != 2 or not math.isclose(number, 0.5):
        return None
    for x, other in (steps, steps[::-1]):
        inside, one = with_constant(other, "add")
        if is_number(one, 1) and isinstance(inside, Step) and inside.op == "erf":
            argument = inside.inputs[0]
            by_mul, reciprocal = with_constant(argument, "mul")
            if by_mul is x and is_number(reciprocal, math.sqrt(0.5)):
                return x, [Layer("gelu")]
            if argument.op == "div" and argument.inputs[0] is x and is_number(argument.inputs[1], math.sqrt(2)):
                return x, [Layer("gelu")]
    return None


def silu_of_steps(value: Step, start: Step) -> Found:
    """x * sigmoid(x)"""
    if value.op == "mul":
        for x, other in (value.inputs, value.inputs[::-1]):
            if isinstance(other, Step) and other.op == "sigmoid" and other.inputs[0] is x:
                return x, [Layer("silu")]
    return None


def ancestors(value: Any, found: Dict[int, Any]) -> Dict[int, Any]:
    """Everything that a value is made from, itself too, by identity."""
    if id(value) not in found:
        found[id(value)] = value
        for each in value.inputs if isinstance(value, Step) else ():
            ancestors(each, found)
    return found


def residual(value: Step, start: Step) -> Found:
    """x + f(x)"""
    if value.op != "add" or any(isinstance(i, Constant) for i in value.inputs):
        return None
    for x, other in (value.inputs, value.inputs[::-1]):
        if other is not x and id(x) in ancestors(other, {}):
            return x, [Layer("residual", inner=chain(other, x))]
    refuse(f"the graph is not a chain of layers: {value.where} adds what comes on two ways")


def affine(value: Step, start: Step) -> Found:
    """What is shifted and scaled by constants is standardised: y = (x - mean) / deviation."""
    operations = []
    rest: Any = value
    while isinstance(rest, Step) and rest.op in ("add", "sub", "mul", "div"):
        x, constant = with_constant(rest, rest.op)
        if not constant or rest.op in ("sub", "div") and rest.inputs[1] is not constant:
            break
        if any(p(rest, start) for p in (dense, layer_norm_of_steps, gelu_of_steps)):
            break
        operations.insert(0, (rest.op, vector(constant)))
        rest = x
    if not operations:
        if value.op in ("sub", "div") and isinstance(value.inputs[0], Constant):
            like = "1 - x" if value.op == "sub" else "1 / x"
            refuse(f"the operator `{value.op}` ({value.where}) has its constant on the left, as in `{like}`, which "
                   "etch has no layer for")  # fmt: skip
        if value.op in ("sub", "mul", "div"):
            refuse(f"the graph is not a chain of layers: {value.where} combines what comes on two ways")
        return None
    mean, deviation = np.zeros(()), np.ones(())
    for op, number in operations:
        if op in ("add", "sub"):
            mean = mean + (number if op == "sub" else -number) * deviation
        else:
            with np.errstate(divide="ignore"):
                deviation = deviation * number if op == "div" else deviation / number
    if not np.isfinite(deviation).all() or (deviation == 0).any():
        refuse(f"{value.where} scales by zero, or by what is not finite")
    return rest, [Layer("standardize", (), {"mean": mean, "deviation": deviation})]


def single(value: Step, start: Step) -> Found:
    """Operators that are a layer of their own."""
    options, where = value.options, value.where
    make = SINGLE.get(value.op)
    return (value.inputs[0], make(value, where, **options)) if make else None


def plain(name: str) -> Callable[..., List[Layer]]:
    return lambda value, where: [Layer(name)]


def leaky_relu_layer(value: Step, where: str, negative_slope: float) -> List[Layer]:
    if not 0 <= negative_slope < 1:
        refuse(f"the slope of {where} is not at least 0 and below 1")
    return [Layer("leaky_relu", fraction(negative_slope, f"the slope of {where}"))]


def elu_layer(value: Step, where: str, alpha: float) -> List[Layer]:
    if not alpha > 0:
        refuse(f"the alpha of {where} is not above 0")
    return [Layer("elu", fraction(alpha, f"the alpha of {where}"))]


def clamp_layer(value: Step, where: str, min_val: float, max_val: float) -> List[Layer]:
    if not 0 < max_val == -min_val:
        refuse(f"{where} clamps to {min_val} ... {max_val}; etch has limits that are symmetric around 0")
    return [Layer("hard_tanh") if max_val == 1 else Layer("clamp", fraction(max_val, f"the limit of {where}"))]


def dropout_layer(value: Step, where: str, p: float) -> List[Layer]:
    if not 0 <= p < 1:
        refuse(f"the probability of {where} is not at least 0 and below 1")
    percent = round(p * 100)
    if np.float32(percent) / np.float32(100) == np.float32(p):
        return [Layer("dropout", (percent, 100))]
    return [Layer("dropout", fraction(p, f"the probability of {where}"))]


def softmax_layer(value: Step, where: str, dim: Optional[int]) -> List[Layer]:
    if dim not in (-1, 1):
        refuse(f"{where} is over dimension {dim}, not the last")
    return [Layer("softmax")]


def layer_norm_layer(value: Step, where: str, eps: float, axes: Shape, features: Optional[int]) -> List[Layer]:
    tensors = {"weight": value.inputs[1], "bias": value.inputs[2]}
    if not all(isinstance(t, Constant) for t in tensors.values()):
        refuse(f"weight and bias of {where} are not constant")
    numbers = {name: vector(t) for name, t in tensors.items()}
    return [Layer("layer_norm", (inverse_epsilon(eps),), numbers, features=features)]


def statistics_layer(value: Step, where: str, **options: int) -> List[Layer]:
    names = TENSORS[value.op]
    tensors = {name: vector(constant) for name, constant in zip(names, value.inputs[1:])}
    return [Layer(value.op, tuple(options.values()), tensors)]


SINGLE: Dict[str, Callable[..., List[Layer]]] = {
    **{name: plain(name) for name in ("relu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid", "identity")},
    "leaky_relu": leaky_relu_layer,
    "elu": elu_layer,
    "hardtanh": clamp_layer,
    "dropout": dropout_layer,
    "softmax": softmax_layer,
    "layer_norm": layer_norm_layer,
    "flatten": lambda value, where, features=None: [Layer("flatten", features=features)],
    "squeeze": lambda value, where, dim: [],  # a row of one number
    "standardize": statistics_layer,
    "normalize": statistics_layer,
}


def steps_of(layers: List[Layer], before: Any) -> Any:
    """The way back: a network as a graph, so that it can be evaluated."""
    for layer in layers:
        tensors = [Constant(t.astype(np.float64)) for t in layer.tensors.values()]
        a: Tuple[Any, ...] = layer.arguments
        ratio = {"leaky_relu": "negative_slope", "elu": "alpha", "dropout": "p"}
        if layer.name == "residual":
            before = Step("add", "", [before, steps_of(layer.inner, before)])
        elif layer.name in ratio:
            before = Step(layer.name, "", [before], {ratio[layer.name]: a[0] / a[1]})
        elif layer.name in ("hard_tanh", "clamp"):
            limit = a[0] / a[1] if a else 1.0
            before = Step("hardtanh", "", [before], {"min_val": -limit, "max_val": limit})
        elif layer.name == "layer_norm":
            before = Step("layer_norm", "", [before, *tensors], {"eps": 1 / a[0], "axes": (-1,)})
        elif layer.name == "normalize":
            before = Step("normalize", "", [before, *tensors], {"low": a[0], "high": a[1]})
        else:
            op = {"dense": "linear", "fast_tanh": "tanh", "fast_sigmoid": "sigmoid"}.get(layer.name, layer.name)
            before = Step(op, "", [before, *tensors], {"dim": -1} if op == "softmax" else {})
    return before


def answer_of(network: Network) -> Answer:
    """All of etch's layers see a sample as one row of numbers."""
    start = Step("input", "input")
    end = steps_of(network.layers, start)
    return lambda samples: evaluate(end, start, samples.reshape(len(samples), -1), {})


# ---------------------------------------------------------------------------------------------------------------------
# Sources.


@dataclass
class Source:
    """What every reader gives: a chain of layers, and the model that they were taken from."""

    layers: List[Layer]
    description: str
    answer: Optional[Answer] = None  # of the model itself; a state_dict has none
    inputs: Optional[Shape] = None
    notes: List[str] = field(default_factory=list)  # what was assumed


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
    trust: bool = False


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


# PyTorch's modules: the operator, and which attributes are its options.
MODULES: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    "Linear": ("linear", ("weight", "bias")),
    "Identity": ("identity", ()),
    "ReLU": ("relu", ()),
    "LeakyReLU": ("leaky_relu", ("negative_slope",)),
    "ELU": ("elu", ("alpha",)),
    "SELU": ("selu", ()),
    "GELU": ("gelu", ("approximate",)),
    "SiLU": ("silu", ()),
    "Softplus": ("softplus", ("beta", "threshold")),
    "Tanh": ("tanh", ()),
    "Sigmoid": ("sigmoid", ()),
    "Hardtanh": ("hardtanh", ("min_val", "max_val")),
    "Softmax": ("softmax", ("dim",)),
    "LayerNorm": ("layer_norm", ("normalized_shape", "weight", "bias", "eps")),
    "Dropout": ("dropout", ("p",)),
    "Flatten": ("flatten", ("start_dim", "end_dim")),
}

# Functions, methods and TorchScript's operators: what their arguments after the first are called.
FUNCTIONS: Dict[str, Tuple[str, ...]] = {
    **{op: options for op, options in MODULES.values()},
    "dropout": ("p", "training"),
    "add": ("other", "alpha"),
    "sub": ("other", "alpha"),
    "mul": ("other",),
    "div": ("other",),
    "truediv": ("other",),
    "matmul": ("other",),
    "mm": ("other",),
    "pow": ("exponent",),
    "sqrt": (),
    "erf": (),
    "exp": (),
    "t": (),
    "clamp": ("min", "max"),
    "clip": ("min", "max"),
    "view": ("first", "second", "third"),
    "reshape": ("first", "second", "third"),
    "addmm": ("left", "right", "beta", "alpha"),
    "mean": ("dim", "keepdim"),
    "contiguous": (),
    "detach": (),
    "clone": (),
    "float": (),
    "double": (),
    "to": (),
    "squeeze": ("dim",),
}


def as_operand(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (Step, Constant)):
        return value
    return Constant(real_numbers(value, f"an operand of {where}"))


def limit_of(value: Any, where: str) -> float:
    """Of a clamp: a number, a constant that holds one, or infinity where there is none."""
    if isinstance(value, Constant) and value.values.size == 1:
        return value.values.item()
    if isinstance(value, (Step, Constant)):
        refuse(f"a limit of {where} is not one constant number")
    return math.inf if value is None else float(value)


def torch_step(name: str, where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    """An operator with PyTorch's name and PyTorch's defaults."""
    name = name.rstrip("_")  # what works in place
    name = {"truediv": "div", "mm": "matmul", "clip": "clamp", "reshape": "view"}.get(name, name)
    x = as_operand(x, where)

    def operands(*names: str) -> List[Any]:
        return [x, *(as_operand(given.get(n), where) for n in names)]

    if name in ("contiguous", "detach", "clone", "float", "double", "to"):
        return x
    if name == "squeeze":
        return step(name, where, [x], dim=given.get("dim"))
    if name in ("add", "sub", "mul", "div", "matmul", "pow"):
        if given.get("alpha", 1) != 1:
            refuse(f"{where} has an alpha other than 1")
        return step(name, where, operands("exponent" if name == "pow" else "other"))
    if name == "t":
        return step("transpose", where, [x])
    if name == "linear":
        return step("linear", where, operands("weight", "bias"))
    if name == "addmm":  # bias, input, weight
        if given.get("alpha", 1) != 1 or given.get("beta", 1) != 1:
            refuse(f"{where} has factors other than 1")
        return step("add", where, [step("matmul", where, [given["left"], given["right"]]), x])
    if name == "mean":
        dim = given.get("dim")
        return step("mean", where, [x], dim=tuple(np.atleast_1d(dim)), keepdim=bool(given.get("keepdim", False)))
    if name == "gelu" and given.get("approximate", "none") != "none":
        refuse(f"{where} is the gelu that is approximated by tanh; etch has the exact one")
    if name == "softplus" and (given.get("beta", 1) != 1 or given.get("threshold", 20) < 16):
        refuse(f"{where} has another beta than 1, or a threshold below 16")
    if name in ("relu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid", "identity", "sqrt", "erf", "exp"):
        return step(name, where, [x])
    if name == "leaky_relu":
        return step(name, where, [x], negative_slope=float(given.get("negative_slope", 0.01)))
    if name == "elu":
        return step(name, where, [x], alpha=float(given.get("alpha", 1)))
    if name == "hardtanh":
        return step(name, where, [x], min_val=float(given.get("min_val", -1)), max_val=float(given.get("max_val", 1)))
    if name == "clamp":
        low, high = (limit_of(given.get(n), where) for n in ("min", "max"))
        return step("hardtanh", where, [x], min_val=-low if math.isinf(low) else low, max_val=high)
    if name == "softmax":
        return step(name, where, [x], dim=given.get("dim"))
    if name == "dropout":
        if given.get("training"):
            refuse(f"{where} drops numbers when the model answers, too; write training=self.training, or trace it in "
                   "eval mode")  # fmt: skip
        return step(name, where, [x], p=float(given.get("p", 0.5)))
    if name == "layer_norm":
        shape = tuple(given["normalized_shape"])
        weight, bias = operands("weight", "bias")[1:]
        scale, shift = weight or Constant(np.ones(())), bias or Constant(np.zeros(()))
        axes, epsilon = tuple(range(-len(shape), 0)), float(given.get("eps", 1e-5))
        return step(name, where, [x, scale, shift], eps=epsilon, axes=axes, features=math.prod(shape))
    if name == "flatten":
        if given.get("start_dim", 0) != 1 or given.get("end_dim", -1) != -1:
            refuse(f"{where} flattens other dimensions than those of one sample")
        return step(name, where, [x])
    if name == "view":
        shape = given.get("first")
        last = shape[-1] if isinstance(shape, (list, tuple)) and len(shape) == 2 else given.get("second")
        if not isinstance(last, int) or "third" in given:
            refuse(f"{where} reshapes to something else than a row for each sample")
        return step("flatten", where, [x], features=None if last == -1 else last)
    refuse(f"the operator `{name}` ({where}) is none that etch has a layer for")


# --- nn.Module


# What a framework's modules hold beside what they need to answer.
NOT_NEEDED = {"EmpiricalNormalization": ("_var", "count")}


def not_needed(module: Any) -> List[str]:
    kinds = {name: getattr(each, "original_name", type(each).__name__) for name, each in module.named_modules()}
    return [f"{name}.{tensor}".lstrip(".") for name, kind in kinds.items() for tensor in NOT_NEEDED.get(kind, ())]


def from_module(module: Any, options: Options) -> Source:
    """Traced by torch.fx, so that what matters is what forward does, not in which order the children were made."""
    import torch

    if isinstance(module, torch.jit.ScriptModule):
        return from_script(copy.deepcopy(module), type(module).__name__, options)
    if not isinstance(module, torch.nn.Module):
        refuse(f"a {type(module).__name__} is no nn.Module")
    while type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
        module = module.module
    module = getattr(module, "_orig_mod", module)  # of torch.compile
    try:
        module = copy.deepcopy(module).cpu().eval()
    except Exception as error:  # an environment, a lock, a weight that weight_norm computes
        refuse(f"{type(module).__name__} cannot be copied ({first_line(error)})")
    if not any(True for _ in module.state_dict()) and not any(True for _ in module.children()):
        refuse(f"{type(module).__name__} holds no layers")
    names = {id(t): name for name, t in [*module.named_parameters(), *module.named_buffers()]}
    graph, read_tensors = trace(module, names)
    start, end = graph_of_fx(module, graph, names)
    layers = chain(end, start)
    one_name_each = [name for name in module.state_dict() if name in names.values()]  # a module may be held twice
    check_all_used(one_name_each, sources_of(end) | read_tensors, [*options.ignore, *not_needed(module)])
    defaults = {name: " ".join(repr(value).split()) for name, value in (defaults_of_forward(module) or {}).items()}
    notes = [f"forward is called with {name}={value}, its default" for name, value in defaults.items()]
    return Source(layers, type(module).__name__, answer_of_module(module), notes=notes)


def defaults_of_forward(module: Any) -> Optional[Dict[str, Any]]:
    """Of the arguments after the first; None where one of them has no default."""
    first, *others = [*inspect.signature(type(module).forward).parameters.values()][1:] or [None]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    others = [p for p in others if p.kind not in variadic]
    if first is None or first.kind in variadic or any(p.default is p.empty for p in others):
        return None
    return {p.name: p.default for p in others}


def trace(module: Any, names: Dict[int, str]) -> Tuple[Any, set]:
    """The graph of forward, and the tensors that forward looked at."""
    import torch
    from torch import fx

    found = set()

    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: Any, qualified_name: str) -> bool:
            return leaf_of(m) is not None or super().is_leaf_module(m, qualified_name)

        def create_args_for_root(self, forward: Any, *rest: Any) -> Any:
            """What has a default is no input, but a constant."""
            alone = forward if defaults_of_forward(module) is None else lambda self, x: forward(self, x)
            return super().create_args_for_root(alone, *rest)

        def getattr(self, name: str, value: Any, *rest: Any) -> Any:  # PyTorch 2
            found.update([names[id(value)]] if id(value) in names else [])
            return super().getattr(name, value, *rest)

        def _module_getattr(self, name: str, value: Any, *rest: Any) -> Any:  # PyTorch 1
            found.update([names[id(value)]] if id(value) in names else [])
            return super()._module_getattr(name, value, *rest)

    try:
        return Tracer().trace(module), found
    except Refused:
        raise
    except Exception as error:  # forward is the user's code
        hint = "; save its actor alone" if hasattr(module, "actor") else ""
        refuse(f"{type(module).__name__} cannot be traced ({first_line(error)}){hint}")


def leaf_of(module: Any) -> Optional[Tuple[str, Dict[str, Any]]]:
    """Modules that are one operator: its name and options."""
    kind = type(module)
    if kind.__module__.startswith("torch.nn.") and kind.__name__ in MODULES:
        op, options = MODULES[kind.__name__]
        return op, {name: getattr(module, name) for name in options}
    if kind.__module__ == __name__ and kind.__name__ == "Standardize":
        return "standardize", {"mean": module.mean, "deviation": module.deviation}
    if kind.__module__ == __name__ and kind.__name__ == "Normalize":
        return "normalize", {name: getattr(module, name) for name in ("minimum", "maximum", "low", "high")}
    if kind.__name__ == "EmpiricalNormalization" and hasattr(module, "_std") and hasattr(module, "eps"):
        return "empirical", {"mean": module._mean, "std": module._std, "eps": module.eps}
    return None


def constant_of_tensor(tensor: Any, names: Dict[int, str]) -> Constant:
    name = names.get(id(tensor), "a constant")
    tensor_of_numpy = tensor.detach().cpu().double() if tensor.is_floating_point() else tensor.detach().cpu()
    values = real_numbers(tensor_of_numpy.numpy(), name)
    to_float32(values, name)
    return Constant(values, frozenset([name] if id(tensor) in names else []))


def graph_of_fx(module: Any, graph: Any, names: Dict[int, str]) -> Tuple[Step, Any]:
    import torch
    from torch import fx

    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    if len(inputs) != 1:
        refuse(f"{type(module).__name__} takes {len(inputs)} inputs; a network has one")
    start = Step("input", inputs[0].name)
    values: Dict[Any, Any] = {inputs[0]: start}
    trained: Dict[str, str] = {}  # which module uses which tensor

    def value_of(argument: Any) -> Any:
        if isinstance(argument, torch.Tensor):
            return constant_of_tensor(argument, names)
        if isinstance(argument, (list, tuple)):
            return [value_of(a) for a in argument]
        return values[argument] if isinstance(argument, fx.Node) else argument

    for node in graph.nodes:
        where = f"module {node.target}" if node.op == "call_module" else node.name
        if node.op == "output":
            end = value_of(node.args[0])
            if not isinstance(end, (Step, Constant)):
                refuse(f"{type(module).__name__} gives {type(end).__name__}, not one tensor")
            return start, end
        elif node.op == "get_attr":
            values[node] = constant_of_tensor(functools.reduce(getattr, node.target.split("."), module), names)
        elif node.op == "call_module":
            leaf = module.get_submodule(node.target)
            found = leaf_of(leaf)
            if found is None:
                refuse(f"the module {type(leaf).__name__} ({node.target}) is none that etch has a layer for")
            for name, tensor in leaf.named_parameters():
                if names[id(tensor)] in trained:
                    refuse(f"the tensor {names[id(tensor)]} is used twice; in a file its copies would part")
                trained[names[id(tensor)]] = where
            op, given = found
            x = value_of((*node.args, *node.kwargs.values())[0])
            values[node] = leaf_step(op, where, x, {k: value_of(v) for k, v in given.items()})
        elif node.op in ("call_function", "call_method"):
            name = (node.target if node.op == "call_method" else node.target.__name__).rstrip("_")
            if name in ("size", "getattr", "getitem"):  # of the batch, for a reshape
                of = value_of(node.args[0])
                is_slice = name == "getitem" and isinstance(of, (Step, Constant))
                values[node] = Step(name, f"{where}, a slice x[...]", [of]) if is_slice else None
                continue
            if name not in FUNCTIONS:
                refuse(f"the operator `{name}` ({where}) is none that etch has a layer for")
            arguments = [value_of(a) for a in node.args]
            given = dict(zip(FUNCTIONS[name], arguments[1:]), **{k: value_of(v) for k, v in node.kwargs.items()})
            values[node] = torch_step(name, where, arguments[0] if arguments else given.pop("input"), given)
    refuse(f"{type(module).__name__} gives nothing")


def leaf_step(op: str, where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    if op == "empirical":
        std: Constant = given["std"]
        deviation = Constant(std.values + given["eps"], std.sources)
        return Step("standardize", where, [x, given["mean"], deviation])
    if op == "standardize":
        return Step(op, where, [x, given["mean"], given["deviation"]])
    if op == "normalize":
        return Step(op, where, [x, given["minimum"], given["maximum"]], {"low": given["low"], "high": given["high"]})
    return torch_step(op, where, x, given)


def answer_of_module(module: Any) -> Answer:
    """In float64, or in float32 where the model insists on it."""
    import torch

    def answer(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            try:
                found = copy.deepcopy(module).double()(torch.from_numpy(samples))
            except RuntimeError:  # a constant of TorchScript stays as it is
                found = module.float()(torch.from_numpy(samples).float())
        return found.double().numpy()

    return answer


# --- TorchScript


def from_torchscript(path: str, options: Options) -> Source:
    import torch

    try:
        script = torch.jit.load(path, map_location="cpu")
    except RuntimeError as error:
        refuse(f"{path} cannot be read as TorchScript ({first_line(error)})")
    return from_script(script, os.path.basename(path), options)


def from_script(script: Any, name: str, options: Options) -> Source:
    """Frozen, so that weights and options are constants and what depends on options is decided."""
    import torch

    graph = torch.jit.freeze(script.eval(), optimize_numerics=False).graph
    inputs = list(graph.inputs())[1:]
    if len(inputs) != 1:
        refuse(f"{name} takes {len(inputs)} inputs; a network has one")
    start = Step("input", inputs[0].debugName())
    values: Dict[str, Any] = {inputs[0].debugName(): start}
    for node in graph.nodes():
        kind, outputs = node.kind(), [o.debugName() for o in node.outputs()]
        arguments = [values.get(i.debugName()) for i in node.inputs()]
        where = outputs[0] if outputs else kind
        if kind == "prim::Constant":
            value = node.output().toIValue()
            if isinstance(value, torch.Tensor):
                value = constant_of_tensor(value, {id(value): re.sub(r"^self\.", "", where)})
            values[where] = value
        elif kind in ("prim::ListConstruct", "prim::TupleConstruct"):
            values[where] = arguments
        elif kind in ("aten::size", "prim::NumToTensor", "aten::Int"):
            values[where] = None  # of the batch, for a reshape
        elif kind.startswith("aten::") and kind[6:].rstrip("_") in FUNCTIONS:
            name = kind[6:].rstrip("_")
            given = dict(zip(FUNCTIONS[name], arguments[1:]))
            values[where] = torch_step(name, f"{kind} {where}", arguments[0], given)
        else:
            refuse(f"the operator `{kind}` ({where}) is none that etch has a layer for")
    layers = chain(values[next(graph.outputs()).debugName()], start)
    check_all_used(script.state_dict(), attributes_of(script.inlined_graph), [*options.ignore, *not_needed(script)])
    return Source(layers, name, answer_of_module(script))


def attributes_of(graph: Any) -> List[str]:
    """What forward looks at, as "actor.0.weight"."""
    paths = {next(graph.inputs()).debugName(): ""}

    def visit(block: Any) -> None:
        for node in block.nodes():
            if node.kind() == "prim::GetAttr":
                paths[node.output().debugName()] = f"{paths[node.input().debugName()]}.{node.s('name')}"
            for inner in node.blocks():
                visit(inner)

    visit(graph)
    return [path[1:] for path in paths.values()]


# --- ONNX


def from_onnx(path: str, options: Options) -> Source:
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        refuse(f"reading {path} needs the Python package onnx")
    try:
        graph = onnx.load(path).graph
    except Exception as error:
        refuse(f"{path} cannot be read as ONNX ({first_line(error)})")
    values: Dict[str, Any] = {"": None}
    for tensor in graph.initializer:
        numbers = onnx_numbers(numpy_helper.to_array(tensor), tensor.name)
        values[tensor.name] = Constant(numbers, frozenset([tensor.name]))
    inputs = [i for i in graph.input if i.name not in values]
    if len(inputs) != 1 or len(graph.output) != 1:
        refuse(f"{path} has {len(inputs)} inputs and {len(graph.output)} outputs; a network has one of each")
    start = values[inputs[0].name] = Step("input", inputs[0].name)
    for node in graph.node:
        where = f"node {node.name or node.output[0]}"
        if node.domain not in ("", "ai.onnx"):
            refuse(f"the operator {node.domain}::{node.op_type} ({where}) is none that etch has a layer for")
        missing = [i for i in node.input if i not in values]
        if missing:
            refuse(f"{where} reads {missing[0]}, which nothing gives")
        known = node.op_type in (*ONNX_SAME, "Gemm", "LayerNormalization", "Flatten", "Reshape")
        if known and len(node.input) < onnx.defs.get_schema(node.op_type).min_input:
            refuse(f"{where} has only {len(node.input)} inputs")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        made = onnx_step(node.op_type, where, [values[i] for i in node.input], attributes, numpy_helper.to_array)
        values[node.output[0]] = made
    end = values.get(graph.output[0].name)
    check_all_used([t.name for t in graph.initializer], sources_of(end) | shapes_read(graph), options.ignore)
    dims = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim][1:]
    return Source(chain(end, start), os.path.basename(path), lambda x: evaluate(end, start, x, {}),
                  tuple(dims) if dims and all(dims) else None)  # fmt: skip


def onnx_numbers(numbers: np.ndarray, name: str) -> np.ndarray:
    """Weights as float64; integers, which are shapes and axes, as they are."""
    if numbers.dtype.kind != "f":
        return numbers
    if np.isnan(numbers).any() or numbers.size > 1:
        to_float32(numbers, name)
    return numbers.astype(np.float64)


def shapes_read(graph: Any) -> set:
    """Initializers that say a shape, an axis or a limit: options of a step, not operands."""
    return {name for node in graph.node for name in node.input[1:] if node.op_type in ONNX_WITH_OPTIONS_AS_INPUTS}


ONNX_WITH_OPTIONS_AS_INPUTS = ("Reshape", "Clip", "Dropout", "ReduceMean", "Unsqueeze", "Squeeze")
ONNX_REAL = (1, 10, 11, 16)  # FLOAT, FLOAT16, DOUBLE, BFLOAT16
ONNX_SAME = {
    "Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "Identity": "identity",
    "Erf": "erf", "Sqrt": "sqrt", "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Pow": "pow",
    "MatMul": "matmul",
}  # fmt: skip


def onnx_step(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any], to_array: Any) -> Any:
    """An operator of ONNX, with ONNX's defaults."""

    def option(index: int, name: str, default: Any = None) -> Any:
        """What older operators have as an attribute, and newer ones as an input."""
        if len(inputs) > index and inputs[index] is not None:
            if not isinstance(inputs[index], Constant):
                refuse(f"the {name} of {where} is not constant")
            return inputs[index].values.tolist()
        return attributes.get(name, default)

    if op == "Constant":
        name, value = next(iter(attributes.items()))
        return Constant(onnx_numbers(to_array(value) if name == "value" else np.asarray(value), where))
    if op == "Identity" and not isinstance(inputs[0], Step):
        return inputs[0]
    if op in ONNX_SAME:
        return step(ONNX_SAME[op], where, inputs)
    if op == "Cast":
        if not isinstance(inputs[0], Constant) and attributes["to"] not in ONNX_REAL:
            refuse(f"{where} makes something else than real numbers of its input")
        return step("identity", where, inputs)
    if op == "Gemm":
        return gemm(where, inputs, attributes)
    if op == "Elu":
        return step("elu", where, inputs, alpha=attributes.get("alpha", 1.0))
    if op == "LeakyRelu":
        return step("leaky_relu", where, inputs, negative_slope=attributes.get("alpha", 0.01))
    if op == "Selu":
        for name, usual in (("alpha", 1.6732632), ("gamma", 1.0507010)):
            if not math.isclose(attributes.get(name, usual), usual, rel_tol=1e-6):
                refuse(f"the {name} of {where} is not that of the self-normalising unit")
        return step("selu", where, inputs)
    if op == "Gelu":
        return torch_step("gelu", where, inputs[0], {"approximate": attributes.get("approximate", b"none").decode()})
    if op == "Softmax":
        return step("softmax", where, inputs, dim=attributes.get("axis", -1))
    if op == "Clip":
        low, high = (float(np.asarray(option(index, name, default)).item())
                     for index, name, default in ((1, "min", -math.inf), (2, "max", math.inf)))  # fmt: skip
        return step("hardtanh", where, inputs[:1], min_val=low, max_val=high)
    if op == "Dropout":
        return step("dropout", where, inputs[:1], p=float(option(1, "ratio", 0.5)))
    if op == "Flatten":
        return torch_step("flatten", where, inputs[0], {"start_dim": attributes.get("axis", 1)})
    if op == "Reshape":
        return torch_step("view", where, inputs[0], {"first": option(1, "shape")})
    if op == "LayerNormalization":
        return normalization(where, inputs, attributes)
    if op == "ReduceMean":
        axes = tuple(np.atleast_1d(option(1, "axes", [])).tolist())
        return step("mean", where, inputs[:1], dim=axes, keepdim=bool(attributes.get("keepdims", 1)))
    if op == "Transpose" and isinstance(inputs[0], Constant):
        return step("transpose", where, inputs, order=attributes.get("perm"))
    if op == "Squeeze" or op == "Unsqueeze" and isinstance(inputs[0], Constant):
        axes = option(1, "axes")
        return step(op.lower(), where, inputs[:1], dim=None if axes is None else tuple(axes))
    refuse(f"the operator {op} ({where}) is none that etch has a layer for")


def gemm(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    """alpha * x * W + beta * c, with W transposed or not; the factors become part of W and c."""
    x, weight, bias = (*inputs, None)[:3]
    if attributes.get("transA", 0) or not isinstance(weight, Constant):
        refuse(f"the product {where} is not of samples and constant weights on its right")
    if bias is not None and not isinstance(bias, Constant):
        refuse(f"the bias of {where} is not constant")
    matrix = weight.values if attributes.get("transB", 0) else weight.values.T
    if bias is not None and bias.values.size != 1 and bias.values.shape not in ((len(matrix),), (1, len(matrix))):
        refuse(f"the bias of {where} has shape {list(bias.values.shape)}, and must have [{len(matrix)}]")
    operands = [x, Constant(matrix * attributes.get("alpha", 1.0), weight.sources)]
    if bias is not None:
        numbers = np.broadcast_to(bias.values.reshape(-1) * attributes.get("beta", 1.0), (len(matrix),))
        operands.append(Constant(numbers, bias.sources))
    return step("linear", where, operands)


def normalization(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    x, weight, bias = (*inputs, None)[:3]
    if attributes.get("axis", -1) not in (-1, 1):
        refuse(f"the layer norm at {where} is over other dimensions than the last")
    return step("layer_norm", where, [x, weight, bias or Constant(np.zeros(()))],
                eps=attributes.get("epsilon", 1e-5), axes=(-1,), features=None)  # fmt: skip


# --- state_dicts and checkpoints


@dataclass(frozen=True)
class Framework:
    """Where a framework keeps its actor, what else it keeps, and the activations that its documentation names."""

    actor: Tuple[str, ...]
    ignored: Tuple[str, ...]
    activation: str
    output_activation: str = "identity"
    note: str = ""


IN_UNIT_RANGE = "the actions are in -1 ... 1; scale them to the action space"
FRAMEWORKS = {
    "sb3-ppo": Framework(("mlp_extractor.shared_net.*", "mlp_extractor.policy_net.*", "action_net.*"),
                         ("mlp_extractor.value_net.*", "value_net.*", "log_std"), "tanh"),
    "sb3-sac": Framework(("actor.latent_pi.*", "actor.mu.*"),
                         ("actor.log_std.*", "critic.*", "critic_target.*"), "relu", "tanh", IN_UNIT_RANGE),
    "sb3-td3": Framework(("actor.mu.*",),
                         ("actor_target.*", "critic.*", "critic_target.*"), "relu", "tanh", IN_UNIT_RANGE),
    "rsl_rl": Framework(("actor.*",), ("critic.*", "std", "log_std", "critic_obs_normalizer.*"), "elu"),
}  # fmt: skip
RSL_RL_EPSILON = 0.01  # EmpiricalNormalization: y = (x - mean) / (std + eps), and a checkpoint does not hold eps


def from_checkpoint(loaded: Dict[str, Any], options: Options, description: str) -> Source:
    """A state_dict, or a dictionary around one."""
    framework, normalizer, notes = options.framework, loaded.get("obs_norm_state_dict"), []
    tensors = flattened(loaded)
    kind = rsl_rl_kind(loaded, framework)
    if not options.prefix or not any(name.startswith(options.prefix) for name in tensors):
        state = loaded[kind] if kind else state_of(loaded, options, description, notes)
        for name in state:
            if not isinstance(name, str):
                refuse(f"{description} is no state_dict: its names are not text, such as {name}")
        tensors = without_wrappers(state)
    if options.prefix:
        others = [k for k, t in tensors.items() if not k.startswith(options.prefix) and is_tensor(t)]
        notes += [f"{len(others)} tensors are not wanted, such as {others[0]}"] if others else []
        tensors = {k[len(options.prefix):]: t for k, t in tensors.items() if k.startswith(options.prefix)}
    elif kind:
        framework = framework or "rsl_rl"
    for name, tensor in tensors.items():
        if not is_tensor(tensor):
            hint = f"; say --prefix {name}. and more" if isinstance(tensor, dict) else ""
            refuse(f"{description} is no state_dict: {name} is of the type {type(tensor).__name__}{hint}")
    if framework == "rsl_rl":
        tensors = {rsl_rl_name(name): tensor for name, tensor in tensors.items()}
        tensors.update({f"actor_obs_normalizer.{name}": tensor for name, tensor in (normalizer or {}).items()})
    elif normalizer and not matches("obs_norm_state_dict", options.ignore):
        refuse(f"{description} holds a normaliser in obs_norm_state_dict; without --prefix or with --framework rsl_rl "
               "it is used")  # fmt: skip
    return from_tensors(tensors, options, framework, description, notes)


def is_tensor(value: Any) -> bool:
    return hasattr(value, "detach")


def flattened(entries: Dict[str, Any]) -> Dict[str, Any]:
    """What nested dictionaries hold, as "model.0.weight"."""
    found = {}
    for name, entry in without_wrappers({str(name): entry for name, entry in entries.items()}).items():
        inner = flattened(entry) if isinstance(entry, dict) else {}
        found.update({f"{name}.{key}": value for key, value in inner.items()} if inner else {name: entry})
    return found


def rsl_rl_kind(loaded: Dict[str, Any], framework: Optional[str]) -> str:
    """Where a checkpoint of rsl_rl keeps its actor."""
    if isinstance(loaded.get("actor_state_dict"), dict):
        return "actor_state_dict"
    state = loaded.get("model_state_dict")
    has_actor = isinstance(state, dict) and any(name.startswith("actor.") for name in flattened(state))
    return "model_state_dict" if has_actor or isinstance(state, dict) and framework == "rsl_rl" else ""


def state_of(loaded: Dict[str, Any], options: Options, description: str, notes: List[str]) -> Dict[str, Any]:
    """The one dictionary of tensors among the entries; without such the entries themselves."""
    found = [name for name, entry in loaded.items() if not matches(str(name), options.ignore)
             and isinstance(entry, dict) and any(map(is_tensor, entry.values()))]  # fmt: skip
    if not found:
        return loaded
    if len(found) > 1:
        *others, last = [f"--prefix {name}." for name in found]
        refuse(f"{description} holds several dictionaries of tensors: say {', '.join(others)} or {last}")
    check_all_used([str(name) for name, entry in loaded.items() if is_tensor(entry)], [], options.ignore)
    aside = [str(name) for name in loaded if name != found[0]]
    notes.append(f"the model is {found[0]}" + (f"; left aside: {', '.join(aside)}" if aside else ""))
    return loaded[found[0]]


def without_wrappers(tensors: Dict[str, Any]) -> Dict[str, Any]:
    """Without what DistributedDataParallel and torch.compile put before every name."""
    for wrapper in ("module.", "_orig_mod."):
        if tensors and all(name.startswith(wrapper) for name in tensors):
            return without_wrappers({name[len(wrapper):]: tensor for name, tensor in tensors.items()})
    return tensors


def rsl_rl_name(name: str) -> str:
    """Newer versions of rsl_rl keep an actor by itself, under other names."""
    name = re.sub(r"^mlp\.", "actor.", name)
    name = re.sub(r"^obs_normalizer\.", "actor_obs_normalizer.", name)
    return re.sub(r"^distribution\.(log_)?std_param$", r"\1std", name)


def from_tensors(tensors: Dict[str, Any], options: Options, name: Optional[str], description: str, notes: List[str]
                 ) -> Source:  # fmt: skip
    groups: List[Tuple[str, Dict[str, np.ndarray]]] = []
    ignored = list(options.ignore)
    framework = FRAMEWORKS.get(name or "")
    if framework:
        ignored += framework.ignored
        groups += empirical_normalization(tensors, notes) if name == "rsl_rl" else []
        notes += [framework.note] if framework.note else []
        if name == "rsl_rl" and not {"std", "log_std"} & set(tensors):
            refuse(f"{description} has neither std nor log_std, so its actor gives deviations beside the actions, or "
                   "it is a student; say --prefix actor. and --activation to take the whole of it")  # fmt: skip
        if name == "sb3-sac" and "actor.mu.0.weight" in tensors:
            refuse(f"{description} was trained with use_sde, whose mean is clipped to limits that no tensor holds; read "
                   "it with stable_baselines3 installed, and without --framework")  # fmt: skip
        chosen = [key for pattern in framework.actor for key in tensors if matches(key, [pattern])]
    else:
        chosen = list(tensors)
    chosen = [key for key in chosen if not matches(key, options.ignore)]
    if not chosen:
        wanted = " and ".join(framework.actor) if framework else f"{options.prefix}*"
        refuse(f"{description} has no tensors {wanted}")
    check_all_used(tensors, chosen, [*ignored, "actor_obs_normalizer.*"] if groups else ignored)
    groups += grouped({key: tensors[key] for key in chosen})
    notes.append("layers in the order of their tensors: " + ", ".join(module or "weight" for module, _ in groups))
    notes.append("that these are the model's layers: a state_dict does not answer, so the golden vectors are the "
                 "file's own answers; compare one with the model's")  # fmt: skip
    if options.topology:
        if options.activation or options.output_activation:
            refuse("a topology names the activations: say --topology alone")
        layers, inputs = match_topology(options.topology, groups)
        return Source(layers, description, inputs=inputs, notes=notes)
    return Source(alternate(groups, options, framework, name, notes), description, notes=notes)


def grouped(tensors: Dict[str, Any]) -> List[Tuple[str, Dict[str, np.ndarray]]]:
    """The tensors of each module, under their last names, in the order of the state_dict."""
    groups: Dict[str, Dict[str, np.ndarray]] = {}
    places: Dict[Any, str] = {}
    for key, tensor in tensors.items():
        first = places.setdefault((tensor.data_ptr(), tensor.shape) if tensor.numel() else key, key)
        if first != key:
            refuse(f"{key} is {first} once more; ignore one of them by name if it is one layer")
        module, _, name = key.rpartition(".")
        groups.setdefault(module, {})[name] = constant_of_tensor(tensor, {id(tensor): key}).values
    return list(groups.items())


def empirical_normalization(tensors: Dict[str, Any], notes: List[str]) -> List[Tuple[str, Dict[str, np.ndarray]]]:
    prefix = "actor_obs_normalizer."
    found = dict(grouped({k: t for k, t in tensors.items() if k.startswith(prefix)})).get(prefix[:-1], {})
    if not found:
        return []
    if not {"_mean", "_std"} <= set(found) <= {"_mean", "_std", "_var", "count"}:
        refuse(f"the normaliser holds {', '.join(found)}; known are _mean, _std, _var and count")
    notes.append(f"the normaliser's eps is {RSL_RL_EPSILON}, rsl_rl's default")
    deviation = found["_std"].reshape(-1) + RSL_RL_EPSILON
    return [(prefix[:-1], {"mean": found["_mean"].reshape(-1), "deviation": deviation})]


def alternate(groups: List[Tuple[str, Dict[str, np.ndarray]]], options: Options, framework: Optional[Framework],
              name: Optional[str], notes: List[str]) -> List[Layer]:  # fmt: skip
    """Dense layers with the same activation after all but the last, and another after the last."""
    several = sum("weight" in tensors for _, tensors in groups) > 1
    between = activation(options.activation, framework and framework.activation, "--activation") if several else []
    after = activation(options.output_activation, framework and framework.output_activation, "--output-activation")
    for where, chosen, found in (("between", options.activation, between), ("after", options.output_activation, after)):
        if framework and chosen is None:
            notes.append(f"{found[0] if found else 'no activation'} {where} the layers, the default of {name}")
    layers: List[Layer] = []
    for index, (module, tensors) in enumerate(groups):
        if set(tensors) == {"mean", "deviation"}:
            layers.append(Layer("standardize", (), tensors))
        else:
            layers.append(dense_of_group(module, tensors))
            layers += copy.deepcopy(between if index + 1 < len(groups) else after)
    return layers


def activation(chosen: Optional[str], default: Optional[str], option: str) -> List[Layer]:
    text = chosen or default
    if text is None:
        refuse(f"a state_dict does not carry activations: say {option} LAYER, or none")
    layers = [] if text in ("none", "identity") else parse_topology(f"input<1>, {text}").layers
    if any(layer.name in (*TENSORS, "residual") for layer in layers):
        refuse(f"{option} {text} has tensors of its own: say --topology")
    return layers


def dense_of_group(module: str, tensors: Dict[str, np.ndarray]) -> Layer:
    extra = set(tensors) - {"weight", "bias"}
    if extra or "weight" not in tensors:
        refuse(f"{module or 'the source'} holds {', '.join(sorted(tensors))}, which is no dense layer")
    weight = tensors["weight"]
    if weight.ndim != 2:
        refuse(f"{module}.weight has shape {list(weight.shape)}, which is no dense layer; of another say --topology")
    bias = tensors.get("bias", np.zeros(len(weight)))
    return Layer("dense", (len(weight),), {"weight": weight, "bias": bias})


def match_topology(text: str, groups: List[Tuple[str, Dict[str, np.ndarray]]]) -> Tuple[List[Layer], Shape]:
    """The layers of a list that hold tensors, and the modules of a state_dict, in the same order."""
    network, rest = parse_topology(text), list(groups)

    def fill(layers: List[Layer]) -> None:
        for layer in layers:
            fill(layer.inner)
            if layer.name not in TENSORS:
                continue
            if not rest:
                refuse(f"the source has no tensors for the layer {layer}")
            module, tensors = rest.pop(0)
            if layer.name == "dense":
                tensors = dense_of_group(module, tensors).tensors
            if set(tensors) != set(TENSORS[layer.name]):
                refuse(f"{module} holds {', '.join(sorted(tensors))}, which is no {layer}")
            layer.tensors = {name: tensors[name] for name in TENSORS[layer.name]}

    fill(network.layers)
    if rest:
        refuse(f"the topology has no layer for the tensors of {rest[0][0]}")
    return network.layers, network.inputs


# --- files of PyTorch, Stable-Baselines3, Python


def from_pt(path: str, options: Options) -> Source:
    import torch

    if zipfile.is_zipfile(path) and any(n.endswith("/constants.pkl") for n in zipfile.ZipFile(path).namelist()):
        return from_torchscript(path, options)
    loaded = load_pickle(path, os.path.basename(path), options.trust)
    if isinstance(loaded, torch.nn.Module):
        return from_module(loaded, options)
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
    return from_module(found, options)


def from_sb3_zip(path: str, options: Options) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            data, tensors = json.loads(archive.read("data")), io.BytesIO(archive.read("policy.pth"))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        refuse(f"{path} is no model of Stable-Baselines3 ({first_line(error)})")
    if options.framework:
        name = os.path.basename(path)
        chosen = (data.get("policy_kwargs") or {}).get("activation_fn")
        if chosen and not (options.activation or options.topology):
            refuse(f"{name} was trained with the activation {chosen}: say --activation")
        return from_checkpoint(load_pickle(tensors, name, options.trust), options, name)
    try:
        import stable_baselines3
    except ImportError:
        refuse(f"reading {path} needs the Python package stable_baselines3, which is not installed; or say --framework "
               "sb3-ppo, sb3-sac or sb3-td3, and its policy's tensors are read without the package")  # fmt: skip
    kind = str(data.get("policy_class", {}).get("__module__", ""))
    algorithm = "SAC" if ".sac." in kind else "TD3" if ".td3." in kind else "PPO" if "clip_range" in data else "A2C"
    return from_sb3(getattr(stable_baselines3, algorithm).load(path, device="cpu").policy, options)


def from_sb3(policy: Any, options: Options) -> Source:
    """The part of a Stable-Baselines3 policy that maps an observation to the mean of its actions."""
    from torch import nn

    space, holder = policy.observation_space, getattr(policy, "actor", policy)
    if type(space).__name__ != "Box" or str(space.dtype) == "uint8":
        refuse(f"the policy's observations are {space}; etch has a network for vectors of real numbers")
    extractor = type(holder.features_extractor).__name__
    if extractor != "FlattenExtractor":
        refuse(f"the policy's features come from {extractor}; etch has a network for FlattenExtractor alone")
    parts = [nn.Flatten()] if len(space.shape) > 1 else []
    squashed = [nn.Tanh()] if policy.squash_output else []
    if hasattr(policy, "mlp_extractor"):  # PPO, A2C; before 1.8 with layers that actor and critic share
        shared = getattr(policy.mlp_extractor, "shared_net", nn.Sequential())
        parts += [shared, policy.mlp_extractor.policy_net, policy.action_net, *squashed]
    elif hasattr(holder, "latent_pi"):  # SAC
        parts += [holder.latent_pi, holder.mu, *squashed]
    else:  # TD3, whose mu ends in its tanh
        parts += [holder.mu]
    source = from_module(nn.Sequential(*parts), options)
    name = f"{type(policy).__module__}.{type(policy).__name__}"
    return Source(source.layers, name, source.answer, tuple(space.shape), [IN_UNIT_RANGE] if squashed else [])


# --- normalisers


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


def normalizer_layers(normalizer: Any) -> List[Layer]:
    """VecNormalize, itself or its pickle: y = clip((x - mean) / sqrt(var + epsilon), -clip_obs, clip_obs)."""
    name = type(normalizer).__name__
    if isinstance(normalizer, (str, os.PathLike)):
        name = os.path.basename(normalizer)
        try:
            with open(normalizer, "rb") as file:
                normalizer = Unpickler(file).load()
        except OSError:
            raise
        except Exception as error:  # junk may be anything
            refuse(f"{name} cannot be read as a pickle ({first_line(error)})")
    statistics = getattr(normalizer, "obs_rms", None)
    if not hasattr(statistics, "mean") or not hasattr(statistics, "var") or not getattr(normalizer, "norm_obs", True):
        refuse(f"{name} is no VecNormalize that normalises one vector of observations")
    mean = real_numbers(statistics.mean, "obs_rms.mean").reshape(-1)
    deviation = np.sqrt(real_numbers(statistics.var, "obs_rms.var").reshape(-1) + float(normalizer.epsilon))
    limit = float(normalizer.clip_obs)
    layers = [Layer("standardize", (), {"mean": mean, "deviation": deviation})]
    return layers if math.isinf(limit) else layers + [Layer("clamp", fraction(limit, "clip_obs"))]


# ---------------------------------------------------------------------------------------------------------------------
# From a source to the file.


def export(source: Source, path: str, options: Options, golden: int, seed: int, normalizer: Any) -> Network:
    first = normalizer_layers(normalizer) if normalizer is not None else []
    layers = first + source.layers
    network = Network(options.inputs or source.inputs or inputs_from_layers(layers), layers)
    fit_shapes(network)
    if options.topology and source.answer and network.topology != parse_topology(options.topology).topology:
        refuse(f"the source is {network.topology}, not {options.topology}")
    round_tensors(network.layers, "")
    answer = source.answer
    if answer is None:
        answer = answer_of(network)
    elif first:
        model, normalise = answer, answer_of(Network(network.inputs, first))
        answer = lambda samples: model(normalise(samples).reshape(samples.shape))  # noqa: E731
    samples = golden_samples(network, max(golden, 8), seed)
    answers = answers_to(samples, answer, network)
    write(path, network, (samples[:golden], answers[:golden]), f"etch_export.py, from {source.description}")
    return network


def round_tensors(layers: List[Layer], prefix: str) -> None:
    """As the file holds them."""
    for index, layer in enumerate(layers):
        for name, tensor in layer.tensors.items():
            layer.tensors[name] = to_float32(tensor, f"{prefix}{index}.{name}")
            if name == "deviation" and (layer.tensors[name] == 0).any():
                refuse(f"{prefix}{index}.deviation holds a zero")
        if "bf16" in layer.arguments:
            layer.tensors["weight"] = from_bf16(to_bf16(layer.tensors["weight"]))
        round_tensors(layer.inner, f"{prefix}{index}.")


def golden_samples(network: Network, count: int, seed: int) -> np.ndarray:
    """Normal numbers, scaled as the network's normaliser expects them."""
    samples = np.random.default_rng(seed).standard_normal((count, math.prod(network.inputs)))
    first = network.layers[0]
    if first.name == "standardize":
        samples = first.tensors["mean"] + first.tensors["deviation"] * samples
    elif first.name == "normalize":
        low, high = first.tensors["minimum"], first.tensors["maximum"]
        samples = (low + high) / 2 + (high - low) / 2 * samples
    return samples.astype(np.float32).reshape((count, *network.inputs))


def answers_to(samples: np.ndarray, answer: Answer, network: Network) -> np.ndarray:
    """What the model answers, which must be what the network in the file answers."""
    exact = samples.astype(np.float64)
    try:
        with np.errstate(all="ignore"):
            theirs = answer(exact).reshape(len(samples), -1)
            ours = answer_of(network)(exact)
    except (ValueError, RuntimeError, TypeError) as error:
        refuse(f"the model does not answer samples of shape {list(network.inputs)} ({first_line(error)})")
    if not np.isfinite(theirs).all():
        refuse("the model's answer to a sample of normal numbers is not finite")
    if theirs.shape != ours.shape or not np.abs(theirs - ours).max() <= 1e-5 * np.abs(theirs).max():
        refuse("the layers that were found do not answer what the model answers")
    return to_float32(theirs, "a golden output")


def save(model: Any, path: Union[str, os.PathLike], inputs: Union[None, int, Sequence[int]] = None, *, golden: int = 8,
         seed: int = 0, normalizer: Any = None, ignore: Sequence[str] = ()) -> str:  # fmt: skip
    """Writes an nn.Module, or a model of Stable-Baselines3, and returns its topology.

    `inputs` is the shape of one sample, where the model does not tell. `normalizer` is a VecNormalize or its file.
    `ignore` names tensors that need not be used, such as "critic.*". Raises Refused, and writes nothing then.
    What was assumed is a UserWarning each, before anything is written.
    """
    options = Options(inputs=shape_of(inputs), ignore=ignore)
    is_sb3 = hasattr(model, "policy") and hasattr(model, "observation_space")
    source = from_sb3(model.policy, options) if is_sb3 else from_module(model, options)
    for note in source.notes:
        warnings.warn(f"assumed: {note}", stacklevel=2)
    return export(source, os.fspath(path), options, golden, seed, normalizer).topology


def shape_of(inputs: Union[None, int, Sequence[int]]) -> Optional[Shape]:
    return None if inputs is None else tuple(np.atleast_1d(inputs).tolist())  # an int of numpy's, too


# ---------------------------------------------------------------------------------------------------------------------
# And back into PyTorch.


@functools.lru_cache(maxsize=None)
def torch_classes() -> Dict[str, Any]:
    """What PyTorch has no module for. Made when they are first wanted, so that torch is imported when it is needed."""
    import torch
    from torch import nn

    class Standardize(nn.Module):
        """y = (x - mean) / deviation"""

        def __init__(self, features: int) -> None:
            super().__init__()
            self.register_buffer("mean", torch.zeros(features))
            self.register_buffer("deviation", torch.ones(features))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x - self.mean) / self.deviation

    class Normalize(nn.Module):
        """y = (x - minimum) (high - low) / (maximum - minimum) + low"""

        def __init__(self, features: int, low: int, high: int) -> None:
            super().__init__()
            self.low, self.high = low, high
            self.register_buffer("minimum", torch.zeros(features))
            self.register_buffer("maximum", torch.ones(features))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x - self.minimum) * ((self.high - self.low) / (self.maximum - self.minimum)) + self.low

    class Residual(nn.Sequential):
        """y = x + f(x)"""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = x
            for layer in self:
                y = layer(y)
            return x + y

    classes = {c.__name__: c for c in (Standardize, Normalize, Residual)}
    for name, each in classes.items():
        each.__qualname__ = name  # a pickle finds it as etch_export.Standardize, by __getattr__ below
    return classes


def __getattr__(name: str) -> Any:
    if name in ("Standardize", "Normalize", "Residual"):
        return torch_classes()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def modules_of(layers: List[Layer], shape: Shape) -> List[Any]:
    from torch import nn

    def ratio(layer: Layer) -> float:
        return int(layer.arguments[0]) / int(layer.arguments[1])

    make: Dict[str, Callable[[Layer, int], Any]] = {
        "dense": lambda layer, size: nn.Linear(size, int(layer.arguments[0])),
        "layer_norm": lambda layer, size: nn.LayerNorm(size, eps=1 / int(layer.arguments[0])),
        "standardize": lambda layer, size: torch_classes()["Standardize"](size),
        "normalize": lambda layer, size: torch_classes()["Normalize"](size, *layer.arguments),
        "residual": lambda layer, size: torch_classes()["Residual"](*modules_of(layer.inner, (size,))),
        "flatten": lambda layer, size: nn.Flatten(),
        "dropout": lambda layer, size: nn.Dropout(ratio(layer)),
        "identity": lambda layer, size: nn.Identity(),
        "relu": lambda layer, size: nn.ReLU(),
        "leaky_relu": lambda layer, size: nn.LeakyReLU(ratio(layer)),
        "elu": lambda layer, size: nn.ELU(ratio(layer)),
        "selu": lambda layer, size: nn.SELU(),
        "gelu": lambda layer, size: nn.GELU(),
        "silu": lambda layer, size: nn.SiLU(),
        "softplus": lambda layer, size: nn.Softplus(),
        "tanh": lambda layer, size: nn.Tanh(),
        "fast_tanh": lambda layer, size: nn.Tanh(),
        "sigmoid": lambda layer, size: nn.Sigmoid(),
        "fast_sigmoid": lambda layer, size: nn.Sigmoid(),
        "hard_tanh": lambda layer, size: nn.Hardtanh(-1.0, 1.0),
        "clamp": lambda layer, size: nn.Hardtanh(-ratio(layer), ratio(layer)),
        "softmax": lambda layer, size: nn.Softmax(dim=-1),
    }
    modules = []
    for layer in layers:
        modules.append(make[layer.name](layer, math.prod(shape)))
        shape = (int(layer.arguments[0]),) if layer.name == "dense" else shape
    return modules


def to_torch(path: Union[str, os.PathLike]) -> Any:
    """The network of a file as an nn.Sequential, whose state_dict has the file's names. `standardize`, `normalize` and
    `residual` are small modules of this file; weights held as bf16 become floats of the same value."""
    import torch

    file = read(os.fspath(path))
    network = file.network()
    model = torch.nn.Sequential(*modules_of(network.layers, network.inputs))
    if "F64" in file.kinds.values():
        model.double()
    model.load_state_dict({key: torch.from_numpy(t.copy()) for key, t in network.tensors().items()})
    return model.eval()


# ---------------------------------------------------------------------------------------------------------------------
# The command.


def show(path: str) -> None:
    file = read(path)
    print(f"topology  {file.metadata.get('etch.topology', '(none)')}")
    for key, tensor in file.tensors.items():
        print(f"tensor    {key} {file.kinds[key]} {list(tensor.shape)}")
    for key, value in file.metadata.items():
        if key not in ("etch.topology", "etch.golden.inputs", "etch.golden.outputs", "etch.golden.count"):
            print(f"metadata  {key}: {value}")
    print(f"golden    {file.metadata.get('etch.golden.count', 0)}")


def source_of(name: str, options: Options) -> Source:
    path, _, function = name.rpartition(":")
    if path.endswith(".py") and os.path.isfile(path):
        return from_python(name, options)
    if not os.path.isfile(name):
        refuse(f"there is no file {name}")
    readers = {".onnx": from_onnx, ".pt": from_pt, ".pth": from_pt, ".ckpt": from_pt, ".zip": from_sb3_zip}
    ending = os.path.splitext(name)[1]
    if ending not in readers:
        refuse(f"{name} is none of .onnx, .pt, .pth, .ckpt, .zip, and file.py:name")
    return readers[ending](name, options)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        refuse(f"{message}; --help tells more")


# fmt: off
def parser() -> Parser:
    p = Parser("etch_export.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("source", nargs="?", metavar="SOURCE")
    p.add_argument("out", nargs="?", metavar="OUT")
    p.add_argument("--show", metavar="FILE", help="print what a file holds")
    p.add_argument("--to-torch", metavar="FILE", help="write the network of a file as TorchScript to OUT.pt")
    p.add_argument("--inputs", metavar="N[,N...]", help="the shape of one sample, where the source does not tell")
    p.add_argument("--activation", metavar="LAYER",
                   help="of a state_dict, between its layers: relu, elu, 'leaky_relu<1, 5>', ... or none")
    p.add_argument("--output-activation", metavar="LAYER", help="of a state_dict, after its last layer; or none")
    p.add_argument("--topology", metavar="LIST",
                   help="of a state_dict: 'input<4>, dense<8>, layer_norm<100000>, relu, ...', as docs/weights.md "
                        "spells it; what another source must turn out to be")
    p.add_argument("--prefix", default="",
                   help="of a state_dict: take the tensors whose names begin so; model. reaches inside of the "
                        "dictionary model of a checkpoint")
    p.add_argument("--ignore", action="append", default=[], metavar="PATTERN",
                   help="tensors not to use, such as 'critic.*'; may be said again")
    p.add_argument("--framework", choices=sorted(FRAMEWORKS),
                   help="whose names a state_dict has; checkpoints of rsl_rl are known by themselves")
    p.add_argument("--normalizer", metavar="FILE", help="a pickled VecNormalize; no code in it is run")
    p.add_argument("--trust", action="store_true", help="read pickled modules, which runs the code that they hold")
    p.add_argument("--golden", type=int, default=8, metavar="N", help="how many golden vectors (default 8)")
    p.add_argument("--seed", type=int, default=0, help="of the golden vectors' samples (default 0)")
    return p
# fmt: on


def run(arguments: Optional[Sequence[str]]) -> None:
    p = parser()
    given = p.parse_args(arguments)
    if given.show:
        return show(given.show)
    if given.to_torch:
        import torch

        out = given.source or refuse("--to-torch FILE wants the name of a file to write")
        script = io.BytesIO()
        torch.jit.save(torch.jit.script(to_torch(given.to_torch)), script)
        with open(out, "wb") as file:
            file.write(script.getbuffer())
        return
    if not given.out:
        p.error("SOURCE and OUT are wanted")
    if given.golden < 0:
        p.error("--golden wants a count")
    if given.inputs and not re.fullmatch(r"[1-9]\d*( ?[,x] ?[1-9]\d*)*", given.inputs):
        p.error(f"--inputs {given.inputs} is no list of sizes")
    options = Options(
        inputs=tuple(int(n) for n in re.findall(r"\d+", given.inputs)) if given.inputs else None,
        activation=given.activation, output_activation=given.output_activation, topology=given.topology,
        prefix=given.prefix, ignore=given.ignore, framework=given.framework, trust=given.trust,
    )  # fmt: skip
    source = source_of(given.source, options)
    if source.answer and (options.activation or options.output_activation or options.prefix or options.framework):
        refuse(f"{given.source} is no state_dict: it has its activations and names itself")
    network = export(source, given.out, options, given.golden, given.seed, given.normalizer)
    print(f"{given.out}: {network.topology}")
    print(f"{len(network.tensors())} tensors, {given.golden} golden vectors")
    for note in source.notes:
        print(f"assumed: {note}")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    try:
        run(arguments)
        return 0
    except Refused as refused:
        print(f"etch_export: {refused}", file=sys.stderr)
    except OSError as error:
        print(f"etch_export: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"etch_export: the Python package {error.name} is needed and not installed", file=sys.stderr)
    except ImportError as error:
        print(f"etch_export: {first_line(error)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.modules.setdefault("etch_export", sys.modules["__main__"])
    sys.exit(main())
