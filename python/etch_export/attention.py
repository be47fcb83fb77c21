"""nn.MultiheadAttention, and the layers of a transformer that PyTorch makes of it, as steps of a graph."""
from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np

from .errors import refuse
from .graph import Constant, Step, step
from .torch_operators import torch_step

NAMES = ("query", "key", "value", "key_padding_mask", "need_weights", "attn_mask")


def kind_of(module: Any) -> Optional[str]:
    name = type(module).__name__
    known = {"MultiheadAttention": "attention", "TransformerEncoderLayer": "encoder_layer",
             "TransformerEncoder": "encoder"}  # fmt: skip
    return known.get(name) if type(module).__module__.startswith("torch.nn.") else None


def attention_step(module: Any, where: str, arguments: List[Any], given: Dict[str, Any], constant: Any) -> List[Any]:
    """Of a sequence to itself: the answer, and what nothing may use. `constant` makes one of a tensor."""
    named = {**dict(zip(NAMES, arguments)), **given}
    x = named.get("query")
    if not isinstance(x, Step) or named.get("key") is not x or named.get("value") is not x:
        refuse(f"{where} is an attention between different sequences; etch's is of a sequence to itself")
    if named.get("key_padding_mask") is not None:
        refuse(f"{where} has key_padding_mask, which etch does not have: a sequence ends where its positions do")
    for name, without in (("bias_k", None), ("bias_v", None), ("add_zero_attn", False), ("in_proj_weight", ...)):
        value = getattr(module, name)
        if (value is None) if without is ... else value is not without:
            refuse(f"{where} has {'kdim or vdim' if without is ... else name}, which etch does not have")
    mask = named.get("attn_mask")
    causal = mask is not None and is_causal(where, mask)
    features = module.embed_dim
    zeros = [Constant(np.zeros(n)) for n in (3 * features, features)]
    tensors = [constant(module.in_proj_weight), zeros[0] if module.in_proj_bias is None else
               constant(module.in_proj_bias), constant(module.out_proj.weight),
               zeros[1] if module.out_proj.bias is None else constant(module.out_proj.bias)]  # fmt: skip
    return [Step("attention", where, [x, *tensors], {"heads": module.num_heads, "causal": causal}), None]


def is_causal(where: str, mask: Any) -> bool:
    """Of booleans, True where a key is hidden, or of numbers, -inf there."""
    if isinstance(mask, Constant) and mask.values.ndim == 2:
        hidden = np.isneginf(mask.values) | (mask.values == 1)
        rest = mask.values[~hidden]
        if hidden.shape[0] == hidden.shape[1] and not rest.any():
            if (hidden == ~np.tri(len(hidden), dtype=bool)).all():
                return True
    refuse(f"{where} has an attn_mask other than the constant that hides all later positions")


def norm_step(module: Any, where: str, x: Any, constant: Any) -> Any:
    """nn.LayerNorm."""
    given = {"normalized_shape": module.normalized_shape, "weight": constant(module.weight),
             "bias": constant(module.bias), "eps": module.eps}  # fmt: skip
    return torch_step("layer_norm", where, x, given)


def encoder_layer(module: Any, where: str, x: Any, mask: Any, constant: Any) -> Any:
    """nn.TransformerEncoderLayer: two residuals with a layer norm each, before or after."""
    kind = getattr(module.activation, "__name__", type(module.activation).__name__).lower()
    if kind not in ("relu", "gelu"):
        refuse(f"{where} has the activation {kind}")

    def linear(of: Any, layer: Any) -> Any:
        bias = None if layer.bias is None else constant(layer.bias)
        return torch_step("linear", where, of, {"weight": constant(layer.weight), "bias": bias})

    def attend(of: Any) -> Any:
        return attention_step(module.self_attn, where, [of, of, of], {"attn_mask": mask}, constant)[0]

    def feed(of: Any) -> Any:
        return linear(torch_step(kind, where, linear(of, module.linear1), {}), module.linear2)

    for inner, norm_layer in ((attend, module.norm1), (feed, module.norm2)):
        x = step("add", where, [x, inner(norm_step(norm_layer, where, x, constant) if module.norm_first else x)])
        x = x if module.norm_first else norm_step(norm_layer, where, x, constant)
    return x


def transformer_step(kind: str, module: Any, where: str, arguments: List[Any], given: Dict[str, Any], constant: Any
                     ) -> Any:  # fmt: skip
    if kind == "attention":
        return attention_step(module, where, arguments, given, constant)
    own = ("src", "mask" if kind == "encoder" else "src_mask", "src_key_padding_mask")
    named = {**dict(zip(own, arguments)), **given}
    if named.get("src_key_padding_mask") is not None:
        refuse(f"{where} has src_key_padding_mask, which etch does not have")
    x, mask = named.get("src"), named.get(own[1])
    if kind == "encoder_layer":
        return encoder_layer(module, where, x, mask, constant)
    for each in module.layers:
        x = encoder_layer(each, where, x, mask, constant)
    if module.norm is not None:
        x = norm_step(module.norm, where, x, constant)
    return x
