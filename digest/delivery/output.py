"""Documents to files, whole or not at all."""

import contextlib
import os
import select
import stat
import tempfile
from pathlib import Path

from digest.errors import OutputError, PipeClosed


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a document beside `path`, then rename it into place.

    An existing file keeps its permissions; a `private` one is for its owner alone. Raises
    `OutputError`; `path` then is as before.
    """
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            with path.open("wb", buffering=0) as stream:
                write_all(stream.fileno(), data)
            return
        target = path.resolve()  # a link goes on pointing to the file
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        beside_target = Path(name)
        try:
            with os.fdopen(handle, "wb") as beside:
                beside.write(data)
                beside.flush()
                os.fsync(beside.fileno())
            beside_target.chmod(mode & 0o700 if private else mode)
            beside_target.replace(target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                beside_target.unlink()
            raise
    except BrokenPipeError as error:
        raise PipeClosed(f"Nobody reads on at {path}.") from error
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(
            f"{path} cannot be written: {reason}.", hint="Choose another place for it."
        ) from error


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte, however few the system takes at a time. Raises `OSError`."""
    left = memoryview(data)
    while left:
        try:
            left = left[os.write(descriptor, left[:_PIECE]) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


_PIECE = 1 << 20


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
