"""What the tests of python/etch_export share: the command in a folder of its own, and what it must say."""
import contextlib
import io
import os
import sys
import tempfile
import unittest
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "python"))
import etch_export  # noqa: E402

warnings.filterwarnings("ignore")


def mlp(*widths, activation=nn.Tanh):
    """nn.Linear of these widths with an activation between them."""
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = self.path("out.safetensors")
        torch.manual_seed(7)

    def path(self, name):
        return os.path.join(self.folder, name)

    def saved(self, value, name="model.pt", **how):
        torch.save(value, self.path(name), **how)
        return self.path(name)

    def graph(self, nodes, initializers=(), inputs=(("x", (None, 3)),), outputs=("y",)):
        """An ONNX file of nodes: operator, what it gets, what it gives (several with blanks between), attributes."""
        tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in dict(initializers).items()]
        made = helper.make_graph(
            [helper.make_node(op, names, into.split(), name=f"{op}_of_{into.split()[0]}", **attributes)
             for op, names, into, attributes in nodes], "graph",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs],
            [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs], tensors)  # fmt: skip
        path = self.path("made.onnx")
        onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)]), path)
        return path

    def command(self, *arguments):
        """Exit status, what is printed, what is complained."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = etch_export.main([str(a) for a in arguments])
        return status, out.getvalue(), err.getvalue()

    def exported(self, source, *options):
        """Exports by the command; the topology, and what was printed."""
        status, out, err = self.command(source, self.out, *options)
        self.assertEqual((status, err), (0, ""))
        return etch_export.read(self.out).metadata["etch.topology"], out

    def refused(self, message, source, *options):
        """The command says one sentence, holding `message`, and writes nothing."""
        self.remove_out()
        status, out, err = self.command(source, self.out, *options)
        self.assertEqual(status, 1)
        self.assertIn(message, err)
        self.assertTrue(err.startswith("etch_export: "), err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertEqual(out, "")
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith(("out.safetensors", "etch-"))], [])

    def assert_sentence(self, path):
        """Whatever the file holds, it is exported, or refused in one sentence."""
        status, _, err = self.command(path, self.path("never.safetensors"))
        self.assertIn(status, (0, 1))
        self.assertEqual(err.count("\n"), status, err)
        self.assertNotIn("unexpected", err)

    def remove_out(self):
        if os.path.exists(self.out):
            os.remove(self.out)

    def refused_module(self, message, model, **options):
        self.remove_out()
        with self.assertRaises(etch_export.Refused) as caught:
            etch_export.save(model, self.out, **options)
        self.assertIn(message, str(caught.exception))
        self.assertFalse(os.path.exists(self.out))

    def topology(self, model, **options):
        text = etch_export.save(model, self.out, **options)
        self.assertEqual(text, etch_export.read(self.out).metadata["etch.topology"])
        return text

    def golden(self, path=None):
        """Inputs and outputs, as a reader of the file finds them."""
        metadata = etch_export.read(path or self.out).metadata
        count = int(metadata["etch.golden.count"])
        return [np.frombuffer(bytes.fromhex(metadata[f"etch.golden.{k}"]), "<f4").reshape(count, -1)
                for k in ("inputs", "outputs")]  # fmt: skip

    def assert_answers(self, model, shape=None):
        """The golden vectors are what the model answers, and what the file's network answers in PyTorch."""
        inputs, outputs = self.golden()
        x = torch.from_numpy(inputs.copy()).reshape((len(inputs), *(shape or (-1,))))
        with torch.no_grad():
            for answers in (model(x), etch_export.to_torch(self.out)(x)):
                difference = np.abs(answers.reshape(outputs.shape).numpy() - outputs).max()
                self.assertLessEqual(difference, 1e-5 * np.abs(outputs).max())
