"""From a source's order of numbers to etch's. PyTorch and ONNX have the channels of images and signals first, [samples,
channels, height, width] and [samples, channels, length], and the features of sequences last, [samples, length,
features]; in etch the channels of a position always stand next to each other, and shapes are {channels, width, height}
and {channels, length}.

Layers that only a source has, and that become others here: `turn` swaps the two orders; `part` takes some features;
`last` takes the last step or feature; `ends` takes the last step of both runs of a bidirectional layer."""
from __future__ import annotations

import math
from typing import List, Optional, Tuple

import numpy as np

from .errors import refuse
from .images import BY_CHANNEL, OF_IMAGES, OF_SEQUENCES, etch_shape, order_of, to_image, to_rows
from .layers import Layer, Shape
from .source import Answer
from .topology import fit_layer, over_sequence

OF_VECTORS = ("dense", "layer_norm", "softmax", "log_softmax", "lstm", "gru", "simple_rnn")
ENFORCED = (*(name for name in OF_IMAGES if name != "global_average_pool"), "unrolled", "bidirectional", "attention")


def begins_last(layers: List[Layer], rank: int) -> Optional[bool]:
    """Whether the features of a sample are last, by the first layer that tells; None if none does."""
    turned = False
    for layer in layers:
        if layer.name == "turn":
            turned = not turned
        inner = [begins_last(branch.inner if branch.name == "branch" else layer.inner, rank)
                 for branch in layer.inner] if layer.name in ("residual", "parallel") else []  # fmt: skip
        found = next((each for each in inner if each is not None), None)
        if layer.name in OF_SEQUENCES or layer.name in OF_VECTORS and rank == 2 and not layer.features:
            found = True
        elif layer.name in OF_IMAGES or layer.name in BY_CHANNEL and rank > 1:
            found = layer.channels_last
        if found is not None:
            return found != turned
        if layer.name == "flatten":
            return False if turned else None
    return None


