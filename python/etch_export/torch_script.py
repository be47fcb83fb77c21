"""TorchScript as a graph."""
from __future__ import annotations

import copy
import os
import re
from typing import Any, Dict, List

from .chain import chain
from .errors import refuse, refusing
from .graph import Size, Step, refuse_operator
from .source import Options, Source, check_all_used
from .torch_module import answer_of_module, from_module, not_needed
from .torch_operators import FUNCTIONS, constant_of_tensor, is_operand, torch_step


def from_torchscript(path: str, options: Options) -> Source:
    import torch

    with refusing(f"{path} cannot be read as TorchScript", OSError):
        script = torch.jit.load(path, map_location="cpu")
    return from_script(script, os.path.basename(path), options)


SIZES = ("aten::size", "prim::NumToTensor", "aten::Int", "aten::len", "aten::dim", "aten::ScalarImplicit")
ATEN = {"batch_norm": ("weight", "bias", "running_mean", "running_var", "training", "momentum", "eps")}  # another order


def from_script(script: Any, name: str, options: Options) -> Source:
    """Frozen, so that weights and options are constants and what depends on options is decided."""
    import torch

    graph = torch.jit.freeze(script.eval(), optimize_numerics=False).graph
    inputs = list(graph.inputs())[1:]
    if len(inputs) != 1:
        refuse(f"{name} takes {len(inputs)} inputs; a network has one")
    start = Step("input", inputs[0].debugName())
    values: Dict[str, Any] = {inputs[0].debugName(): start}
    for node in graph.nodes():
        kind, outputs = node.kind(), [o.debugName() for o in node.outputs()]
        arguments = [values.get(i.debugName()) for i in node.inputs()]
        where = outputs[0] if outputs else kind
        if kind == "prim::Constant":
            value = node.output().toIValue()
            if isinstance(value, torch.Tensor):
                value = constant_of_tensor(value, {id(value): re.sub(r"^self\.", "", where)})
            values[where] = value
        elif kind in ("prim::ListConstruct", "prim::TupleConstruct"):
            values[where] = arguments
        elif kind in SIZES or any(isinstance(a, Size) for a in arguments) and not any(map(is_operand, arguments)):
            values[where] = Size("the batch" if kind == "aten::size" and arguments[1:] == [0] else "an extent")
        elif kind.startswith("aten::") and kind[6:].rstrip("_") in FUNCTIONS:
            name = kind[6:].rstrip("_")
            given = dict(zip(ATEN.get(name, FUNCTIONS[name]), arguments[1:]))
            values[where] = torch_step(name, f"{kind} {where}", arguments[0], given)
        else:
            refuse_operator(kind, where)
    layers = chain(values[next(graph.outputs()).debugName()], start)
    check_all_used(script.state_dict(), attributes_of(script.inlined_graph), [*options.ignore, *not_needed(script)])
    return Source(layers, name, answer_of_module(script))


def attributes_of(graph: Any) -> List[str]:
    """What forward looks at, as "actor.0.weight"."""
    paths = {next(graph.inputs()).debugName(): ""}

    def visit(block: Any) -> None:
        for node in block.nodes():
            if node.kind() == "prim::GetAttr":
                paths[node.output().debugName()] = f"{paths[node.input().debugName()]}.{node.s('name')}"
            for inner in node.blocks():
                visit(inner)

    visit(graph)
    return [path[1:] for path in paths.values()]


def from_model(model: Any, options: Options) -> Source:
    """A module, or one that was scripted or traced."""
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        return from_script(copy.deepcopy(model), type(model).__name__, options)
    return from_module(model, options)
