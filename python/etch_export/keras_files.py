"""Models of Keras as files: `.keras`, a zip of a description and of weights, and `.h5`, which holds both."""
from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from typing import Any, Dict, List, Set, Tuple

import numpy as np

from .errors import Refused, refuse, refusing
from .numbers import real_numbers, to_float32

LARGEST_TEXT, LARGEST_FILE, PATIENCE = 2**24, 2**31, 300  # bytes, bytes, seconds
# Groups and datasets of a file that are no weights of a layer.
BESIDE = re.compile(r"(^|/)(optimizer|optimizer_weights|_?metrics|compile_metrics|seed_generator)(/|$)")


def read_hdf5(content: bytes, name: str) -> Tuple[Dict[str, np.ndarray], Dict[str, Any]]:
    """All arrays of a file, and what else is needed of it: by a program of its own, so that a crash of the library is a
    sentence."""
    with open(os.path.join(os.path.dirname(__file__), "hdf5_child.py"), encoding="utf-8") as file:
        program = file.read()
    try:
        done = subprocess.run([sys.executable, "-c", program], input=content, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        refuse(f"{name} cannot be read as HDF5: it takes more than {PATIENCE} seconds")
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    if "No module named 'h5py'" in "".join(said):
        refuse(f"reading {name} needs the Python package h5py, which is not installed")
    if done.returncode == 3:
        refuse(f"{name} cannot be read as HDF5 ({''.join(said)[:160]})")
    if done.returncode != 0:
        refuse(f"{name} cannot be read as HDF5: it is damaged, so that the library of HDF5 ends")
    with refusing(f"{name} cannot be read as HDF5"):
        archive = np.load(io.BytesIO(done.stdout), allow_pickle=False)
        found = json.loads(bytes(archive["found"].tobytes()))
        return {path: archive[str(index)] for index, path in enumerate(found["arrays"])}, found


class Weights:
    """The arrays of a file, by the paths of their layers. All of them must be used."""

    def __init__(self, content: bytes, inside: str, name: str) -> None:
        self.name, self.used = name, set()  # type: str, Set[str]
        self.arrays, self.found = read_hdf5(content, inside)
        self.known = {*self.arrays, *self.found["groups"]}

    def numbers(self, path: str) -> np.ndarray:
        if path not in self.arrays:
            refuse(f"{self.name} has no tensor {path}")
        values = real_numbers(self.arrays[path], path)
        to_float32(values, f"{path} of {self.name}")
        self.used.add(path)
        return values

    def check_all_used(self) -> None:
        left = sorted(path for path in self.arrays if path not in self.used and not BESIDE.search(path))
        if left:
            more = f" and {len(left) - 1} more" if len(left) > 1 else ""
            refuse(f"the tensor {left[0]}{more} of {self.name} is not used")

    def has(self, path: str) -> bool:
        return path in self.known


class OwnPaths(Weights):
    """Of `.keras`: layers/lstm/cell/vars/0, the layers named after their classes and counted for each class."""

    def of_layer(self, place: str, below: str = "") -> List[np.ndarray]:
        folder = "/".join(each for each in (place, below, "vars") if each)
        if not self.has(folder):
            return []
        keys = [path[len(folder) + 1:] for path in self.arrays if path.startswith(f"{folder}/")]
        if len(keys) > 64 or any(not key.isdecimal() for key in keys):
            refuse(f"{folder} of {self.name} holds {', '.join(sorted(keys)[:3])}, which are no numbered weights")
        return [self.numbers(f"{folder}/{key}") for key in sorted(keys, key=int)]

    def places(self, parent: str, entries: List[Dict[str, Any]]) -> List[str]:
        """Of the layers of a model, in their order."""
        counts: Dict[str, int] = {}
        holder = next((h for h in ("layers", "_layer_checkpoint_dependencies") if self.has(f"{parent}{h}")), "layers")
        found = []
        for entry in entries:
            kind = snake_case(entry["class_name"])
            number = counts.get(kind, 0)
            counts[kind] = number + 1
            by_class = f"{parent}{holder}/{kind}_{number}" if number else f"{parent}{holder}/{kind}"
            by_name = f"{parent}{holder}/{entry['config'].get('name', '')}"
            found.append(by_class if self.has(by_class) or not self.has(by_name) else by_name)
        return found


class ByNames(Weights):
    """Of `.h5`: model_weights/<layer>, whose attribute weight_names lists its arrays."""

    def of_layer(self, place: str, below: str = "") -> List[np.ndarray]:
        if not self.has(place):
            return []
        names = self.found["weight_names"].get(place, [])
        wanted = {"cell": "", "layer": "", "forward_layer/cell": "forward", "backward_layer/cell": "backward"}
        part = wanted.get(below, below)
        return [self.numbers(f"{place}/{n}") for n in names if not BESIDE.search(n) and (
            not part or re.search(rf"(^|/){part}", n))]  # fmt: skip

    def places(self, parent: str, entries: List[Dict[str, Any]]) -> List[str]:
        if parent:
            refuse(f"{self.name} is an .h5 file with a model in a model ({parent.rstrip('/')}): save it as .keras")
        return [f"model_weights/{entry['config'].get('name', '')}" for entry in entries]


def snake_case(name: str) -> str:
    """As Keras names the places of its layers: Conv2DTranspose is conv2d_transpose."""
    spaced = re.sub(r"\W+", "", name)
    spaced = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", spaced)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", spaced).lower()


class KerasFile:
    """The description of a model and its weights."""

    def __init__(self, path: str) -> None:
        self.name = os.path.basename(path)
        if zipfile.is_zipfile(path):
            with refusing(f"{path} cannot be read as a model of Keras", OSError), zipfile.ZipFile(path) as archive:
                text: Any = read_record(archive, "config.json", LARGEST_TEXT, self.name)
                weights = read_record(archive, "model.weights.h5", LARGEST_FILE, self.name)
                has_version = "metadata.json" in archive.namelist()
                version = read_record(archive, "metadata.json", LARGEST_TEXT, self.name) if has_version else b"{}"
            stated = parsed(version, f"metadata.json of {self.name}")
            self.version = str(stated.get("keras_version", "")) if isinstance(stated, dict) else ""
            self.model = parsed(text, f"the description of {self.name}")
            self.weights: Any = OwnPaths(weights, f"model.weights.h5 of {self.name}", self.name)
        else:
            if os.path.getsize(path) > LARGEST_FILE:
                refuse(f"{self.name} is too large")
            with open(path, "rb") as file:
                self.weights = ByNames(file.read(), self.name, self.name)
            attributes = self.weights.found["attributes"]
            if "model_config" not in attributes:
                refuse(f"{self.name} has no model_config: it holds weights alone; save the whole model, model.save")
            self.version = attributes.get("keras_version", "")
            self.model = parsed(attributes["model_config"], f"the description of {self.name}")


def read_record(archive: zipfile.ZipFile, record: str, largest: int, name: str) -> bytes:
    if record not in archive.namelist():
        refuse(f"{name} is not a model of Keras: it has no {record}")
    if archive.getinfo(record).file_size > largest:
        refuse(f"{name} has a too large record {record}")
    with archive.open(record) as opened:
        content = opened.read(largest + 1)
    if len(content) > largest:
        refuse(f"{name} has a too large record {record}")
    return content


def parsed(text: Any, what: str) -> Any:
    with refusing(f"{what} cannot be read as JSON"):
        if len(text) > LARGEST_TEXT:
            raise Refused(f"{what} is too large")
        return json.loads(text)
