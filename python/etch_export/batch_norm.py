"""Layers that scale and shift every feature by constants: batch norms, which become part of the dense layer beside
them, and others, which become a standardize or an unstandardize."""
from __future__ import annotations

from typing import Dict, Iterable, List

import numpy as np

from .errors import refuse
from .images import has_images
from .layers import Layer
from .numbers import inverse_epsilon


def is_batch_norm(group: Iterable[str]) -> bool:
    names = set(group)
    own = {"running_mean", "running_var"}
    return own <= names <= {*own, "num_batches_tracked", "weight", "bias"}


def batch_norm_of(module: str, group: Dict[str, np.ndarray], epsilon: float) -> Layer:
    """y = scale x + shift, to be folded into what stands before or after it."""
    variance = group["running_var"] + epsilon
    if not (variance > 0).all():
        refuse(f"{module}.running_var holds a number that is not positive")
    scale = group.get("weight", np.ones(())) / np.sqrt(variance)
    shift = group.get("bias", np.zeros(())) - scale * group["running_mean"]
    ones, zeros = np.ones(group["running_var"].shape), np.zeros(group["running_var"].shape)
    own = {"weight": group.get("weight", ones), "bias": group.get("bias", zeros)}
    norm = Layer("batch_norm", (), {**own, **{name: group[name] for name in ("running_mean", "running_var")}})
    return Layer("scale_shift", (), {"scale": scale, "shift": shift, "epsilon": np.asarray(epsilon)}, norm=norm)


def fold(layers: List[Layer]) -> List[Layer]:
    """Without scale_shift and affine. A batch norm, y = scale x + shift, becomes part of the dense layer or convolution
    before it, else of the dense layer after it. Else it stays a batch_norm in a network of images, and is an affine in
    another; an affine, y = (x - mean) / deviation, is a standardize, and as the last layer of several an unstandardize,
    with which etch can train."""
    return fold_all(layers, has_images(layers))


def fold_all(layers: List[Layer], of_images: bool) -> List[Layer]:
    folded: List[Layer] = []
    for layer in layers:
        layer.inner = fold_all(layer.inner, of_images)
        before = next((each for each in reversed(folded) if each.name != "identity"), None)
        if layer.name == "scale_shift" and before and before.name in ("dense", "conv_1d", "conv_2d"):
            into_dense_before(layer, before)
        elif layer.name == "dense" and before and before.name == "scale_shift":
            folded = [each for each in folded if each is not before]
            into_dense_after(before, layer)
            folded.append(layer)
        else:
            folded.append(layer)
    folded = [(as_batch_norm if of_images or layer.channels_last else as_affine)(layer)
              if layer.name == "scale_shift" else layer for layer in folded]  # fmt: skip
    return [named(layer, 0 < index == len(folded) - 1) for index, layer in enumerate(folded)]


def into_dense_before(norm: Layer, dense: Layer) -> None:
    """scale (W x + b) + shift"""
    scale, shift = spread(norm, len(dense.tensors["weight"]))
    weight = dense.tensors["weight"]
    dense.tensors["weight"] = scale.reshape(-1, *[1] * (weight.ndim - 1)) * weight
    dense.tensors["bias"] = scale * dense.tensors["bias"] + shift


def into_dense_after(norm: Layer, dense: Layer) -> None:
    """W (scale x + shift) + b"""
    weight = dense.tensors["weight"]
    scale, shift = spread(norm, weight.shape[1])
    dense.tensors["weight"] = weight * scale
    dense.tensors["bias"] = dense.tensors["bias"] + weight @ shift


def spread(norm: Layer, features: int) -> List[np.ndarray]:
    found = [np.asarray(norm.tensors[name]).reshape(-1) for name in ("scale", "shift")]
    size = max(tensor.size for tensor in found)
    if any(tensor.size not in (1, features) for tensor in found):
        refuse(f"a batch norm of {size} features stands beside a dense layer with {features}")
    return [np.broadcast_to(tensor, (features,)) for tensor in found]


def as_batch_norm(norm: Layer) -> Layer:
    assert norm.norm
    inverse = inverse_epsilon(norm.tensors["epsilon"].item(), "a batch norm")
    return Layer("batch_norm", (inverse, 10), norm.norm.tensors)


def as_affine(norm: Layer) -> Layer:
    """scale x + shift = (x + shift / scale) / (1 / scale)"""
    scale, shift = np.asarray(norm.tensors["scale"]), np.asarray(norm.tensors["shift"])
    if (scale == 0).any():
        refuse("a batch norm has a scale of 0 and stands beside no dense layer into which it could be folded")
    return Layer("affine", (), {"mean": -shift / scale, "deviation": 1 / scale})


def named(layer: Layer, is_last: bool) -> Layer:
    """An affine as the layer that etch has for it."""
    if layer.name != "affine":
        return layer
    mean, deviation = layer.tensors["mean"], layer.tensors["deviation"]
    if not is_last:
        return Layer("standardize", (), {"mean": mean, "deviation": deviation})
    return Layer("unstandardize", (), {"mean": 0 - mean / deviation, "deviation": 1 / deviation})
