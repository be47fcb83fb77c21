"""Layers of Keras as layers of etch, by the names of their classes. Numbers that a description leaves out have Keras's
defaults. Shapes are etch's: {features}, {channels, length}, {channels, width, height}."""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from .batch_norm import batch_norm_of
from .chain import dropout_layer, elu_layer, leaky_relu_of, limits, prelu_of
from .errors import refuse
from .images import Window, layer_of_window
from .json_models import keras_recurrent
from .layers import Layer, Shape
from .numbers import inverse_epsilon
from .topology import over_sequence


@dataclass
class Place:
    """A layer of a model: what its description says, where its weights are, and what it gets."""

    kind: str
    config: Dict[str, Any]
    weights: Any  # a function that gives the weights below a place of the layer
    shape: Shape
    stream: bool
    version: str  # of Keras, "3.4.1"

    @property
    def where(self) -> str:
        return f"the layer {self.config.get('name', '')} ({self.kind})"

    def option(self, name: str, default: Any) -> Any:
        value = self.config.get(name)
        return default if value is None else value

    def number(self, name: str, default: float) -> float:
        value = self.option(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            refuse(f"the {name} of {self.where} is no number")
        return float(value)

    def count(self, name: str, default: Optional[int] = None) -> int:
        value = self.config.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**24:
            refuse(f"the {name} of {self.where} is no number above 0")
        return value

    def extents(self, name: str, dims: int, default: int = 1) -> Tuple[int, ...]:
        value = self.option(name, default)
        found = list(value) if isinstance(value, (list, tuple)) else [value] * dims
        if len(found) != dims or any(isinstance(n, bool) or not isinstance(n, int) or not 0 < n < 2**24 for n in found):
            refuse(f"the {name} of {self.where} are not {dims} numbers above 0")
        return tuple(found)

    def only(self, **values: Any) -> None:
        """What must have one value, since etch has no other."""
        for name, usual in values.items():
            if self.option(name, usual) != usual:
                refuse(f"{self.where} has {name} {self.config[name]!r}; etch's is {usual!r}")

    def arrays(self, counts: Sequence[int], below: str = "") -> List[np.ndarray]:
        found = self.weights(below)
        if len(found) not in counts:
            refuse(f"{self.where} has {len(found)} tensors, and must have {' or '.join(map(str, counts))}")
        return found


def channels_last(place: Place) -> None:
    if place.option("data_format", "channels_last") != "channels_last":
        refuse(f"{place.where} has its channels first, which is not supported: Keras's default is channels_last")


def along_channels(place: Place) -> None:
    axis = place.option("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, len(place.shape)):
        refuse(f"{place.where} is over the axis {axis}, not over the channels")


# Activations -------------------------------------------------------------------------------------------------------

ACTIVATIONS = {
    "linear": (), "relu": ("relu",), "tanh": ("tanh",), "sigmoid": ("sigmoid",), "elu": ("elu<1, 1>",),
    "selu": ("selu",), "gelu": ("gelu",), "silu": ("silu",), "swish": ("silu",), "softplus": ("softplus",),
    "softmax": ("softmax",), "log_softmax": ("log_softmax",), "hard_sigmoid": ("hard_sigmoid",),
    "hard_silu": ("hard_swish",), "hard_swish": ("hard_swish",), "relu6": ("relu", "clamp<6, 1>"),
    "hard_tanh": ("hard_tanh",),
}  # fmt: skip


def activation(place: Place, shape: Shape, value: Any = None) -> List[Layer]:
    """A name, or a description of a function or of a layer."""
    chosen = place.config.get("activation") if value is None else value
    if isinstance(chosen, dict):
        inner = chosen.get("config")
        if isinstance(inner, str):
            chosen = inner
        elif isinstance(inner, dict) and chosen.get("class_name") in LAYERS:
            held = Place(chosen["class_name"], inner, lambda below: [], shape, place.stream, place.version)
            return LAYERS[chosen["class_name"]](held)
    if chosen is None:
        return []
    if chosen == "leaky_relu":
        return leaky_relu_of(place.where, 0.2)
    if not isinstance(chosen, str) or chosen not in ACTIVATIONS:
        refuse(f"{place.where} has the activation {chosen}, which is not supported")
    if chosen == "hard_sigmoid" and not place.version.startswith("3"):
        refuse(f"{place.where} has the hard_sigmoid of Keras {place.version or 'before 3'}, 0.2 x + 0.5; etch's is that "
               "of Keras 3, x / 6 + 0.5")  # fmt: skip
    layers = []
    for name in ACTIVATIONS[chosen]:
        name, _, numbers = name.partition("<")
        layers.append(Layer(name, tuple(int(n) for n in numbers.rstrip(">").split(", ") if n)))
    return [over_features(layer, shape) if "softmax" in layer.name else layer for layer in layers]


def over_features(layer: Layer, shape: Shape) -> Layer:
    """Keras applies it to the last axis."""
    if len(shape) == 1:
        return layer
    if len(shape) == 2:
        return over_sequence("unrolled", [layer])
    refuse(f"{layer} is over the channels of an image, for which etch has no layer")


def relu(place: Place) -> List[Layer]:
    slope, most = place.number("negative_slope", 0), place.config.get("max_value")
    if place.number("threshold", 0) != 0 or slope and most is not None:
        refuse(f"{place.where} has a threshold, or a slope and a limit, which etch does not have")
    if slope:
        return leaky_relu_of(place.where, slope)
    high = math.inf if most is None else place.number("max_value", 0)
    if not high > 0:
        refuse(f"{place.where} has the limit {high:g}, which leaves nothing")
    return limits(np.asarray([0.0]), np.asarray([high]), f"the limit of {place.where}")


def leaky_relu(place: Place) -> List[Layer]:
    return leaky_relu_of(place.where, place.number("negative_slope", place.number("alpha", 0.3)))


def prelu(place: Place) -> List[Layer]:
    (slopes,) = place.arrays([1])
    if slopes.size not in (1, place.shape[0]) or slopes.size > 1 and slopes.shape[-1] != slopes.size:
        refuse(f"{place.where} has slopes of shape {list(slopes.shape)}; etch's are one, or one for each channel: share "
               "them over the other axes (shared_axes)")  # fmt: skip
    return prelu_of(place.where, slopes)


def softmax(place: Place) -> List[Layer]:
    along_channels(place)
    return [over_features(Layer("softmax"), place.shape)]


# Dense and convolutions --------------------------------------------------------------------------------------------


def kernel_and_bias(place: Place, dims: int, below: str = "") -> Tuple[np.ndarray, Optional[np.ndarray]]:
    kernel, *bias = place.arrays([2 if place.option("use_bias", True) else 1], below)
    if kernel.ndim != dims or bias and bias[0].ndim != 1:
        refuse(f"the kernel of {place.where} has shape {list(kernel.shape)}")
    return kernel, bias[0] if bias else None


def dense(place: Place) -> List[Layer]:
    kernel, bias = kernel_and_bias(place, 2)
    units = place.count("units")
    tensors = {"weight": kernel.T, "bias": np.zeros(units) if bias is None else bias}
    made = Layer("dense", (units,), tensors)
    if len(place.shape) == 2:
        made = over_sequence("unrolled", [made])
    if len(place.shape) == 3:
        made = layer_of_window("conv_2d", Window((1, 1), (1, 1), filters=units),
                               {**tensors, "weight": kernel.T[:, :, None, None]})  # fmt: skip
    return [made, *activation(place, (units, *place.shape[1:]))]


def convolution(place: Place) -> List[Layer]:
    dims = int(place.kind[-2])
    size, groups = place.extents("kernel_size", dims), place.count("groups", 1)
    kernel, bias = kernel_and_bias(place, dims + 2)
    weight = kernel.transpose(dims + 1, dims, *range(dims))
    return convolution_of(place, size, groups, place.count("filters"), weight, bias)


def depthwise(place: Place) -> List[Layer]:
    dims = int(place.kind[-2])
    kernel, bias = kernel_and_bias(place, dims + 2)
    weight = by_channel(kernel, dims)
    return convolution_of(place, place.extents("kernel_size", dims), place.shape[0], len(weight), weight, bias)


def by_channel(kernel: np.ndarray, dims: int) -> np.ndarray:
    """[k..., channels, multiplier]: filter c * multiplier + m sees channel c alone."""
    moved = kernel.transpose(dims, dims + 1, *range(dims))
    return moved.reshape(moved.shape[0] * moved.shape[1], 1, *moved.shape[2:])


def separable(place: Place) -> List[Layer]:
    """A depthwise convolution and one of a single place."""
    dims = int(place.kind[-2])
    first, second, *bias = place.arrays([3 if place.option("use_bias", True) else 2])
    if first.ndim != dims + 2 or second.ndim != dims + 2:
        refuse(f"the kernels of {place.where} have the shapes {list(first.shape)} and {list(second.shape)}")
    weight = by_channel(first, dims)
    plain = Place(place.kind, {**place.config, "activation": None}, place.weights, place.shape, place.stream,
                  place.version)  # fmt: skip
    depth = convolution_of(plain, place.extents("kernel_size", dims), place.shape[0], len(weight), weight, None)
    rest = {"name": place.config.get("name"), "activation": place.config.get("activation")}
    point = Place(place.kind, rest, place.weights, (len(weight), *place.shape[1:]), place.stream, place.version)
    kernel = second.transpose(dims + 1, dims, *range(dims))
    return depth + convolution_of(point, (1,) * dims, 1, len(kernel), kernel, bias[0] if bias else None)


def convolution_of(place: Place, size: Tuple[int, ...], groups: int, filters: int, weight: np.ndarray,
                   bias: Optional[np.ndarray]) -> List[Layer]:  # fmt: skip
    channels_last(place)
    dims = len(size)
    stride, dilation = place.extents("strides", dims), place.extents("dilation_rate", dims)
    tensors = {"weight": weight, "bias": np.zeros(filters) if bias is None else bias}
    padding = place.option("padding", "valid")
    after = activation(place, (filters, *[1] * (len(place.shape) - 1)))
    if place.stream and len(place.shape) == 1:
        return [causal_layer(place, size[0], stride[0], dilation[0], groups, filters, padding, tensors), *after]
    if len(place.shape) != dims + 1:
        refuse(f"{place.where} gets numbers of shape {list(place.shape)}")
    sides = [sides_of(place, padding, *each) for each in zip(place.shape[:0:-1], size, stride, dilation)]
    window = window_of(size, stride, dilation, sides, groups, filters)
    return [layer_of_window(f"conv_{dims}d", window, tensors), *after]


def sides_of(place: Place, padding: Any, length: int, size: int, stride: int, dilation: int) -> Tuple[int, int]:
    """Zeros before and after; the odd one is after."""
    span = (size - 1) * dilation + 1
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return span - 1, 0
    if padding != "same":
        refuse(f"{place.where} has the padding {padding}")
    total = max((-(-length // stride) - 1) * stride + span - length, 0)
    return total // 2, total - total // 2


def window_of(size: Tuple[int, ...], stride: Tuple[int, ...], dilation: Tuple[int, ...], sides: List[Tuple[int, int]],
              groups: int, filters: int) -> Window:  # fmt: skip
    """Keras has the height before the width."""
    def both(values: Tuple[int, ...]) -> Tuple[int, int]:
        return (values[-1], values[-2] if len(values) > 1 else 1)

    padding = (*sides[-1], *(sides[-2] if len(sides) > 1 else (0, 0)))
    return Window(both(size), both(stride), both(dilation), padding, groups, filters)


def causal_layer(place: Place, size: int, stride: int, dilation: int, groups: int, filters: int, padding: str,
                 tensors: Dict[str, np.ndarray]) -> Layer:  # fmt: skip
    if stride != 1 or padding != "causal" and size != 1:
        refuse(f"{place.where} has a stride, or another padding than causal, and sees a stream step by step; pass "
               "--inputs steps,features for whole sequences")  # fmt: skip
    if size == 1 and groups == 1:
        return Layer("dense", (filters,), {**tensors, "weight": tensors["weight"][:, :, 0]})
    if size == 1:
        refuse(f"{place.where} has a kernel of 1 in groups, for which etch has no layer of a stream")
    window = Window((size, 1), (1, 1), (dilation, 1), groups=groups, filters=filters)
    return layer_of_window("causal_conv_1d", window, tensors)


def transposed(place: Place) -> List[Layer]:
    channels_last(place)
    dims = int(place.kind[4])
    size, stride = place.extents("kernel_size", dims), place.extents("strides", dims)
    place.only(dilation_rate=[1] * dims if isinstance(place.config.get("dilation_rate"), list) else 1,
               output_padding=None)  # fmt: skip
    kernel, bias = kernel_and_bias(place, dims + 2)
    padding, filters = place.option("padding", "valid"), place.count("filters")
    if padding not in ("valid", "same") or len(place.shape) != dims + 1:
        refuse(f"{place.where} has the padding {padding}, or gets numbers of shape {list(place.shape)}")
    if any(n < step for n, step in zip(size, stride)):
        refuse(f"{place.where} has a stride larger than its kernel, so that it gives places which no kernel reaches")
    cut = [(n - step) if padding == "same" else 0 for n, step in zip(size, stride)]
    window = window_of(size, stride, (1,) * dims, [(n // 2, n - n // 2) for n in cut], 1, filters)
    tensors = {"weight": kernel.transpose(dims + 1, dims, *range(dims)),
               "bias": np.zeros(filters) if bias is None else bias}  # fmt: skip
    shape = (filters, *[1] * dims)
    return [layer_of_window(f"conv_transpose_{dims}d", window, tensors), *activation(place, shape)]


# Pooling and shapes --------------------------------------------------------------------------------------------------


def pool(place: Place) -> List[Layer]:
    channels_last(place)
    dims = int(place.kind[-2])
    size = place.extents("pool_size", dims, 2)
    stride = place.extents("strides", dims, 0) if place.config.get("strides") is not None else size
    lengths = place.shape[:0:-1]
    if len(lengths) != dims:
        refuse(f"{place.where} gets numbers of shape {list(place.shape)}")
    if place.option("padding", "valid") != "valid":
        sides = [sides_of(place, "same", *each, 1) for each in zip(lengths, size, stride)]
        if any(any(each) for each in sides):
            refuse(f"{place.where} pads its input, which pooling in etch does not do")
    name = "max_pool" if place.kind.startswith("Max") else "average_pool"
    return [layer_of_window(name, window_of(size, stride, (1,) * dims, [(0, 0)] * dims, 1, 0))]


def global_pool(place: Place) -> List[Layer]:
    channels_last(place)
    place.only(keepdims=False)
    if len(place.shape) != int(place.kind[-2]) + 1:
        refuse(f"{place.where} gets numbers of shape {list(place.shape)}")
    if "Average" in place.kind:
        return [Layer("global_average_pool")]
    size = (*place.shape[1:], 1)[:2]
    return [layer_of_window("max_pool", Window(size, size)), Layer("flatten", channels_last=True)]


def upsampling(place: Place) -> List[Layer]:
    channels_last(place)
    place.only(interpolation="nearest")
    dims = int(place.kind[-2])
    size = place.extents("size", dims, 2)
    both = (size[-1], size[-2] if dims > 1 else 1)
    return [layer_of_window("upsample", Window(both, both))]


def zeros(place: Place) -> List[Layer]:
    """Which the convolution after it takes over."""
    channels_last(place)
    dims = int(place.kind[-2])
    given = place.option("padding", 1)
    found = list(given) if isinstance(given, (list, tuple)) else [given] * (2 if dims == 1 else dims)
    if dims == 1:
        sides = [tuple(found)]
    else:
        sides = [tuple(n) if isinstance(n, (list, tuple)) else (n, n) for n in found]
    numbers = [n for each in sides for n in each]
    if len(numbers) != 2 * dims or not all(isinstance(n, int) and 0 <= n < 2**16 for n in numbers):
        refuse(f"the padding of {place.where} are no numbers")
    return [Layer("zeros", (*sides[-1], *(sides[-2] if dims > 1 else (0, 0))))]


def flatten(place: Place) -> List[Layer]:
    channels_last(place)
    return [Layer("flatten", channels_last=True)] if len(place.shape) > 1 else []


def reshape(place: Place) -> List[Layer]:
    wanted = place.config.get("target_shape")
    size = math.prod(place.shape)
    if wanted in ([size], [-1]):
        return flatten(place)
    if wanted != [*place.shape[:0:-1], place.shape[0]]:
        refuse(f"{place.where} reshapes to {wanted}, for which etch has no layer")
    return []


def dropout(place: Place) -> List[Layer]:
    return dropout_layer(None, place.where, place.number("rate", 0))  # type: ignore[arg-type]


# Norms -------------------------------------------------------------------------------------------------------------


def scaled(place: Place, more: int) -> Dict[str, np.ndarray]:
    """gamma and beta, as far as there are any, and then `more` arrays."""
    names = [name for name, option in (("weight", "scale"), ("bias", "center")) if place.option(option, True)]
    own = place.arrays([len(names) + more])
    features = place.shape[0]
    found = {"weight": np.ones(features), "bias": np.zeros(features), **dict(zip(names, own))}
    found.update(zip(("running_mean", "running_var"), own[len(names):]))
    for name, tensor in found.items():
        if tensor.shape != (features,):
            refuse(f"{name} of {place.where} has shape {list(tensor.shape)}, and must have [{features}]")
    return found


def batch_norm(place: Place) -> List[Layer]:
    along_channels(place)
    made = batch_norm_of(place.where, scaled(place, 2), place.number("epsilon", 1e-3))
    made.channels_last = len(place.shape) > 1
    return [made]


def layer_norm(place: Place) -> List[Layer]:
    along_channels(place)
    made = Layer("layer_norm", (inverse_epsilon(place.number("epsilon", 1e-3)),), scaled(place, 0))
    return [over_features(made, place.shape)]


def group_norm(place: Place) -> List[Layer]:
    along_channels(place)
    groups = place.option("groups", 32)
    groups = place.shape[0] if groups == -1 else place.count("groups", 32)
    return [Layer("group_norm", (groups, inverse_epsilon(place.number("epsilon", 1e-3), "a group norm")),
                  scaled(place, 0))]  # fmt: skip


def normalization(place: Place) -> List[Layer]:
    """(x - mean) / max(sqrt(variance), 1e-7)"""
    along_channels(place)
    place.only(invert=False)
    found = place.weights("")
    if not found:
        with_numbers = [place.config.get(name) for name in ("mean", "variance")]
        if any(each is None for each in with_numbers):
            refuse(f"{place.where} has neither statistics nor weights")
        found = [np.asarray(each, float) for each in with_numbers]
    mean, variance = (each.reshape(-1) for each in found[:2])
    if {mean.size, variance.size} - {1, place.shape[0]} or (variance < 0).any():
        refuse(f"the statistics of {place.where} do not fit {place.shape[0]} features")
    return [statistics(place, mean, np.maximum(np.sqrt(variance), 1e-7))]


def rescaling(place: Place) -> List[Layer]:
    """scale x + offset"""
    found = [place.option(name, default) for name, default in (("scale", 1.0), ("offset", 0.0))]
    if not all(isinstance(each, (int, float)) for each in found) or found[0] == 0:
        refuse(f"the scale and offset of {place.where} are no numbers, or scale by 0")
    scale, offset = (float(each) for each in found)
    return [statistics(place, np.asarray([-offset / scale]), np.asarray([1 / scale]))]


def statistics(place: Place, mean: np.ndarray, deviation: np.ndarray) -> Layer:
    size = math.prod(place.shape)
    tensors = {"mean": mean, "deviation": deviation}
    return Layer("affine", (), {name: np.resize(each, size) for name, each in tensors.items()})


# Sequences -----------------------------------------------------------------------------------------------------------

RECURRENT = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn"}


def cell(place: Place, below: str) -> Layer:
    kind = RECURRENT[place.kind]
    own = {"activation": "tanh", **({} if kind == "simple_rnn" else {"recurrent_activation": "sigmoid"})}
    relu_units = kind == "simple_rnn" and place.option("activation", "tanh") == "relu"
    place.only(go_backwards=False, return_state=False, **({} if relu_units else own))
    units, biased = place.count("units"), place.option("use_bias", True)
    found = place.arrays([3 if biased else 2], below)
    if not biased:
        rows = found[1].shape[-1]
        after = kind == "gru" and place.option("reset_after", place.version.startswith("3"))
        found = [*found, np.zeros((2, rows) if after else rows)]
    made = keras_recurrent(kind, place.where, found)
    if made.arguments[0] != units:
        refuse(f"{place.where} has {units} units, and its tensors have {made.arguments[0]}")
    if relu_units:
        made.arguments = (*made.arguments, "with_relu")
    return made


def recurrent(place: Place) -> List[Layer]:
    made = cell(place, "cell")
    if len(place.shape) == 1:
        return [made]
    last = [] if place.option("return_sequences", False) else [Layer("last_step")]
    return [over_sequence("unrolled", [made]), *last]


def bidirectional(place: Place) -> List[Layer]:
    inner = place.config.get("layer")
    if not isinstance(inner, dict) or inner.get("class_name") not in RECURRENT or not isinstance(inner["config"], dict):
        refuse(f"{place.where} holds a layer other than LSTM, GRU and SimpleRNN")
    place.only(merge_mode="concat")
    if len(place.shape) != 2:
        refuse(f"{place.where} needs whole sequences: pass --inputs steps,features")
    both = []
    for name in ("forward_layer", "backward_layer"):
        config = {**inner["config"], "name": f"{place.config.get('name', '')}, {name}", "go_backwards": False}
        held = Place(inner["class_name"], config, place.weights, place.shape, place.stream, place.version)
        both.append(cell(held, f"{name}/cell"))
    made = over_sequence("bidirectional", both)
    if inner["config"].get("return_sequences"):
        return [made]
    units, length = int(both[0].arguments[0]), place.shape[1]
    ends = [Layer("branch", inner=[Layer("slice", (first, units))]) for first in (2 * units * (length - 1), units)]
    return [made, Layer("flatten", channels_last=True), Layer("parallel", inner=ends)]


def time_distributed(place: Place) -> List[Layer]:
    inner = place.config.get("layer")
    if not isinstance(inner, dict) or inner.get("class_name") != "Dense" or not isinstance(inner["config"], dict):
        refuse(f"{place.where} holds a layer other than Dense")
    below = lambda part: place.weights("layer")  # noqa: E731
    return dense(Place("Dense", inner["config"], below, place.shape, place.stream, place.version))


def embedding(place: Place) -> List[Layer]:
    place.only(mask_zero=False)
    (weight,) = place.arrays([1])
    if weight.ndim != 2 or len(place.shape) != 1:
        refuse(f"{place.where} has tensors of shape {list(weight.shape)} and gets numbers of shape {list(place.shape)}")
    return [Layer("embedding", weight.shape, {"weight": weight})]


LAYERS: Dict[str, Callable[[Place], List[Layer]]] = {
    "Dense": dense, "Activation": lambda place: activation(place, place.shape), "ReLU": relu, "LeakyReLU": leaky_relu,
    "ELU": lambda place: elu_layer(None, place.where, place.number("alpha", 1)),  # type: ignore[arg-type]
    "PReLU": prelu, "Softmax": softmax, "Conv1D": convolution, "Conv2D": convolution, "DepthwiseConv1D": depthwise,
    "DepthwiseConv2D": depthwise, "SeparableConv1D": separable, "SeparableConv2D": separable,
    "Conv1DTranspose": transposed, "Conv2DTranspose": transposed, "Dropout": dropout,
    **{name: lambda place: [] for name in ("InputLayer", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise",
                                           "GaussianDropout", "AlphaDropout", "ActivityRegularization")},
    **{f"{kind}Pooling{n}D": pool for kind in ("Max", "Average") for n in (1, 2)},
    **{f"Global{kind}Pooling{n}D": global_pool for kind in ("Max", "Average") for n in (1, 2)},
    "UpSampling1D": upsampling, "UpSampling2D": upsampling, "ZeroPadding1D": zeros, "ZeroPadding2D": zeros,
    "Flatten": flatten, "Reshape": reshape, "BatchNormalization": batch_norm, "LayerNormalization": layer_norm,
    "GroupNormalization": group_norm, "Normalization": normalization, "Rescaling": rescaling,
    **{name: recurrent for name in RECURRENT}, "Bidirectional": bidirectional, "TimeDistributed": time_distributed,
    "Embedding": embedding,
}  # fmt: skip


def convert(place: Place) -> List[Layer]:
    make = LAYERS.get(place.kind)
    if make is None:
        refuse(f"{place.where} has no counterpart in etch, or is not supported yet")
    if place.config.get("quantization_config") is not None:
        refuse(f"{place.where} is quantized, which is not supported")
    return make(place)
