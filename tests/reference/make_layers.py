#!/usr/bin/python3
"""Layers, forward and backward, as PyTorch computes them, in float64. Writes layers.hpp beside itself.

    /usr/bin/python3 tests/reference/make_layers.py
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

import header

FEATURES = 11  # 8 + 2 + 1: packs and a tail for every width of lanes
SAMPLES = 3


def spread(count, factor, modulus, scale):
    """Fixed numbers without pattern, exact in float, none of them 0 or 1 in size."""
    return [((k * factor % modulus - modulus // 2) + 0.5) * scale for k in range(count)]


INPUT = header.exact(
    [
        [-30, -10, -3, -1.5, -0.5, 0, 0.25, 0.75, 2, 10, 30],
        spread(FEATURES, 17, 47, 0.09),
        [-1e-20, 1e-20, -1e-4, 1e-4, -0.01, 0.01, -0.1, 0.1, -0.99, 0.99, 5],
    ]
)
GRAD_OUTPUT = header.exact(spread(FEATURES * SAMPLES, 37, 101, 0.02)).reshape(SAMPLES, FEATURES)

ACTIVATIONS = {
    "identity": (lambda x: x * 1, ""),
    "relu": (F.relu, "Its derivative at 0 is 0."),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.01), "Slope 0.01; its derivative at 0 is the slope."),
    "elu": (F.elu, "alpha = 1."),
    "selu": (F.selu, ""),
    "gelu": (F.gelu, "x * (1 + erf(x / sqrt(2))) / 2, not the approximation by tanh."),
    "silu": (F.silu, ""),
    "softplus": (lambda x: F.softplus(x, threshold=700), "log(1 + exp(x)) also above 20, where PyTorch returns x."),
    "tanh": (torch.tanh, ""),
    "sigmoid": (torch.sigmoid, ""),
    "hard_tanh": (F.hardtanh, "min(max(x, -1), 1)."),
    "clamp": (lambda x: F.hardtanh(x, -1.5, 1.5), "min(max(x, -1.5), 1.5); its derivative at -1.5 is 0."),
    # In float64, F.hardsigmoid and F.hardswish have slopes of float precision.
    "hard_sigmoid": (lambda x: F.relu6(x + 3) / 6, "min(max(x / 6 + 1 / 2, 0), 1); its derivative at -3 is 0."),
    "hard_swish": (lambda x: x * F.relu6(x + 3) / 6, "x * hard_sigmoid(x); its derivative at -3 is 0."),
    "softmax": (lambda x: F.softmax(x, dim=1), "Over the 11 features of each sample."),
    "log_softmax": (lambda x: F.log_softmax(x, dim=1), "Over the 11 features of each sample."),
}


def backward(function, inputs, grad_output, parameters=()):
    """The output, and the gradients of sum(output * grad_output) for the input and the parameters."""
    x = inputs.clone().requires_grad_(True)
    output = function(x)
    output.backward(grad_output)
    return output, x.grad, [p.grad for p in parameters]


def with_parameters(name, make, inputs, grad_output, comment):
    """One layer that has weights and biases: everything that a test of it needs."""
    layer, apply = make()
    for p, factor in zip(layer.parameters(), (29, 11)):
        p.data = header.exact(spread(p.numel(), factor, 53, 1 / 32)).reshape(p.shape)
    output, grad_input, gradients = backward(apply, inputs, grad_output, list(layer.parameters()))
    parts = [f"/// {comment}\nnamespace {name} {{\n"]
    given = {**dict(layer.named_parameters()), "input": inputs, "grad_output": grad_output}
    found = {"output": output, "grad_input": grad_input}
    found.update({f"grad_{name}": grad for (name, _), grad in zip(layer.named_parameters(), gradients)})
    parts += [header.array(key, value, "float") for key, value in given.items()]
    parts += [header.array(key, value) for key, value in found.items()]
    return parts + [f"}}  // namespace {name}\n"]


def dense():
    layer = nn.Linear(5, 3).double()
    return layer, layer


def layer_norm():
    layer = nn.LayerNorm(7).double()
    return layer, layer


def residual():
    layer = nn.Linear(4, 4).double()
    return layer, lambda x: x + torch.tanh(layer(x))


def recurrent(name, layer, comment=""):
    """Everything of a layer of PyTorch over some steps: also the gradients of the state before the first step."""
    steps, inputs, units = 6, layer.input_size, layer.hidden_size
    layer = layer.double()
    for p, factor in zip(layer.parameters(), (29, 43, 11, 19)):
        p.data = header.exact(spread(p.numel(), factor, 53, 1 / 32)).reshape(p.shape)
    x = header.exact(spread(steps * SAMPLES * inputs, 23, 59, 1 / 16)).reshape(steps, SAMPLES, inputs)
    states = [
        header.exact(spread(SAMPLES * units, factor, 31, 1 / 32)).reshape(1, SAMPLES, units).requires_grad_(True)
        for factor in ((13, 17) if isinstance(layer, nn.LSTM) else (13,))
    ]
    grad_output = header.exact(spread(steps * SAMPLES * units, 31, 61, 1 / 16)).reshape(steps, SAMPLES, units)
    x.requires_grad_(True)
    output, _ = layer(x, tuple(states) if len(states) > 1 else states[0])
    output.backward(grad_output)
    given = {"input": x, "state": torch.cat(states), "grad_output": grad_output}
    found = {"output": output, "grad_input": x.grad, "grad_state": torch.cat([state.grad for state in states])}
    for key, p in layer.named_parameters():
        given[key[:-3]] = p  # without _l0
        found["grad_" + key[:-3]] = p.grad
    kind = f"torch.nn.{type(layer).__name__}" if isinstance(layer, nn.RNNBase) else "A GRU written out"
    return [
        f"/// {kind}, {inputs} -> {units}, {steps} steps of {SAMPLES} samples: [step][sample][feature].{comment}",
        f"namespace {name} {{\n",
        *(header.array(key, value, "float") for key, value in given.items()),
        *(header.array(key, value) for key, value in found.items()),
        f"}}  // namespace {name}\n",
    ]


class GRUWithResetBefore(nn.Module):
    """ONNX's GRU with linear_before_reset=0, and Keras's with reset_after=False: written out, gates in the order r, z, n."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.zeros(3 * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(3 * hidden_size, hidden_size))
        self.bias_l0 = nn.Parameter(torch.zeros(3 * hidden_size))

    def forward(self, steps, state):
        h, outputs = state[0], []
        w_r, w_z, w_n = self.weight_hh_l0.chunk(3)
        for x in steps:
            i_r, i_z, i_n = F.linear(x, self.weight_ih_l0, self.bias_l0).chunk(3, dim=1)
            r, z = torch.sigmoid(i_r + h @ w_r.T), torch.sigmoid(i_z + h @ w_z.T)
            n = torch.tanh(i_n + (r * h) @ w_n.T)
            h = (1 - z) * n + z * h
            outputs.append(h)
        return torch.stack(outputs), h


