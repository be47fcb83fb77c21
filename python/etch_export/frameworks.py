"""How frameworks of reinforcement learning name the tensors of a policy."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np

from .errors import refuse
from .source import Source


@dataclass(frozen=True)
class Framework:
    """Where a framework keeps its actor, what else it keeps, and the activations that its documentation names."""

    actor: Tuple[str, ...]
    ignored: Tuple[str, ...]
    activation: Optional[str]  # None where a configuration that the checkpoint lacks decides
    output_activation: str = "identity"
    notes: Tuple[str, ...] = ()
    normalizer: str = ""  # the module of the observations' statistics
    limit: int = 0  # to which normalized observations are clamped
    needs: str = ""  # a tensor that all of its checkpoints have


IN_UNIT_RANGE = "the actions are in -1 ... 1; scale them to the action space"
UNBOUNDED = "the actions are not clipped to the action space, whose bounds no tensor holds; predict clips them"
LARGEST = "the outputs are one value per action; predict takes the action with the largest"
RSL_RL_BESIDE = ("critic_state_dict", "critic_obs_norm_state_dict", "privileged_obs_norm_state_dict", "rnd_state_dict")
FRAMEWORKS = {
    "sb3-ppo": Framework(("mlp_extractor.shared_net.*", "mlp_extractor.policy_net.*", "action_net.weight",
                          "action_net.bias"), ("mlp_extractor.value_net.*", "value_net.*", "log_std"), "tanh",
                         notes=(UNBOUNDED,), needs="value_net.*"),
    "sb3-recurrent": Framework(("lstm_actor.*", "mlp_extractor.policy_net.*", "action_net.weight", "action_net.bias"),
                               ("lstm_critic.*", "critic.*", "mlp_extractor.value_net.*", "value_net.*", "log_std"),
                               "tanh", notes=(UNBOUNDED,), needs="lstm_actor.*"),
    "sb3-sac": Framework(("actor.latent_pi.*", "actor.mu.*"), ("actor.log_std.*", "critic.*", "critic_target.*"),
                         "relu", "tanh", (IN_UNIT_RANGE,)),
    "sb3-td3": Framework(("actor.mu.*",), ("actor_target.*", "critic.*", "critic_target.*"), "relu", "tanh",
                         (IN_UNIT_RANGE,)),
    "sb3-dqn": Framework(("q_net.q_net.*",), ("q_net_target.*",), "relu", notes=(LARGEST,)),
    "sb3-qrdqn": Framework(("quantile_net.quantile_net.*",), ("quantile_net_target.*",), "relu", notes=(LARGEST,)),
    "sb3-ars": Framework(("action_net.*",), (), "relu", "tanh", (IN_UNIT_RANGE,)),
    "rsl_rl": Framework(("memory_a.rnn.*", "actor.*"),
                        ("critic.*", "memory_c.*", "std", "log_std", "critic_obs_normalizer.*", *RSL_RL_BESIDE), "elu",
                        normalizer="actor_obs_normalizer"),
    "rl_games": Framework(("a2c_network.actor_mlp.*", "a2c_network.mu.*", "a2c_network.logits.*"),
                          ("a2c_network.critic_mlp.*", "a2c_network.value.*", "a2c_network.sigma*", "value_mean_std.*"),
                          None, notes=("rl_games clamps the actions to -1 ... 1 and scales them to the action space, "
                                       "unless clip_actions is off: that is not in the file",),
                          normalizer="running_mean_std", limit=5),
}  # fmt: skip


def rsl_rl_name(name: str) -> str:
    """Newer versions of rsl_rl keep an actor by itself, under other names."""
    name = re.sub(r"^mlp\.", "actor.", name)
    name = re.sub(r"^rnn\.rnn\.", "memory_a.rnn.", name)
    name = re.sub(r"^obs_normalizer\.", "actor_obs_normalizer.", name)
    return re.sub(r"^distribution\.(log_)?std_param$", r"\1std", name)


def average_quantiles(source: Source, actions: Optional[int]) -> None:
    """QR-DQN's last layer gives quantiles, one after another for all actions; an action's value is their mean."""
    last = source.layers[-1] if source.layers else None
    if last is None or last.name != "dense":
        refuse("a quantile network ends in a dense layer, and this one does not")
    rows = len(last.tensors["weight"])
    if not actions:
        actions = rows // 200
        source.notes.append("the network has 200 quantiles, the default of sb3-qrdqn")
    if not actions or rows % actions:
        refuse(f"{rows} outputs are not the same number of quantiles for each of {actions or 'some'} actions")
    count = int(actions)
    bias = np.broadcast_to(last.tensors["bias"], (rows,))
    last.arguments = (count,)
    last.tensors = {"weight": last.tensors["weight"].reshape(rows // count, count, -1).mean(axis=0),
                    "bias": bias.reshape(rows // count, count).mean(axis=0)}  # fmt: skip
    if source.answer:
        model = source.answer
        source.answer = lambda samples: model(samples).reshape(len(samples), -1, count).mean(axis=1)
