"""README.md, "From PyTorch to your binary": its blocks are run as they are written, one after the other.

    /usr/bin/python3 tests/tools/readme_test.py [--compiler g++]

The Python block ends a training script, the sh block is given a checkpoint, the CMake block and the first C++ block become
a program, which must answer what PyTorch answers. Then the network is retrained, and the program must follow; then a
golden vector is changed, and the build must fail.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

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


def blocks_of_section() -> dict[str, list[str]]:
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        section = readme.read().split("\n## From PyTorch to your binary\n")[1].split("\n## ")[0]
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
        write(folder, "CMakeLists.txt", PROJECT.format(root=ROOT) + blocks["cmake"][0])
        write(folder, "main.cpp", PROGRAM.format(block=blocks["cpp"][0]))
        run("cmake", "-G", "Ninja", "-B", "build", f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Release",
            "-DETCH_FETCH=OFF", folder=folder)
        run("cmake", "--build", "build", folder=folder)
        largest = difference(folder, policy(folder))
        assert largest < 1e-5, largest

        # Retrained: what depends on the file is built again.
        run(sys.executable, "-B", "train.py", "2", folder=folder, PYTHONPATH=package)
        run("cmake", "--build", "build", folder=folder)
        assert difference(folder, policy(folder)) < 1e-5, "the program does not follow its file"

        # A network that does not answer what its source answered does not build.
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
            assert "etch: walk does not answer what its source answered (golden vector 0)" in str(failure), failure
        else:
            raise AssertionError("a build with a golden vector that is not met must fail")
        print(f"5 blocks; the program's answer is within {largest:.1e} of PyTorch's")


main()
