"""PyTorch -> file -> etch -> file -> PyTorch, for random networks of ten shapes and with every layer that is exported.

    /usr/bin/python3 tests/tools/round_trip.py --settings build/test/compiler_settings.cmake

Each network goes two ways into a file, as an nn.Module and as ONNX. A C++ program, compiled for the topologies that the
files name, loads each file, which verifies its golden vectors, answers samples that neither side has seen, and saves
the network again. The answers must be PyTorch's, and the weights that come back those that left, bit for bit.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "python"), os.path.dirname(os.path.abspath(__file__))]
import etch_export  # noqa: E402
from etch_export.held_layers import vocabularies  # noqa: E402
from etch_export.topology import RECURRENT as GATES  # noqa: E402
from etch_export.topology import parse_topology  # noqa: E402
from etch_export.torch_layers import torch_classes  # noqa: E402
from random_networks import ACTIVATIONS, WIDTHS, random_network  # noqa: E402

SAMPLES = 64
TOLERANCE = 1e-5  # of the largest output: sums of floats in another order, as docs/weights.md has it for golden vectors
TOPOLOGIES_A_PROGRAM = 8  # a compiler's memory and a machine's patience

PROGRAM = """\
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <etch/inference.hpp>
#include <etch/io/files.hpp>

template <class Network>
int round_trip(const std::string& stem) {
    Network net;
    if (const auto loaded = etch::load_file(net, stem + ".safetensors"); !loaded) {
        std::fprintf(stderr, "%s\\n", loaded.message().c_str());
        return 1;
    }
    std::FILE* samples = std::fopen((stem + ".samples").c_str(), "rb");
    std::FILE* answers = std::fopen((stem + ".answers").c_str(), "wb");
    if (!samples || !answers) return 1;
    std::array<float, Network::inputs> sample{};
    typename Network::state state{};  // the samples are the steps of a sequence, if the network has one
    while (std::fread(sample.data(), sizeof(float), sample.size(), samples) == sample.size()) {
        const auto answer = net(sample, state);
        std::fwrite(answer.data(), sizeof(float), Network::outputs, answers);
    }
    std::fclose(samples);
    std::fclose(answers);
    if (const auto saved = etch::save_file(net, stem + ".saved"); !saved) {
        std::fprintf(stderr, "%s\\n", saved.message().c_str());
        return 1;
    }
    return 0;
}

// Takes pairs: the number of a topology, and the files' name.
int main(int count, char** arguments) {
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string stem = arguments[i + 1];
        int failed = 1;
        switch (std::atoi(arguments[i])) {
//CASES
        }
        if (failed != 0) return 1;
    }
    return 0;
}
"""


@dataclass
class Trip:
    name: str
    model: nn.Module  # what PyTorch answers with
    state: dict  # what must come back
    topology: str
    inputs: tuple


class EmpiricalNormalization(nn.Module):
    """As rsl_rl's."""

    def __init__(self, features):
        super().__init__()
        self.eps = 1e-2
        self.register_buffer("_mean", 3 * torch.randn(1, features))
        self.register_buffer("_std", torch.rand(1, features) + 0.1)

    def forward(self, x):
        return (x - self._mean) / (self._std + self.eps)


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def policy():
    """What is no plain list: a normalizer with limits, residuals, layers without bias, bounds of the actions."""
    block = [Residual(nn.Linear(24, 24, bias=False), nn.LayerNorm(24), nn.ELU()) for _ in range(2)]
    first = [EmpiricalNormalization(19), nn.Hardtanh(-1.5, 1.5), nn.Linear(19, 24)]
    return nn.Sequential(*first, *block, nn.Linear(24, 7), nn.Hardtanh(-0.25, 0.5))


def prices():
    """An answer in the units of its targets."""
    last = torch_classes()["Unstandardize"](2)
    last.load_state_dict({"mean": torch.tensor([2e5, -3.0]), "deviation": torch.tensor([7e4, 0.1])})
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2), last)


