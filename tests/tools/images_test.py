"""python/etch_export on networks of images and signals: convolutions, pooling, batch norms.

    /usr/bin/python3 tests/tools/images_test.py
"""
import os
import sys
import unittest

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402

import etch_export  # noqa: E402
from etch_export import topology  # noqa: E402


def drawn(module):
    """With statistics and weights that are not the first ones."""
    for each in module.modules():
        if hasattr(each, "running_mean"):
            each.running_mean.normal_()
            each.running_var.uniform_(0.5, 2)
            nn.init.normal_(each.weight)
            nn.init.normal_(each.bias)
    return module.eval()


class Causal(nn.Module):
    """Zeros on the left by hand."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 3, 3, dilation=2)

    def forward(self, x):
        return torch.tanh(self.conv(F.pad(x, (4, 0))))


class Functions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4 * 3 * 5, 2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.head(x.view(x.size(0), -1))


class Means(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(2, 4, 2), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.conv(x).mean(dim=(2, 3)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return x + torch.tanh(self.conv(x))


LENET = nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.Tanh(), nn.MaxPool2d(2),
                      nn.Flatten(), nn.Linear(6 * 2, 10))  # fmt: skip
# The topology, a model, and the shape of a sample: channels, height, width.
MODELS = [
    ("input<1, 14, 18>, conv_2d<4, 5, 5>, relu, max_pool<2, 2>, conv_2d<6, 3, 3>, tanh, max_pool<2, 2>, flatten, "
     "dense<10>", LENET, (1, 18, 14)),
    ("input<2, 9, 8>, conv_2d<6, 2, 3, stride<2, 1>, padding<0, 0, 1, 1>>, flatten, dense<3>",
     nn.Sequential(nn.Conv2d(2, 6, (3, 2), (1, 2), (1, 0)), nn.Flatten(), nn.Linear(6 * 8 * 4, 3)), (2, 8, 9)),
    ("input<4, 6, 7>, conv_2d<8, 2, 3, dilation<2, 1>, groups<4>>, average_pool<3, 2, stride<1, 2>>, flatten, dense<1>",
     nn.Sequential(nn.Conv2d(4, 8, (3, 2), groups=4, dilation=(1, 2), bias=False), nn.AvgPool2d((2, 3), (2, 1)),
                   nn.Flatten(), nn.Linear(8 * 2 * 2, 1)), (4, 7, 6)),
    ("input<2, 6, 8>, batch_norm<100000, 10>, conv_2d<4, 3, 3>, relu, batch_norm<1000, 10>, global_average_pool, "
     "dense<3>",
     nn.Sequential(nn.BatchNorm2d(2), nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.BatchNorm2d(4, eps=1e-3),
                   nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)), (2, 8, 6)),
    ("input<3, 8>, conv_1d<4, 3, stride<2>, dilation<2>, padding<2, 2>>, max_pool<2, 1>, flatten, dense<2>",
     nn.Sequential(nn.Conv1d(3, 4, 3, 2, 2, 2), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(8, 2)), (3, 8)),
    ("input<2, 7, 6>, max_pool<3, 2, stride<2, 2>, padding<1, 1, 0, 0>>, average_pool<2, 3, padding<0, 0, 1, 1>>, flatten, "
     "dense<2>",
     nn.Sequential(nn.MaxPool2d((2, 3), 2, (0, 1)), nn.AvgPool2d((3, 2), padding=(1, 0)), nn.Flatten(),
                   nn.Linear(2 * 2, 2)), (2, 6, 7)),
    ("input<3, 8>, conv_1d<4, 1>, max_pool<3, 1, stride<2, 1>, padding<1, 1, 0, 0>>, flatten, dense<2>",
     nn.Sequential(nn.Conv1d(3, 4, 1), nn.MaxPool1d(3, 2, 1), nn.Flatten(), nn.Linear(16, 2)), (3, 8)),
    ("input<2, 9>, conv_1d<3, 3, dilation<2>, padding<4, 0>>, tanh", Causal(), (2, 9)),
    ("input<3, 12, 8>, conv_2d<4, 3, 3>, relu, max_pool<2, 2>, flatten, dense<2>", Functions(), (3, 8, 12)),
    ("input<2, 5, 4>, conv_2d<4, 2, 2>, global_average_pool, dense<2>", Means(), (2, 4, 5)),
    ("input<4, 5, 3>, residual<conv_2d<4, 3, 3, padding<1, 1, 1, 1>>, tanh>, conv_2d<1, 1, 1>",
     nn.Sequential(Block(), nn.Conv2d(4, 1, 1)), (4, 3, 5)),
    ("input<2, 4, 3>, conv_2d<3, 2, 2>, upsample<2, 3>, max_pool<3, 3>",
     nn.Sequential(nn.Conv2d(2, 3, 2), nn.Upsample(scale_factor=(3, 2)), nn.MaxPool2d(3)), (2, 3, 4)),
    ("input<4, 5, 3>, group_norm<2, 100000>, tanh", nn.Sequential(nn.GroupNorm(2, 4), nn.Tanh()), (4, 3, 5)),
    ("input<2, 6, 5>, conv_2d<4, 2, 2>, prelu<4>, group_norm<2, 100000>, flatten, layer_norm<100000>, dense<2>",
     nn.Sequential(nn.Conv2d(2, 4, 2), nn.PReLU(4), nn.GroupNorm(2, 4), nn.Flatten(), nn.LayerNorm(80),
                   nn.Linear(80, 2)), (2, 5, 6)),
]  # fmt: skip


class Images(Case):
    def assert_image_answers(self, model, shape):
        """The golden vectors have the channels of a position next to each other, and are what the model answers."""
        inputs, outputs = self.golden()
        channels, *extents = shape
        x = torch.from_numpy(inputs.copy()).reshape(-1, *extents, channels).movedim(-1, 1).contiguous()
        with torch.no_grad():
            for answers in (model(x), etch_export.to_torch(self.out)(x)):
                found = answers.movedim(1, -1).reshape(outputs.shape).numpy()
                self.assertLessEqual(np.abs(found - outputs).max(), 1e-5 * np.abs(outputs).max())

    def test_modules_torchscript_and_onnx(self):
        for text, model, shape in MODELS:
            drawn(model)
            inputs = ",".join(map(str, shape))
            with self.subTest(text):
                for norm in (each for each in model.modules() if hasattr(each, "weight") and each.weight.ndim == 1):
                    nn.init.normal_(norm.weight)
                self.assertEqual(self.topology(model, inputs=shape), text)
                self.assert_image_answers(model, shape)
                back = etch_export.to_torch(self.out)
                self.assertEqual(self.topology(back, inputs=shape), text)
                for script in (torch.jit.script(model), torch.jit.trace(model, torch.zeros(1, *shape))):
                    script.save(self.path("script.pt"))
                    found, _ = self.exported(self.path("script.pt"), "--trust", "--inputs", inputs)
                    self.assertEqual(found, text)
                    self.assert_image_answers(model, shape)
                if "group_norm" not in text:  # which PyTorch writes as other operators
                    torch.onnx.export(model, torch.zeros(1, *shape), self.path("made.onnx"))
                    self.assertEqual(self.exported(self.path("made.onnx"))[0], text)
                    self.assert_image_answers(model, shape)

    def test_state_dicts_by_their_topology(self):
        for text, model, shape in MODELS:
            drawn(model)
            with self.subTest(text):
                path = self.saved(model.state_dict())
                written = text.replace("conv_2d<4, 3, 3>, relu, batch", "conv_2d<4, 3, 3>, batch_norm, relu, batch")
                found, said = self.exported(path, "--topology", written)
                self.assertEqual(found, text)
                self.assertIn("channels, height, width", said)
                self.assert_image_answers(model, shape)
        self.refused("say --topology 'input<channels, width, height>", self.saved(LENET.state_dict()),
                     "--activation", "relu", "--output-activation", "none")  # fmt: skip

    def test_weight_norm(self):
        for conv, shape in [(nn.Conv1d(3, 4, 2), (3, 5)), (nn.Conv2d(3, 4, 2), (3, 5, 6))]:
            model = nn.utils.weight_norm(conv)
            model.weight_g.data *= 1.5
            plain = self.topology(model, inputs=shape)
            self.assert_image_answers(model, shape)
            self.exported(self.saved(model.state_dict()), "--topology", plain)
            self.assert_image_answers(model, shape)

    def test_topologies_are_spelled_as_etch_spells_them(self):
        for given, spelled in {
            "conv_2d<8>": "conv_2d<8, 3, 3>",
            "conv_2d<8, 5>": "conv_2d<8, 5, 5>",
            "conv_2d<8, 3, 3, stride<1, 1>, padding<0>>": "conv_2d<8, 3, 3>",
            "conv_2d<8, 3, 3, groups<2>, padding<1>, stride<2>>":
                "conv_2d<8, 3, 3, stride<2, 2>, padding<1, 1, 1, 1>, groups<2>>",
            "conv_2d<8, 3, 3, padding<2, 0>>": "conv_2d<8, 3, 3, padding<2, 0, 2, 0>>",
            "conv_2d<8, 3, 3, stored<bf16>, stride<2>>": "conv_2d<8, 3, 3, stride<2, 2>, stored<bf16>>",
            "max_pool<2, 2, stride<2, 2>>": "max_pool<2, 2>",
            "max_pool<3, 3, stride<2>>": "max_pool<3, 3, stride<2, 2>>",
            "max_pool<3, 3, padding<1>>": "max_pool<3, 3, padding<1, 1, 1, 1>>",
        }.items():
            self.assertEqual(topology.parse_topology(f"input<2, 9, 9>, {given}").topology, f"input<2, 9, 9>, {spelled}")
        self.assertEqual(topology.parse_topology("input<2, 9>, conv_1d<8, 3, stride<2>, padding<1>>").topology,
                         "input<2, 9>, conv_1d<8, 3, stride<2>, padding<1, 1>>")
        path = self.saved(LENET.state_dict())
        for message, text in {
            "has its numbers first": "conv_2d<stride<2>, 8>",
            "has the options stride, padding, each once": "max_pool<2, 2, dilation<2>>",
            "with groups are not stored as bf16": "conv_2d<8, 3, 3, groups<2>, stored<bf16>>",
            "stored holds bf16": "conv_2d<8, 3, 3, stored<2>>",
            "are out of etch's range": "conv_2d<8, 3, 3, stride<0>>",
            "has a size below 1": "conv_2d<0>",
            "holds numbers": "conv_2d<8, 3, 3, stride<tanh>>",
        }.items():
            with self.subTest(text):
                self.refused(message, path, "--topology", f"input<2, 9, 9>, {text}")

    def test_refusals(self):
        image = {"inputs": (2, 6, 6)}
        for message, model in {
            "has the padding mode reflect": nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect"),
            "leaves its padding out of the mean": nn.AvgPool2d(2, padding=1, count_include_pad=False),
            "has ceil_mode": nn.MaxPool2d(2, ceil_mode=True),
            "has dilation": nn.MaxPool2d(2, dilation=2),
            "has divisor_override": nn.AvgPool2d(2, divisor_override=3),
            "has another output than 1": nn.AdaptiveAvgPool2d(2),
            "interpolates by bilinear": nn.Upsample(scale_factor=2, mode="bilinear"),
            "the window of conv_2d<2, 7, 7> is larger": nn.Conv2d(2, 2, 7),
            "ends with a flatten of an image": nn.Sequential(nn.Conv2d(2, 2, 3), nn.Flatten()),
            "that no convolution gets": nn.Sequential(nn.Conv2d(2, 2, 3), nn.ZeroPad2d(1)),
        }.items():
            with self.subTest(message):
                self.refused_module(message, model, **image)
        self.refused_module("it needs input<channels, width, height>", nn.Conv2d(2, 2, 3), inputs=(2, 6))
        self.refused_module("pass --inputs C,H,W", nn.Conv2d(2, 2, 3))
        norm = nn.BatchNorm2d(2, eps=1.1e-5).eval()
        self.refused_module("of a batch norm is not 1 / integer", nn.Sequential(norm, nn.Conv2d(2, 2, 3)), **image)
        w = {"w": np.ones((2, 2, 3, 3), np.float32)}
        for message, node in {
            "has auto_pad SAME_UPPER": ("Conv", ["x", "w"], "y", {"auto_pad": "SAME_UPPER"}),
            "has ceil_mode": ("MaxPool", ["x"], "y", {"kernel_shape": [2, 2], "ceil_mode": 1}),
            "has an output_shape": ("ConvTranspose", ["x", "w"], "y", {"output_shape": [8, 8]}),
        }.items():
            with self.subTest(message):
                self.refused(message, self.graph([node], w, inputs=[("x", (None, 2, 6, 6))]))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
