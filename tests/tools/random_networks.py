"""Networks of ten shapes with layers drawn at random, for the tests of python/etch_export."""
from torch import nn

# Inputs, then the widths of the dense layers: single numbers, odd sizes, sizes around registers of 4, 8 and 16.
WIDTHS = [
    (1, 1), (2, 8, 1), (3, 5, 5, 2), (4, 16, 3), (7, 33, 9, 4), (8, 8, 8, 8, 8), (13, 17, 1, 6), (16, 64, 10),
    (29, 31, 15, 12), (48, 64, 32, 12),
]  # fmt: skip

# What is made for a number of features, and how a topology spells it.
ACTIVATIONS = [
    (lambda n: nn.Identity(), "identity"),
    (lambda n: nn.ReLU(), "relu"),
    (lambda n: nn.LeakyReLU(), "leaky_relu<1, 100>"),
    (lambda n: nn.LeakyReLU(0.2), "leaky_relu<1, 5>"),
    (lambda n: nn.ELU(), "elu<1, 1>"),
    (lambda n: nn.ELU(0.75), "elu<3, 4>"),
    (lambda n: nn.SELU(), "selu"),
    (lambda n: nn.GELU(), "gelu"),
    (lambda n: nn.SiLU(), "silu"),
    (lambda n: nn.Softplus(), "softplus"),
    (lambda n: nn.Tanh(), "tanh"),
    (lambda n: nn.Sigmoid(), "sigmoid"),
    (lambda n: nn.Hardtanh(), "hard_tanh"),
    (lambda n: nn.Hardtanh(-2.5, 2.5), "clamp<5, 2>"),
    (lambda n: nn.Softmax(dim=-1), "softmax"),
    (lambda n: nn.LayerNorm(n), "layer_norm<100000>"),
    (lambda n: nn.Dropout(0.2), "dropout<20, 100>"),
    (lambda n: nn.Flatten(), "flatten"),
]


def random_network(draw, widths):
    """nn.Linear of these widths, an activation after each that `draw`, a random.Random, chooses."""
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), draw.choice(ACTIVATIONS)[0](outputs)]
    return nn.Sequential(*layers).eval()
