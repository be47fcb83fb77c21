"""From a graph to a chain of layers, walked from its end to its start; and back, so that a network can be evaluated."""
from __future__ import annotations

import contextlib
import functools
import math
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from .batch_norm import batch_norm_of, fold
from .errors import Refused, refuse
from .graph import OPERATORS, Constant, Step, ancestors, evaluate, refuse_operator
from .held_layers import COMPUTED
from .image_steps import image_layers
from .images import OF_IMAGES
from .numbers import fraction, inverse_epsilon
from .recurrent import GATES
from .sequences import LAYOUT, is_stream, output_of, pass_layout, recurrent_layers
from .source import Answer
from .topology import Layer, Network, Shape, TENSORS, fit_layer
from .whole_sequences import concat, film, gated, sequence_layers, unrolled


def chain(value: Any, start: Step, inputs: Optional[Shape] = None) -> List[Layer]:
    """The layers that lead from start to value. `inputs` is the shape of a sample, if the user says it."""
    value = output_of(value)
    return fold(walk(value, start, is_stream(value, inputs)))


def walk(value: Any, start: Step, stream: bool) -> List[Layer]:
    """A stream takes one step of a sequence after the other, so that what moves axes or takes the last step is not in
    it."""
    if value is start:
        return []
    if not isinstance(value, Step) or not value.inputs:
        refuse("the graph is not a chain of layers: its output does not depend on its input alone")
    if value.op == "recurrent":
        return walk(value.inputs[0], start, stream) + (recurrent_layers(value) if stream else unrolled(value))
    if stream and value.op in LAYOUT:
        return walk(pass_layout(value), start, stream)
    way = functools.partial(inner_walk, stream=stream)
    for pattern in PATTERNS:
        found = pattern(value, start, way) if pattern in BRANCHING else pattern(value, start)
        if found:
            before, layers = found
            return walk(before, start, stream) + layers
    refuse_operator(value.op, value.where)


def inner_walk(value: Any, start: Step, stream: bool) -> List[Layer]:
    """Of a way inside of a layer."""
    return fold(walk(value, start, stream))


Found = Optional[Tuple[Any, List[Layer]]]  # the step before a pattern, and the pattern's layers


def with_constant(value: Any, op: str) -> Tuple[Any, Optional[Constant]]:
    """The two operands of a commutative operator, the constant last."""
    if isinstance(value, Step) and value.op == op:
        left, right = value.inputs
        if isinstance(right, Constant):
            return left, right
        if isinstance(left, Constant):
            return right, left
    return None, None


def is_number(constant: Optional[Constant], number: float) -> bool:
    return bool(constant and constant.values.size == 1 and math.isclose(constant.values.item(), number, rel_tol=1e-6))


def vector(constant: Constant) -> np.ndarray:
    """A number for each feature, or one for all."""
    return constant.values.reshape(() if constant.values.size == 1 else -1)


def dense(value: Step, start: Step) -> Found:
    """linear, or MatMul with or without an Add."""
    bias: Optional[Constant]
    before, bias = with_constant(value, "add")
    if not (bias and isinstance(before, Step) and before.op == "matmul"):
        before, bias = value, None
    if before.op == "linear":
        x, weight, bias = (*before.inputs, None)[:3]
        transposed = False
    elif before.op == "matmul":
        (x, weight), transposed = before.inputs, True
    else:
        return None
    if not isinstance(weight, Constant) or isinstance(x, Constant) or weight.values.ndim != 2:
        refuse(f"the product {before.where} is not of a vector and constant weights on its right")
    if bias is not None and not isinstance(bias, Constant):
        refuse(f"the bias of {before.where} is not constant")
    matrix = weight.values.T if transposed else weight.values
    numbers = vector(bias) if bias else np.zeros(())
    return x, [Layer("dense", (len(matrix),), {"weight": matrix, "bias": numbers})]


def layer_norm_of_steps(value: Step, start: Step) -> Found:
    """(x - mean) / sqrt(mean((x - mean)^2) + eps), perhaps scaled and shifted."""
    rest: Any = value
    shifted, bias = with_constant(rest, "add")
    rest = shifted if bias else rest
    scaled, weight = with_constant(rest, "mul")
    rest = scaled if weight else rest
    if not (isinstance(rest, Step) and rest.op == "div" and isinstance(rest.inputs[1], Step)):
        return None
    away, root = rest.inputs
    variance, epsilon = with_constant(root.inputs[0], "add") if root.op == "sqrt" else (None, None)
    if not (epsilon and variance and isinstance(away, Step) and variance.op == "mean" and away.op == "sub"):
        return None
    x, mean = away.inputs
    square = variance.inputs[0]
    squared = square.inputs[0] is away and (square.inputs[1] is away if square.op == "mul" else
                                            square.op == "pow" and is_number(square.inputs[1], 2))  # fmt: skip
    if not (squared and isinstance(mean, Step) and mean.op == "mean" and mean.inputs[0] is x):
        return None
    if any(m.options["dim"] not in ((-1,), (1,)) for m in (mean, variance)):
        refuse(f"the layer norm at {value.where} is over other dimensions than the last")
    tensors = {"weight": vector(weight) if weight else np.ones(()), "bias": vector(bias) if bias else np.zeros(())}
    return x, [Layer("layer_norm", (inverse_epsilon(epsilon.values.item()),), tensors)]


