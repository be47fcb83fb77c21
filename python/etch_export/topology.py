"""A network in etch's words: a list of layers with their tensors, and its spelling as a type list."""
from __future__ import annotations

import copy
import math
import re
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Optional, Tuple

import numpy as np

from . import images, wavenet
from .errors import refuse
from .layers import Layer, Shape

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
        if layer.name not in OVER_SEQUENCES:
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
    "hard_sigmoid": (), "hard_swish": (), "log_softmax": (), "prelu": (1,), "group_norm": (None, 100000),
    "batch_norm": (100000, 10), "global_average_pool": (),
    "embedding": (None, None), "attention": (None, 0), "slice": (None, None), "film": (), "last_step": (),
}  # fmt: skip
RECURRENT = {"gru": 3, "lstm": 4, "simple_rnn": 1}  # and their gates
OWN_OPTION = {"gru": "reset_before", "simple_rnn": "with_relu"}
WORDS = ("bf16", *OWN_OPTION.values())
OVER_SEQUENCES = {"unrolled": ("",), "bidirectional": ("", "_reverse")}  # what follows the names of the layer inside
HOLDERS = ("residual", "parallel", "branch", "gated", "frozen", *OVER_SEQUENCES)
WITH_OWN_RULES = ("input", "dense", "wavenet", *HOLDERS, *RECURRENT, *images.NUMBERS)
DEEPEST = 32  # layers in layers
TENSORS = {
    "dense": ("weight", "bias"), "layer_norm": ("weight", "bias"), "standardize": ("mean", "deviation"),
    "unstandardize": ("mean", "deviation"), "normalize": ("minimum", "maximum"), "clip": ("minimum", "maximum"),
    **{name: ("weight", "bias") for name in images.NUMBERS if images.is_convolution(name)},
    "group_norm": ("weight", "bias"), "embedding": ("weight",),
    "attention": ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"),
    "batch_norm": ("weight", "bias", "running_mean", "running_var"), "prelu": ("weight",),
    **{name: ("weight_ih", "weight_hh", "bias_ih", "bias_hh") for name in RECURRENT},
}  # fmt: skip


def tensor_names(layer: Layer) -> Tuple[str, ...]:
    """Of the layer itself, without those of the layers that it holds."""
    if layer.name in OVER_SEQUENCES:
        names = [name for _, _, name in places(layer.inner[0])]
        return tuple(name + ending for ending in OVER_SEQUENCES[layer.name] for name in names)
    if "reset_before" in layer.arguments:
        return ("weight_ih", "weight_hh", "bias")
    if layer.name == "wavenet":
        return wavenet.tensor_names(layer)
    return TENSORS.get(layer.name, ())


def places(layer: Layer, prefix: str = "") -> Iterable[Tuple[Layer, str, str]]:
    """All tensors of a layer and of what it holds: whose it is, its name there, and its name from outside."""
    for name in tensor_names(layer):
        yield layer, name, prefix + name
    for index, inner in enumerate(layer.inner if layer.name not in OVER_SEQUENCES else ()):
        yield from places(inner, f"{prefix}{index}.")


def tensor_keys(network: Network) -> List[str]:
    return [name for index, layer in enumerate(network.layers) for _, _, name in places(layer, f"{index}.")]


def runs_of(layer: Layer) -> List[Layer]:
    """The layer inside of unrolled, or the two of bidirectional, with their tensors."""
    found = []
    for ending in OVER_SEQUENCES[layer.name]:
        inner = copy.deepcopy(layer.inner[0])
        for holder, name, outside in places(inner):
            if outside + ending in layer.tensors:
                holder.tensors[name] = layer.tensors[outside + ending]
        found.append(inner)
    return found


def over_sequence(name: str, runs: List[Layer]) -> Layer:
    """unrolled or bidirectional of layers with tensors: the reverse of runs_of."""
    tensors = {}
    for ending, inner in zip(OVER_SEQUENCES[name], runs):
        tensors.update({outside + ending: holder.tensors[name] for holder, name, outside in places(inner)
                        if name in holder.tensors})  # fmt: skip
    bare = copy.deepcopy(runs[0])
    for holder, name_inside, _ in list(places(bare)):
        holder.tensors.pop(name_inside, None)
    return Layer(name, (), tensors, [bare])


