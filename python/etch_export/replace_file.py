"""Writing a file whole or not at all, as etch::replace_file does."""
from __future__ import annotations

import errno
import os
import secrets
import stat
from typing import Union

from .errors import refuse


def replace_file(path: Union[str, os.PathLike], content: bytes) -> None:
    """Into a new file beside it, flushed to the disk, which takes its place: a reader sees the old file or the new one.

    The file keeps its mode; a symbolic link stays, and what it leads to is replaced. What is not a regular file, such as a
    device, is refused.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        refuse(f"there is no folder {folder}")
    mode = os.lstat(path).st_mode if os.path.lexists(path) else None  # a link only if it leads round
    if mode is not None and not stat.S_ISREG(mode):
        refuse(f"{path} is not a regular file")
    if mode is not None and not os.access(path, os.W_OK):
        refuse(f"{path} may not be written")
    temporary = os.path.join(folder, f"etch-{secrets.token_hex(8)}.tmp")
    # Readable by nobody for whom the old file is not; O_BINARY is Windows'.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666 if mode is None else 0o600)
    try:
        with open(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            flush(descriptor)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    if hasattr(os, "O_DIRECTORY") and os.access(folder, os.R_OK):  # so that its name is on the disk, too
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            flush(opened)
        finally:
            os.close(opened)


def flush(descriptor: int) -> None:
    """To the disk, where the file system has such a thing."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
