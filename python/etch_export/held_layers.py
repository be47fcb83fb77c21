"""What layers compute that hold others, that look along a sequence, or that combine parts of what they get: for samples
in rows, with etch's order of the numbers. Where a network has a state, the rows are the steps of one sequence."""
from __future__ import annotations

import math
from typing import Callable, Dict, List, Sequence

import numpy as np

from . import wavenet
from .errors import refuse
from .layers import Layer, Shape
from .topology import fit_layer, parse_topology, runs_of

Answers = Callable[[Sequence[Layer], np.ndarray, Shape], np.ndarray]  # what a list of layers makes of rows


def parallel(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    return np.concatenate([answers(branch.inner, rows, shape) for branch in layer.inner], axis=1)


def parts(rows: np.ndarray, shape: Shape, count: int) -> List[np.ndarray]:
    """Of the channels of each position."""
    found = np.split(rows.reshape(len(rows), -1, shape[0]), count, axis=2)
    return [part.reshape(len(rows), -1) for part in found]


def gated(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    half = (shape[0] // 2, *shape[1:])
    first, second = (answers([f], part, half) for f, part in zip(layer.inner, parts(rows, shape, 2)))
    return first * second


def film(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    x, scale, shift = parts(rows, shape, 3)
    return x * scale + shift


def take(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    first, count = (int(a) for a in layer.arguments)
    return rows[:, first : first + count]


def last_step(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    return rows[:, -shape[0]:]


def embedding(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    weight = layer.tensors["weight"].astype(np.float64)
    if ((rows != np.floor(rows)) | (rows < 0) | (rows >= len(weight))).any():
        refuse(f"{layer} gets a number that is no index below {len(weight)}")
    return weight[rows.astype(np.int64)].reshape(len(rows), -1)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def attention(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    features, length = shape
    heads, causal = (int(a) for a in layer.arguments)
    width = features // heads
    tensors = {name: tensor.astype(np.float64) for name, tensor in layer.tensors.items()}
    x = rows.reshape(len(rows), length, features) @ tensors["in_proj_weight"].T + tensors["in_proj_bias"]
    q, k, v = x.reshape(len(rows), length, 3, heads, width).transpose(2, 0, 3, 1, 4)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(width)
    if causal:
        scores = np.where(np.tri(length, dtype=bool), scores, -np.inf)
    found = (softmax(scores) @ v).transpose(0, 2, 1, 3).reshape(len(rows), length, features)
    return (found @ tensors["out_proj.weight"].T + tensors["out_proj.bias"]).reshape(len(rows), -1)


def runs(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    """Each row is a sequence, over which the layer inside runs from a state of zero; bidirectional also backwards."""
    found = []
    for direction, inner in zip((1, -1), runs_of(layer)):
        steps = [row.reshape(-1, shape[0])[::direction] for row in rows]
        found.append(np.stack([answers([inner], each, shape[:1])[::direction] for each in steps]))
    return np.concatenate(found, axis=2).reshape(len(rows), -1)


def amplifier(layer: Layer, rows: np.ndarray, shape: Shape, answers: Answers) -> np.ndarray:
    """wavenet; the rows are the steps of one sequence."""
    return wavenet.run(layer, rows, lambda activation, z: answers(
        parse_topology(f"input<{z.shape[1]}>, {activation}").layers, z, (z.shape[1],)))  # fmt: skip


COMPUTED: Dict[str, Callable[[Layer, np.ndarray, Shape, Answers], np.ndarray]] = {
    "parallel": parallel, "gated": gated, "film": film, "slice": take, "last_step": last_step, "embedding": embedding,
    "attention": attention, "unrolled": runs, "bidirectional": runs, "wavenet": amplifier,
}  # fmt: skip


def vocabularies(layers: Sequence[Layer], shape: Shape) -> np.ndarray:
    """For each number of a sample how many indices it has, where an embedding gets it; else 0."""
    found = np.zeros(math.prod(shape), int)
    if not layers:
        return found
    first, rest = layers[0], layers[1:]
    if first.name == "embedding":
        found[:] = int(first.arguments[0])
    elif first.name == "slice":
        begin, count = (int(a) for a in first.arguments)
        found[begin : begin + count] = vocabularies(rest, (count,))
    elif first.name == "parallel":
        for branch in first.inner:
            found = np.maximum(found, vocabularies(branch.inner, shape))
    elif first.name in ("unrolled", "bidirectional"):
        found[:] = np.tile(vocabularies(first.inner, shape[:1]), len(found) // shape[0])
    elif first.name in ("identity", "flatten", "last_step"):
        inside = vocabularies(rest, fit_layer(first, shape, inside=True))
        found[-len(inside):] = inside
    return found

