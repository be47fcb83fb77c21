"""ONNX's operators as steps of a graph, with ONNX's defaults. What depends only on constants and on shapes is
computed."""
from __future__ import annotations

import math
from typing import Any, Callable, Dict, List

import numpy as np

from .errors import refuse, refusing
from .graph import Constant, Size, Step, known_shape, refuse_operator, step
from .image_steps import onnx_pad, onnx_window
from .numbers import to_float32
from .sequences import ORDER, equal_part, is_sequence, onnx_recurrent
from .torch_operators import clip_step, torch_step

REAL = (1, 10, 11, 16)  # FLOAT, FLOAT16, DOUBLE, BFLOAT16
SAME = {
    "Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "Identity": "identity",
    "Erf": "erf", "Sqrt": "sqrt", "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Pow": "pow",
    "MatMul": "matmul",
}  # fmt: skip
LARGEST = 2**26  # numbers of a constant that is computed


def onnx_numbers(numbers: np.ndarray, name: str) -> np.ndarray:
    """Weights as float64; integers, which are shapes and axes, as they are."""
    if numbers.dtype.kind != "f":
        return numbers
    if np.isnan(numbers).any() or numbers.size > 1:
        to_float32(numbers, name)
    return numbers.astype(np.float64)


def integers(values: Any) -> List[int]:
    return [int(n) for n in np.atleast_1d(np.asarray(values)).tolist()]


def sliced(x: np.ndarray, attributes: Dict[str, Any], *limits: np.ndarray) -> np.ndarray:
    """Slice, whose limits were attributes before opset 10."""
    given = list(limits) or [np.asarray(attributes[n]) for n in ("starts", "ends", "axes") if n in attributes]
    starts, ends = integers(given[0]), integers(given[1])
    axes = integers(given[2]) if len(given) > 2 and given[2] is not None else list(range(len(starts)))
    steps = integers(given[3]) if len(given) > 3 and given[3] is not None else [1] * len(starts)
    for start, end, axis, each in zip(starts, ends, axes, steps):
        index = [slice(None)] * x.ndim
        index[axis] = slice(start, end, each)
        x = x[tuple(index)]
    return x


def axes_of(attributes: Dict[str, Any], given: Any) -> Any:
    axes = attributes.get("axes") if given is None else given
    return None if axes is None else tuple(integers(axes))


def reduced(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    return lambda x, attributes, axes=None: function(x, axis=axes_of(attributes, axes),
                                                     keepdims=bool(attributes.get("keepdims", 1)))  # fmt: skip


def reshaped(x: np.ndarray, attributes: Dict[str, Any], shape: np.ndarray) -> np.ndarray:
    wanted = integers(shape)
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(wanted)])


# Of constants: inputs as arrays, attributes as a dictionary.
FOLDED: Dict[str, Callable[..., np.ndarray]] = {
    "Shape": lambda x, a: np.asarray(x.shape, np.int64)[a.get("start", 0):a.get("end", None)],
    "Size": lambda x, a: np.asarray(x.size, np.int64),
    "Gather": lambda x, a, index: np.take(x, index.astype(np.int64), axis=a.get("axis", 0)),
    "Unsqueeze": lambda x, a, axes=None: np.expand_dims(x, axes_of(a, axes)),
    "Squeeze": lambda x, a, axes=None: np.squeeze(x, axes_of(a, axes)),
    "Concat": lambda *all_of_them: np.concatenate([np.asarray(x) for x in (all_of_them[0], *all_of_them[2:])],
                                                  axis=all_of_them[1]["axis"]),
    "Slice": sliced,
    "Cast": lambda x, a: x.astype(np.float64) if a["to"] in REAL else x if x.dtype == object else x.astype(np.int64),
    "Reshape": reshaped,
    "Expand": lambda x, a, shape: np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(integers(shape)))),
    "Transpose": lambda x, a: np.transpose(x, a.get("perm")),
    "Neg": lambda x, a: -x,
    "Abs": lambda x, a: np.abs(x),
    "Exp": lambda x, a: np.exp(x),
    "Log": lambda x, a: np.log(x),
    "Sqrt": lambda x, a: np.sqrt(x),
    "Reciprocal": lambda x, a: 1 / x,
    "Floor": lambda x, a: np.floor(x),
    "Add": lambda x, a, y: x + y,
    "Sub": lambda x, a, y: x - y,
    "Mul": lambda x, a, y: x * y,
    "Div": lambda x, a, y: x // y if object in (x.dtype, y.dtype) or "f" not in x.dtype.kind + y.dtype.kind else x / y,
    "Pow": lambda x, a, y: np.power(x, y),
    "Max": lambda x, a, y: np.maximum(x, y),
    "Min": lambda x, a, y: np.minimum(x, y),
    "MatMul": lambda x, a, y: np.matmul(x, y),
    "ReduceL2": reduced(lambda x, **how: np.sqrt(np.sum(x * x, **how))),
    "ReduceSum": reduced(np.sum),
    "ReduceMean": reduced(np.mean),
    "ReduceMax": reduced(np.max),
    "ReduceProd": reduced(np.prod),
}


