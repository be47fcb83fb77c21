"""Numbers as a file holds them: float32, bfloat16, fractions of small integers."""
from __future__ import annotations

from fractions import Fraction
from typing import Any, Tuple

import numpy as np

from .errors import refuse


def real_numbers(values: Any, name: str) -> np.ndarray:
    """float64 for arithmetic; the name is the source's."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        refuse(f"{name} holds {array.dtype}, not real numbers")
    return array.astype(np.float64)


def to_float32(values: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    if not np.isfinite(rounded).all():
        refuse(f"{name} holds a number that is not finite as a float32")
    return rounded


def to_bf16(values: np.ndarray) -> np.ndarray:
    """The upper halves of floats, rounded to nearest, to even where two are as near."""
    bits = values.astype("<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")


def from_bf16(halves: np.ndarray) -> np.ndarray:
    return (halves.astype("<u4") << 16).view("<f4")


def fraction(value: float, what: str) -> Tuple[int, int]:
    """Numerator and denominator whose quotient is exactly the same float32."""
    wanted = np.float32(value)
    for limit in (10**digits for digits in range(1, 7)):
        if not np.isfinite(wanted) or wanted < 0:
            break
        near = Fraction(float(value)).limit_denominator(limit)
        if near.numerator < 2**24 and np.float32(near.numerator) / np.float32(near.denominator) == wanted:
            return near.numerator, near.denominator
    refuse(f"{what} {value!r} is not a fraction of small integers with the same float32")


def inverse_epsilon(epsilon: float, what: str = "a layer norm") -> int:
    inverse = round(1 / epsilon) if epsilon > 0 else 0
    if not 0 < inverse < 2**31 or np.float32(1) / np.float32(inverse) != np.float32(epsilon):
        refuse(f"the epsilon {epsilon!r} of {what} is not 1 / integer")
    return inverse
