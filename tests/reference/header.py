"""Writes reference numbers as a C++ header. Shared by the scripts beside it."""
import os
import textwrap

import numpy
import torch


def exact(values):
    """A float64 tensor of numbers that a float holds exactly, so that both element types start from the same ones."""
    return torch.tensor(values, dtype=torch.float32).double()


def numbers(tensor, kind):
    """Sample after sample, the shortest digits that give back the same bits of a float or of a double."""
    array = tensor.detach().numpy().reshape(-1)
    if kind == "float":
        assert (array == array.astype(numpy.float32)).all()
        return [str(x) + "f" for x in array.astype(numpy.float32)]
    return [repr(float(x)) for x in array]


def braces(tensor, kind="double"):
    closed = ", ".join(numbers(tensor, kind)) + "};"  # which the last line must have room for
    text = textwrap.fill(closed, width=112, break_long_words=False, break_on_hyphens=False)[:-2]
    return "{\n" + textwrap.indent(text, "        ") + "}"


def array(name, tensor, kind="double"):
    return f"inline constexpr {kind} {name}[{tensor.numel()}] = {braces(tensor, kind)};\n"


def record(kind, name, *tensors, comment=""):
    """A value of the struct `kind`, whose members are arrays of double."""
    note = "".join(f"/// {line}\n" for line in textwrap.wrap(comment, 115))
    return f"{note}inline constexpr {kind} {name}{{\n    " + ",\n    ".join(braces(t) for t in tensors) + "};\n"


def write(script, introduction, parts):
    path = os.path.join(os.path.dirname(os.path.abspath(script)), os.path.basename(script)[5:-3] + ".hpp")
    made = f"Made by tests/reference/{os.path.basename(script)} with PyTorch {torch.__version__}; not edited by hand. "
    lines = ["#pragma once"] + ["// " + line for line in textwrap.wrap(made + introduction, 116)]
    lines += ["// clang-format off", "", "namespace reference {", ""]
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n" + "\n".join(parts) + "\n}  // namespace reference\n")
