"""Messages of agencies: NewsML-G2 and NITF (iptc.org), and the NewsML 1 that many still send.

Elements are known by their local names, since the three share most of them. The text goes through
the same blocks as a feed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from digest.article import (
    Article,
    Dateline,
    Document,
    Headline,
    Origin,
    Paragraph,
    Published,
    Role,
)
from digest.cleaning import clean, letters, without_controls
from digest.errors import InputError
from digest.links import link_address
from digest.sources.blocks import read_blocks
from digest.sources.datelines import match_dateline
from digest.sources.decoding import decode_markup
from digest.sources.feed_dates import read_date
from digest.sources.language import is_dutch
from digest.sources.mending import mend_markup
from digest.sources.paragraphs import read_paragraphs
from digest.sources.pictures import described
from digest.sources.places import is_section, section_named
from digest.sources.roles import english_byline

FEED = "agency"
"""What all agencies are known by as a feed: the names of their items are unique in the world."""

_ITEMS = frozenset({"newsitem", "nitf"})
_DATES = (
    "versioncreated", "contentmodified", "contentcreated", "firstcreated", "thisrevisioncreated",
    "dateandtime", "date.release", "date.issue", "datemodified", "datecreated",
)  # fmt: skip
_WITHDRAWN = frozenset("canceled cancelled kill killed withdrawn retracted".split())
_WITHHELD = frozenset("withheld embargoed embargo".split())
_CORRECTED = frozenset("correction corrected corr cor rectification rectificatie".split())
_RENAMED = {
    "hl2": "h3", "bq": "blockquote", "block": "div", "media": "figure", "pre": "p", "fn": "p",
    "note": "p",
}  # fmt: skip
_LEFT_OUT = frozenset(
    """
    media-caption media-reference media-producer media-metadata media-object body.end hedline hl1
    byline dateline distributor series tagline bibliography
    """.split()
)
_BY = re.compile(r"(?:door|by|van)\s+", re.IGNORECASE)
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyItem:
    """An item of an agency: which version of it this is, and what became of it.

    `problem` says why it is not to be published.
    """

    article: Article
    version: int
    problem: str = ""


def parse_agency(
    data: bytes,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    charset: str = "",
    problems: list[InputError],
) -> Document:
    """A message of an agency as a document: the newest version of each of its items.

    What may not be published goes to `problems`. Raises `InputError` for a message without text.
    """
    root = _tree(decode_markup(data, charset=charset), source)
    newest: dict[str, AgencyItem] = {}
    for element in _items(root):
        try:
            item = _read(element, as_of, zone)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this item alone
            reason = f"has an item that cannot be read ({type(error).__name__})"
            problems.append(InputError(source, reason))
            continue
        if item is None:
            continue
        key = item.article.key or item.article.headline.text
        if key not in newest or newest[key].version <= item.version:
            newest[key] = item
    good = []
    for item in newest.values():
        if item.problem:
            title = item.article.headline.text
            problems.append(InputError(source, f"has an item “{title:.100}” that {item.problem}"))
        else:
            good.append(item.article)
    if not good:
        if problems:
            raise problems.pop()
        raise InputError(source, "is a message without news")
    return Document(source=source, as_of=as_of, text="", parts=tuple(good), feed=FEED)


def _tree(text: str, source: str) -> Any:
    from lxml import etree  # noqa: PLC0415 - only agencies need it

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(mend_markup(text, source=source).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(source, "is a message that is broken or cut off") from error
    if root is None:
        raise InputError(source, "is a message that is broken or cut off")
    return root


def _name(element: Any) -> str:
    """The local name of an element, in lower case."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _items(root: Any) -> Iterator[Any]:
    """The items of a message; one inside another is a part of that."""
    stack = [root]
    while stack:
        element = stack.pop()
        if _name(element) in _ITEMS:
            yield element
        else:
            stack += reversed(element)


def _all(element: Any, *names: str) -> Iterator[Any]:
    return (each for each in element.iter() if _name(each) in names)


def _first(element: Any, *names: str) -> Any:
    """The first element with one of these names, the first name that is there."""
    for name in names:
        found = next(_all(element, name), None)
        if found is not None and _line(found):
            return found
    return None


