"""Models of Stable-Baselines3: what `predict` answers, its clipping or scaling to the action space included."""
from __future__ import annotations

import base64
import copy
import dataclasses
import importlib
import io
import json
import math
import os
import re
import zipfile
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .chain import answer_of, limits
from .errors import Refused, refuse, refusing
from .frameworks import IN_UNIT_RANGE, LARGEST, UNBOUNDED, average_quantiles
from .numbers import fraction, real_numbers
from .images import Window, layer_of_window
from .pickles import Archive, Inert, array_of, kind_of, read_pickle, unpickle
from .source import Options, Source
from .state_dict import from_checkpoint
from .topology import Layer, Network
from .torch_module import from_module

MAX_DATA = 2**28
NOT_NORMALIZED = "the observations were not normalized by a VecNormalize; if they were, pass its file as --normalizer"

# The class of a policy: how its tensors are named, and who loads it.
POLICIES = {
    "ActorCriticPolicy": ("sb3-ppo", "stable_baselines3.PPO"),
    "ActorCriticCnnPolicy": ("sb3-ppo", "stable_baselines3.PPO"),
    "RecurrentActorCriticPolicy": ("sb3-recurrent", "sb3_contrib.RecurrentPPO"),
    "RecurrentActorCriticCnnPolicy": ("sb3-recurrent", "sb3_contrib.RecurrentPPO"),
    "MaskableActorCriticPolicy": ("sb3-ppo", "sb3_contrib.MaskablePPO"),
    "SACPolicy": ("sb3-sac", "stable_baselines3.SAC"),
    "TQCPolicy": ("sb3-sac", "sb3_contrib.TQC"),
    "TD3Policy": ("sb3-td3", "stable_baselines3.TD3"),
    "DQNPolicy": ("sb3-dqn", "stable_baselines3.DQN"),
    "QRDQNPolicy": ("sb3-qrdqn", "sb3_contrib.QRDQN"),
    "ARSPolicy": ("sb3-ars", "sb3_contrib.ARS"),
    "ARSLinearPolicy": ("sb3-ars", "sb3_contrib.ARS"),
}
MODULES = {  # where a zip names no class
    "stable_baselines3.common.policies": "ActorCriticPolicy", "stable_baselines3.sac.policies": "SACPolicy",
    "stable_baselines3.td3.policies": "TD3Policy", "stable_baselines3.dqn.policies": "DQNPolicy",
    "sb3_contrib.common.maskable.policies": "MaskableActorCriticPolicy", "sb3_contrib.tqc.policies": "TQCPolicy",
    "sb3_contrib.qrdqn.policies": "QRDQNPolicy", "sb3_contrib.ars.policies": "ARSPolicy",
}  # fmt: skip
ACTIVATIONS = {
    "Tanh": "tanh", "ReLU": "relu", "ELU": "elu", "LeakyReLU": "leaky_relu", "SELU": "selu", "GELU": "gelu",
    "SiLU": "silu", "Softplus": "softplus", "Sigmoid": "sigmoid", "Hardtanh": "hard_tanh", "Identity": "none",
}  # fmt: skip


@dataclass
class Space:
    """A space of gym or gymnasium; the bounds of a Box, the count of a Discrete."""

    kind: str = ""
    low: Optional[np.ndarray] = None
    high: Optional[np.ndarray] = None
    count: int = 0
    dtype: str = ""


def space_of(space: Any) -> Space:
    """Of the space itself, or of what stands for it when its pickle is read without running it."""
    kind = kind_of(space).rpartition(".")[2]
    low, high = getattr(space, "low", None), getattr(space, "high", None)
    if kind == "Box" and isinstance(low, np.ndarray) and isinstance(high, np.ndarray) and low.shape == high.shape:
        return Space(kind, low, high, dtype=str(low.dtype))
    count = getattr(space, "n", 0)
    return Space(kind, count=int(count) if isinstance(count, (int, np.integer)) else 0)


def stated_space(entry: Any, name: str) -> Space:
    """A zip states a space as a pickle and, for readers, as text."""
    pickled = unpickled(entry, name)
    return space_of(pickled) if isinstance(pickled, Inert) else Space()


