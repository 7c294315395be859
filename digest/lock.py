"""One process at a time; the lock of a dead process is no obstacle."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from digest.errors import BusyError, OutputError


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock at `path`. Raises `BusyError` at once when another process holds it.

    The kernel releases it when the process ends, however it ends; the file stays. Raises
    `OutputError` where it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    except OSError as error:
        raise OutputError(f"The lock {path} cannot be taken: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"Another digest holds the lock {path}.", hint="Try again when it has ended."
            ) from error
        except OSError as error:
            raise OutputError(f"The lock {path} cannot be taken: {error.strerror}.") from error
        yield
    finally:
        os.close(handle)
