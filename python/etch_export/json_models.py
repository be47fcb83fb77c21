"""Models of audio programs, in JSON: RTNeural's files, whose weights have Keras's order. `.nam` files: see nam.py."""
from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any, Dict, List

import numpy as np

from .batch_norm import batch_norm_of, fold
from .chain import prelu_of
from .errors import refuse, refusing
from .images import Window, layer_of_window
from .layers import Layer
from .numbers import real_numbers, to_float32
from .recurrent import layer_of
from .source import Options, Source
from .topology import parse_topology

ITS_OWN = "that these are the model's layers: a {} does not answer, so the golden vectors are the file's own answers"


def read_json(path: str, options: Options) -> Dict[str, Any]:
    if options.activation or options.output_activation or options.prefix or options.framework or options.topology:
        refuse(f"{path} has its layers and activations; none can be passed")
    with refusing(f"{path} cannot be read as JSON", OSError):
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    if not isinstance(value, dict):
        refuse(f"{path} is not a model: it holds no object")
    return value


def numbers_of(value: Any, name: str) -> np.ndarray:
    with refusing(f"{name} is not an array of numbers"):
        found = real_numbers(np.asarray(value), name)
    to_float32(found, name)
    return found


# RTNeural ----------------------------------------------------------------------------------------------------------


def from_rtneural(path: str, options: Options) -> Source:
    """{"in_shape": [..., inputs], "layers": [{"type", "activation", "shape", "weights"}, ...]}"""
    model, name = read_json(path, options), os.path.basename(path)
    entries, shape = model.get("layers"), model.get("in_shape")
    if not isinstance(entries, list) or not isinstance(shape, list) or not entries or not shape:
        refuse(f"{name} is not a model of RTNeural: it lacks in_shape and layers")
    if not isinstance(shape[-1], int) or shape[-1] < 1:
        refuse(f"the in_shape of {name} does not end with a number of inputs")
    layers: List[Layer] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            refuse(f"layer {index} of {name} is not an object")
        layers += rtneural_layers(entry, f"layer {index} of {name}")
    return Source(fold(layers), name, inputs=(shape[-1],), notes=[ITS_OWN.format("file of RTNeural")])


ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "sigmoid", "softmax": "softmax", "elu": "elu<1, 1>",
               "linear": "identity"}  # fmt: skip


def rtneural_layers(entry: Dict[str, Any], where: str) -> List[Layer]:
    kind, weights = entry.get("type"), entry.get("weights") or []
    where = f"{where} ({kind})"
    if not isinstance(weights, list):
        refuse(f"the weights of {where} are not a list")
    tensors = [numbers_of(w, f"weights {i} of {where}") for i, w in enumerate(weights)]
    if kind == "activation":
        return activation_of(entry, where) or refuse(f"{where} has no activation")
    if kind in ("dense", "time-distributed-dense"):
        kernel, bias = counted(tensors, 2, where)
        if kernel.ndim != 2:
            refuse(f"the kernel of {where} has shape {list(kernel.shape)}, which is no dense layer")
        made = Layer("dense", (kernel.shape[1],), {"weight": kernel.T, "bias": bias.reshape(-1)})
        return [made, *activation_of(entry, where)]
    if kind in ("gru", "lstm"):
        if entry.get("activation") not in (None, "", "tanh"):
            refuse(f"{where} has the activation {entry['activation']}; etch's {kind} has tanh and sigmoid")
        return [keras_recurrent(kind, where, tensors)]
    if kind == "conv1d":
        return [rtneural_convolution(entry, where, tensors), *activation_of(entry, where)]
    if kind == "prelu":
        return prelu_of(where, counted(tensors, 1, where)[0])
    if kind in ("batchnorm", "batchnorm1d"):
        names = ("weight", "bias", "running_mean", "running_var")[0 if len(tensors) == 4 else 2:]
        group = dict(zip(names, counted(tensors, len(names), where)))
        return [batch_norm_of(where, group, float(entry.get("epsilon", 1e-3)))]
    refuse(f"{where} is not supported")


def counted(tensors: List[np.ndarray], count: int, where: str) -> List[np.ndarray]:
    if len(tensors) != count:
        refuse(f"{where} has {len(tensors)} arrays of weights, and must have {count}")
    return tensors


def activation_of(entry: Dict[str, Any], where: str) -> List[Layer]:
    chosen = entry.get("activation") or ""
    if chosen == "":
        return []
    if chosen not in ACTIVATIONS:
        refuse(f"{where} has the activation {chosen}, which is not supported")
    return parse_topology(f"input<1>, {ACTIVATIONS[chosen]}").layers


# Where etch's gates, which are PyTorch's, are among Keras's: z, r, h of GRU and i, f, c, o of LSTM.
ORDER = {"gru": (1, 0, 2), "lstm": (0, 1, 2, 3), "simple_rnn": (0,)}


def keras_recurrent(kind: str, where: str, tensors: List[np.ndarray]) -> Layer:
    """kernel [inputs, gates], recurrent kernel [units, gates], bias [gates], or [2, gates] of a GRU with reset_after."""
    kernel, recurrent, bias = counted(tensors, 3, where)
    gates = len(ORDER[kind])
    if kernel.ndim != 2 or recurrent.ndim != 2 or recurrent.shape != (recurrent.shape[0], gates * recurrent.shape[0]):
        refuse(f"the kernels of {where} have the shapes {list(kernel.shape)} and {list(recurrent.shape)}")
    rows = recurrent.shape[1]
    if bias.shape not in ((rows,), (2, rows) if kind == "gru" else (rows,)):
        refuse(f"the bias of {where} has shape {list(bias.shape)}")

    def in_order(values: np.ndarray) -> np.ndarray:
        parts = np.split(values, gates, axis=-1)
        return np.concatenate([parts[i] for i in ORDER[kind]], axis=-1)

    weights = {"weight_ih": in_order(kernel).T, "weight_hh": in_order(recurrent).T}
    if kind == "gru" and bias.ndim == 1:  # the reset before the product
        return Layer("gru", (recurrent.shape[0], "reset_before"), {**weights, "bias": in_order(bias)})
    biases = in_order(bias).reshape(-1, rows)
    weights["bias_ih"], weights["bias_hh"] = biases[0], biases[1] if len(biases) > 1 else np.zeros(rows)
    return layer_of(kind, where, weights)


def rtneural_convolution(entry: Dict[str, Any], where: str, tensors: List[np.ndarray]) -> Layer:
    """Causal, step by step; the kernel is Keras's [taps, channels, filters], the oldest tap first."""
    kernel, bias = counted(tensors, 2, where)
    if kernel.ndim != 3:
        refuse(f"the kernel of {where} has shape {list(kernel.shape)}, which is no convolution of a signal")
    dilation, groups = first_of(entry.get("dilation", 1), where), first_of(entry.get("groups", 1), where)
    taps, _, filters = kernel.shape
    weight = kernel.transpose(2, 1, 0)
    if taps == 1 and groups == 1:
        return Layer("dense", (filters,), {"weight": weight[:, :, 0], "bias": bias.reshape(-1)})
    window = Window((taps, 1), (1, 1), groups=groups, filters=filters)
    window = replace(window, dilation=(dilation, 1))
    return layer_of_window("causal_conv_1d", window, {"weight": weight, "bias": bias.reshape(-1)})


def first_of(value: Any, where: str) -> int:
    found = value[0] if isinstance(value, list) and value else value
    if not isinstance(found, int) or found < 1:
        refuse(f"{where} has a dilation or groups that are no number above 0")
    return found