def folded(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Constant:
    arrays = [None if i is None else np.asarray(i.values) for i in inputs]
    if op == "Expand" and arrays[1].dtype == object and (arrays[0] == arrays[0].flat[0]).all():
        return Constant(np.asarray(arrays[0].flat[0]), inputs[0].sources)  # the same, however many there are
    if op == "Expand" and math.prod(integers(arrays[1])) > LARGEST:
        refuse(f"{where} makes a constant of more than {LARGEST} numbers")
    with refusing(f"the constants of {where} do not fit"), np.errstate(all="ignore"):
        result = np.asarray(FOLDED[op](arrays[0], attributes, *arrays[1:]))
    return Constant(result, frozenset().union(*(i.sources for i in inputs if i is not None)))


def onnx_step(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any], to_array: Any) -> Any:
    def option(index: int, name: str, default: Any = None) -> Any:
        """What older operators have as an attribute, and newer ones as an input."""
        if len(inputs) > index and inputs[index] is not None:
            if not isinstance(inputs[index], Constant):
                refuse(f"the {name} of {where} is not constant")
            return inputs[index].values.tolist()
        return attributes.get(name, default)

    def number(index: int, name: str, default: Any) -> Any:
        value = option(index, name, default)
        return value if value is None else float(np.asarray(value).item())

    if op == "Constant":
        name, value = next(iter(attributes.items()))
        return Constant(onnx_numbers(to_array(value) if name == "value" else np.asarray(value), where))
    if op == "ConstantOfShape":
        extents = option(0, "shape")
        if any(isinstance(n, Size) for n in extents):  # zeros for a state, however many samples there are
            extents = [1]
        shape = integers(extents)
        if math.prod(shape) > LARGEST:
            refuse(f"{where} makes a constant of more than {LARGEST} numbers")
        value = np.asarray(to_array(attributes["value"])).reshape(-1)[0] if "value" in attributes else 0.0
        return Constant(np.full(shape, value))
    if op == "Shape" and isinstance(inputs[0], Step):
        shape = np.asarray([*known_shape(inputs[0]), None], object)[:-1]
        return Constant(shape[attributes.get("start", 0):attributes.get("end", None)])
    if op == "Identity" and not isinstance(inputs[0], Step):
        return inputs[0]
    if op in FOLDED and inputs and all(i is None or isinstance(i, Constant) for i in inputs):
        return folded(op, where, inputs, attributes)
    if op in ("Concat", "Sum", "Max", "Min", "Mean") and len(inputs) == 1:
        return inputs[0]
    if op in SAME:
        return step(SAME[op], where, inputs)
    if op == "Neg":
        return step("mul", where, [inputs[0], Constant(np.asarray(-1.0))])
    if op == "Cast":
        if attributes["to"] not in REAL:
            return step("indices", where, inputs)
        return step("identity", where, inputs)
    if op == "Gemm":
        return gemm(where, inputs, attributes)
    if op == "Elu":
        return step("elu", where, inputs, alpha=float(attributes.get("alpha", 1.0)))
    if op == "LeakyRelu":
        return step("leaky_relu", where, inputs, negative_slope=float(attributes.get("alpha", 0.01)))
    if op == "PRelu":
        return torch_step("prelu", where, inputs[0], {"weight": inputs[1]})
    if op == "Celu":
        return torch_step("celu", where, inputs[0], {"alpha": attributes.get("alpha", 1.0)})
    if op == "Selu":
        for name, usual in (("alpha", 1.6732632), ("gamma", 1.0507010)):
            if not math.isclose(attributes.get(name, usual), usual, rel_tol=1e-6):
                refuse(f"the {name} of {where} is not that of the self-normalizing unit")
        return step("selu", where, inputs)
    if op == "Gelu":
        return torch_step("gelu", where, inputs[0], {"approximate": attributes.get("approximate", b"none").decode()})
    if op in ("Softmax", "LogSoftmax"):
        return step({"Softmax": "softmax"}.get(op, "log_softmax"), where, inputs, dim=attributes.get("axis", -1))
    if op == "HardSigmoid":
        slope, shift = attributes.get("alpha", 0.2), attributes.get("beta", 0.5)
        if not math.isclose(slope, 1 / 6, rel_tol=1e-5) or shift != 0.5:
            refuse(f"{where} is {slope:g} x + {shift:g} between 0 and 1; etch's hard_sigmoid is x / 6 + 1 / 2")
        return step("hard_sigmoid", where, inputs)
    if op == "HardSwish":
        return step("hard_swish", where, inputs)
    if op in ("Conv", "ConvTranspose", "MaxPool", "AveragePool"):
        return onnx_window(op, where, inputs, attributes)
    if op in ("Resize", "Upsample"):
        return resize(where, inputs, attributes, option)
    if op == "GlobalAveragePool":
        return step("global_average_pool", where, inputs)
    if op == "Pad" and isinstance(inputs[0], Step):
        if len(inputs) > 3 and inputs[3] is not None:
            refuse(f"{where} names axes, which is not supported yet")
        return onnx_pad(where, inputs[0], integers(option(1, "pads")), attributes.get("mode", b"constant"),
                        option(2, "value"))  # fmt: skip
    if op == "Clip":
        return clip_step(where, inputs[0], number(1, "min", None), number(2, "max", None))
    if op in ("Max", "Min") and len(inputs) == 2:
        return torch_step({"Max": "maximum", "Min": "minimum"}[op], where, inputs[0], {"other": inputs[1]})
    if op == "Dropout":
        if option(2, "training_mode", False):
            refuse(f"{where} drops numbers in inference too: export it in eval mode")
        return step("dropout", where, inputs[:1], p=float(number(1, "ratio", 0.5)))
    if op == "BatchNormalization":
        return batch_normalization(where, inputs, attributes)
    if op == "Flatten":
        return torch_step("flatten", where, inputs[0], {"start_dim": attributes.get("axis", 1)})
    if op == "Reshape" and is_of_directions(inputs[0]):
        return Step("reshape", where, inputs[:1], {"shape": option(1, "shape")})
    if op == "Reshape":
        return torch_step("view", where, inputs[0], {"first": option(1, "shape")})
    if op == "LayerNormalization":
        return normalization(where, inputs, attributes)
    if op == "ReduceMean":
        axes = tuple(integers(option(1, "axes", [])))
        return step("mean", where, inputs[:1], dim=axes, keepdim=bool(attributes.get("keepdims", 1)))
    if op == "Squeeze":
        axes = option(1, "axes")
        return step("squeeze", where, inputs[:1], dim=None if axes is None else tuple(axes))
    if op in ORDER:
        return onnx_recurrent(op, where, inputs, attributes)
    if op == "Transpose":
        return step("transpose", where, inputs, order=tuple(attributes["perm"]) if "perm" in attributes else None)
    if op == "Unsqueeze":
        return step("unsqueeze", where, inputs[:1], dim=tuple(integers(option(1, "axes"))))
    if op == "Concat" and all(isinstance(i, Step) and i.op == "state" for i in inputs):
        return Step("concat", where, inputs, {"dim": attributes["axis"]})
    if isinstance(inputs[0], Step) and inputs[0].op == "initial" and op in ("Slice", "Split", "Gather", "Reshape"):
        return inputs[0]
    if op == "Gather" and isinstance(inputs[0], Step) and is_sequence(inputs[0]) and isinstance(inputs[1], Constant):
        return step("select", where, inputs[:1], dim=attributes.get("axis", 0), index=integers(inputs[1].values))
    if op == "Gather" and isinstance(inputs[0], Constant) and attributes.get("axis", 0) == 0:
        return Step("embedding", where, [inputs[1], inputs[0]])
    if op == "Split" and isinstance(inputs[0], Step):
        return split(where, inputs[0], attributes, option(1, "split"))
    if op == "Concat" and all(isinstance(i, Step) for i in inputs):
        return Step("concat", where, inputs, {"dim": attributes["axis"]})
    if op == "Slice" and isinstance(inputs[0], Step):
        return slice_step(where, inputs, attributes, option)
    if op == "Gather" and isinstance(inputs[1], Constant):
        return step("select", where, inputs[:1], dim=attributes.get("axis", 0), index=integers(inputs[1].values))
    if op in ("Gather", "Slice", "Split") and isinstance(inputs[0], Step):
        refuse(f"the operator {op} ({where}) takes a part of its input, for which etch has no layer")
    refuse_operator(op, where)


