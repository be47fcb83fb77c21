"""wavenet, etch's layer for the networks of Neural Amp Modeler: how it is spelled, its tensors, and what it computes."""
from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple

import numpy as np

from .errors import refuse
from .layers import Layer, Shape

OPTIONS = ("dilations", "kernel_lengths", "head_kernel", "head_bias")  # of an array, besides its activation
MOST = 2**20  # a number of an array


@dataclass
class Array:
    """wavenet_array<channels, outputs, ...>"""

    channels: int
    outputs: int
    dilations: Tuple[int, ...]
    lengths: Tuple[int, ...]  # of the kernels, one for each dilation
    activation: str = "tanh"  # as etch spells it; gated<f, g>
    head_length: int = 1
    head_bias: bool = False

    @property
    def sums(self) -> int:
        return self.channels * (2 if self.activation.startswith("gated<") else 1)

    @property
    def remembered(self) -> int:
        return sum((k - 1) * d for k, d in zip(self.lengths, self.dilations)) + self.head_length - 1

    def __str__(self) -> str:
        same = len(set(self.lengths)) == 1
        spelled = [str(self.channels), str(self.outputs), numbers("dilations", self.dilations)]
        if not same or self.lengths[0] != 3:
            spelled.append(numbers("kernel_lengths", self.lengths[:1] if same else self.lengths))
        spelled += [self.activation] * (self.activation != "tanh")
        spelled += [f"head_kernel<{self.head_length}>"] * (self.head_length > 1)
        spelled += ["head_bias"] * self.head_bias
        return f"wavenet_array<{', '.join(spelled)}>"

    def shapes(self, inputs: int, condition: int) -> Iterable[Tuple[str, Shape]]:
        """Its tensors, in the order of the file, which is that of the weights of a `.nam` file too."""
        yield "rechannel.weight", (self.channels, inputs)
        for index, length in enumerate(self.lengths):
            yield f"{index}.conv.weight", (self.sums, self.channels, length)
            yield f"{index}.conv.bias", (self.sums,)
            yield f"{index}.mixin.weight", (self.sums, condition)
            yield f"{index}.layer1x1.weight", (self.channels, self.channels)
            yield f"{index}.layer1x1.bias", (self.channels,)
        yield "head.weight", (self.outputs, self.channels, self.head_length)[: 2 if self.head_length == 1 else 3]
        if self.head_bias:
            yield "head.bias", (self.outputs,)


def numbers(option: str, values: Iterable[int]) -> str:
    return f"{option}<{', '.join(map(str, values))}>"


def layer_of(arrays: Sequence[Array], tensors: Dict[str, np.ndarray]) -> Layer:
    return Layer("wavenet", tuple(map(str, arrays)), tensors)


def shapes_of(arrays: Sequence[Array], inputs: int) -> Dict[str, Shape]:
    """Of all tensors."""
    found = {}
    for index, array in enumerate(arrays):
        before = arrays[index - 1].channels if index else inputs
        found.update({f"{index}.{name}": shape for name, shape in array.shapes(before, inputs)})
    return {**found, "head_scale": (1,)}


# Topologies ----------------------------------------------------------------------------------------------------------


def checked_array(inner: List[Layer], activations: Sequence[str], text: str) -> Layer:
    """wavenet_array<16, 8, dilations<1, 2>, ...>, its options in any order, as what a list of arguments holds."""
    given = {layer.name: layer for layer in inner[2:]}
    chosen = [layer for layer in inner[2:] if layer.name in (*activations, "gated")]
    if (len(inner) < 3 or len(given) != len(inner) - 2 or "dilations" not in given or len(chosen) > 1
            or len(chosen) + len(set(given) & set(OPTIONS)) != len(given)
            or not all(layer.name.isdecimal() and 0 < int(layer.name) < MOST for layer in inner[:2])):  # fmt: skip
        refuse("wavenet_array has its channels, the outputs of its head, its dilations, and then kernel_lengths, an "
               f"activation, head_kernel and head_bias, each once at most: {text}")  # fmt: skip

    def values(option: str, default: int) -> Tuple[int, ...]:
        return tuple(int(a) for a in given[option].arguments) if option in given else (default,)

    dilations, lengths, head = values("dilations", 1), values("kernel_lengths", 3), values("head_kernel", 1)
    fits = [len(lengths) in (1, len(dilations)), len(head) == 1, all(0 < n < MOST for n in (*dilations, *head)),
            all(1 < n < MOST for n in lengths)]  # fmt: skip
    if not all(fits):
        refuse(f"the options of wavenet_array are out of etch's range: {text}")
    lengths = lengths * len(dilations) if len(lengths) == 1 else lengths
    array = Array(int(inner[0].name), int(inner[1].name), dilations, lengths, str(chosen[0]) if chosen else "tanh",
                  head[0], "head_bias" in given)  # fmt: skip
    return Layer(str(array))


