"""Models of Keras: a Sequential or a functional model as a chain of layers. Keras has the channels last, as etch has, so
nothing is permuted but the axes of kernels."""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple

from .chain import chain
from .errors import refuse, refusing
from .graph import Step
from .images import is_convolution, is_transposed, layer_of_window, window_of
from .keras_files import KerasFile
from .keras_layers import Place, convert
from .layers import Layer, Shape
from .source import Options, Source
from .topology import fit_layer

ITS_OWN = ("that these are the model's layers: a file of Keras does not answer, so the golden vectors are the file's own "
           "answers; compare one with model.predict")  # fmt: skip
MODELS = ("Sequential", "Functional", "Model")
DEEPEST = 8  # models in models
End = Tuple[Step, Shape]


def from_keras(path: str, options: Options) -> Source:
    if any((options.activation, options.output_activation, options.prefix, options.framework, options.topology)):
        refuse(f"{path} has its layers and activations; none can be passed")
    file = KerasFile(path)
    with refusing(f"the description of {file.name} does not fit"):
        return Model(file, options).source()


class Model:
    def __init__(self, file: KerasFile, options: Options) -> None:
        self.file, self.options = file, options
        self.inputs: Shape = ()
        self.stream = False
        self.notes = [ITS_OWN]

    def source(self) -> Source:
        start = Step("input", "input")
        end, shape = self.run(self.file.model, "", (start, ()), 0)
        layers = with_padding(chain(end, start))
        self.file.weights.check_all_used()
        return Source(layers, self.file.name, inputs=self.inputs, notes=self.notes, in_order=True)

    def run(self, model: Any, parent: str, before: End, depth: int) -> End:
        """Of a model, perhaps in a model: what its layers make of what stands before."""
        kind, config = (model.get(key) if isinstance(model, dict) else None for key in ("class_name", "config"))
        if kind not in MODELS or depth > DEEPEST:
            refuse(f"{self.file.name} is a {kind}; known are Sequential and functional models")
        config = {"layers": config} if isinstance(config, list) else config  # of Keras before 2.3
        entries = config.get("layers") if isinstance(config, dict) else None
        if not isinstance(entries, list) or not entries:
            refuse(f"{self.file.name} has a model without layers")
        for entry in entries:
            if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str) or not isinstance(
                    entry.get("config"), (dict, list)):  # fmt: skip
                refuse(f"{self.file.name} has a layer without a class or a description")
            if isinstance(entry["config"], list):
                entry["config"] = {"layers": entry["config"]}
        places = self.file.weights.places(parent, entries)
        if not before[1]:
            before = (before[0], self.shape_of_input(config, entries))
        if kind == "Sequential":
            for entry, place in zip(entries, places):
                before = self.layer(entry, place, before, depth)
            return before
        return self.functional(config, entries, places, before, depth)

    def layer(self, entry: Dict[str, Any], place: str, before: End, depth: int) -> End:
        if entry["class_name"] in MODELS:
            return self.run(entry, f"{place}/", before, depth + 1)
        step, shape = before
        weights = self.file.weights

        def arrays(below: str) -> Any:
            return weights.of_layer(place, below)

        made = convert(Place(entry["class_name"], entry["config"], arrays, shape, self.stream, self.file.version))
        for each in made:
            shape = shape_after(each, shape)
        return (Step("made", place, [step], {"layers": made}) if made else step), shape

    def functional(self, config: Dict[str, Any], entries: List[Any], places: List[str], before: End, depth: int) -> End:
        inputs, outputs = (names_of(config.get(key)) for key in ("input_layers", "output_layers"))
        if len(inputs) != 1 or len(outputs) != 1:
            refuse(f"{self.file.name} has {len(inputs)} inputs and {len(outputs)} outputs; a network has one of each")
        ends: Dict[str, End] = {}
        waiting = list(zip(entries, places))
        while waiting:
            ready = [each for each in waiting if all(n in ends for n in inbound(each[0], self.file.name))]
            if not ready:
                refuse(f"{self.file.name} has layers that get what nothing gives")
            for entry, place in ready:
                name, given = entry.get("name") or entry["config"].get("name"), inbound(entry, self.file.name)
                if not isinstance(name, str):
                    refuse(f"{self.file.name} has a layer without a name")
                ends[name] = self.joined(entry, place, [ends[n] for n in given] or [before], depth)
            waiting = [each for each in waiting if each not in ready]
        if outputs[0] not in ends:
            refuse(f"{self.file.name} has no layer {outputs[0]}, its output")
        return ends[outputs[0]]

    def joined(self, entry: Dict[str, Any], place: str, given: List[End], depth: int) -> End:
        kind = entry["class_name"]
        if kind == "Add" and len(given) == 2 and given[0][1] == given[1][1]:
            return Step("add", place, [each for each, _ in given]), given[0][1]
        if kind == "Concatenate" and len(given) > 1 and entry["config"].get("axis", -1) in (-1, 1):
            if all(len(shape) == 1 for _, shape in given):
                return Step("concat", place, [each for each, _ in given], {"dim": -1}), (sum(s[0] for _, s in given),)
        if len(given) != 1:
            refuse(f"the layer {entry['config'].get('name', '')} ({kind}) joins what etch has no layer for")
        return self.layer(entry, place, given[0], depth)

    def shape_of_input(self, config: Dict[str, Any], entries: List[Any]) -> Shape:
        """Of a sample, {channels, ...}. A sequence without a length is a stream."""
        first = entries[0]["config"]
        stated = next((found for found in (first.get("batch_shape"), first.get("batch_input_shape"),
                                           config.get("build_input_shape")) if isinstance(found, list)), None)  # fmt: skip
        extents: List[Optional[int]] = list(stated[1:]) if stated else []
        if any(n is not None and (not isinstance(n, int) or not 0 < n < 2**24) for n in extents) or len(extents) > 3:
            refuse(f"the shape {stated} of what {self.file.name} gets is not that of a vector, a sequence or an image")
        given = self.options.inputs
        if given and len(given) == len(extents) or given and not extents:
            extents = list(given)
        elif given:
            extents, self.stream = [None, *given], True
        if not extents:
            refuse(f"{self.file.name} does not give the size of a sample: pass --inputs")
        of_indices = any(entry["class_name"] == "Embedding" for entry in entries[:2]) and len(extents) == 1
        if of_indices and extents[0] is None:
            extents, self.stream = [None, 1], True
        if len(extents) == 2 and (extents[0] is None or self.options.stream):
            self.stream = True
            extents = extents[1:]
            self.notes.append("that it answers step by step: its sequences have no length; pass --inputs steps,features "
                              "for whole ones")  # fmt: skip
        if any(n is None for n in extents):
            refuse(f"{self.file.name} gets samples of any size: pass --inputs")
        whole = [int(n) for n in extents if n is not None]
        self.inputs = (whole[-1], *whole[-2::-1]) if len(whole) > 1 else (whole[0],)
        return self.inputs


