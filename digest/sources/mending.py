"""XML of feeds as it should have been: what parsers stumble over is mended in the text.

So that one bare `&` or one half emoji costs nothing, and a feed is read by the strict parser. The
text of an item that is cut out of its feed stays well-formed.
"""

import itertools
import re
from html.entities import html5

from digest.cleaning import read_references, whole_pairs, without_controls
from digest.errors import InputError

_AMPERSAND = re.compile(r"&(?:([A-Za-z][A-Za-z\d]{1,31});|(?!#))")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(r"<\?xml\b.*?\?>", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf)\b[^<>]*?(?=/?>)", re.IGNORECASE)
_PREFIX = re.compile(
    r"</?([A-Za-z_][\w.-]{0,40}):[A-Za-z_]|\s([A-Za-z_][\w.-]{0,40}):[\w.-]{1,40}\s*="
)
_TAG_WITH_COLON = re.compile(r"</?[A-Za-z_][^<>:]{0,1000}:[^<>]*>")
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
_TAG = re.compile(r"<[^<]*")
_ATTRIBUTE = re.compile(r"=\s*[\"']")
_LONG_BASE = re.compile(r"xml:base\s*=\s*[\"'][^\"'<]{4000}")
_LONG_PERSON = re.compile(
    r"(<(?:[\w.-]{1,40}:)?(?:author|contributor|creator|editor|email|managingEditor|name|owner"
    r"|publisher|webMaster)\b[^<>]{0,1000}>(?:\s{0,100}<!\[CDATA\[)?[^<]{300})[^<]+",
    re.IGNORECASE,
)
"""The library looks for a mail address in it in a time that grows with the square of its length."""
PICTURE = "urn:x-digest:picture"
"""The scheme of categories that are what pictures are said to show."""
_MEDIA = re.compile(r"\sxmlns:([\w.-]{1,40})\s*=\s*[\"']http://search\.yahoo\.com/mrss/?[\"']")
_MOST_ATTRIBUTES = 1000
"""What parses XML takes a time that grows with the square of their number."""
_ITEM_TAG = re.compile(r"<(/?)((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s>/])|<!\[CDATA\[|\]\]>")


def mend_xml(text: str, *, source: str) -> str:
    """The XML of a feed with its faults mended.

    Raises `InputError` for what is made to harm: entities of its own, endless attributes.
    """
    root = _ROOT.search(text)
    if not root:
        raise InputError(source, "is not a feed")
    if "<!ENTITY" in text[: root.start()]:
        raise InputError(source, "declares entities of its own, which no feed needs")
    markup = _without_data(text)
    tags = (found[0] for found in _TAG.finditer(markup))
    if any(len(_ATTRIBUTE.findall(tag)) > _MOST_ATTRIBUTES for tag in tags):
        raise InputError(source, "has a tag with more attributes than a feed needs")
    if _LONG_BASE.search(markup):
        raise InputError(source, "has a base address longer than any")
    text = _LONG_PERSON.sub(r"\1", text[root.start() :])
    text = _readable(text)
    prefix = found[1] if (found := _MEDIA.search(text[:_HEAD])) else "media"
    if f"<{prefix}:" in text:
        text = _picture_of(prefix).sub(_as_category, text)
    return _with_namespaces(text)


def mend_markup(text: str) -> str:
    """Other XML with its faults mended, without its document type: that declares entities only."""
    text = text.lstrip("\ufeff\0 \t\r\n")
    if found := _DOCTYPE.search(text[:_LONGEST_TYPE]):
        named = {name: value for name, _, value in _ENTITY.findall(found[0])[:_MOST_ENTITIES]}
        text = text[: found.start()] + text[found.end() :]
        text = _NAMED.sub(lambda each: named.get(each[1], each[0]), text) if named else text
    return _readable(text)


_LONGEST_TYPE = 100_000
_MOST_ENTITIES = 500
_NAMED = re.compile(r"&([A-Za-z][\w.-]{0,40});")
_ENTITY = re.compile(
    r"<!ENTITY\s+([A-Za-z][\w.-]{0,40})\s+([\"'])([^\"'&%<]{0,100}|&#\w{1,8};)\2\s*>"
)
"""Plain ones; what is made of others is how bombs are built."""


