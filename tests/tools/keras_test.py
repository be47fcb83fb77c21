"""python/etch_export on files of Keras, `.keras` and `.h5`, made here by hand after their documentation. What a layer must
answer is computed here, by Keras's formulas.

    /usr/bin/python3 tests/tools/keras_test.py
"""
import io
import json
import os
import random
import sys
import unittest
import zipfile

import numpy as np
import torch
import torch.nn.functional as F

try:
    import h5py
except ImportError:
    print("skipped: h5py is not installed")
    sys.exit(0)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402
from damage import ROUNDS, changed, damaged_descriptions  # noqa: E402

import etch_export  # noqa: E402
from etch_export.keras_files import snake_case  # noqa: E402

DRAW = np.random.default_rng(5)


def drawn(*shape):
    return (DRAW.standard_normal(shape) / 2).astype(np.float32)


def layer(kind, arrays=(), below="", **config):
    """A layer of a description, with its weights: a list, or lists by their places inside the layer."""
    return {"class_name": kind, "config": config, "arrays": arrays if isinstance(arrays, dict) else {below: arrays}}


def input_of(*extents):
    return layer("InputLayer", batch_shape=[None, *extents], name="input_layer")


class Keras(Case):
    def described(self, layers, name="model"):
        entries = []
        for index, each in enumerate(layers):
            config = {"name": f"{snake_case(each['class_name'])}_{index + 7}", **each["config"]}
            entries.append({"class_name": each["class_name"], "config": config, "arrays": each["arrays"]})
        return entries

    def keras(self, *layers, version="3.4.1", wrap=None, entries=None):
        """As Keras 3 writes it."""
        entries = entries or self.described(layers)
        file = io.BytesIO()
        counts = {}
        with h5py.File(file, "w") as weights:
            for entry in entries:
                kind = snake_case(entry["class_name"])
                place = f"layers/{kind}" + (f"_{counts[kind]}" if kind in counts else "")
                counts[kind] = counts.get(kind, 0) + 1
                weights.require_group(place)
                for below, arrays in entry["arrays"].items():
                    folder = "/".join(p for p in (place, below, "vars") if p)
                    for number, array in enumerate(arrays):
                        weights[f"{folder}/{number}"] = array
            weights["optimizer/vars/0"] = np.zeros(3)
        plain = [{key: value for key, value in entry.items() if key != "arrays"} for entry in entries]
        model = wrap(plain) if wrap else {"class_name": "Sequential", "config": {"name": "sequential", "layers": plain}}
        path = self.path("model.keras")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": version}))
            archive.writestr("config.json", json.dumps(model))
            archive.writestr("model.weights.h5", file.getvalue())
        return path

    def h5(self, *layers, version="2.12.0"):
        """As Keras 2 writes it."""
        entries = self.described(layers)
        plain = [{key: value for key, value in entry.items() if key != "arrays"} for entry in entries]
        with h5py.File(self.path("model.h5"), "w") as file:
            file.attrs["keras_version"] = version
            file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": plain}})
            for entry in entries:
                name, names = entry["config"]["name"], []
                group = file.create_group(f"model_weights/{name}")
                for below, arrays in entry["arrays"].items():
                    inside = below.replace("_layer/cell", f"_{name}").replace("cell", "cell_1") or name
                    for number, array in enumerate(arrays):
                        names.append(f"{name}/{inside}/weight_{number}:0")
                        group[names[-1]] = array
                group.attrs["weight_names"] = np.asarray(names, "S")
        return self.path("model.h5")

    def check(self, text, answer, *layers):
        """Both kinds of file give this topology, and golden vectors that `answer`, of arrays as Keras has them, gives."""
        shape = next(each["config"]["batch_shape"][1:] for each in layers if "batch_shape" in each["config"])
        whole = shape if None not in shape else [-1]
        for path in (self.keras(*layers), self.h5(*layers, version="3.1.0")):
            found, said = self.exported(path)
            self.assertEqual(found, text)
            self.assertIn("does not answer", said)
            inputs, outputs = self.golden()
            expected = np.asarray(answer(inputs.astype(np.float64).reshape(len(inputs), *whole))).reshape(outputs.shape)
            self.assertLessEqual(np.abs(expected - outputs).max(), 2e-6 * max(1, np.abs(expected).max()), text)

    def test_dense_and_activations(self):
        w, b, v = drawn(4, 5), drawn(5), drawn(5, 2)
        self.check("input<4>, dense<5>, tanh, dropout<20, 100>, dense<2>", lambda x: np.tanh(x @ w + b) @ v, input_of(4),
                   layer("Dense", [w, b], units=5, activation="tanh"), layer("Dropout", rate=0.2),
                   layer("Dense", [v], units=2, use_bias=False, activation="linear"))  # fmt: skip
        for text, function, each in [
            ("leaky_relu<3, 10>", lambda x: np.where(x > 0, x, 0.3 * x), layer("LeakyReLU")),
            ("leaky_relu<1, 5>", lambda x: np.where(x > 0, x, 0.2 * x), layer("Activation", activation="leaky_relu")),
            ("elu<1, 2>", lambda x: np.where(x > 0, x, np.expm1(x) / 2), layer("ELU", alpha=0.5)),
            ("relu, clamp<6, 1>", lambda x: np.clip(x, 0, 6), layer("ReLU", max_value=6.0)),
            ("hard_sigmoid", lambda x: np.clip(x / 6 + 0.5, 0, 1), layer("Activation", activation="hard_sigmoid")),
            ("softmax", lambda x: np.exp(x) / np.exp(x).sum(1, keepdims=True), layer("Softmax", axis=-1)),
            ("silu", lambda x: x / (1 + np.exp(-x)), layer("Activation", activation={
                "class_name": "function", "config": "swish", "registered_name": "function"})),
        ]:  # fmt: skip
            self.check(f"input<4>, dense<5>, {text}", lambda x: function(x @ w + b), input_of(4),
                       layer("Dense", [w, b], units=5), each)  # fmt: skip
        slopes = drawn(5)
        self.check("input<4>, dense<5>, prelu<5>", lambda x: np.where(x @ w + b > 0, x @ w + b, (x @ w + b) * slopes),
                   input_of(4), layer("Dense", [w, b], units=5), layer("PReLU", [slopes]))  # fmt: skip

    def test_convolutions(self):
        def images(x):
            return torch.from_numpy(np.moveaxis(x, -1, 1).copy())

        def flat(y):
            return np.moveaxis(y.numpy(), 1, -1).reshape(len(y), -1)

        def t(array, *axes):
            return torch.from_numpy(np.transpose(array, axes).astype(np.float64).copy())

        k, b, w = drawn(3, 2, 2, 4), drawn(4), drawn(3 * 4 * 4, 2)
        self.check("input<2, 8, 6>, conv_2d<4, 2, 3, stride<2, 2>, padding<0, 0, 0, 1>>, relu, flatten, dense<2>",
                   lambda x: flat(F.relu(F.conv2d(F.pad(images(x), (0, 0, 0, 1)), t(k, 3, 2, 0, 1), t(b, 0), 2))) @ w,
                   input_of(6, 8, 2), layer("Conv2D", [k, b], filters=4, kernel_size=[3, 2], strides=[2, 2],
                                            padding="same", activation="relu"),
                   layer("Flatten"), layer("Dense", [w], units=2, use_bias=False))  # fmt: skip
        d, p = drawn(3, 3, 2, 2), drawn(1, 1, 4, 3)
        self.check("input<2, 5, 4>, conv_2d<4, 3, 3, padding<1, 1, 1, 1>, groups<2>>, global_average_pool",
                   lambda x: F.conv2d(images(x), t(d, 2, 3, 0, 1).reshape(4, 1, 3, 3), None, 1, 1,
                                      groups=2).mean((2, 3)).numpy(),
                   input_of(4, 5, 2), layer("DepthwiseConv2D", [d], kernel_size=[3, 3], padding="same", use_bias=False,
                                            depth_multiplier=2), layer("GlobalAveragePooling2D"))  # fmt: skip
        self.check("input<2, 5, 4>, conv_2d<4, 3, 3, groups<2>>, conv_2d<3, 1, 1>, max_pool<3, 2>, flatten",
                   lambda x: F.conv2d(F.conv2d(images(x), t(d, 2, 3, 0, 1).reshape(4, 1, 3, 3), None, groups=2),
                                      t(p, 3, 2, 0, 1), t(b[:3], 0)).amax((2, 3)).numpy(),
                   input_of(4, 5, 2), layer("SeparableConv2D", [d, p, b[:3]], filters=3, kernel_size=[3, 3]),
                   layer("GlobalMaxPooling2D"))  # fmt: skip
        u = drawn(4, 3, 5, 2)
        self.check("input<2, 3, 4>, conv_transpose_2d<5, 3, 4, stride<2, 2>, padding<0, 1, 1, 1>>",
                   lambda x: flat(F.conv_transpose2d(images(x), t(u, 3, 2, 0, 1), None, 2)[:, :, 1:-1, :-1]),
                   input_of(4, 3, 2), layer("Conv2DTranspose", [u], filters=5, kernel_size=[4, 3], strides=2,
                                            padding="same", use_bias=False))  # fmt: skip
        c = drawn(3, 2, 4)
        self.check("input<2, 9>, conv_1d<4, 3, dilation<2>, padding<4, 0>>, max_pool<2, 1>, upsample<2, 1>",
                   lambda x: flat(F.max_pool1d(F.conv1d(F.pad(images(x), (4, 0)), t(c, 2, 1, 0), t(b, 0), dilation=2),
                                               2).repeat_interleave(2, 2)), input_of(9, 2),
                   layer("Conv1D", [c, b], filters=4, kernel_size=[3], padding="causal", dilation_rate=[2]),
                   layer("MaxPooling1D", pool_size=[2]), layer("UpSampling1D", size=2))  # fmt: skip
        self.check("input<2>, causal_conv_1d<4, 3, dilation<2>>, tanh",
                   lambda x: np.tanh(F.conv1d(F.pad(torch.from_numpy(x.reshape(1, -1, 2).copy()).movedim(2, 1), (4, 0)),
                                              t(c, 2, 1, 0), t(b, 0), dilation=2)[0].T.numpy()), input_of(None, 2),
                   layer("Conv1D", [c, b], filters=4, kernel_size=[3], padding="causal", dilation_rate=[2],
                         activation="tanh"))  # fmt: skip
        self.check("input<2, 4, 5>, conv_2d<4, 2, 3, padding<2, 1, 1, 0>>, average_pool<2, 2, stride<1, 1>>",
                   lambda x: flat(F.avg_pool2d(F.conv2d(F.pad(images(x), (2, 1, 1, 0)), t(k, 3, 2, 0, 1), t(b, 0)), 2, 1)),
                   input_of(5, 4, 2), layer("ZeroPadding2D", padding=[[1, 0], [2, 1]]),
                   layer("Conv2D", [k, b], filters=4, kernel_size=[3, 2]),
                   layer("AveragePooling2D", pool_size=[2, 2], strides=[1, 1]))  # fmt: skip

    def test_norms(self):
        gamma, beta, mean, variance, w = drawn(4), drawn(4), drawn(4), np.abs(drawn(4)) + 0.5, drawn(3, 4)
        self.check("input<3>, dense<4>", lambda x: (x @ w - mean) / np.sqrt(variance + 1e-3) * gamma + beta,
                   input_of(3), layer("Dense", [w], units=4, use_bias=False),
                   layer("BatchNormalization", [gamma, beta, mean, variance], axis=[-1], epsilon=1e-3))  # fmt: skip
        self.check("input<4, 6>, batch_norm<500, 10>, flatten",
                   lambda x: ((x - mean) / np.sqrt(variance + 2e-3) + beta).reshape(len(x), -1), input_of(6, 4),
                   layer("BatchNormalization", [beta, mean, variance], axis=-1, epsilon=2e-3, scale=False),
                   layer("Flatten"))  # fmt: skip

        def normed(x, axes, groups=1):
            away = x - x.mean(axes, keepdims=True)
            return away / np.sqrt((away**2).mean(axes, keepdims=True) + 1e-3)

        self.check("input<4>, layer_norm<1000>", lambda x: normed(x, (1,)) * gamma + beta, input_of(4),
                   layer("LayerNormalization", [gamma, beta], axis=-1))  # fmt: skip
        self.check("input<4, 6>, unrolled<layer_norm<1000>>", lambda x: normed(x, (2,)) * gamma + beta,
                   input_of(6, 4), layer("LayerNormalization", [gamma, beta], axis=-1))  # fmt: skip
        self.check("input<4, 5, 3>, group_norm<2, 1000>",
                   lambda x: normed(x.reshape(len(x), 15, 2, 2), (1, 3)).reshape(x.shape) * gamma + beta,
                   input_of(3, 5, 4), layer("GroupNormalization", [gamma, beta], groups=2))  # fmt: skip
        self.check("input<4>, standardize, dense<4>", lambda x: (x - mean) / np.sqrt(variance) @ np.eye(4), input_of(4),
                   layer("Normalization", [mean, variance, np.int64(3)], axis=-1),
                   layer("Dense", [np.eye(4, dtype="f")], units=4, use_bias=False))  # fmt: skip
        self.check("input<1, 3, 2>, standardize, flatten", lambda x: x / 255 - 0.5, input_of(2, 3, 1),
                   layer("Rescaling", scale=1 / 255, offset=-0.5), layer("Flatten"))  # fmt: skip

    def test_sequences(self):
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        def lstm(x, kernel, recurrent, bias):
            h = c = np.zeros((len(x), len(recurrent)))
            for t in range(x.shape[1]):
                i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, 1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
                yield h

        def gru(x, kernel, recurrent, bias):
            units, h = len(recurrent), np.zeros((len(x), len(recurrent)))
            after, (inner, outer) = bias.ndim == 2, bias if bias.ndim == 2 else (bias, np.zeros(bias.shape))
            for t in range(x.shape[1]):
                z, r, n = np.split(x[:, t] @ kernel + inner, 3, 1)
                z_h, r_h, n_h = np.split(h @ recurrent + outer, 3, 1)
                z, r = sigmoid(z + z_h), sigmoid(r + r_h)
                n = np.tanh(n + (r * n_h if after else (r * h) @ recurrent[:, 2 * units:]))
                h = z * h + (1 - z) * n
                yield h

        def rnn(x, kernel, recurrent, bias):
            h = np.zeros((len(x), len(recurrent)))
            for t in range(x.shape[1]):
                h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
                yield h

        def weights(gates, inputs, *bias):
            return [drawn(inputs, gates * 4), drawn(4, gates * 4), drawn(*(bias or (gates * 4,)))]

        own = {"cell": weights(4, 3)}
        for kind, text, run, arrays in [
            ("LSTM", "lstm<4>", lstm, weights(4, 3)), ("GRU", "gru<4>", gru, weights(3, 3, 2, 12)),
            ("GRU", "gru<4, reset_before>", gru, weights(3, 3)), ("SimpleRNN", "simple_rnn<4>", rnn, weights(1, 3)),
        ]:  # fmt: skip
            made = layer(kind, {"cell": arrays}, units=4, return_sequences=True, reset_after=arrays[2].ndim == 2)
            self.check(f"input<3, 5>, unrolled<{text}>",
                       lambda x: np.stack(list(run(x, *arrays)), 1), input_of(5, 3), made)  # fmt: skip
            self.check(f"input<3>, {text}", lambda x: np.concatenate(list(run(x.reshape(1, -1, 3), *arrays))),
                       input_of(None, 3), made)  # fmt: skip
        self.check("input<3, 5>, unrolled<lstm<4>>, last_step",
                   lambda x: list(lstm(x, *own["cell"]))[-1], input_of(5, 3), layer("LSTM", own, units=4))  # fmt: skip
        both = {"forward_layer/cell": weights(4, 3), "backward_layer/cell": weights(4, 3)}
        inner = {"class_name": "LSTM", "config": {"units": 4, "return_sequences": True}}

        def runs(x):
            first, second = (np.stack(list(lstm(g, *both[n])), 1) for g, n in zip((x, x[:, ::-1]), both))
            return first, second[:, ::-1]

        self.check("input<3, 5>, bidirectional<lstm<4>>", lambda x: np.concatenate(runs(x), 2), input_of(5, 3),
                   layer("Bidirectional", both, layer=inner, merge_mode="concat"))  # fmt: skip
        ends = {"class_name": "LSTM", "config": {"units": 4}}
        self.check("input<3, 5>, bidirectional<lstm<4>>, flatten, parallel<branch<slice<32, 4>>, branch<slice<4, 4>>>",
                   lambda x: np.concatenate([runs(x)[0][:, -1], runs(x)[1][:, 0]], 1), input_of(5, 3),
                   layer("Bidirectional", both, layer=ends, merge_mode="concat"))  # fmt: skip
        words, head = drawn(7, 3), drawn(4, 2)
        self.check("input<5>, embedding<7, 3>, unrolled<lstm<4>>, unrolled<dense<2>>",
                   lambda x: np.stack(list(lstm(words[x.astype(int)], *own["cell"])), 1) @ head, input_of(5),
                   layer("Embedding", [words], input_dim=7, output_dim=3),
                   layer("LSTM", own, units=4, return_sequences=True),
                   layer("TimeDistributed", {"layer": [head]},
                         layer={"class_name": "Dense", "config": {"units": 2, "use_bias": False}}))  # fmt: skip

    def functional(self, style, *connections):
        """A functional model: an Add around two dense layers, and a Concatenate."""
        w, v, b = drawn(3, 3), drawn(3, 2), drawn(2)
        entries = self.described([input_of(3), layer("Dense", [w], units=3, use_bias=False, activation="tanh"),
                                  layer("Add"), layer("Dense", [v, b], units=2), layer("Concatenate", axis=-1)])
        for entry, name in zip(entries, ("in", "a", "add", "b", "joined")):
            entry["config"]["name"] = entry["name"] = name
            sources = {"a": ["in"], "add": ["in", "a"], "b": ["add"], "joined": ["add", "b"]}.get(name, [])
            if style == 3:
                tensors = [{"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": [n, 0, 0]}}
                           for n in sources]  # fmt: skip
                args = [tensors] if len(tensors) > 1 else tensors
                entry["inbound_nodes"] = [{"args": args, "kwargs": {}}] if sources else []
            else:
                entry["inbound_nodes"] = [[[n, 0, 0, {}] for n in sources]] if sources else []

        def wrap(plain):
            return {"class_name": "Functional", "config": {"layers": plain, "input_layers": [["in", 0, 0]],
                                                           "output_layers": ["joined", 0, 0]}}  # fmt: skip

        def answer(x):
            y = x + np.tanh(x @ w)
            return np.concatenate([y, y @ v + b], 1)

        return self.keras(entries=entries, wrap=wrap), answer

    def test_functional_models(self):
        for style in (2, 3):
            path, answer = self.functional(style)
            self.assertEqual(self.exported(path)[0], "input<3>, residual<dense<3>, tanh>, "
                             "parallel<branch<identity>, branch<dense<2>>>")  # fmt: skip
            inputs, outputs = self.golden()
            self.assertLessEqual(np.abs(answer(inputs) - outputs).max(), 1e-5)

    def test_refusals(self):
        w, b = drawn(3, 2), drawn(2)
        dense = layer("Dense", [w, b], units=2)
        for message, layers in {
            "(Lambda) has no counterpart in etch": [dense, layer("Lambda")],
            "has the activation mish": [layer("Dense", [w, b], units=2, activation="mish")],
            "has 1 tensors, and must have 2": [layer("Dense", [w], units=2)],
            "weight of dense<2> has shape [2, 4]": [layer("Dense", [drawn(4, 2), b], units=2)],
            "the units of the layer": [layer("Dense", [w, b], units="2")],
            "has mask_zero True": [layer("Embedding", [w], mask_zero=True)],
            "is quantized": [layer("Dense", [w, b], units=2, quantization_config={"class_name": "Int8"})],
        }.items():
            with self.subTest(message):
                self.refused(message, self.keras(input_of(3), *layers))
        kernel = [drawn(3, 2, 4), drawn(4)]
        for message, extents, each in [
            ("has its channels first", (9, 2), layer("Conv1D", kernel, filters=4, kernel_size=[3], data_format="channels_first")),
            ("sees a stream step by step", (None, 2), layer("Conv1D", kernel, filters=4, kernel_size=[3])),
            ("pads its input", (9, 2), layer("MaxPooling1D", pool_size=[2], padding="same")),
            ("a stride larger than its kernel", (9, 2), layer("Conv1DTranspose", [drawn(2, 4, 2), drawn(4)], filters=4,
                                                              kernel_size=[2], strides=[3])),
            ("has recurrent_activation 'hard_sigmoid'", (9, 2), layer("LSTM", {"cell": [drawn(2, 8), drawn(2, 8), drawn(8)]},
                                                                      units=2, recurrent_activation="hard_sigmoid")),
            ("zeros are put around something", (9, 2), layer("ZeroPadding1D", padding=1)),
            ("needs whole sequences", (None, 2), layer("Bidirectional", {}, layer={"class_name": "LSTM", "config": {}})),
        ]:  # fmt: skip
            with self.subTest(message):
                self.refused(message, self.keras(input_of(*extents), each))
        self.refused("the hard_sigmoid of Keras 2.12.0", self.h5(input_of(3), layer("Dense", [w, b], units=2,
                                                                                    activation="hard_sigmoid")))
        self.refused("none can be passed", self.keras(input_of(3), dense), "--activation", "relu")
        entries = self.described([input_of(3), dense])
        entries[1]["arrays"]["more"] = [b]
        self.refused("the tensor layers/dense/more/vars/0 of model.keras is not used", self.keras(entries=entries))
        with h5py.File(self.path("weights.h5"), "w") as file:
            file["a"] = w
        self.refused("it holds weights alone", self.path("weights.h5"))

    def test_damaged_files_end_in_a_sentence(self):
        """Bytes changed or cut off, and values of the description replaced: never a fault of the program."""
        draw = random.Random(11)
        w, k = [drawn(3, 4), drawn(4)], {"cell": [drawn(4, 16), drawn(4, 16), drawn(16)]}
        sources = [self.keras(input_of(5, 3), layer("Dense", w, units=4, activation="relu"), layer("LSTM", k, units=4)),
                   self.h5(input_of(5, 3), layer("Dense", w, units=4), layer("LSTM", k, units=4))]  # fmt: skip
        for source in sources:
            with open(source, "rb") as file:
                whole = file.read()
            for _ in range(ROUNDS):
                self.damaged(source, changed(draw, whole))
        with zipfile.ZipFile(sources[0]) as archive:
            records = {name: archive.read(name) for name in archive.namelist()}
        for model in damaged_descriptions(draw, json.loads(records["config.json"]), 4 * ROUNDS):
            path = self.path("damaged.keras")
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in records.items():
                    archive.writestr(name, json.dumps(model) if name == "config.json" else content)
            self.assert_sentence(path)

    def damaged(self, source, content):
        path = self.path("damaged" + os.path.splitext(source)[1])
        with open(path, "wb") as file:
            file.write(content)
        self.assert_sentence(path)



if __name__ == "__main__":
    unittest.main(warnings="ignore")
