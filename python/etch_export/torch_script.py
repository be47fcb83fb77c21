"""TorchScript as a graph."""
from __future__ import annotations

import copy
import os
import re
from typing import Any, Dict, Iterable, List

import numpy as np

from .chain import chain
from .errors import refuse, refusing
from .graph import Constant, Size, Step, refuse_operator
from .sequences import part_of, recurrent_step
from .source import Answer, Options, Source, check_all_used
from .torch_module import answer_of_module, answer_of_steps, from_module, not_needed
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

    frozen = torch.jit.freeze(script.eval(), optimize_numerics=False)
    graph = frozen.graph
    inputs = list(graph.inputs())[1:]
    is_recurrent = any(node.kind() in RECURRENT for node in graph.nodes())
    if len(inputs) != 1 and not (inputs and is_recurrent):
        refuse(f"{name} takes {len(inputs)} inputs; a network has one")
    start = Step("input", inputs[0].debugName())
    states = [each.debugName() for each in inputs[1:]]
    values: Dict[str, Any] = {start.where: start, **{state: Step("initial", state) for state in states}}
    kept: Dict[str, Constant] = {}  # states that the module keeps itself
    read_nodes(graph, values, kept, frozen, is_recurrent)
    end = [values[each.debugName()] for each in graph.outputs()]
    end = end[0] if len(end) == 1 else end
    layers = chain(end, start, options.inputs)
    state = script.state_dict()
    check_all_used(state, attributes_of(script.inlined_graph, state), [*options.ignore, *not_needed(script)])
    if states or kept:
        answer = answer_of_steps(script, end, states) if states else answer_with_kept(script, list(kept))
        return Source(layers, name, answer, by_steps=True)
    return Source(layers, name, answer_of_module(script))


def answer_with_kept(script: Any, kept: List[str]) -> Answer:
    """Of a module that keeps its states in buffers: the samples are the steps of one sequence, which begins at zero."""
    import torch

    def answer(samples: np.ndarray) -> np.ndarray:
        failed: List[Exception] = []
        for axes in (1, 2):
            with torch.no_grad():
                own = copy.deepcopy(script)
                buffers = dict(own.named_buffers())
                for buffer in kept:
                    buffers[buffer].zero_()
                try:
                    rows = torch.from_numpy(samples).float()
                    return np.stack([own(row.reshape([1] * axes + [-1])).reshape(-1).double().numpy() for row in rows])
                except Exception as error:
                    failed.append(error)
        raise failed[0]

    return answer


COMPARED = {"aten::eq": lambda a, b: a == b, "aten::ne": lambda a, b: a != b, "aten::__not__": lambda a: not a}


