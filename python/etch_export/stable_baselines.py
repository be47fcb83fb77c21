"""Models of Stable-Baselines3, and its normaliser of observations."""
from __future__ import annotations

import io
import json
import math
import os
import zipfile
from typing import Any, List

import numpy as np

from .errors import first_line, refuse
from .files import load_pickle
from .frameworks import IN_UNIT_RANGE
from .numbers import fraction, real_numbers
from .pickles import Unpickler
from .source import Options, Source
from .state_dict import from_checkpoint
from .topology import Layer
from .torch_module import from_module


def from_sb3_zip(path: str, options: Options) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            data, tensors = json.loads(archive.read("data")), io.BytesIO(archive.read("policy.pth"))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        refuse(f"{path} is no model of Stable-Baselines3 ({first_line(error)})")
    if options.framework:
        name = os.path.basename(path)
        chosen = (data.get("policy_kwargs") or {}).get("activation_fn")
        if chosen and not (options.activation or options.topology):
            refuse(f"{name} was trained with the activation {chosen}: say --activation")
        return from_checkpoint(load_pickle(tensors, name, options.trust), options, name)
    try:
        import stable_baselines3
    except ImportError:
        refuse(f"reading {path} needs the Python package stable_baselines3, which is not installed; or say --framework "
               "sb3-ppo, sb3-sac or sb3-td3, and its policy's tensors are read without the package")  # fmt: skip
    kind = str(data.get("policy_class", {}).get("__module__", ""))
    algorithm = "SAC" if ".sac." in kind else "TD3" if ".td3." in kind else "PPO" if "clip_range" in data else "A2C"
    return from_sb3(getattr(stable_baselines3, algorithm).load(path, device="cpu").policy, options)


def from_sb3(policy: Any, options: Options) -> Source:
    """The part of a Stable-Baselines3 policy that maps an observation to the mean of its actions."""
    from torch import nn

    space, holder = policy.observation_space, getattr(policy, "actor", policy)
    if type(space).__name__ != "Box" or str(space.dtype) == "uint8":
        refuse(f"the policy's observations are {space}; etch has a network for vectors of real numbers")
    extractor = type(holder.features_extractor).__name__
    if extractor != "FlattenExtractor":
        refuse(f"the policy's features come from {extractor}; etch has a network for FlattenExtractor alone")
    parts = [nn.Flatten()] if len(space.shape) > 1 else []
    squashed = [nn.Tanh()] if policy.squash_output else []
    if hasattr(policy, "mlp_extractor"):  # PPO, A2C; before 1.8 with layers that actor and critic share
        shared = getattr(policy.mlp_extractor, "shared_net", nn.Sequential())
        parts += [shared, policy.mlp_extractor.policy_net, policy.action_net, *squashed]
    elif hasattr(holder, "latent_pi"):  # SAC
        parts += [holder.latent_pi, holder.mu, *squashed]
    else:  # TD3, whose mu ends in its tanh
        parts += [holder.mu]
    source = from_module(nn.Sequential(*parts), options)
    name = f"{type(policy).__module__}.{type(policy).__name__}"
    return Source(source.layers, name, source.answer, tuple(space.shape), [IN_UNIT_RANGE] if squashed else [])


def normalizer_layers(normalizer: Any) -> List[Layer]:
    """VecNormalize, itself or its pickle: y = clip((x - mean) / sqrt(var + epsilon), -clip_obs, clip_obs)."""
    name = type(normalizer).__name__
    if isinstance(normalizer, (str, os.PathLike)):
        name = os.path.basename(normalizer)
        try:
            with open(normalizer, "rb") as file:
                normalizer = Unpickler(file).load()
        except OSError:
            raise
        except Exception as error:  # junk may be anything
            refuse(f"{name} cannot be read as a pickle ({first_line(error)})")
    statistics = getattr(normalizer, "obs_rms", None)
    if not hasattr(statistics, "mean") or not hasattr(statistics, "var") or not getattr(normalizer, "norm_obs", True):
        refuse(f"{name} is no VecNormalize that normalises one vector of observations")
    mean = real_numbers(statistics.mean, "obs_rms.mean").reshape(-1)
    deviation = np.sqrt(real_numbers(statistics.var, "obs_rms.var").reshape(-1) + float(normalizer.epsilon))
    limit = float(normalizer.clip_obs)
    layers = [Layer("standardize", (), {"mean": mean, "deviation": deviation})]
    return layers if math.isinf(limit) else layers + [Layer("clamp", fraction(limit, "clip_obs"))]