_DOCTYPE = re.compile(
    r"<!DOCTYPE[^<>\[]{0,2000}(?:\[.{0,50000}?\]\s*)?>", re.DOTALL | re.IGNORECASE
)


def _readable(text: str) -> str:
    """XML that a strict parser can read, in its characters and references."""
    text = read_references(_DECLARATION.sub("", text))
    return _AMPERSAND.sub(_escaped, without_controls(whole_pairs(text)))


_HEAD = 10_000


def _picture_of(prefix: str) -> re.Pattern[str]:
    """The elements that say what a picture shows, in the vocabulary with this prefix."""
    return re.compile(
        rf"<{re.escape(prefix)}:(?P<name>description|text)\b[^<>]{{0,500}}(?:/>|>"
        r"(?P<text>\s{0,100}<!\[CDATA\[.{0,20000}?\]\]>\s{0,100}|[^<]{0,20000})"
        rf"</{re.escape(prefix)}:(?P=name)\s*>)",
        re.DOTALL | re.IGNORECASE,
    )


def _as_category(found: re.Match[str]) -> str:
    """What a picture is said to show, where the library keeps all of it and mixes up nothing.

    It takes it for the text of the item.
    """
    return f'<category domain="{PICTURE}">{found["text"]}</category>' if found["text"] else ""


def _without_data(text: str) -> str:
    """The markup of XML alone, without its CDATA sections."""
    if "<![CDATA[" not in text:
        return text
    first, *rest = text.split("<![CDATA[")
    return "".join([first, *(part.partition("]]>")[2] for part in rest)])


def _escaped(found: re.Match[str]) -> str:
    """An ampersand that is none of an entity, or the letter of an entity that only HTML has."""
    name = found[1]
    if name in _XML_NAMES:
        return found[0]
    return html5.get(f"{name};", f"&amp;{found[0][1:]}")


def _with_namespaces(text: str) -> str:
    """A feed whose root declares all prefixes that are used in it."""
    root = _ROOT.match(text)
    assert root
    tags = (found[0] for found in _TAG_WITH_COLON.finditer(text))
    used = {prefix for tag in tags for pair in _PREFIX.findall(tag) for prefix in pair if prefix}
    missing = sorted(
        prefix
        for prefix in used - {"xml", "xmlns"}
        if not re.search(rf"\sxmlns:{re.escape(prefix)}\s*=", root[0])
    )
    declared = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")}"'
        for prefix in missing[:_MOST_ATTRIBUTES]
    )
    return root[0] + declared + text[root.end() :]


def split_items(text: str) -> tuple[str, tuple[str, ...], str]:
    """The text before the first item of a feed, its items one by one, and the text after them.

    What follows an item up to the next one goes with it; an item that is cut off, too.
    """
    starts: list[int] = []
    depth, in_data, end = 0, False, len(text)
    for found in _ITEM_TAG.finditer(text):
        if found[0].startswith(("<!", "]]")):
            in_data = found[0].startswith("<!")
        elif in_data:
            continue
        elif not found[1]:
            if not depth:
                starts.append(found.start())
            depth += 1
        elif depth:
            depth -= 1
            end = text.find(">", found.start()) + 1 or len(text)
    if not starts:
        return text, (), ""
    if depth:
        end = len(text)
    items = tuple(text[start:stop] for start, stop in itertools.pairwise([*starts, end]))
    return text[: starts[0]], items, text[end:]


def foreign_elements_gone(item: str) -> str:
    """An item without the elements of other vocabularies, such as places and ratings."""
    return _FOREIGN.sub("", item)


_FOREIGN = re.compile(
    r"<((?!content:|dc:|dcterms:|atom:|rdf:|xhtml:)[A-Za-z_][\w.-]{0,40}:[\w.-]{1,40})\b[^<>]{0,2000}"
    r"(?:/>|>.{0,20000}?</\1\s*>)",
    re.DOTALL,
)
