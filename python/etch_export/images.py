"""Layers of images and signals: convolutions and pooling. In etch the channels of a position stand next to each other,
and shapes are {channels, width, height} or {channels, length}; PyTorch and ONNX have the channels first and the height
before the width."""
from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np

from .errors import refuse
from .layers import Layer, Shape

# How many numbers each begins with, and what it has for them if there are fewer; None where it must not.
NUMBERS: Dict[str, Tuple[Any, ...]] = {"conv_2d": (None, 3, -1), "conv_1d": (None, 3), "max_pool": (None, -1),
                                       "average_pool": (None, -1), "upsample": (None, -1),
                                       "causal_conv_1d": (None, 3), "conv_transpose_1d": (None, 3),
                                       "conv_transpose_2d": (None, 3, -1)}  # fmt: skip
OPTIONS = {"stride": 2, "dilation": 2, "padding": 4, "groups": 1}
STORED = "stored<bf16>"  # the option of a convolution whose weights are held as bf16
OF_IMAGES = (*(name for name in NUMBERS if name != "causal_conv_1d"), "global_average_pool")
ALONG = ("conv_1d", "causal_conv_1d", "conv_transpose_1d")  # with one extent


@dataclass(frozen=True)
class Window:
    """Extents along the width, then along the height; padding left, right, top, bottom."""

    size: Tuple[int, int]
    stride: Tuple[int, int]
    dilation: Tuple[int, int] = (1, 1)
    padding: Tuple[int, int, int, int] = (0, 0, 0, 0)
    groups: int = 1
    filters: int = 0  # of a convolution
    stored: bool = False  # as bf16

    def spread(self, width: int, height: int) -> Tuple[int, int]:
        """The positions of a transposed convolution."""
        whole = [(n - 1) * step + (size - 1) * d + 1
                 for n, step, size, d in zip((width, height), self.stride, self.size, self.dilation)]  # fmt: skip
        return whole[0] - self.padding[0] - self.padding[1], whole[1] - self.padding[2] - self.padding[3]

    def positions(self, width: int, height: int) -> Tuple[int, int]:
        inside = (width + self.padding[0] + self.padding[1], height + self.padding[2] + self.padding[3])
        spans = [(n - 1) * d + 1 for n, d in zip(self.size, self.dilation)]
        width, height = ((n - span) // step + 1 for n, span, step in zip(inside, spans, self.stride))
        return width, height


def is_convolution(name: str) -> bool:
    return "conv" in name


def is_transposed(name: str) -> bool:
    return name.startswith("conv_transpose")


def default_stride(name: str, size: Tuple[int, int]) -> Tuple[int, int]:
    return (1, 1) if is_convolution(name) else size


def window_of(layer: Layer) -> Window:
    """What its arguments say: numbers, then options such as "stride<2, 2>"."""
    numbers = [int(a) for a in layer.arguments if isinstance(a, int)]
    filters = numbers.pop(0) if is_convolution(layer.name) else 0
    size = (numbers[0], 1 if layer.name in ALONG else numbers[1])
    window = Window(size, default_stride(layer.name, size), filters=filters)
    for option in layer.arguments:
        if not isinstance(option, str):
            continue
        if option == STORED:
            window = replace(window, stored=True)
            continue
        name, _, rest = option.partition("<")
        given = [int(n) for n in rest.rstrip(">").split(",")]
        if name == "groups":
            window = replace(window, groups=given[0])
        elif name == "padding":
            window = replace(window, padding=tuple((*given, 0, 0)[:4]))  # type: ignore[arg-type]
        else:
            window = replace(window, **{name: tuple((*given, 1)[:2])})
    return window


def window_on(layer: Layer, shape: Shape) -> Window:
    """A signal is an image of height 1, on which a window has one extent."""
    window = window_of(layer)
    if len(shape) == 3:
        return window
    return replace(window, size=(window.size[0], 1), stride=(window.stride[0], 1),
                   padding=(*window.padding[:2], 0, 0))  # fmt: skip


def layer_of_window(name: str, window: Window, tensors: Optional[Dict[str, np.ndarray]] = None) -> Layer:
    """Spelled as etch spells it: options that are the default are left out."""
    along, both = name in ALONG, 1 if name in ALONG else 2
    numbers = [*([window.filters] if is_convolution(name) else []), *window.size[:both]]
    options = []
    for option, default in (("stride", default_stride(name, window.size)), ("dilation", (1, 1)),
                            ("padding", (0, 0, 0, 0)), ("groups", 1)):  # fmt: skip
        chosen = getattr(window, option)
        if chosen != default:
            shown = [chosen] if option == "groups" else chosen[: len(chosen) // 2] if along else chosen
            options.append(f"{option}<{', '.join(map(str, shown))}>")
    options += [STORED] if window.stored else []
    return Layer(name, (*numbers, *options), tensors or {})


def checked_window(name: str, inner: List[Layer], text: str) -> Layer:
    """A layer of a topology, whose arguments may leave defaults out."""
    numbers = [int(a.name) for a in inner if a.name.lstrip("-").isdecimal()]
    options = [a for a in inner if not a.name.lstrip("-").isdecimal()]
    defaults = NUMBERS[name]
    if [a.name for a in inner[: len(numbers)]] != [str(n) for n in numbers] or len(numbers) > len(defaults):
        refuse(f"{name} has its numbers first, and then its options: {text}")
    if not numbers or any(n < 1 for n in numbers):
        refuse(f"{name} has a size below 1, or none: {text}")
    for default in defaults[len(numbers):]:
        numbers.append(numbers[-1] if default == -1 else default)
    along = name in ALONG
    allowed = {"upsample": (), "max_pool": ("stride", "padding"), "average_pool": ("stride", "padding"),
               "causal_conv_1d": ("dilation", "groups", "stored")}.get(name, (*OPTIONS, "stored"))
    if is_transposed(name):
        allowed = tuple(OPTIONS)
    if len({option.name for option in options}) != len(options) or any(o.name not in allowed for o in options):
        refuse(f"{name} has the options {', '.join(allowed) or 'none'}, each once: {text}")
    spelled = []
    for option in options:
        if option.name == "stored":
            if any(other.name == "groups" and other.arguments != (1,) for other in options):
                refuse(f"the weights of {name} with groups are not stored as bf16: {text}")
            spelled.append(STORED)
            continue
        given = [int(a) for a in option.arguments]
        wanted = OPTIONS[option.name]
        if not given or len(given) > wanted or any(n < (option.name != "padding") for n in given):
            refuse(f"the numbers of `{option}` are out of etch's range: {text}")
        if option.name == "padding":
            given += given[:1] if len(given) == 1 else []
            given = given if along or len(given) == 4 else [*given[:2], given[0], given[1]][:4]
        elif wanted == 2 and len(given) == 1 and not along:
            given = given * 2
        spelled.append(f"{option.name}<{', '.join(map(str, given))}>")
    return layer_of_window(name, window_of(Layer(name, (*numbers, *spelled))))


# Shapes --------------------------------------------------------------------------------------------------------------


def output_shape(layer: Layer, shape: Shape) -> Shape:
    if layer.name == "causal_conv_1d":
        if len(shape) != 1:
            refuse(f"{layer} gets numbers of shape {list(shape)}: it gets one step after the other, input<channels>")
        return output_shape(Layer("conv_1d", layer.arguments), (*shape, 2**24))[:1]
    if layer.name == "global_average_pool":
        if len(shape) not in (2, 3):
            refuse(f"{layer} gets numbers of shape {list(shape)}, and not an image or a signal")
        return shape[:1]
    wanted = (2,) if layer.name in ALONG else (3,) if is_convolution(layer.name) else (2, 3)
    if len(shape) not in wanted:
        refuse(f"{layer} gets numbers of shape {list(shape)}: it needs "
               f"{'input<channels, length>' if wanted == (2,) else 'input<channels, width, height>'}")  # fmt: skip
    window, (channels, width, height) = window_on(layer, shape), (*shape, 1)[:3]
    if layer.name == "upsample":
        both = (width * window.size[0], height * window.size[1])
    elif is_transposed(layer.name):
        both = window.spread(width, height)
        if min(both) < 1:
            refuse(f"the padding of {layer} cuts off its whole output")
    else:
        both = window.positions(width, height)
        if layer.name.endswith("pool") and any(2 * n > window.size[i // 2] for i, n in enumerate(window.padding)):
            refuse(f"the padding of {layer} is more than half of its window")
        if min(both) < 1:
            refuse(f"the window of {layer} is larger than what it gets: {list(shape)}")
    if window.groups > 1 and (channels % window.groups or window.filters % window.groups):
        refuse(f"the groups of {layer} do not divide its {channels} channels and {window.filters} filters")
    found = (window.filters or channels, *both)
    return found if len(shape) == 3 else found[:2]


def tensor_shapes(layer: Layer, shape: Shape) -> Dict[str, Shape]:
    """Of a convolution."""
    window = window_of(layer)
    kernel = window.size[:1] if layer.name in ALONG else window.size[::-1]
    ends = (window.filters, shape[0] // window.groups)
    if is_transposed(layer.name):
        ends = (shape[0], window.filters // window.groups)
    return {"weight": (*ends, *kernel), "bias": (window.filters,)}


# What they compute -----------------------------------------------------------------------------------------------


def to_image(rows: np.ndarray, shape: Shape) -> np.ndarray:
    """etch's samples in rows as PyTorch's [samples, channels, height, width]."""
    channels, width, height = (*shape, 1)[:3]
    return rows.reshape(len(rows), height, width, channels).transpose(0, 3, 1, 2)


def to_rows(image: np.ndarray) -> np.ndarray:
    return image.transpose(0, 2, 3, 1).reshape(len(image), -1)


def under_window(x: np.ndarray, window: Window, fill: float = 0.0) -> np.ndarray:
    """[samples, channels, positions y, positions x, kernel y, kernel x] of [samples, channels, height, width]."""
    left, right, top, bottom = window.padding
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    spans = [(n - 1) * d + 1 for n, d in zip(window.size, window.dilation)]
    seen = np.lib.stride_tricks.sliding_window_view(x, (spans[1], spans[0]), axis=(2, 3))
    seen = seen[:, :, :: window.stride[1], :: window.stride[0]]
    return seen[..., :: window.dilation[1], :: window.dilation[0]]


def image_function(name: str, x: np.ndarray, window: Optional[Window], *tensors: np.ndarray) -> np.ndarray:
    """Of [samples, channels, height, width]."""
    if name == "global_average_pool":
        return x.mean(axis=(2, 3), keepdims=True)
    assert window
    if name == "upsample":
        return x.repeat(window.size[1], axis=2).repeat(window.size[0], axis=3)
    if is_transposed(name):
        return transposed(x, window, *tensors)
    seen = under_window(x, window, -math.inf if name == "max_pool" else 0.0)
    if name == "max_pool":
        return seen.max(axis=(4, 5))
    if name == "average_pool":
        return seen.mean(axis=(4, 5))
    weight, bias = tensors
    weight = weight.reshape(window.groups, len(weight) // window.groups, weight.shape[1], *window.size[::-1])
    seen = seen.reshape(len(seen), window.groups, -1, *seen.shape[2:])
    found = np.einsum("ngcyxhw,gochw->ngoyx", seen, weight, optimize=True)
    return found.reshape(len(seen), -1, *found.shape[3:]) + bias[:, None, None]


def transposed(x: np.ndarray, window: Window, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Each number of x times the kernel, added up where the kernels lie."""
    groups, (width, height) = window.groups, (x.shape[3], x.shape[2])
    kernel = weight.reshape(groups, len(weight) // groups, weight.shape[1], *window.size[::-1])
    parts = np.einsum("ngcyx,gcohw->ngohwyx", x.reshape(len(x), groups, -1, height, width), kernel, optimize=True)
    parts = parts.reshape(len(x), -1, *parts.shape[3:])  # samples, filters, kernel y, kernel x, y, x
    left, right, top, bottom = window.padding
    across, down = window.spread(width, height)
    whole = np.zeros((*parts.shape[:2], down + top + bottom, across + left + right))
    for y, x_tap in np.ndindex(*parts.shape[2:4]):
        first, second = y * window.dilation[1], x_tap * window.dilation[0]
        below, beside = first + (height - 1) * window.stride[1] + 1, second + (width - 1) * window.stride[0] + 1
        seen = whole[:, :, first : below : window.stride[1], second : beside : window.stride[0]]
        seen += parts[:, :, y, x_tap]
    return whole[:, :, top : top + down, left : left + across] + bias[:, None, None]


def run_stream(rows: np.ndarray, *tensors: np.ndarray, layer: Layer) -> np.ndarray:
    """causal_conv_1d; the rows are the steps of one sequence."""
    window = window_of(layer)
    window = replace(window, padding=((window.size[0] - 1) * window.dilation[0], 0, 0, 0))
    return image_function("conv_1d", rows.T[None, :, None], window, *tensors)[0, :, 0].T


def run_rows(rows: np.ndarray, *tensors: np.ndarray, layer: Layer, shape: Shape) -> np.ndarray:
    """A layer of a network, for etch's samples."""
    if layer.name == "batch_norm":
        weight, bias, mean, variance = tensors
        by_channel = rows.reshape(len(rows), -1, len(weight))
        scaled = (by_channel - mean) / np.sqrt(variance + 1 / int(layer.arguments[0])) * weight + bias
        return scaled.reshape(rows.shape)
    window = None if layer.name == "global_average_pool" else window_on(layer, shape)
    return to_rows(image_function(layer.name, to_image(rows, shape), window, *tensors))


# From channels first ---------------------------------------------------------------------------------------------


OF_SEQUENCES = ("unrolled", "bidirectional", "attention", "last_step", "embedding")
BY_CHANNEL = ("batch_norm", "group_norm", "prelu")


def names_in(layers: Sequence[Layer]) -> Set[str]:
    return {layer.name for layer in layers}.union(*(names_in(layer.inner) for layer in layers))


def has_images(layers: Sequence[Layer], inputs: Shape = ()) -> bool:
    """Whether PyTorch has the channels first: not for sequences, unless there are convolutions, too."""
    names = names_in(layers)
    if names & set(OF_IMAGES) - {"global_average_pool"}:
        return True
    of_any = ("global_average_pool", *(BY_CHANNEL if len(inputs) > 1 else ()))
    return bool(names & set(of_any)) and not names & set(OF_SEQUENCES)


def etch_shape(shape: Shape) -> Shape:
    """{channels, width, height} for PyTorch's [channels, height, width]."""
    return (shape[0], *shape[:0:-1])


def order_of(shape: Shape) -> np.ndarray:
    """Where each number of a sample, in etch's order, is in PyTorch's."""
    places = np.arange(math.prod(shape)).reshape(etch_shape(shape))  # channels, height, width
    return np.moveaxis(places, 0, -1).reshape(-1)