def factors(value: Any) -> Tuple[List[Any], float]:
    """A product of steps and a number."""
    other, constant = with_constant(value, "mul")
    if constant and constant.values.size == 1:
        steps, number = factors(other)
        return steps, number * constant.values.item()
    if isinstance(value, Step) and value.op == "mul" and not constant:
        (left, a), (right, b) = factors(value.inputs[0]), factors(value.inputs[1])
        return left + right, a * b
    return [value], 1.0


def gelu_of_steps(value: Step, start: Step) -> Found:
    """x * (1 + erf(x / sqrt(2))) / 2, in any order."""
    steps, number = factors(value)
    if len(steps) != 2 or not math.isclose(number, 0.5):
        return None
    for x, other in (steps, steps[::-1]):
        inside, one = with_constant(other, "add")
        if is_number(one, 1) and isinstance(inside, Step) and inside.op == "erf":
            argument = inside.inputs[0]
            by_mul, reciprocal = with_constant(argument, "mul")
            if by_mul is x and is_number(reciprocal, math.sqrt(0.5)):
                return x, [Layer("gelu")]
            if argument.op == "div" and argument.inputs[0] is x and is_number(argument.inputs[1], math.sqrt(2)):
                return x, [Layer("gelu")]
    return None


def silu_of_steps(value: Step, start: Step) -> Found:
    """x * sigmoid(x), or x * hard_sigmoid(x)"""
    if value.op == "mul":
        for x, other in (value.inputs, value.inputs[::-1]):
            if isinstance(other, Step) and other.op in ("sigmoid", "hard_sigmoid") and other.inputs[0] is x:
                return x, [Layer("silu" if other.op == "sigmoid" else "hard_swish")]
    return None


def residual(value: Step, start: Step, way: Any) -> Found:
    """x + f(x)"""
    if value.op != "add" or any(isinstance(i, Constant) for i in value.inputs):
        return None
    for x, other in (value.inputs, value.inputs[::-1]):
        if other is not x and id(x) in ancestors(other, {}):
            return x, [Layer("residual", inner=way(other, x))]
    refuse(f"the graph is not a chain of layers: {value.where} adds what comes on two ways")


def affine(value: Step, start: Step) -> Found:
    """What is shifted and scaled by constants: y = (x - mean) / deviation."""
    operations = []
    rest: Any = value
    while isinstance(rest, Step) and rest.op in ("add", "sub", "mul", "div"):
        x, constant = with_constant(rest, rest.op)
        if not constant or rest.op in ("sub", "div") and rest.inputs[1] is not constant:
            break
        if any(p(rest, start) for p in (dense, layer_norm_of_steps, gelu_of_steps)):
            break
        operations.insert(0, (rest.op, vector(constant)))
        rest = x
    if not operations:
        if value.op in ("sub", "div") and isinstance(value.inputs[0], Constant):
            like = "1 - x" if value.op == "sub" else "1 / x"
            refuse(f"the operator `{value.op}` ({value.where}) has its constant on the left, as in `{like}`, which "
                   "etch has no layer for")  # fmt: skip
        if value.op in ("sub", "mul", "div"):
            refuse(f"the graph is not a chain of layers: {value.where} combines what comes on two ways")
        return None
    mean, deviation = np.zeros(()), np.ones(())
    for op, number in operations:
        if op in ("add", "sub"):
            mean = mean + (number if op == "sub" else -number) * deviation
        else:
            with np.errstate(divide="ignore"):
                deviation = deviation * number if op == "div" else deviation / number
    if not np.isfinite(deviation).all() or (deviation == 0).any():
        refuse(f"{value.where} scales by zero, or by what is not finite")
    return rest, [Layer("affine", (), {"mean": mean, "deviation": deviation})]


def clip(value: Step, start: Step) -> Found:
    """One clip or several, one after another, between constants."""
    if value.op != "clip" or isinstance(value.inputs[0], Constant):
        return None
    low, high = np.asarray(-math.inf), np.asarray(math.inf)
    rest: Any = value
    while isinstance(rest, Step) and rest.op == "clip":
        rest, least, most = rest.inputs
        low, high = np.clip(vector(least), low, high), np.clip(vector(most), low, high)
    low, high = np.broadcast_arrays(low, high)
    if not (low < high).all():
        refuse(f"{value.where} clamps to {low.min()} ... {high.max()}, which leaves nothing")
    return rest, limits(low, high, f"the limit of {value.where}")


