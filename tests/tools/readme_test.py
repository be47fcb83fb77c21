"""README.md, "From PyTorch to your binary", and docs/weights.md, "From numpy's archives, ...": their blocks are run as
they are written, one after the other.

    /usr/bin/python3 tests/tools/readme_test.py [--compiler g++]

The Python block ends a training script, the sh block is given a checkpoint, the CMake block and the first C++ block
become a program, which must answer what PyTorch answers. Then the network is retrained, and the program must follow;
then a golden vector is changed, and the build must fail. The blocks for Keras and scikit-learn get models with the
attributes that these have, and a program must answer what numpy computes from them.
"""
import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = """\
import sys
import torch
from torch import nn

torch.manual_seed(int(sys.argv[1]))
policy = nn.Sequential(nn.Linear(48, 64), nn.ELU(), nn.Linear(64, 12)).eval()
torch.save(policy.state_dict(), "weights.pt")
"""
CHECKPOINT = "model_1500.pt"
PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(robot CXX)
add_subdirectory("{root}" etch EXCLUDE_FROM_ALL)
"""
PROGRAM = """\
#include <array>
#include <cstdio>

{block}
int main() {{
    observation x{{}};
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1f * static_cast<float>(i) - 2;
    for (const float y : walk(x)) std::printf("%.9g\\n", y);
}}
"""
OTHERS_PROJECT = """\
add_executable(others others.cpp)
target_link_libraries(others PRIVATE etch::etch)
if(TARGET etch::npz)
  target_link_libraries(others PRIVATE etch::npz)
  target_compile_definitions(others PRIVATE HAS_NPZ)
endif()
"""
OTHERS = """\
#include <cstdio>
#include <string>

#include <etch/inference.hpp>
#include <etch/io/files.hpp>
#if defined(HAS_NPZ)
#include <etch/io/npz.hpp>
#endif

template <class Network>
int answers(const char* folder, const etch::key_map& keys) {
    const std::string path = std::string{folder} + "/policy.";
    Network net;
    auto loaded = etch::load_file(net, path + "safetensors", keys);
#if defined(HAS_NPZ)
    Network same;
    if (loaded) loaded = etch::load_npz(same, path + "npz", keys);
    if (loaded && !(same == net)) return std::puts("the two files differ"), 1;
#endif
    if (!loaded) return std::puts(loaded.message().c_str()), 1;
    for (const float y : net({0.5f, -1, 2, 0.25f})) std::printf("%.9g\\n", y);
    return 0;
}

