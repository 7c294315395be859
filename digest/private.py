"""Folders and files that nobody but their owner can read."""

import contextlib
import os
import stat
from pathlib import Path

from digest.errors import OutputError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, also one that exists; 0700.

    So are those above it that have to be made, and its databases. Raises `OutputError` where that
    cannot be done.
    """
    try:
        for folder in (*reversed(path.parents), path):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, exist_ok=True)
        make_private(path)
        for file in path.glob("*.sqlite3*"):
            with contextlib.suppress(FileNotFoundError):  # taken away by another process
                make_private(file)
    except OSError as error:
        raise OutputError(
            f"The folder {path} cannot be made: {error.strerror}.",
            hint="Set HOME, or XDG_DATA_HOME and XDG_CACHE_HOME, to a folder of yours.",
        ) from error


def private_file(path: Path) -> None:
    """Make a file that only its owner can read, also one that exists.

    Raises `OSError`, also where something else than a file is in its place.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o600))
    make_private(path)


def make_private(path: Path) -> None:
    """Take every right of others from a file or folder that is ours."""
    found = path.stat()
    if found.st_mode & _OTHERS and found.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def is_open(path: Path) -> bool:
    """Whether others than the owner can do anything with a file or folder."""
    return path.exists() and bool(path.stat().st_mode & _OTHERS)
