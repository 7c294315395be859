"""Standard input, output and error: nothing steers a terminal, nothing is half-written."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, TextIO

from digest.errors import InputError, OutputError, PipeClosed
from digest.interrupt import wipes
from digest.plaintext import encoded, plain, plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.delivery.output import Rendered


def read_stdin(most: int) -> bytes:
    """So many bytes of standard input, or all there is. Raises `InputError` when it is closed."""
    if sys.stdin is None:
        raise InputError("standard input", "is closed")
    try:
        return sys.stdin.buffer.read(most)
    except (OSError, ValueError) as error:
        raise InputError("standard input", "cannot be read") from error


def note(message: str, *, indent: int = 0) -> bool:
    """A line on standard error; whether it could be written.

    Standard error that is closed or full stops nothing.
    """
    return _print_error(f"{' ' * indent}{plain_line(message)}\n")


def note_text(text: str) -> bool:
    """The same of lines that stand as they are."""
    return _print_error(f"{plain(text).rstrip()}\n")


def warn(message: object) -> bool:
    """A line on standard error that says that something is wrong."""
    return note(f"digest: {message}")


def print_line(line: str) -> None:
    """A line on standard output, with nothing in it that steers a terminal."""
    print_document(f"{plain(line)}\n")


def print_document(document: str | Rendered, *, pager: bool = False) -> None:
    """Write a document to standard output, text as UTF-8 whatever the locale.

    Every byte is accepted, or this raises: `OutputError`, or `PipeClosed` where nobody reads on.
    With `pager` it is shown page by page, where that is a terminal; a pager that is left early has
    shown it.
    """
    from digest.delivery.output import as_pieces, write_all

    pieces = as_pieces(encoded(document) if isinstance(document, str) else document)
    if pager and is_terminal(sys.stdout) and _page(pieces):
        return
    if sys.stdout is None:
        raise OutputError("Standard output is closed.")
    try:
        sys.stdout.flush()
        try:
            target = sys.stdout.fileno()
        except OSError:  # not a file, as in tests
            sys.stdout.buffer.writelines(pieces)
        else:
            for piece in pieces:
                write_all(target, piece)
    except BrokenPipeError as error:
        silence(sys.stdout)
        raise PipeClosed("Nobody reads on.") from error
    except OSError as error:
        silence(sys.stdout)
        raise OutputError(f"Standard output cannot be written: {error.strerror}.") from error


def _page(pieces: Iterable[bytes]) -> bool:
    """Show a document with the program that PAGER names, else less; whether there is one.

    Raises `OutputError` where it fails.
    """
    wanted = os.environ.get("PAGER", "").strip() or "less"
    try:
        command = shlex.split(wanted)
        pager = subprocess.Popen(  # noqa: S603 - the user's own
            command, stdin=subprocess.PIPE, env={"LESS": "FRX", **os.environ}
        )
    except (OSError, ValueError):
        return False
    assert pager.stdin
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which is the pager's while it runs
    try:
        with contextlib.suppress(BrokenPipeError), pager.stdin:  # it may be left early
            pager.stdin.writelines(pieces)
        code = pager.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        if pager.poll() is None:  # a signal ends both
            pager.terminate()
    if code:
        raise OutputError(f"The pager {wanted} failed with exit code {code}.")
    return True


def silence(stream: TextIO | None) -> None:
    """Let a stream that cannot be written go nowhere, so that nothing fails at exit either."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        target = os.open(os.devnull, os.O_WRONLY)
        os.dup2(target, stream.fileno())  # type: ignore[union-attr]
        os.close(target)


def _print_error(text: str) -> bool:
    try:
        for wipe in wipes:
            wipe()
        if sys.stderr is None:
            return False
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)
        return False
    return True


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is open and a terminal."""
    return bool(stream and stream.isatty())