def _line(element: Any) -> str:
    """The text of an element in one line."""
    text = "" if element is None else " ".join(element.itertext())
    return " ".join(clean(without_controls(text)).split())


def _value(element: Any, *names: str) -> str:
    return _line(_first(element, *names))


def _read(element: Any, as_of: datetime, zone: tzinfo) -> AgencyItem | None:
    headline = _headline(element)
    pictures = [_line(each) for each in _all(element, "media-caption")]
    body = _body(element)
    paragraphs = [
        part
        for part in read_paragraphs(read_blocks(body))
        if part.dateline or letters(part.text) != letters(headline)
    ]
    if not headline and not paragraphs:
        return None
    paragraphs = _dated(paragraphs, _value(element, "dateline"))
    byline = _value(element, "byline", "by")
    if byline and not any(letters(byline) in letters(part.text) for part in paragraphs):
        text = byline if byline.lower().startswith(("door ", "van ")) else f"Door {byline}"
        english = english_byline(text)
        paragraphs.insert(0, Paragraph(text=text, role=Role.BYLINE, english=english))
    prose = [part.text for part in paragraphs if part.role is Role.BODY]
    said = _language(element)
    categories = tuple(dict.fromkeys(_categories(element)))
    status, problem = _status(element, as_of, zone)
    article = Article(
        headline=Headline(text=headline or prose[0], derived=not headline),
        paragraphs=tuple(paragraphs),
        section=section_named(next(filter(is_section, categories), "")),
        published=_published(element, as_of, zone),
        is_dutch=said.startswith(("nl", "dut", "nld", "vls")) or (
            not said and is_dutch(" ".join([headline, *prose]))
        ),
        key=_key(element),
        origin=Origin(
            address=link_address(_value(element, "link-address", "permalink")),
            author=_BY.sub("", byline),
            publisher=_publisher(element),
            categories=categories,
            status=status,
        ),
        pictures=described(pictures, headline, paragraphs),
    )  # fmt: skip
    return AgencyItem(article=article, version=_version(element), problem=problem)


def _headline(element: Any) -> str:
    """The main headline; a title for editors only where there is nothing else."""
    heads = [each for each in _all(element, "headline") if "ql" not in _role(each)]
    ranked = sorted(heads, key=lambda each: "main" not in _role(each))
    found = next((text for each in ranked if (text := _line(each))), "")
    return found or _value(element, "hl1", "title", "slugline")


def _role(element: Any) -> str:
    return str(element.get("role") or "").lower()


