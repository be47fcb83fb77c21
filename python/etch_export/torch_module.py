"""An nn.Module as a graph, traced by torch.fx: what forward does counts, not the order in which children were made."""
from __future__ import annotations

import copy
import dis
import functools
import inspect
import sys
from typing import Any, Dict, List, NoReturn, Optional, Tuple, Union

import numpy as np

from .attention import kind_of, transformer_step
from .chain import chain, output_of
from .errors import Refused, first_line, refuse
from .graph import LATER, Constant, Size, Step, refuse_operator
from .sequences import answers_by_steps, initial_states, module_options, part_of, recurrent_step
from .source import Answer, Options, Source, check_all_used, sources_of
from .topology import Layer, attach, parse_topology
from .torch_operators import FUNCTIONS, MODULES, constant_of_tensor, is_operand, torch_step

HOLDERS = ("module", "container")  # torch.nn's modules that hold others
# What modules hold beside what they need to answer.
NOT_NEEDED = {"EmpiricalNormalization": ("_var", "count"),
              **{f"BatchNorm{n}d": ("num_batches_tracked",) for n in (1, 2)}}


def not_needed(module: Any) -> List[str]:
    kinds = {name: getattr(each, "original_name", type(each).__name__) for name, each in module.named_modules()}
    return [f"{name}.{tensor}".lstrip(".") for name, kind in kinds.items() for tensor in NOT_NEEDED.get(kind, ())]


def from_module(module: Any, options: Options) -> Source:
    """Traced by torch.fx, so that what matters is what forward does, not in which order the children were made."""
    import torch

    if not isinstance(module, torch.nn.Module):
        refuse(f"a {type(module).__name__} is no nn.Module")
    while type(module).__name__ in ("DataParallel", "DistributedDataParallel"):
        module = module.module
    module = getattr(module, "_orig_mod", module)  # of torch.compile
    kind = type(module)
    own = kind.__module__.startswith("torch.nn.modules.") and kind.__module__.rpartition(".")[2] not in HOLDERS
    if own and leaf_of(module) is None:
        refuse_module(module, "the model itself")
    if own:
        module = torch.nn.Sequential(module)  # so that it is an operator, whatever its forward does
    try:
        module = plain_copy(module).cpu().eval()
    except Exception as error:  # an environment, a lock
        for name, each in module.named_modules():
            if any(torch.nn.parameter.is_lazy(p) for p in each.parameters(recurse=False)):
                refuse(f"the module {name_of_module(each)} ({name}) has no weights yet: call the model once before")
        refuse(f"{kind.__name__} cannot be copied ({first_line(error)})")
    if not any(True for _ in module.state_dict()) and not any(True for _ in module.children()):
        refuse(f"{type(module).__name__} holds no layers")
    names = {id(t): name for name, t in [*module.named_parameters(), *module.named_buffers()]}
    graph, read_tensors = trace(module, names)
    start, states, end = graph_of_fx(module, graph, names)
    layers = chain(end, start, options.inputs)
    one_name_each = [name for name in module.state_dict() if name in names.values()]  # a module may be held twice
    check_all_used(one_name_each, sources_of(output_of(end)) | read_tensors, [*options.ignore, *not_needed(module)])
    defaults = {name: " ".join(repr(value).split()) for name, value in (defaults_of_forward(module) or {}).items()}
    notes = [f"forward is called with {name}={value}, its default" for name, value in defaults.items()]
    answer = answer_of_steps(module, end, states) if states else answer_of_module(module)
    return Source(layers, kind.__name__, answer, notes=notes, by_steps=bool(states))


def plain_copy(module: Any) -> Any:
    """Without what computes a weight before each call: weight_norm, spectral_norm, other parametrizations, pruning."""
    import torch
    from torch.nn import utils
    from torch.nn.utils import parametrize, prune

    computed = [t for m in module.modules() for t in vars(m).values() if isinstance(t, torch.Tensor) and not t.is_leaf]
    copied = copy.deepcopy(module, {id(t): t.detach().clone() for t in computed})
    for each in copied.modules():
        for hook in list(each._forward_pre_hooks.values()):
            kind = type(hook).__name__
            if kind == "WeightNorm":
                utils.remove_weight_norm(each, hook.name)
            elif kind == "SpectralNorm":
                utils.remove_spectral_norm(each, hook.name)
            elif isinstance(hook, prune.BasePruningMethod):
                prune.remove(each, hook._tensor_name)
        if parametrize.is_parametrized(each):  # PyTorch's own removal changes the class, which the original shares
            values = {name: getattr(each, name).detach() for name in each.parametrizations}
            each.__class__ = parametrize.type_before_parametrizations(each)
            del each.parametrizations
            for name, value in values.items():
                each.register_parameter(name, torch.nn.Parameter(value))
    return copied