int main() {
    using namespace etch;
    using keras_network = network<input<4>, dense<8>, elu<>, dense<3>, softmax>;
    using scikit_learn_network = network<input<4>, standardize, dense<8>, relu, dense<3>, softmax>;
    return answers<keras_network>("keras", keras) + answers<scikit_learn_network>("scikit_learn", scikit_learn);
}
"""


def blocks_of_section(file: str = "README.md", title: str = "From PyTorch to your binary") -> dict[str, list[str]]:
    with open(os.path.join(ROOT, file), encoding="utf-8") as document:
        section = document.read().split(f"\n## {title}\n")[1].split("\n## ")[0]
    blocks: dict[str, list[str]] = {}
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        blocks.setdefault(language, []).append(code)
    return blocks


def run(*command: str, folder: str, **environment: str) -> str:
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def difference(folder: str, layers: nn.Module) -> float:
    """Of the program's answer from PyTorch's, as a part of the largest output."""
    answer = np.array([float(line) for line in run("build/my_robot", folder=folder).split()])
    with torch.no_grad():
        expected = layers((0.1 * torch.arange(48) - 2).unsqueeze(0)).numpy()[0]
    return float(np.abs(answer - expected).max() / np.abs(expected).max())


def policy(folder: str) -> nn.Module:
    layers = nn.Sequential(nn.Linear(48, 64), nn.ELU(), nn.Linear(64, 12))
    layers.load_state_dict(torch.load(os.path.join(folder, "weights.pt")))
    return layers.eval()


def safetensors_of(arrays: dict[str, np.ndarray]) -> bytes:
    """As safetensors.numpy.save_file writes them."""
    header, data = {}, b""
    for name, array in arrays.items():
        kind = {"float32": "F32", "float64": "F64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [len(data), len(data) + array.nbytes]}
        data += np.ascontiguousarray(array).tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def from_keras_and_scikit_learn(folder: str) -> None:
    """The blocks write the files of two models, and the program `others` answers what these answer."""
    draw = np.random.default_rng(5)
    weights = [draw.standard_normal(shape) for shape in ((4, 8), (8,), (8, 3), (3,))]
    layers = [[w.astype(np.float32) for w in weights[:2]], [], [w.astype(np.float32) for w in weights[2:]]]
    keras = SimpleNamespace(layers=[SimpleNamespace(get_weights=lambda w=w: w) for w in layers])
    scikit_learn = SimpleNamespace(coefs_=weights[0::2], intercepts_=weights[1::2])
    scaler = SimpleNamespace(mean_=draw.standard_normal(4), scale_=draw.uniform(0.5, 2, 4))

    code = blocks_of_section("docs/weights.md", "From numpy's archives, of Keras and scikit-learn")["python"]
    for name, model, block in zip(("keras", "scikit_learn"), (keras, scikit_learn), code, strict=True):
        os.mkdir(os.path.join(folder, name))
        found = {"np": np, "model": model, "scaler": scaler}
        before = os.getcwd()
        os.chdir(os.path.join(folder, name))
        try:
            exec(block, found)  # as a user pastes it
        finally:
            os.chdir(before)
        with open(os.path.join(folder, name, "policy.safetensors"), "wb") as file:
            file.write(safetensors_of(found["arrays"]))

    x = np.array([0.5, -1, 2, 0.25])
    expected = []
    for inputs, activation in ((x, lambda z: np.where(z > 0, z, np.expm1(z))),
                               ((x - scaler.mean_) / scaler.scale_, lambda z: np.maximum(z, 0))):
        y = activation(inputs @ weights[0] + weights[1]) @ weights[2] + weights[3]
        expected += list(np.exp(y) / np.exp(y).sum())
    answer = np.array([float(line) for line in run("build/others", folder=folder).split()])
    assert np.abs(answer - expected).max() < 1e-5, (answer, expected)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--compiler", default="c++")
    compiler = options.parse_args().compiler
    blocks = blocks_of_section()
    assert {language: len(code) for language, code in blocks.items()} == {"python": 1, "sh": 1, "cmake": 1, "cpp": 2}

    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "bin"))
        os.symlink(sys.executable, os.path.join(folder, "bin", "python3"))
        path = os.path.join(folder, "bin") + os.pathsep + os.environ["PATH"]
        package = os.path.join(ROOT, "python")

        # From what is on the disk: a checkpoint as rsl_rl saves it.
        actor = nn.Sequential(nn.Linear(48, 32), nn.ELU(), nn.Linear(32, 12))
        tensors = {f"actor.{name}": tensor for name, tensor in actor.state_dict().items()}
        torch.save({"model_state_dict": tensors | {"std": torch.ones(12), "critic.0.weight": torch.ones(9, 48)}},
                   os.path.join(folder, CHECKPOINT))
        shown = run("bash", "-euo", "pipefail", "-c", blocks["sh"][0], folder=folder, PATH=path, PYTHONPATH=package)
        assert "input<48>, dense<32>, elu<1, 1>, dense<12>" in shown, shown

        # At the end of a training script; then the program.
        write(folder, "train.py", SCRIPT + blocks["python"][0])
        run(sys.executable, "-B", "train.py", "1", folder=folder, PYTHONPATH=package)
        write(folder, "CMakeLists.txt", PROJECT.format(root=ROOT) + OTHERS_PROJECT + blocks["cmake"][0])
        write(folder, "others.cpp", OTHERS)
        write(folder, "main.cpp", PROGRAM.format(block=blocks["cpp"][0]))
        run("cmake", "-G", "Ninja", "-B", "build", f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Release",
            "-DETCH_FETCH=OFF", folder=folder)
        run("cmake", "--build", "build", folder=folder)
        largest = difference(folder, policy(folder))
        assert largest < 1e-5, largest
        from_keras_and_scikit_learn(folder)

        # Retrained: what depends on the file is built again.
        run(sys.executable, "-B", "train.py", "2", folder=folder, PYTHONPATH=package)
        run("cmake", "--build", "build", folder=folder)
        assert difference(folder, policy(folder)) < 1e-5, "the program does not follow its file"

        # A network that does not match the original model does not build.
        file = os.path.join(folder, "walk.safetensors")
        with open(file, "rb") as stream:
            content = stream.read()
        at = content.index(b'"etch.golden.outputs":"') + len(b'"etch.golden.outputs":"')
        tampered = b"0000c842"  # 100, in place of the first output
        with open(file, "wb") as stream:
            stream.write(content[:at] + tampered + content[at + len(tampered):])
        try:
            run("cmake", "--build", "build", folder=folder)
        except RuntimeError as failure:
            assert "etch: walk does not match the original model (golden vector 0)" in str(failure), failure
        else:
            raise AssertionError("a build with a golden vector that is not met must fail")
        print(f"7 blocks; the program's answer is within {largest:.1e} of PyTorch's")


main()
