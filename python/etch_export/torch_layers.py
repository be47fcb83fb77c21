"""And back into PyTorch: the network of a file as an nn.Sequential."""
from __future__ import annotations

import functools
import math
import os
from typing import Any, Callable, Dict, List, Union

from .images import has_images, window_of, window_on
from .safetensors import read
from .topology import RECURRENT, Layer, Shape, fit_layer


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
            h = torch.zeros(batch.size(0), self.units, dtype=x.dtype, device=x.device)
            gates, last = self.weight_hh[: 2 * self.units], self.weight_hh[2 * self.units :]
            answers = []
            for t in range(batch.size(1)):
                r, z, n = (batch[:, t] @ self.weight_ih.t() + self.bias).chunk(3, dim=1)
                r_h, z_h = (h @ gates.t()).chunk(2, dim=1)
                r, z = torch.sigmoid(r + r_h), torch.sigmoid(z + z_h)
                h = (1 - z) * torch.tanh(n + (r * h) @ last.t()) + z * h
                answers.append(h)
            y = torch.stack(answers, 1)
            return y if x.dim() == 3 else y.squeeze(0)

    class ChannelsLast(nn.Module):
        """flatten as etch has it: the channels of a position next to each other."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.movedim(1, -1).flatten(1)

    class GlobalAveragePool(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(2).mean(2)

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
            return super().forward(nn.functional.pad(x, self.sides))

    class Padded2d(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(nn.functional.pad(x, self.sides))

    class CausalConv1d(nn.Conv1d):
        """A stream: for [samples, steps, features] or [steps, features]."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch = x if x.dim() == 3 else x.unsqueeze(0)
            before = (self.kernel_size[0] - 1) * self.dilation[0]
            y = super().forward(nn.functional.pad(batch.transpose(1, 2), (before, 0))).transpose(1, 2)
            return y if x.dim() == 3 else y.squeeze(0)

    classes = {c.__name__: c for c in (Standardize, Unstandardize, Normalize, Clip, Residual, Recurrent,
                                    ResetBefore, ChannelsLast,
                                    GlobalAveragePool, BatchNorm, Padded1d, Padded2d, CausalConv1d)}  # fmt: skip
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
    "flatten": lambda layer, size: torch_nn().Flatten(),
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
OF_SHAPE: Dict[str, Callable[[Layer, Shape], Any]] = {
    "residual": lambda layer, shape: torch_classes()["Residual"](*modules_of(layer.inner, shape,
                                                                             has_images(layer.inner))),
    "flatten": lambda layer, shape: torch_classes()["ChannelsLast"](),
    "global_average_pool": lambda layer, shape: torch_classes()["GlobalAveragePool"](),
    "batch_norm": lambda layer, shape: torch_classes()["BatchNorm"](shape[0], 1 / int(layer.arguments[0])),
    "group_norm": lambda layer, shape: torch_nn().GroupNorm(int(layer.arguments[0]), shape[0],
                                                            eps=1 / int(layer.arguments[1])),
    **{name: lambda layer, shape: convolution_of(layer, shape) for name in ("conv_1d", "conv_2d")},
    "causal_conv_1d": lambda layer, shape: causal_of(layer, shape[0]),
    **{name: lambda layer, shape: pool_of(layer, shape) for name in ("max_pool", "average_pool", "upsample")},
}  # fmt: skip


def convolution_of(layer: Layer, shape: Shape) -> Any:
    window, dims = window_of(layer), 1 if layer.name == "conv_1d" else 2
    left, right, top, bottom = window.padding
    even = left == right and top == bottom
    kind = getattr(torch_nn(), f"Conv{dims}d") if even else torch_classes()[f"Padded{dims}d"]
    size, stride, dilation, padding = (each[:dims][::-1] for each in (window.size, window.stride, window.dilation,
                                                                      (left, top)))  # fmt: skip
    made = kind(shape[0], window.filters, size, stride, padding if even else 0, dilation, window.groups)
    if not even:
        made.sides = window.padding[: 2 * dims]
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
    return getattr(torch_nn(), f"{kind}{dims}d")(size, stride)


def modules_of(layers: List[Layer], shape: Shape, of_images: bool = False) -> List[Any]:
    modules = []
    for layer in layers:
        of_shape = OF_SHAPE.get(layer.name) if of_images or layer.name != "flatten" else None
        modules.append(of_shape(layer, shape) if of_shape else MODULES[layer.name](layer, math.prod(shape)))
        shape = fit_layer(layer, shape, inside=False)
    return modules


def to_torch(path: Union[str, os.PathLike]) -> Any:
    """The network of a file as an nn.Sequential, whose state_dict has the file's names. `standardize`,
    `unstandardize`, `normalize`, `clip` and `residual` are small modules of this package; weights held as bf16 become
    floats of the same value."""
    import torch

    file = read(os.fspath(path))
    network = file.network()
    model = torch.nn.Sequential(*modules_of(network.layers, network.inputs, has_images(network.layers)))
    if "F64" in file.kinds.values():
        model.double()
    model.load_state_dict({key: torch.from_numpy(t.copy()) for key, t in network.tensors().items()})
    return model.eval()