def names_of(value: Any) -> List[str]:
    """[["input", 0, 0], ...], or one of them alone."""
    if not isinstance(value, list):
        return []
    found = [value] if value and isinstance(value[0], str) else value
    return [each[0] for each in found if isinstance(each, list) and each and isinstance(each[0], str)]


def inbound(entry: Dict[str, Any], name: str) -> List[str]:
    """Of the layers whose outputs a layer gets."""
    nodes = entry.get("inbound_nodes") or []
    if not isinstance(nodes, list) or len(nodes) > 1:
        refuse(f"{name} uses the layer {entry['config'].get('name', '')} more than once; an exported file would hold "
               "independent copies")  # fmt: skip
    found: List[str] = []

    def visit(value: Any, depth: int) -> None:
        if depth > 32:
            refuse(f"{name} has a description that is too deep")
        if isinstance(value, dict):
            history = value.get("keras_history")
            if isinstance(history, list) and history:
                found.append(str(history[0]))
                return
            for each in value.values():
                visit(each, depth + 1)
        elif isinstance(value, list):
            if len(value) in (3, 4) and isinstance(value[0], str) and all(isinstance(n, int) for n in value[1:3]):
                found.append(value[0])
                return
            for each in value:
                visit(each, depth + 1)

    visit(nodes, 0)
    return found


def shape_after(layer: Layer, shape: Shape) -> Shape:
    if layer.name == "zeros":
        left, right, top, bottom = (int(n) for n in layer.arguments)
        return (shape[0], shape[1] + left + right, *(n + top + bottom for n in shape[2:]))
    if layer.name in ("affine", "scale_shift"):
        return shape
    return fit_layer(layer, shape, inside=False)


def with_padding(layers: List[Layer]) -> List[Layer]:
    """Zeros around an image as part of the convolution that gets it."""
    found: List[Layer] = []
    waiting: Optional[Layer] = None
    for layer in layers:
        if waiting is not None:
            if not is_convolution(layer.name) or is_transposed(layer.name) or layer.name == "causal_conv_1d":
                refuse("zeros are put around something that no convolution gets, for which etch has no layer")
            window = window_of(layer)
            sides = tuple(a + int(b) for a, b in zip(window.padding, waiting.arguments))
            layer = layer_of_window(layer.name, replace(window, padding=sides), layer.tensors)
            waiting = None
        if layer.name == "zeros":
            waiting = layer
        else:
            found.append(layer)
    if waiting is not None:
        refuse("zeros are put around something that no convolution gets, for which etch has no layer")
    return found
