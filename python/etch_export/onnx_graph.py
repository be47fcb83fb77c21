"""ONNX as a graph."""
from __future__ import annotations

import math
import os
from typing import Any, Dict, List

import numpy as np

from .chain import chain
from .errors import first_line, refuse
from .graph import Constant, Step, evaluate, step
from .numbers import to_float32
from .source import Options, Source, check_all_used, sources_of
from .torch_operators import clip_step, torch_step


def from_onnx(path: str, options: Options) -> Source:
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        refuse(f"reading {path} needs the Python package onnx")
    try:
        graph = onnx.load(path).graph
    except Exception as error:
        refuse(f"{path} cannot be read as ONNX ({first_line(error)})")
    values: Dict[str, Any] = {"": None}
    for tensor in graph.initializer:
        numbers = onnx_numbers(numpy_helper.to_array(tensor), tensor.name)
        values[tensor.name] = Constant(numbers, frozenset([tensor.name]))
    inputs = [i for i in graph.input if i.name not in values]
    if len(inputs) != 1 or len(graph.output) != 1:
        refuse(f"{path} has {len(inputs)} inputs and {len(graph.output)} outputs; a network has one of each")
    start = values[inputs[0].name] = Step("input", inputs[0].name)
    for node in graph.node:
        where = f"node {node.name or node.output[0]}"
        if node.domain not in ("", "ai.onnx"):
            refuse(f"the operator {node.domain}::{node.op_type} ({where}) is none that etch has a layer for")
        missing = [i for i in node.input if i not in values]
        if missing:
            refuse(f"{where} reads {missing[0]}, which nothing gives")
        known = node.op_type in (*ONNX_SAME, "Gemm", "LayerNormalization", "Flatten", "Reshape")
        if known and len(node.input) < onnx.defs.get_schema(node.op_type).min_input:
            refuse(f"{where} has only {len(node.input)} inputs")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        made = onnx_step(node.op_type, where, [values[i] for i in node.input], attributes, numpy_helper.to_array)
        values[node.output[0]] = made
    end = values.get(graph.output[0].name)
    check_all_used([t.name for t in graph.initializer], sources_of(end) | shapes_read(graph), options.ignore)
    dims = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim][1:]
    return Source(chain(end, start), os.path.basename(path), lambda x: evaluate(end, start, x, {}),
                  tuple(dims) if dims and all(dims) else None)  # fmt: skip


def onnx_numbers(numbers: np.ndarray, name: str) -> np.ndarray:
    """Weights as float64; integers, which are shapes and axes, as they are."""
    if numbers.dtype.kind != "f":
        return numbers
    if np.isnan(numbers).any() or numbers.size > 1:
        to_float32(numbers, name)
    return numbers.astype(np.float64)


def shapes_read(graph: Any) -> set:
    """Initializers that say a shape, an axis or a limit: options of a step, not operands."""
    return {name for node in graph.node for name in node.input[1:] if node.op_type in ONNX_WITH_OPTIONS_AS_INPUTS}


ONNX_WITH_OPTIONS_AS_INPUTS = ("Reshape", "Clip", "Dropout", "ReduceMean", "Unsqueeze", "Squeeze")
ONNX_REAL = (1, 10, 11, 16)  # FLOAT, FLOAT16, DOUBLE, BFLOAT16
ONNX_SAME = {
    "Relu": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "Identity": "identity",
    "Erf": "erf", "Sqrt": "sqrt", "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Pow": "pow",
    "MatMul": "matmul",
}  # fmt: skip


def onnx_step(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any], to_array: Any) -> Any:
    """An operator of ONNX, with ONNX's defaults."""

    def option(index: int, name: str, default: Any = None) -> Any:
        """What older operators have as an attribute, and newer ones as an input."""
        if len(inputs) > index and inputs[index] is not None:
            if not isinstance(inputs[index], Constant):
                refuse(f"the {name} of {where} is not constant")
            return inputs[index].values.tolist()
        return attributes.get(name, default)

    if op == "Constant":
        name, value = next(iter(attributes.items()))
        return Constant(onnx_numbers(to_array(value) if name == "value" else np.asarray(value), where))
    if op == "Identity" and not isinstance(inputs[0], Step):
        return inputs[0]
    if op in ONNX_SAME:
        return step(ONNX_SAME[op], where, inputs)
    if op == "Cast":
        if not isinstance(inputs[0], Constant) and attributes["to"] not in ONNX_REAL:
            refuse(f"{where} makes something else than real numbers of its input")
        return step("identity", where, inputs)
    if op == "Gemm":
        return gemm(where, inputs, attributes)
    if op == "Elu":
        return step("elu", where, inputs, alpha=attributes.get("alpha", 1.0))
    if op == "LeakyRelu":
        return step("leaky_relu", where, inputs, negative_slope=attributes.get("alpha", 0.01))
    if op == "Selu":
        for name, usual in (("alpha", 1.6732632), ("gamma", 1.0507010)):
            if not math.isclose(attributes.get(name, usual), usual, rel_tol=1e-6):
                refuse(f"the {name} of {where} is not that of the self-normalising unit")
        return step("selu", where, inputs)
    if op == "Gelu":
        return torch_step("gelu", where, inputs[0], {"approximate": attributes.get("approximate", b"none").decode()})
    if op == "Softmax":
        return step("softmax", where, inputs, dim=attributes.get("axis", -1))
    if op == "Clip":
        return clip_step(where, inputs[0], option(1, "min"), option(2, "max"))
    if op in ("Max", "Min"):
        return torch_step({"Max": "maximum", "Min": "minimum"}[op], where, inputs[0], {"other": (*inputs, None)[1]})
    if op == "Dropout":
        return step("dropout", where, inputs[:1], p=float(option(1, "ratio", 0.5)))
    if op == "Flatten":
        return torch_step("flatten", where, inputs[0], {"start_dim": attributes.get("axis", 1)})
    if op == "Reshape":
        return torch_step("view", where, inputs[0], {"first": option(1, "shape")})
    if op == "LayerNormalization":
        return normalization(where, inputs, attributes)
    if op == "ReduceMean":
        axes = tuple(np.atleast_1d(option(1, "axes", [])).tolist())
        return step("mean", where, inputs[:1], dim=axes, keepdim=bool(attributes.get("keepdims", 1)))
    if op == "Transpose" and isinstance(inputs[0], Constant):
        return step("transpose", where, inputs, order=attributes.get("perm"))
    if op == "Squeeze" or op == "Unsqueeze" and isinstance(inputs[0], Constant):
        axes = option(1, "axes")
        return step(op.lower(), where, inputs[:1], dim=None if axes is None else tuple(axes))
    refuse(f"the operator {op} ({where}) is none that etch has a layer for")


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


def normalization(where: str, inputs: List[Any], attributes: Dict[str, Any]) -> Any:
    x, weight, bias = (*inputs, None)[:3]
    if attributes.get("axis", -1) not in (-1, 1):
        refuse(f"the layer norm at {where} is over other dimensions than the last")
    return step("layer_norm", where, [x, weight, bias or Constant(np.zeros(()))],
                eps=attributes.get("epsilon", 1e-5), axes=(-1,), features=None)  # fmt: skip
