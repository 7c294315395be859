"""Lists of feeds in OPML 2.0, as readers of feeds give and take them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from digest.cleaning import clean, without_controls
from digest.errors import InputError
from digest.sources.decoding import decode_markup
from digest.sources.mending import mend_markup

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed of a list: its address, its title and the group that it stands in, if it has any."""

    address: str
    title: str = ""
    group: str = ""


def read_opml(data: bytes, *, source: str) -> tuple[Feed, ...]:
    """The feeds of a list, each address once. Raises `InputError` for what is none."""
    from lxml import etree  # noqa: PLC0415 - only lists need it

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    text = mend_markup(decode_markup(data))
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(source, "is not a list of feeds in OPML, or is broken") from error
    if _name(root) != "opml":
        raise InputError(source, "is not a list of feeds in OPML")
    found: dict[str, Feed] = {}
    for feed in _feeds(root):
        found.setdefault(feed.address, feed)
    if not found:
        raise InputError(source, "is a list without feeds")
    return tuple(found.values())


def _name(element: Any) -> str:
    """The local name of an element, in lower case; empty for a comment."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _feeds(root: Any) -> Iterator[Feed]:
    """The feeds of a list in their order; an outline without an address is a group."""
    stack = [(child, "") for child in reversed(root)]
    while stack:
        child, group = stack.pop()
        values = {name.lower(): value for name, value in child.attrib.items()}
        title = _line(values.get("title") or values.get("text") or "")
        address = "".join(values.get("xmlurl", "").split())
        if address:
            yield Feed(address=address, title="" if title == address else title, group=group)
        is_group = _name(child) == "outline" and not address
        stack += [(below, title if is_group else group) for below in reversed(child)]


def _line(text: str) -> str:
    return " ".join(clean(without_controls(text)).split())[:_LONGEST_TITLE]


def write_opml(feeds: Iterable[Feed]) -> str:
    """A list of feeds, those of a group together."""
    from lxml import etree  # noqa: PLC0415 - only lists need it

    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "digest"
    body = etree.SubElement(root, "body")
    groups: dict[str, Any] = {"": body}
    for feed in feeds:
        if feed.group not in groups:
            groups[feed.group] = etree.SubElement(body, "outline", text=feed.group)
        title = feed.title or feed.address
        etree.SubElement(
            groups[feed.group], "outline", type="rss", text=title, title=title, xmlUrl=feed.address
        )
    etree.indent(root)
    text: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
