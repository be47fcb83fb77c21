"""ONNX as a graph: of one output, from the one input that it needs."""
from __future__ import annotations

import os
import warnings
from typing import Any, Dict, List, Optional, Set

import numpy as np

from .chain import chain
from .errors import refuse, refusing
from .graph import LATER, Constant, Size, Step, evaluate, refuse_operator
from .onnx_operators import onnx_numbers, onnx_step
from .source import Options, Source, check_all_used


def from_onnx(path: str, options: Options) -> Source:
    import onnx
    from onnx import numpy_helper

    with refusing(f"{path} cannot be read as ONNX", OSError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = onnx.load(path)
    graph, name = model.graph, os.path.basename(path)
    version = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=1)
    check_text(graph, name)
    notes: List[str] = []
    output = wanted_output(graph, options.output, name, notes)
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    needed = needed_names(graph, output)
    values: Dict[str, Any] = {"": None}
    for tensor in graph.initializer:
        if tensor.name in needed:
            values[tensor.name] = constant_of(tensor, tensor.name, numpy_helper.to_array)
    inputs = [i for i in graph.input if i.name in needed and i.name not in tensors]
    if len(inputs) != 1:
        names = ", ".join(i.name for i in inputs)
        refuse(f"the output {output} of {name} needs {len(inputs) or 'no'} inputs{': ' if names else ''}{names}; "
               "a network has one")  # fmt: skip
    start = values[inputs[0].name] = Step("input", inputs[0].name, options={"shape": shape_of_input(inputs[0])})
    for node in graph.node:
        if any(o in needed for o in node.output if o):
            values[node.output[0]] = step_of_node(node, values, onnx, version, numpy_helper.to_array)
            for other in node.output[1:]:
                values[other] = Step(f"{node.op_type}, output {other}", f"node {node.name or other}", [start])
    end = values.get(output)
    used = {i for node in graph.node for i in node.input}
    check_all_used(tensors, used | {output}, options.ignore)
    dims = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim][1:]
    return Source(chain(end, start), name, lambda x: evaluate(end, start, x, {}),
                  tuple(dims) if dims and all(d > 0 for d in dims) else None, notes)  # fmt: skip


def check_text(graph: Any, name: str) -> None:
    """A name that is not UTF-8 comes as bytes."""
    words = [each.name for kind in (graph.initializer, graph.input, graph.output) for each in kind]
    for node in graph.node:
        words += [node.op_type, node.domain, node.name, *node.input, *node.output, *(a.name for a in node.attribute)]
    if not all(isinstance(word, str) for word in words):
        refuse(f"{name} cannot be read as ONNX: it has names that are not text")


def wanted_output(graph: Any, wanted: Optional[str], name: str, notes: List[str]) -> str:
    """An output of the graph, or what a node gives inside it."""
    outputs = [o.name for o in graph.output]
    if not outputs:
        refuse(f"{name} has no output")
    if wanted is None:
        if len(outputs) > 1:
            *others, last = [f"--output {each}" for each in outputs]
            refuse(f"{name} has {len(outputs)} outputs, and a network has one: say {', '.join(others)} or {last}")
        return outputs[0]
    inside = [o for node in graph.node for o in node.output]
    if wanted not in outputs and wanted not in inside:
        refuse(f"{name} has no output {wanted}; it has {', '.join(outputs)}")
    others = [each for each in outputs if each != wanted]
    notes += [f"the output is {wanted}; left out: {', '.join(others)}"] if others else []
    return wanted


def needed_names(graph: Any, output: str) -> Set[str]:
    """Every value that the output is made from, by name."""
    makers = {o: node for node in graph.node for o in node.output if o}
    needed: Set[str] = set()
    waiting = [output]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in makers:
            waiting += [i for i in makers[name].input if i]
    return needed


def shape_of_input(value: Any) -> Optional[List[Any]]:
    """The first extent counts samples, whatever number an exporter has written there."""
    if not value.type.tensor_type.HasField("shape"):
        return None
    extents = [d.dim_value if d.dim_value > 0 else Size("an extent") for d in value.type.tensor_type.shape.dim]
    return [Size("the batch"), *extents[1:]]


def constant_of(tensor: Any, name: str, to_array: Any) -> Constant:
    with refusing(f"the tensor {name} cannot be read"):
        numbers = np.asarray(to_array(tensor))
    return Constant(onnx_numbers(numbers, name), frozenset([name]))


def step_of_node(node: Any, values: Dict[str, Any], onnx: Any, version: int, to_array: Any) -> Any:
    where = f"node {node.name or (node.output[0] if node.output else node.op_type)}"
    if node.domain not in ("", "ai.onnx"):
        refuse(f"the operator {node.domain}::{node.op_type} ({where}) has no counterpart in etch")
    missing = [i for i in node.input if i not in values]
    if missing:
        refuse(f"{where} reads {missing[0]}, which nothing gives")
    if LATER.search(node.op_type):
        refuse_operator(node.op_type, where)
    try:
        least = onnx.defs.get_schema(node.op_type, version).min_input
    except Exception:  # newer than this package of ONNX, or nothing
        least = 1
    if len(node.input) < least:
        refuse(f"{where} has only {len(node.input)} inputs")
    with refusing(f"{node.op_type} ({where}) has attributes or inputs that do not fit"):
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        made = onnx_step(node.op_type, where, [values[i] for i in node.input], attributes, to_array)
        if any(not isinstance(v, (int, float, bytes, list)) for k, v in attributes.items() if k != "value"):
            refuse(f"{where} has an attribute of a type that does not fit")
        return made
