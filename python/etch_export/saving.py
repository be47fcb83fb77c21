"""From a source to the file."""
from __future__ import annotations

import math
import os
import warnings
from typing import Any, List, Optional, Sequence, Union

import numpy as np

from .chain import answer_of
from .errors import refuse, refusing
from .held_layers import vocabularies
from .numbers import from_bf16, to_bf16, to_float32
from .order import as_source_orders, begins_last, in_etch_order
from .safetensors import write
from .recurrent import has_state
from .sequences import answers_by_prefixes
from .source import Answer, Options, Source
from .stable_baselines import from_sb3, normalizer_layers
from .stream import answer_to_stream, as_stream, remembered
from .topology import OVER_SEQUENCES, Layer, Network, Shape, bf16_tensors, fit_shapes, inputs_from_layers, parse_topology
from .torch_script import from_model


GOLDEN = 8


def export(source: Source, path: str, options: Options, golden: Optional[int], seed: int, normalizer: Any) -> Network:
    first = normalizer_layers(normalizer) if normalizer is not None else []
    layers = first + source.layers
    inputs = source.inputs if source.in_order else options.inputs or source.inputs
    inputs = inputs or inputs_from_layers(layers)
    last = begins_last(layers, len(inputs))
    turns = sum(layer.name == "turn" for layer in layers)
    if options.stream and not source.listed and not source.in_order:
        layers, inputs = as_stream(layers), inputs[-1:] if last else inputs[:1]
    if not source.in_order:
        layers, inputs, end = in_etch_order(layers, inputs, source.listed)
    network = Network(inputs, layers)
    fit_shapes(network)
    if options.topology and source.answer and network.topology != parse_topology(options.topology).topology:
        refuse(f"the source is {network.topology}, not {options.topology}")
    round_tensors(network.layers, "")
    answer = source.answer
    if answer is not None and options.stream:
        answer = answer_to_stream(answer, math.prod(end.shape), bool(last), bool(last) != bool(turns % 2))
    elif answer is not None and last is not None:
        answer = as_source_orders(answer, network.inputs, last, end)
    if answer is None:
        answer = answer_of(network)
    elif first:
        model, normalize = answer, answer_of(Network(network.inputs, first))
        answer = lambda samples: model(normalize(samples).reshape(samples.shape))  # noqa: E731
    if source.answer is not None and has_state(network.layers) and not source.by_steps and not options.stream:
        of_sequence, ours = answer, answer_of(network)
        answer = lambda samples: answers_by_prefixes(of_sequence, samples, ours(samples))  # noqa: E731
    steps = remembered(network.layers)  # of which the golden vectors reach back to the first, if they are not many
    golden = min(steps + GOLDEN, 64) if golden is None else golden
    samples = golden_samples(network, max(golden, steps + GOLDEN), seed)
    answers = answers_to(samples, answer, network)
    write(path, network, (samples[:golden], answers[:golden]), f"etch_export, from {source.description}")
    return network


def round_tensors(layers: List[Layer], prefix: str) -> None:
    """As the file holds them."""
    for index, layer in enumerate(layers):
        for name, tensor in layer.tensors.items():
            layer.tensors[name] = to_float32(tensor, f"{prefix}{index}.{name}")
            if name == "deviation" and (layer.tensors[name] == 0).any():
                refuse(f"{prefix}{index}.deviation holds a zero")
        for name in bf16_tensors(layer):
            layer.tensors[name] = from_bf16(to_bf16(layer.tensors[name]))
        if layer.name not in OVER_SEQUENCES:
            round_tensors(layer.inner, f"{prefix}{index}.")


def golden_samples(network: Network, count: int, seed: int) -> np.ndarray:
    """Normal numbers, scaled as the network's normalizer expects them."""
    samples = np.random.default_rng(seed).standard_normal((count, math.prod(network.inputs)))
    first = network.layers[0]
    if first.name == "standardize":
        samples = first.tensors["mean"] + first.tensors["deviation"] * samples
    elif first.name == "normalize":
        low, high = first.tensors["minimum"], first.tensors["maximum"]
        samples = (low + high) / 2 + (high - low) / 2 * samples
    indices = vocabularies(network.layers, network.inputs)
    drawn = np.random.default_rng(seed).integers(0, np.maximum(indices, 1), samples.shape)
    samples = np.where(indices > 0, drawn, samples)
    return samples.astype(np.float32).reshape((count, *network.inputs))


def answers_to(samples: np.ndarray, answer: Answer, network: Network) -> np.ndarray:
    """What the model answers, which must be what the network in the file answers."""
    exact = samples.astype(np.float64)
    sentence = f"the model does not answer samples of shape {list(network.inputs)}"
    with refusing(sentence), np.errstate(all="ignore"):
        theirs = answer(exact).reshape(len(samples), -1)
        ours = answer_of(network)(exact)
    if not np.isfinite(theirs).all():
        refuse("the model's output for a sample of normal numbers is not finite")
    if theirs.shape != ours.shape or not np.abs(theirs - ours).max() <= 1e-5 * np.abs(theirs).max():
        refuse("the layers that were found do not reproduce the model's outputs")
    return to_float32(theirs, "a golden output")


def save(model: Any, path: Union[str, os.PathLike], inputs: Union[None, int, Sequence[int]] = None, *, golden: Optional[int] = None,
         seed: int = 0, normalizer: Any = None, ignore: Sequence[str] = (), stream: bool = False) -> str:  # fmt: skip
    """Writes an nn.Module, or a model of Stable-Baselines3, and returns its topology.

    `inputs` is the shape of one sample, where the model does not tell. `normalizer` is a VecNormalize or its file.
    `ignore` names tensors that need not be used, such as "critic.*". Raises Refused, and writes nothing then.
    `stream` writes a causal stack of convolutions as a network that takes one step after the other.
    What was assumed is a UserWarning each, before anything is written.
    """
    options = Options(inputs=shape_of(inputs), ignore=ignore, stream=stream)
    is_sb3 = hasattr(model, "policy") and hasattr(model, "observation_space")
    source = from_sb3(model.policy, options) if is_sb3 else from_model(model, options)
    for note in source.notes:
        warnings.warn(f"assumed: {note}", stacklevel=2)
    return export(source, os.fspath(path), options, golden, seed, normalizer).topology


def shape_of(inputs: Union[None, int, Sequence[int]]) -> Optional[Shape]:
    return None if inputs is None else tuple(np.atleast_1d(inputs).tolist())  # an int of numpy's, too
