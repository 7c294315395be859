"""Editions of past and present: one of all that anybody gets, excerpts of it, and the archive's."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from digest.archive.store import Archive
from digest.archive.values import Listed, StoredEdition, StoredItem
from digest.article import Article, Brief, Document, Headline, Item, Paragraph, Role
from digest.edition import Dated, Edition, Entry, Flag
from digest.errors import ArchiveError
from digest.pipeline import excerpt
from digest.rendering.data import edition_as_json, edition_from_json
from digest.shelf import shelve
from digest.sources.files import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Recipients who get the same items, and these items.

    By identity; those that are owed to somebody with the past editions that have them, the newest
    first.
    """

    recipients: tuple[str, ...]
    identities: tuple[str, ...]
    owed: tuple[tuple[str, tuple[int, ...]], ...] = ()


def divide(
    edition: Edition,
    shares: Sequence[Share],
    archive: Archive | None,
    *,
    words: int,
    warn: Callable[[str], object],
) -> dict[Share, Edition]:
    """What each share gets of an edition of all that is in the sources now.

    What is owed and in no source any more comes from past editions. `warn` is told of what cannot
    be had again.
    """
    here = {entry.identity for entry in edition.entries}
    owed = {identity: numbers for share in shares for identity, numbers in share.owed}
    missing = {identity: numbers for identity, numbers in owed.items() if identity not in here}
    earlier = _earlier(archive, missing, warn) if archive and missing else ()
    return {
        share: excerpt(edition, set(share.identities), earlier=earlier, words=words)
        for share in shares
    }


def _earlier(
    archive: Archive, missing: dict[str, tuple[int, ...]], warn: Callable[[str], object]
) -> tuple[Entry, ...]:
    """Entries of past editions, each from the newest one that can be read."""
    found: dict[str, Entry] = {}
    editions = {number for numbers in missing.values() for number in numbers}
    for number in sorted(editions, reverse=True):
        wanted = {each for each, numbers in missing.items() if number in numbers} - found.keys()
        if not wanted:
            continue
        try:
            edition = past_edition(archive, number)
        except ArchiveError as error:
            warn(str(error))
            continue
        entries = edition.entries if edition else ()
        found |= {entry.identity: entry for entry in entries if entry.identity in wanted}
    return tuple(found[identity] for identity in missing if identity in found)


def past_edition(archive: Archive, number: int) -> Edition | None:
    """The edition with this number, or None. Raises `ArchiveError` where it is damaged."""
    document = archive.document(number)
    try:
        return edition_from_json(document) if document is not None else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise archive.damage(f"edition {number}") from error


def whole_editions(archive: Archive) -> tuple[Listed, ...]:
    """The editions that are no excerpts of another one of their date and name, the newest first."""
    items = archive.items_of()
    whole: list[Listed] = []
    others: dict[tuple[str, str], list[frozenset[int]]] = {}
    for listed in sorted(archive.list_editions(), key=lambda each: -len(items.get(each.id, ()))):
        own = items.get(listed.id, frozenset())
        same_day = others.setdefault((listed.day, listed.name), [])
        if not any(own <= other for other in same_day):
            whole.append(listed)
            same_day.append(own)
    return tuple(sorted(whole, key=lambda each: (each.day, each.id), reverse=True))


def newest_editions(
    archive: Archive, count: int, warn: Callable[[str], object]
) -> tuple[Dated, ...]:
    """So many of them with their text; `warn` is told of those that are damaged."""
    found: list[Dated] = []
    for listed in whole_editions(archive):
        if len(found) == count:
            break
        try:
            found.append(read_edition(archive, listed))
        except ArchiveError as error:
            warn(str(error))
    return tuple(found)


def read_edition(archive: Archive, listed: Listed) -> Dated:
    """A past edition with the moment when it was made. Raises `ArchiveError` for a damaged one."""
    edition = past_edition(archive, listed.id)
    if edition is None:
        raise archive.damage(f"edition {listed.id}")
    try:
        made = datetime.fromisoformat(listed.created)
    except ValueError:
        made = datetime.combine(edition.day, time.min)
    return Dated(edition=edition, made=made if made.tzinfo else made.replace(tzinfo=UTC))


def archived_streams(archive: Archive, warn: Callable[[str], object]) -> Iterator[Stream]:
    """The items of past editions as they were read; `warn` is told of what is damaged."""
    for listed in reversed(whole_editions(archive)):
        try:
            past = read_edition(archive, listed)
        except ArchiveError as error:
            warn(str(error))
            continue
        document = Document(
            source=f"edition {listed.id}",
            as_of=past.made,
            text="",
            parts=tuple(map(_item, past.edition.entries)),
        )
        place = f"{archive.path} {listed.id}"
        yield Stream(place=place, mark=listed.created, documents=iter([document]))


def _item(entry: Entry) -> Item:
    """An entry as the item that it was made of."""
    paragraphs = tuple(
        Paragraph(
            text=part.dutch,
            dateline=part.dateline,
            role=part.role,
            english="" if part.role is Role.BODY else part.english,
            links=part.links,
        )
        for part in entry.paragraphs
    )
    is_dutch = not any(
        Flag.FOREIGN in sentence.flags for part in entry.passages for sentence in part.sentences
    )
    if entry.headline is None and entry.section:
        return Brief(
            paragraphs=paragraphs,
            section=entry.section,
            published=entry.published,
            is_dutch=is_dutch,
            identity=entry.identity,
        )
    headline = entry.headline.dutch if entry.headline else paragraphs[0].text
    return Article(
        headline=Headline(text=headline, derived=entry.headline_derived or not entry.headline),
        paragraphs=paragraphs,
        section=entry.section,
        published=entry.published,
        is_dutch=is_dutch,
        origin=entry.origin,
        pictures=tuple(part.dutch for part in entry.pictures),
        identity=entry.identity,
        updated=entry.updated,
    )


def stored(edition: Edition, now: datetime) -> StoredEdition:
    """An edition as the archive keeps it."""
    return StoredEdition(
        day=edition.day,
        title=edition.title,
        name=edition.name,
        created=now,
        document=edition_as_json(edition),
        items=shelve(
            StoredItem(
                identity=entry.identity,
                number=entry.number,
                dutch="\n".join(part.dutch for part in entry.passages),
                english="\n".join(part.english for part in entry.passages),
            )
            for entry in edition.entries
        ),
    )
