"""python/etch_export on whole sequences, attention, embeddings, parts of vectors and several ways, against PyTorch.

    /usr/bin/python3 tests/tools/sequences_test.py
"""
import math
import os
import sys
import unittest

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402

import etch_export  # noqa: E402
from etch_export import chain, images, topology, torch_layers  # noqa: E402
from etch_export.held_layers import vocabularies  # noqa: E402


class BothDirections(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory, self.head = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True), nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.memory(x)[0][:, -1])


class Ends(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory, self.head = nn.GRU(3, 4, 1, batch_first=True, bidirectional=True), nn.Linear(8, 2)

    def forward(self, x):
        _, h = self.memory(x)
        return self.head(torch.cat([h[-2], h[-1]], 1))


class ConvolutionFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.memory, self.head = nn.Conv1d(3, 5, 3), nn.LSTM(5, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.memory(torch.relu(self.conv(x)).transpose(1, 2))[0][:, -1])


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.memory = nn.Embedding(9, 4), nn.RNN(4, 5, batch_first=True)

    def forward(self, x):
        return self.memory(self.words(x))[0]


class KindAndNumbers(nn.Module):
    def __init__(self):
        super().__init__()
        self.kinds, self.head = nn.Embedding(5, 3), nn.Linear(7, 2)

    def forward(self, x):
        return self.head(torch.cat([self.kinds(x[:, 0].long()), x[:, 1:]], 1))


class Attends(nn.Module):
    def __init__(self, causal=False):
        super().__init__()
        self.attention, self.norm, self.head = nn.MultiheadAttention(4, 2, batch_first=True), nn.LayerNorm(4), None
        self.head = nn.Linear(4, 3)
        self.register_buffer("mask", torch.ones(5, 5).triu(1) > 0 if causal else None)

    def forward(self, x):
        y = self.norm(x)
        x = x + self.attention(y, y, y, attn_mask=self.mask, need_weights=False)[0]
        return self.head(x.mean(1))


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv1d(2, 6, 3, padding=1), nn.Linear(24, 3)

    def forward(self, x):
        a, b = self.conv(x).chunk(2, 1)
        return self.head((torch.tanh(a) * torch.sigmoid(b)).flatten(1))


class Modulated(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.head = nn.Linear(5, 9), nn.Linear(3, 2)

    def forward(self, x):
        x, scale, shift = self.first(x).chunk(3, -1)
        return self.head(x * scale + shift)


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk, self.action = nn.Linear(5, 6), nn.Linear(6, 2)
        self.value = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 1))

    def forward(self, x):
        h = torch.relu(self.trunk(x))
        return torch.cat([self.action(h), self.value(h)], -1)


class Encoder(nn.Module):
    def __init__(self, norm_first):
        super().__init__()
        layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, norm_first=norm_first)
        self.encoder, self.head = nn.TransformerEncoder(layer, 2, nn.LayerNorm(4)), nn.Linear(24, 3)

    def forward(self, x):
        return self.head(self.encoder(x).flatten(1))


def encoder_text(norm_first):
    norm, feed = "unrolled<layer_norm<100000>>", "unrolled<dense<8>>, relu, unrolled<dense<4>>"
    one = (f"residual<{norm}, attention<2, 0>>, residual<{norm}, {feed}>" if norm_first else
           f"residual<attention<2, 0>>, {norm}, residual<{feed}>, {norm}")  # fmt: skip
    return f"input<4, 6>, {one}, {one}, {norm}, flatten, dense<3>"