def bidirectional():
    """Whole sequences of 6 positions: [sample][position][feature]."""
    layer = nn.LSTM(5, 4, bidirectional=True, batch_first=True).double()
    for p, factor in zip(layer.parameters(), (29, 43, 11, 19, 31, 41, 17, 23)):
        p.data = header.exact(spread(p.numel(), factor, 53, 1 / 32)).reshape(p.shape)
    x = header.exact(spread(SAMPLES * 30, 23, 59, 1 / 16)).reshape(SAMPLES, 6, 5)
    grad_output = header.exact(spread(SAMPLES * 48, 31, 61, 1 / 16)).reshape(SAMPLES, 6, 8)
    output, grad_input, _ = backward(lambda x: layer(x)[0], x, grad_output)
    given, found = {"input": x, "grad_output": grad_output}, {"output": output, "grad_input": grad_input}
    for key, p in layer.named_parameters():
        given[key.replace("_l0", "")] = p
        found["grad_" + key.replace("_l0", "")] = p.grad
    return [
        "/// torch.nn.LSTM(5, 4, bidirectional=True) of sequences of 6 positions.\nnamespace bidirectional {\n",
        *(header.array(key, value, "float") for key, value in given.items()),
        *(header.array(key, value) for key, value in found.items()),
        "}  // namespace bidirectional\n",
    ]


