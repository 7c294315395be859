"""Downloads that an administrator trusts.

Time-outs, second tries with longer pauses, resuming what is there (HTTP ranges, only of the
same file), a limit on size, a look at the free space; into a partial file that gets its name
when it is complete.
"""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from digest.counting import counted
from digest.errors import ModelError, named_trouble
from digest.progress import Progress, unseen
from digest.regular import open_regular

if TYPE_CHECKING:
    import requests

Result = TypeVar("Result")

MOST_BYTES = 4 << 30
"""A larger package is refused."""

_CHUNK = 1 << 16
_RESERVE = 64 << 20
_PARTIAL = 206
_BEYOND = 416
_FAILURE = 400
_TOO_MANY = 429
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: to connect, between two pieces, before the second try.

    `tries` is how often to try at all.
    """

    connect: float = 10.0
    read: float = 30.0
    pause: float = 1.0
    tries: int = 5
    sleep: Callable[[float], None] = time.sleep


class _Later(Exception):  # noqa: N818 - not an error: a reason to try again
    """A fault that may pass."""


def fetch(
    link: str, target: Path, *, patience: Patience, progress: Progress, size: int = 0
) -> None:
    """Download a link (http, https or file) to a file, as a whole or not at all.

    `size` is the number of bytes it must have, 0 if not known. What was downloaded before a
    fault is kept beside the target and used by the next call. Raises `ModelError`.
    """
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise ModelError(f"{link:.300} is not an address: {error}.") from error
    with named_trouble(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    if parts.scheme == "file":
        _copy(Path(unquote(parts.path)), target, link)
        return
    if parts.scheme not in {"http", "https"}:
        raise ModelError(f"{link} is neither http, https nor file.")
    partial = target.with_name(f"{target.name}.partial")
    pause = patience.pause
    for attempt in range(1, patience.tries + 1):
        before = _length(partial)
        try:
            _continue(link, partial, patience=patience, progress=progress, size=size)
        except _Later as fault:
            if attempt == patience.tries:
                raise ModelError(
                    f"{link} cannot be downloaded: {fault}.",
                    hint="What is there already is kept; try again later.",
                ) from fault
            patience.sleep(pause)
            # Where it goes on at all, it is worth trying soon again.
            pause = patience.pause if _length(partial) > before else pause * 2
        else:
            partial.replace(target)
            _marker(partial).unlink(missing_ok=True)
            return


def fetch_bytes(link: str, *, patience: Patience, most: int) -> bytes:
    """A small file, such as an index, in memory. Raises `ModelError`."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="digest-") as scratch:
        target = Path(scratch) / "file"
        fetch(link, target, patience=patience, progress=unseen)
        if target.stat().st_size > most:
            raise ModelError(f"{link} is too large for what it should be.")
        return target.read_bytes()


def _continue(
    link: str, partial: Path, *, patience: Patience, progress: Progress, size: int
) -> None:
    import requests

    have = _length(partial)
    headers = {"User-Agent": "digest", "Accept-Encoding": "identity"}
    mark = _marker(partial)
    if have and mark.exists():
        headers |= {"Range": f"bytes={have}-", "If-Range": mark.read_text()}
    try:
        with requests.get(
            link, headers=headers, stream=True, timeout=(patience.connect, patience.read)
        ) as response:
            _check_status(link, response, partial)
            if response.status_code != _PARTIAL:
                have = 0
            expected = _expected(response, have, size, link)
            _check_space(partial, expected - have)
            if tag := response.headers.get("ETag") or response.headers.get("Last-Modified"):
                mark.write_text(tag)
            done = _write(response, partial, have, expected, progress)
    except (requests.ConnectionError, requests.Timeout) as error:
        reason = _reason(error)
        if reason == _NO_NAME:
            raise ModelError(f"{link} cannot be downloaded: {reason}.") from error
        raise _Later(reason) from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise _Later("the connection was cut") from error
    except (requests.RequestException, ValueError) as error:  # addresses and headers that are none
        raise ModelError(f"{link:.300} cannot be downloaded: {error}.") from error
    if expected and done < expected:
        raise _Later(f"the connection was cut after {done} of {expected} bytes")


