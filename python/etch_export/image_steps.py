"""Convolutions and pooling of a source: as steps of a graph, with the channels first, and from these to layers."""
from __future__ import annotations

from typing import Any, Dict, List, Tuple, Union

import numpy as np

from .errors import refuse
from .graph import Constant, Step
from .images import Window, is_transposed, layer_of_window
from .layers import Layer

CONVOLUTIONS = ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d", "_convolution", "_convolution_mode")
POOLS = {"max_pool1d": "max_pool", "max_pool2d": "max_pool", "avg_pool1d": "average_pool",
         "avg_pool2d": "average_pool"}  # fmt: skip


def numbers_of(value: Any, dims: int, where: str) -> Tuple[int, ...]:
    """As many as there are extents, in PyTorch's order: height, then width."""
    if isinstance(value, Constant):
        value = np.atleast_1d(value.values).astype(int).tolist()
    found = list(value) if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(n, (int, np.integer)) for n in found) or len(found) not in (1, dims):
        refuse(f"{where} has the extents {value}, which are not {dims} numbers")
    return tuple(int(n) for n in (found * dims if len(found) == 1 else found))


def both(values: Tuple[int, ...], missing: int) -> Tuple[int, int]:
    """Along the width, then along the height."""
    return (values[-1], values[-2] if len(values) > 1 else missing)


def torch_window_step(name: str, where: str, x: Any, given: Dict[str, Any]) -> Any:
    """An operator of PyTorch."""
    if not isinstance(x, Step):
        refuse(f"{where} is of a constant")
    if name in CONVOLUTIONS:
        return torch_convolution(name, where, x, given)
    dims = 1 if name.endswith("1d") else 2
    if name.startswith("adaptive_avg_pool"):
        if set(n for n in flat_numbers(given.get("output_size"))) != {1}:
            refuse(f"{where} has another output than 1, for which etch has no layer")
        return Step("global_average_pool", where, [x])
    for option, none in (("dilation", 1), ("ceil_mode", 0), ("return_indices", 0)):
        if set(flat_numbers(given.get(option, none))) != {none}:
            refuse(f"{where} has {option}, which pooling in etch does not have")
    size = numbers_of(given.get("kernel_size"), dims, where)
    divisor = given.get("divisor_override")
    if divisor not in (None, size[0] * size[-1] if dims == 2 else size[0]):
        refuse(f"{where} has divisor_override, which etch does not have")
    stride = given.get("stride")
    steps = size if stride is None or stride == [] else numbers_of(stride, dims, where)
    sides = given.get("sides") or [(n, n) for n in numbers_of(given.get("padding") or 0, dims, where)]
    if any(n for each in sides for n in each):
        if POOLS[name] == "average_pool" and not given.get("count_include_pad", True):
            refuse(f"{where} leaves its padding out of the mean, which etch does not have: count_include_pad=True")
        if any(2 * n > extent for each, extent in zip(sides, size) for n in each):
            refuse(f"the padding of {where} is more than half of its window, which etch does not have")
    padding = (*sides[-1], *(sides[-2] if dims == 2 else (0, 0)))
    return window_step(POOLS[name], where, [x], dims, Window(both(size, 1), both(steps, 1), padding=padding))


def flat_numbers(value: Any) -> List[int]:
    return [int(n) for n in value] if isinstance(value, (list, tuple)) else [int(value or 0)]


