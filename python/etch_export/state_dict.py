"""A state_dict, or a checkpoint around one: tensors without the operations between them."""
from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .batch_norm import batch_norm_of, fold, is_batch_norm
from .chain import prelu_of
from .errors import refuse
from .images import has_images, window_of
from .frameworks import FRAMEWORKS, Framework, average_quantiles, rsl_rl_name
from .normalizers import Group, check_no_statistics_left, kind_of_statistics, mean_and_deviation_of
from .numbers import real_numbers, to_float32
from .pickles import Tensor, array_of, contents, is_tensor, kind_of
from .recurrent import CALLED, kind_of_group, layer_of, of_layer, of_runs, split_group
from .source import Options, Source, check_all_used, matches
from .topology import OVER_SEQUENCES, RECURRENT, TENSORS, Layer, Shape, over_sequence, parse_topology, tensor_names


def from_checkpoint(loaded: Dict[str, Any], options: Options, description: str) -> Source:
    """A state_dict, or a dictionary around one."""
    framework, notes = options.framework, []  # type: Optional[str], List[str]
    everything = dict(contents(loaded))
    tensors, beside = flattened(loaded), {}  # type: Dict[str, Any], Dict[str, Any]
    kind = rsl_rl_kind(loaded, framework)
    if not options.prefix or not any(name.startswith(options.prefix) for name in tensors):
        state = loaded[kind] if kind else rl_games_state(loaded) or state_of(loaded, options, description, notes)
        for name in state:
            if not isinstance(name, str):
                refuse(f"{description} is not a state_dict: its names are not text, such as {name}")
        tensors = without_wrappers(state)
    if options.prefix:
        others = [k for k, t in tensors.items() if not k.startswith(options.prefix) and is_tensor(t)]
        notes += [f"{len(others)} tensors are not wanted, such as {others[0]}"] if others else []
        tensors = {k[len(options.prefix):]: t for k, t in tensors.items() if k.startswith(options.prefix)}
    elif kind:
        framework = framework or "rsl_rl"
    elif any(name.startswith("a2c_network.") for name in tensors):
        framework = framework or "rl_games"
    for name, tensor in tensors.items():
        if not is_tensor(tensor):
            hint = f"; say --prefix {name}. and more" if isinstance(tensor, dict) else ""
            refuse(f"{description} is not a state_dict: {name} is of the type {kind_of(tensor)}{hint}")
    if framework == "rsl_rl":
        tensors = {rsl_rl_name(name): tensor for name, tensor in tensors.items()}
        beside = loaded.get("obs_norm_state_dict") or {}
        tensors.update({f"actor_obs_normalizer.{name}": tensor for name, tensor in dict(contents(beside)).items()})
    return from_tensors(tensors, everything, options, framework, description, notes)


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


def rl_games_state(loaded: Dict[str, Any]) -> Dict[str, Any]:
    """Of a checkpoint of rl_games, whose older versions keep the normalizer beside the model."""
    model, normalizer = loaded.get("model"), loaded.get("running_mean_std")
    if not isinstance(model, dict) or not any(str(name).startswith("a2c_network.") for name in without_wrappers(model)):
        return {}
    beside = {f"running_mean_std.{name}": t for name, t in (normalizer if isinstance(normalizer, dict) else {}).items()}
    return {**without_wrappers(model), **beside}


def state_of(loaded: Dict[str, Any], options: Options, description: str, notes: List[str]) -> Dict[str, Any]:
    """The one dictionary of tensors among the entries; without such the entries themselves."""
    found = [name for name, entry in loaded.items() if not matches(str(name), options.ignore)
             and isinstance(entry, dict) and any(map(is_tensor, entry.values()))]  # fmt: skip
    if not found:
        return loaded
    if len(found) > 1:
        *others, last = [f"--prefix {name}." for name in found]
        refuse(f"{description} holds several dictionaries of tensors: say {', '.join(others)} or {last}")
    check_all_used([str(name) for name, entry in loaded.items() if isinstance(entry, Tensor)], [], options.ignore)
    aside = [str(name) for name in loaded if name != found[0]]
    notes.append(f"the model is {found[0]}" + (f"; left aside: {', '.join(aside)}" if aside else ""))
    return loaded[found[0]]


