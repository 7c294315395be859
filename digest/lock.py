"""One process at a time; the lock of a dead process is no obstacle."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from digest.errors import BusyError


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold the lock at `path`. Raises `BusyError` at once when another process holds it.

    The kernel releases it when the process ends, however it ends; the file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(
                f"Another digest holds the lock {path}.", hint="Try again when it has ended."
            ) from error
        yield