def unpickled(entry: Any, name: str) -> Any:
    text = entry.get(":serialized:") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        return None
    try:
        return unpickle(io.BytesIO(base64.b64decode(text, validate=True)), name)
    except (Refused, ValueError):
        return None


def policy_class(data: Dict[str, Any], name: str) -> str:
    """With its module, as far as the zip tells; a class that its script defines is called by its module alone."""
    entry = data.get("policy_class")
    found = unpickled(entry, name)
    if isinstance(found, type) and issubclass(found, Inert):
        return found.kind
    module = str(entry.get("__module__", "")) if isinstance(entry, dict) else ""
    return f"{module}.{MODULES[module]}" if module in MODULES else module


def from_sb3_zip(path: str, options: Options) -> Source:
    name = os.path.basename(path)
    data, pickled = read_zip(path, name)
    stated = policy_class(data, name)
    package, _, kind = stated.rpartition(".")
    if kind == "CnnPolicy":  # of dqn, sac, td3, qrdqn, tqc
        kind = CNN_OF.get(package.split(".")[1] if package.count(".") > 1 else "", kind)
    known = POLICIES.get(kind) if package.split(".")[0] in ("stable_baselines3", "sb3_contrib") else None
    if options.framework and known and known[0] != options.framework:
        refuse(f"{name} holds a {stated}, whose tensors --framework {known[0]} names, not {options.framework}")
    if not known and not options.framework:
        what = f"holds a policy of the class {stated}" if stated else "does not state the class of its policy"
        refuse(f"{name} {what}; known are {', '.join(sorted(POLICIES))}; if its tensors are named as those of one, "
               "pass --framework")  # fmt: skip
    if options.trust:
        return with_package(path, name, data, stated)
    tensors = Archive(io.BytesIO(pickled), f"policy.pth of {name}").value
    if not isinstance(tensors, dict):
        refuse(f"policy.pth of {name} holds a {kind_of(tensors)}, not a state_dict")
    framework = options.framework or (known[0] if known else "")
    chosen = dataclasses.replace(options, framework=framework)
    actions, observations = (stated_space(data.get(key), name) for key in ("action_space", "observation_space"))
    chosen.actions = actions.count or None
    kwargs = data.get("policy_kwargs") if isinstance(data.get("policy_kwargs"), dict) else {}
    notes = stated_activation(kwargs, chosen, name)
    first: List[Layer] = []
    shape = None
    if any(CNN.search(str(key)) for key in tensors):
        first, shape = nature_cnn(tensors, observations, kwargs, name, notes)
        tensors = {key: tensor for key, tensor in tensors.items() if not CNN.search(str(key))}
    else:
        check_observations(observations, name)
    squashed = is_squashed(framework, stated, kwargs, tensors, actions)
    if squashed is not None and not options.output_activation:
        chosen.output_activation = "tanh" if squashed[0] else "none"
        last = "tanh" if squashed[0] else "no activation"
        notes.append(f"{last} after the layers, as the class of the policy has it")
    source = from_checkpoint(tensors, chosen, name)
    source.notes += notes
    if shape is not None:
        source.inputs, source.layers = shape, [*first, *source.layers]
    elif observations.low is not None and observations.low.ndim > 1:
        source.inputs, source.layers = tuple(observations.low.shape), [Layer("flatten"), *source.layers]
    scaled = squashed[1] if squashed else framework in ("sb3-sac", "sb3-td3")
    return as_predict(source, actions, scaled, options)


CNN = re.compile(r"(^|[._])features_extractor\.")
CNN_OF = {"dqn": "DQNPolicy", "sac": "SACPolicy", "td3": "TD3Policy", "qrdqn": "QRDQNPolicy", "tqc": "TQCPolicy"}
NATURE = (("cnn.0", 8, 4), ("cnn.2", 4, 2), ("cnn.4", 3, 1))  # kernels and strides of the class NatureCNN


