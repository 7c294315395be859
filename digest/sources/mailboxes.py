"""Mailboxes as streams of messages: mbox files and Maildir folders, a message at a time."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from digest.regular import read_regular

_DAY = rb"From \S+ .{0,20}\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.{0,30}"
_BEGINS = re.compile(
    rb"From (?:- ?)?\r?\n?$"
    rb"|" + _DAY + rb"\d\d:\d\d.{0,20}\d{4}.{0,10}\r?\n?$"
    rb"|" + _DAY + rb"\d{4} \d\d:\d\d.{0,20}\r?\n?$"
)
"""Who sent a message, and when (RFC 4155); what begins a line of its text was escaped by most."""
MOST_BYTES = 50_000_000
"""A larger message is no news; of one in an mbox only the beginning is kept."""
_LEFT_OUT = frozenset("archive concepten drafts junk sent spam trash verzonden prullenbak".split())


def is_mbox(head: bytes) -> bool:
    """Whether bytes begin a mailbox."""
    return bool(_BEGINS.match(head.partition(b"\n")[0]))


def is_maildir(folder: Path) -> bool:
    """Whether a folder is a Maildir."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def split_mbox(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The messages of an mbox, one by one; a line `>From ` was escaped."""
    message: list[bytes] = []
    size = 0
    for line in lines:
        if line.startswith(b"From ") and _BEGINS.match(line):
            if message:
                yield b"".join(message)
            message, size = [], 0
        elif size < MOST_BYTES:
            is_escaped = line[:1] == b">" and line.lstrip(b">").startswith(b"From ")
            message.append(line[1:] if is_escaped else line)
            size += len(line)
    if message:
        yield b"".join(message)


def list_maildir(folder: Path) -> list[Path]:
    """The files of the messages of a Maildir, the oldest first: their names begin with the time."""
    folders = [folder, *filter(_is_read, sorted(folder.glob(".*")))]
    found = [
        path
        for each in folders
        for part in ("cur", "new")
        for path in (each / part).iterdir()
        if not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=lambda path: (_time_of(path.name), path.name))


def _is_read(folder: Path) -> bool:
    """Whether a folder is one below a Maildir (Maildir++), and of mail that came."""
    names = folder.name.lower().strip(".").split(".")
    return folder.is_dir() and is_maildir(folder) and _LEFT_OUT.isdisjoint(names)


def _time_of(name: str) -> int:
    digits = name.partition(".")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 20 else 0  # noqa: PLR2004 - no time is so long


def read_message(path: Path) -> bytes:
    """A message of a Maildir. Raises `OSError`."""
    return read_regular(path, MOST_BYTES)
