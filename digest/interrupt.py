"""Ctrl-C and SIGTERM end the program soon, whatever it is busy with.

Python handles a signal between two of its own steps; a model that translates or a library in C
may not come to one for a long time. So the signal also wakes a thread, and what has not ended by
itself by then is ended: everything on disk is written whole, or not at all, wherever that is.
"""

import os
import signal
import threading
from types import FrameType

GRACE = 0.8
"""Seconds to end by itself: to close files, to stop children, to remove what is temporary."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
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


def _interrupt(number: int, _frame: FrameType | None) -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # one is enough: what follows must not be cut short
    raise Interrupted(number)


def _watch(reading: int) -> None:
    number = 0
    while number not in _SIGNALS:
        (number,) = os.read(reading, 1)
    threading.Event().wait(GRACE)
    os._exit(128 + number)