def _check_status(link: str, response: "requests.Response", partial: Path) -> None:
    code = response.status_code
    if code == _BEYOND:
        partial.unlink(missing_ok=True)
        raise _Later("the file has changed on the server")
    if code == _TOO_MANY or code >= _SERVER_FAULT:
        raise _Later(f"the server answered {code} {response.reason}")
    if code >= _FAILURE:
        raise ModelError(
            f"{link} cannot be downloaded: the server answered {code} {response.reason}."
        )


def _expected(response: "requests.Response", have: int, size: int, link: str) -> int:
    told = response.headers.get("Content-Length") or ""
    length = int(told) if re.fullmatch(r"[0-9]{1,18}", told) else 0
    expected = have + length if length else size
    if size and expected != size:
        raise ModelError(f"{link} has {counted(expected, 'byte')} instead of {size}.")
    if expected > MOST_BYTES:
        raise ModelError(f"{link} is larger than any package ({expected >> 20} MB).")
    return expected


def _check_space(partial: Path, needed: int) -> None:
    free = shutil.disk_usage(partial.parent).free
    if needed + _RESERVE > free:
        raise ModelError(
            f"{needed >> 20} MB are needed in {partial.parent}, but only {free >> 20} MB are free."
        )


def _write(
    response: "requests.Response", partial: Path, have: int, expected: int, progress: Progress
) -> int:
    done = have
    with partial.open("ab" if have else "wb") as file:
        for chunk in response.iter_content(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            if done > MOST_BYTES or (expected and done > expected):
                raise ModelError(f"{response.url} sends more than it said.")
            progress(done, expected, "")
    progress(done, done, "")
    return done


def _copy(source: Path, target: Path, link: str) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        with open_regular(source) as opened, partial.open("wb") as copy:
            length = os.fstat(opened.fileno()).st_size
            if length > MOST_BYTES:
                raise ModelError(f"{link} is larger than any package ({length >> 20} MB).")
            _check_space(partial, length)
            shutil.copyfileobj(opened, copy)
    except OSError as error:
        raise ModelError(f"{link} cannot be read: {error.strerror}.") from error
    partial.replace(target)


_NO_NAME = "the name of the server is not known"


def _reason(error: Any) -> str:
    text = str(error)
    for sign, reason in (
        ("timed out", "the server does not answer in time"),
        ("refused", "the connection was refused"),
        ("resolve", _NO_NAME),
        ("IncompleteRead", "the connection was cut"),
        ("CERTIFICATE", "the certificate of the server is not trusted"),
    ):
        if sign in text:
            return reason
    return "the connection failed"


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _marker(partial: Path) -> Path:
    """Where the ETag of a partial file is kept, so that no other file is appended to it."""
    return partial.with_name(f"{partial.name}.tag")


def give_up_on_silence(work: Callable[[Callable[[], None]], Result], *, seconds: float) -> Result:
    """What `work` returns, unless nothing is heard of it for so many seconds.

    `work` is given a function to call whenever it gets on; it runs in a thread of its own, since
    no time-out reaches the resolving of names. Raises what it raises, and `ModelError` on
    silence; it is then left to itself and ends with the process.
    """
    heard = threading.Event()
    done = threading.Event()
    outcome: list[Result] = []
    fault: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work(heard.set))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            fault.append(error)
        finally:
            done.set()
            heard.set()

    threading.Thread(target=run, daemon=True).start()
    while heard.wait(seconds):
        if done.is_set():
            if fault:
                raise fault[0]
            return outcome[0]
        heard.clear()
    raise ModelError(f"Nothing was heard for {seconds:.0f} seconds.")
