"""The files that a location names: one, those of a folder, or those that a pattern matches."""

import errno
import glob
import os
from collections.abc import Iterator
from pathlib import Path

from digest.errors import InputError, MissingInput
from digest.plaintext import readable
from digest.regular import open_regular
from digest.sources.hosts import public_address
from digest.sources.kinds import Kind, recognise
from digest.sources.mailboxes import is_maildir

MOST_BYTES = 50_000_000
"""A larger file is no article."""

_MAYBE_NEWS = frozenset({".xml", ".rss", ".atom", ".html", ".htm", ".json"})
_NEWS = frozenset({".txt", ".eml", ".mbox", ".mht", ".mhtml", ".nitf", ".jsonl"})


def find_files(location: str, failures: list[InputError]) -> Iterator[Path]:
    """The file itself, the files of a folder and its folders, or those a pattern matches.

    In order of name; hidden files and folders are passed over, and folders that cannot be read
    are `failures`. Raises `MissingInput`, or `InputError` for a folder without articles.
    """
    try:
        yield from _find_files(location, failures)
    except (OSError, ValueError, RuntimeError) as error:
        named = public_address(readable(location))
        if getattr(error, "errno", 0) == errno.ENAMETOOLONG:
            raise MissingInput(f"{named:.80}…", "is too long for a name") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{named:.300}", f"cannot be read ({reason})") from error


def _find_files(location: str, failures: list[InputError]) -> Iterator[Path]:
    path = Path(location).expanduser()
    there = _is_there(path)
    if not there and glob.has_magic(location):
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - absolute patterns too
        files = [file for match in matches if not os.path.isdir(file := Path(match))]  # noqa: PTH112 - which says no where it may not look
        if not files:
            raise MissingInput(
                public_address(readable(location)), "matches no file", hint="Check the pattern."
            )
        yield from files
        return
    if not there:
        raise MissingInput(
            public_address(readable(location)),
            "does not exist",
            hint="Check the name of the source.",
        )
    if not path.is_dir() or is_maildir(path):
        yield path
        return
    before = len(failures)
    files = sorted(_walk(path, failures))
    if not files and len(failures) == before:
        raise InputError(
            readable(location),
            "is a folder without articles",
            hint="Articles are files that end in .txt, feeds, pages, mail or messages of agencies.",
        )
    yield from files


def _is_there(path: Path) -> bool:
    """Whether there is something; unlike `exists`, this tells what it is not allowed to see."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _walk(folder: Path, failures: list[InputError]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        name = readable(str(error.filename))
        failures.append(InputError(name, f"cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        boxes = [name for name in folders if is_maildir(Path(parent) / name)]
        yield from (Path(parent) / name for name in boxes)
        folders[:] = [name for name in folders if name not in boxes]
        for name in names:
            path = Path(parent) / name
            try:
                if not name.startswith(".") and path.is_file() and _is_news(path):
                    yield path
            except OSError as error:
                error.filename = str(path)
                refuse(error)


def _is_news(path: Path) -> bool:
    """Whether a file is an article by its ending, or a feed or page by ending and content."""
    ending = path.suffix.lower()
    if ending not in _MAYBE_NEWS:
        return ending in _NEWS
    try:
        with open_regular(path) as file:
            data = file.read(MOST_BYTES)
    except OSError:
        return True  # reading it will say why it cannot be read
    try:
        return recognise(data, source="") is not Kind.WIRE
    except InputError:
        return False
