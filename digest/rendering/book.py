"""An edition as a book for e-readers: EPUB 3.

Every section is a document, a long one several. What less common words mean stands in notes, which
e-readers show beside the word. The file is packed as OCF 3.3 has it (4.2): the media type first,
and not compressed.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from wcwidth import wcswidth

from digest.edition import Edition
from digest.rendering.environment import Press, Templates
from digest.rendering.feeds import name_id
from digest.rendering.filters import wrap
from digest.rendering.parts import Block, Part, Piece, Row
from digest.rendering.view import EntryView, GroupView, Look, view_edition
from digest.vocabulary import is_uncommon

_MOST_ENTRIES = 25
"""So many items are in one document: e-readers load it as a whole."""
_NEVER = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP file knows: the same edition is the same bytes."""
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a less common word means: its anchor, and that of the word it leads back to."""

    anchor: str
    mark: str
    head: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedEntry:
    """An item whose less common words lead to notes."""

    view: EntryView
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A document of a book: entries of one section, whose first document is `part` 1."""

    name: str
    title: Row
    part: int
    entries: tuple[NotedEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The lines of a cover in the size, in units of its 600, in which they fit."""

    lines: tuple[str, ...]
    size: int


def make_book(edition: Edition, look: Look, templates: Templates, made: datetime) -> bytes:
    """The edition as an EPUB 3 publication. Raises `TemplateError`."""
    press = Press(templates, [edition])
    view = view_edition(edition, look)
    chapters = tuple(_chapters(view.groups))
    names: dict[str, Any] = {
        "id": name_id("edition", view.key, look.layout, *look.languages),
        "edition": view,
        "chapters": chapters,
        "chapter_of": {
            entry.view.number: chapter.name for chapter in chapters for entry in chapter.entries
        },
        "modified": made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    documents = {
        "package.opf": press.fill("book-package.xml", **names),
        "contents.xhtml": press.fill("book-contents.xhtml", **names),
        "cover.xhtml": press.fill("book-cover.xhtml", **names),
        "cover.svg": press.fill("book-cover.svg", cover=_cover(view.title), **names),
        "book.css": press.fill("book.css"),
        "about.xhtml": press.fill("book-about.xhtml", **names),
    }
    for chapter in chapters:
        documents[chapter.name] = press.fill("book-chapter.xhtml", chapter=chapter, **names)
    return _pack({f"book/{name}": text for name, text in documents.items()})


def _chapters(groups: Iterable[GroupView]) -> Iterator[Chapter]:
    """The documents of the sections, in reading order."""
    numbers = count(1)
    for group in groups:
        entries = tuple(map(_noted, group.entries))
        for start in range(0, len(entries), _MOST_ENTRIES):
            yield Chapter(
                name=f"chapter-{next(numbers)}.xhtml",
                title=group.title,
                part=start // _MOST_ENTRIES + 1,
                entries=entries[start : start + _MOST_ENTRIES],
            )


def _noted(entry: EntryView) -> NotedEntry:
    """An entry with a note for each less common word, once."""
    notes: dict[str, Note] = {}

    def mark(piece: Piece) -> Piece:
        if not piece.meaning or not is_uncommon(piece.text):
            return piece
        if known := notes.get(piece.meaning):
            return replace(piece, note=known.anchor)
        head, _, meaning = piece.meaning.partition(": ")
        number = f"{entry.number}-{len(notes) + 1}"
        note = Note(anchor=f"note-{number}", mark=f"word-{number}", head=head, meaning=meaning)
        notes[piece.meaning] = note
        return replace(piece, note=note.anchor, mark=note.mark)

    def in_part(part: Part) -> Part:
        return replace(part, pieces=tuple(map(mark, part.pieces)))

    def in_block(block: Block) -> Block:
        return replace(block, parts=tuple(map(in_part, block.parts)))

    def in_row(row: Row) -> Row:
        return replace(row, blocks=tuple(map(in_block, row.blocks)))

    title = entry.title and in_row(entry.title)
    paragraphs = tuple(tuple(map(in_row, rows)) for rows in entry.paragraphs)
    return NotedEntry(
        view=replace(entry, title=title, paragraphs=paragraphs), notes=tuple(notes.values())
    )


def _cover(title: str) -> Cover:
    """A title in lines that fit on a cover, the two languages apart, as large as they can be."""
    lines = [line for part in title.split(" · ") for line in _lines(part)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…"]
    longest = max(_COVER_CELLS, *map(wcswidth, lines))
    return Cover(lines=tuple(lines), size=940 // longest)


_COVER_CELLS, _LONGEST_WORD, _MOST_LINES = 18, 26, 8


def _lines(text: str) -> list[str]:
    """A text in lines; a word that would make all others too small is broken."""
    words = (
        word[start : start + _LONGEST_WORD]
        for word in text.split()
        for start in range(0, len(word), _LONGEST_WORD)
    )
    return wrap(" ".join(words), _COVER_CELLS).splitlines() or [""]


def _pack(documents: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr(zipfile.ZipInfo("mimetype", _NEVER), "application/epub+zip")
        for name, text in {"META-INF/container.xml": _CONTAINER, **documents}.items():
            book.writestr(zipfile.ZipInfo(name, _NEVER), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
