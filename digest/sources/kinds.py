"""What the bytes of a source are: wire copy, a feed, a page, or something that is no news.

Only the beginning is looked at, but for JSON. What is no news is refused by name, so that an
error answer, a list of feeds or a mail is never taken for an article.
"""

import json
import re
from enum import StrEnum
from typing import Any

from digest.cleaning import clean
from digest.errors import InputError
from digest.sources.decoding import decode_markup
from digest.sources.line_format import is_lines
from digest.sources.mailboxes import is_mbox
from digest.sources.walls import is_error


class Kind(StrEnum):
    """What a source is; `auto` looks at what is in it."""

    AUTO = "auto"
    WIRE = "wire"
    FEED = "feed"
    PAGE = "page"
    MAIL = "mail"
    AGENCY = "agency"
    LINES = "lines"


_HEAD = 200_000
_LONGEST_MESSAGE = 120
_SIGNATURES = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or office document",
    b"\x1f\x8b": "compressed",
    b"\x89PNG": "a picture",
    b"GIF8": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "a document in RTF",
    b"%!PS": "a PostScript document",
    b"-----BEGIN ": "a key or certificate",
}
_FEEDS = frozenset({"rss", "feed", "rdf"})
_AGENCY = frozenset({"newsmessage", "newsitem", "newsml", "nitf"})
_HTML = frozenset(
    "a article aside b body br center div em font footer form h1 h2 h3 h4 head header html i img "
    "link main meta nav ol p script section span strong style table title ul".split()
)
_OTHER_XML = {
    "opml": "a list of feeds (OPML)",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "packageitem": "a list of items in NewsML-G2",
    "svg": "a picture",
    "error": "an error answer in XML",
    "errors": "an error answer in XML",
    "exception": "an error answer in XML",
    "fault": "an error answer in XML",
    "envelope": "an answer of a web service",
    "opensearchdescription": "a description of a search engine",
}
_BEFORE_ROOT = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!doctype\b[^<>\[]*(?:\[[^\]]*\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_LATER_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)\b[^<>]*(?:xmlns|version)\b", re.IGNORECASE)
_DOCTYPE_HTML = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_HEADER = re.compile(r"([A-Za-z][\w-]{0,60}):(?:\s|$)")
_TELLING_HEADERS = frozenset(
    """
    content-type date delivered-to dkim-signature from list-id message-id mime-version received
    reply-to return-path sender snapshot-content-location subject to x-mimeole
    """.split()
)
_FEWEST_HEADERS = 3
_LONGEST_LINE = 1000
_SHORTEST = 80
_UNBROKEN = 60
_CODE_FIRST = re.compile(
    r"#!|diff --git |user-agent: ?\*|#EXTM3U|1\r?\n\d\d:\d\d:\d\d[,.]\d+ -->|\w+(?:;\w+){2,}\r?\n"
    r"|content-(?:type|transfer-encoding):|<\?php\b|[\w$.]{1,60}\(\s*[{\[]\s*\"",
    re.IGNORECASE,
)
_CODE = 30
"""One sign in so many characters is a brace, a semicolon or an equals sign, in code."""
_JSON_STRING = re.compile(r'"(?:[^"\\\n]|\\.){0,300}"\s*')


def recognise(data: bytes, *, source: str, charset: str = "") -> Kind:
    """The kind of a source. Raises `InputError` with the name of what is no news.

    `charset` is the one that its HTTP header had, if any.
    """
    head = data[:_HEAD]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, name in _SIGNATURES.items():
        if start.startswith(signature):
            raise InputError(source, f"is {name}, which is not read")
    if is_lines(head):
        return Kind.LINES
    text = decode_markup(head, charset=charset).lstrip("\ufeff\0 \t\r\n")
    if not clean(text).strip():
        raise InputError(source, "is empty")
    if re.match(r"[{\[]\s*(?:[\"{\[\]}]|$)", text):
        return _recognise_json(decode_markup(data), source)
    if text.startswith("<"):
        return _recognise_markup(text, source)
    if re.match(r"[^<]{0,2000}<\?xml\b|[^<]{0,2000}<(?:rss|rdf:RDF)\b", text) and (
        _LATER_ROOT.search(text)
    ):
        return Kind.FEED
    if _is_mail(text):
        return Kind.MAIL
    if name := _name_of(text):
        raise InputError(source, f"is {name}, not text that people read")
    return Kind.WIRE


def _name_of(text: str) -> str:
    """What a text is that is no news, or nothing."""
    if len(text) <= _SHORTEST and is_error(text):
        return f"an error answer ({' '.join(text.split())})"
    if _JSON_STRING.fullmatch(text):
        return "JSON, but not a JSON Feed"
    if re.match(r"BEGIN:V(?:CALENDAR|CARD)\b", text):
        return "a calendar or an address book"
    return "data or code" if _CODE_FIRST.match(text) or _is_unreadable(text) else ""


def _recognise_json(text: str, source: str) -> Kind:
    try:
        value = json.loads(text.lstrip("\ufeff\0"))
    except (ValueError, RecursionError):
        if "jsonfeed.org" in text[:_HEAD]:
            raise InputError(source, "is a JSON Feed that is broken or cut off") from None
        raise InputError(source, "is JSON that is broken, not a feed") from None
    if isinstance(value, dict):
        items, version = value.get("items"), str(value.get("version", ""))
        if isinstance(items, list) and ("jsonfeed.org" in version or _has_content(items)):
            return Kind.FEED
        if message := _error_in(value):
            raise InputError(source, f"is an error answer in JSON: {message}")
    raise InputError(source, "is JSON, but not a JSON Feed")


def _has_content(items: list[Any]) -> bool:
    """Whether items are those of a JSON Feed that forgot to say so."""
    return any(
        isinstance(item, dict) and ("content_html" in item or "content_text" in item)
        for item in items
    )


def _error_in(value: dict[str, Any]) -> str:
    """The message of an error answer, or nothing."""
    for name in ("error", "errors", "message", "detail", "title", "fault"):
        found = value.get(name)
        if isinstance(found, list):
            found = found[0] if found else None
        if isinstance(found, dict):
            found = next(
                (found[key] for key in ("message", "detail", "title", "code") if key in found), ""
            )
        if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip():
            is_error = name in ("error", "errors", "fault") or {"status", "code"} & value.keys()
            return " ".join(str(found).split())[:_LONGEST_MESSAGE] if is_error else ""
    return ""


def _recognise_markup(text: str, source: str) -> Kind:
    if _DOCTYPE_HTML.search(text[: _root_at(text)]):
        return Kind.PAGE
    found = _ROOT.match(text, _root_at(text))
    root = found[1].lower() if found else ""
    if root in _FEEDS or (root in _HTML | {""} and _LATER_ROOT.search(text)):
        return Kind.FEED
    if root in _AGENCY:
        return Kind.AGENCY
    if root in _HTML:
        return Kind.PAGE
    if not root:
        return Kind.WIRE
    shown = _OTHER_XML.get(root, f"XML (<{root:.40}>)")
    raise InputError(source, f"is {shown}, not a feed or a page")


def _root_at(text: str) -> int:
    """Where the first element begins, after comments and what XML has before it."""
    start = 0
    while found := _BEFORE_ROOT.match(text, start):
        start = found.end()
    return start


def _is_mail(text: str) -> bool:
    """Whether a text begins with the header of a mail message, or is a mailbox of them."""
    if is_mbox(text[:_LONGEST_LINE].encode(errors="replace")):
        return True
    names = set()
    for line in text[:_HEAD].splitlines():
        if found := _HEADER.match(line):
            names.add(found[1].lower())
        elif line[:1] not in (" ", "\t") or not names:
            break
    is_mime = "mime-version" in names and "content-type" in names
    return is_mime or len(names & _TELLING_HEADERS) >= _FEWEST_HEADERS


def _is_unreadable(text: str) -> bool:
    """Whether a text is encoded data, in long runs without a space, or style sheets and scripts."""
    unbroken = sum(len(word) for word in text.split() if len(word) >= _UNBROKEN)
    if len(text) > _UNBROKEN * 2 and unbroken * 10 > len(text) * 8:
        return True
    signs = sum(text.count(sign) for sign in "{};=")
    return text.count("{") > 1 and text.count("}") > 1 and signs * _CODE > len(text)