def of_images(layer, channels, width, height, border=(0, 0, 0, 0)):
    """Images in etch's order, {channels, width, height} with channels contiguous: PyTorch's [height, width, channels].
    `border` is left, right, top, bottom."""

    def apply(x):
        images = F.pad(x.reshape(SAMPLES, height, width, channels).permute(0, 3, 1, 2), border)
        return layer(images).permute(0, 2, 3, 1).reshape(SAMPLES, -1)

    return layer, apply


def conv_2d():
    return of_images(nn.Conv2d(2, 3, (2, 3)).double(), 2, 5, 4)  # 2 high, 3 wide


def conv_2d_with_options():
    layer = nn.Conv2d(4, 6, (2, 3), stride=(1, 2), dilation=(3, 1), groups=2).double()
    return of_images(layer, 4, 7, 6, (1, 2, 1, 0))


def of_signals(layer, channels, length, border=(0, 0)):
    """Signals in etch's order, {channels, length} with channels contiguous: PyTorch's [length, channels]."""

    def apply(x):
        signals = F.pad(x.reshape(SAMPLES, length, channels).permute(0, 2, 1), border)
        return layer(signals).permute(0, 2, 1).reshape(SAMPLES, -1)

    return layer, apply


def conv_1d():
    return of_signals(nn.Conv1d(4, 6, 3, stride=2, dilation=2, groups=2).double(), 4, 9, (3, 1))


def causal_conv_1d():
    return of_signals(nn.Conv1d(3, 4, 3, dilation=2).double(), 3, 6, (4, 0))


class WavenetArray(nn.Module):
    """Layers with these kernels and dilations, on signals of {channels, length}: zeros come before each."""

    def __init__(self, inputs, condition, channels, outputs, kernels, gated, head_kernel, head_bias):
        super().__init__()
        self.kernels, self.gated, self.head_kernel = kernels, gated, head_kernel
        sums = 2 * channels if gated else channels
        self.rechannel = nn.Conv1d(inputs, channels, 1, bias=False)
        self.layers = nn.ModuleList(
            nn.ModuleDict({
                "conv": nn.Conv1d(channels, sums, length, dilation=dilation),
                "mixin": nn.Conv1d(condition, sums, 1, bias=False),
                "layer1x1": nn.Conv1d(channels, channels, 1),
            })
            for length, dilation in kernels
        )
        self.head = nn.Conv1d(channels, outputs, head_kernel, bias=head_bias)

    def forward(self, x, condition, heads):
        h = self.rechannel(x)
        for layer, (length, dilation) in zip(self.layers, self.kernels):
            z = layer["conv"](F.pad(h, ((length - 1) * dilation, 0))) + layer["mixin"](condition)
            if self.gated:
                first, second = z.chunk(2, 1)
                a = torch.tanh(first) * torch.sigmoid(second)
            else:
                a = F.leaky_relu(z, 0.01)
            heads, h = heads + a, h + layer["layer1x1"](a)
        return h, self.head(F.pad(heads, (self.head_kernel - 1, 0)))


class Wavenet(nn.Module):
    def __init__(self, length):
        super().__init__()
        self.length = length
        first = WavenetArray(2, 2, 3, 4, ((3, 1), (3, 2)), True, 1, False)
        second = WavenetArray(3, 2, 4, 2, ((2, 3), (4, 1)), False, 3, True)
        self.arrays = nn.ModuleList((first, second)).double()

    def forward(self, x):
        signals = condition = x.reshape(SAMPLES, self.length, 2).permute(0, 2, 1)
        heads = 0
        for array in self.arrays:
            signals, heads = array(signals, condition, heads)
        return (heads / 2).permute(0, 2, 1).reshape(SAMPLES, -1)