def _body(element: Any) -> str:
    """The text of an item as HTML."""
    from lxml import etree  # noqa: PLC0415

    found = _first(
        element, "body.content", "inlinexml", "body", "datacontent", "inlinedata", "description"
    )
    if found is None:
        return ""
    if not len(found):
        text = found.text or ""
        return (
            text
            if "<" in text
            else "".join(f"<p>{_escaped(line)}</p>" for line in text.split("\n"))
        )
    for each in list(found.iter()):
        name = _name(each)
        if not name or each is found:
            continue
        if name in _LEFT_OUT:
            _drop(each)
        else:
            each.tag = _RENAMED.get(name, name)
    return "".join(
        [
            _escaped(found.text or ""),
            *(etree.tostring(child, encoding="unicode", method="html") for child in found),
        ]
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _drop(element: Any) -> None:
    """Take an element out of its tree; what follows it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _dated(paragraphs: list[Paragraph], text: str) -> list[Paragraph]:
    """The paragraphs with the dateline that stands apart, unless the text begins with one."""
    if not text or any(part.dateline for part in paragraphs):
        return paragraphs
    raw = text.rstrip(" -–—")
    found = match_dateline(f"{raw} - X", bare=True) or match_dateline(
        f"{raw.upper()} - X", bare=True
    )
    dateline = found[0] if found else Dateline(raw=text, place=raw, place_en=raw, agencies=())
    for index, part in enumerate(paragraphs):
        if part.role is Role.BODY:
            paragraphs[index] = replace(part, dateline=dateline)
            break
    return paragraphs


def _language(element: Any) -> str:
    """The language that an item says it is in, in lower case; empty where it says none."""
    for each in _all(element, "language"):
        code = each.get("tag") or each.get("FormalName") or each.get("formalname") or ""
        if code:
            return str(code).lower()
    return str(element.get(_LANGUAGE) or element.get("lang") or "").lower()


def _categories(element: Any) -> Iterator[str]:
    """The names of the subjects of an item, in Dutch where there are several languages."""
    for subject in _all(element, "subject", "tobject.subject"):
        names = [each for each in _all(subject, "name") if _is_dutch_name(each)]
        attribute = subject.get("tobject.subject.type") or subject.get("FormalName") or ""
        text = next((_line(each) for each in names), "") or str(attribute)
        if text and not text.isdecimal():
            yield text
    for section in _all(element, "fixture", "position.section"):
        if text := str(section.get("fix-id") or section.get("name") or _line(section)):
            yield text


def _is_dutch_name(element: Any) -> bool:
    return str(element.get(_LANGUAGE) or "nl").lower().startswith("nl")


def _key(element: Any) -> str:
    """The name of an item that all its versions have."""
    if guid := element.get("guid"):
        return str(guid)
    for each in _all(element, "doc-id"):
        if each.get("id-string"):
            return str(each.get("id-string"))
    return _value(element, "newsitemid", "publicidentifier")


def _version(element: Any) -> int:
    said = element.get("version") or _value(element, "revisionid") or ""
    for each in _all(element, "du-key"):
        said = said or each.get("version") or ""
    return int(said) if str(said).isdecimal() and len(str(said)) < 10 else 0  # noqa: PLR2004 - no version is longer


def _publisher(element: Any) -> str:
    for each in _all(element, "provider", "infosource"):
        if text := _value(each, "name") or str(each.get("literal") or ""):
            return text
    holder = next((each.get("holder") for each in _all(element, "doc.copyright")), "")
    return _value(element, "creditline", "copyrightholder") or str(holder or "")


def _published(element: Any, as_of: datetime, zone: tzinfo) -> Published | None:
    for name in _DATES:
        for each in _all(element, name):
            said = str(each.get("norm") or _line(each))
            if found := read_date(said, as_of=as_of, zone=zone):
                return found
    return None


def _status(element: Any, as_of: datetime, zone: tzinfo) -> tuple[str, str]:
    """What an item is besides news, and why it may not be published, if that is so."""
    words = set(_status_words(element))
    if words & _WITHDRAWN:
        return "", "was withdrawn by its agency"
    for each in _all(element, "embargoed", "date.release", "embargo"):
        until = read_date(str(each.get("norm") or _line(each)), as_of=as_of, zone=zone)
        if until and until.at > as_of:
            return "", f"is under embargo until {until.at:%Y-%m-%d %H:%M}"
    if words & _WITHHELD:
        return "", "is withheld by its agency"
    has_correction = next(_all(element, "correction"), None) is not None
    return ("correction" if words & _CORRECTED or has_correction else ""), ""


def _status_words(element: Any) -> Iterator[str]:
    """The codes that tell what became of an item: `stat:canceled`, `sig:correction`, `canceled`."""
    for each in _all(element, "pubstatus", "signal", "status", "docdata", "instruction"):
        for name in ("qcode", "FormalName", "management-status", "uri"):
            if code := each.get(name):
                yield str(code).lower().replace("/", ":").rpartition(":")[2]


def newest(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents of which each item of an agency is in the one with its newest version only."""
    listed = tuple(documents)
    last: dict[str, tuple[datetime, int]] = {}
    for number, document in enumerate(listed):
        for item in document.items if document.feed == FEED else ():
            if isinstance(item, Article) and item.key:
                at = item.published.at if item.published else document.as_of
                last[item.key] = max(last.get(item.key, (at, number)), (at, number))
    return tuple(
        replace(
            document,
            parts=tuple(
                part
                for part in document.parts
                if not (isinstance(part, Article) and part.key in last and document.feed == FEED)
                or last[part.key][1] == number
            ),
        )
        if document.feed == FEED
        else document
        for number, document in enumerate(listed)
    )
