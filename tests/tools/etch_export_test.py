"""python/etch_export: what it writes, that it is what the source computes, and what it refuses.

    /usr/bin/python3 tests/tools/etch_export_test.py
"""
import contextlib
import errno
import io
import json
import math
import os
import pickle
import random
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import types
import unittest
import unittest.mock
import warnings
import zipfile

import numpy as np
import torch
from onnx import TensorProto
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import ROOT, Case, mlp  # noqa: E402
from random_networks import ACTIVATIONS, WIDTHS, random_network  # noqa: E402

import etch_export  # noqa: E402
from etch_export import chain, images as of_images, safetensors, saving, source, topology, torch_module  # noqa: E402


class FromModules(Case):
    def test_every_supported_module_is_spelled_with_its_numbers(self):
        for module, text in {
            nn.ReLU(): "relu",
            nn.LeakyReLU(): "leaky_relu<1, 100>",
            nn.LeakyReLU(0.2): "leaky_relu<1, 5>",
            nn.LeakyReLU(1 / 3): "leaky_relu<1, 3>",
            nn.LeakyReLU(0.0): "leaky_relu<0, 1>",
            nn.ELU(): "elu<1, 1>",
            nn.ELU(0.3): "elu<3, 10>",
            nn.SELU(): "selu",
            nn.GELU(): "gelu",
            nn.SiLU(): "silu",
            nn.Softplus(): "softplus",
            nn.Tanh(): "tanh",
            nn.Sigmoid(): "sigmoid",
            nn.Hardtanh(): "hard_tanh",
            nn.Hardtanh(-2.5, 2.5): "clamp<5, 2>",
            nn.Softmax(dim=-1): "softmax",
            nn.Softmax(dim=1): "softmax",
            nn.LayerNorm(6): "layer_norm<100000>",
            nn.LayerNorm(6, eps=1e-3): "layer_norm<1000>",
            nn.LayerNorm(6, elementwise_affine=False): "layer_norm<100000>",
            nn.Dropout(0.1): "dropout<10, 100>",
            nn.Dropout(1 / 3): "dropout<1, 3>",
            nn.Identity(): "identity",
            nn.Flatten(): "flatten",
        }.items():
            model = nn.Sequential(nn.Linear(4, 6), module, nn.Linear(6, 2)).eval()
            with self.subTest(text):
                self.assertEqual(self.topology(model), f"input<4>, dense<6>, {text}, dense<2>")
                self.assert_answers(model)

    def test_save_and_to_torch_give_the_same_state_and_the_same_bits(self):
        for index, shape in enumerate(WIDTHS):
            for seed in range(3):
                model = random_network(random.Random(seed * 100 + index), shape)
                etch_export.save(model, self.out)
                back = etch_export.to_torch(self.out)
                with self.subTest(str(model)):
                    x = torch.randn(16, shape[0])
                    with torch.no_grad():
                        self.assertTrue(torch.equal(back(x), model(x)))
                    state, again = model.state_dict(), back.state_dict()
                    self.assertEqual(list(state), list(again))
                    self.assertTrue(all(torch.equal(state[k], again[k]) for k in state))
                    self.assertEqual(etch_export.save(back, self.path("again")), etch_export.save(model, self.out))

    def test_a_linear_without_bias_is_written_with_zeros(self):
        self.topology(nn.Sequential(nn.Linear(3, 2, bias=False)))
        self.assertEqual(etch_export.read(self.out).tensors["0.bias"].tolist(), [0, 0])

    def test_nested_sequentials_are_one_list(self):
        model = nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU())), nn.Linear(4, 1))
        self.assertEqual(self.topology(model), "input<3>, dense<4>, relu, dense<1>")

    def test_what_counts_is_what_forward_does(self):
        class Plain(nn.Module):
            def __init__(self):
                super().__init__()
                self.last, self.first = nn.Linear(5, 2), nn.Linear(3, 5)
                self.scale = nn.Parameter(torch.rand(3) + 0.5)
                self.register_buffer("mean", torch.randn(3))
                self.register_buffer("variance", torch.rand(3))

            def forward(self, x):
                x = (x - self.mean) / torch.sqrt(self.variance + 1e-5) * self.scale
                return torch.tanh(self.last(F.elu(self.first(x), 0.5).clamp(-3, 3)))

        model = Plain()
        text = "input<3>, standardize, dense<5>, elu<1, 2>, clamp<3, 1>, dense<2>, tanh"
        self.assertEqual(self.topology(model), text)
        self.assert_answers(model)

    def test_functions_and_methods_are_layers_too(self):
        class Functions(nn.Module):
            def __init__(self):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(4, 3))

            def forward(self, x):
                x = F.leaky_relu(F.linear(x, self.weight), 0.1)
                x = F.softplus(F.silu(F.gelu(F.selu(x))))
                x = F.layer_norm(x, (4,)).sigmoid().relu()
                return F.softmax(F.hardtanh(F.dropout(x @ self.weight, 0.25, self.training)), -1)

        model = Functions().eval()
        self.assertEqual(
            self.topology(model),
            "input<3>, dense<4>, leaky_relu<1, 10>, selu, gelu, silu, softplus, layer_norm<100000>, sigmoid, relu, "
            "dense<3>, dropout<25, 100>, hard_tanh, softmax",
        )
        self.assert_answers(model)

    def test_limits_of_every_kind(self):
        class Limited(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.fc, self.function = nn.Linear(3, 2), function
                self.register_buffer("low", torch.tensor([-0.5, 0.0]))
                self.register_buffer("high", torch.tensor([0.5, 0.25]))

            def forward(self, x):
                return self.function(self, self.fc(x))

        for text, function in [
            ("clip", lambda m, y: torch.maximum(torch.minimum(y, m.high), m.low)),
            ("clip", lambda m, y: torch.clamp(y, m.low, m.high)),
            ("clip", lambda m, y: torch.min(torch.max(m.low, y), m.high)),
            ("clip", lambda m, y: F.hardtanh(y, -0.5, 0.25)),
            ("clip", lambda m, y: y.clamp(max=0.1)),
            ("hard_tanh", lambda m, y: y.clamp(-1, 5).clamp(-7, 1)),
            ("relu", lambda m, y: y.clamp(min=0)),
            ("relu, clamp<6, 1>", lambda m, y: F.relu6(y)),
        ]:
            with self.subTest(text):
                model = Limited(function)
                self.assertEqual(self.topology(model, ignore=["low", "high"], golden=32), f"input<3>, dense<2>, {text}")
                self.assert_answers(model)
                traced = torch.jit.trace(model, torch.zeros(1, 3))
                self.assertEqual(self.topology(traced, ignore=["low", "high"]), f"input<3>, dense<2>, {text}")
                back = etch_export.to_torch(self.out)
                self.assertEqual(etch_export.save(back, self.path("again")),
                                 etch_export.read(self.out).metadata["etch.topology"])

    def test_a_way_around_layers_is_a_residual(self):
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 4)

            def forward(self, x):
                return x + self.b(F.relu(self.a(x)))

        model = nn.Sequential(nn.Linear(3, 4), *(Block() for _ in range(8)))
        block = "residual<dense<8>, relu, dense<4>>"
        self.assertEqual(self.topology(model), "input<3>, dense<4>, " + ", ".join([block] * 8))
        self.assertIn("2.0.weight", etch_export.read(self.out).tensors)
        self.assert_answers(model)

    def test_images_are_flattened(self):
        class View(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(12, 2)

            def forward(self, x):
                return self.fc(x.view(x.size(0), -1))

        for model in (nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), View()):
            self.assertEqual(self.topology(model, inputs=(3, 4)), "input<3, 4>, flatten, dense<2>")
            self.assert_answers(model, (3, 4))
        self.refused_module("a flatten is missing", nn.Linear(12, 2), inputs=(3, 4))

    def test_half_and_double_weights_become_floats(self):
        for dtype in (torch.float64, torch.float16, torch.bfloat16):
            model = nn.Sequential(nn.Linear(3, 2)).to(dtype)
            self.topology(model)
            weight = etch_export.read(self.out).tensors["0.weight"]
            self.assertTrue(np.array_equal(weight, model[0].weight.detach().float().numpy()))

    def test_modules_may_be_called_by_keyword_and_copied(self):
        class Keyword(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 2)

            def forward(self, x):
                return self.fc(input=x.float().contiguous())

        model = Keyword()
        self.assertEqual(self.topology(model), "input<3>, dense<2>")
        self.assert_answers(model)
        self.assertEqual(self.topology(torch.jit.script(nn.Sequential(nn.Linear(3, 2)))), "input<3>, dense<2>")

    def test_numbers_for_all_features_are_spread_and_short_vectors_are_not(self):
        class Scaled(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 2)

            def forward(self, x):
                return self.fc(0.5 + (x * 3 - 1) / 6)

        model = Scaled()
        self.assertEqual(self.topology(model), "input<3>, standardize, dense<2>")
        self.assertEqual(etch_export.read(self.out).tensors["0.deviation"].tolist(), [2, 2, 2])
        self.assertTrue(np.allclose(etch_export.read(self.out).tensors["0.mean"], -2 / 3))
        self.assert_answers(model)
        torch.save({"weight": torch.ones(2, 3), "bias": torch.ones(1)}, self.path("short.pt"))
        message = "bias of dense<2> has shape [1], and must have [2]"
        self.refused(message, self.path("short.pt"), "--output-activation", "none")

    def test_an_answer_in_other_units_is_an_unstandardize(self):
        class Prices(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.fc, self.function = nn.Linear(3, 2), function
                self.register_buffer("mean", torch.tensor([2e5, -0.25]))
                self.register_buffer("deviation", torch.tensor([3e4, 0.75]))

            def forward(self, x):
                return self.function(self, self.fc(x))

        for function in (lambda m, y: y * m.deviation + m.mean, lambda m, y: m.mean + m.deviation * y,
                         lambda m, y: (y + m.mean / m.deviation) / (1 / m.deviation)):
            model = Prices(function)
            onnx_path = self.path("model.onnx")
            torch.onnx.export(model, torch.zeros(1, 3), onnx_path)
            for source in (model, torch.jit.trace(model, torch.zeros(1, 3)), onnx_path):
                text = self.exported(source)[0] if source is onnx_path else self.topology(source)
                self.assertEqual(text, "input<3>, dense<2>, unstandardize")
                self.assert_answers(model)
                for name in ("mean", "deviation"):
                    found = torch.from_numpy(etch_export.read(self.out).tensors[f"1.{name}"].copy())
                    self.assertTrue(torch.allclose(found, getattr(model, name), rtol=2e-7, atol=0))
        self.topology(Prices(lambda m, y: y * m.deviation + m.mean))
        self.assertTrue(np.array_equal(etch_export.read(self.out).tensors["1.mean"], model.mean.numpy()))
        self.assertEqual(self.topology(Prices(lambda m, y: (y * m.deviation + m.mean).relu())),
                         "input<3>, dense<2>, standardize, relu")  # fmt: skip

    def test_wrappers_are_looked_through(self):
        model = nn.Sequential(nn.Linear(3, 2))
        self.assertEqual(self.topology(nn.DataParallel(model)), "input<3>, dense<2>")
        compiled = nn.Sequential(nn.ReLU())
        compiled._orig_mod = model
        self.assertEqual(self.topology(compiled), "input<3>, dense<2>")

    def test_rsl_rl_normalizer_is_standardize_with_its_epsilon(self):
        model = nn.Sequential(EmpiricalNormalization(3), nn.Linear(3, 2)).eval()
        self.assertEqual(self.topology(model), "input<3>, standardize, dense<2>")
        tensors = etch_export.read(self.out).tensors
        self.assertTrue(np.allclose(tensors["0.deviation"], model[0]._std.numpy() + 0.01, rtol=1e-7))
        self.assert_answers(model)

    def test_ways_to_write_forward_that_change_no_number(self):
        class Twice(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 1)
                self.layers = nn.ModuleList([self.fc1, self.fc2])
                self.register_buffer("low", torch.tensor(-2.0))
                self.register_buffer("limit", torch.tensor(2.0))

            def forward(self, x):
                x = self.layers[0](x.to(self.fc1.weight.dtype)).relu_()
                return self.layers[1](torch.clamp(x, self.low, self.limit)).squeeze(-1)

        model = Twice()
        self.assertEqual(self.topology(model), "input<3>, dense<4>, relu, clamp<2, 1>, dense<1>")
        self.assert_answers(model)

        class Squeezed(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 1)

            def forward(self, x):
                return self.fc(x.to(torch.float32)).squeeze(-1)

        model = Squeezed()
        for script in (torch.jit.script(model), torch.jit.trace(model, torch.zeros(2, 3))):
            self.assertEqual(self.topology(script), "input<3>, dense<1>")
            self.assert_answers(model)

    def test_the_shape_of_a_sample_may_be_numbers_of_numpy(self):
        for inputs in (3, np.int64(3), (3,), np.array([3]), torch.zeros(2, 3).shape[1:]):
            self.assertEqual(self.topology(nn.Linear(3, 2), inputs=inputs), "input<3>, dense<2>")

    def test_the_module_itself_stays_as_it_is(self):
        model = nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5)).train()
        before = {k: v.clone() for k, v in model.state_dict().items()}
        self.topology(model)
        self.assertTrue(model.training and all(torch.equal(before[k], v) for k, v in model.state_dict().items()))

    def test_golden_vectors_follow_from_the_seed_and_the_normalizer(self):
        model = nn.Sequential(EmpiricalNormalization(3), nn.Linear(3, 2)).eval()
        model[0]._mean.fill_(1000)
        etch_export.save(model, self.out, golden=100, seed=1)
        first, _ = self.golden()
        self.assertEqual(first.shape, (100, 3))
        self.assertLess(abs(first.mean() - 1000), 1)
        etch_export.save(model, self.out, golden=100, seed=1)
        self.assertTrue(np.array_equal(first, self.golden()[0]))
        etch_export.save(model, self.out, golden=100, seed=2)
        self.assertFalse(np.array_equal(first, self.golden()[0]))
        etch_export.save(model, self.out, golden=0)
        self.assertFalse([k for k in etch_export.read(self.out).metadata if "golden" in k])

    def test_what_is_found_must_answer_what_the_model_answers(self):
        layers = torch_module.from_module(nn.Linear(3, 3), source.Options()).layers

        def export(answer):
            found = source.Source(layers, "here", answer)
            saving.export(found, self.out, source.Options(), golden=0, seed=0, normalizer=None)

        for message, answer in [
            ("do not reproduce the model's outputs", lambda x: x),
            ("do not reproduce the model's outputs", lambda x: x[:, :1]),
            ("is not finite", lambda x: x * np.inf),
            ("does not answer samples of shape [3]", lambda x: x @ np.ones((4, 4))),
        ]:
            with self.assertRaisesRegex(etch_export.Refused, re.escape(message)):
                export(answer)
            self.assertFalse(os.path.exists(self.out))

    def test_refusals(self):
        class Two(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)

            def forward(self, x):
                return self.combine(self.a(x), self.b(x))

        class Around(nn.Module):
            def forward(self, x):
                return x + (x - 1)

        def two(combine):
            model = Two()
            model.combine = combine
            return model

        shared = nn.Linear(3, 3)
        spare = nn.Sequential(nn.Linear(3, 3))
        spare.register_parameter("critic", nn.Parameter(torch.zeros(1)))
        not_finite = nn.Sequential(nn.Linear(3, 3))
        not_finite[0].bias.data[1] = math.nan
        too_large = nn.Sequential(nn.Linear(3, 3)).double()
        too_large[0].weight.data[0] = 1e39

        class Branches(nn.Module):
            def forward(self, x):
                return x if x.sum() > 0 else -x

        class Method(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 3)

            def forward(self, x):
                return self.fc(x).cumsum(-1)

        class Always(nn.Module):
            def forward(self, x):
                return F.dropout(x, 0.5)

        class Function(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.fc, self.function = nn.Linear(3, 3), function

            def forward(self, x):
                return self.function(self.fc(x))

        linear = nn.Linear(3, 3)
        locked = nn.Sequential(nn.Linear(3, 3))
        locked.lock = threading.Lock()
        for message, model in [
            ("dropout drops numbers in inference too", nn.Sequential(linear, Always())),
            ("a limit of clamp is not constant", Function(lambda x: x.clamp(max=x))),
            ("Sequential cannot be copied", locked),
            ("dict, not one tensor", two(lambda a, b: {"a": a})),
            ("the operator `getitem` (getitem, a slice x[...])", Function(lambda x: x[:, ::2])),
            ("the operator `getitem` (getitem, a slice x[...])", Function(lambda x: F.relu(x[..., ::2]) * 2)),
            ("must have an output of the same shape", Function(lambda x: x + x[:, :1])),
            ("the operator `sub` (sub) has its constant on the left, as in `1 - x`", Function(lambda x: 1 - x)),
            ("the operator `div` (truediv) has its constant on the left, as in `1 / x`", Function(lambda x: 1 / x + 1)),
            ("uses the statistics of its batch", nn.Sequential(linear, nn.BatchNorm1d(3, track_running_stats=False))),
            ("the module torch.nn.Conv3d (0) is not supported yet", nn.Sequential(nn.Conv3d(3, 3, 1))),
            ("the module torch.nn.Hardshrink (1) has no counterpart in etch",
             nn.Sequential(linear, nn.Hardshrink())),
            ("the operator `cumsum`", Method()),
            ("cannot be traced", nn.Sequential(linear, Branches())),
            ("standardize stands before or after a residual", nn.Sequential(nn.Linear(3, 3), Around())),
            ("combines what comes on two ways", two(lambda a, b: a * b)),
            ("adds what comes on two ways", two(lambda a, b: a + b)),
            ("the tensor 0.weight is used twice", nn.Sequential(shared, nn.ReLU(), shared)),
            ("the tensor critic of the source is not used", spare),
            ("0.bias holds a number that is not finite", not_finite),
            ("0.weight holds a number that is not finite as a float32", too_large),
            ("approximated by tanh", nn.Sequential(linear, nn.GELU(approximate="tanh"))),
            ("another beta", nn.Sequential(linear, nn.Softplus(beta=2))),
            ("a threshold below 16", nn.Sequential(linear, nn.Softplus(threshold=5))),
            ("clamps to 3.0 ... 2.0, which leaves nothing", nn.Sequential(linear, Function(lambda x: x.clamp(3, 2)))),
            ("dimension 0", nn.Sequential(linear, nn.Softmax(dim=0))),
            ("is not a fraction of small integers", nn.Sequential(linear, nn.ELU(1e-9))),
            ("the slope of module 1 is not at least 0 and below 1", nn.Sequential(linear, nn.LeakyReLU(2.0))),
            ("epsilon 1e-12", nn.Sequential(linear, nn.LayerNorm(3, eps=1e-12))),
            ("gives list", two(lambda a, b: (a, b))),
            ("--inputs", nn.Sequential(nn.ReLU())),
            ("a int is no nn.Module", 3),
            ("must have [3, 3]", nn.Sequential(linear, nn.Linear(4, 3))),
            ("flattens other dimensions", nn.Sequential(linear, nn.Flatten(0))),
        ]:
            with self.subTest(message):
                self.refused_module(message, model)
        self.assertEqual(self.topology(spare, ignore=["crit*"]), "input<3>, dense<3>")
        self.refused_module("must have [3, 5]", nn.Sequential(linear), inputs=5)
        class_of_layers = nn.Module()
        class_of_layers.actor = nn.Sequential(linear)
        self.refused_module("save only its actor", class_of_layers)


class EmpiricalNormalization(nn.Module):
    """As rsl_rl's: it holds more than it needs to answer."""

    def __init__(self, features, eps=1e-2):
        super().__init__()
        self.eps = eps
        self.register_buffer("_mean", torch.randn(1, features))
        self.register_buffer("_var", torch.rand(1, features) + 0.1)
        self.register_buffer("_std", torch.sqrt(self._var))
        self.register_buffer("count", torch.tensor(123))

    def forward(self, x):
        return (x - self._mean) / (self._std + self.eps)


class FromOnnx(Case):
    def onnx_of(self, model, inputs, **options):
        path = self.path("model.onnx")
        shape = (inputs,) if isinstance(inputs, int) else inputs
        torch.onnx.export(model, torch.zeros(1, *shape), path, **options)
        return path

    def test_random_networks_of_every_shape_and_activation_answer_as_in_pytorch(self):
        for index, widths in enumerate(WIDTHS):
            for opset in (9, 11, 13, 16):
                model = random_network(random.Random(index * 10 + opset), widths)
                with self.subTest(opset=opset, model=str(model)):
                    self.exported(self.onnx_of(model, widths[0], opset_version=opset), "--golden", 16)
                    self.assert_answers(model)

    def test_every_activation_is_found_as_what_it_was(self):
        for make, text in ACTIVATIONS:
            model = nn.Sequential(nn.Linear(3, 5), make(5), nn.Linear(5, 2)).eval()
            for opset in (9, 13, 16):
                with self.subTest(text, opset=opset):
                    found, _ = self.exported(self.onnx_of(model, 3, opset_version=opset))
                    gone = ("identity", "dropout<20, 100>")  # the exporter drops them
                    expected = "" if text in gone else f"{text}, "
                    self.assertEqual(found, f"input<3>, dense<5>, {expected}dense<2>")

    def test_normalizers_residuals_and_images(self):
        class Policy(nn.Module):
            def __init__(self):
                super().__init__()
                self.normalizer, self.fc, self.out = EmpiricalNormalization(4), nn.Linear(4, 4), nn.Linear(4, 2)

            def forward(self, x):
                x = self.normalizer(x).clamp(-10, 10)
                return self.out(x + torch.tanh(self.fc(x)))

        model = Policy().eval()
        found, _ = self.exported(self.onnx_of(model, 4))
        self.assertEqual(found, "input<4>, standardize, clamp<10, 1>, residual<dense<4>, tanh>, dense<2>")
        self.assert_answers(model)
        images = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
        found, _ = self.exported(self.onnx_of(images, (3, 4), dynamic_axes={"x": {0: "batch"}}, input_names=["x"]))
        self.assertEqual(found, "input<3, 4>, flatten, dense<2>")
        self.assert_answers(images, (3, 4))

    def test_factors_of_gemm_are_folded(self):
        w, c = np.random.rand(3, 2).astype(np.float32), np.random.rand(1, 2).astype(np.float32)
        for trans in (0, 1):
            path = self.graph([("Gemm", ["x", "w", "c"], "y", {"alpha": 0.5, "beta": 3.0, "transB": trans})],
                              {"w": w.T.copy() if trans else w, "c": c})  # fmt: skip
            self.exported(path)
            inputs, outputs = self.golden()
            self.assertTrue(np.allclose(outputs, 0.5 * inputs @ w + 3 * c, rtol=1e-5))
            tensors = etch_export.read(self.out).tensors
            self.assertTrue(np.allclose(tensors["0.weight"], 0.5 * w.T) and np.allclose(tensors["0.bias"], 3 * c[0]))

    def test_limits_of_one_number_and_a_row_of_one_number(self):
        w = {"w": np.ones((3, 1), np.float32), "low": np.float32([-2]), "high": np.float32([2]), "axis": np.int64([1])}
        nodes = [("MatMul", ["x", "w"], "p", {}), ("Clip", ["p", "low", "high"], "q", {}),
                 ("Cast", ["q"], "r", {"to": TensorProto.FLOAT}), ("Squeeze", ["r", "axis"], "y", {})]  # fmt: skip
        self.assertEqual(self.exported(self.graph(nodes, w))[0], "input<3>, dense<1>, clamp<2, 1>, identity")

    def test_operators_that_pytorch_does_not_write(self):
        w = {"w": np.random.rand(3, 3).astype(np.float32), "g": np.ones(3, np.float32), "b": np.zeros(3, np.float32)}
        product = ("MatMul", ["x", "w"], "p", {})
        for text, nodes in {
            "layer_norm<1000>": [product, ("LayerNormalization", ["p", "g", "b"], "y", {"epsilon": 1e-3})],
            "gelu": [product, ("Gelu", ["p"], "y", {})],
            "tanh": [product, ("Tanh", ["p"], "y", {"domain": "ai.onnx"})],
            "selu": [product, ("Selu", ["p"], "q", {}), ("Add", ["q", "b"], "r", {}), ("Mul", ["r", "g"], "y", {})],
        }.items():
            with self.subTest(text):
                used = {k: v for k, v in w.items() if any(k in n[1] for n in nodes)}
                self.assertIn(text, self.exported(self.graph(nodes, used))[0])

    def test_refusals(self):
        w = {"w": np.ones((3, 3), np.float32)}
        nan = {"w": np.full((3, 3), np.nan, np.float32)}
        product = ("MatMul", ["x", "w"], "p", {})
        for message, arguments in [
            ("node LSTM_of_y has only 1 inputs", ([product, ("LSTM", ["p"], "y", {})], w)),
            ("the operator `Exp` (node Exp_of_y)", ([product, ("Exp", ["p"], "y", {})], w)),
            ("node Gemm_of_y is not of samples and constant weights", ([("Gemm", ["x", "w"], "y", {"transA": 1})], w)),
            ("node MatMul_of_y", ([("MatMul", ["w", "x"], "y", {})], w)),
            ("adds what comes on two ways", ([product, ("Tanh", ["x"], "q", {}), ("Add", ["p", "q"], "y", {})], w)),
            ("the tensor spare of the source is not used", ([product, ("Tanh", ["p"], "y", {})],
                                                            {**w, "spare": w["w"]})),
            ("w holds a number that is not finite", ([("MatMul", ["x", "w"], "y", {})], nan)),
            ("clamps to 6.0 ... 0.0", ([product, ("Clip", ["p", "low", "high"], "y", {})],
                                       {**w, "low": np.float32(6), "high": np.float32(0)})),
            ("the alpha of node Selu_of_y", ([product, ("Selu", ["p"], "y", {"alpha": 1.0})], w)),
            ("has 2 outputs, and a network has one: say --output p or --output y",
             ([product, ("Tanh", ["p"], "y", {})], w, (("x", (None, 3)),), ("p", "y"))),
            ("other dimensions than the last", ([product, ("LayerNormalization", ["p", "w"], "y", {"axis": 0})], w)),
            ("node Cast_of_y gives something other than real numbers", ([product, ("Cast", ["p"], "y", {"to": 7})], w)),
            ("the bias of node Gemm_of_y has shape [2]", ([("Gemm", ["x", "w", "c"], "y", {})],
                                                          {**w, "c": np.ones(2, np.float32)})),
            ("the bias of node Gemm_of_y has shape [3, 1]", ([("Gemm", ["x", "w", "c"], "y", {})],
                                                             {**w, "c": np.ones((3, 1), np.float32)})),
            ("node Add_of_y has only 1 inputs", ([product, ("Add", ["p"], "y", {})], w)),
            ("the operator my.own::Relu (node Relu_of_y)", ([product, ("Relu", ["p"], "y", {"domain": "my.own"})], w)),
            ("`sub` (node Sub_of_y) has its constant on the left", ([product, ("Sub", ["w", "p"], "y", {})], w)),
            ("scales by zero", ([("Div", ["x", "z"], "p", {}), ("MatMul", ["p", "w"], "y", {})],
                                {**w, "z": np.float32(0)})),
            ("must have [3, 4]", ([("MatMul", ["x", "w"], "y", {})], w, (("x", (None, 4)),))),
        ]:  # fmt: skip
            with self.subTest(message):
                self.refused(message, self.graph(*arguments))
        with open(self.path("junk.onnx"), "wb") as junk:
            junk.write(b"\xff" * 100)
        self.refused("cannot be read as ONNX", self.path("junk.onnx"))


class ActorCritic(nn.Module):
    """The names of rsl_rl 2 and 3."""

    def __init__(self, normalized=True):
        super().__init__()
        self.std = nn.Parameter(torch.ones(2))
        self.actor, self.critic = mlp(5, 8, 6, 2, activation=nn.ELU), mlp(7, 8, 1, activation=nn.ELU)
        if normalized:
            self.actor_obs_normalizer, self.critic_obs_normalizer = EmpiricalNormalization(5), EmpiricalNormalization(7)


class Ppo(nn.Module):
    """The names of Stable-Baselines3's ActorCriticPolicy, SACPolicy and TD3Policy below."""

    def __init__(self):
        super().__init__()
        self.features_extractor = FlattenExtractor()
        self.log_std = nn.Parameter(torch.zeros(2))
        self.mlp_extractor = nn.Module()
        self.mlp_extractor.policy_net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh())
        self.mlp_extractor.value_net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh())
        self.action_net, self.value_net = nn.Linear(8, 2), nn.Linear(8, 1)

    def answer(self, x):
        return self.action_net(self.mlp_extractor.policy_net(x))


