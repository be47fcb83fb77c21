"""Writes the file that etch reads, from a model on the disk.

    etch_export SOURCE OUT.safetensors [options]
    etch_export --show FILE
    etch_export --to-torch FILE OUT.pt                          # as TorchScript: torch.jit.load reads it anywhere

SOURCE is one of
    model.onnx           an ONNX graph
    policy.pt, .pth      a state_dict, or a checkpoint of rsl_rl, legged_gym or rl_games
    model.ckpt           likewise, of Lightning: a dictionary around a state_dict
    model.zip            Stable-Baselines3 (PPO, A2C, SAC, TQC, TD3, DDPG, DQN, QR-DQN, ARS, also of images, and
                         RecurrentPPO); it need not be installed
    model.json           RTNeural: dense, gru, lstm, conv1d, prelu, batchnorm
    model.keras, .h5     a Sequential or functional model of Keras, which need not be installed; h5py must be
    amp.nam              Neural Amp Modeler: WaveNet (A1 and A2) and LSTM
    script.pt            TorchScript, or a pickled nn.Module: with --trust
    train.py:make_net    an nn.Module of a Python file, or a function of it that returns one; the file is run

No code in a file is run without --trust, except that of a Python file. PyTorch runs code in TorchScript and in pickled
modules when it reads them; without --trust only their tensors are read, if --activation or --topology is passed.
A state_dict does not carry activations: they must be passed, except where a framework documents a default,
and what was assumed is printed. Every tensor of the source is used once, or is on a list of those to ignore, or is
named in the error, and then nothing is written. Statistics that normalize observations are only ignored by name. What
a module, TorchScript or ONNX answers is compared with the file; for a state_dict the golden vectors are computed from
the file itself.
"""
from __future__ import annotations

import argparse
import io
import os
import re
import sys
from typing import NoReturn, Optional, Sequence

import numpy as np

from .errors import Refused, first_line, printable, refuse
from .files import from_pt, from_python
from .frameworks import FRAMEWORKS
from .json_models import from_rtneural
from .keras_models import from_keras
from .nam import from_nam
from .onnx_graph import from_onnx
from .replace_file import replace_file
from .safetensors import read
from .saving import export
from .source import Options, Source
from .stable_baselines import from_sb3_zip
from .torch_layers import to_torch


def show(path: str) -> None:
    file = read(path)
    print(f"topology  {file.metadata.get('etch.topology', '(none)')}")
    for key, tensor in file.tensors.items():
        print(f"tensor    {key} {file.kinds[key]} {list(tensor.shape)}")
    for key, value in file.metadata.items():
        if key not in ("etch.topology", "etch.golden.inputs", "etch.golden.outputs", "etch.golden.count"):
            print(f"metadata  {key}: {value}")
    print(f"golden    {file.metadata.get('etch.golden.count', 0)}")


def source_of(name: str, options: Options) -> Source:
    path, _, function = name.rpartition(":")
    if path.endswith(".py") and os.path.isfile(path):
        return from_python(name, options)
    if not os.path.isfile(name):
        refuse(f"there is no file {name}")
    readers = {".onnx": from_onnx, ".pt": from_pt, ".pth": from_pt, ".ckpt": from_pt, ".zip": from_sb3_zip,
               ".json": from_rtneural, ".nam": from_nam, ".keras": from_keras, ".h5": from_keras}
    ending = os.path.splitext(name)[1]
    if ending not in readers:
        refuse(f"{name} is none of .onnx, .pt, .pth, .ckpt, .zip, .json, .nam, .keras, .h5, and file.py:name")
    return readers[ending](name, options)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        refuse(f"{message}; see --help")


