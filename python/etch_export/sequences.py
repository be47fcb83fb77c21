"""Recurrent modules of a source as steps of a graph, and what leads to them and from them: the network that is written
takes one step of a sequence at a time, so the axes of samples and steps, and the choice of the last step, are not in
it."""
from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from .errors import Refused, refuse
from .graph import Constant, Step, ancestors, known_shape
from .recurrent import layer_of
from .topology import Layer

KINDS = {"GRU": "gru", "LSTM": "lstm", "RNN": "simple_rnn"}
LAYOUT = ("select", "getitem", "squeeze", "unsqueeze", "transpose", "permute", "state")
NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def module_options(module: Any) -> Optional[Dict[str, Any]]:
    """Of nn.GRU, nn.LSTM, nn.RNN and their cells: what recurrent_step takes; None for another module."""
    name = type(module).__name__
    if type(module).__module__ == __package__ and hasattr(module, "weight_hh"):
        own = [getattr(module, n) for n in (*NAMES, "bias") if hasattr(module, n)]
        return {"kind": module.kind, "weights": [own], "alone": True, "reset_before": len(own) == 3,
                "nonlinearity": "relu" if module.relu else "tanh"}  # fmt: skip
    kind = KINDS.get(name[:-4] if name.endswith("Cell") else name)
    if kind is None or not type(module).__module__.startswith("torch.nn."):
        return None
    cell = name.endswith("Cell")
    endings = ("", "_reverse") if getattr(module, "bidirectional", False) else ("",)
    names = [NAMES] if cell else [tuple(f"{n}_l{k}{ending}" for n in NAMES)
                                  for k in range(module.num_layers) for ending in endings]  # fmt: skip
    return {
        "kind": kind, "cell": cell, "bidirectional": getattr(module, "bidirectional", False),
        "proj_size": getattr(module, "proj_size", 0), "nonlinearity": getattr(module, "nonlinearity", "tanh"),
        "dropout": getattr(module, "dropout", 0.0),
        "weights": [[getattr(module, n) for n in each if hasattr(module, n)] for each in names],
    }  # fmt: skip


def recurrent_step(where: str, x: Any, initial: Any, kind: str, weights: List[List[Constant]], cell: bool = False,
                   bidirectional: bool = False, proj_size: int = 0, nonlinearity: str = "tanh", dropout: float = 0.0,
                   alone: bool = False, reset_before: bool = False) -> Any:  # fmt: skip
    """The outputs and the states after the last step, as PyTorch gives them: of a cell the states, of a module of this
    package the outputs alone."""
    if bidirectional and (x is None or alone):
        refuse(f"{where} is bidirectional: it would need the end of a sequence before its begin")
    if proj_size or any(len(each) not in ((2, 3) if reset_before else (2, 4)) for each in weights):
        refuse(f"{where} is an LSTM with proj_size, which etch does not have")
    own = "with_relu" if nonlinearity == "relu" else "reset_before" if reset_before else ""
    if isinstance(x, list):
        refuse(f"{where} gets the outputs and the states of a recurrent layer: pass it the outputs alone")
    if cell and initial is None:
        refuse(f"{where} begins anew with each call: take its state as an input of the model, and give the new one")
    check_initial(where, initial)
    y = Step("recurrent", where, [x, *(w for each in weights for w in each)])
    held = [len(each) for each in weights]
    y.options = {"kind": kind, "held": held, "dropout": dropout, "initial": initial, "cell": cell,
                 "own": own, "both": bidirectional}
    h, c = (Step("state", where, [y], {"part": part, "layers": len(weights)}) for part in "hc")
    if alone:
        return y
    if cell:
        return [y, c] if kind == "lstm" else y
    return [y, [h, c] if kind == "lstm" else h]


def flat(value: Any) -> List[Any]:
    return [each for inner in value for each in flat(inner)] if isinstance(value, (list, tuple)) else [value]