def without_wrappers(tensors: Dict[str, Any]) -> Dict[str, Any]:
    """Without what DistributedDataParallel and torch.compile put before every name."""
    for wrapper in ("module.", "_orig_mod."):
        if tensors and all(name.startswith(wrapper) for name in tensors):
            return without_wrappers({name[len(wrapper):]: tensor for name, tensor in tensors.items()})
    return tensors


def from_tensors(tensors: Dict[str, Any], everything: Dict[str, Any], options: Options, name: Optional[str],
                 description: str, notes: List[str]) -> Source:  # fmt: skip
    ignored = list(options.ignore)
    framework = FRAMEWORKS.get(name or "")
    first: Dict[str, Any] = {}
    if framework:
        check_framework(tensors, framework, name or "", description)
        ignored += framework.ignored
        notes += framework.notes
        chosen = [key for pattern in framework.actor for key in tensors if matches(key, [pattern])]
        if framework.normalizer:
            own = [k for k in tensors if k.startswith(f"{framework.normalizer}.") and not matches(k, ignored)]
            first = {key: tensors[key] for key in own}
    else:
        chosen = list(tensors)
    chosen = [key for key in chosen if not matches(key, options.ignore)]
    if not chosen:
        wanted = " and ".join(framework.actor) if framework else f"{options.prefix}*"
        refuse(f"{description} has no tensors {wanted}")
    used = {**first, **{key: tensors[key] for key in chosen}}
    check_no_statistics_left(everything, used.values(), ignored, description)
    groups = grouped(used)
    check_known(groups, bool(options.topology))
    check_all_used(tensors, used, ignored)
    notes.append("layers in the order of their tensors: " + ", ".join(module or "weight" for module, _ in groups))
    notes.append("that these are the model's layers: a state_dict does not answer, so the golden vectors are the "
                 "file's own answers; compare one with the model's")  # fmt: skip
    if options.topology:
        if options.activation or options.output_activation:
            refuse("a topology names the activations: pass only --topology")
        layers, inputs = match_topology(options, groups, notes)
        if has_images(layers, inputs):
            notes.append("a flatten of an image has PyTorch's order: channels, height, width")
        return Source(fold(layers), description, inputs=inputs, notes=notes, listed=True)
    source = Source(fold(alternate(groups, options, framework, name, notes)), description, notes=notes)
    if name == "sb3-qrdqn":
        average_quantiles(source, options.actions)
    return source


def check_framework(tensors: Dict[str, Any], framework: Framework, name: str, description: str) -> None:
    """What makes an actor another function than its tensors tell."""
    if name == "rsl_rl" and not {"std", "log_std"} & set(tensors):
        refuse(f"{description} has neither std nor log_std, so its actor gives deviations beside the actions, or "
               "it is a student; say --prefix actor. and --activation to take the whole of it")  # fmt: skip
    if name == "sb3-sac" and "actor.mu.0.weight" in tensors:
        refuse(f"{description} was trained with use_sde, whose mean is clipped to limits that no tensor holds; read "
               "it with stable_baselines3 installed, by --trust and without --framework")  # fmt: skip
    if framework.needs and not any(matches(key, [framework.needs]) for key in tensors):
        refuse(f"{description} has no tensors {framework.needs}, so it is not of {name}")


def grouped(tensors: Dict[str, Any]) -> List[Tuple[str, Group]]:
    """The tensors of each module, under their last names, in the order of the state_dict. weight_norm is computed."""
    groups: Dict[str, Group] = {}
    places: Dict[Any, str] = {}
    for key, tensor in tensors.items():
        place = getattr(tensor, "place", None)
        first = places.setdefault(place, key) if place is not None and 0 not in tensor.shape else key
        if first != key:
            refuse(f"{key} is {first} once more; ignore one of them by name if it is one layer")
        module, _, name = key.rpartition(".")
        norm = re.fullmatch(r"(?:(.*)\.)?parametrizations\.(\w+)\.original([01])", key)
        if norm:  # of PyTorch 2
            module, name = norm.group(1) or "", f"{norm.group(2)}_{'gv'[int(norm.group(3))]}"
        numbers = real_numbers(array_of(tensor, key), key)
        to_float32(numbers, key)
        groups.setdefault(module, {})[name] = numbers
    normed = [(module, with_weight_norm(module, group)) for module, group in with_projections(groups).items()]
    return [layer for module, group in normed for layer in split_group(module, group)]


