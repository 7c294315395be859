"""One process at a time; the lock of a dead process is no obstacle."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from digest.errors import BusyError, OutputError

_EVERY = 0.05
"""Seconds between two tries: `flock` itself can wait for ever only."""
_MOMENT, _LEAST = 10.0, 0.5
"""Seconds to wait for a process that holds the lock for a moment, and for one that may be about to
say so."""
_BRIEF = b"for a moment"
"""Stands in the lock of a process that will let go of it at once."""


@contextlib.contextmanager
def hold_lock(path: Path, *, patience: float = 0, brief: bool = False) -> Iterator[None]:
    """Hold the lock at `path`. Raises `BusyError` when another process holds it.

    It waits half a second for that, for one that holds it `brief`ly ten, and for any so many
    seconds of `patience`. The kernel releases the lock when the process ends, however it ends; the
    file stays. Raises `OutputError` where it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    except OSError as error:
        raise OutputError(f"The lock {path} cannot be taken: {error.strerror}.") from error
    try:
        since = time.monotonic()
        while not _take(handle, path):
            most = max(patience, _MOMENT if _is_brief(handle) else _LEAST)
            if time.monotonic() - since >= most:
                raise BusyError(
                    f"Another digest holds the lock {path}.", hint="Try again when it has ended."
                )
            time.sleep(_EVERY)
        _mark(handle, _BRIEF if brief else b"")
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> bool:
    """Take the lock, unless another process holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise OutputError(f"The lock {path} cannot be taken: {error.strerror}.") from error
    return True


def _is_brief(handle: int) -> bool:
    try:
        return os.pread(handle, len(_BRIEF), 0) == _BRIEF
    except OSError:
        return False


def _mark(handle: int, text: bytes) -> None:
    """Say what the lock is held for; where that cannot be written, nobody waits."""
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, text, 0)
