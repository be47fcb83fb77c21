"""Brings a network from Python into the file that etch reads, a safetensors file as docs/weights.md describes it.

    import etch_export
    etch_export.save(model, "policy.safetensors", inputs=48)    # nn.Module -> file, with topology and golden vectors
    model = etch_export.to_torch("policy.safetensors")          # file -> nn.Sequential

Beside it there is a command, `etch_export` or `python3 -m etch_export`, whose --help lists what it reads.
"""
from typing import Any

from .command import main
from .errors import Refused
from .safetensors import read
from .saving import save
from .torch_layers import to_torch, torch_classes

__all__ = ["Refused", "main", "read", "save", "to_torch"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The modules that `to_torch` makes, where a pickle looks for them; made when first needed, so that this package
    imports torch only when it must."""
    if not name.startswith("_") and name in torch_classes():
        return torch_classes()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