def with_projections(groups: Dict[str, Group]) -> Dict[str, Group]:
    """An attention with the projection of its answers, which is a module of its own."""
    found = dict(groups)
    for module, group in groups.items():
        projection = found.get(f"{module}.out_proj".lstrip("."))
        if "in_proj_weight" in group and projection is not None:
            zeros = {"in_proj_bias": np.zeros(len(group["in_proj_weight"]))}
            own = {"bias": np.zeros(len(projection.get("weight", ()))), **projection}
            found[module] = {**zeros, **group, **{f"out_proj.{name}": own[name] for name in ("weight", "bias")
                                                  if name in own}}  # fmt: skip
            del found[f"{module}.out_proj".lstrip(".")]
    return found


def with_weight_norm(module: str, group: Group) -> Group:
    """W = g v / |v|, the norm taken over all but the dimension that g has."""
    names = [name[:-2] for name in group if name.endswith("_g") and name[:-2] + "_v" in group]
    for name in names:
        rest = {other: t for other, t in group.items() if other not in (name + "_g", name + "_v")}
        group = {name: normed_weight(f"{module}.{name}", group[name + "_g"], group[name + "_v"]), **rest}
    return group


def normed_weight(name: str, g: np.ndarray, v: np.ndarray) -> np.ndarray:
    if g.ndim not in (0, v.ndim) or any(n not in (1, m) for n, m in zip(g.shape, v.shape)):
        refuse(f"{name}_g has shape {list(g.shape)}, which is not a weight_norm of {list(v.shape)}")
    over = tuple(range(v.ndim)) if g.ndim == 0 else tuple(d for d in range(v.ndim) if g.shape[d] == 1)
    if g.ndim == v.ndim and len(over) == v.ndim and v.shape[0] == 1:
        over = over[1:]  # one output: by PyTorch's default over all but the first dimension, which is the same
    norm = np.sqrt((v * v).sum(axis=over, keepdims=True))
    if not (norm > 0).all():
        refuse(f"{name}_v holds a row of zeros, whose direction is not defined")
    return g * v / norm


def check_known(groups: List[Tuple[str, Group]], listed: bool = False) -> None:
    """Names layers that are not supported, as far as tensors tell them."""
    for module, group in groups:
        name = module or "the source"
        for key, layer in (("in_proj_weight", "attention<heads>"), ("weight_ih_reverse", "bidirectional<lstm<units>>")):
            if key in group and not listed:
                refuse(f"{name} is of whole sequences (it holds {key}), whose length a state_dict does not hold: say "
                       f"--topology 'input<features, steps>, {layer}, ...'")  # fmt: skip
        if group.get("weight", np.zeros(())).ndim in (3, 4, 5) and not listed:
            refuse(f"{name} is a convolution (its weight has shape {list(group['weight'].shape)}), whose options a "
                   "state_dict does not hold: say --topology 'input<channels, width, height>, conv_2d<...>, ...'")
        if {"weight_orig", "weight_u"} & set(group) or ".parametrizations." in f".{module}.":
            refuse(f"{name} holds {', '.join(sorted(group))}: a parametrization other than weight_norm, which is not "
                   "supported; remove it before saving")  # fmt: skip


def alternate(groups: List[Tuple[str, Group]], options: Options, framework: Optional[Framework], name: Optional[str],
              notes: List[str]) -> List[Layer]:  # fmt: skip
    """Dense layers with the same activation after all but the last, and another after the last."""
    is_dense = ["weight_hh" not in group and kind_of_statistics(group) is None and not is_batch_norm(group)
                for _, group in groups]  # fmt: skip
    several = sum(is_dense) > 1
    between = activation(options.activation, framework and framework.activation, "--activation") if several else []
    after = activation(options.output_activation, framework and framework.output_activation, "--output-activation")
    for where, chosen, found in (("between", options.activation, between), ("after", options.output_activation, after)):
        if framework and chosen is None and (several or where == "after"):
            notes.append(f"{found[0] if found else 'no activation'} {where} the layers, the default of {name}")
    layers: List[Layer] = []
    waiting: List[Layer] = []  # the activation of the dense layer before
    for index, (module, group) in enumerate(groups):
        if "weight_hh" in group:
            kind = kind_of_group(module, group)
            layers += [*waiting, layer_of(kind, module or "the source", group)]
            waiting = []
            notes.append(f"no activation after {module or 'the source'}, {CALLED[kind]}")
        elif is_dense[index]:
            layers += [*waiting, dense_of_group(module, group)]
            waiting = copy.deepcopy(between if any(is_dense[index + 1:]) else after)
        elif kind_of_statistics(group) and not layers:
            layers.append(Layer("standardize", (), mean_and_deviation_of(module, group, options, notes)))
            limit = framework.limit if framework else 0
            if limit:
                layers.append(Layer("clamp", (limit, 1)))
                notes.append(f"normalized observations are clamped to -{limit} ... {limit}, as {name} does")
        elif is_batch_norm(group):
            before = groups[index - 1][0] if index else ""
            behind = groups[index + 1][0] if index + 1 < len(groups) else ""
            if not directly_after(module, before):
                if not directly_after(behind, module) and any(is_dense[:index]):
                    refuse(f"a state_dict does not tell whether the batch norm {module} stands before or after an "
                           "activation: pass --topology with batch_norm in its place")  # fmt: skip
                layers += waiting
                waiting = []
            epsilon = 1e-5 if options.epsilon is None else options.epsilon
            layers.append(batch_norm_of(module, group, epsilon))
            notes.append(f"the eps of the batch norm {module} is {epsilon:g}")
        else:
            refuse(f"{module} holds {', '.join(sorted(group))} behind other layers: pass --topology")
    return layers + waiting


