"""A state_dict, or a checkpoint around one: tensors without the operations between them."""
from __future__ import annotations

import copy
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .errors import refuse
from .frameworks import FRAMEWORKS, Framework, RSL_RL_EPSILON, rsl_rl_name
from .source import Options, Source, check_all_used, matches
from .topology import Layer, Shape, TENSORS, parse_topology
from .torch_operators import constant_of_tensor


def from_checkpoint(loaded: Dict[str, Any], options: Options, description: str) -> Source:
    """A state_dict, or a dictionary around one."""
    framework, normalizer, notes = options.framework, loaded.get("obs_norm_state_dict"), []
    tensors = flattened(loaded)
    kind = rsl_rl_kind(loaded, framework)
    if not options.prefix or not any(name.startswith(options.prefix) for name in tensors):
        state = loaded[kind] if kind else state_of(loaded, options, description, notes)
        for name in state:
            if not isinstance(name, str):
                refuse(f"{description} is no state_dict: its names are not text, such as {name}")
        tensors = without_wrappers(state)
    if options.prefix:
        others = [k for k, t in tensors.items() if not k.startswith(options.prefix) and is_tensor(t)]
        notes += [f"{len(others)} tensors are not wanted, such as {others[0]}"] if others else []
        tensors = {k[len(options.prefix):]: t for k, t in tensors.items() if k.startswith(options.prefix)}
    elif kind:
        framework = framework or "rsl_rl"
    for name, tensor in tensors.items():
        if not is_tensor(tensor):
            hint = f"; say --prefix {name}. and more" if isinstance(tensor, dict) else ""
            refuse(f"{description} is no state_dict: {name} is of the type {type(tensor).__name__}{hint}")
    if framework == "rsl_rl":
        tensors = {rsl_rl_name(name): tensor for name, tensor in tensors.items()}
        tensors.update({f"actor_obs_normalizer.{name}": tensor for name, tensor in (normalizer or {}).items()})
    elif normalizer and not matches("obs_norm_state_dict", options.ignore):
        refuse(f"{description} holds a normaliser in obs_norm_state_dict; without --prefix or with --framework rsl_rl "
               "it is used")  # fmt: skip
    return from_tensors(tensors, options, framework, description, notes)


def is_tensor(value: Any) -> bool:
    return hasattr(value, "detach")


def flattened(entries: Dict[str, Any]) -> Dict[str, Any]:
    """What nested dictionaries hold, as "model.0.weight"."""
    found = {}
    for name, entry in without_wrappers({str(name): entry for name, entry in entries.items()}).items():
        inner = flattened(entry) if isinstance(entry, dict) else {}
        found.update({f"{name}.{key}": value for key, value in inner.items()} if inner else {name: entry})
    return found


def rsl_rl_kind(loaded: Dict[str, Any], framework: Optional[str]) -> str:
    """Where a checkpoint of rsl_rl keeps its actor."""
    if isinstance(loaded.get("actor_state_dict"), dict):
        return "actor_state_dict"
    state = loaded.get("model_state_dict")
    has_actor = isinstance(state, dict) and any(name.startswith("actor.") for name in flattened(state))
    return "model_state_dict" if has_actor or isinstance(state, dict) and framework == "rsl_rl" else ""


def state_of(loaded: Dict[str, Any], options: Options, description: str, notes: List[str]) -> Dict[str, Any]:
    """The one dictionary of tensors among the entries; without such the entries themselves."""
    found = [name for name, entry in loaded.items() if not matches(str(name), options.ignore)
             and isinstance(entry, dict) and any(map(is_tensor, entry.values()))]  # fmt: skip
    if not found:
        return loaded
    if len(found) > 1:
        *others, last = [f"--prefix {name}." for name in found]
        refuse(f"{description} holds several dictionaries of tensors: say {', '.join(others)} or {last}")
    check_all_used([str(name) for name, entry in loaded.items() if is_tensor(entry)], [], options.ignore)
    aside = [str(name) for name in loaded if name != found[0]]
    notes.append(f"the model is {found[0]}" + (f"; left aside: {', '.join(aside)}" if aside else ""))
    return loaded[found[0]]


def without_wrappers(tensors: Dict[str, Any]) -> Dict[str, Any]:
    """Without what DistributedDataParallel and torch.compile put before every name."""
    for wrapper in ("module.", "_orig_mod."):
        if tensors and all(name.startswith(wrapper) for name in tensors):
            return without_wrappers({name[len(wrapper):]: tensor for name, tensor in tensors.items()})
    return tensors


def from_tensors(tensors: Dict[str, Any], options: Options, name: Optional[str], description: str, notes: List[str]
                 ) -> Source:  # fmt: skip
    groups: List[Tuple[str, Dict[str, np.ndarray]]] = []
    ignored = list(options.ignore)
    framework = FRAMEWORKS.get(name or "")
    if framework:
        ignored += framework.ignored
        groups += empirical_normalization(tensors, notes) if name == "rsl_rl" else []
        notes += [framework.note] if framework.note else []
        if name == "rsl_rl" and not {"std", "log_std"} & set(tensors):
            refuse(f"{description} has neither std nor log_std, so its actor gives deviations beside the actions, or "
                   "it is a student; say --prefix actor. and --activation to take the whole of it")  # fmt: skip
        if name == "sb3-sac" and "actor.mu.0.weight" in tensors:
            refuse(f"{description} was trained with use_sde, whose mean is clipped to limits that no tensor holds; read "
                   "it with stable_baselines3 installed, and without --framework")  # fmt: skip
        chosen = [key for pattern in framework.actor for key in tensors if matches(key, [pattern])]
    else:
        chosen = list(tensors)
    chosen = [key for key in chosen if not matches(key, options.ignore)]
    if not chosen:
        wanted = " and ".join(framework.actor) if framework else f"{options.prefix}*"
        refuse(f"{description} has no tensors {wanted}")
    check_all_used(tensors, chosen, [*ignored, "actor_obs_normalizer.*"] if groups else ignored)
    groups += grouped({key: tensors[key] for key in chosen})
    notes.append("layers in the order of their tensors: " + ", ".join(module or "weight" for module, _ in groups))
    notes.append("that these are the model's layers: a state_dict does not answer, so the golden vectors are the "
                 "file's own answers; compare one with the model's")  # fmt: skip
    if options.topology:
        if options.activation or options.output_activation:
            refuse("a topology names the activations: say --topology alone")
        layers, inputs = match_topology(options.topology, groups)
        return Source(layers, description, inputs=inputs, notes=notes)
    return Source(alternate(groups, options, framework, name, notes), description, notes=notes)


