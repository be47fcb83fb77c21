"""The file: reading and writing safetensors, as docs/weights.md describes it."""
from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import Any, Dict, Tuple

import numpy as np

from .errors import refuse, refusing
from .numbers import from_bf16, to_bf16
from .replace_file import replace_file
from .topology import Network, attach, bf16_keys, fit_shapes, parse_topology

KINDS = {"F32": "<f4", "F64": "<f8", "BF16": "<u2"}


@dataclass
class File:
    metadata: Dict[str, str]
    tensors: Dict[str, np.ndarray]
    kinds: Dict[str, str]  # F32, F64 or BF16

    def network(self) -> Network:
        if "etch.topology" not in self.metadata:
            refuse("the file has no etch.topology in its metadata")
        network = parse_topology(self.metadata["etch.topology"])
        attach(network.layers, dict(self.tensors), "", "the file")
        fit_shapes(network)
        return network


def write(path: str, network: Network, golden: Tuple[np.ndarray, np.ndarray], source: str) -> None:
    halves = bf16_keys(network.layers)
    metadata = {"format": "pt", "etch.version": "1", "etch.topology": network.topology}
    if len(golden[0]):
        metadata["etch.golden.count"] = str(len(golden[0]))
        metadata["etch.golden.inputs"] = golden[0].astype("<f4").tobytes().hex()
        metadata["etch.golden.outputs"] = golden[1].astype("<f4").tobytes().hex()
    metadata["etch.source"] = source
    header: Dict[str, Any] = {"__metadata__": metadata}
    data = b""
    for key, tensor in sorted(network.tensors().items(), key=lambda item: item[0] in halves):
        numbers = (to_bf16(tensor) if key in halves else tensor.astype("<f4")).tobytes()
        header[key] = {"dtype": "BF16" if key in halves else "F32", "shape": list(tensor.shape),
                       "data_offsets": [len(data), len(data) + len(numbers)]}  # fmt: skip
        data += numbers
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    replace_file(path, struct.pack("<Q", len(text)) + text + data)


def read(path: str) -> File:
    with open(path, "rb") as source:
        content = source.read()
    length = struct.unpack("<Q", content[:8])[0] if len(content) >= 8 else 0
    if not 0 < length <= len(content) - 8:
        refuse(f"{path} is not a safetensors file: its header's length does not fit")
    data = content[8 + length:]
    with refusing(f"{path} is not a safetensors file: its header cannot be read"):
        header = json.loads(content[8:8 + length])
        metadata = header.pop("__metadata__", {})
        tensors, kinds, end = {}, {}, 0
        for key, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            begin, kind, shape = end, entry["dtype"], tuple(entry["shape"])
            end = entry["data_offsets"][1]
            if kind not in KINDS:
                refuse(f"{key} holds {kind}; F32, F64 and BF16 are read")
            width = np.dtype(KINDS[kind]).itemsize
            if entry["data_offsets"][0] != begin or end - begin != math.prod(shape) * width or end > len(data):
                refuse(f"{path} is not a safetensors file: the place of {key} does not fit")
            numbers = np.frombuffer(data[begin:end], KINDS[kind]).reshape(shape)
            tensors[key], kinds[key] = from_bf16(numbers) if kind == "BF16" else numbers, kind
    if end != len(data):
        refuse(f"{path} is not a safetensors file: {len(data) - end} bytes belong to no tensor")
    return File(metadata, tensors, kinds)
