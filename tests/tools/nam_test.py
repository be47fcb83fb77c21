"""python/etch_export on `.nam` files of Neural Amp Modeler, made here by hand after its documentation, and compared with
what plain loops compute from the list of weights.

    /usr/bin/python3 tests/tools/nam_test.py
"""
import json
import math
import os
import random
import sys
import unittest

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402
from damage import ROUNDS, damaged_descriptions  # noqa: E402

import etch_export  # noqa: E402

torch.set_num_threads(1)  # two on a busy machine wait for each other

A1 = {"input_size": 1, "condition_size": 1, "channels": 3, "head_size": 2, "kernel_size": 3, "dilations": [1, 2],
      "activation": "Tanh", "gated": False, "head_bias": False}  # fmt: skip
A1_END = {**A1, "input_size": 3, "channels": 2, "head_size": 1, "dilations": [8], "gated": True, "head_bias": True}
A2 = {"input_size": 1, "condition_size": 1, "channels": 3, "bottleneck": 3, "kernel_sizes": [6, 6, 15],
      "dilations": [1, 3, 2], "activation": [{"type": "LeakyReLU", "negative_slope": 0.01}] * 3,
      "gating_mode": ["none"] * 3, "secondary_activation": [None] * 3, "groups_input": 1, "groups_input_mixin": 1,
      "head": {"out_channels": 1, "kernel_size": 16, "bias": True}, "layer1x1": {"active": True, "groups": 1},
      "head1x1": {"active": False, "out_channels": 3, "groups": 1}, "conv_pre_film": False}  # fmt: skip

FUNCTIONS = {"Tanh": math.tanh, "Sigmoid": lambda z: 1 / (1 + math.exp(-z)), "ReLU": lambda z: max(z, 0.0),
             "LeakyReLU": lambda z: z if z > 0 else 0.01 * z}  # fmt: skip


class Convolution:
    """For each filter its weights by channel and place, the oldest place first; then the biases."""

    def __init__(self, weights, inputs, filters, length=1, dilation=1, bias=True):
        self.kernels = [[[next(weights) for _ in range(length)] for _ in range(inputs)] for _ in range(filters)]
        self.biases = [next(weights) if bias else 0.0 for _ in range(filters)]
        self.length, self.dilation, self.seen = length, dilation, []

    def __call__(self, x):
        self.seen.append(x)
        answers = []
        for kernel, total in zip(self.kernels, self.biases):
            for channel, places in enumerate(kernel):
                for place, weight in enumerate(places):
                    at = len(self.seen) - 1 - (self.length - 1 - place) * self.dilation
                    total += weight * self.seen[at][channel] if at >= 0 else 0.0
            answers.append(total)
        return answers


class PlainArray:
    def __init__(self, config, weights):
        c, condition = config["channels"], config["condition_size"]
        lengths = config.get("kernel_sizes") or [config["kernel_size"]] * len(config["dilations"])
        kinds = config["activation"] if isinstance(config["activation"], list) else [config["activation"]]
        kind = kinds[0]["type"] if isinstance(kinds[0], dict) else kinds[0]
        self.channels, self.function = c, FUNCTIONS[kind]
        self.gate = FUNCTIONS["Sigmoid"] if config.get("gated") or config.get("gating_mode") == "gated" else None
        sums = 2 * c if self.gate else c
        self.rechannel = Convolution(weights, config["input_size"], c, bias=False)
        self.layers = [(Convolution(weights, c, sums, length, dilation), Convolution(weights, condition, sums, bias=False),
                        Convolution(weights, c, c)) for length, dilation in zip(lengths, config["dilations"])]  # fmt: skip
        head = config.get("head") or {"out_channels": config["head_size"], "kernel_size": 1, "bias": config["head_bias"]}
        self.head = Convolution(weights, c, head["out_channels"], head["kernel_size"], bias=head["bias"])

    def __call__(self, h, x, heads):
        h, heads = self.rechannel(h), heads or [0.0] * self.channels
        for convolution, mixin, product in self.layers:
            z = [a + b for a, b in zip(convolution(h), mixin(x))]
            a = [self.function(each) for each in z[: self.channels]]
            if self.gate:
                a = [each * self.gate(other) for each, other in zip(a, z[self.channels :])]
            heads = [s + each for s, each in zip(heads, a)]
            h = [before + each for before, each in zip(h, product(a))]
        return h, self.head(heads)


def plain_answers(config, numbers, inputs):
    weights = iter(numbers)
    arrays = [PlainArray(layer, weights) for layer in config["layers"]]
    head, after = config.get("head"), []
    if head:
        widths = [config["layers"][-1]["head_size"], *[head["channels"]] * (len(head["kernel_sizes"]) - 1)]
        filters = [*widths[1:], head["out_channels"]]
        after = [Convolution(weights, *sizes) for sizes in zip(widths, filters, head["kernel_sizes"])]
    scale = next(weights)
    assert next(weights, None) is None
    answers = []
    for x in inputs.astype(float).tolist():
        h, heads = x, None
        for array in arrays:
            h, heads = array(h, x, heads)
        y = [scale * each for each in heads]
        for convolution in after:
            y = convolution([FUNCTIONS[head["activation"]](each) for each in y])
        answers.append(y)
    return np.asarray(answers)