def parse_topology(text: str) -> Network:
    """The network of a type list, without tensors: `input<4>, dense<2>, elu<1, 1>`."""
    tokens = re.findall(r"-?\w+|[^\s\w]|$", text)

    def take() -> str:
        return tokens.pop(0) if tokens else ""

    def entries(depth: int) -> List[Layer]:
        if depth > DEEPEST:
            refuse(f"the topology has layers in more than {DEEPEST} layers")
        found = [entry(depth)]
        while tokens and tokens[0] == ",":
            take()
            found.append(entry(depth))
        return found

    def entry(depth: int) -> Layer:
        name = take()
        if not re.fullmatch(r"-?\d+|\w+", name):
            refuse(f"the topology has {name or 'its end'!r} where a layer or a number should stand: {text}")
        inner: List[Layer] = []
        if tokens and tokens[0] == "<":
            take()
            inner = [] if tokens[0] == ">" else entries(depth + 1)
            if not tokens or take() != ">":
                refuse(f"the topology misses a '>' after {name}: {text}")
        return checked_entry(name, inner, text)

    layers = entries(0)
    if take() or layers[0].name != "input" or any(layer.name == "input" for layer in layers[1:]):
        refuse(f"a topology begins with input<...>, and is a list with commas: {text}")
    if any(is_integer(layer.name) for layer in layers):
        refuse(f"the topology has a number where a layer should stand: {text}")
    if any(layer.name == "branch" for layer in layers):
        refuse(f"a branch stands in parallel: {text}")
    return Network(tuple(int(n) for n in layers[0].arguments), layers[1:])


def is_integer(name: str) -> bool:
    return re.fullmatch(r"-?\d+", name) is not None


def checked_entry(name: str, inner: List[Layer], text: str) -> Layer:
    """A layer of a topology, or a number or an option among the arguments of one."""
    if is_integer(name) or name in WORDS:
        return Layer(name)
    if name == images.STORED.partition("<")[0]:
        if [a.name for a in inner] != ["bf16"]:
            refuse(f"{name} holds bf16: {text}")
        return Layer(name, ("bf16",))
    if name == "head_bias" and not inner:
        return Layer(name)
    if name == "wavenet_array":
        return wavenet.checked_array(inner, ACTIVATIONS, text)
    if name == "wavenet":
        return wavenet.checked_wavenet(inner, text)
    if name in (*images.OPTIONS, *wavenet.OPTIONS[:3]):
        if not inner or not all(is_integer(a.name) for a in inner):
            refuse(f"{name} holds numbers: {text}")
        return Layer(name, tuple(int(a.name) for a in inner))
    if name in images.NUMBERS:
        return images.checked_window(name, inner, text)
    if name in HOLDERS:
        return checked_holder(name, inner, text)
    arguments = tuple(int(a.name) if is_integer(a.name) else a.name for a in inner)
    numbers = [a for a in arguments if isinstance(a, int)]
    if name in ("input", "dense", *RECURRENT) and any(n < 1 for n in numbers):
        refuse(f"{name} has a size below 1: {text}")
    if name == "input" and numbers and arguments == tuple(numbers):
        return Layer(name, arguments)
    if name == "dense" and len(numbers) == 1 and arguments[1:] in ((), ("bf16",)):
        return Layer(name, arguments)
    if name in RECURRENT and len(numbers) == 1 and arguments[:1] == tuple(numbers):
        own = [OWN_OPTION[name]] if name in OWN_OPTION else []
        if list(arguments[1:]) in ([], own, ["bf16"], [*own, "bf16"]):
            return Layer(name, arguments)
    defaults = None if name in RECURRENT else DEFAULTS.get(name)
    if name in RECURRENT:
        refuse(f"{name} has other arguments than `{Layer(name, arguments)}`: {text}")
    if defaults is None:
        refuse(f"etch has no layer `{name}`: {text}")
    filled = (*arguments, *defaults[len(arguments):])
    if len(filled) != len(defaults) or not all(isinstance(a, int) for a in filled):
        refuse(f"{name} has other arguments than `{Layer(name, arguments)}`: {text}")
    least = {"leaky_relu": 0, "dropout": 0, "normalize": -math.inf}.get(name)  # fractions below 1, and a range
    fits = all(a > 0 for a in filled) if least is None else least <= filled[0] < filled[1]
    if name == "attention":
        fits = filled[0] > 0 and filled[1] in (0, 1)
    if name == "slice":
        fits = filled[0] >= 0 and filled[1] > 0
    if not fits:
        refuse(f"the numbers of `{Layer(name, filled)}` are out of etch's range: {text}")
    return Layer(name, filled)  # type: ignore[arg-type]