class Sequences(nn.Module):
    """Recurrent layers between others, of whole sequences [samples, steps, features]."""

    def __init__(self, kind, inputs, units, layers, outputs):
        super().__init__()
        self.first, self.memory = nn.Linear(inputs, inputs), kind(inputs, units, layers, batch_first=True)
        self.head = nn.Linear(units, outputs)

    def forward(self, x):
        y, _ = self.memory(torch.tanh(self.first(x)))
        return self.head(y)


RECURRENT = [kind for name, kind in (("gru", nn.GRU), ("lstm", nn.LSTM), ("simple_rnn", nn.RNN))
             if name in GATES]  # fmt: skip


def sequences():
    """With the shape of one step. Sizes around registers, one and several layers."""
    for kind in RECURRENT:
        for inputs, units, layers, outputs in [(1, 1, 1, 1), (3, 5, 2, 2), (9, 33, 1, 4)]:
            yield Sequences(kind, inputs, units, layers, outputs), (inputs,)


CHANNELS_FIRST = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)


def is_of_images(model):
    return any(isinstance(each, CHANNELS_FIRST) for each in model.modules())


def has_parts(model):
    return any(isinstance(each, (nn.Upsample, nn.GLU)) for each in model.modules())


def pictures():
    """Convolutional networks: sizes around registers, odd ones, every option."""
    for channels in (1, 3, 8):
        norm = nn.BatchNorm2d(channels)
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        yield nn.Sequential(norm, nn.Conv2d(channels, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                            nn.Conv2d(8, 5, (2, 3), stride=(1, 2)), nn.Tanh(), nn.Flatten(),
                            nn.Linear(5 * 3 * 2, 6)), (channels, 8, 11)  # fmt: skip
    yield nn.Sequential(nn.Conv2d(6, 12, 3, groups=6, dilation=2), nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1),
                        nn.Flatten(), nn.Linear(12, 5)), (6, 7, 9)  # fmt: skip
    slopes = nn.PReLU(4)
    nn.init.uniform_(slopes.weight)
    yield nn.Sequential(nn.Conv1d(3, 4, 5, padding=2, dilation=2), slopes, nn.MaxPool1d(2), nn.Flatten(),
                        nn.Linear(20, 3)), (3, 15)  # fmt: skip
    yield nn.Sequential(nn.Conv1d(2, 6, 3), nn.GroupNorm(3, 6), nn.Upsample(scale_factor=2), nn.Conv1d(6, 1, 1)), (2, 7)


class Sequence(nn.Module):
    """Features last, from one sequence to a vector."""

    def __init__(self, first, last, *layers):
        super().__init__()
        self.first, self.last, self.layers = first, last, nn.Sequential(*layers)

    def forward(self, x):
        y = self.first(x)
        y = y[0] if isinstance(self.first, nn.RNNBase) else y
        return self.layers(y.mean(1) if self.last == "mean" else y[:, -1])


class Attends(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x):
        return x + self.attention(x, x, x, need_weights=False)[0]


class Parts(nn.Module):
    """A gate of two halves, FiLM of three thirds, and both next to each other."""

    def __init__(self, inputs, units):
        super().__init__()
        self.gate, self.film = nn.Linear(inputs, 2 * units), nn.Linear(units, 3 * units)

    def forward(self, x):
        a, b = self.gate(x).chunk(2, 1)
        h = torch.tanh(a) * torch.sigmoid(b)
        y, scale, shift = self.film(h).chunk(3, 1)
        return torch.cat([h, y * scale + shift], 1)


