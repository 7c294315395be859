"""Saved web pages, through trafilatura (the optional extra `pages`)."""

from dataclasses import replace
from datetime import datetime

from digest.article import Article, Document, Headline, Paragraph
from digest.errors import InputError
from digest.sources.language import is_dutch
from digest.sources.wire import match_dateline

_DEEPEST = 2000


def parse_page(data: bytes, *, source: str, as_of: datetime) -> Document:
    """The article of a web page: its title and the paragraphs of its main text.

    Raises `InputError` for a page without an article, or when trafilatura is missing.
    """
    try:
        import trafilatura  # noqa: PLC0415 - an optional extra, and slow to load
    except ImportError as error:
        raise InputError(
            source, "is a web page, which needs trafilatura", hint="pip install 'digest[pages]'"
        ) from error
    if data.count(b"<") > _DEEPEST * 1000:
        raise InputError(source, "is not a page that people read")
    try:
        found = trafilatura.bare_extraction(
            data,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            favor_precision=True,
        )
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise InputError(source, "cannot be read as a web page") from error
    if found is None or not (found.text or "").strip():
        raise InputError(source, "is a web page without an article")
    headline = " ".join((found.title or "").split())
    texts = [" ".join(line.split()) for line in found.text.splitlines() if line.strip()]
    if headline and texts[:1] == [headline]:
        texts = texts[1:]
    paragraphs = []
    for text in texts:
        dateline, rest = match_dateline(text) or (None, text)
        paragraphs.append(Paragraph(text=rest, dateline=dateline))
    item = Article(
        headline=Headline(text=headline or texts[0], derived=not headline),
        paragraphs=tuple(paragraphs),
        is_dutch=is_dutch(" ".join([headline, *texts])),
    )
    document = Document(source=source, as_of=as_of, text="", parts=(item,))
    return replace(document, text=document.reassemble())


def looks_like_page(data: bytes) -> bool:
    """Whether the first bytes are those of an HTML page."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
