"""Writing a file whole or not at all, as etch::replace_file does."""
from __future__ import annotations

import os
import secrets
import stat
from typing import Union

from .errors import refuse


def replace_file(path: Union[str, os.PathLike], content: bytes) -> None:
    """Into a new file beside it, flushed to the disk, which takes its place: a reader sees the old file or the new one.

    The file keeps its mode; a symbolic link stays, and what it leads to is replaced. What is no regular file, such as a
    device, is refused.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        refuse(f"there is no folder {folder}")
    mode = os.stat(path).st_mode if os.path.exists(path) else None
    if mode is not None and not stat.S_ISREG(mode):
        refuse(f"{path} is no regular file")
    if mode is not None and not os.access(path, os.W_OK):
        refuse(f"{path} may not be written")
    temporary = os.path.join(folder, f"etch-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if mode is not None:
            os.chmod(temporary, stat.S_IMODE(mode))
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    if hasattr(os, "O_DIRECTORY"):  # so that its name is on the disk, too
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
