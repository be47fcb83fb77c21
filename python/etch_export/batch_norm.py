"""Layers that scale and shift every feature by constants: batch norms, which become part of the dense layer beside
them, and others, which become a standardize or an unstandardize."""
from __future__ import annotations

from typing import Dict, Iterable, List

import numpy as np

from .errors import refuse
from .topology import Layer


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
    return Layer("batch_norm", (), {"scale": scale, "shift": shift})


def fold(layers: List[Layer]) -> List[Layer]:
    """Without batch_norm and affine. A batch norm, y = scale x + shift, becomes part of the dense layer before it, else
    of the one after it, else it is an affine; an affine, y = (x - mean) / deviation, is a standardize, and as the last
    layer of several an unstandardize, with which etch can train."""
    folded: List[Layer] = []
    for layer in layers:
        layer.inner = fold(layer.inner)
        before = next((each for each in reversed(folded) if each.name != "identity"), None)
        if layer.name == "batch_norm" and before and before.name == "dense":
            into_dense_before(layer, before)
        elif layer.name == "dense" and before and before.name == "batch_norm":
            folded = [each for each in folded if each is not before]
            into_dense_after(before, layer)
            folded.append(layer)
        else:
            folded.append(layer)
    folded = [as_affine(layer) if layer.name == "batch_norm" else layer for layer in folded]
    return [named(layer, 0 < index == len(folded) - 1) for index, layer in enumerate(folded)]


def into_dense_before(norm: Layer, dense: Layer) -> None:
    """scale (W x + b) + shift"""
    scale, shift = spread(norm, len(dense.tensors["weight"]))
    dense.tensors["weight"] = scale[:, None] * dense.tensors["weight"]
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
