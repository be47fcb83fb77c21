"""python/etch_export on networks with state: GRUs as modules, TorchScript, ONNX and state_dicts.

    /usr/bin/python3 tests/tools/recurrent_test.py
"""
import os
import sys
import unittest

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from case import Case  # noqa: E402

import etch_export  # noqa: E402
from etch_export.topology import RECURRENT  # noqa: E402

KINDS = {kind: each for kind, each in {"gru": nn.GRU, "lstm": nn.LSTM, "simple_rnn": nn.RNN}.items()
         if kind in RECURRENT}  # fmt: skip
CELLS = {"gru": nn.GRUCell, "lstm": nn.LSTMCell, "simple_rnn": nn.RNNCell}


class Whole(nn.Module):
    """Gets a sequence, and answers each of its steps, or the last."""

    def __init__(self, kind, layers=1, batch_first=True, last=False):
        super().__init__()
        self.memory, self.head = kind(3, 4, layers, batch_first=batch_first), nn.Linear(4, 2)
        self.batch_first, self.last = batch_first, last

    def forward(self, x):
        y, _ = self.memory(x)
        if self.last:
            y = y[:, -1] if self.batch_first else y[-1]
        return self.head(y)


class LastState(Whole):
    def forward(self, x):
        _, h = self.memory(x)
        return self.head(h[0][-1] if isinstance(self.memory, nn.LSTM) else h[-1])


class OneStep(Whole):
    """Gets a step and the state, and gives the new one."""

    def forward(self, x, state):
        y, state = self.memory(x.unsqueeze(0), state)
        return self.head(y.squeeze(0)), state


class OptionalState(Whole):
    def forward(self, x, state=None):
        y, state = self.memory(x, state)
        return self.head(y), state


