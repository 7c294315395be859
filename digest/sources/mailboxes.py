"""Mailboxes as streams of messages: mbox files and Maildir folders, a message at a time."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from digest.regular import read_regular

_BEGINS = b"From "
MOST_BYTES = 50_000_000
"""A larger message is no news; of one in an mbox only the beginning is kept."""


def is_mbox(head: bytes) -> bool:
    """Whether bytes begin a mailbox: `From `, who sent the first message and when (RFC 4155)."""
    line = head.partition(b"\n")[0]
    return head.startswith(_BEGINS) and len(line.split()) > 2 and line[-5:].strip(b" \r").isdigit()  # noqa: PLR2004 - more than two words


def is_maildir(folder: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def split_mbox(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The messages of an mbox, one by one; a line `>From ` was escaped."""
    message: list[bytes] = []
    size = 0
    after_blank = True
    for line in lines:
        if after_blank and line.startswith(_BEGINS):
            if message:
                yield b"".join(message)
            message, size = [], 0
        elif size < MOST_BYTES:
            is_escaped = line[:1] == b">" and line.lstrip(b">").startswith(_BEGINS)
            message.append(line[1:] if is_escaped else line)
            size += len(line)
        after_blank = not line.strip()
    if message:
        yield b"".join(message)


def list_maildir(folder: Path) -> list[Path]:
    """The files of the messages of a Maildir, the oldest first: their names begin with the time."""
    found = [
        path
        for part in ("cur", "new")
        for path in (folder / part).iterdir()
        if not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=lambda path: (_time_of(path.name), path.name))


def _time_of(name: str) -> int:
    digits = name.partition(".")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 20 else 0  # noqa: PLR2004 - no time is so long


def read_message(path: Path) -> bytes:
    """A message of a Maildir. Raises `OSError`."""
    return read_regular(path, MOST_BYTES)