def single(value: Step, start: Step) -> Found:
    """Operators that are a layer of their own."""
    options, where = value.options, value.where
    make = SINGLE.get(value.op)
    return (value.inputs[0], make(value, where, **options)) if make else None


BRANCHING = (film, gated, concat, residual)  # which walk several ways
PATTERNS = (dense, image_layers, sequence_layers, layer_norm_of_steps, gelu_of_steps, silu_of_steps, *BRANCHING, affine,
            clip, single)  # fmt: skip


def plain(name: str) -> Callable[..., List[Layer]]:
    return lambda value, where: [Layer(name)]


def leaky_relu_layer(value: Step, where: str, negative_slope: float) -> List[Layer]:
    return leaky_relu_of(where, negative_slope)


def leaky_relu_of(where: str, negative_slope: float) -> List[Layer]:
    if not 0 <= negative_slope < 1:
        refuse(f"the slope of {where} is not at least 0 and below 1")
    return [Layer("leaky_relu", fraction(negative_slope, f"the slope of {where}"))]


def elu_layer(value: Step, where: str, alpha: float) -> List[Layer]:
    if not alpha > 0:
        refuse(f"the alpha of {where} is not above 0")
    return [Layer("elu", fraction(alpha, f"the alpha of {where}"))]


def limits(low: np.ndarray, high: np.ndarray, what: str) -> List[Layer]:
    """min(max(x, low), high), for every feature or for all: by a layer without tensors if there is one."""
    if np.isinf(low).all() and np.isinf(high).all():
        return []
    one = (low == low.flat[0]).all() and (high == high.flat[0]).all()
    least, most = float(low.flat[0]), float(high.flat[0])
    if one and least == -most:
        return [Layer("hard_tanh") if most == 1 else Layer("clamp", fraction(most, what))]
    if one and least == 0:
        return [Layer("relu")] + ([] if math.isinf(most) else [Layer("clamp", fraction(most, what))])
    largest = float(np.finfo(np.float32).max)
    tensors = {"minimum": np.clip(low, -largest, largest), "maximum": np.clip(high, -largest, largest)}
    return [Layer("clip", (), tensors)]


def dropout_layer(value: Step, where: str, p: float) -> List[Layer]:
    if not 0 <= p < 1:
        refuse(f"the probability of {where} is not at least 0 and below 1")
    percent = round(p * 100)
    if np.float32(percent) / np.float32(100) == np.float32(p):
        return [Layer("dropout", (percent, 100))]
    return [Layer("dropout", fraction(p, f"the probability of {where}"))]


def batch_norm_layer(value: Step, where: str, eps: float) -> List[Layer]:
    if not all(isinstance(t, Constant) for t in value.inputs[1:]):
        refuse(f"the numbers of {where} are not constant")
    weight, bias, mean, variance = (vector(t) for t in value.inputs[1:])
    group = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": variance}
    return [batch_norm_of(where, group, eps)]


def prelu_layer(value: Step, where: str) -> List[Layer]:
    weight = value.inputs[1]
    if not isinstance(weight, Constant):
        refuse(f"the slope of {where} is not constant")
    return prelu_of(where, weight.values)


def prelu_of(where: str, slopes: np.ndarray) -> List[Layer]:
    """A leaky_relu if it has one slope that is a fraction."""
    numbers = slopes.reshape(-1)
    if numbers.size == 0:
        refuse(f"{where} is a PReLU without a slope")
    if (numbers == numbers[0]).all():
        with contextlib.suppress(Refused):
            return leaky_relu_of(where, float(numbers[0]))
        numbers = numbers[:1]
    return [Layer("prelu", (numbers.size,), {"weight": numbers})]


def group_norm_layer(value: Step, where: str, eps: float, groups: int) -> List[Layer]:
    if not all(isinstance(t, Constant) for t in value.inputs[1:]):
        refuse(f"the numbers of {where} are not constant")
    tensors = {name: vector(t) for name, t in zip(("weight", "bias"), value.inputs[1:])}
    return [Layer("group_norm", (groups, inverse_epsilon(eps, "a group norm")), tensors)]


def softmax_layer(value: Step, where: str, dim: Optional[int]) -> List[Layer]:
    if dim not in (-1, 1):
        refuse(f"{where} is over dimension {dim}, not the last")
    return [Layer(value.op)]