class Cell(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.memory, self.head = CELLS[kind](3, 4), nn.Linear(4, 2)
        self.two = kind == "lstm"

    def forward(self, x, state):
        state = self.memory(x, state)
        return self.head(state[0] if self.two else state), state


class Scripted(nn.Module):
    """As rsl_rl exports a recurrent policy: the state is kept in a buffer."""

    def __init__(self, whole):
        super().__init__()
        self.memory, self.head = whole.memory, whole.head
        self.register_buffer("hidden_state", torch.ones(self.memory.num_layers, 1, 4))  # as a call before left it

    def forward(self, x):
        y, h = self.memory(x.unsqueeze(0), self.hidden_state)
        self.hidden_state[:] = h
        return self.head(y.squeeze(0))

    @torch.jit.export
    def reset_memory(self):
        self.hidden_state[:] = 0.0


class ScriptedLstm(Scripted):
    def __init__(self, whole):
        super().__init__(whole)
        self.register_buffer("cell_state", torch.ones(self.memory.num_layers, 1, 4))

    def forward(self, x):
        y, (h, c) = self.memory(x.unsqueeze(0), (self.hidden_state, self.cell_state))
        self.hidden_state[:] = h
        self.cell_state[:] = c
        return self.head(y.squeeze(0))


def state_of(kind, layers=1):
    h = torch.zeros(layers, 1, 4)
    return (h, h) if kind is nn.LSTM else h


class Recurrent(Case):
    def assert_steps(self, model):
        """The golden vectors are the steps of one sequence, for the model and for the file's network in PyTorch."""
        inputs, outputs = self.golden()
        x = torch.from_numpy(inputs.copy())
        with torch.no_grad():
            y, _ = model.memory(x[None] if model.memory.batch_first else x[:, None])
            for answers in (model.head(y), etch_export.to_torch(self.out)(x)):
                difference = np.abs(answers.reshape(outputs.shape).numpy() - outputs).max()
                self.assertLessEqual(difference, 1e-5 * np.abs(outputs).max())

    def test_modules_of_whole_sequences(self):
        for name, kind in KINDS.items():
            two = f"input<3>, {name}<4>, {name}<4>, dense<2>"
            for model in [Whole(kind, 2), Whole(kind, 2, batch_first=False), Whole(kind, 2, last=True),
                          Whole(kind, 2, batch_first=False, last=True), LastState(kind, 2)]:  # fmt: skip
                with self.subTest(kind=name, model=type(model).__name__):
                    self.assertEqual(self.topology(model.eval()), two)
                    self.assert_steps(model)
            self.assertEqual(self.topology(kind(3, 4)), f"input<3>, {name}<4>")
            self.assertEqual(self.topology(kind(3, 4, bias=False)), f"input<3>, {name}<4>")
            between = kind(3, 4, 2, dropout=0.25).eval()
            self.assertEqual(self.topology(between), f"input<3>, {name}<4>, dropout<25, 100>, {name}<4>")

    def test_modules_that_take_and_give_their_state(self):
        for name, kind in KINDS.items():
            for model in [OneStep(kind, batch_first=False), OptionalState(kind)]:
                with self.subTest(kind=name, model=type(model).__name__):
                    self.assertEqual(self.topology(model.eval()), f"input<3>, {name}<4>, dense<2>")
                    self.assert_steps(model)
            self.assertEqual(self.topology(Cell(name).eval()), f"input<3>, {name}<4>, dense<2>")

    def test_relu_in_place_of_tanh(self):
        model = nn.RNN(3, 4, nonlinearity="relu")
        topology = "input<3>, simple_rnn<4, with_relu>"
        self.assertEqual(self.topology(model), topology)
        self.assertEqual(self.topology(etch_export.to_torch(self.out)), topology)
        torch.onnx.export(model, torch.zeros(5, 1, 3), self.path("made.onnx"))
        self.assertEqual(self.exported(self.path("made.onnx"))[0], topology)
        torch.jit.script(nn.Sequential(etch_export.to_torch(self.out))).save(self.path("script.pt"))
        self.assertEqual(self.exported(self.path("script.pt"), "--trust")[0], topology)

    def test_torchscript(self):
        for name, kind in KINDS.items():
            whole, one = Whole(kind, 2, batch_first=False).eval(), OneStep(kind, batch_first=False).eval()
            keeps = (ScriptedLstm if kind is nn.LSTM else Scripted)(whole).eval()
            for model, script in [
                (whole, torch.jit.script(whole)),
                (whole, torch.jit.trace(whole, torch.zeros(5, 1, 3))),
                (one, torch.jit.trace(one, (torch.zeros(1, 3), state_of(kind)))),
                (whole, torch.jit.script(keeps)),
            ]:
                with self.subTest(kind=name, model=type(model).__name__):
                    script.save(self.path("script.pt"))
                    topology, _ = self.exported(self.path("script.pt"), "--trust")
                    self.assertEqual(topology, f"input<3>{f', {name}<4>' * (2 if model is whole else 1)}, dense<2>")
                    self.assert_steps(model)

    def test_onnx(self):
        any_length = {"dynamic_axes": {"x": [0, 1]}, "input_names": ["x"]}
        for name, kind in KINDS.items():
            for model, example, how in [
                (Whole(kind, 2), torch.zeros(1, 5, 3), {}),
                (Whole(kind, 2, batch_first=False), torch.zeros(5, 1, 3), any_length),
                (Whole(kind, last=True), torch.zeros(1, 5, 3), any_length),
                (LastState(kind, 2), torch.zeros(1, 5, 3), {}),
                (OneStep(kind, 2, batch_first=False), (torch.zeros(1, 3), state_of(kind, 2)), {}),
            ]:
                with self.subTest(kind=name, model=type(model).__name__):
                    model.eval()
                    torch.onnx.export(model, example, self.path("made.onnx"), **how)
                    topology, _ = self.exported(self.path("made.onnx"))
                    layers = f", {name}<4>" * model.memory.num_layers
                    self.assertEqual(topology, f"input<3>{layers}, dense<2>")
                    self.assert_steps(model)

    def test_state_dicts(self):
        for name, kind in KINDS.items():
            model = Whole(kind, 2)
            path = self.saved(model.state_dict())
            topology, said = self.exported(path, "--output-activation", "none")
            self.assertEqual(topology, f"input<3>, {name}<4>, {name}<4>, dense<2>")
            self.assertIn("assumed: no activation after memory, a", said)
            self.assert_steps(model)
            listed = f"input<3>, {name}<4>, tanh, {name}<4>, dense<2>"
            self.assertEqual(self.exported(path, "--topology", listed)[0], listed)
            self.refused("which is no dense layer", path, "--topology", "input<3>, dense<4>, dense<2>")
            normed = nn.utils.weight_norm(kind(3, 4), "weight_hh_l0")
            self.exported(self.saved(normed.state_dict()), "--output-activation", "none")
            self.assert_same_as(normed)
            self.topology(normed)
            self.assert_same_as(normed)

    def assert_same_as(self, memory):
        held = etch_export.read(self.out).tensors
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            own = getattr(memory, f"{name}_l0").detach().numpy()
            self.assertLessEqual(np.abs(held[f"0.{name}"] - own).max(), 1e-6)

    def test_rsl_rl(self):
        for name, kind in KINDS.items():
            for memory, actor in [("memory_a.rnn", "actor"), ("rnn.rnn", "mlp")]:
                policy, other = kind(5, 4), kind(5, 4)
                head = nn.Sequential(nn.Linear(4, 6), nn.ELU(), nn.Linear(6, 2))
                state = {"std": torch.ones(2)}
                for prefix, module in [(actor, head), ("critic", head), (memory, policy), ("memory_c.rnn", other),
                                       ("actor_obs_normalizer", Normalizer(5))]:  # fmt: skip
                    state.update({f"{prefix}.{key}": t.clone() for key, t in module.state_dict().items()})
                entry = "model_state_dict" if actor == "actor" else "actor_state_dict"
                topology, _ = self.exported(self.saved({entry: state}))
                self.assertEqual(topology, f"input<5>, standardize, {name}<4>, dense<6>, elu<1, 1>, dense<2>")
                inputs, outputs = self.golden()
                with torch.no_grad():
                    y, _ = policy(torch.from_numpy(inputs / 1.01)[:, None])
                    self.assertLess(np.abs(head(y).reshape(8, 2).numpy() - outputs).max(), 1e-5)

    def test_back_and_forth(self):
        for kind in KINDS.values():
            model = Whole(kind, 2)
            topology = self.topology(model.eval())
            self.assertEqual(self.topology(etch_export.to_torch(self.out)), topology)
            self.assert_steps(model)
            self.assertEqual(self.command("--to-torch", self.out, self.path("back.pt")), (0, "", ""))
            self.assertEqual(self.exported(self.path("back.pt"), "--trust")[0], topology)

    def test_refusals(self):
        class Takes(Whole):
            def __init__(self, part, **how):
                super().__init__(nn.GRU, **how)
                self.part = part

            def forward(self, x):
                return self.head(self.part(self, x))

        first = {"begins with a state of its own": lambda m, x: m.memory(x, torch.ones(1, 1, 4))[0],
                 "begins with a state that is computed": lambda m, x: m.memory(x, x.exp())[0],
                 "takes the part 0 of a sequence": lambda m, x: m.memory(x)[0][:, 0],
                 "takes the part another part of a sequence": lambda m, x: m.memory(x)[0][:, 1:],
                 "module head gets the outputs and the states": lambda m, x: m.memory(x),
                 "the operator `sum` (sum_1) has no counterpart": lambda m, x: m.memory(x)[0].sum(1)}  # fmt: skip
        for message, part in first.items():
            with self.subTest(message):
                self.refused_module(message, Takes(part).eval())
        both = nn.GRU(3, 4, bidirectional=True)
        self.refused_module("does not give their length", both)
        self.refused_module("begins anew with each call", nn.Sequential(nn.GRUCell(3, 4)))
        self.refused("is of whole sequences (it holds weight_ih_reverse)", self.saved(both.state_dict()),
                     "--output-activation", "none")  # fmt: skip
        projected = nn.LSTM(3, 4, proj_size=2)
        self.refused_module("is an LSTM with proj_size", projected)
        self.refused("is an LSTM with proj_size", self.saved(projected.state_dict()), "--output-activation", "none")

    def test_refusals_of_onnx(self):
        w, r, b = np.ones((1, 12, 3), "f"), np.ones((1, 12, 4), "f"), np.ones((1, 24), "f")
        weights = {"w": w, "r": r, "b": b, "h": np.ones((1, 1, 4), "f"), "n": np.array([5], "i")}

        def made(attributes, names=("x", "w", "r", "b"), op="GRU"):
            return self.graph([(op, list(names), "y", attributes)], {k: weights[k] for k in names if k in weights},
                              inputs=[("x", (None, 1, 3))])  # fmt: skip

        after = {"linear_before_reset": 1}
        self.assertEqual(self.exported(made({}))[0], "input<3>, gru<4, reset_before>")
        self.assertEqual(self.topology(etch_export.to_torch(self.out)), "input<3>, gru<4, reset_before>")
        self.assertEqual(self.exported(made(after))[0], "input<3>, gru<4>")
        for message, arguments in {
            "has the direction reverse": ({**after, "direction": "reverse"},),
            "has clip": ({**after, "clip": 3.0},),
            "has the activations Sigmoid, Relu, where etch has": ({**after, "activations": ["Sigmoid", "Relu"]},),
            "has the layout 1": ({**after, "layout": 1},),
            "has sequence_lens": (after, ("x", "w", "r", "b", "n")),
            "begins with a state of its own": (after, ("x", "w", "r", "b", "", "h")),
        }.items():
            with self.subTest(message):
                self.refused(message, made(*arguments))
        weights = {"w": np.ones((1, 16, 3), "f"), "r": np.ones((1, 16, 4), "f"), "b": np.ones((1, 32), "f"),
                   "p": np.ones((1, 12), "f")}  # fmt: skip
        self.refused("has peepholes", made({}, ("x", "w", "r", "b", "", "", "", "p"), "LSTM"))
        self.refused("has input_forget", made({"input_forget": 1}, op="LSTM"))


class Normalizer(nn.Module):
    """As rsl_rl keeps it."""

    def __init__(self, features):
        super().__init__()
        self.register_buffer("_mean", torch.zeros(1, features))
        self.register_buffer("_var", torch.ones(1, features))
        self.register_buffer("_std", torch.ones(1, features))
        self.register_buffer("count", torch.tensor(3))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
