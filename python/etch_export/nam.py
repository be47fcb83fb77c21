"""`.nam` files of Neural Amp Modeler: the architectures WaveNet, of A1 and of A2, and LSTM."""
from __future__ import annotations

import math
import os
from typing import Any, Dict, List, Tuple

import numpy as np

from . import wavenet
from .errors import refuse
from .images import Window, layer_of_window
from .json_models import ITS_OWN, numbers_of, read_json
from .layers import Layer, Shape
from .numbers import fraction
from .recurrent import layer_of
from .source import Options, Source

Config = Dict[str, Any]


def from_nam(path: str, options: Options) -> Source:
    """{"architecture", "config": {...}, "weights": [...]}, or a SlimmableContainer of several such models."""
    model, name = read_json(path, options), os.path.basename(path)
    notes = [ITS_OWN.format(".nam file")]
    if model.get("architecture") == "SlimmableContainer":
        model = largest_of(model, name, notes)
    architecture, config = model.get("architecture"), model.get("config")
    if not isinstance(config, dict) or "weights" not in model:
        refuse(f"{name} is not a model of Neural Amp Modeler: it lacks architecture, config and weights")
    if not isinstance(architecture, str) or architecture not in READERS:
        refuse(f"{name} has the architecture {architecture}, which is not supported yet; {' and '.join(READERS)} are")
    weights = Weights(numbers_of(model["weights"], f"the weights of {name}").reshape(-1), name)
    layers, inputs = READERS[architecture](config, weights, name, notes)
    weights.end()
    if isinstance(model.get("sample_rate"), (int, float)):
        notes.append(f"the model is for {model['sample_rate']:g} samples a second")
    return Source(layers, name, inputs=(inputs,), notes=notes)


def largest_of(container: Config, name: str, notes: List[str]) -> Config:
    """The last submodel: the one that runs unless the user chooses a faster one."""
    submodels = (container.get("config") or {}).get("submodels")
    if not isinstance(submodels, list) or not submodels or not isinstance(submodels[-1], dict):
        refuse(f"{name} is a container of models, and has none")
    model = submodels[-1].get("model")
    if not isinstance(model, dict):
        refuse(f"{name} is a container of models, and the last one is none")
    notes.append(f"of the {len(submodels)} models of {name} the last one is taken, which is the largest")
    return {"sample_rate": container.get("sample_rate"), **model}


class Weights:
    """A list of numbers, taken from its begin."""

    def __init__(self, numbers: np.ndarray, name: str) -> None:
        self.numbers, self.name, self.at = numbers, name, 0

    def take(self, *shape: int) -> np.ndarray:
        size = math.prod(shape)
        if self.at + size > self.numbers.size:
            refuse(f"{self.name} has {self.numbers.size} weights, too few for its config")
        self.at += size
        return self.numbers[self.at - size : self.at].reshape(shape)

    def end(self) -> None:
        if self.at != self.numbers.size:
            refuse(f"{self.name} has {self.numbers.size - self.at} weights more than its config needs")