def count_of(config):
    """How many weights the plain network takes."""
    taken = 0

    def ones():
        nonlocal taken
        while True:
            taken += 1
            yield 1.0

    weights = ones()
    for layer in config["layers"]:
        PlainArray(layer, weights)
    if config.get("head"):
        head, channels = config["head"], config["layers"][-1]["head_size"]
        for i, length in enumerate(head["kernel_sizes"]):
            filters = head["out_channels"] if i + 1 == len(head["kernel_sizes"]) else head["channels"]
            Convolution(weights, channels, filters, length)
            channels = filters
    return taken + 1


class Nam(Case):
    def written(self, model):
        with open(self.path("amp.nam"), "w", encoding="utf-8") as file:
            json.dump(model, file)
        return self.path("amp.nam")

    def wave_net(self, *layers, **config):
        whole = {"layers": list(layers), "head": None, "head_scale": 0.02, **config}
        weights = np.random.default_rng(3).normal(0, 0.4, count_of(whole)).astype(np.float32).tolist()
        return {"version": "0.7.0", "architecture": "WaveNet", "config": whole, "weights": weights, "sample_rate": 48000}

    def assert_answers(self, model, topology):
        found, said = self.exported(self.written(model))
        self.assertEqual(found, topology)
        self.assertIn("48000 samples a second", said)
        inputs, outputs = self.golden()
        expected = plain_answers(model["config"], model["weights"], inputs)
        self.assertLessEqual(np.abs(outputs - expected).max(), 1e-6 * np.abs(expected).max())
        network = etch_export.to_torch(self.out)
        with torch.no_grad():
            found = network(torch.from_numpy(inputs.copy())).numpy()
        self.assertLessEqual(np.abs(found - expected).max(), 1e-5 * np.abs(expected).max())
        torch.jit.script(network)
        self.assertEqual(self.topology(network, inputs=inputs.shape[1]), topology)  # and back

    def test_a1_with_and_without_a_gate(self):
        self.assert_answers(
            self.wave_net(A1, A1_END),
            "input<1>, wavenet<wavenet_array<3, 2, dilations<1, 2>>, "
            "wavenet_array<2, 1, dilations<8>, gated<tanh, sigmoid>, head_bias>>",
        )

    def test_a2_with_kernels_of_several_lengths(self):
        model = self.wave_net(A2)
        topology = ("input<1>, wavenet<wavenet_array<3, 1, dilations<1, 3, 2>, kernel_lengths<6, 6, 15>, "
                    "leaky_relu<1, 100>, head_kernel<16>, head_bias>>")  # fmt: skip
        self.assert_answers(model, topology)
        small = self.wave_net(A1, {**A1_END, "gated": False})
        container = {"version": "0.7.0", "architecture": "SlimmableContainer", "weights": [], "sample_rate": 48000,
                     "config": {"submodels": [{"max_value": 0.5, "model": small}, {"max_value": 1.0, "model": model}]}}
        found, said = self.exported(self.written(container))
        self.assertEqual(found, topology)
        self.assertIn("of the 2 models of amp.nam the last one is taken", said)

    def test_a_head_after_the_arrays_and_several_inputs(self):
        array = {**A1, "input_size": 2, "condition_size": 2, "activation": "ReLU"}
        head = {"channels": 4, "out_channels": 1, "kernel_sizes": [3, 1], "activation": "Tanh"}
        self.assert_answers(
            self.wave_net(array, in_channels=2, head=head),
            "input<2>, wavenet<wavenet_array<3, 2, dilations<1, 2>, relu>>, tanh, causal_conv_1d<4, 3>, tanh, dense<1>",
        )

    def test_the_networks_of_the_plug_in(self):
        doubled = [2**i for i in range(10)]
        sizes = {"standard": (16, 8, doubled, doubled), "lite": (12, 6, doubled[:7], doubled[-3:] + doubled[:10])}
        for name, (first, second, *dilations) in sizes.items():
            with self.subTest(name):
                arrays = [{**A1, "channels": first, "head_size": second, "dilations": dilations[0]},
                          {**A1, "input_size": first, "channels": second, "head_size": 1, "dilations": dilations[1],
                           "head_bias": True}]  # fmt: skip
                found, _ = self.exported(self.written(self.wave_net(*arrays)))
                lists = [", ".join(map(str, each)) for each in dilations]
                self.assertEqual(found, f"input<1>, wavenet<wavenet_array<{first}, {second}, dilations<{lists[0]}>>, "
                                        f"wavenet_array<{second}, 1, dilations<{lists[1]}>, head_bias>>")  # fmt: skip

    def test_what_etch_lacks_is_refused_by_name(self):
        for message, change in {
            "array 0 of amp.nam has a conv_post_film": {"conv_post_film": {"active": True, "shift": True, "groups": 1}},
            "has a head1x1": {"head1x1": {"active": True, "out_channels": 3, "groups": 1}},
            "without their 1 x 1 product": {"layer1x1": {"active": False, "groups": 1}},
            "the groups_input of array 0 of amp.nam are 3": {"groups_input": 3},
            "has a bottleneck of 2": {"bottleneck": 2},
            "has the gating_mode blended": {"gating_mode": "blended", "secondary_activation": "Sigmoid"},
            "has the activation Softsign": {"activation": "Softsign"},
            "the activation Tanh of array 0 of amp.nam has gain": {"activation": {"type": "Tanh", "gain": 2}},
            "differ in their activation": {"activation": ["Tanh", "ReLU"]},
            "has a kernel of 1": {"kernel_size": 1},
            "has 3 kernel_sizes for 2 dilations": {"kernel_size": None, "kernel_sizes": [3, 3, 3]},
            "has twist, which is not supported": {"twist": 1},
            "the condition_size of array 0 of amp.nam is 2, and must be 1": {"condition_size": 2},
            "it lacks head_size and head_bias, or head": {"head_bias": None},
            "the dilations of array 0 of amp.nam are not a list": {"dilations": []},
        }.items():
            with self.subTest(message):
                entry = {**A1, **change}
                model = self.wave_net(A1)
                model["config"]["layers"] = [{k: v for k, v in entry.items() if v is not None or k != "kernel_size"}]
                self.refused(message, self.written(model))
        for message, change in {
            "has a condition_dsp": {"condition_dsp": {}},
            "the layers of amp.nam are not a list of arrays": {"layers": []},
            "has 2 channels, and the head before it 1 outputs": {"layers": [{**A1, "head_size": 1}, A1_END]},
        }.items():
            with self.subTest(message):
                model = self.wave_net(A1)
                model["config"].update(change)
                self.refused(message, self.written(model))
        model = self.wave_net(A1)
        self.refused("has 1 weights more", self.written({**model, "weights": [*model["weights"], 1.0]}))
        self.refused("too few for its config", self.written({**model, "weights": model["weights"][1:]}))
        self.refused("has the architecture ConvNet", self.written({**model, "architecture": "ConvNet"}))
        self.refused("and has none", self.written({"architecture": "SlimmableContainer", "config": {"submodels": []}}))

    def test_damaged_files_end_in_a_sentence(self):
        draw = random.Random(5)
        lstm = {"architecture": "LSTM", "config": {"input_size": 1, "hidden_size": 2, "num_layers": 1},
                "weights": np.linspace(-1, 1, 8 * 3 + 8 + 4 + 3).tolist()}  # fmt: skip
        for model in (self.wave_net(A1, A1_END), self.wave_net(A2), lstm):
            for damaged in damaged_descriptions(draw, model, 2 * ROUNDS):
                self.assert_sentence(self.written(damaged))

    def test_lstm(self):
        lstm, head = nn.LSTM(1, 5, 2), nn.Linear(5, 1)
        weights = []
        for k in range(2):
            w, u, b, c = (getattr(lstm, f"{n}_l{k}").detach() for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            weights += [torch.cat([w, u], 1).reshape(-1), b + c, torch.full((10,), 0.25)]
        weights = torch.cat([*weights, head.weight.detach().reshape(-1), head.bias.detach()]).tolist()
        model = {"version": "0.5.4", "architecture": "LSTM", "sample_rate": 48000, "weights": weights,
                 "config": {"input_size": 1, "hidden_size": 5, "num_layers": 2}}  # fmt: skip
        found, said = self.exported(self.written(model))
        self.assertEqual(found, "input<1>, lstm<5>, lstm<5>, dense<1>")
        self.assertIn("half a second of zeros", said)
        self.assertIn("48000 samples a second", said)
        inputs, outputs = self.golden()
        with torch.no_grad():
            answers = head(lstm(torch.from_numpy(inputs.copy()))[0]).numpy()
        self.assertLessEqual(np.abs(answers - outputs).max(), 1e-5 * np.abs(outputs).max())
        for message, change in {
            "too few for its config": {"config": {"hidden_size": 6, "num_layers": 2}},
            "weights more than its config needs": {"config": {"hidden_size": 5}},
            "the hidden_size of amp.nam is not a number above 0": {"config": {"hidden_size": "5"}},
            "not real numbers": {"weights": {"a": [1]}},
            "holds a number that is not finite": {"weights": [1e60]},
            "lacks architecture, config and weights": {"config": None},
        }.items():
            with self.subTest(message):
                self.refused(message, self.written({**model, **change}))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
