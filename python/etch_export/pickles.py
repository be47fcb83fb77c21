"""Pickles and the archives of torch.save, read without running anything that they hold.

A pickle is a program: it names functions and classes and calls them. Here every name stands for an `Inert` class, which
keeps what it is given; only dictionaries, sets, arrays of numpy and tensors of PyTorch are made, by the code of this
file. Neither torch nor the classes that were pickled are imported. Python's own interpreter of pickles is used, not the
one in C, whose memory a short pickle can exhaust.
"""
from __future__ import annotations

import collections
import io
import math
import pickle
import struct
import zipfile
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

import numpy as np

from .errors import refuse, refusing
from .numbers import from_bf16

MAX_PICKLE = 2**28  # bytes of a pickle, without the numbers of tensors
MAX_ELEMENTS = 2**28  # of one tensor


class Inert:
    """An object of a class that was not run. Its attributes are what the pickle has set."""

    kind = ""  # as "module.Class"

    def __new__(cls, *arguments: Any, **named: Any) -> Inert:
        made = super().__new__(cls)
        made.__dict__["arguments"] = arguments
        return made

    def __init__(self, *arguments: Any, **named: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                self.__dict__.update((str(name), value) for name, value in part.items())

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__dict__.setdefault("entries", {})[key] = value

    def append(self, value: Any) -> None:
        self.__dict__.setdefault("entries", {})[len(self.__dict__.get("entries", {}))] = value

    def extend(self, values: Any) -> None:
        for value in values:
            self.append(value)

    add = append

    def __hash__(self) -> int:
        return id(self)


def kind_of(value: Any) -> str:
    """What messages call the class of a value."""
    return type(value).kind if isinstance(value, Inert) else "tensor" if is_tensor(value) else type(value).__name__


class Tensor:
    """A tensor of PyTorch, whose numbers are read when they are first needed."""

    def __init__(self, read: Callable[[], np.ndarray], shape: Tuple[int, ...], place: Any) -> None:
        self.read, self.shape, self.place = read, shape, place  # what shares its memory has the same place


def is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray))


def array_of(value: Any, name: str) -> np.ndarray:
    """The numbers of a tensor; an archive that is damaged there is refused."""
    with refusing(f"the numbers of {name} cannot be read"):
        return value.read() if isinstance(value, Tensor) else value


# --- numpy's part of a pickle: what its own functions would do, for numbers only.


class DType(Inert):
    """Of dtype("f4"), whose state holds the order of bytes."""

    def numpy(self) -> np.dtype:
        code = str(self.arguments[0]) if self.arguments else ""
        order = self.__dict__.get("order", "=")
        if code[:1] not in ("f", "i", "u", "b") or not code[1:].isdigit():
            raise pickle.UnpicklingError(f"arrays of {code or 'nothing'} are not read")
        return np.dtype(code).newbyteorder(order if order in ("<", ">") else "=")

    def __setstate__(self, state: Any) -> None:
        self.__dict__["order"] = state[1] if isinstance(state, tuple) and len(state) > 1 else "="


def array(data: Any, kind: Any, shape: Any, order: str) -> Any:
    """An array, or what stands for one whose elements are no numbers."""
    if not isinstance(kind, DType) or not isinstance(data, (bytes, bytearray)):
        return Inert()
    try:
        made = np.frombuffer(bytes(data), kind.numpy())
    except pickle.UnpicklingError:
        return Inert()
    return made.reshape(tuple(int(n) for n in shape), order=order)


class Array(Inert):
    """Of _reconstruct(ndarray, (0,), b"b"), filled by its state: version, shape, dtype, column-major or not, bytes."""

    made: Any = None

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 5:
            self.__dict__["made"] = array(state[4], state[2], state[1], "F" if state[3] else "C")


def scalar(kind: Any, data: Any = b"") -> Any:
    made = array(data, kind, (), "C")
    return made.item() if isinstance(made, np.ndarray) else made


def from_buffer(data: Any, kind: Any, shape: Any, order: Any = "C", *rest: Any) -> Any:
    return array(data, kind, shape, "F" if order == "F" else "C")


def encode(text: Any, codec: Any = "utf-8") -> bytes:
    """_codecs.encode, by which older protocols spell bytes."""
    if not isinstance(text, str) or codec not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError("only latin1 text is turned into bytes")
    return text.encode("latin-1")


# --- PyTorch's part.

STORAGES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "bf16",
    "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
    "BoolStorage": "?", "UntypedStorage": "u1",
}  # fmt: skip
DTYPES = {
    "float32": "<f4", "float64": "<f8", "float16": "<f2", "bfloat16": "bf16", "int64": "<i8", "int32": "<i4",
    "int16": "<i2", "int8": "i1", "uint8": "u1", "bool": "?",
}  # fmt: skip


