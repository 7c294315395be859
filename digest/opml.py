"""Lists of feeds in OPML 2.0, as readers of feeds give and take them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from digest.cleaning import clean, without_controls
from digest.errors import InputError


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
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(source, "is not a list of feeds in OPML") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise InputError(source, "is not a list of feeds in OPML")
    found = {feed.address: feed for feed in reversed(list(_feeds(root, "")))}
    if not found:
        raise InputError(source, "is a list without feeds")
    return tuple(reversed(found.values()))


def _feeds(element: Any, group: str) -> Iterator[Feed]:
    """The feeds below an element; an outline without an address is a group."""
    stack = [(child, group) for child in reversed(element)]
    while stack:
        child, group = stack.pop()
        if not isinstance(child.tag, str):
            continue
        values = {name.lower(): value for name, value in child.attrib.items()}
        title = _line(values.get("title") or values.get("text") or "")
        address = "".join(values.get("xmlurl", "").split())
        if address:
            yield Feed(address=address, title=title, group=group)
        is_group = child.tag.lower() == "outline" and not address
        stack += [(below, title if is_group else group) for below in reversed(child)]


def _line(text: str) -> str:
    return " ".join(clean(without_controls(text)).split())[:200]


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
