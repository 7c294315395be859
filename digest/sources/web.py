"""Sources on the web: asked politely, with time-outs and limits, and only where one says so.

What was fetched is kept with its ETag and Last-Modified, so that a source that has not changed
is not sent again; a source that fails gives what it gave last, and counts as dead only after
several failures in a row.
"""

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.errors import InputError

AGENT = "digest (+a daily reader; asks once a run)"
MOST_BYTES = 10_000_000
"""A larger answer is cut off and counts as a failure."""

DEAD_AFTER = 3
"""So many failures in a row are worth a word."""

_TIMEOUT = (10, 30)
_AT_ONCE = 4
_FAILURE = 400
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a source: its bytes, empty where there are none, and the failure if any.

    `failures` is how many there were in a row.
    """

    data: bytes
    failure: str = ""
    failures: int = 0


def is_web(location: str) -> bool:
    """Whether a source is on the web."""
    return location.startswith(("http://", "https://"))


def fetch_all(locations: Iterable[str], cache: Path) -> dict[str, Fetched]:
    """Fetch all of these, a few at once; `cache` is a folder, made when needed."""
    wanted = list(dict.fromkeys(locations))
    if not wanted:
        return {}
    cache.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(lambda each: _fetch(each, cache), wanted), strict=True))


def dead(location: str, fetched: Fetched) -> InputError | None:
    """The failure to report: none for a source that gives something and may recover."""
    if fetched.failure and (not fetched.data or fetched.failures >= DEAD_AFTER):
        times = f" {fetched.failures} times in a row" if fetched.failures > 1 else ""
        return InputError(location, f"cannot be fetched{times}: {fetched.failure}")
    return None


def _fetch(location: str, cache: Path) -> Fetched:
    name = hashlib.sha256(location.encode()).hexdigest()[:24]
    notes_file, body_file = cache / f"{name}.json", cache / f"{name}.body"
    notes = _read_notes(notes_file)
    kept = body_file.read_bytes() if body_file.exists() else b""
    try:
        data, headers = _get(location, notes if kept else {})
    except InputError as error:
        failures = int(notes.get("failures", 0)) + 1
        _write(notes_file, json.dumps(notes | {"failures": failures}).encode())
        return Fetched(data=kept, failure=error.reason, failures=failures)
    if data is None:
        data = kept
        headers = {key: str(notes.get(key, "")) for key in ("etag", "modified")}
    else:
        _write(body_file, data)
    _write(notes_file, json.dumps({"location": location, **headers, "failures": 0}).encode())
    return Fetched(data=data)


def _get(location: str, notes: dict[str, Any]) -> tuple[bytes | None, dict[str, str]]:
    """The body and its marks, or None where it has not changed. Raises `InputError`."""
    import requests  # noqa: PLC0415 - only the web needs it

    headers = {"User-Agent": AGENT}
    if notes.get("etag"):
        headers["If-None-Match"] = notes["etag"]
    if notes.get("modified"):
        headers["If-Modified-Since"] = notes["modified"]
    try:
        with requests.get(location, headers=headers, stream=True, timeout=_TIMEOUT) as response:
            if response.status_code == _NOT_MODIFIED:
                return None, {}
            if response.status_code >= _FAILURE:
                raise InputError(
                    location, f"the server answered {response.status_code} {response.reason}"
                )
            data = bytearray()
            for chunk in response.iter_content(1 << 16):
                data += chunk
                if len(data) > MOST_BYTES:
                    raise InputError(location, f"it is larger than {MOST_BYTES // 1_000_000} MB")
            marks = {
                "etag": response.headers.get("ETag", ""),
                "modified": response.headers.get("Last-Modified", ""),
            }
            return bytes(data), marks
    except requests.Timeout as error:
        raise InputError(location, "the server does not answer in time") from error
    except requests.RequestException as error:
        raise InputError(location, f"the connection failed ({type(error).__name__})") from error


def _read_notes(path: Path) -> dict[str, Any]:
    try:
        notes = json.loads(path.read_text(encoding="utf-8"))
        return notes if isinstance(notes, dict) else {}
    except (OSError, ValueError):
        return {}


def _write(path: Path, data: bytes) -> None:
    beside = path.with_suffix(f"{path.suffix}.new")
    beside.write_bytes(data)
    beside.replace(path)