def checked_wavenet(inner: List[Layer], text: str) -> Layer:
    if not inner or not all(layer.name.startswith("wavenet_array<") for layer in inner):
        refuse(f"wavenet is made of arrays, wavenet<wavenet_array<...>, ...>: {text}")
    return Layer("wavenet", tuple(layer.name for layer in inner))


SPELLED = re.compile(
    r"wavenet_array<(\d+), (\d+), dilations<([\d, ]+)>(?:, kernel_lengths<([\d, ]+)>)?"
    r"(?:, (?!head_)(gated<.+>|\w+(?:<[\d, ]+>)?)(?=, head_|>$))?(?:, head_kernel<(\d+)>)?(, head_bias)?>"
)


@functools.lru_cache(maxsize=None)
def array_of(text: str) -> Array:
    """Of what checked_array has spelled."""
    found = SPELLED.fullmatch(text)
    if not found:
        refuse(f"{text} is no array of a wavenet")
    dilations, lengths = (tuple(int(n) for n in (found.group(i) or "3").split(",")) for i in (3, 4))
    return Array(int(found.group(1)), int(found.group(2)), dilations,
                 lengths * len(dilations) if len(lengths) == 1 else lengths, found.group(5) or "tanh",
                 int(found.group(6) or 1), bool(found.group(7)))  # fmt: skip


def arrays_of(layer: Layer) -> List[Array]:
    return [array_of(str(argument)) for argument in layer.arguments]


def remembered(layer: Layer) -> int:
    return sum(array.remembered for array in arrays_of(layer))


def tensor_names(layer: Layer) -> Tuple[str, ...]:
    return tuple(shapes_of(arrays_of(layer), 1))


def fit(layer: Layer, shape: Shape, fit_tensor: Callable[[Layer, str, Shape], None]) -> Shape:
    arrays = arrays_of(layer)
    if len(shape) != 1:
        refuse(f"wavenet gets numbers of shape {list(shape)}: it takes one step of a stream after the other")
    for one, other in zip(arrays, arrays[1:]):
        if one.outputs != other.channels:
            refuse(f"the head of {one} has {one.outputs} outputs, and the array after it {other.channels} channels")
    for name, tensor_shape in shapes_of(arrays, shape[0]).items():
        fit_tensor(layer, name, tensor_shape)
    return (arrays[-1].outputs,)


# What it computes ----------------------------------------------------------------------------------------------------


def causal(rows: np.ndarray, weight: np.ndarray, dilation: int = 1) -> np.ndarray:
    """The convolution of rows that are steps; the weight is [filters, channels, places]."""
    weight = weight.reshape(*weight.shape[:2], -1)
    places = weight.shape[2]
    padded = np.concatenate([np.zeros(((places - 1) * dilation, rows.shape[1])), rows])
    return sum(padded[t * dilation : t * dilation + len(rows)] @ weight[:, :, t].T for t in range(places))


def run(layer: Layer, rows: np.ndarray, activate: Callable[[str, np.ndarray], np.ndarray]) -> np.ndarray:
    """The rows are the steps of one sequence. `activate` computes an activation that is spelled."""
    tensors = {name: tensor.astype(np.float64) for name, tensor in layer.tensors.items()}
    h, heads = rows, np.zeros(1)
    for index, array in enumerate(arrays_of(layer)):
        own = {name: tensors[f"{index}.{name}"] for name, _ in array.shapes(1, 1)}
        h = h @ own["rechannel.weight"].T
        for i, dilation in enumerate(array.dilations):
            z = causal(h, own[f"{i}.conv.weight"], dilation) + own[f"{i}.conv.bias"] + rows @ own[f"{i}.mixin.weight"].T
            a = activate(array.activation, z)
            heads = heads + a
            h = h + a @ own[f"{i}.layer1x1.weight"].T + own[f"{i}.layer1x1.bias"]
        heads = causal(heads, own["head.weight"]) + own.get("head.bias", 0)
    return heads * tensors["head_scale"]


