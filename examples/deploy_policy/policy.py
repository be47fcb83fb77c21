#!/usr/bin/env python3
"""Writes the policy that deploy_policy.cpp runs: policy.py OUT.safetensors

An actor like those that rsl_rl trains for legged robots, 48 observations -> 512 -> 256 -> 128 -> 12 joint positions, with its
observation normalizer. Here the weights are drawn from a seed; yours come from a checkpoint.
"""
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
import etch_export  # noqa: E402


class EmpiricalNormalization(nn.Module):
    def __init__(self, features: int, eps: float = 1e-2) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("_mean", torch.randn(1, features))
        self.register_buffer("_std", torch.rand(1, features) + 0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self._mean) / (self._std + self.eps)


class Policy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.normalizer = EmpiricalNormalization(48)
        self.actor = nn.Sequential(nn.Linear(48, 512), nn.ELU(), nn.Linear(512, 256), nn.ELU(),
                                   nn.Linear(256, 128), nn.ELU(), nn.Linear(128, 12))  # fmt: skip

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.actor(self.normalizer(observations))


torch.manual_seed(1)
print(etch_export.save(Policy().eval(), sys.argv[1], inputs=48))