def resize(where: str, inputs: List[Any], attributes: Dict[str, Any], option: Callable[..., Any]) -> Any:
    """Each number repeated. Two ways of counting places lead to that."""
    mode = attributes.get("mode", b"nearest").decode()
    places = attributes.get("coordinate_transformation_mode", b"half_pixel" if len(inputs) > 2 else b"asymmetric")
    nearest = attributes.get("nearest_mode", b"round_prefer_floor" if len(inputs) > 2 else b"floor")
    repeats = (b"asymmetric", b"floor"), (b"half_pixel", b"round_prefer_floor"), (b"half_pixel", b"round_prefer_ceil")
    if mode != "nearest" or (places, nearest) not in repeats:
        refuse(f"{where} interpolates by {mode}, {places.decode()}, {nearest.decode()}; etch repeats each number")
    scales = option(2 if len(inputs) > 2 else 1, "scales")
    if not isinstance(scales, list) or len(scales) not in (3, 4) or scales[:2] != [1, 1] or (
            len(inputs) > 3 and inputs[3] is not None):  # fmt: skip
        refuse(f"{where} has a size in place of a factor, or enlarges other axes, which etch does not have")
    return torch_step("upsample", where, inputs[0], {"scale_factor": scales[2:]})


def is_of_directions(value: Any) -> bool:
    """The outputs of both directions, which a transpose and a reshape put next to each other."""
    while isinstance(value, Step) and value.op in ("transpose", "squeeze"):
        value = value.inputs[0]
    return isinstance(value, Step) and value.op == "directions"


