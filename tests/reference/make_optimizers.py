#!/usr/bin/python3
"""Optimizers, schedules and clipping as PyTorch computes them, in float64. Writes optimizers.hpp beside itself.

    /usr/bin/python3 tests/reference/make_optimizers.py
"""
import warnings

import torch
from torch import nn
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, ExponentialLR, LinearLR, SequentialLR, StepLR

import header

COUNT, STEPS, KEPT = 24, 100, (1, 10, 100)

# ---- optimizers on given gradients ----------------------------------------------------------------------------------


def parameter(i):
    return (i * 29 % 41 - 20) / 16


def gradient(i, t):
    """Exact in float: sizes from 1e-6 to 48, signs that alternate irregularly, and one parameter without any."""
    scale = (2.0**-20, 2.0**-3, 1.0, 1.0, 2.0**6)[i % 5] if i != COUNT - 1 else 0.0
    return ((i * i * 7 + i * 31 + t * 17 + i * t * 5) % 97 - 48) / 64 * scale


def given_gradients(make, dtype=torch.float64):
    p = torch.tensor([parameter(i) for i in range(COUNT)], dtype=dtype, requires_grad=True)
    rule, kept = make([p]), []
    for t in range(1, STEPS + 1):
        p.grad = torch.tensor([gradient(i, t) for i in range(COUNT)], dtype=dtype)
        rule.step()
        if t in KEPT:
            kept.append(p.detach().clone())
    return kept