def grouped(tensors: Dict[str, Any]) -> List[Tuple[str, Dict[str, np.ndarray]]]:
    """The tensors of each module, under their last names, in the order of the state_dict."""
    groups: Dict[str, Dict[str, np.ndarray]] = {}
    places: Dict[Any, str] = {}
    for key, tensor in tensors.items():
        first = places.setdefault((tensor.data_ptr(), tensor.shape) if tensor.numel() else key, key)
        if first != key:
            refuse(f"{key} is {first} once more; ignore one of them by name if it is one layer")
        module, _, name = key.rpartition(".")
        groups.setdefault(module, {})[name] = constant_of_tensor(tensor, {id(tensor): key}).values
    return list(groups.items())


def empirical_normalization(tensors: Dict[str, Any], notes: List[str]) -> List[Tuple[str, Dict[str, np.ndarray]]]:
    prefix = "actor_obs_normalizer."
    found = dict(grouped({k: t for k, t in tensors.items() if k.startswith(prefix)})).get(prefix[:-1], {})
    if not found:
        return []
    if not {"_mean", "_std"} <= set(found) <= {"_mean", "_std", "_var", "count"}:
        refuse(f"the normaliser holds {', '.join(found)}; known are _mean, _std, _var and count")
    notes.append(f"the normaliser's eps is {RSL_RL_EPSILON}, rsl_rl's default")
    deviation = found["_std"].reshape(-1) + RSL_RL_EPSILON
    return [(prefix[:-1], {"mean": found["_mean"].reshape(-1), "deviation": deviation})]


def alternate(groups: List[Tuple[str, Dict[str, np.ndarray]]], options: Options, framework: Optional[Framework],
              name: Optional[str], notes: List[str]) -> List[Layer]:  # fmt: skip
    """Dense layers with the same activation after all but the last, and another after the last."""
    several = sum("weight" in tensors for _, tensors in groups) > 1
    between = activation(options.activation, framework and framework.activation, "--activation") if several else []
    after = activation(options.output_activation, framework and framework.output_activation, "--output-activation")
    for where, chosen, found in (("between", options.activation, between), ("after", options.output_activation, after)):
        if framework and chosen is None:
            notes.append(f"{found[0] if found else 'no activation'} {where} the layers, the default of {name}")
    layers: List[Layer] = []
    for index, (module, tensors) in enumerate(groups):
        if set(tensors) == {"mean", "deviation"}:
            layers.append(Layer("standardize", (), tensors))
        else:
            layers.append(dense_of_group(module, tensors))
            layers += copy.deepcopy(between if index + 1 < len(groups) else after)
    return layers


def activation(chosen: Optional[str], default: Optional[str], option: str) -> List[Layer]:
    text = chosen or default
    if text is None:
        refuse(f"a state_dict does not carry activations: say {option} LAYER, or none")
    layers = [] if text in ("none", "identity") else parse_topology(f"input<1>, {text}").layers
    if any(layer.name in (*TENSORS, "residual") for layer in layers):
        refuse(f"{option} {text} has tensors of its own: say --topology")
    return layers


def dense_of_group(module: str, tensors: Dict[str, np.ndarray]) -> Layer:
    extra = set(tensors) - {"weight", "bias"}
    if extra or "weight" not in tensors:
        refuse(f"{module or 'the source'} holds {', '.join(sorted(tensors))}, which is no dense layer")
    weight = tensors["weight"]
    if weight.ndim != 2:
        refuse(f"{module}.weight has shape {list(weight.shape)}, which is no dense layer; of another say --topology")
    bias = tensors.get("bias", np.zeros(len(weight)))
    return Layer("dense", (len(weight),), {"weight": weight, "bias": bias})


def match_topology(text: str, groups: List[Tuple[str, Dict[str, np.ndarray]]]) -> Tuple[List[Layer], Shape]:
    """The layers of a list that hold tensors, and the modules of a state_dict, in the same order."""
    network, rest = parse_topology(text), list(groups)

    def fill(layers: List[Layer]) -> None:
        for layer in layers:
            fill(layer.inner)
            if layer.name not in TENSORS:
                continue
            if not rest:
                refuse(f"the source has no tensors for the layer {layer}")
            module, tensors = rest.pop(0)
            if layer.name == "dense":
                tensors = dense_of_group(module, tensors).tensors
            if set(tensors) != set(TENSORS[layer.name]):
                refuse(f"{module} holds {', '.join(sorted(tensors))}, which is no {layer}")
            layer.tensors = {name: tensors[name] for name in TENSORS[layer.name]}

    fill(network.layers)
    if rest:
        refuse(f"the topology has no layer for the tensors of {rest[0][0]}")
    return network.layers, network.inputs