def name_of_module(module: Any) -> str:
    """Of the class, or of that class of PyTorch which it derives from, such as torch.nn.LSTM."""
    kinds = [kind for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn.modules.")]
    return f"torch.nn.{kinds[0].__name__}" if kinds and kinds[0].__name__ != "Module" else type(module).__name__


def refuse_module(module: Any, where: str) -> NoReturn:
    later = "is not supported yet" if LATER.search(name_of_module(module)) else "has no counterpart in etch"
    refuse(f"the module {name_of_module(module)} ({where}) {later}")


def defaults_of_forward(module: Any) -> Optional[Dict[str, Any]]:
    """Of the arguments after the first; None where one of them has no default."""
    first, *others = [*inspect.signature(type(module).forward).parameters.values()][1:] or [None]
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    others = [p for p in others if p.kind not in variadic]
    if first is None or first.kind in variadic or any(p.default is p.empty for p in others):
        return None
    return {p.name: p.default for p in others}


def trace(module: Any, names: Dict[int, str]) -> Tuple[Any, set]:
    """The graph of forward, and the tensors that forward looked at."""
    from torch import fx

    found = set()

    class Unpacked(fx.Proxy):
        def __iter__(self) -> Any:
            """y, h = gru(x): as many as the statement has names for. (PyTorch 1 misses them with Python 3.11.)"""
            frame = sys._getframe(1)
            for instruction in dis.get_instructions(frame.f_code):
                if instruction.offset == frame.f_lasti and instruction.opname == "UNPACK_SEQUENCE":
                    return (self[i] for i in range(instruction.argval))
            return self.tracer.iter(self)

    class Tracer(fx.Tracer):
        def is_leaf_module(self, m: Any, qualified_name: str) -> bool:
            return leaf_of(m) is not None or super().is_leaf_module(m, qualified_name)

        def create_args_for_root(self, forward: Any, *rest: Any) -> Any:
            """What has a default is no input, but a constant."""
            alone = forward if defaults_of_forward(module) is None else lambda self, x: forward(self, x)
            return super().create_args_for_root(alone, *rest)

        def proxy(self, node: Any) -> Any:
            return Unpacked(node, self)

        def getattr(self, name: str, value: Any, *rest: Any) -> Any:  # PyTorch 2
            found.update([names[id(value)]] if id(value) in names else [])
            return super().getattr(name, value, *rest)

        def _module_getattr(self, name: str, value: Any, *rest: Any) -> Any:  # PyTorch 1
            found.update([names[id(value)]] if id(value) in names else [])
            return super()._module_getattr(name, value, *rest)

    try:
        return Tracer().trace(module), found
    except Refused:
        raise
    except Exception as error:  # forward is the user's code
        for name, each in module.named_modules():
            if LATER.search(name_of_module(each)):
                refuse(f"{type(module).__name__} uses {name_of_module(each)} ({name or 'the model itself'}), which "
                       "is not supported yet")  # fmt: skip
        hint = "; save only its actor" if hasattr(module, "actor") else ""
        refuse(f"{type(module).__name__} cannot be traced ({first_line(error)}){hint}")


def leaf_of(module: Any) -> Optional[Tuple[str, Dict[str, Any]]]:
    """Modules that are one operator: its name and options."""
    kind = type(module)
    marked = getattr(module, "etch_layer", None)
    if isinstance(marked, str):
        return "etch_layer", {"layer": marked, "tensors": module.state_dict(keep_vars=True)}
    if kind_of(module):
        return "transformer", {}
    recurrent = module_options(module)
    if recurrent:
        return "recurrent", recurrent
    if kind.__module__.startswith("torch.nn.") and kind.__name__ in MODULES:
        op, options = MODULES[kind.__name__]
        return op, {name: getattr(module, name) for name in options}
    if kind.__module__ == __package__ and kind.__name__ in ("Standardize", "Unstandardize"):
        return kind.__name__.lower(), {"mean": module.mean, "deviation": module.deviation}
    if kind.__module__ == __package__ and kind.__name__ == "CausalConv1d":
        return "causal_conv_1d", {"weight": module.weight, "bias": module.bias, "layer": module.layer}
    if kind.__module__ == __package__ and kind.__name__ in ("ChannelsLast", "GlobalAveragePool"):
        return {"ChannelsLast": "flatten_last"}.get(kind.__name__, "global_average_pool"), {}
    if kind.__module__ == __package__ and kind.__name__ == "Normalize":
        return "normalize", {name: getattr(module, name) for name in ("minimum", "maximum", "low", "high")}
    if kind.__module__ == __package__ and kind.__name__ == "Clip":
        return "clip", {"minimum": module.minimum, "maximum": module.maximum}
    if kind.__name__ == "EmpiricalNormalization" and hasattr(module, "_std") and hasattr(module, "eps"):
        return "empirical", {"mean": module._mean, "std": module._std, "eps": module.eps}
    return None


def graph_of_fx(module: Any, graph: Any, names: Dict[int, str]) -> Tuple[Step, List[str], Any]:
    """The input, the names of inputs that are states, and the output."""
    import torch
    from torch import fx

    inputs = [node for node in graph.nodes if node.op == "placeholder"]
    is_recurrent = any(module_options(each) for each in module.modules())
    if len(inputs) != 1 and not (inputs and is_recurrent):
        refuse(f"{type(module).__name__} takes {len(inputs)} inputs; a network has one")
    start = Step("input", inputs[0].name)
    values: Dict[Any, Any] = {inputs[0]: start, **{node: Step("initial", node.name) for node in inputs[1:]}}
    trained: Dict[str, str] = {}  # which module uses which tensor

    def value_of(argument: Any) -> Any:
        if isinstance(argument, torch.Tensor):
            return constant_of_tensor(argument, names)
        if isinstance(argument, (list, tuple)):
            return [value_of(a) for a in argument]
        return values[argument] if isinstance(argument, fx.Node) else argument

    for node in graph.nodes:
        where = f"module {node.target}" if node.op == "call_module" else node.name
        if node.op == "output":
            end = value_of(node.args[0])
            if not isinstance(output_of(end), (Step, Constant)):
                refuse(f"{type(module).__name__} gives {type(end).__name__}, not one tensor")
            return start, [node.name for node in inputs[1:]], end
        elif node.op == "get_attr":
            values[node] = constant_of_tensor(functools.reduce(getattr, node.target.split("."), module), names)
        elif node.op == "call_module":
            leaf = module.get_submodule(node.target)
            found = leaf_of(leaf)
            if found is None:
                refuse_module(leaf, str(node.target))
            for name, tensor in leaf.named_parameters():
                if names[id(tensor)] in trained:
                    refuse(f"the tensor {names[id(tensor)]} is used twice; an exported file would hold two "
                           "independent copies")  # fmt: skip
                trained[names[id(tensor)]] = where
            op, given = found
            x, *others = [value_of(a) for a in (*node.args, *node.kwargs.values())]
            if op == "transformer":
                names_given = {name: value_of(a) for name, a in node.kwargs.items()}
                values[node] = transformer_step(kind_of(leaf) or "", leaf, where, [value_of(a) for a in node.args],
                                                names_given, value_of)  # fmt: skip
                continue
            if op == "etch_layer":
                tensors = {name: value_of(tensor) for name, tensor in given["tensors"].items()}
                before, after = getattr(leaf, "etch_turns", (False, False))
                x = Step("transpose", where, [x], {"swap": (1, 2)}) if before else x
                y = Step(op, where, [x, *tensors.values()], {"layer": layer_with(given["layer"], tensors)})
                values[node] = Step("transpose", where, [y], {"swap": (1, 2)}) if after else y
                continue
            if op == "recurrent":
                options = {k: value_of(v) for k, v in given.items()}
                values[node] = recurrent_step(where, x, others[0] if others else None, **options)
                continue
            values[node] = leaf_step(op, where, x, {k: value_of(v) for k, v in given.items()})
        elif node.op in ("call_function", "call_method"):
            name = (node.target if node.op == "call_method" else node.target.__name__).rstrip("_")
            arguments = [value_of(a) for a in node.args]
            if name == "getitem" and isinstance(arguments[0], list) and isinstance(arguments[1], int):
                values[node] = arguments[0][arguments[1]]  # outputs or states of a recurrent layer
                continue
            if name == "getitem" and isinstance(arguments[0], Step):
                values[node] = part_of(where, arguments[0], arguments[1])
                continue
            if name in SIZES and not (name == "getitem" and isinstance(arguments[0], (Step, Constant))):
                values[node] = size_of(name, arguments)
                continue
            if name == "getitem":
                values[node] = Step(name, f"{where}, a slice x[...]", arguments[:1])
                continue
            if any(isinstance(a, Size) for a in arguments) and not any(map(is_operand, arguments)):
                values[node] = Size("an extent")  # computed from a shape
                continue
            if name not in FUNCTIONS:
                refuse_operator(name, where)
            given = dict(zip(FUNCTIONS[name], arguments[1:]), **{k: value_of(v) for k, v in node.kwargs.items()})
            values[node] = torch_step(name, where, arguments[0] if arguments else given.pop("input"), given)
    refuse(f"{type(module).__name__} gives nothing")


SIZES = ("size", "getattr", "getitem")


def size_of(name: str, arguments: List[Any]) -> Optional[Size]:
    """Of a value, for a reshape: x.size(0), x.shape, x.shape[0]. Its type or device changes no number."""
    if name == "getattr" and arguments[1:] != ["shape"]:
        return None
    return Size("the batch" if arguments[1:] == [0] else "an extent")


def layer_with(spelled: str, tensors: Dict[str, Constant]) -> Layer:
    """Of a module that to_torch has made."""
    network = parse_topology(f"input<1>, {spelled}")
    attach(network.layers, {f"0.{name}": tensor.values for name, tensor in tensors.items()}, "", spelled)
    return network.layers[0]


def leaf_step(op: str, where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    if op == "empirical":
        std: Constant = given["std"]
        deviation = Constant(std.values + given["eps"], std.sources)
        return Step("standardize", where, [x, given["mean"], deviation])
    if op in ("standardize", "unstandardize"):
        return Step(op, where, [x, given["mean"], given["deviation"]])
    if op == "causal_conv_1d":
        (layer,) = parse_topology(f"input<1>, {given['layer']}").layers
        return Step(op, where, [x, given["weight"], given["bias"]], {"layer": layer})
    if op in ("flatten_last", "global_average_pool"):
        return Step(op, where, [x])
    if op == "clip":
        return Step(op, where, [x, given["minimum"], given["maximum"]])
    if op == "normalize":
        return Step(op, where, [x, given["minimum"], given["maximum"]], {"low": given["low"], "high": given["high"]})
    return torch_step(op, where, x, given)


def first_answer(module: Any, samples: Any) -> Any:
    """In float64; in float32 if a constant of TorchScript stays as it is; to indices if it begins with an embedding."""
    whole = bool((samples == samples.long()).all())
    ways = [(copy.deepcopy(module).double(), samples), (copy.deepcopy(module).float(), samples.float())]
    ways += [(net, samples.long()) for net, _ in ways] if whole else []
    first = None
    for net, given in ways:
        try:
            return net(given)
        except (RuntimeError, TypeError) as error:
            first = error if first is None else first
    raise first  # type: ignore[misc]


def answer_of_module(module: Any) -> Answer:
    """In float64, or in float32 where the model insists on it."""
    import torch

    def answer(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            found = first_answer(module, torch.from_numpy(samples))
        return (found[0] if isinstance(found, (tuple, list)) else found).double().numpy()

    return answer


def answer_of_steps(module: Any, end: Any, states: List[str]) -> Answer:
    """Of a module that takes its states as inputs: the samples are the steps of one sequence, which begins at zero."""
    import torch

    def answer(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return answers_by_steps(copy.deepcopy(module).double(), initial_states(end, states, torch.double), samples)

    return answer
