"""python/etch_export on RTNeural's JSON, made here by hand after its documentation.

    /usr/bin/python3 tests/tools/json_test.py
"""
import json
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


def keras_gates(tensor, order):
    """Rows of PyTorch's gates as Keras's columns."""
    parts = np.split(tensor.detach().numpy(), len(order))
    return np.concatenate([parts[i] for i in order]).T.tolist()


class Json(Case):
    def written(self, value, name="model.json"):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(value, file)
        return self.path(name)

    def rtneural(self, *layers, inputs=3):
        return self.written({"in_shape": [None, None, inputs], "layers": list(layers)})

    def dense(self, linear, activation=""):
        weights = [linear.weight.detach().numpy().T.tolist(), linear.bias.detach().numpy().tolist()]
        return {"type": "dense", "activation": activation, "shape": [None, None, linear.out_features],
                "weights": weights}  # fmt: skip

    def assert_steps(self, answer):
        inputs, outputs = self.golden()
        with torch.no_grad():
            for answers in (answer(torch.from_numpy(inputs.copy())), etch_export.to_torch(self.out)(
                    torch.from_numpy(inputs.copy()))):  # fmt: skip
                self.assertLessEqual(np.abs(answers.numpy() - outputs).max(), 1e-5 * np.abs(outputs).max())

    def test_recurrent_models_of_rtneural(self):
        head = nn.Linear(4, 2)
        lstm, gru = nn.LSTM(3, 4), nn.GRU(3, 4)
        bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().numpy().tolist()
        cell = {"type": "lstm", "activation": "", "shape": [None, None, 4],
                "weights": [keras_gates(lstm.weight_ih_l0, range(4)), keras_gates(lstm.weight_hh_l0, range(4)), bias]}
        self.assertEqual(self.exported(self.rtneural(cell, self.dense(head, "tanh")))[0],
                         "input<3>, lstm<4>, dense<2>, tanh")  # fmt: skip
        self.assert_steps(lambda x: torch.tanh(head(lstm(x)[0])))
        order = (1, 0, 2)
        biases = [keras_gates(b, order) for b in (gru.bias_ih_l0, gru.bias_hh_l0)]
        weights = [keras_gates(gru.weight_ih_l0, order), keras_gates(gru.weight_hh_l0, order)]
        after = {"type": "gru", "activation": "", "shape": [None, None, 4], "weights": [*weights, biases]}
        self.assertEqual(self.exported(self.rtneural(after, self.dense(head)))[0], "input<3>, gru<4>, dense<2>")
        self.assert_steps(lambda x: head(gru(x)[0]))
        before = {**after, "weights": [*weights, biases[0]]}
        self.assertEqual(self.exported(self.rtneural(before))[0], "input<3>, gru<4, reset_before>")

    def test_convolutions_of_rtneural(self):
        conv = nn.Conv1d(2, 4, 3, dilation=2, groups=2)
        kernel = conv.weight.detach().numpy().transpose(2, 1, 0).tolist()
        layer = {"type": "conv1d", "activation": "tanh", "shape": [None, None, 4], "kernel_size": [3],
                 "dilation": [2], "groups": 2, "weights": [kernel, conv.bias.detach().numpy().tolist()]}  # fmt: skip
        head = nn.Linear(4, 1)
        found, said = self.exported(self.rtneural(layer, {"type": "prelu", "weights": [[0.1, 0.2, 0.3, 0.4]]},
                                                  self.dense(head), inputs=2))  # fmt: skip
        self.assertEqual(found, "input<2>, causal_conv_1d<4, 3, dilation<2>, groups<2>>, tanh, prelu<4>, dense<1>")
        self.assertIn("does not answer", said)

        def answer(x):
            y = torch.tanh(conv(nn.functional.pad(x.t()[None], (4, 0))))[0].t()
            return head(torch.where(y > 0, y, y * torch.tensor([0.1, 0.2, 0.3, 0.4])))

        self.assert_steps(answer)
        self.assertEqual(self.topology(etch_export.to_torch(self.out), inputs=2), found)

    def test_damaged_files_end_in_a_sentence(self):
        draw = random.Random(7)
        cell, head = nn.LSTM(3, 2), nn.Linear(2, 2)
        gates = [keras_gates(w, range(4)) for w in (cell.weight_ih_l0, cell.weight_hh_l0)]
        kernel = np.linspace(-1, 1, 2 * 3 * 2).reshape(2, 3, 2).tolist()
        models = [
            [{"type": "lstm", "activation": "", "shape": [None, None, 2], "weights": [*gates, [0.5] * 8]},
             self.dense(head, "tanh")],
            [{"type": "conv1d", "activation": "relu", "shape": [None, None, 2], "kernel_size": [2], "dilation": [2],
              "groups": 1, "weights": [kernel, [0.5, 1.0]]}, self.dense(head)],
        ]  # fmt: skip
        for layers in models:
            model = {"in_shape": [None, None, 3], "layers": layers}
            for damaged in damaged_descriptions(draw, model, 2 * ROUNDS):
                self.assert_sentence(self.written(damaged))

    def test_refusals_of_rtneural(self):
        dense = {"type": "dense", "activation": "", "weights": [[[1.0]], [0.0]]}
        for message, layers in {
            "layer 0 of model.json (conv2d) is not supported": [{"type": "conv2d"}],
            "has the activation mish": [{**dense, "activation": "mish"}],
            "has 1 arrays of weights, and must have 2": [{**dense, "weights": [[[1.0]]]}],
            "the kernel of layer 0 of model.json (dense) has shape [1]": [{**dense, "weights": [[1.0], [0.0]]}],
            "is not an array of numbers": [{**dense, "weights": [[[1.0], [2.0, 3.0]], [0.0]]}],
            "has the activation relu; etch's lstm": [{"type": "lstm", "activation": "relu", "weights": []}],
            "the kernels of layer 0 of model.json (gru)": [{"type": "gru", "weights": [[[1.0]], [[1.0]], [1.0]]}],
            "layer 1 of model.json is not an object": [dense, 3],
        }.items():
            with self.subTest(message):
                self.refused(message, self.rtneural(*layers, inputs=1))
        self.refused("lacks in_shape and layers", self.written({"layers": []}))
        self.refused("is not a model: it holds no object", self.written([1, 2]))
        self.refused("none can be passed", self.rtneural(dense, inputs=1), "--activation", "relu")
        with open(self.path("broken.json"), "w") as file:
            file.write('{"in_shape": [')
        self.refused("broken.json cannot be read as JSON", self.path("broken.json"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
