"""A network in etch's words: a list of layers with their tensors, and its spelling as a type list."""
from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Optional, Tuple, Union

import numpy as np

from .errors import refuse

Shape = Tuple[int, ...]


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
        """As the file names them: "0.weight", and "1.0.weight" inside a residual."""
        return dict(named_tensors(self.layers, ""))


def named_tensors(layers: List[Layer], prefix: str) -> Iterable[Tuple[str, np.ndarray]]:
    for index, layer in enumerate(layers):
        for name, tensor in layer.tensors.items():
            yield f"{prefix}{index}.{name}", tensor
        yield from named_tensors(layer.inner, f"{prefix}{index}.")


# Held against include/etch/network/catalogue.hpp by tests/tools/catalogue_test.py.
#
# The numbers among the arguments where a topology leaves them out, None where it must not; input, dense and residual
# have their own rules.
DEFAULTS: Dict[str, Tuple[Optional[int], ...]] = {
    "identity": (), "relu": (), "leaky_relu": (1, 100), "elu": (1, 1), "selu": (), "gelu": (), "silu": (),
    "softplus": (), "tanh": (), "sigmoid": (), "hard_tanh": (), "clamp": (1, 1), "clip": (), "softmax": (),
    "fast_tanh": (), "fast_sigmoid": (), "flatten": (), "standardize": (), "unstandardize": (), "normalize": (0, 1),
    "layer_norm": (100000,), "dropout": (None, 100),
}  # fmt: skip
WITH_OWN_RULES = ("input", "dense", "residual", "gru")
RECURRENT = {"gru": 3}  # and their gates
# Layers of etch that a file may not hold yet.
NOT_YET: Tuple[str, ...] = (
    "conv_1d", "causal_conv_1d", "conv_transpose_1d", "conv_transpose_2d", "max_pool", "average_pool", "global_average_pool", "upsample",
    "conv_2d", "batch_norm", "frozen", "parallel", "slice", "hard_sigmoid", "hard_swish", "log_softmax",
    "prelu", "group_norm", "gated", "film", "embedding",
    "lstm", "simple_rnn", "unrolled", "bidirectional", "last_step",
)  # fmt: skip
# Only in the list of a source: they are folded into other layers before there is a file.
IN_SOURCES: Dict[str, Tuple[Optional[int], ...]] = {"batch_norm": (100000,), "prelu": ()}
TENSORS = {
    "dense": ("weight", "bias"), "layer_norm": ("weight", "bias"), "standardize": ("mean", "deviation"),
    "unstandardize": ("mean", "deviation"), "normalize": ("minimum", "maximum"), "clip": ("minimum", "maximum"),
    "batch_norm": ("scale", "shift"), "prelu": ("weight",),
    "gru": ("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
}  # fmt: skip


def parse_topology(text: str, of_source: bool = False) -> Network:
    """The network of a type list, without tensors: `input<4>, dense<2>, elu<1, 1>`. That of a source may also name what
    is folded into other layers: batch_norm and prelu."""
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
            if not tokens or take() != ">":
                refuse(f"the topology misses a '>' after {name}: {text}")
        return checked_entry(name, inner, text, {**DEFAULTS, **(IN_SOURCES if of_source else {})})

    layers = entries()
    if take() or layers[0].name != "input" or any(layer.name == "input" for layer in layers[1:]):
        refuse(f"a topology begins with input<...>, and is a list with commas: {text}")
    if any(is_integer(layer.name) for layer in layers):
        refuse(f"the topology has a number where a layer should stand: {text}")
    return Network(tuple(int(n) for n in layers[0].arguments), layers[1:])


def is_integer(name: str) -> bool:
    return re.fullmatch(r"-?\d+", name) is not None


def checked_entry(name: str, inner: List[Layer], text: str, known: Dict[str, Tuple[Optional[int], ...]]) -> Layer:
    """A layer of a topology, or a number or `bf16` among the arguments of one."""
    if is_integer(name) or name == "bf16":
        return Layer(name)
    if name == "residual":
        if not inner or any(is_integer(layer.name) for layer in inner):
            refuse(f"residual holds a list of layers: {text}")
        return Layer(name, inner=inner)
    arguments = tuple(int(a.name) if is_integer(a.name) else a.name for a in inner)
    numbers = [a for a in arguments if isinstance(a, int)]
    if name in ("input", "dense", *RECURRENT) and any(n < 1 for n in numbers):
        refuse(f"{name} has a size below 1: {text}")
    if name == "input" and numbers and arguments == tuple(numbers):
        return Layer(name, arguments)
    if name == "dense" and len(numbers) == 1 and arguments[1:] in ((), ("bf16",)):
        return Layer(name, arguments)
    if name in RECURRENT and len(arguments) == len(numbers) == 1:
        return Layer(name, arguments)
    if name in NOT_YET and name not in known:
        refuse(f"etch has a layer `{name}`, which this program cannot export yet: {text}")
    defaults = known.get(name)
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
    if any(layer.name == "unstandardize" for layer in network.layers[:-1]):
        refuse("unstandardize gives outputs in the units of the targets, so no layer may follow it")
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
    if layer.name in RECURRENT:
        if len(shape) != 1:
            refuse(f"{layer} gets numbers of shape {list(shape)}: a flatten is missing before it")
        units = int(layer.arguments[0])
        for name, tensor_shape in (("weight_ih", (size,)), ("weight_hh", (units,)), ("bias_ih", ()), ("bias_hh", ())):
            fit_tensor(layer, name, (RECURRENT[layer.name] * units, *tensor_shape))
        return (units,)
    if layer.features not in (None, size):
        refuse(f"{layer} is for {layer.features} numbers, and gets {size}")
    if layer.name == "flatten":
        return (size,)
    if layer.name == "residual":
        inner = shape
        for each in layer.inner:
            inner = fit_layer(each, inner, inside=True)
        if inner != shape:
            refuse(f"the layers of a residual must have an output of the same shape as their input: {list(shape)} becomes {list(inner)}")
    if layer.name == "softmax" and len(shape) != 1:
        refuse(f"softmax gets numbers of shape {list(shape)}: etch's softmax is over all numbers of a sample")
    if inside and layer.name in ("standardize", "unstandardize", "normalize", "clip"):
        refuse(f"{layer.name} stands before or after a residual, not inside it")
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
    refuse("the source does not give the size of a sample: pass --inputs N")


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