UPDATES = {
    "sgd": lambda p: SGD(p, lr=1e-3),
    "sgd_decay": lambda p: SGD(p, lr=1e-3, weight_decay=0.1),
    "momentum": lambda p: SGD(p, lr=1e-3, momentum=0.9),
    "momentum_options": lambda p: SGD(p, lr=1e-3, momentum=0.8, dampening=0.3, weight_decay=0.1),
    "nesterov": lambda p: SGD(p, lr=1e-3, momentum=0.9, nesterov=True),
    "nesterov_decay": lambda p: SGD(p, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adagrad": lambda p: Adagrad(p),
    "adagrad_options": lambda p: Adagrad(p, lr=0.1, lr_decay=0.01, weight_decay=0.1, eps=1e-6),
    "rmsprop": lambda p: RMSprop(p),
    "rmsprop_options": lambda p: RMSprop(p, lr=1e-3, alpha=0.9, weight_decay=0.1, eps=1e-4),
    "rmsprop_momentum": lambda p: RMSprop(p, lr=1e-3, momentum=0.9),
    "rmsprop_centered": lambda p: RMSprop(p, lr=1e-3, centered=True),
    "rmsprop_everything": lambda p: RMSprop(p, lr=1e-3, momentum=0.9, centered=True, weight_decay=0.1),
    "adam": lambda p: Adam(p),
    "adam_options": lambda p: Adam(p, lr=1e-2, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "adamw": lambda p: AdamW(p),
    "adamw_options": lambda p: AdamW(p, lr=1e-2, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
}

# ---- a small network ------------------------------------------------------------------------------------------------

SIZES = (3, 4, 2)
SAMPLES = 8


def fixed(count, factor, modulus):
    return [(k * factor % modulus - modulus // 2) / 32 for k in range(count)]


WEIGHTS = header.exact(fixed(26, 23, 37))  # layer by layer: weight [out][in], then bias
INPUTS = header.exact(fixed(SAMPLES * 3, 19, 61)).reshape(SAMPLES, 3)
TARGETS = header.exact(fixed(SAMPLES * 2, 13, 43)).reshape(SAMPLES, 2)


def network_trajectory(make, clip=None, schedule=None, dtype=torch.float64):
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(dtype)
    nn.utils.vector_to_parameters(WEIGHTS.to(dtype).clone(), net.parameters())  # they become views of it
    rule, kept, losses = make(net.parameters()), [], []
    rates = schedule(rule) if schedule else None
    for t in range(1, STEPS + 1):
        rule.zero_grad()
        loss = nn.functional.mse_loss(net(INPUTS.to(dtype)), TARGETS.to(dtype))
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        rule.step()
        if rates:
            rates.step()
        losses.append(loss.detach().clone())
        if t in KEPT:
            kept.append(nn.utils.parameters_to_vector(net.parameters()).detach().clone())
    return kept + [torch.stack(losses)]


def warm(rule, warmup, main):
    """Our warm-up, base * (step + 1) / warmup, in PyTorch's words."""
    climb = LinearLR(rule, start_factor=1 / warmup, total_iters=warmup - 1)
    return SequentialLR(rule, [climb, main(rule)], milestones=[warmup])


NETWORK = {
    "sgd": (lambda p: SGD(p, lr=0.1), {}, "sgd{.learning_rate = 0.1}"),
    "momentum": (lambda p: SGD(p, lr=0.05, momentum=0.9), {}, "momentum{.learning_rate = 0.05}"),
    "nesterov": (lambda p: SGD(p, lr=0.05, momentum=0.9, nesterov=True), {}, "nesterov{.learning_rate = 0.05}"),
    "adagrad": (lambda p: Adagrad(p, lr=0.1), {}, "adagrad{.learning_rate = 0.1}"),
    "rmsprop": (lambda p: RMSprop(p), {}, "rmsprop{}"),
    "rmsprop_extended": (
        lambda p: RMSprop(p, lr=1e-3, momentum=0.9, centered=True),
        {},
        "rmsprop_extended{.learning_rate = 1e-3, .momentum = 0.9, .centered = true}",
    ),
    "adam": (lambda p: Adam(p, lr=1e-2), {}, "adam{.learning_rate = 1e-2}"),
    "adamw": (lambda p: AdamW(p, lr=1e-2, weight_decay=0.1), {}, "adamw{.learning_rate = 1e-2, .weight_decay = 0.1}"),
    "sgd_clipped": (
        lambda p: SGD(p, lr=0.5),
        {"clip": 0.25},
        "sgd{.learning_rate = 0.5}, gradient_clip{.norm = 0.25}",
    ),
    "adam_cosine": (
        lambda p: Adam(p, lr=2e-2),
        {"schedule": lambda rule: warm(rule, 10, lambda r: CosineAnnealingLR(r, 90))},
        "adam{.learning_rate = 2e-2}, cosine_decay{.warmup_steps = 10} over 100 updates",
    ),
}

# ---- schedules ------------------------------------------------------------------------------------------------------


def rates(make):
    rule = SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule, result = make(rule), []
    for _ in range(50):
        result.append(rule.param_groups[0]["lr"])
        rule.step()
        schedule.step()
    return torch.tensor(result, dtype=torch.float64)


SCHEDULES = {
    "constant_warm": (lambda r: warm(r, 10, lambda q: ConstantLR(q, factor=1)), "constant_rate{.warmup_steps = 10}"),
    "step": (lambda r: StepLR(r, 7, 0.5), "step_decay{.step_size = 7, .gamma = 0.5}"),
    "step_warm": (
        lambda r: warm(r, 10, lambda q: StepLR(q, 7, 0.5)),
        "step_decay{.step_size = 7, .gamma = 0.5, .warmup_steps = 10}",
    ),
    "step_third": (lambda r: StepLR(r, 17), "step_decay{} over 50 updates"),
    "exponential": (lambda r: ExponentialLR(r, 0.9), "exponential_decay{.gamma = 0.9}"),
    "exponential_warm": (
        lambda r: warm(r, 10, lambda q: ExponentialLR(q, 0.9)),
        "exponential_decay{.gamma = 0.9, .warmup_steps = 10}",
    ),
    "cosine": (lambda r: CosineAnnealingLR(r, 50), "cosine_decay{} over 50 updates"),
    "cosine_minimum": (
        lambda r: CosineAnnealingLR(r, 80, 0.01),
        "cosine_decay{.minimum = 0.01, .steps = 80}",
    ),
    "cosine_warm": (
        lambda r: warm(r, 10, lambda q: CosineAnnealingLR(q, 40)),
        "cosine_decay{.warmup_steps = 10} over 50 updates",
    ),
}


def main():
    parts = [
        f"/// {COUNT} parameters after 1, 10 and 100 updates with given gradients. Parameter i starts at",
        "/// (i * 29 % 41 - 20) / 16; its gradient in update t (from 1) is",
        "/// ((i * i * 7 + i * 31 + t * 17 + i * t * 5) % 97 - 48) / 64 * (2^-20, 2^-3, 1, 1, 2^6)[i % 5],",
        "/// and 0 for the last parameter.",
        f"struct updates {{\n    double after_1[{COUNT}], after_10[{COUNT}], after_100[{COUNT}];\n}};\n",
        "namespace given_gradients {\n",
    ]
    worst = 0.0
    for name, make in UPDATES.items():
        kept = given_gradients(make)
        single = given_gradients(make, torch.float32)
        difference = max((a - b.double()).abs().max().item() for a, b in zip(kept, single))
        worst = max(worst, difference)
        print(f"{name:20} PyTorch's float32 differs by {difference:.1e}")
        parts.append(header.record("updates", name, *kept))
    parts += ["}  // namespace given_gradients\n"]

    parts += [
        "/// input 3, dense 4, tanh, dense 2, mean squared error over 8 samples in one batch: all 26 parameters (layer",
        "/// by layer, weight [out][in] row-major, then bias) after 1, 10 and 100 updates, and the loss before each.",
        "struct trajectory {\n    double after_1[26], after_10[26], after_100[26], loss[100];\n};\n",
        "namespace small_network {\n",
        header.array("initial", WEIGHTS, "float"),
        header.array("inputs", INPUTS, "float"),
        header.array("targets", TARGETS, "float"),
    ]
    for name, (make, options, comment) in NETWORK.items():
        kept = network_trajectory(make, **options)
        single = network_trajectory(make, dtype=torch.float32, **options)
        difference = max((a - b.double()).abs().max().item() for a, b in zip(kept, single))
        first, last = kept[3][0], kept[3][-1]
        print(f"network {name:20} PyTorch's float32 differs by {difference:.1e}; loss {first:.4f} -> {last:.4f}")
        parts.append(header.record("trajectory", name, *kept, comment=comment))
    parts += ["}  // namespace small_network\n"]

    parts += ["/// The first 50 rates from a base of 0.1.\nnamespace schedule {\n"]
    for name, (make, comment) in SCHEDULES.items():
        parts.append(f"/// {comment}\n" + header.array(name, rates(make)))
    parts += ["}  // namespace schedule\n"]

    parts += [
        f"/// The {COUNT} given gradients of update 1, clipped by clip_grad_norm_ and clip_grad_value_.",
        "namespace clip {\n",
    ]
    p = torch.zeros(COUNT, dtype=torch.float64, requires_grad=True)
    given = torch.tensor([gradient(i, 1) for i in range(COUNT)], dtype=torch.float64)
    p.grad = given.clone()
    norm = nn.utils.clip_grad_norm_([p], 1.5)
    parts += [f"inline constexpr double norm = {norm.item()!r};\n", header.array("by_norm_1_5", p.grad)]
    p.grad = given.clone()
    nn.utils.clip_grad_value_([p], 0.25)
    parts += [header.array("by_value_0_25", p.grad), "}  // namespace clip\n"]

    header.write(
        __file__,
        "All computed in float64; starting values, data and gradients are exact in float. Options that are not named "
        "have PyTorch's defaults (SGD: learning rate 1e-3).",
        parts,
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="The epoch parameter")  # SequentialLR's own use of it
    main()
