"""Web pages: their article, as trafilatura finds it."""

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from digest.article import (
    Article,
    Document,
    Headline,
    Origin,
    Paragraph,
    Precision,
    Published,
    Role,
)
from digest.cleaning import letters, whole_pairs, without_controls
from digest.errors import InputError
from digest.links import link_address
from digest.sources.blocks import PARAGRAPH, read_blocks
from digest.sources.decoding import decode_markup
from digest.sources.feed_dates import read_date
from digest.sources.language import is_dutch
from digest.sources.metadata import (
    Metadata,
    make_absolute,
    one_line,
    read_metadata,
    show_text,
    shown_lines,
)
from digest.sources.paragraphs import read_paragraphs
from digest.sources.pictures import described
from digest.sources.places import is_section, section_named
from digest.sources.roles import english_byline
from digest.sources.walls import name_wall

_MOST_TAGS = 2_000_000
_LONGEST_AUTHOR = 100
_LEAST_TITLE = 10
_BY = re.compile(r"(?:door|by|van|tekst|auteur|author)\b:?\s+", re.IGNORECASE)
_DOUBLE_BREAK = re.compile(r"(?:<br\s*/?>\s*){2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was found on a page: `body` is HTML, `dates` are as they stand, the surest first.

    `lines` are what its elements say.
    """

    title: str
    author: str
    address: str
    body: str
    says: Metadata
    publisher: str = ""
    dates: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The article of a page, and whether not everybody may read all of it."""

    article: Article
    is_paid: bool


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
    """A web page as a document: the title, author and time of its article, and its main text.

    `charset` is that of the HTTP header, `base` the address of the page; `trusted` says that it is
    an article, even if it looks like a wall before one. Raises `InputError` for a page without an
    article.
    """
    page = read_page(
        data, source=source, as_of=as_of, zone=zone, charset=charset, base=base, trusted=trusted
    )
    return Document(source=source, as_of=as_of, text="", parts=(page.article,))


def read_page(
    data: bytes,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    charset: str = "",
    base: str = "",
    trusted: bool = False,
) -> Page:
    """The same as an article alone."""
    if data.count(b"<") > _MOST_TAGS:
        raise InputError(source, "is not a page that people read")
    html = without_controls(whole_pairs(decode_markup(data, charset=charset)))
    try:
        found = _find(_DOUBLE_BREAK.sub(PARAGRAPH, html), base)
    except Exception as error:  # the libraries throw anything
        raise InputError(source, "cannot be read as a web page") from error
    item = _article(found, as_of, zone) if found else None
    if not trusted and (wall := _wall(html, found, item)):
        raise InputError(source, f"is {wall}, not an article")
    if not item:
        raise InputError(source, "is a web page without an article")
    is_paid = found is not None and _is_paid(found.says, item, found.lines)
    return Page(article=item, is_paid=is_paid)


def _is_paid(says: Metadata, item: Article, lines: Iterable[str]) -> bool:
    """Whether a page says that it is not for everybody, or ends where others pay."""
    if says.is_paid or says.is_free:
        return says.is_paid
    prose = sum(len(part.text) for part in item.paragraphs if part.role is Role.BODY)
    return prose < _LONG and any(map(_PAID.search, lines))


_LONG = 2500
"""Letters of prose, that no page shows of an article which it sells."""
_PAID = re.compile(
    r"^(?:dit|het|deze) (?:\w+ )?(?:artikel|verhaal|bericht|stuk)(?: is)?\s+.{0,40}"
    r"\bvoor (?:\w+ )?(?:abonnees|leden)\b|^(?:alleen|exclusief) voor (?:\w+ )?abonnees\b"
    r"|\b(?:verder|helemaal|volledig) te lezen\b.{0,80}\b(?:abonn|log)\w+"
    r"|^lees (?:dit artikel |direct )?verder (?:met|voor|vanaf)\b"
    r"|\ben lees (?:direct |meteen )?verder\b"
    r"|\b(?:abonn\w+|log in|word lid)\b.{0,40}\bom \w* ?\w* ?(?:verder |helemaal )?te lezen"
    r"|^(?:wilt? (?:u|je) )?(?:dit artikel )?verder lezen ?\?|^sluit een abonnement af\b"
    r"|subscribe to (?:continue|read)|this article is for subscribers",
    re.IGNORECASE,
)


def _wall(html: str, found: _Found | None, item: Article | None) -> str:
    """What a page is instead of an article; one that says it has an article has one."""
    if found and item and found.says.is_article:
        return ""
    if found and item:
        texts = [part.text for part in item.paragraphs]
        return name_wall(found.title, texts, found.says.buttons)
    return name_wall(found.title if found else "", [block.text for block in read_blocks(html)])


def _find(html: str, base: str) -> _Found | None:
    """The article of a page, and what the page says of it."""
    from trafilatura.utils import load_html  # noqa: PLC0415 - slow to load

    tree = load_html(html)
    if tree is None:
        return None
    says = read_metadata(tree, base)
    lines = tuple(shown_lines(tree))
    make_absolute(tree, says.base)
    shown = show_text(deepcopy(tree) if says.hides else tree, hide=True)
    found = _extract(shown, base)
    if says.hides:
        whole = _extract(show_text(tree, hide=False), base)
        if whole and (not found or _length(found) * 2 < _length(whole)):
            found = whole  # what is hidden until a script shows it
    if not found:
        return _Found(title=says.title, author="", address=base, body="", says=says)
    return _Found(
        title=_title(one_line(found.title) or says.title, says.headings),
        author=_author(one_line(found.author), found),
        address=str(found.url or base),
        body=_as_html(found),
        publisher=says.publisher or one_line(found.sitename),
        dates=(*says.dates, str(found.date or "")),
        lines=lines,
        says=says,
    )


def _extract(tree: Any, base: str) -> Any:
    import trafilatura  # noqa: PLC0415

    return trafilatura.bare_extraction(
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


def _length(found: Any) -> int:
    return len(found.text or "")


def _as_html(found: Any) -> str:
    """The body as HTML, also where the library does not know how a text is set."""
    from trafilatura.htmlprocessing import HTML_TAG_MAPPING, build_html_output  # noqa: PLC0415

    for element in found.body.iter("hi"):
        if element.get("rend") not in HTML_TAG_MAPPING:
            element.set("rend", "#i")
    for element in found.body.iter("list"):
        if element.get("rend") == "ol":  # which the library makes bullets of
            element.tag = "ol"
    return str(build_html_output(found))


def _title(title: str, headings: tuple[str, ...]) -> str:
    """The title without the name of the site, as the one heading of the page has it."""
    fitting = [each for each in headings if len(each) >= _LEAST_TITLE]
    fitting = [each for each in fitting if letters(each) in letters(title)]
    return fitting[0] if len(fitting) == 1 else title


def _author(author: str, found: Any) -> str:
    """Who wrote it, unless that is the site itself."""
    name = _BY.sub("", author.replace("; ", ", "))
    sites = (
        letters(str(site or "")).removeprefix("www") for site in (found.hostname, found.sitename)
    )
    is_site = letters(name).removeprefix("www") in {site for site in sites if site}
    return "" if is_site or len(name) > _LONGEST_AUTHOR else name


def _article(found: _Found, as_of: datetime, zone: tzinfo) -> Article | None:
    paragraphs = [
        part
        for part in read_paragraphs(read_blocks(found.body, base=found.address))
        if part.dateline or letters(part.text) != letters(found.title)
    ]
    prose = [part.text for part in paragraphs if part.role is Role.BODY]
    if not prose:
        return None
    has_byline = any(part.role is Role.BYLINE for part in paragraphs)
    if found.author and not has_byline:
        byline = f"Door {found.author}"
        english = english_byline(byline)
        paragraphs.insert(0, Paragraph(text=byline, role=Role.BYLINE, english=english))
    return Article(
        headline=Headline(text=found.title or prose[0], derived=not found.title),
        paragraphs=tuple(paragraphs),
        published=_published(found.dates, as_of, zone),
        is_dutch=is_dutch(" ".join([found.title, *prose])),
        key=found.address,
        section=section_named(next(filter(is_section, found.says.categories), "")),
        origin=Origin(
            address=link_address(found.says.address or found.address),
            author=found.author,
            publisher=found.publisher,
            categories=found.says.categories,
        ),
        pictures=described(found.says.pictures, found.title, paragraphs),
    )


def _published(dates: tuple[str, ...], as_of: datetime, zone: tzinfo) -> Published | None:
    """The first of the dates; one with a time on the same day is more exact."""
    found = [each for text in dates if (each := read_date(text, as_of=as_of, zone=zone))]
    same_day = (each for each in found if each.at.date() == found[0].at.date())
    exact = (each for each in same_day if each.precision is not Precision.DAY)
    return next(exact, found[0] if found else None)
