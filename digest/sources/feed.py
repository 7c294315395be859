"""Feeds: RSS and Atom through feedparser, JSON Feed by its specification (version 1.1)."""

import io
import json
import re
import time
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from digest.article import (
    Article,
    Document,
    Headline,
    Paragraph,
    Precision,
    Published,
    Section,
)
from digest.calendar import MONTHS_EN, MONTHS_NL, clock_en, clock_nl
from digest.errors import InputError
from digest.sources.language import is_dutch
from digest.sources.markup import html_paragraphs, looks_like_html
from digest.sources.places import english_section
from digest.sources.wire import match_dateline


def parse_feed(
    data: bytes, *, source: str, as_of: datetime, zone: tzinfo, section: str = ""
) -> Document:
    """A feed as a document: an article for each entry, in the order of the feed.

    `section` is the name of the section that they belong to, if any. Raises `InputError`
    for what is no feed, or a feed without entries.
    """
    entries = _json_entries(data) if data.lstrip()[:1] == b"{" else _xml_entries(data, source)
    group = None
    if section:
        group = Section(heading=section, name=section, name_en=english_section(section))
    items = [item for entry in entries if (item := _article(entry, group, zone))]
    if not items:
        raise InputError(source, "is a feed without entries")
    document = Document(source=source, as_of=as_of, text="", parts=tuple(items))
    return replace(document, text=document.reassemble())


def looks_like_feed(data: bytes) -> bool:
    """Whether the first bytes are those of RSS, Atom, RDF or JSON Feed."""
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"{"):
        return b"jsonfeed.org" in start
    tags = (b"<rss", b"<feed", b"<rdf:rdf")
    return start.startswith(b"<") and any(tag in start for tag in tags)


def _xml_entries(data: bytes, source: str) -> list[dict[str, Any]]:
    import feedparser  # noqa: PLC0415 - only feeds need it

    if b"<!ENTITY" in data[:100_000]:
        raise InputError(source, "declares entities of its own, which no feed needs")
    if any(len(_ATTRIBUTE.findall(tag)) > _MOST_ATTRIBUTES for tag in _TAG.findall(data)):
        raise InputError(source, "has a tag with more attributes than a feed needs")
    if _LONG_BASE.search(data):
        raise InputError(source, "has a base address longer than any")
    data = _LONG_PERSON.sub(rb"\1", data)
    # A stream: bytes that are the name of a file would be opened as one.
    parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.entries and (parsed.bozo or not parsed.version):
        raise InputError(source, "is not a feed")
    return [
        {
            "title": entry.get("title", ""),
            "body": _longest(
                [part.get("value", "") for part in entry.get("content", [])]
                + [entry.get("summary", "")]
            ),
            "at": entry.get("published_parsed") or entry.get("updated_parsed"),
        }
        for entry in parsed.entries
    ]


_TAG = re.compile(rb"<[^<]*")
_ATTRIBUTE = re.compile(rb"=[\s\0]*[\"']")
_LONG_BASE = re.compile(rb"xml:base[\s\0]*=[\s\0]*[\"'][^\"'<]{4000}")
_LONG_PERSON = re.compile(
    rb"(<(?:[\w.-]{1,40}:)?(?:author|contributor|creator|editor|email|managingEditor|name|owner"
    rb"|publisher|webMaster)\b[^<>]{0,1000}>(?:\s{0,100}<!\[CDATA\[)?[^<]{300})[^<]+",
    re.IGNORECASE,
)
"""The library looks for a mail address in it in a time that grows with the square of its length."""
_MOST_ATTRIBUTES = 1000
"""What parses XML takes a time that grows with the square of their number."""


def _json_entries(data: bytes) -> list[dict[str, Any]]:
    try:
        items = json.loads(data).get("items", [])
        return [
            {
                "title": _first(item, "title"),
                "body": _first(item, "content_html", "content_text", "summary"),
                "at": _iso_time(_first(item, "date_published", "date_modified")),
            }
            for item in items
            if isinstance(item, dict)
        ]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return []


def _first(item: dict[str, Any], *names: str) -> str:
    """The first of these that says something; halves of surrogate pairs cannot be encoded."""
    text = next((str(item[name]) for name in names if item.get(name)), "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _iso_time(text: str) -> time.struct_time | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).timetuple()
    except (ValueError, OverflowError):
        return None


def _longest(texts: list[str]) -> str:
    return max(texts, key=len, default="")


def _article(entry: dict[str, Any], section: Section | None, zone: tzinfo) -> Article | None:
    headline = " ".join(html_paragraphs(entry["title"]))
    body = entry["body"]
    lines = html_paragraphs(body) if looks_like_html(body) else body.splitlines()
    texts = [text for line in lines if (text := " ".join(line.split()))]
    paragraphs = tuple(_paragraph(text) for text in texts if text != headline)
    if not headline and not paragraphs:
        return None
    derived = not headline
    return Article(
        headline=Headline(text=headline or paragraphs[0].text, derived=derived),
        paragraphs=paragraphs,
        section=section,
        published=_published(entry, zone),
        is_dutch=is_dutch(" ".join([headline, *texts])),
    )


def _paragraph(text: str) -> Paragraph:
    dateline, rest = match_dateline(text) or (None, text)
    return Paragraph(text=rest, dateline=dateline)


def _published(entry: dict[str, Any], zone: tzinfo) -> Published | None:
    """The time of an entry, in words of both languages."""
    if not entry["at"]:
        return None
    try:
        at = datetime.fromtimestamp(timegm(entry["at"]), tz=zone)
    except (ValueError, OverflowError, OSError):
        return None
    return Published(
        raw=f"{at.day} {MONTHS_NL[at.month - 1]} {at.year} {clock_nl(at)}",
        english=f"{at.day} {MONTHS_EN[at.month - 1]} {at.year} at {clock_en(at)}",
        at=at,
        precision=Precision.MINUTE,
    )
