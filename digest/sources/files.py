"""Files and folders as text: finding, decoding, and saying why it cannot be done."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from digest.article import Document
from digest.errors import InputError, MissingInput
from digest.sources.wire import parse_wire

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TEXT_CONTROLS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\x1a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read: the documents, and one error for each source that could not be."""

    documents: tuple[Document, ...]
    failures: tuple[InputError, ...]


def read_sources(paths: Iterable[Path], *, as_of: datetime | None, zone: tzinfo) -> Readings:
    """Read and parse all sources; an unreadable one is a failure in the result.

    Relative times count back from `as_of`, else from the time each file was last changed,
    in `zone`.
    """
    documents: list[Document] = []
    failures: list[InputError] = []
    for path in paths:
        try:
            for file in find_files(path):
                try:
                    documents.append(_read_document(file, as_of=as_of, zone=zone))
                except InputError as error:
                    failures.append(error)
        except InputError as error:
            failures.append(error)
    return Readings(documents=tuple(documents), failures=tuple(failures))


def find_files(path: Path) -> Iterator[Path]:
    """The file itself, or the `.txt` files of a folder, in order of name.

    Raises `MissingInput`, or `InputError` for a folder without articles.
    """
    if not path.exists():
        raise MissingInput(str(path), "does not exist", hint="Check the name of the source.")
    if not path.is_dir():
        yield path
        return
    try:
        files = sorted(file for file in path.iterdir() if _is_article(file))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})") from error
    if not files:
        raise InputError(
            str(path), "is a folder without articles", hint="Articles are files that end in .txt."
        )
    yield from files


def decode(data: bytes, *, source: str) -> str:
    """The text of a file: UTF-8, UTF-16 with a byte order mark, else Windows-1252.

    Raises `InputError` for what is empty, binary or in another encoding.
    """
    if not data.strip():
        raise InputError(source, "is empty")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(data[len(bom) :], encoding, source)
    try:
        return _checked(data, "utf-8", source)
    except UnicodeDecodeError:
        return _checked(data, "cp1252", source)


def _checked(data: bytes, encoding: str, source: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and not data.startswith(codecs.BOM_UTF8):
            raise
        raise InputError(
            source, "is neither UTF-8, UTF-16 nor Windows-1252 text", hint="Save it as UTF-8."
        ) from error
    controls = sum(char < " " and char not in _TEXT_CONTROLS for char in text)
    if controls * 100 > len(text):
        raise InputError(source, "is binary, not text", hint="Sources are plain text files.")
    if not text.strip():
        raise InputError(source, "is empty")
    return text


def _is_article(file: Path) -> bool:
    return file.suffix == ".txt" and not file.name.startswith(".") and file.is_file()


def _read_document(file: Path, *, as_of: datetime | None, zone: tzinfo) -> Document:
    try:
        data = file.read_bytes()
        changed = datetime.fromtimestamp(file.stat().st_mtime, tz=zone)
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from error
    text = decode(data, source=str(file))
    return parse_wire(text, source=str(file), as_of=as_of or changed)
