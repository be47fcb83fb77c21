"""What a graph does with whole sequences and with parts of what it gets, as layers: those of order.py among them, which
become etch's where the shapes are known."""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, List, Optional, Tuple

from .errors import refuse
from .graph import Constant, Step, ancestors
from .image_steps import window_layers
from .layers import Layer
from .sequences import recurrent_layers
from .topology import ACTIVATIONS, over_sequence

Found = Optional[Tuple[Any, List[Layer]]]
Walk = Callable[[Any, Step], List[Layer]]
TURNS = ((0, 2, 1), (2, 0, 1), (1, 2, 0), (0, 2, 3, 1), (0, 3, 1, 2))  # channels first to channels last, and back
STAYS = ((1, 0, 2), (0, 1, 2), (0, 2, 1, 3))  # samples and steps; the directions of ONNX


def unrolled(value: Step) -> List[Layer]:
    """A recurrent module over a whole sequence."""
    both, found = value.options.get("both", False), []
    made = recurrent_layers(value)
    cells = [layer for layer in made if layer.name != "dropout"]
    dropout = next(([layer] for layer in made if layer.name == "dropout"), [])
    step = 2 if both else 1
    for index in range(0, len(cells), step):
        found.append(over_sequence("bidirectional" if both else "unrolled", cells[index:index + step]))
        found += dropout if index + step < len(cells) else []
    return found


def sequence_layers(value: Step, start: Step) -> Found:
    before, options = value.inputs[0], value.options
    if value.op == "embedding" and isinstance(before, Step) and before.op == "indices":
        return before.inputs[0], embedding_layer(value)
    if value.op == "indices":
        refuse(f"{value.where} gives something other than real numbers of its input")
    make = MADE.get(value.op)
    if make:
        return before, make(value)
    if value.op in ("transpose", "permute"):
        order, swap = options.get("order"), options.get("swap")
        if swap is not None:
            swapped = {int(axis) % 3 for axis in swap}
            return before, [Layer("turn")] if swapped == {1, 2} else []
        if order is None or tuple(int(n) for n in order) not in (*TURNS, *STAYS):
            return None
        return before, [Layer("turn")] if tuple(int(n) for n in order) in TURNS else []
    if value.op == "mean" and set(options["dim"]) in ({1}, {-2}) and not options.get("keepdim"):
        return before, [Layer("global_average_pool", channels_last=True)]
    if value.op in ("select", "getitem"):
        return chosen(value)
    if value.op == "state":
        return state_of(value)
    if value.op == "concat" and ends_of(value) is not None:
        return ends_of(value), [Layer("ends")]
    return None


def embedding_layer(value: Step) -> List[Layer]:
    weight = value.inputs[1]
    if not isinstance(weight, Constant) or weight.values.ndim != 2:
        refuse(f"the weights of {value.where} are not constant")
    return [Layer("embedding", weight.values.shape, {"weight": weight.values})]


def attention_layer(value: Step) -> List[Layer]:
    names = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
    if not all(isinstance(each, Constant) for each in value.inputs[1:]):
        refuse(f"the weights of {value.where} are not constant")
    tensors = {name: each.values for name, each in zip(names, value.inputs[1:])}
    return [Layer("attention", (value.options["heads"], int(value.options["causal"])), tensors)]


def part_layer(value: Step) -> List[Layer]:
    return [Layer("part", ("of", value.options["index"], value.options["of"]))]


def glu_layer(value: Step) -> List[Layer]:
    return [Layer("gated", inner=[Layer("identity"), Layer("sigmoid")])]


MADE: Dict[str, Callable[[Step], List[Layer]]] = {
    "embedding": embedding_layer, "attention": attention_layer, "part": part_layer, "glu": glu_layer,
    "etch_layer": lambda value: [value.options["layer"]], "made": lambda value: value.options["layers"],
    **{name: lambda value: [] for name in ("directions", "reshape", "unsqueeze")},
}  # fmt: skip


def chosen(value: Step) -> Found:
    """x[:, -1], of a sequence its last step; x[:, 2:5] and x[:, 3] of a vector."""
    before, index = value.inputs[0], value.options["index"]
    if isinstance(before, Step) and before.op in ("state", "concat"):
        state = before.inputs[-1] if before.op == "concat" else before  # of the states of several layers
        if state.op == "state" and index in ([-1], [state.options["layers"] - 1]):
            return state_of(state)
    if len(index) == 0:
        return before, []
    if len(index) != 1:
        return None
    (part,) = index
    if part == -1:
        return before, [Layer("last")]
    if isinstance(part, int) and part >= 0:
        return before, [Layer("part", ("at", part, part + 1))]
    conv = before
    while isinstance(conv, Step) and conv.op == "getitem" and conv.options["index"] == []:
        conv = conv.inputs[0]
    if cut_at_end(conv, part):  # zeros on both sides of a convolution, and the last answers left out
        window = conv.options["window"]
        left, right = window.padding[:2]
        options = {**conv.options, "window": replace(window, padding=(left, right + part.stop, 0, 0))}
        return window_layers(Step(conv.op, conv.where, conv.inputs, options))
    if isinstance(part, slice) and part.step in (None, 1):
        limits = ["none" if n is None else n for n in (part.start, part.stop)]
        if all(isinstance(n, int) or n == "none" for n in limits):
            return before, [Layer("part", ("at", *limits))]
    return None