class FlattenExtractor(nn.Module):
    pass


class Box:
    """As gymnasium's."""

    shape, dtype = (5,), np.dtype(np.float32)


def actor_and_critics(actor):
    model = nn.Module()
    model.actor, model.critic, model.critic_target = actor, nn.Module(), nn.Module()
    actor.features_extractor = FlattenExtractor()
    model.critic.qf0, model.critic_target.qf0 = mlp(7, 8, 1), mlp(7, 8, 1)
    return model


def sac():
    actor = nn.Module()
    actor.latent_pi = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU())
    actor.mu, actor.log_std = nn.Linear(8, 2), nn.Linear(8, 2)
    model = actor_and_critics(actor)
    model.answer = lambda x: torch.tanh(actor.mu(actor.latent_pi(x)))
    return model


def td3():
    actor = nn.Module()
    actor.mu = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 2), nn.Tanh())
    model = actor_and_critics(actor)
    model.actor_target = nn.Module()
    model.actor_target.mu = mlp(5, 8, 2)
    model.answer = lambda x: actor.mu(x)
    return model


class FromFiles(Case):
    def test_a_state_dict_wants_to_be_told_its_activations(self):
        model = mlp(4, 6, 3, activation=nn.SiLU)
        path = self.saved(model.state_dict())
        self.refused("say --activation", path)
        self.refused("say --output-activation", path, "--activation", "silu")
        message = "--activation layer_norm has tensors of its own"
        self.refused(message, path, "--activation", "layer_norm", "--output-activation", "none")
        found, printed = self.exported(path, "--activation", "silu", "--output-activation", "none")
        self.assertEqual(found, "input<4>, dense<6>, silu, dense<3>")
        self.assertIn("assumed: layers in the order of their tensors: 0, 2", printed)
        self.assertIn("the golden vectors are the file's own answers", printed)
        self.assert_answers(model)
        found, _ = self.exported(path, "--activation", "leaky_relu<1, 5>", "--output-activation", "softmax")
        self.assertEqual(found, "input<4>, dense<6>, leaky_relu<1, 5>, dense<3>, softmax")

    def test_a_state_dict_is_matched_to_a_topology(self):
        model = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 3))
        path = self.saved(model.state_dict())
        self.refused("say --topology", path, "--activation", "relu", "--output-activation", "none")
        text = "input<4>, dense<6>, layer_norm<100000>, relu, dense<3>"
        self.assertEqual(self.exported(path, "--topology", text.replace("<100000>", ""))[0], text)
        self.assert_answers(model)
        self.refused("pass only --topology", path, "--topology", text, "--activation", "relu")
        for message, wrong in {
            "must have [4, 6]; this looks transposed": "input<6>, dense<4>, layer_norm<>, relu, dense<3>",
            "must have [5, 4]": "input<4>, dense<5>, layer_norm<>, relu, dense<3>",
            "the source has no tensors for the layer dense<2>": text + ", dense<2>",
            "the topology has no layer for the tensors of 3": "input<4>, dense<6>, layer_norm<>, relu",
            "which is no standardize": "input<4>, standardize, dense<6>, layer_norm<>, dense<3>",
            "etch has no layer `conv`": "input<4>, conv<3>",
            "begins with input": "dense<4>",
            "misses a '>'": "input<4>, dense<4, relu",
            "other arguments": "input<4>, elu<1, 2, 3>",
            "residual holds a list": "input<4>, residual<4>",
            "the numbers of `elu<0, 1>` are out": "input<4>, dense<6>, elu<0, 1>, dense<3>",
            "the numbers of `leaky_relu<3, 2>` are out": "input<4>, dense<6>, leaky_relu<3, 2>, dense<3>",
            "the numbers of `leaky_relu<-1, 2>` are out": "input<4>, dense<6>, leaky_relu<-1, 2>, dense<3>",
            "the numbers of `layer_norm<0>` are out": "input<4>, dense<6>, layer_norm<0>, dense<3>",
            "the numbers of `normalize<1, 1>` are out": "input<4>, normalize<1, 1>, dense<6>",
            "input has a size below 1": "input<0>, dense<6>",
        }.items():
            with self.subTest(message):
                self.refused(message, path, "--topology", wrong)

    def test_weights_may_be_rounded_to_bf16(self):
        model = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
        model[0].weight.data[0] = torch.tensor([1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8, 1 + 2**-8 + 2**-20])  # ties
        self.exported(self.saved(model.state_dict()), "--topology", "input<4>, dense<6, bf16>, relu, dense<3>")
        file = etch_export.read(self.out)
        self.assertEqual(list(file.kinds.items()),
                         [("0.bias", "F32"), ("2.weight", "F32"), ("2.bias", "F32"), ("0.weight", "BF16")])  # fmt: skip
        rounded = model[0].weight.detach().bfloat16().float()
        self.assertTrue(np.array_equal(file.tensors["0.weight"], rounded.numpy()))
        model[0].weight.data = rounded
        self.assert_answers(model)

    def test_prefixes_wrappers_and_ignored_tensors(self):
        model = mlp(4, 6, 3)
        state = {f"module._orig_mod.net.{k}": v for k, v in model.state_dict().items()}
        state["module._orig_mod.other.0.weight"] = torch.zeros(9, 9)
        path = self.saved({"state_dict": state, "epoch": 3})
        options = ["--activation", "tanh", "--output-activation", "none"]
        _, printed = self.exported(path, *options, "--prefix", "net.")
        self.assertIn("assumed: 1 tensors are not wanted, such as other.0.weight", printed)
        self.assert_answers(model)
        self.exported(path, *options, "--ignore", "other.*")
        self.assert_answers(model)
        self.refused("must have [9, 3]", path, *options)
        self.refused("has no tensors nut.*", path, *options, "--prefix", "nut.")
        self.refused("epoch is of the type int", self.saved({"epoch": 3, "w": torch.zeros(1)}), *options)
        square = nn.Linear(3, 3)
        twice = nn.ModuleDict({"fc1": square, "net": nn.Sequential(square)})
        self.refused("net.0.weight is fc1.weight once more", self.saved(twice.state_dict()), *options)
        self.assertEqual(self.exported(self.path("model.pt"), *options, "--ignore", "fc1.*")[0], "input<3>, dense<3>")
        normalized = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
        self.exported(self.saved(normalized.eval().state_dict()), *options)
        self.assert_answers(nn.Sequential(normalized, nn.Identity()))

    def test_a_checkpoint_is_a_dictionary_around_a_state_dict(self):
        model = mlp(4, 6, 3)
        options = ["--activation", "tanh", "--output-activation", "none"]
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.zeros(1, 4)).sum().backward()
        optimizer.step()
        state = {"state": optimizer.state_dict()["state"]}  # tensors under numbers; PyTorch 1.13 reads no float
        besides = {"epoch": 3, "optimizer": state, "callbacks": {"best": {"score": torch.zeros(1)}}}
        for key, name in [("model", "a.pt"), ("net", "a.pth"), ("policy", "a.pt"), ("model_state_dict", "a.pt"),
                          ("state_dict", "lightning.ckpt")]:  # fmt: skip
            with self.subTest(key):
                state = {f"module.{k}": v for k, v in model.state_dict().items()}
                path = self.saved({key: state, **besides}, name)
                _, printed = self.exported(path, *options)
                self.assertIn(f"assumed: the model is {key}; left aside: epoch, optimizer, callbacks\n", printed)
                self.assert_answers(model)
                self.exported(path, *options, "--prefix", f"{key}.")
                self.assert_answers(model)
                self.refused("has no tensors nut.*", path, *options, "--prefix", "nut.")
        self.assertIn("assumed: the model is net\n", self.exported(self.saved({"net": state}), *options)[1])

        other = mlp(4, 9, 3).state_dict()
        path = self.saved({"policy": model.state_dict(), "value": other, "epoch": 3})
        message = "model.pt holds several dictionaries of tensors: say --prefix policy. or --prefix value."
        self.refused(message, path, *options)
        self.refused(message, path, *options, "--prefix", "nut.")
        _, printed = self.exported(path, *options, "--prefix", "policy.")
        self.assertIn("assumed: 4 tensors are not wanted, such as value.0.weight", printed)
        self.assert_answers(model)
        self.exported(path, *options, "--ignore", "value")
        self.assert_answers(model)

        path = self.saved({"agent": {"policy": model.state_dict(), "value": other}})
        self.refused("agent is of the type dict; say --prefix agent. and more", path, *options)
        self.exported(path, *options, "--prefix", "agent.policy.")
        self.assert_answers(model)

        path = self.saved({"model": model.state_dict(), "log_alpha": torch.zeros(1)})
        self.refused("the tensor log_alpha of the source is not used", path, *options)
        self.exported(path, *options, "--ignore", "log_alpha")
        path = self.saved({"model": {**model.state_dict(), "2.bias": [1, 2, 3]}})
        self.refused("2.bias is of the type list", path, *options)
        self.refused("2.bias is of the type list", path, *options, "--prefix", "model.")

    def test_rsl_rl_checkpoints(self):
        model = ActorCritic()
        checkpoint = {"model_state_dict": model.state_dict(), "optimizer_state_dict": {"state": {}}, "infos": None}
        found, printed = self.exported(self.saved(checkpoint))
        self.assertEqual(found, "input<5>, standardize, dense<8>, elu<1, 1>, dense<6>, elu<1, 1>, dense<2>")
        self.assertIn("assumed: elu<1, 1> between the layers, the default of rsl_rl", printed)
        self.assertIn("assumed: the normalizer's eps is 0.01", printed)
        answer = nn.Sequential(model.actor_obs_normalizer, model.actor)
        self.assert_answers(answer)
        found, printed = self.exported(self.path("model.pt"), "--activation", "tanh")
        self.assertIn("tanh", found)
        self.assertNotIn("between the layers", printed)

        without = ActorCritic(normalized=False)
        normalizer = EmpiricalNormalization(5)
        checkpoint = {"model_state_dict": without.state_dict(), "obs_norm_state_dict": normalizer.state_dict()}
        self.exported(self.saved(checkpoint))
        self.assert_answers(nn.Sequential(normalizer, without.actor))
        options = ["--prefix", "actor.", "--activation", "elu", "--output-activation", "none"]
        self.refused("holds obs_norm_state_dict._mean, which looks like statistics", self.path("model.pt"), *options)
        self.exported(self.path("model.pt"), *options, "--ignore", "obs_norm_state_dict")
        self.assert_answers(without.actor)

        newer = {"std": "distribution.std_param", "actor_obs_normalizer.": "obs_normalizer.", "actor.": "mlp."}
        state = {}
        for name, tensor in model.state_dict().items():
            for old, new in newer.items():
                if name.startswith(old) and not name.startswith("critic"):
                    state[new + name[len(old):]] = tensor
        self.exported(self.saved({"actor_state_dict": state, "critic_state_dict": {}, "iter": 1}))
        self.assert_answers(answer)

        state = dict(without.state_dict())
        recurrent = {**state, "memory_a.rnn.weight_ih_l0": torch.zeros(4, 4)}
        self.refused("memory_a.rnn lacks weight_ih or weight_hh", self.saved({"model_state_dict": recurrent}))
        del state["std"]
        self.refused("neither std nor log_std", self.saved({"model_state_dict": state}))

    def test_stable_baselines3_state_dicts(self):
        for framework, model, text, note in [
            ("sb3-ppo", Ppo(), "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>", "tanh between the layers"),
            ("sb3-sac", sac(), "input<5>, dense<8>, relu, dense<8>, relu, dense<2>, tanh", "tanh after the layers"),
            ("sb3-td3", td3(), "input<5>, dense<8>, relu, dense<2>, tanh", "the actions are in -1 ... 1"),
        ]:
            with self.subTest(framework):
                path = self.saved(model.state_dict(), "policy.pth")
                found, printed = self.exported(path, "--framework", framework)
                self.assertEqual(found, text)
                self.assertIn(note, printed)
                self.assert_answers(model.answer)
                with zipfile.ZipFile(self.path("model.zip"), "w") as archive:
                    archive.write(path, "policy.pth")
                    archive.writestr("data", "{}")
                self.refused("does not state the class of its policy", self.path("model.zip"))
                self.refused("which algorithm loads it is not known", self.path("model.zip"), "--framework", framework,
                             "--trust")
                self.exported(self.path("model.zip"), "--framework", framework)
                self.assert_answers(model.answer)
                with zipfile.ZipFile(self.path("model.zip"), "w") as archive:
                    archive.write(path, "policy.pth")
                    archive.writestr("data", json.dumps({"policy_kwargs": {"activation_fn": "<class 'GELU'>"}}))
                found, printed = self.exported(self.path("model.zip"), "--framework", framework)
                self.assertIn("gelu", found)
                self.assertIn("gelu between the layers, as the zip states", printed)
                options = ["--framework", framework, "--activation"]
                self.assertIn("gelu", self.exported(self.path("model.zip"), *options, "gelu")[0])
                self.refused("with the activation gelu, not with --activation tanh", self.path("model.zip"), *options,
                             "tanh")
                extra = {**model.state_dict(), "features_extractor.cnn.0.weight": torch.zeros(3, 3, 3, 3)}
                self.refused("features_extractor.cnn.0.weight", self.saved(extra), "--framework", framework)

    def test_the_mean_of_state_dependent_exploration_is_clipped_which_no_tensor_says(self):
        state = {k: v for k, v in sac().state_dict().items() if not k.startswith("actor.log_std")}
        state = {k.replace("actor.mu.", "actor.mu.0."): v for k, v in state.items()}
        self.refused("trained with use_sde", self.saved(state), "--framework", "sb3-sac")

    def test_stable_baselines3_with_its_package(self):
        for name, model, kind, text in [
            ("PPO", Ppo(), "common", "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>"),
            ("SAC", sac(), "sac", "input<5>, dense<8>, relu, dense<8>, relu, dense<2>, tanh"),
            ("TD3", td3(), "td3", "input<5>, dense<8>, relu, dense<2>, tanh"),
        ]:
            with zipfile.ZipFile(self.path("model.zip"), "w") as archive:
                data = {"policy_class": {"__module__": f"stable_baselines3.{kind}.policies"}, "clip_range": 0.2}
                archive.writestr("data", json.dumps(data))
                archive.writestr("policy.pth", "")
            model.observation_space, model.squash_output = Box(), name != "PPO"
            loaded = types.SimpleNamespace(policy=model, observation_space=Box())
            package = types.ModuleType("stable_baselines3")
            setattr(package, name, types.SimpleNamespace(load=lambda path, device: loaded))
            sys.modules["stable_baselines3"] = package
            try:
                self.assertEqual(self.exported(self.path("model.zip"), "--trust")[0], text)
                self.assert_answers(model.answer)
                self.assertEqual(etch_export.save(loaded, self.out), text)
                if name == "PPO":  # with what older versions have, and gSDE
                    model.mlp_extractor.shared_net = nn.Sequential(nn.Linear(5, 5), nn.Tanh())
                    model.squash_output = True
                    text = text.replace("input<5>", "input<5>, dense<5>, tanh") + ", tanh"
                    self.assertEqual(etch_export.save(loaded, self.out), text)
                getattr(model, "actor", model).features_extractor = nn.Module()
                self.refused_module("the policy's features come from Module", loaded)
                model.observation_space = "Discrete(3)"
                self.refused_module("the policy's observations are Discrete(3)", loaded)
            finally:
                del sys.modules["stable_baselines3"]

        with open(self.path("model.zip"), "w") as file:
            file.write("junk")
        self.refused("is not a model of Stable-Baselines3", self.path("model.zip"))

    def vec_normalize(self, **changes):
        """A pickle whose classes are not here when it is read."""
        module = types.ModuleType("sb3_that_is_gone")

        class VecNormalize:
            pass

        class RunningMeanStd:
            pass

        for c in (VecNormalize, RunningMeanStd):
            c.__module__, c.__qualname__ = module.__name__, c.__name__
            setattr(module, c.__name__, c)
        normalizer, statistics = VecNormalize(), RunningMeanStd()
        statistics.mean, statistics.var, statistics.count = np.linspace(-5, 5, 5), np.linspace(0.1, 9, 5), 1e4
        usual = {"obs_rms": statistics, "epsilon": 1e-8, "clip_obs": 10.0, "norm_obs": True}
        normalizer.__dict__.update({**usual, "np_random": np.random.RandomState(3), **changes})
        sys.modules[module.__name__] = module
        try:
            with open(self.path("vec.pkl"), "wb") as file:
                pickle.dump(normalizer, file)
        finally:
            del sys.modules[module.__name__]
        return normalizer, self.path("vec.pkl")

    def test_vec_normalize_is_read_without_running_it(self):
        model = Ppo()
        normalizer, path = self.vec_normalize(clip_obs=1.5, epsilon=0.01)
        found, _ = self.exported(self.saved(model.state_dict()), "--framework", "sb3-ppo", "--normalizer", path)
        self.assertEqual(found, "input<5>, standardize, clamp<3, 2>, dense<8>, tanh, dense<8>, tanh, dense<2>")
        mean = torch.from_numpy(normalizer.obs_rms.mean)
        deviation = torch.from_numpy(np.sqrt(normalizer.obs_rms.var + 0.01))

        def answer(x):
            return model.answer(((x.double() - mean) / deviation).clamp(-1.5, 1.5).float())

        self.assert_answers(answer)
        actor = nn.Sequential(*model.mlp_extractor.policy_net, model.action_net)
        topology = "input<5>, dense<8>, tanh, dense<8>, tanh, dense<2>"
        options = ["--topology", topology, "--normalizer", path]
        self.exported(self.saved(actor.state_dict(), "actor.pt"), *options)
        self.assert_answers(answer)
        for given in (path, normalizer):
            etch_export.save(actor, self.out, normalizer=given)
            self.assert_answers(answer)

        class Evil:
            def __reduce__(self):
                return os.mkdir, (outer.path("evil"),)

        outer = self
        _, path = self.vec_normalize(evil=Evil())
        self.exported(self.path("model.pt"), "--framework", "sb3-ppo", "--normalizer", path)
        self.assertFalse(os.path.exists(self.path("evil")))
        ppo = [self.path("model.pt"), "--framework", "sb3-ppo"]
        for message, changes in {"normalizes one vector": {"norm_obs": False}, "clip_obs": {"clip_obs": 1e-9},
                                 "is not a VecNormalize": {"obs_rms": {}}}.items():  # fmt: skip
            self.refused(message, *ppo, "--normalizer", self.vec_normalize(**changes)[1])
        with open(self.path("junk"), "wb") as junk:
            junk.write(b"junk")
        self.refused("cannot be read as a pickle", *ppo, "--normalizer", self.path("junk"))

    def test_torchscript(self):
        class Policy(nn.Module):
            def __init__(self):
                super().__init__()
                self.normalizer, self.actor = EmpiricalNormalization(5), mlp(5, 8, 6, 2, activation=nn.ELU)

            def forward(self, x):
                return self.actor(self.normalizer(x))

        model = Policy().eval()
        text = "input<5>, standardize, dense<8>, elu<1, 1>, dense<6>, elu<1, 1>, dense<2>"
        for script in (torch.jit.script(model), torch.jit.trace(model, torch.zeros(1, 5))):
            script.save(self.path("policy_1.pt"))
            self.assertEqual(self.exported(self.path("policy_1.pt"), "--trust")[0], text)
            self.assert_answers(model)
        for make, text in ACTIVATIONS:
            model = nn.Sequential(nn.Linear(5, 4), make(4)).eval()
            torch.jit.script(model).save(self.path("policy_1.pt"))
            gone = ("identity", "dropout<20, 100>")
            expected = "input<5>, dense<4>" + ("" if text in gone else f", {text}")
            self.assertEqual(self.exported(self.path("policy_1.pt"), "--trust")[0], expected)
            self.assert_answers(model)
        spare = ActorCritic(normalized=False)
        spare.forward = spare.actor.forward
        torch.jit.trace(spare, torch.zeros(1, 5)).save(self.path("policy_1.pt"))
        self.refused("the tensor std and 4 more of the source is not used", self.path("policy_1.pt"), "--trust")
        self.exported(self.path("policy_1.pt"), "--trust", "--ignore", "std", "--ignore", "critic.*")
        self.assert_answers(spare)
        torch.jit.script(nn.Sequential(nn.Linear(3, 3), nn.Mish())).save(self.path("other.pt"))
        self.refused("has no counterpart in etch", self.path("other.pt"), "--trust")

    def test_a_pickled_module_is_read_where_the_user_trusts_it(self):
        model = mlp(4, 6, 3)
        path = self.saved(model)
        self.refused("add --trust", path)
        self.assertEqual(self.exported(path, "--trust")[0], "input<4>, dense<6>, tanh, dense<3>")
        self.assert_answers(model)
        self.refused("neither a module nor a state_dict", self.saved([1, 2]), "--trust")
        module = types.ModuleType("training_script")  # whose class is gone when the file is read
        module.Net = type("Net", (nn.Sequential,), {"__module__": module.__name__})
        sys.modules[module.__name__] = module
        path = self.saved(module.Net(nn.Linear(3, 2)))
        del module.Net
        self.refused("holds a module whose class is not here", path, "--trust")
        del sys.modules[module.__name__]
        for junk in (b"", b"junk" * 9, b"\0" * 2048, b"PK\3\4"):
            with open(self.path("junk.pt"), "wb") as file:
                file.write(junk)
            self.refused("junk.pt", self.path("junk.pt"))
            self.refused("junk.pt cannot be read by torch.load", self.path("junk.pt"), "--trust")
        self.refused("its names are not text, such as 1", self.saved({1: torch.zeros(2, 2)}))

    def test_a_module_of_a_python_file(self):
        with open(self.path("train.py"), "w") as file:
            file.write("from torch import nn\nx = 3\nnet = nn.Linear(3, 2)\n")
            file.write("def make():\n    return nn.Sequential(net, nn.ReLU())\n")
        self.assertEqual(self.exported(self.path("train.py:net"))[0], "input<3>, dense<2>")
        self.assertEqual(self.exported(self.path("train.py:make"))[0], "input<3>, dense<2>, relu")
        text = "input<3>, dense<2>, relu"
        self.exported(self.path("train.py:make"), "--topology", text, "--inputs", "3")
        other = "input<3>, dense<2>, tanh"
        self.refused(f"not {other}", self.path("train.py:make"), "--topology", other)
        self.refused("has no other", self.path("train.py:other"))
        self.refused("is not a state_dict", self.path("train.py:net"), "--activation", "relu")
        self.refused("is a int", self.path("train.py:x"))
        for message, text in {
            "": "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom torch import nn\n"
                "@dataclass\nclass Sizes:\n    n: int = 3\nmake = nn.Linear(Sizes().n, 2)\n",
            "is not Python": "def make(:\n",
            "the Python package not_there is needed": "import not_there\n",
            "cannot import name 'nothing' from 'torch'": "from torch import nothing\n",
            "cannot be called without arguments (missing a required argument: 'n')": "def make(n):\n    return n\n",
            "ends with TypeError: can only concatenate": "def make():\n    return 'a' + 1\n",
            "ends with ZeroDivisionError: division by zero (other.py, line 2)": "def make():\n    return 1 / 0\n",
            "ends with KeyError: 'x' (other.py, line 1)": "make = {}['x']\n",
        }.items():  # fmt: skip
            with open(self.path("other.py"), "w") as file:
                file.write(text)
            if message:
                self.refused(message, self.path("other.py:make"))
            else:
                self.assertEqual(self.exported(self.path("other.py:make"))[0], "input<3>, dense<2>")

    def test_arguments_of_forward_that_have_defaults_are_constants(self):
        with open(self.path("policy.py"), "w") as file:
            file.write("from torch import nn\nclass Policy(nn.Linear):\n"
                       "    def forward(self, obs, deterministic=False, mask=None, *, scale=2.0, **others):\n"
                       "        y = super().forward(obs) * scale\n"
                       "        return y.tanh() if deterministic or mask is not None else y.relu()\n"
                       "def make():\n    return Policy(3, 2)\n"
                       "class Two(Policy):\n    def forward(self, obs, mask):\n        return obs\n"
                       "def two():\n    return Two(3, 2)\n")  # fmt: skip
        found, printed = self.exported(self.path("policy.py:make"))
        self.assertEqual(found, "input<3>, dense<2>, standardize, relu")
        for note in ("deterministic=False", "mask=None", "scale=2.0"):
            self.assertIn(f"assumed: forward is called with {note}, its default\n", printed)
        self.refused("Two takes 2 inputs; a network has one", self.path("policy.py:two"))

    def test_save_warns_of_what_it_assumed(self):
        class Policy(nn.Linear):
            def forward(self, x, deterministic=False):
                return super().forward(x)

        with self.assertWarns(UserWarning) as caught:
            etch_export.save(Policy(3, 2), self.out)
        self.assertEqual(str(caught.warning), "assumed: forward is called with deterministic=False, its default")
        self.assertEqual(caught.filename, __file__)  # the caller's line
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            etch_export.save(nn.Linear(3, 2), self.out)  # nothing to assume
            self.remove_out()
            with self.assertRaises(UserWarning):
                etch_export.save(Policy(3, 2), self.out)
            self.assertFalse(os.path.exists(self.out))

    def written(self):
        etch_export.save(nn.Linear(3, 2), self.path("written"))
        return self.path("written")

    def test_the_command_says_what_is_wrong_with_it(self):
        for message, arguments in {
            "there is no file": ["nothing.pt", self.out],
            "SOURCE and OUT are wanted": ["nothing.pt"],
            "unrecognized arguments": ["a", "b", "--what"],
            "is not a list of sizes": ["a", "b", "--inputs", "many"],
            "needs the name of a file to write": ["--to-torch", "a"],
            "there is no folder": ["--to-torch", self.written(), self.path("no/folder/x.pt")],
            "is none of": [__file__, self.out],
        }.items():
            with self.subTest(message):
                status, _, err = self.command(*arguments)
                self.assertEqual((status, err.count("\n")), (1, 1))
                self.assertIn(message, err)
        status, _, err = self.command(self.saved(mlp(3, 2)), self.path("no/folder/x"), "--trust")
        self.assertIn("there is no folder", err)
        with contextlib.redirect_stdout(io.StringIO()) as out, self.assertRaises(SystemExit):
            etch_export.main(["--help"])
        self.assertIn("No code in a file is run without --trust", out.getvalue())

    def test_the_old_file_stays_where_the_new_one_is_refused(self):
        path = self.saved(mlp(3, 2).state_dict())
        self.exported(path, "--output-activation", "none")
        with open(self.out, "rb") as file:
            before = file.read()
        self.assertEqual(self.command(self.saved({"w": torch.zeros(1)}), self.out)[0], 1)
        with open(self.out, "rb") as file:
            self.assertEqual(file.read(), before)


    def test_a_file_keeps_its_mode_its_links_and_its_place(self):
        source = self.saved(mlp(3, 2).state_dict())
        self.exported(source, "--output-activation", "none")
        with open(self.out, "rb") as file:
            content = file.read()
        os.mkdir(self.path("elsewhere"))
        target, link = self.path("elsewhere/file"), self.path("link")
        with open(target, "wb"):
            pass
        os.chmod(target, 0o600)
        os.symlink(target, link)
        for arguments in ([source, link, "--output-activation", "none"], ["--to-torch", self.out, link]):
            self.assertEqual(self.command(*arguments)[0], 0)
            self.assertTrue(os.path.islink(link))
            self.assertEqual(os.stat(target).st_mode & 0o777, 0o600)
            with open(target, "rb") as file:
                self.assertEqual(file.read() == content, arguments[0] == source)
        os.mkfifo(self.path("pipe"))
        os.symlink("round", self.path("round"))
        for place in (self.path("pipe"), self.path("elsewhere"), self.path("round")):
            before = os.lstat(place).st_mode
            self.assertIn("is not a regular file", self.command(source, place, "--output-activation", "none")[2])
            self.assertIn("is not a regular file", self.command("--to-torch", self.out, place)[2])
            self.assertEqual(os.lstat(place).st_mode, before)
        self.assertEqual(os.listdir(self.path("elsewhere")), ["file"])

    def test_what_only_its_owner_may_read_stays_so_while_it_is_written(self):
        with open(self.path("kept"), "wb"):
            pass
        os.chmod(self.path("kept"), 0o600)
        modes = []

        def seen(descriptor):
            modes.append(os.fstat(descriptor).st_mode)
            raise OSError(errno.EINVAL, "this file system flushes nothing")

        opened = os.open

        def opening(path, flags, mode=0o777, **more):
            descriptor = opened(path, flags, mode, **more)
            modes.append(os.fstat(descriptor).st_mode)
            return descriptor

        with unittest.mock.patch("os.fsync", seen), unittest.mock.patch("os.open", opening):
            etch_export.save(nn.Linear(3, 2), self.path("kept"))
        files = [mode & 0o777 for mode in modes if stat.S_ISREG(mode)]
        self.assertEqual(files, [0o600, 0o600])
        self.assertGreater(os.path.getsize(self.path("kept")), 0)

    def test_a_disk_that_fails_leaves_the_old_file(self):
        with open(self.path("kept"), "wb") as file:
            file.write(b"old")
        with unittest.mock.patch("os.fsync", side_effect=OSError("the disk is full")):
            with self.assertRaisesRegex(OSError, "the disk is full"):
                etch_export.save(nn.Linear(3, 2), self.path("kept"))
        with open(self.path("kept"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        self.assertEqual(os.listdir(self.folder), ["kept"])


class TheFile(Case):
    def test_the_bytes_are_those_of_the_format(self):
        model = nn.Sequential(nn.Linear(2, 1))
        etch_export.save(model, self.out, golden=1)
        with open(self.out, "rb") as file:
            content = file.read()
        length = struct.unpack("<Q", content[:8])[0]
        self.assertEqual(length % 8, 0)
        header = json.loads(content[8:8 + length])
        self.assertEqual(header["0.weight"], {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]})
        self.assertEqual(header["0.bias"], {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]})
        self.assertEqual(len(content), 8 + length + 12)
        self.assertEqual(struct.unpack("<2f", content[8 + length:][:8]), tuple(model[0].weight.flatten().tolist()))
        metadata = header["__metadata__"]
        self.assertEqual({k: metadata[k] for k in ("format", "etch.version", "etch.topology", "etch.golden.count")},
                         {"format": "pt", "etch.version": "1", "etch.topology": "input<2>, dense<1>",
                          "etch.golden.count": "1"})  # fmt: skip
        self.assertEqual(len(metadata["etch.golden.inputs"]), 16)
        self.assertTrue(all(isinstance(v, str) for v in metadata.values()))

    def test_show_and_to_torch(self):
        model = nn.Sequential(EmpiricalNormalization(3), nn.Linear(3, 4), nn.Hardtanh(-2.0, 2.0), nn.Linear(4, 2))
        text = self.topology(model)
        status, out, err = self.command("--show", self.out)
        self.assertEqual((status, err), (0, ""))
        lines = out.splitlines()
        for line in (f"topology  {text}", "tensor    1.weight F32 [4, 3]", "metadata  etch.version: 1", "golden    8"):
            self.assertIn(line, lines)
        self.assertEqual(self.command("--to-torch", self.out, self.path("back.pt"))[0], 0)
        x = torch.randn(5, 3)
        back = torch.jit.load(self.path("back.pt"))
        self.assertTrue(torch.allclose(back(x), model(x), rtol=1e-6))
        self.assertEqual(self.exported(self.path("back.pt"), "--trust")[0], text)

    def test_modules_of_to_torch_can_be_pickled_and_exported_again(self):
        tensors = {"0.minimum": np.zeros(3), "0.maximum": np.ones(3), "1.0.weight": np.eye(3), "1.0.bias": np.ones(3),
                   "2.minimum": -np.arange(3) / 2, "2.maximum": np.ones(3), "3.mean": np.zeros(3),
                   "3.deviation": 1 / np.arange(1, 4)}  # fmt: skip
        layers = "input<3>, normalize<-1, 1>, residual<dense<3>, fast_tanh>, clip, unstandardize"
        network = topology.parse_topology(layers)
        topology.attach(network.layers, {k: v.astype(np.float32) for k, v in tensors.items()}, "", "here")
        safetensors.write(self.out, network, (np.zeros((0, 3)), np.zeros((0, 3))), "by hand")
        model = etch_export.to_torch(self.out)
        copied = pickle.loads(pickle.dumps(model))
        text = layers.replace("fast_", "")
        self.assertEqual(etch_export.save(copied, self.path("again")), text)
        state, again = model.state_dict(), etch_export.to_torch(self.path("again")).state_dict()
        self.assertTrue(all(torch.equal(state[key], again[key]) for key in state))
        self.assertEqual(self.command("--to-torch", self.out, self.path("back.pt"))[0], 0)
        x = torch.rand(4, 3)
        self.assertTrue(torch.equal(torch.jit.load(self.path("back.pt"))(x), model(x)))

    def test_every_layer_of_etch_goes_through_a_file_into_pytorch(self):
        names, folder = set(), os.path.join(ROOT, "include", "etch", "layer")
        for header in os.listdir(folder):
            with open(os.path.join(folder, header), encoding="utf-8") as file:
                found = re.findall(r'^ +static constexpr const char\* name = "(\w+)"', file.read(), re.MULTILINE)
                names.update(found)
        self.assertGreater(len(names), 20)
        own = {*topology.RECURRENT, *topology.HOLDERS, *of_images.NUMBERS, *of_images.OF_SEQUENCES, "slice", "film",
               "global_average_pool", "batch_norm", "prelu", "group_norm", "wavenet"}  # in tests of their own  # fmt: skip
        for name in sorted(names - {"input", "dense", *own}):
            with self.subTest(name):
                network = topology.parse_topology(f"input<3>, dense<3>, {name}" + ("<20>" if name == "dropout" else ""))
                for layer in network.layers:
                    shapes = {"weight": (3, 3) if layer.name == "dense" else 3, "minimum": 3}
                    layer.tensors = {t: np.full(shapes.get(t, 3), -1.0 if t == "minimum" else 0.5, np.float32)
                                     for t in topology.TENSORS.get(layer.name, ())}  # fmt: skip
                safetensors.write(self.out, network, (np.zeros((0, 3)), np.zeros((0, 3))), "by hand")
                model = etch_export.to_torch(self.out)
                with torch.no_grad():
                    answer = model(torch.eye(3)).double().numpy()
                self.assertTrue(np.allclose(chain.answer_of(network)(np.eye(3)), answer, atol=1e-6))
                again = etch_export.save(model, self.path("again"))
                self.assertEqual(again, network.topology.replace("fast_", "").replace("clamp<1, 1>", "hard_tanh"))

    def test_statistics_of_the_targets_are_the_last_layer(self):
        names = {"0.weight": np.eye(3), "0.bias": np.ones(3), "1.mean": np.ones(3), "1.deviation": np.arange(1, 4)}
        state = {name: torch.from_numpy(tensor.astype(np.float32)) for name, tensor in names.items()}
        torch.save(state, self.path("model.pt"))
        text = "input<3>, dense<3>, unstandardize"
        self.assertEqual(self.exported(self.path("model.pt"), "--topology", text)[0], text)
        self.assert_answers(lambda x: (x + 1) * torch.arange(1, 4) + 1)
        self.refused("so no layer may follow it", self.path("model.pt"), "--topology", f"{text}, relu")
        inside = "input<3>, residual<dense<3>, unstandardize>"
        self.refused("unstandardize stands before or after a residual", self.path("model.pt"), "--topology", inside)
        both = {"value_mean_std.running_mean": torch.ones(3), "value_mean_std.running_var": torch.full((3,), 4.0),
                "net.weight": torch.eye(3), "net.bias": torch.zeros(3)}  # fmt: skip
        torch.save(both, self.path("model.pt"))
        self.exported(self.path("model.pt"), "--topology", text, "--epsilon", "0")
        self.assert_answers(lambda x: 2 * x + 1)

    def with_topology(self, content, topology):
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + length])
        header["__metadata__"]["etch.topology"] = topology
        text = json.dumps(header).encode()
        return struct.pack("<Q", len(text)) + text + content[8 + length :]

    def test_damaged_files_are_refused(self):
        etch_export.save(nn.Sequential(nn.Linear(2, 1)), self.out)
        with open(self.out, "rb") as file:
            content = file.read()
        for message, damaged in {
            "its header's length does not fit": content[:4],
            "the place of 0.bias does not fit": content[:-1],
            "1 bytes belong to no tensor": content + b"x",
            "its header cannot be read": content[:9] + b"!" + content[10:],
            "holds F16": content.replace(b'"F32"', b'"F16"'),
            "must have [2, 2]": content.replace(b"dense<1>", b"dense<2>"),
            "relu has no use for the tensor 0.weight": self.with_topology(content, "input<2>, relu, dense<1>"),
            "no tensor 1.weight": self.with_topology(content, "input<2>, dense<1>, dense<1>"),
        }.items():
            with self.subTest(message):
                with open(self.path("damaged"), "wb") as file:
                    file.write(damaged)
                status, _, err = self.command("--to-torch", self.path("damaged"), self.path("x.pt"))
                self.assertEqual(status, 1)
                self.assertIn(message, err)


