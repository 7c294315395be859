"""Documents to files, whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from digest.errors import OutputError


def write_file(path: Path, data: bytes) -> None:
    """Write a document beside `path`, then rename it into place.

    An existing file keeps its permissions. Raises `OutputError`; `path` then is as before.
    """
    target = path.resolve()  # a link goes on pointing to the file
    try:
        if target.exists() and not target.is_file():  # /dev/stdout, a pipe
            target.write_bytes(data)
            return
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        beside_target = Path(name)
        try:
            with os.fdopen(handle, "wb") as beside:
                beside.write(data)
                beside.flush()
                os.fsync(beside.fileno())
            beside_target.chmod(mode)
            beside_target.replace(target)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                beside_target.unlink()
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path} cannot be written: {reason}.", hint="Choose another file with --output."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
