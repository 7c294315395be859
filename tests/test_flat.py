"""An edition of thousands of items takes hardly more memory than one of some hundred."""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from digest.article import Article, Document, Headline, Origin, Paragraph, Precision, Published
from digest.delivery.output import hold
from digest.edition import Edition, Format
from digest.identity import identify
from digest.pipeline import EditionOptions, make_edition
from digest.rendering.documents import Making, make_document
from digest.rendering.view import Look
from digest.shelf import HELD, shelve
from tests.fakes import FakeEngine, translator
from tests.rendering.test_environment import TEMPLATES

_START = datetime(2026, 11, 22, 8, tzinfo=UTC)
FEW, MANY = HELD + 50, 3 * HELD
EACH = 2_000
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


def made(count: int) -> Edition:
    parts = shelve(items(count))
    document = Document(source="a", as_of=_START, text="", parts=parts, feed="a", place="a")
    return make_edition(
        identify([document], lambda _names: {}).documents,
        options=EditionOptions(title="Test", day=date(2026, 11, 22), words=3),
        translate=translator(FakeEngine()),
        model=None,
    )


@pytest.fixture(scope="module")
def editions() -> tuple[Edition, Edition]:
    return made(FEW), made(MANY)


def peak(work: Callable[[], object]) -> int:
    """The most memory that some work takes, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", [Format.JSONL, Format.TEXT, Format.MD, Format.ATOM, Format.JSON])
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
