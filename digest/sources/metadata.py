"""What a page says of itself, and its tree made ready for finding the article in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from digest.cleaning import clean, without_controls
from digest.sources.blocks import PARAGRAPH
from digest.sources.hosts import join_address
from digest.sources.styles import is_hidden

_STRUCK = frozenset("del s strike".split())
_OPENING = tuple("\"'“”„‘‚«‹")
_HIDING = ("hidden", "style", "class")
_INLINE = frozenset("code kbd samp time var".split())
_PROSE = frozenset("a b em i li p span strong td".split())
_DATES = (
    "article:published_time", "article:published", "datepublished", "og:published_time", "pubdate",
    "publishdate", "dcterms.created", "dcterms.issued", "dc.date.issued", "dc.date", "dcterms.date",
    "date",
)  # fmt: skip
_ARTICLES = ("article", "posting", "report", "liveblog")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself: its title, its main headings, the words on its buttons.

    `dates` are as they stand, the surest first; `is_article` says that it has an article, `hides`
    that there is text that nobody sees, or that a script is to show, `is_paid` that not everybody
    may read it, `is_free` that everybody may. `base` is where its relative addresses start from,
    `address` what the page says that it is known by, `pictures` the texts that stand with pictures.
    """

    title: str
    headings: tuple[str, ...]
    dates: tuple[str, ...]
    buttons: tuple[str, ...]
    is_article: bool
    hides: bool
    base: str
    address: str = ""
    publisher: str = ""
    categories: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    is_paid: bool = False
    is_free: bool = False


def read_metadata(tree: Any, address: str) -> Metadata:
    """What the tree of a page says, which came from this address, if from any."""
    marks = dict(_marks(tree))
    data = list(_linked_data(tree))
    said = [*(str(thing.get("datePublished") or "") for thing in data)]
    said += [marks[name] for name in _DATES if marks.get(name)]
    said += [
        element.get("datetime") or element.get("content") or _text(element)
        for element in tree.iterfind(".//*[@itemprop='datePublished']")
    ]
    said += [
        element.get("datetime") or _text(element)
        for element in tree.iterfind(".//time")
        if "modified" not in (element.get("itemprop") or "").lower()
    ]
    is_article = marks.get("og:type") == "article" or "article:published_time" in marks
    articles = tree.iterfind(".//article")
    sections = [thing.get("articleSection") for thing in data]
    listed = [
        each for found in sections for each in (found if isinstance(found, list) else [found])
    ]
    free = list(_says_free(tree, data))
    return Metadata(
        title=one_line(tree.findtext(".//title")),
        headings=tuple(dict.fromkeys(filter(None, map(_text, tree.iterfind(".//h1"))))),
        dates=tuple(text for text in said if text),
        buttons=tuple(_text(element) for element in tree.iterfind(".//button")),
        base=_base(tree, marks, address),
        is_article=is_article or bool(data) or any(map(_has_prose, articles)),
        hides=any(is_hidden(each.attrib) for each in tree.iter() if isinstance(each.tag, str)),
        address=join_address(address, _canonical(tree, marks)),
        publisher=one_line(marks.get("og:site_name")),
        categories=tuple(
            dict.fromkeys(filter(None, map(one_line, [*listed, marks.get("article:section")])))
        ),
        pictures=tuple(islice(_pictures(tree, marks), _MOST_PICTURES)),
        is_paid=False in free or marks.get("article:content_tier") in ("locked", "metered"),
        is_free=bool(free) and all(free),
    )


_MOST_PICTURES = 100
_SAYS_FREE = "isAccessibleForFree"
_NO = frozenset({"false", "0", "no", "http://schema.org/false", "https://schema.org/false"})


def _says_free(tree: Any, data: list[dict[str, Any]]) -> Iterator[bool]:
    """What a page says of whether everybody may read it, or a part of it."""
    things = [*data]
    for thing in data:
        parts = thing.get("hasPart")
        things += [each for each in (parts if isinstance(parts, list) else [parts]) if each]
    for thing in things:
        said = thing.get(_SAYS_FREE) if isinstance(thing, dict) else None
        for value in said if isinstance(said, list) else [said]:
            if value is not None:
                yield str(value).strip().lower() not in _NO
    for element in tree.iterfind(f".//*[@itemprop='{_SAYS_FREE}']"):
        yield str(element.get("content") or _text(element)).strip().lower() not in _NO


_BESIDE = frozenset("a aside footer header li nav".split())