# The topology, a model, the shape of a sample as PyTorch has it, and whether its samples are indices.
MODELS = [
    ("input<3, 6>, bidirectional<lstm<4>>, bidirectional<lstm<4>>, last_step, dense<2>", BothDirections(), (6, 3)),
    ("input<3, 6>, bidirectional<gru<4>>, flatten, parallel<branch<slice<40, 4>>, branch<slice<4, 4>>>, dense<2>",
     Ends(), (6, 3)),
    ("input<3, 9>, conv_1d<5, 3>, relu, unrolled<lstm<4>>, last_step, dense<2>", ConvolutionFirst(), (3, 9)),
    ("input<6>, embedding<9, 4>, unrolled<simple_rnn<5>>", Words(), (6,)),
    ("input<5>, parallel<branch<slice<0, 1>, embedding<5, 3>>, branch<slice<1, 4>>>, dense<2>", KindAndNumbers(), (5,)),
    ("input<2, 8>, conv_1d<6, 3, padding<1, 1>>, gated<tanh, sigmoid>, flatten, dense<3>", Gate(), (2, 8)),
    ("input<5>, dense<9>, film, dense<2>", Modulated(), (5,)),
    ("input<5>, dense<6>, relu, parallel<branch<dense<2>>, branch<dense<4>, relu, dense<1>>>", Heads(), (5,)),
    ("input<4, 4, 3>, conv_transpose_2d<6, 3, 3, stride<2, 2>, padding<1, 0, 1, 0>, groups<2>>, relu, "
     "batch_norm<100000, 10>, flatten, dense<2>",
     nn.Sequential(nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2), nn.ReLU(), nn.BatchNorm2d(6), nn.Flatten(),
                   nn.Linear(6 * 6 * 8, 2)), (4, 3, 4)),
    ("input<2, 5>, conv_transpose_1d<4, 4, stride<2>, padding<1, 1>>, gated<identity, sigmoid>",
     nn.Sequential(nn.ConvTranspose1d(2, 4, 4, 2, 1), nn.GLU(1)), (2, 5)),
    ("input<4>, dense<6>, gated<identity, sigmoid>, dense<2>",
     nn.Sequential(nn.Linear(4, 6), nn.GLU(), nn.Linear(3, 2)), (4,)),
    ("input<4, 5>, unrolled<dense<6>>, relu, unrolled<layer_norm<100000>>, flatten, dense<2>",
     nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.LayerNorm(6), nn.Flatten(), nn.Linear(30, 2)), (5, 4)),
    ("input<4>, embedding<7, 3>, flatten, dense<2>",
     nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Linear(12, 2)), (4,)),
]  # fmt: skip
OF_MODULES_ALONE = [
    ("input<4, 5>, residual<unrolled<layer_norm<100000>>, attention<2, 0>>, global_average_pool, dense<3>", Attends(),
     (5, 4)),
    ("input<4, 5>, residual<unrolled<layer_norm<100000>>, attention<2, 1>>, global_average_pool, dense<3>",
     Attends(True), (5, 4)),
    (encoder_text(False), Encoder(False), (6, 4)),
    (encoder_text(True), Encoder(True), (6, 4)),
]  # fmt: skip
# What only a topology names.
SPELLED = [
    "input<7>, parallel<branch<slice<0, 1>, embedding<4, 3>>, branch<slice<1, 6>, dense<4>, gated<tanh, elu<1, 2>>, "
    "frozen<dense<3>>>>, film, dense<2>",
    "input<3, 6>, bidirectional<gru<2, reset_before>>, unrolled<dense<6, bf16>>, gated<identity, sigmoid>, flatten, "
    "dense<2>",
    "input<4, 6>, residual<unrolled<layer_norm<100000>>, attention<2, 1>>, unrolled<residual<gru<4>, dense<4>>>, "
    "global_average_pool",
    "input<5>, embedding<9, 4>, attention<2, 0>, last_step",
    "input<3, 8>, conv_1d<4, 3>, relu, unrolled<gru<3>>, attention<1, 0>, bidirectional<simple_rnn<2, with_relu>>, "
    "last_step, dense<1>",
    "input<2, 4, 3>, conv_transpose_2d<4, 3, 2, stride<2, 1>, padding<1, 0, 0, 1>, groups<2>>, relu, "
    "conv_transpose_2d<3, 2, 2>, flatten, dense<2>",
    "input<2, 7>, conv_transpose_1d<4, 3, stride<2>, dilation<2>, padding<1, 1>>, gated<tanh, sigmoid>, "
    "global_average_pool",
]  # fmt: skip


def drawn(model):
    for each in model.modules():
        if hasattr(each, "running_mean"):
            each.running_mean.normal_()
            each.running_var.uniform_(0.5, 2)
    return model.eval()


