"""PyTorch's modules and functions as steps of a graph, with PyTorch's defaults."""
from __future__ import annotations

import math
from typing import Any, Dict, List, Tuple, Union

import numpy as np

from .errors import refuse
from .graph import Constant, Size, Step, known_shape, refuse_operator, step
from .image_steps import CONVOLUTIONS, POOLS, pad_step, torch_window_step, upsample_step
from .numbers import real_numbers, to_float32

MODULES: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    "Linear": ("linear", ("weight", "bias")),
    "Identity": ("identity", ()),
    "ReLU": ("relu", ()),
    "LeakyReLU": ("leaky_relu", ("negative_slope",)),
    "ELU": ("elu", ("alpha",)),
    "SELU": ("selu", ()),
    "GELU": ("gelu", ("approximate",)),
    "SiLU": ("silu", ()),
    "Softplus": ("softplus", ("beta", "threshold")),
    "Tanh": ("tanh", ()),
    "Sigmoid": ("sigmoid", ()),
    "ReLU6": ("relu6", ()),
    "CELU": ("celu", ("alpha",)),
    "RReLU": ("rrelu", ("lower", "upper")),
    "PReLU": ("prelu", ("weight",)),
    **{f"BatchNorm{n}d": ("batch_norm", ("running_mean", "running_var", "weight", "bias", "eps")) for n in (1, 2)},
    "Embedding": ("embedding", ("weight", "max_norm")),
    "GLU": ("glu", ("dim",)),
    **{f"ConvTranspose{n}d": (f"conv_transpose{n}d", ("weight", "bias", "stride", "padding", "output_padding", "groups",
                                                      "dilation", "padding_mode")) for n in (1, 2)},
    **{f"Conv{n}d": (f"conv{n}d", ("weight", "bias", "stride", "padding", "dilation", "groups", "padding_mode"))
       for n in (1, 2)},
    **{f"MaxPool{n}d": (f"max_pool{n}d", ("kernel_size", "stride", "padding", "dilation", "ceil_mode",
                                          "return_indices")) for n in (1, 2)},
    "AvgPool1d": ("avg_pool1d", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")),
    "AvgPool2d": ("avg_pool2d", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad",
                                 "divisor_override")),
    **{f"AdaptiveAvgPool{n}d": (f"adaptive_avg_pool{n}d", ("output_size",)) for n in (1, 2)},
    "Upsample": ("upsample", ("size", "scale_factor", "mode", "align_corners")),
    "ZeroPad2d": ("pad", ("padding",)),
    **{f"ConstantPad{n}d": ("pad", ("padding", "value")) for n in (1, 2)},
    "GroupNorm": ("group_norm", ("num_groups", "weight", "bias", "eps")),
    "Hardsigmoid": ("hardsigmoid", ()),
    "Hardswish": ("hardswish", ()),
    "LogSoftmax": ("log_softmax", ("dim",)),
    "NonDynamicallyQuantizableLinear": ("linear", ("weight", "bias")),
    "Hardtanh": ("hardtanh", ("min_val", "max_val")),
    "Softmax": ("softmax", ("dim",)),
    "LayerNorm": ("layer_norm", ("normalized_shape", "weight", "bias", "eps")),
    "Dropout": ("dropout", ("p",)),
    **{name: ("identity", ()) for name in ("AlphaDropout", "FeatureAlphaDropout")},
    **{f"Dropout{n}d": ("identity", ()) for n in (1, 2, 3)},
    "Flatten": ("flatten", ("start_dim", "end_dim")),
}

DROPS = ("alpha_dropout", "feature_alpha_dropout", "feature_dropout", "dropout1d", "dropout2d", "dropout3d")

