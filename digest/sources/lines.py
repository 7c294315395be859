"""Articles as JSON Lines, an object a line, as docs/articles.schema.json describes them.

Each line is an entry of a feed, so that both are read alike.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

from digest.article import Document
from digest.cleaning import whole_pairs
from digest.errors import InputError
from digest.sources.entries import Feed, FeedEntry, Text
from digest.sources.feed import feed_document
from digest.sources.line_format import LONGEST_LINE, TEXTS

_AT_ONCE = 200
"""So many lines are in memory at a time, however long the file is."""


def parse_lines(
    lines: Iterable[bytes],
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    section: str = "",
    problems: list[InputError],
) -> Iterator[Document]:
    """The articles of a stream of lines, some at a time, in their order.

    What is wrong with one line goes to `problems`, and the others are read.
    """
    numbered = enumerate(lines, 1)
    while some := list(islice(numbered, _AT_ONCE)):
        entries = []
        for number, line in some:
            if not line.strip():
                continue
            if article := _loaded(line):
                entries.append(_entry(article))
            else:
                problems.append(InputError(source, f"has no article in line {number}"))
        if not entries:
            continue
        try:
            yield feed_document(
                Feed(entries=tuple(entries)),
                source=source,
                as_of=as_of,
                zone=zone,
                section=section,
                problems=problems,
            )
        except InputError as error:
            problems.append(error)


def _loaded(line: bytes) -> dict[str, Any] | None:
    """The article of a line, or nothing."""
    try:
        article = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(article, dict) or not any(article.get(key) for key in TEXTS):
        return None
    return article


def _entry(article: dict[str, Any]) -> FeedEntry:
    def text(key: str) -> str:
        value = article.get(key)
        found = "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")
        return whole_pairs(found).strip()

    plain = text("text")
    return FeedEntry(
        title=Text(value=text("headline"), is_plain=True),
        content=Text(value=plain or text("html"), is_plain=bool(plain)),
        identifier=text("id") or text("url"),
        address=text("url"),
        dates=(text("published"),) if text("published") else (),
        base=text("url"),
        author=text("author"),
        publisher=text("publisher"),
        categories=(text("section"),) if text("section") else (),
    )