def checked_holder(name: str, inner: List[Layer], text: str) -> Layer:
    """A layer of layers."""
    no_layer = (*WORDS, *images.OPTIONS, *wavenet.OPTIONS, "input")
    if not inner or any(is_integer(layer.name) or layer.name in no_layer for layer in inner):
        refuse(f"{name} holds {'a list of layers' if name in ('residual', 'branch') else 'layers'}: {text}")
    if any((layer.name == "branch") != (name == "parallel") for layer in inner):
        refuse(f"parallel is made of branches, parallel<branch<...>, ...>, and no other layer has them: {text}")
    if name in ("frozen", *OVER_SEQUENCES) and len(inner) != 1:
        refuse(f"{name} holds one layer: {text}")
    if name == "gated" and (len(inner) != 2 or any(each.name not in ACTIVATIONS for each in inner)):
        refuse(f"gated is made of two activations: {text}")
    if name == "frozen":
        inner[0].frozen = True
        return inner[0]
    return Layer(name, inner=inner)


# Elementwise, without tensors.
ACTIVATIONS = ("identity", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid",
               "hard_tanh", "hard_sigmoid", "hard_swish", "clamp", "fast_tanh", "fast_sigmoid")  # fmt: skip


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
    if layer.name in (*images.OF_IMAGES, "causal_conv_1d"):
        after = images.output_shape(layer, shape)
        for name, tensor_shape in images.tensor_shapes(layer, shape).items() if "weight" in layer.tensors else ():
            fit_tensor(layer, name, tensor_shape)
        return after
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
        columns = {"weight_ih": (size,), "weight_hh": (units,)}
        for name in tensor_names(layer):
            fit_tensor(layer, name, (RECURRENT[layer.name] * units, *columns.get(name, ())))
        return (units,)
    if layer.features not in (None, size):
        refuse(f"{layer} is for {layer.features} numbers, and gets {size}")
    if layer.name == "flatten":
        return (size,)
    if layer.name in FITTED:
        return FITTED[layer.name](layer, shape)
    if layer.name == "residual":
        inner = fit_list(layer.inner, shape)
        if inner != shape:
            refuse("the layers of a residual must have an output of the same shape as their input: "
                   f"{list(shape)} becomes {list(inner)}")  # fmt: skip
    if layer.name in ("softmax", "log_softmax") and len(shape) != 1:
        refuse(f"{layer.name} gets numbers of shape {list(shape)}: that of etch is over all numbers of a sample")
    if inside and layer.name in ("standardize", "unstandardize", "normalize", "clip"):
        refuse(f"{layer.name} stands before or after a residual, not inside it")
    by_channel = layer.name in ("batch_norm", "prelu", "group_norm")
    if layer.name == "prelu" and layer.arguments[0] not in (1, shape[0]):
        refuse(f"{layer} has {layer.arguments[0]} slopes, and gets {shape[0]} channels")
    if layer.name == "group_norm" and shape[0] % int(layer.arguments[0]):
        refuse(f"the groups of {layer} do not divide its {shape[0]} channels")
    numbers = int(layer.arguments[0]) if layer.name == "prelu" else shape[0] if by_channel else size
    for name in layer.tensors:
        fit_tensor(layer, name, (numbers,))
    return shape


def fit_list(layers: List[Layer], shape: Shape) -> Shape:
    """Of a list inside a layer."""
    for each in layers:
        shape = fit_layer(each, shape, inside=True)
    return shape


def fit_parallel(layer: Layer, shape: Shape) -> Shape:
    outputs = [fit_list(branch.inner, shape) for branch in layer.inner]
    if any(len(output) != 1 for output in outputs):
        refuse("each branch of parallel must end in a vector: put flatten at its end")
    return (sum(output[0] for output in outputs),)


def fit_slice(layer: Layer, shape: Shape) -> Shape:
    first, count = (int(a) for a in layer.arguments)
    if len(shape) != 1 or first + count > shape[0]:
        refuse(f"{layer} gets numbers of shape {list(shape)}: it takes a part of a vector, within its end")
    return (count,)