# fmt: off
def parser() -> Parser:
    p = Parser("etch_export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("source", nargs="?", metavar="SOURCE")
    p.add_argument("out", nargs="?", metavar="OUT")
    p.add_argument("--show", metavar="FILE", help="print what a file holds")
    p.add_argument("--to-torch", metavar="FILE", help="write the network of a file as TorchScript to OUT.pt")
    p.add_argument("--inputs", metavar="N[,N...]", help="the shape of one sample, where the source does not tell")
    p.add_argument("--activation", metavar="LAYER",
                   help="of a state_dict, between its layers: relu, elu, 'leaky_relu<1, 5>', ... or none")
    p.add_argument("--output-activation", metavar="LAYER", help="of a state_dict, after its last layer; or none")
    p.add_argument("--topology", metavar="LIST",
                   help="layers of a state_dict: 'input<4>, standardize, dense<8>, batch_norm, relu, ...', as "
                        "docs/weights.md spells them; for other sources, fail unless the layers found match this")
    p.add_argument("--output", metavar="NAME",
                   help="of ONNX with several outputs, the one to take; or what a node gives inside the graph")
    p.add_argument("--prefix", default="",
                   help="of a state_dict: take the tensors whose names begin so; model. reaches inside of the "
                        "dictionary model of a checkpoint")
    p.add_argument("--ignore", action="append", default=[], metavar="PATTERN",
                   help="tensors not to use, such as 'critic.*'; can be given several times")
    p.add_argument("--framework", choices=sorted(FRAMEWORKS),
                   help="whose names a state_dict has; checkpoints of rsl_rl and rl_games, and zips of "
                        "Stable-Baselines3, are known by themselves")
    p.add_argument("--epsilon", type=float, metavar="E",
                   help="eps of a normalizer or batch norm in a state_dict, if it is not its framework's default")
    p.add_argument("--normalizer", metavar="FILE", help="a pickled VecNormalize; no code in it is run")
    p.add_argument("--trust", action="store_true",
                   help="let PyTorch or Stable-Baselines3 read the file, which runs the code that it holds")
    p.add_argument("--stream", action="store_true",
                   help="of a causal stack of 1-D convolutions: one step after the other, with what they remember as "
                        "the network's state")
    p.add_argument("--golden", type=int, metavar="N",
                   help="how many golden vectors (default 8; of a stream of convolutions up to 64, so that they reach "
                        "back to the first step)")
    p.add_argument("--seed", type=int, default=0, help="of the golden vectors' samples (default 0)")
    return p
# fmt: on


def run(arguments: Optional[Sequence[str]]) -> None:
    p = parser()
    given = p.parse_args(arguments)
    if given.show:
        return show(given.show)
    if given.to_torch:
        import torch

        out = given.source or refuse("--to-torch FILE needs the name of a file to write")
        script = io.BytesIO()
        torch.jit.save(torch.jit.script(to_torch(given.to_torch)), script)
        return replace_file(out, script.getvalue())
    if not given.out:
        p.error("SOURCE and OUT are wanted")
    if given.golden is not None and given.golden < 0:
        p.error("--golden wants a count")
    if given.epsilon is not None and not 0 <= given.epsilon < 1:
        p.error("--epsilon wants a number from 0 to 1")
    if given.inputs and not re.fullmatch(r"[1-9]\d*( ?[,x] ?[1-9]\d*)*", given.inputs):
        p.error(f"--inputs {given.inputs} is not a list of sizes")
    options = Options(
        inputs=tuple(int(n) for n in re.findall(r"\d+", given.inputs)) if given.inputs else None,
        activation=given.activation, output_activation=given.output_activation, topology=given.topology,
        prefix=given.prefix, ignore=given.ignore, framework=given.framework, epsilon=given.epsilon,
        normalizer=given.normalizer, output=given.output, trust=given.trust, stream=given.stream,
    )  # fmt: skip
    if options.output and not given.source.endswith(".onnx"):
        refuse(f"{given.source} is not ONNX, and only there --output names an output")
    source = source_of(given.source, options)
    if source.answer and (options.activation or options.output_activation or options.prefix or options.framework):
        refuse(f"{given.source} is not a state_dict: it has its activations and names itself")
    network = export(source, given.out, options, given.golden, given.seed, given.normalizer)
    print(f"{given.out}: {network.topology}")
    print(f"{len(network.tensors())} tensors, {read(given.out).metadata.get('etch.golden.count', 0)} golden vectors")
    for note in source.notes:
        print(f"assumed: {printable(note)}")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused by name
            run(arguments)
        return 0
    except Refused as refused:
        print(f"etch_export: {refused}", file=sys.stderr)
    except OSError as error:
        print(f"etch_export: {first_line(error)}", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"etch_export: the Python package {error.name} is needed and not installed", file=sys.stderr)
    except ImportError as error:
        print(f"etch_export: {first_line(error)}", file=sys.stderr)
    except RecursionError:
        print("etch_export: the source is nested too deeply", file=sys.stderr)
    except MemoryError:
        print("etch_export: the source needs more memory than there is", file=sys.stderr)
    except Exception as error:
        what = f"{type(error).__name__}: {first_line(error)}"
        print(f"etch_export: unexpected {what}; this is a fault of etch_export, please report it", file=sys.stderr)
    return 1