class Storage:
    """Memory of tensors; `bytes` reads it."""

    def __init__(self, key: str, kind: str, count: int, read: Callable[[str], bytes]) -> None:
        self.key, self.kind, self.count, self.read = key, kind, count, read

    def numbers(self, kind: str) -> np.ndarray:
        numbers = np.frombuffer(self.read(self.key), "<u2" if kind == "bf16" else kind)
        return from_bf16(numbers) if kind == "bf16" else numbers


def rebuild_tensor(storage: Any, offset: Any, shape: Any, stride: Any, *rest: Any) -> Any:
    return strided(storage, storage.kind, offset, shape, stride) if isinstance(storage, Storage) else Inert()


def rebuild_tensor_of_type(storage: Any, offset: Any, shape: Any, stride: Any, grad: Any, hooks: Any, dtype: Any,
                           *rest: Any) -> Any:  # fmt: skip
    kind = DTYPES.get(getattr(dtype, "kind", "").rpartition(".")[2])
    return strided(storage, kind, offset, shape, stride) if kind and isinstance(storage, Storage) else Inert()


def rebuild_parameter(tensor: Any = None, *rest: Any) -> Any:
    return tensor


def rebuild_from_type(function: Any = None, kind: Any = None, arguments: Any = (), state: Any = None) -> Any:
    """A subclass of Tensor, whose numbers are those of a Tensor."""
    return function(*arguments) if callable(function) else Inert()


def strided(storage: Storage, kind: str, offset: Any, shape: Any, stride: Any) -> Tensor:
    shape, stride, offset = tuple(map(int, shape)), tuple(map(int, stride)), int(offset)
    if len(shape) != len(stride) or min((offset, *shape, *stride)) < 0 or math.prod(shape) > MAX_ELEMENTS:
        raise pickle.UnpicklingError(f"a tensor has the shape {list(shape)} and the strides {list(stride)}")

    def read() -> np.ndarray:
        numbers = storage.numbers(kind)
        last = offset + sum((n - 1) * s for n, s in zip(shape, stride))
        if 0 not in shape and last >= len(numbers):
            refuse(f"a tensor of shape {list(shape)} has only {len(numbers)} numbers in the file")
        width = numbers.itemsize
        begin = numbers[offset:] if offset < len(numbers) else numbers[:0]
        return np.lib.stride_tricks.as_strided(begin, shape, [s * width for s in stride]).copy()

    return Tensor(read, shape, (storage.key, offset, shape, stride))


PLAIN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("builtins", "set"): set, ("__builtin__", "set"): set,
    ("builtins", "frozenset"): frozenset, ("__builtin__", "frozenset"): frozenset,
    ("_codecs", "encode"): encode,
}  # fmt: skip
NUMPY: Dict[str, Any] = {
    "dtype": DType, "_reconstruct": Array, "scalar": scalar, "_frombuffer": from_buffer,
}  # fmt: skip
TORCH: Dict[Tuple[str, str], Any] = {
    ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v3"): rebuild_tensor_of_type,
    ("torch._utils", "_rebuild_parameter"): rebuild_parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): rebuild_parameter,
    ("torch._tensor", "_rebuild_from_type"): rebuild_from_type,
    ("torch._tensor", "_rebuild_from_type_v2"): rebuild_from_type,
    ("torch", "Size"): tuple,
}  # fmt: skip


class Unpickler(pickle._Unpickler):  # type: ignore[misc, name-defined]
    """Python's interpreter of pickles, for which every name is inert."""

    def __init__(self, file: Any, read: Optional[Callable[[str], bytes]] = None) -> None:
        super().__init__(file)
        self.read_storage, self.storages = read, {}  # type: Optional[Callable[[str], bytes]], Dict[str, Storage]

    def find_class(self, module: str, name: str) -> Any:
        found = PLAIN.get((module, name)) or TORCH.get((module, name))
        if not found and module.split(".")[0] == "numpy":
            found = NUMPY.get(name)
        return found or type(name.rpartition(".")[2], (Inert,), {"kind": f"{module}.{name}"})

    def persistent_load(self, name: Any) -> Any:
        if not (isinstance(name, tuple) and len(name) >= 5 and name[0] == "storage" and self.read_storage):
            raise pickle.UnpicklingError("it refers to something outside the file")
        kind = STORAGES.get(getattr(name[1], "kind", "").rpartition(".")[2])
        if not kind:
            raise pickle.UnpicklingError(f"numbers of the type {kind_of(name[1])} are not read")
        key = str(name[2])
        return self.storages.setdefault(key, Storage(key, kind, int(name[4]), self.read_storage))

    dispatch = dict(pickle._Unpickler.dispatch)  # type: ignore[attr-defined]

    def load_reduce(self) -> None:
        """As Python's, with an array of numpy in place of what stood for it until its state came."""
        arguments, function = self.stack.pop(), self.stack[-1]
        self.stack[-1] = function(*arguments)

    def load_build(self) -> None:
        state, made = self.stack.pop(), self.stack[-1]
        if isinstance(made, Array):
            made.__setstate__(state)
            for where in reversed(list(self.memo)) if made.made is not None else ():
                if self.memo[where] is made:
                    self.memo[where] = made.made
                    break
            self.stack[-1] = made if made.made is None else made.made
        elif isinstance(made, Inert):
            made.__setstate__(state)
        elif not isinstance(made, dict):  # an OrderedDict has _metadata for its state
            raise pickle.UnpicklingError(f"a {type(made).__name__} is given a state")

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.BUILD[0]] = load_build