def torch_convolution(name: str, where: str, x: Step, given: Dict[str, Any]) -> Step:
    weight, bias = given.get("weight"), given.get("bias")
    if not isinstance(weight, Constant) or not isinstance(bias, (Constant, type(None))):
        refuse(f"the weights of {where} are not constant")
    dims = weight.values.ndim - 2
    transposed = bool(given.get("transposed")) or name.startswith("conv_transpose")
    if dims not in (1, 2):
        refuse(f"{where} is a convolution of {dims} dimensions, which is not supported")
    if given.get("padding_mode", "zeros") != "zeros":
        refuse(f"{where} has the padding mode {given['padding_mode']}; etch's is zeros")
    size = weight.values.shape[2:]
    stride = numbers_of(given.get("stride", 1), dims, where)
    dilation = numbers_of(given.get("dilation", 1), dims, where)
    padding = given.get("padding", 0)
    padding = padding[0] if isinstance(padding, (list, tuple)) and isinstance(padding[0], str) else padding
    if padding == "same":
        totals = [d * (n - 1) for n, d in zip(size, dilation)]
        sides = [(total // 2, total - total // 2) for total in totals]  # the odd one on the right
    else:
        sides = [(n, n) for n in numbers_of(0 if padding == "valid" else padding, dims, where)]
    more = numbers_of(given.get("output_padding", 0), dims, where) if transposed else ()
    return convolution_step(where, x, weight, bias, stride, dilation, sides, int(given.get("groups", 1)), more)


def convolution_step(where: str, x: Step, weight: Constant, bias: Any, stride: Tuple[int, ...],
                     dilation: Tuple[int, ...], sides: List[Tuple[int, int]], groups: int, more: Tuple[int, ...] = ()
                     ) -> Step:  # fmt: skip
    """Of a transposed convolution `more` is what is not cut off at the ends."""
    size, filters = weight.values.shape[2:], weight.values.shape[1] * groups if more else len(weight.values)
    sides = [(left, right - kept) for (left, right), kept in zip(sides, more)] if more else sides
    if any(n < 0 for each in sides for n in each):
        refuse(f"{where} has an output_padding that is larger than its padding, which etch does not have")
    padding = (*sides[-1], *(sides[-2] if len(sides) > 1 else (0, 0)))
    window = Window(both(size, 1), both(stride, 1), both(dilation, 1), padding, groups, filters)
    numbers = bias if isinstance(bias, Constant) else Constant(np.zeros(filters))
    return window_step(f"conv_{'transpose_' if more else ''}{len(size)}d", where, [x, weight, numbers], len(size), window)


def window_step(name: str, where: str, inputs: List[Any], dims: int, window: Window) -> Step:
    return Step("window", where, inputs, {"name": name, "window": window, "dims": dims})


def pad_step(where: str, x: Any, sides: List[int], mode: Any, value: Any) -> Any:
    """Zeros around what a convolution gets: PyTorch's list begins with the last extent."""
    number = value.values.item() if isinstance(value, Constant) else value
    if mode not in ("constant", b"constant") or number not in (None, 0):
        refuse(f"{where} pads with other than zeros")
    if len(sides) not in (2, 4) or any(not isinstance(n, int) or n < 0 for n in sides):
        refuse(f"{where} pads by {sides}; only zeros around an image or a signal are supported")
    if not any(sides):
        return x
    return Step("pad", where, [x], {"sides": tuple((*sides, 0, 0)[:4])})


def upsample_step(where: str, x: Any, given: Dict[str, Any]) -> Any:
    if given.get("mode", "nearest") != "nearest":
        refuse(f"{where} interpolates by {given['mode']}; etch has the nearest")
    factors = given.get("scale_factor")
    if factors is None:
        refuse(f"{where} has a size in place of a factor, which etch does not have")
    found = [float(f) for f in (factors if isinstance(factors, (list, tuple)) else [factors])]
    if any(f != int(f) or f < 1 for f in found):
        refuse(f"{where} enlarges by {factors}, which is not an integer")
    sizes = tuple(int(f) for f in found)
    size = (sizes[-1], sizes[0])
    return Step("window", where, [x], {"name": "upsample", "window": Window(size, size), "dims": 0})


# ONNX --------------------------------------------------------------------------------------------------------------


def onnx_window(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    x = inputs[0]
    if attributes.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        refuse(f"{where} has auto_pad {attributes['auto_pad'].decode()}, which is not supported: give the pads")
    if op in ("Conv", "ConvTranspose"):
        weight, bias = (*inputs[1:], None)[:2]
        if not isinstance(weight, Constant) or not isinstance(bias, (Constant, type(None))):
            refuse(f"the weights of {where} are not constant")
        dims = weight.values.ndim - 2
        if dims not in (1, 2):
            refuse(f"{where} is a convolution of {dims} dimensions, which is not supported")
    else:
        dims = len(attributes["kernel_shape"])
    ones = [1] * dims
    pads = list(attributes.get("pads", [0] * (2 * dims)))
    stride, dilation = attributes.get("strides", ones), attributes.get("dilations", ones)
    if op == "ConvTranspose" and attributes.get("output_shape"):
        refuse(f"{where} has an output_shape, which is not supported: give the pads")
    if op in ("Conv", "ConvTranspose"):
        more = tuple(attributes.get("output_padding", [0] * dims)) if op == "ConvTranspose" else ()
        sides = list(zip(pads[:dims], pads[dims:]))
        return convolution_step(where, x, weight, bias, tuple(stride), tuple(dilation), sides,
                                attributes.get("group", 1), more)  # fmt: skip
    name = f"{'max' if op == 'MaxPool' else 'avg'}_pool{dims}d"
    if dims not in (1, 2):
        refuse(f"{where} pools over {dims} dimensions, which is not supported")
    given = {"kernel_size": list(attributes["kernel_shape"]), "stride": list(stride),
             "sides": list(zip(pads[:dims], pads[dims:])), "dilation": list(dilation),
             "ceil_mode": attributes.get("ceil_mode", 0), "count_include_pad": attributes.get("count_include_pad", 0)}  # fmt: skip
    return torch_window_step(name, where, x, given)


def onnx_pad(where: str, x: Any, pads: List[int], mode: Any, value: Any) -> Any:
    """ONNX has all begins, then all ends, those of samples and channels too."""
    rank = len(pads) // 2
    if rank not in (3, 4) or any(pads[axis] or pads[axis + rank] for axis in (0, 1)):
        refuse(f"{where} pads by {pads}; only zeros around an image or a signal are supported")
    sides = [n for axis in range(rank - 1, 1, -1) for n in (pads[axis], pads[axis + rank])]
    return pad_step(where, x, sides, mode, value)


# To layers -----------------------------------------------------------------------------------------------------------


def window_layers(value: Step) -> Tuple[Any, List[Layer]]:
    """What stands before, and the layer. Zeros that were put around the input of a convolution or of average_pool are
    its padding."""
    before, name, window = value.inputs[0], value.options["name"], value.options["window"]
    if isinstance(before, Step) and before.op == "pad":
        sides = tuple(a + b for a, b in zip(window.padding, before.options["sides"]))
        is_mean = name == "average_pool" and all(2 * n <= window.size[i // 2] for i, n in enumerate(sides))
        if not (name.startswith("conv") or is_mean) or is_transposed(name):
            refuse(f"{before.where} pads what {value.where} gets, which etch does not have there")
        window = Window(window.size, window.stride, window.dilation, sides, window.groups, window.filters)
        before = before.inputs[0]
    tensors = {}
    if name.startswith("conv"):
        tensors = {"weight": value.inputs[1].values, "bias": value.inputs[2].values.reshape(-1)}
    return before, [layer_of_window(name, window, tensors)]


def is_mean_of_positions(value: Step) -> bool:
    if value.op == "global_average_pool":
        return True
    dims = value.options.get("dim") if value.op == "mean" else None
    return bool(dims) and set(dims) in ({2, 3}, {-1, -2}, {2}) and not isinstance(dims, str)


Found = Union[Tuple[Any, List[Layer]], None]


def image_layers(value: Step, start: Step) -> Found:
    if value.op == "window":
        return window_layers(value)
    if is_mean_of_positions(value):
        return value.inputs[0], [Layer("global_average_pool")]
    if value.op == "pad":
        refuse(f"{value.where} puts zeros around something that no convolution gets, for which etch has no layer")
    return None