def wavenet():
    """Its weights, in the order of etch's parameters, as one array."""
    steps = 9
    model = Wavenet(steps)
    parameters = list(model.parameters())
    for i, p in enumerate(parameters):
        p.data = header.exact(spread(p.numel(), 29 + 2 * i, 53, 1 / 32)).reshape(p.shape)
    inputs = header.exact(spread(SAMPLES * steps * 2, 23, 59, 1 / 16)).reshape(SAMPLES, -1)
    grad_output = header.exact(spread(SAMPLES * steps * 2, 31, 59, 1 / 16)).reshape(SAMPLES, -1)
    output, grad_input, _ = backward(model, inputs, grad_output)
    # Nobody uses the output of the last layer.
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
    comment = "Two arrays, the first gated, the second with leaky_relu, head_scale 1 / 2: [sample][step][feature]."
    parts = [f"/// {comment}\nnamespace wavenet {{\n"]
    given = (("weights", torch.cat([p.flatten() for p in parameters])), ("input", inputs), ("grad_output", grad_output))
    found = (("output", output), ("grad_input", grad_input), ("grad_weights", torch.cat([g.flatten() for g in gradients])))
    parts += [header.array(key, value, "float") for key, value in given]
    parts += [header.array(key, value) for key, value in found]
    return parts + ["}  // namespace wavenet\n"]


def conv_transpose_1d():
    return of_signals(nn.ConvTranspose1d(3, 4, 4, stride=2, padding=1).double(), 3, 5)


def conv_transpose_2d():
    """PyTorch cuts off as much at the bottom as at the top, unless output_padding gives some back."""
    layer = nn.ConvTranspose2d(4, 6, (2, 3), (3, 2), padding=1, output_padding=(1, 0), groups=2, dilation=(2, 1)).double()
    return of_images(layer, 4, 3, 2)


def of_window(name, layer, channels, extents, comment):
    """A layer without parameters, on images of {width, height} or signals of {length}, in etch's order. Some of the
    inputs are equal, so that a largest one may be the second of two."""
    count, axes = math.prod(extents), len(extents)
    x = header.exact(spread(SAMPLES * channels * count, 23, 19, 1 / 16)).reshape(SAMPLES, -1).requires_grad_(True)
    forth, back = (0, axes + 1, *range(1, axes + 1)), (0, *range(2, axes + 2), 1)
    output = layer(x.reshape(SAMPLES, *extents[::-1], channels).permute(forth))
    output = (output if output.ndim == 2 else output.permute(back)).reshape(SAMPLES, -1)
    grad_output = header.exact(spread(output.numel(), 31, 59, 1 / 16)).reshape(output.shape)
    output.backward(grad_output)
    parts = [f"/// {comment}\nnamespace {name} {{\n"]
    parts += [header.array(key, value, "float") for key, value in (("input", x), ("grad_output", grad_output))]
    parts += [header.array(key, value) for key, value in (("output", output), ("grad_input", x.grad))]
    return parts + [f"}}  // namespace {name}\n"]


