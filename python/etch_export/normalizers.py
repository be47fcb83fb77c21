"""Statistics that normalize a policy's observations: known by their names, never dropped silently."""
from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Optional, Tuple

import numpy as np

from .errors import refuse
from .source import Options, matches

Group = Dict[str, np.ndarray]  # the tensors of one module

# Mean and spread: how the deviation follows from the spread and eps, the default of eps, and whose default that is.
# "variance" is sqrt(spread + eps), "root" sqrt(spread) + eps, "deviation" spread + eps. From the frameworks' sources.
KINDS: Dict[Tuple[str, str], Tuple[str, Optional[float], str]] = {
    ("running_mean", "running_var"): ("variance", 1e-5, "that of PyTorch's batch norm and of rl_games"),
    ("running_mean", "running_variance"): ("root", 1e-8, "skrl's default"),
    ("running_mean", "running_std"): ("deviation", None, ""),
    ("mean", "deviation"): ("deviation", 0.0, ""),  # etch's own
    ("_mean", "_std"): ("deviation", 0.01, "rsl_rl's default"),
    ("mean", "var"): ("variance", None, ""),
    ("mean", "variance"): ("variance", None, ""),
    ("mean", "std"): ("deviation", None, ""),
    ("obs_mean", "obs_var"): ("variance", None, ""),
    ("obs_mean", "obs_std"): ("deviation", None, ""),
}
NOT_NEEDED = {"_var", "count", "num_batches_tracked", "current_count", "running_count", "n", "steps"}
NAMES = {"running_mean", "running_var", "running_variance", "running_std", "_mean", "_std", "_var", "obs_mean",
         "obs_var", "obs_std"}  # fmt: skip
PARTS = re.compile(r"(^|_)(rms|mean_std|normali[sz]er|preprocessor|scaler|standardi[sz]er|whiten\w*|moments|statistics)"
                   r"(_|\d|$)")  # fmt: skip


def kind_of_statistics(group: Iterable[str]) -> Optional[Tuple[str, str]]:
    """The names of mean and spread, if a module holds these and nothing that is trained."""
    names = set(group) - NOT_NEEDED
    return next((pair for pair in KINDS if names == set(pair)), None)


def mean_and_deviation_of(module: str, group: Group, options: Options, notes: List[str]) -> Group:
    """Mean and deviation of a module that `kind_of_statistics` knows."""
    pair = kind_of_statistics(group)
    assert pair
    how, epsilon, whose = KINDS[pair]
    if options.epsilon is not None and epsilon != 0:
        epsilon = options.epsilon
    elif epsilon is None:
        refuse(f"{module} holds {pair[0]} and {pair[1]}, but not the eps that is added to the latter: pass --epsilon, "
               "or --epsilon 0 if there is none")  # fmt: skip
    elif whose:
        notes.append(f"the normalizer's eps is {epsilon:g}, {whose}")
    mean, spread = group[pair[0]].reshape(-1), group[pair[1]].reshape(-1)
    if how != "deviation" and (spread < 0).any():
        refuse(f"{module}.{pair[1]} holds a negative variance")
    deviations = {"variance": lambda: np.sqrt(spread + epsilon), "root": lambda: np.sqrt(spread) + epsilon,
                  "deviation": lambda: spread + epsilon}  # fmt: skip
    return {"mean": mean, "deviation": deviations[how]()}


def looks_like_statistics(name: str, names: Iterable[str]) -> bool:
    """By the name of a tensor among others, such as "running_mean_std.running_mean" or "obs_rms.var"."""
    *parts, last = name.split(".")
    if last in NAMES or any(PARTS.search(part) for part in parts):
        return True
    siblings = {other.rpartition(".")[2] for other in names if other.rpartition(".")[0] == ".".join(parts)}
    usual = {"mean", "var", "variance", "std"}
    return last in usual and kind_of_statistics(siblings & usual) is not None


def is_named(name: str, patterns: Iterable[str]) -> bool:
    """By a pattern that says more than "everything", for the whole name or its end."""
    parts = name.split(".")
    ends = [".".join(parts[i:]) for i in range(len(parts))] + [".".join(parts[:i]) for i in range(1, len(parts))]
    return any(matches(end, [p for p in patterns if re.search(r"\w", p)]) for end in ends)


def check_no_statistics_left(everything: Dict[str, Any], used: Iterable[Any], named: Iterable[str], description: str
                             ) -> None:  # fmt: skip
    """Refuses a file whose normalizer would be dropped: the policy's answers would be wrong without a word."""
    taken, patterns = {id(tensor) for tensor in used}, list(named)
    for name, tensor in everything.items():
        if id(tensor) not in taken and looks_like_statistics(name, everything) and not is_named(name, patterns):
            module = name.rpartition(".")[0] or name
            refuse(f"{description} holds {name}, which looks like statistics that normalize observations: take them by "
                   "--topology 'input<N>, standardize, ...', or leave them out by name: "
                   f"--ignore '{module}.*'")  # fmt: skip