def whole(value: Any, key: str, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**16:
        refuse(f"the {key} of {name} is not a number above 0")
    return value


def whole_list(value: Any, key: str, name: str) -> Tuple[int, ...]:
    if not isinstance(value, list) or not value:
        refuse(f"the {key} of {name} are not a list of numbers above 0")
    return tuple(whole(number, key, name) for number in value)


# LSTM ----------------------------------------------------------------------------------------------------------------


def lstm(config: Config, weights: Weights, name: str, notes: List[str]) -> Tuple[List[Layer], int]:
    """For each layer [W_ih W_hh] row by row, one bias, the first h and c; then the head."""
    sizes = {"input_size": 1, "hidden_size": None, "num_layers": 1}
    inputs, units, count = (whole(config.get(key, default), key, name) for key, default in sizes.items())
    layers: List[Layer] = []
    begins_at_zero = True
    for index in range(count):
        features = inputs if index == 0 else units
        both, bias = weights.take(4 * units, features + units), weights.take(4 * units)
        begins_at_zero &= not weights.take(2 * units).any()
        tensors = {"weight_ih": both[:, :features], "weight_hh": both[:, features:], "bias_ih": bias}
        layers.append(layer_of("lstm", f"layer {index} of {name}", tensors))
    outputs = whole(config.get("out_channels", 1), "out_channels", name)
    layers.append(Layer("dense", (outputs,), {"weight": weights.take(outputs, units), "bias": weights.take(outputs)}))
    if not begins_at_zero:
        notes.append("the first state of the file is left out, and a state begins at zero: answer half a second of "
                     "zeros before the signal, as the plug-in does")  # fmt: skip
    return layers, inputs


# WaveNet -------------------------------------------------------------------------------------------------------------

ACTIVATIONS = {"Tanh": "tanh", "Hardtanh": "hard_tanh", "ReLU": "relu", "Sigmoid": "sigmoid", "SiLU": "silu",
               "Hardswish": "hard_swish"}  # fmt: skip
FILM = ("conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film", "activation_pre_film",
        "activation_post_film", "layer1x1_post_film", "head1x1_post_film")  # fmt: skip
ONE_OR_EACH = ("activation", "gating_mode", "secondary_activation")
KNOWN = ("input_size", "condition_size", "channels", "bottleneck", "head_size", "head_bias", "head", "kernel_size",
         "kernel_sizes", "dilations", "gated", "groups_input", "groups_input_mixin", "layer1x1", "head1x1", "slimmable",
         *FILM, *ONE_OR_EACH)  # fmt: skip


def wave_net(config: Config, weights: Weights, name: str, notes: List[str]) -> Tuple[List[Layer], int]:
    """Array after array, in the order of etch's tensors; then the convolutions of a head of its own; the last weight is
    the head_scale, whatever config says."""
    entries = config.get("layers")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        refuse(f"the layers of {name} are not a list of arrays")
    if config.get("condition_dsp") is not None:
        refuse(f"{name} has a condition_dsp, a second network for the condition, which etch's wavenet does not have")
    inputs = whole(config.get("in_channels", 1), "in_channels", name)
    arrays = []
    for index, entry in enumerate(entries):
        where = f"array {index} of {name}"
        before = arrays[-1].channels if arrays else inputs
        for key, wanted in (("input_size", before), ("condition_size", inputs)):
            if whole(entry.get(key), key, where) != wanted:
                refuse(f"the {key} of {where} is {entry[key]}, and must be {wanted}")
        arrays.append(array_of(entry, where))
        if index and arrays[-2].outputs != arrays[-1].channels:
            refuse(f"{where} has {arrays[-1].channels} channels, and the head before it {arrays[-2].outputs} outputs")
    shapes = wavenet.shapes_of(arrays, inputs)
    del shapes["head_scale"]
    tensors = {key: weights.take(*shape) for key, shape in shapes.items()}
    after = [] if config.get("head") is None else head_of(config["head"], arrays[-1].outputs, weights, name)
    tensors["head_scale"] = weights.take(1)
    return [wavenet.layer_of(arrays, tensors), *after], inputs


def array_of(entry: Config, where: str) -> wavenet.Array:
    for key in FILM:
        if entry.get(key) not in (None, False) and (not isinstance(entry[key], dict) or entry[key].get("active", True)):
            refuse(f"{where} has a {key}, which etch's wavenet does not have")
    if isinstance(entry.get("head1x1"), dict) and entry["head1x1"].get("active"):
        refuse(f"{where} has a head1x1, which etch's wavenet does not have")
    layer1x1 = entry.get("layer1x1")
    if isinstance(layer1x1, dict) and (layer1x1.get("active") is not True or layer1x1.get("groups", 1) != 1):
        refuse(f"{where} has layers without their 1 x 1 product, or with one in groups, which etch's wavenet does not have")
    for key in ("groups_input", "groups_input_mixin"):
        if entry.get(key, 1) != 1:
            refuse(f"the {key} of {where} are {entry[key]}, and etch's wavenet has no groups")
    unknown = next((key for key in entry if key not in KNOWN), None)
    if unknown:
        refuse(f"{where} has {unknown}, which is not supported yet")
    channels = whole(entry.get("channels"), "channels", where)
    if entry.get("bottleneck", channels) != channels:
        refuse(f"{where} has a bottleneck of {entry['bottleneck']}, which etch's wavenet has as wide as the channels")
    dilations = whole_list(entry.get("dilations"), "dilations", where)
    outputs, head_length, bias = head_sizes(entry, where)
    return wavenet.Array(channels, outputs, dilations, lengths_of(entry, len(dilations), where),
                         gate_of(entry, where), head_length, bias)  # fmt: skip


def lengths_of(entry: Config, count: int, where: str) -> Tuple[int, ...]:
    if ("kernel_size" in entry) == ("kernel_sizes" in entry):
        refuse(f"{where} needs either kernel_size or kernel_sizes")
    lengths = (whole_list(entry["kernel_sizes"], "kernel_sizes", where) if "kernel_sizes" in entry
               else (whole(entry["kernel_size"], "kernel_size", where),) * count)  # fmt: skip
    if len(lengths) != count:
        refuse(f"{where} has {len(lengths)} kernel_sizes for {count} dilations")
    if min(lengths) < 2:
        refuse(f"{where} has a kernel of 1, and etch's wavenet needs kernels of at least two")
    return lengths


def head_sizes(entry: Config, where: str) -> Tuple[int, int, bool]:
    """Outputs, kernel and bias: of A2 in an object."""
    head = entry.get("head")
    if head is None:
        head = {"out_channels": entry.get("head_size"), "kernel_size": 1, "bias": entry.get("head_bias")}
    if not isinstance(head, dict) or not isinstance(head.get("bias"), bool):
        refuse(f"{where} does not say what its head is: it lacks head_size and head_bias, or head")
    return whole(head.get("out_channels"), "head", where), whole(head.get("kernel_size"), "head", where), head["bias"]


def gate_of(entry: Config, where: str) -> str:
    """As etch spells it."""
    found = {}
    for key in ONE_OR_EACH:
        values = entry[key] if isinstance(entry.get(key), list) else [entry.get(key)]
        if not values or any(value != values[0] for value in values):
            refuse(f"the layers of {where} differ in their {key}, which those of etch's wavenet share")
        found[key] = values[0]
    mode = found["gating_mode"] or ("gated" if entry.get("gated") else "none")
    if mode not in ("none", "gated"):
        refuse(f"{where} has the gating_mode {mode}, which etch's wavenet does not have")
    first = activation_of(found["activation"], where)
    return first if mode == "none" else f"gated<{first}, {activation_of(found['secondary_activation'] or 'Sigmoid', where)}>"


def activation_of(given: Any, where: str) -> str:
    """A name, or an object with its type and numbers."""
    options = dict(given) if isinstance(given, dict) else {"type": given}
    kind = options.pop("type", None)
    if kind == "LeakyReLU":
        slope = options.pop("negative_slope", 0.01)
        if not isinstance(slope, (int, float)) or not 0 <= slope < 1:
            refuse(f"the negative_slope of {where} is not at least 0 and below 1")
        above, below = fraction(slope, f"the negative_slope of {where}")
        found = f"leaky_relu<{above}, {below}>"
    elif isinstance(kind, str) and kind in ACTIVATIONS:
        found = ACTIVATIONS[kind]
    else:
        refuse(f"{where} has the activation {kind}, which is not supported; {', '.join([*ACTIVATIONS, 'LeakyReLU'])} are")
    if options:
        refuse(f"the activation {kind} of {where} has {next(iter(options))}, which is not supported")
    return found


def head_of(head: Any, channels: int, weights: Weights, name: str) -> List[Layer]:
    """The head after all arrays: an activation and a causal convolution, as often as it has kernels."""
    where = f"the head of {name}"
    if not isinstance(head, dict):
        refuse(f"{where} is not an object")
    if head.get("in_channels") not in (None, channels):
        refuse(f"{where} has {head['in_channels']} in_channels, and gets {channels}")
    lengths = whole_list(head.get("kernel_sizes"), "kernel_sizes", where)
    between, outputs = whole(head.get("channels"), "channels", where), whole(head.get("out_channels"), "out_channels", where)
    spelled = activation_of(head.get("activation"), where)
    layers: List[Layer] = []
    for index, length in enumerate(lengths):
        filters = outputs if index + 1 == len(lengths) else between
        shape: Shape = (filters, channels, length)
        tensors = {"weight": weights.take(*shape), "bias": weights.take(filters)}
        layers.append(activation_layer(spelled))
        if length == 1:
            layers.append(Layer("dense", (filters,), {**tensors, "weight": tensors["weight"][:, :, 0]}))
        else:
            layers.append(layer_of_window("causal_conv_1d", Window((length, 1), (1, 1), filters=filters), tensors))
        channels = filters
    return layers


def activation_layer(spelled: str) -> Layer:
    name, _, numbers = spelled.rstrip(">").partition("<")
    return Layer(name, tuple(int(n) for n in numbers.split(",")) if numbers else ())


READERS = {"WaveNet": wave_net, "LSTM": lstm}
