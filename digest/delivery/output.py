"""Documents to files, whole or not at all."""

import contextlib
import os
import select
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from digest.errors import OutputError, PipeClosed
from digest.shelf import shelve

Rendered = bytes | Sequence[bytes]
"""A document as it is written, whole or in pieces."""


def hold(pieces: Iterable[bytes]) -> Sequence[bytes]:
    """A document that is made piece by piece, until it is whole; a long one is not in memory."""
    return shelve(_joined(pieces), held=_PIECES)


def _joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same in larger pieces."""
    joined = bytearray()
    for piece in pieces:
        joined += piece
        if len(joined) >= _PIECE:
            yield bytes(joined)
            joined.clear()
    yield bytes(joined)


_PIECE, _PIECES = 1 << 16, 8
"""Bytes of a piece, and how many of these are held in memory: more than any daily edition has."""


def as_pieces(document: Rendered) -> Sequence[bytes]:
    """A document in pieces."""
    return (document,) if isinstance(document, bytes) else document


def write_file(path: Path, document: Rendered, *, private: bool = False) -> None:
    """Write a document beside `path`, then rename it into place.

    An existing file keeps its permissions; a `private` one is for its owner alone. Raises
    `OutputError`; `path` then is as before.
    """
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe
            with path.open("wb", buffering=0) as stream:
                for piece in as_pieces(document):
                    write_all(stream.fileno(), piece)
            return
        target = path.resolve()  # a link goes on pointing to the file
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        beside_target = Path(name)
        try:
            with os.fdopen(handle, "wb") as beside:
                beside.writelines(as_pieces(document))
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
            left = left[os.write(descriptor, left[:_AT_ONCE]) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


_AT_ONCE = 1 << 20


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
