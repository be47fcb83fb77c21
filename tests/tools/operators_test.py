"""python/etch_export on modules and graphs: what is read, folded or refused by its name.

    /usr/bin/python3 tests/tools/operators_test.py
"""
import inspect
import os
import random
import sys
import unittest

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrize, prune

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402

import etch_export  # noqa: E402


class Calls(nn.Module):
    """A module around a function of itself and the input."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.function(self, x)


def batch_norm(features, scale_of_0=True):
    norm = nn.BatchNorm1d(features)
    with torch.no_grad():
        norm.running_mean.normal_(), norm.running_var.uniform_(0.5, 2)
        norm.weight.uniform_(0.5, 2), norm.bias.normal_()
        if scale_of_0:
            norm.weight[0] = 0
    return norm


class Modules(Case):
    def test_every_module_of_pytorch_is_exported_or_refused_by_its_name(self):
        arguments = [(), (6,), (6, 6), (6, 6, 6), (1,), (2, 6), (6, 2), (6, 6, 1), (6, 0.5), (0.1, 2.0), (3, 6, 6),
                     ((2, 3), 6),
                     (1, (2, 3)), ((6,),), (6, 2, 12), (nn.TransformerEncoderLayer(6, 2), 1)]  # fmt: skip
        not_made, exported = [], 0
        for name, kind in sorted(vars(nn).items()):
            of_kind = inspect.isclass(kind) and issubclass(kind, nn.Module)
            if not of_kind or name in ("Module", "Container", "DataParallel"):
                continue
            made = None
            for each in arguments:
                try:
                    made = kind(*each).eval()
                    break
                except Exception:
                    continue
            if made is None:
                not_made.append(name)
                continue
            for model in (made, nn.Sequential(nn.Linear(6, 6), made, nn.Linear(6, 2)).eval()):
                self.remove_out()
                try:
                    etch_export.save(model, self.out, inputs=6)
                    exported += 1
                except etch_export.Refused as refused:
                    sentence = str(refused)
                    self.assertNotIn("\n", sentence)
                    self.assertLess(len(sentence), 300)
                    if "List" not in name and "Dict" not in name:
                        self.assertNotIn("cannot be traced", sentence)
                    own = ("Bilinear", "Flatten", "GELU", "LazyLinear", "LogSoftmax", "Softmax", "PReLU", "Softplus",
                           "ELU", "CELU", "LayerNorm", "Linear", "Hardtanh", "LeakyReLU", "BatchNorm1d", "Identity",
                           "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict",
                           "RReLU", "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell",
                           "Conv1d", "Conv2d", "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d", "AdaptiveAvgPool1d",
                           "AdaptiveAvgPool2d", "BatchNorm2d", "Upsample", "ZeroPad2d", "ConstantPad1d",
                           "ConstantPad2d", "GroupNorm", "Hardsigmoid", "Hardswish", "ConvTranspose1d",
                           "ConvTranspose2d", "Embedding", "GLU", "MultiheadAttention", "TransformerEncoder",
                           "TransformerEncoderLayer")  # fmt: skip
                    self.assertTrue(f"torch.nn.{name} " in sentence or name in own, f"{name}: {sentence}")
        self.assertLess(len(not_made), 12, not_made)
        self.assertGreater(exported, 30)

    def test_what_is_not_supported_yet_is_named_wherever_it_stands(self):
        def first(module, x):
            y, _ = module.memory(x)
            return module.head(y)

        derived = type("Mine", (nn.LSTM,), {})
        self.refused_module("uses torch.nn.LSTM (memory)", Calls(first, memory=derived(6, 8), head=nn.Linear(8, 3)))
        self.refused_module("torch.nn.Conv3d (1) is not supported yet",
                            nn.Sequential(nn.Linear(6, 6), nn.Conv3d(6, 6, 1)))
        self.refused_module("the operator `conv3d` (conv3d) is not supported yet",
                            Calls(lambda m, x: F.conv3d(x, m.w), w=nn.Parameter(torch.zeros(1, 1, 1))))  # fmt: skip

    def test_layers_that_came_later(self):
        for text, module in [("log_softmax", nn.LogSoftmax(-1)), ("hard_sigmoid", nn.Hardsigmoid()),
                             ("hard_swish", nn.Hardswish()), ("group_norm<3, 100000>", nn.GroupNorm(3, 6)),
                             ("prelu<1>", nn.PReLU(init=-0.5)), ("prelu<6>", nn.PReLU(6))]:  # fmt: skip
            model = nn.Sequential(nn.Linear(6, 6), module)
            for parameter in module.parameters():
                nn.init.uniform_(parameter, -1, -0.5)
            topology = f"input<6>, dense<6>, {text}"
            self.assertEqual(self.topology(model), topology)
            self.assert_answers(model)
            torch.jit.script(model).save(self.path("script.pt"))
            self.assertEqual(self.exported(self.path("script.pt"), "--trust")[0], topology)
            if "group" not in text:  # which PyTorch writes as other operators
                torch.onnx.export(model, torch.zeros(2, 6), self.path("made.onnx"))
                self.assertEqual(self.exported(self.path("made.onnx"))[0], topology)
            if list(module.parameters()):
                self.exported(self.saved(model.state_dict()), "--topology", topology)
                self.assert_answers(model)

    def test_batch_norms_are_folded_into_what_stands_beside_them(self):
        first = nn.Linear(6, 5)
        for text, model in [
            ("input<6>, dense<5>, relu, dense<2>", nn.Sequential(first, batch_norm(5), nn.ReLU(), nn.Linear(5, 2))),
            ("input<6>, dense<5>, relu, dense<2>", nn.Sequential(first, nn.ReLU(), batch_norm(5), nn.Linear(5, 2))),
            ("input<6>, dense<5>", nn.Sequential(batch_norm(6), first)),
            ("input<6>, identity, dense<5>", nn.Sequential(batch_norm(6), nn.Identity(), first)),
            ("input<6>, dense<5>, relu, dense<2>, tanh", nn.Sequential(first, batch_norm(5), nn.ReLU(), batch_norm(5),
                                                                     nn.Linear(5, 2), batch_norm(2), nn.Tanh())),
            ("input<6>, dense<5>, relu, unstandardize", nn.Sequential(first, nn.ReLU(), batch_norm(5, False))),
            ("input<6>, standardize, tanh", nn.Sequential(nn.BatchNorm1d(6, affine=False), nn.Tanh())),
        ]:  # fmt: skip
            model.eval()
            for source in (model, torch.jit.trace(model, torch.zeros(1, 6)), torch.jit.script(model)):
                with self.subTest(str(model)):
                    found = self.topology(source)
                    self.assertEqual(found.replace("identity, ", ""), text.replace("identity, ", ""))
                    self.assert_answers(model)
            torch.onnx.export(model, torch.zeros(1, 6), self.path("model.onnx"))
            self.assertEqual(self.exported(self.path("model.onnx"))[0], text.replace("identity, ", ""))
            self.assert_answers(model)
        self.refused_module("has a scale of 0", nn.Sequential(nn.Linear(6, 5), nn.ReLU(), batch_norm(5)))
        self.refused_module("standardize stands before or after a residual", Calls(lambda m, x: x + m.norm(x),
                                                                    norm=batch_norm(5, False)))  # fmt: skip

    def test_slopes_and_what_only_training_draws(self):
        for text, module in [
            ("leaky_relu<1, 4>", nn.PReLU()), ("leaky_relu<1, 8>", nn.PReLU(6, init=0.125)), ("elu<1, 1>", nn.CELU()),
            ("leaky_relu<11, 48>", nn.RReLU()), ("relu, clamp<6, 1>", nn.ReLU6()), ("identity", nn.AlphaDropout()),
        ]:  # fmt: skip
            model = nn.Sequential(nn.Linear(4, 6), module, nn.Linear(6, 2)).eval()
            self.assertEqual(self.topology(model), f"input<4>, dense<6>, {text}, dense<2>")
            self.assert_answers(model)
            self.topology(torch.jit.trace(model, torch.zeros(1, 4)))
            self.assert_answers(model)
        learned = nn.PReLU()
        learned.weight.data.fill_(0.2374561)
        self.assertIn("leaky_relu", self.topology(nn.Sequential(nn.Linear(4, 6), learned)))
        numerator, denominator = etch_export.read(self.out).metadata["etch.topology"].split("<")[-1][:-1].split(", ")
        self.assertEqual(np.float32(numerator) / np.float32(denominator), np.float32(0.2374561))
        channels = nn.PReLU(6)
        channels.weight.data[2] = 0.5
        self.assertEqual(self.topology(nn.Sequential(nn.Linear(4, 6), channels)), "input<4>, dense<6>, prelu<6>")
        self.refused_module("an alpha other than 1", nn.Sequential(nn.Linear(4, 6), nn.CELU(2)))

    def test_weights_that_are_computed_before_each_call(self):
        def pruned(module):
            prune.l1_unstructured(module, "weight", 0.5)
            return module

        class Doubled(nn.Module):
            def forward(self, weight):
                return 2 * weight

        def parametrized(module):
            parametrize.register_parametrization(module, "weight", Doubled())
            return module

        for make in (nn.utils.weight_norm, nn.utils.spectral_norm, pruned, parametrized):
            with self.subTest(make.__name__):
                model = nn.Sequential(make(nn.Linear(6, 5)), nn.Tanh(), make(nn.Linear(5, 2))).eval()
                model(torch.zeros(1, 6))
                before = list(model.state_dict())
                self.assertEqual(self.topology(model), "input<6>, dense<5>, tanh, dense<2>")
                self.assert_answers(model)
                self.assertEqual(list(model.state_dict()), before)

    def test_shapes_are_computed_as_one_likes(self):
        linear = nn.Linear(12, 2)
        for function in (
            lambda m, x: m.fc(x.view(x.size(0), -1)), lambda m, x: m.fc(x.reshape(x.shape[0], x.shape[1] * x.shape[2])),
            lambda m, x: m.fc(x.view(-1, 12)), lambda m, x: m.fc(x.view(x.size()[0], 12)),
            lambda m, x: m.fc(x.flatten(1)),
        ):  # fmt: skip
            model = Calls(function, fc=linear)
            for source in (model, torch.jit.trace(model, torch.zeros(2, 3, 4))):
                self.assertEqual(self.topology(source, inputs=(3, 4)), "input<3, 4>, flatten, dense<2>")
                self.assert_answers(model, (3, 4))
            for opset in (9, 13, 16):
                torch.onnx.export(model, torch.zeros(2, 3, 4), self.path("model.onnx"), opset_version=opset,
                                  input_names=["x"],
                                  dynamic_axes={"x": {0: "batch"}})  # fmt: skip
                self.assertEqual(self.exported(self.path("model.onnx"))[0], "input<3, 4>, flatten, dense<2>")
                self.assert_answers(model, (3, 4))
        self.refused_module("reshapes to something other", Calls(lambda m, x: m.fc(x.view(x.size(0), 3, 4)), fc=linear))


class Graphs(Case):
    def setUp(self):
        super().setUp()
        draw = np.random.default_rng(3)
        self.w, self.v = draw.standard_normal((3, 4), np.float32), draw.standard_normal((3, 2), np.float32)
        self.product = ("MatMul", ["x", "w"], "p", {})

    def answers(self, formula):
        inputs, outputs = self.golden()
        self.assertTrue(np.allclose(formula(inputs.astype(np.float64)), outputs, rtol=1e-5, atol=1e-6))

    def test_one_of_several_outputs_and_the_input_that_it_needs(self):
        zero = np.zeros(1, np.float32)
        nodes = [self.product, ("Tanh", ["p"], "action", {}), ("MatMul", ["x", "v"], "value", {}),
                 ("Add", ["state", "zero"], "state_out", {}), ("LSTM", ["x", "w", "w"], "memory", {}),
                 ("LogSoftmax", ["p"], "scores", {}), ("Mul", ["p", "state"], "both", {}),
                 ("Tanh", ["zero"], "none", {})]
        outputs = ("action", "value", "state_out", "memory", "scores", "both", "none")
        path = self.graph(nodes, {"w": self.w, "v": self.v, "zero": zero}, (("x", (None, 3)), ("state", (1,))), outputs)
        self.refused("has 7 outputs, and a network has one: say --output action, --output value", path)
        found, printed = self.exported(path, "--output", "action")
        self.assertEqual(found, "input<3>, dense<4>, tanh")
        self.assertIn("assumed: the output is action; left out: value, state_out", printed)
        self.answers(lambda x: np.tanh(x @ self.w))
        self.assertEqual(self.exported(path, "--output", "value")[0], "input<3>, dense<2>")
        self.assertEqual(self.exported(path, "--output", "p")[0], "input<3>, dense<4>")  # inside the graph
        self.refused("the weights of node LSTM_of_memory have the shapes", path, "--output", "memory")
        self.assertEqual(self.exported(path, "--output", "scores")[0], "input<3>, dense<4>, log_softmax")
        self.refused("the output both of made.onnx needs 2 inputs: x, state", path, "--output", "both")
        self.refused("the output none of made.onnx needs no inputs", path, "--output", "none")
        self.refused("has no output nothing; it has action, value", path, "--output", "nothing")
        torch.save({}, self.path("model.pt"))
        self.refused("is not ONNX", self.path("model.pt"), "--output", "action")

    def test_what_depends_on_constants_and_shapes_is_computed(self):
        shape = [("Shape", ["x"], "s", {}), ("Gather", ["s", "zero"], "b", {"axis": 0}),
                 ("Unsqueeze", ["b", "axis"], "u", {}),
                 ("Concat", ["u", "minus"], "t", {"axis": 0}), ("Reshape", ["x", "t"], "f", {})]  # fmt: skip
        ints = {"zero": np.int64(0), "axis": np.int64([0]), "minus": np.int64([-1])}
        path = self.graph([*shape, ("Concat", ["f"], "one", {"axis": 1}), ("MatMul", ["one", "w6"], "y", {})],
                          {**ints, "w6": np.ones((6, 2), np.float32)}, (("x", (None, 2, 3)),))  # fmt: skip
        self.assertEqual(self.exported(path)[0], "input<2, 3>, flatten, dense<2>")
        self.answers(lambda x: x.reshape(len(x), 6) @ np.ones((6, 2)))
        direct = [("ReduceL2", ["w"], "n", {"axes": [0], "keepdims": 1}), ("Div", ["w", "n"], "d", {}),
                  ("Mul", ["d", "g"], "scaled", {}), ("MatMul", ["x", "scaled"], "y", {})]  # fmt: skip
        g = np.float32([[1, 2, 3, 4]])
        self.assertEqual(self.exported(self.graph(direct, {"w": self.w, "g": g}))[0], "input<3>, dense<4>")
        self.answers(lambda x: x @ (self.w / np.linalg.norm(self.w, axis=0) * g))
        path = self.graph([self.product, ("Max", ["p", "low"], "q", {}), ("Min", ["high", "q"], "r", {}),
                           ("Neg", ["r"], "y", {})],
                          {"w": self.w, "low": np.float32([-1, 0, -1, 0]), "high": np.float32(0.5)})  # fmt: skip
        self.assertEqual(self.exported(path)[0], "input<3>, dense<4>, clip, unstandardize")
        self.answers(lambda x: -np.minimum(np.maximum(x @ self.w, [-1, 0, -1, 0]), 0.5))
        for message, nodes, tensors in [
            ("makes a constant of more than", [("ConstantOfShape", ["big"], "c", {}), ("Add", ["x", "c"], "y", {})],
             {"big": np.int64([2**20, 2**20])}),
            ("makes a constant of more than", [("Expand", ["w", "big"], "c", {}), ("Add", ["x", "c"], "y", {})],
             {"w": np.float32([1]), "big": np.int64([2**20, 2**20])}),
            ("the constants of node Gather_of_c do not fit",
             [("Gather", ["w", "big"], "c", {}), ("Add", ["x", "c"], "y", {})],
             {"w": np.float32([1]), "big": np.int64([9])}),
            ("the operator `select` (node Gather_of_y) has no", [("Gather", ["x", "i"], "y", {"axis": 1})],
             {"i": np.int64([0, 2])}),
            ("3 numbers cannot be divided into 2 equal parts", [("Split", ["x"], "y z", {"axis": 1})], {}),
            ("`ArgMax` (node ArgMax_of_y) has no counterpart in etch", [("ArgMax", ["x"], "y", {})], {}),
            ("it needs input<channels, length>", [("Conv", ["x", "w"], "y", {})],
             {"w": np.ones((1, 1, 1), np.float32)}),
            ("export the model in eval mode",
             [("BatchNormalization", ["x", "w", "w", "w", "w"], "y", {"training_mode": 1})],
             {"w": np.ones(3, np.float32)}),
            ("has attributes or inputs that do not fit", [("Elu", ["x"], "y", {"alpha": "one"})], {}),
        ]:  # fmt: skip
            with self.subTest(message):
                self.refused(message, self.graph(nodes, tensors))

    def test_weight_norm_and_slopes_as_pytorch_exports_them(self):
        model = nn.Sequential(nn.utils.weight_norm(nn.Linear(6, 5)), nn.PReLU(), nn.Linear(5, 2)).eval()
        for opset in (9, 13, 16):
            torch.onnx.export(model, torch.zeros(1, 6), self.path("model.onnx"), opset_version=opset,
                              do_constant_folding=False)
            self.assertEqual(self.exported(self.path("model.onnx"))[0],
                             "input<6>, dense<5>, leaky_relu<1, 4>, dense<2>")
            self.assert_answers(model)

    def test_damaged_graphs_end_in_a_sentence(self):
        model = nn.Sequential(nn.Linear(3, 4), batch_norm(4), nn.PReLU(), nn.LayerNorm(4), nn.Hardtanh(0, 1),
                              nn.Linear(4, 2))
        torch.onnx.export(model.eval(), torch.zeros(1, 3), self.path("model.onnx"),
                          training=torch.onnx.TrainingMode.PRESERVE)
        with open(self.path("model.onnx"), "rb") as file:
            content = file.read()
        draw = random.Random(5)
        for _ in range(300):
            damaged = bytearray(content)
            for _ in range(draw.choice([1, 1, 2, 8])):
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
            damaged = damaged[:draw.randrange(len(damaged))] if draw.random() < 0.1 else damaged
            with open(self.path("damaged.onnx"), "wb") as file:
                file.write(damaged)
            status, _, err = self.command(self.path("damaged.onnx"), self.out)
            self.assertEqual(err.count("\n"), status, err)
            self.assertNotIn("a fault of etch_export", err)


if __name__ == "__main__":
    unittest.main()
