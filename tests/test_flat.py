"""An edition of thousands of items takes hardly more memory than one of some hundred."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from digest.article import Article, Document, Headline, Origin, Paragraph, Precision, Published
from digest.delivery.output import hold
from digest.edition import Edition, Format
from digest.errors import TemplateError
from digest.identity import identify
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.data import edition_as_json, edition_from_json
from digest.rendering.documents import Making, make_document
from digest.rendering.environment import Templates
from digest.rendering.view import Look
from digest.select import select_items
from digest.shelf import HELD, Shelf, shelve
from tests.fakes import FakeEngine, translator
from tests.rendering.test_environment import TEMPLATES

_START = datetime(2026, 11, 22, 8, tzinfo=UTC)
FEW, MANY = 2 * HELD + 50, 6 * HELD
EACH = 5_000
"""Bytes that an item may take in memory: what it is known by. All of it takes 40,000."""


def items(count: int) -> Iterator[Article]:
    for number in range(count):
        text = " ".join(f"De minister opent brug {number} in week {week}." for week in range(8))
        at = _START + timedelta(seconds=number)
        yield Article(
            headline=Headline(text=f"Kop {number}"),
            paragraphs=(Paragraph(text=text),),
            key=f"https://krant.example/{number}",
            published=Published(
                raw="08:00", english="8:00 a.m.", at=at, precision=Precision.MINUTE
            ),
            origin=Origin(address=f"https://krant.example/{number}"),
        )


def document(name: str, count: int) -> Document:
    parts = shelve(items(count))
    return Document(source=name, as_of=_START, text="", parts=parts, feed=name, place=name)


def made(count: int) -> Edition:
    return make_edition(
        identify([document("a", count)], lambda _names: {}).documents,
        options=EditionOptions(title="Test", day=date(2026, 11, 22), words=3),
        translate=translator(FakeEngine()),
        model=None,
    )


@pytest.fixture(scope="module")
def editions() -> tuple[Edition, Edition]:
    return made(FEW), made(MANY)


@pytest.mark.parametrize("form", [each for each in Format if each is not Format.EML])
def test_long_sequences_are_shown_as_short_ones(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = Making(look=Look(), templates=TEMPLATES, made=_START, warn=print)
    short = made(20)
    document_of_short = b"".join(make_document(short, form, making))
    monkeypatch.setattr("digest.shelf.HELD", 0)
    entries = shelve(short.entries)
    assert isinstance(entries, Shelf)
    edition = replace(short, entries=entries)
    assert b"".join(make_document(edition, form, making)) == document_of_short
    assert (edition.key, edition.tally) == (short.key, short.tally)


def test_json_is_read_as_it_was() -> None:
    edition = made(3)
    assert edition_from_json("".join(edition_as_json(edition))) == edition
    empty = replace(edition, entries=(), title='"entries": []')
    assert edition_from_json("".join(edition_as_json(empty))) == empty


def test_a_template_that_fails_late_leaves_what_was_there(
    editions: tuple[Edition, Edition], tmp_path: Path
) -> None:
    (tmp_path / "edition.txt").write_text(
        "{% for entry in edition.entries %}{{ entry.number }} "
        "{{ 1 / 0 if entry.number == 300 }}{% for each in range(9) %}{{ each }}{% endfor %}"
        "{% endfor %}"
    )
    templates = Templates(TEMPLATES.shipped, tmp_path)
    making = Making(look=Look(), templates=templates, made=_START, warn=print)
    pieces = make_document(editions[1], Format.TEXT, making)
    assert next(pieces)
    with pytest.raises(TemplateError, match=r"edition\.txt, line 1: division by zero"):
        hold(pieces)


def peak(work: Callable[[], object]) -> int:
    """The most memory that some work takes, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "form", [Format.JSONL, Format.TEXT, Format.MD, Format.ATOM, Format.JSONFEED]
)
def test_a_document_of_more_items_takes_no_more_memory(
    form: Format, editions: tuple[Edition, Edition], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.delivery.output._PIECES", 1)
    making = Making(look=Look(), templates=TEMPLATES, made=_START, warn=print)

    def render(edition: Edition) -> None:
        hold(make_document(edition, form, making))

    render(made(1))  # which loads the templates
    few, many = (peak(partial(render, edition)) for edition in editions)
    assert many - few < EACH * (MANY - FEW)


def test_an_edition_of_more_items_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.pipeline.BATCH", 20_000)
    made(1)
    few, many = (peak(partial(made, count)) for count in (FEW, MANY))
    assert many - few < EACH * (MANY - FEW)


def test_many_documents_take_no_more_memory_than_one() -> None:
    few, many = (peak(partial(chosen, count // 20)) for count in (FEW, MANY))
    assert many - few < EACH * (MANY - FEW)


def chosen(documents: int) -> Sequence[Document]:
    """Some documents of twenty items, with their identities."""
    found = identify((document(f"{each}", 20) for each in range(documents)), lambda _names: {})
    return select_items(found.documents, keep=lambda name: not name.startswith("0"))