def directly_after(module: str, before: str) -> bool:
    """As 1 after 0, so that there is no activation between them."""
    (parent, _, number), (other, _, previous) = module.rpartition("."), before.rpartition(".")
    return parent == other and number.isdecimal() and previous.isdecimal() and int(number) == int(previous) + 1


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


STATISTICS = ("standardize", "unstandardize")


def match_topology(options: Options, groups: List[Tuple[str, Group]], notes: List[str]) -> Tuple[List[Layer], Shape]:
    """The layers of a list that hold tensors, and the modules of a state_dict, in the same order. Statistics may stand
    elsewhere in the order: a framework may register its normalizer after the layers behind it."""
    network, rest = parse_topology(options.topology or ""), list(groups)

    def fill(layers: List[Layer]) -> None:
        for index, layer in enumerate(layers):
            if layer.name not in OVER_SEQUENCES:
                fill(layer.inner)
            if not tensor_names(layer):
                continue
            wanted = is_batch_norm if layer.name == "batch_norm" else kind_of_statistics
            special = [g for g in rest if wanted(g[1])] if layer.name in (*STATISTICS, "batch_norm") else [
                g for g in rest if not kind_of_statistics(g[1]) and not is_batch_norm(g[1])]
            if not special and not rest:
                refuse(f"the source has no tensors for the layer {layer}")
            found = (special or rest)[0]
            rest.remove(found)
            layers[index] = filled(layer, *found)

    def filled(layer: Layer, module: str, group: Group) -> Layer:
        if layer.name == "batch_norm" and is_batch_norm(group):
            default = 1 / int(layer.arguments[0])
            return batch_norm_of(module, group, default if options.epsilon is None else options.epsilon)
        if layer.name == "prelu" and set(group) == {"weight"} and group["weight"].ndim <= 1:
            return prelu_of(module, group["weight"])[0]
        if layer.name in STATISTICS and kind_of_statistics(group):
            group = mean_and_deviation_of(module, group, options, notes)
        if "conv" in layer.name and set(group) == {"weight"}:
            group = {**group, "bias": np.zeros(window_of(layer).filters)}
        if layer.name in OVER_SEQUENCES:
            return of_sequence(layer, module, group)
        if layer.name == "dense":
            group = dense_of_group(module, group).tensors
        if layer.name in RECURRENT and "weight_hh" in group:
            group = of_layer(layer, module or "the source", group)
        if set(group) != set(tensor_names(layer)) or layer.name == "batch_norm":
            refuse(f"{module} holds {', '.join(sorted(group))}, which is no {layer}")
        layer.tensors = {name: group[name] for name in tensor_names(layer)}
        return layer

    def of_sequence(layer: Layer, module: str, group: Group) -> Layer:
        inner = layer.inner[0]
        if inner.name in RECURRENT and "weight_hh" in group:
            made = of_runs(layer, module or "the source", group)
        elif layer.name == "unrolled" and not inner.inner:
            made = over_sequence(layer.name, [filled(replace(inner), module, group)])
        else:
            refuse(f"{layer} holds layers in a layer, for which a state_dict has no names")
        made.frozen = layer.frozen
        return made

    fill(network.layers)
    if rest:
        refuse(f"the topology has no layer for the tensors of {rest[0][0]}")
    return network.layers, network.inputs