def nature_cnn(tensors: Dict[str, Any], space: Space, kwargs: Dict[str, Any], name: str, notes: List[str]
               ) -> Tuple[List[Layer], Tuple[int, ...]]:  # fmt: skip
    """The layers of Stable-Baselines3's features of an image, and its shape, the channels first."""
    prefix = next((p for p in ("features_extractor.", "actor.features_extractor.", "q_net.features_extractor.",
                               "quantile_net.features_extractor.") if f"{p}cnn.0.weight" in tensors), "")  # fmt: skip
    wanted = [f"{prefix}{part}.{kind}" for part in ("cnn.0", "cnn.2", "cnn.4", "linear.0") for kind in ("weight", "bias")]
    own = [key for key in tensors if prefix and key.startswith(prefix)]
    if sorted(own) != sorted(wanted) or "features_extractor_class" in kwargs:
        refuse(f"the features of {name} come from other layers than those of NatureCNN, whose tensors are cnn.0, cnn.2, "
               "cnn.4 and linear.0")  # fmt: skip
    arrays = {key: real_numbers(array_of(tensors[key], key), key) for key in wanted}
    if space.low is None or space.high is None or space.low.ndim != 3:
        refuse(f"{name} has convolutions, and its observations are not images")
    layers: List[Layer] = []
    for part, size, stride in NATURE:
        weight, bias = arrays[f"{prefix}{part}.weight"], arrays[f"{prefix}{part}.bias"]
        if weight.ndim != 4 or weight.shape[2:] != (size, size):
            refuse(f"{prefix}{part}.weight of {name} has shape {list(weight.shape)}, which is not of NatureCNN")
        window = Window((size, size), (stride, stride), filters=len(weight))
        layers += [layer_of_window("conv_2d", window, {"weight": weight, "bias": bias}), Layer("relu")]
    channels = layers[0].tensors["weight"].shape[1]
    shape = tuple(space.low.shape)
    shape = shape if shape[0] == channels else (shape[2], *shape[:2])
    if is_bytes(space) and kwargs.get("normalize_images", True) not in (False, "False"):
        layers[0].tensors["weight"] = layers[0].tensors["weight"] / 255
        notes.append("images are bytes, 0 to 255: that the policy divides them by 255 is part of the first convolution")
    weight = arrays[f"{prefix}linear.0.weight"]
    dense = Layer("dense", (len(weight),), {"weight": weight, "bias": arrays[f"{prefix}linear.0.bias"]})
    return [*layers, Layer("flatten"), dense, Layer("relu")], shape


def is_bytes(space: Space) -> bool:
    return space.dtype == "uint8" and (space.low == 0).all() and (space.high == 255).all()


def read_zip(path: str, name: str) -> Tuple[Dict[str, Any], bytes]:
    """What the zip states, and the file with its policy's tensors."""
    with refusing(f"{path} is not a model of Stable-Baselines3", OSError), zipfile.ZipFile(path) as archive:
        for record in ("data", "policy.pth"):
            if archive.getinfo(record).file_size > MAX_DATA:
                refuse(f"{name} has a too large record {record}")
        data, policy = json.loads(archive.read("data")), archive.read("policy.pth")
    if not isinstance(data, dict):
        refuse(f"{path} is not a model of Stable-Baselines3: its data are not a dictionary")
    return data, policy


def check_observations(space: Space, name: str) -> None:
    if space.kind and (space.kind != "Box" or space.dtype == "uint8"):
        what = f"{space.kind} of {space.dtype}" if space.dtype else space.kind
        refuse(f"the observations of {name} are a {what}; etch has a network for a Box of real numbers")


def stated_activation(kwargs: Dict[str, Any], chosen: Options, name: str) -> List[str]:
    """The activation that the zip states is taken; another one is refused."""
    stated = kwargs.get("activation_fn")
    if not stated or chosen.topology:
        return []
    found = ACTIVATIONS.get(["", *re.findall(r"\w+", str(stated))][-1])
    if not found and not chosen.activation:
        refuse(f"{name} was trained with the activation {stated}: pass --activation")
    if found and chosen.activation not in (None, found):
        refuse(f"{name} was trained with the activation {found}, not with --activation {chosen.activation}")
    if chosen.activation:
        return []
    chosen.activation = found
    return [f"{found} between the layers, as the zip states"]


