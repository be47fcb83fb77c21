"""How frameworks of reinforcement learning name the tensors of a policy."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Framework:
    """Where a framework keeps its actor, what else it keeps, and the activations that its documentation names."""

    actor: Tuple[str, ...]
    ignored: Tuple[str, ...]
    activation: str
    output_activation: str = "identity"
    note: str = ""


IN_UNIT_RANGE = "the actions are in -1 ... 1; scale them to the action space"
FRAMEWORKS = {
    "sb3-ppo": Framework(("mlp_extractor.shared_net.*", "mlp_extractor.policy_net.*", "action_net.*"),
                         ("mlp_extractor.value_net.*", "value_net.*", "log_std"), "tanh"),
    "sb3-sac": Framework(("actor.latent_pi.*", "actor.mu.*"),
                         ("actor.log_std.*", "critic.*", "critic_target.*"), "relu", "tanh", IN_UNIT_RANGE),
    "sb3-td3": Framework(("actor.mu.*",),
                         ("actor_target.*", "critic.*", "critic_target.*"), "relu", "tanh", IN_UNIT_RANGE),
    "rsl_rl": Framework(("actor.*",), ("critic.*", "std", "log_std", "critic_obs_normalizer.*"), "elu"),
}  # fmt: skip
RSL_RL_EPSILON = 0.01  # EmpiricalNormalization: y = (x - mean) / (std + eps), and a checkpoint does not hold eps


def rsl_rl_name(name: str) -> str:
    """Newer versions of rsl_rl keep an actor by itself, under other names."""
    name = re.sub(r"^mlp\.", "actor.", name)
    name = re.sub(r"^obs_normalizer\.", "actor_obs_normalizer.", name)
    return re.sub(r"^distribution\.(log_)?std_param$", r"\1std", name)