def cut_at_end(conv: Any, part: Any) -> bool:
    if not (isinstance(conv, Step) and conv.op == "window" and conv.options["name"] == "conv_1d"):
        return False
    ends = isinstance(part, slice) and part.start in (None, 0) and isinstance(part.stop, int)
    window = conv.options["window"]
    return ends and -window.padding[1] <= part.stop < 0 and window.stride[0] == 1


def state_of(value: Step) -> Found:
    """The output after the last step."""
    recurrent = value.inputs[0]
    if value.options["part"] == "c":
        refuse(f"{value.where} gives its cell's state as an output, which etch keeps inside")
    if recurrent.options.get("both"):
        refuse(f"{value.where} gives the state of one direction alone: take both, torch.cat([h[-2], h[-1]], 1)")
    return recurrent, [Layer("last")]


def ends_of(value: Step) -> Any:
    """The bidirectional layer of torch.cat([h[-2], h[-1]], 1); None for anything else."""
    found = []
    for part in value.inputs:
        chosen_of = isinstance(part, Step) and part.op in ("select", "getitem") and len(part.options["index"]) == 1
        if not chosen_of or part.inputs[0].op != "state" or not part.inputs[0].inputs[0].options.get("both"):
            return None
        state = part.inputs[0]
        found.append((state.inputs[0], state.options["part"], part.options["index"][0] % state.options["layers"]))
    layers = found and value.inputs[0].inputs[0].options["layers"]
    same = len(found) == 2 and found[0][:2] == found[1][:2] and found[0][1] == "h"
    return found[0][0] if same and [index for _, _, index in found] == [layers - 2, layers - 1] else None


# Several ways ------------------------------------------------------------------------------------------------------


def parts_below(value: Any, count: int) -> List[Step]:
    """The parts, one of `count` each, that a value is made of."""
    all_of_them = ancestors(value, {}).values()
    return [each for each in all_of_them if isinstance(each, Step) and each.op == "part"
            and each.options["of"] == count]  # fmt: skip


def gated(value: Step, start: Step, walk: Walk) -> Found:
    """f(x1) * g(x2) of the halves of x."""
    if value.op != "mul" or not all(isinstance(i, Step) for i in value.inputs):
        return None
    halves = [[part for part in parts_below(i, 2) if own_path(i, part)] for i in value.inputs]
    if any(len(half) != 1 for half in halves):
        return None
    first, second = (half[0] for half in halves)
    if first.inputs[0] is not second.inputs[0] or {first.options["index"], second.options["index"]} != {0, 1}:
        return None
    sides = {}
    for operand, part in zip(value.inputs, (first, second)):
        layers = walk(operand, part) or [Layer("identity")]
        if len(layers) != 1 or layers[0].name not in ACTIVATIONS:
            return None
        sides[part.options["index"]] = layers[0]
    return first.inputs[0], [Layer("gated", inner=[sides[0], sides[1]])]


def own_path(value: Any, part: Step) -> bool:
    """Whether a value is made of a part by operators of one input each."""
    while isinstance(value, Step) and value is not part:
        steps = [i for i in value.inputs if isinstance(i, Step)]
        value = steps[0] if len({id(each) for each in steps}) == 1 else None
    return value is part


def film(value: Step, start: Step, walk: Walk) -> Found:
    """x1 * x2 + x3 of the thirds of x."""
    if value.op != "add":
        return None
    for product, shift in (value.inputs, value.inputs[::-1]):
        if not (isinstance(product, Step) and product.op == "mul"):
            continue
        parts = [*product.inputs, shift]
        if all(isinstance(p, Step) and p.op == "part" and p.options["of"] == 3 for p in parts):
            order = [p.options["index"] for p in parts]
            if sorted(order[:2]) == [0, 1] and order[2] == 2 and len({id(p.inputs[0]) for p in parts}) == 1:
                return parts[0].inputs[0], [Layer("film")]
    return None


def concat(value: Step, start: Step, walk: Walk) -> Found:
    """What is made of the same numbers on several ways, next to each other."""
    if value.op != "concat" or not all(isinstance(i, Step) for i in value.inputs):
        return None
    if value.options.get("dim") not in (1, -1):
        refuse(f"{value.where} joins along the axis {value.options.get('dim')}, which etch does not have")
    above = [ancestors(i, {}) for i in value.inputs]
    common = [each for key, each in above[0].items() if isinstance(each, Step) and all(key in a for a in above)]
    if not common:
        return None
    base = max(common, key=lambda each: len(ancestors(each, {})))
    branches = [Layer("branch", inner=walk(i, base) or [Layer("identity")]) for i in value.inputs]
    return base, [Layer("parallel", inner=branches)]