def check_initial(where: str, initial: Any) -> None:
    for state in flat(initial):
        if isinstance(state, Constant) and state.values.any():
            refuse(f"{where} begins with a state of its own that is not zero; etch's begins at zero")
        if isinstance(state, Step) and state.op != "initial":
            refuse(f"{where} begins with a state that is computed; etch's begins at zero, or goes on")


def is_sequence(value: Any) -> bool:
    return any(isinstance(each, Step) and each.op == "recurrent" for each in ancestors(value, {}).values())


def is_stream(value: Any, inputs: Optional[Sequence[int]]) -> bool:
    """Whether a recurrent network is to take one step after the other. It is of whole sequences if it needs their ends,
    or if the shape of a sample, which the user says, has an axis of steps."""
    steps = [each for each in ancestors(value, {}).values() if isinstance(each, Step)]
    of_steps = any(each.op == "embedding" for each in steps) and bool(inputs) and len(inputs or ()) == 1 < inputs[0]
    if any(each.op == "attention" or each.options.get("both") for each in steps) or of_steps:
        return False
    return is_sequence(value) and len(inputs or ()) < 2


def output_of(value: Any) -> Any:
    """The outputs alone, of a model that gives its new states, too."""
    if not isinstance(value, list) or not value or not isinstance(value[0], Step):
        return value
    for state in flat(value[1:]):
        if not isinstance(state, Step) or state.op not in LAYOUT + ("recurrent", "concat"):
            return value
        if not any(isinstance(each, Step) and each.op == "recurrent" for each in ancestors(state, {}).values()):
            return value
    return value[0]


def recurrent_layers(value: Step) -> List[Layer]:
    constants, layers = list(value.inputs[1:]), []  # type: List[Any], List[Layer]
    for number, held in enumerate(value.options["held"]):
        own, constants = constants[:held], constants[held:]
        if not all(isinstance(each, Constant) for each in own):
            refuse(f"the weights of {value.where} are not constant")
        tensors = {name: each.values for name, each in zip(NAMES, own)}
        layers.append(layer_of(value.options["kind"], value.where, tensors, value.options["own"]))
        percent = round(value.options["dropout"] * 100)
        if 0 < percent < 100 and number + 1 < len(value.options["held"]):
            layers.append(Layer("dropout", (percent, 100)))
    return layers


def pass_layout(value: Step) -> Any:
    """What stands before a step that only moves axes, or takes the last step of a sequence."""
    if value.op == "state" and value.options["part"] == "c":
        refuse(f"{value.where} gives its cell's state as an output, which etch keeps inside")
    if value.op in ("select", "getitem"):
        before = value.inputs[0]
        if isinstance(before, Step) and before.op == "concat":
            before = before.inputs[-1]  # of the states of several layers
        own = before.options.get("layers", 0) if isinstance(before, Step) and before.op == "state" else 0
        for index in value.options["index"]:
            if not isinstance(index, int) or index != -1 and index + 1 != own:
                what = index if isinstance(index, int) else "another part"
                refuse(f"{value.where} takes the part {what} of a sequence, and not its last step")
        return before
    return value.inputs[0]


