"""And back into PyTorch: the network of a file as an nn.Sequential."""
from __future__ import annotations

import functools
import math
import os
from typing import Any, Callable, Dict, List, Union

from .safetensors import read
from .topology import RECURRENT, Layer, Shape


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

        def __init__(self, kind: str, features: int, units: int) -> None:
            super().__init__()
            rows = RECURRENT[kind] * units
            self.kind, self.units = kind, units
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
            else:
                y, _ = torch.rnn_tanh(batch, h, weights, True, 1, 0.0, False, False, True)
            return y if x.dim() == 3 else y.squeeze(0)

    classes = {c.__name__: c for c in (Standardize, Unstandardize, Normalize, Clip, Residual, Recurrent)}
    for name, each in classes.items():
        each.__module__, each.__qualname__ = __package__, name  # a pickle finds it by etch_export.__getattr__
    return classes


def ratio(layer: Layer) -> float:
    return int(layer.arguments[0]) / int(layer.arguments[1])


def torch_nn() -> Any:
    from torch import nn

    return nn


# What each layer of etch is in PyTorch, for so many features.
MODULES: Dict[str, Callable[[Layer, int], Any]] = {
    **{kind: lambda layer, size: torch_classes()["Recurrent"](layer.name, size, int(layer.arguments[0]))
       for kind in RECURRENT},
    "dense": lambda layer, size: torch_nn().Linear(size, int(layer.arguments[0])),
    "layer_norm": lambda layer, size: torch_nn().LayerNorm(size, eps=1 / int(layer.arguments[0])),
    "standardize": lambda layer, size: torch_classes()["Standardize"](size),
    "unstandardize": lambda layer, size: torch_classes()["Unstandardize"](size),
    "normalize": lambda layer, size: torch_classes()["Normalize"](size, *layer.arguments),
    "clip": lambda layer, size: torch_classes()["Clip"](size),
    "residual": lambda layer, size: torch_classes()["Residual"](*modules_of(layer.inner, (size,))),
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
}


def modules_of(layers: List[Layer], shape: Shape) -> List[Any]:
    modules = []
    for layer in layers:
        modules.append(MODULES[layer.name](layer, math.prod(shape)))
        shape = (int(layer.arguments[0]),) if layer.name in ("dense", *RECURRENT) else shape
    return modules


def to_torch(path: Union[str, os.PathLike]) -> Any:
    """The network of a file as an nn.Sequential, whose state_dict has the file's names. `standardize`,
    `unstandardize`, `normalize`, `clip` and `residual` are small modules of this package; weights held as bf16 become
    floats of the same value."""
    import torch

    file = read(os.fspath(path))
    network = file.network()
    model = torch.nn.Sequential(*modules_of(network.layers, network.inputs))
    if "F64" in file.kinds.values():
        model.double()
    model.load_state_dict({key: torch.from_numpy(t.copy()) for key, t in network.tensors().items()})
    return model.eval()
