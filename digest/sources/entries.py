"""The entries of feeds as values: RSS and Atom through feedparser, JSON Feed by its version 1.1.

Every entry is read by itself: what a library throws at one is a problem of that one.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from digest.cleaning import clean, whole_pairs, without_controls
from digest.errors import InputError
from digest.sources.decoding import decode_markup
from digest.sources.hosts import join_address
from digest.sources.mending import PICTURE, foreign_elements_gone, mend_xml, split_items

_LONGEST_TITLE = 100
_LONGEST_LINE = 600
_BLANK = "\ufeff\0 \t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of an entry, and whether it surely is none of HTML."""

    value: str = ""
    is_plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a feed says of an item.

    `identifier` is its GUID, else its address; `dates` are as they stand, the best one first;
    `base` is where relative addresses in it start from. `publisher` is where the feed has it from,
    `pictures` are what pictures are said to show.
    """

    title: Text = Text()
    lead: Text = Text()
    content: Text = Text()
    identifier: str = ""
    address: str = ""
    dates: tuple[str, ...] = ()
    base: str = ""
    author: str = ""
    publisher: str = ""
    categories: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """The entries of a feed, its language if it names one, and what could not be read of it.

    `home` is what the feed is known by, wherever it lies: its own address, title and id.
    """

    entries: tuple[FeedEntry, ...]
    title: str = ""
    categories: tuple[str, ...] = ()
    language: str = ""
    home: str = ""
    problems: tuple[InputError, ...] = ()


def read_feed(data: bytes, *, source: str, charset: str = "", base: str = "") -> Feed:
    """The entries of RSS, Atom or JSON Feed, in their order; `base` is where the feed came from.

    Raises `InputError` for what is no feed.
    """
    text = decode_markup(data, charset=charset).lstrip(_BLANK)
    if text.startswith("{"):  # which is UTF-8, whatever a header says (RFC 8259, 8.1)
        return _json_feed(decode_markup(data).lstrip(_BLANK), source, base)
    return _xml_feed(text, source, base)


def _xml_feed(text: str, source: str, base: str) -> Feed:
    problems: list[InputError] = []
    parsed = list(_parse(mend_xml(text, source=source), source, problems))
    if not parsed or not (parsed[0].version or any(part.entries for part in parsed)):
        raise problems[0] if problems else InputError(source, "is not a feed")
    version, about = str(parsed[0].version or ""), parsed[0].feed
    home = _web_address(about.get("link"), base) or base or _own_address(about)
    author = _people(about) if version.startswith("atom") else ""  # RFC 4287, 4.2.1
    entries: list[FeedEntry] = []
    for entry in (entry for part in parsed for entry in part.entries):
        try:
            found = _xml_entry(entry, version, home)
            entries.append(replace(found, author=found.author or author))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this entry alone
            problems.append(item_problem(source, str(entry.get("title", "")), error))
    return Feed(
        entries=tuple(entries),
        title=_line(about.get("title")),
        categories=_terms(about),
        language=str(about.get("language") or ""),
        home=_home(about, "id", "link", "title"),
        problems=tuple(problems),
    )


def _own_address(about: Any) -> str:
    """Where a feed says that it is."""
    links = (each.get("href") for each in about.get("links") or () if each.get("rel") == "self")
    return next(filter(None, (_web_address(link, "") for link in links)), "")


def _home(about: Any, *names: str) -> str:
    """What a feed says of itself, of all that it is known by."""
    found = (about.get(name) for name in names)
    return whole_pairs("\n".join(each for each in found if isinstance(each, str)))


def _parse(text: str, source: str, problems: list[InputError]) -> Iterator[Any]:
    """What feedparser makes of a feed; where it fails, or is not strict, of its items in parts."""
    parsed, failure = _parse_once(text)
    if parsed and not parsed.bozo:
        yield parsed
        return
    head, items, tail = split_items(text)
    if len(items) > 1:
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            yield from _parse(f"{head}{''.join(part)}{tail}", source, problems)
        return
    if failure:  # it may be what is of another vocabulary
        item = "".join(items)
        parsed, _ = _parse_once(f"{head}{foreign_elements_gone(item)}{tail}")
        if not parsed:
            problems.append(item_problem(source, _title_in(item), failure))
    if parsed:
        yield parsed


def _parse_once(text: str) -> tuple[Any, Exception | None]:
    import feedparser  # noqa: PLC0415 - only feeds need it

    data = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()
    try:
        # A stream: bytes that are the name of a file would be opened as one.
        return feedparser.parse(
            io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False
        ), None
    except Exception as error:  # noqa: BLE001 - it throws anything
        return None, error


def item_problem(source: str, title: str, error: Exception) -> InputError:
    """What is wrong with one item of a feed."""
    named = f" “{title[:_LONGEST_TITLE]}”" if title else ""
    return InputError(source, f"has an item{named} that cannot be read ({type(error).__name__})")


def _title_in(item: str) -> str:
    _, _, rest = item.partition("<title>")
    return " ".join(whole_pairs(rest.partition("<")[0]).split())


def _xml_entry(entry: Any, version: str, home: str) -> FeedEntry:
    contents = [
        _text(part, version)
        for part in entry.get("content", [])
        if str(part.get("type") or "text/").startswith(("text/", "application/xhtml"))
    ]
    content = max(contents, key=lambda text: len(text.value), default=Text())
    lead = _text(entry.get("summary_detail"), version)
    address = _web_address(entry.get("feedburner_origlink") or entry.get("link"), home)
    parts = entry.get("content") or [entry.get("summary_detail") or {}]
    return FeedEntry(
        title=replace(
            _text(entry.get("title_detail"), version),
            # A picture in an item has a title of its own, which the library takes for the detail.
            value=without_controls(str(entry.get("title") or "")),
        ),
        lead=Text() if lead.value == content.value else lead,
        content=content,
        identifier=str(entry.get("id") or address).strip(),
        address=address,
        dates=tuple(
            str(found)
            for name in ("published", "updated", "created")
            if (found := dict.get(entry, name))
        ),
        base=_web_address(parts[0].get("base"), home) or address or home,
        author=_people(entry),
        publisher=_line((entry.get("source") or {}).get("title")),
        categories=_terms(entry),
        pictures=_terms(entry, pictures=True),
    )


def _people(entry: Any) -> str:
    """The names of those who wrote an entry, or a feed; a mail address alone is none."""
    return _named(person.get("name") for person in entry.get("authors") or ())


def _named(names: Iterable[object]) -> str:
    """Names of people, without what is the address of one, and without `Door`."""
    lines = (_BY.sub("", _line(name)) for name in names)
    return ", ".join(dict.fromkeys(line for line in lines if line and not _ADDRESS.match(line)))


_ADDRESS = re.compile(r"\S+@\S+$|https?://", re.IGNORECASE)
_BY = re.compile(r"^(?:door|by)\s+", re.IGNORECASE)


def _terms(entry: Any, *, pictures: bool = False) -> tuple[str, ...]:
    """The categories of an entry, or a feed; or what its pictures are said to show."""
    tags = [tag for tag in entry.get("tags") or () if (tag.get("scheme") == PICTURE) is pictures]
    return tuple(filter(None, (_line(tag.get("label") or tag.get("term")) for tag in tags)))


def _line(value: object) -> str:
    """A text of a feed in one line, without markup."""
    text = without_controls(whole_pairs(value)) if isinstance(value, str) else ""
    return " ".join(clean(_TAGS.sub(" ", text)).split())[:_LONGEST_LINE]


_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>")


def _text(detail: Any, version: str) -> Text:
    if not detail:
        return Text()
    # RSS does not tell text from HTML; Atom does.
    is_plain = version.startswith("atom") and detail.get("type") == "text/plain"
    return Text(value=without_controls(str(detail.get("value") or "")), is_plain=is_plain)


def _json_feed(text: str, source: str, base: str) -> Feed:
    try:
        feed = json.loads(text)
        items = feed.get("items", [])
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(source, "is a JSON Feed that is broken or cut off") from error
    if not isinstance(items, list):
        raise InputError(source, "is not a feed")
    entries: list[FeedEntry] = []
    problems: list[InputError] = []
    for item in items:
        if isinstance(item, dict):
            home = _string(feed, "home_page_url") or base or _string(feed, "feed_url")
            entry = _json_entry(item, home)
            entries.append(replace(entry, author=entry.author or _json_people(feed)))
        else:
            problems.append(InputError(source, "has an item that is none of a JSON Feed"))
    return Feed(
        entries=tuple(entries),
        title=_line(feed.get("title")),
        language=_string(feed, "language"),
        home=_home(feed, "feed_url", "home_page_url", "title"),
        problems=tuple(problems),
    )


def _json_entry(item: dict[str, Any], home: str) -> FeedEntry:
    html = _string(item, "content_html")
    content = Text(value=html or _string(item, "content_text"), is_plain=not html)
    address = _web_address(_string(item, "url", "external_url"), home)
    return FeedEntry(
        title=Text(value=_string(item, "title"), is_plain=True),
        lead=Text(value=_string(item, "summary"), is_plain=True),
        content=content,
        identifier=_string(item, "id") or address,
        address=address,
        dates=tuple(
            filter(None, (_string(item, "date_published"), _string(item, "date_modified")))
        ),
        base=address or home,
        author=_json_people(item),
        categories=tuple(filter(None, map(_line, _list(item, "tags")))),
    )


def _json_people(item: dict[str, Any]) -> str:
    people = _list(item, "authors") or [item.get("author")]  # the second is of version 1
    return _named(each.get("name") for each in people if isinstance(each, dict))


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _web_address(value: object, base: str) -> str:
    """An address of the web, or nothing: some feeds have an id, or a mistake, in its place."""
    address = join_address(base, whole_pairs(str(value))) if value else ""
    return address if address.lower().startswith(("http://", "https://")) else ""


def _string(item: dict[str, Any], *names: str) -> str:
    """The first of these that is a text or number and says something."""
    found = (item[name] for name in names if item.get(name))
    text = next((str(each) for each in found if isinstance(each, str | int | float)), "")
    return whole_pairs(text).strip()