class Sequences(Case):
    def given(self, text, shape):
        """The golden inputs as PyTorch has them."""
        inputs, outputs = self.golden()
        x = torch.from_numpy(inputs.copy())
        network = topology.parse_topology(text)
        if len(shape) > 1 and images.has_images(network.layers, network.inputs):
            x = x.reshape(-1, *shape[1:], shape[0]).movedim(-1, 1).contiguous()
        elif len(shape) > 1:
            x = x.reshape(-1, *shape)
        return (x.long() if ", embedding<" in text and "slice" not in text else x), outputs

    def assert_models_answers(self, text, model, shape):
        x, outputs = self.given(text, shape)
        with torch.no_grad():
            for answers in (model(x), etch_export.to_torch(self.out)(x)):
                last = answers.dim() > 2 and images.has_images(topology.parse_topology(text).layers)
                found = (answers.movedim(1, -1) if last else answers).reshape(outputs.shape).numpy()
                self.assertLessEqual(np.abs(found - outputs).max(), 1e-5 * np.abs(outputs).max())

    def test_modules_torchscript_and_onnx(self):
        for text, model, shape in MODELS:
            with self.subTest(text):
                drawn(model)
                inputs = ",".join(map(str, shape))
                self.assertEqual(self.topology(model, inputs=shape), text)
                self.assert_models_answers(text, model, shape)
                self.assertEqual(self.topology(etch_export.to_torch(self.out), inputs=shape), text)
                self.assertEqual(self.command("--to-torch", self.out, self.path("back.pt")), (0, "", ""))
                sample = torch.zeros(1, *shape)
                sample = sample.long() if isinstance(next(iter(model.children())), nn.Embedding) and (
                    "slice" not in text) else sample  # fmt: skip
                for script in (torch.jit.script(model), torch.jit.trace(model, sample)):
                    script.save(self.path("script.pt"))
                    found, _ = self.exported(self.path("script.pt"), "--trust", "--inputs", inputs)
                    self.assertEqual(found, text)
                    self.assert_models_answers(text, model, shape)
                torch.onnx.export(model, sample, self.path("made.onnx"))
                self.assertEqual(self.exported(self.path("made.onnx"), "--inputs", inputs)[0], text)
                self.assert_models_answers(text, model, shape)

    def test_attention_of_modules(self):
        for text, model, shape in OF_MODULES_ALONE:
            with self.subTest(text):
                self.assertEqual(self.topology(model.eval(), inputs=shape), text)
                self.assert_models_answers(text, model, shape)
                self.assertEqual(self.topology(etch_export.to_torch(self.out), inputs=shape), text)

    def test_state_dicts_by_their_topology(self):
        for text, model, shape in [*MODELS, *OF_MODULES_ALONE[:2]]:
            if "TransformerEncoder" in str(model) or "batch_norm" in text:
                continue
            with self.subTest(text):
                state = {name: tensor for name, tensor in model.state_dict().items() if name != "mask"}
                order = ("norm", "attention", "head") if "attention" in text else ()
                state = dict(sorted(state.items(), key=lambda item: order.index(item[0].split(".")[0]) if order else 0))
                self.assertEqual(self.exported(self.saved(state), "--topology", text)[0], text)
                self.assert_models_answers(text, model.eval(), shape)

    def test_what_a_topology_names_is_what_pytorch_computes(self):
        draw = np.random.default_rng(3)
        for text in SPELLED:
            with self.subTest(text):
                network = topology.parse_topology(text)
                self.assertEqual(network.topology, text)
                first = images.has_images(network.layers, network.inputs)
                model = nn.Sequential(*torch_layers.modules_of(network.layers, network.inputs, first)).double()
                for tensor in model.parameters():
                    nn.init.normal_(tensor)
                keys = topology.tensor_keys(network)
                state = {key: model.state_dict()[key].numpy() for key in keys}
                topology.attach(network.layers, dict(state), "", "the model")
                topology.fit_shapes(network)
                self.assertEqual(list(network.tensors()), keys)
                self.assertTrue(all((network.tensors()[key] == state[key]).all() for key in keys))
                x = draw.standard_normal((4, math.prod(network.inputs)))
                indices = vocabularies(network.layers, network.inputs)
                x = np.where(indices > 0, draw.integers(0, np.maximum(indices, 1), x.shape), x)
                given = torch.from_numpy(x)
                if len(network.inputs) > 1:
                    given = given.reshape(4, *network.inputs[:0:-1], network.inputs[0])
                    given = given.movedim(-1, 1) if first else given
                answer = model(given).detach()
                answer = answer.movedim(1, -1) if answer.dim() > 2 and first else answer
                difference = np.abs(chain.answer_of(network)(x) - answer.reshape(4, -1).numpy()).max()
                self.assertLess(difference, 1e-12)
                self.assertEqual([p.requires_grad for p in model.parameters()].count(False), 2 * ("frozen" in text))

    def test_a_stream_or_whole_sequences(self):
        model = nn.LSTM(3, 4, batch_first=True)
        self.assertEqual(self.topology(model), "input<3>, lstm<4>")
        self.assertEqual(self.topology(model, inputs=3), "input<3>, lstm<4>")
        self.assertEqual(self.topology(model, inputs=(7, 3)), "input<3, 7>, unrolled<lstm<4>>")
        words = Words().eval()
        self.assertEqual(self.topology(words, inputs=1), "input<1>, embedding<9, 4>, simple_rnn<5>")
        self.refused_module("is of whole sequences, and does not give their length", BothDirections())

    def test_a_causal_stack_step_by_step(self):
        class Causal(nn.Module):
            """Zeros on the left by hand, or on both sides and the last answers left out."""

            def __init__(self, channels, filters, length, dilation, cut=False):
                super().__init__()
                self.zeros, self.cut = (length - 1) * dilation, cut
                self.conv = nn.Conv1d(channels, filters, length, dilation=dilation, padding=self.zeros if cut else 0)

            def forward(self, x):
                return self.conv(x)[:, :, :-self.zeros] if self.cut else self.conv(nn.functional.pad(x, (self.zeros, 0)))

        class Block(nn.Module):
            def __init__(self, channels, dilation):
                super().__init__()
                self.conv = Causal(channels, channels, 2, dilation)

            def forward(self, x):
                return x + torch.tanh(self.conv(x))

        normed = nn.utils.weight_norm(nn.Conv1d(4, 4, 3, dilation=4))
        model = drawn(nn.Sequential(Causal(2, 4, 3, 1, cut=True), nn.ReLU(), nn.BatchNorm1d(4), nn.ConstantPad1d((8, 0), 0),
                                    normed, nn.PReLU(4), Block(4, 2), nn.Conv1d(4, 1, 1)))  # fmt: skip
        nn.init.uniform_(model[5].weight)
        text = ("input<2>, causal_conv_1d<4, 3>, relu, batch_norm<100000, 10>, causal_conv_1d<4, 3, dilation<4>>, "
                "prelu<4>, residual<causal_conv_1d<4, 2, dilation<2>>, tanh>, dense<1>")  # fmt: skip
        for inputs in (2, (2, 20)):
            self.assertEqual(self.topology(model, inputs=inputs, stream=True), text)
            given, outputs = self.golden()
            self.assertEqual(len(given), 20)  # 12 steps that it remembers, and 8
            with torch.no_grad():
                answers = model(torch.from_numpy(given.copy()).t()[None])[0].t().numpy()
            self.assertLessEqual(np.abs(answers - outputs).max(), 1e-5 * np.abs(outputs).max())
        torch.jit.trace(model, torch.zeros(1, 2, 9)).save(self.path("script.pt"))
        self.assertEqual(self.exported(self.path("script.pt"), "--trust", "--stream", "--inputs", "2")[0], text)
        torch.onnx.export(model, torch.zeros(1, 2, 9), self.path("made.onnx"))
        self.assertEqual(self.exported(self.path("made.onnx"), "--stream", "--inputs", "2")[0], text)
        for message, other in {
            "is not causal: a stream needs 2 zeros on the left": nn.Conv1d(1, 2, 3, padding=1),
            "has a stride, so it does not answer each step": nn.Conv1d(1, 2, 2, 2),
            "needs more than the step of a stream": nn.Sequential(Causal(1, 2, 2, 1), nn.MaxPool1d(2)),
        }.items():
            with self.subTest(message):
                self.refused_module(message, other, inputs=1, stream=True)

    def test_refusals(self):
        class Between(nn.Module):
            def __init__(self, function):
                super().__init__()
                self.attention, self.function = nn.MultiheadAttention(4, 2, batch_first=True), function

            def forward(self, x):
                return self.function(self.attention, x)

        for message, function in {
            "is an attention between different sequences": lambda a, x: a(x, x, torch.tanh(x))[0],
            "has an attn_mask other than": lambda a, x: a(x, x, x, attn_mask=torch.ones(5, 5) > 0)[0],
        }.items():
            with self.subTest(message):
                self.refused_module(message, Between(function), inputs=(5, 4))
        self.refused_module("has max_norm", nn.Embedding(4, 3, max_norm=1.0), inputs=2)
        self.refused_module("output_padding that is larger", nn.ConvTranspose1d(2, 2, 3, 3, 0, 2), inputs=(2, 5))
        self.refused_module("gets its numbers in the order of", nn.Sequential(nn.Linear(3, 4), nn.Conv1d(4, 2, 1)),
                            inputs=(5, 3))  # fmt: skip
        path = self.saved(nn.Linear(3, 2).state_dict())
        for message, text in {
            "parallel is made of branches": "parallel<dense<2>>",
            "a branch stands in parallel": "branch<dense<2>>",
            "gated is made of two activations": "gated<tanh, dense<2>>",
            "unrolled holds one layer": "unrolled<dense<2>, tanh>",
            "frozen holds layers": "frozen<3>",
            "out of etch's range": "slice<0, 0>",
            "attention has other arguments": "attention<2, 1, 1>",
            "layers in more than 32 layers": "residual<" * 99 + "relu" + ">" * 99,
        }.items():
            with self.subTest(text):
                self.refused(message, path, "--topology", f"input<3>, {text}")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
