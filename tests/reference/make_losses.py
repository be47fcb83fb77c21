#!/usr/bin/python3
"""Losses and their gradients as PyTorch computes them, in float64. Writes losses.hpp beside itself.

    /usr/bin/python3 tests/reference/make_losses.py
"""
import torch
from torch.nn import functional as F

import header

PREDICTION = header.exact([[0.5, -1.25, 3.0], [0.1, 0.2, -0.3], [-7.5, 0.0, 12.0], [1e-3, 2.5, -0.75]])
TARGET = header.exact([[0.25, -1.0, 0.5], [0.1, -1.3, 0.45], [-6.0, 0.0, -4.0], [0.0, 3.5, -0.8]])

BINARY_LOGITS = header.exact([[0.3, -1.7, 4.0], [1e4, -1e4, 0.0], [1e4, -1e4, -30.0], [12.5, -0.01, 88.0]])
BINARY_TARGET = header.exact([[1, 0, 1], [1, 0, 1], [0, 1, 0], [0.25, 0.5, 0.9]])

LOGITS = header.exact(
    [[0.2, -1.3, 2.1, 0.7, 0.0], [1e4, -1e4, 0, 3, -3], [-1e4, 1e4, 1e4, 0, 5], [30, 29.5, -30, 10, 31]]
)
ONE_HOT = header.exact([[0, 0, 1, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]])
SOFT = header.exact([[0.1, 0.2, 0.4, 0.2, 0.1], [0.5, 0.25, 0.25, 0, 0], [0, 0.5, 0.5, 0, 0], [0, 0, 0, 0, 1]])

CASES = {
    "mse": (F.mse_loss, PREDICTION, TARGET, "Mean of (prediction - target)^2 over all 12."),
    "l1": (F.l1_loss, PREDICTION, TARGET, "Mean of |prediction - target|; where they are equal the gradient is 0."),
    "huber": (F.huber_loss, PREDICTION, TARGET, "delta = 1."),
    "bce": (
        F.binary_cross_entropy_with_logits,
        BINARY_LOGITS,
        BINARY_TARGET,
        "Binary cross-entropy of sigmoid(prediction); the gradient is for the logits. Mean over all 12.",
    ),
    "cross_entropy": (
        F.cross_entropy,
        LOGITS,
        ONE_HOT,
        "Cross-entropy of softmax(prediction); the gradient is for the logits. Mean over the 4 samples.",
    ),
    "cross_entropy_soft": (F.cross_entropy, LOGITS, SOFT, "The same logits with targets that are probabilities."),
}


def main():
    parts = ["inline constexpr int samples = 4;\n"]
    for name, (function, prediction, target, comment) in CASES.items():
        p = prediction.clone().requires_grad_(True)
        value = function(p, target)
        value.backward()
        assert torch.isfinite(value) and torch.isfinite(p.grad).all()
        parts += [
            f"/// {comment}\nnamespace {name} {{\n",
            f"inline constexpr int outputs = {prediction.shape[1]};\n",
            header.array("prediction", prediction, "float"),
            header.array("target", target, "float"),
            f"inline constexpr double value = {value.item()!r};\n",
            header.array("gradient", p.grad),
            f"}}  // namespace {name}\n",
        ]
    header.write(
        __file__,
        "4 samples, one after the other; the mean is taken as PyTorch's reduction \"mean\" does. What goes in is exact "
        "in float, what comes out was computed in float64.",
        parts,
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
