"""Recurrent layers: their tensors, and what they compute. The gates are in PyTorch's order, which is etch's, too."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from .errors import refuse
from .layers import Layer
from .topology import OVER_SEQUENCES, over_sequence
from .topology import RECURRENT as GATES

CALLED = {"simple_rnn": "an RNN", "gru": "a GRU", "lstm": "an LSTM"}
TENSORS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
States = Tuple[np.ndarray, ...]


def has_state(layers: Sequence[Layer]) -> bool:
    return any(layer.name in (*GATES, "causal_conv_1d", "wavenet") or has_state(layer.inner) for layer in layers
               if layer.name not in OVER_SEQUENCES)  # fmt: skip


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def next_states(kind: str, x: np.ndarray, states: States, weights: Sequence[np.ndarray], reset_before: bool = False,
                relu: bool = False) -> States:  # fmt: skip
    """One step of several sequences, in the rows of x and of each state. The first state is the output."""
    weight_ih, weight_hh, bias_ih, *rest = weights
    bias_hh = rest[0] if rest else np.zeros(len(bias_ih))
    h = states[0]
    from_input, from_state = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
    if kind == "simple_rnn":
        return (np.maximum(from_input + from_state, 0) if relu else np.tanh(from_input + from_state),)
    if kind == "gru":
        (r, z, n), (r_h, z_h, n_h) = np.split(from_input, 3, axis=-1), np.split(from_state, 3, axis=-1)
        r, z = sigmoid(r + r_h), sigmoid(z + z_h)
        inner = (r * h) @ weight_hh[2 * h.shape[1] :].T if reset_before else r * n_h
        return ((1 - z) * np.tanh(n + inner) + z * h,)
    i, f, g, o = np.split(from_input + from_state, 4, axis=-1)
    c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def run(x: np.ndarray, *weights: np.ndarray, kind: str, memory: Any = None, **own: bool) -> np.ndarray:
    """x is [steps, samples, inputs], the result [steps, samples, units]. It begins at zero, or goes on from what
    `memory`, a dictionary, was left with."""
    units = weights[1].shape[1]
    begin = tuple(np.zeros((x.shape[1], units)) for _ in range(2 if kind == "lstm" else 1))
    states = begin if memory is None else memory.get("states", begin)
    answers = []
    for step in x:
        states = next_states(kind, step, states, weights, **own)
        answers.append(states[0])
    if memory is not None:
        memory["states"] = states
    return np.stack(answers) if answers else np.zeros((0, x.shape[1], units))


def run_rows(x: np.ndarray, *weights: np.ndarray, kind: str, **own: bool) -> np.ndarray:
    """The rows of x are the steps of one sequence."""
    return run(x[:, None, :], *weights, kind=kind, **own)[:, 0, :]


def layer_of(kind: str, where: str, tensors: Dict[str, np.ndarray], own: str = "") -> Layer:
    """From tensors under etch's names; biases that are missing are zero. `own` is reset_before, with_relu or nothing."""
    weight_ih, weight_hh = tensors["weight_ih"], tensors["weight_hh"]
    rows, gates = len(weight_hh) if weight_hh.ndim else 0, GATES[kind]
    if weight_hh.ndim != 2 or weight_ih.ndim != 2 or rows != gates * weight_hh.shape[1] or len(weight_ih) != rows:
        refuse(f"the weights of {where} have the shapes {list(weight_ih.shape)} and {list(weight_hh.shape)}, which are "
               f"not those of {kind}")  # fmt: skip
    if own == "reset_before":
        held = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": tensors.get("bias_ih", np.zeros(rows))}
    else:
        held = {name: tensors.get(name, np.zeros(rows)) for name in TENSORS}
    return Layer(kind, (weight_hh.shape[1], *([own] if own else [])), held)


def of_runs(layer: Layer, where: str, group: Dict[str, np.ndarray]) -> Layer:
    """unrolled or bidirectional of a topology."""
    endings = OVER_SEQUENCES[layer.name]
    reverse = any(name.endswith("_reverse") for name in group)
    if reverse != (len(endings) == 2):
        refuse(f"{where} {'is' if reverse else 'is not'} bidirectional, and the topology has {layer} for it")
    runs = []
    for ending in endings:
        own = {name[: len(name) - len(ending)]: tensor for name, tensor in group.items()
               if name.endswith("_reverse") == bool(ending)}  # fmt: skip
        runs.append(replace(layer.inner[0], tensors=of_layer(layer.inner[0], where, own)))
    return over_sequence(layer.name, runs)


def of_layer(layer: Layer, where: str, tensors: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    """The tensors of a layer of a topology."""
    if "reset_before" in layer.arguments:
        if "bias_hh" in tensors:
            refuse(f"{where} has two biases, and {layer} has one")
        return {"weight_ih": tensors["weight_ih"], "weight_hh": tensors["weight_hh"], "bias": tensors["bias_ih"]}
    return layer_of(layer.name, where, tensors).tensors


NAMES = re.compile(r"(weight|bias)_(ih|hh|hr)(?:_l(\d+))?(_reverse)?")


def split_group(module: str, group: Dict[str, np.ndarray]) -> List[Tuple[str, Dict[str, np.ndarray]]]:
    """A recurrent module of a state_dict as one group of tensors for each of its layers, under etch's names."""
    found = {name: NAMES.fullmatch(name) for name in group}
    if not any(found.values()):
        return [(module, group)]
    layers: Dict[int, Dict[str, np.ndarray]] = {}
    for name, match in found.items():
        if not match:
            refuse(f"{module or 'the source'} holds {name} among the tensors of a recurrent layer")
        check_name(module or "the source", name)
        inside = f"{match.group(1)}_{match.group(2)}{match.group(4) or ''}"
        layers.setdefault(int(match.group(3) or 0), {})[inside] = group[name]
    for tensors in layers.values():
        if not {"weight_ih", "weight_hh"} <= set(tensors):
            refuse(f"{module or 'the source'} lacks weight_ih or weight_hh of a recurrent layer")
    return [(module, layers[index]) for index in sorted(layers)]


def check_name(where: str, name: str) -> None:
    if name.startswith("weight_hr"):
        refuse(f"{where} is an LSTM with proj_size (it holds {name}), which etch does not have")


def kind_of_group(module: str, group: Dict[str, np.ndarray]) -> str:
    """By the number of gates."""
    shape = group["weight_hh"].shape
    gates = shape[0] // shape[1] if len(shape) == 2 and shape[1] and shape[0] % shape[1] == 0 else 0
    kind = next((name for name, count in GATES.items() if count == gates), None)
    if kind is None:
        refuse(f"{module or 'the source'} is a recurrent layer of an unknown kind: weight_hh has the shape "
               f"{list(shape)}")  # fmt: skip
    return kind
