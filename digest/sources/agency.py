"""Messages of agencies: NewsML-G2 and NITF (iptc.org), and the NewsML 1 that many still send.

Elements are known by their local names, since the three share most of them. The text goes through
the same blocks as a feed.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
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
    Status,
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
from digest.sources.wrapping import unwrap

FEED = "agency"
"""What all agencies are known by as a feed: the names of their items are unique in the world."""

_ITEMS = frozenset({"newsitem", "nitf"})
_DATES = (
    "versioncreated", "contentmodified", "contentcreated", "thisrevisioncreated", "firstcreated",
    "date.release", "date.issue", "story.date", "datemodified", "datecreated", "dateandtime",
)  # fmt: skip
_LONGEST_BYLINE = 200
_FIRST = 3
"""Paragraphs among which a byline stands, if it stands in the text."""
_WITHDRAWN = frozenset("canceled cancelled kill killed withdrawn retracted".split())
_WITHHELD = frozenset("withheld embargoed embargo".split())
_CORRECTED = frozenset("correction corrected corr cor rectification rectificatie".split())
_RENAMED = {
    "hl2": "h3", "bq": "blockquote", "credit": "cite", "block": "div", "media": "figure", "fn": "p",
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


def parse_agency(
    data: bytes,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    charset: str = "",
    problems: list[InputError],
) -> Document:
    """A message of an agency as a document, with what may not be published marked as such.

    What cannot be read goes to `problems`. Raises `InputError` for a message without text.
    """
    articles: list[Article] = []
    root = _tree(decode_markup(data, charset=charset), source, problems)
    for element in _items(root):
        try:
            article = None if _is_picture(element) else _read(element, as_of, zone)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this item alone
            reason = f"has an item that cannot be read ({type(error).__name__})"
            problems.append(InputError(source, reason))
            continue
        articles += [article] if article else []
    if not articles:
        if problems:
            raise problems.pop()
        raise InputError(source, "is a message without news")
    return Document(source=source, as_of=as_of, text="", parts=tuple(articles), feed=FEED)


def _tree(text: str, source: str, problems: list[InputError]) -> Any:
    """The elements of a message; where it was cut off, without the item that was."""
    from lxml import etree  # noqa: PLC0415 - only agencies need it

    data = mend_markup(text).encode()
    options = {
        "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
        "remove_comments": True, "remove_pis": True,
    }  # fmt: skip
    try:
        return etree.fromstring(data, etree.XMLParser(**options))
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        root = etree.fromstring(data, etree.XMLParser(recover=True, **options))
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise InputError(source, "is a message that is broken or cut off")
    if not data.rstrip().lower().endswith(f"{_name(root)}>".encode()):
        problems.append(InputError(source, "is cut off: its last item is left out"))
        last = list(_items(root))[-1:]
        if not last or last[0] is root:
            raise problems.pop()
        last[0].getparent().remove(last[0])
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


def _is_picture(element: Any) -> bool:
    """Whether an item is a picture, graphic or film, of which there is a caption only."""
    kinds = (str(each.get("qcode") or "") for each in _all(element, "itemclass"))
    return any(kind.rpartition(":")[2] in _PICTURES for kind in kinds)


_PICTURES = frozenset("animation audio graphic picture video".split())


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


def _read(element: Any, as_of: datetime, zone: tzinfo) -> Article | None:
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
    paragraphs = _dated(paragraphs, _dateline(element))
    byline = _value(element, "byline", "by")[:_LONGEST_BYLINE]
    if byline and not any(byline in part.text for part in paragraphs[:_FIRST]):
        text = byline if byline.lower().startswith(("door ", "van ")) else f"Door {byline}"
        english = english_byline(text)
        paragraphs.insert(0, Paragraph(text=text, role=Role.BYLINE, english=english))
    prose = [part.text for part in paragraphs if part.role is Role.BODY]
    said = _language(element)
    categories = tuple(dict.fromkeys(_categories(element)))
    return Article(
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
            status=_status(element, as_of, zone),
        ),
        pictures=described(pictures, headline, paragraphs),
        version=_version(element),
    )  # fmt: skip


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
        text = _decoded(found, found.text or "")
        if "<" in text:
            return text
        return "".join(f"<p>{_escaped(line)}</p>" for line in unwrap(text, lambda _line: False))
    left_out = {each.tag for each in found.iter() if _name(each) in _LEFT_OUT and each is not found}
    if left_out:
        etree.strip_elements(found, *left_out, with_tail=False)
    for each in found.iter():
        if (name := _name(each)) and each is not found:
            each.tag = _RENAMED.get(name, name)
    return "".join(
        [
            _escaped(found.text or ""),
            *(etree.tostring(child, encoding="unicode", method="html") for child in found),
        ]
    )


def _decoded(element: Any, text: str) -> str:
    """The text of an element, which may be encoded."""
    if str(element.get("encoding") or "").lower() != "base64":
        return text
    return base64.b64decode("".join(text.split()) + "==").decode("utf-8", "replace")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _dateline(element: Any) -> str:
    """The dateline that stands apart: its place, where that is marked, without its date."""
    found = _first(element, "dateline")
    return (_value(found, "location") or _line(found)) if found is not None else ""


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
    """The number that an agency gave this version; 0 where it counts none."""
    said = [element.get("version"), _value(element, "revisionid")]
    said += [each.get("version") for each in _all(element, "du-key")]
    numbers = (str(each) for each in said if each and str(each).isdecimal())
    return next((int(each) for each in numbers if len(each) <= _LONGEST_NUMBER), 0)


_LONGEST_NUMBER = 9


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


def _status(element: Any, as_of: datetime, zone: tzinfo) -> Status:
    """What became of an item; what is under embargo is withheld until its time."""
    words = set(_status_words(element))
    if words & _WITHDRAWN:
        return Status.WITHDRAWN
    said = list(_all(element, "embargoed", "date.release", "embargo"))
    for change in _all(element, "statuswillchange"):
        said += _all(change, "dateandtime")
    texts = [str(each.get("norm") or _line(each)) for each in said]
    times = [found for text in texts if (found := read_date(text, as_of=as_of, zone=zone))]
    is_early = any(time.at > as_of for time in times)
    if is_early or ("" in texts and not times) or (words & _WITHHELD and not times):
        return Status.WITHHELD
    has_correction = next(_all(element, "correction"), None) is not None
    return Status.CORRECTION if words & _CORRECTED or has_correction else Status.USABLE


def _status_words(element: Any) -> Iterator[str]:
    """The codes that tell what became of an item: `stat:canceled`, `sig:correction`, `canceled`."""
    for each in _all(element, "pubstatus", "signal", "status", "docdata", "instruction"):
        for name in ("qcode", "FormalName", "management-status", "uri"):
            if code := each.get(name):
                yield str(code).lower().replace("/", ":").rpartition(":")[2]