def fit_parts(layer: Layer, shape: Shape) -> Shape:
    parts = 2 if layer.name == "gated" else 3
    if shape[0] % parts:
        refuse(f"{layer} gets {shape[0]} channels, which cannot be divided into {parts} parts")
    return (shape[0] // parts, *shape[1:])


def fit_embedding(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 1:
        refuse(f"{layer} gets numbers of shape {list(shape)}: it needs a vector of indices")
    fit_tensor(layer, "weight", tuple(int(a) for a in layer.arguments))
    return (int(layer.arguments[1]), *((shape[0],) if shape[0] > 1 else ()))


def fit_attention(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 2 or shape[0] % int(layer.arguments[0]):
        refuse(f"{layer} gets numbers of shape {list(shape)}: it needs a sequence, input<features, positions>, whose "
               "features can be divided among its heads")  # fmt: skip
    rows = {"in_proj_weight": (3 * shape[0], shape[0]), "in_proj_bias": (3 * shape[0],),
            "out_proj.weight": (shape[0], shape[0]), "out_proj.bias": (shape[0],)}  # fmt: skip
    for name, tensor_shape in rows.items():
        fit_tensor(layer, name, tensor_shape)
    return shape


def fit_runs(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 2:
        refuse(f"{layer} gets numbers of shape {list(shape)}: it needs a sequence, input<channels, length>")
    runs = runs_of(layer)
    outputs = [fit_layer(inner, shape[:1], inside=True) for inner in runs]
    if len(outputs[0]) != 1:
        refuse(f"the layer in {layer} must take the channels of a position and give a vector")
    layer.tensors = over_sequence(layer.name, runs).tensors
    return (sum(output[0] for output in outputs), shape[1])


def fit_last_step(layer: Layer, shape: Shape) -> Shape:
    if len(shape) != 2:
        refuse(f"{layer} gets numbers of shape {list(shape)}: it needs a sequence, {{channels, length}}")
    return shape[:1]


FITTED: Dict[str, Callable[[Layer, Shape], Shape]] = {
    "parallel": fit_parallel, "slice": fit_slice, "gated": fit_parts, "film": fit_parts, "embedding": fit_embedding,
    "wavenet": lambda layer, shape: wavenet.fit(layer, shape, fit_tensor),
    "attention": fit_attention, "unrolled": fit_runs, "bidirectional": fit_runs, "last_step": fit_last_step,
}  # fmt: skip


def fit_tensor(layer: Layer, name: str, shape: Shape) -> None:
    if name not in layer.tensors:  # a topology alone
        return
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
    if images.has_images(layers):
        refuse("the source does not give the extents of a sample: pass --inputs C,H,W or --inputs C,L")
    if images.names_in(layers) & {*images.OF_SEQUENCES, "ends"}:
        refuse("the source is of whole sequences, and does not give their length: pass --inputs STEPS,FEATURES, or "
               "--inputs STEPS of an embedding")  # fmt: skip
    for _, tensor in named_tensors(layers, ""):
        if tensor.ndim > 0:
            return (tensor.shape[-1],)
    refuse("the source does not give the size of a sample: pass --inputs N")


def attach(layers: List[Layer], tensors: Dict[str, np.ndarray], prefix: str, where: str) -> None:
    """Gives each layer the tensors that bear its index."""
    for index, layer in enumerate(layers):
        for name in tensor_names(layer):
            key = f"{prefix}{index}.{name}"
            if key not in tensors:
                refuse(f"{where} has no tensor {key} for {layer}")
            layer.tensors[name] = tensors.pop(key)
        if layer.name not in OVER_SEQUENCES:
            attach(layer.inner, tensors, f"{prefix}{index}.", where)
        own = [key for key in tensors if key.startswith(f"{prefix}{index}.")]
        if own:
            refuse(f"{layer} has no use for the tensor {own[0]} of {where}")
    if not prefix and tensors:
        refuse(f"the topology has no use for the tensor {next(iter(tensors))} of {where}")


def bf16_tensors(layer: Layer) -> List[str]:
    """Of the layer itself, as tensor_names."""
    if layer.name in OVER_SEQUENCES:
        names = [outside for holder, name, outside in places(layer.inner[0]) if name in bf16_of(holder)]
        return [name + ending for ending in OVER_SEQUENCES[layer.name] for name in names]
    return bf16_of(layer)


def bf16_of(layer: Layer) -> List[str]:
    is_bf16 = "bf16" in layer.arguments or images.STORED in layer.arguments
    return [name for name in tensor_names(layer) if name.startswith("weight")] if is_bf16 else []


def bf16_keys(layers: List[Layer], prefix: str = "") -> List[str]:
    keys = []
    for index, layer in enumerate(layers):
        keys += [f"{prefix}{index}.{name}" for name in bf16_tensors(layer)]
        if layer.name not in OVER_SEQUENCES:
            keys += bf16_keys(layer.inner, f"{prefix}{index}.")
    return keys
