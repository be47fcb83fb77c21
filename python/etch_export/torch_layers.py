"""And back into PyTorch: the network of a file as an nn.Sequential."""
from __future__ import annotations

import functools
import math
import os
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Sequence, Tuple, Union

from . import wavenet
from .errors import refuse
from .images import has_images, is_transposed, window_of, window_on
from .safetensors import read
from .topology import RECURRENT, Layer, Shape, fit_layer, parse_topology

if TYPE_CHECKING:
    from torch import Tensor


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

    class Unstandardize(Standardize):
        """y = deviation x + mean"""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.deviation + self.mean

    class Normalize(nn.Module):
        """y = (x - minimum) (high - low) / (maximum - minimum) + low"""

        def __init__(self, features: int, low: int, high: int) -> None:
            super().__init__()
            self.low, self.high = low, high
            self.register_buffer("minimum", torch.zeros(features))
            self.register_buffer("maximum", torch.ones(features))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x - self.minimum) * ((self.high - self.low) / (self.maximum - self.minimum)) + self.low

    class Clip(nn.Module):
        """y = min(max(x, minimum), maximum)"""

        def __init__(self, features: int) -> None:
            super().__init__()
            self.register_buffer("minimum", torch.zeros(features))
            self.register_buffer("maximum", torch.ones(features))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.minimum(torch.maximum(x, self.minimum), self.maximum)

    class Residual(nn.Sequential):
        """y = x + f(x)"""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = x
            for layer in self:
                y = layer(y)
            return x + y

    class Recurrent(nn.Module):
        """The outputs of each step, from the state zero: for [samples, steps, features] or [steps, features]."""

        def __init__(self, kind: str, features: int, units: int, relu: bool = False) -> None:
            super().__init__()
            rows = RECURRENT[kind] * units
            self.kind, self.units, self.relu = kind, units, relu
            self.weight_ih = nn.Parameter(torch.zeros(rows, features))
            self.weight_hh = nn.Parameter(torch.zeros(rows, units))
            self.bias_ih = nn.Parameter(torch.zeros(rows))
            self.bias_hh = nn.Parameter(torch.zeros(rows))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch = x if x.dim() == 3 else x.unsqueeze(0)
            h = torch.zeros(1, batch.size(0), self.units, dtype=x.dtype, device=x.device)
            weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh]
            if self.kind == "gru":
                y, _ = torch.gru(batch, h, weights, True, 1, 0.0, False, False, True)
            elif self.kind == "lstm":
                y, _, _ = torch.lstm(batch, [h, h], weights, True, 1, 0.0, False, False, True)
            elif self.relu:
                y, _ = torch.rnn_relu(batch, h, weights, True, 1, 0.0, False, False, True)
            else:
                y, _ = torch.rnn_tanh(batch, h, weights, True, 1, 0.0, False, False, True)
            return y if x.dim() == 3 else y.squeeze(0)

    def reset_before(x: torch.Tensor, weight_ih: torch.Tensor, weight_hh: torch.Tensor,
                     bias: torch.Tensor) -> torch.Tensor:  # fmt: skip
        """A GRU whose reset is before the product, over [samples, steps, features]."""
        units = weight_hh.size(1)
        h = torch.zeros(x.size(0), units, dtype=x.dtype, device=x.device)
        gates, last = weight_hh[: 2 * units], weight_hh[2 * units :]
        answers = []
        for t in range(x.size(1)):
            r, z, n = (x[:, t] @ weight_ih.t() + bias).chunk(3, dim=1)
            r_h, z_h = (h @ gates.t()).chunk(2, dim=1)
            r, z = torch.sigmoid(r + r_h), torch.sigmoid(z + z_h)
            h = (1 - z) * torch.tanh(n + (r * h) @ last.t()) + z * h
            answers.append(h)
        return torch.stack(answers, 1)

    class ResetBefore(nn.Module):
        """gru<N, reset_before>: for [samples, steps, features] or [steps, features]."""

        def __init__(self, features: int, units: int) -> None:
            super().__init__()
            self.kind, self.units, self.relu = "gru", units, False
            self.weight_ih = nn.Parameter(torch.zeros(3 * units, features))
            self.weight_hh = nn.Parameter(torch.zeros(3 * units, units))
            self.bias = nn.Parameter(torch.zeros(3 * units))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch = x if x.dim() == 3 else x.unsqueeze(0)
            y = reset_before(batch, self.weight_ih, self.weight_hh, self.bias)
            return y if x.dim() == 3 else y.squeeze(0)

    class ChannelsLast(nn.Module):
        """flatten as etch has it: the channels of a position next to each other."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.movedim(1, -1).flatten(1)

    class GlobalAveragePool(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(2).mean(2)

    class MeanOfSteps(nn.Module):
        """global_average_pool of [samples, positions, features]"""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mean(1)

    class BatchNorm(nn.Module):
        """By the running statistics."""

        def __init__(self, features: int, eps: float) -> None:
            super().__init__()
            self.eps = eps
            self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
            self.register_buffer("running_mean", torch.zeros(features))
            self.register_buffer("running_var", torch.ones(features))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0,
                                            self.eps)  # fmt: skip

    class Padded1d(nn.Conv1d):
        """A convolution with other zeros on the left than on the right."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self._conv_forward(nn.functional.pad(x, self.sides), self.weight, self.bias)

    class Padded2d(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self._conv_forward(nn.functional.pad(x, self.sides), self.weight, self.bias)

    class Cut1d(nn.ConvTranspose1d):
        """A transposed convolution that loses more on one side than on the other."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            whole = nn.functional.conv_transpose1d(x, self.weight, self.bias, self.stride, 0, 0, self.groups,
                                                   self.dilation)  # fmt: skip
            return nn.functional.pad(whole, self.sides)

    class Cut2d(nn.ConvTranspose2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            whole = nn.functional.conv_transpose2d(x, self.weight, self.bias, self.stride, 0, 0, self.groups,
                                                   self.dilation)  # fmt: skip
            return nn.functional.pad(whole, self.sides)

    class CausalConv1d(nn.Conv1d):
        """A stream: for [samples, steps, features] or [steps, features]."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch = x if x.dim() == 3 else x.unsqueeze(0)
            before = (self.kernel_size[0] - 1) * self.dilation[0]
            padded = nn.functional.pad(batch.transpose(1, 2), [before, 0])
            y = self._conv_forward(padded, self.weight, self.bias).transpose(1, 2)
            return y if x.dim() == 3 else y.squeeze(0)

    class Parallel(nn.Sequential):
        """y = [f(x); g(x); ...], over the axis of the features."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            answers = []
            for branch in self:
                answers.append(branch(x))
            return torch.cat(answers, -1)

    class Slice(nn.Module):
        """Some features of a vector."""

        def __init__(self, first: int, count: int) -> None:
            super().__init__()
            self.first, self.count = first, count

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.narrow(-1, self.first, self.count)

    class Gated(nn.Module):
        """f(x1) g(x2), of the halves of the features or channels."""

        def __init__(self, first: nn.Module, second: nn.Module, axis: int) -> None:
            super().__init__()
            self.first, self.second, self.axis = first, second, axis

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x1, x2 = x.chunk(2, self.axis)
            return self.first(x1) * self.second(x2)

    class Film(nn.Module):
        """x s + t, of the thirds of the features or channels."""

        def __init__(self, axis: int) -> None:
            super().__init__()
            self.axis = axis

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x1, x2, x3 = x.chunk(3, self.axis)
            return x1 * x2 + x3

    class Embedding(nn.Module):
        """For indices [samples, positions] the vectors [samples, positions, size], of one position [samples, size]."""

        def __init__(self, count: int, size: int, positions: int) -> None:
            super().__init__()
            self.positions = positions
            self.weight = nn.Parameter(torch.zeros(count, size))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = nn.functional.embedding(x.long(), self.weight)
            return y.flatten(-2) if self.positions == 1 else y

    class LastStep(nn.Module):
        def __init__(self, axis: int) -> None:
            super().__init__()
            self.axis = axis

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.select(self.axis, -1)

    class Attention(nn.Module):
        """nn.MultiheadAttention of a sequence to itself: for [samples, positions, features]."""

        def __init__(self, features: int, heads: int, causal: bool) -> None:
            super().__init__()
            self.heads, self.causal = heads, causal
            self.in_proj_weight = nn.Parameter(torch.zeros(3 * features, features))
            self.in_proj_bias = nn.Parameter(torch.zeros(3 * features))
            self.out_proj = nn.Linear(features, features)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            samples, length, features = x.shape
            projected = nn.functional.linear(x, self.in_proj_weight, self.in_proj_bias)
            parts = projected.view(samples, length, 3, self.heads, features // self.heads).permute(2, 0, 3, 1, 4)
            q, k, v = parts[0], parts[1], parts[2]
            scores = q @ k.transpose(-1, -2) / (features // self.heads) ** 0.5
            if self.causal:
                later = torch.ones(length, length, device=x.device).triu(1) > 0
                scores = scores.masked_fill(later, float("-inf"))
            found = (scores.softmax(-1) @ v).transpose(1, 2).reshape(samples, length, features)
            return self.out_proj(found)

    class Bidirectional(nn.Module):
        """Two runs over [samples, positions, features], of which the second begins at the end."""

        def __init__(self, kind: str, features: int, units: int, relu: bool = False) -> None:
            super().__init__()
            self.kind, self.units, self.relu = kind, units, relu
            rows = RECURRENT[kind] * units
            for ending in ("", "_reverse"):
                for name, shape in (("weight_ih", (rows, features)), ("weight_hh", (rows, units)),
                                    ("bias_ih", (rows,)), ("bias_hh", (rows,))):  # fmt: skip
                    self.register_parameter(name + ending, nn.Parameter(torch.zeros(shape)))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = torch.zeros(2, x.size(0), self.units, dtype=x.dtype, device=x.device)
            weights = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, self.weight_ih_reverse,
                       self.weight_hh_reverse, self.bias_ih_reverse, self.bias_hh_reverse]  # fmt: skip
            if self.kind == "gru":
                y, _ = torch.gru(x, h, weights, True, 1, 0.0, False, True, True)
            elif self.kind == "lstm":
                y, _, _ = torch.lstm(x, [h, h], weights, True, 1, 0.0, False, True, True)
            elif self.relu:
                y, _ = torch.rnn_relu(x, h, weights, True, 1, 0.0, False, True, True)
            else:
                y, _ = torch.rnn_tanh(x, h, weights, True, 1, 0.0, False, True, True)
            return y

    class BothResetBefore(nn.Module):
        """bidirectional<gru<N, reset_before>>"""

        def __init__(self, features: int, units: int) -> None:
            super().__init__()
            for ending in ("", "_reverse"):
                self.register_parameter("weight_ih" + ending, nn.Parameter(torch.zeros(3 * units, features)))
                self.register_parameter("weight_hh" + ending, nn.Parameter(torch.zeros(3 * units, units)))
                self.register_parameter("bias" + ending, nn.Parameter(torch.zeros(3 * units)))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = reset_before(x, self.weight_ih, self.weight_hh, self.bias)
            z = reset_before(x.flip(1), self.weight_ih_reverse, self.weight_hh_reverse, self.bias_reverse)
            return torch.cat([y, z.flip(1)], 2)

    classes = {c.__name__: c for c in (Parallel, Slice, Gated, Film, Embedding, LastStep, Attention, Bidirectional,
                                    BothResetBefore,
                                    Standardize, Unstandardize, Normalize, Clip, Residual, Recurrent,
                                    ResetBefore, ChannelsLast,
                                    GlobalAveragePool, MeanOfSteps, BatchNorm, Padded1d, Padded2d,
                                    Cut1d, Cut2d, CausalConv1d)}  # fmt: skip
    classes.update(wavenet.classes())
    for name, each in classes.items():
        each.__module__, each.__qualname__ = __package__, name  # a pickle finds it by etch_export.__getattr__
    return classes


def ratio(layer: Layer) -> float:
    return int(layer.arguments[0]) / int(layer.arguments[1])


def torch_nn() -> Any:
    from torch import nn

    return nn


def recurrent_module(layer: Layer, size: int) -> Any:
    units = int(layer.arguments[0])
    if "reset_before" in layer.arguments:
        return torch_classes()["ResetBefore"](size, units)
    return torch_classes()["Recurrent"](layer.name, size, units, "with_relu" in layer.arguments)


# What each layer of etch is in PyTorch, for so many features.
MODULES: Dict[str, Callable[[Layer, int], Any]] = {
    **{kind: lambda layer, size: recurrent_module(layer, size) for kind in RECURRENT},
    "dense": lambda layer, size: torch_nn().Linear(size, int(layer.arguments[0])),
    "layer_norm": lambda layer, size: torch_nn().LayerNorm(size, eps=1 / int(layer.arguments[0])),
    "standardize": lambda layer, size: torch_classes()["Standardize"](size),
    "unstandardize": lambda layer, size: torch_classes()["Unstandardize"](size),
    "normalize": lambda layer, size: torch_classes()["Normalize"](size, *layer.arguments),
    "clip": lambda layer, size: torch_classes()["Clip"](size),
    "dropout": lambda layer, size: torch_nn().Dropout(ratio(layer)),
    "identity": lambda layer, size: torch_nn().Identity(),
    "relu": lambda layer, size: torch_nn().ReLU(),
    "leaky_relu": lambda layer, size: torch_nn().LeakyReLU(ratio(layer)),
    "elu": lambda layer, size: torch_nn().ELU(ratio(layer)),
    "selu": lambda layer, size: torch_nn().SELU(),
    "gelu": lambda layer, size: torch_nn().GELU(),
    "silu": lambda layer, size: torch_nn().SiLU(),
    "softplus": lambda layer, size: torch_nn().Softplus(),
    "tanh": lambda layer, size: torch_nn().Tanh(),
    "fast_tanh": lambda layer, size: torch_nn().Tanh(),
    "sigmoid": lambda layer, size: torch_nn().Sigmoid(),
    "fast_sigmoid": lambda layer, size: torch_nn().Sigmoid(),
    "hard_tanh": lambda layer, size: torch_nn().Hardtanh(-1.0, 1.0),
    "clamp": lambda layer, size: torch_nn().Hardtanh(-ratio(layer), ratio(layer)),
    "softmax": lambda layer, size: torch_nn().Softmax(dim=-1),
    "log_softmax": lambda layer, size: torch_nn().LogSoftmax(dim=-1),
    "hard_sigmoid": lambda layer, size: torch_nn().Hardsigmoid(),
    "hard_swish": lambda layer, size: torch_nn().Hardswish(),
    "prelu": lambda layer, size: torch_nn().PReLU(int(layer.arguments[0])),
}
# For so many channels, width and height.
OF_SHAPE: Dict[str, Callable[[Layer, Shape, bool], Any]] = {
    "residual": lambda layer, shape, first: torch_classes()["Residual"](*modules_of(layer.inner, shape, first)),
    "parallel": lambda layer, shape, first: torch_classes()["Parallel"](
        *(torch_nn().Sequential(*modules_of(branch.inner, shape, first)) for branch in layer.inner)),
    "flatten": lambda layer, shape, first: torch_classes()["ChannelsLast"]() if first else torch_nn().Flatten(),
    "global_average_pool": lambda layer, shape, first: torch_classes()["GlobalAveragePool" if first else
                                                                       "MeanOfSteps"](),
    "batch_norm": lambda layer, shape, first: torch_classes()["BatchNorm"](shape[0], 1 / int(layer.arguments[0])),
    "group_norm": lambda layer, shape, first: torch_nn().GroupNorm(int(layer.arguments[0]), shape[0],
                                                                   eps=1 / int(layer.arguments[1])),
    **{name: lambda layer, shape, first: convolution_of(layer, shape)
       for name in ("conv_1d", "conv_2d", "conv_transpose_1d", "conv_transpose_2d")},
    "causal_conv_1d": lambda layer, shape, first: causal_of(layer, shape[0]),
    **{name: lambda layer, shape, first: pool_of(layer, shape) for name in ("max_pool", "average_pool", "upsample")},
    "slice": lambda layer, shape, first: torch_classes()["Slice"](*layer.arguments),
    "gated": lambda layer, shape, first: torch_classes()["Gated"](
        *modules_of(layer.inner, (shape[0] // 2, *shape[1:]), first), 1 if first else -1),
    "film": lambda layer, shape, first: torch_classes()["Film"](1 if first else -1),
    "embedding": lambda layer, shape, first: turned(
        torch_classes()["Embedding"](*layer.arguments, shape[0]), after=first and shape[0] > 1),
    "last_step": lambda layer, shape, first: torch_classes()["LastStep"](2 if first else 1),
    "attention": lambda layer, shape, first: turned(
        torch_classes()["Attention"](shape[0], layer.arguments[0], layer.arguments[1] == 1), first, first),
    "wavenet": lambda layer, shape, first: wavenet.module_of(layer, shape[0], activation_modules),
    "unrolled": lambda layer, shape, first: turned(modules_of(layer.inner, shape[:1])[0], first, first),
    "bidirectional": lambda layer, shape, first: turned(bidirectional_of(layer, shape[0]), first, first),
}  # fmt: skip
# Which, read again, are the layer that they were made of.
MARKED = ("slice", "global_average_pool", "gated", "film", "embedding", "last_step", "attention", "unrolled",
          "bidirectional", "parallel", "wavenet")  # fmt: skip


def activation_modules(spelled: str) -> List[Any]:
    """Of an activation that is spelled, or of both in a gate."""
    (layer,) = parse_topology(f"input<2>, {spelled}").layers
    return modules_of(layer.inner or [layer], (1,))


def bidirectional_of(layer: Layer, features: int) -> Any:
    inner = layer.inner[0]
    if inner.name not in RECURRENT:
        refuse(f"{layer} has no counterpart in PyTorch")
    units = int(inner.arguments[0])
    if "reset_before" in inner.arguments:
        return torch_classes()["BothResetBefore"](features, units)
    return torch_classes()["Bidirectional"](inner.name, features, units, "with_relu" in inner.arguments)


def turned(module: Any, before: bool = False, after: bool = False) -> Any:
    """A module for channels last, in a network with the channels first."""
    module.etch_turns = (before, after)
    if before:
        module.register_forward_pre_hook(channels_last)
    if after:
        module.register_forward_hook(channels_first)
    return module


def channels_last(self: Any, input: Tuple[Tensor]) -> Tensor:  # the names that TorchScript wants
    return input[0].transpose(1, 2)


def channels_first(self: Any, input: Tuple[Tensor], output: Tensor) -> Tensor:
    return output.transpose(1, 2)


def convolution_of(layer: Layer, shape: Shape) -> Any:
    window, dims, transposed = window_of(layer), int(layer.name[-2]), is_transposed(layer.name)
    left, right, top, bottom = window.padding
    even = left == right and top == bottom
    name = f"{'ConvTranspose' if transposed else 'Conv'}{dims}d"
    kind = getattr(torch_nn(), name) if even else torch_classes()[f"{'Cut' if transposed else 'Padded'}{dims}d"]
    size, stride, dilation, padding = (each[:dims][::-1] for each in (window.size, window.stride, window.dilation,
                                                                      (left, top)))  # fmt: skip
    given = {"stride": stride, "dilation": dilation, "groups": window.groups}
    made = kind(shape[0], window.filters, size, padding=padding if even else 0, **given)
    if not even:
        made.sides = [-n if transposed else n for n in window.padding[: 2 * dims]]
    return made


def causal_of(layer: Layer, channels: int) -> Any:
    window = window_of(layer)
    made = torch_classes()["CausalConv1d"](channels, window.filters, window.size[0], dilation=window.dilation[0],
                                           groups=window.groups)  # fmt: skip
    made.layer = str(layer)
    return made


def pool_of(layer: Layer, shape: Shape) -> Any:
    window, dims = window_on(layer, shape), len(shape) - 1
    size, stride = window.size[:dims][::-1], window.stride[:dims][::-1]
    if layer.name == "upsample":
        return torch_nn().Upsample(scale_factor=tuple(float(n) for n in size))
    kind = {"max_pool": "MaxPool", "average_pool": "AvgPool"}[layer.name]
    left, right, top, bottom = window.padding
    if left == right and top == bottom:
        return getattr(torch_nn(), f"{kind}{dims}d")(size, stride, (top, left)[-dims:])
    border = getattr(torch_nn(), f"ConstantPad{dims}d")(
        window.padding[: 2 * dims], -math.inf if kind == "MaxPool" else 0.0)  # fmt: skip
    return torch_nn().Sequential(border, getattr(torch_nn(), f"{kind}{dims}d")(size, stride))


def modules_of(layers: Sequence[Layer], shape: Shape, channels_first: bool = False) -> List[Any]:
    modules = []
    for layer in layers:
        of_shape = OF_SHAPE.get(layer.name)
        made = of_shape(layer, shape, channels_first) if of_shape else MODULES[layer.name](layer, math.prod(shape))
        if layer.name in MARKED or type(made).__name__.startswith("Cut"):
            made.etch_layer = str(layer)
        modules.append(made.requires_grad_(False) if layer.frozen else made)
        shape = fit_layer(layer, shape, inside=False)
    return modules


def to_torch(path: Union[str, os.PathLike]) -> Any:
    """The network of a file as an nn.Sequential, whose state_dict has the file's names. `standardize`,
    `unstandardize`, `normalize`, `clip` and `residual` are small modules of this package; weights held as bf16 become
    floats of the same value."""
    import torch

    file = read(os.fspath(path))
    network = file.network()
    model = torch.nn.Sequential(*modules_of(network.layers, network.inputs, has_images(network.layers, network.inputs)))
    if "F64" in file.kinds.values():
        model.double()
    model.load_state_dict({key: torch.from_numpy(t.copy()) for key, t in network.tensors().items()})
    return model.eval()