def is_squashed(framework: str, stated: str, kwargs: Dict[str, Any], tensors: Dict[str, Any], actions: Space
                ) -> Optional[Tuple[bool, bool]]:  # fmt: skip
    """Whether tanh ends the network, and whether predict scales what it gives to the action space; None where the
    framework's defaults say it."""
    flag = kwargs.get("squash_output")
    if framework == "sb3-ars":
        has_tanh = actions.kind != "Discrete" and "action_net.weight" not in tensors
        return has_tanh, has_tanh and flag not in (False, "False")
    if framework == "sb3-ppo" and flag in (True, "True"):
        return True, True
    return None


def as_predict(source: Source, actions: Space, scaled: bool, options: Options) -> Source:
    """With what predict does to the outputs: they are scaled from -1 ... 1 to the bounds of a Box, or clipped."""
    source.notes = [note for note in source.notes if note not in (IN_UNIT_RANGE, UNBOUNDED)]
    if options.normalizer is None:
        source.notes.append(NOT_NORMALIZED)
    if actions.kind == "Discrete":
        source.notes += [LARGEST] if LARGEST not in source.notes else []
        return source
    if actions.low is None or actions.high is None:
        what = f"the actions are a {actions.kind}: the outputs are the logits of its distribution"
        source.notes.append(what if actions.kind else IN_UNIT_RANGE if scaled else UNBOUNDED)
        return source
    low, high = (real_numbers(bound, "a bound of the actions").reshape(-1) for bound in (actions.low, actions.high))
    if np.isnan(low).any() or np.isnan(high).any() or not (low < high).all():
        refuse("the bounds of the action space are not in order")
    if scaled and not (np.isfinite(low).all() and np.isfinite(high).all()):
        refuse("the action space has no bounds to which the outputs could be scaled")
    layers = scale_layers(low, high) if scaled else limits(low, high, "the bounds of the action space")
    if not layers:
        return source
    done = "scaled from -1 ... 1" if scaled else "clipped"
    source.notes.append(f"the actions are {done} to the bounds of the action space, as predict does")
    source.layers = source.layers + layers
    if source.answer:
        model, last = source.answer, answer_of(Network((len(low),), layers))
        source.answer = lambda samples: last(model(samples))
    return source


def scale_layers(low: np.ndarray, high: np.ndarray) -> List[Layer]:
    """low + (x + 1) (high - low) / 2, as an unstandardize."""
    if (low == -1).all() and (high == 1).all():
        return []
    return [Layer("unstandardize", (), {"mean": (high + low) / 2, "deviation": (high - low) / 2})]


def with_package(path: str, name: str, data: Dict[str, Any], stated: str) -> Source:
    """The model itself, which answers; reading it runs the code in the zip."""
    package, _, algorithm = POLICIES.get(stated.rpartition(".")[2], ("", ""))[1].rpartition(".")
    if algorithm == "PPO" and "clip_range" not in data:
        package, algorithm = ("sb3_contrib", "TRPO") if "cg_max_steps" in data else (package, "A2C")
    if not package:
        refuse(f"{name} holds a policy of the class {stated or 'unknown'}, and which algorithm loads it is not known; "
               "without --trust its tensors are read")  # fmt: skip
    try:
        loader = getattr(importlib.import_module(package), algorithm)
    except ImportError:
        refuse(f"reading {name} with --trust needs the Python package {package}, which is not installed; without "
               "--trust its tensors are read by etch_export itself")  # fmt: skip
    with refusing(f"{name} cannot be read by {package}.{algorithm}"):
        policy = loader.load(path, device="cpu").policy
    return from_sb3(policy, Options())