# In PyTorch ----------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def classes() -> Dict[str, Any]:
    import torch
    from torch import nn

    class WavenetLayer(nn.Module):
        """h and the sum for the head, of one layer after the other; all are [samples, channels, steps]."""

        def __init__(self, array: Array, condition: int, length: int, dilation: int, first: nn.Module,
                     second: nn.Module) -> None:  # fmt: skip
            super().__init__()
            self.before, self.dilation, self.gated = (length - 1) * dilation, dilation, array.sums > array.channels
            self.conv = nn.Conv1d(array.channels, array.sums, length, dilation=dilation)
            self.mixin, self.layer1x1 = nn.Linear(condition, array.sums, bias=False), nn.Linear(*[array.channels] * 2)
            self.first, self.second = first, second

        def forward(self, h: torch.Tensor, x: torch.Tensor, heads: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            z = self.conv(nn.functional.pad(h, [self.before, 0])) + self.mixin(x.transpose(1, 2)).transpose(1, 2)
            if self.gated:
                f, g = z.chunk(2, 1)
                a = self.first(f) * self.second(g)
            else:
                a = self.first(z)
            return h + self.layer1x1(a.transpose(1, 2)).transpose(1, 2), heads + a

    class WavenetRechannel(nn.Linear):
        def forward(self, h: torch.Tensor, x: torch.Tensor, heads: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            return nn.functional.linear(h.transpose(1, 2), self.weight).transpose(1, 2), heads

    class WavenetHead(nn.Module):
        def __init__(self, array: Array) -> None:
            super().__init__()
            (_, shape), *_ = [entry for entry in array.shapes(1, 1) if entry[0] == "head.weight"]
            self.weight = nn.Parameter(torch.zeros(shape))
            self.register_parameter("bias", nn.Parameter(torch.zeros(array.outputs)) if array.head_bias else None)
            self.before = array.head_length - 1

        def forward(self, h: torch.Tensor, x: torch.Tensor, heads: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            weight = self.weight if self.before > 0 else self.weight.unsqueeze(2)
            return h, nn.functional.conv1d(nn.functional.pad(heads, [self.before, 0]), weight, self.bias)

    class WavenetArray(nn.Sequential):
        def forward(self, h: torch.Tensor, x: torch.Tensor, heads: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
            for each in self:
                h, heads = each(h, x, heads)
            return h, heads

    class Wavenet(nn.Sequential):
        """A stream: for [samples, steps, features] or [steps, features]."""

        def __init__(self, arrays: Dict[str, nn.Module], channels: int) -> None:
            super().__init__()
            for name, array in arrays.items():
                self.add_module(name, array)
            self.channels = channels
            self.register_buffer("head_scale", torch.ones(1))

        def forward(self, input: torch.Tensor) -> torch.Tensor:
            x = (input if input.dim() == 3 else input.unsqueeze(0)).transpose(1, 2)
            h, heads = x, torch.zeros(x.size(0), self.channels, x.size(2), dtype=x.dtype, device=x.device)
            for array in self:
                h, heads = array(h, x, heads)
            y = heads.transpose(1, 2) * self.head_scale
            return y if input.dim() == 3 else y.squeeze(0)

    return {c.__name__: c for c in (WavenetLayer, WavenetRechannel, WavenetHead, WavenetArray, Wavenet)}


def module_of(layer: Layer, inputs: int, activations_of: Callable[[str], List[Any]]) -> Any:
    """`activations_of` gives the module of an activation that is spelled, or the two of a gate."""
    made, found, before = classes(), {}, inputs
    for index, array in enumerate(arrays_of(layer)):
        parts = made["WavenetArray"]()
        parts.add_module("rechannel", made["WavenetRechannel"](before, array.channels, bias=False))
        for i, (length, dilation) in enumerate(zip(array.lengths, array.dilations)):
            first, second = (*activations_of(array.activation), None)[:2]
            own = (first, first if second is None else second)
            parts.add_module(str(i), made["WavenetLayer"](array, inputs, length, dilation, *own))
        parts.add_module("head", made["WavenetHead"](array))
        found[str(index)], before = parts, array.channels
    return made["Wavenet"](found, arrays_of(layer)[0].channels)

