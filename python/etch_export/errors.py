"""What cannot be exported, in one sentence."""
from __future__ import annotations

from typing import NoReturn


class Refused(ValueError):
    """What cannot be exported, in a sentence."""


def refuse(sentence: str) -> NoReturn:
    raise Refused(sentence)


def first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
