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
from .sequences import carrying, is_stream
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
    output = wanted_output(graph, options.output, name, notes, states_out(graph))
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    needed = needed_names(graph, output)
    values: Dict[str, Any] = {"": None}
    for tensor in graph.initializer:
        if tensor.name in needed:
            values[tensor.name] = constant_of(tensor, tensor.name, numpy_helper.to_array)
    inputs = [i for i in graph.input if i.name in needed and i.name not in tensors]
    held = [i for i in inputs if is_state(i.name, graph)]
    inputs = [i for i in inputs if i not in held]
    for each in held:
        values[each.name] = Step("initial", each.name)
    if len(inputs) != 1:
        names = ", ".join(i.name for i in inputs)
        refuse(f"the output {output} of {name} needs {len(inputs) or 'no'} inputs{': ' if names else ''}{names}; "
               "a network has one")  # fmt: skip
    start = values[inputs[0].name] = Step("input", inputs[0].name, options={"shape": shape_of_input(inputs[0])})
    for node in graph.node:
        if any(o in needed for o in node.output if o):
            made = step_of_node(node, values, onnx, version, numpy_helper.to_array)
            if isinstance(made, list):  # a recurrent layer's outputs and states
                values.update(zip(node.output, made))
                continue
            values[node.output[0]] = made
            for other in node.output[1:]:
                values[other] = Step(f"{node.op_type}, output {other}", f"node {node.name or other}", [start])
    end = values.get(output)
    used = {i for node in graph.node for i in node.input}
    check_all_used(tensors, used | {output}, options.ignore)
    dims = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim][1:]
    layers = chain(end, start, options.inputs)
    shape = tuple(dims) if dims and all(d > 0 for d in dims) else None
    if is_stream(end, options.inputs):
        shape = shape[-1:] if shape else None
    if carrying(end):
        return Source(layers, name, lambda x: answer_by_steps(end, start, x), shape, notes, by_steps=True)
    return Source(layers, name, lambda x: evaluate(end, start, x, {}), shape, notes)


def answer_by_steps(end: Any, start: Step, samples: np.ndarray) -> np.ndarray:
    """Of a graph that takes its states as inputs: the samples are the steps of one sequence, which begins at zero."""
    failed: List[Exception] = []
    for axes in (1, 2):
        for step in carrying(end):
            step.options["memory"] = {}
        try:
            rows = [row.reshape([1] * axes + [-1]) for row in samples]
            return np.stack([np.asarray(evaluate(end, start, row, {})).reshape(-1) for row in rows])
        except Exception as error:
            failed.append(error)
    raise failed[0]


KNOWN = ("Conv", "ConvTranspose", "Resize", "Upsample", "MaxPool", "AveragePool", "GlobalAveragePool")
STATE_INPUTS = {"GRU": (5,), "RNN": (5,), "LSTM": (5, 6)}  # initial_h and initial_c
MOVES = ("Slice", "Split", "Gather", "Squeeze", "Unsqueeze", "Identity", "Cast", "Concat", "Transpose", "Reshape")


def is_state(name: str, graph: Any) -> bool:
    """Whether an input is only where recurrent layers begin."""
    users = [(node, place) for node in graph.node for place, i in enumerate(node.input) if i == name]
    return bool(users) and all(
        place in STATE_INPUTS[node.op_type] if node.op_type in STATE_INPUTS else
        node.op_type in MOVES and place == 0 and all(is_state(o, graph) for o in node.output)
        for node, place in users)  # fmt: skip


def states_out(graph: Any) -> Set[str]:
    """What is made of the states of recurrent layers alone."""
    found: Set[str] = set()
    for node in graph.node:
        moved = node.op_type in MOVES and node.input and all(i in found for i in node.input[:1])
        if node.op_type == "Concat":
            moved = all(i in found for i in node.input)
        found.update(o for o in node.output[0 if moved else 1:] if o and (moved or node.op_type in STATE_INPUTS))
    return found


def check_text(graph: Any, name: str) -> None:
    """A name that is not UTF-8 comes as bytes."""
    words = [each.name for kind in (graph.initializer, graph.input, graph.output) for each in kind]
    for node in graph.node:
        words += [node.op_type, node.domain, node.name, *node.input, *node.output, *(a.name for a in node.attribute)]
    if not all(isinstance(word, str) for word in words):
        refuse(f"{name} cannot be read as ONNX: it has names that are not text")


def wanted_output(graph: Any, wanted: Optional[str], name: str, notes: List[str], states: Set[str]) -> str:
    """An output of the graph, or what a node gives inside it."""
    outputs = [o.name for o in graph.output]
    if not outputs:
        refuse(f"{name} has no output")
    if wanted is None:
        outputs = [o for o in outputs if o not in states] or outputs
        if len(outputs) > 1:
            *others, last = [f"--output {each}" for each in outputs]
            refuse(f"{name} has {len(outputs)} outputs, and a network has one: say {', '.join(others)} or {last}")
        return outputs[0]
    inside = [o for node in graph.node for o in node.output]
    if wanted not in outputs and wanted not in inside:
        refuse(f"{name} has no output {wanted}; it has {', '.join(outputs)}")
    others = [each for each in outputs if each != wanted and each not in states]
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
    if node.op_type not in (*STATE_INPUTS, *KNOWN) and LATER.search(node.op_type):
        refuse_operator(node.op_type, where)
    try:
        least = onnx.defs.get_schema(node.op_type, version).min_input
    except Exception:  # newer than this package of ONNX, or nothing
        least = 1
    if len(node.input) < least:
        refuse(f"{where} has only {len(node.input)} inputs")
    with refusing(f"{node.op_type} ({where}) has attributes or inputs that do not fit"):
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Split":
            attributes.setdefault("num_outputs", len(node.output))
        made = onnx_step(node.op_type, where, [values[i] for i in node.input], attributes, to_array)
        if any(not isinstance(v, (int, float, bytes, list)) for k, v in attributes.items() if k != "value"):
            refuse(f"{where} has an attribute of a type that does not fit")
        return made
