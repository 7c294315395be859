"""What sources on the web gave last, in a folder; whatever is wrong with it costs the cache."""

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.errors import OutputError
from digest.private import make_private, private_folder
from digest.regular import read_regular

_MOST_BYTES = 50_000_000
_MOST_FAILURES = 1_000_000
_OF_BODY = ("etag", "modified", "charset", "address", "kind")
"""What holds for one body alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What is known of a source: what it gave last, its marks, its failures in a row.

    `charset` is that of the HTTP header, `address` where it came from in the end, `kind` what it
    was read as. `advised` is what was told to change about it, `wait_until` the time (in seconds
    of the epoch) before which it does not want to be asked.
    """

    body: bytes = b""
    etag: str = ""
    modified: str = ""
    failures: int = 0
    charset: str = ""
    address: str = ""
    kind: str = ""
    advised: str = ""
    wait_until: float = 0.0


class Cache:
    """A folder that is made when it is needed; readable by its owner alone.

    `public` makes of an address what may be kept of it. With `keep` off nothing is written.
    `warn` is told, once, that it cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        public: Callable[[str], str] = str,
        warn: Callable[[str], object],
        keep: bool = True,
    ) -> None:
        self._folder = folder
        self._public = public
        self._warn = warn
        self._keep = keep

    def read(self, location: str) -> Notes:
        """What is known of a source; of what is damaged nothing."""
        values = self._values(location)
        try:
            body = read_regular(self._file(location, "body"), _MOST_BYTES)
        except OSError:
            body = b""
        failures, wait_until = values.get("failures", 0), values.get("wait_until", 0.0)
        whole = bool(body) and values.get("body") == hashlib.sha256(body).hexdigest()
        marks = {name: _mark(values.get(name)) if whole else "" for name in _OF_BODY}
        return Notes(
            body=body if whole else b"",
            **marks,
            failures=failures if type(failures) is int and 0 <= failures < _MOST_FAILURES else 0,
            advised=_mark(values.get("advised")),
            wait_until=wait_until if type(wait_until) is float else 0.0,
        )

    def _values(self, location: str) -> dict[str, Any]:
        try:
            values = json.loads(read_regular(self._file(location, "json"), _MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def keep(self, location: str, body: bytes) -> None:
        """Keep what a source gave."""
        self._write(self._file(location, "body"), body)

    def note(self, location: str, notes: Notes) -> None:
        """Keep the marks of what a source gave last, and its failures in a row.

        The marks hold for this body alone: another run may have kept another one meanwhile.
        """
        values = {
            "location": self._public(location),
            "body": hashlib.sha256(notes.body).hexdigest(),
            **{name: getattr(notes, name) for name in _OF_BODY},
            "failures": notes.failures,
            "advised": self._public(notes.advised),
            "wait_until": notes.wait_until,
        }
        self._write(self._file(location, "json"), json.dumps(values).encode())

    def forget(self, days: int) -> None:
        """Forget what was not written for so many days."""
        oldest = time.time() - days * 86400
        for file in self._folder.glob("*") if self._keep else ():
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < oldest:
                    file.unlink()

    def _file(self, location: str, ending: str) -> Path:
        name = hashlib.sha256(location.encode(errors="surrogateescape")).hexdigest()[:24]
        return self._folder / f"{name}.{ending}"

    def _write(self, path: Path, data: bytes) -> None:
        """Write beside and rename, under a name of this process's own."""
        if not self._keep:
            return
        try:
            private_folder(self._folder.parent)
            private_folder(self._folder)
            body = path.with_suffix(".body")
            if body.exists():
                make_private(body)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as beside:
                    beside.write(data)
                Path(name).replace(path)
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
                raise
            make_private(path)
        except (OSError, OutputError) as error:
            self._keep = False
            reason = getattr(error, "strerror", None) or str(error)
            self._warn(f"What sources on the web gave cannot be kept: {reason.rstrip('.')}.")


def _mark(value: object) -> str:
    """An ETag or a date that can be sent back as it came, else nothing."""
    sound = isinstance(value, str) and value.isprintable() and value.isascii()
    return str(value) if sound else ""