def whole():
    """Whole sequences, attention, embeddings, several ways, transposed convolutions."""
    for kind in (nn.GRU, nn.LSTM, nn.RNN):
        yield Sequence(kind(5, 9, batch_first=True), "last", nn.Linear(9, 3)), (4, 5)
        yield Sequence(kind(3, 4, 2, batch_first=True, bidirectional=True), "last", nn.Linear(8, 2)), (7, 3)
    yield Sequence(nn.Embedding(11, 5), "mean", nn.Linear(5, 3)), (6,)
    yield Sequence(Attends(8, 2), "mean", nn.Linear(8, 3)), (5, 8)
    yield Sequence(nn.TransformerEncoderLayer(6, 3, 9, batch_first=True), "last", nn.Linear(6, 1)), (4, 6)
    yield Parts(5, 9), (5,)
    yield nn.Sequential(nn.ConvTranspose2d(4, 6, (3, 4), (2, 1), (1, 0), (1, 0), groups=2), nn.Tanh(),
                        nn.ConvTranspose2d(6, 3, 2), nn.Flatten(), nn.Linear(3 * 7 * 8, 2)), (4, 3, 4)  # fmt: skip
    yield nn.Sequential(nn.ConvTranspose1d(3, 8, 5, 3, 1, dilation=2), nn.GLU(1), nn.Conv1d(4, 2, 2)), (3, 6)
    for norm in (nn.utils.weight_norm(nn.Conv1d(2, 5, 3, padding=1)), nn.Conv1d(2, 5, 3, padding=1)):
        yield nn.Sequential(norm, nn.ReLU(), nn.Upsample(scale_factor=2), nn.AvgPool1d(2), nn.Flatten(),
                            nn.Linear(35, 3)), (2, 7)  # fmt: skip


def models(draw, count):
    """Networks with the shape of one sample each. The first of each shape take all activations in turn."""
    turn = iter(draw.sample(ACTIVATIONS, len(ACTIVATIONS)) * 2)
    for round_number in range(count):
        for widths in WIDTHS:
            in_turn = type("InTurn", (), {"choice": lambda self, all_of_them: next(turn)})()
            yield random_network(in_turn if round_number == 0 else draw, widths), (widths[0],)
    yield from sequences()
    yield from pictures()
    yield from whole()
    yield nn.Sequential(nn.Linear(5, 9), nn.Hardsigmoid(), nn.Linear(9, 8), nn.Hardswish(), nn.Linear(8, 4),
                        nn.LogSoftmax(dim=-1)), (5,)  # fmt: skip
    yield policy(), (19,)
    yield prices(), (4,)
    yield nn.Sequential(nn.Flatten(), nn.Linear(35, 9), nn.Softplus(), nn.Linear(9, 3), nn.Softmax(dim=-1)), (5, 7)


def export(model, inputs, index, folder):
    """The two ways of one model into a file."""
    for way in ("module", "onnx"):
        name = f"{index}_{way}"
        path = os.path.join(folder, name)
        others = (nn.GroupNorm, nn.MultiheadAttention, nn.TransformerEncoderLayer)
        if way == "onnx" and any(isinstance(each, others) for each in model.modules()):
            continue  # which PyTorch writes as other operators
        if way == "module":
            etch_export.save(model, path + ".safetensors", inputs=inputs, seed=index)
        else:
            steps = (3,) if isinstance(model, Sequences) else ()
            sample = torch.zeros(1, *steps, *inputs)
            of_words = isinstance(getattr(model, "first", None), nn.Embedding)
            opset = 9 + index % 8 if isinstance(model, nn.Sequential) and not has_parts(model) else 13 + index % 4
            torch.onnx.export(model, sample.long() if of_words else sample, path + ".onnx", opset_version=opset)
            shape = ["--inputs", ",".join(map(str, inputs))] if isinstance(model, Sequence) else []
            if etch_export.main([path + ".onnx", path + ".safetensors", "--seed", str(index), *shape]) != 0:
                sys.exit(1)
        file = etch_export.read(path + ".safetensors")
        own = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
        same = list(own) == list(file.tensors) and not is_of_images(model)  # whose dense layers have another order
        state = own if same else file.tensors  # a network of other modules has other names
        yield Trip(path, model, state, file.metadata["etch.topology"], inputs)


def bf16_trip(folder):
    """Weights that are rounded on their way, from a state_dict and a list of layers."""
    model = nn.Sequential(nn.Linear(21, 32), nn.Tanh(), nn.Linear(32, 5))
    path, layers = os.path.join(folder, "bf16"), "input<21>, dense<32, bf16>, tanh, dense<5>"
    torch.save(model.state_dict(), path + ".pt")
    if etch_export.main([path + ".pt", path + ".safetensors", "--topology", layers]) != 0:
        sys.exit(1)
    model[0].weight.data = model[0].weight.data.bfloat16().float()
    return Trip(path, model, etch_export.read(path + ".safetensors").tensors, layers, (21,))


