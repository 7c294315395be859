"""Feeds as documents: an article for each entry, in the order of the feed."""

from dataclasses import replace
from datetime import datetime, tzinfo

from digest.article import Article, Document, Headline, Origin, Paragraph, Published, Role
from digest.cleaning import clean, letters
from digest.errors import InputError
from digest.links import link_address
from digest.sources.blocks import looks_like_html, read_blocks
from digest.sources.entries import Feed, FeedEntry, Text, item_problem, read_feed
from digest.sources.feed_dates import read_date
from digest.sources.language import judge_together
from digest.sources.paragraphs import joined, read_paragraphs
from digest.sources.pictures import described
from digest.sources.places import is_section, section_named
from digest.sources.tables import Block


def parse_feed(
    data: bytes,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    name: str = "",
    section: str = "",
    charset: str = "",
    base: str = "",
    problems: list[InputError],
) -> Document:
    """A feed as a document: an article for each entry, in the order of the feed.

    `name` is what the user calls the feed, `section` the section that he puts it in, both else
    told by the feed; `charset` is that of the HTTP header, `base` the address that the feed came
    from. What is wrong with one entry goes to `problems`, and the others are read. Raises
    `InputError` for what is no feed, or a feed without entries.
    """
    feed = read_feed(data, source=source, charset=charset, base=base)
    return feed_document(
        feed,
        source=source,
        as_of=as_of,
        zone=zone,
        name=name,
        section=section,
        problems=problems,
    )


def feed_document(
    feed: Feed,
    *,
    source: str,
    as_of: datetime,
    zone: tzinfo,
    name: str = "",
    section: str = "",
    problems: list[InputError],
) -> Document:
    """The same of a feed whose entries are known already."""
    problems.extend(feed.problems)
    items = []
    for entry in feed.entries:
        try:
            item = _article(entry, as_of, zone)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this entry alone
            problems.append(item_problem(source, clean(entry.title.value), error))
            continue
        if item:
            publisher = (entry.publisher or name or feed.title)[:_LONGEST_AUTHOR]
            origin = replace(item.origin, publisher=publisher, author=_author(entry, feed))
            group = section_named(section or _section(entry, feed))
            items.append(replace(item, origin=origin, section=group))
    if not items:
        if problems:
            raise problems.pop()
        raise InputError(source, "is a feed without entries")
    dutch = judge_together([_words(item) for item in items], declared=feed.language)
    items = [replace(item, is_dutch=each) for item, each in zip(items, dutch, strict=True)]
    return Document(
        source=source, as_of=as_of, text="", parts=tuple(items), feed=feed.home or source
    )


def _words(item: Article) -> tuple[str, str]:
    """The headline of an article and its prose."""
    prose = " ".join(part.text for part in item.paragraphs if part.role is Role.BODY)
    return ("" if item.headline.derived else item.headline.text), prose


def _author(entry: FeedEntry, feed: Feed) -> str:
    """Who wrote an entry, unless that is the site itself."""
    is_site = letters(entry.author) in {letters(feed.title), letters(entry.publisher)}
    return "" if is_site or len(entry.author) > _LONGEST_AUTHOR else entry.author


def _section(entry: FeedEntry, feed: Feed) -> str:
    """The section of an entry whose feed was put into none.

    Its category that is one of the known sections, or its only one, where that is no keyword; else
    the same of the feed, else the title of the feed.
    """
    for categories in (entry.categories, feed.categories):
        known = (each for each in categories if is_section(each))
        only = categories[0] if len(set(categories)) == 1 else ""
        short = only if len(only) <= _LONGEST_SECTION else ""
        if found := next(known, short):
            return found
    return feed.title[:_LONGEST_AUTHOR]


_LONGEST_AUTHOR = 100
_LONGEST_SECTION = 40


def _article(entry: FeedEntry, as_of: datetime, zone: tzinfo) -> Article | None:
    pictures = list(entry.pictures)
    headline = " ".join(" ".join(block.text for block in _blocks(entry.title, entry.base)).split())
    lead = read_paragraphs(_blocks(entry.lead, entry.base, pictures))
    content = read_paragraphs(_blocks(entry.content, entry.base, pictures))
    paragraphs = tuple(
        part
        for part in joined(lead, content)
        if part.dateline or letters(part.text) != letters(headline)
    )
    if not headline and not any(part.role is Role.BODY for part in paragraphs):
        return None
    return Article(
        headline=Headline(text=headline) if headline else _derived(paragraphs),
        paragraphs=paragraphs,
        published=_published(entry, as_of, zone),
        key=entry.identifier,
        origin=Origin(address=link_address(entry.address), categories=entry.categories),
        pictures=described(pictures, headline, paragraphs),
    )


def _derived(paragraphs: tuple[Paragraph, ...]) -> Headline:
    first = next(part for part in paragraphs if part.role is Role.BODY)
    return Headline(text=first.text, derived=True)


def _blocks(text: Text, base: str, pictures: list[str] | None = None) -> tuple[Block, ...]:
    """The blocks of a text: of HTML what a browser shows, else its lines."""
    if not text.is_plain and looks_like_html(text.value):
        return read_blocks(text.value, base=base, pictures=pictures)
    blocks: list[Block] = []
    goes_on = False
    for each in clean(text.value).splitlines():
        line = " ".join(each.split())
        if line and goes_on and line[0].islower():  # wrapped by hand
            blocks[-1] = Block(text=f"{blocks[-1].text} {line}")
        elif line:
            blocks.append(Block(text=line))
        goes_on = bool(line) and (line[-1].isalnum() or line.endswith(","))
    return tuple(blocks)


def _published(entry: FeedEntry, as_of: datetime, zone: tzinfo) -> Published | None:
    found = (read_date(text, as_of=as_of, zone=zone) for text in entry.dates)
    return next(filter(None, found), None)