def shown_lines(tree: Any) -> Iterator[str]:
    """What the elements of a page say themselves, but for lists, links and what stands beside."""
    beside: set[Any] = set()
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        parent = element.getparent()
        if element.tag in _BESIDE or parent in beside:
            beside.add(element)
        elif element.tag in _SAYING:
            yield one_line("".join(islice(element.itertext(), _MOST_PIECES))[:_LONGEST_LINE])


_MOST_PIECES, _LONGEST_LINE = 40, 400
_SAYING = frozenset("button h2 h3 h4 p span strong".split())


def _pictures(tree: Any, marks: dict[str, str]) -> Iterator[str]:
    """The texts that stand with the pictures of an article: captions, and what replaces them."""
    inside: set[Any] = set()
    for element in tree.iter():
        if element.tag in ("article", "main") or element.getparent() in inside:
            inside.add(element)
            if element.tag == "figcaption":
                yield _text(element)
            elif element.tag == "img":
                yield element.get("alt") or ""
    yield marks.get("og:image:alt", "")


def _base(tree: Any, marks: dict[str, str], address: str) -> str:
    if bases := tree.xpath("//base/@href"):
        return join_address(address, bases[0])
    return address or _canonical(tree, marks)


def _canonical(tree: Any, marks: dict[str, str]) -> str:
    """The address that a page says it is known by."""
    canonical = tree.xpath("//link[@rel='canonical']/@href")
    return str(canonical[0]).strip() if canonical else marks.get("og:url", "")


def make_absolute(tree: Any, base: str) -> None:
    """Make the addresses of links absolute, as far as that can be."""
    for link in tree.iterfind(".//a[@href]"):
        link.set("href", join_address(base, link.get("href")))


def _has_prose(article: Any) -> bool:
    """Whether an element for articles has a heading and paragraphs, and is no teaser."""
    heading = article.find(".//h1")
    return heading is not None and article.find(".//p") is not None


def _marks(tree: Any) -> Iterator[tuple[str, str]]:
    for meta in tree.iterfind(".//meta"):
        for attribute in ("property", "name", "itemprop"):
            if name := meta.get(attribute):
                yield name.lower(), meta.get("content", "")


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """The articles of schema.org in the JSON-LD of a page."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        text = (script.text or "").replace("<![CDATA[", "").replace("]]>", "")
        text = _TRAILING.sub(r"\1", text.strip().removeprefix("//").removesuffix("//"))
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for thing in _things(value):
            kinds = thing.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(str(name).lower().endswith(_ARTICLES) for name in names):
                yield thing


_TRAILING = re.compile(r",\s*([}\]])")


def _things(value: object) -> Iterator[dict[str, Any]]:
    """The things that a piece of JSON-LD is about, one level deep."""
    things = value if isinstance(value, list) else [value]
    for thing in things:
        if not isinstance(thing, dict):
            continue
        yield thing
        for name in ("@graph", "mainEntity"):
            inner = thing.get(name)
            yield from (
                each
                for each in (inner if isinstance(inner, list) else [inner])
                if isinstance(each, dict)
            )


def show_text(tree: Any, *, hide: bool) -> Any:
    """The tree with its text as a browser shows it, in forms that finding an article keeps.

    What was struck out goes, and with `hide` what nobody sees; quotation marks are written out,
    lines that are set by hand end paragraphs.
    """
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        hidden = is_hidden(element.attrib)
        if element.tag in _STRUCK or (hide and hidden):
            element.drop_tree()
        elif hidden:
            for name in _HIDING:
                element.attrib.pop(name, None)
        elif element.tag == "q":
            _write_quotation(element)
        elif element.tag == "pre":
            lines = _text_of(element).strip("\n").split("\n")
            for inner in list(element):
                element.remove(inner)
            element.tag, element.text = "p", PARAGRAPH.join(lines)
        elif element.tag in _INLINE and element.getparent().tag in _PROSE:
            element.drop_tag()
    return tree


def _write_quotation(element: Any) -> None:
    before = element.getprevious()
    text = element.getparent().text if before is None else before.tail
    is_marked = (text or "").rstrip().endswith(_OPENING)
    if not is_marked and not _text_of(element).lstrip().startswith(_OPENING):
        element.text = f"“{element.text or ''}"
        element.tail = f"”{element.tail or ''}"
    element.drop_tag()


def _text_of(element: Any) -> str:
    return "".join(element.itertext())


def _text(element: Any) -> str:
    return one_line(_text_of(element))


def one_line(text: object) -> str:
    """A text of a page, or of what was found on it, in one line."""
    return " ".join(clean(without_controls(str(text or ""))).split())