class Order:
    """The layers of a source, one after the other: where it has its channels, and what a flatten has left behind."""

    def __init__(self, shape: Shape, last: Optional[bool], listed: bool = False) -> None:
        self.shape, self.last, self.listed = shape, bool(last), listed  # listed: a topology names the layers
        self.known = last is not None
        self.columns: Optional[np.ndarray] = None  # of a vector that a flatten has made of an image

    def taken(self, layers: List[Layer]) -> List[Layer]:
        found: List[Layer] = []
        for layer in layers:
            for each in self.converted(layer):
                self.shape = fit_layer(each, self.shape, inside=False)
                found.append(each)
        if self.columns is not None:
            refuse("the source ends with a flatten of an image, whose numbers are in another order in etch: a dense "
                   "layer must come after it")  # fmt: skip
        return found

    def converted(self, layer: Layer) -> List[Layer]:
        shape, rank = self.shape, len(self.shape)
        size, is_image = math.prod(shape), rank > 1 and math.prod(shape[1:]) > 1 and shape[0] > 1
        first = is_image and not self.last and self.known
        if layer.name == "turn":
            self.last = self.last != (rank > 1)
            self.known = True
            return []
        if layer.name in ("part", "last", "ends"):
            return self.chosen(layer)
        if layer.name in ENFORCED and rank > 1 and self.known:
            if self.listed:
                self.last = layer.name in OF_SEQUENCES
            elif self.last != (layer.name in OF_SEQUENCES):
                axes = "features, positions" if self.last else "positions, features"
                refuse(f"{layer} gets its numbers in the order of [samples, {axes}]: a transpose is missing")
        if layer.name == "flatten" and not layer.channels_last:
            if rank == 1:
                return [] if self.known else [layer]
            self.columns = order_of(shape) if first else None
        elif layer.name == "dense" and self.columns is not None:
            check_columns(layer, size)
            layer.tensors["weight"] = layer.tensors["weight"][:, self.columns]
            self.columns = None
        elif self.columns is not None and "weight_ih" in layer.tensors:
            layer.tensors["weight_ih"] = layer.tensors["weight_ih"][:, self.columns]
            self.columns = None
        elif self.columns is not None and layer.inner:
            refuse(f"{layer} stands between a flatten and the dense layer after it, which is not supported")
        elif layer.name == "residual":
            layer.inner = self.inside(layer.inner)
        elif layer.name == "parallel":
            for branch in layer.inner:
                branch.inner = self.inside(branch.inner)
        elif self.known and self.last and rank == 2 and not self.listed:
            return [self.of_sequence(layer)]
        elif self.columns is not None or first:
            self.reorder(layer, self.columns if self.columns is not None else order_of(shape))
        return [layer]

    def inside(self, layers: List[Layer]) -> List[Layer]:
        return Order(self.shape, self.last if self.known else None, self.listed).taken(layers)

    def reorder(self, layer: Layer, by_number: np.ndarray) -> None:
        """A tensor with a number for each of the numbers."""
        if layer.name in (*OF_IMAGES, *OF_SEQUENCES, "batch_norm"):
            return
        for name, tensor in layer.tensors.items():
            if tensor.ndim and tensor.size == len(by_number):
                layer.tensors[name] = tensor.reshape(-1)[by_number]

    def of_sequence(self, layer: Layer) -> Layer:
        """What PyTorch applies to the last axis, the features of each position."""
        features, length = self.shape
        columns = layer.tensors["weight"].shape[-1] if layer.name == "dense" else features
        if layer.name in OF_VECTORS and layer.features in (None, features) and columns == features:
            layer.features = None
            return over_sequence("unrolled", [layer])
        if layer.name in BY_CHANNEL and any(tensor.size > 1 for tensor in layer.tensors.values()):
            refuse(f"{layer} is over the positions of a sequence [samples, positions, features], for which etch has no "
                   "layer")  # fmt: skip
        if layer.name not in (*OF_SEQUENCES, *OF_IMAGES):
            for name, tensor in layer.tensors.items():
                if tensor.size == features and features > 1:
                    layer.tensors[name] = np.tile(tensor.reshape(-1), length)
        return layer

    def chosen(self, layer: Layer) -> List[Layer]:
        shape, size = self.shape, self.shape[0]
        if self.columns is not None:
            refuse("a part is taken of a flattened image, whose numbers are in another order in etch")
        if layer.name == "last" and len(shape) == 2:
            return [Layer("last_step")]
        if layer.name == "ends" and len(shape) == 2:
            half, end = size // 2, size * (shape[1] - 1)
            branches = [Layer("branch", inner=[Layer("slice", (first, half))]) for first in (end, half)]
            return [Layer("flatten"), Layer("parallel", inner=branches)]
        if len(shape) != 1 or layer.name == "ends":
            refuse(f"a part is taken of numbers of shape {list(shape)}, for which etch has no layer")
        if layer.name == "last":
            return [Layer("slice", (size - 1, 1))]
        kind, *limits = [None if a == "none" else a for a in layer.arguments]
        if kind == "of":  # one of several equal parts
            index, count = limits
            if size % int(count):
                refuse(f"{size} numbers cannot be divided into {count} equal parts")
            return [Layer("slice", (int(index) * (size // int(count)), size // int(count)))]
        first, stop, _ = slice(*limits).indices(size)
        if first >= stop:
            refuse("a part of a vector is taken that holds nothing")
        return [] if (first, stop) == (0, size) else [Layer("slice", (first, stop - first))]


def check_columns(layer: Layer, size: int) -> None:
    columns = layer.tensors["weight"].shape[-1]
    if columns != size:
        refuse(f"{layer} is for {columns} numbers, and gets {size}")


def in_etch_order(layers: List[Layer], inputs: Shape, listed: bool) -> Tuple[List[Layer], Shape, Order]:
    """The layers, the shape of a sample, and where the source has its channels in the end."""
    last = begins_last(layers, len(inputs))
    if last is not None and not listed and len(inputs) > 1:
        inputs = (inputs[-1], *inputs[-2::-1]) if last else etch_shape(inputs)
    order = Order(inputs, last, listed)
    return order.taken(layers), inputs, order


def as_source_orders(answer: Answer, inputs: Shape, last: bool, end: Order) -> Answer:
    """What a model answers, for samples and with outputs as etch orders their numbers."""

    def converted(samples: np.ndarray) -> np.ndarray:
        given = samples
        if len(inputs) > 1 and last:
            given = samples.reshape(len(samples), *inputs[:0:-1], inputs[0])
        elif len(inputs) > 1:
            given = to_image(samples.reshape(len(samples), -1), inputs)
            given = given if len(inputs) == 3 else given[:, :, 0]
        found = answer(np.ascontiguousarray(given))
        if len(end.shape) == 1 or end.last:
            return found.reshape(len(samples), -1)
        return to_rows(found if len(end.shape) == 3 else found[:, :, None])

    return converted