def compile_programs(trips, compiler, folder):
    """Which program knows a topology, and under which number."""
    topologies = list(dict.fromkeys(trip.topology for trip in trips))
    place = {}
    for first in range(0, len(topologies), TOPOLOGIES_A_PROGRAM):
        program = os.path.join(folder, f"trip{first}")
        cases = ""
        for number, topology in enumerate(topologies[first:first + TOPOLOGIES_A_PROGRAM]):
            place[topology] = (program, number)
            network = re.sub(r"\b([a-z]\w*)", r"etch::\1", topology)
            cases += f"            case {number}: failed = round_trip<etch::network<{network}>>(stem); break;\n"
        with open(program + ".cpp", "w") as source:
            source.write(PROGRAM.replace("//CASES\n", cases))
        subprocess.run([*compiler, "-O1", program + ".cpp", "-o", program], check=True)
    return place


def compiler_of(settings):
    with open(settings) as file:
        return re.search(r'set\(COMPILER "([^"]+)"\)', file.read()).group(1).split(";")


def reach(trip, place, numbers):
    """One network there and back; the largest difference to PyTorch as a part of the largest output."""
    first = trip.model[0] if isinstance(trip.model, nn.Sequential) else None
    samples = numbers.standard_normal((SAMPLES, *trip.inputs)).astype(np.float32)
    if isinstance(first, EmpiricalNormalization):
        samples = samples * first._std.numpy() + first._mean.numpy()
    network = parse_topology(trip.topology)
    count = int(vocabularies(network.layers, network.inputs).max(initial=0))
    if count:  # indices
        samples = numbers.integers(0, count, samples.shape).astype(np.float32)
    of_image = is_of_images(trip.model)
    if of_image:  # channels last in etch
        samples = np.ascontiguousarray(np.moveaxis(samples, 1, -1))
    samples.tofile(trip.name + ".samples")
    program, number = place[trip.topology]
    subprocess.run([program, str(number), trip.name], check=True)
    with torch.no_grad():
        given = torch.from_numpy(samples).double()
        given = given.movedim(-1, 1).contiguous() if of_image else given.long() if count else given
        of_sequence = isinstance(trip.model, Sequences)
        expected = trip.model.double()(given[None] if of_sequence else given).numpy()
        expected = np.moveaxis(expected, 1, -1).reshape(SAMPLES, -1) if of_image else expected.reshape(SAMPLES, -1)
    trip.model.float()
    answers = np.fromfile(trip.name + ".answers", np.float32).reshape(expected.shape)
    difference = np.abs(answers - expected).max() / np.abs(expected).max()
    if not difference <= TOLERANCE:
        sys.exit(f"{trip.topology}: differs from PyTorch by {difference:.2e} of the largest output")
    back = etch_export.to_torch(trip.name + ".saved").state_dict()
    if set(back) != set(trip.state):
        sys.exit(f"{trip.topology}: {list(back)} came back for {list(trip.state)}")
    for key, tensor in trip.state.items():
        if back[key].numpy().tobytes() != tensor.tobytes():
            sys.exit(f"{trip.topology}: {key} came back as other numbers")
    return difference, answers.size, sum(t.size for t in trip.state.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", required=True, help="the CMake script that sets COMPILER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2, help="networks of each shape (default 2)")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.manual_seed(given.seed)
    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        said, sys.stdout = sys.stdout, nowhere
        made = enumerate(models(random.Random(given.seed), given.count))
        trips = [trip for index, (model, inputs) in made for trip in export(model.eval(), inputs, index, folder)]
        trips.append(bf16_trip(folder))
        sys.stdout = said
        place = compile_programs(trips, compiler_of(given.settings), folder)
        numbers = np.random.default_rng(given.seed)
        reached = [reach(trip, place, numbers) for trip in trips]
    differences, outputs, weights = zip(*reached)
    print(f"networks           {len(trips)}, of {len(place)} topologies")
    print(f"tensors            {sum(len(t.state) for t in trips)}, of {sum(weights)} numbers, all the same bits")
    print(f"outputs compared   {sum(outputs)}, of {SAMPLES} samples a network")
    print(f"largest difference {max(differences):.2e} of a network's largest output; {TOLERANCE:.0e} is allowed")


if __name__ == "__main__":
    main()