def unpickle(file: Any, name: str, read: Optional[Callable[[str], bytes]] = None) -> Any:
    with refusing(f"{name} cannot be read as a pickle", OSError):
        try:
            return Unpickler(file, read).load()
        except RecursionError:
            refuse(f"{name} is nested too deeply")


def read_pickle(path: str, name: str) -> Any:
    with open(path, "rb") as file:
        return unpickle(io.BytesIO(file.read(MAX_PICKLE)), name)


def contents(value: Any, within: Tuple[int, ...] = ()) -> Iterator[Tuple[str, Any]]:
    """What dictionaries, lists and objects hold, as "model.0.weight"; of a module its tensors under their own names."""
    parts: Dict[Any, Any] = {}
    if isinstance(value, dict):
        parts = value
    elif isinstance(value, (list, tuple)):
        parts = dict(enumerate(value))
    elif isinstance(value, Inert):
        parts = {name: part for name, part in vars(value).items() if name != "arguments"}
        if isinstance(parts.get("_modules"), dict):
            inside = [parts.get(kind) for kind in ("_parameters", "_buffers", "_modules")]
            parts = {name: part for each in inside if isinstance(each, dict) for name, part in each.items()}
    if id(value) in within:
        return
    for name, part in parts.items():
        if is_tensor(part):
            yield str(name), part
        elif len(within) < 64:
            yield from ((f"{name}.{inner}", tensor) for inner, tensor in contents(part, (*within, id(value))))


# --- the archives of torch.save


class Archive:
    """What torch.save or torch.jit.save has written: `value`, and whether it is TorchScript."""

    def __init__(self, file: Union[str, io.BytesIO], name: str) -> None:
        self.name, self.is_script = name, False
        try:
            is_zip = zipfile.is_zipfile(file)
        except (OSError, RecursionError):
            raise
        except Exception:  # of a damaged end
            is_zip = False
        if is_zip:
            self.value = self.of_zip(file)
            return
        if isinstance(file, str):
            with open(file, "rb") as stream:
                self.value = self.of_stream(stream)
        else:
            file.seek(0)
            self.value = self.of_stream(file)

    def of_zip(self, file: Union[str, io.BytesIO]) -> Any:
        with refusing(f"{self.name} is not a zip archive that can be read", OSError):
            archive = zipfile.ZipFile(file)
            records = {i.filename.partition("/")[2]: i for i in archive.infolist()}
        if "data.pkl" not in records:
            refuse(f"{self.name} is a zip archive, but not of torch.save: it has no data.pkl")
        self.is_script = "constants.pkl" in records

        def record(name: str, limit: int) -> bytes:
            entry = records.get(name)
            if entry is None or entry.file_size > limit:
                refuse(f"{self.name} has {'no' if entry is None else 'a too large'} record {name}")
            with refusing(f"the record {name} of {self.name} is damaged"):
                return archive.read(entry)

        if "byteorder" in records and record("byteorder", 16) != b"little":
            refuse(f"{self.name} holds big-endian numbers, which are not read")
        pickled = io.BytesIO(record("data.pkl", MAX_PICKLE))
        return unpickle(pickled, self.name, lambda key: record(f"data/{key}", 8 * MAX_ELEMENTS))

    def of_stream(self, stream: Any) -> Any:
        """The format before PyTorch 1.6: three pickles, the value, the storages' names, then their numbers."""
        content = io.BytesIO(stream.read())
        numbers: Dict[str, bytes] = {}
        first = unpickle(content, self.name)
        if first != 0x1950A86A20F9469CFC6C:
            return first  # a plain pickle
        for _ in ("protocol", "system"):
            unpickle(content, self.name)
        unpickler: List[Any] = []

        def keep(file: Any) -> Any:
            unpickler.append(Unpickler(file, lambda key: numbers.get(key, b"")))
            return unpickler[0].load()

        with refusing(f"{self.name} cannot be read as a file of torch.save"):
            value = keep(content)
            for key in Unpickler(content).load():
                storage = unpickler[0].storages.get(str(key))
                width = 2 if storage and storage.kind == "bf16" else np.dtype(storage.kind).itemsize if storage else 1
                (count,) = struct.unpack("<q", content.read(8))
                numbers[str(key)] = content.read(count * width) if count >= 0 else b""
        return value
