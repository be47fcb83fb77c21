"""One layer of a network, in etch's words."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple, Union

import numpy as np

Shape = Tuple[int, ...]


@dataclass
class Layer:
    """`name<arguments...>` with its tensors in the order of the file. A residual holds layers, parallel holds branches,
    which hold layers; what unrolled and bidirectional hold has no tensors of its own, since theirs bear its names."""

    name: str
    arguments: Tuple[Union[int, str], ...] = ()  # an option, such as "stride<2, 2>" or "bf16", is text
    tensors: Dict[str, np.ndarray] = field(default_factory=dict)
    inner: List[Layer] = field(default_factory=list)
    features: Optional[int] = None  # how many numbers a flatten or layer_norm gets, as its source says
    channels_last: bool = False  # of a flatten whose source has etch's order
    norm: Optional[Layer] = None  # of a scale_shift: the batch_norm that it is, if nothing takes it over
    frozen: bool = False  # written as frozen<...> around it

    def __str__(self) -> str:
        arguments = ", ".join(map(str, self.inner or self.arguments))
        spelled = f"{self.name}<{arguments}>" if arguments else self.name
        return f"frozen<{spelled}>" if self.frozen else spelled
