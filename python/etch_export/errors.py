"""What cannot be exported, in one sentence."""
from __future__ import annotations

import contextlib
import re
from typing import Iterator, NoReturn, Type


class Refused(ValueError):
    """What cannot be exported, in a sentence."""


def refuse(sentence: str) -> NoReturn:
    raise Refused(printable(sentence))


@contextlib.contextmanager
def refusing(sentence: str, *passing: Type[BaseException]) -> Iterator[None]:
    """Junk may raise anything, in whatever reads it: all of it is refused in this sentence, but for what passes."""
    try:
        yield
    except (Refused, *passing):
        raise
    except Exception as error:
        refuse(f"{sentence} ({first_line(error)})")


def printable(text: str) -> str:
    """On one line, whatever names a file holds."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)


def first_line(error: BaseException) -> str:
    line = (str(error) or type(error).__name__).strip().splitlines()[0]
    return line if len(line) < 160 else line[:160] + " ..."