# Functions, methods and TorchScript's operators: what their arguments after the first are called.
FUNCTIONS: Dict[str, Tuple[str, ...]] = {
    **{op: options for op, options in MODULES.values()},
    "dropout": ("p", "training"),
    **{name: ("p", "training") for name in DROPS},
    "rrelu": ("lower", "upper", "training"),
    "batch_norm": ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps"),
    "_weight_norm": ("g", "dim"),
    **{f"conv{n}d": ("weight", "bias", "stride", "padding", "dilation", "groups") for n in (1, 2)},
    **{f"conv_transpose{n}d": ("weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")
       for n in (1, 2)},
    "embedding": ("weight", "padding_idx", "max_norm"),
    "chunk": ("chunks", "dim"),
    "split": ("size", "dim"),
    "cat": ("dim",),
    "long": (),
    "int": (),
    "_convolution": ("weight", "bias", "stride", "padding", "dilation", "transposed", "output_padding", "groups"),
    "_convolution_mode": ("weight", "bias", "stride", "padding", "dilation", "groups"),
    "pad": ("padding", "mode", "value"),
    **{f"upsample_nearest{n}d": ("size", "scale_factor") for n in (1, 2)},
    "interpolate": ("size", "scale_factor", "mode", "align_corners"),
    "add": ("other", "alpha"),
    "sub": ("other", "alpha"),
    "mul": ("other",),
    "div": ("other",),
    "truediv": ("other",),
    "matmul": ("other",),
    "mm": ("other",),
    "pow": ("exponent",),
    "sqrt": (),
    "erf": (),
    "exp": (),
    "t": (),
    "clamp": ("min", "max"),
    "clip": ("min", "max"),
    "relu6": (),
    "maximum": ("other",),
    "max": ("other",),
    "min": ("other",),
    "minimum": ("other",),
    "view": ("first", "second", "third"),
    "reshape": ("first", "second", "third"),
    "addmm": ("left", "right", "beta", "alpha"),
    "mean": ("dim", "keepdim"),
    "contiguous": (),
    "detach": (),
    "clone": (),
    "float": (),
    "double": (),
    "to": (),
    "squeeze": ("dim",),
    "unsqueeze": ("dim",),
    "transpose": ("dim0", "dim1"),
    "permute": ("dims",),
    "select": ("dim", "index"),
}


def constant_of_tensor(tensor: Any, names: Dict[int, str]) -> Constant:
    name = names.get(id(tensor), "a constant")
    own = tensor.detach().cpu()
    tensor_of_numpy = own.double() if tensor.is_floating_point() or str(tensor.dtype) == "torch.bool" else own
    values = real_numbers(tensor_of_numpy.numpy(), name)
    to_float32(np.where(np.isneginf(values), 0, values), name)  # -inf hides what a mask hides
    return Constant(values, frozenset([name] if id(tensor) in names else []))


def as_operand(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (Step, Constant)):
        return value
    return Constant(real_numbers(value, f"an operand of {where}"))


def is_operand(value: Any) -> bool:
    return isinstance(value, (Step, Constant))


def clip_step(where: str, x: Any, low: Any, high: Any) -> Union[Step, Constant]:
    """Between constants, one for all or one per feature; None where there is no limit."""
    limits = []
    for value, none in ((low, -math.inf), (high, math.inf)):
        limit = Constant(np.asarray(none)) if value is None else as_operand(value, where)
        if not isinstance(limit, Constant):
            refuse(f"a limit of {where} is not constant")
        limits.append(limit)
    return step("clip", where, [x, *limits])


SAME = {"truediv": "div", "mm": "matmul", "clip": "clamp", "reshape": "view", "max": "maximum", "min": "minimum"}