def windows():
    image, signal = "of 3 channels, 7 wide and 5 high", "of 3 channels and length 7"
    cases = (
        ("max_pool", nn.MaxPool2d((2, 3)), (7, 5), f"MaxPool2d((2, 3)) of images {image}."),
        ("max_pool_overlapping", nn.MaxPool2d(3, 2), (7, 5), f"MaxPool2d(3, stride=2) of images {image}."),
        ("max_pool_of_signals", nn.MaxPool1d(2), (7,), f"MaxPool1d(2) of signals {signal}."),
        ("max_pool_padded", nn.MaxPool2d(3, 2, 1), (7, 5), f"MaxPool2d(3, stride=2, padding=1) of images {image}."),
        ("average_pool_padded", nn.AvgPool2d(3, 2, 1), (7, 5), f"AvgPool2d(3, stride=2, padding=1) of images {image}."),
        ("average_pool", nn.AvgPool2d((2, 3)), (7, 5), f"AvgPool2d((2, 3)) of images {image}."),
        ("average_pool_overlapping", nn.AvgPool2d(3, (1, 2)), (7, 5), f"AvgPool2d(3, stride=(1, 2)) of images {image}."),
        ("average_pool_of_signals", nn.AvgPool1d(3), (7,), f"AvgPool1d(3) of signals {signal}."),
        ("global_average_pool", lambda x: x.mean((2, 3)), (7, 5), f"The mean over all places of images {image}."),
        ("upsample", nn.Upsample(scale_factor=(3, 2)), (3, 2), "Upsample(scale_factor=(3, 2)) of images 3 wide, 2 high."),
        ("upsample_of_signals", nn.Upsample(scale_factor=2), (5,), "Upsample(scale_factor=2) of signals of length 5."),
    )
    return [part for name, layer, extents, comment in cases for part in of_window(name, layer, 3, extents, comment)]


def conv_2d_depthwise():
    return of_images(nn.Conv2d(5, 5, 3, padding=1, groups=5).double(), 5, 4, 3)


def channels_last(function, channels, extents):
    """A function of PyTorch's [channels, ...] on samples in etch's order, the channels contiguous."""
    def apply(x):
        images = x.reshape(SAMPLES, *reversed(extents), channels)
        images = images.permute(0, len(extents) + 1, *range(1, len(extents) + 1))
        return function(images).permute(0, *range(2, len(extents) + 2), 1).reshape(SAMPLES, -1)

    return apply


def prelu():
    """With a slope for each channel, of images 4 wide and 2 high."""
    layer = nn.PReLU(3).double()
    return layer, channels_last(layer, 3, (4, 2))


def group_norm():
    layer = nn.GroupNorm(2, 6).double()
    return layer, channels_last(layer, 6, (2, 3))


def halves(name, function, channels, comment):
    """A layer without parameters, of {channels, 3}, that returns fewer channels."""
    inputs = header.exact(spread(SAMPLES * channels * 3, 23, 59, 1 / 16)).reshape(SAMPLES, -1)
    apply = channels_last(function, channels, (3,))
    grad_output = header.exact(spread(apply(inputs).numel(), 31, 61, 1 / 32)).reshape(SAMPLES, -1)
    output, grad_input, _ = backward(apply, inputs, grad_output)
    given = {"input": inputs, "grad_output": grad_output}
    found = {"output": output, "grad_input": grad_input}
    parts = [f"/// {comment}\nnamespace {name} {{\n"]
    parts += [header.array(key, value, "float") for key, value in given.items()]
    parts += [header.array(key, value) for key, value in found.items()]
    return parts + [f"}}  // namespace {name}\n"]


def wavenet_gate(x):
    signal, gate = x.chunk(2, dim=1)
    return torch.tanh(signal) * torch.sigmoid(gate)


def modulated(x):
    features, scale, shift = x.chunk(3, dim=1)
    return features * scale + shift


def embedding():
    """Five indices per sample, of which some occur twice and one not at all."""
    layer = nn.Embedding(6, 3).double()
    layer.weight.data = header.exact(spread(18, 29, 53, 1 / 32)).reshape(6, 3)
    x = torch.tensor([[0, 1, 2, 3, 5], [5, 5, 0, 2, 1], [3, 3, 3, 0, 5]])
    grad_output = header.exact(spread(45, 31, 61, 1 / 32)).reshape(3, 5, 3)
    output = layer(x)
    output.backward(grad_output)
    return [
        "/// Embedding(6, 3) of five indices.\nnamespace embedding {\n",
        header.array("weight", layer.weight, "float"),
        header.array("input", x.double(), "float"),
        header.array("grad_output", grad_output, "float"),
        header.array("output", output),
        header.array("grad_weight", layer.weight.grad),
        "}  // namespace embedding\n",
    ]