def layer_norm_layer(value: Step, where: str, eps: float, axes: Shape, features: Optional[int]) -> List[Layer]:
    tensors = {"weight": value.inputs[1], "bias": value.inputs[2]}
    if not all(isinstance(t, Constant) for t in tensors.values()):
        refuse(f"weight and bias of {where} are not constant")
    numbers = {name: vector(t) for name, t in tensors.items()}
    return [Layer("layer_norm", (inverse_epsilon(eps),), numbers, features=features)]


def statistics_layer(value: Step, where: str, **options: int) -> List[Layer]:
    names = TENSORS[value.op]
    tensors = {name: vector(constant) for name, constant in zip(names, value.inputs[1:])}
    return [Layer(value.op, tuple(options.values()), tensors)]


SINGLE: Dict[str, Callable[..., List[Layer]]] = {
    **{name: plain(name) for name in ("relu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid", "identity",
                                     "hard_sigmoid", "hard_swish")},
    "leaky_relu": leaky_relu_layer,
    "elu": elu_layer,
    "prelu": prelu_layer,
    "batch_norm": batch_norm_layer,
    "dropout": dropout_layer,
    "softmax": softmax_layer,
    "log_softmax": softmax_layer,
    "group_norm": group_norm_layer,
    "layer_norm": layer_norm_layer,
    "flatten": lambda value, where, features=None: [Layer("flatten", features=features)],
    "causal_conv_1d": lambda value, where, layer: [
        Layer(layer.name, layer.arguments, {n: c.values for n, c in zip(("weight", "bias"), value.inputs[1:])})],
    "flatten_last": lambda value, where: [Layer("flatten", channels_last=True)],
    "squeeze": lambda value, where, dim: [],  # a row of one number
    "standardize": statistics_layer,
    "unstandardize": statistics_layer,
    "normalize": statistics_layer,
}


def steps_of(layers: Sequence[Layer], before: Any, shape: Shape) -> Any:
    """The way back: a network as a graph, so that it can be evaluated."""
    for layer in layers:
        given, shape = shape, fit_layer(layer, shape, inside=False)
        before = step_of(layer, before, given)
    return before


def step_of(layer: Layer, before: Any, shape: Shape) -> Step:
    tensors = [Constant(t.astype(np.float64)) for t in layer.tensors.values()]
    a: Tuple[Any, ...] = layer.arguments
    ratio = {"leaky_relu": "negative_slope", "elu": "alpha", "dropout": "p"}
    if layer.name == "residual":
        return Step("add", "", [before, steps_of(layer.inner, before, shape)])
    if layer.name in COMPUTED:
        return Step("held", "", [before], {"layer": layer, "shape": shape})
    if layer.name in GATES:
        own = {"reset_before": "reset_before" in a, "relu": "with_relu" in a}
        return Step("recurrent_rows", "", [before, *tensors], {"kind": layer.name, **own})
    if layer.name in (*OF_IMAGES, "batch_norm"):
        return Step("image_rows", "", [before, *tensors], {"layer": layer, "shape": shape})
    if layer.name == "causal_conv_1d":
        return Step(layer.name, "", [before, *tensors], {"layer": layer})
    if layer.name in ("prelu", "group_norm"):
        return Step(f"{layer.name}_rows", "", [before, *tensors], {"layer": layer})
    if layer.name in ratio:
        return Step(layer.name, "", [before], {ratio[layer.name]: a[0] / a[1]})
    if layer.name in ("hard_tanh", "clamp"):
        limit = a[0] / a[1] if a else 1.0
        return Step("clip", "", [before, Constant(np.asarray(-limit)), Constant(np.asarray(limit))])
    if layer.name == "layer_norm":
        return Step("layer_norm", "", [before, *tensors], {"eps": 1 / a[0], "axes": (-1,)})
    if layer.name == "clip":
        return Step("clip", "", [before, *tensors])
    if layer.name == "normalize":
        return Step("normalize", "", [before, *tensors], {"low": a[0], "high": a[1]})
    op = {"dense": "linear", "fast_tanh": "tanh", "fast_sigmoid": "sigmoid"}.get(layer.name, layer.name)
    return Step(op, "", [before, *tensors], {"dim": -1} if op.endswith("softmax") else {})


def answers_of_layers(layers: Sequence[Layer], rows: np.ndarray, shape: Shape) -> np.ndarray:
    """What a list of layers makes of samples in rows."""
    start = Step("input", "input")
    return evaluate(steps_of(layers, start, shape), start, rows, {})  # type: ignore[return-value]


def answer_of(network: Network) -> Answer:
    """All of etch's layers see a sample as one row of numbers."""
    return lambda samples: answers_of_layers(network.layers, samples.reshape(len(samples), -1), network.inputs)


OPERATORS["held"] = lambda x, layer, shape: COMPUTED[layer.name](layer, x, shape, answers_of_layers)