def torch_step(name: str, where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    """An operator with PyTorch's name and PyTorch's defaults."""
    name = name.rstrip("_")  # what works in place
    name = SAME.get(name, name)
    if name in ("cat", "concat"):
        if not isinstance(x, list) or not x or not all(isinstance(each, Step) for each in x):
            refuse(f"{where} joins what is not made of the input")
        return Step("concat", where, x, {"dim": given.get("dim", 0)})
    if isinstance(x, list):
        refuse(f"{where} gets the outputs and the states of a recurrent layer: pass it the outputs alone")
    x = as_operand(x, where)

    def operands(*names: str) -> List[Any]:
        return [x, *(as_operand(given.get(n), where) for n in names)]

    if name in ("contiguous", "detach", "clone", "float", "double", "to", "long", "int"):
        return x
    if name == "embedding":
        weight = as_operand(given.get("weight"), where)
        x, weight = (weight, x) if isinstance(x, Constant) else (x, weight)  # of TorchScript, where it is the first
        if given.get("max_norm") not in (None, False) and "max_norm" in given:
            refuse(f"{where} has max_norm, which etch does not have")
        return Step(name, where, [x, weight])
    if name in ("chunk", "split"):
        return parts_of(name, where, x, given)
    if name == "glu":
        return Step(name, where, [x], {"dim": given.get("dim", -1)})
    if name == "select":
        return step(name, where, [x], dim=given.get("dim"), index=[given.get("index")])
    if name in CONVOLUTIONS or name in POOLS or name.startswith("adaptive_avg_pool"):
        return torch_window_step(name, where, x, given)
    if name == "pad":
        sides = given.get("padding", given.get("pad"))
        return pad_step(where, x, list(sides), given.get("mode", "constant"), given.get("value"))
    if name in ("upsample", "interpolate", "upsample_nearest1d", "upsample_nearest2d"):
        return upsample_step(where, x, given)
    if name == "group_norm":
        weight, bias = operands("weight", "bias")[1:]
        scale, shift = weight or Constant(np.ones(())), bias or Constant(np.zeros(()))
        groups, epsilon = int(given["num_groups"]), float(given.get("eps", 1e-5))
        return step(name, where, [x, scale, shift], groups=groups, eps=epsilon)
    if name in ("hardsigmoid", "hardswish"):
        return step(name.replace("hard", "hard_"), where, [x])
    if name in ("unsqueeze", "transpose", "permute"):
        return layout_step(name, where, x, given)
    if name == "squeeze":
        return step(name, where, [x], dim=given.get("dim"))
    if name in ("add", "sub", "mul", "div", "matmul", "pow"):
        if given.get("alpha", 1) != 1:
            refuse(f"{where} has an alpha other than 1")
        return step(name, where, operands("exponent" if name == "pow" else "other"))
    if name == "t":
        return step("transpose", where, [x])
    if name == "linear":
        return step("linear", where, operands("weight", "bias"))
    if name == "addmm":  # bias, input, weight
        if given.get("alpha", 1) != 1 or given.get("beta", 1) != 1:
            refuse(f"{where} has factors other than 1")
        return step("add", where, [step("matmul", where, [given["left"], given["right"]]), x])
    if name == "mean":
        dim = given.get("dim")
        return step("mean", where, [x], dim=tuple(np.atleast_1d(dim)), keepdim=bool(given.get("keepdim", False)))
    if name == "gelu" and given.get("approximate", "none") != "none":
        refuse(f"{where} is the gelu that is approximated by tanh; etch has the exact one")
    if name == "softplus" and (given.get("beta", 1) != 1 or given.get("threshold", 20) < 16):
        refuse(f"{where} has another beta than 1, or a threshold below 16")
    if name in ("relu", "selu", "gelu", "silu", "softplus", "tanh", "sigmoid", "identity", "sqrt", "erf", "exp"):
        return step(name, where, [x])
    if name == "leaky_relu":
        return step(name, where, [x], negative_slope=float(given.get("negative_slope", 0.01)))
    if name == "elu":
        return step(name, where, [x], alpha=float(given.get("alpha", 1)))
    if name == "hardtanh":
        return clip_step(where, x, float(given.get("min_val", -1)), float(given.get("max_val", 1)))
    if name == "clamp":
        return clip_step(where, x, given.get("min"), given.get("max"))
    if name == "relu6":
        return clip_step(where, x, 0, 6)
    if name in ("maximum", "minimum"):
        if not is_operand(given.get("other")):
            refuse(f"the operator `{name}` ({where}) is over features, for which etch has no layer")
        if not isinstance(x, Step):
            x, given = given.get("other"), {"other": x}
        return clip_step(where, x, *((given.get("other"), None) if name == "maximum" else (None, given.get("other"))))
    if name == "celu":
        if float(given.get("alpha", 1)) != 1:
            refuse(f"{where} has an alpha other than 1")
        return step("elu", where, [x], alpha=1.0)
    if name == "prelu":
        return step(name, where, operands("weight"))
    if name == "batch_norm":
        return batch_norm_step(where, operands("weight", "bias", "running_mean", "running_var"), given)
    if name == "_weight_norm":
        return weight_norm_of(where, x, given)
    if name == "rrelu" or name in DROPS:
        if given.get("training"):
            refuse(f"{where} draws at random when the model answers, too; export it in eval mode")
        if name in DROPS:
            return step("identity", where, [x])
        slope = (float(given.get("lower", 1 / 8)) + float(given.get("upper", 1 / 3))) / 2
        return step("leaky_relu", where, [x], negative_slope=slope)
    if name in ("softmax", "log_softmax"):
        return step(name, where, [x], dim=given.get("dim"))
    if name == "dropout":
        if given.get("training"):
            refuse(f"{where} drops numbers in inference too; write training=self.training, or trace it in "
                   "eval mode")  # fmt: skip
        return step(name, where, [x], p=float(given.get("p", 0.5)))
    if name == "layer_norm":
        shape = tuple(given["normalized_shape"])
        weight, bias = operands("weight", "bias")[1:]
        scale, shift = weight or Constant(np.ones(())), bias or Constant(np.zeros(()))
        axes, epsilon = tuple(range(-len(shape), 0)), float(given.get("eps", 1e-5))
        return step(name, where, [x, scale, shift], eps=epsilon, axes=axes, features=math.prod(shape))
    if name == "flatten":
        if given.get("start_dim", 0) != 1 or given.get("end_dim", -1) != -1:
            refuse(f"{where} flattens other dimensions than those of one sample")
        return step(name, where, [x])
    if name == "view":
        return view_step(where, x, given)
    refuse_operator(name, where)


def parts_of(name: str, where: str, x: Any, given: Dict[str, Any]) -> List[Step]:
    """Equal parts of the features or channels."""
    dim = given.get("dim", 0)
    count = given.get("chunks")
    if name == "split":
        sizes = given.get("size", given.get("split_size", given.get("split_size_or_sections")))
        extents = known_shape(x)
        size = sizes[0] if isinstance(sizes, (list, tuple)) and len(set(sizes)) == 1 else sizes
        whole = extents[dim] if isinstance(dim, int) and -len(extents) <= dim < len(extents) else None
        if isinstance(sizes, (list, tuple)) and len(set(sizes)) == 1:
            count = len(sizes)
        elif isinstance(size, int) and isinstance(whole, int) and size > 0 and whole % size == 0:
            count = whole // size
    if not isinstance(count, int) or not 0 < count < 2**16 or not isinstance(x, Step):
        refuse(f"{where} takes parts that are not all of one known size, for which etch has no layer")
    return [Step("part", where, [x], {"index": i, "of": count, "dim": dim}) for i in range(count)]


def view_step(where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    """To one row per sample, however the numbers of the shape are computed."""
    first = given.get("first")
    extents = [given[name] for name in ("first", "second", "third") if name in given]
    shape = first if isinstance(first, (list, tuple)) else extents
    if len(shape) != 2 or not isinstance(shape[1], (int, Size)) or not isinstance(x, Step):
        refuse(f"{where} reshapes to something other than a row for each sample")
    before = known_shape(x)
    features = None if isinstance(shape[1], Size) or shape[1] == -1 else shape[1]
    if len(before) == 2 and features in (None, before[1]):
        return x
    return step("flatten", where, [x], features=features)


def layout_step(name: str, where: str, x: Any, given: Dict[str, Any]) -> Union[Step, Constant]:
    """What moves axes: of constants at once, of a sequence's samples and steps without a layer of its own."""
    if not isinstance(x, Constant):
        options = {"transpose": {"swap": (given.get("dim0"), given.get("dim1"))},
                   "permute": {"order": given.get("dims")}}.get(name, {})  # fmt: skip
        return Step(name, where, [x], options)
    if name == "unsqueeze":
        return step(name, where, [x], dim=given["dim"])
    if name == "transpose":
        return Constant(np.swapaxes(x.values, given["dim0"], given["dim1"]), x.sources)
    return Constant(np.transpose(x.values, given["dims"]), x.sources)


def batch_norm_step(where: str, operands: List[Any], given: Dict[str, Any]) -> Union[Step, Constant]:
    x, weight, bias, mean, variance = operands
    if given.get("training") or mean is None or variance is None:
        refuse(f"{where} is a batch norm that uses the statistics of its batch, for which etch has no layer; export it "
               "in eval mode")  # fmt: skip
    scale, shift = weight or Constant(np.ones(())), bias or Constant(np.zeros(()))
    return step("batch_norm", where, [x, scale, shift, mean, variance], eps=float(given.get("eps", 1e-5)))


def weight_norm_of(where: str, v: Any, given: Dict[str, Any]) -> Constant:
    g = given.get("g")
    if not isinstance(v, Constant) or not isinstance(g, Constant):
        refuse(f"the weights of {where} are not constant")
    over = tuple(d for d in range(v.values.ndim) if d != given.get("dim", 0))
    norm = np.sqrt((v.values * v.values).sum(axis=over, keepdims=True))
    return Constant(g.values * v.values / norm, v.sources | g.sources)
