"""A causal stack of convolutions over a signal, as a network that takes one step after the other and carries what its
convolutions remember."""
from __future__ import annotations

from dataclasses import replace
from typing import List

import numpy as np

from . import wavenet
from .errors import refuse
from .images import layer_of_window, window_of
from .layers import Layer
from .source import Answer
from .topology import ACTIVATIONS, TENSORS

OF_A_STEP = (*ACTIVATIONS, "prelu", "batch_norm", "gated", "film", "dropout", "standardize", "unstandardize", "dense")
MOST_STEPS = 2**16  # of the comparison with the model


def as_stream(layers: List[Layer]) -> List[Layer]:
    return [made for layer in layers for made in of_step(layer)]


def of_step(layer: Layer) -> List[Layer]:
    if layer.name == "turn":
        return []
    if layer.name == "conv_1d":
        return [causal(layer)]
    if layer.name == "unrolled" and not layer.inner[0].inner and layer.inner[0].name in TENSORS:
        return [replace(layer.inner[0], tensors=layer.tensors)]
    if layer.name in ("residual", "parallel", "branch"):
        return [replace(layer, inner=as_stream(layer.inner))]
    if layer.name not in OF_A_STEP:
        refuse(f"{layer} needs more than the step of a stream that it is in")
    return [layer]


def causal(layer: Layer) -> Layer:
    """Of its kernel and its zeros on the left; a kernel of 1 is a dense layer."""
    window = window_of(layer)
    before = (window.size[0] - 1) * window.dilation[0]
    if window.stride[0] != 1:
        refuse(f"{layer} has a stride, so it does not answer each step of a stream")
    if window.padding != (before, 0, 0, 0):
        refuse(f"{layer} is not causal: a stream needs {before} zeros on the left and none on the right, "
               f"and it has {window.padding[0]} and {window.padding[1]}")  # fmt: skip
    if window.size[0] == 1 and window.groups == 1:
        return Layer("dense", (window.filters,), {**layer.tensors, "weight": layer.tensors["weight"][:, :, 0]})
    if window.size[0] == 1:
        refuse(f"{layer} has a kernel of 1 in groups, for which etch has no layer of a stream")
    return layer_of_window("causal_conv_1d", replace(window, padding=(0, 0, 0, 0)), layer.tensors)


def remembered(layers: List[Layer]) -> int:
    """How many steps back the answer depends on its input."""
    steps = 0
    for layer in layers:
        if layer.name == "causal_conv_1d":
            window = window_of(layer)
            steps += (window.size[0] - 1) * window.dilation[0]
        if layer.name == "wavenet":
            steps += wavenet.remembered(layer)
        inside = [remembered(branch.inner) for branch in layer.inner] if layer.name == "parallel" else [
            remembered(layer.inner)]  # fmt: skip
        steps += max(inside)
    return min(steps, MOST_STEPS)


def answer_to_stream(answer: Answer, outputs: int, last: bool, ends_last: bool) -> Answer:
    """Of a model that takes and gives whole signals, [1, channels, steps], or [1, steps, channels] if they are last."""

    def steps_of(samples: np.ndarray) -> np.ndarray:
        given = samples[None] if last else np.ascontiguousarray(samples.T)[None]
        found = answer(given).reshape((1, len(samples), outputs) if ends_last else (1, outputs, len(samples)))[0]
        return found if ends_last else found.T

    return steps_of