def read_nodes(block: Any, values: Dict[str, Any], kept: Dict[str, Constant], script: Any, is_recurrent: bool) -> None:
    """Adds what the nodes give to `values`. What depends on the number of axes is decided for a recurrent layer, which
    gets samples of several steps: three."""
    import torch

    for node in block.nodes():
        kind, outputs = node.kind(), [o.debugName() for o in node.outputs()]
        arguments = [values.get(i.debugName()) for i in node.inputs()]
        where = outputs[0] if outputs else kind
        if kind == "prim::If" and is_recurrent:
            blocks = list(node.blocks())
            chosen = [b for b in blocks if not any(n.kind() == "prim::RaiseException" for n in b.nodes())]
            if isinstance(arguments[0], bool):
                chosen = [blocks[0 if arguments[0] else 1]]
            read_nodes(chosen[0], values, kept, script, is_recurrent)
            values.update(zip(outputs, [values.get(o.debugName()) for o in chosen[0].outputs()]))
        elif kind == "aten::dim" and is_recurrent:
            values[where] = 3
        elif kind in COMPARED and not any(isinstance(a, (Size, list)) or is_operand(a) for a in arguments):
            values[where] = COMPARED[kind](*arguments)
        elif kind in ("aten::__is__", "aten::__isnot__") and is_recurrent:
            values[where] = (arguments[0] is arguments[1]) == (kind == "aten::__is__")
        elif kind == "prim::GetAttr" and is_recurrent:
            shape = tuple(getattr(script, node.s("name")).shape)
            kept[node.s("name")] = values[where] = Constant(np.zeros(shape))
        elif kind == "aten::copy_" and isinstance(arguments[0], Constant):
            values[where] = arguments[1]
        elif kind in ("prim::dtype", "prim::device", "prim::Uninitialized"):
            values[where] = None
        elif kind == "prim::unchecked_cast" and is_recurrent:
            values[where] = arguments[0]
        elif kind == "aten::zeros" and is_recurrent:
            values[where] = Constant(np.zeros(()))
        elif kind == "prim::TupleUnpack" and isinstance(arguments[0], Step) and arguments[0].op == "initial":
            values.update({output: arguments[0] for output in outputs})
        elif kind in ("prim::TupleUnpack", "prim::ListUnpack") and isinstance(arguments[0], list):
            values.update(zip(outputs, arguments[0]))
        elif kind in ("prim::TupleIndex", "aten::__getitem__") and isinstance(arguments[0], list):
            values[where] = arguments[0][arguments[1]]
        elif kind == "aten::slice" and isinstance(arguments[0], Constant) and is_recurrent:
            values[where] = arguments[0]
        elif kind == "prim::ConstantChunk":
            given = {"chunks": node.i("chunks"), "dim": node.i("dim")}
            values.update(zip(outputs, torch_step("chunk", where, arguments[0], given)))
        elif kind == "aten::slice" and is_operand(arguments[0]):
            first, last = [None if a in (0, 2**63 - 1) else a for a in arguments[2:4]]
            values[where] = part_of(where, arguments[0], slice(first, last, arguments[4]))
        elif kind in RECURRENT:
            made = recurrent_of_script(kind, where, arguments)
            values.update(zip(outputs, made if isinstance(made, list) else [made]))
        elif kind == "prim::Constant":
            value = node.output().toIValue()
            if isinstance(value, list) and value and isinstance(value[0], torch.Tensor):
                names = {id(t): where for t in value}
                value = [constant_of_tensor(t, names) for t in value]
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


RECURRENT = {"aten::gru": "gru", "aten::lstm": "lstm", "aten::rnn_tanh": "simple_rnn", "aten::rnn_relu": "simple_rnn",
             "aten::gru_cell": "gru", "aten::lstm_cell": "lstm", "aten::rnn_tanh_cell": "simple_rnn"}  # fmt: skip


def recurrent_of_script(kind: str, where: str, arguments: List[Any]) -> Any:
    """input, hx, weights, has_biases, num_layers, dropout, train, bidirectional, batch_first; of a cell input, hx and
    its four tensors."""
    called = f"{kind} {where}"
    if kind.endswith("_cell"):
        weights = [[w for w in arguments[2:6] if w is not None]]
        return recurrent_step(called, arguments[0], arguments[1], RECURRENT[kind], weights, cell=True)
    x, initial, flat_weights, _, layers, dropout, _, bidirectional, *_ = arguments
    if not isinstance(flat_weights, list):
        refuse(f"{called} is of a packed sequence, which is not supported")
    held = len(flat_weights) // (2 * layers if bidirectional else layers)
    weights = [flat_weights[i:i + held] for i in range(0, len(flat_weights), held)]
    made = recurrent_step(called, x, initial, RECURRENT[kind], weights, bidirectional=bidirectional,
                          nonlinearity="relu" if kind == "aten::rnn_relu" else "tanh", dropout=dropout)  # fmt: skip
    return [made[0], *(made[1] if isinstance(made[1], list) else [made[1]])]


def attributes_of(graph: Any, state: Iterable[str]) -> List[str]:
    """What forward looks at, as "actor.0.weight"; a recurrent layer has a list of its tensors."""
    paths = {next(graph.inputs()).debugName(): ""}

    def visit(block: Any) -> None:
        for node in block.nodes():
            if node.kind() == "prim::GetAttr":
                paths[node.output().debugName()] = f"{paths[node.input().debugName()]}.{node.s('name')}"
            for inner in node.blocks():
                visit(inner)

    visit(graph)
    found = [path[1:] for path in paths.values()]
    lists = [path[:-len("_flat_weights")] for path in found if path.endswith("_flat_weights")]
    return found + [name for name in state for prefix in lists if name.startswith(prefix)]


def from_model(model: Any, options: Options) -> Source:
    """A module, or one that was scripted or traced."""
    import torch

    if isinstance(model, torch.jit.ScriptModule):
        return from_script(copy.deepcopy(model), type(model).__name__, options)
    return from_module(model, options)