class ThePackage(unittest.TestCase):
    def run_python(self, *arguments, path=""):
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([sys.executable, *arguments], env=environment, text=True, capture_output=True)

    def test_the_command_runs_as_a_module_from_a_checkout_and_after_pip(self):
        with tempfile.TemporaryDirectory() as folder:
            copy, target = os.path.join(folder, "python"), os.path.join(folder, "site")
            shutil.copytree(os.path.join(ROOT, "python"), copy, ignore=shutil.ignore_patterns("__pycache__", "build"))
            ways = {"module": (["-m", "etch_export"], copy), "folder": ([os.path.join(copy, "etch_export")], "")}
            options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--target", target]
            if not self.run_python("-c", "import pip, setuptools, wheel").returncode:
                made = self.run_python("-m", "pip", "install", *options, copy)
                self.assertEqual(made.returncode, 0, made.stderr)
                ways["installed"] = ([os.path.join(target, "bin", "etch_export")], target)
            for way, (arguments, path) in ways.items():
                with self.subTest(way):
                    done = self.run_python(*arguments, "--help", path=path)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn("usage: etch_export", done.stdout)

    def test_importing_it_imports_neither_torch_nor_onnx(self):
        code = "import etch_export, sys; sys.exit('torch' in sys.modules or 'onnx' in sys.modules)"
        self.assertEqual(self.run_python("-c", code, path=os.path.join(ROOT, "python")).returncode, 0)
        hidden = "import sys; sys.modules['numpy'] = None; sys.argv = ['etch_export']; import runpy; "
        hidden += f"runpy.run_path({os.path.join(ROOT, 'python', 'etch_export')!r}, run_name='__main__')"
        done = self.run_python("-c", hidden)
        self.assertIn("etch_export: the Python package numpy is needed and not installed", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