def attention(features=6, positions=5, heads=2):
    """Multi-head self-attention, once over all positions and once causal."""
    layer = nn.MultiheadAttention(features, heads, batch_first=True).double()
    for p, factor in zip(layer.parameters(), (29, 43, 11, 19)):
        p.data = header.exact(spread(p.numel(), factor, 53, 1 / 32)).reshape(p.shape)
    size = SAMPLES * positions * features
    x = header.exact(spread(size, 23, 59, 1 / 16)).reshape(SAMPLES, positions, features)
    grad_output = header.exact(spread(size, 31, 61, 1 / 32)).reshape(SAMPLES, positions, features)
    names = {"in_proj_weight": "in_proj_weight", "in_proj_bias": "in_proj_bias"}
    names.update({"out_proj.weight": "out_weight", "out_proj.bias": "out_bias"})
    given = {names[name]: p for name, p in layer.named_parameters()} | {"input": x, "grad_output": grad_output}
    parts = [f"/// MultiheadAttention({features}, {heads}) of {positions} positions, and causal.\nnamespace attention {{\n"]
    parts += [header.array(key, value, "float") for key, value in given.items()]
    for kind, mask in (("", None), ("causal_", torch.ones(positions, positions).triu(1).bool())):
        parameters = list(layer.parameters())
        for p in parameters:
            p.grad = None
        output, grad_input, gradients = backward(
            lambda x: layer(x, x, x, attn_mask=mask, need_weights=False)[0], x, grad_output, parameters
        )
        found = {"output": output, "grad_input": grad_input}
        found.update({"grad_" + names[name]: g for (name, _), g in zip(layer.named_parameters(), gradients)})
        parts += [header.array(kind + key, value) for key, value in found.items()]
    return parts + ["}  // namespace attention\n"]


def batch_norm():
    """Two steps of training, then evaluation of the first batch."""
    layer = nn.BatchNorm1d(5).double()
    layer.weight.data = header.exact(spread(5, 29, 53, 1 / 32))
    layer.bias.data = header.exact(spread(5, 11, 53, 1 / 32))
    first, second, grad_output = (header.exact(spread(20, factor, 59, 1 / 16)).reshape(4, 5) for factor in (23, 31, 37))
    output, grad_input, (grad_weight, grad_bias) = backward(layer, first, grad_output, list(layer.parameters()))
    layer(second)
    layer.eval()
    given = {"weight": layer.weight, "bias": layer.bias, "first": first, "second": second, "grad_output": grad_output}
    found = {
        "output": output,
        "grad_input": grad_input,
        "grad_weight": grad_weight,
        "grad_bias": grad_bias,
        "running_mean": layer.running_mean,
        "running_var": layer.running_var,
        "evaluated": layer(first),
    }
    parts = ["/// BatchNorm1d(5) in two steps of four samples, first and second; output and gradients are of the first.\n"
             "namespace batch_norm {\n"]  # fmt: skip
    parts += [header.array(key, value, "float") for key, value in given.items()]
    parts += [header.array(key, value) for key, value in found.items()]
    return parts + ["}  // namespace batch_norm\n"]