def split(where: str, x: Step, attributes: Dict[str, Any], sizes: Any) -> List[Step]:
    """Into equal parts."""
    count = int(attributes["num_outputs"])
    if sizes and len(set(sizes)) != 1 or not 0 < count < 2**16:
        refuse(f"{where} takes parts that are not all of one known size, for which etch has no layer")
    return [Step("part", where, [x], {"index": i, "of": count, "dim": attributes.get("axis", 0)}) for i in range(count)]


def slice_step(where: str, inputs: List[Any], attributes: Dict[str, Any], option: Callable[..., Any]) -> Step:
    starts, ends, axes, steps = (option(i, n) for i, n in enumerate(("starts", "ends", "axes", "steps"), 1))
    if len(starts) != 1 or len(ends) != 1 or (steps or [1]) != [1] or not isinstance(starts[0], (int, float)):
        refuse(f"the operator Slice ({where}) takes a part of its input, for which etch has no layer")
    last = int(ends[0]) if isinstance(ends[0], (int, float)) and abs(ends[0]) < 2**31 - 1 else None
    part = slice(int(starts[0]), last)
    axis = int((axes or [0])[0])
    if axis not in (1, -1) and not (axis == 2 and inputs[0].op == "window"):
        refuse(f"the operator Slice ({where}) takes a part along the axis {axis}, for which etch has no layer")
    return equal_part(where, inputs[0], part, axis) or Step("getitem", where, inputs[:1], {"index": [part], "dim": axis})


def gemm(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    """alpha * x * W + beta * c, with W transposed or not; the factors become part of W and c."""
    x, weight, bias = (*inputs, None)[:3]
    if attributes.get("transA", 0) or not isinstance(weight, Constant):
        refuse(f"the product {where} is not of samples and constant weights on its right")
    if bias is not None and not isinstance(bias, Constant):
        refuse(f"the bias of {where} is not constant")
    matrix = weight.values if attributes.get("transB", 0) else weight.values.T
    if bias is not None and bias.values.size != 1 and bias.values.shape not in ((len(matrix),), (1, len(matrix))):
        refuse(f"the bias of {where} has shape {list(bias.values.shape)}, and must have [{len(matrix)}]")
    operands = [x, Constant(matrix * attributes.get("alpha", 1.0), weight.sources)]
    if bias is not None:
        numbers = np.broadcast_to(bias.values.reshape(-1) * attributes.get("beta", 1.0), (len(matrix),))
        operands.append(Constant(numbers, bias.sources))
    return step("linear", where, operands)


def batch_normalization(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    if attributes.get("training_mode", 0) or attributes.get("is_test", 1) == 0:
        refuse(f"{where} is a batch norm that uses the statistics of its batch: export the model in eval mode")
    x, weight, bias, mean, variance = inputs[:5]
    given = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": variance}
    return torch_step("batch_norm", where, x, {**given, "eps": attributes.get("epsilon", 1e-5)})


def normalization(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    x, weight, bias = (*inputs, None)[:3]
    if attributes.get("axis", -1) not in (-1, 1):
        refuse(f"the layer norm at {where} is over other dimensions than the last")
    return step("layer_norm", where, [x, weight, bias or Constant(np.zeros(()))],
                eps=attributes.get("epsilon", 1e-5), axes=(-1,), features=None)  # fmt: skip