def from_sb3(policy: Any, options: Options) -> Source:
    """The part of a policy that maps an observation to the mean of its actions, or to the value of each."""
    from torch import nn

    kind = f"{type(policy).__module__}.{type(policy).__name__}"
    space = policy.observation_space
    holder = next((getattr(policy, n) for n in ("actor", "q_net", "quantile_net") if hasattr(policy, n)), policy)
    extractor = type(getattr(holder, "features_extractor", None)).__name__
    is_cnn = extractor == "NatureCNN"
    if type(space).__name__ != "Box" or str(space.dtype) == "uint8" and not is_cnn:
        refuse(f"the policy's observations are {space}; etch has a network for vectors of real numbers")
    if extractor != "FlattenExtractor" and not is_cnn or hasattr(policy, "lstm_actor"):
        refuse(f"the policy's features come from {extractor}; etch has a network only for FlattenExtractor "
               "and NatureCNN; without --trust a zip's tensors are read, also those of an LSTM")
    actions = space_of(getattr(policy, "action_space", None))
    parts: List[Any] = [nn.Flatten()] if len(space.shape) > 1 and not is_cnn else []
    if is_cnn:
        features = copy.deepcopy(holder.features_extractor)
        if is_bytes(space_of(space)) and getattr(policy, "normalize_images", True):
            features.cnn[0].weight.data /= 255
        parts = [*features.cnn, *features.linear]
    squashed = bool(getattr(policy, "squash_output", False))
    last = [nn.Tanh()] if squashed else []
    if hasattr(policy, "mlp_extractor"):  # PPO, A2C; before 1.8 with layers that actor and critic share
        shared = getattr(policy.mlp_extractor, "shared_net", nn.Sequential())
        parts += [shared, policy.mlp_extractor.policy_net, policy.action_net, *last]
    elif hasattr(holder, "latent_pi") and hasattr(holder, "mu"):  # SAC, TQC
        parts += [holder.latent_pi, holder.mu, *last]
    elif hasattr(holder, "mu"):  # TD3, whose mu ends in its tanh
        parts += [holder.mu]
    elif hasattr(holder, "q_net") or hasattr(holder, "quantile_net"):  # DQN, QR-DQN
        parts += [getattr(holder, "q_net", None) or holder.quantile_net]
    elif hasattr(policy, "action_net"):  # ARS, whose action_net ends in its tanh
        parts += [policy.action_net]
    else:
        refuse(f"a {kind} has no network that is known; known are the policies of PPO, A2C, SAC, TQC, TD3, DQN, QR-DQN "
               "and ARS")  # fmt: skip
    found = from_module(nn.Sequential(*parts), options)
    source = Source(found.layers, kind, found.answer, tuple(space.shape), found.notes)
    if hasattr(holder, "quantile_net"):
        average_quantiles(source, actions.count)
    return as_predict(source, actions, squashed, options)


def normalizer_layers(normalizer: Any) -> List[Layer]:
    """VecNormalize, itself or its pickle: y = clip((x - mean) / sqrt(var + epsilon), -clip_obs, clip_obs)."""
    name = type(normalizer).__name__
    if isinstance(normalizer, (str, os.PathLike)):
        name = os.path.basename(normalizer)
        normalizer = read_pickle(os.fspath(normalizer), name)
    statistics = getattr(normalizer, "obs_rms", None)
    numbers = [getattr(normalizer, each, None) for each in ("epsilon", "clip_obs")]
    if not hasattr(statistics, "mean") or not hasattr(statistics, "var") or not getattr(normalizer, "norm_obs", True):
        refuse(f"{name} is not a VecNormalize that normalizes one vector of observations")
    if not all(isinstance(number, (int, float, np.floating, np.integer)) for number in numbers):
        refuse(f"{name} is not a VecNormalize: its epsilon and clip_obs are not numbers")
    mean = real_numbers(statistics.mean, "obs_rms.mean").reshape(-1)
    variance = real_numbers(statistics.var, "obs_rms.var").reshape(-1)
    if not (variance + numbers[0] > 0).all():
        refuse(f"the variances of {name} are not positive")
    layers = [Layer("standardize", (), {"mean": mean, "deviation": np.sqrt(variance + float(numbers[0]))})]
    limit = float(numbers[1])
    return layers if math.isinf(limit) else layers + [Layer("clamp", fraction(limit, "clip_obs"))]