def main():
    size = FEATURES * SAMPLES
    parts = [
        f"/// Activations: {FEATURES} features, {SAMPLES} samples, the same input and grad_output for all.",
        header.array("activation_input", INPUT, "float"),
        header.array("activation_grad_output", GRAD_OUTPUT, "float"),
        f"struct activation {{\n    double output[{size}], grad_input[{size}];\n}};\n",
    ]
    for name, (function, comment) in ACTIVATIONS.items():
        output, grad_input, _ = backward(function, INPUT, GRAD_OUTPUT)
        parts.append(header.record("activation", name, output, grad_input, comment=comment))

    def batch(features, factor):
        return header.exact(spread(SAMPLES * features, factor, 59, 1 / 16)).reshape(SAMPLES, features)

    parts += with_parameters("dense", dense, batch(5, 23), batch(3, 31), "z = W * a + b, 5 -> 3.")
    parts += with_parameters(
        "layer_norm",
        layer_norm,
        batch(7, 23),
        batch(7, 31),
        "weight * (x - mean) / sqrt(variance + 1e-5) + bias over 7 features; the variance divides by 7.",
    )
    parts += with_parameters("residual", residual, batch(4, 23), batch(4, 31), "x + tanh(W * x + b), 4 -> 4.")
    parts += recurrent("gru", nn.GRU(5, 4))
    parts += recurrent("gru_with_reset_before", GRUWithResetBefore(5, 4), " The reset is before the product.")
    parts += recurrent("lstm", nn.LSTM(5, 4), " The state is h, then c.")
    parts += bidirectional()
    parts += recurrent("simple_rnn", nn.RNN(5, 4))
    parts += recurrent("simple_rnn_with_relu", nn.RNN(5, 4, nonlinearity="relu"), ' nonlinearity="relu".')
    parts += with_parameters(
        "conv_2d",
        conv_2d,
        batch(40, 23),
        batch(27, 31),
        "Conv2d(2, 3, (2, 3)) of images 5 wide and 4 high; the weight is [3][2][2][3], PyTorch's.",
    )
    parts += with_parameters(
        "conv_2d_with_options",
        conv_2d_with_options,
        batch(168, 23),
        batch(96, 31),
        "Conv2d(4, 6, (2, 3), stride=(1, 2), dilation=(3, 1), groups=2) of images 7 wide and 6 high,\n"
        "/// with zeros around them: one column on the left, two on the right, a line at the top.",
    )
    parts += with_parameters(
        "conv_2d_depthwise",
        conv_2d_depthwise,
        batch(60, 23),
        batch(60, 31),
        "Conv2d(5, 5, 3, padding=1, groups=5) of images 4 wide and 3 high.",
    )
    parts += with_parameters(
        "conv_1d",
        conv_1d,
        batch(36, 23),
        batch(30, 31),
        "Conv1d(4, 6, 3, stride=2, dilation=2, groups=2) of signals of length 9, with three zeros before and one after.",
    )
    parts += with_parameters(
        "causal_conv_1d",
        causal_conv_1d,
        batch(18, 23),
        batch(24, 31),
        "Conv1d(3, 4, 3, dilation=2) of signals of six steps, with four zeros before them: [sample][step][feature].",
    )
    parts += with_parameters(
        "conv_transpose_1d",
        conv_transpose_1d,
        batch(15, 23),
        batch(40, 31),
        "ConvTranspose1d(3, 4, 4, stride=2, padding=1) of signals of length 5.",
    )
    parts += with_parameters(
        "conv_transpose_2d",
        conv_transpose_2d,
        batch(24, 23),
        batch(150, 31),
        "ConvTranspose2d(4, 6, (2, 3), (3, 2), padding=1, output_padding=(1, 0), groups=2, dilation=(2, 1)) of images\n"
        "/// 3 wide and 2 high.",
    )
    parts += windows()
    parts += batch_norm()
    parts += with_parameters(
        "prelu",
        prelu,
        batch(24, 23),
        batch(24, 31),
        "PReLU(3) of images 4 wide and 2 high, a slope for each channel.",
    )
    parts += with_parameters(
        "group_norm", group_norm, batch(36, 23), batch(36, 31), "GroupNorm(2, 6) of images 2 wide and 3 high."
    )
    parts += halves("gated", wavenet_gate, 10, "tanh(first half) * sigmoid(second half) of {10, 3}.")
    parts += halves("film", modulated, 15, "The first third times the second plus the third, of {15, 3}.")
    parts += embedding()
    parts += attention()
    parts += wavenet()
    header.write(
        __file__,
        "Everything lies sample after sample; weights are [out][in], row after row. What goes in is exact in float, "
        "what comes out was computed in float64. grad_ is the gradient of sum(output * grad_output), over all samples.",
        parts,
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
