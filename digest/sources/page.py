"""Saved web pages: their article, as trafilatura (the optional extra `pages`) finds it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from digest.article import Article, Document, Headline, Paragraph, Published, Role
from digest.cleaning import clean, whole_pairs, without_controls
from digest.errors import InputError
from digest.sources.blocks import read_blocks
from digest.sources.decoding import decode_markup
from digest.sources.feed_dates import read_date
from digest.sources.language import is_dutch
from digest.sources.paragraphs import read_paragraphs
from digest.sources.roles import english_byline
from digest.sources.styles import is_hidden
from digest.sources.walls import name_wall

_MOST_TAGS = 2_000_000
_STRUCK = frozenset("del s strike".split())
_OPENING = tuple("\"'“”„‘‚«‹")
_DATES = (
    "article:published_time", "datepublished", "og:published_time", "pubdate", "publishdate",
    "dcterms.created", "dcterms.issued", "dc.date.issued", "dc.date", "dcterms.date", "date",
    "article:modified_time", "datemodified",
)  # fmt: skip
_LONGEST_AUTHOR = 100
_BY = re.compile(r"(?:door|by|van|tekst|auteur)\b:?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was found on a page: `body` is HTML, `dates` are as they stand, the surest first."""

    title: str
    author: str
    address: str
    body: str
    dates: tuple[str, ...]


def parse_page(
    data: bytes,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    charset: str = "",
    base: str = "",
    trusted: bool = False,
) -> Document:
    """The article of a web page: its title, author and time, and the blocks of its main text.

    `charset` is that of the HTTP header, `base` the address of the page; `trusted` says that it is
    an article, even if it looks like a wall before one. Raises `InputError` for a page without an
    article, or when trafilatura is missing.
    """
    if data.count(b"<") > _MOST_TAGS:
        raise InputError(source, "is not a page that people read")
    html = without_controls(whole_pairs(decode_markup(data, charset=charset)))
    texts = [block.text for block in read_blocks(html)]
    try:
        tree = _load(html)
        title = _text(tree.findtext(".//title")) if tree is not None else ""
        wall = "" if trusted else name_wall(title, texts)
        found = _find(tree, base) if tree is not None and not wall else None
    except ImportError as error:
        raise InputError(
            source, "is a web page, which needs trafilatura", hint="pip install 'digest[pages]'"
        ) from error
    except Exception as error:  # the libraries throw anything
        raise InputError(source, "cannot be read as a web page") from error
    if wall:
        raise InputError(source, f"is {wall}, not an article")
    item = _article(found, as_of, zone) if found else None
    if not item:
        raise InputError(source, "is a web page without an article")
    return Document(source=source, as_of=as_of, text="", parts=(item,))


def _load(html: str) -> Any:
    """The tree of a page, or None. Raises `ImportError` without trafilatura."""
    from trafilatura.utils import load_html  # noqa: PLC0415 - an optional extra, and slow to load

    return load_html(html)


def _find(tree: Any, base: str) -> _Found | None:
    """The article in the tree of a page, which is changed by looking."""
    import trafilatura  # noqa: PLC0415
    from trafilatura.htmlprocessing import build_html_output  # noqa: PLC0415

    dates = tuple(_dates(tree))
    _show(tree)
    found: Any = trafilatura.bare_extraction(
        tree,
        url=base or None,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        include_links=True,
        favor_precision=True,
        output_format="html",
    )
    if not found:
        return None
    return _Found(
        title=_text(found.title),
        author=_BY.sub("", _text(found.author).replace("; ", ", ")),
        address=str(found.url or base),
        body=build_html_output(_with_ordered_lists(found)),
        dates=(*dates, str(found.date or "")),
    )


def _with_ordered_lists(found: Any) -> Any:
    """What was found, with ordered lists as such: the library makes bullets of all of them."""
    for listed in found.body.iter("list"):
        if listed.get("rend") == "ol":
            listed.tag = "ol"
    return found


def _show(tree: Any) -> None:
    """Take away what nobody sees or was struck out, and write out quotation marks."""
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if element.tag in _STRUCK or is_hidden(element.attrib):
            element.drop_tree()
        elif element.tag == "q" and not "".join(element.itertext()).lstrip().startswith(_OPENING):
            element.text = f"“{element.text or ''}"
            element.tail = f"”{element.tail or ''}"
            element.drop_tag()


def _article(found: _Found, as_of: datetime, zone: tzinfo) -> Article | None:
    paragraphs = [
        part
        for part in read_paragraphs(read_blocks(found.body, base=found.address))
        if part.dateline or part.text != found.title
    ]
    prose = [part.text for part in paragraphs if part.role is Role.BODY]
    if not prose:
        return None
    has_byline = any(part.role is Role.BYLINE for part in paragraphs)
    if 0 < len(found.author) <= _LONGEST_AUTHOR and not has_byline:
        byline = f"Door {found.author}"
        english = english_byline(byline)
        paragraphs.insert(0, Paragraph(text=byline, role=Role.BYLINE, english=english))
    return Article(
        headline=Headline(text=found.title or prose[0], derived=not found.title),
        paragraphs=tuple(paragraphs),
        published=_published(found.dates, as_of, zone),
        is_dutch=is_dutch(" ".join([found.title, *prose])),
        key=found.address,
        address=found.address,
    )


def _text(value: object) -> str:
    return " ".join(clean(without_controls(str(value or ""))).split())


def _published(dates: tuple[str, ...], as_of: datetime, zone: tzinfo) -> Published | None:
    found = [each for text in dates if (each := read_date(text, as_of=as_of, zone=zone))]
    exact = (each for each in found if each.precision != "day")
    return next(exact, found[0] if found else None)


def _dates(tree: Any) -> Iterator[str]:
    """When a page says it was published, the surest place first."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        yield from _linked_data(script.text or "")
    marks = {}
    for meta in tree.iterfind(".//meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        marks[name.lower()] = meta.get("content", "")
    yield from (marks[name] for name in _DATES if marks.get(name))
    for time in tree.iterfind(".//time"):
        yield time.get("datetime") or "".join(time.itertext())


def _linked_data(text: str) -> Iterator[str]:
    """The dates of schema.org in a piece of JSON-LD."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return
    things = value if isinstance(value, list) else [value]
    things = [each for thing in things if isinstance(thing, dict)
              for each in (thing, *(thing.get("@graph") or ()))]  # fmt: skip
    for thing in things:
        if isinstance(thing, dict) and isinstance(date := thing.get("datePublished"), str):
            yield date
