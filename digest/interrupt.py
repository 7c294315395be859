"""Ctrl-C and SIGTERM end the program soon, whatever it is busy with.

Python handles a signal between two of its own steps; a model that translates or a library in C
may not come to one for a long time. So the signal also wakes a thread, and what has not ended by
itself by then is ended: everything on disk is written whole, or not at all, wherever that is.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

GRACE = 0.8
"""Seconds to end by itself: to close files, to stop children, to remove what is temporary."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
wipes: list[Callable[[], object]] = []
"""What takes bars off the terminal, before a line takes their place."""
_told = threading.Event()
_asked: list[int] = []


class Interrupted(BaseException):
    """A signal asked to stop; `exit_code` is 128 and its number, as shells have it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def end_soon_on_signals() -> None:
    """Let SIGINT and SIGTERM raise `Interrupted`, and end the process if that takes too long."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    threading.Thread(target=_watch, args=(reading,), daemon=True).start()


def asked_to_stop() -> int:
    """The exit code of the signal that asked to stop, 0 where none did."""
    return 128 + _asked[0] if _asked else 0


def leave(code: int) -> NoReturn:
    """End the process; after a signal at once: what is loaded may take long to be put away."""
    if not _told.is_set():
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # one is enough: what follows must not be cut short
    _asked.append(number)
    _tell()
    raise Interrupted(number)


def _tell() -> None:
    """Say once that the program was stopped, in the place of what the terminal shows."""
    if _told.is_set():
        return
    _told.set()
    with contextlib.suppress(OSError, ValueError):
        for wipe in wipes:
            wipe()
        if os.isatty(2):  # behind the ^C that the terminal shows
            os.write(2, b"\r\x1b[K")
        os.write(2, b"digest: stopped.\n")


def _watch(reading: int) -> None:
    number = 0
    while number not in _SIGNALS:
        (number,) = os.read(reading, 1)
    threading.Event().wait(GRACE)
    _tell()
    os._exit(128 + number)