def equal_part(where: str, x: Any, part: slice, axis: int) -> Optional[Step]:
    """A slice that is one of several equal parts, of channels whose number is known."""
    extents = known_shape(x) if isinstance(x, Step) else []
    size = extents[axis] if -len(extents) <= axis < len(extents) else None
    if not isinstance(size, int) or any(not isinstance(n, (int, type(None))) for n in (part.start, part.stop)):
        return None
    first, stop, step = part.indices(size)
    length = stop - first
    if step != 1 or length < 1 or length == size or size % length or first % length:
        return None
    return Step("part", where, [x], {"index": first // length, "of": size // length, "dim": axis})


def part_of(where: str, x: Any, index: Any) -> Any:
    """y[:, -1] and the like. A slice that is all, or the last, leaves nothing to choose."""
    whole = isinstance(index, (list, tuple)) and len(index) == 2 and index[0] == slice(None)
    if whole and isinstance(index[1], slice) and not is_sequence(x):
        found = equal_part(where, x, index[1], 1)
        if found:
            return found
    chosen = []
    for part in index if isinstance(index, (list, tuple)) else [index]:
        if isinstance(part, slice):
            if part.step not in (None, 1) or (part.start, part.stop) not in ((None, None), (0, None), (-1, None)):
                chosen.append(part)
            elif part.start == -1:
                chosen.append(-1)
        elif part is not Ellipsis:
            chosen.append(part)
    return Step("getitem", f"{where}, a slice x[...]", [x], {"index": chosen})


# What a model answers, step by step --------------------------------------------------------------------------------


def answers_by_prefixes(answer: Callable[[np.ndarray], np.ndarray], steps: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """Of a model that takes whole sequences: the last output for each beginning of one. Samples or steps may be the
    first axis, or there is none of samples; what reproduces our outputs is meant, else the first that fits is given."""
    first = None
    orders = [lambda x: x[None], lambda x: x[:, None], lambda x: x]
    if steps.shape[1] == 1:  # indices have no axis of features
        orders += [lambda x: x[None, :, 0], lambda x: x]
    for order in orders:
        try:
            found = [answer(order(steps[: t + 1])) for t in range(len(steps))]
            theirs = np.stack([each.reshape(-1, ours.shape[1])[-1] for each in found])
        except Refused:
            raise
        except Exception as error:
            first = error if first is None else first
            continue
        if np.abs(theirs - ours).max() <= 1e-5 * np.abs(theirs).max():
            return theirs
        first = theirs if not isinstance(first, np.ndarray) else first
    if isinstance(first, Exception):
        raise first
    return first


def answers_by_steps(model: Callable[..., Any], states: List[Any], steps: np.ndarray) -> np.ndarray:
    """Of a model that takes one step and its states, and gives one output and the next states: PyTorch's tensors."""
    import torch

    failed: List[Exception] = []
    for axes in (1, 2):
        held, found = states, []
        try:
            for row in torch.from_numpy(steps):
                given = row.reshape([1] * axes + [-1])
                y, *after = as_tensors(model(given, *held))
                found.append(y.reshape(-1).double().numpy())
                rest = iter(after)
                held = [tuple(next(rest) for _ in s) if isinstance(s, tuple) else next(rest) for s in states]
            return np.stack(found)
        except Exception as error:
            failed.append(error)
    raise failed[0]


def as_tensors(value: Any) -> List[Any]:
    return flat(list(value)) if isinstance(value, (list, tuple)) else [value]


def initial_states(end: Any, names: Sequence[str], dtype: Any) -> List[Any]:
    """Zeros for the inputs of a model that are states, in the order of the inputs."""
    import torch

    def zeros(step: Step) -> Any:
        units = step.inputs[2].values.shape[1]
        layers = len(step.options["held"])
        return torch.zeros((1, units) if step.options.get("cell") else (layers, 1, units), dtype=dtype)

    made: Dict[str, Any] = {}
    for step in ancestors(output_of(end), {}).values():
        if not isinstance(step, Step) or step.op != "recurrent":
            continue
        initial = step.options["initial"]
        if isinstance(initial, Step):
            made[initial.where] = (zeros(step), zeros(step)) if step.options["kind"] == "lstm" else zeros(step)
        else:
            given = [each for each in flat(initial) if isinstance(each, Step)]
            in_one = len(given) == 2 and given[0] is given[1]  # a tuple is one input
            made.update({each.where: (zeros(step), zeros(step)) if in_one else zeros(step) for each in given})
    missing = [name for name in names if name not in made]
    if missing:
        refuse(f"the model takes {len(names) + 1} inputs, and {missing[0]} is not the state of a recurrent layer; a "
               "network has one input")  # fmt: skip
    return [made[name] for name in names]


# ONNX --------------------------------------------------------------------------------------------------------------

# Where PyTorch's gates are among ONNX's: z, r, h of GRU and i, o, f, c of LSTM.
ORDER = {"GRU": (1, 0, 2), "LSTM": (0, 2, 3, 1), "RNN": (0,)}
ACTIVATIONS = {"GRU": (b"Sigmoid", b"Tanh"), "LSTM": (b"Sigmoid", b"Tanh", b"Tanh"), "RNN": (b"Tanh",)}


def onnx_recurrent(op: str, where: str, inputs: List[Any], attributes: Dict[str, Any]) -> List[Any]:
    """Y, Y_h and Y_c."""
    x, w, r, b, lengths, initial_h, initial_c, peepholes = [*inputs, *[None] * 8][:8]
    direction = attributes.get("direction", b"forward")
    both = direction == b"bidirectional"
    if direction != b"forward" and not both:
        refuse(f"{where} has the direction {direction.decode()}: it would need the end of a sequence before its begin")
    if peepholes is not None:
        refuse(f"{where} has peepholes, which etch does not have")
    if lengths is not None:
        refuse(f"{where} has sequence_lens, which etch does not have: a sequence ends where its steps do")
    for name, none in (("clip", None), ("input_forget", 0)):
        if attributes.get(name, none) not in (none, 0, 0.0):
            refuse(f"{where} has {name}, which etch does not have")
    if attributes.get("layout", 0):
        refuse(f"{where} has the layout 1, which is not supported yet")
    usual = ACTIVATIONS[op] * (1 + both)
    chosen = tuple(attributes.get("activations", usual))
    relu = op == "RNN" and [each.lower() for each in chosen] == [b"relu"] * (1 + both)
    if not relu and tuple(each.lower() for each in chosen) != tuple(each.lower() for each in usual):
        refuse(f"{where} has the activations {', '.join(c.decode() for c in chosen)}, where etch has "
               f"{', '.join(c.decode() for c in usual)}")  # fmt: skip
    reset_before = op == "GRU" and not attributes.get("linear_before_reset", 0)
    if not all(isinstance(each, Constant) for each in (w, r, *([] if b is None else [b]))):
        refuse(f"the weights of {where} are not constant")
    if w.values.ndim != 3 or r.values.ndim != 3 or len(w.values) != 1 + both or len(r.values) != 1 + both:
        refuse(f"the weights of {where} have the shapes {list(w.values.shape)} and {list(r.values.shape)}")

    def in_order(values: np.ndarray) -> np.ndarray:
        gates = np.split(values, len(ORDER[op]))
        return np.concatenate([gates[i] for i in ORDER[op]])

    if b is not None and (b.values.ndim != 2 or len(b.values) != 1 + both):
        refuse(f"the biases of {where} have the shape {list(b.values.shape)}")
    weights = []
    for way in range(1 + both):
        own = [Constant(in_order(each.values[way]), each.sources) for each in (w, r)]
        if b is not None:
            halves = [in_order(half) for half in np.split(b.values[way], 2)]
            own += [Constant(half, b.sources) for half in ([halves[0] + halves[1]] if reset_before else halves)]
        weights.append(own)
    initial = [state for state in (initial_h, initial_c) if state is not None]
    y, states = recurrent_step(where, x, initial, KINDS[op], weights, bidirectional=both, reset_before=reset_before,
                               nonlinearity="relu" if relu else "tanh")  # fmt: skip
    directions = Step("directions", where, [y]) if both else Step("unsqueeze", where, [y], {"dim": 1})
    return [directions, *flat(states)]


def carrying(end: Any) -> List[Step]:
    """The recurrent steps of a graph that begin where the call before has ended."""
    found = [each for each in ancestors(end, {}).values() if isinstance(each, Step) and each.op == "recurrent"]
    return [each for each in found if any(isinstance(i, Step) for i in flat(each.options["initial"]))]
